"""Clocks as a function of what happened: the events of a subject, folded into the cycles of one kind of clock.

1. Events are taken in the order of their instants; of one instant the beginning comes first, then what stops, what
   starts or goes on, what pauses, then their own order. An event after `as_of`, or known only later, is left out.
2. Each cycle has a start, a grant (target, calendar, pause reasons), pauses and at most one stop. Consumed is the
   working time from start to stop (or `as_of`) outside the pauses; in time iff consumed <= target.
3. A breach is dated at the instant at which the first working second is overspent, or at the change of the target that
   had been spent already. Nothing that happens later undoes it, and it fixes the due time of its cycle.
4. What starts, stops and pauses a kind of clock stands in the `_*Fold` class of that kind, and nowhere else.
5. A promised time replaces the due time; the contract's own is kept beside it. Pauses move the latter only.

Instants are epoch seconds in UTC, durations working seconds; both `int`. No database, no system clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar, Protocol

from sla.worktime import DAY, Pause, WorkIndex

THRESHOLDS = (50, 75, 90)  # per cent of the target
REOPEN_DAYS = 7
NOT_GENUINE_SECONDS = 3600  # a reopening that is undone within this time leaves no trace in figures
RUNNING_LIKE = frozenset({"running", "paused", "overdue"})

NOT_THE_CLIENT = frozenset({"agent", "automation", "nobody", "none"})

# Which pause reasons a kind of clock has where its target lists none of its own.
DEFAULT_PAUSES: dict[str, frozenset[str]] = {
    "first_response": frozenset(),
    "next_response": frozenset(),
    "periodic_update": frozenset({"waiting_client"}),
    "time_to_own": frozenset(),
    "resolution": frozenset({"waiting_client", "scheduled"}),
    "ola": frozenset({"waiting_client", "waiting_vendor", "scheduled"}),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the subject: when, what, with which values, and when it was known."""

    at: int
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    recorded_at: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a target grants: working seconds on a calendar, and which reasons stop the counting."""

    seconds: int
    index: WorkIndex
    pause_reasons: frozenset[str] = frozenset()
    thresholds: tuple[int, ...] = THRESHOLDS
    target_id: int | None = None
    least_after_reopen: int = 0  # working seconds that are left at least after a reopening


@dataclass(frozen=True, slots=True)
class Standing:
    """What a grant depends on: the entitlement, the type of the request and its priority."""

    priority: str = ""
    contract: str = "old"
    type: str = ""


class Terms(Protocol):
    """Who grants what: the policies of the entitlement, or a case."""

    def grant(self, standing: Standing, at: int) -> Grant | None:
        """What was granted at an instant; None where nothing was promised."""

    def granted(self, target_id: int) -> Grant | None:
        """The grant of a target by its id, for clocks that come from another subject."""


@dataclass(slots=True)
class Change:
    """What moved a cycle, and by which event: the material of its explanation."""

    at: int
    what: str
    event_id: int
    data: Mapping[str, Any]


@dataclass(slots=True)
class Halt:
    """A pause as it grows: its beginning, its end (None while it lasts) and its reason."""

    since: int
    until: int | None
    reason: str


@dataclass(slots=True)
class Cycle:
    """One measured span of a kind of clock."""

    number: int
    start: int
    grant: Grant
    halts: list[Halt] = field(default_factory=list)
    stop: int | None = None
    is_unanswered: bool = False
    is_cancelled: bool = False
    breached_at: int | None = None
    breach_cause: str | None = None
    contract_breached_at: int | None = None  # of the contract's own date, whatever was promised
    promised_for: int | None = None
    promises: int = 0
    granted_at: int = 0  # the terms of this instant hold
    extra: int = 0  # working seconds added to the target at a reopening
    fired: list[tuple[int, int]] = field(default_factory=list)  # (per cent, its instant)
    changes: list[Change] = field(default_factory=list)
    # of firing: what has fired since the target was last changed, and when that was
    revised_at: int = 0
    fired_now: set[int] = field(default_factory=set)
    _frozen_due: int | None = None

    @property
    def is_live(self) -> bool:
        return self.stop is None and not self.is_cancelled

    @property
    def seconds(self) -> int:
        """The target, in working seconds."""
        return self.grant.seconds + self.extra

    @property
    def pauses(self) -> list[Pause]:
        return [(halt.since, halt.until) for halt in self.halts]

    @property
    def open_halt(self) -> Halt | None:
        return self.halts[-1] if self.halts and self.halts[-1].until is None else None

    def consumed(self, now: int) -> int:
        """Working seconds from the start to the stop, or to now, outside the pauses."""
        until = now if self.stop is None else self.stop
        return self.grant.index.elapsed(self.start, until, self.pauses)

    def contract_due(self) -> int | None:
        """When the budget runs out; None while a pause lasts that began before."""
        if self._frozen_due is not None:
            return self._frozen_due
        return self.grant.index.due(self.start, self.seconds, self.pauses)

    def due(self) -> int | None:
        """What counts: the promised time, else that of the contract."""
        return self.promised_for if self.promised_for is not None else self.contract_due()

    def breach_at(self) -> int | None:
        """The last instant that is in time."""
        if self.promised_for is not None:
            return self.promised_for
        return self.grant.index.breach_at(self.start, self.seconds, self.pauses)

    def threshold(self, percent: int) -> int | None:
        """When so many per cent of the target are used up."""
        return self.grant.index.threshold(self.start, self.seconds, percent, self.pauses)

    def state(self, now: int) -> str:
        """Its state at this instant, once `lapse` has been called for it."""
        if self.is_cancelled:
            return "cancelled"
        if self.stop is not None:
            return "breached" if self.breached_at is not None else "stopped_unanswered" if self.is_unanswered else "met"
        if self.breached_at is not None:
            return "overdue"
        return "paused" if self.open_halt is not None else "running"

    def next_moment(self) -> int | None:
        """When the cycle changes by itself: its next threshold, or the second after it is breached."""
        if not self.is_live:
            return None
        moments: list[int | None] = []
        if self.open_halt is None:
            moments = [self.threshold(p) for p in self.grant.thresholds if p not in self.fired_now]
        if self.contract_breached_at is None:
            breach = self.grant.index.breach_at(self.start, self.seconds, self.pauses)
            moments.append(None if breach is None else breach + 1)
        if self.promised_for is not None and self.breached_at is None:
            moments.append(self.promised_for + 1)
        return min((moment for moment in moments if moment is not None), default=None)

    def lapse(self, now: int) -> None:
        """Date the breach and the thresholds that have come by this instant."""
        if not self.is_live:
            return
        self._fire(now)
        if self.contract_breached_at is None:
            breach = self.grant.index.breach_at(self.start, self.seconds, self.pauses)
            if breach is not None and breach < now:
                self._breach_contract(breach, "time")
        if self.promised_for is not None and self.breached_at is None and self.promised_for < now:
            self.breached_at, self.breach_cause = self.promised_for, "time"

    def _breach_contract(self, at: int, cause: str) -> None:
        """Date the breach, for good; from now on nothing moves the contract's due time."""
        self._frozen_due = self.contract_due()
        self.contract_breached_at = at
        if self.promised_for is None and self.breached_at is None:
            self.breached_at, self.breach_cause = at, cause

    def regrant(self, grant: Grant, at: int, cause: str) -> None:
        """Same start, same pauses, another grant; where it is spent already, the breach is dated at the change."""
        if self.contract_breached_at is not None:
            return
        self.grant, self.revised_at, self.fired_now = grant, at, set()
        if self.consumed(at) > self.seconds:
            self._breach_contract(at, cause)

    def _fire(self, now: int) -> None:
        if self.open_halt is not None:
            return  # what came before the pause has fired before it
        come = [
            (percent, at) for percent in self.grant.thresholds if percent not in self.fired_now
            and (at := self.threshold(percent)) is not None and at <= now
        ]  # fmt: skip
        if not come:
            return
        # A jump over several - the target was changed, or is tiny - fires the highest of them alone.
        moments = {percent: max(at, self.revised_at) for percent, at in come}
        for at in sorted(set(moments.values())):
            self.fired.append((max(percent for percent, moment in moments.items() if moment == at), at))
        self.fired_now.update(moments)


