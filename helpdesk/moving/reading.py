"""What one row of an event log says, in our words."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpdesk.models.tickets import Channel, Impact, Priority, Status, TicketType, Urgency
from helpdesk.moving.mapping import FALLBACKS, UNCHANGED, WORDS, EventMapping, FieldMapping, Kind

REMEMBERED = 8192  # values of a field that need not be read again
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
MOST_WORDS, OTHER_WORDS = 1000, "…"  # words without a meaning that are counted one by one, and the rest
NAMES = frozenset({"case", "team", "assignee", "person", "caller", "organisation", "product"})
LONGEST_NAME = 500  # characters; names are looked up by indexes, which hold no longer ones
LONGEST_NUMBER = 9  # digits, so that it fits into the database


class Unreadable(Exception):
    """A value of the row cannot be used; the message names the field."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One event as the source tells it; None or empty where it does not say. The fields are those of a mapping."""

    case: str
    time: datetime
    status: Status | None = None
    sub_status: str = ""
    team: str = ""
    line: int | None = None
    assignee: str = ""
    person: str = ""
    caller: str = ""
    organisation: str = ""
    product: str = ""
    priority: Priority | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    channel: Channel | None = None
    type: TicketType | None = None
    subject: str = ""
    opened: datetime | None = None
    resolved: datetime | None = None
    closed: datetime | None = None
    reassignments: int | None = None
    reopenings: int | None = None
    sla_met: bool | None = None
    note: str = ""  # the source's own words for the status


@dataclass(frozen=True, slots=True)
class _Value:
    """A field's value in a row: what it means, what stands there, and whether the mapping knows it."""

    meaning: Any
    raw: str
    is_unmapped: bool = False


class RowReader:
    """Reads rows by a mapping, and counts the words that the mapping does not know."""

    def __init__(self, mapping: EventMapping) -> None:
        self.unmapped: Counter[tuple[str, str]] = Counter()
        place = {column: i for i, column in enumerate(mapping.columns)}
        self._readers = {
            each.name: (tuple(place[column] for column in each.columns), _reader(each))
            for each in mapping.fields.values()
            if each.kind is not Kind.LIST
        }
        self._listed = {
            each.name: [(str(column), place[column]) for column in each.columns]
            for each in mapping.fields.values()
            if each.kind is Kind.LIST
        }

    def case_of(self, values: Sequence[str]) -> str:
        """Which case the row belongs to. Raises Unreadable where it does not say."""
        case = str(self._value("case", values).meaning)
        if not case:
            raise Unreadable("It has no case.")
        return case

    def read(self, values: Sequence[str]) -> Reading:
        """What the row says. Raises Unreadable where case or time is missing or a time or number is none."""
        said: dict[str, Any] = {}
        for name, (places, reader) in self._readers.items():
            value = reader(tuple([values[place] for place in places]))
            said[name] = value.meaning
            if value.is_unmapped:
                self._count(name, value.raw)
        for name in ("case", "time"):
            if not said[name]:
                raise Unreadable(f"It has no {name}.")
        if "status" in said:
            status = self._value("status", values)
            said["note"] = said.get("sub_status") or status.raw
            if status.is_unmapped:
                said["sub_status"] = said["note"]  # so that the word is not lost
        return Reading(**said)

    def message_of(self, values: Sequence[str]) -> list[tuple[str, str]]:
        """The columns of `message`, as they are."""
        return [(column, values[place]) for column, place in self._listed.get("message", ())]

    def raw_of(self, values: Sequence[str]) -> dict[str, str]:
        """What the source says in its own words: every field that has a vocabulary, and the columns of `raw`."""
        words = {name: self._value(name, values).raw for name, (places, _) in self._readers.items()
                 if name in WORDS and places}  # fmt: skip
        return words | {column: values[place] for column, place in self._listed.get("raw", ())}

    def _count(self, name: str, word: str) -> None:
        is_new = (name, word) not in self.unmapped
        # A column that was mistaken for another may hold as many words as rows.
        self.unmapped[name, OTHER_WORDS if is_new and len(self.unmapped) >= MOST_WORDS else word] += 1

    def _value(self, name: str, values: Sequence[str]) -> _Value:
        places, reader = self._readers[name]
        return reader(tuple([values[place] for place in places]))


def _reader(each: FieldMapping) -> Callable[[tuple[str, ...]], _Value]:
    meaning = _MEANINGS[each.kind]

    def read(parts: tuple[str, ...]) -> _Value:
        known = [part for part in parts if part not in each.unknown]
        text = each.join.join(known)
        raw = text if known or len(parts) != 1 else parts[0]
        if not known:
            return _Value(meaning(each, each.value or each.default), raw)
        mapped = _mapped(each, text)
        if mapped is None and each.kind in (Kind.WORD, Kind.YES_NO) and not _is_known_word(each, text):
            return _Value(meaning(each, each.default or FALLBACKS.get(each.name)), raw, each.default is None)
        return _Value(meaning(each, text if mapped is None else mapped), raw)

    return functools.lru_cache(maxsize=REMEMBERED)(read)


def _mapped(each: FieldMapping, text: str) -> str | None:
    if text in each.map:
        return each.map[text]
    for pattern, template in each.patterns:
        if found := pattern.search(text):
            return found.expand(template) if each.kind is Kind.TEXT else template
    return None


def _is_known_word(each: FieldMapping, text: str) -> bool:
    return text in WORDS[each.name] or (each.kind is Kind.YES_NO and text.lower() in YES | NO)


def _text(each: FieldMapping, text: str | None) -> str:
    if text and len(text) > LONGEST_NAME and each.name in NAMES:
        raise Unreadable(f"Its {each.name} is longer than {LONGEST_NAME} characters.")
    return text or ""


def _number(each: FieldMapping, text: str | None) -> int | None:
    if not text:
        return None
    whole, _, fraction = text.partition(".")  # spreadsheets make 3.0 of a 3
    if not (whole.isascii() and whole.isdigit() and len(whole) <= LONGEST_NUMBER and not fraction.strip("0")):
        raise Unreadable(f"Its {each.name} {text!r} is no whole number.")
    return int(whole)


def _yes_no(_each: FieldMapping, text: str | None) -> bool | None:
    return None if text is None else text.lower() in YES


def _instant(each: FieldMapping, text: str | None) -> datetime | None:
    if not text:
        return None
    for form in each.formats:
        try:
            at = _parsed(text, form)
            local = at if at.tzinfo else at.replace(tzinfo=each.zone)
            return local.astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            continue
    raise Unreadable(f"Its {each.name} {text!r} is no time.")


def _parsed(text: str, form: str) -> datetime:
    if form == "iso":
        return datetime.fromisoformat(text)
    if form in ("epoch", "epoch_ms"):
        return datetime.fromtimestamp(float(text) / (1000 if form == "epoch_ms" else 1), UTC)
    return datetime.strptime(text, form)  # noqa: DTZ007 - the caller gives it its zone


def _word(each: FieldMapping, text: str | None) -> Any:
    return _VOCABULARY[each.name](text) if text and text != UNCHANGED else None


_VOCABULARY: dict[str, Callable[[str], Any]] = {
    "status": Status,
    "line": int,
    "priority": Priority,
    "impact": Impact,
    "urgency": Urgency,
    "channel": Channel,
    "type": TicketType,
}
_MEANINGS: dict[Kind, Callable[[FieldMapping, str | None], Any]] = {
    Kind.TEXT: _text,
    Kind.WORD: _word,
    Kind.YES_NO: _yes_no,
    Kind.NUMBER: _number,
    Kind.INSTANT: _instant,
}
