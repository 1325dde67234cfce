"""Reading revisits by day: what is ahead of somebody, what came of those that are over, the calendar of the desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select

from helpdesk.aftersales.care import business_days
from helpdesk.aftersales.outcomes import outcomes_of
from helpdesk.core.db import among, db
from helpdesk.core.times import epoch, now
from helpdesk.models.care import OPEN_STATES, Revisit, RevisitOutcome, RevisitState
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.tickets import Channel
from helpdesk.people.directory import operators
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.scopes import revisit_scope, visible
from helpdesk.tickets.calendars import get_calendar, in_force, versions_of
from helpdesk.tickets.reachable import desk_calendar
from sla import register
from sla.worktime import Calendar

MOST_AHEAD, PAST_ON_A_PAGE = 100, 20
USUAL_HOURS, HOUR = (8, 18), 3600


@dataclass(frozen=True)
class VisitShown:
    """A revisit as a client's list shows it."""

    revisit: Revisit
    who: str  # of us; empty where nobody is named yet
    contact: str  # whom it is for
    outcome: RevisitOutcome | None = None


@dataclass(frozen=True)
class Filters:
    """Which revisits a calendar shows."""

    operator_id: int | None = None
    team_id: int | None = None
    organisation_id: int | None = None
    state: RevisitState | None = None


@dataclass(frozen=True)
class VisitEntry:
    """A revisit in a calendar: no more of it than is drawn."""

    id: int
    what: str
    organisation: str
    on: date
    starts_at: datetime | None
    minutes: int
    state: RevisitState
    channel: Channel
    place: str
    operator: str
    is_asked: bool  # the client needs another time


@dataclass(frozen=True)
class DayOfVisits:
    """A day of a calendar: how many there are, and the first of them."""

    total: int
    entries: tuple[VisitEntry, ...]


@dataclass(frozen=True)
class DeskDays:
    """Which days and hours are the desk's: by its calendar, or every one where there is none."""

    is_business: Callable[[date], bool]
    is_open: Callable[[datetime], bool]
    opens: int  # the first hour of any weekday
    closes: int  # the hour by which every weekday is over