def fold(
    kind: str, events: Iterable[Event], terms: Terms, as_of: int, *, reopen_days: int = REOPEN_DAYS
) -> list[Cycle]:
    """The cycles of one kind of clock (`resolution`, …, `ola:line2`) as of an instant; none before it starts."""
    known = _unmerged([e for e in events if e.at <= as_of and (e.recorded_at is None or e.recorded_at <= as_of)])
    family, _, line = kind.partition(":line")
    walker = _FOLDS[family](kind, terms, reopen_days, _bounced(known), int(line or 0))
    for at, group in groupby(sorted(known, key=attrgetter("at")), key=attrgetter("at")):
        walker.walk(at, list(group))
    for cycle in walker.cycles:
        cycle.lapse(as_of)
    return walker.cycles


def _unmerged(events: list[Event]) -> list[Event]:
    """Without the mergers that were undone: what came over from there is as if it had not come."""
    if all(event.type != "given_back" for event in events):
        return events
    open_ones: dict[object, list[Event]] = {}
    gone: set[int] = set()
    for event in sorted(events, key=attrgetter("at")):
        if event.type == "taken_over":
            open_ones.setdefault(event.data.get("from"), []).append(event)
        elif event.type == "given_back":
            gone |= {id(event), *map(id, open_ones.pop(event.data.get("from"), ()))}
    return [event for event in events if id(event) not in gone]


