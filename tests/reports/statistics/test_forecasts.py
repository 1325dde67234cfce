"""Forecasts beside statsmodels; which method is chosen, and how wide its interval is."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from helpdesk.reports.statistics import METHODS, Forecast, Method, NoForecast, forecast
from helpdesk.reports.statistics.forecasts import MOST_ORIGINS, Smoothing, drift, fit, mase, seasonal_naive, smooth
from tests.sla.sla_strategies import examples

PASTS = st.lists(st.integers(0, 200), min_size=8, max_size=40)


def made(length: int, season: int, *, slope: float = 0.0, swing: float = 0.0, noise: float = 0.0) -> list[float]:
    """A past with a trend, a season and noise that is always the same."""
    chance = random.Random(7)
    return [
        max(0.0, 100 + slope * t + swing * math.sin(2 * math.pi * t / season) + chance.gauss(0, noise))
        for t in range(length)
    ]


def found(past: Sequence[float], steps: int, season: int = 1) -> Forecast:
    result = forecast(past, steps, season)
    assert isinstance(result, Forecast)
    return result


def theirs(past: Sequence[float], season: int, trend: bool, by: Smoothing) -> ExponentialSmoothing:
    return ExponentialSmoothing(
        numpy.asarray(past, dtype=float), trend="add" if trend else None, seasonal="add" if season > 1 else None,
        seasonal_periods=season if season > 1 else None, initialization_method="known", initial_level=by.level,
        initial_trend=by.trend if trend else None, initial_seasonal=list(by.seasonal) if season > 1 else None,
    )  # fmt: skip


@pytest.mark.parametrize("trend", [True, False])
@pytest.mark.parametrize("season", [1, 4, 7])
def test_smoothing_is_that_of_statsmodels(season: int, trend: bool) -> None:
    past = made(60, max(season, 2), slope=0.8, swing=15, noise=6)
    start = fit(past, season, trend=trend)
    by = Smoothing(0.35, 0.1 if trend else 0, 0.2 if season > 1 else 0, start.level, start.trend, start.seasonal)

    fitted, coming = smooth(past, 2 * season + 3, by)

    result = theirs(past, season, trend, by).fit(
        smoothing_level=by.alpha, smoothing_trend=by.beta if trend else None,
        smoothing_seasonal=by.gamma if season > 1 else None, optimized=False,
    )  # fmt: skip
    assert fitted == pytest.approx(result.fittedvalues, rel=1e-9)
    # Its forecast takes the season of the last value from a season before; that of the state space model does not.
    speeds = [by.alpha, *([by.alpha * by.beta] if trend else []), *([by.gamma] if season > 1 else [])]
    model = ETSModel(
        numpy.asarray(past), trend="add" if trend else None, seasonal="add" if season > 1 else None,
        seasonal_periods=season if season > 1 else None, initialization_method="known", initial_level=by.level,
        initial_trend=by.trend if trend else None, initial_seasonal=list(by.seasonal) if season > 1 else None,
    )  # fmt: skip
    state_space = model.smooth(speeds)
    assert fitted == pytest.approx(state_space.fittedvalues, rel=1e-9)
    assert coming == pytest.approx(state_space.forecast(2 * season + 3), rel=1e-9)


@pytest.mark.parametrize("trend", [True, False])
@pytest.mark.parametrize("season", [1, 7])
@pytest.mark.parametrize("noise", [2.0, 12.0])
def test_our_fit_errs_little_more_than_the_best_that_statsmodels_finds(season: int, trend: bool, noise: float) -> None:
    past = made(98, 7, slope=0.5 if trend else 0.0, swing=20 if season > 1 else 0, noise=noise)
    ours = fit(past, season, trend=trend)
    squares = sum((value - said) ** 2 for value, said in zip(past, smooth(past, 0, ours)[0], strict=True))

    best = theirs(past, season, trend, ours).fit()

    assert squares <= 1.03 * best.sse


def test_seasonal_naive_and_drift_by_hand() -> None:
    assert seasonal_naive([1, 2, 3, 4, 5], 4, 3) == ([None, None, None, 1, 2], [3, 4, 5, 3])
    assert seasonal_naive([1, 2], 2) == ([None, 1], [2, 2])
    assert drift([2, 4, 3, 8], 2) == ([None, None, 6, 3.5], [10, 12])


def test_the_error_is_scaled_by_that_of_the_naive_forecast() -> None:
    assert mase(3, [1, 3, 2, 8]) == pytest.approx(3 / 3)  # errors 2, 1, 6
    assert mase(3, [1, 3, 2, 8], season=2) == pytest.approx(3 / 3)  # errors 1, 5
    assert mase(1, [5, 5, 5]) is None


def test_of_fewer_than_eight_periods_there_is_a_reason_and_no_forecast() -> None:
    for length in range(8):
        result = forecast([5] * length, 4)
        assert isinstance(result, NoForecast)
        assert "eight periods" in str(result.reason)
    assert found([5] * 8, 4).method == Method.SEASONAL_NAIVE


def test_what_never_changes_goes_on_so_and_has_no_error() -> None:
    result = found([5] * 20, 3)

    assert (result.mae, result.mase, result.method) == (0, None, Method.SEASONAL_NAIVE)
    assert [(step.value, step.low, step.high) for step in result.steps] == [(5, 5, 5)] * 3


def test_a_line_goes_on_as_a_line() -> None:
    result = found([10 + 3 * week for week in range(20)], 3)

    assert result.method == Method.DRIFT
    assert [step.value for step in result.steps] == pytest.approx([70, 73, 76])


def test_a_week_repeats_itself() -> None:
    week = [30, 25, 20, 22, 28, 3, 1]
    result = found(week * 5, 9, season=7)

    assert (result.method, result.season, result.mae) == (Method.SEASONAL_NAIVE, 7, 0)
    assert [step.value for step in result.steps] == [*week, *week[:2]]


@pytest.mark.parametrize(("length", "season"), [(21, 1), (22, 7)])
def test_a_season_counts_from_two_of_them_and_eight_periods_on(length: int, season: int) -> None:
    assert found(made(length, 7, swing=30), 2, season=7).season == season


def test_the_method_that_erred_least_is_taken() -> None:
    past = made(90, 7, slope=1.2, swing=25, noise=8)
    result = found(past, 7, season=7)

    errors = dict(result.tried)
    assert set(errors) == set(Method) == set(METHODS)
    assert result.method == Method.HOLT_WINTERS
    assert result.mae == errors[result.method] == min(errors.values())
    assert result.mase is not None
    assert result.mase < 1
    assert result.origins == MOST_ORIGINS
    assert found(made(60, 7, noise=15), 4).method == Method.LEVEL


def test_the_trials_know_nothing_of_what_came_after() -> None:
    """Every trial of drift, done again by hand."""
    past = [12, 15, 11, 18, 16, 21, 19, 24, 22, 27, 30, 26]
    errors = []
    for origin in range(4, len(past)):
        known = past[:origin]
        slope = (known[-1] - known[0]) / (origin - 1)
        errors += [abs(value - known[-1] - slope * (step + 1)) for step, value in enumerate(past[origin : origin + 3])]

    assert dict(found(past, 3).tried)[Method.DRIFT] == pytest.approx(sum(errors) / len(errors))


def test_four_of_five_later_values_lie_within_the_interval() -> None:
    """Of 150 pasts the next four weeks are known: the interval holds about as many as it says."""
    chance = random.Random(11)
    within = total = 0
    for _ in range(150):
        whole = [max(0.0, chance.gauss(80, 9)) for _ in range(44)]
        result = found(whole[:40], 4)
        within += sum(step.low <= value <= step.high for step, value in zip(result.steps, whole[40:], strict=True))
        total += 4
    assert 0.74 <= within / total <= 0.9


@examples(40, ci=400)
@given(PASTS, st.integers(1, 12), st.sampled_from([1, 4, 7]))
def test_no_forecast_falls_below_zero_and_no_interval_narrows(past: list[int], steps: int, season: int) -> None:
    result = found(past, steps, season)

    assert (len(result.fitted), len(result.steps)) == (len(past), steps)
    reaches = [step.high - step.value for step in result.steps]
    assert reaches == pytest.approx(sorted(reaches))
    for step in result.steps:
        assert 0 <= step.low <= step.value <= step.high
    assert all(value is None or value >= 0 for value in result.fitted)
    assert result == forecast(past, steps, season)


def test_what_cannot_be_is_refused() -> None:
    for steps, season in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="a step at least"):
            forecast([1] * 9, steps, season)
    for past in ([1] * 8 + [-1], [1] * 8 + [math.nan], [1] * 8 + [math.inf]):
        with pytest.raises(ValueError, match="counts"):
            forecast(past, 2)
