"""What problems have cost so far, counted from the tickets that are linked to them.

1. A ticket counts for a problem while it is linked, and for a span (`since` to `until`, half open) if it was opened in
   it. Work counts by the instant at which it began; what was taken back is not counted, whenever that was.
2. The value at stake is that of the contracts which cover these tickets, each counted once, as they are in force at
   `until` (today without it): twelve monthly fees, or without a fee the hours granted in the year before at the hourly
   rate. A contract without terms, or without a price, adds nothing. Currencies are never added to each other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import aliased

from helpdesk.core.db import among, db
from helpdesk.core.times import now
from helpdesk.models.contracts import Contract, ContractTerms, HoursEntry, HoursKind, WorkLog
from helpdesk.models.problems import ProblemTicket
from helpdesk.models.tickets import Ticket

YEAR = timedelta(days=365)


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
    """The cost of each of these problems, those without tickets among them; three queries, however many they are."""
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
    at = until or now()
    on = at.date()
    covering = (
        _of_tickets(ids, since, until)
        .with_only_columns(ProblemTicket.problem_id, Ticket.contract_id)
        .where(Ticket.contract_id.is_not(None)).distinct().subquery()
    )  # fmt: skip
    later = aliased(ContractTerms)
    newer = select(later.id).where(
        later.contract_id == ContractTerms.contract_id, later.valid_from <= on,
        later.valid_from > ContractTerms.valid_from,
    )  # fmt: skip
    granted = (
        select(func.coalesce(func.sum(HoursEntry.minutes), 0))
        .where(HoursEntry.contract_id == Contract.id, HoursEntry.kind == HoursKind.GRANTED,
               HoursEntry.day > on - YEAR, HoursEntry.day <= on).scalar_subquery()
    )  # fmt: skip
    query = (
        select(covering.c.problem_id, ContractTerms.currency, ContractTerms.monthly_fee_cents,
               ContractTerms.hourly_rate_cents, granted)
        .join(Contract, Contract.id == covering.c.contract_id)
        .join(ContractTerms, ContractTerms.contract_id == Contract.id)
        .where(Contract.valid_from <= on, or_(Contract.valid_until.is_(None), Contract.valid_until >= on),
               ContractTerms.valid_from <= on, ~newer.exists())
    )  # fmt: skip
    found: dict[int, dict[str, int]] = {}
    for problem_id, currency, fee, rate, minutes in db.session.execute(query):
        cents = 12 * fee if fee is not None else (rate or 0) * int(minutes) // 60
        if cents:
            of_it = found.setdefault(problem_id, {})
            of_it[currency] = of_it.get(currency, 0) + cents
    return found
