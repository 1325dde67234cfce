"""The wall board of a line: what lies there now, what is due next, what waits longest, and how the day goes.

1. Live rows, not facts: a board that is half a minute late is of no use. At most seven queries however much lies there.
2. Nothing of clients but the numbers of their tickets; no subject, no name. It hangs where visitors pass.
3. "Today" is the day of the desk. What came in and went out is counted on the line that has it now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.times import epoch, instant, now
from helpdesk.figures.desk import desk_zone
from helpdesk.models.problems import MajorIncident
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import NEVER, NUMBER_PREFIX, Priority, Status, Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import promise_scope, ticket_scope, visible

ROWS = 5
SOON = timedelta(hours=1)


@dataclass(frozen=True)
class WallTicket:
    """A ticket on the board: its number, and the instant that it stands there for."""

    number: str
    priority: Priority
    is_major: bool
    at: datetime
    is_late: bool = False


@dataclass(frozen=True)
class WallPromise:
    """A promise that is due today, by the number of its ticket; of a visit it has none."""

    number: str
    until_at: datetime
    is_late: bool


@dataclass(frozen=True)
class WallMajor:
    number: str
    declared_at: datetime
    next_update_at: datetime | None


@dataclass(frozen=True)
class Wall:
    """What stands on the board. Counts are of open tickets unless they say otherwise."""

    line: int | None
    as_of: datetime
    open: int
    unassigned: int
    overdue: int
    at_risk: int
    waiting_client: int
    opened_today: int
    resolved_today: int
    promised_today: int
    due_next: Sequence[WallTicket]
    waiting_longest: Sequence[WallTicket]
    promises: Sequence[WallPromise]
    majors: Sequence[WallMajor]


def wall_of(line: int | None, *, for_: Actor) -> Wall:
    """The board of a line, or of the whole desk."""
    require(for_, Action.READ_REPORTS)
    at = now()
    seen = [ticket_scope(for_), *([Ticket.line == line] if line else [])]
    here = [Ticket.is_open, *seen]
    promised = _promised(line, at, for_)
    counts = db.session.execute(_counts(here, at)).one()
    opened, resolved, due = db.session.execute(_today(seen, promised, at)).one()
    unassigned = [*here, Ticket.assignee_id.is_(None), Ticket.status.in_((Status.NEW, Status.OPEN))]
    return Wall(
        line, at, counts.open, counts.unassigned, counts.overdue, counts.at_risk, counts.waiting_client, opened,
        resolved, due, _due_next(here, at), _longest(unassigned), _promises(promised, at), _majors(for_),
    )  # fmt: skip


def _counts(here: Sequence[Any], at: datetime) -> Any:
    due, soon = epoch(at), epoch(at + SOON)
    waits_for_us = Ticket.status.in_((Status.NEW, Status.OPEN))
    return select(
        func.count().label("open"),
        func.count().filter(Ticket.assignee_id.is_(None), waits_for_us).label("unassigned"),
        func.count().filter(Ticket.next_due_at < due).label("overdue"),
        func.count().filter(Ticket.next_due_at >= due, Ticket.next_due_at < soon).label("at_risk"),
        func.count().filter(Ticket.status == Status.WAITING_CLIENT).label("waiting_client"),
    ).where(*here)


def _today(seen: Sequence[Any], promised: Sequence[Any], at: datetime) -> Any:
    begin = datetime.combine(at.astimezone(desk_zone()).date(), time(), desk_zone())

    def count(model: Any, *conditions: Any) -> Any:
        return select(func.count()).select_from(model).where(*conditions).scalar_subquery()

    return select(
        count(Ticket, Ticket.opened_at >= begin, *seen), count(Ticket, Ticket.resolved_at >= begin, *seen),
        count(Promise, *promised),
    )  # fmt: skip


def _promised(line: int | None, at: datetime, for_: Actor) -> list[Any]:
    tomorrow = at.astimezone(desk_zone()).date() + timedelta(days=1)
    until = datetime.combine(tomorrow, time(), desk_zone())
    on_line = [Promise.line == line] if line else []
    return [Promise.state == PromiseState.PLANNED, Promise.until_at < until, promise_scope(for_), *on_line]


def _due_next(here: Sequence[Any], at: datetime) -> list[WallTicket]:
    query = (
        select(Ticket.id, Ticket.priority, Ticket.is_major, Ticket.next_due_at)
        .where(Ticket.next_due_at < NEVER, *here).order_by(Ticket.next_due_at, Ticket.id).limit(ROWS)
    )  # fmt: skip
    return [
        WallTicket(number_of(row.id), row.priority, row.is_major, instant(row.next_due_at), row.next_due_at < epoch(at))
        for row in db.session.execute(query)
    ]


def _longest(unassigned: Sequence[Any]) -> list[WallTicket]:
    query = (
        select(Ticket.id, Ticket.priority, Ticket.is_major, Ticket.opened_at)
        .where(*unassigned).order_by(Ticket.opened_at, Ticket.id).limit(ROWS)
    )  # fmt: skip
    rows = db.session.execute(query)
    return [WallTicket(number_of(row.id), row.priority, row.is_major, row.opened_at) for row in rows]


def _promises(promised: Sequence[Any], at: datetime) -> list[WallPromise]:
    query = select(Promise.ticket_id, Promise.until_at).where(*promised).order_by(Promise.until_at, Promise.id)
    return [
        WallPromise(number_of(row.ticket_id) if row.ticket_id else "", row.until_at, row.until_at < at)
        for row in db.session.execute(query.limit(ROWS))
    ]


def _majors(for_: Actor) -> list[WallMajor]:
    live = visible(for_, MajorIncident).where(MajorIncident.ended_at.is_(None)).order_by(MajorIncident.declared_at)
    return [
        WallMajor(number_of(row.ticket_id), row.declared_at, row.next_update_at) for row in db.session.scalars(live)
    ]


def number_of(ticket_id: int) -> str:
    return f"{NUMBER_PREFIX}{ticket_id}"
