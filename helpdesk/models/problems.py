"""Problems: the cause of one or more incidents, how it was found, what is told to whom; and what detection proposes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word
from helpdesk.models.tickets import Ticket

NUMBER_PREFIX = "P-"


class ProblemState(StrEnum):
    NEW = "new"
    INVESTIGATING = "investigating"
    KNOWN_ERROR = "known_error"  # cause known, workaround written
    FIX_PLANNED = "fix_planned"
    FIXED = "fixed"  # in a version
    CLOSED = "closed"


class CauseMethod(StrEnum):
    """How the root cause was found."""

    FIVE_WHYS = "five_whys"
    CATEGORY = "category"  # by going through the categories of causes
    OTHER = "other"


class CauseCategory(StrEnum):
    DESIGN = "design"
    CODE = "code"
    CONFIGURATION = "configuration"
    DATA = "data"
    HARDWARE = "hardware"
    SUPPLIER = "supplier"
    PROCESS = "process"
    TRAINING = "training"
    ENVIRONMENT = "environment"
    UNKNOWN = "unknown"


OPEN_PROBLEMS = frozenset(ProblemState) - {ProblemState.FIXED, ProblemState.CLOSED}


class Problem(Base):
    """The cause of one or more incidents. Its number for people is its id behind a prefix."""

    __tablename__ = "problem"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    state: Mapped[ProblemState] = mapped_column(Word(ProblemState), default=ProblemState.NEW)
    state_at: Mapped[datetime]  # since when
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    method: Mapped[CauseMethod | None] = mapped_column(Word(CauseMethod))
    cause_category: Mapped[CauseCategory | None] = mapped_column(Word(CauseCategory))
    root_cause: Mapped[str] = mapped_column(default="")
    planned_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    planned_on: Mapped[date | None]
    fixed_version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    fixed_at: Mapped[datetime | None]
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str] = mapped_column(default="")  # where no joint review was held
    revision: Mapped[int] = mapped_column(default=0)  # counts the changes of its words: two who edit at once notice
    submission: Mapped[str | None] = mapped_column(unique=True)

    products: Mapped[list[ProblemProduct]] = relationship(cascade="all, delete-orphan")
    workarounds: Mapped[list[Workaround]] = relationship(order_by="Workaround.language")

    __table_args__ = (Index("ix_problem_state", "state", "id"),)  # the lists

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_PROBLEMS


class ProblemProduct(Base):
    """A product that a problem affects, perhaps one version or one component of it."""

    __tablename__ = "problem_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    component_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"))

    __table_args__ = (UniqueConstraint("problem_id", "product_id", "version_id", "component_id"),)


class ProblemWhy(Base):
    """One of the five whys: a question and its answer, from which the next question follows."""

    __tablename__ = "problem_why"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"))
    position: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]

    __table_args__ = (UniqueConstraint("problem_id", "position"),)


class Workaround(Base):
    """How to live with a problem until it is fixed, in one language."""

    __tablename__ = "workaround"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"))
    language: Mapped[str]
    text: Mapped[str]  # Markdown, in words for clients
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("problem_id", "language"),)


class ProblemTicket(Base):
    """A ticket that a problem caused; ended links stay as history."""

    __tablename__ = "problem_ticket"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId, index=True)
    waits_for_fix: Mapped[bool] = mapped_column(default=False)  # solving the problem answers and resolves it
    linked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()

    __table_args__ = (
        Index("uq_problem_ticket_live", "problem_id", "ticket_id", unique=True,
              sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip


class ReviewKind(StrEnum):
    JOINT = "joint"  # of service and development people
    POST_INCIDENT = "post_incident"


class ProblemReview(Base):
    """A review that was held: who took part, what was found, what will be done."""

    __tablename__ = "problem_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReviewKind] = mapped_column(Word(ReviewKind))
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"), index=True)
    major_incident_id: Mapped[int | None] = mapped_column(ForeignKey("major_incident.id"), index=True)
    held_on: Mapped[date]
    service_people: Mapped[str]  # names
    development_people: Mapped[str] = mapped_column(default="")
    findings: Mapped[str]
    actions: Mapped[str] = mapped_column(default="")  # what, who, until when: one a line
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        CheckConstraint("(problem_id IS NULL) <> (major_incident_id IS NULL)", name="subject"),
        CheckConstraint("kind <> 'joint' OR development_people <> ''", name="joint"),
    )


class BroadcastKind(StrEnum):
    WORKAROUND = "workaround"
    FIX = "fix"  # answers, and resolves the tickets that wait for it


class BroadcastState(StrEnum):
    PENDING = "pending"  # may still be undone
    SENT = "sent"
    UNDONE = "undone"


class Broadcast(Base):
    """One text to every requester of a problem's tickets, each by their own channel and in their own language."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problem.id"), index=True)
    kind: Mapped[BroadcastKind] = mapped_column(Word(BroadcastKind))
    state: Mapped[BroadcastState] = mapped_column(Word(BroadcastState), default=BroadcastState.PENDING)
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    send_at: Mapped[datetime]  # until then it can be undone
    ended_at: Mapped[datetime | None]
    submission: Mapped[str | None] = mapped_column(unique=True)

    recipients: Mapped[list[BroadcastRecipient]] = relationship(order_by="BroadcastRecipient.id")

    __table_args__ = (
        Index("ix_broadcast_pending", "send_at", sqlite_where=text("state = 'pending'"),
              postgresql_where=text("state = 'pending'")),
    )  # fmt: skip


