"""Whole, valid things; say what matters for this test, the rest is filled in."""

from __future__ import annotations

from typing import Any

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.escalation import NewHandover, hand_over
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.resolution import resolve_ticket
from helpdesk.tickets.tags import set_tags
from tests.cast import Cast

HANDOVER = NewHandover(
    client_sees="Blank labels", tried="New roll, new cable", articles="", environment="Printer 7.42, Windows 11",
    asked="Is it the firmware?",
)  # fmt: skip


def a_ticket(
    cast: Cast, *, requester: Actor | None = None, status: Status = Status.NEW, line: int = 1,
    channel: Channel = Channel.PORTAL, tags: tuple[str, ...] = (), **values: Any,
) -> Ticket:  # fmt: skip
    """A ticket of Jonas on the first line, brought to this line and status by the people who do that."""
    values.setdefault("subject", "Printer prints blank labels")
    values.setdefault("text", "Since this morning every label is blank.")
    ticket = open_ticket(NewTicket(**values), by=requester or cast.jonas, channel=channel)
    if tags:
        set_tags(ticket, tags, by=cast.ona)
    if line >= 2:
        hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    if line == 3:
        hand_over(ticket, HANDOVER, by=cast.tomas)
    holder = {1: cast.ona, 2: cast.tomas, 3: cast.giedrius}[line]
    if status in (Status.OPEN, Status.WAITING_CLIENT, Status.WAITING_VENDOR):
        reply_to_client(ticket, NewMessage("We are looking into it."), by=holder, status=status)
    elif status is Status.RESOLVED:
        resolve_ticket(ticket, NewMessage("Clean the print head."), by=holder)
    return ticket


def facts(ticket: Ticket) -> list[str]:
    """The names of the facts recorded about a ticket, in order."""
    query = db.select(Entry).where(Entry.subject_kind == "ticket", Entry.subject_id == ticket.id).order_by(Entry.id)
    return [entry.fact for entry in db.session.scalars(query)]
