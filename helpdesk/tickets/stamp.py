"""When a ticket last changed."""

from __future__ import annotations

from helpdesk.core.times import now
from helpdesk.models.tickets import Ticket


def stamp(ticket: Ticket) -> None:
    """Note that something about the ticket changed just now."""
    ticket.updated_at = now()
