"""A letter → MIME, with the headers that keep threads together and machines from answering machines.

The Message-ID of a letter is made from its job: however often it is tried, it is the same letter. It carries the ticket
and a code that only this desk can make, so that an answer finds its ticket and nobody can forge the reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from flask import current_app

from helpdesk.config import Config
from helpdesk.core.files import FileStore
from helpdesk.core.tokens import short_mac
from helpdesk.mail.transport import transport_of
from helpdesk.models.tickets import NUMBER_PREFIX

_REFERENCE = re.compile(r"<?ticket\.(\d{1,18})\.([a-z0-9-]{1,60})\.([0-9a-f]{16})@[^>\s]+>?")


@dataclass(frozen=True)
class LetterFile:
    """A file that goes along; its content lies in the file store."""

    filename: str
    media_type: str
    digest: str


@dataclass(frozen=True)
class Enclosure:
    """A file that is made for this letter alone and kept nowhere else."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class CalendarPart:
    """What the reader's calendar is to do (RFC 6047): a third form of the same letter."""

    method: str
    text: str


@dataclass(frozen=True)
class Letter:
    """One letter, made in its reader's language, ready to be handed over."""

    key: str  # stable for all tries; part of the Message-ID
    to_name: str
    to_address: str
    language: str
    subject: str
    text: str
    html: str
    written_at: datetime
    ticket_id: int | None = None
    is_automatic: bool = True
    files: tuple[LetterFile, ...] = ()
    calendar: CalendarPart | None = None
    enclosures: tuple[Enclosure, ...] = ()

    def send(self) -> None:
        """Hand the letter over by the configured transport."""
        transport_of(_config()).send(to_mime(self))


def to_mime(letter: Letter) -> EmailMessage:
    """The letter as it leaves the house."""
    config = _config()
    mime = EmailMessage(policy=SMTP)
    mime["Message-ID"] = message_id(letter.ticket_id, letter.key)
    mime["From"] = formataddr((config.mail_from_name, config.mail_from))
    mime["To"] = formataddr((" ".join(letter.to_name.split()), letter.to_address))
    mime["Subject"] = " ".join(letter.subject.split())
    mime["Date"] = format_datetime(letter.written_at)
    mime["X-Threeline-Desk"] = desk_id()
    if letter.is_automatic:
        mime["Auto-Submitted"] = "auto-generated"
        mime["X-Auto-Response-Suppress"] = "All"
    if letter.ticket_id is not None:
        # One thread a ticket in every mail program, whether or not it keeps our ids: the root is never sent itself.
        root = message_id(letter.ticket_id, "root")
        mime["In-Reply-To"] = root
        mime["References"] = root
    mime.set_content(letter.text)
    mime.add_alternative(letter.html, subtype="html")
    if letter.calendar is not None:
        mime.add_alternative(letter.calendar.text, subtype="calendar", params={"method": letter.calendar.method})
    store = FileStore(config.attachments)
    for file in letter.files:
        main, _slash, sub = file.media_type.partition("/")
        with store.open(file.digest) as content:
            if file.media_type == "message/rfc822":  # a mail in a mail would be read as one
                main, sub = "application", "octet-stream"
            mime.add_attachment(content.read(), maintype=main, subtype=sub or "octet-stream", filename=file.filename)
    for enclosed in letter.enclosures:
        main, _slash, sub = enclosed.media_type.partition("/")
        mime.add_attachment(enclosed.content, maintype=main, subtype=sub, filename=enclosed.filename)
    mime["Content-Language"] = letter.language  # at last: with a second form it would move to the first
    return mime


def message_id(ticket_id: int | None, key: str) -> str:
    """The Message-ID of a letter about a ticket (or about none)."""
    domain = _config().mail_domain
    if ticket_id is None:
        return f"<desk.{key}.{short_mac('letter', key)}@{domain}>"
    return f"<ticket.{ticket_id}.{key}.{_code(ticket_id, key)}@{domain}>"


def ticket_of(references: tuple[str, ...]) -> int | None:
    """The ticket that a mail answers to, by the ids it refers to; forged ids count for nothing."""
    for reference in reversed(references):
        found = _REFERENCE.fullmatch(reference)
        if found and _code(int(found[1]), found[2]) == found[3]:
            return int(found[1])
    return None


def ticket_in_subject(subject: str) -> int | None:
    """The ticket whose number stands in the subject as `[T-20418]`; anyone can write that, so ask who wrote it."""
    found = re.search(rf"\[{re.escape(NUMBER_PREFIX)}(\d{{1,18}})\]", subject)
    return int(found[1]) if found else None


def desk_id() -> str:
    """What our own letters carry, so that we do not answer ourselves."""
    return short_mac("desk", "id")


def _code(ticket_id: int, key: str) -> str:
    return short_mac("thread", f"{ticket_id}:{key}")


def _config() -> Config:
    config: Config = current_app.config["THREELINE"]
    return config
