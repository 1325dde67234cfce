"""The stored clocks of any subject (kind, id): what their fold gives is what their rows show.

1. Events are the truth: `keep` makes the rows equal to the cycles they fold into, `differences` compares them.
2. Targets, calendars and maintenance windows are standing data: versions, never changed, only followed by others.
3. `reevaluate` is the fast way for a calendar that has changed: from the rows alone, without the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select

from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.standing import standing
from sla.fold import REOPEN_DAYS, Cycle, Event, Grant, Standing, fold
from sla.models import (
    CalendarVersion,
    Clock,
    ClockKind,
    ClockState,
    Judgement,
    Maintenance,
    Pause,
    Rung,
    SlaPolicy,
    Target,
)
from sla.worktime import FOREVER, Calendar, WorkIndex, compile_calendar

Subject = tuple[str, int]
# What gives a clock another target.
REVISING = frozenset({"priority_raised", "priority_lowered", "type_changed", "contract_changed"})


@dataclass(frozen=True)
class TargetCard:
    """What a policy grants for a kind of clock, a type of request and a priority."""

    id: int
    policy_id: int
    kind: ClockKind
    line: int
    type: str
    priority: str
    seconds: int
    calendar_id: int
    pause_reasons: frozenset[str]
    thresholds: tuple[int, ...]
    at_risk_percent: int
    least_after_reopen: int
    is_urgent: bool
    valid_from: int
    is_withdrawn: bool = False

    @property
    def clock(self) -> str:
        """The kind as the case format has it: an OLA with its line."""
        return f"ola:line{self.line}" if self.kind is ClockKind.OLA else self.kind.value


@standing
def targets() -> dict[int, TargetCard]:
    """Every target by id."""
    return {
        row.id: TargetCard(row.id, row.policy_id, row.kind, row.line, row.type, row.priority, row.seconds,
                           row.calendar_id, frozenset(row.pause_reasons), tuple(row.thresholds), row.at_risk_percent,
                           row.least_after_reopen, row.is_urgent, row.valid_from, row.is_withdrawn)
        for row in db.session.scalars(select(Target))
    }  # fmt: skip


@standing
def _targets_by_policy() -> dict[int, dict[str, list[TargetCard]]]:
    """The targets of every policy, by clock, those that are valid later first."""
    found: dict[int, dict[str, list[TargetCard]]] = {}
    for card in sorted(targets().values(), key=lambda card: -card.valid_from):
        found.setdefault(card.policy_id, {}).setdefault(card.clock, []).append(card)
    return found


@standing
def default_policy_id() -> int | None:
    return db.session.scalar(select(SlaPolicy.id).where(SlaPolicy.is_default).order_by(SlaPolicy.id).limit(1))


@standing
def indexes() -> dict[int, WorkIndex]:
    """The compiled calendar of every calendar id: its versions stitched, maintenance windows cut out.

    Of two versions of one date the one recorded last counts. A window counts if it was recorded before it began.
    """
    return indexes_if()


def indexes_if(
    versions: Mapping[int, tuple[int, dict[str, Any]]] | None = None,
    windows: Sequence[tuple[int, int, Sequence[int]]] = (),
) -> dict[int, WorkIndex]:
    """The calendars as they would be with another version each (valid from, content) and further windows."""
    contents: dict[int, dict[int, dict[str, Any]]] = {}
    query = select(CalendarVersion).order_by(CalendarVersion.recorded_at, CalendarVersion.id)
    for row in db.session.scalars(query):
        contents.setdefault(row.calendar_id, {})[row.valid_from] = row.content
    for calendar_id, (valid_from, content) in (versions or {}).items():
        contents.setdefault(calendar_id, {})[valid_from] = content
    announced = [(w.from_at, w.to_at, w.calendar_ids) for w in db.session.scalars(select(Maintenance))
                 if w.recorded_at < w.from_at]  # fmt: skip
    compiled = {}
    for calendar_id, by_instant in contents.items():
        cut = tuple((a, b) for a, b, ids in (*announced, *windows) if not ids or calendar_id in ids)
        compiled[calendar_id] = compiled_versions(by_instant, cut)
    return compiled


def compiled_versions(contents: Mapping[int, dict[str, Any]], windows: tuple[tuple[int, int], ...] = ()) -> WorkIndex:
    """The index of a calendar's versions by the instant they hold from."""
    stitched = []
    for valid_from, content in sorted(contents.items()):
        calendar = Calendar.from_json(content)
        stitched.append((valid_from, replace(calendar, blackouts=(*calendar.blackouts, *windows))))
    # The first version reaches back without end: older instants are counted by the oldest calendar we know.
    return compile_calendar([(None, stitched[0][1]), *stitched[1:]])


