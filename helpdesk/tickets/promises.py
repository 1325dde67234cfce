"""The register of promises: every time that a person agreed with a client, and what became of it.

1. A promise is kept until the end of its window, that instant among it; after it, it is late.
2. It is moved with notice when the client is told before the window begins. Moved later it is broken, and moving it
   does not heal that: what was agreed instead is a promise of its own.
3. Nobody's silence is a kept promise. One without an outcome is broken when the grace after its window has passed.
4. Whoever cannot come hands it to a colleague, and the client is told why; of the absent the substitute keeps it.
5. One in place of a clock's time ends with that clock; a clock that stops in time has kept it.
6. Who says an outcome holds the promise's row: a second click changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, Entry, record
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import (
    PromiseBroken,
    PromiseHandedOver,
    PromiseKept,
    PromiseMade,
    PromiseMoved,
    PromiseWithdrawn,
)
from helpdesk.models.duties import DutyKind
from helpdesk.models.people import Contact
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.people.directory import absences, operators, substitute_for
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.duties import hand_duty, meet_duty, set_duty, withdraw_duties
from helpdesk.tickets.stamp import stamp
from sla.models import Clock, ClockState

FARTHEST = timedelta(days=731)
LONGEST_WHAT, LONGEST_REASON = 250, 2000
PROTECTED = frozenset({3})  # clients do not hear from the third line
AT_ONCE = 200  # so many are looked at in one go of a sweep


@dataclass(frozen=True)
class NewPromise:
    """What is promised for when: a window, or an instant where it begins and ends in one."""

    what: str
    from_at: datetime
    until_at: datetime
    channel: Channel = Channel.PHONE
    note: str = ""
    owner_id: int | None = None  # who keeps it, if not who makes it


@command
def make_promise(ticket: Ticket, new: NewPromise, *, by: Actor, submission: str | None = None) -> Promise:
    """Put on record what was agreed with the client of a ticket."""
    require(by, Action.PROMISE_TIME, ticket)
    if known := known_promise(Promise.ticket_id == ticket.id, new, by, submission):
        return known  # a second click
    if ticket.status in (Status.MERGED, Status.CANCELLED):
        raise Conflict(_("This ticket is finished; open a new one."), code="not_open")
    if errors := wrong_in(new):
        raise Invalid(errors)
    promise = add_promise(
        new, contact_id=ticket.requester_id, organisation_id=ticket.organisation_id, ticket_id=ticket.id,
        line=ticket.line, submission=submission, by=by,
    )  # fmt: skip
    stamp(ticket)
    return promise


def add_promise(
    new: NewPromise, *, contact_id: int, organisation_id: int | None, line: int | None, by: Actor,
    ticket_id: int | None = None, revisit_id: int | None = None, submission: str | None = None,
) -> Promise:  # fmt: skip
    """Write the promise, made on a ticket or on a visit. Part of a larger activity."""
    promise = Promise(
        organisation_id=organisation_id, contact_id=contact_id, ticket_id=ticket_id, revisit_id=revisit_id,
        what=new.what.strip(), from_at=new.from_at, until_at=new.until_at, made_at=now(),
        made_by_id=by.operator_id or None, owner_id=new.owner_id or by.operator_id or None, line=line,
        channel=new.channel, state=PromiseState.PLANNED, note=new.note.strip(), submission=submission,
    )  # fmt: skip
    db.session.add(promise)
    db.session.flush()
    subject_kind, subject_id = promise.subject
    record(PromiseMade(subject_id, subject_kind, promise.id, what=promise.what, from_at=epoch(promise.from_at),
                       until_at=epoch(promise.until_at), owner_id=promise.owner_id), by=by)  # fmt: skip
    _let_it_be_due(promise, by=by)
    return promise


@command
def keep_promise(promise: Promise, *, by: Actor, at: datetime | None = None) -> Promise:
    """It was done, now or at an instant before: kept by the end of the window, late after it."""
    require(by, Action.KEEP_PROMISE, promise)
    promise = held(promise.id)
    if promise.state in (PromiseState.KEPT, PromiseState.LATE):
        return promise  # a second click
    _refuse_clocks(promise)
    _refuse_ended(promise)
    done_at = at or now()
    if not promise.made_at <= done_at <= now():
        raise Invalid({"kept_at": [_("Give a time after the promise was made, and not in the future.")]})
    is_late = done_at > promise.until_at
    _end(promise, PromiseState.LATE if is_late else PromiseState.KEPT, done_at)
    meet_duty(DutyKind.PROMISE, ("promise", promise.id), by=by)
    _tell(promise, PromiseKept(*_of(promise), what=promise.what, is_late=is_late), by=by)
    return promise


@command
def move_promise(
    promise: Promise, from_at: datetime, until_at: datetime, reason: str, *, by: Actor, told: bool = False
) -> Promise:
    """Agree on another time and tell the client why; returns the promise that follows.

    Before the promised time that is moved with notice; after it, the promise is broken and another one is made.
    `told`: the client knows already, for those to whom no letter can go.
    """
    require(by, Action.KEEP_PROMISE, promise)
    promise = held(promise.id)
    if promise.moved_to_id is not None:
        following = db.session.get_one(Promise, promise.moved_to_id)
        if (following.from_at, following.until_at) == (from_at, until_at):
            return following  # a second click
        raise Conflict(_("Another time was agreed on already; move that one."), code="moved")
    _refuse_clocks(promise)
    if promise.state is not PromiseState.BROKEN:  # what was not kept may be agreed on anew, and stays broken
        _refuse_ended(promise, unless_lapsed=False)
    new = NewPromise(promise.what, from_at, until_at, promise.channel, promise.note, promise.owner_id)
    errors = wrong_in(new) | _wrong_in_telling(promise, reason, told)
    if (from_at, until_at) == (promise.from_at, promise.until_at):
        errors["until_at"] = [_("This is the time that was promised already.")]
    if errors:
        raise Invalid(errors)
    at = now()
    in_time = promise.is_open and at < promise.from_at
    following = Promise(
        organisation_id=promise.organisation_id, contact_id=promise.contact_id, ticket_id=promise.ticket_id,
        revisit_id=promise.revisit_id, what=promise.what, from_at=from_at, until_at=until_at, made_at=at,
        made_by_id=by.operator_id or promise.made_by_id, owner_id=promise.owner_id, line=promise.line,
        channel=promise.channel, state=PromiseState.PLANNED, note=promise.note, told_at=at,
    )  # fmt: skip
    db.session.add(following)
    db.session.flush()
    if promise.is_open:
        _end(promise, PromiseState.MOVED if in_time else PromiseState.BROKEN, at)
        if not in_time:
            _tell(promise, PromiseBroken(*_of(promise), what=promise.what, how="moved"), by=by)
    withdraw_duties(("promise", promise.id), by=by)
    _let_it_be_due(following, by=by)
    promise.moved_to_id, promise.told_at, promise.reason = following.id, at, reason.strip()
    _tell(promise, PromiseMoved(
        *_of(promise), what=promise.what, to_id=following.id, from_at=epoch(from_at), until_at=epoch(until_at),
        reason=reason.strip(), in_time=in_time,
    ), by=by)  # fmt: skip
    return following


@command
def hand_promise(promise: Promise, operator_id: int, reason: str, *, by: Actor, told: bool = False) -> Promise:
    """Let a colleague keep it, at the same time; the client is told why, and who comes."""
    require(by, Action.KEEP_PROMISE, promise)
    promise = held(promise.id)
    chosen = operators().get(operator_id)
    if chosen is None or not chosen.is_active or chosen.lines == PROTECTED:
        raise Invalid({"operator_id": [_("Choose one of the list.")]})
    present = _present_for(operator_id, promise)
    if present == promise.owner_id:
        return promise  # a second click
    _refuse_ended(promise)
    if errors := _wrong_in_telling(promise, reason, told):
        raise Invalid(errors)
    _hand(promise, present, reason.strip(), "handed", by=by)
    return promise


@command
def withdraw_promise(promise: Promise, reason: str, *, by: Actor) -> Promise:
    """The client does not want it any more, and said so before its time was over."""
    require(by, Action.KEEP_PROMISE, promise)
    promise = held(promise.id)
    if promise.state is PromiseState.WITHDRAWN:
        return promise  # a second click
    _refuse_clocks(promise)
    _refuse_ended(promise)
    if now() > promise.until_at:
        raise Conflict(_("Its time has passed: say whether it was kept."), code="time_passed")
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    _withdraw(promise, reason.strip(), by=by)
    return promise


def sweep_promises() -> int:
    """Give what the absent promised to their substitutes, and let lapse what nobody said anything about.

    Where there is nothing of the kind it writes nothing.
    """
    to_do = select(Promise.id).where(Promise.state == PromiseState.PLANNED, or_(_has_lapsed(), _is_of_the_absent()))
    return _sweep() if db.session.scalar(select(to_do.exists())) else 0


@command
def _sweep(limit: int = AT_ONCE) -> int:
    return _stand_in(limit) + _lapse(limit)


def next_lapse() -> timedelta:
    """How long after its time a promise without an outcome counts as broken."""
    return timedelta(minutes=ticket_settings().promise_grace_minutes)


def promises_end(entry: Entry) -> None:
    """The client withdrew the ticket: what was promised on it is not wanted any more."""
    for promise in _planned(Promise.ticket_id == entry.subject_id):
        if not promise.clock and entry.at <= promise.until_at:
            _withdraw(promise, str(entry.payload["reason"]), by=entry)


def agree_on_clock(ticket: Ticket, clock: str, at: datetime, what: str, note: str, *, by: Actor) -> Promise:
    """A time in place of a clock's stands in the register as well. Part of a larger activity."""
    made_at = now()
    promise = Promise(
        organisation_id=ticket.organisation_id, contact_id=ticket.requester_id, ticket_id=ticket.id, clock=clock,
        what=what, from_at=at, until_at=at, made_at=made_at, made_by_id=by.operator_id or None,
        owner_id=by.operator_id or None, line=ticket.line, channel=ticket.channel, state=PromiseState.PLANNED,
        note=note, told_at=made_at,
    )  # fmt: skip
    db.session.add(promise)
    db.session.flush()
    for before in _planned(Promise.ticket_id == ticket.id, Promise.clock == clock, Promise.id != promise.id):
        _end(before, PromiseState.MOVED if made_at < before.from_at else PromiseState.BROKEN, made_at)
        before.moved_to_id = promise.id
    return promise


