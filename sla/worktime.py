"""Working time: how much of it lies between two instants, and when a budget of it is spent.

1. An instant is working iff its local wall-clock reading in the calendar's zone lies in one of that date's half-open
   intervals, or in the part past midnight of an interval of the date before. So hours that a change of the clocks
   skips do not count and hours that it repeats count twice; there is no other rule about daylight saving.
2. The hours of a date are its explicit hours (`exceptions`), else none if it is a holiday, else those of its weekday.
   An interval past midnight belongs whole to the date on which it starts. What lies in a blackout is not working.
3. A budget is spent at the earliest instant by which that much work has been done: spent exactly at closing, it is due
   at closing. It is overspent from the next working second on; `breach_at` is the instant at which that one begins.
4. Time inside a pause gives nothing. Pauses come in any order and may overlap; an empty one says nothing, one that
   ends before it begins is refused, one without end (`None`) lasts for ever.
5. A calendar may have versions, each in force from its own instant until the next one's. Before the first one nothing
   is working, unless that one is in force since ever (`None`).
6. "Never" is `None`: nothing is searched for further than 50 years away.

Instants are epoch seconds in UTC and durations are working seconds, both `int`; text becomes an instant once, in
`parse_instant`. Aware datetimes are not computed with, because Python adds and subtracts them on the wall clock, and
neither are floats. This module does not know what time it is, nor anything of tickets, targets or stored clocks.
"""

from __future__ import annotations

import re
import reprlib
import threading
import zoneinfo
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]  # seconds of the local day; past midnight the end is greater than 86 400
Span: TypeAlias = tuple[int, int]  # instants, half-open
Pause: TypeAlias = tuple[int, int | None]
Versions: TypeAlias = Sequence[tuple[int | None, "Calendar"]]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DAY = 86_400
YEAR = 31_556_952  # 365.2425 days, the mean year of the Gregorian calendar
HORIZON = 50 * YEAR
EARLIEST, LATEST = -5_364_662_400, 10_413_792_000  # 1800 and 2300: what lies outside is a slip of the pen
FOREVER = 1 << 60

REASONS = {
    "not_an_object": "{} is not a JSON object",
    "not_a_list": "{} is not a list",
    "not_whole": "{} is not a whole number",
    "missing": "is missing",
    "unknown_field": "is no field of a calendar",
    "unknown_zone": "{} is not a time zone of the IANA database, such as Europe/Vilnius",
    "unknown_weekday": "is not a weekday: mon, tue, wed, thu, fri, sat, sun",
    "malformed_week": "{} is not the hours of seven weekdays",
    "malformed_date": "{} is not a date such as 2026-12-24",
    "repeated_date": "{} has its hours twice",
    "malformed_time": "{} is not a time of day such as 09:00, 17:30:15 or, at the end, 24:00",
    "malformed_span": "{} is not a pair of a beginning and an end",
    "empty_span": "{} ends when it begins",
    "reversed_span": "{} ends before it begins",
    "long_interval": "{} is longer than a day",
    "overlap": "{} overlaps an interval before it",
    "unsorted": "{} begins before the interval that precedes it",
    "malformed_instant": "{} is not an instant such as 2026-03-09T11:30:00+01:00",
    "naive_instant": "{} does not say its offset from UTC: add Z, or one such as +02:00",
    "out_of_range": "{} lies outside the years 1800 to 2299",
    "negative": "{} is negative",
    "not_positive": "{} is not greater than zero",
    "unknown_clock": "{} is no kind of clock, such as first_response or ola:line2",
    "unknown_event": "{} is no type of event, such as created or public_message",
    "malformed_event": "{} is not an event: [instant, type, values]",
    "no_calendar": "there is no calendar",
}


_SHORT = reprlib.Repr()
_SHORT.maxstring = 80


