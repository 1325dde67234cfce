"""`threeline revisits preview`: the dates of a rule, and the business days on which they would be planned."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.core.db import db
from helpdesk.core.standing import touch
from sla.models import CalendarVersion, Maintenance, WorkCalendar
from sla.worktime import parse_instant
from tests.aftersales.test_care import a_plan
from tests.aftersales.test_revisits import a_revisit
from tests.cast import OFFICE_HOURS, Cast
from tests.cli.conftest import Run, Threeline, typed


def previewed(threeline: Threeline, anchor: str, rule: str, *words: str) -> Run:
    return threeline("revisits", "preview", "--anchor", anchor, "--rule", rule, *words)


def shown(run: Run) -> list[tuple[str, int]]:
    return [(each["date"], each["shift"]) for each in run.document["revisits"]]


def test_the_dates_are_shifted_to_the_business_days_of_a_calendar(threeline: Threeline, cast: Cast) -> None:
    told = previewed(threeline, "2026-01-31", "FREQ=MONTHLY", "--count", "3", "--calendar", "office  HOURS", "--json")

    assert told.code == 0
    assert told.document == {
        "anchor": "2026-01-31", "rule": "FREQ=MONTHLY", "calendar": "Office hours", "min_gap": 0, "window": 7,
        "revisits": [
            {"number": 1, "nominal": "2026-01-31", "date": "2026-02-02", "shift": 2, "problem": None},
            {"number": 2, "nominal": "2026-02-28", "date": "2026-03-02", "shift": 2, "problem": None},
            {"number": 3, "nominal": "2026-03-31", "date": "2026-03-31", "shift": 0, "problem": None},
        ],
    }  # fmt: skip


def test_holidays_gap_and_window_count(threeline: Threeline, cast: Cast) -> None:
    words = ("--count", "3", "--calendar", "Office hours", "--min-gap", "9", "--window", "1", "--json")
    told = previewed(threeline, "2026-03-04", "FREQ=WEEKLY", *words).document

    assert (told["min_gap"], told["window"]) == (9, 1)
    # 11 March is a holiday of the cast's calendar, and 13 March the first day nine days after the one before.
    assert [(each["nominal"], each["date"], each["shift"], each["problem"]) for each in told["revisits"]] == [
        ("2026-03-04", "2026-03-04", 0, None),
        ("2026-03-11", "2026-03-13", 2, "outside_window"),
        ("2026-03-18", "2026-03-23", 5, "outside_window"),
    ]


def test_people_read_a_line_for_each_with_its_weekday(threeline: Threeline, cast: Cast) -> None:
    words = ("--count", "3", "--calendar", "Office hours", "--min-gap", "11", "--window", "1")
    told = previewed(threeline, "2026-03-06", "FREQ=DAILY;INTERVAL=8", *words)

    assert told.out.splitlines() == [
        "1  Fri 2026-03-06",
        "2  Tue 2026-03-17  3 days after Sat 2026-03-14  (outside of the window)",
        "3  Mon 2026-03-30  8 days after Sun 2026-03-22  (outside of the window)",
    ]
    back = previewed(threeline, "2026-03-07", "FREQ=DAILY", "--count", "1", "--calendar", "Office hours",
                     "--window", "1")  # fmt: skip
    assert back.out == "1  Fri 2026-03-06  1 day before Sat 2026-03-07\n"


def test_without_a_calendar_every_day_will_do_and_no_desk_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))

    told = typed(None, "revisits", "preview", "--anchor", "2024-02-29", "--rule", "RRULE:FREQ=YEARLY", "--json")

    assert told.document["calendar"] is None
    assert len(told.document["revisits"]) == 12
    assert shown(told)[:2] == [("2024-02-29", 0), ("2025-02-28", 0)]


def test_each_version_of_a_calendar_holds_from_its_day_on(threeline: Threeline, cast: Cast) -> None:
    calendar = WorkCalendar(name="Shop")
    db.session.add(calendar)
    db.session.flush()
    saturdays = {"timezone": "Europe/Vilnius", "weekly": {"sat": [["10:00", "14:00"]]}}
    for valid_from, content in ((0, OFFICE_HOURS), (parse_instant("2026-03-16T00:00:00+02:00"), saturdays)):
        db.session.add(CalendarVersion(calendar_id=calendar.id, valid_from=valid_from, content=content,
                                       content_hash="shop", recorded_at=0))  # fmt: skip
    touch()

    told = previewed(threeline, "2026-03-10", "FREQ=WEEKLY", "--count", "2", "--calendar", "Shop", "--json")

    assert shown(told) == [("2026-03-10", 0), ("2026-03-21", 4)]


def test_a_day_of_maintenance_is_no_business_day(threeline: Threeline, cast: Cast) -> None:
    since, until = (parse_instant(f"2026-03-{day}T00:00:00+02:00") for day in ("12", "13"))
    db.session.add(Maintenance(from_at=since, to_at=until, reason="Moving", calendar_ids=[], recorded_at=0))
    touch()

    told = previewed(threeline, "2026-03-12", "FREQ=DAILY", "--count", "1", "--calendar", "Office hours", "--json")

    assert shown(told) == [("2026-03-13", 1)]


def test_an_unknown_calendar_ends_with_66_and_the_names_of_the_others(threeline: Threeline, cast: Cast) -> None:
    told = previewed(threeline, "2026-03-10", "FREQ=WEEKLY", "--calendar", "Night shift", "--json")

    assert (told.code, told.out) == (66, "")
    assert "--calendar" in told.err
    assert "'Night shift'" in told.err
    assert "Office hours" in told.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--anchor", "31.1.2026"), ("--anchor", "2026-02-30"), ("--anchor", "20260131"), ("--anchor", "1066-10-14"),
     ("--rule", "monthly"), ("--rule", "FREQ=HOURLY"), ("--rule", "FREQ=DAILY;BYHOUR=9"),
     ("--rule", "FREQ=DAILY;INTERVAL=0"), ("--rule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
     ("--rule", "DTSTART:20260101\nRRULE:FREQ=DAILY"), ("--count", "0"), ("--count", "5001"), ("--min-gap", "-1"),
     ("--window", "-1")],
)  # fmt: skip
def test_what_cannot_be_used_ends_with_65_and_names_the_option(option: str, value: str) -> None:
    options = {"--anchor": "2026-01-31", "--rule": "FREQ=MONTHLY", option: value}
    told = typed(None, "revisits", "preview", *(word for pair in options.items() for word in pair))

    assert (told.code, told.out) == (65, "")
    assert told.err.startswith(f"threeline: {option}: ")
    assert told.err.endswith(".\n")


def test_a_plan_is_put_to_work_and_its_revisits_live(threeline: Threeline, cast: Cast) -> None:
    a_plan(cast)
    ona = ("--as", "ona@desk.example", "--json")
    assert threeline("care", "plans", *ona).document["care_plans"][0]["name"] == "Standard care"
    begun = threeline("care", "start", "klinika", "--plan", "standard care", "--from", "2026-03-02", *ona)
    assert begun.document["organisation_id"] == cast.klinika.id
    listed = threeline("revisits", "list", "--until", "2026-04-01", "--organisation", "Klinika", *ona).document
    assert [each["planned_on"] for each in listed["revisits"]] == ["2026-03-05", "2026-03-09"]
    number = str(listed["revisits"][0]["id"])
    assert threeline("revisits", "confirm", number, *ona).document["state"] == "confirmed"
    moved = threeline("revisits", "move", number, "--on", "2026-03-06", "--at", "10:00", "--reason", "Snow", *ona)
    assert moved.document["starts_at"] == "2026-03-06T08:00:00Z"
    other = str(listed["revisits"][1]["id"])
    ended = threeline("revisits", "end", other, "--reason", "No time", "--by-client", *ona).document
    assert (ended["state"], ended["reason"]) == ("refused", "No time")
    done = threeline("revisits", "done", str(moved.document["id"]), "--summary", "Well", "--need", "upgrade:Firmware",
                     "--referral", "Kauno baldai", *ona)  # fmt: skip
    assert done.document["outcome"]["summary"] == "Well"


@pytest.mark.parametrize(
    "words",
    [
        ("move", "1", "--on", "2026-03-06", "--at", "late"), ("done", "1", "--summary", "x", "--need", "x"),
        ("list", "--organisation", "Nobody"), ("confirm", "999999"), ("move", "1", "--on", "soon"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_or_found_is_said(threeline: Threeline, cast: Cast, words: tuple[str, ...]) -> None:
    told = threeline("revisits", *words, "--as", "ona@desk.example")
    assert told.code != 0 and told.err


def test_a_stranger_lists_nothing(threeline: Threeline, cast: Cast) -> None:
    revisit = a_revisit(cast)
    marek = ("--as", "marek@strangers.example")
    assert threeline("revisits", "list", *marek, "--json").document == {"revisits": []}
    assert threeline("revisits", "confirm", str(revisit.id), *marek).code != 0
