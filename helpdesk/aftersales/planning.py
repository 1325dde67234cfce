"""Revisits that recur: the dates that a rule names, and the business days on which they are planned.

1. A rule is an RRULE of RFC 5545 (section 3.3.10), in whole days. Its nominal dates are all counted from the anchor,
   never from one another, so they do not drift. The anchor is one of them where it matches the rule.
2. Monthly or yearly without any BY-part: where a month is too short, its last day (SKIP=BACKWARD of RFC 7529,
   section 4). 31 January, 28 February, 31 March. A rule that has RSCALE gets what its SKIP says, which is OMIT where it
   says nothing. With a BY-part a date that does not exist is left out, as RFC 5545 has it.
3. A nominal date that is no business day moves to the next one. Two planned dates are at least the gap apart and keep
   their order; one that is too near moves on. Each starts from its own nominal date again, so a shift is passed on no
   further than the gap forces it.
4. Where that leads out of the window, the nearest business day before the nominal date counts, if it lies within the
   window and keeps the gap to the date before. Else the later day stays, and says that it is outside of the window.
5. A business day has a working second of the calendar on it, the hours past midnight of a night shift included.

Pure: no database, no system clock, nobody's load. Dates have no zone here; only `working_days` knows one.
"""

from __future__ import annotations

import calendar as months
import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import chain, islice, pairwise, takewhile
from typing import Any, Literal, TypeAlias

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

from sla.worktime import FOREVER, Calendar, Versions, WorkIndex, compile_calendar, start_of_day

Day: TypeAlias = date  # where a field is called `date`
Weekday: TypeAlias = tuple[int, int]  # Monday is 0; which of the period's, from its end if negative, each if 0

MOST_DATES = 5_000
LONGEST_RULE = 1_000  # letters
FIRST_YEAR, LAST_YEAR = 1800, 2299  # of an anchor
WAIT = 200  # years within which a rule must give its first date
LONGEST_GAP = LONGEST_WINDOW = 3_660  # days
FURTHEST = 370  # days that a business day is looked for

OUTSIDE_WINDOW, NO_WORKING_DAY = "outside_window", "no_working_day"

REASONS = {
    "out_of_range": "{} lies outside of what can be planned",
    "wrong_count": "{} is not a number from 1 to 5000",
    "wrong_days": "{} is not a number of days from 0 to 3660",
    "not_in_order": "{} comes before the date that precedes it",
    "unreadable": "{} is not a recurrence rule such as FREQ=MONTHLY;INTERVAL=3",
    "too_long": "is longer than 1000 letters",
    "not_bare": "{} is more than a rule: give it alone, as FREQ=MONTHLY;INTERVAL=3",
    "missing_freq": "{} does not say FREQ: DAILY, WEEKLY, MONTHLY or YEARLY",
    "sub_daily": "{} is more often than daily, or names a time of day",
    "unknown_part": "{} is no part of a recurrence rule",
    "repeated_part": "{} is there twice",
    "wrong_value": "{} is not a value which that part takes",
    "not_positive": "{} is not greater than zero",
    "wrong_combination": "{} does not go with the other parts of the rule",
    "unknown_rscale": "{} is another calendar than GREGORIAN",
    "skip_without_rscale": "{} needs RSCALE=GREGORIAN beside it",
    "skip_with_by": "{} is understood in rules without BY-parts only",
    "no_dates": "{} gives no date within 200 years",
}

_SHORT = reprlib.Repr()
_SHORT.maxstring = 80


class PlanningError(ValueError):
    """A value that is refused: `field` names the argument, `code` the reason, one of `REASONS`."""

    def __init__(self, field: str, code: str, value: object = None) -> None:
        super().__init__(field, code, value)
        self.field, self.code, self.value = field, code, value

    @property
    def reason(self) -> str:
        return REASONS[self.code].format(_SHORT.repr(self.value))

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