class WorktimeError(ValueError):
    """A value that is refused: `path` names the field, `code` the reason, one of `REASONS`."""

    def __init__(self, path: str, code: str, value: object = None) -> None:
        super().__init__(path, code, value)
        self.path, self.code, self.value = path, code, value

    def __str__(self) -> str:
        return f"{self.path}: {REASONS[self.code].format(_SHORT.repr(self.value))}"


@dataclass(frozen=True)
class Calendar:
    """Business hours in a time zone: a week from Monday on, the dates that differ from it, and blackout windows.

    Overlapping intervals are one; `refuse_overlaps` is for where a person has just written them.
    """

    timezone: str
    weekly: tuple[tuple[Interval, ...], ...] = ((),) * 7
    holidays: tuple[date, ...] = ()
    exceptions: tuple[tuple[date, tuple[Interval, ...]], ...] = ()
    blackouts: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        _zone(self.timezone, tzdata_version())
        if len(self.weekly) != len(WEEKDAYS):
            raise WorktimeError("weekly", "malformed_week", self.weekly)
        for path, intervals in self._hours_by_path():
            for number, interval in enumerate(intervals):
                _check_interval(interval, f"{path}[{number}]")
        for number, blackout in enumerate(self.blackouts):
            _check_blackout(blackout, f"blackouts[{number}]")
        for earlier, later in pairwise(sorted(on for on, _ in self.exceptions)):
            if earlier == later:
                raise WorktimeError(f"exceptions.{later.isoformat()}", "repeated_date", later.isoformat())
        # What has no order of its own is kept sorted, so that calendars of one meaning are equal and are stored alike.
        object.__setattr__(self, "holidays", tuple(sorted(set(self.holidays))))
        object.__setattr__(self, "exceptions", tuple(sorted(self.exceptions)))
        object.__setattr__(self, "blackouts", tuple(sorted(set(self.blackouts))))

    @classmethod
    def always(cls, timezone: str) -> Calendar:
        """The calendar without closed hours; its zone still says where one date ends and the next begins."""
        return cls(timezone, weekly=(((0, DAY),),) * 7)

    @classmethod
    def from_json(cls, obj: object) -> Calendar:
        """Read the calendar of the case format; raises WorktimeError at the first field that is wrong."""
        fields = _read_object(obj, "calendar")
        for name in fields:
            if name not in cls.__dataclass_fields__:
                raise WorktimeError(name, "unknown_field")
        if "timezone" not in fields:
            raise WorktimeError("timezone", "missing")
        timezone = fields["timezone"]
        if not isinstance(timezone, str):
            raise WorktimeError("timezone", "unknown_zone", timezone)
        return cls(
            timezone=timezone,
            weekly=_read_week(fields.get("weekly", {})),
            holidays=tuple(
                _read_date(text, f"holidays[{number}]")
                for number, text in enumerate(_read_list(fields.get("holidays", []), "holidays"))
            ),
            exceptions=tuple(
                (_read_date(text, f"exceptions.{text}"), _read_intervals(hours, f"exceptions.{text}"))
                for text, hours in _read_object(fields.get("exceptions", {}), "exceptions").items()
            ),
            blackouts=tuple(
                _read_blackout(pair, f"blackouts[{number}]")
                for number, pair in enumerate(_read_list(fields.get("blackouts", []), "blackouts"))
            ),
        )

    def to_json(self) -> dict[str, object]:
        """The one JSON spelling of this calendar: equal calendars give equal text, and it reads back as this one."""
        return {
            "timezone": self.timezone,
            "weekly": {
                name: _intervals_json(hours) for name, hours in zip(WEEKDAYS, self.weekly, strict=True) if hours
            },
            "holidays": [on.isoformat() for on in self.holidays],
            "exceptions": {on.isoformat(): _intervals_json(hours) for on, hours in self.exceptions},
            "blackouts": [[format_instant(since), format_instant(until)] for since, until in self.blackouts],
        }

    def _hours_by_path(self) -> Iterator[tuple[str, tuple[Interval, ...]]]:
        for name, intervals in zip(WEEKDAYS, self.weekly, strict=True):
            yield f"weekly.{name}", intervals
        for on, intervals in self.exceptions:
            yield f"exceptions.{on.isoformat()}", intervals


