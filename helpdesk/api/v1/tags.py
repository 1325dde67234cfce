"""The tags of a ticket. Staff's own."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Several, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.shown import TICKET
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.tags import LONGEST, set_tags

bp = Blueprint("tags", __name__, description="Free words on tickets.")


@dataclass(frozen=True)
class Tags:
    tags: list[str]


class TagsSchema(Input):
    """All the tags that the ticket shall have."""

    makes = Tags
    tags = Several(Text(LONGEST), required=True)


@bp.put("/tickets/<number>/tags")
@bp.takes(TagsSchema())
@bp.gives(200, TICKET)
def update(sent: Tags, number: str) -> Ticket:
    """Make these the ticket's tags."""
    ticket = get_ticket(number, for_=current_actor())
    set_tags(ticket, sent.tags, by=current_actor())
    return ticket