def follow_clocks(ticket: Ticket, clocks: Sequence[Clock]) -> None:
    """What was promised in place of a clock's time ends with the clock. Part of a larger activity."""
    ended = {
        (clock.kind.value, clock.promised_for): clock for clock in clocks
        if clock.promised_for is not None and (clock.stop_at is not None or clock.state is ClockState.CANCELLED)
    }  # fmt: skip
    if not ended:
        return
    for promise in _planned(Promise.ticket_id == ticket.id, Promise.clock != ""):
        clock = ended.get((promise.clock, epoch(promise.until_at)))
        if clock is None:
            continue
        if clock.state is ClockState.CANCELLED or clock.stop_at is None:
            _end(promise, PromiseState.WITHDRAWN, now())
        else:
            in_time = clock.stop_at <= epoch(promise.until_at)
            _end(promise, PromiseState.KEPT if in_time else PromiseState.LATE, instant(clock.stop_at))


def held(promise_id: int) -> Promise:
    """The promise with its row locked: who says an outcome comes one after the other."""
    query = select(Promise).where(Promise.id == promise_id).with_for_update()
    found: Promise = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def wrong_in(new: NewPromise) -> dict[str, list[str]]:
    """What is wrong with a promise that somebody wants to make, by field."""
    errors: dict[str, list[str]] = {}
    at = now()
    if not new.what.strip():
        errors["what"] = [_("Say what is promised.")]
    elif len(new.what.strip()) > LONGEST_WHAT:
        errors["what"] = [_("This is too long.")]
    if new.from_at <= at:
        errors["until_at"] = [_("Choose a time that is still to come.")]
    elif new.until_at > at + FARTHEST:
        errors["until_at"] = [_("Choose a time within two years.")]
    elif new.until_at < new.from_at:
        errors["until_at"] = [_("The end must come after the beginning.")]
    if new.owner_id is not None:
        chosen = operators().get(new.owner_id)
        if chosen is None or not chosen.is_active or chosen.lines == PROTECTED:
            errors["owner_id"] = [_("Choose one of the list.")]
    return errors


