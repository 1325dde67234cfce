"""Calendars and instants as text: what is read, what is written, and what is refused with which words."""

from __future__ import annotations

import json
import pickle
import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from sla.worktime import (
    REASONS,
    Calendar,
    WorktimeError,
    compile_calendar,
    format_instant,
    parse_instant,
    refuse_overlaps,
    tzdata_version,
)
from tests.sla.sla_strategies import Scene, examples, scenes

VILNIUS = {"timezone": "Europe/Vilnius"}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31T19:30:00-04:30", 0),
        ("1970-01-01 00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01T02:00+02", 0),
        ("1970-01-01T02:00+0200", 0),
        ("1970-01-01T00:19:32+00:19:32", 0),
        ("1970-01-01T00:00:00.999999999Z", 0),
        ("1969-12-31T23:59:58,5Z", -2),
        ("2026-03-09T11:30:00+01:00", 1_773_052_200),
        ("2024-02-29T00:00:00Z", 1_709_164_800),
    ],
)
def test_an_instant_is_read(text: str, instant: int) -> None:
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-09T11:30:00", "naive_instant"),
        ("2026-03-09T11:30", "naive_instant"),
        ("2026-03-09", "malformed_instant"),
        ("2026-02-30T00:00:00Z", "malformed_instant"),
        ("2026-03-09T25:00:00Z", "malformed_instant"),
        ("2026-03-09T24:00:00Z", "malformed_instant"),
        ("2026-03-09T11:60:00Z", "malformed_instant"),
        ("2026-03-09T11:30:00+25:00", "malformed_instant"),
        ("0000-03-09T11:30:00Z", "malformed_instant"),
        ("2026-W11-1T11:30:00Z", "malformed_instant"),
        ("٢٠٢٦-03-09T11:30:00Z", "malformed_instant"),
        (" 2026-03-09T11:30:00Z", "malformed_instant"),
        ("2026-03-09T11:30:00Z\n", "malformed_instant"),
        ("", "malformed_instant"),
        (None, "malformed_instant"),
        (1_773_052_200, "malformed_instant"),
    ],
)
def test_what_is_no_instant_is_refused(text: object, code: str) -> None:
    with pytest.raises(WorktimeError) as refusal:
        parse_instant(text, "start")

    assert (refusal.value.path, refusal.value.code) == ("start", code)


