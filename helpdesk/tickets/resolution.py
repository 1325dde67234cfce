"""The end of a ticket: resolved, accepted or refused, closed by silence, reopened, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import (
    ReopeningUndone,
    ResolutionAccepted,
    ResolutionRefused,
    StatusChanged,
    TicketCancelled,
    TicketClosed,
    TicketResolved,
)
from helpdesk.models.claims import Claim, ClaimState
from helpdesk.models.messages import MessageKind
from helpdesk.models.tickets import Status, Ticket, TicketType
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.tickets import clocks
from helpdesk.tickets.assignment import own
from helpdesk.tickets.conversation import NewMessage, add_message, can_reopen, reopen
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.judging import BreachCause, explain_breaches
from helpdesk.tickets.states import change_status, restore
from sla import register
from sla.fold import NOT_GENUINE_SECONDS
from sla.models import ClockKind

NOT_GENUINE = "reopening_undone"
_ENDED = frozenset({Status.RESOLVED, Status.CLOSED})


@command
def resolve_ticket(
    ticket: Ticket, new: NewMessage, *, by: Actor, breach_cause: BreachCause | None = None, breach_note: str = ""
) -> None:
    """Tell the client what solved it and ask for acceptance; silence will close it. A time not kept needs its cause."""
    require(by, Action.RESOLVE_TICKET, ticket)
    if not new.text.strip():
        raise Invalid({"text": [_("Write to the client what solved it.")]})
    if not ticket.is_open:
        raise Conflict(_("This ticket is not open any more."), code="not_open")
    if claim_runs(ticket):
        raise Conflict(_("This is a claim: it ends when what was decided is done and verified."), code="claim_runs")
    explain_breaches(ticket, breach_cause, breach_note, by=by)
    message = add_message(ticket, new, MessageKind.REPLY, by=by, channel=ticket.channel)
    own(ticket, by.operator_id)
    ticket.awaits_reply = False
    change_status(ticket, Status.RESOLVED, by=by)
    await_acceptance(ticket)
    record(TicketResolved(ticket.id, message_id=message.id, line=ticket.line, team_id=ticket.team_id), by=by)


@command
def accept_resolution(ticket: Ticket, *, by: Actor) -> None:
    """The client is content: the ticket closes."""
    require(by, Action.ACCEPT_RESOLUTION, ticket)
    if ticket.status is Status.CLOSED and ticket.accepted_at:
        return  # a second click
    if ticket.status is not Status.RESOLVED:
        raise Conflict(_("There is no resolution to accept at the moment."), code="not_resolved")
    change_status(ticket, Status.CLOSED, by=by, reason="accepted")
    ticket.accepted_at = now()
    record(ResolutionAccepted(ticket.id), by=by)
    record(TicketClosed(ticket.id, reason="accepted"), by=by)


@command
def refuse_resolution(ticket: Ticket, new: NewMessage, *, by: Actor) -> None:
    """The client says what is still wrong: the ticket reopens."""
    require(by, Action.REFUSE_RESOLUTION, ticket)
    if not new.text.strip():
        raise Invalid({"text": [_("Say what is still wrong.")]})
    if not can_reopen(ticket):
        raise Conflict(_("The time to refuse has passed; open a new ticket."), code="window_passed")
    message = add_message(ticket, new, MessageKind.REPLY, by=by, channel=ticket.channel)
    reopen(ticket, "refusal", by=by)
    record(ResolutionRefused(ticket.id, message_id=message.id), by=by)


@command
def reopen_ticket(ticket: Ticket, reason: str, *, by: Actor) -> None:
    """Open a resolved or closed ticket again within its window, by the client or by an operator."""
    require(by, Action.REOPEN_TICKET, ticket)
    if not reason.strip():
        raise Invalid({"text": [_("Say why.")]})
    if not can_reopen(ticket):
        raise Conflict(_("The time to reopen has passed; open a new ticket."), code="window_passed")
    kind = MessageKind.REPLY if by.is_client else MessageKind.NOTE
    add_message(ticket, NewMessage(reason), kind, by=by, channel=ticket.channel)
    reopen(ticket, "client" if by.is_client else "operator", by=by)


@command
def undo_reopening(ticket: Ticket, reason: str, *, by: Actor) -> None:
    """The reopening was not genuine: within the hour the ticket is as it was before, and no figure knows of it."""
    require(by, Action.UNDO_REOPENING, ticket)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    life = _statuses(ticket)
    if life and life[-1].payload["reason"] == NOT_GENUINE and not ticket.is_open:
        return  # a second click
    reopening = genuine_until(ticket, life)
    if reopening is None:
        raise Conflict(_("This ticket was not reopened."), code="not_reopened")
    if reopening < now():
        raise Conflict(_("A reopening can be undone within an hour only."), code="window_passed")
    before = next(e for e in reversed(life) if Status(e.payload["before"]) in _ENDED)
    solved = [e for e in life if e.id < before.id and e.payload["after"] == Status.RESOLVED.value]
    closed = [e for e in life if e.id < before.id and e.payload["after"] == Status.CLOSED.value]
    restore(ticket, Status(before.payload["before"]), by=by, reason=NOT_GENUINE)
    ticket.resolved_at, ticket.resolved_line = (solved[-1].at if solved else before.at), ticket.line
    if ticket.status is Status.CLOSED and closed:
        ticket.closed_at = closed[-1].at
        ticket.accepted_at = closed[-1].at if closed[-1].payload["reason"] == "accepted" else None
    else:
        await_acceptance(ticket)
    ticket.reopenings, ticket.awaits_reply = max(0, ticket.reopenings - 1), False
    record(ReopeningUndone(ticket.id, reason=reason.strip()), by=by)


def genuine_until(ticket: Ticket, life: Sequence[Entry] | None = None) -> datetime | None:
    """Until when the last reopening of an open ticket can be undone; None where there was none."""
    if not ticket.is_open or not ticket.reopenings:
        return None
    ended = [e for e in life or _statuses(ticket) if Status(e.payload["before"]) in _ENDED]
    return ended[-1].at + timedelta(seconds=NOT_GENUINE_SECONDS) if ended else None


@command
def cancel_ticket(ticket: Ticket, reason: str, *, by: Actor) -> None:
    """End a ticket that is not wanted any more; that is final."""
    require(by, Action.CANCEL_TICKET, ticket)
    if not reason.strip():
        raise Invalid({"text": [_("Say why.")]})
    if by.is_client and ticket.line not in (None, 1):
        raise Conflict(_("Specialists work on it already; write to us and we will stop."), code="already_worked_on")
    change_status(ticket, Status.CANCELLED, by=by, reason=reason.strip())
    record(TicketCancelled(ticket.id, reason=reason.strip()), by=by)


@command
def close_silent(limit: int = 200) -> int:
    """Close resolved tickets whose client has been silent long enough; returns how many."""
    query = select(Ticket).where(Ticket.closes_at.is_not(None), Ticket.closes_at <= now()).order_by(Ticket.closes_at)
    tickets = db.session.scalars(query.limit(limit).with_for_update(skip_locked=True, of=Ticket)).all()
    for ticket in tickets:
        if ticket.status is Status.RESOLVED:
            change_status(ticket, Status.CLOSED, by=SYSTEM, reason="silence")
            record(TicketClosed(ticket.id, reason="silence"), by=SYSTEM)
        ticket.closes_at = None
    return len(tickets)


def claim_runs(ticket: Ticket) -> bool:
    """Whether the ticket's status is driven by a claim that has not come to its end."""
    if ticket.type is not TicketType.CLAIM:
        return False
    ends = (ClaimState.VERIFIED, ClaimState.CLOSED, ClaimState.WITHDRAWN)
    query = select(Claim.id).where(Claim.ticket_id == ticket.id, Claim.state.not_in(ends))
    return db.session.scalar(query) is not None


def _statuses(ticket: Ticket) -> Sequence[Entry]:
    query = select(Entry).where(
        Entry.subject_kind == "ticket", Entry.subject_id == ticket.id, Entry.fact == StatusChanged.__name__
    )
    return db.session.scalars(query.order_by(Entry.id)).all()


def await_acceptance(ticket: Ticket) -> None:
    """Set when silence closes: at the end of the n-th business day of the resolution's calendar from now."""
    days = ticket_settings().silence_closes_days
    at = epoch(now())
    index = next((register.indexes()[c.calendar_id] for c in clocks.of(ticket) if c.kind is ClockKind.RESOLUTION), None)
    closes = index.business_days_after(at, days) if index else None
    ticket.closes_at = instant(closes if closes is not None else at + days * 86_400)
