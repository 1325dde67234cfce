"""`check`: is the desk consistent with itself?"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import click

from helpdesk.cli.face import Command, Exit, Group, answering, as_json, the_desk
from helpdesk.cli.invariants import INVARIANTS, Invariant, Look
from helpdesk.core.db import db
from helpdesk.core.files import FileStore
from helpdesk.core.times import now

SHOWN = 20
QUICK_SAMPLE = 50


@dataclass(frozen=True)
class Finding:
    """How one invariant stands: how many violations, the first of them, and how long the search took."""

    name: str
    meaning: str
    violations: int
    seconds: float
    examples: list[str] = field(default_factory=list)


@click.command(cls=Command)
@click.option("--quick", is_flag=True, help=f"Examine only every {QUICK_SAMPLE}th clock and file closely.")
@answering
def check(quick: bool, form: str) -> None:
    """Look for what must never be.

    Among it are tickets without acknowledgement, wrong due times, missing files, rows without their parent. The desk
    may go on working meanwhile. Ends with 1 if anything was found.

    \b
    Example:
      threeline check
      threeline check --quick --json
    """
    findings = []
    with the_desk() as config:
        if db.engine.dialect.name == "postgresql":
            # All searches must look at the same instant, or work that goes on looks like a contradiction.
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        look = Look(now(), FileStore(config.attachments), QUICK_SAMPLE if quick else 1)
        for invariant in INVARIANTS:
            finding = _search(invariant, look)
            findings.append(finding)
            if form == "text":
                click.echo(_text(finding))
    is_sound = not any(finding.violations for finding in findings)
    if form == "json":
        click.echo(as_json({"ok": is_sound, "quick": quick, "invariants": [asdict(each) for each in findings]}))
    sys.exit(Exit.OK if is_sound else Exit.REFUSED)


def _search(invariant: Invariant, look: Look) -> Finding:
    since, count, examples = time.perf_counter(), 0, list[str]()
    for violation in _bravely(invariant.violations(look)):
        count += 1
        if len(examples) < SHOWN:
            examples.append(violation)
    return Finding(invariant.name, invariant.meaning, count, round(time.perf_counter() - since, 3), examples)


def _bravely(violations: Iterator[str]) -> Iterator[str]:
    """The violations; a row that cannot even be read is one more, and ends the search."""
    try:
        yield from violations
    except (LookupError, ValueError, TypeError) as error:
        yield f"A row holds what no row may hold, and the search ended there: {error}"


def _text(finding: Finding) -> str:
    if not finding.violations:
        return f"ok    {finding.meaning}"
    more = finding.violations - len(finding.examples)
    lines = [f"WRONG {finding.meaning}", *(f"        {example}" for example in finding.examples)]
    return "\n".join([*lines, f"        and {more} more"] if more else lines)


COMMANDS: tuple[Command | Group, ...] = (check,)
