"""What tickets and articles have to do with each other."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word


class UseKind(StrEnum):
    """What was done with an article at a ticket."""

    LINKED = "linked"
    INSERTED = "inserted"  # into a reply
    WRITTEN_FROM = "written_from"  # the ticket is where the article comes from


class ArticleUse(Base):
    """An article that an operator used on a ticket; counted once for a ticket, whatever was done with it."""

    __tablename__ = "article_use"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    kind: Mapped[UseKind] = mapped_column(Word(UseKind))
    language: Mapped[str]
    line: Mapped[int | None]  # of the operator
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("ticket_id", "article_id", "kind"),)


class ArticleFlag(Base):
    """An operator says that an article is wrong."""

    __tablename__ = "article_flag"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    comment: Mapped[str]
    at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")


class Deflection(Base):
    """One sitting in which articles were shown to a client who was about to write: opened, and did a ticket follow?"""

    __tablename__ = "deflection"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting: Mapped[str] = mapped_column(unique=True)  # of the form; nothing says who it was
    visitor: Mapped[str]  # a digest that changes daily, to see whether a ticket followed
    language: Mapped[str]
    shown_at: Mapped[datetime]
    shown: Mapped[list[int]] = mapped_column(default=list)  # articles
    opened: Mapped[list[int]] = mapped_column(default=list)
    opened_at: Mapped[datetime | None]
    ticket_followed: Mapped[bool | None]  # within a day; not known before it is over

    __table_args__ = (
        Index("ix_deflection_visitor", "visitor", "shown_at"),
        Index("ix_deflection_unknown", "shown_at", sqlite_where=text("ticket_followed IS NULL"),
              postgresql_where=text("ticket_followed IS NULL")),
    )  # fmt: skip
