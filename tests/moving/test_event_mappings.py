"""A mapping is refused whole, with every mistake named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from helpdesk.core.errors import Invalid
from helpdesk.models.tickets import Status
from helpdesk.moving.mapping import SHIPPED, load_mapping, parse_mapping
from tests.moving.event_logs import a_mapping


def mistakes(**tables: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as refused:
        parse_mapping(a_mapping(**tables))
    return refused.value.errors


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_mapping_can_be_used_by_its_name(path: Path):
    assert load_mapping(path.stem) == load_mapping(path)


def test_columns_are_gathered_once_each():
    mapping = parse_mapping(
        a_mapping(line={"column": "team", "patterns": [["3rd", 3]]}, raw={"columns": ["x", "team"]})
    )
    assert mapping.columns.count("team") == 1
    assert mapping.columns[-1] == "x"


def test_the_statuses_of_first_and_last_rows_are_read():
    mapping = parse_mapping(a_mapping(status={"value": "open", "first": "new", "last": "closed"}))
    assert (mapping.first_status, mapping.last_status) == (Status.NEW, Status.CLOSED)


def test_case_and_time_are_needed():
    assert set(mistakes(case=None, time=None)) == {"case", "time"}


def test_all_mistakes_are_told_at_once():
    found = mistakes(log={"zone": "Vilnius", "delimiter": ";;"}, status={"column": "s", "map": {"a": "done"}}, tem={})
    assert set(found) == {"log.zone", "log.delimiter", "status.map", "tem"}


@pytest.mark.parametrize(
    ("table", "content", "where"),
    [
        ("log", {"separator": ";"}, "log.separator"),
        ("log", {"format": "json"}, "log.format"),
        ("log", {"quote": ","}, "log.quote"),
        ("log", {"encoding": "utf-99"}, "log.encoding"),
        ("log", {"header": "no"}, "log.header"),
        ("log", {"times": ["yyyy-mm-dd"]}, "log.times"),
        ("log", {"times": []}, "log.times"),
        ("log", {"unknown": "?"}, "log.unknown"),
        ("log", {"language": "tlh"}, "log.language"),
        ("log", "csv", "log"),
        ("status", {"column": "s", "map": {"gone": "merged"}}, "status.map"),
        ("status", {"column": "s", "map": ["open"]}, "status.map"),
        ("log", {"order": "size"}, "log.order"),
        ("status", {"column": "s", "first": "begun"}, "status.first"),
        ("status", {"column": "s", "last": "unchanged"}, "status.last"),
        ("priority", {"column": "p", "default": "unchanged"}, "priority.default"),
        ("status", {"column": "s", "colour": "red"}, "status.colour"),
        ("priority", {"column": "p", "default": "P5"}, "priority.default"),
        ("channel", {"value": "fax"}, "channel.value"),
        ("channel", {"value": "phone", "column": "c"}, "channel"),
        ("channel", {}, "channel"),
        ("team", {"column": "t", "columns": ["u"]}, "team"),
        ("team", {"columns": "t"}, "team.columns"),
        ("team", {"column": 0}, "team"),
        ("team", {"column": True}, "team"),
        ("team", {"column": "t", "patterns": [["(", "x"]]}, "team.patterns"),
        ("team", {"column": "t", "patterns": [["a", r"\1"]]}, "team.patterns"),
        ("team", {"column": "t", "patterns": [["a", r"\g<b>"]]}, "team.patterns"),
        ("team", {"column": "t", "patterns": {"a": "b"}}, "team.patterns"),
        ("line", {"column": "t", "patterns": [["3rd", 4]]}, "line.patterns"),
        ("opened", {"column": "o", "map": {"a": "b"}}, "opened.map"),
        ("opened", {"column": "o", "zone": 2}, "opened.zone"),
        ("reassignments", {"column": "n", "default": 0}, "reassignments.default"),
        ("raw", {"column": "r"}, "raw.column"),
    ],
)
def test_a_mistake_is_named_by_its_place(table: str, content: Any, where: str):
    assert where in mistakes(**{table: content})


def test_without_a_header_columns_have_numbers():
    assert "team" in mistakes(log={"header": False}, case={"column": 1})


def test_in_xes_columns_have_names():
    assert mistakes(log={"format": "xes"}, case={"column": 1})["case"]


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path):
    path = tmp_path / "mapping.toml"
    path.write_text("[case\n")
    with pytest.raises(Invalid, match="is not TOML"):
        load_mapping(path)


def test_a_missing_file_is_refused_with_the_shipped_ones_named(tmp_path: Path):
    with pytest.raises(Invalid, match="Shipped mappings: helpdesk_it, rabobank, servicenow, vinst, vinst_xes"):
        load_mapping(tmp_path / "none.toml")


def test_the_examples_of_the_guide_are_mappings():
    guide = Path(__file__).parents[2] / "docs" / "imports.md"
    examples = [block.partition("```")[0] for block in guide.read_text(encoding="utf-8").split("```toml\n")[1:]]
    whole = [example for example in examples if "[case]" in example]
    assert whole
    for example in whole:
        parse_mapping(tomllib.loads(example))
