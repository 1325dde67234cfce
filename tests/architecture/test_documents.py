"""Documents that are made from the program say what the program does."""

from __future__ import annotations

import os
from pathlib import Path

from helpdesk.config import Config, describe

ROOT = Path(__file__).parents[2]
MARK = "<!-- settings: written by tests/architecture/test_documents.py, do not edit -->"


def test_the_settings_table_is_the_programs_own() -> None:
    path = ROOT / "docs" / "operations.md"
    text = path.read_text(encoding="utf-8")
    before, mark, after = text.partition(MARK)
    rows = ["", "| variable | default | meaning |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, _v, default, meaning in
             describe(Config())]  # fmt: skip
    expected = "\n".join(rows) + "\n"
    if os.environ.get("THREELINE_TEST_WRITE_DOCUMENTS"):
        path.write_text(before + mark + "\n" + expected, encoding="utf-8")

    assert after.strip() == expected.strip(), "run the tests once with THREELINE_TEST_WRITE_DOCUMENTS=1"