def _bounced(events: Iterable[Event]) -> set[object]:
    return {event.data.get("id") for event in events if event.type == "delivery_failed"} - {None}


class _Fold:
    """What every kind of clock has in common."""

    stops_on_resolved: ClassVar[bool] = True
    # Of one instant: what stops comes before what starts, and that before what pauses.
    stopping: ClassVar[frozenset[str]] = frozenset({"resolved", "cancelled", "merged"})

    def __init__(self, kind: str, terms: Terms, reopen_days: int, bounced: set[object], line: int) -> None:
        self.kind, self.terms, self.reopen_days, self.bounced, self.own_line = kind, terms, reopen_days, bounced, line
        self.cycles: list[Cycle] = []
        self.standing, self.line = Standing(), 0
        self.expired = False
        self.created_at: int | None = None
        self.reason: str | None = None  # why the subject waits
        self.resolved_at: int | None = None
        self.reopened_at: int | None = None
        self.resolved_before: int | None = None  # when it was resolved before that reopening
        self.is_over = False  # cancelled or merged
        self.said = self.accepted = False  # in this very instant: what resolves it is said with it

    @property
    def live(self) -> Cycle | None:
        return self.cycles[-1] if self.cycles and self.cycles[-1].is_live else None

    def walk(self, at: int, group: Sequence[Event]) -> None:
        """Everything of one instant."""
        if live := self.live:
            live.lapse(at)
        self.said = any(event.type == "public_message" and self.is_answer(event) for event in group)
        self.accepted = any(event.type == "accepted" for event in group)
        for event in self._ordered(group):
            handle = getattr(self, f"on_{event.type}", None)
            if handle is not None:
                handle(event)
        self._settle(at)

    def _ordered(self, group: Sequence[Event]) -> list[Event]:
        if len(group) == 1:
            return list(group)
        types = {event.type for event in group}
        by_id = {"pause", "resume"} <= types and self.reason is None  # a pause that ends at once says nothing

        def rank(event: Event) -> int:
            if event.type == "created":
                return 0
            if event.type in self.stopping:
                return 1
            return 3 if event.type == "pause" and not by_id else 2

        return sorted(group, key=rank)

    def _settle(self, at: int) -> None:
        """Let the live cycle stand still or go on, as the subject stands now."""
        live = self.live
        if live is None:
            return
        why, halt = self.halting(live), live.open_halt
        if halt is not None and halt.reason != why:
            halt.until = at
            if halt.until == halt.since:
                live.halts.pop()
            halt = None
        if why is not None and halt is None:
            live.halts.append(Halt(at, None, why))

    def halting(self, cycle: Cycle) -> str | None:
        """Why the cycle stands still now, if it does."""
        return self.reason if self.reason in cycle.grant.pause_reasons else None

    def begin(self, event: Event, *, start: int | None = None) -> None:
        """A new cycle from this event on, if something is granted for it."""
        since = event.at if start is None else start
        grant = None if self.expired else self.terms.grant(self.standing, since)
        if grant is not None and not self.is_over:
            self.cycles.append(Cycle(len(self.cycles) + 1, since, grant, granted_at=since, revised_at=since))
            self._note(event, "started")

    def end(self, event: Event, *, unanswered: bool = False) -> None:
        """The live cycle is stopped."""
        live = self.live
        if live is None:
            return
        if halt := live.open_halt:
            halt.until = event.at
        live.stop, live.is_unanswered = event.at, unanswered
        self._note(event, "stopped")

    def cancel(self, event: Event) -> None:
        if live := self.live:
            live.is_cancelled = True
            self._note(event, event.type)

    def _note(self, event: Event, what: str) -> None:
        self.cycles[-1].changes.append(Change(event.at, what, event.id, event.data))

    def is_answer(self, event: Event) -> bool:
        """Whether a message is a person's word that reached the client."""
        return event.data.get("by") == "agent" and (
            event.data.get("id") is None or event.data["id"] not in self.bounced
        )

    # What happened, one method each. Kinds of clocks add to these.

    def on_created(self, event: Event) -> None:
        data = event.data
        self.standing = Standing(
            str(data.get("priority") or ""), str(data.get("contract") or "old"), str(data.get("type") or "")
        )
        self.line = _line(event.data)
        self.created_at = event.at

    def on_priority(self, event: Event) -> None:
        before, priority = self.standing.priority, str(event.data.get("to") or "")
        self.standing = replace(self.standing, priority=priority)
        self._regrant(event, "priority_raised" if priority < before else "priority_lowered")

    def on_retyped(self, event: Event) -> None:
        self.standing = replace(self.standing, type=str(event.data.get("to") or ""))
        self._regrant(event, "type_changed")

    def on_contract_changed(self, event: Event) -> None:
        self.standing, self.expired = replace(self.standing, contract=str(event.data.get("to") or "new")), False
        if event.data.get("apply_to_open"):
            if live := self.live:
                live.granted_at = event.at
            self._regrant(event, "contract_changed")

    def on_contract_expired(self, _event: Event) -> None:
        self.expired = True

    def on_transferred(self, event: Event) -> None:
        self.line = _line(event.data) or self.line

    def on_pause(self, event: Event) -> None:
        if self.resolved_at is None:
            self.reason = str(event.data.get("reason") or "")

    def on_resume(self, _event: Event) -> None:
        self.reason = None

    def on_client_message(self, _event: Event) -> None:
        if self.reason == "waiting_client":
            self.reason = None

    def on_resolved(self, event: Event) -> None:
        if self.resolved_at is not None:
            return
        self.resolved_at, self.reason = event.at, None
        if self.stops_on_resolved:
            self.end(event, unanswered=self.leaves_unanswered(event))

    def leaves_unanswered(self, _event: Event) -> bool:
        """Whether a resolution stops this kind of clock without what it waited for."""
        return False

    def on_reopened(self, event: Event) -> None:
        if self.resolved_at is None:
            return
        since, self.resolved_at, self.reason, self.reopened_at = self.resolved_at, None, None, event.at
        self.resolved_before = since
        self.reopen(event, since, is_late=event.at > since + self.reopen_days * DAY)

    def reopen(self, event: Event, since: int, *, is_late: bool) -> None:
        """The subject is open again; `since` it was resolved, and `is_late` after the reopen window."""

    def on_reopen_undone(self, event: Event) -> None:
        """The reopening was not genuine: undone in time, it leaves no trace in figures."""
        if self.reopened_at is None or event.at > self.reopened_at + NOT_GENUINE_SECONDS:
            return
        self.resolved_at, self.reason = self.resolved_before, None
        self.unreopen(event)

    def unreopen(self, event: Event) -> None:
        """Take the reopening back: what has begun since then never was."""
        while self.cycles and self.reopened_at is not None and self.cycles[-1].start >= self.reopened_at:
            self.cycles.pop()

    def on_cancelled(self, event: Event) -> None:
        self.is_over = True
        self.cancel(event)

    def on_merged(self, event: Event) -> None:
        self.on_cancelled(event)

    def on_unmerged(self, event: Event) -> None:
        self.is_over = False
        if self.cycles and self.cycles[-1].is_cancelled:
            self.cycles[-1].is_cancelled = False
            self._note(event, "unmerged")

    def _regrant(self, event: Event, cause: str) -> None:
        live = self.live
        grant = self.terms.grant(self.standing, live.granted_at) if live else None
        if live is not None and grant is not None and grant != live.grant:
            live.regrant(grant, event.at, cause)
            self._note(event, cause)

    def on_taken_over(self, event: Event) -> None:
        """A stricter clock comes from a subject that was merged into this one; ours is cancelled as merged."""
        told = event.data.get("clocks", {}).get(self.kind)
        grant = self.terms.granted(int(told["target"])) if told else None
        if told is None or grant is None:
            return
        if live := self.live:
            live.is_cancelled = True
            self._note(event, "merged")
        halts = [Halt(since, event.at if until is None else until, reason) for since, until, reason in told["pauses"]]
        self.cycles.append(
            Cycle(len(self.cycles) + 1, int(told["start"]), grant, [h for h in halts if h.until != h.since],
                  revised_at=event.at)
        )  # fmt: skip
        self._note(event, "taken_over")
        self.cycles[-1].lapse(event.at)