def refuse_overlaps(calendar: Calendar) -> None:
    """Refuse intervals of one date that overlap or are not in order, and a weekday's night that runs into the next."""
    for path, intervals in calendar._hours_by_path():
        for number, (earlier, later) in enumerate(pairwise(intervals), start=1):
            if later[0] < earlier[0]:
                raise WorktimeError(f"{path}[{number}]", "unsorted", _interval_text(later))
            if later[0] < earlier[1]:
                raise WorktimeError(f"{path}[{number}]", "overlap", _interval_text(later))
    for number, name in enumerate(WEEKDAYS):
        night, morning = calendar.weekly[number - 1], calendar.weekly[number]
        if night and morning and morning[0][0] < night[-1][1] - DAY:
            raise WorktimeError(f"weekly.{name}[0]", "overlap", _interval_text(morning[0]))


def parse_instant(text: object, path: str = "instant") -> int:
    """Epoch seconds of an ISO 8601 date and time with offset; fractions of a second are cut off."""
    match = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise WorktimeError(path, "malformed_instant", text)
    day, hour, minute, second, zulu, sign, offset_hour, offset_minute, offset_second = match.groups(default="0")
    if zulu == sign == "0":
        raise WorktimeError(path, "naive_instant", text)
    try:
        since_epoch = (date.fromisoformat(day) - _EPOCH_DATE).days * DAY
    except ValueError:
        raise WorktimeError(path, "malformed_instant", text) from None
    offset = int(offset_hour) * 3600 + int(offset_minute) * 60 + int(offset_second)
    return since_epoch + int(hour) * 3600 + int(minute) * 60 + int(second) - (-offset if sign == "-" else offset)


def start_of_day(text: str, timezone: str, path: str = "date") -> int:
    """The first instant of a date such as 2026-12-24 in a zone."""
    day = _read_date(text, path)
    zone = _zone(timezone, tzdata_version())
    # The wall clock's midnight may be skipped; the first instant that shows the date is then a little later.
    at = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    while datetime.fromtimestamp(at, zone).date() < day:
        at += 900
    return at


def format_instant(at: int) -> str:
    """The instant in UTC, as in 2026-03-09T12:30:00Z."""
    try:
        return f"{(_EPOCH + timedelta(seconds=at)).replace(tzinfo=None).isoformat()}Z"
    except OverflowError:
        raise WorktimeError("instant", "out_of_range", at) from None


def tzdata_version() -> str:
    """The release of the time zone data in use, such as 2026a; an update of it is a change of every calendar."""
    return _version_found(zoneinfo.TZPATH)


def compile_calendar(calendar: Calendar | Versions) -> WorkIndex:
    """The index of a calendar, or of versions `(in force from, calendar)`; equal calendars share one index.

    Of two versions in force from the same instant, the one listed later replaces the other.
    """
    versions = ((None, calendar),) if isinstance(calendar, Calendar) else tuple(calendar)
    return _compiled(versions, tzdata_version())


