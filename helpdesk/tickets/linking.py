"""How tickets belong together: parent and child, related, duplicate; merging, which is a link and a view."""

from __future__ import annotations

from sqlalchemy import or_, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import (
    ClocksGivenBack,
    ClocksTakenOver,
    MergeUndone,
    TicketLinked,
    TicketMerged,
    TicketUnlinked,
)
from helpdesk.models.tickets import LinkKind, Status, Ticket, TicketLink
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets import clocks
from helpdesk.tickets.conversation import living
from helpdesk.tickets.states import change_status, restore

# What people link by hand; the other kinds come from merging and following up.
BY_HAND = frozenset({LinkKind.PARENT_OF, LinkKind.RELATED, LinkKind.DUPLICATE_OF})


@command
def link_tickets(ticket: Ticket, other: Ticket, kind: LinkKind, *, by: Actor) -> TicketLink:
    """Say how two tickets belong together; the same link twice is one."""
    require(by, Action.LINK_TICKETS, ticket)
    if kind not in BY_HAND:
        raise Invalid({"kind": [_("Choose one of the list.")]})
    if ticket.id == other.id:
        raise Invalid({"other": [_("Choose another ticket.")]})
    existing = _live(ticket, other, kind) or (_live(other, ticket, kind) if kind is LinkKind.RELATED else None)
    if existing:
        return existing
    if kind is LinkKind.PARENT_OF and ticket.id in _descendants(other.id):
        raise Conflict(_("That ticket is above this one already."), code="circle")
    row = TicketLink(ticket_id=ticket.id, other_id=other.id, kind=kind, created_at=now())
    db.session.add(row)
    record(TicketLinked(ticket.id, other_id=other.id, kind=kind.value), by=by)
    return row


@command
def unlink_tickets(link: TicketLink, *, by: Actor) -> None:
    """End a link; it stays in the history."""
    ticket = db.session.get_one(Ticket, link.ticket_id)
    require(by, Action.LINK_TICKETS, ticket)
    if link.kind not in BY_HAND or link.ended_at is not None:
        raise Conflict(code="not_by_hand")
    link.ended_at = now()
    record(TicketUnlinked(ticket.id, other_id=link.other_id, kind=link.kind.value), by=by)


@command
def merge_tickets(ticket: Ticket, into: Ticket, *, by: Actor) -> None:
    """Make one request of two: this ticket goes on as `into`, and replies to it follow there."""
    require(by, Action.MERGE_TICKETS, ticket)
    require(by, Action.MERGE_TICKETS, into)
    into = living(into)
    if ticket.id == into.id:
        raise Invalid({"other": [_("Choose another ticket.")]})
    if not into.is_open:
        raise Conflict(_("Merge into a ticket that is open."), code="not_open")
    if ticket.organisation_id != into.organisation_id:
        # A merge shows each requester the other's words: never across organisations.
        raise Conflict(_("Only tickets of the same organisation can be merged."), code="other_organisation")
    before, stricter = ticket.status, clocks.stricter_of(ticket, into)
    change_status(ticket, Status.MERGED, by=by)
    ticket.merged_into_id = into.id
    db.session.add(TicketLink(ticket_id=ticket.id, other_id=into.id, kind=LinkKind.MERGED_INTO, created_at=now(),
                              undo={"status": before.value}))  # fmt: skip
    record(TicketMerged(ticket.id, into_id=into.id), by=by)
    if stricter:
        record(ClocksTakenOver(into.id, from_id=ticket.id, clocks=stricter), by=by)


@command
def undo_merge(ticket: Ticket, *, by: Actor) -> None:
    """Take a merge back whole: status and clocks stand as if it had not been."""
    require(by, Action.MERGE_TICKETS, ticket)
    if ticket.status is not Status.MERGED or ticket.merged_into_id is None:
        raise Conflict(_("This ticket is not merged."), code="not_merged")
    into = db.session.get_one(Ticket, ticket.merged_into_id)
    link = _live(ticket, into, LinkKind.MERGED_INTO)
    if link is None:
        raise Conflict(_("This ticket is not merged."), code="not_merged")
    link.ended_at = now()
    ticket.merged_into_id = None
    restore(ticket, Status(link.undo["status"]), by=by)
    record(MergeUndone(ticket.id, from_id=into.id), by=by)
    record(ClocksGivenBack(into.id, from_id=ticket.id), by=by)


def links_of(ticket: Ticket) -> list[tuple[TicketLink, int]]:
    """The live links of a ticket, each with the id of the other ticket."""
    query = select(TicketLink).where(
        or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id), TicketLink.ended_at.is_(None)
    )
    rows = db.session.scalars(query.order_by(TicketLink.id))
    return [(row, row.other_id if row.ticket_id == ticket.id else row.ticket_id) for row in rows]


def _live(ticket: Ticket, other: Ticket, kind: LinkKind) -> TicketLink | None:
    return db.session.scalar(select(TicketLink).where(
        TicketLink.ticket_id == ticket.id, TicketLink.other_id == other.id, TicketLink.kind == kind,
        TicketLink.ended_at.is_(None),
    ))  # fmt: skip


def _descendants(ticket_id: int) -> set[int]:
    found, frontier = set[int](), {ticket_id}
    while frontier:
        found |= frontier
        children = db.session.scalars(select(TicketLink.other_id).where(
            TicketLink.ticket_id.in_(frontier), TicketLink.kind == LinkKind.PARENT_OF, TicketLink.ended_at.is_(None)
        ))  # fmt: skip
        frontier = set(children) - found
    return found
