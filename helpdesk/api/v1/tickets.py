"""Tickets: open, list, read, change."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from flask import url_for
from marshmallow import ValidationError, validates_schema

from helpdesk.api.auth import current_actor
from helpdesk.api.errors import in_our_words
from helpdesk.api.fields import (
    LONGEST_LINE,
    LONGEST_TEXT,
    STAFF,
    Choice,
    CustomFields,
    Instant,
    Language,
    Number,
    OneOf,
    RowId,
    Several,
    Text,
    YesNo,
)
from helpdesk.api.inputs import Input, read_uploads, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import TICKET, TICKET_PAGE
from helpdesk.core.command import command
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.models.tickets import Channel, Impact, Priority, Status, Ticket, TicketType, Urgency
from helpdesk.policy.actor import Actor
from helpdesk.tickets.classification import Classification, classify, leaves_trace, note_reading
from helpdesk.tickets.fields import fields_for
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.priority import assess, flag_major, override_priority
from helpdesk.tickets.queries import (
    VIEWS,
    Filter,
    TicketRow,
    conversation,
    get_ticket,
    list_tickets,
    list_view,
)
from helpdesk.tickets.states import set_status
from helpdesk.tickets.tags import LONGEST as LONGEST_TAG

# What a change says only together with something else.
COMPANIONS = {
    "priority_reason": "priority", "major_reason": "is_major", "status_reason": "status", "scheduled_for": "status",
}  # fmt: skip

bp = Blueprint("tickets", __name__, description="Requests of clients, from receipt to acceptance.")


class NewTicketSchema(Input):
    """What is known when a client asks for something."""

    subject = Text(LONGEST_LINE, needed=True, required=True)
    text = Text(LONGEST_TEXT, needed=True, required=True)
    type = Choice(TicketType)
    requester_id = RowId(metadata={"description": "The contact who asks; staff name one, clients are it themselves."})
    urgency = Choice(Urgency)
    impact = Choice(Impact, metadata=STAFF)
    product_id = RowId(allow_none=True)
    installed_product_id = RowId(allow_none=True)
    component_id = RowId(allow_none=True)
    category_id = RowId(allow_none=True)
    language = Language(allow_none=True)
    tags = Several(Text(LONGEST_TAG), metadata=STAFF)
    custom_fields = CustomFields()
    channel = Choice(Channel, load_default=Channel.API, metadata=STAFF)


class FilterSchema(PageSchema):
    """Which tickets, and which page of them."""

    not_together = (("before", "after"), ("view", "is_open"))

    view = OneOf(VIEWS, metadata={"description": "A list of the console, by what is due next."})
    is_open = YesNo(in_query=True)
    status = Choice(Status)
    type = Choice(TicketType)
    channel = Choice(Channel)
    organisation_id = RowId(in_query=True)
    product_id = RowId(in_query=True)
    priority = Choice(Priority, metadata=STAFF)
    team_id = RowId(in_query=True, metadata=STAFF)
    line = Number(1, 3, in_query=True, metadata=STAFF)
    assignee_id = RowId(in_query=True, metadata=STAFF)


class TicketChangeSchema(Input):
    """What shall be otherwise; what is left out stays. `priority` overrides what impact and urgency give, null
    withdraws that; custom fields are merged, null empties one."""

    subject = Text(LONGEST_LINE, needed=True)
    type = Choice(TicketType)
    product_id = RowId(allow_none=True)
    installed_product_id = RowId(allow_none=True)
    component_id = RowId(allow_none=True)
    category_id = RowId(allow_none=True)
    custom_fields = CustomFields()
    impact = Choice(Impact)
    urgency = Choice(Urgency)
    priority = Choice(Priority, allow_none=True)
    priority_reason = Text(LONGEST_LINE)
    is_major = YesNo()
    major_reason = Text(LONGEST_LINE)
    status = Choice(Status, metadata={"description": "open, waiting_vendor or scheduled; the others have their own."})
    status_reason = Text(LONGEST_LINE)
    scheduled_for = Instant()

    @validates_schema
    def _ask_for_what_goes_with_it(self, sent: dict[str, Any], **_kwargs: Any) -> None:
        for name, companion in COMPANIONS.items():
            if name in sent and companion not in sent:
                raise ValidationError({companion: [_("Fill in this field.")]})


@bp.post("/tickets")
@bp.takes(NewTicketSchema(), files=True, once=True)
@bp.gives(201, TICKET)
def create(sent: dict[str, Any]) -> tuple[Ticket, dict[str, str]]:
    """Open a ticket."""
    actor, known = current_actor(), {name: value for name, value in sent.items() if name != "channel"}
    new = NewTicket(**known, uploads=read_uploads(), submission=submission())
    ticket = open_ticket(new, by=actor, channel=sent["channel"])
    if new.submission and not _came_from(ticket, new, actor):
        refuse_reused_key()
    return ticket, {"Location": url_for("api.tickets.show", number=ticket.number)}


@bp.get("/tickets")
@bp.takes(FilterSchema(), location="query")
@bp.gives(200, TICKET_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[TicketRow], dict[str, str]]:
    """List the tickets that the account sees: newest first, or a view of the console by what is due next."""
    view, is_open = sent.pop("view", None), sent.pop("is_open", None)
    paging = {name: sent.pop(name) for name in ("after", "before", "size") if name in sent}
    narrowed = Filter(**sent)
    if view is not None:
        page = list_view(view, for_=current_actor(), narrowed=narrowed, **paging)
    else:
        page = list_tickets(for_=current_actor(), narrowed=narrowed, is_open=is_open, **paging)
    return page, link_header(page)


@bp.get("/tickets/<number>")
@bp.gives(200, TICKET)
def show(number: str) -> Ticket:
    """Read a ticket."""
    return ticket_to_read(number)


@bp.patch("/tickets/<number>")
@bp.takes(TicketChangeSchema())
@bp.gives(200, TICKET)
def update(sent: dict[str, Any], number: str) -> Ticket:
    """Change a ticket: classification, impact and urgency, priority, Major flag, status; all of it or nothing."""
    ticket = get_ticket(number, for_=current_actor())
    change_ticket(ticket, sent, by=current_actor())
    return ticket


@command
def change_ticket(ticket: Ticket, sent: dict[str, Any], *, by: Actor) -> None:
    """Do what the change asks for, activity by activity, in one transaction."""
    classification = {each.name for each in fields_of(Classification)}
    if sent.keys() & classification:
        classify(ticket, _classification(ticket, sent, by), by=by)
    if sent.keys() & {"impact", "urgency"}:
        assess(ticket, sent.get("impact", ticket.impact), sent.get("urgency", ticket.urgency), by=by)
    if "priority" in sent:
        with in_our_words(reason="priority_reason"):
            wanted = sent["priority"] or ticket.computed_priority
            override_priority(ticket, wanted, sent.get("priority_reason", ""), by=by)
    if "is_major" in sent:
        with in_our_words(reason="major_reason"):
            flag_major(ticket, sent["is_major"], sent.get("major_reason", ""), by=by)
    if "status" in sent:
        reason = sent.get("status_reason", "")
        set_status(ticket, sent["status"], by=by, reason=reason, scheduled_for=sent.get("scheduled_for"))


def ticket_to_read(number: str) -> Ticket:
    """The ticket for whoever asks; an administrator's look leaves its trace."""
    ticket = get_ticket(number, for_=current_actor())
    if leaves_trace(current_actor()):
        note_reading(ticket, by=current_actor())
    return ticket


def _classification(ticket: Ticket, sent: dict[str, Any], by: Actor) -> Classification:
    values = {each.name: getattr(ticket, each.name) for each in fields_of(Classification)}
    if "product_id" in sent and sent["product_id"] != ticket.product_id:
        values["installed_product_id"] = None  # it was one of the product before
    known = {card.key for card in fields_for(sent.get("type", ticket.type), by)}
    kept = {key: value for key, value in ticket.custom_fields.items() if key in known}
    values |= {name: value for name, value in sent.items() if name in values}
    values["custom_fields"] = kept | sent["custom_fields"] if "custom_fields" in sent else None
    return Classification(**values)


def _came_from(ticket: Ticket, new: NewTicket, actor: Actor) -> bool:
    """Whether this request opened the ticket, now or before: the client's first words never change."""
    return any(m.text == new.text for m in conversation(ticket, for_=actor) if m.ticket_id == ticket.id)
