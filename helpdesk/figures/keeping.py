"""Closed months of what is counted of the desk's own tables: promises, claims, work, problems.

1. A table of `models/kept.py` has the columns of the query that a report counts by. A row of the query whose first
   instant lies in a closed month is kept in it: how it is sliced then stays. Gone afterwards, it stays as it was.
2. An outcome may come after its month was closed: a claim is decided, a problem fixed. Until the row is settled its
   outcomes follow; one with an instant of its own follows until the month of that instant is closed.
3. Reports read what is kept, and of the living rows those that are not. As it is judged now they read the living alone.
4. Everything goes in small transactions and looks first at what is there: killed, it goes on; done twice, it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Select,
    Subquery,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
    union_all,
    update,
)

from helpdesk.core.command import command
from helpdesk.core.db import Base, among, db
from helpdesk.figures.desk import desk_zone, first_of_month
from helpdesk.figures.state import state_row
from helpdesk.models.figures import FiguresState

BATCH = 1_000  # rows in one transaction
SETTLED = "is_settled"
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Keeping:
    """One query and the table that keeps its rows.

    `at` is the instant or day of which the month counts. `outcomes` are columns that may still change until the row is
    settled, by the column with the month of their own instant; "" for those without.
    """

    table: Any
    live: Subquery
    at: str
    outcomes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    settled: Callable[[Any, int], Any] | None = None  # of the columns of the query and the last closed month

    def months(self, closed: int) -> Any:
        """That a living row belongs to a closed month."""
        first, column = first_of_month(closed + 1), self.live.c[self.at]
        if isinstance(column.type, Date):
            return column < first
        return column < datetime.combine(first, time(0), desk_zone())


KEEPINGS: dict[str, Keeping] = {}


def kept(
    model: type[Base], query: Select[*tuple[Any, ...]], *, at: str = "at",
    outcomes: Mapping[str, Sequence[str]] | None = None, settled: Callable[[Any, int], Any] | None = None,
) -> CompoundSelect[*tuple[Any, ...]]:  # fmt: skip
    """What is kept of a query, and its living rows; keeps it from now on (see `Keeping`).

    Two columns say what a row counts for: `is_kept` as months were closed, `is_latest` as it is judged now.
    """
    table: Any = model.__table__
    names = [column.key for column in query.selected_columns]
    if {*names, SETTLED} != {*table.c.keys(), SETTLED} or (settled is None) == (SETTLED in table.c):
        raise TypeError(f"{table.name} has other columns than its query: {set(names) ^ set(table.c.keys())}")
    KEEPINGS[table.name] = Keeping(table, query.subquery(), at, outcomes or {}, settled)
    row_id, counts_at = query.selected_columns["id"], query.selected_columns[at]
    # What was told late is newer than all that is kept; only of it and of open months it is looked row by row.
    newest = select(func.max(table.c.id)).scalar_subquery()
    may_be_new = or_(counts_at >= _first_not_kept(counts_at), row_id > func.coalesce(newest, 0))
    still_open = query.where(may_be_new, ~exists().where(table.c.id == row_id))
    stayed = select(*(table.c[name] for name in names))
    return union_all(*(
        part.add_columns((true() if is_kept else false()).label("is_kept"),
                         (false() if is_kept else true()).label("is_latest"))
        for part, is_kept in ((still_open, True), (stayed, True), (query, False))
    ))  # fmt: skip


def _first_not_kept(column: Any) -> Any:
    """The first instant or day of the months that are not wholly kept."""
    if isinstance(column.type, Date):
        return func.coalesce(_of_state(FiguresState.kept_until_on), date.min)
    return func.coalesce(_of_state(FiguresState.kept_until_at), BEGINNING)


def _of_state(column: Any) -> Any:
    return select(column).where(FiguresState.id == 1).scalar_subquery()


def keep() -> int:
    """Keep what closed months have of every query, and let outcomes follow; returns how many rows were written."""
    closed = db.session.scalar(select(FiguresState.closed_through).where(FiguresState.id == 1)) or 0
    if not closed:
        return 0
    written = sum(_in_batches(each, step) for each in KEEPINGS.values() for step in (_keep_some, _follow_some))
    _note_kept(closed)
    return written


@command
def _note_kept(closed: int) -> None:
    """All of the months up to this one is kept."""
    state, first = state_row(), first_of_month(closed + 1)
    if state.kept_until_on != first:
        state.kept_until_on, state.kept_until_at = first, datetime.combine(first, time(0), desk_zone())


def _in_batches(each: Keeping, step: Callable[[Keeping, int], tuple[int, int]]) -> int:
    after, total = 0, 0
    while True:
        after, written = step(each, after)
        total += written
        if not after:
            return total


@command
def _keep_some(each: Keeping, after: int) -> tuple[int, int]:
    """The next rows of closed months behind this id: the last of them, 0 where there are none, and how many."""
    closed, live, table = state_row().closed_through, each.live, each.table
    is_there = exists().where(table.c.id == live.c.id)
    query = select(live.c.id).where(each.months(closed), ~is_there, live.c.id > after).order_by(live.c.id).limit(BATCH)
    ids = list(db.session.scalars(query))
    if not ids:
        return 0, 0
    columns = list(live.c)
    if each.settled is not None:
        columns.append(each.settled(live.c, closed).label(SETTLED))
    rows = select(*columns).where(among(live.c.id, ids))
    db.session.execute(insert(table).from_select([column.key for column in columns], rows))
    return ids[-1], len(ids)


@command
def _follow_some(each: Keeping, after: int) -> tuple[int, int]:
    """The next rows that are not settled: the last of them, 0 where there are none, and how many have changed."""
    closed, live, table = state_row().closed_through, each.live, each.table
    if each.settled is None:
        return 0, 0
    followed = [name for names in each.outcomes.values() for name in names]
    waiting = select(table.c.id, *(table.c[name] for name in followed)).where(~table.c[SETTLED], table.c.id > after)
    rows = db.session.execute(waiting.order_by(table.c.id).limit(BATCH)).mappings().all()
    if not rows:
        return 0, 0
    is_settled = each.settled(live.c, closed).label(SETTLED)
    query = select(live.c.id, is_settled, *(live.c[name] for name in followed))
    found = db.session.execute(query.where(among(live.c.id, [row["id"] for row in rows]))).mappings()
    living = {row["id"]: row for row in found}
    written = 0
    for row in rows:
        changes = _changes(each, row, living.get(row["id"]), closed)
        if changes:
            db.session.execute(update(table).where(table.c.id == row["id"]).values(changes))
            written += 1
    return rows[-1]["id"], written


def _changes(each: Keeping, row: Any, now_there: Any | None, closed: int) -> dict[str, Any]:
    """What is to be written into a kept row; what is gone has had its outcome."""
    if now_there is None:
        return {SETTLED: True}
    changes: dict[str, Any] = {SETTLED: True} if now_there[SETTLED] else {}
    for month, names in each.outcomes.items():
        if month and row[month] is not None and row[month] <= closed:
            continue
        changes |= {name: now_there[name] for name in names if now_there[name] != row[name]}
    return changes
