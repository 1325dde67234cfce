"""What the properties of working time are tried on: calendars and questions around the odd hours of the world's clocks.

The number of examples is small by default; `HYPOTHESIS_PROFILE=ci` makes it more than ten thousand in all.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

HOUR, DAY = 3600, 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "ci"

# One change of the clocks for each kind of trouble: in whole minutes, and with seconds.
MINUTE_CHANGES = {
    "Africa/Cairo": "2025-10-30T21:00:00Z",  # midnight, repeated
    "Africa/Casablanca": "2025-02-23T02:00:00Z",  # summer time suspended for Ramadan
    "America/Caracas": "2016-05-01T07:00:00Z",  # half an hour
    "America/Havana": "2025-03-09T05:00:00Z",  # midnight, skipped
    "America/New_York": "2026-11-01T06:00:00Z",
    "America/Sao_Paulo": "2018-11-04T03:00:00Z",  # midnight, skipped
    "America/St_Johns": "2006-10-29T02:31:00Z",  # one minute past midnight
    "Antarctica/Casey": "2020-03-07T16:00:00Z",  # three hours
    "Antarctica/Troll": "2026-03-29T01:00:00Z",  # two hours
    "Asia/Beirut": "2026-03-28T22:00:00Z",  # midnight, skipped
    "Asia/Gaza": "2026-10-23T23:00:00Z",
    "Asia/Kathmandu": "1985-12-31T18:30:00Z",  # a quarter of an hour
    "Asia/Pyongyang": "2015-08-14T15:00:00Z",  # half an hour, midnight repeated
    "Asia/Shanghai": "1991-04-13T18:00:00Z",
    "Asia/Tehran": "2022-09-21T19:30:00Z",
    "Atlantic/Azores": "2026-10-25T01:00:00Z",
    "Australia/Lord_Howe": "2026-04-04T15:00:00Z",  # half an hour
    "Europe/Berlin": "2026-03-29T01:00:00Z",
    "Europe/Dublin": "2026-10-25T01:00:00Z",  # winter time is the daylight saving
    "Europe/Vilnius": "2026-10-25T01:00:00Z",
    "Pacific/Apia": "2011-12-30T10:00:00Z",  # no 30 December
    "Pacific/Chatham": "2026-09-26T14:00:00Z",  # offset of three quarters
    "Pacific/Kiritimati": "1994-12-31T10:00:00Z",  # no 31 December
    "Pacific/Kwajalein": "1993-08-21T12:00:00Z",  # no 21 August
}
SECOND_CHANGES = {
    "Africa/Monrovia": "1972-01-07T00:44:30Z",
    "America/Juneau": "1867-10-19T00:31:13Z",  # a Friday twice
    "Asia/Manila": "1844-12-31T15:56:08Z",  # no 31 December
    "Europe/Amsterdam": "1937-06-30T22:40:28Z",  # 28 seconds
    "Europe/Dublin": "1916-05-21T02:25:21Z",
    "Europe/Vilnius": "1919-10-09T22:24:24Z",
}


@dataclass(frozen=True)
class Scene:
    """A calendar, in its JSON form, and an instant of interest in its zone."""

    calendar: dict[str, Any]
    change: int
    instants: st.SearchStrategy[int]
    pauses: st.SearchStrategy[list[tuple[int, int]]]


def examples(number: int, *, ci: int) -> Callable[[Any], Any]:
    """So many examples by default, and so many for the profile ci."""
    return settings(
        max_examples=ci if THOROUGH else number,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@st.composite
def scenes(draw: st.DrawFn, *, changes: dict[str, str] = MINUTE_CHANGES, step: int = 60, reach: int = 4 * DAY) -> Scene:
    """A calendar and instants at most `reach` seconds from a change of its zone's clocks, in multiples of `step`."""
    timezone = draw(st.sampled_from(sorted(changes)))
    change = int(datetime.fromisoformat(changes[timezone]).timestamp())
    first, last = -(-(change - reach) // step), (change + reach) // step
    instants = st.integers(first, last).map(lambda number: number * step)
    spans = st.tuples(instants, instants).map(lambda pair: (min(pair), max(pair)))
    around = datetime.fromtimestamp(change, UTC).date()
    dates = st.integers(-5, 5).map(lambda days: (around + timedelta(days=days)).isoformat())
    hours = st.lists(intervals(step), max_size=3)
    calendar = {
        "timezone": timezone,
        "weekly": draw(st.dictionaries(st.sampled_from(WEEKDAYS), hours, min_size=1)),
        "holidays": draw(st.lists(dates, max_size=3)),
        "exceptions": draw(st.dictionaries(dates, hours, max_size=3)),
        "blackouts": [
            [written(since), written(until)]
            for since, until in draw(st.lists(spans.filter(lambda span: span[0] < span[1]), max_size=1))
        ],
    }
    return Scene(calendar, change, instants, st.lists(spans, max_size=3))


def intervals(step: int = 60) -> st.SearchStrategy[list[str]]:
    """Opening hours in multiples of `step` seconds, by day or past midnight."""
    times = st.integers(0, (DAY - 1) // step).map(lambda number: clock(number * step))
    return st.tuples(times, times | st.just("24:00")).filter(lambda pair: pair[0] != pair[1]).map(list)


def clock(seconds: int) -> str:
    text = f"{seconds // HOUR:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def written(at: int, offset_minutes: int = 0) -> str:
    """The instant as text, with the given offset."""
    local = datetime.fromtimestamp(at, UTC).replace(tzinfo=None) + timedelta(minutes=offset_minutes)
    sign, minutes = "-" if offset_minutes < 0 else "+", abs(offset_minutes)
    return f"{local.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
