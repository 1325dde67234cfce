"""A mapping: which column of an event log means what, in a TOML file. Every key is explained in docs/imports.md.

A wrong mapping is refused whole, with every mistake named, before any row is read.
"""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import DEFAULT_LANGUAGE, is_zone, language_named
from helpdesk.models.tickets import Channel, Impact, Priority, Status, TicketType, Urgency

SHIPPED = Path(__file__).parent / "mappings"

UTC = ZoneInfo("UTC")
Column = str | int  # by its name in the header, or by its number from 1


class Kind(StrEnum):
    """What the values of a field are."""

    TEXT = "text"
    WORD = "word"  # of our vocabulary
    INSTANT = "instant"
    NUMBER = "number"
    YES_NO = "yes_no"
    LIST = "list"  # columns taken over as they are


# A merged ticket names the one it was merged into, which no event log tells.
STATUSES = tuple(s.value for s in Status if s is not Status.MERGED)
WORDS: dict[str, tuple[str, ...]] = {
    "status": STATUSES,
    "line": ("1", "2", "3"),
    "priority": tuple(Priority),
    "impact": tuple(Impact),
    "urgency": tuple(Urgency),
    "channel": tuple(Channel),
    "type": tuple(TicketType),
    "sla_met": ("true", "false"),
}
FIELDS: dict[str, Kind] = {
    "case": Kind.TEXT,
    "time": Kind.INSTANT,
    "status": Kind.WORD,
    "sub_status": Kind.TEXT,
    "team": Kind.TEXT,
    "line": Kind.WORD,
    "assignee": Kind.TEXT,
    "person": Kind.TEXT,
    "caller": Kind.TEXT,
    "organisation": Kind.TEXT,
    "product": Kind.TEXT,
    "priority": Kind.WORD,
    "impact": Kind.WORD,
    "urgency": Kind.WORD,
    "channel": Kind.WORD,
    "type": Kind.WORD,
    "subject": Kind.TEXT,
    "opened": Kind.INSTANT,
    "resolved": Kind.INSTANT,
    "closed": Kind.INSTANT,
    "reassignments": Kind.NUMBER,
    "reopenings": Kind.NUMBER,
    "sla_met": Kind.YES_NO,
    "message": Kind.LIST,
    "raw": Kind.LIST,
}
REQUIRED = ("case", "time")
UNCHANGED = "unchanged"  # what a word may mean besides: the row says nothing, so it is as it was before
# What a row says when the mapping does not know its word.
FALLBACKS = {"status": Status.OPEN.value, "channel": Channel.PHONE.value}

_SOURCE_KEYS = {"columns", "column", "join", "unknown"}
_MEANING_KEYS = _SOURCE_KEYS | {"value", "map", "patterns", "default"}
KEYS_BY_KIND: dict[Kind, set[str]] = {
    Kind.TEXT: _MEANING_KEYS,
    Kind.WORD: _MEANING_KEYS,
    Kind.YES_NO: _MEANING_KEYS,
    Kind.NUMBER: _SOURCE_KEYS,
    Kind.INSTANT: _SOURCE_KEYS | {"formats", "zone"},
    Kind.LIST: {"columns"},
}
LOG_KEYS = {"format", "delimiter", "quote", "encoding", "header", "order", "unknown", "zone", "times", "language"}
ORDERS = ("file", "time")


@dataclass(frozen=True)
class Layout:
    """How the file is written."""

    format: str = "csv"
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: bool = True
    order: str = "file"  # or "time": rows of a case by their times, those of equal times as in the file


@dataclass(frozen=True)
class FieldMapping:
    """Where a field's value comes from, and what its values mean here."""

    name: str
    kind: Kind
    columns: tuple[Column, ...] = ()
    join: str = " "
    unknown: frozenset[str] = frozenset({""})
    value: str | None = None  # the same for every row
    map: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    default: str | None = None
    formats: tuple[str, ...] = ("iso",)
    zone: ZoneInfo = UTC


