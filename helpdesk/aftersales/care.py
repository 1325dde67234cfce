"""The follow-up programme of a client: when its revisits are, and who comes.

1. The dates of a plan are counted from the day of the handover, which is itself no revisit.
2. They are planned by `planning` (business days, gap, window) and given to operators by `spreading` (load, tours).
3. They are planned about a year ahead, and further ones as time goes by: each date of a rule once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, func, select

from helpdesk.aftersales.planning import FIRST_YEAR, LAST_YEAR, PlanningError, occurrences_until, plan, working_days
from helpdesk.aftersales.revisits import call_off, is_away_on, new_uid
from helpdesk.aftersales.spreading import Load, Wanted, spread
from helpdesk.core.command import command
from helpdesk.core.db import among, db, insert_many, locked_when_writing
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record, record_many
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import CareEnded, CareStarted, RevisitPlanned
from helpdesk.models.care import OPEN_STATES, Care, CarePlan, CareStep, Revisit, RevisitState
from helpdesk.models.contracts import Contract
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.tickets import Channel
from helpdesk.people.directory import operators, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.predicates import CLIENT_FACING_LINES
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.calendars import get_calendar, versions_of
from helpdesk.tickets.reachable import desk_calendar
from sla import register
from sla.worktime import Calendar

log = structlog.get_logger()

HORIZON = timedelta(days=400)  # how far ahead revisits are planned
LEAST_AHEAD = timedelta(days=370)  # when further ones are planned
LONGEST_PLACE = 250


@dataclass(frozen=True)
class NewCare:
    """A programme for a client: which plan, from which day on, for whom, by whom, and where visits on site lead."""

    plan_id: int
    anchor: date
    contact_id: int | None = None
    team_id: int | None = None
    operator_id: int | None = None
    contract_id: int | None = None
    place: str = ""


@dataclass(frozen=True)
class Slot:
    """A nominal date of a programme with its business day, ready to be given to somebody."""

    care: Care
    step: CareStep
    nominal: date
    wanted: Wanted
    problem: str


@dataclass(frozen=True)
class Rhythm:
    """What a plan says of all its dates: business days, the gap between two, how far one may be moved."""

    is_working: Callable[[date], bool]
    min_gap_days: int
    window_days: int


def cares_of(organisation: Organisation, *, for_: Actor) -> list[Care]:
    """The programmes of a client, the newest first."""
    query = visible(for_, Care).where(Care.organisation_id == organisation.id)
    return list(db.session.scalars(query.order_by(Care.id.desc())))


def get_care(care_id: int, *, for_: Actor) -> Care:
    query = visible(for_, Care).where(Care.id == care_id)
    found: Care | None = db.session.scalar(locked_when_writing(query, of=Care))
    if found is None:
        raise NotFound
    return found


@command
def start_care(organisation: Organisation, new: NewCare, *, by: Actor) -> Care:
    """Put a plan to work for a client, and plan its revisits."""
    require(by, Action.MANAGE_CARE)
    errors = _wrong_in(organisation, new)
    if errors:
        raise Invalid(errors)
    care = Care(
        organisation_id=organisation.id, plan_id=new.plan_id, anchor=new.anchor, contact_id=new.contact_id,
        team_id=new.team_id, operator_id=new.operator_id, contract_id=new.contract_id,
        place=" ".join(new.place.split()) or organisation.city, started_at=now(),
    )  # fmt: skip
    db.session.add(care)
    db.session.flush()
    record(CareStarted(care.id, plan_id=new.plan_id, anchor=str(new.anchor)), by=by)
    try:
        plan_cares([care], until=today_of(care) + HORIZON, by=by)
    except PlanningError as error:
        raise Invalid({"plan_id": [cannot_plan(error)]}) from error
    return care


@command
def end_care(care: Care, reason: str, *, by: Actor) -> None:
    """No further revisits: those that are planned fall away, and their clients are told."""
    require(by, Action.MANAGE_CARE)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    care = get_care(care.id, for_=by)
    if care.ended_at is not None:
        return  # a second click
    care.ended_at = now()
    for revisit in db.session.scalars(ahead_of([care.id])).all():
        call_off(revisit, RevisitState.SKIPPED, reason.strip(), by=by)
    record(CareEnded(care.id, reason=reason.strip()), by=by)


@command
def plan_ahead(limit: int = 100) -> int:
    """Plan the further revisits of programmes that are planned less than a year ahead; returns how many it saw."""
    today = desk_today()
    query = (
        select(Care).where(Care.ended_at.is_(None), Care.planned_until < today + LEAST_AHEAD)
        .order_by(Care.planned_until).limit(limit).with_for_update(skip_locked=True, of=Care)
    )  # fmt: skip
    cares = db.session.scalars(query).all()
    try:
        if cares:
            plan_cares(cares, until=today + HORIZON, by=SYSTEM)
    except PlanningError:
        for care in cares:  # one whose dates cannot be kept apart holds up no other
            _plan_alone(care, today + HORIZON)
    return len(cares)


def _plan_alone(care: Care, until: date) -> None:
    try:
        plan_cares([care], until=until, by=SYSTEM)
    except PlanningError as error:
        log.error("care_cannot_be_planned", care_id=care.id, reason=str(error))
        care.planned_until = until


def cannot_plan(error: PlanningError) -> str:
    """Why dates cannot be planned, to whoever asked for them."""
    return _("This is no rule that can be planned by: %(reason)s.", reason=error.reason)


def plan_cares(cares: Sequence[Care], *, until: date, by: Actor) -> int:
    """Plan the revisits of these programmes up to a date, given to operators by load; returns how many.

    Part of a larger activity.
    """
    wanted = {care.plan_id for care in cares}
    plans = {row.id: row for row in db.session.scalars(select(CarePlan).where(CarePlan.id.in_(wanted)))}
    rhythms = {row.id: rhythm_of(row.calendar_id, row.min_gap_days, row.window_days) for row in plans.values()}
    last: dict[int | None, date] = {}
    if any(care.planned_until is not None for care in cares):
        latest = select(Revisit.care_id, func.max(Revisit.planned_on)).group_by(Revisit.care_id)
        last = dict(db.session.execute(latest.where(among(Revisit.care_id, [care.id for care in cares]))).all())
    # Their days are those of their clients, read once here.
    clients = db.session.scalars(
        select(Organisation).where(among(Organisation.id, {care.organisation_id for care in cares}))
    ).all()
    slots: list[Slot] = []
    # Nothing is changed before all dates are known: PlanningError leaves everything as it was.
    with db.session.no_autoflush:
        for care in cares:
            yesterday = today_of(care) - timedelta(days=1)
            since = max(yesterday, care.planned_until or yesterday)
            slots += slots_of(care, plans[care.plan_id].steps, rhythms[care.plan_id], since=since, until=until,
                              after=last.get(care.id))  # fmt: skip
        for care in cares:
            care.planned_until = max(until, care.planned_until or until)
        rows = [_values(row) for _slot, row in placed(slots)]
    del clients  # the session keeps no row that nobody holds
    db.session.flush()
    stored = insert_many(Revisit, rows, Revisit.id, Revisit.planned_on)
    record_many([RevisitPlanned(key, planned_on=str(on)) for key, on in stored], by=by)
    return len(rows)


def slots_of(
    care: Care, steps: Iterable[CareStep], rhythm: Rhythm, *, since: date, until: date, after: date | None = None
) -> list[Slot]:
    """The dates of a programme after one day and up to another, on business days, at least the gap apart."""
    dates = sorted(
        ((nominal, step.position, step) for step in steps for nominal in _nominal(care.anchor, step, until)
         if nominal > since), key=lambda each: each[:2],
    )  # fmt: skip
    planned = plan([nominal for nominal, _position, _step in dates], rhythm.is_working, min_gap=rhythm.min_gap_days,
                   window=rhythm.window_days, after=after)  # fmt: skip
    window, team = timedelta(days=rhythm.window_days), _team(care.team_id)
    slots = []
    for number, ((nominal, _position, step), on) in enumerate(zip(dates, planned, strict=True)):
        following = planned[number + 1].date if number + 1 < len(planned) else None
        wanted = Wanted(
            key=0, client=care.id, on=on.date, earliest=min(on.date, nominal - window),
            latest=max(on.date, nominal + window), minutes=step.minutes, gap_days=rhythm.min_gap_days,
            before=following, place=care.place if step.channel is Channel.ON_SITE_VISIT else "",
            preferred=care.operator_id, operators=team,
        )  # fmt: skip
        slots.append(Slot(care, step, nominal, wanted, on.problem))
    return slots


def placed(slots: Sequence[Slot], leave_out: Iterable[Revisit] = ()) -> list[tuple[Slot, Revisit]]:
    """Give the dates to operators, and make revisits of them that are not stored yet.

    What is planned for `leave_out` is no load: these revisits are about to be moved.
    """
    if not slots:
        return []
    since = min(slot.wanted.earliest for slot in slots)
    until = max(slot.wanted.latest for slot in slots)
    load = load_between(since, until, leave_out={row.id for row in leave_out})
    everybody = [card.id for card in operators().values() if card.is_active and card.lines & CLIENT_FACING_LINES]
    wanted = [Wanted(**{**vars(slot.wanted), "key": number}) for number, slot in enumerate(slots)]
    found = spread(wanted, everybody, load, is_working=business_days(None), is_away=_absences())
    at, rows = now(), []
    for each in found:
        slot = slots[each.key]
        care, step = slot.care, slot.step
        rows.append((slot, Revisit(
            care_id=care.id, step_id=step.id, organisation_id=care.organisation_id, contact_id=care.contact_id,
            contract_id=care.contract_id, what=step.what, channel=step.channel, minutes=step.minutes,
            place=care.place if step.channel is Channel.ON_SITE_VISIT else "", state=RevisitState.PLANNED,
            nominal_on=slot.nominal, planned_on=each.on, latest_on=max(slot.wanted.latest, each.on),
            problem=slot.problem or each.problem, operator_id=each.operator_id, team_id=care.team_id, uid=new_uid(),
            sequence=0, asked_words="", reason="", created_at=at,
        )))  # fmt: skip
    return rows


def ahead_of(care_ids: Sequence[int]) -> Select[Revisit]:
    """The open revisits of these programmes from today on, locked where this transaction may change them."""
    query = select(Revisit).where(
        among(Revisit.care_id, care_ids), Revisit.state.in_(OPEN_STATES), Revisit.planned_on >= desk_today()
    )
    return locked_when_writing(query.order_by(Revisit.planned_on, Revisit.id), of=Revisit)


def rhythm_of(calendar_id: int | None, min_gap_days: int, window_days: int) -> Rhythm:
    return Rhythm(business_days(calendar_id), min_gap_days, window_days)


def business_days(calendar_id: int | None) -> Callable[[date], bool]:
    """Whether a date is a business day of a calendar, the desk's where none is named; every day where there is none."""
    found = calendar_id or desk_calendar()
    if found is None or found not in register.indexes():
        return lambda _on: True
    rows = versions_of(get_calendar(found, for_=SYSTEM))
    versions = [(row.valid_from, Calendar.from_json(row.content)) for row in rows]
    return working_days(versions, register.indexes()[found])


