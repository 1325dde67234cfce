"""Promise-keeping: of the times agreed with clients that came in a period, how many were kept.

1. The cohort is the promises whose time ended in the period; the instant is the end of the window.
2. The share is kept / (kept + late + broken + overdue). Overdue is what has passed and nobody said an outcome of: it
   counts as not kept, so that silence cannot make a figure better.
3. Beside it stand those moved with notice (what was agreed instead is a promise of its own and counts in its own
   period), withdrawn by the client, and those whose time is still to come.
4. An operator's are those that they keep, whoever made them; a line's those that were made on it.
5. Percentages are rounded down to 0.1 and not said below twenty; each has its 95 % interval (Wilson).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.access import Role
from helpdesk.models.people import Organisation
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import promise_scope
from helpdesk.reports.attainment import percent_of
from helpdesk.reports.base import Report, Slice, wilson

BY = ("operator", "line", "organisation")
COLUMNS = {"operator": Promise.owner_id, "line": Promise.line, "organisation": Promise.organisation_id}
# What a promise tells itself; all other dimensions are those of its ticket.
OF_PROMISE = ("operator", "line", "organisation")


@dataclass(frozen=True)
class Kept:
    """How some promises came out."""

    kept: int = 0
    late: int = 0
    moved: int = 0
    broken: int = 0
    withdrawn: int = 0
    overdue: int = 0
    planned: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def made(self) -> int:
        return sum(getattr(self, f.name) for f in fields(self))

    @property
    def decided(self) -> int:
        return self.kept + self.late + self.broken + self.overdue

    @property
    def percent(self) -> float | None:
        return percent_of(self.kept, self.decided)

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.kept, self.decided)

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        interval = self.interval
        return {
            "made": self.made, "kept": self.kept, "late": self.late, "moved_with_notice": self.moved,
            "broken": self.broken, "overdue": self.overdue, "withdrawn": self.withdrawn, "planned": self.planned,
            "fraction": f"{self.kept}/{self.decided}", "percent": self.percent,
            "interval": [round(100 * end, 1) for end in interval] if interval else None,
        }  # fmt: skip


@dataclass(frozen=True)
class KeptRow:
    """One operator, line or organisation; the key is its id, None where there is none."""

    key: int | None
    name: str
    kept: Kept


@dataclass(frozen=True)
class PromisesReport:
    """What became of what was promised for a period, as of an instant."""

    as_of: datetime
    since: datetime | None
    until: datetime | None
    where: tuple[tuple[str, str], ...]
    total: Kept
    by: Mapping[str, Sequence[KeptRow]]

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "as_of": _utc(self.as_of), "since": _utc(self.since), "until": _utc(self.until),
            "where": [list(pair) for pair in self.where], "total": self.total.document(),
            "by": {dimension: [{"id": row.key, "name": row.name} | row.kept.document() for row in rows]
                   for dimension, rows in self.by.items()},
        }  # fmt: skip


def run_promises(over: Slice, *, for_: Actor, by: Iterable[str] = BY) -> PromisesReport:
    """Work it out, in one query for each dimension however many promises there are."""
    require(for_, Action.READ_REPORTS)
    at, conditions = now(), _conditions(over, for_)
    chosen = [dimension for dimension in BY if dimension in set(by)] or list(BY)
    found = {dimension: _rows(dimension, conditions, at) for dimension in chosen}
    total = sum((row.kept for row in found[chosen[0]]), Kept())
    return PromisesReport(at, over.since, over.until, over.where, total, found)


def _rows(dimension: str, conditions: Sequence[ColumnElement[bool]], at: datetime) -> list[KeptRow]:
    column: Any = COLUMNS[dimension]
    has_passed = (Promise.until_at < at).label("has_passed")
    query = (
        select(column, Promise.state, has_passed, func.count()).select_from(Promise)
        .outerjoin(Ticket, Ticket.id == Promise.ticket_id).where(*conditions)
        .group_by(column, Promise.state, has_passed)
    )  # fmt: skip
    tallies: dict[int | None, Kept] = {}
    for key, state, passed, count in db.session.execute(query):
        word = "overdue" if state is PromiseState.PLANNED and passed else state.value
        tallies[key] = tallies.get(key, Kept()) + Kept(**{word: count})
    names = _names(dimension, tallies)
    rows = [KeptRow(key, names.get(key, ""), tally) for key, tally in tallies.items()]
    return sorted(rows, key=lambda row: (row.key is None, -row.kept.decided, row.name))


def _names(dimension: str, tallies: Mapping[int | None, Kept]) -> dict[int | None, str]:
    if dimension == "operator":
        return {card.id: card.name for card in directory.operators().values()}
    if dimension == "line":
        return {line: str(line) for line in tallies if line is not None}
    wanted = [key for key in tallies if key is not None]
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _conditions(over: Slice, for_: Actor) -> list[ColumnElement[bool]]:
    """What the reader sees, and the slice; the lead of a line reads what was promised there."""
    own = [pair for pair in over.where if pair[0] in OF_PROMISE]
    rest = Slice(where=tuple(pair for pair in over.where if pair[0] not in OF_PROMISE))
    conditions = [promise_scope(for_), *over.period(Promise.until_at), *rest.conditions()]
    for dimension in OF_PROMISE:
        values = [value for name, value in own if name == dimension]
        if values:
            conditions.append(COLUMNS[dimension].in_([_id(dimension, value) for value in values]))
    if for_.role is Role.LINE_LEAD:
        conditions.append(Promise.line == for_.leads_line)
    return conditions


def _id(dimension: str, value: str) -> int:
    """The row that a name stands for; a line by its number."""
    found: int | None = None
    if dimension == "operator":
        found = next((card.id for card in directory.operators().values() if value in (card.name, card.email)), None)
    elif dimension == "line":
        found = int(value) if value in ("1", "2", "3") else None
    else:
        found = db.session.scalar(select(Organisation.id).where(Organisation.name == value).limit(1))
    if found is None:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=value)]})
    return found


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


PROMISES: Report[PromisesReport] = Report("promises", _l("Promises kept"), run_promises)
