"""Enquiries: what somebody who may buy asks for, what was quoted, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word, append_only


class EnquiryKind(StrEnum):
    """What the client wants of us."""

    INFORMATION = "information"
    MEETING = "meeting"
    QUOTATION = "quotation"


class EnquiryState(StrEnum):
    """Where an enquiry stands; the status of its ticket follows."""

    RECEIVED = "received"
    CLARIFYING = "clarifying"  # we met, or are finding out what they need
    QUOTED = "quoted"
    WON = "won"
    LOST = "lost"
    ANSWERED = "answered"  # information was all that they wanted
    WITHDRAWN = "withdrawn"  # cancelled, merged, or no enquiry after all


OPEN_STATES = frozenset({EnquiryState.RECEIVED, EnquiryState.CLARIFYING, EnquiryState.QUOTED})
_OPEN = text("state IN ('received', 'clarifying', 'quoted')")


class Enquiry(Base):
    """The pre-sales side of a ticket of the type enquiry: one row for one ticket."""

    __tablename__ = "enquiry"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId, unique=True)
    kind: Mapped[EnquiryKind] = mapped_column(Word(EnquiryKind))
    state: Mapped[EnquiryState] = mapped_column(Word(EnquiryState))
    is_complex: Mapped[bool] = mapped_column(default=False)
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    quotation_asked_at: Mapped[datetime | None]  # from when on the time of the quotation counts
    met_at: Mapped[datetime | None]  # the last meeting
    summary_sent_at: Mapped[datetime | None]  # of the letter about it
    reason: Mapped[str] = mapped_column(default="")  # why it was lost or withdrawn
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        # the list of what is open, the newest first; and of all
        Index("ix_enquiry_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_enquiry_state", "state", "id"),
    )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Quotation(Base):
    """What was offered, for how much and until when. Never changed: another one follows."""

    __tablename__ = "quotation"

    id: Mapped[int] = mapped_column(primary_key=True)
    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id"), index=True)
    what: Mapped[str]
    amount_cents: Mapped[int]
    currency: Mapped[str]
    valid_until: Mapped[date]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), type_=BigId)
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("amount_cents >= 0", "costs_something"),)


append_only(Quotation)
