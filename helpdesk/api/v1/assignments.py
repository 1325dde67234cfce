"""Who works on a ticket: the assignment of one, and the next one of the queue."""

from __future__ import annotations

from typing import Any

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import RowId
from helpdesk.api.inputs import Input, Nothing
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.shown import TICKET
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.assignment import assign, take, take_next
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("assignments", __name__, description="Who works on a ticket.")


class AssignmentSchema(Input):
    """Who shall work on it; whoever asks, where nobody is named."""

    operator_id = RowId()


@bp.put("/tickets/<number>/assignment")
@bp.takes(AssignmentSchema())
@bp.gives(200, TICKET)
def update(sent: dict[str, Any], number: str) -> Ticket:
    """Give the ticket to an operator of its team, or take it; the absent are answered for by their substitute."""
    ticket = get_ticket(number, for_=current_actor())
    if "operator_id" in sent:
        assign(ticket, sent["operator_id"], by=current_actor())
    else:
        take(ticket, by=current_actor())
    return ticket


@bp.delete("/tickets/<number>/assignment")
@bp.gives(200, TICKET)
def delete(number: str) -> Ticket:
    """Let nobody work on it."""
    ticket = get_ticket(number, for_=current_actor())
    assign(ticket, None, by=current_actor())
    return ticket


@bp.post("/queue/next")
@bp.takes(Nothing())
@bp.gives(200, TICKET, empty="Nothing is waiting.")
def create(_sent: object) -> Ticket | None:
    """Take the most urgent unassigned ticket of one's teams."""
    return take_next(by=current_actor())
