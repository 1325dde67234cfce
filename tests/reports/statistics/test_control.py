"""Control charts: limits by the textbooks, signals by a slow second reading of the rules."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpdesk.reports.statistics import RULES, Chart, Rule, c_chart, p_chart, u_chart, xmr

# Montgomery's example 6.5 (viscosity of batches), with its mean 33.52 and mean moving range 0.48.
VISCOSITY = [33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84]


def limits(chart: Chart, place: int = 0) -> tuple[float | None, float | None, float | None]:
    return chart.points[place].low, chart.centre, chart.points[place].high


def test_individual_values_have_limits_by_their_moving_range() -> None:
    chart = xmr(VISCOSITY)

    assert limits(chart) == pytest.approx((32.24, 33.52, 34.80), abs=0.01)
    assert chart.signals == ()


def test_a_count_does_not_fall_below_zero_and_a_score_may() -> None:
    swinging = [0.0, 9.0] * 5

    assert xmr(swinging).points[0].low == 0
    assert xmr(swinging, least=None).points[0].low == pytest.approx(4.5 - 2.66 * 9)
    assert xmr(swinging, least=-100, most=10).points[0].high == 10


def test_shares_have_limits_for_their_own_whole() -> None:
    parts, wholes = [8, 9, 7, 8, 8, 10, 6, 8, 1], [100] * 8 + [9]
    chart = p_chart(parts, wholes)

    share = sum(parts) / sum(wholes)
    for place, whole in enumerate(wholes):
        reach = 3 * stats.binom.std(whole, share) / whole
        expected = max(0, share - reach), share, min(1, share + reach)
        assert limits(chart, place) == pytest.approx(expected)
    assert chart.points[8].value == pytest.approx(1 / 9)
    assert chart.signals == ()


def test_counts_have_limits_by_poisson() -> None:
    chart = c_chart([4, 5, 3, 6, 4, 5, 4, 17])

    assert limits(chart) == pytest.approx((0, 6, 6 + 3 * stats.poisson.std(6)))
    assert chart.signals == ((7, Rule.BEYOND),)
    by_visits = u_chart([4, 5, 3, 6, 4, 5, 4, 17], [2.0] * 8)
    assert limits(by_visits) == pytest.approx((0, 3, 3 + 3 * math.sqrt(3 / 2)))


def test_of_fewer_than_eight_values_there_are_no_limits() -> None:
    for chart in (xmr(VISCOSITY[:7]), p_chart([1] * 7, [9] * 7), c_chart([1] * 7), u_chart([1] * 7, [3] * 7), xmr([])):
        assert not chart.has_limits
        assert chart.signals == ()
        assert all(point.low is point.high is None for point in chart.points)
    assert xmr(VISCOSITY[:8]).has_limits


def test_a_period_without_a_value_has_no_point() -> None:
    gap = [*VISCOSITY[:4], None, *VISCOSITY[4:]]
    chart = xmr(gap)

    assert chart.centre == xmr(VISCOSITY).centre
    assert chart.points[4].value is chart.points[4].low is None
    assert chart.points[5].value == VISCOSITY[4]
    shares = p_chart([1, 0, *[1] * 7], [4, 0, *[4] * 7])
    assert shares.has_limits
    assert shares.points[1].value is None
    assert not p_chart([1, 0, *[1] * 6], [4, 0, *[4] * 6]).has_limits


def test_a_row_without_any_change_has_no_signal() -> None:
    for chart in (xmr([0.1] * 30), xmr([0] * 30), p_chart([3] * 30, [30] * 30), p_chart([0] * 9, [5] * 9),
                  p_chart([5] * 9, [5] * 9), c_chart([0] * 9)):  # fmt: skip
        assert chart.has_limits
        assert chart.signals == ()


def test_eight_in_a_row_on_one_side_are_a_signal_and_seven_are_none() -> None:
    def runs(chart: Chart) -> list[int]:
        return [place for place, rule in chart.signals if rule == Rule.RUN]

    low = [1, 2, 1, 2, 1, 2, 1]
    high = [21, 22, 21, 22, 21, 22, 21]
    assert runs(xmr([*low, *high])) == []
    assert runs(xmr([*low, 2, *high])) == list(range(8))
    assert runs(xmr([*low, 11.5, 2, *high, 1])) == []  # a point on the centre line ends the run
    assert xmr([*low, 11.5, 2, *high, 1]).centre == pytest.approx(11.5, abs=2)


def test_six_rising_in_a_row_are_a_signal_and_five_are_none() -> None:
    def trends(*values: float) -> list[int]:
        return [place for place, rule in xmr([*values, *[50, 10] * 6]).signals if rule == Rule.TREND]

    assert trends(1, 2, 3, 4, 5) == [0, 1, 2, 3, 4, 5]  # and the 50 after them
    assert trends(2, 3, 4, 5) == []
    assert trends(1, 2, 3, 3, 4, 5) == []
    assert trends(9, 8, 7, 6, 5, 4, 60) == [0, 1, 2, 3, 4, 5]


def test_each_rule_is_told_in_a_sentence() -> None:
    assert set(RULES) == set(Rule)
    assert all(str(text).endswith(".") for text in RULES.values())


@given(st.lists(st.integers(0, 6), min_size=8, max_size=60))
def test_signals_are_those_of_a_slow_reading(values: list[int]) -> None:
    chart = xmr(values)

    assert chart.centre is not None
    centre = numpy.mean(values)
    reach = 2.66 * numpy.mean(numpy.abs(numpy.diff(values)))
    sides = [0 if abs(value - centre) < 1e-9 else (1 if value > centre else -1) for value in values]
    expected = set()
    for place, value in enumerate(values):
        if value > centre + reach + 1e-9 or value < max(0, centre - reach) - 1e-9:
            expected.add((place, Rule.BEYOND))
    for first in range(len(values) - 7):
        if abs(sum(sides[first : first + 8])) == 8:
            expected |= {(place, Rule.RUN) for place in range(first, first + 8)}
    for first in range(len(values) - 5):
        steps = numpy.diff(values[first : first + 6])
        if (steps > 0).all() or (steps < 0).all():
            expected |= {(place, Rule.TREND) for place in range(first, first + 6)}
    assert set(chart.signals) == expected
    assert len(chart.signals) == len(expected)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=8, max_size=40))
def test_limits_of_shares_stay_within_what_a_share_can_be(pairs: list[tuple[int, int]]) -> None:
    chart = p_chart([min(pair) for pair in pairs], [max(pair) for pair in pairs])

    for point in chart.points:
        if point.low is not None and point.high is not None and chart.centre is not None:
            assert 0 <= point.low <= chart.centre <= point.high <= 1


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="part of its whole"):
        p_chart([3], [2])
    for least, most in ((0.0, None), (-10, 4)):
        with pytest.raises(ValueError, match="what is possible"):
            xmr([-3.0, 5.0], least=least, most=most)
    with pytest.raises(ValueError, match="as many"):
        p_chart([3], [4, 5])
    with pytest.raises(ValueError, match="below zero"):
        c_chart([-1])
    with pytest.raises(ValueError, match="exposure"):
        u_chart([1], [0])