def can_be_told(promise: Promise) -> bool:
    """Whether a letter would reach the client."""
    contact = db.session.get_one(Contact, promise.contact_id)
    ticket = db.session.get(Ticket, promise.ticket_id) if promise.ticket_id is not None else None
    return bool(contact.email) and (ticket is None or ticket.import_id is None)


def known_promise(
    made_on: ColumnElement[bool], new: NewPromise, by: Actor, submission: str | None = None
) -> Promise | None:
    """The promise that the same form, or the same words, have made already. Part of a larger activity."""
    if submission:
        known = db.session.scalar(select(Promise).where(Promise.submission == submission))
        if known is not None:
            return known
    owner_id = new.owner_id or by.operator_id
    same = _planned(made_on, Promise.until_at == new.until_at, Promise.from_at == new.from_at,
                    Promise.owner_id == owner_id, Promise.what == new.what.strip())  # fmt: skip
    return same[0] if same else None


def _planned(*conditions: ColumnElement[bool], limit: int = AT_ONCE) -> Sequence[Promise]:
    """Promises without an outcome, locked; those that somebody else has in hand are left to them."""
    query = select(Promise).where(Promise.state == PromiseState.PLANNED, *conditions)
    query = query.order_by(Promise.until_at, Promise.id).limit(limit).with_for_update(skip_locked=True)
    return db.session.scalars(query, execution_options={"populate_existing": True}).all()


