"""Which dates a rule names, on which business days they are planned, and what a walk through the days says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.aftersales.planning import (
    FURTHEST,
    MOST_DATES,
    REASONS,
    Planned,
    PlanningError,
    occurrences,
    plan,
    working_days,
)
from sla.holidays import public_holidays
from sla.worktime import Calendar, compile_calendar, parse_instant
from tests.sla.sla_strategies import examples

HOUR = 3600
OFFICE = (((9 * HOUR, 17 * HOUR),),) * 5 + ((), ())
COUNTRIES = ("LT", "RU", "CN", "US")
SINCE, UNTIL = 2023, 2032


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def dates(anchor: str, rule: str, count: int) -> list[str]:
    return [on.isoformat() for on in occurrences(date.fromisoformat(anchor), rule, count)]


def every_day(_on: date) -> bool:
    return True


def on_weekdays(on: date) -> bool:
    return on.weekday() < 5


def but(*closed: str) -> Callable[[date], bool]:
    """Monday to Friday without the days from one date to another, both included."""
    spans = list(zip(days(*closed[::2]), days(*closed[1::2]), strict=True))
    return lambda on: on.weekday() < 5 and not any(since <= on <= until for since, until in spans)


def moved(planned: Sequence[Planned]) -> list[tuple[str, int, str]]:
    return [(each.date.isoformat(), each.shift, each.problem) for each in planned]


# The dates of a rule


def test_the_31st_of_every_month_is_its_last_day_where_it_is_shorter() -> None:
    assert dates("2026-01-31", "FREQ=MONTHLY", 26) == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31",
        "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
        "2027-05-31", "2027-06-30", "2027-07-31", "2027-08-31", "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31",
        "2028-01-31", "2028-02-29",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("anchor", "rule", "expected"),
    [
        ("2027-12-30", "FREQ=MONTHLY", ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]),
        ("2026-01-29", "FREQ=MONTHLY", ["2026-01-29", "2026-02-28", "2026-03-29"]),
        ("2024-02-29", "FREQ=MONTHLY", ["2024-02-29", "2024-03-29", "2024-04-29"]),
        ("2024-02-29", "FREQ=YEARLY", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2096-02-29", "FREQ=YEARLY;INTERVAL=4", ["2096-02-29", "2100-02-28", "2104-02-29"]),
        ("2024-02-29", "FREQ=YEARLY;INTERVAL=3", ["2024-02-29", "2027-02-28", "2030-02-28", "2033-02-28"]),
        ("2025-11-30", "FREQ=MONTHLY;INTERVAL=3", ["2025-11-30", "2026-02-28", "2026-05-30", "2026-08-30"]),
        ("2026-08-31", "FREQ=MONTHLY;INTERVAL=18", ["2026-08-31", "2028-02-29", "2029-08-31"]),
        ("2026-03-10", "FREQ=WEEKLY", ["2026-03-10", "2026-03-17", "2026-03-24"]),
        ("2026-12-30", "FREQ=DAILY;INTERVAL=2", ["2026-12-30", "2027-01-01", "2027-01-03"]),
        ("2026-01-31", "FREQ=MONTHLY;WKST=SU", ["2026-01-31", "2026-02-28"]),
    ],
)
def test_without_by_parts_all_is_counted_from_the_anchor(anchor: str, rule: str, expected: list[str]) -> None:
    assert dates(anchor, rule, len(expected)) == expected


@pytest.mark.parametrize(
    ("anchor", "rule", "expected"),
    [
        ("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]),
        ("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("2026-01-31", "FREQ=YEARLY;BYMONTH=1,4,7", ["2026-01-31", "2026-07-31", "2027-01-31"]),
        ("2026-02-28", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29"]),
        ("2026-03-02", "FREQ=MONTHLY;BYDAY=1MO", ["2026-03-02", "2026-04-06", "2026-05-04"]),
        ("2026-03-03", "FREQ=MONTHLY;BYDAY=1MO", ["2026-04-06", "2026-05-04"]),
        ("2026-03-03", "FREQ=MONTHLY;BYDAY=-1FR", ["2026-03-27", "2026-04-24", "2026-05-29"]),
        ("2026-03-03", "FREQ=MONTHLY;BYDAY=5MO", ["2026-03-30", "2026-06-29", "2026-08-31"]),
        ("2026-03-01", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-03-31", "2026-04-30", "2026-05-29"]),
        ("2026-01-01", "FREQ=YEARLY;BYDAY=20MO", ["2026-05-18", "2027-05-17"]),
        ("2026-01-01", "FREQ=YEARLY;BYYEARDAY=-1,60", ["2026-03-01", "2026-12-31", "2027-03-01"]),
        ("2026-03-10", "FREQ=WEEKLY;BYDAY=MO,TH", ["2026-03-12", "2026-03-16", "2026-03-19"]),
        ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",  # of RFC 5545
         ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]),
        ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
         ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]),
        ("1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", ["1997-05-12", "1998-05-11", "1999-05-17"]),
        ("1998-01-01", "FREQ=YEARLY;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA;UNTIL=19980103T140000Z",
         ["1998-01-01", "1998-01-02", "1998-01-03"]),
    ],
)  # fmt: skip
def test_with_by_parts_it_is_as_rfc_5545_has_it(anchor: str, rule: str, expected: list[str]) -> None:
    assert dates(anchor, rule, len(expected)) == expected


@pytest.mark.parametrize(
    ("anchor", "rule", "expected"),
    [
        # Numbered and plain weekdays side by side are either, not both.
        ("2026-03-01", "FREQ=MONTHLY;BYDAY=MO,1TU", ["2026-03-02", "2026-03-03", "2026-03-09", "2026-03-16"]),
        # The anchor's week is a whole one: its first Monday or Wednesday was before the anchor.
        ("2026-03-04", "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1", ["2026-03-09", "2026-03-16"]),
        # A week without a weekday has that of the anchor.
        ("2026-03-04", "FREQ=YEARLY;BYWEEKNO=20", ["2026-05-13", "2027-05-19"]),
        # 2010 had 52 weeks, so its first of January belongs to none of number 53.
        ("2010-06-01", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SA", ["2016-01-02", "2021-01-02"]),
        ("2010-06-01", "FREQ=YEARLY;BYWEEKNO=52;BYDAY=SA", ["2011-01-01", "2011-12-31"]),
    ],
)
def test_where_the_library_reads_a_rule_otherwise_it_is_as_rfc_5545_has_it(
    anchor: str, rule: str, expected: list[str]
) -> None:
    assert dates(anchor, rule, len(expected)) == expected


@pytest.mark.parametrize(
    ("skip", "expected"),
    [
        (";SKIP=BACKWARD", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (";SKIP=FORWARD", ["2026-01-31", "2026-03-01", "2026-03-31", "2026-05-01"]),
        (";SKIP=OMIT", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]),
        ("", ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"]),
    ],
)
def test_a_rule_may_say_itself_what_becomes_of_a_short_month(skip: str, expected: list[str]) -> None:
    assert dates("2026-01-31", f"RSCALE=GREGORIAN;FREQ=MONTHLY{skip}", 4) == expected


@pytest.mark.parametrize(
    ("rule", "count", "found"),
    [
        ("FREQ=MONTHLY;COUNT=3", 12, 3),
        ("FREQ=MONTHLY;COUNT=30", 12, 12),
        ("FREQ=MONTHLY;UNTIL=20260430", 12, 4),
        ("FREQ=MONTHLY;UNTIL=20260429", 12, 3),
        ("FREQ=MONTHLY;UNTIL=20260430T000000Z;COUNT=9", 12, 4),
        ("FREQ=MONTHLY;UNTIL=20260430;COUNT=2", 12, 2),
        ("FREQ=DAILY", MOST_DATES, MOST_DATES),
        ("FREQ=YEARLY", MOST_DATES, MOST_DATES),
    ],
)
def test_the_fewest_of_count_and_until_wins(rule: str, count: int, found: int) -> None:
    assert len(dates("2026-01-31", rule, count)) == found


def test_a_rule_ends_with_the_last_year() -> None:
    assert dates("2026-01-31", "FREQ=YEARLY;INTERVAL=4000", 12) == ["2026-01-31", "6026-01-31"]
    assert dates("2026-01-30", "FREQ=WEEKLY;INTERVAL=416059", 12) == ["2026-01-30", "9999-12-31"]


@pytest.mark.parametrize("rule", ["RRULE:FREQ=MONTHLY", " freq=monthly ", "rrule:Freq=Monthly;wkst=mo"])
def test_how_a_rule_is_spelt_does_not_matter(rule: str) -> None:
    assert dates("2026-01-31", rule, 2) == ["2026-01-31", "2026-02-28"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("", "unreadable"), ("monthly", "unreadable"), ("FREQ=MONTHLY;", "unreadable"), ("FREQ=", "unreadable"),
        ("FREQ=MONTHLY;;COUNT=2", "unreadable"), ("FREQ=WEEKLY;BYDAY=ſU", "unreadable"),
        ("FREQ=DAILY" + ";" * 2000, "too_long"), ("INTERVAL=2", "missing_freq"), ("FREQ=OFTEN", "wrong_value"),
        ("FREQ=HOURLY", "sub_daily"), ("FREQ=MINUTELY;INTERVAL=5", "sub_daily"), ("FREQ=SECONDLY", "sub_daily"),
        ("FREQ=DAILY;BYHOUR=9", "sub_daily"), ("FREQ=DAILY;BYMINUTE=0", "sub_daily"),
        ("FREQ=DAILY;BYSECOND=0", "sub_daily"), ("FREQ=DAILY;INTERVAL=0", "not_positive"),
        ("FREQ=DAILY;INTERVAL=-1", "wrong_value"), ("FREQ=DAILY;INTERVAL=1.5", "wrong_value"),
        ("FREQ=DAILY;COUNT=0", "not_positive"), ("FREQ=DAILY;COUNT=x", "wrong_value"),
        ("DTSTART:20260101\nRRULE:FREQ=DAILY", "not_bare"), ("EXRULE:FREQ=DAILY", "not_bare"),
        ("RRULE:RRULE:FREQ=DAILY", "not_bare"), ("FREQ=DAILY\nRDATE=20260101", "wrong_value"),
        ("FREQ=YEARLY;BYEASTER=1", "unknown_part"), ("FREQ=DAILY;X-NAME=1", "unknown_part"),
        ("FREQ=DAILY;FREQ=WEEKLY", "repeated_part"), ("FREQ=DAILY;count=2;COUNT=3", "repeated_part"),
        ("FREQ=DAILY;UNTIL=tomorrow", "wrong_value"), ("FREQ=DAILY;UNTIL=20260230", "wrong_value"),
        ("FREQ=DAILY;UNTIL=20260228T250000Z", "wrong_value"), ("FREQ=DAILY;WKST=XX", "wrong_value"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "wrong_value"), ("FREQ=MONTHLY;BYMONTHDAY=32", "wrong_value"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,", "wrong_value"), ("FREQ=YEARLY;BYMONTH=13", "wrong_value"),
        ("FREQ=YEARLY;BYMONTH=-1", "wrong_value"), ("FREQ=YEARLY;BYYEARDAY=367", "wrong_value"),
        ("FREQ=MONTHLY;BYDAY=0MO", "wrong_value"), ("FREQ=MONTHLY;BYDAY=1", "wrong_value"),
        ("FREQ=MONTHLY;BYDAY=1XX", "wrong_value"), ("FREQ=YEARLY;BYDAY=54MO", "wrong_value"),
        ("FREQ=MONTHLY;BYDAY=6MO", "wrong_combination"), ("FREQ=YEARLY;BYMONTH=3;BYDAY=20MO", "wrong_combination"),
        ("FREQ=WEEKLY;BYDAY=1MO", "wrong_combination"), ("FREQ=DAILY;BYDAY=1MO", "wrong_combination"),
        ("FREQ=YEARLY;BYWEEKNO=2;BYDAY=1MO", "wrong_combination"), ("FREQ=MONTHLY;BYWEEKNO=2", "wrong_combination"),
        ("FREQ=MONTHLY;BYYEARDAY=2", "wrong_combination"), ("FREQ=WEEKLY;BYMONTHDAY=2", "wrong_combination"),
        ("FREQ=MONTHLY;BYSETPOS=1", "wrong_combination"), ("FREQ=DAILY;BYDAY=MO;BYSETPOS=1", "wrong_combination"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "unknown_rscale"), ("FREQ=MONTHLY;SKIP=FORWARD", "skip_without_rscale"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=UP", "wrong_value"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=BACKWARD", "skip_with_by"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no_dates"), ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "no_dates"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no_dates"), ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "no_dates"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "no_dates"), ("FREQ=YEARLY;INTERVAL=300;BYMONTH=1", "no_dates"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29", "no_dates"), ("FREQ=DAILY;UNTIL=20250330", "no_dates"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_planned_by_is_refused_by_name(rule: str, code: str) -> None:
    with pytest.raises(PlanningError) as refusal:
        occurrences(date(2025, 3, 31), rule, 12)

    assert (refusal.value.field, refusal.value.code) == ("rule", code)
    assert str(refusal.value).startswith("rule: ")


@pytest.mark.parametrize("count", [0, -1, MOST_DATES + 1])
def test_a_count_is_one_to_five_thousand(count: int) -> None:
    with pytest.raises(PlanningError) as refusal:
        occurrences(date(2025, 3, 31), "FREQ=DAILY", count)
    assert (refusal.value.field, refusal.value.code) == ("count", "wrong_count")


@pytest.mark.parametrize("anchor", [date.min, date(1799, 12, 31), date(2300, 1, 1), date.max])
def test_an_anchor_lies_in_years_that_people_plan_in(anchor: date) -> None:
    with pytest.raises(PlanningError) as refusal:
        occurrences(anchor, "FREQ=DAILY", 1)
    assert (refusal.value.field, refusal.value.code) == ("anchor", "out_of_range")


def test_every_reason_is_a_sentence_with_its_value() -> None:
    for code in REASONS:
        assert PlanningError("rule", code, "x" * 500).reason
    assert len(str(PlanningError("rule", "unreadable", "x" * 500))) < 200


ANCHORS = st.dates(date(1995, 1, 1), date(2105, 12, 31)) | st.sampled_from(
    [*days("2024-02-29", "2028-02-29", "2096-02-29", "2026-01-31", "2027-12-31", "2026-08-30", "2027-01-29")]
)


def by_walking(anchor: date, months: int, count: int) -> list[date]:
    """The anchor's day, or the last one of the month, in every so many months: one day after another."""
    found, on, month = [], anchor, 0
    while len(found) < count:
        tomorrow = on + timedelta(days=1)
        is_last = tomorrow.day == 1
        if month % months == 0 and (on.day == anchor.day or (is_last and on.day < anchor.day)):
            found.append(on)
        on, month = tomorrow, month + is_last
    return found


