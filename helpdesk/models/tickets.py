"""The ticket, the words of its life, its links, tags and watchers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, SecondsBetween, Word
from helpdesk.models.people import Contact, Organisation

NUMBER_PREFIX = "T-"
NEVER = 253_402_300_799  # 9999-12-31T23:59:59Z: sorts after every due time and means that there is none


class TicketType(StrEnum):
    INCIDENT = "incident"
    SERVICE_REQUEST = "service_request"
    QUESTION = "question"
    CLAIM = "claim"
    ENQUIRY = "enquiry"


# Types with a row of their own, whose state drives the ticket.
DRIVEN_TYPES = frozenset({TicketType.CLAIM, TicketType.ENQUIRY})


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING_CLIENT = "waiting_client"
    WAITING_VENDOR = "waiting_vendor"
    SCHEDULED = "scheduled"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


OPEN_STATUSES = frozenset(
    {Status.NEW, Status.OPEN, Status.WAITING_CLIENT, Status.WAITING_VENDOR, Status.SCHEDULED}
)  # fmt: skip


class Channel(StrEnum):
    PORTAL = "portal"
    EMAIL = "email"
    PHONE = "phone"
    WALK_IN = "walk_in"
    REMOTE_SESSION = "remote_session"
    ON_SITE_VISIT = "on_site_visit"
    MESSENGER = "messenger"
    API = "api"


class Impact(StrEnum):
    ORGANISATION = "organisation"
    GROUP = "group"
    PERSON = "person"


class Urgency(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class LinkKind(StrEnum):
    """How the first ticket of a link stands to the second."""

    PARENT_OF = "parent_of"
    RELATED = "related"
    DUPLICATE_OF = "duplicate_of"
    MERGED_INTO = "merged_into"
    FOLLOW_UP_OF = "follow_up_of"


class Ticket(Base):
    """One request of a client, from receipt to acceptance. Its number for people is its id behind a prefix."""

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    type: Mapped[TicketType] = mapped_column(Word(TicketType))
    status: Mapped[Status] = mapped_column(Word(Status))
    sub_status: Mapped[str] = mapped_column(default="")
    is_open: Mapped[bool] = mapped_column(default=True)  # of the status; the partial indexes stand on it
    subject: Mapped[str]
    requester_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    installed_product_id: Mapped[int | None] = mapped_column(ForeignKey("installed_product.id"))
    component_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    language: Mapped[str]
    impact: Mapped[Impact] = mapped_column(Word(Impact))
    urgency: Mapped[Urgency] = mapped_column(Word(Urgency))
    client_urgency: Mapped[Urgency | None] = mapped_column(Word(Urgency))
    computed_priority: Mapped[Priority] = mapped_column(Word(Priority))
    priority: Mapped[Priority] = mapped_column(Word(Priority))
    priority_reason: Mapped[str] = mapped_column(default="")
    is_major: Mapped[bool] = mapped_column(default=False)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    line: Mapped[int | None]  # of the team
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    owner_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))  # first line, owner towards the client
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    custom_fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_line: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]  # when silence will close it
    accepted_at: Mapped[datetime | None]
    scheduled_for: Mapped[datetime | None]
    awaits_reply: Mapped[bool] = mapped_column(default=False)  # the client wrote last
    next_due_at: Mapped[int] = mapped_column(BigInteger, default=NEVER)
    next_due_kind: Mapped[str] = mapped_column(default="")
    highest_line: Mapped[int | None]
    reassignments: Mapped[int] = mapped_column(default=0)
    reopenings: Mapped[int] = mapped_column(default=0)
    is_ping_pong: Mapped[bool] = mapped_column(default=False)  # some X, Y, X among its teams: for reports
    is_bouncing: Mapped[bool] = mapped_column(default=False)  # X, Y, X, Y: what the console flags
    waited_client: Mapped[bool] = mapped_column(default=False)
    missed_sla: Mapped[bool] = mapped_column(default=False)
    policy_id: Mapped[int | None]  # of the entitlement, fixed at receipt
    contract_id: Mapped[int | None]
    entitlement: Mapped[dict[str, Any] | None]  # why this policy, and why not the others
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    submission: Mapped[str | None] = mapped_column(unique=True)  # a second submit makes no second ticket
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"))

    requester: Mapped[Contact] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        CheckConstraint("is_open = (status IN ('new', 'open', 'waiting_client', 'waiting_vendor', 'scheduled'))",
                        name="is_open"),
        # queues: the open tickets of a team, of a line, of an operator, of all, by what is due next. The counts beside
        # the lists read nothing but the index: SQLite wants to find `is_open` in it, although no other ticket is there.
        Index("ix_ticket_team_queue", "team_id", "next_due_at", "id", "is_open", "assignee_id",
              sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
        Index("ix_ticket_line_queue", "line", "next_due_at", "id", "is_open",
              sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
        Index("ix_ticket_assignee_queue", "assignee_id", "next_due_at", "id", "is_open",
              sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
        Index("ix_ticket_open_queue", "next_due_at", "id", "is_open",
              sqlite_where=text("is_open = 1"), postgresql_where=text("is_open")),
        Index("ix_ticket_waiting_queue", "next_due_at", "id", "is_open", "status",
              sqlite_where=text("is_open = 1 AND status = 'waiting_client'"),
              postgresql_where=text("is_open AND status = 'waiting_client'")),
        # the portal: my tickets, my organisation's tickets, newest first
        Index("ix_ticket_requester", "requester_id", "id"),
        Index("ix_ticket_organisation", "organisation_id", "id"),
        # close_silent: what silence closes next
        Index("ix_ticket_closes_at", "closes_at", sqlite_where=text("closes_at IS NOT NULL"),
              postgresql_where=text("closes_at IS NOT NULL")),
        # wake_scheduled: whose agreed date comes next
        Index("ix_ticket_scheduled_for", "scheduled_for", sqlite_where=text("scheduled_for IS NOT NULL"),
              postgresql_where=text("scheduled_for IS NOT NULL")),
        # recently resolved, and reports by resolution
        Index("ix_ticket_resolved_at", "resolved_at", "id", sqlite_where=text("resolved_at IS NOT NULL"),
              postgresql_where=text("resolved_at IS NOT NULL")),
        Index("ix_ticket_opened_at", "opened_at"),
        Index("ix_ticket_without_sla", "opened_at", sqlite_where=text("policy_id IS NULL"),
              postgresql_where=text("policy_id IS NULL")),
        Index("ix_ticket_import", "import_id", sqlite_where=text("import_id IS NOT NULL"),
              postgresql_where=text("import_id IS NOT NULL")),
        {"sqlite_autoincrement": True},  # a number is never given twice
    )  # fmt: skip

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"

    @property
    def is_priority_overridden(self) -> bool:
        return self.priority != self.computed_priority


_open_to_close = SecondsBetween(Ticket.opened_at, Ticket.closed_at)
# the overview's median: the middle of how long tickets took
Index("ix_ticket_open_to_close", _open_to_close, Ticket.opened_at, Ticket.closed_at,
      sqlite_where=text("closed_at IS NOT NULL"), postgresql_where=text("closed_at IS NOT NULL"))  # fmt: skip
# the overview's sums: SQLite reads them from here alone; PostgreSQL reads the table with several processes
Index("ix_ticket_figures", Ticket.channel, Ticket.priority, Ticket.opened_at, Ticket.import_id, Ticket.closed_at,
      Ticket.highest_line, Ticket.resolved_at, Ticket.reassignments, Ticket.reopenings, Ticket.missed_sla,
      Ticket.waited_client, Ticket.is_ping_pong, _open_to_close).ddl_if(dialect="sqlite")  # fmt: skip


class TicketLink(Base):
    """How two tickets belong together; ended links stay as history."""

    __tablename__ = "ticket_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(Word(LinkKind))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    undo: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of a merge: what undoing it restores

    __table_args__ = (
        CheckConstraint("ticket_id <> other_id", name="two_tickets"),
        Index("uq_ticket_link_live", "ticket_id", "other_id", "kind", unique=True,
              sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip


class Tag(Base):
    """A free word on tickets."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class TicketTag(Base):
    __tablename__ = "ticket_tag"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id"), primary_key=True, index=True)


class Watcher(Base):
    """An account that follows a ticket. A contact who watches sees the ticket."""

    __tablename__ = "watcher"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, index=True)


class CustomField(Base):
    """A field that this desk adds to tickets of a type (or of all types)."""

    __tablename__ = "custom_field"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    kind: Mapped[str]  # text, number, date, choice, yes_no
    choices: Mapped[list[str]] = mapped_column(default=list)
    ticket_type: Mapped[TicketType | None] = mapped_column(Word(TicketType))
    is_required: Mapped[bool] = mapped_column(default=False)
    in_portal: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("label", "ticket_type"),)
