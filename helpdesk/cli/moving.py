"""`import`: the past of another desk."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, with_desk
from helpdesk.moving.event_logs import ImportOutcome, Phase, Progress, import_events
from helpdesk.moving.mapping import load_mapping
from helpdesk.moving.rows import SetAside
from helpdesk.policy.actor import SYSTEM

SHOWN = 20  # lines set aside that are told one by one
LABELS = {Phase.READING: "Reading", Phase.WRITING: "Writing tickets"}


@click.group("import", cls=Group)
def import_() -> None:
    """Bring in what another desk has written."""


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", metavar="FILE.toml", required=True, help="What the columns mean: a file, or a shipped name.")
@click.option("--name", help="Name of the import; the same name goes on where the last run stopped. That of the file, "
                             "without its endings, if not given.")  # fmt: skip
@click.option("--set-aside", "aside", metavar="FILE.csv", type=click.Path(path_type=Path),
              help="Write every line that was not taken over, with its reason, into this file.")  # fmt: skip
@answering
@with_desk
def events(file: Path, mapping: str, name: str | None, aside: Path | None, form: str) -> None:
    """Turn an event log (CSV or XES; plain, gzip or xz) into tickets with their past.

    Nobody gets a letter. A second run changes nothing; a run that was stopped goes on. docs/imports.md explains
    mappings; servicenow, helpdesk_it, vinst, vinst_xes and rabobank are shipped.

    \b
    Example:
      threeline import events incidents.csv.xz --mapping servicenow.toml --name servicenow
    """
    meaning = load_mapping(mapping)
    with _bars() as progress, _reporting(aside) as report:
        outcome = import_events(file, meaning, name or _stem(file), by=SYSTEM, report=report, progress=progress)
    answer(form, asdict(outcome), lambda: _text(outcome))


def _stem(file: Path) -> str:
    """The name of a log without what its endings say of how it is written and packed."""
    return (file.with_suffix("") if file.suffix in (".gz", ".xz") else file).stem


@contextmanager
def _bars() -> Iterator[Progress]:
    """A progress bar for each phase, on standard error, where somebody is watching."""
    bars: dict[Phase, Any] = {}
    with ExitStack() as stack:

        def progress(phase: Phase, done: int, total: int) -> None:
            if phase not in bars:
                stack.close()  # the phase before is over
                bar = click.progressbar(length=total, label=LABELS[phase], file=sys.stderr)
                bars[phase] = stack.enter_context(bar)
            bars[phase].update(done - bars[phase].pos)

        yield progress


@contextmanager
def _reporting(path: Path | None) -> Iterator[Callable[[SetAside], None]]:
    """Tell the first lines set aside on standard error, and write all of them into the file."""
    count = 0

    def tell(place: SetAside) -> None:
        nonlocal count
        count += 1
        if count <= SHOWN:
            click.echo(f"line {place.line}: {place.reason}", err=True)
        if writer is not None:
            writer.writerow((place.line, place.reason))

    writer, file = None, None
    if path is not None:
        try:
            file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error.strerror}.", Exit.USAGE) from error
        writer = csv.writer(file)
        writer.writerow(("line", "reason"))
    try:
        yield tell
    finally:
        if file is not None:
            file.close()
    if count > SHOWN:
        click.echo(f"… and {count - SHOWN} more; --set-aside FILE.csv writes them all.", err=True)


def _text(outcome: ImportOutcome) -> str:
    lines = [
        f"{outcome.name}: {outcome.tickets_made} tickets made of {outcome.events_made} events.",
        f"{outcome.unchanged} cases were there already; {outcome.changed} have changed since and were left alone.",
        f"{outcome.set_aside} lines or cases were set aside.",
    ]
    for field, words in outcome.unmapped.items():
        known = list(words.items())
        lines += [f"The mapping does not know the {field} {word!r} ({rows} rows)." for word, rows in known[:SHOWN]]
        lines += [f"… and {len(known) - SHOWN} more of them."] if len(known) > SHOWN else []
    return "\n".join(lines)


COMMANDS: tuple[Command | Group, ...] = (import_,)