def load_between(since: date, until: date, leave_out: Iterable[int] = ()) -> Load:
    """What operators have to do in these days, and where they go."""
    load, left_out = Load(), set(leave_out)
    query = select(
        Revisit.id, Revisit.operator_id, Revisit.planned_on, Revisit.minutes, Revisit.place, Revisit.channel
    ).where(
        Revisit.planned_on >= since, Revisit.planned_on <= until, Revisit.state.in_(OPEN_STATES),
        Revisit.operator_id.is_not(None),
    )  # fmt: skip
    for key, who, on, minutes, place, channel in db.session.execute(query):
        if who is not None and key not in left_out:
            load.add(who, on, minutes, place if channel is Channel.ON_SITE_VISIT else "")
    return load


def _values(row: Revisit) -> dict[str, Any]:
    """What a revisit that is not stored yet holds, by column."""
    return {column.key: getattr(row, column.key) for column in Revisit.__table__.c if column.key in vars(row)}


def today_of(care: Care) -> date:
    return day_of(care.organisation_id, now())


def _nominal(anchor: date, step: CareStep, until: date) -> list[date]:
    """The nominal dates of a step; by a rule the day of the handover is none of them."""
    if step.rule is not None:
        return [on for on in occurrences_until(anchor, step.rule, until) if on > anchor]
    on = anchor + timedelta(days=step.offset_days or 0)
    return [on] if on <= until else []


