"""Times as people type them. It is Monday, 2 March 2026, nine in the morning in Vilnius."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.tickets.spoken_times import Unclear, understand

VILNIUS = "Europe/Vilnius"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo(VILNIUS))


def heard(said: str, at: datetime = NOW, zone: str = VILNIUS) -> str:
    spoken = understand(said, at=at, zone=zone)
    first, last = spoken.from_at.astimezone(ZoneInfo(zone)), spoken.until_at.astimezone(ZoneInfo(zone))
    return f"{first:%m-%d %H:%M}" + ("" if first == last else f" - {last:%H:%M}")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("15:00", "03-02 15:00"), ("15.30", "03-02 15:30"), ("at 15", "03-02 15:00"), ("3pm", "03-02 15:00"),
        ("3:30 pm", "03-02 15:30"), ("12 am tomorrow", "03-03 00:00"), ("10-12", "03-02 10:00 - 12:00"),
        ("tomorrow 10-12", "03-03 10:00 - 12:00"), ("10–12 tomorrow", "03-03 10:00 - 12:00"),
        ("tomorrow 10:30 to 12", "03-03 10:30 - 12:00"), ("fri 9:30", "03-06 09:30"), ("friday at 9", "03-06 09:00"),
        ("next tue 14:00", "03-03 14:00"), ("day after tomorrow 8:00", "03-04 08:00"),
        ("mon 10:00", "03-02 10:00"), ("mon 8:00", "03-09 08:00"),  # today while it is still to come
        ("2026-03-10 11:00", "03-10 11:00"), ("11:00 2026-03-10", "03-10 11:00"), ("10.03. 11:00", "03-10 11:00"),
        ("01.02. 11:00", "02-01 11:00"), ("2 h", "03-02 11:00"), ("2h30", "03-02 11:30"), ("in 90 min", "03-02 10:30"),
        ("1.5 h", "03-02 10:30"), ("3 days", "03-05 09:00"), ("2-4 pm", "03-02 14:00 - 16:00"),
        ("15 val.", "03-02 15:00"), ("rytoj 10-12", "03-03 10:00 - 12:00"), ("rytoj nuo 10 iki 12 val.",
         "03-03 10:00 - 12:00"), ("po 2 val.", "03-02 11:00"), ("už 2 valandų", "03-02 11:00"),
        ("penktadienį 9:30", "03-06 09:30"), ("poryt 14 val", "03-04 14:00"), ("šiandien 16:00", "03-02 16:00"),
        ("в 15 часов", "03-02 15:00"), ("завтра с 10 до 12", "03-03 10:00 - 12:00"), ("через 2 часа", "03-02 11:00"),
        ("в пятницу в 9:30", "03-06 09:30"), ("послезавтра 14:00", "03-04 14:00"), ("пт 9:30", "03-06 09:30"),
        ("завтра 3 дня", "03-03 15:00"), ("15点", "03-02 15:00"), ("下午3点半", "03-02 15:30"), ("明天10点到12点",
         "03-03 10:00 - 12:00"), ("周五9:30", "03-06 09:30"), ("2小时后", "03-02 11:00"),
        ("３月１０日 11：00", "03-10 11:00"),
        ("30分钟后", "03-02 09:30"),
    ],
)  # fmt: skip
def test_what_is_typed_is_understood(said: str, meant: str) -> None:
    assert heard(said) == meant


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("", "Say when"), ("soon", "no time that we understand"), ("8:00", "passed today"), ("15", "15:00"),
        ("tomorrow", "time of day, too"), ("fri", "time of day, too"), ("25:00", "no such time of day"),
        ("tomorrow 12-10", "after the beginning"), ("31.02. 10:00", "no such day"), ("2026-02-30 10:00", "no such day"),
        ("2026-03-01 10:00", "still to come"), ("0 h", "still to come"), ("2 val.", "po 2 val."),
        ("tomorrow 10-12 please", "no time that we understand"), ("x" * 101, "too long"),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_a_reason(app: Flask, said: str, words: str) -> None:
    with pytest.raises(Unclear) as refused:
        heard(said)
    assert words in str(refused.value)


def test_it_is_a_time_of_the_zone_that_was_asked_for() -> None:
    assert understand("15:00", at=NOW, zone="America/New_York").from_at == datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
    assert heard("12:00", zone="Asia/Shanghai", at=datetime(2026, 3, 2, 3, 0, tzinfo=UTC)) == "03-02 12:00"


def test_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=ZoneInfo(VILNIUS))
    with pytest.raises(Unclear) as refused:
        heard("tomorrow 3:30", at=before)
    assert "clocks go forward" in str(refused.value)
    assert understand("tomorrow 4:00", at=before, zone=VILNIUS).from_at == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    autumn = datetime(2026, 10, 24, 12, 0, tzinfo=ZoneInfo(VILNIUS))
    first = understand("tomorrow 3:30", at=autumn, zone=VILNIUS).from_at  # said twice that night: the first
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert understand("24 h", at=before, zone=VILNIUS).from_at - before.astimezone(UTC) == timedelta(hours=24)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_understood_or_refused(said: str) -> None:
    try:
        spoken = understand(said, at=NOW, zone=VILNIUS)
    except Unclear:
        return
    assert NOW < spoken.from_at <= spoken.until_at