@examples(40, ci=600)
@given(ANCHORS, st.integers(1, 15), st.integers(1, 30))
def test_a_monthly_rule_is_what_a_walk_through_the_days_finds(anchor: date, months: int, count: int) -> None:
    assert occurrences(anchor, f"FREQ=MONTHLY;INTERVAL={months}", count) == by_walking(anchor, months, count)


@examples(30, ci=300)
@given(ANCHORS, st.integers(1, 4), st.integers(1, 9))
def test_a_yearly_rule_is_what_a_walk_through_the_days_finds(anchor: date, years: int, count: int) -> None:
    assert occurrences(anchor, f"FREQ=YEARLY;INTERVAL={years}", count) == by_walking(anchor, years * 12, count)


@examples(40, ci=600)
@given(ANCHORS, st.integers(1, 40), st.integers(1, 60))
def test_no_date_depends_on_how_many_are_asked_for(anchor: date, interval: int, count: int) -> None:
    for freq in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        rule = f"FREQ={freq};INTERVAL={interval}"
        assert occurrences(anchor, rule, count) == occurrences(anchor, rule, 61)[:count]


@examples(40, ci=600)
@given(
    ANCHORS, st.integers(1, 9), st.sets(st.integers(1, 12), max_size=4), st.sets(st.integers(0, 6), max_size=4),
    st.sets(st.integers(1, 31), max_size=6),
)  # fmt: skip
def test_a_daily_rule_with_by_parts_is_what_a_walk_through_the_days_finds(
    anchor: date, interval: int, by_month: set[int], by_day: set[int], by_month_day: set[int]
) -> None:
    parts = {
        "BYMONTH": map(str, by_month), "BYMONTHDAY": map(str, by_month_day),
        "BYDAY": (("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day] for day in by_day),
    }  # fmt: skip
    told = {name: ",".join(values) for name, values in parts.items()}
    rule = ";".join([f"FREQ=DAILY;INTERVAL={interval}", *(f"{name}={value}" for name, value in told.items() if value)])
    walked = (anchor + timedelta(days=n) for n in range(0, 2000, interval))
    expected = [on for on in walked if (not by_month or on.month in by_month) and (not by_day or on.weekday() in by_day)
                and (not by_month_day or on.day in by_month_day)]  # fmt: skip

    try:
        found = occurrences(anchor, rule, 5000)
    except PlanningError:
        found = []
    assert [on for on in found if on < anchor + timedelta(days=2000)] == expected


@pytest.mark.parametrize("number", [1, 2, 51, 52, 53])
def test_weeks_are_numbered_as_iso_8601_numbers_them(number: int) -> None:
    found = occurrences(date(1990, 1, 1), f"FREQ=YEARLY;BYWEEKNO={number};BYDAY=MO,TU,WE,TH,FR,SA,SU", 300)

    walked = (date(1990, 1, 1) + timedelta(days=n) for n in range((found[-1] - date(1990, 1, 1)).days + 1))
    assert found == [on for on in walked if on.isocalendar().week == number]


# The business days


@pytest.mark.parametrize(
    ("nominal", "is_working", "min_gap", "window", "expected"),
    [
        pytest.param(
            ["2026-01-31", "2026-02-28", "2026-03-31"], on_weekdays, 0, 7,
            [("2026-02-02", 2, ""), ("2026-03-02", 2, ""), ("2026-03-31", 0, "")], id="each from its own date",
        ),
        pytest.param(
            ["2026-03-06", "2026-03-07", "2026-03-08"], on_weekdays, 0, 7,
            [("2026-03-06", 0, ""), ("2026-03-09", 2, ""), ("2026-03-10", 2, "")], id="never two on one day",
        ),
        pytest.param(
            ["2026-03-02", "2026-03-05", "2026-03-30"], on_weekdays, 5, 7,
            [("2026-03-02", 0, ""), ("2026-03-09", 4, ""), ("2026-03-30", 0, "")], id="too near moves on, the next not",
        ),
        pytest.param(
            ["2026-03-02", "2026-03-03"], on_weekdays, 14, 7,
            [("2026-03-02", 0, ""), ("2026-03-16", 13, "outside_window")], id="the gap leads out of the window",
        ),
        pytest.param(
            ["2026-07-06", "2026-07-13", "2026-07-20"], but("2026-07-06", "2026-07-17"), 0, 7,
            [("2026-07-03", -3, ""), ("2026-07-20", 7, ""), ("2026-07-21", 1, "")], id="two weeks closed: back",
        ),
        pytest.param(
            ["2026-07-02", "2026-07-06"], but("2026-07-06", "2026-07-17"), 3, 7,
            [("2026-07-02", 0, ""), ("2026-07-20", 14, "outside_window")], id="back would be too near",
        ),
        pytest.param(
            ["2026-07-08"], but("2026-06-29", "2026-07-17"), 0, 7,
            [("2026-07-20", 12, "outside_window")], id="too long closed on both sides",
        ),
        pytest.param(
            ["2026-03-07"], on_weekdays, 0, 0, [("2026-03-09", 2, "outside_window")], id="no window",
        ),
        pytest.param(
            ["2026-03-07"], on_weekdays, 0, 1, [("2026-03-06", -1, "")], id="back where forward is too far",
        ),
        pytest.param(
            ["2026-03-07", "2026-03-08"], lambda _on: False, 3, 7,
            [("2026-03-07", 0, "no_working_day"), ("2026-03-10", 2, "no_working_day")], id="never a business day",
        ),
        pytest.param(["2026-03-07", "2026-03-07"], every_day, 0, 7,
                     [("2026-03-07", 0, ""), ("2026-03-08", 1, "")], id="the same date twice"),
        pytest.param([], on_weekdays, 0, 7, [], id="none"),
    ],
)  # fmt: skip
def test_a_revisit_is_planned_on_a_business_day(
    nominal: list[str], is_working: Callable[[date], bool], min_gap: int, window: int,
    expected: list[tuple[str, int, str]],
) -> None:  # fmt: skip
    planned = plan(days(*nominal), is_working, min_gap=min_gap, window=window)

    assert moved(planned) == expected
    assert [each.nominal for each in planned] == days(*nominal)


@pytest.mark.parametrize(("away", "problem"), [(FURTHEST, "outside_window"), (FURTHEST + 1, "no_working_day")])
def test_a_business_day_is_looked_for_a_year_ahead(away: int, problem: str) -> None:
    (only,) = plan(days("2026-03-02"), lambda on: on == date(2026, 3, 2) + timedelta(days=away))

    assert (only.problem, only.shift) == (problem, away if problem == "outside_window" else 0)


@pytest.mark.parametrize(
    ("nominal", "options", "field", "code"),
    [
        (["2026-03-02"], {"min_gap": -1}, "min_gap", "wrong_days"),
        (["2026-03-02"], {"window": -1}, "window", "wrong_days"),
        (["2026-03-02"], {"min_gap": 10**9}, "min_gap", "wrong_days"),
        (["2026-03-02", "2026-03-01"], {}, "nominal", "not_in_order"),
        (["9999-12-31", "9999-12-31"], {}, "nominal", "out_of_range"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(
    nominal: list[str], options: dict[str, int], field: str, code: str
) -> None:
    with pytest.raises(PlanningError) as refusal:
        plan(days(*nominal), every_day, **options)
    assert (refusal.value.field, refusal.value.code) == (field, code)


@cache
def business_days_of(country: str) -> Callable[[date], bool]:
    """Office hours without the country's public holidays."""
    closed = public_holidays(country, "", SINCE, UNTIL).days
    return working_days(Calendar("Europe/Vilnius", OFFICE, holidays=tuple(closed)))


NOMINAL = st.builds(
    occurrences,
    st.dates(date(SINCE, 1, 1), date(UNTIL - 3, 12, 31)),
    st.sampled_from([
        "FREQ=DAILY;INTERVAL=5", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=3",
        "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=1,5,10,12",
    ]),
    st.integers(1, 30),
)  # fmt: skip


@examples(120, ci=2000)
@given(
    NOMINAL, st.sampled_from(COUNTRIES), st.integers(0, 40), st.integers(0, 10),
    st.none() | st.tuples(st.dates(date(SINCE, 1, 1), date(UNTIL, 12, 31)), st.integers(1, 30)),
)  # fmt: skip
def test_what_is_planned_keeps_order_gap_window_and_business_days(
    nominal: list[date], country: str, min_gap: int, window: int, closure: tuple[date, int] | None
) -> None:
    def is_working(on: date) -> bool:
        is_closed = closure is not None and 0 <= (on - closure[0]).days < closure[1]
        return not is_closed and business_days_of(country)(on)

    planned = plan(nominal, is_working, min_gap=min_gap, window=window)

    assert [each.nominal for each in planned] == nominal
    gap = timedelta(days=max(1, min_gap))
    assert all(later.date - earlier.date >= gap for earlier, later in pairwise(planned))
    for number, each in enumerate(planned):
        earliest = planned[number - 1].date + gap if number else date.min
        assert each.shift == (each.date - each.nominal).days
        assert is_working(each.date)
        assert each.problem == ("outside_window" if abs(each.shift) > window else "")
        nearer = range(min(each.shift + 1, 1), window + 1) if each.shift < 0 else range(each.shift)
        others = (each.nominal + timedelta(days=n) for n in nearer)
        assert not any(is_working(on) and on >= earliest for on in others)
        if each.problem:
            others = (each.nominal - timedelta(days=n) for n in range(1, window + 1))
            assert not any(is_working(on) and on >= earliest for on in others)


@examples(40, ci=400)
@given(ANCHORS, st.integers(1, 12), st.sampled_from(COUNTRIES))
def test_shifts_do_not_add_up(anchor: date, months: int, country: str) -> None:
    nominal = occurrences(anchor, f"FREQ=MONTHLY;INTERVAL={months}", 30)

    together = plan(nominal, business_days_of(country))

    assert [each.date for each in together] == [plan([on], business_days_of(country))[0].date for on in nominal]


# The business days of a calendar


def test_a_holiday_is_none_and_a_date_with_hours_of_its_own_is_one() -> None:
    is_working = working_days(Calendar(
        "Europe/Vilnius", OFFICE, holidays=(date(2026, 3, 11),),
        exceptions=((date(2026, 3, 7), ((9 * HOUR, 10 * HOUR),)), (date(2026, 3, 12), ())),
    ))  # fmt: skip

    week = [date(2026, 3, 7) + timedelta(days=n) for n in range(7)]
    assert [on.day for on in week if is_working(on)] == [7, 9, 10, 13]


def test_a_night_shift_makes_a_business_day_of_the_day_it_ends_on() -> None:
    friday_night = ((),) * 4 + (((22 * HOUR, 30 * HOUR),), (), ())
    is_working = working_days(Calendar("Europe/Vilnius", friday_night))

    assert [on.day for on in (date(2026, 3, n) for n in range(2, 9)) if is_working(on)] == [6, 7]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "UTC"])
def test_a_date_is_one_of_the_calendars_zone(zone: str) -> None:
    midnights = (((0, HOUR),), (), (), (), (), (), ())
    is_working = working_days(Calendar(zone, midnights))

    assert [on.day for on in (date(2026, 3, n) for n in range(1, 10)) if is_working(on)] == [2, 9]


def test_a_date_that_a_zone_has_skipped_is_none() -> None:
    is_working = working_days(Calendar.always("Pacific/Apia"))

    assert [is_working(date(2011, 12, day)) for day in (29, 30, 31)] == [True, False, True]


def test_each_version_holds_from_its_day_on_and_the_first_since_ever() -> None:
    changed = parse_instant("2026-03-11T12:00:00+02:00")
    versions = [(changed, Calendar.always("Asia/Shanghai")), (0, Calendar("Europe/Vilnius", OFFICE))]
    is_working = working_days(versions)

    assert [on.day for on in (date(2026, 3, n) for n in range(6, 17)) if is_working(on)] == [
        6, 9, 10, 11, 12, 13, 14, 15, 16,
    ]  # fmt: skip
    assert working_days([(None, versions[1][1])])(date(1950, 3, 6))


def test_an_index_says_what_else_is_no_working_time() -> None:
    calendar = Calendar("Europe/Vilnius", OFFICE)
    window = (parse_instant("2026-03-10T00:00:00+02:00"), parse_instant("2026-03-11T10:00:00+02:00"))
    index = compile_calendar(Calendar("Europe/Vilnius", OFFICE, blackouts=(window,)))

    is_working = working_days(calendar, index)

    assert [is_working(date(2026, 3, day)) for day in (9, 10, 11)] == [True, False, True]


@pytest.mark.parametrize("on", [date.min, date(1800, 1, 1), date(2299, 12, 31), date.max])
def test_nothing_is_known_of_dates_that_are_far_away(on: date) -> None:
    assert not working_days(Calendar.always("UTC"))(on)
