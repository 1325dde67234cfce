"""The state machine of tickets: which status may follow, and the only function that changes one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import StatusChanged
from helpdesk.models.tickets import OPEN_STATUSES, Status, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.stamp import stamp

_ENDINGS = {Status.RESOLVED, Status.CANCELLED, Status.MERGED}
_STANDING = {Status.WAITING_CLIENT, Status.WAITING_VENDOR, Status.SCHEDULED}

TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.OPEN} | _STANDING | _ENDINGS),
    Status.OPEN: frozenset(_STANDING | _ENDINGS),
    Status.WAITING_CLIENT: frozenset({Status.OPEN} | (_STANDING - {Status.WAITING_CLIENT}) | _ENDINGS),
    Status.WAITING_VENDOR: frozenset({Status.OPEN} | (_STANDING - {Status.WAITING_VENDOR}) | _ENDINGS),
    Status.SCHEDULED: frozenset({Status.OPEN} | (_STANDING - {Status.SCHEDULED}) | _ENDINGS),
    Status.RESOLVED: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.OPEN}),  # inside the reopen window; resolution.py watches it
    Status.CANCELLED: frozenset(),
    Status.MERGED: frozenset(),  # ends only by undoing the merge
}

# What a person may set directly; the others are reached by resolving, accepting, cancelling, merging.
SETTABLE = frozenset({Status.OPEN} | _STANDING)


def change_status(ticket: Ticket, to: Status, *, by: Actor, reason: str = "", sub_status: str = "") -> None:
    """Move the ticket to another status, with what that does to its clocks and dates. Part of a larger activity."""
    if to not in TRANSITIONS[ticket.status]:
        raise Conflict(
            _("From its present status the ticket cannot go there. Look at how it stands now."),
            code="no_such_transition",
        )
    _enter(ticket, to, by=by, reason=reason, sub_status=sub_status)


def restore(ticket: Ticket, to: Status, *, by: Actor, reason: str = "merge_undone") -> None:
    """Back to the status before what is undone: a merge, or a reopening."""
    _enter(ticket, to, by=by, reason=reason, sub_status="")


@command
def set_status(
    ticket: Ticket, to: Status, *, by: Actor, reason: str = "", scheduled_for: datetime | None = None
) -> None:
    """Say that a ticket is worked on, waits for somebody, or is scheduled."""
    require(by, Action.CHANGE_STATUS, ticket)
    if to not in SETTABLE:
        raise Invalid({"status": [_("This status is reached by its own action, not set by hand.")]})
    if to is Status.WAITING_CLIENT and ticket.status is not Status.WAITING_CLIENT:
        # A pause needs its evidence: the client must know what we wait for.
        raise Invalid({"status": [_("Write to the client what you wait for; the reply sets this status.")]})
    if to is Status.SCHEDULED and scheduled_for is None:
        raise Invalid({"scheduled_for": [_("Say when it is scheduled.")]})
    if ticket.status is to and to is not Status.SCHEDULED:
        return
    if ticket.status is not to:
        change_status(ticket, to, by=by, reason=reason)
    ticket.scheduled_for = scheduled_for if to is Status.SCHEDULED else None


@command
def wake_scheduled(limit: int = 200) -> int:
    """The agreed date has come: the ticket is open again; returns how many."""
    query = select(Ticket).where(Ticket.scheduled_for.is_not(None), Ticket.scheduled_for <= now())
    query = query.order_by(Ticket.scheduled_for).limit(limit).with_for_update(skip_locked=True, of=Ticket)
    tickets = db.session.scalars(query).all()
    for ticket in tickets:
        if ticket.status is Status.SCHEDULED:
            change_status(ticket, Status.OPEN, by=SYSTEM, reason="date_came")
        ticket.scheduled_for = None
    return len(tickets)


def _enter(ticket: Ticket, to: Status, *, by: Actor, reason: str, sub_status: str) -> None:
    before, at = ticket.status, now()
    ticket.status, ticket.sub_status, ticket.is_open = to, sub_status, to in OPEN_STATUSES
    if to is Status.RESOLVED:
        ticket.resolved_at, ticket.resolved_line = at, ticket.line
    elif to in OPEN_STATUSES:
        ticket.resolved_at = ticket.resolved_line = ticket.closed_at = ticket.closes_at = ticket.accepted_at = None
    else:
        ticket.closed_at, ticket.closes_at = at, None
    if to is Status.WAITING_CLIENT:
        ticket.waited_client = True
    if to is not Status.SCHEDULED:
        ticket.scheduled_for = None
    stamp(ticket)
    record(StatusChanged(ticket.id, before=before.value, after=to.value, sub_status=sub_status, reason=reason), by=by)