@dataclass(frozen=True)
class EventMapping:
    """How an event log is read: its layout, its fields, and the statuses of a case's first and last row."""

    layout: Layout
    language: str
    fields: Mapping[str, FieldMapping]
    first_status: Status | None = None
    last_status: Status | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that the mapping names, once each, in the order of the fields."""
        return tuple(dict.fromkeys(column for each in self.fields.values() for column in each.columns))


def load_mapping(source: str | Path) -> EventMapping:
    """Read the mapping in this file, or the shipped one of this name; Invalid with every mistake in it."""
    path = Path(source)
    if not path.is_file() and (SHIPPED / f"{path.name}.toml").is_file() and path.name == str(source):
        path = SHIPPED / f"{path.name}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        shipped = ", ".join(sorted(each.stem for each in SHIPPED.glob("*.toml")))
        raise _refused(f"{path} cannot be read: {error.strerror}. Shipped mappings: {shipped}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(f"{path} is not TOML: {error}.") from error
    return parse_mapping(content)


def parse_mapping(content: Mapping[str, Any]) -> EventMapping:
    """The mapping that this TOML content says; Invalid with every mistake in it."""
    return _Parser(content).parse()


def _refused(complaint: str) -> Invalid:
    return Invalid({"mapping": [complaint]}, complaint, code="mapping")


class _Parser:
    """Reads tables, and gathers what is wrong with them."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.errors: dict[str, list[str]] = {}

    def parse(self) -> EventMapping:
        for name in sorted(set(self.content) - set(FIELDS) - {"log"}):
            self.complain(name, f"There is no such table; there are log, {', '.join(FIELDS)}.")
        for name in REQUIRED:
            if name not in self.content:
                self.complain(name, "A mapping needs this table.")
        log = self.table("log", LOG_KEYS)
        layout = self.layout(log)
        zone = self.zone("log.zone", log.get("zone", "UTC"))
        times = self.formats("log.times", log.get("times", ["iso"]))
        unknown = frozenset(self.texts("log.unknown", log.get("unknown", []))) | {""}
        language = language_named(str(log.get("language", DEFAULT_LANGUAGE)))
        if language is None:
            self.complain("log.language", "This must be en, lt, ru or zh-Hans.")
        given = [name for name in FIELDS if name in self.content]
        fields = {name: self.field(name, unknown, times, zone) for name in given}
        first, last = self.status_of_row("first"), self.status_of_row("last")
        if layout.format == "csv" and not layout.header:
            for each in fields.values():
                if any(isinstance(column, str) for column in each.columns):
                    self.complain(each.name, "Without a header, columns are named by their number from 1.")
        if layout.format == "xes":
            for each in fields.values():
                if any(isinstance(column, int) for column in each.columns):
                    self.complain(each.name, "In an XES log, columns are named by their attribute's key.")
        if self.errors:
            raise Invalid(self.errors, "\n".join(f"{name}: {' '.join(each)}" for name, each in self.errors.items()),
                          code="mapping")  # fmt: skip
        return EventMapping(layout, language or DEFAULT_LANGUAGE, fields, first, last)

    def complain(self, where: str, text: str) -> None:
        self.errors.setdefault(where, []).append(text)

    def table(self, name: str, keys: set[str]) -> dict[str, Any]:
        table = self.content.get(name, {})
        if not isinstance(table, dict):
            self.complain(name, f"This must be a table: [{name}].")
            return {}
        for key in sorted(set(table) - keys):
            self.complain(f"{name}.{key}", f"There is no such key; there are {', '.join(sorted(keys))}.")
        return table

    def layout(self, log: Mapping[str, Any]) -> Layout:
        layout = Layout(**{key: log[key] for key in ("format", "delimiter", "quote", "encoding", "header", "order")
                           if key in log})  # fmt: skip
        if layout.order not in ORDERS:
            self.complain("log.order", "This must be file or time.")
        if layout.format not in ("csv", "xes"):
            self.complain("log.format", "This must be csv or xes.")
        for key in ("delimiter", "quote"):
            mark = getattr(layout, key)
            if not isinstance(mark, str) or len(mark) != 1 or mark in "\r\n":
                self.complain(f"log.{key}", "This must be one character.")
        if layout.delimiter == layout.quote:
            self.complain("log.quote", "This must be another character than the delimiter.")
        if not isinstance(layout.header, bool):
            self.complain("log.header", "This must be true or false.")
        try:
            io.TextIOWrapper(io.BytesIO(), layout.encoding)
        except (LookupError, TypeError):
            self.complain("log.encoding", f"There is no such encoding: {layout.encoding}.")
        return layout

    def field(self, name: str, unknown: frozenset[str], times: tuple[str, ...], zone: ZoneInfo) -> FieldMapping:
        kind = FIELDS[name]
        table = self.table(name, KEYS_BY_KIND[kind] | ({"first", "last"} if name == "status" else set()))
        columns = self.columns(name, table)
        value = self.word(f"{name}.value", table.get("value"), name)
        if columns and value is not None:
            self.complain(name, "A field has columns or one value, not both.")
        if not columns and value is None and not (name == "status" and {"first", "last"} & set(table)):
            self.complain(name, "Say from which column this comes.")
        if "unknown" in table:
            unknown = frozenset(self.texts(f"{name}.unknown", table["unknown"])) | {""}
        words = table.get("map", {})
        if not isinstance(words, dict):
            self.complain(f"{name}.map", "This must be a table: what stands in the file = what it means here.")
            words = {}
        return FieldMapping(
            name=name, kind=kind, columns=columns, join=str(table.get("join", " ")),
            unknown=unknown, value=value,
            map={key: self.word(f"{name}.map", each, name) or "" for key, each in words.items()},
            patterns=self.patterns(name, table.get("patterns", [])),
            default=self.word(f"{name}.default", table.get("default"), name),
            formats=self.formats(f"{name}.formats", table["formats"]) if "formats" in table else times,
            zone=self.zone(f"{name}.zone", table["zone"]) if "zone" in table else zone,
        )  # fmt: skip

    def columns(self, name: str, table: Mapping[str, Any]) -> tuple[Column, ...]:
        if "column" in table and "columns" in table:
            self.complain(name, "Say column or columns, not both.")
        columns = table.get("columns", [table["column"]] if "column" in table else [])
        if not isinstance(columns, list):
            self.complain(f"{name}.columns", "This must be a list.")
            return ()
        for column in columns:
            is_number = isinstance(column, int) and not isinstance(column, bool) and column >= 1
            if not is_number and not (isinstance(column, str) and column):
                self.complain(name, f"A column is a name or a number from 1, not {column!r}.")
        return tuple(columns)

    def patterns(self, name: str, given: Any) -> tuple[tuple[re.Pattern[str], str], ...]:
        patterns = []
        if not isinstance(given, list) or any(not isinstance(each, list) or len(each) != 2 for each in given):
            self.complain(f"{name}.patterns", 'This must be a list of pairs: [["regular expression", "meaning"]].')
            return ()
        for expression, meaning in given:
            try:
                pattern = re.compile(str(expression))
                # Only a text may take over parts of what it matched.
                template = str(meaning) if FIELDS[name] is Kind.TEXT else self.word(f"{name}.patterns", meaning, name)
                if FIELDS[name] is Kind.TEXT:
                    _check_template(pattern, str(meaning))
            except (re.error, IndexError) as error:
                self.complain(f"{name}.patterns", f"{expression!r} → {meaning!r} is not a regular expression: {error}.")
                continue
            patterns.append((pattern, template or ""))
        return tuple(patterns)

    def word(self, where: str, given: Any, name: str) -> str | None:
        """A meaning as text, of the vocabulary where the field has one."""
        if given is None:
            return None
        text = str(given).lower() if isinstance(given, bool) else str(given)
        words = WORDS.get(name)
        if text == UNCHANGED and name == "status" and not where.endswith((".first", ".last")):
            return text
        if words is not None and text not in words:
            self.complain(where, f"{text!r} must be one of: {', '.join(words)}.")
        return text

    def status_of_row(self, which: str) -> Status | None:
        table = self.content.get("status")
        given = table.get(which) if isinstance(table, dict) else None
        text = self.word(f"status.{which}", given, "status")
        return Status(text) if text in STATUSES else None

    def texts(self, where: str, given: Any) -> Sequence[str]:
        if not isinstance(given, list) or any(not isinstance(each, str) for each in given):
            self.complain(where, "This must be a list of texts.")
            return ()
        return given

    def formats(self, where: str, given: Any) -> tuple[str, ...]:
        formats = self.texts(where, given)
        for each in formats:
            if each not in ("iso", "epoch", "epoch_ms") and "%" not in each:
                self.complain(where, f"{each!r} must be iso, epoch, epoch_ms or a pattern such as %d.%m.%Y %H:%M.")
        if not formats:
            self.complain(where, "Say at least one format.")
        return tuple(formats)

    def zone(self, where: str, given: Any) -> ZoneInfo:
        if not isinstance(given, str) or not is_zone(given):
            self.complain(where, f"{given!r} is not a time zone such as Europe/Vilnius or UTC.")
            return UTC
        return ZoneInfo(given)


def _check_template(pattern: re.Pattern[str], template: str) -> None:
    r"""Raise re.error or IndexError where the template names a group (`\1`) that the pattern does not have."""
    numbers: Iterable[str] = re.findall(r"\\(\d+)", template)
    for number in numbers:
        if int(number) > pattern.groups:
            raise re.error(f"there is no group {number}")
    for name in re.findall(r"\\g<(\w+)>", template):
        if not name.isdigit() and name not in pattern.groupindex:
            raise re.error(f"there is no group {name}")
