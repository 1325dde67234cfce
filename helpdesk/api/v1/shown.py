"""How the API shows what more than one resource gives: tickets and their rows in lists, messages, changes of team.

Each thing has two schemas. A client's lists, name by name, what a client may see; the one for staff adds the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy import select

from helpdesk.api.fields import Choice, Instant
from helpdesk.api.openapi import Representation
from helpdesk.core.db import db
from helpdesk.core.times import epoch, instant, now
from helpdesk.entitlement.choice import SOURCES, looked_at
from helpdesk.models.access import Account
from helpdesk.models.messages import Attachment, Message, MessageKind
from helpdesk.models.people import Contact
from helpdesk.models.tickets import (
    NEVER,
    NUMBER_PREFIX,
    Channel,
    Impact,
    Priority,
    Status,
    Ticket,
    TicketType,
    Urgency,
)
from helpdesk.people.directory import OperatorCard, TeamCard, operators, teams
from helpdesk.policy.actor import Actor
from helpdesk.tickets.attachments import attachments_of
from helpdesk.tickets.clocks import of as clocks_of
from helpdesk.tickets.fields import fields_for
from helpdesk.tickets.queries import CLIENT_KINDS, Due, client_due_of, due_of
from helpdesk.tickets.tags import tags_of


class Shown(Schema):
    """What a caller gets: every field is there, empty ones as null."""

    class Meta:
        unknown = EXCLUDE  # more fields may come; nobody should break over that

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        # Marshmallow tries what an object might be field by field; ours are mappings, or have attributes.
        return obj.get(attr, default) if isinstance(obj, dict) else getattr(obj, attr, default)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.required = True


class NameOrNull(fields.String):
    """A word; an empty one means that there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_none=True, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return super()._serialize(value, attr, obj, **kwargs) or None


class DueSchema(Shown):
    """What is due next."""

    kind = NameOrNull(
        metadata={"description": "first_response, next_response, periodic_update or resolution; for staff time_to_own."}
    )
    state = fields.String(metadata={"enum": ["running", "paused", "overdue", "none"]})
    at = Instant(allow_none=True)
    seconds_left = fields.Integer(
        allow_none=True, metadata={"description": "Negative when overdue; of a paused clock, what is left of its time."}
    )


class TeamSchema(Shown):
    """A team, on its line."""

    id = fields.Integer()
    name = fields.String()
    line = fields.Integer(allow_none=True)


class OperatorSchema(Shown):
    """Somebody who answers tickets."""

    id = fields.Integer()
    name = fields.String()


class ClientTicketRowSchema(Shown):
    """A ticket in a list, as its client sees it."""

    number = fields.String()
    type = Choice(TicketType)
    status = Choice(Status)
    subject = fields.String()
    channel = Choice(Channel)
    requester_name = fields.String(attribute="requester")
    organisation_name = NameOrNull(attribute="organisation")
    due = fields.Nested(DueSchema)
    opened_at = Instant()
    updated_at = Instant()


class TicketRowSchema(ClientTicketRowSchema):
    """A ticket in a list."""

    sub_status = NameOrNull()
    priority = Choice(Priority)
    is_major = fields.Boolean()
    line = fields.Integer(allow_none=True)
    team = fields.Nested(TeamSchema, allow_none=True)
    assignee = fields.Nested(OperatorSchema, allow_none=True)
    awaits_reply = fields.Boolean(attribute="is_unread")
    is_bouncing = fields.Boolean()
    tags = fields.List(fields.String())


class ClientTicketPageSchema(Shown):
    """Some tickets, as their client sees them, with the cursors of the pages after and before."""

    tickets = fields.List(fields.Nested(ClientTicketRowSchema), attribute="rows")
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class TicketPageSchema(ClientTicketPageSchema):
    """Some tickets, with the cursors of the pages after and before."""

    tickets = fields.List(fields.Nested(TicketRowSchema), attribute="rows")


class ClientTicketSchema(Shown):
    """A ticket, as its client sees it."""

    number = fields.String()
    type = Choice(TicketType)
    status = Choice(Status)
    subject = fields.String()
    channel = Choice(Channel)
    language = fields.String()
    requester_id = fields.Integer()
    requester_name = fields.String()
    organisation_id = fields.Integer(allow_none=True)
    organisation_name = fields.String(allow_none=True)
    owner_name = fields.String(allow_none=True, metadata={"description": "Who answers for it towards the client."})
    client_urgency = Choice(Urgency, allow_none=True)
    product_id = fields.Integer(allow_none=True)
    installed_product_id = fields.Integer(allow_none=True)
    component_id = fields.Integer(allow_none=True)
    category_id = fields.Integer(allow_none=True)
    custom_fields = fields.Dict()
    due = fields.Nested(DueSchema)
    opened_at = Instant()
    updated_at = Instant()
    scheduled_for = Instant(allow_none=True)
    resolved_at = Instant(allow_none=True)
    accepted_at = Instant(allow_none=True)
    closes_at = Instant(allow_none=True, metadata={"description": "When silence closes it."})
    closed_at = Instant(allow_none=True)


