"""What was agreed with an organisation after the sale: service levels, terms, the hours, the work, what is invoiced."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word, append_only
from helpdesk.models.tickets import Channel


class Plan(StrEnum):
    """What is paid for, and how."""

    MONTHLY = "monthly"  # service for a fee each month
    PREPAID = "prepaid"  # hours paid beforehand
    PAY_AS_YOU_GO = "pay_as_you_go"
    WARRANTY = "warranty"  # nothing but what the warranty covers


class HoursKind(StrEnum):
    """What an entry of the hours ledger says."""

    GRANTED = "granted"  # a block of hours
    USED = "used"
    OVERAGE = "overage"  # used, with no hours left
    BILLED = "billed"  # the overage went to a proforma
    ADJUSTED = "adjusted"
    EXPIRED = "expired"
    CARRIED_OVER = "carried_over"


class NoticeKind(StrEnum):
    PROFORMA = "proforma"
    VAT_INVOICE = "vat_invoice"
    CREDIT = "credit"  # takes back what was exported already


class BatchState(StrEnum):
    TAKEN = "taken"
    CONFIRMED = "confirmed"
    RELEASED = "released"


class ApprovalState(StrEnum):
    """What became of the question whether chargeable work may be done."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"  # nobody answered in time
    WITHDRAWN = "withdrawn"  # by whoever asked
    WAIVED = "waived"  # by a manager, with a reason


class Contract(Base):
    """A support contract of an organisation: from when to when, with which policy, and how it goes on."""

    __tablename__ = "contract"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"))  # for all that no line names
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # the last day
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))  # who looks after it
    renewal_months: Mapped[int | None]  # how long each further span is
    renews_itself: Mapped[bool] = mapped_column(default=False)  # unless notice is given
    renewal_minutes: Mapped[int] = mapped_column(default=0)  # hours that come with each further span
    notice_by: Mapped[date | None]  # the last day on which notice can be given
    notice_given_on: Mapped[date | None]
    told_notice_by: Mapped[date | None]  # the notice date, and the last day, that people were reminded of
    told_valid_until: Mapped[date | None]

    lines: Mapped[list[ContractLine]] = relationship(order_by="ContractLine.id", cascade="all, delete-orphan")

    __table_args__ = (
        # what ends, and whose notice date comes, before people are reminded of it
        Index("ix_contract_ends", "valid_until", sqlite_where=text("valid_until IS NOT NULL"),
              postgresql_where=text("valid_until IS NOT NULL")),
        Index("ix_contract_notice", "notice_by", sqlite_where=text("notice_by IS NOT NULL"),
              postgresql_where=text("notice_by IS NOT NULL")),
    )  # fmt: skip

    @property
    def renews_on(self) -> date | None:
        """The first day of the next span; none where the contract has no end."""
        return self.valid_until + timedelta(days=1) if self.valid_until not in (None, date.max) else None


class ContractLine(Base):
    """A product that a contract covers, or one component of it, with a policy of its own if it names one."""

    __tablename__ = "contract_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    component_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"))  # none: the whole product
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"))


class ContractTerms(Base):
    """What a contract says of work and hours, from a day on. Never changed, only followed by other terms."""

    __tablename__ = "contract_terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    valid_from: Mapped[date]
    plan: Mapped[Plan] = mapped_column(Word(Plan))
    rounding_minutes: Mapped[int] = mapped_column(default=1)
    minimum_minutes: Mapped[int] = mapped_column(default=0)
    after_hours_percent: Mapped[int] = mapped_column(default=100)
    calendar_id: Mapped[int | None]  # the agreed hours; without them no hour is outside
    covers_only_hours: Mapped[bool] = mapped_column(default=False)  # what is asked outside of them is not covered
    covers_on_site: Mapped[bool] = mapped_column(default=False)
    channels: Mapped[list[str]] = mapped_column(default=list)  # covered ones; empty: all
    hourly_rate_cents: Mapped[int | None]
    monthly_fee_cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="EUR")
    carry_over_minutes: Mapped[int] = mapped_column(default=0)  # of a block that ends, into the next one
    alert_percents: Mapped[list[int]] = mapped_column(default=list)  # of a block, when used up
    approval_above_minutes: Mapped[int | None]  # chargeable work above it needs the client's yes
    approval_above_cents: Mapped[int | None]
    recorded_at: Mapped[datetime]
    author_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("contract_id", "valid_from"),)


class WorkLog(Base):
    """Work that somebody did for a client. Never changed: a correction is a reversal with all its figures negated."""

    __tablename__ = "work_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("contract_terms.id"))
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    started_at: Mapped[datetime]
    minutes: Mapped[int]
    after_hours_minutes: Mapped[int]
    counted_minutes: Mapped[int]  # by the terms; 0 where it is not billable
    chargeable_minutes: Mapped[int]  # of them, what no plan and no hours cover
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    is_billable: Mapped[bool]
    rule: Mapped[str]  # which rule decided what it costs
    note: Mapped[str] = mapped_column(default="")
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("work_log.id"), type_=BigId, unique=True)
    created_at: Mapped[datetime]
    submission: Mapped[str | None] = mapped_column(unique=True)
    # No constraints: SQLite would have to make the append-only table anew for them.
    reservation_id: Mapped[int | None]  # whose hours it drew on
    approval_id: Mapped[int | None]  # on which it stands

    __table_args__ = (
        Index("ix_work_log_ticket", "ticket_id", "id"),  # on the page of the ticket
        # what is left of a reservation, and of an approval
        Index("ix_work_log_reservation", "reservation_id", sqlite_where=text("reservation_id IS NOT NULL"),
              postgresql_where=text("reservation_id IS NOT NULL")),
        Index("ix_work_log_approval", "approval_id", sqlite_where=text("approval_id IS NOT NULL"),
              postgresql_where=text("approval_id IS NOT NULL")),
    )  # fmt: skip


