"""Calendars, policies, targets and clocks as they are stored. Instants here are integers: epoch seconds, UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, BigId, Word


class ClockKind(StrEnum):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    """Where a clock stands; overdue is breached and still open, breached is stopped late."""

    RUNNING = "running"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    BREACHED = "breached"
    STOPPED_UNANSWERED = "stopped_unanswered"
    CANCELLED = "cancelled"


LIVE_STATES = frozenset({ClockState.RUNNING, ClockState.PAUSED, ClockState.OVERDUE})


class WorkCalendar(Base):
    """A calendar of working hours; what it says at a time stands in its versions."""

    __tablename__ = "sla_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class CalendarVersion(Base):
    """What a calendar says from `valid_from` on; never changed, only followed by another."""

    __tablename__ = "sla_calendar_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("sla_calendar.id"))
    valid_from: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]]  # the calendar of the case format
    content_hash: Mapped[str]
    author_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("calendar_id", "valid_from", "recorded_at"),)


class SlaPolicy(Base):
    """A set of targets promised to a client."""

    __tablename__ = "sla_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    is_default: Mapped[bool] = mapped_column(default=False)


class Target(Base):
    """How many working seconds a policy grants for a kind of clock and a priority, from `valid_from` on."""

    __tablename__ = "sla_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id"))
    kind: Mapped[ClockKind] = mapped_column(Word(ClockKind))
    priority: Mapped[str]
    seconds: Mapped[int] = mapped_column(BigInteger)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("sla_calendar.id"))
    pause_reasons: Mapped[list[str]] = mapped_column(default=list)
    at_risk_percent: Mapped[int] = mapped_column(default=75)
    valid_from: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("seconds > 0", name="seconds"),
        CheckConstraint("at_risk_percent BETWEEN 1 AND 99", name="at_risk_percent"),
        UniqueConstraint("policy_id", "kind", "priority", "valid_from"),
    )


class Clock(Base):
    """One measured span of a subject: from its start, without its pauses, to its stop, against its target."""

    __tablename__ = "sla_clock"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[ClockKind] = mapped_column(Word(ClockKind))
    cycle: Mapped[int] = mapped_column(default=1)
    state: Mapped[ClockState] = mapped_column(Word(ClockState))
    target_id: Mapped[int] = mapped_column(ForeignKey("sla_target.id"))
    target_seconds: Mapped[int] = mapped_column(BigInteger)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("sla_calendar.id"))
    start_at: Mapped[int] = mapped_column(BigInteger)
    stop_at: Mapped[int | None] = mapped_column(BigInteger)
    paused_since: Mapped[int | None] = mapped_column(BigInteger)
    due_at: Mapped[int | None] = mapped_column(BigInteger)
    breach_at: Mapped[int | None] = mapped_column(BigInteger)
    breached_at: Mapped[int | None] = mapped_column(BigInteger)
    breach_cause: Mapped[str] = mapped_column(default="")
    consumed_at_stop: Mapped[int | None] = mapped_column(BigInteger)  # when it was stopped, or while it is paused
    at_risk_at: Mapped[int | None] = mapped_column(BigInteger)
    at_risk_fired: Mapped[bool] = mapped_column(default=False)
    next_fire_at: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(default=1)

    pauses: Mapped[list[Pause]] = relationship(order_by="Pause.from_at", lazy="selectin")

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind", "cycle"),
        # the sweep: whose next moment has come
        Index("ix_sla_clock_next_fire_at", "next_fire_at", sqlite_where=text("next_fire_at IS NOT NULL"),
              postgresql_where=text("next_fire_at IS NOT NULL")),
        # attainment: the clocks by outcome, each with its due time
        Index("ix_sla_clock_attainment", "subject_kind", "kind", "state", "due_at"),
    )  # fmt: skip


class Pause(Base):
    """A span in which a clock stood still; open while `to_at` is empty."""

    __tablename__ = "sla_pause"

    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id"), primary_key=True, type_=BigId)
    from_at: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    to_at: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
