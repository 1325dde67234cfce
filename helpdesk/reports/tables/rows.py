"""What such a report counts: the rows of a query, sliced like the facts of `models/figures.py`.

Days and months are those of the desk's zone. Both databases work them out as the rows are read, so that only a report
that asks for them pays for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    False_,
    Integer,
    Select,
    String,
    Subquery,
    True_,
    bindparam,
    cast,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors

from helpdesk.core.db import DayNumber, LocalDate, MonthNumber, UTCDateTime
from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone
from helpdesk.models.tickets import Channel, Priority, Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.reports.dimensions import OF_TICKETS, Dimension, worded_dimension

SLICED_BY: dict[str, Dimension] = OF_TICKETS | {
    "channel": worded_dimension("channel", _l("Channel"), "channel", Channel),
    "priority": worded_dimension("priority", _l("Priority"), "priority", Priority),
    "status": worded_dimension("status", _l("Status"), "status", Status),
}


JUDGED = {"is_kept", "is_latest"}  # as months were closed, and now


class Rows:
    """A query as a model of facts: its columns are attributes. Every part of a union has a column `id`."""

    def __init__(self, name: str, query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]) -> None:
        self._rows: Subquery = query.subquery(name)
        self._parts: tuple[Any, ...] = tuple(query.selects) if isinstance(query, CompoundSelect) else ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._rows.c:
            raise AttributeError(name)
        return self._rows.c[name]

    def __clause_element__(self) -> Subquery:
        return self._rows

    def narrowed(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The same question, of those columns alone that it asks for: SQLite works out every column of a union.

        Who asks for what is kept, or for what is latest, demands it; the parts that have none of it are left out.
        """
        if not self._parts:
            return query
        asked = {"id", *(str(each.key) for each in map(self._own, visitors.iterate(query)) if each is not None)}
        parts: list[Any] = [part.with_only_columns(*(column for column in part.selected_columns if column.key in asked))
                 for part in self._parts if not any(_is_none_of_it(part, name) for name in asked & JUDGED)]  # fmt: skip
        whole: Any = union_all(*parts) if len(parts) > 1 else parts[0]
        rows: Subquery = whole.subquery(self._rows.name)

        def replaced(each: Any, **_others: Any) -> Any:
            own = self._own(each)
            return rows if each is self._rows else rows.c[own.key] if own is not None else None

        traverse: Any = visitors.replacement_traverse
        return traverse(query, {}, replaced)  # type: ignore[no-any-return]

    def _own(self, each: Any) -> Any:
        return each if getattr(each, "table", None) is self._rows else None


def _is_none_of_it(part: Any, name: str) -> bool:
    return isinstance(part.selected_columns[name].element, False_)


def sliced_by(*names: str) -> dict[str, Dimension]:
    """These dimensions, under the names and with the columns that facts about tickets have, too."""
    return {name: SLICED_BY[name] for name in names}


def of_ticket(*left_out: str) -> list[Any]:
    """The columns by which a row is sliced like its ticket; without those that the row tells of itself."""
    columns = {
        "ticket_id": Ticket.id, "type": Ticket.type, "channel": Ticket.channel, "priority": Ticket.priority,
        "status": Ticket.status, "team_id": Ticket.team_id, "line": Ticket.line, "operator_id": Ticket.assignee_id,
        "organisation_id": Ticket.organisation_id, "product_id": Ticket.product_id,
        "component_id": Ticket.component_id, "category_id": Ticket.category_id, "contract_id": Ticket.contract_id,
        "import_id": Ticket.import_id,
    }  # fmt: skip
    return [column.label(name) for name, column in columns.items() if name not in left_out]


def none_of(*names: str) -> list[Any]:
    """Columns of ids that these rows do not have."""
    return [cast(null(), Integer).label(name) for name in names]


class DeskZone(ColumnElement[str]):
    """The name of the desk's zone, as it is when the report is worked out."""

    type = String()
    inherit_cache = True


class AskedAt(ColumnElement[datetime]):
    """The instant at which the report is worked out."""

    type = UTCDateTime()
    inherit_cache = True


@compiles(DeskZone)
def _desk_zone_in_sql(element: DeskZone, compiler: Any, **kwargs: Any) -> str:
    return told_when_asked("desk_zone", lambda: desk_zone().key, element.type, compiler, kwargs)


@compiles(AskedAt)
def _asked_at_in_sql(element: AskedAt, compiler: Any, **kwargs: Any) -> str:
    return told_when_asked("asked_at", now, element.type, compiler, kwargs)


def told_when_asked(name: str, read: Callable[[], Any], kind: Any, compiler: Any, kwargs: dict[str, Any]) -> str:
    """A parameter that is read whenever the statement runs; by its name where somebody only looks at the statement."""
    if kwargs.get("literal_binds"):
        return f":{name}"
    return str(compiler.process(bindparam(name, callable_=read, type_=kind, unique=True), **kwargs))


def on_desk_day(at: Any) -> Any:
    """The date of an instant in the zone of the desk."""
    return LocalDate(at, DeskZone())


def days(at: Any, prefix: str = "") -> list[Any]:
    """Day and month of an instant, as whole numbers."""
    return days_of_date(on_desk_day(at), prefix)


def days_of_date(day: Any, prefix: str = "") -> list[Any]:
    """The same of a date."""
    return [DayNumber(day).label(f"{prefix}day"), MonthNumber(day).label(f"{prefix}month")]


def within(rows: Rows, model: Any, scope: Callable[[Actor], Any], column: str = "id") -> Callable[[Actor], list[Any]]:
    """That a reader counts only those rows whose `model` (by its id in this column) they see."""

    def conditions(actor: Actor) -> list[Any]:
        seen = scope(actor)
        return [] if isinstance(seen, True_) else [getattr(rows, column).in_(select(model.id).where(seen))]

    return conditions
