"""Product feedback: what clients wish, who wants it, and what the product owner answers."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word, append_only

NUMBER_PREFIX = "W-"


class Verdict(StrEnum):
    """The product owner's answer."""

    ACCEPTED = "accepted"
    PLANNED = "planned"
    FIXED = "fixed"  # in a version; of a wish: it ships
    DECLINED = "declined"  # with a reason


class Every(StrEnum):
    """How often a report goes out, and how long the period is that it tells of."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Wish(Base):
    """Something that clients want of a product."""

    __tablename__ = "wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    language: Mapped[str]
    is_public: Mapped[bool] = mapped_column(default=False)  # clients of the product see it in the portal and vote
    verdict: Mapped[Verdict | None] = mapped_column(Word(Verdict))  # the last answer
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id"))
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), unique=True)  # of a revisit: it came from there
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who wrote it down
    created_at: Mapped[datetime]
    shipped_at: Mapped[datetime | None]
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint("merged_into_id <> id", name="merged_into"),
        Index("ix_wish_product", "product_id", "id"),
    )

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"


class WishSupporter(Base):
    """A client who wants it: wrote of it in a ticket, said it at a revisit, or voted.

    One for a contact; without a contact it stands for an organisation as a whole.
    """

    __tablename__ = "wish_supporter"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("wish.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId, index=True)
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # the vote was taken back
    told_at: Mapped[datetime | None]  # that it ships

    __table_args__ = (
        CheckConstraint("organisation_id IS NOT NULL OR contact_id IS NOT NULL", name="who"),
        UniqueConstraint("wish_id", "contact_id"),
        Index("uq_wish_supporter_organisation", "wish_id", "organisation_id", unique=True,
              sqlite_where=text("contact_id IS NULL"), postgresql_where=text("contact_id IS NULL")),
    )  # fmt: skip


class OwnerAnswer(Base):
    """What the product owner answered to a problem or a wish; never changed, only followed by another."""

    __tablename__ = "owner_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"), index=True)
    wish_id: Mapped[int | None] = mapped_column(ForeignKey("wish.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(Word(Verdict))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    planned_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime]
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint("(problem_id IS NULL) <> (wish_id IS NULL)", name="item"),
        CheckConstraint("verdict <> 'declined' OR reason <> ''", name="declined"),
    )


append_only(OwnerAnswer)


class FeedbackSchedule(Base):
    """Who gets the report of a product by mail, how often, and when next."""

    __tablename__ = "feedback_schedule"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))  # none: all
    every: Mapped[Every] = mapped_column(Word(Every))
    next_on: Mapped[date]  # the day after the period that it tells of next, in the zone of its account
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_feedback_schedule_live", "account_id", func.coalesce(text("product_id"), text("0")), "every",
              unique=True, sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
        Index("ix_feedback_schedule_next", "next_on", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip


class Webhook(Base):
    """An address that is told of what happens to a product's problems and wishes: the developers' own tracker."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]  # signs what is sent
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))  # none: all
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))  # who made it
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]  # the last time that it was taken
    failed_at: Mapped[datetime | None]  # the last time that it was not
    failure: Mapped[str] = mapped_column(default="")
    submission: Mapped[str | None] = mapped_column(unique=True)