@dataclass(frozen=True)
class Rule:
    """A recurrence rule as it was read; `numbers` holds its BY-parts but BYDAY, which is `days`."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    skip: str = "OMIT"
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    days: tuple[Weekday, ...] = ()

    @property
    def has_by_part(self) -> bool:
        return bool(self.numbers or self.days)


@dataclass(frozen=True)
class Planned:
    """A revisit's nominal date, the date on which it is planned, and the days between them.

    `problem` is empty, `outside_window` (moved further than the window, as there was nothing nearer) or
    `no_working_day` (none within 370 days: it stays where the gap to the one before lets it).
    """

    nominal: Day
    date: Day
    shift: int
    problem: str = ""


def occurrences(anchor: date, rule: str, count: int) -> list[date]:
    """The first `count` nominal dates of a rule from the anchor (its DTSTART) on, in order.

    There are fewer where COUNT or UNTIL of the rule, or the year 9999, ends them before. UNTIL is a date and included;
    of an instant its date counts as it is written. Raises PlanningError for the field `anchor`, `rule` or `count`.
    """
    read = read_rule(rule)
    if not 1 <= count <= MOST_DATES:
        raise PlanningError("count", "wrong_count", count)
    if not FIRST_YEAR <= anchor.year <= LAST_YEAR:
        raise PlanningError("anchor", "out_of_range", anchor.isoformat())
    dates = _dates(read, anchor, read.until or date.max)
    found = list(islice(dates, count if read.count is None else min(count, read.count)))
    if not found or found[0].year - anchor.year > WAIT:
        raise PlanningError("rule", "no_dates", rule)
    return found


def occurrences_until(anchor: date, rule: str, until: date) -> list[date]:
    """The nominal dates of a rule from the anchor on, up to a date and including it; PlanningError as `occurrences`."""
    read = read_rule(rule)
    if not FIRST_YEAR <= anchor.year <= LAST_YEAR:
        raise PlanningError("anchor", "out_of_range", anchor.isoformat())
    dates = _dates(read, anchor, min(until, read.until or date.max))
    return list(islice(dates, MOST_DATES if read.count is None else min(MOST_DATES, read.count)))


def plan(
    nominal: Sequence[date], is_working: Callable[[date], bool], *, min_gap: int = 0, window: int = 7,
    after: date | None = None,
) -> list[Planned]:  # fmt: skip
    """The business day of each nominal date: at least `min_gap` days apart (and one), moved `window` days at most.

    The nominal dates come in order; equal ones are kept apart. `after` is the date that was planned before them all.
    What cannot be kept is told as `problem`, see `Planned`.
    Raises PlanningError for the field `nominal`, `min_gap` or `window`.
    """
    for name, days, most in (("min_gap", min_gap, LONGEST_GAP), ("window", window, LONGEST_WINDOW)):
        if not 0 <= days <= most:
            raise PlanningError(name, "wrong_days", days)
    for earlier, later in pairwise(nominal):
        if later < earlier:
            raise PlanningError("nominal", "not_in_order", later.isoformat())
    known = cache(is_working)
    planned: list[Planned] = []
    earliest = _FIRST_DAY if after is None else after.toordinal() + max(1, min_gap)
    for on in nominal:
        placed = _placed(on, earliest, known, window)
        planned.append(placed)
        earliest = placed.date.toordinal() + max(1, min_gap)
    return planned


def working_days(calendar: Calendar | Versions, index: WorkIndex | None = None) -> Callable[[date], bool]:
    """Whether a date, in the zone of the calendar's version in force when it begins, has working time on it.

    `index` says what is working time, where that is more than the calendar's own hours: a desk's maintenance windows.
    Outside of the years 1801 to 2298 nothing is known to be working.
    """
    counted = index or compile_calendar(calendar)
    versions = [(None, calendar)] if isinstance(calendar, Calendar) else list(calendar)
    since_zone = [(since, version.timezone) for since, version in sorted(versions, key=_since)]

    @cache
    def begins(on: date) -> int:
        for since, zone in reversed(since_zone):
            at = start_of_day(on.isoformat(), zone)
            if since is None or since <= at:
                return at
        return start_of_day(on.isoformat(), since_zone[0][1])

    def is_working(on: date) -> bool:
        if not FIRST_YEAR < on.year < LAST_YEAR:
            return False
        return counted.elapsed(begins(on), begins(on + timedelta(days=1))) > 0

    return is_working


def read_rule(text: str) -> Rule:
    """Read an RRULE value, with or without "RRULE:" before it; raises PlanningError for what cannot be planned by."""
    parts = _parts(text)
    if "FREQ" not in parts:
        raise PlanningError("rule", "missing_freq", text)
    freq = parts["FREQ"]
    if freq in _SUB_DAILY or freq not in _FREQUENCIES:
        raise _refused("sub_daily" if freq in _SUB_DAILY else "wrong_value", "FREQ", freq)
    numbers = {name: _read_numbers(name, parts[name]) for name in _NUMBERS if name in parts}
    days = _read_days(parts["BYDAY"]) if "BYDAY" in parts else ()
    read = Rule(
        freq=freq,
        interval=_read_positive("INTERVAL", parts.get("INTERVAL", "1")),
        count=_read_positive("COUNT", parts["COUNT"]) if "COUNT" in parts else None,
        until=_read_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_read_week_start(parts.get("WKST", "MO")),
        skip=_read_skip(parts, has_by_part=bool(numbers or days)),
        numbers=numbers,
        days=days,
    )
    _check_combination(read, parts)
    return read


def check_rule(text: str) -> None:
    """Raises PlanningError for what cannot be planned by: no rule, or one that gives no date from any anchor."""
    read = replace(read_rule(text), interval=1, count=None, until=None)
    anchor = date(2000, 1, 1)
    if next(_dates(read, anchor, anchor.replace(year=anchor.year + WAIT)), None) is None:
        raise PlanningError("rule", "no_dates", text)


_FREQUENCIES: Mapping[str, Literal[0, 1, 2, 3]] = {
    "DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY,
}  # fmt: skip
_SUB_DAILY = frozenset({"HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND"})
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# The greatest number of each, and whether it may be counted from the end.
_NUMBERS = {
    "BYMONTH": (12, False), "BYMONTHDAY": (31, True), "BYYEARDAY": (366, True), "BYWEEKNO": (53, True),
    "BYSETPOS": (366, True),
}  # fmt: skip
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "RSCALE", "SKIP", "BYDAY", *_NUMBERS})
# The table of RFC 5545; a place within a single day is none.
_FITS = {
    "BYMONTH": frozenset(_FREQUENCIES), "BYMONTHDAY": frozenset({"DAILY", "MONTHLY", "YEARLY"}),
    "BYYEARDAY": frozenset({"YEARLY"}), "BYWEEKNO": frozenset({"YEARLY"}),
    "BYSETPOS": frozenset({"WEEKLY", "MONTHLY", "YEARLY"}),
}  # fmt: skip
_SKIPS = frozenset({"OMIT", "BACKWARD", "FORWARD"})

_NUMBER = re.compile(r"([+-]?)([0-9]{1,3})")
_NUMBERED_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_POSITIVE = re.compile(r"[0-9]{1,9}")
_UNTIL = re.compile(r"([0-9]{8})(?:T(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9]|60)Z?)?")


def _parts(text: str) -> dict[str, str]:
    """The parts of a rule by name, in capitals: each is known and there once."""
    bare = text.strip()
    if bare[:6].upper() == "RRULE:":
        bare = bare[6:]
    if len(bare) > LONGEST_RULE:
        raise PlanningError("rule", "too_long", text)
    if not bare.isascii():  # the capitals of some other letters are Latin ones
        raise PlanningError("rule", "unreadable", text)
    if ":" in bare:
        raise PlanningError("rule", "not_bare", text)
    parts: dict[str, str] = {}
    for piece in bare.upper().split(";"):
        name, _, value = piece.partition("=")
        if not (name and value):
            raise PlanningError("rule", "unreadable", text)
        if name in _SUB_DAILY:
            raise PlanningError("rule", "sub_daily", piece)
        if name not in _PARTS:
            raise PlanningError("rule", "unknown_part", name)
        if name in parts:
            raise PlanningError("rule", "repeated_part", name)
        parts[name] = value
    return parts


def _read_numbers(name: str, value: str) -> tuple[int, ...]:
    greatest, is_signed = _NUMBERS[name]
    numbers = []
    for each in value.split(","):
        match = _NUMBER.fullmatch(each)
        if match is None or not 1 <= int(match[2]) <= greatest or (match[1] and not is_signed):
            raise _refused("wrong_value", name, value)
        numbers.append(int(each))
    return tuple(sorted(set(numbers)))


def _read_days(value: str) -> tuple[Weekday, ...]:
    days = []
    for each in value.split(","):
        match = _NUMBERED_DAY.fullmatch(each)
        number = 0 if match is None or match[1] is None else int(match[1])
        if match is None or (match[1] and not 1 <= abs(number) <= 53):
            raise _refused("wrong_value", "BYDAY", value)
        days.append((_WEEKDAYS.index(match[2]), number))
    return tuple(sorted(set(days)))


def _read_positive(name: str, value: str) -> int:
    if not _POSITIVE.fullmatch(value):
        raise _refused("wrong_value", name, value)
    if int(value) == 0:
        raise _refused("not_positive", name, value)
    return int(value)


def _read_until(value: str) -> date:
    match = _UNTIL.fullmatch(value)
    try:
        if match is not None:
            return date.fromisoformat(match[1])
    except ValueError:
        pass  # a date that the calendar does not have
    raise _refused("wrong_value", "UNTIL", value)


def _read_week_start(value: str) -> int:
    if value not in _WEEKDAYS:
        raise _refused("wrong_value", "WKST", value)
    return _WEEKDAYS.index(value)


def _read_skip(parts: Mapping[str, str], *, has_by_part: bool) -> str:
    """What becomes of a date that a month does not have: RFC 7529 where the rule names it, else our own custom."""
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise _refused("unknown_rscale", "RSCALE", parts["RSCALE"])
    if "SKIP" not in parts:
        return "OMIT" if has_by_part or "RSCALE" in parts else "BACKWARD"
    skip = parts["SKIP"]
    if skip not in _SKIPS:
        raise _refused("wrong_value", "SKIP", skip)
    if "RSCALE" not in parts:
        raise _refused("skip_without_rscale", "SKIP", skip)
    if has_by_part and skip != "OMIT":
        raise _refused("skip_with_by", "SKIP", skip)
    return skip


def _check_combination(read: Rule, parts: Mapping[str, str]) -> None:
    """Refuse BY-parts that RFC 5545 does not give to this FREQ, or not beside one another."""
    for name in read.numbers:
        if read.freq not in _FITS[name]:
            raise _refused("wrong_combination", name, parts[name])
    if "BYSETPOS" in read.numbers and (len(read.numbers) + bool(read.days) == 1 or "BYWEEKNO" in read.numbers):
        raise _refused("wrong_combination", "BYSETPOS", parts["BYSETPOS"])
    if any(abs(number) > _most_weekdays(read) for _, number in read.days):
        raise _refused("wrong_combination", "BYDAY", parts["BYDAY"])


def _most_weekdays(read: Rule) -> int:
    """How many Mondays the period has in which they are numbered, at most; 0 where they are not numbered."""
    if read.freq in ("DAILY", "WEEKLY") or "BYWEEKNO" in read.numbers:
        return 0
    return 5 if read.freq == "MONTHLY" or "BYMONTH" in read.numbers else 53


def _refused(code: str, name: str, value: str) -> PlanningError:
    return PlanningError("rule", code, f"{name}={value}")


def _dates(read: Rule, anchor: date, last: date) -> Iterator[date]:
    """Every nominal date of a rule up to a last one, but for its COUNT and UNTIL."""
    if read.skip != "OMIT" and read.freq in ("MONTHLY", "YEARLY"):
        return takewhile(lambda on: on <= last, _skipping(read, anchor))
    # What lies after it is not looked through for what belongs.
    return (on for on in takewhile(lambda on: on <= last, _unfolded(read, anchor)) if _belongs(on, read, anchor))


def _skipping(read: Rule, anchor: date) -> Iterator[date]:
    """The anchor's day in every so many months; where a month does not have it, its last day or the one after that."""
    step = read.interval * (12 if read.freq == "YEARLY" else 1)
    first = anchor.year * 12 + anchor.month - 1
    for number in range(first, (date.max.year + 1) * 12, step):
        year, month = number // 12, number % 12 + 1
        length = months.monthrange(year, month)[1]
        if anchor.day <= length:
            yield date(year, month, anchor.day)
        elif read.skip == "BACKWARD":
            yield date(year, month, length)
        else:
            yield date(year, month, length) + timedelta(days=1)


