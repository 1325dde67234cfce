"""What was said on a ticket, and what was attached."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.tickets import Channel


class MessageKind(StrEnum):
    REPLY = "reply"  # public, from either side
    NOTE = "note"  # internal; reaches a client by no route
    SYSTEM = "system"


class AuthorKind(StrEnum):
    CONTACT = "contact"
    OPERATOR = "operator"
    ACCOUNT = "account"  # staff without a queue
    SYSTEM = "system"


class Message(Base):
    """A public reply, an internal note or a system entry."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[MessageKind] = mapped_column(Word(MessageKind))
    author_kind: Mapped[AuthorKind] = mapped_column(Word(AuthorKind))
    author_id: Mapped[int] = mapped_column(BigId)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    text: Mapped[str]  # Markdown from the desk's own forms, plain text from mail
    full_text: Mapped[str | None]  # the whole mail, where `text` is what was left of it
    created_at: Mapped[datetime]
    received_mail_id: Mapped[int | None] = mapped_column(ForeignKey("received_mail.id"))
    delivery_failed_at: Mapped[datetime | None]
    submission: Mapped[str | None] = mapped_column(unique=True)

    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")

    __table_args__ = (Index("ix_message_ticket", "ticket_id", "id"),)  # the conversation of a ticket

    @property
    def is_internal(self) -> bool:
        return self.kind is MessageKind.NOTE

    @property
    def is_from_client(self) -> bool:
        return self.author_kind is AuthorKind.CONTACT


class Attachment(Base):
    """A file on a message; its content lies in the file store under its digest."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    digest: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    created_at: Mapped[datetime]