class CandidateSchema(Shown):
    """Something that could cover a ticket, and what became of it when the ticket was received."""

    source = fields.String(metadata={"enum": list(SOURCES)})
    name = NameOrNull()
    verdict = fields.String(metadata={"examples": ["chosen", "outranked", "other_channel", "outside_hours"]})


class TicketSchema(ClientTicketSchema):
    """A ticket."""

    sub_status = NameOrNull()
    impact = Choice(Impact)
    urgency = Choice(Urgency)
    priority = Choice(Priority)
    computed_priority = Choice(Priority)
    priority_reason = NameOrNull()
    is_major = fields.Boolean()
    line = fields.Integer(allow_none=True)
    highest_line = fields.Integer(allow_none=True)
    team = fields.Nested(TeamSchema, allow_none=True)
    assignee = fields.Nested(OperatorSchema, allow_none=True)
    owner_team = fields.Nested(TeamSchema, allow_none=True)
    owner = fields.Nested(OperatorSchema, allow_none=True)
    tags = fields.List(fields.String())
    awaits_reply = fields.Boolean()
    reassignments = fields.Integer()
    reopenings = fields.Integer()
    is_ping_pong = fields.Boolean()
    is_bouncing = fields.Boolean()
    missed_sla = fields.Boolean()
    resolved_line = fields.Integer(allow_none=True)
    merged_into = fields.String(allow_none=True)
    coverage = fields.List(fields.Nested(CandidateSchema))


class AttachmentSchema(Shown):
    """A file on a message; its content lies at `url`."""

    id = fields.Integer()
    filename = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "Bytes."})
    url = fields.String()


class DoerSchema(Shown):
    """Who it was: a contact, an operator, an account of staff without a queue, or the desk itself."""

    kind = fields.String(metadata={"enum": ["contact", "operator", "account", "system"]})
    name = fields.String()


class ClientMessageSchema(Shown):
    """Something said on a ticket, as its client sees it."""

    id = fields.Integer()
    ticket = fields.String(metadata={"description": "Number of the ticket on which it stands."})
    kind = Choice(MessageKind)
    author = fields.Nested(DoerSchema)
    channel = Choice(Channel)
    text = fields.String()
    created_at = Instant()
    attachments = fields.List(fields.Nested(AttachmentSchema))


class MessageSchema(ClientMessageSchema):
    """Something said on a ticket."""

    full_text = fields.String(allow_none=True, metadata={"description": "The whole mail of which `text` is left."})
    delivery_failed_at = Instant(allow_none=True)


class ClientMessagesSchema(Shown):
    """A conversation, as its client sees it."""

    messages = fields.List(fields.Nested(ClientMessageSchema))


class MessagesSchema(Shown):
    """A conversation, internal notes among it."""

    messages = fields.List(fields.Nested(MessageSchema))


@dataclass(frozen=True)
class TicketShown:
    """A ticket with what is not in its row; everything else is the ticket's own."""

    ticket: Ticket
    due: Due
    tags: Sequence[str]
    custom_fields: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ticket, name)

    @property
    def requester_name(self) -> str:
        return self.ticket.requester.name

    @property
    def organisation_name(self) -> str | None:
        return self.ticket.organisation.name if self.ticket.organisation else None

    @property
    def owner_name(self) -> str | None:
        return self.owner.name if self.owner else None

    @property
    def owner(self) -> OperatorCard | None:
        return operators().get(self.ticket.owner_id or 0)

    @property
    def assignee(self) -> OperatorCard | None:
        return operators().get(self.ticket.assignee_id or 0)

    @property
    def team(self) -> TeamCard | None:
        return teams().get(self.ticket.team_id or 0)

    @property
    def owner_team(self) -> TeamCard | None:
        return teams().get(self.ticket.owner_team_id or 0)

    @property
    def coverage(self) -> list[dict[str, str]]:
        return looked_at(self.ticket.entitlement)

    @property
    def merged_into(self) -> str | None:
        return f"{NUMBER_PREFIX}{self.ticket.merged_into_id}" if self.ticket.merged_into_id else None


