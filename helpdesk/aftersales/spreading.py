"""Who comes on which day: planned revisits spread over operators by their load, visits to one place joined in a tour.

1. Revisits are placed in the order of their dates. Each may move within its own span, never nearer to the one before
   of the same client than the gap, and never so that the one after would have to follow it.
2. A visit on site joins the nearest day of its span on which somebody goes to the same place and has time left.
3. Else it stays on its day if somebody has time then, and goes to whoever is wanted for it, or has least to do: on
   that day, in that week, in all. If nobody has time, the nearest business day of its span on which somebody has.
4. What cannot be kept is said: `overloaded` where everybody's day is full, `nobody_present` where nobody is there.

Pure: no database, no clock. Places are compared without regard to case and blanks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

OVERLOADED, NOBODY_PRESENT = "overloaded", "nobody_present"
FULL_DAY = 360  # minutes of revisits; the rest of the day is for the way and for writing it up

Day: TypeAlias = date


@dataclass(frozen=True)
class Wanted:
    """A revisit to be placed. `client` ties those that keep the gap; `before` is the day the next one is planned on."""

    key: int
    client: int
    on: Day
    earliest: Day
    latest: Day
    minutes: int
    gap_days: int = 1
    before: Day | None = None
    place: str = ""  # of a visit on site
    preferred: int | None = None
    operators: Collection[int] = ()  # who may come; empty: everybody


@dataclass(frozen=True)
class Placed:
    """Where a revisit was placed; `operator_id` is None where nobody is there."""

    key: int
    on: Day
    operator_id: int | None
    problem: str = ""


@dataclass
class Load:
    """What operators have to do already, in minutes, and where they go."""

    by_day: dict[tuple[int, date], int] = field(default_factory=lambda: defaultdict(int))
    by_week: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    in_all: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    tours: dict[tuple[str, date], set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, operator_id: int, on: date, minutes: int, place: str = "") -> None:
        self.by_day[operator_id, on] += minutes
        self.by_week[operator_id, _week(on)] += minutes
        self.in_all[operator_id] += minutes
        if place:
            self.tours[place_key(place), on].add(operator_id)


def spread(
    wanted: Iterable[Wanted], operators: Sequence[int], load: Load, *, is_working: Callable[[date], bool],
    is_away: Callable[[int, date], bool], full_day: int = FULL_DAY,
) -> list[Placed]:  # fmt: skip
    """Place each revisit on a day with somebody who comes; `load` grows by what is placed."""
    placed, last = [], dict[int, date]()
    for one in sorted(wanted, key=lambda each: (each.on, each.key)):
        found = _place(one, one.operators or operators, load, last.get(one.client), is_working, is_away, full_day)
        if found.operator_id is not None:
            load.add(found.operator_id, found.on, one.minutes, one.place)
        last[one.client] = found.on
        placed.append(found)
    return placed


def place_key(place: str) -> str:
    return " ".join(place.split()).casefold()


def _place(
    one: Wanted, operators: Collection[int], load: Load, after: date | None, is_working: Callable[[date], bool],
    is_away: Callable[[int, date], bool], full_day: int,
) -> Placed:  # fmt: skip
    days = list(_days(one, after))
    key = place_key(one.place)
    if key:
        for on in days:
            going = load.tours.get((key, on), ())
            free = [who for who in going if who in operators and not is_away(who, on)
                    and load.by_day[who, on] + one.minutes <= full_day]  # fmt: skip
            if free:
                return Placed(one.key, on, min(free, key=lambda who: _burden(who, on, one, load)))
    least: tuple[date, int] | None = None
    for on in days:
        if on != one.on and not is_working(on):
            continue
        present = [who for who in operators if not is_away(who, on)]
        free = [who for who in present if load.by_day[who, on] + one.minutes <= full_day]
        if free:
            return Placed(one.key, on, min(free, key=lambda who: _burden(who, on, one, load)))
        if present and least is None:
            least = on, min(present, key=lambda who: _burden(who, on, one, load))
    if least is not None:
        return Placed(one.key, least[0], least[1], OVERLOADED)
    return Placed(one.key, days[0], None, NOBODY_PRESENT)


def _days(one: Wanted, after: date | None) -> Iterator[date]:
    """The days on which it may be, the planned one first, then the nearest, a later one before an earlier one."""
    first = one.earliest if after is None else max(one.earliest, after + timedelta(days=max(1, one.gap_days)))
    last = one.latest if one.before is None else min(one.latest, one.before - timedelta(days=max(1, one.gap_days)))
    wanted = max(one.on, first) if after is not None else one.on
    yield wanted
    for distance in range(1, max((last - wanted).days, (wanted - first).days) + 1):
        for on in (wanted + timedelta(days=distance), wanted - timedelta(days=distance)):
            if first <= on <= last:
                yield on


def _burden(who: int, on: date, one: Wanted, load: Load) -> tuple[bool, int, int, int, int]:
    return (who != one.preferred, load.by_day[who, on], load.by_week[who, _week(on)], load.in_all[who], who)


def _week(on: date) -> int:
    return (on.toordinal() - 1) // 7  # from Monday on
