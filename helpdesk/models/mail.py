"""Mail that came in: each raw mail once, with what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word


class MailResult(StrEnum):
    """What a raw mail became."""

    CREATED = "created"
    REPLY = "reply"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class ReceivedMail(Base):
    """A raw mail, kept whole in the file store under its digest; the same mail twice changes nothing."""

    __tablename__ = "received_mail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str | None] = mapped_column(index=True)
    received_at: Mapped[datetime]
    result: Mapped[MailResult] = mapped_column(Word(MailResult))
    reason: Mapped[str] = mapped_column(default="")
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_received_mail_result", "result", "id"),)  # the quarantine list
