"""The life of a revisit: planned, confirmed, and its end: done, missed, moved, skipped, refused.

1. What is near is prepared: the client is asked whether the day suits, and the revisit becomes a duty of whoever comes.
   A revisit that is not done on its day is late, and goes up the ladder; when its window has passed it is missed.
2. A move ends a revisit, and another one follows it with the same name in calendars. A day that the plan itself moves,
   or an hour that is set, is a change of the revisit.
3. Whoever is away on the day is stood in for by their substitute, and a client who was asked is told so.
4. Every change that calendars show counts the sequence up (RFC 5546, section 2.1.4).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import (
    OtherTimeAsked,
    RevisitCalledOff,
    RevisitConfirmed,
    RevisitMissed,
    RevisitMoved,
    RevisitPlanned,
    RevisitProposed,
    RevisitReassigned,
    RevisitTimed,
)
from helpdesk.models.care import OPEN_STATES, Revisit, RevisitState
from helpdesk.models.contracts import Contract
from helpdesk.models.duties import DutyKind
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.tickets import Channel
from helpdesk.people.directory import absences, operators, substitute_for, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.duties import Subject, hand_duty, meet_duty, set_duty, withdraw_duties
from helpdesk.tickets.reachable import business_due

TRANSITIONS: Mapping[RevisitState, frozenset[RevisitState]] = MappingProxyType({
    RevisitState.PLANNED: frozenset({RevisitState.CONFIRMED, RevisitState.DONE, RevisitState.MISSED,
                                     RevisitState.MOVED, RevisitState.SKIPPED, RevisitState.REFUSED}),
    RevisitState.CONFIRMED: frozenset({RevisitState.PLANNED, RevisitState.DONE, RevisitState.MISSED,
                                       RevisitState.MOVED, RevisitState.SKIPPED, RevisitState.REFUSED}),
    RevisitState.MISSED: frozenset({RevisitState.DONE}),  # it was written up too late
    RevisitState.DONE: frozenset(), RevisitState.MOVED: frozenset(), RevisitState.SKIPPED: frozenset(),
    RevisitState.REFUSED: frozenset(),
})  # fmt: skip
# The channels of a revisit.
VISIT_CHANNELS = (Channel.PHONE, Channel.REMOTE_SESSION, Channel.ON_SITE_VISIT)
ASK_AHEAD = timedelta(days=14)  # when the client is asked, and the duty set
LONGEST_MINUTES = 24 * 60
LONGEST_WORDS = 2_000
FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class NewRevisit:
    """A revisit that is agreed on its own."""

    what: str
    on: date
    channel: Channel = Channel.PHONE
    minutes: int = 30
    starts_at: datetime | None = None
    contact_id: int | None = None
    operator_id: int | None = None
    team_id: int | None = None
    contract_id: int | None = None
    place: str = ""


def get_revisit(revisit_id: int, *, for_: Actor) -> Revisit:
    """A revisit that the actor can see; locked where this transaction may change it."""
    query: Select[Revisit] = visible(for_, Revisit).where(Revisit.id == revisit_id)
    found: Revisit | None = db.session.scalar(locked_when_writing(query, of=Revisit))
    if found is None:
        raise NotFound
    return found


def list_revisits(
    *, for_: Actor, since: date, until: date, organisation_id: int | None = None, operator_id: int | None = None,
    state: RevisitState | None = None, limit: int = 500,
) -> list[Revisit]:  # fmt: skip
    """The revisits that are planned for the days from one up to another (not included), in the order of their days."""
    query = visible(for_, Revisit).where(Revisit.planned_on >= since, Revisit.planned_on < until)
    for column, value in ((Revisit.organisation_id, organisation_id), (Revisit.operator_id, operator_id),
                          (Revisit.state, state)):  # fmt: skip
        if value is not None:
            query = query.where(column == value)
    return list(db.session.scalars(query.order_by(Revisit.planned_on, Revisit.id).limit(limit)))


def coming_to(organisation: Organisation, *, for_: Actor, limit: int = 5) -> list[Revisit]:
    """The next revisits of a client."""
    query = visible(for_, Revisit).where(
        Revisit.organisation_id == organisation.id, Revisit.state.in_(OPEN_STATES),
        Revisit.planned_on >= desk_today() - timedelta(days=30),
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Revisit.planned_on, Revisit.id).limit(limit)))


@command
def add_revisit(organisation: Organisation, new: NewRevisit, *, by: Actor) -> Revisit:
    """Plan a revisit beside all plans."""
    require(by, Action.MANAGE_CARE)
    errors = _wrong_in(organisation, new)
    if errors:
        raise Invalid(errors)
    row = Revisit(
        organisation_id=organisation.id, contact_id=new.contact_id, contract_id=new.contract_id,
        what=new.what.strip(), channel=new.channel, minutes=new.minutes, place=new.place.strip(),
        state=RevisitState.PLANNED, nominal_on=new.on, planned_on=new.on, latest_on=new.on + timedelta(days=7),
        starts_at=new.starts_at, operator_id=new.operator_id or by.operator_id or None, team_id=new.team_id,
        uid=new_uid(), sequence=0, asked_words="", reason="", problem="", created_at=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(RevisitPlanned(row.id, planned_on=str(row.planned_on)), by=by)
    return row


@command
def confirm_revisit(revisit: Revisit, *, by: Actor) -> Revisit:
    """The client says that the day suits."""
    revisit = get_revisit(revisit.id, for_=by)
    require(by, Action.ANSWER_REVISIT, revisit)
    if revisit.state is RevisitState.CONFIRMED:
        return revisit  # a second click
    _enter(revisit, RevisitState.CONFIRMED)
    revisit.confirmed_at, revisit.asked_at, revisit.asked_words = now(), None, ""
    record(RevisitConfirmed(revisit.id, sequence=revisit.sequence), by=by)
    return revisit


@command
def ask_other_time(revisit: Revisit, words: str, *, by: Actor) -> Revisit:
    """The client says that the day does not suit, and when it would; somebody of us moves it then."""
    revisit = get_revisit(revisit.id, for_=by)
    require(by, Action.ANSWER_REVISIT, revisit)
    words = _words("words", words, _("Say when it would suit you."))
    if revisit.state is RevisitState.CONFIRMED:
        _enter(revisit, RevisitState.PLANNED)
        revisit.confirmed_at = None
    elif not revisit.is_open:
        _enter(revisit, RevisitState.PLANNED)  # refused: it has ended
    if revisit.asked_words != words:
        revisit.asked_at, revisit.asked_words = now(), words
        record(OtherTimeAsked(revisit.id, words=words), by=by)
    return revisit


@command
def refuse_revisit(revisit: Revisit, reason: str, *, by: Actor) -> Revisit:
    """The client does not want this one."""
    revisit = get_revisit(revisit.id, for_=by)
    require(by, Action.ANSWER_REVISIT, revisit)
    if revisit.state is not RevisitState.REFUSED:
        call_off(revisit, RevisitState.REFUSED, _words("reason", reason, _("Say why.")), by=by)
    return revisit


@command
def skip_revisit(revisit: Revisit, reason: str, *, by: Actor) -> Revisit:
    """We do not come; the client is told why if they had been asked."""
    require(by, Action.MANAGE_CARE)
    revisit = get_revisit(revisit.id, for_=by)
    if revisit.state is not RevisitState.SKIPPED:
        call_off(revisit, RevisitState.SKIPPED, _words("reason", reason, _("Say why.")), by=by)
    return revisit


@command
def move_revisit(
    revisit: Revisit, on: date, *, starts_at: datetime | None = None, reason: str = "", by: Actor
) -> Revisit:  # fmt: skip
    """Another day, with a reason; or the hour of a day that stays. Returns the revisit that counts from now on."""
    require(by, Action.MANAGE_CARE)
    revisit = get_revisit(revisit.id, for_=by)
    if revisit.state is RevisitState.MOVED and revisit.moved_to_id is not None:
        followed = db.session.get_one(Revisit, revisit.moved_to_id)
        if (followed.planned_on, followed.starts_at) == (on, starts_at):
            return followed  # a second click
    _refuse_wrong_day(revisit.organisation_id, on, starts_at)
    if on == revisit.planned_on:
        if starts_at == revisit.starts_at:
            raise Invalid({"on": [_("It is planned for then already.")]})
        if RevisitState.MOVED not in TRANSITIONS[revisit.state]:
            _enter(revisit, RevisitState.MOVED)
        revisit.starts_at = starts_at
        shift(revisit, on, latest_on=revisit.latest_on, operator_id=revisit.operator_id, by=by)
        return revisit
    reason = _words("reason", reason, _("Say why."))
    _enter(revisit, RevisitState.MOVED)
    revisit.reason, revisit.ended_at = reason, now()
    db.session.flush()
    follows = Revisit(
        care_id=revisit.care_id, step_id=revisit.step_id, organisation_id=revisit.organisation_id,
        contact_id=revisit.contact_id, contract_id=revisit.contract_id, what=revisit.what, channel=revisit.channel,
        place=revisit.place, minutes=revisit.minutes, state=RevisitState.PLANNED, nominal_on=revisit.nominal_on,
        planned_on=on, latest_on=max(revisit.latest_on, on), starts_at=starts_at, operator_id=revisit.operator_id,
        team_id=revisit.team_id, uid=revisit.uid, sequence=revisit.sequence + 1, asked_words="", reason="",
        problem="outside_window" if on > revisit.latest_on else "", created_at=now(),
    )  # fmt: skip
    db.session.add(follows)
    db.session.flush()
    revisit.moved_to_id = follows.id
    withdraw_duties(subject_of(revisit), by=by)
    record(RevisitMoved(revisit.id, to_id=follows.id, reason=reason), by=by)
    record(RevisitPlanned(follows.id, planned_on=str(on)), by=by)
    return follows


@command
def reassign_revisit(revisit: Revisit, operator_id: int, reason: str, *, by: Actor) -> Revisit:
    """A colleague comes; a client who was asked is told who and why."""
    require(by, Action.MANAGE_CARE)
    revisit = get_revisit(revisit.id, for_=by)
    if operator_id not in operators() or not operators()[operator_id].is_active:
        raise Invalid({"operator_id": [_("Choose one of the list.")]})
    if not revisit.is_open:
        raise Conflict(_("This revisit is over."), code="not_open")
    if revisit.operator_id != operator_id:
        _hand(revisit, operator_id, _words("reason", reason, _("Say why.")), is_absence=False, by=by)
    return revisit


def call_off(revisit: Revisit, state: RevisitState, reason: str, *, by: Doer) -> None:
    """It will not be: skipped by us or refused by the client. Part of a larger activity."""
    _enter(revisit, state)
    revisit.reason, revisit.ended_at = reason, now()
    revisit.sequence += 1
    withdraw_duties(subject_of(revisit), by=by)
    record(RevisitCalledOff(revisit.id, state=state.value, reason=reason, sequence=revisit.sequence), by=by)


def shift(revisit: Revisit, on: date, *, latest_on: date, operator_id: int | None, by: Doer) -> None:
    """The plan has another day for it, or its hour was set; a client who had been asked is asked again.

    Part of a larger activity.
    """
    before = revisit.planned_on
    revisit.planned_on, revisit.latest_on, revisit.operator_id = on, latest_on, operator_id
    revisit.sequence += 1
    if revisit.state is RevisitState.CONFIRMED:
        _enter(revisit, RevisitState.PLANNED)
        revisit.confirmed_at = None
    revisit.asked_at, revisit.asked_words = None, ""
    record(RevisitTimed(revisit.id, before=str(before), after=str(on), sequence=revisit.sequence), by=by)
    if revisit.prepared_at is not None:
        _set_duty(revisit, by=by)


def done(revisit: Revisit, *, by: Doer) -> None:
    """It took place. Part of the activity that records its outcome."""
    _enter(revisit, RevisitState.DONE)
    revisit.ended_at = now()
    if meet_duty(DutyKind.REVISIT, subject_of(revisit), by=by) is None:
        withdraw_duties(subject_of(revisit), by=by)


@command
def prepare_revisits(limit: int = 100) -> int:
    """What is near: ask the client whether the day suits, and make it a duty; returns how many."""
    query = (
        select(Revisit).where(Revisit.prepared_at.is_(None), Revisit.ended_at.is_(None),
                              Revisit.planned_on <= desk_today() + ASK_AHEAD)
        .order_by(Revisit.planned_on, Revisit.id).limit(limit).with_for_update(skip_locked=True, of=Revisit)
    )  # fmt: skip
    near = db.session.scalars(query).all()
    for revisit in near:
        revisit.prepared_at = now()
        _set_duty(revisit, by=SYSTEM)
        if revisit.contact_id is not None and revisit.state is RevisitState.PLANNED:
            record(RevisitProposed(revisit.id), by=SYSTEM)
    return len(near)


@command
def stand_in(limit: int = 200) -> int:
    """Whoever is away on the day of a revisit that was prepared is stood in for; returns how many it changed."""
    at, count = now(), 0
    for absence in absences():
        if absence.until <= at or absence.since > at + ASK_AHEAD:
            continue
        query = select(Revisit).where(
            Revisit.operator_id == absence.operator_id, Revisit.state.in_(OPEN_STATES),
            Revisit.planned_on >= at.date() - timedelta(days=1), Revisit.planned_on <= (at + ASK_AHEAD).date(),
        )  # fmt: skip
        for revisit in db.session.scalars(query.limit(limit).with_for_update(skip_locked=True, of=Revisit)).all():
            present = substitute_for(absence.operator_id, _noon(revisit.planned_on))
            if is_away_on(absence.operator_id, revisit.planned_on) and present != absence.operator_id:
                _hand(revisit, present, "", is_absence=True, by=SYSTEM)
                count += 1
    return count


@command
def miss_revisits(limit: int = 200) -> int:
    """A revisit whose last day went by is missed; returns how many."""
    today = now().date()
    query = (
        select(Revisit).where(Revisit.latest_on < today, Revisit.ended_at.is_(None))
        .order_by(Revisit.latest_on).limit(limit).with_for_update(skip_locked=True, of=Revisit)
    )  # fmt: skip
    count = 0
    for revisit in db.session.scalars(query).all():
        if revisit.latest_on >= day_of(revisit.organisation_id, now()):
            continue  # where the client is, it is not over yet
        _enter(revisit, RevisitState.MISSED)
        revisit.ended_at = now()
        withdraw_duties(subject_of(revisit), by=SYSTEM)
        record(RevisitMissed(revisit.id), by=SYSTEM)
        count += 1
    return count


def subject_of(revisit: Revisit) -> Subject:
    return "revisit", revisit.id


def new_uid() -> str:
    """A name for calendars that nobody can guess."""
    return secrets.token_hex(16)


def is_away_on(operator_id: int, on: date) -> bool:
    """Whether an operator is absent at noon of that day, in the desk's zone."""
    noon = _noon(on)
    return any(each.operator_id == operator_id and each.since <= noon < each.until for each in absences())


