"""What the next weeks or days may bring, and how wrong such forecasts have been. Pure arithmetic.

Semantics
1. The past is one count for each period, without a gap, the oldest first; a period that is not over yet is not of the
   past. Of fewer than eight there is no forecast, but a reason (`NoForecast`). No forecast falls below zero.
2. Four methods are tried: `SEASONAL_NAIVE` (as one season ago), `DRIFT` (the last value, and on along the line from the
   first one), `LEVEL` (exponential smoothing, with the season) and `HOLT_WINTERS` (the same with a trend, additive). A
   season is taken into account from two of them and eight periods more on; before, its length is 1, and seasonal naive
   means "as in the last period".
3. Each is tried on the past: from several origins, with nothing but what was known there, it forecasts so many steps as
   are wanted. The method with the least mean absolute error wins, the plainer one of equals. What was measured is
   shown: `mae` in the unit of the counts, and `mase`, which is below 1 where the forecast errs less than "as one season
   ago" did one step ahead. There is no percentage error: it has no meaning for weeks with few or no tickets.
4. The interval of a step reaches as far as 4 in 5 trials (`CONFIDENCE`) erred there, the coming one counted among them.
   A step with too few trials has the reach of the last one that had enough, widened by the root of the steps. It never
   narrows.

What it does not do: holidays, seasons other than the one given, outside causes. The interval speaks of a future like
the past.

Sources: R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice" (3rd ed., 2021), 5.2, 5.10, 8.1 to
8.3; P. R. Winters, "Forecasting sales by exponentially weighted moving averages", Manag. Sci. 6 (1960); R. J. Hyndman
and A. B. Koehler, "Another look at measures of forecast accuracy", Int. J. Forecast. 22 (2006): MASE; V. Vovk et al.,
"Algorithmic Learning in a Random World" (2005): the place of the error that the interval holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TypeAlias

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

LEAST_POINTS = 8
MOST_ORIGINS = 26
CONFIDENCE = 0.8
WEEKS_OF_YEAR, DAYS_OF_WEEK = 52, 7  # the seasons of weekly and of daily counts

TOO_FEW = _l("A forecast needs at least eight periods.")

Values: TypeAlias = Sequence[float]


class Method(StrEnum):
    """How a forecast is made, the plainest first."""

    SEASONAL_NAIVE = "seasonal_naive"
    DRIFT = "drift"
    LEVEL = "level"
    HOLT_WINTERS = "holt_winters"


METHODS: dict[Method, LazyString] = {
    Method.SEASONAL_NAIVE: _l("As one season ago"),
    Method.DRIFT: _l("On along the line from the first period to the last"),
    Method.LEVEL: _l("Exponential smoothing"),
    Method.HOLT_WINTERS: _l("Exponential smoothing with a trend (Holt-Winters)"),
}


@dataclass(frozen=True)
class Step:
    """What a coming period may bring, and between which counts it will be, 4 times of 5."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Forecast:
    """A forecast, by which method, and how it erred in the past; counts in the unit of the past."""

    method: Method
    season: int  # periods; 1 without a season
    fitted: tuple[float | None, ...]  # one step ahead, for each period of the past
    steps: tuple[Step, ...]
    mae: float  # over all steps and origins of the trials
    mase: float | None  # None where the past repeats itself exactly
    origins: int  # from how many periods of the past it was tried
    tried: tuple[tuple[Method, float], ...]  # every method with its mean absolute error


@dataclass(frozen=True)
class NoForecast:
    """Why there is none, in a sentence."""

    reason: LazyString


@dataclass(frozen=True)
class Smoothing:
    """What exponential smoothing remembers: how fast it learns, and from where it starts."""

    alpha: float  # of the level, 0 to 1
    beta: float = 0.0  # of the trend
    gamma: float = 0.0  # of the season
    level: float = 0.0
    trend: float = 0.0
    seasonal: tuple[float, ...] = (0.0,)  # one for each period of a season, adding up to 0


