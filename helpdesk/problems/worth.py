"""What contracts are worth in a year: the value that is at stake where something goes wrong for their clients.

Twelve monthly fees; without a fee the hours granted in the year before at the hourly rate. A contract without terms or
price, or out of its time on that day, is worth nothing that is known. Currencies are never added to each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from helpdesk.core.db import among, db
from helpdesk.models.contracts import Contract, ContractTerms, HoursEntry, HoursKind

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Worth:
    """A year of one contract, in cents of its currency."""

    cents: int
    currency: str


def yearly_worth(contract_ids: Collection[int], at: datetime) -> dict[int, Worth]:
    """The worth of each of these contracts as they are in force at an instant; those of unknown worth are missing."""
    if not contract_ids:
        return {}
    on = at.date()
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
        select(Contract.id, ContractTerms.currency, ContractTerms.monthly_fee_cents,
               ContractTerms.hourly_rate_cents, granted)
        .join(ContractTerms, ContractTerms.contract_id == Contract.id)
        .where(among(Contract.id, sorted(set(contract_ids))), Contract.valid_from <= on,
               or_(Contract.valid_until.is_(None), Contract.valid_until >= on),
               ContractTerms.valid_from <= on, ~newer.exists())
    )  # fmt: skip
    found = {}
    for contract_id, currency, fee, rate, minutes in db.session.execute(query):
        cents = 12 * fee if fee is not None else (rate or 0) * int(minutes) // 60
        if cents > 0:
            found[contract_id] = Worth(cents, currency)
    return found


def summed(contract_ids: Iterable[int], worths: Mapping[int, Worth]) -> dict[str, int]:
    """What these contracts are worth together, by currency."""
    sums: dict[str, int] = {}
    for contract_id in contract_ids:
        if (worth := worths.get(contract_id)) is not None:
            sums[worth.currency] = sums.get(worth.currency, 0) + worth.cents
    return dict(sorted(sums.items()))
