"""What lies on the desk and when it comes: ages, backlog, arrivals by weekday and hour. Pure counting.

Semantics
1. A bucket is half open: its `since` belongs to it, its `until` to the next one. Ages and edges have one unit, mostly
   days.
2. The backlog of a period is that at its end: the one before, and what was opened, without what ended. It cannot fall
   below zero; where it would, the counts are not of the same tickets, and that is an error of whoever asks.
3. Weekdays are 0 (Monday) to 6, hours 0 to 23, both in the zone that the caller names. An hour that a change of the
   clocks repeats is the same hour, and one that it skips holds nothing.
4. A period need not hold each weekday equally often, so the arrivals of a cell are divided by how often it came.

What it does not do: holidays. A mask of working hours is that of an ordinary week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TypeAlias

HourOfWeek: TypeAlias = tuple[int, int]  # weekday from Monday (0), hour

AGE_EDGES = (1, 3, 7, 14, 30, 90)  # days


@dataclass(frozen=True)
class Bucket:
    """How many are at least `since` old and not yet `until`; without end where `until` is None."""

    since: float
    until: float | None
    count: int


@dataclass(frozen=True)
class Cell:
    """An hour of the week: what arrived in it in all, how much of that comes each time, and whether the desk works."""

    weekday: int
    hour: int
    count: int
    per_hour: float
    is_working: bool


@dataclass(frozen=True)
class Profile:
    """The arrivals of all 168 hours of the week, Monday's first hour first."""

    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        """What arrived in all."""
        return sum(cell.count for cell in self.cells)

    @property
    def outside(self) -> int:
        """What arrived when nobody worked."""
        return sum(cell.count for cell in self.cells if not cell.is_working)

    @property
    def busiest(self) -> Cell | None:
        """The hour with the most arrivals each time, the first of equals; None where nothing arrived."""
        most = max(self.cells, key=lambda cell: cell.per_hour)
        return most if most.count else None

    def at(self, weekday: int, hour: int) -> Cell:
        """The cell of an hour of the week."""
        return self.cells[24 * weekday + hour]

    def by_weekday(self) -> tuple[int, ...]:
        """Arrivals from Monday to Sunday."""
        return tuple(sum(cell.count for cell in self.cells if cell.weekday == weekday) for weekday in range(7))

    def by_hour(self) -> tuple[int, ...]:
        """Arrivals by hour of the day, on all days together."""
        return tuple(sum(cell.count for cell in self.cells if cell.hour == hour) for hour in range(24))


def ageing(ages: Iterable[float], edges: Sequence[float] = AGE_EDGES) -> tuple[Bucket, ...]:
    """How many of these ages lie in each bucket, from 0 on; an age below zero is in the first."""
    bounds = [0.0, *edges]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        raise ValueError("the edges of ages rise from above zero")
    counts = [0] * len(bounds)
    for age in ages:
        counts[max(sum(age >= bound for bound in bounds), 1) - 1] += 1
    ends = [*edges, None]
    return tuple(Bucket(since, until, count) for since, until, count in zip(bounds, ends, counts, strict=True))


def backlog(opened: Sequence[int], ended: Sequence[int], start: int = 0) -> tuple[int, ...]:
    """What was open at the end of each period, of `start` before the first one."""
    if len(opened) != len(ended):
        raise ValueError("as many periods of what ended as of what was opened")
    found, now = [], start
    for came, went in zip(opened, ended, strict=True):
        now += came - went
        if now < 0:
            raise ValueError("more ended than was open")
        found.append(now)
    return tuple(found)


def by_hour_of_week(instants: Iterable[datetime], zone: tzinfo) -> Counter[HourOfWeek]:
    """How many of these instants (with their zones) lie in each hour of the week in this zone."""
    local = (instant.astimezone(zone) for instant in instants)
    return Counter((instant.weekday(), instant.hour) for instant in local)


def weekdays_between(since: date, until: date) -> tuple[int, ...]:
    """How often each weekday comes from one date on and before another."""
    days = max((until - since).days, 0)
    found = [days // 7] * 7
    for extra in range(days % 7):
        found[(since + timedelta(days=extra)).weekday()] += 1
    return tuple(found)


def profile(
    counts: Mapping[HourOfWeek, int], working: Collection[HourOfWeek], weeks: float | Sequence[float]
) -> Profile:
    """Arrivals by hour of the week, in all and each time.

    `weeks` says how many weeks were counted, or how often each weekday came (`weekdays_between`). What never came has
    no arrivals each time; ValueError where it has some in all.
    """
    times = [float(weeks)] * 7 if isinstance(weeks, int | float) else [float(often) for often in weeks]
    if len(times) != 7 or min(times) < 0:
        raise ValueError("a number of weeks, or seven of weekdays")
    hours = [(weekday, hour) for weekday in range(7) for hour in range(24)]
    if strange := counts.keys() - set(hours):
        raise ValueError(f"{min(strange)} is no weekday (0-6) and hour (0-23)")
    if any(counts[place] and not times[place[0]] for place in counts):
        raise ValueError("something arrived on a weekday that never came")
    return Profile(
        tuple(
            Cell(weekday, hour, count, count / times[weekday] if count else 0.0, (weekday, hour) in working)
            for weekday, hour in hours
            for count in [counts.get((weekday, hour), 0)]
        )
    )