class _FirstResponse(_Fold):
    """Receipt to the first word of a person that reached the client."""

    stopping = _Fold.stopping | {"public_message"}

    def on_created(self, event: Event) -> None:
        super().on_created(event)
        self.begin(event)
        if _spoken(event):
            self.end(event)

    def on_public_message(self, event: Event) -> None:
        if self.is_answer(event):
            self.end(event)

    def leaves_unanswered(self, event: Event) -> bool:
        return event.data.get("public_message", True) is False and not self.said


class _NextResponse(_Fold):
    """The first unanswered word of the client to the next word of a person; each wait is a cycle."""

    stopping = _Fold.stopping | {"public_message"}

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.is_answered = False
        self.unheard: int | None = None  # a word of the client on a resolved subject

    def on_created(self, event: Event) -> None:
        super().on_created(event)
        self.is_answered = _spoken(event)

    def on_public_message(self, event: Event) -> None:
        if self.is_answer(event):
            self.is_answered = True
            self.end(event)

    def on_client_message(self, event: Event) -> None:
        super().on_client_message(event)
        if self.resolved_at is not None:
            self.unheard = event.at
        elif self.is_answered and self.live is None:
            self.begin(event)

    def on_resolved(self, event: Event) -> None:
        super().on_resolved(event)
        self.unheard = None
        if not self.leaves_unanswered(event):
            self.is_answered = True

    def leaves_unanswered(self, event: Event) -> bool:
        return event.data.get("public_message", True) is False and not self.said

    def reopen(self, event: Event, since: int, *, is_late: bool) -> None:
        # The word that reopened it waits for an answer; an earlier "thank you" does not.
        if self.unheard == event.at and self.is_answered:
            self.begin(event)
        self.unheard = None


