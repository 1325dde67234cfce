"""What a person has to do by a time: after the sale as in the life of a ticket."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word


class DutyKind(StrEnum):
    """What is to be done; the subject says to what."""

    SUMMARY_LETTER = "summary_letter"  # of an enquiry: after a meeting
    QUOTATION = "quotation"
    SPECIALIST = "specialist"  # joins where an enquiry is complex
    CHECK_DELIVERY = "check_delivery"  # the points of a handover to operations
    CHECK_QUALITY = "check_quality"
    CHECK_INVOICE = "check_invoice"
    CHECK_INSTALLATION = "check_installation"
    CHECK_TRAINING = "check_training"
    CHECK_CORRECT_USE = "check_correct_use"
    REVISIT = "revisit"
    PROMISE = "promise"
    CLAIM_ACKNOWLEDGE = "claim_acknowledge"
    CLAIM_INVESTIGATE = "claim_investigate"
    CLAIM_DECIDE = "claim_decide"
    CLAIM_APPROVE = "claim_approve"
    CLAIM_CORRECT = "claim_correct"
    CLAIM_VERIFY = "claim_verify"
    CLAIM_CLOSE = "claim_close"
    CONTRACT_RENEWAL = "contract_renewal"
    CONTRACT_NOTICE = "contract_notice"
    LOW_SCORE = "low_score"  # a client was not content: talk to them


OPEN = text("done_at IS NULL AND withdrawn_at IS NULL")
TOLD = text("acknowledged_at IS NULL AND done_at IS NULL AND withdrawn_at IS NULL")
TO_TELL = text("tell_at IS NOT NULL")


class Duty(Base):
    """Something that is due by a person. Open until it is done or withdrawn; who is told when it is late is stored."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[DutyKind] = mapped_column(Word(DutyKind))
    subject_kind: Mapped[str]  # enquiry, sale, claim, revisit, promise, contract, survey
    subject_id: Mapped[int] = mapped_column(BigId)
    what: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    set_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    tell_at: Mapped[datetime | None]  # when the next person is told that it is late
    step: Mapped[int] = mapped_column(default=0)  # who was told last: the owner, the line lead, the manager
    told_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        # one open duty of a kind for one thing
        Index("uq_duty_open", "kind", "subject_kind", "subject_id", unique=True, sqlite_where=OPEN,
              postgresql_where=OPEN),
        Index("ix_duty_subject", "subject_kind", "subject_id"),
        Index("ix_duty_owner", "owner_id", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),  # a work list
        Index("ix_duty_due", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),  # everybody's
        Index("ix_duty_organisation", "organisation_id", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_duty_ticket", "ticket_id", sqlite_where=text("ticket_id IS NOT NULL"),
              postgresql_where=text("ticket_id IS NOT NULL")),
        Index("ix_duty_told", "told_id", sqlite_where=TOLD, postgresql_where=TOLD),  # counted on every page
        Index("ix_duty_tell", "tell_at", sqlite_where=TO_TELL, postgresql_where=TO_TELL),  # the sweep
    )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.withdrawn_at is None
