"""Did it stop? The arithmetic after a fix."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.problems.feedback import Trend, trend_of
from helpdesk.problems.fixes import AfterFix, Outcome, after_fix, silence_chance, window

FIXED = datetime(2026, 3, 1, tzinfo=UTC)


def fixed(days: int, before: int, first_days: int = 40, **counts: int) -> AfterFix:
    told = {"on_fix": 0, "on_older": 0, "on_unknown": 0} | counts
    return after_fix(fixed_at=FIXED, until=FIXED + timedelta(days=days), first_at=FIXED - timedelta(days=first_days),
                     before=before, **told)  # fmt: skip


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (fixed(40, 12), Outcome.STOPPED),
        (fixed(1, 12), Outcome.TOO_EARLY),  # a day of silence says nothing
        (fixed(40, 2), Outcome.TOO_EARLY),  # two tickets before: chance alone keeps silent one time of four
        (fixed(40, 0), Outcome.TOO_EARLY),
        (fixed(40, 12, on_fix=1), Outcome.CAME_BACK),
        (fixed(40, 12, on_older=5), Outcome.STOPPED),  # of a version without the fix
        (fixed(40, 12, on_unknown=1), Outcome.UNCLEAR),
        (fixed(40, 12, on_unknown=1, on_fix=1), Outcome.CAME_BACK),
        (fixed(40, 12, installed=0, installed_of=7), Outcome.TOO_EARLY),  # nobody has it
        (fixed(40, 12, installed=1, installed_of=7), Outcome.STOPPED),
    ],
)
def test_what_the_time_since_a_fix_says(after: AfterFix, outcome: Outcome) -> None:
    assert after.outcome is outcome


def test_the_chance_of_silence_is_that_of_the_shares() -> None:
    ten = timedelta(days=10)
    assert silence_chance(1, ten, ten) == 0.5
    assert silence_chance(5, ten, ten) == 0.5**5
    assert silence_chance(0, ten, ten) is None
    assert silence_chance(3, timedelta(), ten) is None
    assert silence_chance(3, ten, timedelta()) == 1


def test_the_time_before_is_at_most_a_quarter() -> None:
    assert window(FIXED, FIXED - timedelta(days=400)) == FIXED - timedelta(days=91)
    assert window(FIXED, FIXED - timedelta(days=4)) == FIXED - timedelta(days=4)
    assert window(FIXED, None) == FIXED
    assert window(FIXED, FIXED + timedelta(days=1)) == FIXED


@pytest.mark.parametrize(
    ("tickets", "before", "trend"),
    [(3, None, Trend.STEADY), (3, 3, Trend.STEADY), (3, 1, Trend.STEADY), (10, 1, Trend.RISING), (1, 10, Trend.FALLING),
     (6, 0, Trend.RISING), (5, 0, Trend.STEADY), (5_000, 4_000, Trend.RISING), (5_000, 4_950, Trend.STEADY)],
)  # fmt: skip
def test_a_trend_is_said_where_chance_would_hardly_make_it(tickets: int, before: int | None, trend: Trend) -> None:
    assert trend_of(tickets, before) is trend