@dataclass(frozen=True)
class DoerShown:
    kind: str
    name: str


@dataclass(frozen=True)
class AttachmentShown:
    id: int
    filename: str
    media_type: str
    size: int
    url: str


@dataclass(frozen=True)
class MessageShown:
    """A message with its author's name and its files."""

    id: int
    ticket: str
    kind: MessageKind
    author: DoerShown
    channel: Channel
    text: str
    created_at: datetime
    attachments: Sequence[AttachmentShown]
    full_text: str | None
    delivery_failed_at: datetime | None


@dataclass(frozen=True)
class Conversation:
    """The messages of a ticket, in order."""

    ticket: Ticket
    messages: Sequence[Message]


def ticket_shown(ticket: Ticket, actor: Actor) -> TicketShown:
    """A ticket as this actor sees it."""
    shown = ticket.custom_fields
    if not actor.is_staff:
        known = {card.key for card in fields_for(None, actor)}
        shown = {key: value for key, value in shown.items() if key in known}
    tags = tags_of([ticket.id]).get(ticket.id, []) if actor.is_staff else []
    return TicketShown(ticket, _due(ticket, actor), tags, shown)


def message_shown(message: Message, actor: Actor) -> MessageShown:
    """A single message."""
    return _message(message, names_of([(message.author_kind, message.author_id)], actor), message.attachments)


def conversation_shown(conversation: Conversation, actor: Actor) -> dict[str, list[MessageShown]]:
    """A whole conversation; merged messages bring their files along."""
    ticket, messages = conversation.ticket, conversation.messages
    names = names_of([(m.author_kind, m.author_id) for m in messages], actor)
    files = attachments_of(ticket, [m.id for m in messages if m.ticket_id == ticket.id])
    files |= {m.id: list(m.attachments) for m in messages if m.ticket_id != ticket.id}
    return {"messages": [_message(m, names, files.get(m.id, ())) for m in messages]}


def names_of(doers: Iterable[tuple[str, int]], actor: Actor) -> dict[tuple[str, int], str]:
    """The names of these authors and actors, who are known to be on something that the actor sees."""
    names = {actor.reference: actor.name}
    missing: dict[str, set[int]] = {}
    for kind, doer_id in doers:
        if (str(kind), doer_id) not in names:
            missing.setdefault(str(kind), set()).add(doer_id)
    if "operator" in missing:
        names |= {("operator", i): card.name for i, card in operators().items() if i in missing["operator"]}
    for kind, model in (("contact", Contact), ("account", Account)):
        if kind in missing:
            rows = db.session.execute(select(model.id, model.name).where(model.id.in_(missing[kind])))
            names |= {(kind, row.id): row.name for row in rows}
    return names


def doer_shown(kind: str, doer_id: int, names: Mapping[tuple[str, int], str]) -> DoerShown:
    return DoerShown(str(kind), names.get((str(kind), doer_id), "Threeline"))


def _due(ticket: Ticket, actor: Actor) -> Due:
    is_told_alike = actor.is_staff or ticket.next_due_kind in CLIENT_KINDS
    if is_told_alike and ticket.updated_at == ticket.opened_at and ticket.next_due_at != NEVER:
        left = ticket.next_due_at - epoch(now())
        if left >= 0:  # nobody has touched it yet, so its own row tells what its clocks would
            return Due(ticket.next_due_kind, "running", "", instant(ticket.next_due_at), left, 0.0)
    return (due_of if actor.is_staff else client_due_of)(ticket, clocks_of(ticket))


def _message(message: Message, names: Mapping[tuple[str, int], str], files: Iterable[Attachment]) -> MessageShown:
    return MessageShown(
        id=message.id, ticket=f"{NUMBER_PREFIX}{message.ticket_id}", kind=message.kind,
        author=doer_shown(message.author_kind, message.author_id, names), channel=message.channel, text=message.text,
        created_at=message.created_at, attachments=[_attachment(row) for row in files], full_text=message.full_text,
        delivery_failed_at=message.delivery_failed_at,
    )  # fmt: skip


def _attachment(row: Attachment) -> AttachmentShown:
    url = url_for("api.attachments.show", attachment_id=row.id)
    return AttachmentShown(row.id, row.filename, row.media_type, row.size, url)


TICKET = Representation(TicketSchema(), ClientTicketSchema(), of=ticket_shown)
TICKET_PAGE = Representation(TicketPageSchema(), ClientTicketPageSchema())
MESSAGE = Representation(MessageSchema(), ClientMessageSchema(), of=message_shown)
MESSAGES = Representation(MessagesSchema(), ClientMessagesSchema(), of=conversation_shown)