def _absences() -> Callable[[int, date], bool]:
    known: dict[tuple[int, date], bool] = {}

    def is_away(who: int, on: date) -> bool:
        if (who, on) not in known:
            known[who, on] = is_away_on(who, on)
        return known[who, on]

    return is_away


def _team(team_id: int | None) -> tuple[int, ...]:
    team, cards = teams().get(team_id or 0), operators()
    return tuple(who for who in sorted(team.operator_ids) if cards[who].is_active) if team else ()


def _wrong_in(organisation: Organisation, new: NewCare) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    chosen = db.session.get(CarePlan, new.plan_id)
    if chosen is None or not chosen.is_active:
        errors["plan_id"] = [_("Choose one of the list.")]
    if not FIRST_YEAR <= new.anchor.year <= LAST_YEAR:
        errors["anchor"] = [_("Give a date of our time.")]
    for name, model, value in (("contact_id", Contact, new.contact_id), ("contract_id", Contract, new.contract_id)):
        row = db.session.get(model, value) if value is not None else None
        if value is not None and (row is None or row.organisation_id != organisation.id):  # type: ignore[attr-defined]
            errors[name] = [_("Choose one of the list.")]
    if new.team_id is not None and (new.team_id not in teams() or not teams()[new.team_id].is_active):
        errors["team_id"] = [_("Choose one of the list.")]
    if new.operator_id is not None and not (new.operator_id in operators() and operators()[new.operator_id].is_active):
        errors["operator_id"] = [_("Choose one of the list.")]
    if len(new.place) > LONGEST_PLACE:
        errors["place"] = [_("This is too long.")]
    return errors
