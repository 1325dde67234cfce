"""Complaints about what was delivered: the claim, its cause and evidence, how it is decided and by which rule."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word, append_only
from helpdesk.models.tickets import Ticket


class ClaimState(StrEnum):
    REGISTERED = "registered"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATED = "investigated"  # the root cause is known
    DECIDED = "decided"
    CORRECTIVE_ACTION = "corrective_action"
    VERIFIED = "verified"  # it was effective
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"  # by the client


class FaultKind(StrEnum):
    """What is said to be wrong."""

    DEFECT = "defect"
    WRONG_DELIVERY = "wrong_delivery"
    INCOMPLETE = "incomplete"
    DAMAGED = "damaged"  # on the way
    LATE = "late"
    WORKMANSHIP = "workmanship"  # the work is not what was agreed
    OTHER = "other"


class Outcome(StrEnum):
    REPAIR = "repair"
    REPLACE = "replace"
    REDO = "redo"
    REFUND = "refund"
    REJECT = "reject"


class DecisionState(StrEnum):
    PROPOSED = "proposed"  # waits for a second person
    IN_FORCE = "in_force"
    REFUSED = "refused"  # by the second person
    APPEALED = "appealed"  # was in force until the client appealed


class RoundAnswerKind(StrEnum):
    ACCEPTED = "accepted"
    REVISION = "revision"  # asked for, with remarks


ENDED_CLAIMS = frozenset({ClaimState.CLOSED, ClaimState.WITHDRAWN})


class Claim(Base):
    """What a client complains of, one for a ticket of this type. Its state drives; the ticket's status follows."""

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId, unique=True)
    state: Mapped[ClaimState] = mapped_column(Word(ClaimState))
    state_at: Mapped[datetime]  # since when
    fault: Mapped[FaultKind] = mapped_column(Word(FaultKind))
    registered_at: Mapped[datetime]
    claimed_on: Mapped[date]  # the client's day: the rules of this day count
    delivered_on: Mapped[date | None]  # from which the age counts
    deliverable_id: Mapped[int | None] = mapped_column(ForeignKey("deliverable.id"), index=True)
    revision: Mapped[int | None]  # how many rounds there had been
    price_cents: Mapped[int | None]  # what was paid: no refund is above it
    currency: Mapped[str] = mapped_column(default="EUR")
    root_cause: Mapped[str] = mapped_column(default="")
    action: Mapped[str] = mapped_column(default="")  # what is done about it
    proof: Mapped[str] = mapped_column(default="")  # that it was effective
    appealed_at: Mapped[datetime | None]
    appeal: Mapped[str] = mapped_column(default="")

    ticket: Mapped[Ticket] = relationship()
    deliverable: Mapped[Deliverable | None] = relationship()

    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price"),
        Index("ix_claim_state", "state", "id"),  # the lists
    )  # fmt: skip

    @property
    def is_running(self) -> bool:
        return self.state not in ENDED_CLAIMS


class ClaimWhy(Base):
    """One of the five whys: a question and its answer, from which the next question follows."""

    __tablename__ = "claim_why"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    position: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]

    __table_args__ = (UniqueConstraint("claim_id", "position"),)


class EvidencePoint(Base):
    """Something that must be on the table before a claim is investigated: a file of the ticket, or a note."""

    __tablename__ = "evidence_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    point: Mapped[str]  # of the list for its kind of fault
    note: Mapped[str] = mapped_column(default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"), type_=BigId, index=True)
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("claim_id", "point"),)


class ClaimDecision(Base):
    """How a claim is decided, by which rule, with its arithmetic; one above a limit waits for a second person."""

    __tablename__ = "claim_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    state: Mapped[DecisionState] = mapped_column(Word(DecisionState))
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    reasons: Mapped[str]  # the client reads them
    deviation: Mapped[str] = mapped_column(default="")  # why it departs from the rule
    amount_cents: Mapped[int | None]  # of a refund
    currency: Mapped[str]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("refund_rule_version.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("refund_rule.id"))
    arithmetic: Mapped[dict[str, Any]]  # facts, rule and figures as they were
    needs_approval: Mapped[bool] = mapped_column(default=False)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    refusal: Mapped[str] = mapped_column(default="")  # why the second person said no
    in_force_at: Mapped[datetime | None]
    appeal_until: Mapped[datetime | None]  # the client may, once
    accepted_at: Mapped[datetime | None]  # by the client
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("billing_notice.id"), type_=BigId, unique=True)

    __table_args__ = (
        Index("ix_claim_decision_claim", "claim_id", "id"),
        # one decision at a time: proposed, or in force
        Index("uq_claim_decision_live", "claim_id", unique=True,
              sqlite_where=text("state IN ('proposed', 'in_force')"),
              postgresql_where=text("state IN ('proposed', 'in_force')")),
    )  # fmt: skip


class RefundRuleVersion(Base):
    """The refund rules from a day on. Never changed, only followed by other rules."""

    __tablename__ = "refund_rule_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(unique=True)
    recorded_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(default="")

    rules: Mapped[list[RefundRule]] = relationship(order_by="RefundRule.position")


class RefundRule(Base):
    """What a claim that is justified gets: for a contract, a product or all, by round, age and kind of fault."""

    __tablename__ = "refund_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("refund_rule_version.id"))
    position: Mapped[int]
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    fault: Mapped[FaultKind | None] = mapped_column(Word(FaultKind))
    revision_from: Mapped[int | None]
    revision_to: Mapped[int | None]
    age_from_days: Mapped[int | None]
    age_to_days: Mapped[int | None]
    remedy: Mapped[Outcome] = mapped_column(Word(Outcome))
    percent: Mapped[int | None]  # of a refund

    __table_args__ = (UniqueConstraint("version_id", "position"),)


append_only(RefundRuleVersion)
append_only(RefundRule)


class Deliverable(Base):
    """Something made for a client in rounds: a design, a text, a configuration."""

    __tablename__ = "deliverable"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))  # who accepts, beside the supervisors
    name: Mapped[str]
    agreed_rounds: Mapped[int]
    price_cents: Mapped[int | None]
    currency: Mapped[str] = mapped_column(default="EUR")
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]  # the round that is good

    rounds: Mapped[list[RevisionRound]] = relationship(order_by="RevisionRound.number")

    __table_args__ = (
        CheckConstraint("agreed_rounds > 0", name="rounds"),
        Index("ix_deliverable_organisation", "organisation_id", "id"),
    )


class RevisionRound(Base):
    """What was delivered in one round."""

    __tablename__ = "revision_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    deliverable_id: Mapped[int] = mapped_column(ForeignKey("deliverable.id"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    delivered_at: Mapped[datetime]
    delivered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    answer: Mapped[RoundAnswer | None] = relationship()
    files: Mapped[list[RoundFile]] = relationship(order_by="RoundFile.id")

    __table_args__ = (UniqueConstraint("deliverable_id", "number"),)


class RoundFile(Base):
    """A file of a round; its content lies in the file store under its digest."""

    __tablename__ = "round_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("revision_round.id"), index=True)
    digest: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]


class RoundAnswer(Base):
    """What the client said to a round, once: accepted, or what is still to be changed."""

    __tablename__ = "round_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("revision_round.id"), unique=True)
    kind: Mapped[RoundAnswerKind] = mapped_column(Word(RoundAnswerKind))
    remarks: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))


append_only(RevisionRound)
append_only(RoundFile)
append_only(RoundAnswer)
