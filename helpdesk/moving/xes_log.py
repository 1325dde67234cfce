"""Event logs as XES (IEEE 1849), read by a stream parser that refuses entity declarations.

Attributes of an event are columns by their key (`concept:name`), those of its trace by `case:` and their key. Nested
attributes, globals, classifiers and extensions are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from helpdesk.moving.mapping import Column, Layout
from helpdesk.moving.rows import SetAside, SourceRow, missing_columns, unreadable

CHUNK = 1 << 16
CASE_PREFIX = "case:"


def read_xes(stream: BinaryIO, _layout: Layout, columns: tuple[Column, ...]) -> Iterator[SourceRow | SetAside]:
    """The events of an XES log; Invalid where it is not well-formed, or where no event has one of these columns."""
    log = _Log()
    wanted = [str(column) for column in columns]
    is_last = False
    while not is_last:
        chunk = stream.read(CHUNK)
        is_last = not chunk
        try:
            log.parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise unreadable(f"Line {error.lineno} is not well-formed XML: {error}.") from error
        for line, values in log.events:
            yield SourceRow(line, tuple([values.get(name, "") for name in wanted]))
        log.events.clear()
    if missing := [name for name in wanted if name not in log.keys]:
        raise missing_columns(missing, sorted(log.keys))


class _Log:
    """The handlers of the parser; `events` fills up with what is complete."""

    def __init__(self) -> None:
        self.events: list[tuple[int, dict[str, str]]] = []
        self.keys: set[str] = set()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._refuse
        self._path: list[str] = []
        self._case: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._line = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        parent = self._path[-1] if self._path else ""
        self._path.append(tag)
        if tag == "trace":
            self._case = {}
        elif tag == "event":
            self._event, self._line = dict(self._case), self.parser.CurrentLineNumber
        elif parent in ("trace", "event") and "key" in attributes:
            key, value = attributes["key"], attributes.get("value", "").strip()
            if parent == "trace":
                self._case[CASE_PREFIX + key] = value
                self.keys.add(CASE_PREFIX + key)
            else:
                self._event[key] = value
                self.keys.add(key)

    def _end(self, _name: str) -> None:
        if self._path.pop() == "event":
            self.events.append((self._line, self._event))

    def _refuse(self, *_: object) -> None:
        raise unreadable("The file declares XML entities, which an event log has no use for.")