def forecast(past: Values, steps: int, season: int = 1) -> Forecast | NoForecast:
    """The next `steps` counts by the method that erred least on this past, or why there is no forecast."""
    if steps < 1 or season < 1:
        raise ValueError("a forecast has a step at least, and a season a period")
    if not all(0 <= value < math.inf for value in past):
        raise ValueError("the past is made of counts")
    if len(past) < LEAST_POINTS:
        return NoForecast(TOO_FEW)
    if len(past) < 2 * season + LEAST_POINTS:
        season = 1
    trials = {method: _trials(method, past, steps, season) for method in Method}
    errors = {method: _mean([abs(e) for row in rows for e in row]) for method, rows in trials.items()}
    least = min(errors.values())
    best = next(method for method in Method if errors[method] <= least + 1e-9)
    fitted, values = _run(best, past, steps, season)
    reaches = _reaches(trials[best], steps)
    return Forecast(
        best, season,
        tuple(None if value is None else max(0.0, value) for value in fitted),
        tuple(Step(max(0.0, v), max(0.0, v - reach), max(0.0, v) + reach)
              for v, reach in zip(values, reaches, strict=True)),
        errors[best], mase(errors[best], past, season), len(trials[best]), tuple(errors.items()),
    )  # fmt: skip


def mase(error: float, past: Values, season: int = 1) -> float | None:
    """A mean absolute error in those of "as one season ago" on this past, one step ahead; None where it never erred."""
    scale = _mean([abs(later - earlier) for earlier, later in zip(past, past[season:], strict=False)])
    return error / scale if scale else None


def seasonal_naive(past: Values, steps: int, season: int = 1) -> tuple[list[float | None], list[float]]:
    """As one season ago: what it would have said of each period of the past, and of so many to come."""
    fitted = [None if place < season else past[place - season] for place in range(len(past))]
    return fitted, [past[len(past) - season + step % season] for step in range(steps)]


def drift(past: Values, steps: int) -> tuple[list[float | None], list[float]]:
    """The last value, and on along the line from the first one."""
    fitted: list[float | None] = [
        past[place - 1] + (past[place - 1] - past[0]) / (place - 1) if place > 1 else None for place in range(len(past))
    ]
    slope = (past[-1] - past[0]) / (len(past) - 1) if len(past) > 1 else 0.0
    return fitted, [past[-1] + slope * (step + 1) for step in range(steps)]


def smooth(past: Values, steps: int, by: Smoothing) -> tuple[list[float], list[float]]:
    """Additive exponential smoothing: what it said of each period one step ahead, and says of so many to come."""
    alpha, beta, gamma, level, trend = by.alpha, by.beta, by.gamma, by.level, by.trend
    seasonal, season = list(by.seasonal), len(by.seasonal)
    fitted = []
    for place, value in enumerate(past):
        of_season = seasonal[place % season]
        base = level + trend
        fitted.append(base + of_season)
        after = alpha * (value - of_season) + (1 - alpha) * base
        trend = beta * (after - level) + (1 - beta) * trend
        seasonal[place % season] = gamma * (value - base) + (1 - gamma) * of_season
        level = after
    here = len(past)
    return fitted, [level + trend * (step + 1) + seasonal[(here + step) % season] for step in range(steps)]


def fit(past: Values, season: int = 1, *, trend: bool = True, near: Smoothing | None = None) -> Smoothing:
    """The smoothing that errs least one step ahead (least squares), starting where the first periods lead.

    A coarse grid finds the valley, steps along each direction its bottom. `near` is a smoothing of almost the same
    past, whose valley is taken instead.
    """
    level, slope, seasonal = _start(past, season, trend)

    def squares(speeds: tuple[float, float, float]) -> float:
        fitted, _ = smooth(past, 0, Smoothing(*speeds, level, slope, seasonal))
        return math.fsum((value - said) ** 2 for value, said in zip(past, fitted, strict=True))

    grid = product((0.05, 0.3, 0.6, 0.9), (0.01, 0.1, 0.4) if trend else (0.0,), (0.05, 0.3) if season > 1 else (0.0,))
    speeds = (near.alpha, near.beta, near.gamma) if near else min(grid, key=squares)
    directions = [0, *([1] if trend else []), *([2] if season > 1 else [])]
    alpha, beta, gamma = _descend(squares, speeds, directions, 0.01 if near is None else 0.05)
    return Smoothing(alpha, beta, gamma, level, slope, seasonal)