class BroadcastRecipient(Base):
    """One ticket of a broadcast: what came of it."""

    __tablename__ = "broadcast_recipient"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId, index=True)
    language: Mapped[str]  # of the text
    channel: Mapped[str]
    resolves: Mapped[bool] = mapped_column(default=False)
    last_message_id: Mapped[int | None] = mapped_column(BigId)  # of the client, when this was previewed
    left_out: Mapped[str] = mapped_column(default="")  # why it gets nothing
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), type_=BigId)  # what was sent

    __table_args__ = (UniqueConstraint("broadcast_id", "ticket_id"),)


class MajorOccasion(StrEnum):
    """Why its ladder tells people."""

    DECLARED = "declared"  # nobody leads it yet
    UPDATE_LATE = "update_late"  # clients were promised news that did not come


class MajorIncident(Base):
    """An incident that hits so many that it is led apart: who leads, what clients read of it, when it was over."""

    __tablename__ = "major_incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId)
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))  # whose clients read the notice; none: all
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    notices: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    declared_at: Mapped[datetime]
    next_update_at: Mapped[datetime | None]  # as the notice promises
    ended_at: Mapped[datetime | None]
    occasion: Mapped[MajorOccasion] = mapped_column(Word(MajorOccasion), default=MajorOccasion.DECLARED)
    step: Mapped[int] = mapped_column(default=0)  # of its ladder: who was told last
    told_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    tell_at: Mapped[datetime | None]  # when the next person is told
    submission: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        Index("uq_major_incident_live", "ticket_id", unique=True,
              sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
        Index("ix_major_incident_tell", "tell_at", sqlite_where=text("tell_at IS NOT NULL"),
              postgresql_where=text("tell_at IS NOT NULL")),  # the sweep
    )  # fmt: skip


class MajorUpdate(Base):
    """What clients were told of a major incident at a time; never changed, only followed by another."""

    __tablename__ = "major_update"

    id: Mapped[int] = mapped_column(primary_key=True)
    major_incident_id: Mapped[int] = mapped_column(ForeignKey("major_incident.id"), index=True)
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    next_update_at: Mapped[datetime | None]
    is_end: Mapped[bool] = mapped_column(default=False)  # it is over
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    submission: Mapped[str | None] = mapped_column(unique=True)


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    MERGED = "merged"  # into a problem that was there
    DISMISSED = "dismissed"


class RecurrenceProposal(Base):
    """A group of similar tickets that grows unusually for its product: proposed as a problem, with its evidence."""

    __tablename__ = "recurrence_proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(BigId)  # of similar tickets
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))
    component_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"))
    title: Mapped[str]  # the subject of its most typical ticket
    state: Mapped[ProposalState] = mapped_column(Word(ProposalState), default=ProposalState.OPEN)
    count: Mapped[int]  # tickets in the window
    expected: Mapped[float]  # by its own past
    probability: Mapped[float]  # of so many, were it as in the past
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proposed_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who decided
    reason: Mapped[str] = mapped_column(default="")
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id"))

    __table_args__ = (
        Index("ix_recurrence_proposal_state", "state", "id"),
        Index("ix_recurrence_proposal_group", "group_id", "id"),
    )  # fmt: skip


class ProposalTicket(Base):
    """A ticket that a proposal stands on."""

    __tablename__ = "proposal_ticket"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("recurrence_proposal.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), type_=BigId, primary_key=True)
