"""Erlang's formulas beside a direct sum in high precision, a birth-death chain, and published tables."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpdesk.reports.statistics import ASSUMPTIONS, agents_needed, erlang_b, erlang_c, staffing
from helpdesk.reports.statistics.staffing import MOST_AGENTS


def slow_c(offered: Fraction, agents: int) -> float:
    """The formula as Erlang wrote it, in fractions."""
    last = offered**agents / math.factorial(agents) * agents / (agents - offered)
    return float(last / (sum(offered**busy / math.factorial(busy) for busy in range(agents)) + last))


@given(st.integers(1, 60), st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100))
def test_the_probability_to_wait_is_that_of_the_formula(agents: int, load: Fraction) -> None:
    assert erlang_c(float(agents * load), agents) == pytest.approx(slow_c(agents * load, agents), rel=1e-9)


@given(st.integers(1, 1000), st.floats(0.01, 0.999))
def test_it_is_that_of_poisson_to_a_thousand_people(agents: int, load: float) -> None:
    """B is the Poisson probability of exactly so many, among those of no more; C follows from it."""
    offered = agents * load
    blocked = math.exp(stats.poisson.logpmf(agents, offered) - stats.poisson.logcdf(agents, offered))

    assert erlang_b(offered, agents) == pytest.approx(blocked, rel=1e-6, abs=1e-300)
    waiting = blocked / (1 - load * (1 - blocked))
    assert erlang_c(offered, agents) == pytest.approx(waiting, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(
    ("offered", "agents", "waiting"),
    [(1, 2, 1 / 3), (2, 3, 4 / 9), (0.5, 1, 0.5), (10, 11, 0.6821), (20, 25, 0.2091)],
)
def test_values_of_the_tables(offered: float, agents: int, waiting: float) -> None:
    assert erlang_c(offered, agents) == pytest.approx(waiting, abs=2e-4)


def test_a_load_of_more_than_the_people_waits_without_end() -> None:
    for agents in (0, 4, 5):
        found = staffing(arrivals_per_hour=60, mean_handling_seconds=300, agents=agents, within_seconds=60)
        assert (found.waiting, found.within, found.mean_wait_seconds, found.occupancy) == (1, 0, None, 1)
        assert not found.is_stable
        assert erlang_c(5, agents) == 1
    assert staffing(60, 300, 6, 60).is_stable


def test_without_work_nobody_waits() -> None:
    for found in (staffing(0, 300, 0), staffing(10, 0, 3), agents_needed(0, 300, 0.8, 20)):
        assert found is not None
        assert (found.waiting, found.within, found.mean_wait_seconds, found.occupancy) == (0, 1, 0, 0)
    assert agents_needed(0, 300, 0.8, 20) == staffing(0, 300, 0, 20)


def test_a_call_centres_textbook_hour() -> None:
    """200 requests an hour of three minutes: ten erlangs; 80 % within 20 seconds want 14 people."""
    found = agents_needed(200, 180, 0.8, 20)

    assert found is not None
    assert found.agents == 14
    assert found.offered_erlangs == 10
    assert found.within == pytest.approx(0.888, abs=0.001)
    assert found.waiting == pytest.approx(0.174, abs=0.001)
    assert found.mean_wait_seconds == pytest.approx(7.8, abs=0.1)
    assert found.occupancy == pytest.approx(10 / 14)


@given(st.floats(0.1, 500), st.floats(1, 3600), st.floats(0, 0.999), st.floats(0, 7200), st.floats(0.05, 1))
def test_enough_people_are_enough_and_one_less_is_not(
    arrivals: float, handling: float, target: float, within: float, busiest: float
) -> None:
    found = agents_needed(arrivals, handling, target, within, busiest)

    assert found is not None
    assert found == staffing(arrivals, handling, found.agents, within)
    assert found.is_stable
    assert found.within >= target
    assert found.occupancy <= busiest
    if found.agents:
        fewer = staffing(arrivals, handling, found.agents - 1, within)
        assert not fewer.is_stable or fewer.within < target or fewer.occupancy > busiest


@given(st.floats(0.1, 50), st.integers(1, 70), st.floats(0, 600))
def test_more_people_never_make_it_worse(offered: float, agents: int, within: float) -> None:
    some, more = staffing(offered, 3600, agents, within), staffing(offered, 3600, agents + 1, within)

    assert more.waiting <= some.waiting
    assert more.within >= some.within
    assert 0 <= more.waiting <= 1
    assert 0 <= more.within <= 1
    assert more.occupancy <= some.occupancy
    if some.mean_wait_seconds is not None:
        assert more.mean_wait_seconds is not None
        assert more.mean_wait_seconds <= some.mean_wait_seconds


def test_more_than_anybody_employs_is_no_answer() -> None:
    assert agents_needed(MOST_AGENTS + 1, 3600, 0.8, 20) is None


def test_what_cannot_be_is_refused() -> None:
    for arrivals, handling in ((-1, 60), (60, -1), (math.inf, 60), (60, math.nan)):
        with pytest.raises(ValueError, match="a number from 0 on"):
            staffing(arrivals, handling, 3)
    for target, busiest, why in ((1, 1, "target"), (-0.1, 1, "target"), (0.8, 0, "occupancy"), (0.8, 1.1, "occupancy")):
        with pytest.raises(ValueError, match=why):
            agents_needed(60, 60, target, 20, busiest)
    for offered, agents in ((-1, 3), (math.nan, 3), (3, -1)):
        with pytest.raises(ValueError, match=r"from (0 on|zero)"):
            erlang_c(offered, agents)
    with pytest.raises(ValueError, match="seconds to wait"):
        staffing(60, 60, 3, -1)


def test_the_assumptions_are_sentences() -> None:
    assert len(ASSUMPTIONS) >= 5
    assert all(str(text).endswith(".") for text in ASSUMPTIONS)
