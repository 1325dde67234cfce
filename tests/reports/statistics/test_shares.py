"""Shares, their differences and the Net Promoter Score beside statsmodels and SciPy; which cells are hidden."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from helpdesk.reports import base
from helpdesk.reports.statistics import difference, hide, nps, too_few, wilson
from helpdesk.reports.statistics.shares import Z

COUNTS = st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


def test_z_is_of_95_per_cent() -> None:
    assert pytest.approx(stats.norm.ppf(0.975), abs=1e-15) == Z


@given(COUNTS)
def test_the_interval_of_a_share_is_that_of_statsmodels_and_scipy(counts: tuple[int, int]) -> None:
    ours, theirs = wilson(*counts), stats.binomtest(*counts).proportion_ci(method="wilson")

    assert ours == pytest.approx(proportion_confint(*counts, method="wilson"), abs=1e-12)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_a_share_of_nothing_has_no_interval_and_one_beyond_its_whole_is_a_mistake() -> None:
    assert wilson(0, 0) is None
    for part in (-1, 4):
        with pytest.raises(ValueError, match="no part of 3"):
            wilson(part, 3)


def test_reports_find_the_interval_where_they_did() -> None:
    assert base.wilson is wilson


@given(COUNTS, COUNTS)
def test_the_difference_of_two_shares_is_that_of_statsmodels(now: tuple[int, int], before: tuple[int, int]) -> None:
    found = difference(*now, *before)

    assert found is not None
    assert found.value == pytest.approx(now[0] / now[1] - before[0] / before[1])
    theirs = confint_proportions_2indep(*now, *before, method="newcomb", compare="diff")
    assert found.interval == pytest.approx(theirs, abs=1e-9)
    assert found.interval is not None
    assert -1 <= found.interval[0] <= found.value + 1e-12
    assert found.value - 1e-12 <= found.interval[1] <= 1


def test_newcombes_own_examples() -> None:
    """Table II of his paper, method 10."""
    for counts, ends in (
        ((56, 70, 48, 80), (0.0524, 0.3339)), ((9, 10, 3, 10), (0.1705, 0.8090)), ((10, 10, 0, 10), (0.6075, 1.0)),
    ):  # fmt: skip
        found = difference(*counts)
        assert found is not None
        assert found.interval == pytest.approx(ends, abs=5e-5)


def test_a_difference_of_few_answers_does_not_differ_from_zero() -> None:
    few, many = difference(3, 4, 1, 4), difference(300, 400, 100, 400)

    assert few is not None
    assert many is not None
    assert (few.value, few.differs_from_zero) == (0.5, False)
    assert (many.value, many.differs_from_zero) == (0.5, True)
    assert difference(1, 2, 0, 0) is None


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_the_net_promoter_score_is_a_mean_of_ones_and_its_interval_holds_it(up: int, middle: int, down: int) -> None:
    found = nps(up, middle, down)

    if not up + middle + down:
        assert found is None
        return
    assert found is not None
    assert found.interval is not None
    answers = [1] * up + [0] * middle + [-1] * down
    assert found.value == pytest.approx(100 * math.fsum(answers) / len(answers))
    assert -100 <= found.interval[0] <= found.value + 1e-9
    assert found.value - 1e-9 <= found.interval[1] <= 100
    # The variance of answers written out, with the three that are added.
    points, weights = (1, 0, -1), (up + 0.75, middle + 1.5, down + 0.75)
    more = stats.rv_discrete(values=(points, [weight / sum(weights) for weight in weights]))
    low, high = stats.norm.interval(0.95, more.mean(), more.std() / math.sqrt(sum(weights)))
    ends = max(-100, min(found.value, 100 * low)), min(100, max(found.value, 100 * high))
    assert found.interval == pytest.approx(ends, abs=1e-6)


def test_three_promoters_are_no_certainty() -> None:
    found = nps(3, 0, 0)

    assert found is not None
    assert found.value == 100
    assert found.interval == pytest.approx((-6.58, 100), abs=0.01)
    alone = nps(1, 0, 0)
    assert alone is not None
    assert alone.interval == pytest.approx((-48.50, 100), abs=0.01)
    with pytest.raises(ValueError, match="from zero"):
        nps(-1, 2, 0)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([], ""),
        ([0, 0], ".."),
        ([9, 8, 7], "..."),
        ([9, 3, 7], ".XX"),  # alone, the 3 would be the total less 16
        ([9, 3, 0], "XX."),  # nobody stands behind the zero, and it would not cover the 3
        ([9, 3, 2, 8], ".XX."),
        ([9, 1, 1, 8], ".XXX"),  # together 2: both were known to be 1
        ([3], "X"),
        ([1, 1, 1], "XXX"),
        ([5, 5, 4], "X.X"),
    ],
)
def test_small_cells_are_hidden_so_that_the_total_does_not_give_them_away(counts: list[int], hidden: str) -> None:
    assert "".join("X" if cell else "." for cell in hide(counts, 5)) == hidden


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 10))
def test_whoever_subtracts_what_is_shown_learns_of_no_few(counts: list[int], least: int) -> None:
    hidden = hide(counts, least)

    unseen = [count for count, is_hidden in zip(counts, hidden, strict=True) if is_hidden]
    shown = [count for count, is_hidden in zip(counts, hidden, strict=True) if not is_hidden]
    assert not any(too_few(count, least) for count in shown)
    assert 0 not in unseen
    if unseen and not too_few(sum(counts), least):
        assert len(unseen) >= 2
        assert sum(unseen) >= least
    if not any(too_few(count, least) for count in counts):
        assert not unseen


def test_cells_are_counted_from_zero() -> None:
    with pytest.raises(ValueError, match="from zero"):
        hide([3, -1], 5)
