"""Files on messages: stored by digest before the transaction, counted against the limits inside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO

from flask import current_app
from sqlalchemy import func, select

from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.files import FileStore, StoredFile, TooLarge, safe_filename
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class StoredUpload:
    """A file that lies in the store and waits for its message."""

    filename: str
    stored: StoredFile


def store_upload(filename: str, content: IO[bytes], *, declared_type: str = "") -> StoredUpload:
    """Store one file; Invalid (field `files`) when it is larger than the desk allows."""
    most = config().max_attachment_mb
    try:
        stored = store().put(content, limit=most * MEGABYTE, declared_type=declared_type)
    except TooLarge as error:
        name = safe_filename(filename)
        raise Invalid({"files": [_("%(name)s is larger than %(most)s MB.", name=name, most=most)]}) from error
    return StoredUpload(safe_filename(filename), stored)


def attach(message: Message, uploads: Sequence[StoredUpload]) -> None:
    """Put stored files on a message; Invalid when the ticket's files together grow too large."""
    if not uploads:
        return
    db.session.flush()
    present = db.session.scalar(select(func.sum(Attachment.size)).where(Attachment.ticket_id == message.ticket_id)) or 0
    most = config().max_ticket_mb
    if present + sum(upload.stored.size for upload in uploads) > most * MEGABYTE:
        raise Invalid({"files": [_("The files of one ticket may be %(most)s MB together.", most=most)]})
    for upload in uploads:
        stored = upload.stored
        message.attachments.append(
            Attachment(ticket_id=message.ticket_id, digest=stored.digest, filename=upload.filename,
                       media_type=stored.media_type, size=stored.size, created_at=now())
        )  # fmt: skip


def get_attachment(attachment_id: int, *, for_: Actor) -> Attachment | None:
    """The attachment, if this actor sees the message that it stands on."""
    row: Attachment | None = db.session.scalar(visible(for_, Attachment).where(Attachment.id == attachment_id))
    return row


def attachments_of(ticket: Ticket, message_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """The files of some messages, by message."""
    found: dict[int, list[Attachment]] = {}
    query = select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.message_id.in_(list(message_ids)))
    for row in db.session.scalars(query.order_by(Attachment.id)):
        found.setdefault(row.message_id, []).append(row)
    return found


def content_of(attachment: Attachment) -> BinaryIO:
    """The content as a stream."""
    return store().open(attachment.digest)


def store() -> FileStore:
    """Where this desk keeps the contents of files."""
    return FileStore(config().attachments)


def config() -> Config:
    """The settings of this desk."""
    config: Config = current_app.config["THREELINE"]
    return config
