"""Event logs as CSV (RFC 4180), read so that a broken line costs itself and nothing after it.

1. Lines end in LF, CRLF or CR; a byte order mark is no part of the first name; a blank line is no row.
2. A quote that nobody closes would swallow what follows. When a record over several lines does not fit the header, only
   its first line is set aside, and reading goes on with the line after it.
3. Set aside is also what has another number of fields than the header, a NUL, or bytes of another encoding.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from helpdesk.core.errors import Invalid
from helpdesk.moving.mapping import Column, Layout
from helpdesk.moving.rows import SetAside, SourceRow, missing_columns, unreadable

LONGEST_RECORD = 500  # lines; a quoted text may be long, an unclosed quote must not read on to the end of the file
LONGEST_LINE = 1 << 20  # characters


def read_csv(stream: BinaryIO, layout: Layout, columns: tuple[Column, ...]) -> Iterator[SourceRow | SetAside]:
    """The rows of a CSV log; Invalid where it has no header, or lacks one of these columns."""
    # `utf-8` as people say it includes the mark that spreadsheets put in front.
    encoding = "utf-8-sig" if layout.encoding.lower().replace("_", "-") in ("utf-8", "utf8") else layout.encoding
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    lines = _Lines(text)
    places: list[int] | None = None
    try:
        for record in _records(lines, layout):
            if isinstance(record, SetAside):
                if places is None and layout.header:
                    raise unreadable(f"The header on line {record.line} cannot be read: {record.reason}")
                yield record
                continue
            is_header = places is None and layout.header
            if places is None:
                places = _places(columns, [name.strip() for name in record[1]], layout)
            if not is_header:
                yield _row(record, places)
        if places is None:
            raise unreadable("The file is empty.")
    except UnicodeError as error:
        raise unreadable(f"After line {lines.number} the file is not {layout.encoding}: {error}.") from error
    finally:
        text.detach()  # whoever opened the stream closes it


_Record = tuple[int, list[str]]


def _row(record: _Record, places: Sequence[int]) -> SourceRow:
    line, fields = record
    return SourceRow(line, tuple([fields[place].strip() for place in places]))


def _places(columns: Sequence[Column], header: Sequence[str], layout: Layout) -> list[int]:
    """Where in a record these columns stand, from 0."""
    missing = [
        str(c) for c in columns if (c > len(header) if isinstance(c, int) else not layout.header or c not in header)
    ]
    if missing:
        raise missing_columns(missing, list(header) if layout.header else [f"1 to {len(header)}"])
    if twice := [c for c in columns if isinstance(c, str) and header.count(c) > 1]:
        complaint = f"The header has {twice[0]!r} more than once; name the column by its number from 1."
        raise Invalid({"mapping": [complaint]}, complaint, code="missing_column")
    return [c - 1 if isinstance(c, int) else header.index(c) for c in columns]


class _Lines:
    """The lines of a file, with those of the current record at hand, so that they can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._returned: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0  # of the last line before the current record

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LONGEST_RECORD:
            raise StopIteration
        line = self._returned.popleft() if self._returned else self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.taken.append(line)
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            self._skip_rest_of_line()
        return line

    def keep(self) -> None:
        """The lines taken were one record."""
        self.number += len(self.taken)
        self.taken.clear()

    def give_back(self) -> None:
        """The lines taken were none: the first is done with, the others are read again."""
        self.number += 1
        self._returned.extendleft(reversed(self.taken[1:]))
        self.taken.clear()

    def _skip_rest_of_line(self) -> None:
        while rest := self._text.readline(LONGEST_LINE):
            if rest.endswith(("\n", "\r")):
                return


def _records(lines: _Lines, layout: Layout) -> Iterator[_Record | SetAside]:
    reader = csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote, strict=True)
    width = 0
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            fields, complaint = [], f"It is no CSV: {error}."
        else:
            if fields is None and not lines.taken:
                return
            complaint = _complaint(fields or [], lines.taken, width)
        if complaint:
            yield SetAside(lines.number + 1, complaint)
            lines.give_back()
            continue
        if fields:
            width = width or len(fields)
            yield lines.number + 1, fields
        lines.keep()


def _complaint(fields: Sequence[str], taken: Sequence[str], width: int) -> str:
    """What is wrong with a record, or nothing; a blank line is none."""
    if not fields:
        return ""
    for line in taken:
        if "\0" in line:
            return "It holds a NUL character."
        if len(line) >= LONGEST_LINE:
            return f"It is longer than {LONGEST_LINE} characters."
        if not line.isascii() and any("\udc80" <= c <= "\udcff" for c in line):
            return "It holds bytes of another encoding."
    if width and len(fields) != width:
        return f"It has {len(fields)} fields where the header has {width}."
    return ""