def _unfolded(read: Rule, anchor: date) -> Iterator[date]:
    """What dateutil makes of a rule: all of its dates, and some that `_belongs` leaves out."""
    freq, interval, start, days = read.freq, read.interval, anchor, read.days
    numbers: dict[str, Any] = {name.lower(): each for name, each in read.numbers.items() if name != "BYWEEKNO"}
    if freq == "DAILY" and read.has_by_part:
        # Day by day, it looks for 30 February through all of eight thousand years; year by year that is soon done.
        freq, interval, days = "YEARLY", 1, days or _EACH_DAY
    elif freq == "WEEKLY":
        # From the anchor on, its first week would be a short one, and BYSETPOS count otherwise.
        start = anchor - timedelta(days=(anchor.weekday() - read.week_start) % 7)
        days = days or ((anchor.weekday(), 0),)
    elif "BYWEEKNO" in read.numbers and not read.numbers.keys() & {"BYMONTHDAY", "BYYEARDAY"}:
        days = days or ((anchor.weekday(), 0),)
    if any(number for _, number in days):
        # Of numbered and plain weekdays side by side it takes only what is both.
        most = _most_weekdays(read)
        days = tuple((day, n) for day, number in days for n in ([number] if number else range(1, most + 1)))
    if days:
        numbers["byweekday"] = [weekday(day, number or None) for day, number in days]
    rule = rrule(_FREQUENCIES[freq], dtstart=start, interval=interval, wkst=read.week_start, **numbers)
    try:
        for at in rule:
            yield at.date()
    except (ValueError, OverflowError):
        return  # the last week of the year 9999 goes on after it


