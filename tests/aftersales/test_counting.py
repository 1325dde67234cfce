"""How work is counted, and where its minutes come from."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.aftersales.counting import Block, Counted, Draw, Rates, count_work, draw


@pytest.mark.parametrize(
    ("worked", "after", "rates", "minutes"),
    [
        (7, 0, Rates(), 7),
        (7, 0, Rates(15), 15),
        (15, 0, Rates(15), 15),
        (16, 0, Rates(15), 30),
        (7, 0, Rates(1, 30), 30),
        (31, 0, Rates(15, 30), 45),
        (60, 60, Rates(1, 0, 150), 90),
        (60, 30, Rates(1, 0, 150), 75),
        (1, 1, Rates(1, 0, 150), 2),  # a minute and a half
        (50, 10, Rates(15, 0, 150), 60),  # 55 minutes, rounded once
        (40, 40, Rates(15, 60, 200), 90),
    ],
)  # fmt: skip
def test_work_is_weighted_then_its_minimum_then_rounded_once(
    worked: int, after: int, rates: Rates, minutes: int
) -> None:
    assert count_work(worked, after, rates).minutes == minutes


@pytest.mark.parametrize(("worked", "after"), [(0, 0), (-5, 0), (1441, 0), (10, 11), (10, -1)])
def test_figures_that_cannot_be_are_refused(worked: int, after: int) -> None:
    with pytest.raises(ValueError):
        count_work(worked, after, Rates())


@given(
    st.integers(1, 1440), st.integers(0, 1440), st.sampled_from([1, 5, 6, 10, 15, 30, 60]), st.integers(0, 480),
    st.integers(100, 500),
)  # fmt: skip
def test_what_is_counted_is_never_less_than_was_worked_and_a_whole_number_of_units(
    worked: int, after: int, unit: int, minimum: int, percent: int
) -> None:
    counted: Counted = count_work(worked, min(after, worked), Rates(unit, minimum, percent))
    assert counted.minutes >= max(worked, minimum)
    assert counted.minutes % unit == 0
    assert counted.minutes - max(counted.weighted, minimum) < unit


def test_what_expires_first_is_used_first_and_what_never_expires_last() -> None:
    blocks = [Block(1, 50), Block(2, 30, date(2026, 12, 31)), Block(3, 20, date(2026, 6, 30)), Block(4, 5)]
    assert draw(blocks, 60) == ([Draw(3, 20), Draw(2, 30), Draw(1, 10)], 0)
    assert draw(blocks, 110) == ([Draw(3, 20), Draw(2, 30), Draw(1, 50), Draw(4, 5)], 5)
    assert draw([], 10) == ([], 10)


@given(
    st.lists(st.tuples(st.integers(0, 500), st.none() | st.dates()), max_size=12), st.integers(0, 3000)
)  # fmt: skip
def test_no_minute_is_lost_and_no_block_overdrawn(left: list[tuple[int, date | None]], minutes: int) -> None:
    blocks = [Block(number, minutes_left, until) for number, (minutes_left, until) in enumerate(left)]
    draws, missing = draw(blocks, minutes)
    assert sum(each.minutes for each in draws) + missing == minutes
    assert all(0 < each.minutes <= blocks[each.block_id].left for each in draws)
    assert missing == 0 or sum(each.minutes for each in draws) == sum(block.left for block in blocks)