class HoursEntry(Base):
    """A line of a contract's hours ledger, in signed minutes; the balance is their sum and stands nowhere else."""

    __tablename__ = "hours_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    kind: Mapped[HoursKind] = mapped_column(Word(HoursKind))
    minutes: Mapped[int]
    is_block: Mapped[bool] = mapped_column(default=False)  # hours that other entries draw on
    block_id: Mapped[int | None] = mapped_column(ForeignKey("hours_entry.id"), type_=BigId)  # the block it draws on
    day: Mapped[date]  # for which it counts
    expires_on: Mapped[date | None]  # of a block: the last day on which it may be used
    work_log_id: Mapped[int | None] = mapped_column(ForeignKey("work_log.id"), type_=BigId, index=True)
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int] = mapped_column(type_=BigId)

    __table_args__ = (
        CheckConstraint("minutes <> 0", "moves_something"),
        # the balance, and what is left of each block
        Index("ix_hours_entry_balance", "contract_id", "block_id", "is_block", "minutes"),
        Index("ix_hours_entry_contract", "contract_id", "id"),  # the statement
        # the report: the sums of every ledger, read from here alone
        Index("ix_hours_entry_period", "contract_id", "kind", "day", "minutes"),
        Index("ix_hours_entry_block", "block_id", "minutes", sqlite_where=text("block_id IS NOT NULL"),
              postgresql_where=text("block_id IS NOT NULL")),
        # blocks that end
        Index("ix_hours_entry_expires", "expires_on", sqlite_where=text("expires_on IS NOT NULL"),
              postgresql_where=text("expires_on IS NOT NULL")),
    )  # fmt: skip


append_only(WorkLog)
append_only(HoursEntry)


class HoursReservation(Base):
    """Hours that are set aside for work that is planned; they are no part of the ledger."""

    __tablename__ = "hours_reservation"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    minutes: Mapped[int]
    what: Mapped[str]
    planned_on: Mapped[date | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), type_=BigId)  # none: any work by its name
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("minutes > 0", "reserves_something"),
        Index("ix_hours_reservation_open", "contract_id", "minutes", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip


class BlockReminder(Base):
    """That people were told of a block of hours which expires soon: once."""

    __tablename__ = "block_reminder"

    block_id: Mapped[int] = mapped_column(ForeignKey("hours_entry.id"), type_=BigId, primary_key=True)
    told_at: Mapped[datetime]


class Approval(Base):
    """A client's yes or no to chargeable work, asked before it is done."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[ApprovalState] = mapped_column(Word(ApprovalState), default=ApprovalState.ASKED)
    what: Mapped[str]
    minutes: Mapped[int]  # of chargeable work
    amount_cents: Mapped[int | None]  # empty: accounting knows the price
    currency: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[dict[str, Any] | None]  # kind and id
    words: Mapped[str] = mapped_column(default="")

    asked: Mapped[list[ApprovalAsked]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __table_args__ = (
        CheckConstraint("minutes > 0", "asks_for_something"),
        Index("ix_approval_ticket", "ticket_id", "id"),  # on the page of the ticket
        Index("ix_approval_open", "expires_at", sqlite_where=text("state = 'asked'"),
              postgresql_where=text("state = 'asked'")),  # whose time passes
    )  # fmt: skip


class ApprovalAsked(Base):
    """Somebody of the client who may answer."""

    __tablename__ = "approval_asked"

    approval_id: Mapped[int] = mapped_column(ForeignKey("approval.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class BillingNotice(Base):
    """What accounting has to invoice, and the rule that made it. The product writes no invoices itself."""

    __tablename__ = "billing_notice"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(Word(NoticeKind))
    rule: Mapped[str]
    dated: Mapped[date]
    period: Mapped[str | None]  # of a monthly fee: 2026-11
    work_log_id: Mapped[int | None] = mapped_column(ForeignKey("work_log.id"), type_=BigId)
    sale_id: Mapped[int | None] = mapped_column(ForeignKey("sale.id"))
    minutes: Mapped[int | None]
    rate_cents: Mapped[int | None]
    amount_cents: Mapped[int | None]  # empty: accounting knows the price
    currency: Mapped[str]
    what: Mapped[str]
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]  # before anybody took it
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("billing_batch.id"), index=True)

    __table_args__ = (
        # whatever is saved again: one line for one piece of work, one for one month, one of a kind for a sale
        UniqueConstraint("work_log_id", "rule"),
        UniqueConstraint("contract_id", "period", "rule"),
        Index("ix_billing_notice_dated", "dated", "contract_id"),  # the report: what went to accounting in a period
        Index("uq_billing_notice_sale", "sale_id", "kind", unique=True, sqlite_where=text("sale_id IS NOT NULL"),
              postgresql_where=text("sale_id IS NOT NULL")),
        Index("ix_billing_notice_waiting", "id", sqlite_where=text("batch_id IS NULL AND cancelled_at IS NULL"),
              postgresql_where=text("batch_id IS NULL AND cancelled_at IS NULL")),
    )  # fmt: skip


class BillingBatch(Base):
    """What was taken for accounting at once: confirmed when it is in the books there, else released."""

    __tablename__ = "billing_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[BatchState] = mapped_column(Word(BatchState))
    taken_at: Mapped[datetime]
    taken_by: Mapped[dict[str, Any]]
    ended_at: Mapped[datetime | None]