_EACH_DAY: tuple[Weekday, ...] = tuple((day, 0) for day in range(7))


def _belongs(on: date, read: Rule, anchor: date) -> bool:
    if on < anchor or (read.freq == "DAILY" and (on - anchor).days % read.interval):
        return False
    weeks = read.numbers.get("BYWEEKNO", ())
    if not weeks:
        return True
    return on.year < date.max.year and not _week_numbers(on, read.week_start).isdisjoint(weeks)


def _week_numbers(on: date, week_start: int) -> set[int]:
    """The number of a date's week in its year, from the beginning and from the end.

    Our own, since dateutil 2.9 takes some first days of January for week 53 of a year that had 52.
    """
    begins = on - timedelta(days=(on.weekday() - week_start) % 7)
    year = (begins + timedelta(days=3)).year  # a week belongs to the year that has the most of it
    since, until = _first_week(year, week_start), _first_week(year + 1, week_start)
    return {(begins - since).days // 7 + 1, (begins - until).days // 7}


def _first_week(year: int, week_start: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - week_start) % 7)


_FIRST_DAY, _LAST_DAY = date.min.toordinal(), date.max.toordinal()


def _placed(nominal: date, earliest: int, is_working: Callable[[date], bool], window: int) -> Planned:
    """Where a nominal date is planned, given the first day that keeps the gap; days are counted as ordinals."""
    wanted = nominal.toordinal()
    start = max(wanted, earliest)
    if start > _LAST_DAY:
        raise PlanningError("nominal", "out_of_range", nominal.isoformat())
    ahead, behind = range(start, start + FURTHEST + 1), range(wanted - 1, max(wanted - window, earliest) - 1, -1)
    inside = max(0, wanted + window + 1 - start)
    day, problem = _first_working(is_working, ahead[:inside], behind), ""
    if day is None:
        day, problem = _first_working(is_working, ahead[inside:]), OUTSIDE_WINDOW
    if day is None:
        day, problem = start, NO_WORKING_DAY
    return Planned(nominal, date.fromordinal(day), day - wanted, problem)


def _first_working(is_working: Callable[[date], bool], *days: Iterable[int]) -> int | None:
    for day in chain.from_iterable(days):
        if _FIRST_DAY <= day <= _LAST_DAY and is_working(date.fromordinal(day)):
            return day
    return None


def _since(version: tuple[int | None, Calendar]) -> int:
    return -FOREVER if version[0] is None else version[0]