def target_for(policy_id: int, clock: str, at: Standing, valid_at: int) -> TargetCard | None:
    """The target that a policy had at an instant; one for the very type of the request comes first."""
    cards = _targets_by_policy().get(policy_id, {}).get(clock, ())
    known = [card for card in cards if card.priority == at.priority and card.valid_from <= valid_at]
    for kind in dict.fromkeys((at.type, "")):
        card = next((card for card in known if card.type == kind), None)
        if card is not None and not card.is_withdrawn:
            return card
    return None


@dataclass(frozen=True)
class PolicyTerms:
    """What the policies grant for one clock; the contract of the fold is the policy's id."""

    clock: str
    calendars: Mapping[int, WorkIndex]

    def grant(self, standing: Standing, at: int) -> Grant | None:
        if not standing.contract.isdigit():
            return None
        card = target_for(int(standing.contract), self.clock, standing, at)
        return self._granted(card) if card else None

    def granted(self, target_id: int) -> Grant | None:
        card = targets().get(target_id)
        return self._granted(card) if card else None

    def _granted(self, card: TargetCard) -> Grant:
        return Grant(card.seconds, self.calendars[card.calendar_id], card.pause_reasons, card.thresholds, card.id,
                     card.least_after_reopen)  # fmt: skip


Key = tuple[ClockKind, int, int]  # kind, line, cycle


def cycles_of(
    events: Sequence[Event], policies: Iterable[int], now: int, *, reopen_days: int = REOPEN_DAYS,
    calendars: Mapping[int, WorkIndex] | None = None,
) -> dict[Key, Cycle]:  # fmt: skip
    """Every cycle of every clock that these policies promise."""
    known = _targets_by_policy()
    clocks = dict.fromkeys(clock for policy_id in policies for clock in known.get(policy_id, ()))
    found: dict[Key, Cycle] = {}
    for clock in clocks:
        family, _, line = clock.partition(":line")
        terms = PolicyTerms(clock, calendars if calendars is not None else indexes())
        for cycle in fold(clock, events, terms, now, reopen_days=reopen_days):
            found[ClockKind(family), int(line or 0), cycle.number] = cycle
    return found


def clocks_of(subject: Subject) -> list[Clock]:
    """Every clock of a subject, by kind and cycle; locked where this transaction may change them."""
    kind, subject_id = subject
    query = select(Clock).where(Clock.subject_kind == kind, Clock.subject_id == subject_id)
    query = query.order_by(Clock.id).execution_options(populate_existing=True)
    return list(db.session.scalars(locked_when_writing(query, of=Clock)))


@dataclass(frozen=True)
class Fired:
    """A moment of a clock that nobody had recorded yet: a threshold (per cent), or its breach (None)."""

    clock: Clock
    percent: int | None
    at: int
    revision: int = 1  # of the target: how often it was changed by then, and one


