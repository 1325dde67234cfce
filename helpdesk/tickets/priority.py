"""Impact × urgency → priority, and the override that keeps the computed value beside it."""

from __future__ import annotations

import functools

from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import epoch, now
from helpdesk.events import MajorFlagged, PriorityChanged
from helpdesk.models.tickets import Impact, Priority, Ticket, Urgency
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets import clocks
from helpdesk.tickets.desk import parse_matrix, ticket_settings
from helpdesk.tickets.queries import CLIENT_KINDS
from helpdesk.tickets.stamp import stamp
from sla import register
from sla.models import LIVE_STATES


def computed_priority(impact: Impact, urgency: Urgency) -> Priority:
    """The cell of the desk's matrix."""
    return _matrix(ticket_settings().priority_matrix)[impact, urgency]


@functools.cache
def _matrix(text: str) -> dict[tuple[Impact, Urgency], Priority]:
    return parse_matrix(text)


@command
def assess(ticket: Ticket, impact: Impact, urgency: Urgency, *, by: Actor) -> None:
    """Set impact and urgency; an override of the priority stays until it is withdrawn."""
    require(by, Action.CLASSIFY_TICKET, ticket)
    was_overridden = ticket.is_priority_overridden
    ticket.impact, ticket.urgency = impact, urgency
    ticket.computed_priority = computed_priority(impact, urgency)
    if not was_overridden:
        _set_priority(ticket, ticket.computed_priority, "", by=by)


@command
def override_priority(ticket: Ticket, priority: Priority, reason: str, *, by: Actor) -> None:
    """Set another priority than the matrix gives, with a reason; the computed one stays beside it."""
    require(by, Action.OVERRIDE_PRIORITY, ticket)
    if priority != ticket.computed_priority and not reason.strip():
        raise Invalid({"reason": [_("Say why the priority differs from what impact and urgency give.")]})
    _set_priority(ticket, priority, reason.strip() if priority != ticket.computed_priority else "", by=by)


@command
def flag_major(ticket: Ticket, is_major: bool, reason: str, *, by: Actor) -> None:
    """Raise or lower the Major flag that stands above the matrix."""
    require(by, Action.FLAG_MAJOR, ticket)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    ticket.is_major = is_major
    stamp(ticket)
    record(MajorFlagged(ticket.id, is_major=is_major, reason=reason.strip()), by=by)


def _set_priority(ticket: Ticket, priority: Priority, reason: str, *, by: Actor) -> None:
    before, ticket.priority, ticket.priority_reason = ticket.priority, priority, reason
    stamp(ticket)
    if before != priority:
        left = _left_percent(ticket) if priority > before else None  # P4 is lower than P1
        record(PriorityChanged(ticket.id, before=before.value, after=priority.value, reason=reason, left_percent=left),
               by=by)  # fmt: skip


def _left_percent(ticket: Ticket) -> int | None:
    """How much of its time the client's clock that is nearest to its end has left, in whole per cent."""
    at = epoch(now())
    left = [
        max(0, 100 * (clock.target_seconds - register.used(clock, at)) // clock.target_seconds)
        for clock in clocks.of(ticket) if clock.kind in CLIENT_KINDS and clock.state in LIVE_STATES
    ]  # fmt: skip
    return min(left, default=None)
