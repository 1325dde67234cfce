"""`threeline sla`: cases of working time, without a desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import typed

GOLDEN = Path(__file__).parents[2] / "docs" / "sla-golden.json"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {"timezone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in WEEK}, "holidays": [], "exceptions": {}}


def a_case(name: str, **expected: object) -> dict[str, object]:
    return {"id": name, "op": "due", "calendar": ALWAYS, "start": "2026-03-02T09:00:00Z", "seconds": 3600, **expected}


def a_file(folder: Path, *cases: object) -> str:
    path = folder / "cases.json"
    path.write_text(json.dumps(cases))
    return str(path)


def test_the_golden_cases_pass() -> None:
    told = typed(None, "sla", "check", str(GOLDEN))

    count = len(json.loads(GOLDEN.read_text()))
    assert (told.code, told.out) == (0, f"{count} passed, 0 failed\n")


def test_each_case_that_differs_is_told(tmp_path: Path) -> None:
    right, wrong = "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"

    told = typed(None, "sla", "check", a_file(tmp_path, a_case("right", expect=right), a_case("wrong", expect=wrong)))

    assert told.code == 1
    first, last = told.out.splitlines()
    assert first.startswith("wrong: ")
    assert right in first
    assert last == "1 passed, 1 failed"


def test_what_is_answered_to_each_case_is_printed(tmp_path: Path) -> None:
    told = typed(None, "sla", "eval", a_file(tmp_path, a_case("one"), {"id": "two", "op": "guess"}))

    one, two = told.document
    assert (one["id"], one["got"]) == ("one", "2026-03-02T10:00:00Z")
    assert "rejected" in two["got"]


def test_cases_come_from_standard_input() -> None:
    told = typed(None, "sla", "check", "-", given=json.dumps([a_case("one", expect="2026-03-02T10:00:00Z")]))

    assert told.out == "1 passed, 0 failed\n"


@pytest.mark.parametrize("command", ["check", "eval"])
def test_what_is_not_json_ends_with_65_and_a_missing_file_with_66(command: str, tmp_path: Path) -> None:
    assert typed(None, "sla", command, "-", given="{").code == 65
    assert typed(None, "sla", command, "-", given="[" * 100_000).code == 65
    assert typed(None, "sla", command, str(tmp_path / "none.json")).code == 66
