"""What one row says, by the mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.models.tickets import Channel, Priority, Status
from helpdesk.moving.mapping import parse_mapping
from helpdesk.moving.reading import MOST_WORDS, OTHER_WORDS, Reading, RowReader, Unreadable
from tests.moving.event_logs import a_mapping

ROW = {
    "case": "INC1", "time": "2026-03-02 09:00", "status": "Active", "team": "Field 2nd", "person": "Ona",
    "caller": "Jonas", "priority": "high", "channel": "Mail",
}  # fmt: skip


def read(row: dict[str, str] | None = None, **tables: Any) -> Reading:
    return _reader_and_values(row or {}, tables)[1]


def _reader_and_values(row: dict[str, str], tables: dict[str, Any]) -> tuple[RowReader, Reading]:
    mapping = parse_mapping(a_mapping(**tables))
    reader = RowReader(mapping)
    whole = ROW | row
    return reader, reader.read([whole[str(column)] for column in mapping.columns])


def test_a_row_is_told_in_our_words():
    reading = read()
    assert (reading.case, reading.status, reading.priority, reading.channel) == (
        "INC1", Status.OPEN, Priority.P1, Channel.EMAIL,
    )  # fmt: skip
    assert reading.time == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_words_of_our_own_need_no_map():
    assert read({"status": "waiting_vendor", "priority": "P2"}).status is Status.WAITING_VENDOR


def test_unknown_marks_say_nothing():
    reading = read({"status": "?", "team": "?", "priority": "", "channel": "?"})
    assert (reading.status, reading.team, reading.priority, reading.channel) == (None, "", None, None)


def test_a_field_can_have_unknown_marks_of_its_own():
    assert read({"team": "nobody"}, team={"column": "team", "unknown": ["nobody"]}).team == ""


def test_a_pattern_of_the_team_tells_the_line():
    line = {"column": "team", "patterns": [["3rd$", 3], ["2nd$", 2]], "default": 1}
    assert [read({"team": team}, line=line).line for team in ("G97 3rd", "V30 2nd", "D4", "?")] == [3, 2, 1, 1]


def test_a_pattern_can_take_over_a_part_of_what_it_finds():
    team = {"column": "team", "patterns": [[r"^(?P<name>.*) (2nd|3rd)$", r"\g<name>"]]}
    assert [read({"team": text}, team=team).team for text in ("V30 2nd", "D4")] == ["V30", "D4"]


def test_columns_can_be_joined_and_unknown_parts_are_left_out():
    status = {"columns": ["status", "team"], "join": "/", "map": {"Accepted/Wait": "waiting_client", "Queued": "new"}}
    assert read({"status": "Accepted", "team": "Wait"}, status=status).status is Status.WAITING_CLIENT
    assert read({"status": "Queued", "team": "?"}, status=status).status is Status.NEW


def test_a_status_that_the_mapping_does_not_know_is_open_keeps_its_word_and_is_counted():
    reader, reading = _reader_and_values({"status": "Parked"}, {})
    assert (reading.status, reading.sub_status) == (Status.OPEN, "Parked")
    assert reader.unmapped == {("status", "Parked"): 1}


def test_a_default_stands_for_what_is_not_known():
    status = {"column": "status", "default": "scheduled"}
    reader, reading = _reader_and_values({"status": "Parked"}, {"status": status})
    assert (reading.status, reading.sub_status) == (Status.SCHEDULED, "")
    assert not reader.unmapped


def test_a_priority_that_the_mapping_does_not_know_is_none_and_counted():
    reader, reading = _reader_and_values({"priority": "super"}, {})
    assert reading.priority is None
    assert reader.unmapped == {("priority", "super"): 1}


@pytest.mark.parametrize(
    ("text", "formats", "zone"),
    [
        ("2026-03-02T09:00:00Z", ["iso"], "Europe/Vilnius"),
        ("2026-03-02T11:00:00+02:00", ["iso"], "UTC"),
        ("2026-03-02 11:00", ["iso"], "Europe/Vilnius"),
        ("1772442000", ["epoch"], "Europe/Vilnius"),
        ("1772442000000", ["epoch_ms"], "Europe/Vilnius"),
        ("02.03.2026 11:00", ["iso", "%d.%m.%Y %H:%M"], "Europe/Vilnius"),
        ("2/3/2026 10:00 +0100", ["%d/%m/%Y %H:%M %z"], "UTC"),
    ],
)
def test_times_are_read_in_their_format_and_zone(text: str, formats: list[str], zone: str):
    reading = read({"time": text}, time={"column": "time", "formats": formats, "zone": zone})
    assert reading.time == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_summer_time_is_that_of_the_date():
    zone = {"column": "time", "zone": "Europe/Vilnius"}
    assert read({"time": "2026-07-02 12:00"}, time=zone).time == datetime(2026, 7, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "9999999999999999999", "0001-01-01T00:00+14:00"])
def test_a_time_that_is_none_makes_the_row_unreadable(text: str):
    with pytest.raises(Unreadable, match="is no time"):
        read({"time": text})


@pytest.mark.parametrize("name", ["case", "time"])
def test_a_row_without_case_or_time_is_unreadable(name: str):
    with pytest.raises(Unreadable, match=f"has no {name}"):
        read({name: "?"})


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("27", 27), ("3.0", 3), ("?", None)])
def test_counters_are_whole_numbers(text: str, number: int | None):
    assert read({"team": text}, reassignments={"column": "team"}).reassignments == number


@pytest.mark.parametrize("text", ["three", "-1", "1.5", "9" * 30, "٣"])
def test_a_counter_that_is_none_makes_the_row_unreadable(text: str):
    with pytest.raises(Unreadable, match=r"reassignments .* is no whole number"):
        read({"team": text}, reassignments={"column": "team"})


@pytest.mark.parametrize(("text", "answer"), [("TRUE", True), ("no", False), ("?", None), ("kept", True)])
def test_whether_the_sla_was_met_is_yes_or_no(text: str, answer: bool | None):
    assert read({"team": text}, sla_met={"column": "team", "map": {"kept": True}}).sla_met is answer


def test_yes_and_no_can_be_turned_round():
    breached = {"column": "team", "map": {"true": False, "false": True}}
    assert read({"team": "true"}, sla_met=breached).sla_met is False


def test_a_name_that_no_index_holds_makes_the_row_unreadable():
    with pytest.raises(Unreadable, match="caller is longer than 500"):
        read({"caller": "x" * 501})
    assert read({"team": "x" * 501}, team=None, subject={"column": "team"}).subject == "x" * 501


def test_words_without_a_meaning_are_counted_up_to_a_number_of_them():
    mapping = parse_mapping(a_mapping())
    reader = RowReader(mapping)
    for i in range(MOST_WORDS + 5):
        reader.read([(ROW | {"priority": str(i)})[str(column)] for column in mapping.columns])
    assert len(reader.unmapped) == MOST_WORDS + 1
    assert reader.unmapped["priority", OTHER_WORDS] == 5


def test_what_the_source_calls_things_is_kept():
    mapping = parse_mapping(a_mapping(raw={"columns": ["person"]}, message={"columns": ["team", "caller"]}))
    reader = RowReader(mapping)
    values = [(ROW | {"priority": "?"})[str(column)] for column in mapping.columns]
    assert reader.raw_of(values) == {"status": "Active", "priority": "?", "channel": "Mail", "person": "Ona"}
    assert reader.message_of(values) == [("team", "Field 2nd"), ("caller", "Jonas")]
