"""Following the journal: facts are written soon after what happened, never in the transaction in which it did.

1. `catch_up` takes what the journal has gained, ticket by ticket, and writes their facts anew; doing so twice changes
   nothing. Entries get their ids before they are committed, so the last two minutes are looked at again each time.
2. `close_months` keeps the months that ended long enough ago: what is otherwise since is a second, signed figure. What
   is counted of other tables than tickets and clocks it keeps by `figures/keeping.py`.
3. `recount` makes everything anew but what is kept; it can be killed and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.settings import read_settings, setting
from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone, month_of
from helpdesk.figures.folding import Changes, fold
from helpdesk.figures.keeping import keep
from helpdesk.figures.state import state_row
from helpdesk.figures.sums import forget_sums, renew_sums
from helpdesk.models.figures import FiguresState, StaleDay
from helpdesk.models.tickets import Ticket

BATCH = 500  # tickets in one transaction
ENTRIES = 2_000  # of the journal, looked at in one go
UNSETTLED = timedelta(minutes=2)


@dataclass(frozen=True)
class ReportSettings:
    """How reports count."""

    close_after_days: int = setting(10, "So many days after a month has ended its figures are kept.", low=1, high=90)
    least_shown: int = setting(
        5, "Shares and means of fewer answers or tickets than this are not shown.", low=1, high=100
    )
    default_rate_cents: int = setting(
        0, "What an hour of work costs where the contract names no rate, in cents of euro; 0: not known.",
        low=0, high=10_000_000,
    )  # fmt: skip
    handling_minutes: int = setting(
        20, "Minutes of work that a ticket is taken to need where too few have work logged.", low=1, high=1440
    )
    answer_minutes: int = setting(
        60, "Minutes to the first response that are aimed at where no contract says it.", low=1, high=10_080
    )
    answered_percent: int = setting(
        80, "Of a hundred tickets so many are to be answered in time: how many people the load report asks for.",
        low=1, high=99,
    )  # fmt: skip
    busy_percent: int = setting(
        85, "People may be busy with tickets for at most so many per cent of their time.", low=10, high=100
    )
    forecast_weeks: int = setting(6, "So many weeks are forecast.", low=4, high=8)


def catch_up() -> int:
    """Count what has happened since; returns how many tickets were looked at."""
    counted = _count()
    if counted < BATCH:
        renew_sums()
    return counted


def catch_up_wholly() -> None:
    """Until nothing is left: for commands, which answer as of now."""
    while _count() >= BATCH:
        pass
    while renew_sums():
        pass


@command
def _count() -> int:
    state, begun = state_row(), now()
    if state.zone != desk_zone().key:
        _forget(state)
    ids: dict[int, None] = {}
    through = last = state.counted_through
    is_whole = True
    for entry in _entries_after(last):
        if entry.subject_id not in ids and len(ids) == BATCH:
            is_whole = False
            break
        ids[entry.subject_id] = None
        last = entry.id
        if entry.recorded_at < begun - UNSETTLED:
            through = entry.id
    if ids:
        _note(fold(list(ids), state.closed_through))
    # Where a great deal was written at once (an import), go on behind it, however fresh it is.
    state.counted_through = through if is_whole else last
    if is_whole:
        state.counted_at = begun
    return len(ids) if is_whole else BATCH


def _entries_after(last: int) -> Iterator[Any]:
    """What the journal says of tickets behind this entry, in pieces: a batch takes the next few thousand at most."""
    table = Entry.__table__
    query = select(table.c.id, table.c.subject_id, table.c.recorded_at).where(table.c.subject_kind == "ticket")
    while rows := db.session.execute(query.where(table.c.id > last).order_by(table.c.id).limit(ENTRIES)).all():
        yield from rows
        last = rows[-1].id


def _note(changes: Changes) -> None:
    """Remember the days whose sums no longer hold."""
    for fact, days in changes.days.items():
        there = set(db.session.scalars(select(StaleDay.day).where(StaleDay.fact == fact, StaleDay.day.in_(days))))
        rows = [{"fact": fact, "day": day} for day in sorted(days - there)]
        if rows:
            db.session.execute(insert(StaleDay), rows)


def close_months() -> int:
    """Keep the months that ended long enough ago; returns how many months were closed and further rows kept."""
    return _close_months() + keep()


@command
def _close_months() -> int:
    state = state_row()
    if state.counted_at is None:
        return 0
    days = read_settings(ReportSettings).close_after_days
    last = month_of(now().astimezone(desk_zone()).date() - timedelta(days=days)) - 1
    if last <= state.closed_through:
        return 0
    closed = last - state.closed_through if state.closed_through else 1
    state.closed_through = last
    return closed


@command
def begin_anew() -> None:
    """Forget how far the counting was; what is kept stays."""
    _forget(state_row())


def _forget(state: FiguresState) -> None:
    """Nothing is counted yet, by the days of the zone that the desk has now; also where that has changed."""
    state.counted_through, state.zone = 0, desk_zone().key
    forget_sums()


def recount() -> int:
    """Count every ticket anew; returns how many there are."""
    begin_anew()
    after, total = 0, 0
    while ids := _recount_some(after):
        after, total = ids[-1], total + len(ids)
    catch_up_wholly()
    keep()
    return total


@command
def _recount_some(after: int) -> list[int]:
    ids = list(db.session.scalars(select(Ticket.id).where(Ticket.id > after).order_by(Ticket.id).limit(BATCH)))
    state = state_row()
    if ids:
        _note(fold(ids, state.closed_through))
    else:
        settled = select(func.max(Entry.id)).where(Entry.recorded_at < now() - UNSETTLED)
        state.counted_through, state.counted_at = db.session.scalar(settled) or 0, now()
    return ids


def last_month_closed() -> int:
    """The last closed month as 12 * year + month - 1; 0 before the first."""
    return db.session.scalar(select(FiguresState.closed_through).where(FiguresState.id == 1)) or 0


def counted_at() -> datetime | None:
    """As of when the facts hold; None before the first count."""
    return db.session.scalar(select(FiguresState.counted_at).where(FiguresState.id == 1))
