"""Shares of counts and how sure they are; which small counts are not shown. Pure arithmetic.

Semantics
1. A share is `part` of `whole`, both counts; nothing of nothing has no share (`None`), never 0 or 1.
2. Every interval is of 95 %, two-sided: 19 times of 20 the true value lies within.
3. `nps` is in points from -100 to 100. Its interval comes from the variance of promoters less detractors, with three
   answers more than were given (¾ promoters, ¾ detractors): three promoters alone are no certainty of 100.
4. A cell is hidden for its own sake when it counts somebody, yet fewer than `least`. Nobody stands behind a zero, so it
   is shown. As the total is shown too, hidden cells could be had by subtraction; therefore there are at least two of
   them, and together they hold at least `least`: the next smallest cells are hidden until that is so.

What it does not do: intervals of counts, corrections for many comparisons, disclosure across two tables of one matter.

Sources: E. B. Wilson, "Probable inference", J. Am. Stat. Assoc. 22 (1927); R. G. Newcombe, "Interval estimation for the
difference between independent proportions", Stat. Med. 17 (1998), method 10; B. Rocks, "Interval estimation for the
'Net Promoter Score'", Am. Stat. 70 (2016); A. Hundepool et al., "Statistical Disclosure Control" (2012), ch. 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Interval: TypeAlias = tuple[float, float]  # from, to; both included

Z = 1.959963984540054  # of 95 %, two-sided
_EXTRA = 0.75  # promoters, and as many detractors; twice as many passives


@dataclass(frozen=True)
class Estimate:
    """A value found in some answers, and between which values the true one lies; None where nothing tells that."""

    value: float
    interval: Interval | None

    @property
    def differs_from_zero(self) -> bool:
        """That chance alone hardly explains a value this far from zero."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]


def wilson(part: int, whole: int) -> Interval | None:
    """Between which shares the true one lies (the Wilson score interval, without continuity correction)."""
    if whole <= 0:
        return None
    _check_part(part, whole)
    share, z2 = part / whole, Z * Z
    middle = share + z2 / (2 * whole)
    half = Z * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole))
    # At the ends the sum of both is the end itself, but for what binary fractions lose.
    low = 0.0 if part == 0 else max(0.0, (middle - half) / (1 + z2 / whole))
    return low, 1.0 if part == whole else min(1.0, (middle + half) / (1 + z2 / whole))


def difference(part: int, whole: int, part_before: int, whole_before: int) -> Estimate | None:
    """How much greater a share is than the one before, from -1 to 1, of independent groups (Newcombe's interval)."""
    ends, ends_before = wilson(part, whole), wilson(part_before, whole_before)
    if ends is None or ends_before is None:
        return None
    share, before = part / whole, part_before / whole_before
    found = share - before
    low = found - math.hypot(share - ends[0], ends_before[1] - before)
    high = found + math.hypot(ends[1] - share, before - ends_before[0])
    return Estimate(found, (max(-1.0, low), min(1.0, high)))


def nps(promoters: int, passives: int, detractors: int) -> Estimate | None:
    """The Net Promoter Score, -100 to 100 points, with the adjusted Wald interval; None without answers."""
    answers = promoters + passives + detractors
    if min(promoters, passives, detractors) < 0:
        raise ValueError("answers are counted from zero")
    if not answers:
        return None
    more = answers + 4 * _EXTRA
    up, down = (promoters + _EXTRA) / more, (detractors + _EXTRA) / more
    half = Z * math.sqrt((up + down - (up - down) ** 2) / more)
    score = (promoters - detractors) / answers
    # Of a single answer the interval would end short of what was answered.
    low, high = min(score, up - down - half), max(score, up - down + half)
    return Estimate(100 * score, (100 * max(-1.0, low), 100 * min(1.0, high)))


def too_few(count: int, least: int) -> bool:
    """Whether a count, told alone, would tell of so few that they can be known; a zero tells of nobody."""
    return 0 < count < least


def hide(counts: Sequence[int], least: int) -> tuple[bool, ...]:
    """Which cells of a total are hidden, one yes or no for each; the total itself is hidden if `too_few` says so."""
    if any(count < 0 for count in counts):
        raise ValueError("cells are counted from zero")
    hidden = [too_few(count, least) for count in counts]
    in_order = sorted(range(len(counts)), key=lambda place: counts[place])
    others = iter([place for place in in_order if counts[place] and not hidden[place]])
    while any(hidden) and (sum(hidden) < 2 or sum(c for c, h in zip(counts, hidden, strict=True) if h) < least):
        place = next(others, None)
        if place is None:
            break
        hidden[place] = True
    return tuple(hidden)


def _check_part(part: int, whole: int) -> None:
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
