"""What is said on a ticket: replies to the client, the client's replies, internal notes, calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import (
    CallRegistered,
    DeliveryFailed,
    NoteAdded,
    ReplyReceived,
    ReplySent,
    TicketClosed,
    TicketReopened,
    TicketResolved,
)
from helpdesk.models.messages import AuthorKind, Message, MessageKind
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.assignment import own, stand_in
from helpdesk.tickets.attachments import StoredUpload, attach
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.stamp import stamp
from helpdesk.tickets.states import SETTABLE, change_status
from helpdesk.tickets.thanks import is_mere_thanks

LONGEST_TEXT = 200_000


@dataclass(frozen=True)
class NewMessage:
    """Something somebody says."""

    text: str
    uploads: tuple[StoredUpload, ...] = ()
    submission: str | None = None
    full_text: str | None = None
    received_mail_id: int | None = None


@dataclass(frozen=True)
class NewCall:
    """A conversation by phone or in person, written down by the operator who had it."""

    ticket: NewTicket
    answer: str  # what the operator said; public
    is_resolved: bool = False


@command
def reply_to_client(
    ticket: Ticket,
    new: NewMessage,
    *,
    by: Actor,
    status: Status | None = None,
    scheduled_for: datetime | None = None,
) -> Message:
    """Answer the client; the ticket becomes open, or waits, as `status` says."""
    require(by, Action.REPLY_TO_CLIENT, ticket)
    if existing := _already(ticket, new):
        return existing
    _refuse_finished(ticket)
    if status is not None and status not in SETTABLE:
        raise Invalid({"status": [_("This status is reached by its own action, not set by hand.")]})
    if status is Status.SCHEDULED and scheduled_for is None:
        raise Invalid({"scheduled_for": [_("Say when it is scheduled.")]})
    message = add_message(ticket, new, MessageKind.REPLY, by=by, channel=ticket.channel)
    ticket.awaits_reply = False
    own(ticket, by.operator_id)
    wanted = status or (Status.OPEN if ticket.status is Status.NEW else ticket.status)
    if wanted is not ticket.status:
        change_status(ticket, wanted, by=by)
    if wanted is Status.SCHEDULED:
        ticket.scheduled_for = scheduled_for
    record(ReplySent(ticket.id, message_id=message.id), by=by)
    return message


@command
def receive_reply(ticket: Ticket, new: NewMessage, *, by: Actor, channel: Channel) -> Message:
    """The client writes: waiting ends, a resolution is reopened within its window, a mere "thank you" changes nothing.

    After the window, and on a cancelled ticket, a new ticket follows and the message stands there.
    """
    require(by, Action.REPLY_AS_CLIENT, ticket)
    if existing := _already(ticket, new):
        return existing
    ticket = living(ticket)
    thanks_only = is_mere_thanks(new.text) and not new.uploads
    if not ticket.is_open and not thanks_only and not can_reopen(ticket):
        return _follow_up(ticket, new, by=by, channel=channel)
    message = add_message(ticket, new, MessageKind.REPLY, by=by, channel=channel)
    if thanks_only and not ticket.is_open:
        stamp(ticket)
    elif ticket.is_open:
        ticket.awaits_reply = True
        stand_in(ticket)
        if ticket.status is Status.WAITING_CLIENT:
            change_status(ticket, Status.OPEN, by=by, reason="client_replied")
    else:
        reopen(ticket, "reply", by=by)
    record(ReplyReceived(ticket.id, message_id=message.id), by=by)
    return message


@command
def add_note(ticket: Ticket, new: NewMessage, *, by: Actor) -> Message:
    """Write for colleagues; a note reaches no client by any route."""
    require(by, Action.ADD_NOTE, ticket)
    if existing := _already(ticket, new):
        return existing
    message = add_message(ticket, new, MessageKind.NOTE, by=by, channel=ticket.channel)
    record(NoteAdded(ticket.id, message_id=message.id), by=by)
    return message


@command
def register_call(call: NewCall, *, by: Actor, channel: Channel) -> Ticket:
    """Register a conversation in one step: the request, the answer given, and whether it is done with that."""
    if existing := _ticket_by_submission(call.ticket.submission):
        return existing
    ticket = open_ticket(call.ticket, by=by, channel=channel)
    ticket.assignee_id = by.operator_id if ticket.team_id in by.team_ids else None
    own(ticket, by.operator_id)
    ticket.awaits_reply = False
    message = None
    if call.answer.strip():
        message = add_message(ticket, NewMessage(call.answer), MessageKind.REPLY, by=by, channel=channel)
    if call.is_resolved:
        if message is None:
            raise Invalid({"answer": [_("Write down what solved it.")]})
        # Spoken and done: the client agreed in the conversation, so nobody is asked again.
        change_status(ticket, Status.RESOLVED, by=by, reason="on_call")
        record(TicketResolved(ticket.id, message_id=message.id, line=ticket.line, team_id=ticket.team_id), by=by)
        change_status(ticket, Status.CLOSED, by=by, reason="on_call")
        record(TicketClosed(ticket.id, reason="on_call"), by=by)
    else:
        change_status(ticket, Status.OPEN, by=by)
    if message is not None:
        record(CallRegistered(ticket.id, message_id=message.id), by=by)
    return ticket


@command
def delivery_failed(message: Message, recipient: str) -> None:
    """A reply of ours came back: it counts as not sent, and the first response clock goes on."""
    ticket = db.session.get_one(Ticket, message.ticket_id)
    if message.delivery_failed_at is not None:
        return
    message.delivery_failed_at = now()
    record(DeliveryFailed(ticket.id, message_id=message.id, recipient=recipient), by=SYSTEM)


def living(ticket: Ticket) -> Ticket:
    """The ticket itself, or the one it was merged into."""
    while ticket.merged_into_id is not None:
        ticket = db.session.get_one(Ticket, ticket.merged_into_id)
    return ticket


def can_reopen(ticket: Ticket) -> bool:
    """Whether the ticket is resolved or closed and its reopen window has not passed."""
    if ticket.status not in (Status.RESOLVED, Status.CLOSED) or ticket.resolved_at is None:
        return False
    return ticket.status is Status.RESOLVED or reopens_until(ticket) >= now()


def reopens_until(ticket: Ticket) -> datetime:
    """The last instant at which a reply or a refusal reopens."""
    since = ticket.resolved_at or now()
    return since + timedelta(days=ticket_settings().reopen_days)


def reopen(ticket: Ticket, reason: str, *, by: Actor) -> None:
    """The resolution did not hold: the ticket is open again, in its present team. Part of a larger activity."""
    change_status(ticket, Status.OPEN, by=by, reason=reason)
    ticket.reopenings += 1
    ticket.awaits_reply = True
    record(TicketReopened(ticket.id, reason=reason), by=by)


def add_message(ticket: Ticket, new: NewMessage, kind: MessageKind, *, by: Actor, channel: Channel) -> Message:
    """Put a message on the ticket. Part of a larger activity."""
    text = new.text.strip()
    if not text and not new.uploads:
        raise Invalid({"text": [_("Write something.")]})
    if len(text) > LONGEST_TEXT:
        raise Invalid({"text": [_("This is too long; attach it as a file.")]})
    author_kind, author_id = by.reference
    message = Message(
        ticket_id=ticket.id, kind=kind, author_kind=AuthorKind(author_kind), author_id=author_id, channel=channel,
        text=text, full_text=new.full_text, created_at=now(), received_mail_id=new.received_mail_id,
        submission=new.submission, attachments=[],
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    attach(message, new.uploads)
    stamp(ticket)
    return message


def _follow_up(ticket: Ticket, new: NewMessage, *, by: Actor, channel: Channel) -> Message:
    following = open_ticket(
        NewTicket(
            subject=ticket.subject, text=new.text, type=ticket.type, product_id=ticket.product_id,
            component_id=ticket.component_id, category_id=ticket.category_id, language=ticket.language,
            uploads=new.uploads, full_text=new.full_text, received_mail_id=new.received_mail_id,
            submission=new.submission, follow_up_of=ticket.id,
        ), by=by, channel=channel,
    )  # fmt: skip
    # The words came a second time, perhaps after the ticket that follows has gone on.
    first = select(Message).where(Message.ticket_id == following.id).order_by(Message.id).limit(1)
    return db.session.scalars(first).one()


def _already(ticket: Ticket, new: NewMessage) -> Message | None:
    if new.submission is None:
        return None
    return db.session.scalar(select(Message).where(Message.submission == new.submission))


def _ticket_by_submission(submission: str | None) -> Ticket | None:
    if submission is None:
        return None
    return db.session.scalar(select(Ticket).where(Ticket.submission == submission))


def _refuse_finished(ticket: Ticket) -> None:
    if ticket.status in (Status.CANCELLED, Status.MERGED):
        raise Conflict(_("This ticket is finished; open a new one."), code="not_open")