def desk_days() -> DeskDays:
    """The hours of the desk as a calendar draws them."""
    calendar_id = desk_calendar()
    if calendar_id is None or calendar_id not in register.indexes():
        return DeskDays(lambda _on: True, lambda _at: True, *USUAL_HOURS)
    held = in_force(versions_of(get_calendar(calendar_id, for_=SYSTEM)), epoch(now()))
    spans = [span for day in Calendar.from_json(held.content).weekly for span in day]
    index = register.indexes()[calendar_id]
    opens = min((since for since, _until in spans), default=USUAL_HOURS[0] * HOUR) // HOUR
    closes = -(-max((until for _since, until in spans), default=USUAL_HOURS[1] * HOUR) // HOUR)
    return DeskDays(
        business_days(calendar_id), lambda at: index.is_working(epoch(at)), opens=max(0, opens), closes=min(24, closes)
    )


def today_in(zone: str) -> date:
    return now().astimezone(ZoneInfo(zone)).date()


def visits_ahead(*, for_: Actor, limit: int = MOST_AHEAD) -> list[VisitShown]:
    """The open revisits, the nearest first."""
    query = visible(for_, Revisit).where(Revisit.state.in_(OPEN_STATES))
    return _shown(query.order_by(Revisit.planned_on, Revisit.id).limit(limit))


def visits_to_answer(*, for_: Actor, limit: int = 5) -> Sequence[Revisit]:
    """The revisits that a client was asked about and said nothing to, the nearest first."""
    query = visible(for_, Revisit).where(
        Revisit.state == RevisitState.PLANNED, Revisit.prepared_at.is_not(None), Revisit.asked_at.is_(None)
    )
    return db.session.scalars(query.order_by(Revisit.planned_on, Revisit.id).limit(limit)).all()


def visits_over(*, for_: Actor, page: int = 1) -> tuple[list[VisitShown], bool]:
    """The revisits that are over, the latest first, with what came of them; and whether there are older ones."""
    query = visible(for_, Revisit).where(Revisit.state.not_in({*OPEN_STATES, RevisitState.MOVED}))
    query = query.order_by(Revisit.planned_on.desc(), Revisit.id.desc())
    rows = _shown(query.offset((page - 1) * PAST_ON_A_PAGE).limit(PAST_ON_A_PAGE + 1))
    return rows[:PAST_ON_A_PAGE], len(rows) > PAST_ON_A_PAGE


def visit_shown(revisit: Revisit) -> VisitShown:
    """One revisit, with what came of it."""
    return _with_names([revisit])[0]


def visits_by_day(
    since: date, until: date, filters: Filters, *, most_a_day: int, for_: Actor
) -> dict[date, DayOfVisits]:  # fmt: skip
    """The revisits of the days from one up to another, of each day so many, by hour; in one statement."""
    conditions = [Revisit.planned_on >= since, Revisit.planned_on < until, revisit_scope(for_), *_chosen(filters)]
    # Those of the whole day stand above those with an hour, as calendars have it.
    order = (Revisit.starts_at.is_not(None), Revisit.starts_at, Revisit.place, Revisit.operator_id, Revisit.id)
    ranked = select(
        Revisit.id, Revisit.what, Revisit.organisation_id, Revisit.planned_on, Revisit.starts_at, Revisit.minutes,
        Revisit.state, Revisit.channel, Revisit.place, Revisit.operator_id,
        Revisit.asked_at.is_not(None).label("asked"),
        func.row_number().over(partition_by=Revisit.planned_on, order_by=order).label("rank"),
        func.count().over(partition_by=Revisit.planned_on).label("total"),
    ).where(*conditions).subquery()  # fmt: skip
    query = (
        select(ranked, Organisation.name.label("organisation"))
        .join(Organisation, Organisation.id == ranked.c.organisation_id)
        .where(ranked.c.rank <= most_a_day).order_by(ranked.c.planned_on, ranked.c.rank)
    )  # fmt: skip
    days: dict[date, tuple[int, list[VisitEntry]]] = {}
    for row in db.session.execute(query):
        days.setdefault(row.planned_on, (row.total, []))[1].append(_entry(row))
    return {on: DayOfVisits(total, tuple(entries)) for on, (total, entries) in days.items()}


def _entry(row: Any) -> VisitEntry:
    card = operators().get(row.operator_id or 0)
    return VisitEntry(
        id=row.id, what=row.what, organisation=row.organisation, on=row.planned_on, starts_at=row.starts_at,
        minutes=row.minutes, state=row.state, channel=row.channel, place=row.place,
        operator=card.name if card is not None else "", is_asked=bool(row.asked),
    )  # fmt: skip


def _chosen(filters: Filters) -> list[ColumnElement[bool]]:
    named = ((Revisit.operator_id, filters.operator_id), (Revisit.team_id, filters.team_id),
             (Revisit.organisation_id, filters.organisation_id), (Revisit.state, filters.state))  # fmt: skip
    chosen = [column == value for column, value in named if value is not None]
    # What was moved stands where it was moved to.
    return chosen if filters.state is not None else [*chosen, Revisit.state != RevisitState.MOVED]


def _shown(query: Select[Any]) -> list[VisitShown]:
    return _with_names(db.session.scalars(query).all())


def _with_names(revisits: Sequence[Revisit]) -> list[VisitShown]:
    if not revisits:
        return []
    cards, outcomes = operators(), outcomes_of([revisit.id for revisit in revisits])
    ids = list({revisit.contact_id for revisit in revisits if revisit.contact_id is not None})
    contacts: dict[int | None, str] = {}
    if ids:
        contacts = dict(db.session.execute(select(Contact.id, Contact.name).where(among(Contact.id, ids))).all())
    return [
        VisitShown(revisit, cards[revisit.operator_id].name if revisit.operator_id in cards else "",
                   contacts.get(revisit.contact_id, ""), outcomes.get(revisit.id))
        for revisit in revisits
    ]  # fmt: skip
