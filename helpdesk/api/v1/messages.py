"""What is said on a ticket: the conversation, replies from either side, internal notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, STAFF, Choice, Instant, Text
from helpdesk.api.inputs import Input, read_uploads, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.shown import MESSAGE, MESSAGES, Conversation
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.models.messages import Message, MessageKind
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.tickets.conversation import NewMessage, add_note, living, receive_reply, reply_to_client
from helpdesk.tickets.queries import conversation, get_ticket

bp = Blueprint("messages", __name__, description="Replies from either side, and internal notes.")


@dataclass(frozen=True)
class NewReply:
    """What is said, and what the ticket waits for after it."""

    text: str = ""
    status: Status | None = None
    scheduled_for: datetime | None = None


class WordsSchema(Input):
    """Something said. With files the text may be empty."""

    makes = NewMessage
    text = Text(LONGEST_TEXT, load_default="")


class ReplySchema(Input):
    """Something said to the other side. With files the text may be empty."""

    makes = NewReply
    text = Text(LONGEST_TEXT)
    status = Choice(Status, metadata=STAFF)
    scheduled_for = Instant(metadata=STAFF)


@bp.get("/tickets/<number>/messages")
@bp.gives(200, MESSAGES)
def index(number: str) -> Conversation:
    """Read the conversation, oldest first; for staff with the internal notes among it."""
    ticket = ticket_to_read(number)
    return Conversation(ticket, conversation(ticket, for_=current_actor()))


@bp.post("/tickets/<number>/messages")
@bp.takes(ReplySchema(), files=True, once=True)
@bp.gives(201, MESSAGE)
def create(sent: NewReply, number: str) -> Message:
    """Reply: staff to the client, the client to the desk. The client's words after the reopen window open a ticket."""
    actor = current_actor()
    new = NewMessage(sent.text, uploads=read_uploads(), submission=submission())
    ticket = get_ticket(number, for_=actor)
    if actor.is_client:
        message = receive_reply(ticket, new, by=actor, channel=Channel.API)
    else:
        message = reply_to_client(ticket, new, by=actor, status=sent.status, scheduled_for=sent.scheduled_for)
    return _first_result(message, MessageKind.REPLY, ticket, new)


@bp.post("/tickets/<number>/notes")
@bp.takes(WordsSchema(), files=True, once=True)
@bp.gives(201, MESSAGE)
def create_note(sent: NewMessage, number: str) -> Message:
    """Write an internal note; it reaches no client."""
    new = replace(sent, uploads=read_uploads(), submission=submission())
    ticket = get_ticket(number, for_=current_actor())
    return _first_result(add_note(ticket, new, by=current_actor()), MessageKind.NOTE, ticket, new)


def _first_result(message: Message, kind: MessageKind, ticket: Ticket, new: NewMessage) -> Message:
    """The message, unless its key stands for another request."""
    # Words that came after the reopen window stand on a new ticket, which bears the key itself.
    is_elsewhere = message.submission is not None and message.ticket_id not in (ticket.id, living(ticket).id)
    if new.submission and (is_elsewhere or message.kind is not kind or message.text.strip() != new.text.strip()):
        refuse_reused_key()
    return message
