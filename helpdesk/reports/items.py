"""What stands behind a figure, item by item: tickets, promises, claims, with the pages where they are read.

The list holds exactly what the figure counts. What was deleted since stays in the list and is named as deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from helpdesk.core.db import among, db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible
from helpdesk.reports.asking import Asked
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Metric
from helpdesk.reports.words import VALUES

BATCH = 500


@dataclass(frozen=True)
class Item:
    """One thing that a figure counts; without a path where nothing is left to read."""

    id: int
    name: str
    title: str
    at: datetime | None
    about: str = ""
    path: str = ""
    is_deleted: bool = False

    def document(self) -> dict[str, Any]:
        at = self.at.isoformat(timespec="seconds").replace("+00:00", "Z") if self.at is not None else None
        return {"id": self.id, "number": self.name, "title": self.title, "at": at, "state": self.about,
                "deleted": self.is_deleted}  # fmt: skip


@dataclass(frozen=True)
class ItemKind:
    """A kind of thing that figures count: its names, and how some of it are read for somebody."""

    one: LazyString
    title: LazyString
    load: Callable[[Sequence[int], Actor], Mapping[int, Item]]
    prefix: str = "#"  # of a number, where nothing else is left


@dataclass(frozen=True)
class Behind:
    """A figure whose items are asked for: `key` has the value of each dimension that it is broken down by."""

    metric: Metric
    by: tuple[str, ...] = ()
    key: tuple[str | None, ...] = ()

    def pairs(self) -> list[tuple[str, str]]:
        """What its address says beside the slice."""
        return [("metric", self.metric.name), *(("of", name) for name in self.by),
                *(("key", value or "") for value in self.key)]  # fmt: skip


def read_behind(report: FactReport, names: Sequence[str], of: Sequence[str], keys: Sequence[str]) -> Behind:
    """Which figure an address means; NotFound for one that the report does not have."""
    if len(names) != 1 or len(of) != len(keys) or any(name not in report.dimensions for name in of):
        raise NotFound
    return Behind(report.metric(names[0]), tuple(of), tuple(key or None for key in keys))


def items_of(asked: Asked, over: Slice, behind: Behind, *, for_: Actor) -> Select[Any]:
    """The ids of the items, in the order of their instant."""
    try:
        return asked.report.behind(over, behind.metric.name, for_=for_, by=behind.by, key=behind.key,
                                   judged=asked.judged)  # fmt: skip
    except (Invalid, ValueError) as error:  # a name that nothing bears any more
        raise NotFound from error


def count_items(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def page_of_items(report: FactReport, query: Select[Any], *, size: int, page: int, for_: Actor) -> list[Item]:
    """The items of one page, the first page being 1."""
    ids = list(db.session.scalars(query.limit(size).offset((page - 1) * size)))
    return _loaded(report, ids, for_)


def every_item(report: FactReport, query: Select[Any], *, for_: Actor) -> Iterator[Item]:
    """All items, read and held a few hundred at a time, however many there are."""
    ids = db.session.execute(query, execution_options={"yield_per": BATCH}).scalars()
    for some in ids.partitions(BATCH):
        yield from _loaded(report, list(some), for_)


def kind_of(report: FactReport) -> ItemKind:
    """What the figures of a report count."""
    return KINDS[report.source.item]


def behind_about(metric: Metric) -> str:
    """What the items of the list are to their figure."""
    match metric.how:
        case How.COUNT:
            return _("What the figure counts.")
        case How.SHARE:
            return _("Of those looked at, the ones that count.")
        case How.SUM:
            return _("What the sum comes from; each may count several times.")
        case _:
            return _("What the figure is worked out of.")


def _loaded(report: FactReport, ids: Sequence[int], for_: Actor) -> list[Item]:
    kind = kind_of(report)
    found = kind.load(ids, for_)
    return [
        found.get(each) or Item(each, f"{kind.prefix}{each}", _("deleted"), None, is_deleted=True) for each in ids
    ]  # fmt: skip


def _tickets(ids: Sequence[int], for_: Actor) -> dict[int, Item]:
    seen = visible(for_, Ticket).where(among(Ticket.id, ids)).with_only_columns(
        Ticket.id, Ticket.subject, Ticket.status, Ticket.opened_at
    )  # fmt: skip
    return {
        row.id: Item(row.id, f"{NUMBER_PREFIX}{row.id}", row.subject, row.opened_at,
                     str(VALUES["status"].get(row.status.value, "")), f"/console/tickets/{NUMBER_PREFIX}{row.id}")
        for row in db.session.execute(seen)
    }  # fmt: skip


# By `Source.item`.
KINDS: dict[str, ItemKind] = {
    "ticket": ItemKind(_l("Ticket"), _l("Tickets"), _tickets, NUMBER_PREFIX),
}