class _PeriodicUpdate(_Fold):
    """While open: from the creation, or the last public word of a person, to the next one."""

    stopping = _Fold.stopping

    def on_created(self, event: Event) -> None:
        super().on_created(event)
        self.begin(event)

    def on_public_message(self, event: Event) -> None:
        if self.is_answer(event) and self.resolved_at is None and self.cycles:
            self.end(event)
            self.begin(event)

    def on_promised(self, event: Event) -> None:
        _promise(self, event)

    def leaves_unanswered(self, event: Event) -> bool:
        return event.data.get("public_message", True) is False and not self.said

    def reopen(self, event: Event, since: int, *, is_late: bool) -> None:
        self.begin(event)


class _TimeToOwn(_Fold):
    """Receipt, or the instant at which nobody owns it any more, to a named person's acceptance. Never paused."""

    stopping = _Fold.stopping | {"accepted"}

    def on_created(self, event: Event) -> None:
        super().on_created(event)
        self.begin(event)

    def on_accepted(self, event: Event) -> None:
        if event.data.get("by") != "automation":
            self.end(event)

    def on_unassigned(self, event: Event) -> None:
        if self.live is None and self.resolved_at is None:
            self.begin(event)

    def leaves_unanswered(self, _event: Event) -> bool:
        return not self.accepted

    def halting(self, _cycle: Cycle) -> str | None:
        return None


