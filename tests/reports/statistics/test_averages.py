"""Means, medians and percentiles beside NumPy and SciPy."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpdesk.reports.statistics import (
    mean,
    mean_interval,
    median,
    percentile,
    percentile_interval,
    percentiles,
    student_t,
)

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60)


@given(VALUES)
def test_the_interval_of_a_mean_is_that_of_scipy(values: list[float]) -> None:
    found = mean_interval(values)

    assert found is not None
    assert found.value == pytest.approx(numpy.mean(values), rel=1e-9, abs=1e-6)
    error = stats.sem(values)
    if error > 1e-6:
        theirs = stats.t.interval(0.95, len(values) - 1, loc=numpy.mean(values), scale=error)
        assert found.interval == pytest.approx(theirs, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.99])
def test_students_t_is_that_of_scipy(confidence: float) -> None:
    for freedom in (*range(1, 40), 60, 100, 500, 1000, 50_000, 1_000_000):
        theirs = stats.t.ppf((1 + confidence) / 2, freedom)
        assert student_t(freedom, confidence) == pytest.approx(theirs, rel=1e-8)


def test_of_students_t_nonsense_is_refused() -> None:
    for freedom, confidence in ((0, 0.95), (3, 1.0), (3, 0.0)):
        with pytest.raises(ValueError, match="degree of freedom"):
            student_t(freedom, confidence)


@given(VALUES, st.floats(0, 1))
def test_a_percentile_is_that_of_type_7(values: list[float], share: float) -> None:
    found = percentile(values, share)

    assert found == pytest.approx(numpy.quantile(values, share, method="linear"), rel=1e-9, abs=1e-6)
    assert median(values) == pytest.approx(numpy.median(values), rel=1e-9, abs=1e-6)


def test_percentiles_by_hand() -> None:
    assert percentiles([40, 10, 30, 20], (0, 0.25, 0.5, 0.9, 1)) == pytest.approx((10, 17.5, 25, 37, 40))
    assert percentiles([7], (0, 0.3, 1)) == (7, 7, 7)
    for share in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            percentile([1, 2], share)


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_the_interval_of_a_percentile_is_that_of_scipy(count: int, share: float) -> None:
    values = [float(value) for value in range(count)]

    theirs = stats.quantile_test(values, q=0, p=share).confidence_interval(0.95)

    missing = numpy.isnan(theirs.low) or numpy.isnan(theirs.high)
    assert percentile_interval(values, share) == (None if missing else (theirs.low, theirs.high))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("count", [5_000, 20_000, 20_001, 300_000])
def test_the_interval_of_a_percentile_of_many_values_is_that_of_scipy(count: int, share: float) -> None:
    found = percentile_interval(range(count), share)

    theirs = stats.quantile_test(range(count), q=0, p=share).confidence_interval(0.95)
    assert found == pytest.approx((theirs.low, theirs.high), abs=0 if count <= 20_000 else 1)


def test_five_values_say_nothing_of_the_true_median() -> None:
    assert percentile_interval([1, 2, 3, 4, 5]) is None
    assert percentile_interval([1, 2, 3, 4, 5, 6]) == (1, 6)
    assert percentile_interval([]) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentile_interval([1, 2], 1.0)


def test_of_nothing_there_is_neither_mean_nor_median_and_of_one_value_no_interval() -> None:
    assert (mean([]), mean_interval([]), median([]), percentile([], 0.9)) == (None, None, None, None)
    alone = mean_interval([5.0])
    assert alone is not None
    assert (alone.value, alone.interval, alone.differs_from_zero) == (5.0, None, False)