class WorkIndex:
    """The open segments of a calendar with running totals, over a window that grows as it is asked about more.

    Threads may share it: a window is never changed, only replaced by a wider one.
    """

    def __init__(self, versions: Versions, tzdata: str) -> None:
        if not versions:
            raise WorktimeError("calendar", "no_calendar")
        self.tzdata = tzdata
        self._versions = _in_force(versions, tzdata)
        self._first_work = min(version.first_work for version in self._versions)
        self._last_work = max(version.last_work for version in self._versions)
        self._window = _Window(FOREVER, -FOREVER, (), (), (), ())
        self._lock = threading.Lock()

    def due(self, start: int, seconds: int, pauses: Iterable[Pause] = ()) -> int | None:
        """The earliest instant by which `seconds` of work have been done since `start`; None if there is none.

        Negative: the latest instant from which that much work leads to `start`. Zero: `start` itself.
        """
        settled = _settle(pauses) if pauses else ()
        if seconds > 0:
            return self._spent(start, seconds, settled)
        return self._begun(start, -seconds, settled) if seconds else start

    def elapsed(self, start: int, end: int, pauses: Iterable[Pause] = ()) -> int:
        """Working seconds from `start` to `end` outside the pauses; none if the end is not after the start."""
        settled = _settle(pauses) if pauses else ()
        if end <= start:
            return 0
        window = self._covering(start, end)
        worked = window.worked(end) - window.worked(start)
        for since, until in settled:
            if since < end and start < until:
                worked -= window.worked(min(until, end)) - window.worked(max(since, start))
        return worked

    def breach_at(self, start: int, seconds: int, pauses: Iterable[Pause] = ()) -> int | None:
        """The instant at which the first working second beyond the budget begins; None if there is none."""
        overspent = self.due(start, seconds + 1, pauses)
        return None if overspent is None else overspent - 1

    def threshold(self, start: int, target: int, percent: int, pauses: Iterable[Pause] = ()) -> int | None:
        """The instant at which `percent` of the target is spent, rounded up to the whole working second."""
        return self.due(start, -(-target * percent // 100), pauses)

    def warning(self, start: int, target: int, before: int, pauses: Iterable[Pause] = ()) -> int | None:
        """The instant `before` working seconds ahead of the due one, and the start where the target is no longer."""
        return self.due(start, max(target - before, 0), pauses)

    def is_working(self, at: int) -> bool:
        """Whether the second that begins at this instant is a working one."""
        window = self._covering(at, at + 1)
        segment = bisect_right(window.starts, at) - 1
        return segment >= 0 and at < window.ends[segment]

    def next_opening(self, at: int) -> int | None:
        """The first working instant from `at` on, which is `at` itself in open hours; None if there is none."""
        return self.breach_at(at, 0)

    def work_between(self, start: int, end: int, pauses: Iterable[Pause] = ()) -> list[Span]:
        """The open segments from `start` to `end` outside the pauses; their lengths add up to `elapsed`."""
        settled = _settle(pauses) if pauses else ()
        if end <= start:
            return []
        window = self._covering(start, end)
        reached = range(bisect_right(window.ends, start), bisect_left(window.starts, end))
        segments = [(max(window.starts[i], start), min(window.ends[i], end)) for i in reached]
        return list(_without(segments, settled))

    def business_days_after(self, at: int, days: int) -> int | None:
        """The end of the last hours of the `days`-th date with working time after the local date of `at`.

        1. Hours belong to the date on which they start, so a Friday's night shift makes no business day of Saturday.
        2. No further days are over at once: zero gives `at`. A negative number is refused.
        """
        if days < 0:
            raise WorktimeError("days", "negative", days)
        if days == 0:
            return at
        _check_range(at)
        day, limit = self._local_day(at), min(at + HORIZON, self._last_work)
        # No zone is a whole day ahead of UTC, so no later date begins before the limit.
        while day <= limit // DAY:
            day += 1
            closing = max((version.closing_of(day) for version in self._versions), default=-FOREVER)
            if closing > -FOREVER:
                days -= 1
                if days == 0:
                    return closing if closing <= at + HORIZON else None
        return None

    def cover(self, since: int, until: int) -> None:
        """Compile this span now, which would otherwise happen when it is first asked about."""
        self._covering(since, until)

    def _spent(self, start: int, seconds: int, pauses: Sequence[Span]) -> int | None:
        if start >= self._last_work:
            return None
        window, limit = self._covering(start, start), start + HORIZON
        while (due := window.spent(start, seconds, pauses, limit)) is None:
            if window.until >= min(limit, self._last_work):
                return None
            window = self._grown(start, window.until + 1)
        return due if due <= limit else None

    def _begun(self, end: int, seconds: int, pauses: Sequence[Span]) -> int | None:
        if end <= self._first_work:
            return None
        window, limit = self._covering(end, end), end - HORIZON
        while (start := window.begun(end, seconds, pauses)) is None:
            if window.since <= max(limit, self._first_work):
                return None
            window = self._grown(window.since - 1, end)
        return start if start >= limit else None

    def _local_day(self, at: int) -> int:
        version = next((v for v in reversed(self._versions) if v.since <= at), self._versions[0])
        return version.local_day(at)

    def _covering(self, since: int, until: int) -> _Window:
        window = self._window
        if window.since <= since and until <= window.until:
            return window
        _check_range(since)
        _check_range(until)
        return self._grown(since, until)

    def _grown(self, since: int, until: int) -> _Window:
        with self._lock:
            window = self._window
            # Doubling keeps the cost of all the growing in proportion to the widest window.
            step = max(window.until - window.since, YEAR)
            wider_since = window.since if window.since <= since else max(since - step, EARLIEST - HORIZON)
            wider_until = window.until if until <= window.until else min(until + step, LATEST + HORIZON)
            if (wider_since, wider_until) != (window.since, window.until):
                self._window = _window_over(self._versions, wider_since, wider_until)
            return self._window


@dataclass(frozen=True, slots=True)
class _Window:
    """The open segments of [since, until), and the working seconds before and after each of them."""

    since: int
    until: int
    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]

    def worked(self, at: int) -> int:
        """Working seconds from the window's beginning; an instant outside of the window counts as its edge."""
        segment = bisect_right(self.starts, at) - 1
        if segment < 0:
            return 0
        end = self.ends[segment]
        return self.after[segment] if at >= end else self.after[segment] - end + at

    def spent(self, start: int, seconds: int, pauses: Sequence[Span], limit: int) -> int | None:
        """The earliest instant with so much work behind it, FOREVER past the limit; None if the window ends first."""
        worked = self.worked
        target = worked(start) + seconds
        for since, until in pauses:
            if until <= start:
                continue
            paused_from = worked(max(since, start))
            if paused_from >= target:
                break
            if until > limit and since <= self.until:
                return FOREVER
            target += worked(until) - paused_from
        segment = bisect_left(self.after, target)
        return self.starts[segment] + target - self.before[segment] if segment < len(self.after) else None

    def begun(self, end: int, seconds: int, pauses: Sequence[Span]) -> int | None:
        """The latest instant with so much work between it and the end; None if the window begins later."""
        target = self.worked(end) - seconds
        for since, until in reversed(pauses):
            if since >= end:
                continue
            paused_until = self.worked(min(until, end))
            if paused_until <= target:
                break
            target -= paused_until - self.worked(since)
        if target < 0:
            return None
        segment = bisect_right(self.before, target) - 1
        return self.starts[segment] + target - self.before[segment]


@dataclass(frozen=True, slots=True)
class _Version:
    """One calendar while it is in force, its dates counted in days since the epoch."""

    since: int
    until: int
    timezone: str
    tzdata: str
    week: tuple[tuple[Interval, ...], ...]
    dates: Mapping[int, tuple[Interval, ...]]
    blackouts: tuple[Span, ...]

    @property
    def first_work(self) -> int:
        """No work lies before this instant."""
        dates = [day for day, hours in self.dates.items() if hours]
        earliest = -FOREVER if any(self.week) else (min(dates) - 1) * DAY if dates else FOREVER
        return max(self.since, earliest) if earliest < self.until else FOREVER

    @property
    def last_work(self) -> int:
        """No work lies from this instant on."""
        dates = [day for day, hours in self.dates.items() if hours]
        latest = FOREVER if any(self.week) else (max(dates) + 3) * DAY if dates else -FOREVER
        return min(self.until, latest) if latest > self.since else -FOREVER

    def segments(self, since: int, until: int) -> Iterator[Span]:
        """The open segments of this version in the window, in order and apart from one another."""
        since, until = max(since, self.since), min(until, self.until)
        return _without(_united(self._pieces(since, until)), self.blackouts)

    def closing_of(self, day: int) -> int:
        """The end of the last working second in hours that start on this date, or -FOREVER."""
        since, until = max((day - 1) * DAY, self.since), min((day + 3) * DAY, self.until)
        pieces = [
            piece
            for span in _offset_spans(self.timezone, self.tzdata, since, until)
            for piece in self._hours_in(span, day)
        ]
        return max((end for _, end in _without(_united(pieces), self.blackouts)), default=-FOREVER)

    def local_day(self, at: int) -> int:
        ((_, _, offset),) = _offset_spans(self.timezone, self.tzdata, at, at + 1)
        return (at + offset) // DAY

    def _pieces(self, since: int, until: int) -> Iterator[Span]:
        for span in _offset_spans(self.timezone, self.tzdata, since, until):
            first, last, offset = span
            # The date before the first one may run past midnight into the span.
            for day in range((first + offset) // DAY - 1, (last - 1 + offset) // DAY + 1):
                yield from self._hours_in(span, day)

    def _hours_in(self, span: tuple[int, int, int], day: int) -> Iterator[Span]:
        """The hours that start on this date, where the clocks show them within a span of constant offset."""
        first, last, offset = span
        hours = self.dates.get(day)
        midnight = day * DAY - offset
        # The epoch was a Thursday.
        for opening, closing in self.week[(day + 3) % 7] if hours is None else hours:
            start, end = max(midnight + opening, first), min(midnight + closing, last)
            if start < end:
                yield start, end


@lru_cache(maxsize=256)
def _compiled(versions: tuple[tuple[int | None, Calendar], ...], tzdata: str) -> WorkIndex:
    return WorkIndex(versions, tzdata)


def _in_force(versions: Versions, tzdata: str) -> list[_Version]:
    ordered = sorted(((-FOREVER if since is None else since, calendar) for since, calendar in versions), key=_since)
    ends = [since for since, _ in ordered[1:]] + [FOREVER]
    return [_bound(calendar, since, until, tzdata) for (since, calendar), until in zip(ordered, ends, strict=True)]


def _since(version: tuple[int, Calendar]) -> int:
    return version[0]


def _bound(calendar: Calendar, since: int, until: int, tzdata: str) -> _Version:
    dates: dict[int, tuple[Interval, ...]] = {(on - _EPOCH_DATE).days: () for on in calendar.holidays}
    dates |= {(on - _EPOCH_DATE).days: tuple(sorted(hours)) for on, hours in calendar.exceptions}
    week = tuple(tuple(sorted(hours)) for hours in calendar.weekly)
    return _Version(since, until, calendar.timezone, tzdata, week, dates, tuple(_united(calendar.blackouts)))


def _window_over(versions: Sequence[_Version], since: int, until: int) -> _Window:
    segments = list(_united(segment for version in versions for segment in version.segments(since, until)))
    before, after, worked = [], [], 0
    for start, end in segments:
        before.append(worked)
        worked += end - start
        after.append(worked)
    return _Window(since, until, [start for start, _ in segments], [end for _, end in segments], before, after)


def _settle(pauses: Iterable[Pause]) -> list[Span]:
    """The pauses in order and apart from one another."""
    spans = []
    for number, (since, until) in enumerate(pauses):
        if until is None:
            spans.append((since, FOREVER))
        elif since < until:
            spans.append((since, until))
        elif since > until:
            raise WorktimeError(f"pauses[{number}]", "reversed_span", _span_text(since, until))
    return list(_united(sorted(spans))) if len(spans) > 1 else spans


def _united(spans: Iterable[Span]) -> Iterator[Span]:
    """The same time in spans that neither overlap nor touch; they must come in the order of their beginnings."""
    open_since, open_until = FOREVER, -FOREVER
    for since, until in spans:
        if since <= open_until:
            open_until = max(open_until, until)
        else:
            if open_since < open_until:
                yield open_since, open_until
            open_since, open_until = since, until
    if open_since < open_until:
        yield open_since, open_until


def _without(spans: Iterable[Span], holes: Sequence[Span]) -> Iterator[Span]:
    """The spans less the holes, both in order and apart from one another."""
    position = 0
    for span_since, until in spans:
        since = span_since
        while position < len(holes) and holes[position][1] <= since:
            position += 1
        ahead = position
        while ahead < len(holes) and holes[ahead][0] < until:
            if since < holes[ahead][0]:
                yield since, holes[ahead][0]
            since = holes[ahead][1]
            ahead += 1
        if since < until:
            yield since, until


def _check_range(at: int) -> None:
    if not EARLIEST <= at <= LATEST:
        raise WorktimeError("instant", "out_of_range", at)


# Reading JSON

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DATE = date(1970, 1, 1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?|24:00(?::00)?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,][0-9]+)?)?"
    r"(?:([Zz])|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9])(?::?([0-5][0-9]))?)?)?"
)


