"""Why a clock reads what it reads: its arithmetic in lines, one for each day of its calendar.

1. The lines of `past` go from the start to the stop, or to the instant at which one looks, and leave nothing out: their
   seconds add up to what is consumed. Those of `ahead` go on to the contract's due time, where the clock runs, and add
   up to what is left.
2. A day is a date in the zone of the calendar's version that is in force. Where another version begins within a day,
   the day has two lines.
3. A line says what took time away, or gave it: a pause, a holiday, hours of that date alone, a maintenance window, a
   weekday without hours. Days that are alike and give nothing are one line; of a long stretch the middle is one line.

Instants are epoch seconds in UTC, durations working seconds. Pure: no database, no system clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sla.fold import Cycle, Halt
from sla.worktime import FOREVER, WEEKDAYS, Calendar, Span, WorkIndex, compile_calendar, start_of_day

LINES = 14  # of a longer stretch the middle is folded
AT_THE_ENDS = 5  # lines that stay at each end of it
CLOSED = frozenset({"weekend", "closed", "holiday", "exception", "outside"})


@dataclass(frozen=True)
class Version:
    """A calendar as it is in force from an instant on (None: since ever), with the names of its closed days."""

    id: int
    since: int | None
    calendar: Calendar
    day_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """What made a day differ: `why` is pause, maintenance, holiday, exception, weekend, closed or outside."""

    why: str
    seconds: int = 0  # of working time that it took away
    what: str = ""  # the reason of a pause, the name of a holiday


@dataclass(frozen=True)
class Line:
    """A day, or several that are alike: the hours that counted, how much that was, and why it was no more."""

    since: date
    until: date  # the last date, inclusive
    seconds: int
    spans: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()
    days: int = 1
    working_days: int = 0
    version: int = 0
    timezone: str = "UTC"


@dataclass(frozen=True)
class Explanation:
    """The arithmetic of one cycle, as of an instant."""

    past: tuple[Line, ...]
    ahead: tuple[Line, ...]
    until: int
    consumed: int
    seconds: int  # the target
    versions: tuple[int, ...]  # the calendar versions that took part
    tzdata: str

    @property
    def left(self) -> int:
        """Working seconds that are left; negative where more was used than granted."""
        return self.seconds - self.consumed


def explain(cycle: Cycle, at: int, versions: Sequence[Version], *, folded: bool = True) -> Explanation:
    """How a cycle came to its figures as of an instant; `versions` are those of its calendar."""
    index, until = cycle.grant.index, _end(cycle, at)
    halts = [_until(halt, until) for halt in cycle.halts if halt.since < until]
    walk = _Walk(index, versions)
    past = list(walk.lines(cycle.start, until, halts))
    due = cycle.contract_due()
    runs = cycle.is_live and cycle.open_halt is None and due is not None and due > until
    ahead = list(walk.lines(until, due, [])) if runs and due is not None else []
    took_part = tuple(dict.fromkeys(line.version for line in [*past, *ahead] if line.version))
    return Explanation(
        past=tuple(_folded(past) if folded else past), ahead=tuple(_folded(ahead) if folded else ahead), until=until,
        consumed=index.elapsed(cycle.start, until, cycle.pauses), seconds=cycle.seconds,
        versions=took_part, tzdata=index.tzdata,
    )  # fmt: skip


def _end(cycle: Cycle, at: int) -> int:
    """Up to when there is something to count: the stop, the instant at which it was cancelled, or now."""
    if cycle.stop is not None:
        return cycle.stop
    return min(at, cycle.changes[-1].at) if cycle.is_cancelled and cycle.changes else at


def _until(halt: Halt, until: int) -> Halt:
    """The pause as far as an instant."""
    return replace(halt, until=until if halt.until is None else min(halt.until, until))


class _Walk:
    """Goes through the days of a calendar and says of each what it gave."""

    def __init__(self, index: WorkIndex, versions: Sequence[Version]) -> None:
        self.index = index
        self.versions = sorted(versions, key=lambda version: -FOREVER if version.since is None else version.since)
        # The same without its windows: what is missing then was taken by maintenance.
        self.unbroken = compile_calendar(
            [(version.since, replace(version.calendar, blackouts=())) for version in self.versions]
        )

    def lines(self, since: int, until: int, halts: Sequence[Halt]) -> Iterator[Line]:
        """A line for each day between two instants."""
        at = since
        while at < until:
            version, following = self._in_force(at)
            day = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(version.calendar.timezone)).date()
            midnight = start_of_day((day + timedelta(days=1)).isoformat(), version.calendar.timezone)
            end = min(midnight, following, until)
            yield self._line(version, day, at, end, halts)
            at = end

    def _line(self, version: Version, day: date, since: int, until: int, halts: Sequence[Halt]) -> Line:
        inside = [halt for halt in halts if halt.since < until and (halt.until or FOREVER) > since]
        pauses = [(halt.since, halt.until) for halt in inside]
        spans = tuple(self.index.work_between(since, until, pauses))
        seconds = sum(end - start for start, end in spans)
        notes = tuple(self._notes(version, day, since, until, inside, is_open=bool(spans)))
        return Line(day, day, seconds, spans, notes, working_days=int(bool(spans)), version=version.id,
                    timezone=version.calendar.timezone)  # fmt: skip

    def _notes(
        self, version: Version, day: date, since: int, until: int, halts: Sequence[Halt], *, is_open: bool
    ) -> Iterator[Note]:
        for reason, alike in groupby(halts, key=lambda halt: halt.reason):
            pauses = [(max(halt.since, since), min(halt.until or until, until)) for halt in alike]
            taken = self.index.elapsed(since, until) - self.index.elapsed(since, until, pauses)
            if taken:
                yield Note("pause", taken, reason)
        lost = self.unbroken.elapsed(since, until) - self.index.elapsed(since, until)
        if lost > 0:
            yield Note("maintenance", lost)
        special = _why(version, day)
        if special in ("holiday", "exception"):
            yield Note(special, what=version.day_names.get(day.isoformat(), ""))
        elif not self.unbroken.elapsed(since, until) and not is_open:
            yield Note(special or "outside")

    def _in_force(self, at: int) -> tuple[Version, int]:
        """The version in force, and the instant at which the next one begins."""
        number = 0
        for i, version in enumerate(self.versions):
            if version.since is not None and version.since <= at:
                number = i
        later = self.versions[number + 1].since if number + 1 < len(self.versions) else None
        return self.versions[number], FOREVER if later is None else later


def _why(version: Version, day: date) -> str:
    """What makes the hours of a date: hours of its own, a holiday, a weekday without any; else nothing."""
    calendar = version.calendar
    if any(on == day for on, _hours in calendar.exceptions):
        return "exception"
    if day in calendar.holidays:
        return "holiday"
    if not calendar.weekly[day.weekday()]:
        return "weekend" if WEEKDAYS[day.weekday()] in ("sat", "sun") else "closed"
    return ""


def _folded(lines: list[Line]) -> list[Line]:
    """Days that are alike and give nothing in one line, and of a long stretch the middle in one."""
    shorter = [_joined(list(alike)) for _key, alike in groupby(lines, key=_likeness)]
    if len(shorter) <= LINES:
        return shorter
    middle = shorter[AT_THE_ENDS:-AT_THE_ENDS]
    return [*shorter[:AT_THE_ENDS], _joined(middle), *shorter[-AT_THE_ENDS:]]


def _likeness(line: Line) -> object:
    # Only what gives nothing is alike; a day that gives something stays alone.
    return (line.since, line.version) if line.seconds else (tuple((n.why, n.what) for n in line.notes), line.version)


def _joined(lines: Sequence[Line]) -> Line:
    if len(lines) == 1:
        return lines[0]
    taken: dict[tuple[str, str], int] = {}
    for note in (note for line in lines for note in line.notes):
        taken[note.why, note.what] = taken.get((note.why, note.what), 0) + note.seconds
    first, last = lines[0], lines[-1]
    return Line(
        first.since, last.until, sum(line.seconds for line in lines), (),
        tuple(Note(why, seconds, what) for (why, what), seconds in taken.items()),
        days=(last.until - first.since).days + 1, working_days=sum(line.working_days for line in lines),
        version=first.version, timezone=first.timezone,
    )  # fmt: skip
