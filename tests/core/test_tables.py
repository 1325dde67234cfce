"""Rows as CSV: no cell is a formula, whatever the spreadsheet takes for a separator."""

from __future__ import annotations

import pytest

from helpdesk.core.tables import csv_text


@pytest.mark.parametrize(("value", "written"), [
    ("=1+1", "'=1+1"), ("＝1+1", "'＝1+1"), ("a;=1+1", "a;'=1+1"), ("a; =1+1", "a;' =1+1"), ("plain", "plain"),
    ("a;b - c", "a;b - c"), (-5, "-5"), ("mail@example.com", "mail@example.com"), (";@x", ";'@x"),
])  # fmt: skip
def test_text_is_never_a_formula(value: object, written: str) -> None:
    assert csv_text(["cell"], [{"cell": value}]) == f"cell\n{written}\n"
