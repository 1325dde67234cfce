"""Claims and refunds: what clients complained about in a period, what was decided, what it cost.

1. The cohort is the claims registered in the period. A decision counts by the one that is in force for the claim now.
2. Refunded is the money of these decisions, by currency. Upheld are decisions in the client's favour, of all in force.
3. Days are those from the registration to the first decision in force, the mean and how many it is of.
4. Claims that were withdrawn are counted and in no share. Percentages are rounded down to 0.1, not said below twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import SecondsBetween, db
from helpdesk.core.times import now
from helpdesk.models.claims import Claim, ClaimDecision, ClaimState, Outcome
from helpdesk.models.people import Organisation
from helpdesk.models.products import Product
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.reports.attainment import percent_of
from helpdesk.reports.base import Report, Slice, wilson

BY = ("organisation", "product", "fault")
DAY = 86_400
ENDED = (ClaimState.CLOSED, ClaimState.WITHDRAWN)


@dataclass(frozen=True)
class ClaimTally:
    """How some claims came out."""

    registered: int = 0
    open: int = 0
    withdrawn: int = 0
    appealed: int = 0
    repair: int = 0
    replace: int = 0
    redo: int = 0
    refund: int = 0
    reject: int = 0
    decided_seconds: int = 0
    refunded_cents: Mapping[str, int] = field(default_factory=dict)  # by currency

    def __add__(self, other: ClaimTally) -> ClaimTally:
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)
                if f.name != "refunded_cents"}  # fmt: skip
        currencies = sorted({*self.refunded_cents, *other.refunded_cents})
        cents = {each: self.refunded_cents.get(each, 0) + other.refunded_cents.get(each, 0) for each in currencies}
        return ClaimTally(**sums, refunded_cents=cents)

    @property
    def upheld(self) -> int:
        return self.repair + self.replace + self.redo + self.refund

    @property
    def decided(self) -> int:
        return self.upheld + self.reject

    @property
    def percent(self) -> float | None:
        return percent_of(self.upheld, self.decided)

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.upheld, self.decided)

    @property
    def days(self) -> float | None:
        return self.decided_seconds / self.decided / DAY if self.decided else None

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "decided_seconds"}
        interval, days = self.interval, self.days
        return told | {
            "refunded_cents": dict(self.refunded_cents), "decided": self.decided,
            "fraction": f"{self.upheld}/{self.decided}", "percent": self.percent,
            "interval": [round(100 * end, 1) for end in interval] if interval else None,
            "days_to_decision": round(days, 2) if days is not None else None,
        }  # fmt: skip


@dataclass(frozen=True)
class ClaimRow:
    """One organisation, product or kind of fault; the key is its id or word, None where there is none."""

    key: int | str | None
    name: str
    tally: ClaimTally


@dataclass(frozen=True)
class ClaimsReport:
    """What became of the claims of a period, as of an instant."""

    as_of: datetime
    since: datetime | None
    until: datetime | None
    where: tuple[tuple[str, str], ...]
    total: ClaimTally
    by: Mapping[str, Sequence[ClaimRow]]

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "as_of": _utc(self.as_of), "since": _utc(self.since), "until": _utc(self.until),
            "where": [list(pair) for pair in self.where], "total": self.total.document(),
            "by": {dimension: [{"id": row.key, "name": row.name} | row.tally.document() for row in rows]
                   for dimension, rows in self.by.items()},
        }  # fmt: skip


def run_claims(over: Slice, *, for_: Actor, by: Iterable[str] = BY) -> ClaimsReport:
    """Work it out: one query for the claims of the period with the decision that is in force for each."""
    require(for_, Action.READ_REPORTS)
    in_force = (
        select(ClaimDecision.claim_id, func.max(ClaimDecision.id).label("id"))
        .where(ClaimDecision.in_force_at.is_not(None)).group_by(ClaimDecision.claim_id).subquery()
    )  # fmt: skip
    query = (
        select(
            Claim.state, Claim.fault, Claim.appealed_at, Ticket.organisation_id, Ticket.product_id,
            ClaimDecision.outcome, ClaimDecision.amount_cents, ClaimDecision.currency,
            SecondsBetween(Claim.registered_at, ClaimDecision.in_force_at).label("seconds"),
        )
        .join(Ticket, Ticket.id == Claim.ticket_id).outerjoin(in_force, in_force.c.claim_id == Claim.id)
        .outerjoin(ClaimDecision, ClaimDecision.id == in_force.c.id)
        .where(ticket_scope(for_), *over.period(Claim.registered_at), *over.conditions())
    )  # fmt: skip
    told = [(row, _tally(row)) for row in db.session.execute(query)]
    chosen = [dimension for dimension in BY if dimension in set(by)] or list(BY)
    rows = {dimension: _rows(dimension, told) for dimension in chosen}
    return ClaimsReport(
        now(), over.since, over.until, over.where, sum((tally for _row, tally in told), ClaimTally()), rows
    )


def _tally(row: Any) -> ClaimTally:
    counts: dict[str, int] = {"registered": 1}
    if row.state is ClaimState.WITHDRAWN:
        return ClaimTally(registered=1, withdrawn=1)
    if row.state not in ENDED:
        counts["open"] = 1
    if row.appealed_at is not None:
        counts["appealed"] = 1
    money: dict[str, int] = {}
    if row.outcome is not None:
        counts |= {row.outcome.value: 1, "decided_seconds": max(0, int(row.seconds or 0))}
        if row.outcome is Outcome.REFUND and row.amount_cents:
            money[row.currency] = row.amount_cents
    return ClaimTally(**counts, refunded_cents=money)


def _rows(dimension: str, told: Sequence[tuple[Any, ClaimTally]]) -> list[ClaimRow]:
    tallies: dict[int | str | None, ClaimTally] = {}
    for row, tally in told:
        key = {"organisation": row.organisation_id, "product": row.product_id, "fault": row.fault.value}[dimension]
        tallies[key] = tallies.get(key, ClaimTally()) + tally
    names = _names(dimension, tallies)
    rows = [ClaimRow(key, names.get(key, ""), tally) for key, tally in tallies.items()]
    return sorted(rows, key=lambda row: (row.key is None, -row.tally.registered, row.name))


def _names(dimension: str, tallies: Mapping[int | str | None, ClaimTally]) -> dict[int | str | None, str]:
    if dimension == "fault":
        return {key: str(key) for key in tallies}
    model: type[Organisation | Product] = Organisation if dimension == "organisation" else Product
    wanted = [key for key in tallies if key is not None]
    return {row.id: row.name for row in db.session.execute(select(model.id, model.name).where(model.id.in_(wanted)))}


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


CLAIMS: Report[ClaimsReport] = Report("claims", _l("Claims and refunds"), run_claims)