def keep(
    subject: Subject, rows: Iterable[Clock], cycles: Mapping[Key, Cycle], now: int
) -> tuple[list[Clock], list[Fired]]:
    """Make the rows of a subject equal to its cycles; all its rows, and what has fired since they were last kept."""
    left = {(row.kind, row.line, row.cycle): row for row in rows}
    targets()  # read ahead: a query in the midst would write rows that are not whole yet
    kept, fired = [], []
    for key, cycle in cycles.items():
        row = left.pop(key, None)
        if row is None:
            kind, line, number = key
            row = Clock(subject_kind=subject[0], subject_id=subject[1], kind=kind, line=line, cycle=number, fired=[],
                        pauses=[], revision=0, breached_at=None, at_risk_fired=False)  # fmt: skip
            db.session.add(row)
        fired += _moments(row, cycle)
        _write(row, cycle, now)
        kept.append(row)
    for row in left.values():  # a cycle that was taken back, and with it every trace in figures
        for told in (Rung, Judgement):
            db.session.execute(delete(told).where(told.clock_id == row.id))
        db.session.delete(row)
    return kept, fired


def differences(row: Any, cycle: Cycle, now: int) -> list[str]:
    """The columns of a stored clock that differ from its cycle; what comes with time alone may be late by a sweep."""
    shown = _shown(cycle, now)
    if row.state is ClockState.CANCELLED:
        return [] if shown["state"] is ClockState.CANCELLED else ["state"]
    wrong = [name for name, value in shown.items() if getattr(row, name) != value]
    pauses = {pause.from_at: (pause.to_at, pause.reason) for pause in row.pauses}
    return wrong if pauses == _pauses(cycle) else [*wrong, "pauses"]


def reevaluate(
    row: Any, cards: Mapping[int, TargetCard], index: WorkIndex
) -> tuple[int | None, int | None, int | None]:
    """When a live clock is due, breached and at risk on another calendar, from its row alone: (due, breach, risk)."""
    card, seconds = cards[row.target_id], row.target_seconds
    pauses = [(pause.from_at, pause.to_at) for pause in row.pauses]
    return (index.due(row.start_at, seconds, pauses), index.breach_at(row.start_at, seconds, pauses),
            index.threshold(row.start_at, seconds, card.at_risk_percent, pauses))  # fmt: skip


def _moments(row: Clock, cycle: Cycle) -> list[Fired]:
    known = [percent for percent, _at in row.fired]
    new = []
    for percent, at in cycle.fired:
        if percent in known:
            known.remove(percent)
        else:
            new.append(Fired(row, percent, at, _revision(cycle, at)))
    if cycle.breached_at is not None and row.breached_at is None:
        new.append(Fired(row, None, cycle.breached_at, _revision(cycle, cycle.breached_at)))
    return new


def _revision(cycle: Cycle, at: int) -> int:
    return 1 + sum(change.what in REVISING and change.at <= at for change in cycle.changes)


def _shown(cycle: Cycle, now: int) -> dict[str, Any]:
    """The columns of a clock that its cycle determines."""
    state = ClockState(cycle.state(now))
    card = targets()[cycle.grant.target_id or 0]
    halt = cycle.open_halt if cycle.is_live else None
    stands_still = cycle.stop is not None or state is ClockState.PAUSED
    is_finished = cycle.stop is not None
    return {
        "state": state, "target_id": card.id, "target_seconds": cycle.seconds, "calendar_id": card.calendar_id,
        "start_at": cycle.start, "stop_at": cycle.stop, "paused_since": halt.since if halt else None,
        "due_at": None if state is ClockState.PAUSED and cycle.promised_for is None else cycle.due(),
        "breach_at": cycle.breach_at(), "breached_at": cycle.breached_at, "breach_cause": cycle.breach_cause or "",
        "contract_due_at": cycle.contract_due(), "contract_breached_at": cycle.contract_breached_at,
        "promised_for": cycle.promised_for, "promises": cycle.promises, "extra_seconds": cycle.extra,
        "consumed_at_stop": cycle.consumed(now) if stands_still else None,
        "at_risk_at": None if is_finished else cycle.threshold(card.at_risk_percent),
        "at_risk_fired": any(percent >= card.at_risk_percent for percent in cycle.fired_now),
        "next_fire_at": cycle.next_moment(),
    }  # fmt: skip


