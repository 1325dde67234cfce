"""The choice of service levels at receipt: once, and kept with the ticket beside what was rejected.

Asked in this order: a contract's line for the component, its line for the product, a contract of the organisation, the
warranty of the installed product, the desk's default. A contract covers what comes by its channels, and in its hours
where its terms say that it covers nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import selectinload

from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.times import epoch
from helpdesk.models.contracts import Contract, ContractLine, ContractTerms
from helpdesk.models.people import Organisation
from helpdesk.models.products import InstalledProduct, Product
from helpdesk.models.tickets import Channel
from sla import register

SOURCES = ("contract_line", "contract", "warranty", "default")
CHOSEN, OUTRANKED = "chosen", "outranked"


@dataclass(frozen=True)
class Candidate:
    """Something that could cover a request: what it is, which policy it brings, and what became of it.

    `verdict`: chosen, outranked (something that comes first covers it), not_yet, expired, other_product,
    other_component, other_channel, outside_hours, no_policy.
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


@dataclass(frozen=True)
class Asked:
    """What is asked for: about which thing, by which channel, when."""

    organisation_id: int | None
    product_id: int | None
    component_id: int | None
    installed: InstalledProduct | None
    channel: Channel | None  # None: any, where nobody knows
    at: datetime
    on: date  # of `at`, where the organisation is


@dataclass(frozen=True)
class _Held:
    """A contract with the terms that hold on the day."""

    contract: Contract
    terms: ContractTerms | None


def entitled(
    *, organisation_id: int | None, product_id: int | None, installed: InstalledProduct | None, at: datetime,
    component_id: int | None = None, channel: Channel | None = None,
) -> Entitlement:  # fmt: skip
    """What covers a request of this organisation for this product, received at this instant by this channel."""
    on = day_of(organisation_id, at)
    asked = Asked(organisation_id, product_id, component_id, installed, channel, at, on)
    seen: list[Candidate] = []
    chosen: Candidate | None = None
    for candidate in _candidates(asked):
        if candidate.verdict == CHOSEN and chosen is not None:
            candidate = Candidate(**(asdict(candidate) | {"verdict": OUTRANKED}))
        elif candidate.verdict == CHOSEN:
            chosen = candidate
        seen.append(candidate)
    return Entitlement(chosen.policy_id if chosen else None, chosen.contract_id if chosen else None, tuple(seen))


def looked_at(entitlement: dict[str, Any] | None) -> list[dict[str, str]]:
    """What was looked at when a ticket was received, as it was kept: what it was, its name, what became of it."""
    candidates = entitlement.get("candidates", []) if entitlement else []
    return [{name: each[name] for name in ("source", "name", "verdict")} for each in candidates]


def day_of(organisation_id: int | None, at: datetime) -> date:
    """The date of an instant where the organisation is: contracts begin and end at its midnight."""
    organisation = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    return at.astimezone(ZoneInfo(organisation.timezone if organisation else DEFAULT_ZONE)).date()


def _candidates(asked: Asked) -> Iterator[Candidate]:
    contracts = _contracts(asked)
    # What names a component says more than what names the whole product.
    lines = sorted(((one, line) for one in contracts for line in one.contract.lines),
                   key=lambda pair: pair[1].component_id is None)  # fmt: skip
    for one, line in lines:
        policy_id = line.policy_id or one.contract.policy_id
        verdict = _other(line, asked) or _verdict(one, policy_id, asked)
        yield Candidate("contract_line", one.contract.number, policy_id, one.contract.id, verdict)
    for one in contracts:
        policy_id = one.contract.policy_id
        yield Candidate("contract", one.contract.number, policy_id, one.contract.id, _verdict(one, policy_id, asked))
    if asked.installed is not None and asked.installed.warranty_until is not None:
        yield _warranty(asked.installed, asked.on)
    default = register.default_policy_id()
    yield Candidate("default", "", default, None, CHOSEN if default else "no_policy")


def _contracts(asked: Asked) -> Sequence[_Held]:
    """The contracts of the organisation with their terms and lines: two questions, however many there are."""
    if asked.organisation_id is None:
        return ()
    holds = and_(ContractTerms.contract_id == Contract.id, ContractTerms.valid_from <= asked.on)
    query = (
        select(Contract, ContractTerms).join(ContractTerms, holds, isouter=True)
        .where(Contract.organisation_id == asked.organisation_id).options(selectinload(Contract.lines))
        .order_by(Contract.valid_from.desc(), Contract.id, ContractTerms.valid_from)
    )  # fmt: skip
    latest = {contract.id: _Held(contract, terms) for contract, terms in db.session.execute(query)}
    return list(latest.values())


def _other(line: ContractLine, asked: Asked) -> str:
    """Why a line is for something else; empty where it is for this."""
    if line.product_id != asked.product_id:
        return "other_product"
    return "other_component" if line.component_id not in (None, asked.component_id) else ""


def _verdict(held: _Held, policy_id: int | None, asked: Asked) -> str:
    contract, terms = held.contract, held.terms
    if contract.valid_from > asked.on:
        return "not_yet"
    if contract.valid_until is not None and contract.valid_until < asked.on:
        return "expired"
    if policy_id is None:
        return "no_policy"
    if terms is not None and not _is_by_its_channels(terms, asked.channel):
        return "other_channel"
    if terms is not None and not _is_in_its_hours(terms, asked.at):
        return "outside_hours"
    return CHOSEN


def _is_by_its_channels(terms: ContractTerms, channel: Channel | None) -> bool:
    """On-site work is covered or chargeable by a rule of its own; the request for it is covered."""
    return not terms.channels or channel in (None, Channel.ON_SITE_VISIT) or channel in terms.channels


def _is_in_its_hours(terms: ContractTerms, at: datetime) -> bool:
    if not terms.covers_only_hours or terms.calendar_id is None:
        return True
    return register.indexes()[terms.calendar_id].is_working(epoch(at))


def _warranty(installed: InstalledProduct, on: date) -> Candidate:
    policy_id = db.session.get_one(Product, installed.product_id).warranty_policy_id
    if installed.warranty_until is not None and installed.warranty_until < on:
        verdict = "expired"
    else:
        verdict = CHOSEN if policy_id is not None else "no_policy"
    return Candidate("warranty", installed.serial, policy_id, None, verdict)
