"""Means, medians and percentiles of values such as hours to a solution, and how sure a mean is. Pure arithmetic.

Semantics
1. Values come in any order; the result has their unit. Of no values there is no mean, median or percentile (`None`).
2. A percentile is that of type 7: of n sorted values it lies (n - 1) · share places behind the first one, and between
   two places it is interpolated. So do NumPy, R and the PERCENTILE.INC of spreadsheets. The median is the one at one
   half.
3. The interval of a mean is of 95 %, two-sided, by Student's t with n - 1 degrees of freedom. One value has none. It
   speaks of a mean of independent values; of few and very skewed ones (durations) read the median beside it.
4. The interval of a percentile goes from one of the values to another: those between which the true percentile lies
   with 95 % at least, however the values are spread. Of too few (of the median: five) there is none.

Sources: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", Am. Stat. 50 (1996), type 7; "Student",
"The probable error of a mean", Biometrika 6 (1908); W. J. Conover, "Practical Nonparametric Statistics" (3rd ed.,
1999), 3.2: interval of a quantile; the incomplete beta function by the continued fraction of NIST's DLMF 8.17.22,
evaluated after W. J. Lentz (1976).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import NormalDist

from helpdesk.reports.statistics.shares import Estimate, Interval

_CONFIDENCE = 0.95
_MANY = 20_000  # trials, from which on the normal distribution stands for the binomial one
_TINY = 1e-300  # instead of a zero that would be divided by


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, in the unit of the values; their sum is rounded once."""
    return math.fsum(values) / len(values) if values else None


def mean_interval(values: Sequence[float]) -> Estimate | None:
    """The mean and its interval, in the unit of the values."""
    middle = mean(values)
    if middle is None:
        return None
    if len(values) < 2:
        return Estimate(middle, None)
    squares = math.fsum((value - middle) ** 2 for value in values)
    half = student_t(len(values) - 1) * math.sqrt(squares / (len(values) - 1) / len(values))
    return Estimate(middle, (middle - half, middle + half))


def median(values: Iterable[float]) -> float | None:
    """The value in the middle, or half way between the two there."""
    return percentile(values, 0.5)


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value below which this share (0 to 1) of the values lies, by type 7; ValueError for another share."""
    return percentiles(values, (share,))[0]


def percentiles(values: Iterable[float], shares: Sequence[float]) -> tuple[float | None, ...]:
    """Several percentiles of the same values, which are sorted once."""
    if not all(0 <= share <= 1 for share in shares):
        raise ValueError("a percentile is asked for by a share between 0 and 1")
    ordered = sorted(values)
    if not ordered:
        return (None,) * len(shares)
    return tuple(_at_place(ordered, (len(ordered) - 1) * share) for share in shares)


def percentile_interval(values: Iterable[float], share: float = 0.5) -> Interval | None:
    """Between which values the true percentile of this share (0 to 1, without its ends) lies; None of too few."""
    if not 0 < share < 1:
        raise ValueError("the interval of a percentile is asked for by a share between 0 and 1")
    ordered = sorted(values)
    outside = (1 - _CONFIDENCE) / 2
    low, high = _successes(len(ordered), share, outside) - 1, _successes(len(ordered), share, 1 - outside)
    return (ordered[low], ordered[high]) if low >= 0 and high < len(ordered) else None


def _successes(trials: int, share: float, probability: float) -> int:
    """The least number of successes that so many trials do not exceed with this probability (a binomial quantile)."""
    if trials > _MANY:
        spread = NormalDist(trials * share, math.sqrt(trials * share * (1 - share)))
        return math.ceil(spread.inv_cdf(probability) - 0.5)
    return bisect_left(
        range(trials), probability, key=lambda most: _incomplete_beta(1 - share, share, trials - most, most + 1)
    )


def _at_place(ordered: Sequence[float], place: float) -> float:
    before = math.floor(place)
    low, high = ordered[before], ordered[min(before + 1, len(ordered) - 1)]
    return low + (high - low) * (place - before)


@lru_cache(maxsize=1024)
def student_t(freedom: int, confidence: float = _CONFIDENCE) -> float:
    """How many standard errors a two-sided interval of this confidence reaches, at so many degrees of freedom."""
    if freedom < 1 or not 0 < confidence < 1:
        raise ValueError("Student's t wants a degree of freedom, and a confidence between 0 and 1")
    low, high = 0.0, 1.0
    while _within(high, freedom) < confidence:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _within(middle, freedom) < confidence else (low, middle)
    return high


def _within(t: float, freedom: int) -> float:
    """The probability that Student's t lies between -t and t."""
    outside = freedom / (freedom + t * t)
    return 1 - _incomplete_beta(outside, 1 - outside, freedom / 2, 0.5) if t else 0.0


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """The regularised incomplete beta function of x, which with `rest` makes 1."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(rest, x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)) / a
    numerator, denominator, fraction = 1.0, 0.0, 1.0
    for step in range(1000):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        denominator = 1 / (1 + term * denominator or _TINY)
        numerator = 1 + term / numerator or _TINY
        fraction *= numerator * denominator
        if step and abs(1 - numerator * denominator) < 1e-15:
            break
    return front * (fraction - 1)
