"""The rules of working time, one table or example each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sla import worktime
from sla.worktime import (
    DAY,
    HORIZON,
    YEAR,
    Calendar,
    WorkIndex,
    WorktimeError,
    compile_calendar,
    format_instant,
    parse_instant,
)

HOUR = 3600
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
EVERY_DAY = (*WORKDAYS, "sat", "sun")
OFFICE = [["09:00", "12:00"], ["13:00", "18:00"]]
NIGHT = [["22:00", "06:00"]]


def calendar(
    hours: list[list[str]], timezone: str = "Europe/Vilnius", days: tuple[str, ...] = WORKDAYS, **more: Any
) -> Calendar:
    return Calendar.from_json({"timezone": timezone, "weekly": dict.fromkeys(days, hours), **more})


def index(*args: Any, **more: Any) -> WorkIndex:
    return compile_calendar(calendar(*args, **more))


def at(text: str) -> int:
    """The instant of a reading in Vilnius in winter, or of one that says its offset."""
    return parse_instant(text if text.endswith("Z") or text[-6] in "+-" else f"{text}+02:00")


def day_hours(work: WorkIndex, start: str, end: str) -> list[tuple[str, str]]:
    """The open segments, as they read in Vilnius in winter."""
    return [
        (format_instant(since + 2 * HOUR)[:16], format_instant(until + 2 * HOUR)[:16])
        for since, until in work.work_between(at(start), at(end))
    ]


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-09T09:00", 0, "2026-03-09T09:00"),  # nothing to do is done at once, in open hours
        ("2026-03-08T09:00", 0, "2026-03-08T09:00"),  # and in closed ones
        ("2026-03-09T09:00", 180, "2026-03-09T12:00"),  # at closing, not at the next opening
        ("2026-03-09T09:00", 181, "2026-03-09T13:01"),
        ("2026-03-09T18:00", 1, "2026-03-10T09:01"),  # the closing instant is closed
        ("2026-03-09T17:59", 1, "2026-03-09T18:00"),
        ("2026-03-09T10:00", -60, "2026-03-09T09:00"),  # the latest start, not Friday's closing
        ("2026-03-09T09:00", -60, "2026-03-06T17:00"),
        ("2026-03-09T13:30", -60, "2026-03-09T11:30"),
        ("2026-03-08T12:00", -60, "2026-03-06T17:00"),
        ("2026-03-09T18:00", -480, "2026-03-09T09:00"),
    ],
)
def test_due_counts_open_hours(start: str, minutes: int, due: str) -> None:
    assert index(OFFICE).due(at(start), minutes * 60) == at(due)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-03-09T12:00"),
        ([("10:00", "11:00")], "2026-03-09T14:00"),
        ([("11:00", "11:30"), ("10:00", "10:30")], "2026-03-09T14:00"),  # in any order
        ([("10:00", "11:00"), ("10:30", "11:00")], "2026-03-09T14:00"),  # overlapping ones count once
        ([("10:00", "10:30"), ("10:30", "11:00")], "2026-03-09T14:00"),
        ([("10:00", "10:00")], "2026-03-09T12:00"),  # an empty one says nothing
        ([("12:00", "13:00")], "2026-03-09T12:00"),  # none at or after the due instant moves it
        ([("12:00", None)], "2026-03-09T12:00"),
        ([("08:00", "09:00")], "2026-03-09T12:00"),  # nor one before the start
        ([("08:00", "10:00")], "2026-03-09T14:00"),
        ([("10:00", None)], None),  # while paused for good, nothing is ever due
        ([("11:59", None), ("09:00", "10:00")], None),
        ([("09:00", "18:00")], "2026-03-10T12:00"),
    ],
)
def test_pauses_give_nothing(pauses: list[tuple[str, str | None]], due: str | None) -> None:
    spans = [(at(f"2026-03-09T{a}"), None if b is None else at(f"2026-03-09T{b}")) for a, b in pauses]

    assert index(OFFICE).due(at("2026-03-09T09:00"), 3 * HOUR, spans) == (due and at(due))


@pytest.mark.parametrize(
    ("pauses", "start"),
    [
        ([("15:00", "16:00")], "2026-03-09T14:00"),
        ([("14:00", "15:00")], "2026-03-09T15:00"),  # the work fits in after the pause
        ([("14:00", "15:01")], "2026-03-09T13:59"),
        ([("12:00", "15:00")], "2026-03-09T15:00"),
        ([("09:00", "18:00")], "2026-03-06T15:00"),
        ([("17:00", None), ("16:00", "17:00")], "2026-03-09T13:00"),
    ],
)
def test_pauses_are_left_out_backwards_too(pauses: list[tuple[str, str | None]], start: str) -> None:
    spans = [(at(f"2026-03-09T{a}"), None if b is None else at(f"2026-03-09T{b}")) for a, b in pauses]

    assert index(OFFICE).due(at("2026-03-09T18:00"), -3 * HOUR, spans) == at(start)


def test_a_pause_far_ahead_does_not_hide_an_earlier_due_instant() -> None:
    start = at("2026-03-09T09:00")
    fresh = WorkIndex([(None, calendar(OFFICE, days=("mon",)))], tzdata="")

    due = fresh.due(start, 8 * 52 * 5 * HOUR, [(start + 20 * YEAR, None)])

    assert due is not None
    assert start + 4 * YEAR < due < start + 6 * YEAR


def test_a_reversed_pause_is_refused() -> None:
    pauses = [(at("2026-03-09T09:00"), at("2026-03-09T10:00")), (at("2026-03-09T12:00"), at("2026-03-09T11:00"))]

    for ask in (index(OFFICE).due, index(OFFICE).elapsed, index(OFFICE).work_between):
        with pytest.raises(WorktimeError) as refusal:
            ask(at("2026-03-09T09:00"), at("2026-03-09T10:00"), pauses)
        assert (refusal.value.path, refusal.value.code) == ("pauses[1]", "reversed_span")


def test_an_open_pause_lasts_until_the_end_of_what_is_measured() -> None:
    pauses = [(at("2026-03-09T10:00"), None)]

    assert index(OFFICE).elapsed(at("2026-03-09T09:00"), at("2026-03-10T09:00"), pauses) == HOUR


def test_nothing_elapses_backwards() -> None:
    assert index(OFFICE).elapsed(at("2026-03-09T12:00"), at("2026-03-09T09:00")) == 0
    assert index(OFFICE).work_between(at("2026-03-09T12:00"), at("2026-03-09T09:00")) == []


def test_a_budget_spent_at_closing_is_breached_at_the_next_opening() -> None:
    assert index(OFFICE).breach_at(at("2026-03-06T17:00"), HOUR) == at("2026-03-09T09:00")
    assert index(OFFICE).breach_at(at("2026-03-06T16:00"), HOUR) == at("2026-03-06T17:00")


@pytest.mark.parametrize(
    ("percent", "due"), [(0, "09:00:00"), (50, "09:00:51"), (75, "09:01:16"), (100, "09:01:41"), (150, "09:02:32")]
)
def test_a_threshold_is_rounded_up_to_the_second(percent: int, due: str) -> None:
    assert index(OFFICE).threshold(at("2026-03-09T09:00"), 101, percent) == at(f"2026-03-09T{due}")


@pytest.mark.parametrize(("before", "due"), [(30, "13:30"), (180, "10:00"), (240, "09:00"), (600, "09:00")])
def test_a_warning_comes_so_many_working_minutes_before(before: int, due: str) -> None:
    assert index(OFFICE).warning(at("2026-03-09T09:00"), 4 * HOUR, before * 60) == at(f"2026-03-09T{due}")


@pytest.mark.parametrize(
    ("instant", "working", "opening"),
    [
        ("2026-03-09T08:59:59", False, "2026-03-09T09:00"),
        ("2026-03-09T09:00", True, "2026-03-09T09:00"),
        ("2026-03-09T11:59:59", True, "2026-03-09T11:59:59"),
        ("2026-03-09T12:00", False, "2026-03-09T13:00"),
        ("2026-03-06T18:00", False, "2026-03-09T09:00"),
    ],
)
def test_hours_are_half_open(instant: str, working: bool, opening: str) -> None:
    assert index(OFFICE).is_working(at(instant)) is working
    assert index(OFFICE).next_opening(at(instant)) == at(opening)


MONDAY_NIGHT = ("2026-03-09T22:00", "2026-03-10T06:00")
TUESDAY_NIGHT = ("2026-03-10T22:00", "2026-03-11T06:00")


@pytest.mark.parametrize(
    ("more", "segments"),
    [
        ({}, [MONDAY_NIGHT, TUESDAY_NIGHT]),
        ({"holidays": ["2026-03-10"]}, [MONDAY_NIGHT]),  # Monday's night runs on into the holiday
        ({"holidays": ["2026-03-09"]}, [TUESDAY_NIGHT]),  # and all of it goes with Monday
        ({"exceptions": {"2026-03-10": []}}, [MONDAY_NIGHT]),
        ({"exceptions": {"2026-03-09": []}}, [TUESDAY_NIGHT]),
        ({"holidays": ["2026-03-09"], "exceptions": {"2026-03-09": NIGHT}}, [MONDAY_NIGHT, TUESDAY_NIGHT]),
        (
            {"exceptions": {"2026-03-09": [["20:00", "01:00"]]}},
            [("2026-03-09T20:00", "2026-03-10T01:00"), TUESDAY_NIGHT],
        ),
        (
            {"exceptions": {"2026-03-10": [["05:00", "07:00"]]}},  # overlaps the night before, and counts once
            [("2026-03-09T22:00", "2026-03-10T07:00")],
        ),
        (
            {"exceptions": {"2026-03-10": [["06:00", "07:00"]]}},
            [("2026-03-09T22:00", "2026-03-10T07:00")],
        ),
        (
            {"blackouts": [["2026-03-10T01:00:00+02:00", "2026-03-10T23:00:00+02:00"]]},
            [("2026-03-09T22:00", "2026-03-10T01:00"), ("2026-03-10T23:00", "2026-03-11T06:00")],
        ),
        (
            {
                "blackouts": [
                    [f"2026-03-09T{since}:00Z", f"2026-03-10T{until}:00Z"]
                    for since, until in (("21:00", "03:00"), ("22:00", "00:00"), ("23:00", "02:00"))
                ]
            },
            [("2026-03-09T22:00", "2026-03-09T23:00"), ("2026-03-10T05:00", "2026-03-10T06:00"), TUESDAY_NIGHT],
        ),
        (
            {"blackouts": [[f"2026-03-10T0{hour}:00:00Z", f"2026-03-10T0{hour}:30:00Z"] for hour in (1, 0)]},
            [
                ("2026-03-09T22:00", "2026-03-10T02:00"),
                ("2026-03-10T02:30", "2026-03-10T03:00"),
                ("2026-03-10T03:30", "2026-03-10T06:00"),
                TUESDAY_NIGHT,
            ],
        ),
    ],
)
def test_a_night_belongs_to_the_date_on_which_it_starts(more: dict[str, Any], segments: list[tuple[str, str]]) -> None:
    nights = index(NIGHT, days=("mon", "tue"), **more)

    assert day_hours(nights, "2026-03-08T12:00", "2026-03-12T12:00") == segments


@pytest.mark.parametrize(
    "hours",
    [
        [["00:00", "24:00"]],
        [["00:00", "12:00"], ["12:00", "24:00"]],
        [["12:00", "00:00"], ["00:00", "12:00"]],
        [["06:00", "06:00:01"], ["00:00", "24:00:00"]],
        [["01:00", "00:59"], ["00:30", "02:00"]],
    ],
)
def test_hours_that_leave_no_gap_are_one_segment(hours: list[list[str]]) -> None:
    around_the_clock = index(hours, days=EVERY_DAY)

    assert day_hours(around_the_clock, "2026-03-08T12:00", "2026-03-12T12:00") == [
        ("2026-03-08T12:00", "2026-03-12T12:00")
    ]


@pytest.mark.parametrize(
    ("timezone", "hours", "noon", "days", "worked"),
    [
        # Half an hour shows twice: 01:30 to 02:00.
        ("Australia/Lord_Howe", [["01:00", "03:00"]], "2026-04-04T12:00:00+11:00", 1, 2.5 * HOUR),
        ("Australia/Lord_Howe", [["01:00", "03:00"]], "2026-10-03T12:00:00+10:30", 1, 1.5 * HOUR),
        ("Antarctica/Troll", [["00:00", "06:00"]], "2026-03-28T12:00:00+00:00", 1, 4 * HOUR),
        ("Antarctica/Troll", [["00:00", "06:00"]], "2026-10-24T12:00:00+02:00", 1, 8 * HOUR),
        # Midnight does not show: the day begins at one.
        ("America/Sao_Paulo", [["00:00", "02:00"]], "2018-11-03T12:00:00-03:00", 1, HOUR),
        ("America/Sao_Paulo", [["22:00", "02:00"]], "2018-11-03T12:00:00-03:00", 1, 3 * HOUR),
        # Midnight shows twice, so the last hour of the day before does, too.
        ("America/Sao_Paulo", [["22:00", "24:00"]], "2018-02-17T12:00:00-02:00", 1, 3 * HOUR),
        ("Africa/Cairo", [["22:00", "02:00"]], "2025-10-30T12:00:00+03:00", 1, 5 * HOUR),
        ("Asia/Beirut", [["00:00", "00:30"]], "2026-03-28T12:00:00+02:00", 1, 0),
        # Winter time is Dublin's daylight saving; the hours do not care.
        ("Europe/Dublin", [["00:00", "06:00"]], "2026-10-24T12:00:00+01:00", 1, 7 * HOUR),
        # 30 December 2011 was skipped, but the half of its night that lies on the 31st was not.
        ("Pacific/Apia", [["09:00", "17:00"]], "2011-12-29T08:00:00-10:00", 2, 16 * HOUR),
        ("Pacific/Apia", [["22:00", "06:00"]], "2011-12-29T12:00:00-10:00", 1, 8 * HOUR),
        # Ramadan suspends summer time, from 03:00 to 02:00, and it comes back.
        ("Africa/Casablanca", [["02:00", "04:00"]], "2025-02-22T12:00:00+01:00", 1, 3 * HOUR),
        ("Africa/Casablanca", [["02:00", "04:00"]], "2025-04-05T12:00:00+00:00", 1, HOUR),
        # The Netherlands went from 1:19:32 to 1:20:00 ahead of Greenwich, at midnight.
        ("Europe/Amsterdam", [["23:00", "01:00"]], "1937-06-30T12:00:00+01:19:32", 1, 2 * HOUR - 28),
        ("Africa/Monrovia", [["00:00", "02:00"]], "1972-01-06T12:00:00-00:44:30", 1, 2 * HOUR - 44 * 60 - 30),
    ],
)
def test_hours_count_as_often_as_the_clock_shows_them(
    timezone: str, hours: list[list[str]], noon: str, days: int, worked: float
) -> None:
    start = parse_instant(noon)

    assert index(hours, timezone, EVERY_DAY).elapsed(start, start + days * DAY) == worked


@pytest.mark.parametrize("year", [1890, 1970, 2100, 2299])
def test_far_years_are_counted_like_near_ones(year: int) -> None:
    start = parse_instant(f"{year}-06-05T00:00:00Z")

    week = WorkIndex([(None, calendar(OFFICE))], tzdata="").elapsed(start, start + 7 * DAY)

    assert week == 5 * 8 * HOUR


@pytest.mark.parametrize("instant", ["1799-12-31T23:59:59Z", "2300-01-01T00:00:01Z", "9999-12-31T23:59:59Z"])
def test_an_instant_of_another_age_is_refused(instant: str) -> None:
    with pytest.raises(WorktimeError) as refusal:
        index(OFFICE).due(parse_instant(instant), HOUR)

    assert refusal.value.code == "out_of_range"


@pytest.mark.parametrize(
    "closed",
    [
        calendar([]),
        calendar([], holidays=["2030-01-01"]),
        calendar([], exceptions={"2030-01-01": []}),
        calendar([], exceptions={"2020-01-01": OFFICE}),
    ],
)
def test_without_hours_to_come_nothing_is_due_and_nothing_is_searched(
    closed: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worktime, "_window_over", lambda *_: pytest.fail("searched"))
    never = compile_calendar(closed)

    assert never.due(at("2026-03-09T09:00"), 1) is None
    assert never.breach_at(at("2026-03-09T09:00"), 1) is None
    assert never.next_opening(at("2026-03-09T09:00")) is None
    assert never.business_days_after(at("2026-03-09T09:00"), 1) is None


def test_without_hours_before_nothing_leads_to_the_start_and_nothing_is_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worktime, "_window_over", lambda *_: pytest.fail("searched"))
    once = WorkIndex([(None, calendar([], exceptions={"2030-01-01": OFFICE}))], tzdata="")

    assert once.due(at("2026-03-09T09:00"), -1) is None


def test_a_single_exception_is_all_the_work_there_is() -> None:
    once = index([], exceptions={"2040-01-02": OFFICE})

    assert once.due(at("2026-03-09T09:00"), 8 * HOUR) == at("2040-01-02T18:00")
    assert once.due(at("2026-03-09T09:00"), 8 * HOUR + 1) is None
    assert once.next_opening(at("2026-03-09T09:00")) == at("2040-01-02T09:00")
    assert once.business_days_after(at("2026-03-09T09:00"), 1) == at("2040-01-02T18:00")
    assert once.business_days_after(at("2026-03-09T09:00"), 2) is None


@pytest.mark.parametrize(
    ("timezone", "hours"), [("Pacific/Honolulu", ["22:00", "06:00"]), ("Pacific/Kiritimati", ["00:00", "08:00"])]
)
def test_the_only_shift_there_is_counts_from_its_first_second_to_its_last(timezone: str, hours: list[str]) -> None:
    def shift() -> WorkIndex:
        return WorkIndex([(None, calendar([], timezone, exceptions={"2040-01-02": [hours]}))], tzdata="")

    opening = shift().next_opening(parse_instant("2026-03-09T09:00:00Z"))
    assert opening is not None
    closing = opening + 8 * HOUR

    assert shift().due(opening, 8 * HOUR) == closing
    assert shift().due(closing - 1, 1) == closing
    assert shift().due(closing - 1, 2) is None
    assert shift().due(closing, -8 * HOUR) == opening
    assert shift().due(opening + 1, -1) == opening
    assert shift().due(opening + 1, -2) is None


def test_a_date_that_is_over_within_fifty_years_is_found_ahead_of_greenwich() -> None:
    morning = index([], "Pacific/Kiritimati", exceptions={"2076-03-10": [["00:00", "01:00"]]})
    closing = parse_instant("2076-03-09T11:00:00Z")

    assert morning.business_days_after(closing - HORIZON, 1) == closing
    assert morning.business_days_after(closing - HORIZON - 1, 1) is None


def test_what_is_more_than_fifty_years_away_is_never() -> None:
    start, always = at("2026-03-09T09:00"), compile_calendar(Calendar.always("Europe/Vilnius"))

    assert always.due(start, HORIZON) == start + HORIZON
    assert always.due(start, HORIZON + 1) is None
    assert always.due(start, -HORIZON) == start - HORIZON
    assert always.due(start, -HORIZON - 1) is None
    assert always.due(start, HOUR, [(start, start + HORIZON)]) is None
    assert index([], exceptions={"2099-01-02": OFFICE}).next_opening(start) is None
    assert index([["09:00", "10:00"]], days=("mon",)).due(start, 3000 * HOUR) is None


def test_versions_follow_one_another() -> None:
    short, long = calendar([["09:00", "10:00"]]), calendar([["08:00", "18:00"]])
    stitched = compile_calendar([(at("2026-03-10T09:30"), long), (None, short)])

    assert day_hours(stitched, "2026-03-09T00:00", "2026-03-12T00:00") == [
        ("2026-03-09T09:00", "2026-03-09T10:00"),
        ("2026-03-10T09:00", "2026-03-10T18:00"),
        ("2026-03-11T08:00", "2026-03-11T18:00"),
    ]


def test_before_the_first_version_nothing_is_working() -> None:
    begun = compile_calendar([(at("2026-03-10T10:00"), calendar(OFFICE))])

    assert begun.elapsed(at("2026-03-09T00:00"), at("2026-03-11T00:00")) == 7 * HOUR
    assert begun.due(at("2026-03-11T09:00"), -8 * HOUR) is None


def test_of_two_versions_from_the_same_instant_the_later_in_the_list_counts() -> None:
    since = at("2026-03-09T00:00")
    corrected = compile_calendar([(since, calendar(OFFICE)), (since, calendar([["10:00", "11:00"]]))])

    assert corrected.elapsed(since, since + DAY) == HOUR


def test_a_version_may_move_the_calendar_to_another_zone() -> None:
    nine_to_ten = [["09:00", "10:00"]]
    moved = compile_calendar(
        [(None, calendar(nine_to_ten)), (at("2026-03-10T00:00"), calendar(nine_to_ten, "America/New_York"))]
    )

    assert day_hours(moved, "2026-03-09T00:00", "2026-03-11T00:00") == [
        ("2026-03-09T09:00", "2026-03-09T10:00"),
        ("2026-03-10T15:00", "2026-03-10T16:00"),
    ]


def test_a_calendar_without_versions_is_refused() -> None:
    with pytest.raises(WorktimeError) as refusal:
        compile_calendar([])

    assert refusal.value.code == "no_calendar"


@pytest.mark.parametrize(
    ("hours", "more", "instant", "days", "end"),
    [
        (OFFICE, {}, "2026-03-09T09:00", 0, "2026-03-09T09:00"),
        (OFFICE, {}, "2026-03-09T09:00", 1, "2026-03-10T18:00"),
        (OFFICE, {}, "2026-03-06T23:00", 5, "2026-03-13T18:00"),
        (OFFICE, {}, "2026-03-07T12:00", 1, "2026-03-09T18:00"),
        (OFFICE, {"holidays": ["2026-03-10"]}, "2026-03-09T09:00", 1, "2026-03-11T18:00"),
        (OFFICE, {"exceptions": {"2026-03-10": [["09:00", "12:00"]]}}, "2026-03-09T09:00", 1, "2026-03-10T12:00"),
        (OFFICE, {"exceptions": {"2026-03-07": [["10:00", "14:00"]]}}, "2026-03-06T09:00", 1, "2026-03-07T14:00"),
        # A night counts for the date on which it starts, so Saturday is no business day.
        (NIGHT, {}, "2026-03-05T23:00", 1, "2026-03-07T06:00"),
        (NIGHT, {}, "2026-03-05T23:00", 2, "2026-03-10T06:00"),
        (NIGHT, {}, "2026-03-07T03:00", 1, "2026-03-10T06:00"),
        # What a blackout takes is not worked, be it the end of a day or the whole of it.
        (OFFICE, {"blackouts": [["2026-03-10T15:00:00+02:00", "2026-03-11T20:00:00+02:00"]]}, "2026-03-09T09:00", 1,
         "2026-03-10T15:00"),
        (OFFICE, {"blackouts": [["2026-03-10T15:00:00+02:00", "2026-03-11T20:00:00+02:00"]]}, "2026-03-09T09:00", 2,
         "2026-03-12T18:00"),
        ([["00:00", "24:00"]], {}, "2026-03-09T09:00", 1, "2026-03-11T00:00"),
    ],
)  # fmt: skip
def test_business_days_end_with_the_last_hours_of_the_date(
    hours: list[list[str]], more: dict[str, Any], instant: str, days: int, end: str
) -> None:
    assert index(hours, **more).business_days_after(at(instant), days) == at(end)


def test_business_days_go_by_the_dates_of_the_version_in_force() -> None:
    change = parse_instant("2026-03-10T12:00:00Z")  # the 11th in Kiritimati, still the 10th in Honolulu
    moved = compile_calendar(
        [(None, calendar(OFFICE, "Pacific/Kiritimati")), (change, calendar(OFFICE, "Pacific/Honolulu"))]
    )

    assert moved.business_days_after(change, 1) == parse_instant("2026-03-11T18:00:00-10:00")
    assert moved.business_days_after(change - 1, 1) == parse_instant("2026-03-12T18:00:00-10:00")


def test_business_days_are_not_counted_backwards() -> None:
    with pytest.raises(WorktimeError) as refusal:
        index(OFFICE).business_days_after(at("2026-03-09T09:00"), -1)

    assert (refusal.value.path, refusal.value.code) == ("days", "negative")


def test_equal_calendars_share_one_index() -> None:
    assert index(OFFICE) is index(OFFICE)
    assert compile_calendar(calendar(OFFICE)) is compile_calendar([(None, calendar(OFFICE))])
    assert index(OFFICE) is not index(NIGHT)


def test_threads_may_share_an_index_while_it_grows() -> None:
    start = at("2026-03-09T09:00")
    questions = [(start + number * 97 * DAY, number * 7 * HOUR + 1) for number in range(-60, 60)]
    shared = WorkIndex([(None, calendar(OFFICE))], tzdata="")

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda question: shared.due(*question), questions))

    alone = WorkIndex([(None, calendar(OFFICE))], tzdata="")
    assert answers == [alone.due(*question) for question in questions]


def test_covering_a_span_changes_no_answer() -> None:
    ready, fresh = (WorkIndex([(None, calendar(OFFICE))], tzdata="") for _ in range(2))
    ready.cover(at("2010-01-01T00:00"), at("2050-01-01T00:00"))

    assert ready.due(at("2026-03-09T09:00"), 4000 * HOUR) == fresh.due(at("2026-03-09T09:00"), 4000 * HOUR)
