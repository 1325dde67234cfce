"""What problems have cost so far, counted from the tickets that are linked to them.

1. A ticket counts for a problem while it is linked, and for a span (`since` to `until`, half open) if it was opened in
   it. Work counts by the instant at which it began; what was taken back is not counted, whenever that was.
2. The value at stake is that of the contracts which cover these tickets, each counted once, as they are in force at
   `until` (today without it); what a contract is worth says `worth.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased

from helpdesk.core.db import among, db
from helpdesk.core.times import now
from helpdesk.models.contracts import WorkLog
from helpdesk.models.problems import ProblemTicket
from helpdesk.models.tickets import Ticket
from helpdesk.problems.worth import summed, yearly_worth


@dataclass(frozen=True)
class Cost:
    """What one problem has cost so far. Times are minutes of work, money is cents by currency."""

    tickets: int = 0
    open_tickets: int = 0
    waiting: int = 0  # marked as waiting for the fix, and still open
    organisations: int = 0
    minutes: int = 0
    reopenings: int = 0
    first_at: datetime | None = None  # the first and the last ticket of the span
    last_at: datetime | None = None
    contract_cents: dict[str, int] = field(default_factory=dict)  # a year's value of what covers these tickets


def costs(
    problem_ids: Collection[int], since: datetime | None = None, until: datetime | None = None
) -> dict[int, Cost]:
    """The cost of each of these problems, those without tickets among them; four queries, however many they are."""
    ids = sorted(set(problem_ids))
    if not ids:
        return {}
    counted = db.session.execute(
        _of_tickets(ids, since, until).with_only_columns(
            ProblemTicket.problem_id, func.count(Ticket.id),
            func.count(case((Ticket.is_open, Ticket.id))),
            func.count(case((Ticket.is_open & ProblemTicket.waits_for_fix, Ticket.id))),
            func.count(Ticket.organisation_id.distinct()), func.coalesce(func.sum(Ticket.reopenings), 0),
            func.min(Ticket.opened_at), func.max(Ticket.opened_at),
        ).group_by(ProblemTicket.problem_id)
    ).all()  # fmt: skip
    minutes, values = _minutes(ids, since, until), _values(ids, since, until)
    found = {
        problem_id: Cost(tickets, still_open, waiting, organisations, minutes.get(problem_id, 0), reopenings, first,
                         last, values.get(problem_id, {}))
        for problem_id, tickets, still_open, waiting, organisations, reopenings, first, last in counted
    }  # fmt: skip
    return {each: found.get(each) or Cost(minutes=minutes.get(each, 0)) for each in ids}


def _of_tickets(ids: list[int], since: datetime | None, until: datetime | None) -> Select[Any]:
    query = (
        select(ProblemTicket).join(Ticket, Ticket.id == ProblemTicket.ticket_id)
        .where(among(ProblemTicket.problem_id, ids), ProblemTicket.ended_at.is_(None))
    )  # fmt: skip
    return query.where(*_within(Ticket.opened_at, since, until))


def _within(column: Any, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if since is not None:
        bounds.append(column >= since)
    if until is not None:
        bounds.append(column < until)
    return bounds


def _minutes(ids: list[int], since: datetime | None, until: datetime | None) -> dict[int, int]:
    taken_back = aliased(WorkLog)
    query = (
        select(ProblemTicket.problem_id, func.sum(WorkLog.minutes))
        .join(WorkLog, WorkLog.ticket_id == ProblemTicket.ticket_id)
        .where(
            among(ProblemTicket.problem_id, ids), ProblemTicket.ended_at.is_(None), WorkLog.reverses_id.is_(None),
            ~select(taken_back.id).where(taken_back.reverses_id == WorkLog.id).exists(),
            *_within(WorkLog.started_at, since, until),
        ).group_by(ProblemTicket.problem_id)
    )  # fmt: skip
    return {problem_id: int(total) for problem_id, total in db.session.execute(query)}


def _values(ids: list[int], since: datetime | None, until: datetime | None) -> dict[int, dict[str, int]]:
    covering = db.session.execute(
        _of_tickets(ids, since, until)
        .with_only_columns(ProblemTicket.problem_id, Ticket.contract_id)
        .where(Ticket.contract_id.is_not(None)).distinct()
    ).all()  # fmt: skip
    contracts: dict[int, list[int]] = {}
    for problem_id, contract_id in covering:
        if contract_id is not None:
            contracts.setdefault(problem_id, []).append(contract_id)
    worths = yearly_worth({each for theirs in contracts.values() for each in theirs}, until or now())
    return {problem_id: summed(theirs, worths) for problem_id, theirs in contracts.items()}
