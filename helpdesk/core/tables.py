"""Rows as CSV that a spreadsheet opens without carrying anything out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where the list separator is a semicolon, a spreadsheet begins a new cell behind it, whatever the file says.
_AFTER_SEPARATOR = re.compile("(?<=[;\t\r\n])(?=[ '\"]*[=+@＝＋－＠-])")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows under their columns; text that would be a formula gets an apostrophe in front, figures stay figures."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: plain_cell(value) for name, value in row.items()})
    return out.getvalue()


def plain_cell(value: Any) -> Any:
    """A value as a cell of CSV; text that would be a formula is text."""
    if not isinstance(value, str):
        return value
    plain = _AFTER_SEPARATOR.sub("'", value)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