def _read_week(value: object) -> tuple[tuple[Interval, ...], ...]:
    week: dict[str, tuple[Interval, ...]] = dict.fromkeys(WEEKDAYS, ())
    for name, hours in _read_object(value, "weekly").items():
        if name not in week:
            raise WorktimeError(f"weekly.{name}", "unknown_weekday")
        week[name] = _read_intervals(hours, f"weekly.{name}")
    return tuple(week.values())


def _read_intervals(value: object, path: str) -> tuple[Interval, ...]:
    return tuple(_read_interval(pair, f"{path}[{number}]") for number, pair in enumerate(_read_list(value, path)))


def _read_interval(value: object, path: str) -> Interval:
    first, second = _read_pair(value, path)
    opening, closing = _read_time(first, path), _read_time(second, path)
    if opening == DAY:
        raise WorktimeError(path, "malformed_time", first)
    if opening == closing:
        raise WorktimeError(path, "empty_span", f"{first}-{second}")
    return opening, closing if opening < closing else closing + DAY


def _read_time(value: object, path: str) -> int:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise WorktimeError(path, "malformed_time", value)
    hour, minute, second = match.groups()
    return DAY if hour is None else int(hour) * 3600 + int(minute) * 60 + int(second or 0)


def _read_date(value: object, path: str) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # a date that the calendar does not have, such as 30 February
    raise WorktimeError(path, "malformed_date", value)


