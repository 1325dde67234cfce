"""`sla`: cases of working time, which need no desk; why a clock reads what it reads; every clock folded once more."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from sqlalchemy import func, select

from helpdesk.cli.explaining import clock_document, clock_text, cycle_document, cycle_text
from helpdesk.cli.face import (
    Command,
    Exit,
    Group,
    Refused,
    acting,
    answer,
    answering,
    as_json,
    open_input,
    with_desk,
)
from helpdesk.cli.showing import coverage_text
from helpdesk.core.db import db
from helpdesk.core.times import epoch, now
from helpdesk.entitlement.choice import looked_at
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.tickets import clocks, replay
from helpdesk.tickets.explanation import explain_clocks
from helpdesk.tickets.happenings import entries_of
from helpdesk.tickets.queries import get_ticket
from sla import cases
from sla.worktime import format_instant


@click.group(cls=Group)
def sla() -> None:
    """Working time: check what the clocks compute."""


@sla.command("check")
@click.argument("file")
def check(file: str) -> None:
    """Compare each case in FILE (a JSON list, - for standard input) with the answer it expects.

    Prints each case that differs and, last, how many passed and failed; ends with 1 if any failed.

    \b
    Example:
      threeline sla check docs/sla-golden.json
    """
    outcomes = cases.check(_cases(file))
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        click.echo(f"{outcome.id}: {outcome.reason}")
    click.echo(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    sys.exit(Exit.REFUSED if failed else Exit.OK)


@sla.command("eval")
@click.argument("file")
def evaluate(file: str) -> None:
    """Print the list of cases in FILE with what the arithmetic answers to each, as `got`.

    \b
    Example:
      threeline sla eval questions.json > answers.json
    """
    answers = cases.evaluate(_cases(file))
    click.echo("[\n" + ",\n".join(as_json(each) for each in answers) + "\n]")


@sla.command("explain")
@click.argument("number")
@click.option("--clock", "wanted", metavar="CLOCK", help="Only this clock, such as resolution or ola:line2.")
@acting
@answering
def explain(number: str, wanted: str | None, by: Actor, form: str) -> None:
    """Tell of each clock of a ticket how its due time came about: the days, the pauses, what moved it and who.

    \b
    Example:
      threeline sla explain T-12 --as ona@desk.example
      threeline sla explain T-12 --clock resolution --as jonas@client.example --json
    """
    ticket = get_ticket(number, for_=by)
    found = [clock for clock in explain_clocks(ticket, for_=by) if wanted in (None, clock.clock)]
    told = [clock_document(clock, by) for clock in found]
    document: dict[str, Any] = {"number": ticket.number, "clocks": told}
    said = [clock_text(clock) for clock in told] or ["No clock."]
    if by.is_staff:
        document["coverage"] = looked_at(ticket.entitlement)
        said = [coverage_text(document["coverage"]), *said] if document["coverage"] else said
    answer(form, document, lambda: "\n\n".join(said))


@sla.command("replay")
@click.argument("numbers", metavar="[NUMBER…]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every ticket.")
@click.option("--check", "compares", is_flag=True, help="Compare with what is stored; ends with 1 on any difference.")
@answering
@with_desk
def replay_clocks(numbers: tuple[str, ...], everything: bool, compares: bool, form: str) -> None:
    """Fold the clocks of tickets once more from what happened, and show them or compare them with what is stored.

    \b
    Example:
      threeline sla replay T-12
      threeline sla replay --all --check
    """
    if everything == bool(numbers):
        raise click.UsageError("Name tickets, or say --all.")
    if everything and not compares:
        raise click.UsageError("--all compares: say --check, too.")
    tickets = [get_ticket(number, for_=SYSTEM) for number in numbers]
    if compares:
        _compare(None if everything else [ticket.id for ticket in tickets], form)
    else:
        at = epoch(now())
        folded = {t.number: clocks.cycles_of(t, entries_of(t.id), at) for t in tickets}
        told = [
            cycle_document(number, key, cycle, at) for number, cycles in folded.items() for key, cycle in cycles.items()
        ]
        document = {"as_of": format_instant(at), "clocks": told}
        answer(form, document, lambda: "\n".join(map(cycle_text, told)) or "No clock.")


def _compare(ticket_ids: list[int] | None, form: str) -> None:
    promised = select(func.count()).select_from(Ticket).where(Ticket.policy_id.is_not(None))
    total = (db.session.scalar(promised) or 0) if ticket_ids is None else len(ticket_ids)
    told = _Progress(total if ticket_ids is None else 0)
    found = []
    for difference in replay.differences(now(), ticket_ids=ticket_ids, seen=told.seen):
        found.append({
            "number": f"{NUMBER_PREFIX}{difference.ticket_id}", "clock": difference.clock, "cycle": difference.cycle,
            "columns": list(difference.columns),
        })  # fmt: skip
        if form != "json":
            click.echo(f"{difference}.")
    told.end()
    if form == "json":
        click.echo(as_json({"ok": not found, "tickets": total, "differences": found}))
    else:
        click.echo(f"{total} tickets replayed, {len(found)} differences")
    sys.exit(Exit.REFUSED if found else Exit.OK)


class _Progress:
    """How far it is, on standard error, so that standard output stays the answer alone."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0

    def seen(self, count: int) -> None:
        self.done += count
        if self.total > replay.BATCH:
            click.echo(f"\r{self.done} of {self.total} tickets", err=True, nl=False)

    def end(self) -> None:
        if self.total > replay.BATCH:
            click.echo("", err=True)


def _cases(file: str) -> Any:
    with open_input(file) as source:
        content = source.read()
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{file} is not JSON: {error}.", Exit.BAD_DATA) from error


COMMANDS: tuple[Command | Group, ...] = (sla,)