def _descend(
    squares: Callable[[tuple[float, float, float]], float], speeds: tuple[float, float, float],
    directions: Sequence[int], until: float,
) -> tuple[float, float, float]:  # fmt: skip
    best, stride = squares(speeds), 0.2
    while stride >= until:
        better = False
        for direction, sign in product(directions, (1, -1)):
            tried = list(speeds)
            tried[direction] = min(1.0, max(0.0, tried[direction] + sign * stride))
            candidate = (tried[0], tried[1], tried[2])
            if (found := squares(candidate)) < best:
                best, speeds, better = found, candidate, True
        if not better:
            stride /= 2
    return speeds


def _start(past: Values, season: int, trend: bool) -> tuple[float, float, tuple[float, ...]]:
    """Level and trend before the first period, by a line through the first ones, and the season around the line."""
    seasons = min(len(past) // season, 3)
    of_season = [0.0] * season
    if season > 1:
        means = [_mean(past[number * season : (number + 1) * season]) for number in range(seasons)]
        # What rises within a season is trend, not season.
        rise = (means[-1] - means[0]) / (len(means) - 1) / season if trend and len(means) > 1 else 0.0
        for place in range(season):
            of_season[place] = _mean(
                [past[number * season + place] - means[number] for number in range(seasons)]
            ) - rise * (place - (season - 1) / 2)
    first = [value - of_season[place % season] for place, value in enumerate(past[: max(10, 2 * season)])]
    level = _mean(first)
    if not trend or len(first) < 2:
        return level, 0.0, tuple(of_season)
    middle = (len(first) - 1) / 2
    spread = math.fsum((place - middle) ** 2 for place in range(len(first)))
    slope = math.fsum((place - middle) * (value - level) for place, value in enumerate(first)) / spread
    return level - slope * (middle + 1), slope, tuple(of_season)


def _run(
    method: Method, past: Values, steps: int, season: int, smoothing: Smoothing | None = None
) -> tuple[Sequence[float | None], list[float]]:
    if method == Method.SEASONAL_NAIVE:
        return seasonal_naive(past, steps, season)
    if method == Method.DRIFT:
        return drift(past, steps)
    return smooth(past, steps, smoothing or fit(past, season, trend=method == Method.HOLT_WINTERS))


def _trials(method: Method, past: Values, steps: int, season: int) -> list[list[float]]:
    """What came less what was said, of the steps from each origin; those beyond the end of the past are missing."""
    least = max(LEAST_POINTS // 2, 2 * season)
    smoothing, found = None, []
    for origin in _origins(len(past), least):
        known = past[:origin]
        if method in (Method.LEVEL, Method.HOLT_WINTERS):
            smoothing = fit(known, season, trend=method == Method.HOLT_WINTERS, near=smoothing)
        _, said = _run(method, known, min(steps, len(past) - origin), season, smoothing)
        found.append([value - max(0.0, told) for value, told in zip(past[origin:], said, strict=False)])
    return found


def _origins(length: int, least: int) -> Iterator[int]:
    yield from range(max(least, length - MOST_ORIGINS), length)


def _reaches(trials: Sequence[Sequence[float]], steps: int) -> list[float]:
    """How far the interval reaches from each step."""
    found: list[float] = []
    last = 0
    for step in range(steps):
        errors = sorted(abs(row[step]) for row in trials if len(row) > step)
        place = math.ceil(CONFIDENCE * (len(errors) + 1))
        if place <= len(errors):
            reach, last = errors[place - 1], step
        else:
            reach = found[last] * math.sqrt((step + 1) / (last + 1))
        found.append(max(reach, found[-1]) if found else reach)
    return found


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
