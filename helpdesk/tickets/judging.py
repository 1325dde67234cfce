"""What people say of a breach: its cause, and whether it is excused. The raw figures never change (sla.md, 5.16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import epoch, now
from helpdesk.events import BreachJudged
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.tickets import clocks
from sla.models import LIVE_STATES, Clock, ClockKind, ClockState, Judgement, Maintenance


class BreachCause(StrEnum):
    """The short list of why a time was not kept."""

    CAPACITY = "capacity"
    MIS_ROUTED = "mis_routed"
    WRONG_PRIORITY = "wrong_priority"
    VENDOR = "vendor"
    CLIENT_ANSWERED_LATE = "client_answered_late"
    TOOL_OUTAGE = "tool_outage"
    DATA_ERROR = "data_error"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"  # with text


# Whose breach must have a cause before an operator resolves the ticket.
EXPLAINED = (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION)


@dataclass(frozen=True)
class Breach:
    """A clock that was breached, with what was said of it so far."""

    clock: Clock
    judgement: Judgement | None


@dataclass(frozen=True)
class ExcuseAsked:
    """An excuse that waits for a second person."""

    ticket: Ticket
    clock: Clock
    judgement: Judgement


@command
def name_cause(ticket: Ticket, clock_id: int, cause: BreachCause, note: str = "", *, by: Actor) -> Judgement:
    """Say why the time was not kept; said again, it corrects what was said."""
    require(by, Action.JUDGE_BREACH, ticket)
    return _judge(ticket, _breached(ticket, clock_id), cause, note, by)


@command
def ask_excuse(ticket: Ticket, clock_id: int, reason: str, *, by: Actor) -> Judgement:
    """Ask that a breach be excused; somebody else decides."""
    require(by, Action.JUDGE_BREACH, ticket)
    judgement = _judged(_breached(ticket, clock_id))
    if not reason.strip():
        raise Invalid({"excuse": [_("Say why it should be excused.")]})
    if judgement.excused_at is not None:
        raise Conflict(_("It is excused already."), code="excused")
    if (judgement.excuse, judgement.judged_by) == (reason.strip(), by.account_id):
        return judgement  # a second click
    judgement.excuse, judgement.judged_by, judgement.judged_at = reason.strip(), by.account_id, epoch(now())
    _tell(ticket, judgement, "asked", judgement.excuse, by)
    return judgement


@command
def excuse(ticket: Ticket, clock_id: int, *, by: Actor) -> Judgement:
    """Excuse a breach that somebody else asked to excuse: it stays in the raw figure and leaves the excused one."""
    require(by, Action.EXCUSE_BREACH, ticket)
    judgement = _judged(_breached(ticket, clock_id))
    if judgement.excused_at is not None:
        return judgement  # a second click
    if not judgement.excuse:
        raise Conflict(_("Nobody has asked to excuse it."), code="not_asked")
    if judgement.judged_by == by.account_id:
        raise Forbidden(_("Whoever asks does not decide: a second person must."), code="second_person_needed")
    judgement.excused_by, judgement.excused_at = by.account_id, epoch(now())
    _tell(ticket, judgement, "excused", judgement.excuse, by)
    return judgement


@command
def refuse_excuse(ticket: Ticket, clock_id: int, *, by: Actor) -> None:
    """Do not excuse it."""
    require(by, Action.EXCUSE_BREACH, ticket)
    judgement = _judged(_breached(ticket, clock_id))
    if judgement.excused_at is not None:
        raise Conflict(_("It is excused already."), code="excused")
    if judgement.excuse:
        judgement.excuse = ""
        _tell(ticket, judgement, "refused", "", by)


def explain_breaches(ticket: Ticket, cause: BreachCause | None, note: str, *, by: Actor) -> None:
    """Before an operator resolves: every breach has its cause, or gets this one. Part of a larger activity."""
    unnamed = unexplained(ticket)
    if not unnamed:
        return
    if cause is None:
        raise Invalid({"breach_cause": [_("The time was not kept: say why.")]})
    for clock in unnamed:
        _judge(ticket, clock, cause, note, by)


def unexplained(ticket: Ticket) -> list[Clock]:
    """The breached clocks whose cause nobody has named yet, those among them that no sweep has noticed."""
    at = epoch(now())
    late = [c for c in clocks.of(ticket) if c.kind in EXPLAINED and _is_late(c, at)]
    if not late:
        return []
    named = set(db.session.scalars(select(Judgement.clock_id).where(Judgement.clock_id.in_([c.id for c in late]))))
    return [clock for clock in late if clock.id not in named]


def breaches_of(clocks: Sequence[Clock]) -> list[Breach]:
    """The breached clocks of a ticket with what was said of them; asked only where there are any."""
    late = [c for c in clocks if c.breached_at is not None and c.state is not ClockState.CANCELLED]
    if not late:
        return []
    said = select(Judgement).where(Judgement.clock_id.in_([clock.id for clock in late]))
    by_clock = {judgement.clock_id: judgement for judgement in db.session.scalars(said)}
    return [Breach(clock, by_clock.get(clock.id)) for clock in late]


def excuses_asked(*, for_: Actor, limit: int = 100) -> list[ExcuseAsked]:
    """The excuses that wait for a second person, longest first; for those who may decide."""
    query = (
        select(Ticket, Clock, Judgement).join(Clock, Clock.id == Judgement.clock_id)
        .join(Ticket, (Clock.subject_kind == "ticket") & (Ticket.id == Clock.subject_id))
        .where(Judgement.excuse != "", Judgement.excused_at.is_(None), ticket_scope(for_))
        .order_by(Judgement.judged_at).limit(limit)
    )  # fmt: skip
    return [ExcuseAsked(row[0], row[1], row[2]) for row in db.session.execute(query)]


def late_windows(breach: Breach) -> list[Maintenance]:
    """Maintenance that was announced too late to count as no working time, while this clock ran: it may excuse."""
    clock = breach.clock
    until = clock.stop_at if clock.stop_at is not None else epoch(now())
    query = select(Maintenance).where(
        Maintenance.recorded_at >= Maintenance.from_at, Maintenance.from_at < until,
        Maintenance.to_at > clock.start_at,
    )  # fmt: skip
    windows = db.session.scalars(query.order_by(Maintenance.from_at))
    return [w for w in windows if not w.calendar_ids or clock.calendar_id in w.calendar_ids]


def _judge(ticket: Ticket, clock: Clock, cause: BreachCause, note: str, by: Actor) -> Judgement:
    if cause is BreachCause.OTHER and not note.strip():
        raise Invalid({"breach_note": [_("Say what it was.")]})
    row = db.session.get(Judgement, clock.id)
    if row is None:
        row = Judgement(clock_id=clock.id, cause="", note="", judged_by=by.account_id, excuse="")
        db.session.add(row)
    elif (row.cause, row.note) == (cause.value, note.strip()):
        return row  # a second click
    elif row.excused_at is not None:
        raise Conflict(_("It is excused already."), code="excused")
    row.cause, row.note = cause.value, note.strip()
    if not row.excuse:  # whoever has asked for an excuse stays the one who asked
        row.judged_by, row.judged_at = by.account_id, epoch(now())
    _tell(ticket, row, "named", row.note, by)
    return row


def _tell(ticket: Ticket, judgement: Judgement, step: str, words: str, by: Actor) -> None:
    record(
        BreachJudged(ticket.id, clock_id=judgement.clock_id, cause=judgement.cause, step=step, words=words,
                     is_excused=judgement.excused_at is not None), by=by
    )  # fmt: skip


def _judged(clock: Clock) -> Judgement:
    row = db.session.get(Judgement, clock.id)
    if row is None:
        raise Conflict(_("Name the cause first."), code="no_cause")
    return row


def _breached(ticket: Ticket, clock_id: int) -> Clock:
    at = epoch(now())
    found = next((c for c in clocks.of(ticket) if c.id == clock_id and _is_late(c, at)), None)
    if found is None:
        raise NotFound
    return found


def _is_late(clock: Clock, at: int) -> bool:
    if clock.state is ClockState.CANCELLED:
        return False
    if clock.breached_at is not None:
        return True
    return clock.state in LIVE_STATES and clock.breach_at is not None and clock.breach_at < at
