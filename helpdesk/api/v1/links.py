"""How tickets belong together: links, and merging, which is a link and a view. Staff's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import TICKET, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import LinkKind, Ticket, TicketLink
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.linking import link_tickets, links_of, merge_tickets, undo_merge, unlink_tickets
from helpdesk.tickets.queries import get_ticket, get_tickets

bp = Blueprint("links", __name__, description="How tickets belong together.")


@dataclass(frozen=True)
class NewLink:
    other: str
    kind: LinkKind


@dataclass(frozen=True)
class NewMerge:
    into: str


@dataclass(frozen=True)
class LinkShown:
    """A link, read from one of its two tickets."""

    id: int
    kind: LinkKind
    ticket: str
    other: str
    other_subject: str
    created_at: datetime


@dataclass(frozen=True)
class Links:
    """The links of a ticket."""

    ticket: Ticket
    rows: Iterable[tuple[TicketLink, int]]


class NewLinkSchema(Input):
    """Another ticket by its number, and how this one stands to it."""

    makes = NewLink
    other = Text(40, needed=True, required=True)
    kind = Choice(LinkKind, load_default=LinkKind.RELATED)


class NewMergeSchema(Input):
    """The ticket that this one goes on as."""

    makes = NewMerge
    into = Text(40, needed=True, required=True)


class LinkSchema(Shown):
    """How `ticket` stands to `other`."""

    id = fields.Integer()
    kind = Choice(LinkKind)
    ticket = fields.String()
    other = fields.String()
    other_subject = fields.String(metadata={"description": "Subject of the ticket at the far end."})
    created_at = Instant()


class LinksSchema(Shown):
    """The live links of a ticket to others that the caller sees."""

    links = fields.List(fields.Nested(LinkSchema))


def links_shown(links: Links, actor: Actor) -> dict[str, list[LinkShown]]:
    rows, here = list(links.rows), links.ticket
    far = get_tickets([other_id for _row, other_id in rows], for_=actor)
    shown = []
    for row, other_id in rows:
        if other_id in far:
            first, second = (here, far[other_id]) if row.ticket_id == here.id else (far[other_id], here)
            subject = far[other_id].subject
            shown.append(LinkShown(row.id, row.kind, first.number, second.number, subject, row.created_at))
    return {"links": shown}


LINKS = Representation(LinksSchema(), None, of=links_shown)


@bp.get("/tickets/<number>/links")
@bp.gives(200, LINKS)
def index(number: str) -> Links:
    """Read the links of a ticket."""
    ticket = ticket_to_read(number)
    require(current_actor(), Action.READ_NOTE, ticket)
    return Links(ticket, links_of(ticket))


@bp.post("/tickets/<number>/links")
@bp.takes(NewLinkSchema())
@bp.gives(201, LINKS)
def create(sent: NewLink, number: str) -> Links:
    """Say how two tickets belong together; the same link twice is one."""
    ticket = get_ticket(number, for_=current_actor())
    link = link_tickets(ticket, _named(sent.other, "other"), sent.kind, by=current_actor())
    return Links(ticket, [(link, link.other_id if link.ticket_id == ticket.id else link.ticket_id)])


@bp.delete("/tickets/<number>/links/<row_id:link_id>")
@bp.gives(204)
def delete(number: str, link_id: int) -> None:
    """End a link; it stays in the history."""
    ticket = get_ticket(number, for_=current_actor())
    link = next((row for row, _other_id in links_of(ticket) if row.id == link_id), None)
    if link is None:
        raise NotFound
    unlink_tickets(link, by=current_actor())


@bp.put("/tickets/<number>/merge")
@bp.takes(NewMergeSchema())
@bp.gives(200, TICKET)
def merge(sent: NewMerge, number: str) -> Ticket:
    """Make one request of two: this ticket goes on as the other."""
    ticket = get_ticket(number, for_=current_actor())
    merge_tickets(ticket, _named(sent.into, "into"), by=current_actor())
    return ticket


@bp.delete("/tickets/<number>/merge")
@bp.gives(200, TICKET)
def unmerge(number: str) -> Ticket:
    """Take a merge back whole."""
    ticket = get_ticket(number, for_=current_actor())
    undo_merge(ticket, by=current_actor())
    return ticket


def _named(number: str, field: str) -> Ticket:
    try:
        return get_ticket(number, for_=current_actor())
    except NotFound as error:
        raise Invalid({field: [_("There is no such ticket.")]}) from error