def ends_at(revisit: Revisit) -> datetime:
    """When it has to be done: at the end of its hour, else with the business hours of its day."""
    if revisit.starts_at is not None:
        return revisit.starts_at + timedelta(minutes=revisit.minutes)
    midnight = _noon(revisit.planned_on) - timedelta(hours=12)
    return business_due(days=1, start=midnight - timedelta(seconds=1))


def _set_duty(revisit: Revisit, *, by: Doer) -> None:
    set_duty(
        DutyKind.REVISIT, subject_of(revisit), due_at=ends_at(revisit), what=revisit.what,
        owner_id=revisit.operator_id, organisation_id=revisit.organisation_id, by=by,
    )  # fmt: skip


def _hand(revisit: Revisit, operator_id: int, reason: str, *, is_absence: bool, by: Doer) -> None:
    before, revisit.operator_id = revisit.operator_id, operator_id
    revisit.sequence += 1
    hand_duty(DutyKind.REVISIT, subject_of(revisit), operator_id, by=by)
    record(RevisitReassigned(revisit.id, before=before, after=operator_id, reason=reason, is_absence=is_absence), by=by)


def _enter(revisit: Revisit, state: RevisitState) -> None:
    if state not in TRANSITIONS[revisit.state]:
        raise Conflict(_("This revisit is over."), code="not_open")
    revisit.state = state


