"""Promises: times that persons agreed with clients, and what became of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.tickets import Channel


class PromiseState(StrEnum):
    """What became of a promise."""

    PLANNED = "planned"
    KEPT = "kept"
    LATE = "late"  # kept after its time
    MOVED = "moved"  # the client was told before its time
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"  # the client did not want it any more


class Promise(Base):
    """A time that a person agreed with a client: an instant where it begins and ends in one, else a window."""

    __tablename__ = "promise"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    revisit_id: Mapped[int | None] = mapped_column(ForeignKey("revisit.id"), type_=BigId)  # it was made on this visit
    clock: Mapped[str] = mapped_column(default="")  # whose time it takes the place of; that clock decides its outcome
    what: Mapped[str]  # the client reads it
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))  # who keeps it
    line: Mapped[int | None]  # on which it was made
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    state: Mapped[PromiseState] = mapped_column(Word(PromiseState), default=PromiseState.PLANNED)
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"), type_=BigId)
    told_at: Mapped[datetime | None]  # when the client was last told of a change
    outcome_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")  # for colleagues
    reason: Mapped[str] = mapped_column(default="")  # of the last change; the client was told it
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint("from_at <= until_at", name="span"),
        CheckConstraint("ticket_id IS NOT NULL OR revisit_id IS NOT NULL", name="made_on_something"),
        # the top of the work list, and what goes to a substitute: of an operator, by when it is due
        Index("ix_promise_owner_due", "owner_id", "until_at", "id", sqlite_where=text("state = 'planned'"),
              postgresql_where=text("state = 'planned'")),
        # what is due at all, and what lapses next
        Index("ix_promise_due", "until_at", "id", sqlite_where=text("state = 'planned'"),
              postgresql_where=text("state = 'planned'")),
        # lists and figures of a period
        Index("ix_promise_period", "until_at", "id", "state", "owner_id", "line", "organisation_id"),
        Index("ix_promise_organisation", "organisation_id", "until_at", "id"),
        Index("ix_promise_ticket", "ticket_id", "id"),  # the page of a ticket
        Index("ix_promise_contact", "contact_id", "id"),
        Index("ix_promise_revisit", "revisit_id", sqlite_where=text("revisit_id IS NOT NULL"),
              postgresql_where=text("revisit_id IS NOT NULL")),
    )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state is PromiseState.PLANNED

    @property
    def is_instant(self) -> bool:
        return self.from_at == self.until_at

    @property
    def subject(self) -> tuple[str, int]:
        """What it was made on."""
        return ("ticket", self.ticket_id) if self.ticket_id is not None else ("revisit", self.revisit_id or 0)