def _write(row: Clock, cycle: Cycle, now: int) -> None:
    changed = False
    for name, value in _shown(cycle, now).items():
        if getattr(row, name, None) != value:
            setattr(row, name, value)
            changed = True
    fired = [[percent, at] for percent, at in cycle.fired]
    if row.fired != fired:
        row.fired = fired
    changed |= _write_pauses(row, cycle)
    if changed:
        row.revision += 1


def _pauses(cycle: Cycle) -> dict[int, tuple[int | None, str]]:
    return {halt.since: (halt.until, halt.reason) for halt in cycle.halts if halt.until != halt.since}


def _write_pauses(row: Clock, cycle: Cycle) -> bool:
    wanted = _pauses(cycle)
    stored = {pause.from_at: pause for pause in row.pauses}
    if {since: (pause.to_at, pause.reason) for since, pause in stored.items()} == wanted:
        return False
    for since, pause in stored.items():
        if since not in wanted:
            row.pauses.remove(pause)
    for since, (until, reason) in wanted.items():
        if since in stored:
            stored[since].to_at, stored[since].reason = until, reason
        else:
            row.pauses.append(Pause(from_at=since, to_at=until, reason=reason))
    return True


def used(clock: Clock, now: int) -> int:
    """Working seconds used up so far, of a stored clock as it was last read; needs no pauses.

    A clock that stands still knows it; of one that runs, what is left is the working time until the contract's due.
    """
    if clock.consumed_at_stop is not None:
        return clock.consumed_at_stop
    due = clock.contract_due_at
    if due is None:
        return 0
    index = indexes()[clock.calendar_id]
    if now <= due:
        return clock.target_seconds - index.elapsed(now, due)
    return clock.target_seconds + index.elapsed(due, now)


def consumed(clock: Clock, now: int) -> int:
    """Working seconds used up so far, counted from start to now without the pauses."""
    until = clock.stop_at if clock.stop_at is not None else now
    pauses = [(p.from_at, until if p.to_at is None else p.to_at) for p in clock.pauses if p.from_at < until]
    return indexes()[clock.calendar_id].elapsed(clock.start_at, until, pauses)


def latest(clocks: Iterable[Clock]) -> list[Clock]:
    """The last cycle of each clock that was not cancelled: those that live by what is due first, then the others."""
    last: dict[tuple[ClockKind, int], Clock] = {}
    for clock in sorted(clocks, key=lambda clock: clock.cycle):
        if clock.state is not ClockState.CANCELLED:
            last[clock.kind, clock.line] = clock
    return sorted(last.values(), key=lambda c: (c.stop_at is not None, c.kind is ClockKind.OLA, c.due_at or FOREVER))


def next_due(clocks: Iterable[Clock]) -> tuple[int, str] | None:
    """The earliest due instant of the clocks that run or are overdue, with its kind. OLAs are the house's own."""
    running = [
        c for c in clocks
        if c.kind is not ClockKind.OLA and c.state in (ClockState.RUNNING, ClockState.OVERDUE) and c.due_at is not None
    ]  # fmt: skip
    first = min(running, key=lambda c: c.due_at or 0, default=None)
    return (first.due_at, first.kind.value) if first is not None and first.due_at is not None else None


def due_now(now: int, limit: int) -> list[Subject]:
    """The subjects of the clocks whose next moment has come, those that have waited longest first."""
    query = select(Clock.subject_kind, Clock.subject_id).where(Clock.next_fire_at <= now)
    rows = db.session.execute(query.order_by(Clock.next_fire_at).limit(limit))
    return list(dict.fromkeys((kind, subject_id) for kind, subject_id in rows))
