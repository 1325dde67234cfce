"""What a reader of event logs gives: rows that could be read, and places that could not."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One event: the line on which it begins, and its values in the order of the mapping's columns, trimmed."""

    line: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A place in the file that was not taken over, and why."""

    line: int
    reason: str


def unreadable(complaint: str) -> Invalid:
    """The file as a whole cannot be read; nothing of it is taken over."""
    return Invalid({"file": [complaint]}, complaint, code="unreadable_file")


def missing_columns(names: list[str], there: list[str]) -> Invalid:
    """The mapping names columns that the file does not have."""
    complaint = f"The file has no column {', '.join(map(repr, names))}; it has {', '.join(map(repr, there))}."
    return Invalid({"mapping": [complaint]}, complaint, code="missing_column")
