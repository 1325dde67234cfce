"""Control charts: which values of a row of periods are more than the usual ups and downs. Pure arithmetic.

Semantics
1. A chart has a centre and limits three sigmas from it, worked out of the same values: `xmr` for one figure of each
   period (hours, days, a share of thousands), `p_chart` for shares of small counts, `c_chart` for counts, `u_chart` for
   counts by some exposure (claims by a hundred visits).
2. Of fewer than eight values there are neither limits nor signals: they would be noise themselves. A period without a
   value (`None`, a whole of nothing) has no point, and counts as if it were not there.
3. Signals: `BEYOND` a point outside of the limits; `RUN` eight or more in a row on one side of the centre; `TREND` six
   or more in a row that each rise, or each fall. Of a run or trend all of its points are signals. A point on the centre
   line ends a run, two equal values end a trend, and a point on a limit is not outside of it.
4. Limits do not leave what is possible: a share stays between 0 and 1, a count at 0 or more, a figure of `xmr` at
   `least`.

What it does not do: seasons (compare like with like, or forecast), slow drifts of less than a sigma, shares and counts
that vary more than chance lets them (of thousands: use `xmr`).

Sources: W. A. Shewhart, "Economic Control of Quality of Manufactured Product" (1931); D. J. Wheeler, "Understanding
Variation" (2nd ed., 2000): XmR, 2.66; Western Electric, "Statistical Quality Control Handbook" (1956): eight in a row;
L. S. Nelson, "The Shewhart control chart: tests for special causes", J. Qual. Technol. 16 (1984), tests 1 to 3; D. C.
Montgomery, "Introduction to Statistical Quality Control" (8th ed., 2020), ch. 7: p, c and u charts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

LEAST_POINTS = 8
RUN_LENGTH = 8
TREND_LENGTH = 6
SIGMAS = 3
XMR_FACTOR = 2.66  # three sigmas in mean moving ranges of two: 3 / 1.128


class Rule(StrEnum):
    """Why a point is a signal."""

    BEYOND = "beyond"
    RUN = "run"
    TREND = "trend"


RULES: Mapping[Rule, LazyString] = {
    Rule.BEYOND: _l("This value lies outside of the limits."),
    Rule.RUN: _l("Eight or more values in a row lie on the same side of the centre line."),
    Rule.TREND: _l("Six or more values in a row rise, or fall, each further than the one before."),
}


@dataclass(frozen=True)
class Point:
    """The value of a period, its limits, and by which rules it is a signal; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A control chart, in the unit of its values; without a centre where there are too few of them."""

    centre: float | None
    points: tuple[Point, ...]

    @property
    def has_limits(self) -> bool:
        """That there were values enough."""
        return self.centre is not None

    @property
    def signals(self) -> tuple[tuple[int, Rule], ...]:
        """Each signal: which point, counted from 0, and by which rule."""
        return tuple((place, rule) for place, point in enumerate(self.points) for rule in point.rules)


def xmr(values: Sequence[float | None], *, least: float | None = 0.0, most: float | None = None) -> Chart:
    """The chart of individual values, by the mean range between neighbours; `least` and `most` are what is possible."""
    there = [value for value in values if value is not None]
    if any((least is not None and value < least) or (most is not None and value > most) for value in there):
        raise ValueError("a value lies outside of what is possible")
    if len(there) < LEAST_POINTS:
        return _without_limits(values)
    centre = math.fsum(there) / len(there)
    reach = XMR_FACTOR * math.fsum(abs(later - earlier) for earlier, later in pairwise(there)) / (len(there) - 1)
    return _chart(values, centre, lambda _place: reach, least, most)


def p_chart(parts: Sequence[int], wholes: Sequence[int]) -> Chart:
    """The chart of shares (0 to 1), each with limits for its own whole."""
    _check_pairs(parts, wholes)
    if any(not 0 <= part <= whole for part, whole in zip(parts, wholes, strict=True)):
        raise ValueError("a share is a part of its whole")
    values = [part / whole if whole else None for part, whole in zip(parts, wholes, strict=True)]
    if len(values) - values.count(None) < LEAST_POINTS:
        return _without_limits(values)
    centre = sum(parts) / sum(wholes)
    sigma = math.sqrt(centre * (1 - centre))
    return _chart(values, centre, lambda place: SIGMAS * sigma / math.sqrt(wholes[place]), 0.0, 1.0)


def c_chart(counts: Sequence[int]) -> Chart:
    """The chart of counts of equal periods."""
    return u_chart(counts, [1] * len(counts))


def u_chart(counts: Sequence[int], exposures: Sequence[float]) -> Chart:
    """The chart of counts by exposure, each with limits for its own exposure; values are counts of one exposure."""
    _check_pairs(counts, exposures)
    if any(count < 0 or exposure < 0 for count, exposure in zip(counts, exposures, strict=True)):
        raise ValueError("counts and exposures are not below zero")
    if any(count and not exposure for count, exposure in zip(counts, exposures, strict=True)):
        raise ValueError("what was counted had an exposure")
    values = [count / exposure if exposure else None for count, exposure in zip(counts, exposures, strict=True)]
    if len(values) - values.count(None) < LEAST_POINTS:
        return _without_limits(values)
    centre = sum(counts) / math.fsum(exposures)
    return _chart(values, centre, lambda place: SIGMAS * math.sqrt(centre / exposures[place]), 0.0, None)


def _check_pairs(counts: Sequence[float], wholes: Sequence[float]) -> None:
    if len(counts) != len(wholes):
        raise ValueError("as many wholes as parts")


def _without_limits(values: Sequence[float | None]) -> Chart:
    return Chart(None, tuple(Point(value) for value in values))


def _chart(
    values: Sequence[float | None], centre: float, reach: Callable[[int], float], least: float | None,
    most: float | None,
) -> Chart:  # fmt: skip
    places = [place for place, value in enumerate(values) if value is not None]
    there = [value for value in values if value is not None]
    low = -math.inf if least is None else least
    high = math.inf if most is None else most
    bounds = [(max(centre - reach(place), low), min(centre + reach(place), high)) for place in places]
    rules = _rules(there, centre, bounds)
    points = [Point(None)] * len(values)
    for place, value, (lower, upper), found in zip(places, there, bounds, rules, strict=True):
        points[place] = Point(value, lower, upper, found)
    return Chart(centre, tuple(points))


def _rules(values: Sequence[float], centre: float, bounds: Sequence[tuple[float, float]]) -> list[tuple[Rule, ...]]:
    found: list[list[Rule]] = [[] for _ in values]
    for place, (value, (low, high)) in enumerate(zip(values, bounds, strict=True)):
        if _side(value, high) > 0 or _side(value, low) < 0:
            found[place].append(Rule.BEYOND)
    for first, length in _alike([_side(value, centre) for value in values]):
        if length >= RUN_LENGTH:
            for place in range(first, first + length):
                found[place].append(Rule.RUN)
    for first, steps in _alike([_side(later, earlier) for earlier, later in pairwise(values)]):
        if steps + 1 >= TREND_LENGTH:
            for place in range(first, first + steps + 1):
                found[place].append(Rule.TREND)
    # A point where a rise ends and a fall begins belongs to both, and is one signal.
    return [tuple(dict.fromkeys(rules)) for rules in found]


def _side(value: float, of: float) -> int:
    """1 above, -1 below, 0 where they differ by no more than binary fractions lose."""
    if math.isclose(value, of, rel_tol=1e-9, abs_tol=1e-12):
        return 0
    return 1 if value > of else -1


def _alike(sides: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where equal sides follow one another, neither of them 0: the first place and how many."""
    first = 0
    for side, group in groupby(sides):
        length = len(list(group))
        if side:
            yield first, length
        first += length
