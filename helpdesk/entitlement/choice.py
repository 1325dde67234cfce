"""The choice of service levels at receipt: once, and kept with the ticket beside what was rejected.

Asked in this order: a contract's line for the product, a contract of the organisation, the warranty of the installed
product, the desk's default.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.models.contracts import Contract
from helpdesk.models.people import Organisation
from helpdesk.models.products import InstalledProduct, Product
from sla import register

SOURCES = ("contract_line", "contract", "warranty", "default")
CHOSEN, OUTRANKED = "chosen", "outranked"


@dataclass(frozen=True)
class Candidate:
    """Something that could cover a request: what it is, which policy it brings, and what became of it.

    `verdict`: chosen, outranked (something that comes first covers it), not_yet, expired, other_product, no_policy.
    """

    source: str
    name: str
    policy_id: int | None
    contract_id: int | None
    verdict: str


@dataclass(frozen=True)
class Entitlement:
    """What covers a request, and everything that was looked at, in the order of the asking."""

    policy_id: int | None
    contract_id: int | None
    candidates: tuple[Candidate, ...]

    def as_document(self) -> dict[str, Any]:
        """As it is kept with the ticket."""
        return {"candidates": [asdict(candidate) for candidate in self.candidates]}


def entitled(
    *, organisation_id: int | None, product_id: int | None, installed: InstalledProduct | None, at: datetime
) -> Entitlement:
    """What covers a request of this organisation for this product, received at this instant."""
    on = day_of(organisation_id, at)
    looked_at: list[Candidate] = []
    chosen: Candidate | None = None
    for candidate in _candidates(organisation_id, product_id, installed, on):
        if candidate.verdict == CHOSEN and chosen is not None:
            candidate = Candidate(**(asdict(candidate) | {"verdict": OUTRANKED}))
        elif candidate.verdict == CHOSEN:
            chosen = candidate
        looked_at.append(candidate)
    return Entitlement(chosen.policy_id if chosen else None, chosen.contract_id if chosen else None, tuple(looked_at))


def day_of(organisation_id: int | None, at: datetime) -> date:
    """The date of an instant where the organisation is: contracts begin and end at its midnight."""
    organisation = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    return at.astimezone(ZoneInfo(organisation.timezone if organisation else DEFAULT_ZONE)).date()


def _candidates(
    organisation_id: int | None, product_id: int | None, installed: InstalledProduct | None, on: date
) -> Iterator[Candidate]:
    contracts = _contracts(organisation_id)
    for contract in contracts:
        for line in contract.lines:
            policy_id = line.policy_id or contract.policy_id
            verdict = "other_product" if line.product_id != product_id else _verdict(contract, policy_id, on)
            yield Candidate("contract_line", contract.number, policy_id, contract.id, verdict)
    for contract in contracts:
        verdict = _verdict(contract, contract.policy_id, on)
        yield Candidate("contract", contract.number, contract.policy_id, contract.id, verdict)
    if installed is not None and installed.warranty_until is not None:
        yield _warranty(installed, on)
    default = register.default_policy_id()
    yield Candidate("default", "", default, None, CHOSEN if default else "no_policy")


def _contracts(organisation_id: int | None) -> list[Contract]:
    if organisation_id is None:
        return []
    query = select(Contract).where(Contract.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(Contract.valid_from.desc(), Contract.id)))


def _verdict(contract: Contract, policy_id: int | None, on: date) -> str:
    if contract.valid_from > on:
        return "not_yet"
    if contract.valid_until is not None and contract.valid_until < on:
        return "expired"
    return CHOSEN if policy_id is not None else "no_policy"


def _warranty(installed: InstalledProduct, on: date) -> Candidate:
    policy_id = db.session.get_one(Product, installed.product_id).warranty_policy_id
    if installed.warranty_until is not None and installed.warranty_until < on:
        verdict = "expired"
    else:
        verdict = CHOSEN if policy_id is not None else "no_policy"
    return Candidate("warranty", installed.serial, policy_id, None, verdict)
