"""Ages, backlog, and arrivals by hour of the week."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.reports.statistics import ageing, backlog, by_hour_of_week, profile, weekdays_between

VILNIUS = ZoneInfo("Europe/Vilnius")
OFFICE = {(weekday, hour) for weekday in range(5) for hour in range(8, 17)}


def test_an_age_on_an_edge_is_in_the_bucket_that_begins_there() -> None:
    found = ageing([0, 0.99, 1, 2.5, 3, 90, 1000, -0.1])

    assert [(bucket.since, bucket.until, bucket.count) for bucket in found] == [
        (0, 1, 3), (1, 3, 2), (3, 7, 1), (7, 14, 0), (14, 30, 0), (30, 90, 0), (90, None, 2),
    ]  # fmt: skip


@given(st.lists(st.floats(0, 500)), st.sets(st.integers(1, 400), min_size=1, max_size=6))
def test_each_age_is_in_one_bucket(ages: list[float], edges: set[int]) -> None:
    found = ageing(ages, sorted(edges))

    assert sum(bucket.count for bucket in found) == len(ages)
    for bucket in found:
        assert bucket.count == sum(bucket.since <= age < (bucket.until or 501) for age in ages)


@pytest.mark.parametrize("edges", [(0, 1), (3, 2), (1, 1)])
def test_edges_rise(edges: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="rise"):
        ageing([1], edges)


def test_the_backlog_is_what_was_opened_and_did_not_end() -> None:
    assert backlog([3, 0, 5], [1, 2, 0]) == (2, 0, 5)
    assert backlog([0, 1], [4, 0], start=10) == (6, 7)
    assert backlog([], [], start=3) == ()
    with pytest.raises(ValueError, match="more ended"):
        backlog([1], [2])
    with pytest.raises(ValueError, match="as many periods"):
        backlog([1, 2], [2])


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1))
def test_the_last_backlog_is_all_that_came_less_all_that_went(flows: list[tuple[int, int]]) -> None:
    opened, ended = [came for came, _ in flows], [went for _, went in flows]

    assert backlog(opened, ended, start=10_000)[-1] == 10_000 + sum(opened) - sum(ended)


def test_an_hour_of_the_week_is_that_of_the_zone() -> None:
    monday = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)  # half past midnight in Vilnius
    repeated = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]  # both 3:30, summer and winter

    assert by_hour_of_week([monday, *repeated], VILNIUS) == {(0, 0): 1, (6, 3): 2}


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(-3, 400))
def test_each_weekday_is_counted_as_often_as_it_comes(since: date, days: int) -> None:
    walked = Counter((since + timedelta(days=day)).weekday() for day in range(days))

    assert weekdays_between(since, since + timedelta(days=days)) == tuple(walked[weekday] for weekday in range(7))


def test_the_profile_tells_the_busiest_hour_and_what_comes_when_nobody_works() -> None:
    found = profile({(0, 9): 20, (1, 9): 8, (5, 12): 3}, OFFICE, 4)

    assert (found.total, found.outside, len(found.cells)) == (31, 3, 168)
    assert found.busiest == found.at(0, 9)
    assert (found.at(0, 9).per_hour, found.at(1, 9).per_hour, found.at(5, 12).is_working) == (5.0, 2.0, False)
    assert found.by_weekday() == (20, 8, 0, 0, 0, 3, 0)
    assert (found.by_hour()[9], found.by_hour()[12], sum(found.by_hour())) == (28, 3, 31)
    assert profile({}, OFFICE, 4).busiest is None


def test_a_weekday_that_came_less_often_is_divided_by_less() -> None:
    found = profile({(0, 9): 6, (4, 9): 6}, OFFICE, weekdays_between(date(2026, 3, 2), date(2026, 3, 19)))

    assert (found.at(0, 9).per_hour, found.at(4, 9).per_hour) == (2.0, 3.0)  # three Mondays, two Fridays


def test_of_a_profile_nonsense_is_refused() -> None:
    for counts, weeks, why in (
        ({(7, 0): 1}, 1, "no weekday"), ({(0, 24): 1}, 1, "no weekday"), ({(0, 1): 1}, 0, "never came"),
        ({}, [1.0, 2.0], "seven"), ({}, -1, "seven"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=why):
            profile(counts, OFFICE, weeks)
    assert profile({}, OFFICE, 0).total == 0
