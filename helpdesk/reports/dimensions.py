"""By what reports are sliced: how a value is found by its name, and named by its value.

A name stands for every row that bears it. Rows that are there no more are named by their number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from helpdesk.core.db import among, db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.figures.desk import first_of_month
from helpdesk.models.contracts import Contract
from helpdesk.models.figures import FigureSum
from helpdesk.models.imports import ImportRun
from helpdesk.models.people import Operator, Organisation, Team
from helpdesk.models.products import Category, Component, Product
from helpdesk.models.tickets import Channel, Priority, TicketType


@dataclass(frozen=True)
class Dimension:
    """One way to slice: the columns of the facts that hold it (the first is grouped by), finding and naming."""

    name: str
    title: LazyString
    columns: tuple[str, ...]
    find: Callable[[str], list[Any]]
    named: Callable[[Collection[Any]], Mapping[Any, str]]
    elsewhere: Callable[[Any], Any] | None = None  # where it stands in no column of the facts themselves
    choices: Callable[[], list[str]] | None = None  # what one may choose from; None: whatever one types

    def column(self, model: Any) -> Any:
        """What facts are grouped by."""
        return getattr(model, self.columns[0]) if self.elsewhere is None else self.elsewhere(model)

    def condition(self, model: Any, value: str) -> ColumnElement[bool]:
        """That a row of the facts has this value; Invalid for a name that nothing bears."""
        if value == "":
            return self.column(model).is_(None)  # type: ignore[no-any-return]
        found = self.find(value)
        if self.elsewhere is not None:
            return self.elsewhere(model).in_(found)  # type: ignore[no-any-return]
        return or_(*(getattr(model, column).in_(found) for column in self.columns))


@dataclass(frozen=True)
class Step:
    """A stretch of time that facts are grouped by, from the whole numbers of `models/figures.py`."""

    name: str
    title: LazyString
    of_month: bool
    group: Callable[[Any], Any]
    key: Callable[[int], str]
    first: Callable[[int], date]


def _worded(words: type[StrEnum]) -> Callable[[str], list[Any]]:
    def find(value: str) -> list[Any]:
        if value not in list(words):
            raise Invalid({"where": [_("%(value)s must be one of: %(words)s.", value=value, words=enumeration(words))]})
        return [words(value)]

    return find


def _known_or_free(name: str, title: LazyString, words: type[StrEnum]) -> Dimension:
    """A dimension whose values are words of ours, or any that an import's source has."""
    column = f"{name}_word"

    def find(value: str) -> list[Any]:
        known = select(FigureSum.day).where(FigureSum.dimension == column, FigureSum.value == value).limit(1)
        if value not in list(words) and db.session.scalar(known) is None:
            raise Invalid({"where": [_("%(value)s must be one of: %(words)s.", value=value, words=enumeration(words))]})
        return [value]

    return Dimension(name, title, (column, name), find, _plain, choices=lambda: [word.value for word in words])


def _by_name(model: Any, attribute: str = "name") -> Callable[[str], list[Any]]:
    column = getattr(model, attribute)

    def find(value: str) -> list[Any]:
        ids = list(db.session.scalars(select(model.id).where(column == value)))
        if not ids:
            raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
        return ids

    return find


def _names(model: Any, attribute: str = "name") -> Callable[[Collection[Any]], Mapping[Any, str]]:
    column = getattr(model, attribute)

    def named(ids: Collection[Any]) -> Mapping[Any, str]:
        rows = db.session.execute(select(model.id, column).where(among(model.id, [i for i in ids if i is not None])))
        found = {row[0]: str(row[1]) for row in rows}
        return {each: found.get(each, f"#{each}") for each in ids if each is not None}

    return named


MOST_CHOICES = 200


def _chosen_from(model: Any, attribute: str = "name") -> Callable[[], list[str]]:
    """The first names of a table, by the alphabet; more would make no list that one reads."""
    column = getattr(model, attribute)
    return lambda: list(db.session.scalars(select(column).distinct().order_by(column).limit(MOST_CHOICES)))


