"""What the next weeks may bring, with how wrong that has been."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.figures import counting
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice
from helpdesk.reports.forecast import FORECAST
from helpdesk.reports.statistics import Forecast, forecast
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]

MONDAY = datetime(2025, 12, 1, 9, tzinfo=UTC)
COUNTS = (5, 7, 6, 8, 5, 7, 6, 8, 5, 7, 6, 8)


def weeks_of_tickets(cast: Cast, counts: tuple[int, ...] = COUNTS, channel: Channel = Channel.PHONE) -> None:
    record_past([
        PastTicket("Printer", "", cast.jonas.contact_id, channel, (PastStep(MONDAY + timedelta(weeks=week, hours=n)),))
        for week, count in enumerate(counts) for n in range(count)
    ])  # fmt: skip
    counting.catch_up_wholly()


def test_weeks_of_the_past_and_of_the_future(cast: Cast, at: At) -> None:
    weeks_of_tickets(cast)
    with at("2026-02-25 12:00"):  # in the week after the last but one
        found = FORECAST.run(Slice(), for_=SYSTEM)

    past = [row for row in found.rows if row.figures["opened"].value is not None]
    assert [row.figures["opened"].value for row in past] == list(COUNTS)
    expected = forecast(COUNTS, 6, 52)
    assert isinstance(expected, Forecast)
    ahead = found.rows[len(past) :]
    assert [row.key for row in ahead] == [(f"2026-W{week:02}",) for week in range(9, 15)]
    assert [row.figures["forecast"].value for row in ahead] == [step.value for step in expected.steps]
    assert [row.figures["forecast_high"].value for row in ahead] == [step.high for step in expected.steps]
    [made] = found.beside["forecasts"]
    assert (made["mae"], made["mase"], made["origins"]) == (expected.mae, expected.mase, expected.origins)
    assert found.total.figures["forecast"].value == pytest.approx(sum(step.value for step in expected.steps))


def test_a_past_that_is_too_short_says_so(cast: Cast, at: At) -> None:
    weeks_of_tickets(cast, COUNTS[:7])
    with at("2026-01-21 12:00"):
        found = FORECAST.run(Slice(), for_=SYSTEM)
    assert found.beside["forecasts"] == [{"reason": "A forecast needs at least eight periods."}]
    assert all(row.figures["forecast"].value is None for row in found.rows)


def test_an_empty_desk_has_none(cast: Cast) -> None:
    found = FORECAST.run(Slice(), for_=SYSTEM)
    assert (found.rows, found.total.figures["opened"].value) == ((), 0)
    assert found.beside["forecasts"][0]["reason"]


def test_each_value_of_a_dimension_has_its_own(cast: Cast, at: At) -> None:
    weeks_of_tickets(cast)
    weeks_of_tickets(cast, (1,) * 12, Channel.EMAIL)
    with at("2026-02-25 12:00"):
        found = FORECAST.run(Slice(), for_=SYSTEM, by=("channel", "week"))
        narrowed = FORECAST.run(Slice(where=(("channel", "email"),)), for_=SYSTEM)
    assert [made["channel"] for made in found.beside["forecasts"]] == ["phone", "email"]
    emails = [row.figures["opened"].value for row in found.rows if row.key[0] == "email"]
    assert emails == [1] * 12 + [None] * 6
    assert narrowed.total.figures["opened"].value == 12


def test_a_period_is_cut_to_whole_weeks_that_are_over(cast: Cast, at: At) -> None:
    weeks_of_tickets(cast)
    over = Slice(datetime(2025, 12, 3, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    with at("2026-02-25 12:00"):
        found = FORECAST.run(over, for_=SYSTEM)
    assert (found.since, found.until) == ("2025-12-08", "2026-02-23")


def test_who_may_not_and_what_cannot_be(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        FORECAST.run(Slice(), for_=cast.marek)
    for by in (("channel",), ("week", "week"), ("channel", "team", "week"), ("moon", "week")):
        with pytest.raises(Invalid):
            FORECAST.run(Slice(), for_=cast.vera, by=by)
