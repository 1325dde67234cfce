"""Hours and contracts: what the ledgers of contracts say of a period, and what went to accounting.

1. An entry counts in the period by the day for which it counts; `since` and `until` are the days of the reader's zone.
2. Left is the balance at the end of the period: the sum of all signed minutes before it, not of the period alone.
3. Used and overage are told as positive minutes. Overage is work for which no hours were left; it is billed at once.
4. Billed is the money of the notices dated in the period, by currency, cancelled ones and sales aside; credits lower
   it. A notice without a price is counted and not summed: accounting knows it.
5. A contract stands here when anything was ever in its ledger, or a notice for it falls into the period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.contracts import BillingNotice, Contract, HoursEntry, HoursKind
from helpdesk.models.people import Organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import contract_scope
from helpdesk.reports.base import Report, Slice

DIMENSIONS = {"contract": Contract.number, "organisation": Organisation.name}
Found = list[tuple[Any, "HoursTally"]]  # a contract with its organisation, and what was found of it
# Of which kind of entry a figure is the sum, and its sign there.
SUMS: Mapping[str, tuple[HoursKind, int]] = {
    "granted": (HoursKind.GRANTED, 1), "used": (HoursKind.USED, -1), "overage": (HoursKind.OVERAGE, -1),
    "expired": (HoursKind.EXPIRED, -1), "carried_over": (HoursKind.CARRIED_OVER, 1),
    "adjusted": (HoursKind.ADJUSTED, 1),
}  # fmt: skip


@dataclass(frozen=True)
class HoursTally:
    """Minutes of some ledgers in a period, what is left at its end, and the money of the notices."""

    granted: int = 0
    used: int = 0
    overage: int = 0
    expired: int = 0
    carried_over: int = 0
    adjusted: int = 0
    left: int = 0
    notices: int = 0
    unpriced: int = 0
    billed_cents: Mapping[str, int] = field(default_factory=dict)  # by currency

    def __add__(self, other: HoursTally) -> HoursTally:
        sums = {
            f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "billed_cents"
        }
        currencies = sorted({*self.billed_cents, *other.billed_cents})
        billed = {each: self.billed_cents.get(each, 0) + other.billed_cents.get(each, 0) for each in currencies}
        return HoursTally(**sums, billed_cents=billed)

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        minutes = {f"{name}_minutes": getattr(self, name) for name in (*SUMS, "left")}
        return minutes | {"notices": self.notices, "unpriced_notices": self.unpriced,
                          "billed_cents": dict(self.billed_cents)}  # fmt: skip


@dataclass(frozen=True)
class HoursRow:
    """One contract or one organisation."""

    key: int
    name: str
    organisation: str
    tally: HoursTally


@dataclass(frozen=True)
class HoursReport:
    """What the ledgers say of a period, as of an instant."""

    as_of: datetime
    since: date | None
    until: date | None
    where: tuple[tuple[str, str], ...]
    total: HoursTally
    by: Mapping[str, Sequence[HoursRow]]

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "as_of": self.as_of.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "since": str(self.since) if self.since else None, "until": str(self.until) if self.until else None,
            "where": [list(pair) for pair in self.where], "total": self.total.document(),
            "by": {dimension: [{"id": row.key, "name": row.name, "organisation": row.organisation}
                               | row.tally.document() for row in rows] for dimension, rows in self.by.items()},
        }  # fmt: skip


_CONTRACTS: Select[*tuple[Any, ...]] = (
    select(Contract.id, Contract.number, Contract.organisation_id, Organisation.name.label("organisation"))
    .select_from(Contract).join(Organisation, Organisation.id == Contract.organisation_id)
)  # fmt: skip


def run_hours(over: Slice, *, for_: Actor) -> HoursReport:
    """Work it out, in two queries however long the ledgers are."""
    require(for_, Action.READ_REPORTS)
    since, until = _day(over.since, for_), _day(over.until, for_)
    narrowed = [contract_scope(for_), *_conditions(over.where)]
    tallies: dict[int, HoursTally] = {}
    contracts: dict[int, tuple[str, int, str]] = {}
    for contract, tally in [*_ledgers(narrowed, since, until), *_notices(narrowed, since, until)]:
        contracts[contract.id] = (contract.number, contract.organisation_id, contract.organisation)
        tallies[contract.id] = tallies.get(contract.id, HoursTally()) + tally
    rows = [HoursRow(key, contracts[key][0], contracts[key][2], tally) for key, tally in tallies.items()]
    of_organisations: dict[int, HoursRow] = {}
    for row in rows:
        organisation_id = contracts[row.key][1]
        before = of_organisations.get(organisation_id, HoursRow(organisation_id, row.organisation, "", HoursTally()))
        of_organisations[organisation_id] = HoursRow(
            before.key, before.name, row.organisation, before.tally + row.tally
        )
    return HoursReport(
        now(), since, until, over.where, sum(tallies.values(), HoursTally()),
        {"contract": sorted(rows, key=_most_used), "organisation": sorted(of_organisations.values(), key=_most_used)},
    )  # fmt: skip


def _ledgers(narrowed: Sequence[ColumnElement[bool]], since: date | None, until: date | None) -> Found:
    inside = _period(HoursEntry.day, since, until)
    sums = {
        name: func.coalesce(func.sum(HoursEntry.minutes).filter(HoursEntry.kind == kind, *inside), 0).label(name)
        for name, (kind, _sign) in SUMS.items()
    }  # fmt: skip
    left = func.coalesce(func.sum(HoursEntry.minutes).filter(*_period(HoursEntry.day, None, until)), 0).label("left")
    sums_of = select(HoursEntry.contract_id, *sums.values(), left).group_by(HoursEntry.contract_id).subquery()
    query = (
        _CONTRACTS.add_columns(*(sums_of.c[name] for name in (*SUMS, "left")))
        .join(sums_of, sums_of.c.contract_id == Contract.id).where(*narrowed)
    )  # fmt: skip
    found: Found = []
    for row in db.session.execute(query):
        minutes: dict[str, Any] = {name: sign * int(getattr(row, name)) for name, (_kind, sign) in SUMS.items()}
        found.append((row, HoursTally(left=int(row.left), **minutes)))
    return found


def _notices(narrowed: Sequence[ColumnElement[bool]], since: date | None, until: date | None) -> Found:
    price = BillingNotice.amount_cents
    query = (
        _CONTRACTS.add_columns(BillingNotice.currency, func.count().label("notices"), func.sum(price).label("cents"),
                               func.count().filter(price.is_(None)).label("unpriced"))
        .join(BillingNotice, BillingNotice.contract_id == Contract.id)
        # What products cost is no money of the contract, and its proforma and its invoice would count twice.
        .where(BillingNotice.cancelled_at.is_(None), BillingNotice.sale_id.is_(None),
               *_period(BillingNotice.dated, since, until), *narrowed)
        .group_by(Contract.id, Contract.number, Contract.organisation_id, Organisation.name, BillingNotice.currency)
    )  # fmt: skip
    return [
        (row, HoursTally(notices=row.notices, unpriced=row.unpriced,
                         billed_cents={row.currency: int(row.cents)} if row.cents is not None else {}))
        for row in db.session.execute(query)
    ]  # fmt: skip


def _conditions(where: Sequence[tuple[str, str]]) -> list[ColumnElement[bool]]:
    wanted: dict[str, list[str]] = {}
    for dimension, value in where:
        if dimension not in DIMENSIONS:
            names = enumeration(DIMENSIONS)
            raise Invalid(
                {"where": [_("There is no dimension %(name)s; there are %(names)s.", name=dimension, names=names)]}
            )
        wanted.setdefault(dimension, []).append(value)
    return [DIMENSIONS[dimension].in_(values) for dimension, values in wanted.items()]


def _period(column: Any, since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    conditions = [column >= since] if since is not None else []
    return [*conditions, column < until] if until is not None else conditions


def _day(at: datetime | None, for_: Actor) -> date | None:
    return None if at is None else at.astimezone(ZoneInfo(for_.zone)).date()


def _most_used(row: HoursRow) -> tuple[int, str]:
    return -(row.tally.used + row.tally.overage), row.name


HOURS: Report[HoursReport] = Report("hours", _l("Hours and contracts"), run_hours)
