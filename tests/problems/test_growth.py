"""Unusual growth: the tail against its definition, small numbers, products that grow, many groups at once."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.problems.growth import allowance, dispersion, growth, noticed, tail


@given(st.integers(0, 60), st.integers(0, 50), st.floats(0.2, 30))
def test_the_tail_is_the_mixture_of_poisson_tails(count: int, past: int, exposure: float) -> None:
    shape = past + 0.5
    below = sum(
        math.exp(math.lgamma(k + shape) - math.lgamma(shape) - math.lgamma(k + 1)
                 + shape * math.log(exposure / (1 + exposure)) - k * math.log1p(exposure))
        for k in range(count)
    )  # fmt: skip

    assert tail(count, shape, exposure) == pytest.approx(1 - below, abs=1e-9)


@pytest.mark.parametrize(
    ("count", "past", "windows", "is_unusual"),
    [
        (4, 0, 12, True),  # never seen in twelve weeks, and four at once
        (4, 0, 1, False),  # a desk that has one week behind it knows nothing
        (4, 0, 0, False),
        (4, 24, 12, False),  # two a week: four happen
        (12, 24, 12, True),
        (2, 1, 12, False),
        (60, 480, 12, False),  # forty a week: sixty is much, but the rate is known: see below
    ],
)
def test_small_numbers_are_taken_as_what_they_are(count: int, past: int, windows: int, is_unusual: bool) -> None:
    found = growth(count, past, windows, dispersion=2.0 if count == 60 else 1.0)

    assert (found.probability < 0.001) is is_unusual


def test_more_past_makes_surer() -> None:
    probabilities = [growth(6, past, windows).probability for past, windows in ((1, 1), (4, 4), (12, 12))]

    assert probabilities == sorted(probabilities, reverse=True)


def test_a_product_that_grows_as_a_whole_makes_none_of_its_groups_unusual() -> None:
    alone = growth(12, 48, 12)
    with_all = growth(12, 48, 12, allowance=allowance(300, 1200, 12))

    assert alone.probability < 0.01
    assert with_all.probability > 0.3
    assert with_all.expected == pytest.approx(3 * alone.expected, rel=0.1)


def test_a_product_that_shrinks_allows_nothing() -> None:
    assert allowance(1, 1200, 12) == 1.0
    assert allowance(1, 0, 0) == 1.0


def test_bursts_are_allowed_for() -> None:
    assert dispersion([5, 5, 5, 5]) == 1.0
    assert dispersion([0, 20, 0, 20]) == 4.0
    assert dispersion([3]) == dispersion([0, 0, 0, 0]) == 1.0
    assert growth(12, 48, 12, dispersion=4.0).probability > growth(12, 48, 12).probability


def test_among_a_thousand_quiet_groups_hardly_one_is_noticed() -> None:
    chance = random.Random(3)

    def poisson(rate: float) -> int:
        limit, product, count = math.exp(-rate), chance.random(), 0
        while product > limit:
            product *= chance.random()
            count += 1
        return count

    alarms = 0
    for _day in range(20):
        rates = [chance.uniform(0.05, 4) for _ in range(1000)]
        found = {
            number: growth(poisson(rate), sum(poisson(rate) for _ in range(12)), 12).probability
            for number, rate in enumerate(rates)
        }
        alarms += len(noticed(found, tests=1000, false_share=0.01))

    assert alarms <= 2


def test_one_that_grows_is_noticed_among_many() -> None:
    quiet = dict.fromkeys(range(500), 0.3)

    assert noticed(quiet | {"loud": 1e-6}, tests=2000, false_share=0.01) == {"loud"}
    assert noticed({}, tests=10, false_share=0.01) == set()