class _Lasting(_Fold):
    """A clock that a resolution stops and a reopening continues."""

    def reopen(self, event: Event, since: int, *, is_late: bool) -> None:
        last = self.cycles[-1] if self.cycles else None
        if last is None or last.is_cancelled or last.stop is None:
            return
        if is_late:
            self.begin(event)
            return
        last.halts.append(Halt(last.stop, event.at, "resolved"))
        last.stop, last.is_unanswered = None, False
        if last.breached_at is None and (least := last.grant.least_after_reopen):
            last.extra += max(0, least - (last.seconds - last.consumed(event.at)))
        self._note(event, "reopened")

    def unreopen(self, event: Event) -> None:
        last = self.cycles[-1] if self.cycles else None
        if last is None:
            return
        if last.halts and last.halts[-1].reason == "resolved":
            last.stop = last.halts.pop().since
        elif last.start == self.reopened_at and len(self.cycles) > 1:
            self.cycles.pop()
        self._note(event, "reopen_undone")


class _Resolution(_Lasting):
    """Receipt to `resolved`."""

    def on_created(self, event: Event) -> None:
        super().on_created(event)
        self.begin(event)

    def on_priority(self, event: Event) -> None:
        super().on_priority(event)
        if not self.cycles and self.created_at is not None and self.resolved_at is None:
            self.begin(event, start=self.created_at)  # the first priority for which something is granted

    def on_promised(self, event: Event) -> None:
        _promise(self, event)


class _Ola(_Lasting):
    """The time a ticket spends in one line, added up over its returns."""

    def on_created(self, event: Event) -> None:
        super().on_created(event)
        self._arrive(event)

    def on_transferred(self, event: Event) -> None:
        super().on_transferred(event)
        self._arrive(event)

    def halting(self, cycle: Cycle) -> str | None:
        return "away" if self.line != self.own_line else super().halting(cycle)

    def reopen(self, event: Event, since: int, *, is_late: bool) -> None:
        if not is_late or self.line == self.own_line:
            super().reopen(event, since, is_late=is_late)

    def _arrive(self, event: Event) -> None:
        if self.line == self.own_line and self.live is None and self.resolved_at is None:
            self.begin(event)


_FOLDS: dict[str, type[_Fold]] = {
    "first_response": _FirstResponse,
    "next_response": _NextResponse,
    "periodic_update": _PeriodicUpdate,
    "time_to_own": _TimeToOwn,
    "resolution": _Resolution,
    "ola": _Ola,
}
KINDS = ("first_response", "next_response", "periodic_update", "time_to_own", "resolution",
         "ola:line1", "ola:line2", "ola:line3")  # fmt: skip
EVENT_TYPES = frozenset({
    "created", "public_message", "client_message", "internal_note", "delivery_failed", "assigned", "accepted",
    "unassigned", "pause", "resume", "transferred", "priority", "retyped", "promised", "resolved", "reopened",
    "contract_changed", "contract_expired", "calendar_version", "maintenance_announced", "cancelled", "merged",
    "unmerged", "reopen_undone", "taken_over", "given_back",
})  # fmt: skip


def _promise(walker: _Fold, event: Event) -> None:
    """A time agreed with the client replaces the due time, if the client's consent is on record."""
    live = walker.live
    agreed_by, promised_for = event.data.get("agreed_by"), int(event.data["for"])
    if event.data.get("clock", walker.kind) != walker.kind:
        return
    if live is not None and agreed_by and agreed_by not in NOT_THE_CLIENT and promised_for > event.at:
        live.promised_for = promised_for
        live.promises += 1
        walker.cycles[-1].changes.append(Change(event.at, "promised", event.id, event.data))


def _spoken(event: Event) -> bool:
    """Whether an operator opened it while speaking with the client: it is answered by that."""
    by, channel = event.data.get("by"), event.data.get("channel")
    return by == "agent" or (by is None and channel == "phone")


def _line(data: Mapping[str, Any]) -> int:
    """The line in an event's values: `line` or `to`, as 2 or "line2"."""
    told = data.get("line", data.get("to", data.get("to_line")))
    digits = str(told or "").removeprefix("line").strip()
    return int(digits) if digits.isdigit() else 0
