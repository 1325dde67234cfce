"""`revisits` and `care`: what is planned for clients, what came of it, and the dates that a rule leads to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from helpdesk.aftersales.care import NewCare, start_care
from helpdesk.aftersales.care_documents import care_document, plan_document, revisit_document
from helpdesk.aftersales.care_plans import list_plans
from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, NewReferral, record_outcome
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
from helpdesk.aftersales.revisits import (
    confirm_revisit,
    get_revisit,
    list_revisits,
    move_revisit,
    refuse_revisit,
    skip_revisit,
)
from helpdesk.cli.face import Command, Exit, Group, Refused, acting, answer, answering, text_of, the_desk
from helpdesk.core.errors import NotFound
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.care import NeedKind, Revisit, RevisitState
from helpdesk.models.people import Organisation
from helpdesk.people.organisations import list_organisations
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.tickets.calendars import calendar_names, get_calendar, versions_of
from sla import register
from sla.worktime import Calendar

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PROBLEMS = {
    OUTSIDE_WINDOW: "outside of the window",
    NO_WORKING_DAY: f"no business day within {FURTHEST} days",
}


DAY = click.DateTime(formats=["%Y-%m-%d"])
revisit_argument = click.argument("number", metavar="REVISIT", type=int)


@click.group(cls=Group)
def revisits() -> None:
    """Revisits: list them, move them, write down what came of them."""


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


@revisits.command("list")
@click.option("--since", type=DAY, metavar="DATE", help="From this day on; from today if not given.")
@click.option("--until", type=DAY, metavar="DATE", help="Up to this day, not included; ninety days if not given.")
@click.option("--organisation", metavar="NAME", help="Of this client.")
@click.option("--state", type=click.Choice([state.value for state in RevisitState]), help="Where they stand.")
@acting
@answering
def show_list(
    since: datetime | None, until: datetime | None, organisation: str | None, state: str | None, by: Actor, form: str
) -> None:
    """List the revisits that somebody sees, in the order of their days.

    \b
    Example:
      threeline revisits list --since 2026-03-01 --organisation Klinika --as ona@desk.example
      threeline revisits list --state missed --since 2026-01-01 --as vera@desk.example --json
    """
    first = since.date() if since else desk_today()
    rows = list_revisits(
        for_=by, since=first, until=until.date() if until else first + timedelta(days=90),
        organisation_id=_organisation(organisation, by).id if organisation else None,
        state=RevisitState(state) if state else None,
    )  # fmt: skip
    document = {"revisits": [revisit_document(row) for row in rows]}
    answer(form, document, lambda: "\n".join(_row(each) for each in document["revisits"]) or "none")


@revisits.command()
@revisit_argument
@acting
@answering
def confirm(number: int, by: Actor, form: str) -> None:
    """Say that the day suits the client.

    \b
    Example:
      threeline revisits confirm 17 --as ona@desk.example
    """
    _told(form, confirm_revisit(get_revisit(number, for_=by), by=by))


@revisits.command()
@revisit_argument
@click.option("--on", "day", type=DAY, required=True, metavar="DATE", help="The new day.")
@click.option("--at", "hour", metavar="HH:MM", help="The hour, in the zone of whoever moves it.")
@click.option("--reason", default="", metavar="TEXT", help="Why; the client reads it.")
@acting
@answering
def move(number: int, day: datetime, hour: str | None, reason: str, by: Actor, form: str) -> None:
    """Move a revisit to another day, or set its hour; the answer is the one that counts from now on.

    \b
    Example:
      threeline revisits move 17 --on 2026-03-06 --at 10:00 --reason "The road is closed" --as ona@desk.example
    """
    try:
        at = datetime.combine(day.date(), time.fromisoformat(hour), ZoneInfo(by.zone)) if hour else None
    except ValueError as error:
        raise Refused(f"--at: {hour!r} is no hour such as 10:00.", Exit.BAD_DATA) from error
    _told(form, move_revisit(get_revisit(number, for_=by), day.date(), starts_at=at, reason=reason, by=by))


@revisits.command()
@revisit_argument
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--by-client", is_flag=True, help="The client refused it; else the desk skips it.")
@acting
@answering
def end(number: int, reason: str, by_client: bool, by: Actor, form: str) -> None:
    """Call a revisit off.

    \b
    Example:
      threeline revisits end 17 --reason "No time this month" --by-client --as ona@desk.example
    """
    call_off = refuse_revisit if by_client else skip_revisit
    _told(form, call_off(get_revisit(number, for_=by), reason, by=by))


@revisits.command()
@revisit_argument
@click.option("--summary", required=True, metavar="TEXT", help="What came of it; - reads standard input.")
@click.option("--satisfaction", type=int, metavar="1-5", help="How satisfied the client is.")
@click.option("--problems", default="", metavar="TEXT", help="They become a ticket.")
@click.option("--minutes", type=int, help="Time spent; it is logged.")
@click.option("--need", "needs", multiple=True, metavar="KIND:TEXT", help="Such as upgrade:Firmware 8; repeatable.")
@click.option("--referral", "referrals", multiple=True, metavar="COMPANY", help="Recommended to us; repeatable.")
@acting
@answering
def done(
    number: int, summary: str, satisfaction: int | None, problems: str, minutes: int | None, needs: Sequence[str],
    referrals: Sequence[str], by: Actor, form: str,
) -> None:  # fmt: skip
    """Write down what came of a revisit.

    \b
    Example:
      threeline revisits done 17 --summary "All is well" --satisfaction 5 --minutes 40 --as tomas@desk.example
    """
    revisit = get_revisit(number, for_=by)
    outcome = record_outcome(revisit, NewOutcome(
        summary=text_of(summary), satisfaction=satisfaction, problems=problems, worked_minutes=minutes,
        needs=tuple(_need(each) for each in needs), referrals=tuple(NewReferral(each) for each in referrals),
    ), by=by)  # fmt: skip
    document = revisit_document(revisit, outcome)
    answer(form, document, lambda: _row(document))


@click.group(cls=Group)
def care() -> None:
    """Care plans, and the programmes they are put to work in."""


@care.command()
@acting
@answering
def plans(by: Actor, form: str) -> None:
    """List the care plans.

    \b
    Example:
      threeline care plans --as vera@desk.example
    """
    document = {"care_plans": [plan_document(plan) for plan in list_plans(for_=by)]}
    answer(form, document, lambda: "\n".join(_plan(each) for each in document["care_plans"]) or "none")


@care.command()
@click.argument("organisation", metavar="ORGANISATION")
@click.option("--plan", "named", required=True, metavar="NAME", help="The care plan.")
@click.option("--from", "anchored", type=DAY, required=True, metavar="DATE", help="The day of the handover.")
@acting
@answering
def start(organisation: str, named: str, anchored: datetime, by: Actor, form: str) -> None:
    """Put a care plan to work for a client, and plan its revisits.

    \b
    Example:
      threeline care start Klinika --plan "Standard care" --from 2026-03-02 --as ona@desk.example
    """
    client = _organisation(organisation, by)
    chosen = next((plan for plan in list_plans(for_=by) if plan.name.casefold() == named.casefold()), None)
    if chosen is None:
        raise NotFound(f"--plan: there is no care plan {named!r}.")
    document = care_document(start_care(client, NewCare(plan_id=chosen.id, anchor=anchored.date()), by=by))
    answer(form, document, lambda: f"{client.name}: {chosen.name}, planned until {document['planned_until']}")


def _organisation(name: str, by: Actor) -> Organisation:
    found = [row for row in list_organisations(for_=by, starting=name) if row.name.casefold() == name.casefold()]
    if not found:
        raise NotFound(f"There is no organisation {name!r}.")
    return found[0]


def _need(text: str) -> NewNeed:
    kind, _colon, what = text.partition(":")
    known = {each.value: each for each in NeedKind}
    if kind not in known or not what.strip():
        raise Refused(f"--need: {text!r} is not KIND:TEXT; kinds are {', '.join(known)}.", Exit.BAD_DATA)
    return NewNeed(known[kind], what)


def _told(form: str, revisit: Revisit) -> None:
    document = revisit_document(revisit)
    answer(form, document, lambda: _row(document))


def _plan(each: Mapping[str, Any]) -> str:
    steps = (f"{step['what']} ({step['rule'] or 'day ' + str(step['offset_days'])})" for step in each["steps"])
    return f"{each['name']}: {', '.join(steps)}"


def _row(each: Mapping[str, Any]) -> str:
    return f"{each['id']:>6}  {each['planned_on']}  {each['state']:<9}  {each['operator'] or '-'}  {each['what']}"


COMMANDS: tuple[Command | Group, ...] = (revisits, care)
