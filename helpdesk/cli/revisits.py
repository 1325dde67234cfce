"""`revisits`: the dates that a care plan's rule leads to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import click

from helpdesk.aftersales.planning import (
    FURTHEST,
    NO_WORKING_DAY,
    OUTSIDE_WINDOW,
    Planned,
    PlanningError,
    occurrences,
    plan,
    working_days,
)
from helpdesk.cli.face import Command, Exit, Group, Refused, answer, answering, the_desk
from helpdesk.core.errors import NotFound
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.calendars import calendar_names, get_calendar, versions_of
from sla import register
from sla.worktime import Calendar

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PROBLEMS = {
    OUTSIDE_WINDOW: "outside of the window",
    NO_WORKING_DAY: f"no business day within {FURTHEST} days",
}


@click.group(cls=Group)
def revisits() -> None:
    """Revisits that recur."""


@revisits.command()
@click.option("--anchor", "anchored", metavar="DATE", required=True, help="The date from which all are counted.")
@click.option("--rule", metavar="RRULE", required=True, help="How they recur, by RFC 5545: FREQ=MONTHLY;INTERVAL=3.")
@click.option("--count", type=int, default=12, show_default=True, help="How many, from 1 to 5000.")
@click.option("--calendar", "named", metavar="NAME", help="The calendar of business days; every day if not given.")
@click.option("--min-gap", type=int, default=0, show_default=True, help="Days that two are apart, at least.")
@click.option("--window", type=int, default=7, show_default=True, help="Days by which one may be moved unreported.")
@answering
def preview(anchored: str, rule: str, count: int, named: str | None, min_gap: int, window: int, form: str) -> None:
    """Show the dates of a rule and the business days on which the revisits would be planned. Nothing is stored.

    \b
    Example:
      threeline revisits preview --anchor 2026-01-31 --rule FREQ=MONTHLY --count 12 --calendar "Office hours"
      threeline revisits preview --anchor 2026-02-02 --rule "FREQ=WEEKLY;BYDAY=MO" --count 8 --min-gap 5 --json
    """
    try:
        nominal = occurrences(_date(anchored), rule, count)
        calendar, is_working = _business_days(named)
        planned = plan(nominal, is_working, min_gap=min_gap, window=window)
    except PlanningError as error:
        raise Refused(f"--{error.field.replace('_', '-')}: {error.reason}.", Exit.BAD_DATA) from error
    document = {
        "anchor": anchored, "rule": rule, "calendar": calendar, "min_gap": min_gap, "window": window,
        "revisits": [
            {"number": number, "nominal": each.nominal.isoformat(), "date": each.date.isoformat(),
             "shift": each.shift, "problem": each.problem or None}
            for number, each in enumerate(planned, start=1)
        ],
    }  # fmt: skip
    answer(form, document, lambda: _text(planned))


def _date(text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # a date that the calendar does not have
    raise Refused(f"--anchor: {text!r} is no date such as 2026-03-02.", Exit.BAD_DATA)


def _business_days(named: str | None) -> tuple[str | None, Callable[[date], bool]]:
    """The calendar's name and what it says of a date; without one every day will do, and no desk is needed."""
    if named is None:
        return None, lambda _on: True
    with the_desk():
        indexes = register.indexes()
        names = {key: name for key, name in calendar_names().items() if key in indexes}
        wanted = " ".join(named.split()).casefold()
        calendar_id = next((key for key, name in names.items() if name.casefold() == wanted), None)
        if calendar_id is None:
            known = ", ".join(names.values()) or "none"
            raise NotFound(f"--calendar: there is no calendar {named!r}. Known: {known}.")
        rows = versions_of(get_calendar(calendar_id, for_=SYSTEM))
        versions = [(row.valid_from, Calendar.from_json(row.content)) for row in rows]
        return names[calendar_id], working_days(versions, indexes[calendar_id])


def _text(planned: list[Planned]) -> str:
    """One line each: its number, its day, and where it was moved from."""
    width = len(str(len(planned)))
    return "\n".join(f"{number:>{width}}  {_line(each)}" for number, each in enumerate(planned, start=1))


def _line(each: Planned) -> str:
    told = f"{each.date:%a} {each.date.isoformat()}"
    if each.shift:
        days = "1 day" if abs(each.shift) == 1 else f"{abs(each.shift)} days"
        side = "after" if each.shift > 0 else "before"
        told += f"  {days} {side} {each.nominal:%a} {each.nominal.isoformat()}"
    return f"{told}  ({_PROBLEMS[each.problem]})" if each.problem else told


COMMANDS: tuple[Command | Group, ...] = (revisits,)
