"""What every report has in common: a slice of the desk's work, and what it says about that slice.

1. A period is half open: `since` is inside, `until` is not. Each report says which instant counts for it.
2. Conditions on the same dimension are alternatives, conditions on different dimensions hold together.
3. A report is read for somebody, and counts only what they can see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from flask_babel import LazyString
from sqlalchemy import ColumnElement, or_, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.models.imports import ImportRun
from helpdesk.models.people import Organisation, Team
from helpdesk.models.products import Product
from helpdesk.models.tickets import Channel, Priority, Status, Ticket, TicketType
from helpdesk.policy.actor import Actor
from helpdesk.reports.statistics.shares import wilson as wilson

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Slice:
    """Which tickets a report is about: a period, and values of dimensions."""

    since: datetime | None = None
    until: datetime | None = None
    where: tuple[tuple[str, str], ...] = ()  # (dimension, value)
    calendar: str | None = None  # by which working hours are measured; None: by the desk's own

    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds for a ticket of the slice, its period aside; Invalid for a dimension or value that is none."""
        wanted: dict[str, list[ColumnElement[bool]]] = {}
        for dimension, value in self.where:
            wanted.setdefault(dimension, []).append(_condition(dimension, value))
        return [or_(*conditions) for conditions in wanted.values()]

    def period(self, column: Any, bound: Callable[[datetime], Any] = lambda at: at) -> list[ColumnElement[bool]]:
        """That this column lies in the period; `bound` turns an instant into what the column holds."""
        conditions = []
        if self.since is not None:
            conditions.append(column >= bound(self.since))
        if self.until is not None:
            conditions.append(column < bound(self.until))
        return conditions


class Run(Protocol[R_co]):
    """Works a report out for whoever reads it; Forbidden for those who may not."""

    def __call__(self, over: Slice, *, for_: Actor) -> R_co: ...


@dataclass(frozen=True)
class Report(Generic[R_co]):
    """One report: its name in addresses and commands, its title, and how it is worked out."""

    slug: str
    title: LazyString
    run: Run[R_co]


def parse_conditions(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Conditions as people type them, `dimension=value`; Invalid for anything else."""
    conditions = []
    for text in texts:
        dimension, sign, value = text.partition("=")
        if not sign or not value.strip():
            raise Invalid({"where": [_("Write a condition as dimension=value.")]})
        conditions.append((dimension.strip(), value.strip()))
    return tuple(conditions)


def _condition(dimension: str, value: str) -> ColumnElement[bool]:
    if dimension not in DIMENSIONS:
        names = enumeration(DIMENSIONS)
        raise Invalid(
            {"where": [_("There is no dimension %(name)s; there are %(names)s.", name=dimension, names=names)]}
        )
    return DIMENSIONS[dimension](value)


def _named(column: Any, model: Any) -> Callable[[str], ColumnElement[bool]]:
    """A dimension whose values are rows with a name; two rows of one name count as one value."""

    def condition(value: str) -> ColumnElement[bool]:
        ids = list(db.session.scalars(select(model.id).where(model.name == value)))
        if not ids:
            raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
        found: ColumnElement[bool] = column == ids[0] if len(ids) == 1 else column.in_(ids)
        return found

    return condition


def _worded(column: Any, words: type[StrEnum]) -> Callable[[str], ColumnElement[bool]]:
    """A dimension whose values are words of the vocabulary."""

    def condition(value: str) -> ColumnElement[bool]:
        if value not in list(words):
            raise Invalid({"where": [_("%(value)s must be one of: %(words)s.", value=value, words=enumeration(words))]})
        found: ColumnElement[bool] = column == words(value)
        return found

    return condition


def _line(value: str) -> ColumnElement[bool]:
    if value not in ("1", "2", "3"):
        raise Invalid({"where": [_("%(value)s must be one of: %(words)s.", value=value, words="1, 2, 3")]})
    return Ticket.line == int(value)


DIMENSIONS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "import": _named(Ticket.import_id, ImportRun),
    "team": _named(Ticket.team_id, Team),
    "line": _line,
    "organisation": _named(Ticket.organisation_id, Organisation),
    "product": _named(Ticket.product_id, Product),
    "channel": _worded(Ticket.channel, Channel),
    "priority": _worded(Ticket.priority, Priority),
    "type": _worded(Ticket.type, TicketType),
    "status": _worded(Ticket.status, Status),
}
