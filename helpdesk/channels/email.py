"""The intake of mail: a raw mail becomes a ticket, a reply on one, or nothing, and is kept either way.

1. The same mail twice (same bytes, or same Message-ID of the same sender) changes nothing; the first outcome counts.
2. What machines sent is ignored: our own letters, returned mail, automatic replies. A letter that came back for good
   counts as not sent. Machines are never answered, so that no two of them keep each other busy. The answer of a
   calendar to one of our invitations is the answer of its owner, though a machine sends it.
3. A mail belongs to the ticket whose letter it answers, known by a Message-ID that nobody can forge, or to the one
   whose number stands in its subject. Either way it becomes a reply only where its sender sees that ticket; whoever
   answers another's letter gets a ticket of their own, linked to it.
4. Everything else opens a ticket. A stranger becomes an unverified contact without organisation; after thirty tickets
   within an hour their mails are held back.
5. The time of a mail is its receipt here, never what its Date field claims. The raw mail is kept whole.

Whatever may go wrong in between, the mail was either taken in whole or not at all: giving it again is safe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from flask import current_app
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from helpdesk.aftersales.answers import take_answer
from helpdesk.aftersales.invitations import read_answer
from helpdesk.channels.base import MailOutcome
from helpdesk.channels.language import guess_language
from helpdesk.config import Config
from helpdesk.core.command import command, unlocked
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.files import FileStore, safe_filename
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.events import ReplySent, TicketResolved
from helpdesk.mail import outbound
from helpdesk.mail.inbound import IncomingMail, read_mail
from helpdesk.models.access import Account
from helpdesk.models.mail import MailResult, ReceivedMail
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Contact
from helpdesk.models.tickets import NUMBER_PREFIX, Channel, LinkKind, Ticket
from helpdesk.people.accounts import actor_of, clean_email
from helpdesk.people.organisations import contact_by_email, meet_stranger
from helpdesk.policy.actor import SYSTEM, contact_actor
from helpdesk.tickets import conversation, linking
from helpdesk.tickets.attachments import MEGABYTE, StoredUpload, store_upload
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.queries import get_ticket

LARGEST = 35_000_000  # bytes of a raw mail: 25 MB of files grow by a third on the way
MOST_FROM_A_STRANGER = 30
WITHIN = timedelta(hours=1)
LONGEST_ID = 1_000
MOST_CALENDARS = 5  # of one mail that are looked at for an answer
LONGEST_WHOLE = 1_000_000  # of the mail beside the reply; the raw mail has the rest

_NEVER_AN_ANSWER = ("own_letter", "bounce")
_CALENDARS = frozenset({"text/calendar", "application/ics"})

# Letters that carry a message of ours; the others only announce something.
_CARRIES_MESSAGE = frozenset({ReplySent.__name__, TicketResolved.__name__})


def receive(raw: bytes) -> MailOutcome:
    """Take a raw mail in, and say what became of it.

    Raises `mail.inbound.Unreadable` where nothing can be made of it; OSError, Busy or SQLAlchemy's errors where it
    cannot be taken in now.
    """
    mail = read_mail(raw, limit=LARGEST)
    with unlocked():  # storing files takes its time
        if before := _outcome_before(mail):
            return before
        FileStore(_config().attachments).put(BytesIO(raw), limit=len(raw))
        files = _Files() if _machine(mail) else _stored(mail)
    try:
        return _take_in(mail, files)
    except IntegrityError:
        # Somebody wrote the same row at this very moment, such as the new contact: now it is there to be found.
        return _take_in(mail, files)


@dataclass(frozen=True)
class _Files:
    """The files of a mail that lie in the store, and the names of those that are too large for it."""

    uploads: tuple[StoredUpload, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Verdict:
    """What a mail becomes, and on which ticket."""

    result: MailResult
    reason: str = ""
    ticket_id: int | None = None


@command
def _take_in(mail: IncomingMail, files: _Files) -> MailOutcome:
    sender = _sender(mail)
    _one_at_a_time(sender)
    if before := _outcome_before(mail):
        return before
    row = ReceivedMail(
        digest=mail.digest, message_id=_message_id(mail), received_at=now(), result=MailResult.IGNORED, sender=sender,
        subject=mail.subject,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    verdict = _judge(mail, sender, files, row.id)
    row.result, row.reason, row.ticket_id = verdict.result, verdict.reason, verdict.ticket_id
    return _outcome(row, row.reason)


def _judge(mail: IncomingMail, sender: str, files: _Files, row_id: int) -> _Verdict:
    machine = _machine(mail)
    if machine not in _NEVER_AN_ANSWER and (answer := _calendar_answer(mail, sender)) is not None:
        return answer
    if machine is not None:
        return _Verdict(MailResult.IGNORED, machine, _take_back(mail))
    if not sender:
        return _Verdict(MailResult.QUARANTINED, "no_sender")
    if sender == _config().mail_from.lower():
        # Not a letter of ours, though it says so: an answer would come back to us.
        return _Verdict(MailResult.QUARANTINED, "own_address")
    contact, answered = contact_by_email(sender), outbound.ticket_of(mail.references)
    ticket = _ticket_seen_by(contact, answered or outbound.ticket_in_subject(mail.subject))
    if contact is not None and ticket is not None:
        return _reply(ticket, mail, files, row_id, by=contact)
    if _floods(contact):
        return _Verdict(MailResult.QUARANTINED, "flood")
    return _open(mail, files, row_id, by=contact or _met(mail, sender), answered=answered)


def _calendar_answer(mail: IncomingMail, sender: str) -> _Verdict | None:
    """What a calendar answers to our invitation to a revisit; None where the mail is no such answer of its sender."""
    files = [file for file in mail.attachments if file.media_type in _CALENDARS]
    contact = contact_by_email(sender) if files and sender else None
    if contact is None:
        return None
    answer = next(filter(None, (read_answer(file.content) for file in files[:MOST_CALENDARS])), None)
    if answer is None:
        return None
    # What programs write by themselves around an answer are not the words of its sender.
    became = take_answer(answer, contact, "" if mail.is_auto_reply else mail.reply_text.strip())
    return _Verdict(MailResult.REPLY, became) if became else None


def _machine(mail: IncomingMail) -> str | None:
    """Which kind of machine sent it; None where a person did."""
    if mail.desk_id == outbound.desk_id():
        return "own_letter"
    if mail.bounce is not None:
        return "bounce"
    return "auto_reply" if mail.is_auto_reply else None


def _take_back(mail: IncomingMail) -> int | None:
    """Of returned mail: the message that the letter carried counts as not sent. The ticket of the letter, if known."""
    if mail.bounce is None:
        return None
    original = mail.bounce.original_message_id
    letter = next((i for i in (original, *mail.references) if i and outbound.ticket_of((i,)) is not None), None)
    if letter is None:
        return None
    ticket_id = outbound.ticket_of((letter,))
    lost = [failure.address for failure in mail.bounce.failures if failure.is_permanent]
    message = _carried(letter, ticket_id)
    if lost and message is not None:
        conversation.delivery_failed(message, lost[0])
    return ticket_id


def _carried(letter: str, ticket_id: int | None) -> Message | None:
    """The message in the letter with this Message-ID, whose key begins with the journal entry that it tells of."""
    entry_id = letter.split(".")[2].partition("-")[0]
    entry = db.session.get(Entry, int(entry_id)) if entry_id.isdigit() else None
    if entry is None or entry.fact not in _CARRIES_MESSAGE or entry.subject_id != ticket_id:
        return None
    message_id = entry.payload["message_id"]
    return db.session.get(Message, message_id) if message_id else None


def _ticket_seen_by(contact: Contact | None, ticket_id: int | None) -> Ticket | None:
    if contact is None or ticket_id is None:
        return None
    account = db.session.scalar(select(Account).where(Account.contact_id == contact.id, Account.disabled_at.is_(None)))
    try:
        # With an account they see what they see when signed in; what they do is still done by mail.
        return get_ticket(str(ticket_id), for_=actor_of(account) if account else contact_actor(contact))
    except NotFound:
        return None


def _reply(ticket: Ticket, mail: IncomingMail, files: _Files, row_id: int, *, by: Contact) -> _Verdict:
    place = conversation.living(ticket)
    uploads, left_out = _fitting(files, place)
    text, whole = _words(mail)
    new = conversation.NewMessage(text, uploads=uploads, full_text=whole, received_mail_id=row_id)
    message = conversation.receive_reply(ticket, new, by=contact_actor(by), channel=Channel.EMAIL)
    held = db.session.get_one(Ticket, message.ticket_id)
    _note_left_out(held, left_out)
    if held.id == place.id:
        return _Verdict(MailResult.REPLY, "", held.id)
    return _Verdict(MailResult.CREATED, "follow_up", held.id)


def _open(mail: IncomingMail, files: _Files, row_id: int, *, by: Contact, answered: int | None) -> _Verdict:
    uploads, left_out = _fitting(files, None)
    text, whole = _words(mail)
    actor = contact_actor(by)
    ticket = open_ticket(
        NewTicket(
            subject=mail.subject.strip() or _first_line(text), text=text, uploads=uploads, full_text=whole,
            language=by.language if by.is_verified else _language(mail), received_mail_id=row_id,
        ), by=actor, channel=Channel.EMAIL,
    )  # fmt: skip
    _note_left_out(ticket, left_out)
    other = db.session.get(Ticket, answered) if answered is not None else None
    if other is None:
        return _Verdict(MailResult.CREATED, "", ticket.id)
    linking.link_tickets(ticket, other, LinkKind.RELATED, by=SYSTEM)
    _note(ticket, _(
        "This mail answers a letter about %(number)s, but came from %(sender)s, who does not see that ticket. "
        "Check who that is before you tell them anything about it.", number=other.number, sender=by.email,
    ))  # fmt: skip
    return _Verdict(MailResult.CREATED, "not_their_ticket", ticket.id)


def _floods(contact: Contact | None) -> bool:
    if contact is None or contact.is_verified:
        return False
    recent = select(func.count()).where(Ticket.requester_id == contact.id, Ticket.opened_at > now() - WITHIN)
    return (db.session.scalar(recent) or 0) >= MOST_FROM_A_STRANGER


def _met(mail: IncomingMail, sender: str) -> Contact:
    return meet_stranger(sender, mail.sender_name.strip(), language=_language(mail))


def _language(mail: IncomingMail) -> str:
    return guess_language(f"{mail.subject}\n{mail.reply_text}")


def _words(mail: IncomingMail) -> tuple[str, str | None]:
    """What the sender says now, and the whole mail where that is more.

    Only an answer is trimmed: in a mail that answers nothing, what looks like a quotation is what it is about.
    """
    whole = mail.text.strip()
    text = (mail.reply_text.strip() if mail.references else whole) or whole or mail.subject.strip()
    text = (text or _("(This mail has no text.)"))[: conversation.LONGEST_TEXT]
    return text, whole[:LONGEST_WHOLE] if whole and whole != text else None


def _first_line(text: str) -> str:
    return text.splitlines()[0][:100]


def _stored(mail: IncomingMail) -> _Files:
    uploads: list[StoredUpload] = []
    left_out: list[str] = []
    for file in mail.attachments:
        try:
            uploads.append(store_upload(file.filename, BytesIO(file.content), declared_type=file.media_type))
        except Invalid:
            left_out.append(safe_filename(file.filename))
    return _Files(tuple(uploads), tuple(left_out))


def _fitting(files: _Files, ticket: Ticket | None) -> tuple[tuple[StoredUpload, ...], Sequence[str]]:
    """The files for which the ticket has room, and the names of the others."""
    room = _config().max_ticket_mb * MEGABYTE
    if ticket is not None:
        room -= db.session.scalar(select(func.sum(Attachment.size)).where(Attachment.ticket_id == ticket.id)) or 0
    fitting: list[StoredUpload] = []
    left_out = list(files.left_out)
    for upload in files.uploads:
        if upload.stored.size <= room:
            room -= upload.stored.size
            fitting.append(upload)
        else:
            left_out.append(upload.filename)
    return tuple(fitting), left_out


def _note_left_out(ticket: Ticket, names: Iterable[str]) -> None:
    listed = enumeration(names)
    if listed:
        _note(ticket, _("These files were too large and were left out: %(names)s", names=listed))


def _note(ticket: Ticket, text: str) -> None:
    conversation.add_note(ticket, conversation.NewMessage(text), by=SYSTEM)


def _message_id(mail: IncomingMail) -> str | None:
    """The Message-ID as it is kept: a monstrous one by its digest, since an index of PostgreSQL takes 2,700 bytes."""
    if mail.message_id is None or len(mail.message_id.encode()) <= LONGEST_ID:
        return mail.message_id
    return f"<sha256.{hashlib.sha256(mail.message_id.encode()).hexdigest()}>"


def _sender(mail: IncomingMail) -> str:
    try:
        return clean_email(mail.sender_address or "")
    except Invalid:
        return ""


def _one_at_a_time(sender: str) -> None:
    """Mails of one sender are taken in one after another; on SQLite every writer is alone already."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"mail from {sender}", 0))))


def _outcome_before(mail: IncomingMail) -> MailOutcome | None:
    is_same = ReceivedMail.digest == mail.digest
    if message_id := _message_id(mail):
        again = and_(ReceivedMail.message_id == message_id, ReceivedMail.sender == _sender(mail))
        is_same = or_(is_same, again)
    row = db.session.scalar(select(ReceivedMail).where(is_same).order_by(ReceivedMail.id).limit(1))
    return _outcome(row, "duplicate") if row is not None else None


def _outcome(row: ReceivedMail, reason: str) -> MailOutcome:
    number = None if row.ticket_id is None else f"{NUMBER_PREFIX}{row.ticket_id}"
    return MailOutcome(row.result, number, reason)


def _config() -> Config:
    config: Config = current_app.config["THREELINE"]
    return config
