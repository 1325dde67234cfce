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
    NEXT_RESPONSE = "next_response"
    PERIODIC_UPDATE = "periodic_update"
    TIME_TO_OWN = "time_to_own"
    RESOLUTION = "resolution"
    OLA = "ola"  # of one line: an agreement inside the house


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
    holidays_of: Mapped[str] = mapped_column(default="")  # country, region and release they were frozen from
    day_names: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of the closed days: date → name
    recorded_at: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("calendar_id", "valid_from", "recorded_at"),)


class Maintenance(Base):
    """A window that is no working time for the calendars it names, if it was recorded before it began."""

    __tablename__ = "sla_maintenance"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_at: Mapped[int] = mapped_column(BigInteger)
    to_at: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    calendar_ids: Mapped[list[int]] = mapped_column(default=list)  # empty: every calendar
    author_id: Mapped[int | None]
    recorded_at: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("to_at > from_at", name="span"),)


class SlaPolicy(Base):
    """A set of targets promised to a client."""

    __tablename__ = "sla_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    is_default: Mapped[bool] = mapped_column(default=False)


class Target(Base):
    """How many working seconds a policy grants for a kind of clock, from `valid_from` on.

    It may hold for one type of request alone, and for one line (`line` is that of an OLA, 0 of all other kinds).
    """

    __tablename__ = "sla_target"

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("sla_policy.id"))
    kind: Mapped[ClockKind] = mapped_column(Word(ClockKind))
    line: Mapped[int] = mapped_column(default=0)
    type: Mapped[str] = mapped_column(default="")  # empty: every type
    priority: Mapped[str]
    seconds: Mapped[int] = mapped_column(BigInteger)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("sla_calendar.id"))
    pause_reasons: Mapped[list[str]] = mapped_column(default=list)
    thresholds: Mapped[list[int]] = mapped_column(default=lambda: [50, 75, 90])
    at_risk_percent: Mapped[int] = mapped_column(default=75)
    least_after_reopen: Mapped[int] = mapped_column(BigInteger, default=0)  # working seconds
    is_urgent: Mapped[bool] = mapped_column(default=False)  # notices do not wait for the recipient's hours
    is_withdrawn: Mapped[bool] = mapped_column(default=False)  # from valid_from on nothing is granted any more
    valid_from: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("seconds > 0", name="seconds"),
        CheckConstraint("at_risk_percent BETWEEN 1 AND 99", name="at_risk_percent"),
        CheckConstraint("(kind = 'ola') = (line > 0)", name="line"),
        UniqueConstraint("policy_id", "kind", "line", "type", "priority", "valid_from"),
    )


class Clock(Base):
    """One measured span of a subject: from its start, without its pauses, to its stop, against its target."""

    __tablename__ = "sla_clock"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[ClockKind] = mapped_column(Word(ClockKind))
    line: Mapped[int] = mapped_column(default=0)  # of an OLA
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
    contract_due_at: Mapped[int | None] = mapped_column(BigInteger)  # beside a promised time
    contract_breached_at: Mapped[int | None] = mapped_column(BigInteger)
    promised_for: Mapped[int | None] = mapped_column(BigInteger)
    promises: Mapped[int] = mapped_column(default=0)  # how often a time was promised
    extra_seconds: Mapped[int] = mapped_column(BigInteger, default=0)  # granted at a reopening
    fired: Mapped[list[list[int]]] = mapped_column(default=list)  # thresholds: (per cent, instant)
    consumed_at_stop: Mapped[int | None] = mapped_column(BigInteger)  # when it was stopped, or while it is paused
    at_risk_at: Mapped[int | None] = mapped_column(BigInteger)
    at_risk_fired: Mapped[bool] = mapped_column(default=False)
    next_fire_at: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(default=1)

    pauses: Mapped[list[Pause]] = relationship(order_by="Pause.from_at", lazy="selectin", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind", "line", "cycle"),
        # a changed calendar: the clocks that it moves
        Index("ix_sla_clock_calendar", "calendar_id", sqlite_where=text("stop_at IS NULL AND state <> 'cancelled'"),
              postgresql_where=text("stop_at IS NULL AND state <> 'cancelled'")),
        # the sweep: whose next moment has come
        Index("ix_sla_clock_next_fire_at", "next_fire_at", sqlite_where=text("next_fire_at IS NOT NULL"),
              postgresql_where=text("next_fire_at IS NOT NULL")),
        # a changed calendar: the contract's own time of what was promised otherwise
        Index("ix_sla_clock_promised", "calendar_id", sqlite_where=text("promised_for IS NOT NULL"),
              postgresql_where=text("promised_for IS NOT NULL")),
        # attainment: the clocks of a period, with all that says how they came out
        Index("ix_sla_clock_cohort", "subject_kind", "contract_due_at", "target_id", "state", "contract_breached_at",
              "start_at", "stop_at", "promised_for", "subject_id"),
        # what is overdue now, and the outcomes by kind
        Index("ix_sla_clock_attainment", "subject_kind", "kind", "state", "due_at"),
    )  # fmt: skip


class Pause(Base):
    """A span in which a clock stood still; open while `to_at` is empty."""

    __tablename__ = "sla_pause"

    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id"), primary_key=True, type_=BigId)
    from_at: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    to_at: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]


class Judgement(Base):
    """What people say of a breach: its cause, from a short list, and whether a second person excuses it."""

    __tablename__ = "sla_judgement"

    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id"), primary_key=True, type_=BigId)
    cause: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    judged_by: Mapped[int]  # an account
    judged_at: Mapped[int] = mapped_column(BigInteger)
    excuse: Mapped[str] = mapped_column(default="")  # why the first person asks to excuse it
    excused_by: Mapped[int | None]
    excused_at: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        # the excuses that wait for a second person
        Index("ix_sla_judgement_asked", "judged_at", sqlite_where=text("excuse <> '' AND excused_at IS NULL"),
              postgresql_where=text("excuse <> '' AND excused_at IS NULL")),
    )  # fmt: skip


class Rung(Base):
    """A step of the escalation ladder that was reached: whom it told, when, and whether somebody took note."""

    __tablename__ = "sla_rung"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("sla_clock.id"), type_=BigId)
    occasion: Mapped[str]  # at_risk or breached
    revision: Mapped[int]  # of the clock's target: each rung is reached once per revision
    step: Mapped[int]  # 1 assignee, 2 line lead, 3 manager, 4 duty officer
    account_id: Mapped[int | None]  # whom it tells; empty where there is nobody on this step
    at: Mapped[int] = mapped_column(BigInteger)
    tell_at: Mapped[int] = mapped_column(BigInteger)  # when the recipient's hours begin
    told_at: Mapped[int | None] = mapped_column(BigInteger)
    climbs_at: Mapped[int | None] = mapped_column(BigInteger)  # when the next step is reached, if nobody takes note
    acknowledged_at: Mapped[int | None] = mapped_column(BigInteger)
    acknowledged_by: Mapped[int | None]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)  # nothing is left to take note of: done, or the clock is

    __table_args__ = (
        UniqueConstraint("clock_id", "occasion", "revision", "step"),
        # what somebody has to take note of
        Index("ix_sla_rung_open", "account_id", sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
        Index("ix_sla_rung_tell_at", "tell_at", sqlite_where=text("told_at IS NULL"),
              postgresql_where=text("told_at IS NULL")),
        Index("ix_sla_rung_climbs_at", "climbs_at", sqlite_where=text("climbs_at IS NOT NULL"),
              postgresql_where=text("climbs_at IS NOT NULL")),
    )  # fmt: skip