def _stand_in(limit: int) -> int:
    moved = 0
    for promise in _planned(_is_of_the_absent(), limit=limit):
        present = _present_for(promise.owner_id or 0, promise)
        if present != promise.owner_id:
            _hand(promise, present, "", "absent", by=SYSTEM)
            moved += 1
    return moved


def _is_of_the_absent() -> ColumnElement[bool]:
    """Due while its owner is away, or due already and its owner away now."""
    at = now()
    return or_(false(), *(
        and_(Promise.owner_id == each.operator_id, Promise.from_at < each.until,
             true() if each.since <= at else Promise.from_at >= each.since)
        for each in absences() if each.until > at
    ))  # fmt: skip


def _lapse(limit: int) -> int:
    lapsed = _planned(_has_lapsed(), limit=limit)
    for promise in lapsed:
        at = promise.until_at + next_lapse()
        _end(promise, PromiseState.BROKEN, at)
        withdraw_duties(("promise", promise.id), by=SYSTEM)
        _tell(promise, PromiseBroken(*_of(promise), what=promise.what, how="lapsed"), by=SYSTEM, at=at)
    return len(lapsed)


def _has_lapsed() -> ColumnElement[bool]:
    return and_(Promise.until_at < now() - next_lapse())


def _present_for(operator_id: int, promise: Promise) -> int:
    """Who answers for this operator when the promise is due, or now if it is due already."""
    return substitute_for(operator_id, max(promise.from_at, now()))


def _hand(promise: Promise, operator_id: int, reason: str, how: str, *, by: Doer) -> None:
    before = promise.owner_id
    promise.owner_id, promise.told_at, promise.reason = operator_id, now(), reason
    hand_duty(DutyKind.PROMISE, ("promise", promise.id), operator_id, by=by)
    _tell(promise, PromiseHandedOver(
        *_of(promise), what=promise.what, before_id=before, owner_id=operator_id, reason=reason, how=how,
    ), by=by)  # fmt: skip


def _let_it_be_due(promise: Promise, *, by: Doer) -> None:
    """It escalates when its window is over; one in place of a clock's time climbs that clock's ladder."""
    set_duty(
        DutyKind.PROMISE, ("promise", promise.id), due_at=promise.until_at, what=promise.what,
        owner_id=promise.owner_id, organisation_id=promise.organisation_id, ticket_id=promise.ticket_id, by=by,
    )  # fmt: skip


def _withdraw(promise: Promise, reason: str, *, by: Doer) -> None:
    _end(promise, PromiseState.WITHDRAWN, now())
    promise.reason = reason
    withdraw_duties(("promise", promise.id), by=by)
    _tell(promise, PromiseWithdrawn(*_of(promise), what=promise.what, reason=reason), by=by)


def _end(promise: Promise, state: PromiseState, at: datetime) -> None:
    promise.state, promise.outcome_at = state, at


def _of(promise: Promise) -> tuple[int, str, int]:
    kind, subject_id = promise.subject
    return subject_id, kind, promise.id


def _tell(promise: Promise, fact: PromiseKept | PromiseMoved | PromiseBroken | PromiseHandedOver | PromiseWithdrawn, *,
          by: Doer, at: datetime | None = None) -> None:  # fmt: skip
    """Record it; the ticket has changed with it."""
    if promise.ticket_id is not None:
        stamp(db.session.get_one(Ticket, promise.ticket_id))
    record(fact, by=by, at=at)


def _refuse_ended(promise: Promise, *, unless_lapsed: bool = True) -> None:
    if not promise.is_open or (unless_lapsed and now() > promise.until_at + next_lapse()):
        raise Conflict(_("What became of this promise was said already."), code="promise_ended")


def _refuse_clocks(promise: Promise) -> None:
    if promise.clock:
        raise Conflict(_("This promise ends with the clock whose time it takes the place of."), code="of_a_clock")


def _wrong_in_telling(promise: Promise, reason: str, told: bool) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not reason.strip():
        errors["reason"] = [_("Say why; the client reads it.")]
    elif len(reason.strip()) > LONGEST_REASON:
        errors["reason"] = [_("This is too long.")]
    if not told and not can_be_told(promise):
        errors["told"] = [_("No letter reaches this client: tell them first, then say here that you did.")]
    return errors
