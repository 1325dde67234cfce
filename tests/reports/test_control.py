"""Signal or noise: what is said of a figure, and of a period against the ones before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.figures import counting
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice
from helpdesk.reports.control import Change, signals, verdict, verdicts
from helpdesk.reports.engine import FactReport
from helpdesk.reports.forecast import OPENED
from helpdesk.reports.lines import LINES
from helpdesk.reports.load import OUTSIDE
from helpdesk.reports.metrics import Figure
from helpdesk.reports.sources import TICKETS
from helpdesk.reports.statistics import Rule
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]

USUAL = (10, 12, 9, 11, 10, 12, 11, 9, 10)
COUNTED = FactReport("opened", LINES.title, LINES.about, TICKETS, (OPENED,))


def counts(*values: float) -> list[Figure]:
    return [Figure(value) for value in values]


@pytest.mark.parametrize(
    ("last", "change", "rules"),
    [
        (12, Change.USUAL, ()),
        (40, Change.MORE, (Rule.BEYOND,)),
        (0, Change.LESS, (Rule.BEYOND,)),
    ],
)
def test_only_what_lies_outside_of_the_limits_is_a_change(last: int, change: Change, rules: Sequence[Rule]) -> None:
    found = verdict(OPENED, counts(*USUAL, *USUAL, last))
    assert (found.change, found.rules) == (change, tuple(rules))
    assert bool(found.why) == found.is_signal


def test_of_few_nothing_is_said() -> None:
    assert verdict(OPENED, counts(*USUAL[:7])).change is Change.UNKNOWN
    assert verdict(OPENED, []).change is Change.UNKNOWN
    assert "too little" in str(verdict(OPENED, counts(1)).words)


def test_a_row_on_one_side_and_a_rise_are_signals() -> None:
    run = verdict(OPENED, counts(*[10, 14] * 6, *[13.5, 13] * 4))
    assert (run.change, run.rules) == (Change.MORE, (Rule.RUN,))
    fall = verdict(OPENED, counts(10, 30, 12, 28, 11, 29, 24, 22, 20, 19, 18, 17.5))
    assert (fall.change, Rule.TREND in fall.rules) == (Change.LESS, True)


def test_shares_of_few_have_limits_of_their_own_and_hidden_ones_no_point() -> None:
    shares = [Figure(0.2, 20, 100)] * 9
    assert verdict(OUTSIDE, [*shares, Figure(0.5, 10, 20)]).change is Change.MORE
    assert verdict(OUTSIDE, [*shares, Figure(0.4, 4, 10)]).change is Change.USUAL
    assert verdict(OUTSIDE, [*shares, Figure(None, 3, 3, is_hidden=True)]).change is Change.UNKNOWN


def test_signals_are_named_by_their_stretch() -> None:
    keys = [f"W{n}" for n in range(10)]
    [signal] = signals(OPENED, keys, counts(10, 11, 10, 9, 40, 10, 11, 10, 9, 10))
    assert (signal.key, signal.verdict.direction, signal.verdict.tone) == ("W4", "up", "")


def opened_in_weeks(cast: Cast, *numbers: int) -> None:
    monday = datetime(2026, 1, 5, 9, tzinfo=UTC)
    record_past([
        PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE,
                   (PastStep(monday - timedelta(weeks=len(numbers) - 1 - week) + timedelta(minutes=n)),))
        for week, number in enumerate(numbers) for n in range(number)
    ])  # fmt: skip
    counting.catch_up_wholly()


def test_a_week_is_judged_by_the_half_year_before_it(cast: Cast) -> None:
    opened_in_weeks(cast, *[6, 5, 7] * 9, 20)
    week = Slice(datetime(2026, 1, 4, 22, tzinfo=UTC), datetime(2026, 1, 11, 22, tzinfo=UTC))
    assert verdicts(COUNTED, week, for_=SYSTEM)["opened"].change is Change.MORE
    earlier = Slice(datetime(2025, 12, 28, 22, tzinfo=UTC), datetime(2026, 1, 4, 22, tzinfo=UTC))
    assert verdicts(COUNTED, earlier, for_=SYSTEM)["opened"].change is Change.USUAL


def test_a_week_that_is_not_over_is_judged_by_nobody(cast: Cast, at: At) -> None:
    opened_in_weeks(cast, *[6, 5, 7] * 9, 20)
    week = Slice(datetime(2026, 1, 4, 22, tzinfo=UTC), datetime(2026, 1, 11, 22, tzinfo=UTC))
    with at("2026-01-07 12:00"):
        assert verdicts(COUNTED, week, for_=SYSTEM)["opened"].change is Change.UNKNOWN


def test_two_quarters_are_one_series(cast: Cast) -> None:
    opened_in_weeks(cast, *[6, 5, 7] * 9)
    quarter = Slice(datetime(2025, 10, 5, 21, tzinfo=UTC), datetime(2026, 1, 4, 22, tzinfo=UTC))
    assert verdicts(COUNTED, quarter, for_=SYSTEM)["opened"].change is Change.USUAL
    assert verdicts(COUNTED, Slice(), for_=SYSTEM) == {}