def _words(field: str, text: str, missing: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid({field: [missing]})
    if len(text) > LONGEST_WORDS:
        raise Invalid({field: [_("This is too long.")]})
    return text


def _noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo(DEFAULT_ZONE))


def _refuse_wrong_day(organisation_id: int, on: date, starts_at: datetime | None) -> None:
    today = day_of(organisation_id, now())
    if on < today or (starts_at is not None and starts_at <= now()):
        raise Invalid({"on": [_("Choose a time that is still to come.")]})
    if on > today + FARTHEST:
        raise Invalid({"on": [_("Choose a time within three years.")]})
    if starts_at is not None and abs((starts_at - _noon(on)).total_seconds()) > 86_400:
        raise Invalid({"starts_at": [_("The hour must be of that day.")]})


def _wrong_in(organisation: Organisation, new: NewRevisit) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        _refuse_wrong_day(organisation.id, new.on, new.starts_at)
    except Invalid as refusal:
        errors.update(refusal.errors)
    if not new.what.strip():
        errors["what"] = [_("Fill in this field.")]
    elif len(new.what) > LONGEST_WORDS:
        errors["what"] = [_("This is too long.")]
    if new.channel not in VISIT_CHANNELS:
        errors["channel"] = [_("Choose one of the list.")]
    if not 1 <= new.minutes <= LONGEST_MINUTES:
        errors["minutes"] = [_("Give a number from %(low)s to %(high)s.", low=1, high=LONGEST_MINUTES)]
    contact = db.session.get(Contact, new.contact_id) if new.contact_id is not None else None
    if new.contact_id is not None and (contact is None or contact.organisation_id != organisation.id):
        errors["contact_id"] = [_("Choose one of the list.")]
    contract = db.session.get(Contract, new.contract_id) if new.contract_id is not None else None
    if new.contract_id is not None and (contract is None or contract.organisation_id != organisation.id):
        errors["contract_id"] = [_("Choose one of the list.")]
    for name, value, known in (("operator_id", new.operator_id, operators()), ("team_id", new.team_id, teams())):
        if value is not None and value not in known:
            errors[name] = [_("Choose one of the list.")]
    return errors
