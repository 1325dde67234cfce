"""Quiet hours on the reader's clock, also where it jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.satisfaction.quiet_hours import after_quiet, read_quiet_hours

ZONES = ("Europe/Vilnius", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


@pytest.mark.parametrize(
    ("said", "zone", "local", "expected"),
    [
        ("20:00-08:00", "Europe/Vilnius", "2026-03-02 19:59", "2026-03-02 19:59"),
        ("20:00-08:00", "Europe/Vilnius", "2026-03-02 20:00", "2026-03-03 08:00"),
        ("20:00-08:00", "Europe/Vilnius", "2026-03-03 07:59", "2026-03-03 08:00"),
        ("20:00-08:00", "Europe/Vilnius", "2026-03-03 08:00", "2026-03-03 08:00"),
        ("20:00-08:00", "Europe/Vilnius", "2026-03-28 22:00", "2026-03-29 08:00"),  # an hour less of sleep
        ("20:00-08:00", "Europe/Vilnius", "2026-10-24 22:00", "2026-10-25 08:00"),  # an hour more
        ("01:00-03:30", "Europe/Vilnius", "2026-03-29 02:00", "2026-03-29 04:00"),  # 3:30 does not come that night
        ("12:00-13:00", "Europe/Vilnius", "2026-03-02 12:30", "2026-03-02 13:00"),
        ("00:00-24:00", "Europe/Vilnius", "", ""),
        ("08:00-08:00", "Europe/Vilnius", "", ""),
        ("night", "Europe/Vilnius", "", ""),
        ("", "Europe/Vilnius", "2026-03-02 23:00", "2026-03-02 23:00"),
    ],
)
def test_what_falls_into_quiet_hours_waits_for_their_end(said: str, zone: str, local: str, expected: str) -> None:
    if not local:
        with pytest.raises(ValueError):
            read_quiet_hours(said)
        return
    there = ZoneInfo(zone)
    at = datetime.fromisoformat(local).replace(tzinfo=there)
    assert after_quiet(at, read_quiet_hours(said), zone).astimezone(there).replace(tzinfo=None) == (
        datetime.fromisoformat(expected)
    )


@given(
    minute=st.integers(0, 3 * 366 * 1440), begin=st.integers(0, 1439), length=st.integers(1, 1439),
    zone=st.sampled_from(ZONES),
)  # fmt: skip
def test_the_wait_is_the_shortest_to_a_minute_that_is_not_quiet(
    minute: int, begin: int, length: int, zone: str
) -> None:  # fmt: skip
    end = (begin + length) % 1440
    quiet = read_quiet_hours(f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}")
    assert quiet is not None
    there, at = ZoneInfo(zone), datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    waits_until = after_quiet(at, quiet, zone)
    slow = at
    while quiet.cover(slow.astimezone(there).time()):
        slow += timedelta(minutes=1)
        if slow.astimezone(there).time().replace(tzinfo=None) == quiet.end:
            break
    # Where an hour comes twice, both of them are past the end that came first.
    assert waits_until == slow or _is_second_time(at, there)


def _is_second_time(at: datetime, there: ZoneInfo) -> bool:
    return any((at + timedelta(hours=h)).astimezone(there).fold for h in range(-2, 25))