def _plain(values: Collection[Any]) -> Mapping[Any, str]:
    return {value: str(getattr(value, "value", value)) for value in values if value is not None}


def _line(value: str) -> list[Any]:
    if value not in ("1", "2", "3"):
        raise Invalid({"where": [_("%(value)s must be one of: %(words)s.", value=value, words="1, 2, 3")]})
    return [int(value)]


def _operator(value: str) -> list[Any]:
    ids = list(db.session.scalars(select(Operator.id).where(or_(Operator.name == value, Operator.email == value))))
    if not ids:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return ids


def _contract(value: str) -> list[Any]:
    ids = list(db.session.scalars(select(Contract.id).where(Contract.number == value)))
    if not ids:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return ids


def named_dimension(name: str, title: LazyString, column: str, model: Any) -> Dimension:
    """A dimension whose values are rows with a name."""
    return Dimension(name, title, (column,), _by_name(model), _names(model), choices=_chosen_from(model))


def worded_dimension(name: str, title: LazyString, column: str, words: type[StrEnum]) -> Dimension:
    """A dimension whose values are words of the vocabulary."""
    return Dimension(name, title, (column,), _worded(words), _plain, choices=lambda: [word.value for word in words])


def line_dimension(name: str, title: LazyString, column: str) -> Dimension:
    """A dimension whose values are support lines."""
    return Dimension(name, title, (column,), _line, _plain, choices=lambda: ["1", "2", "3"])


def free_dimension(name: str, title: LazyString, column: str) -> Dimension:
    """A dimension whose values are whatever texts there are."""
    return Dimension(name, title, (column,), lambda value: [value], _plain)


def _week(day: int) -> str:
    year, week, _weekday = date.fromordinal(day).isocalendar()
    return f"{year}-W{week:02}"


# Of everything that is counted about tickets (`models.figures.Dimensions`).
OF_TICKETS: dict[str, Dimension] = {
    each.name: each
    for each in (
        named_dimension("import", _l("Import"), "import_id", ImportRun),
        named_dimension("team", _l("Team"), "team_id", Team),
        line_dimension("line", _l("Line"), "line"),
        Dimension(
            "operator", _l("Operator"), ("operator_id",), _operator, _names(Operator), choices=_chosen_from(Operator)
        ),
        named_dimension("organisation", _l("Organisation"), "organisation_id", Organisation),
        named_dimension("product", _l("Product"), "product_id", Product),
        named_dimension("component", _l("Component"), "component_id", Component),
        named_dimension("category", _l("Category"), "category_id", Category),
        Dimension(
            "contract",
            _l("Contract"),
            ("contract_id",),
            _contract,
            _names(Contract, "number"),
            choices=_chosen_from(Contract, "number"),
        ),
        worded_dimension("type", _l("Type"), "type", TicketType),
        _known_or_free("channel", _l("Channel"), Channel),
        _known_or_free("priority", _l("Priority"), Priority),
    )
}

STEPS: dict[str, Step] = {
    each.name: each
    for each in (
        Step("day", _l("Day"), False, lambda day: day, lambda day: date.fromordinal(day).isoformat(), date.fromordinal),
        Step("week", _l("Week"), False, lambda day: day - (day - 1) % 7,
             _week, date.fromordinal),
        Step("month", _l("Month"), True, lambda month: month,
             lambda month: f"{month // 12}-{month % 12 + 1:02}", first_of_month),
        Step("quarter", _l("Quarter"), True, lambda month: month - month % 3,
             lambda month: f"{month // 12}-Q{month % 12 // 3 + 1}", first_of_month),
        Step("year", _l("Year"), True, lambda month: month - month % 12, lambda month: str(month // 12),
             first_of_month),
    )
}  # fmt: skip