@pytest.mark.parametrize(
    ("instant", "text"),
    [(0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (-62_135_596_800, "0001-01-01T00:00:00Z")],
)
def test_an_instant_is_written_in_utc(instant: int, text: str) -> None:
    assert format_instant(instant) == text
    assert parse_instant(text) == instant


def test_an_instant_that_no_calendar_knows_is_not_written() -> None:
    with pytest.raises(WorktimeError) as refusal:
        format_instant(1 << 60)

    assert refusal.value.code == "out_of_range"


@pytest.mark.parametrize(
    ("calendar", "path", "code"),
    [
        (None, "calendar", "not_an_object"),
        ([], "calendar", "not_an_object"),
        ({}, "timezone", "missing"),
        ({"timezone": None}, "timezone", "unknown_zone"),
        ({"timezone": "Europe/Vilna"}, "timezone", "unknown_zone"),
        ({"timezone": "Europe"}, "timezone", "unknown_zone"),
        ({"timezone": ""}, "timezone", "unknown_zone"),
        ({"timezone": "../../etc/passwd"}, "timezone", "unknown_zone"),
        ({"timezone": "/etc/localtime"}, "timezone", "unknown_zone"),
        ({"timezone": "localtime"}, "timezone", "unknown_zone"),
        ({"timezone": "right/Europe/Vilnius"}, "timezone", "unknown_zone"),
        ({"timezone": "zone.tab"}, "timezone", "unknown_zone"),
        ({"timezone": "Europe/Vilnius\0"}, "timezone", "unknown_zone"),
        ({"timezone": "\ud800"}, "timezone", "unknown_zone"),
        ({"timezone": "x" * 5000}, "timezone", "unknown_zone"),
        ({"timezone": "+02:00"}, "timezone", "unknown_zone"),
        (VILNIUS | {"holiday": ["2026-01-01"]}, "holiday", "unknown_field"),
        (VILNIUS | {"weekly": []}, "weekly", "not_an_object"),
        (VILNIUS | {"weekly": {"monday": []}}, "weekly.monday", "unknown_weekday"),
        (VILNIUS | {"weekly": {"Mon": []}}, "weekly.Mon", "unknown_weekday"),
        (VILNIUS | {"weekly": {"mon": "09:00-17:00"}}, "weekly.mon", "not_a_list"),
        (VILNIUS | {"weekly": {"mon": ["09:00", "17:00"]}}, "weekly.mon[0]", "malformed_span"),
        (VILNIUS | {"weekly": {"mon": [["09:00"]]}}, "weekly.mon[0]", "malformed_span"),
        (VILNIUS | {"weekly": {"mon": [["09:00", "12:00", "13:00"]]}}, "weekly.mon[0]", "malformed_span"),
        (VILNIUS | {"weekly": {"mon": [["09:00", "25:00"]]}}, "weekly.mon[0]", "malformed_time"),
        (VILNIUS | {"weekly": {"mon": [["09:00", "24:01"]]}}, "weekly.mon[0]", "malformed_time"),
        (VILNIUS | {"weekly": {"mon": [["9:00", "17:00"]]}}, "weekly.mon[0]", "malformed_time"),
        (VILNIUS | {"weekly": {"mon": [["09:00", "17:60"]]}}, "weekly.mon[0]", "malformed_time"),
        (VILNIUS | {"weekly": {"mon": [["09:00", 17]]}}, "weekly.mon[0]", "malformed_time"),
        (VILNIUS | {"weekly": {"mon": [["24:00", "06:00"]]}}, "weekly.mon[0]", "malformed_time"),
        (VILNIUS | {"weekly": {"mon": [["08:00", "09:00"], ["10:00", "10:00"]]}}, "weekly.mon[1]", "empty_span"),
        (VILNIUS | {"weekly": {"mon": [["00:00", "00:00"]]}}, "weekly.mon[0]", "empty_span"),
        (VILNIUS | {"holidays": {}}, "holidays", "not_a_list"),
        (VILNIUS | {"holidays": ["2026-01-01", "2026-02-30"]}, "holidays[1]", "malformed_date"),
        (VILNIUS | {"holidays": ["20260101"]}, "holidays[0]", "malformed_date"),
        (VILNIUS | {"holidays": ["12-25"]}, "holidays[0]", "malformed_date"),
        (VILNIUS | {"holidays": [None]}, "holidays[0]", "malformed_date"),
        (VILNIUS | {"exceptions": []}, "exceptions", "not_an_object"),
        (VILNIUS | {"exceptions": {"2026-13-01": []}}, "exceptions.2026-13-01", "malformed_date"),
        (VILNIUS | {"exceptions": {"2026-12-24": None}}, "exceptions.2026-12-24", "not_a_list"),
        (VILNIUS | {"exceptions": {"2026-12-24": [["9", "12:00"]]}}, "exceptions.2026-12-24[0]", "malformed_time"),
        (VILNIUS | {"blackouts": [["2026-01-01T00:00:00", "2026-01-02T00:00:00Z"]]}, "blackouts[0]", "naive_instant"),
        (VILNIUS | {"blackouts": [["2026-01-02T00:00:00Z"] * 2]}, "blackouts[0]", "empty_span"),
        (VILNIUS | {"blackouts": [["2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"]]}, "blackouts[0]", "reversed_span"),
        (VILNIUS | {"blackouts": ["2026-01-02T00:00:00Z"]}, "blackouts[0]", "malformed_span"),
    ],
)
def test_a_wrong_calendar_is_refused_by_its_field(calendar: object, path: str, code: str) -> None:
    with pytest.raises(WorktimeError) as refusal:
        Calendar.from_json(calendar)

    assert (refusal.value.path, refusal.value.code) == (path, code)
    assert str(refusal.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone", "unknown_zone"),
        ({"weekly": ()}, "weekly", "malformed_week"),
        ({"weekly": (((0, 0),),) * 7}, "weekly.mon[0]", "empty_span"),
        ({"weekly": (((7200, 3600),),) * 7}, "weekly.mon[0]", "reversed_span"),
        ({"weekly": (((86_400, 90_000),),) * 7}, "weekly.mon[0]", "malformed_time"),
        ({"weekly": (((3600, 90_000),),) * 7}, "weekly.mon[0]", "long_interval"),
        ({"exceptions": ((date(2026, 1, 2), ((0, 0),)),)}, "exceptions.2026-01-02[0]", "empty_span"),
        ({"exceptions": ((date(2026, 1, 2), ()),) * 2}, "exceptions.2026-01-02", "repeated_date"),
        ({"blackouts": ((0, 0),)}, "blackouts[0]", "empty_span"),
    ],
)
def test_a_wrong_calendar_is_refused_however_it_is_made(fields: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(WorktimeError) as refusal:
        Calendar(**({"timezone": "Europe/Vilnius"} | fields))

    assert (refusal.value.path, refusal.value.code) == (path, code)


def test_a_refusal_names_the_field_and_what_stands_there() -> None:
    with pytest.raises(WorktimeError) as refusal:
        Calendar.from_json(VILNIUS | {"weekly": {"mon": [["09:00", "25:00"]]}})

    assert str(refusal.value) == (
        "weekly.mon[0]: '25:00' is not a time of day such as 09:00, 17:30:15 or, at the end, 24:00"
    )


def test_a_refusal_survives_the_way_to_another_process() -> None:
    refusal = pickle.loads(pickle.dumps(WorktimeError("timezone", "unknown_zone", "Mars/Olympus")))

    assert str(refusal) == str(WorktimeError("timezone", "unknown_zone", "Mars/Olympus"))


def test_every_reason_is_one_line() -> None:
    for code, reason in REASONS.items():
        assert str(WorktimeError("field", code, "value")) == f"field: {reason.format(repr('value'))}"


def test_a_calendar_is_written_in_one_way_only() -> None:
    written = Calendar.from_json(
        {
            "holidays": ["2026-12-26", "2026-12-25", "2026-12-26"],
            "exceptions": {"2026-12-31": [], "2026-12-24": [["09:00:00", "12:00:30"]]},
            "blackouts": [
                ["2026-05-02T00:00:00+02:00", "2026-05-03T00:00:00+02:00"],
                ["2026-05-01T00:00:00+02:00", "2026-05-01T01:00:00.5+02:00"],
            ],
            "weekly": {"sat": [], "fri": [["22:00", "06:00"]], "mon": [["13:00", "00:00"], ["09:00", "12:00"]]},
            "timezone": "Europe/Vilnius",
        }
    ).to_json()

    assert written == {
        "timezone": "Europe/Vilnius",
        "weekly": {"mon": [["13:00", "24:00"], ["09:00", "12:00"]], "fri": [["22:00", "06:00"]]},
        "holidays": ["2026-12-25", "2026-12-26"],
        "exceptions": {"2026-12-24": [["09:00", "12:00:30"]], "2026-12-31": []},
        "blackouts": [
            ["2026-04-30T22:00:00Z", "2026-04-30T23:00:00Z"],
            ["2026-05-01T22:00:00Z", "2026-05-02T22:00:00Z"],
        ],
    }
    assert json.dumps(written["weekly"]).index("mon") < json.dumps(written["weekly"]).index("fri")


@examples(60, ci=500)
@given(scenes(step=1))
def test_a_calendar_reads_back_as_it_was_written(scene: Scene) -> None:
    calendar = Calendar.from_json(scene.calendar)

    text = json.dumps(calendar.to_json())

    again = Calendar.from_json(json.loads(text))
    assert again == calendar
    assert hash(again) == hash(calendar)
    assert json.dumps(again.to_json()) == text


def test_always_is_every_hour_of_every_day() -> None:
    assert Calendar.always("Asia/Shanghai") == Calendar.from_json(
        {
            "timezone": "Asia/Shanghai",
            "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
        }
    )


@pytest.mark.parametrize(
    ("hours", "path", "code"),
    [
        ({"weekly": {"mon": [["09:00", "12:00"], ["11:00", "18:00"]]}}, "weekly.mon[1]", "overlap"),
        ({"weekly": {"mon": [["13:00", "18:00"], ["09:00", "12:00"]]}}, "weekly.mon[1]", "unsorted"),
        ({"weekly": {"mon": [["22:00", "06:00"]], "tue": [["05:00", "07:00"]]}}, "weekly.tue[0]", "overlap"),
        ({"weekly": {"sun": [["22:00", "06:00"]], "mon": [["05:59:59", "07:00"]]}}, "weekly.mon[0]", "overlap"),
        ({"exceptions": {"2026-12-24": [["09:00", "12:00"]] * 2}}, "exceptions.2026-12-24[1]", "overlap"),
    ],
)
def test_a_form_may_refuse_what_the_engine_unites(hours: dict[str, Any], path: str, code: str) -> None:
    calendar = Calendar.from_json(VILNIUS | hours)

    with pytest.raises(WorktimeError) as refusal:
        refuse_overlaps(calendar)

    assert (refusal.value.path, refusal.value.code) == (path, code)


def test_intervals_that_only_touch_are_no_overlap() -> None:
    refuse_overlaps(
        Calendar.from_json(
            VILNIUS
            | {"weekly": {"mon": [["09:00", "12:00"], ["12:00", "06:00"]], "tue": [["06:00", "07:00"]], "wed": []}}
        )
    )


@pytest.fixture
def zone_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of zones in which it is always Greenwich time in Vilnius."""
    greenwich = next(Path(folder, "Etc", "UTC") for folder in zoneinfo.TZPATH if Path(folder, "Etc", "UTC").is_file())
    for name in ("Etc/UTC", "Europe/Vilnius"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(greenwich, tmp_path / name)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[tmp_path])
    yield tmp_path
    zoneinfo.reset_tzpath(to=before)


def test_the_release_of_the_zones_is_known_by_its_name() -> None:
    assert tzdata_version()[:2] == "20"
    assert tzdata_version()[4:].isalpha()


def test_zones_of_the_package_have_a_release_too() -> None:
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[])
    try:
        assert tzdata_version()[:2] == "20"
    finally:
        zoneinfo.reset_tzpath(to=before)


def test_zones_without_a_name_are_known_by_their_content(zone_folder: Path) -> None:
    assert tzdata_version().startswith("sha256:")


def test_zones_may_name_their_release_as_the_bsds_do(zone_folder: Path) -> None:
    (zone_folder / "+VERSION").write_text("2031b\n")

    assert tzdata_version() == "2031b"


def test_new_zones_are_a_new_calendar(request: pytest.FixtureRequest) -> None:
    calendar = Calendar.from_json(VILNIUS | {"weekly": {"mon": [["09:00", "10:00"]]}})
    opening = compile_calendar(calendar).next_opening(parse_instant("2026-03-09T00:00:00Z"))

    request.getfixturevalue("zone_folder")

    assert opening == parse_instant("2026-03-09T07:00:00Z")
    moved = compile_calendar(calendar).next_opening(parse_instant("2026-03-09T00:00:00Z"))
    assert moved == parse_instant("2026-03-09T09:00:00Z")
