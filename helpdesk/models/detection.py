"""Similar tickets: the index of their most telling terms, the groups that they form, and how far the index has got."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId


class TextTerm(Base):
    """A term of tickets, and in how many of them it stands. A code begins with `#`."""

    __tablename__ = "text_term"

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(unique=True)
    documents: Mapped[int]


class TicketTerm(Base):
    """One of the most telling terms of a ticket: by these it is looked up."""

    __tablename__ = "ticket_term"

    term_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy reads it


class TicketText(Base):
    """What a ticket is compared by, and the group that it belongs to."""

    __tablename__ = "ticket_text"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(BigId)  # the id of the ticket that founded it
    opened_at: Mapped[datetime]
    score: Mapped[float]  # of the evidence by which it joined; 0 for the founder
    length: Mapped[float]
    terms: Mapped[str]  # `term_id:count`, separated by spaces

    __table_args__ = (
        Index("ix_ticket_text_group", "group_id", "opened_at"),  # the members of a group, its past
        Index("ix_ticket_text_opened_at", "opened_at", "group_id"),  # what has come lately
    )


class TicketGroup(Base):
    """Similar tickets. Its id is that of the ticket which founded it."""

    __tablename__ = "ticket_group"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    size: Mapped[int]


class TicketGroupLink(Base):
    """How much speaks for two groups being the same; each two stand here both ways round."""

    __tablename__ = "ticket_group_link"

    group_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    other_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    evidence: Mapped[float]

    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy reads it


class DetectionState(Base):
    """The one row that says how far the index has got; whoever changes the index locks it."""

    __tablename__ = "detection_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    texts: Mapped[int] = mapped_column(default=0)  # in the index
    indexed_through: Mapped[int] = mapped_column(BigId, default=0)  # every ticket up to this one is, or needs not be
    rebuilding_until: Mapped[datetime | None]  # the lease of a rebuild
