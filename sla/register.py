"""Clocks of any subject (kind, id): start, pause, resume, stop, cancel, retarget, and what fires next.

Every function changes rows in the running transaction and leaves each clock's stored columns equal to its reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.standing import standing
from sla.clock import read_clock
from sla.models import LIVE_STATES, CalendarVersion, Clock, ClockKind, ClockState, Pause, SlaPolicy, Target
from sla.worktime import Calendar, WorkIndex, compile_calendar

Subject = tuple[str, int]


@dataclass(frozen=True)
class TargetCard:
    """What a policy grants for a kind of clock and a priority."""

    id: int
    policy_id: int
    kind: ClockKind
    priority: str
    seconds: int
    calendar_id: int
    pause_reasons: frozenset[str]
    at_risk_percent: int
    valid_from: int


@standing
def targets() -> dict[int, TargetCard]:
    """Every target by id."""
    return {
        row.id: TargetCard(row.id, row.policy_id, row.kind, row.priority, row.seconds, row.calendar_id,
                           frozenset(row.pause_reasons), row.at_risk_percent, row.valid_from)
        for row in db.session.scalars(select(Target))
    }  # fmt: skip


@standing
def default_policy_id() -> int | None:
    return db.session.scalar(select(SlaPolicy.id).where(SlaPolicy.is_default).order_by(SlaPolicy.id).limit(1))


@standing
def indexes() -> dict[int, WorkIndex]:
    """The compiled calendar of every calendar id, all its versions stitched; the last recorded of a date counts."""
    versions: dict[int, dict[int, dict[str, Any]]] = {}
    query = select(CalendarVersion).order_by(CalendarVersion.recorded_at, CalendarVersion.id)
    for row in db.session.scalars(query):
        versions.setdefault(row.calendar_id, {})[row.valid_from] = row.content
    compiled = {}
    for calendar_id, contents in versions.items():
        stitched = [(valid_from, Calendar.from_json(content)) for valid_from, content in sorted(contents.items())]
        # The first version reaches back without end: older instants are counted by the oldest calendar we know.
        compiled[calendar_id] = compile_calendar([(None, stitched[0][1]), *stitched[1:]])
    return compiled


def target_for(policy_id: int, kind: ClockKind, priority: str, at: int) -> TargetCard | None:
    """The target of a policy that is valid at this instant; None where the policy promises nothing."""
    fitting = [t for t in targets().values()
               if (t.policy_id, t.kind, t.priority) == (policy_id, kind, priority) and t.valid_from <= at]  # fmt: skip
    return max(fitting, key=lambda t: t.valid_from, default=None)


def clocks_of(subject: Subject) -> list[Clock]:
    """Every clock of a subject, by kind and cycle; locked where this transaction may change them."""
    kind, subject_id = subject
    query = select(Clock).where(Clock.subject_kind == kind, Clock.subject_id == subject_id)
    return list(db.session.scalars(locked_when_writing(query.order_by(Clock.id), of=Clock)))


def start(target: TargetCard, *, at: int, now: int, cycle: int = 1) -> Clock:
    """A clock that runs from this instant (its receipt); whoever starts it says of which subject it is."""
    clock = Clock(
        kind=target.kind, cycle=cycle, state=ClockState.RUNNING,
        target_id=target.id, target_seconds=target.seconds, calendar_id=target.calendar_id, start_at=at, pauses=[],
        stop_at=None, paused_since=None, breached_at=None, at_risk_fired=False, breach_cause="", revision=0,
    )  # fmt: skip
    refresh(clock, now)
    return clock


def enter(clocks: Iterable[Clock], reason: str | None, *, at: int) -> None:
    """The subject entered a state: clocks whose target pauses for its reason stand still, the others run."""
    for clock in clocks:
        if clock.state not in LIVE_STATES:
            continue
        pauses_now = reason is not None and reason in targets()[clock.target_id].pause_reasons
        running_pause = next((p for p in clock.pauses if p.to_at is None), None)
        goes_on = running_pause is not None and pauses_now and running_pause.reason == reason
        if goes_on or (running_pause is None and not pauses_now):
            continue  # it stands, or runs, as before
        if running_pause is not None:
            _end_pause(clock, running_pause, at)
        if pauses_now:
            _begin_pause(clock, at, reason or "")
        refresh(clock, at)


def stop(clocks: Iterable[Clock], kind: ClockKind, *, at: int, unanswered: bool = False) -> None:
    """Stop the live clock of this kind; `unanswered` where it ended without what it waited for."""
    for clock in clocks:
        if clock.kind is kind and clock.state in LIVE_STATES:
            for pause in clock.pauses:
                if pause.to_at is None:
                    _end_pause(clock, pause, at)
            clock.stop_at = at
            refresh(clock, at)
            if unanswered and clock.state is ClockState.MET:
                clock.state = ClockState.STOPPED_UNANSWERED


def revive(clocks: Iterable[Clock], kind: ClockKind, *, at: int, reason: str) -> None:
    """Let the stopped clock of this kind go on: the time in between is a pause, "met" is withdrawn, late stays late."""
    stopped = [c for c in clocks if c.kind is kind and c.stop_at is not None and c.state is not ClockState.CANCELLED]
    for clock in stopped[-1:]:
        since = clock.stop_at
        clock.stop_at, clock.consumed_at_stop = None, None
        if since is not None and since < at:
            clock.pauses.append(Pause(from_at=since, to_at=at, reason=reason))
        refresh(clock, at)


def cancel(clocks: Iterable[Clock]) -> None:
    """The clocks leave every list and every denominator."""
    for clock in clocks:
        if clock.state in LIVE_STATES:
            clock.state, clock.next_fire_at = ClockState.CANCELLED, None
            clock.revision += 1


def uncancel(clocks: Iterable[Clock], *, at: int) -> None:
    """Undo a cancellation: the clocks stand as if it had not been."""
    for clock in clocks:
        if clock.state is ClockState.CANCELLED and clock.stop_at is None:
            clock.state = ClockState.RUNNING
            refresh(clock, at)


def retarget(clock: Clock, target: TargetCard, *, at: int, cause: str) -> None:
    """Same start, same pauses, new target; where the new one is spent already, the breach is dated now."""
    if clock.state not in LIVE_STATES or clock.target_id == target.id:
        return
    clock.target_id, clock.target_seconds, clock.calendar_id = target.id, target.seconds, target.calendar_id
    clock.at_risk_fired = False
    if clock.breached_at is None and consumed(clock, at) > target.seconds:
        clock.breached_at, clock.breach_cause = at, cause
    refresh(clock, at)


def refresh(clock: Clock, now: int) -> None:
    """Store the reading of a clock, and when it will change by itself."""
    card = targets()[clock.target_id]
    reading = read_clock(
        indexes()[clock.calendar_id], start=clock.start_at, target=clock.target_seconds,
        pauses=[(p.from_at, p.to_at) for p in clock.pauses], stop=clock.stop_at, breached_at=clock.breached_at,
        at_risk_percent=card.at_risk_percent, now=now,
    )  # fmt: skip
    if reading.state != ClockState.OVERDUE or clock.breached_at is not None or clock.stop_at is not None:
        clock.state = ClockState(reading.state)
        clock.breached_at = reading.breached_at
    # A breach that nobody has recorded yet is left to the sweep, which dates it by its own instant.
    clock.due_at, clock.breach_at, clock.at_risk_at = reading.due_at, reading.breach_at, reading.at_risk_at
    stands_still = clock.stop_at is not None or clock.state is ClockState.PAUSED
    clock.consumed_at_stop = reading.consumed if stands_still else None
    clock.next_fire_at = _next_fire(clock)
    clock.revision += 1


def used(clock: Clock, now: int) -> int:
    """Working seconds used up so far, of a stored clock as it was last read; needs no pauses.

    A clock that stands still knows it; of one that runs, what is left is the working time until it is due.
    """
    if clock.consumed_at_stop is not None:
        return clock.consumed_at_stop
    if clock.due_at is None:
        return 0
    index = indexes()[clock.calendar_id]
    if now <= clock.due_at:
        return clock.target_seconds - index.elapsed(now, clock.due_at)
    return clock.target_seconds + index.elapsed(clock.due_at, now)


def consumed(clock: Clock, now: int) -> int:
    """Working seconds used up so far, counted from start to now without the pauses."""
    until = clock.stop_at if clock.stop_at is not None else now
    pauses = [(p.from_at, until if p.to_at is None else p.to_at) for p in clock.pauses if p.from_at < until]
    return indexes()[clock.calendar_id].elapsed(clock.start_at, until, pauses)


def next_due(clocks: Iterable[Clock]) -> tuple[int, str] | None:
    """The earliest due instant of the clocks that run or are overdue, with its kind."""
    running = [c for c in clocks if c.state in (ClockState.RUNNING, ClockState.OVERDUE) and c.due_at is not None]
    first = min(running, key=lambda c: c.due_at or 0, default=None)
    return (first.due_at, first.kind.value) if first is not None and first.due_at is not None else None


def due_now(now: int, limit: int) -> Sequence[Clock]:
    """Clocks whose next moment has come, claimed for this transaction."""
    query = select(Clock).where(Clock.next_fire_at <= now).order_by(Clock.next_fire_at).limit(limit)
    return db.session.scalars(query.with_for_update(skip_locked=True, of=Clock)).all()


def fire(clock: Clock, now: int) -> list[tuple[str, int]]:
    """What has come due on this clock: ("at_risk" | "breached", its own instant); a jump over both fires the breach."""
    fired: list[tuple[str, int]] = []
    if clock.breached_at is None and clock.breach_at is not None and now > clock.breach_at:
        clock.breached_at, clock.breach_cause = clock.breach_at, clock.breach_cause or "time"
        clock.at_risk_fired = True
        fired.append(("breached", clock.breach_at))
    elif not clock.at_risk_fired and clock.at_risk_at is not None and now >= clock.at_risk_at:
        clock.at_risk_fired = True
        fired.append(("at_risk", clock.at_risk_at))
    refresh(clock, now)
    return fired


def _next_fire(clock: Clock) -> int | None:
    if clock.state is not ClockState.RUNNING or clock.breached_at is not None:
        return None
    moments = [] if clock.at_risk_fired or clock.at_risk_at is None else [clock.at_risk_at]
    if clock.breach_at is not None:
        moments.append(clock.breach_at + 1)
    return min(moments, default=None)


def _begin_pause(clock: Clock, at: int, reason: str) -> None:
    # Two pauses cannot begin in the same second: the later one goes on with the row of the first.
    same = next((p for p in clock.pauses if p.from_at == at), None)
    if same is not None:
        same.to_at, same.reason = None, reason
    else:
        clock.pauses.append(Pause(from_at=at, to_at=None, reason=reason))
    clock.paused_since = at


def _end_pause(clock: Clock, pause: Pause, at: int) -> None:
    pause.to_at = max(at, pause.from_at)
    clock.paused_since = None