def _read_blackout(value: object, path: str) -> Span:
    since, until = _read_pair(value, path)
    return parse_instant(since, path), parse_instant(until, path)


def _read_object(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise WorktimeError(path, "not_an_object", value)
    return {str(name): member for name, member in value.items()}


def _read_list(value: object, path: str) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise WorktimeError(path, "not_a_list", value)
    return value


def _read_pair(value: object, path: str) -> tuple[object, object]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise WorktimeError(path, "malformed_span", value)
    return value[0], value[1]


def _check_interval(interval: Interval, path: str) -> None:
    opening, closing = interval
    if opening == closing:
        raise WorktimeError(path, "empty_span", interval)
    if closing < opening:
        raise WorktimeError(path, "reversed_span", interval)
    if not 0 <= opening < DAY:
        raise WorktimeError(path, "malformed_time", opening)
    if closing - opening >= DAY and interval != (0, DAY):
        raise WorktimeError(path, "long_interval", interval)


def _check_blackout(blackout: Span, path: str) -> None:
    since, until = blackout
    if since == until:
        raise WorktimeError(path, "empty_span", format_instant(since))
    if since > until:
        raise WorktimeError(path, "reversed_span", _span_text(since, until))


def _intervals_json(intervals: Iterable[Interval]) -> list[list[str]]:
    return [[_time_text(opening), _time_text(closing)] for opening, closing in intervals]


def _span_text(since: int, until: int) -> str:
    return f"{format_instant(since)} to {format_instant(until)}"


def _interval_text(interval: Interval) -> str:
    return "-".join(map(_time_text, interval))


def _time_text(seconds: int) -> str:
    minute, second = divmod(seconds if seconds <= DAY else seconds - DAY, 60)
    return f"{minute // 60:02}:{minute % 60:02}" + (f":{second:02}" if second else "")


# Time zones

_PROBE = 6 * 3600  # no zone has ever changed its offset twice within four days, let alone within six hours
_BLOCK = 1500 * _PROBE
_MACHINE_ZONES = ("localtime", "posixrules", "Factory", "right/", "posix/")


def _offset_spans(timezone: str, tzdata: str, since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """The spans of constant offset from UTC that make up [since, until): begin, end, offset in seconds."""
    if since >= until:
        return
    changes = [
        change
        for number in range(since // _BLOCK, (until - 1) // _BLOCK + 1)
        for change in _offset_changes(timezone, tzdata, number)
    ]
    ends = [at for at, _ in changes[1:]] + [until]
    for (at, offset), end in zip(changes, ends, strict=True):
        start, end = max(at, since), min(end, until)
        if start < end:
            yield start, end, offset


@lru_cache(maxsize=16_384)
def _offset_changes(timezone: str, tzdata: str, block: int) -> tuple[tuple[int, int], ...]:
    """The instants in a block of about a year from which another offset holds, the block's beginning first.

    `zoneinfo` does not tell its transitions, so the offset is read every six hours, and where two readings differ, the
    second of the change is found by halving.
    """
    zone = _zone(timezone, tzdata)
    low, end = block * _BLOCK, (block + 1) * _BLOCK
    offset = _offset(zone, low)
    changes = [(low, offset)]
    for high in range(low + _PROBE, end + 1, _PROBE):
        while _offset(zone, high) != offset:
            low = _first_other(zone, low, high)
            offset = _offset(zone, low)
            if low < end:
                changes.append((low, offset))
        low = high
    return tuple(changes)


def _first_other(zone: zoneinfo.ZoneInfo, low: int, high: int) -> int:
    offset = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: zoneinfo.ZoneInfo, at: int) -> int:
    # `fromutc` reads the fields as UTC, and takes half the time of `astimezone`.
    offset = zone.fromutc(_EPOCH.replace(tzinfo=zone) + timedelta(seconds=at)).utcoffset()
    assert offset is not None
    return offset.days * DAY + offset.seconds


@lru_cache(maxsize=1024)
def _zone(name: str, tzdata: str) -> zoneinfo.ZoneInfo:
    """The zone as this release of the data has it; raises WorktimeError for what means another zone elsewhere."""
    try:
        if not name.startswith(_MACHINE_ZONES):
            return zoneinfo.ZoneInfo.no_cache(name)
    except (KeyError, ValueError, OSError):
        pass  # zoneinfo answers a wrong name with any of these: not found, not a zone file, a folder
    raise WorktimeError("timezone", "unknown_zone", name)


@lru_cache(maxsize=8)
def _version_found(search_path: tuple[str, ...]) -> str:
    # zoneinfo takes the system's data where there is some, and the tzdata package elsewhere.
    for folder in map(Path, search_path):
        if (folder / "Etc" / "UTC").is_file():
            return _version_in(folder)
    return _version_in(resources.files("tzdata.zoneinfo"))


def _version_in(folder: Traversable) -> str:
    text = folder / "tzdata.zi"
    if text.is_file():
        return text.read_text("utf-8").split("\n", 1)[0].removeprefix("# version ").strip()
    named = folder / "+VERSION"  # macOS and the BSDs
    if named.is_file():
        return named.read_text("utf-8").strip()
    # Without a name, equal content is the same release.
    digest = sha256()
    for path in _files_in(folder):
        digest.update(path.name.encode() + path.read_bytes())
    return f"sha256:{digest.hexdigest()[:16]}"


def _files_in(folder: Traversable) -> Iterator[Traversable]:
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.is_dir():
            yield from _files_in(path)
        else:
            yield path
