"""The choice of service levels at receipt: once, and kept with the ticket beside what was rejected.

Asked in this order: a contract's line for the component, its line for the product, a contract of the organisation, the
warranty of the installed product, the desk's default. A contract covers what comes by its channels, and in its hours
where its terms say that it covers nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, select

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


class _Line(NamedTuple):
    """A product that a contract covers, or a component of it."""

    product_id: int
    component_id: int | None
    policy_id: int | None


@dataclass
class _Held:
    """A contract with its lines, and what the terms that hold on the day say of channels and hours."""

    id: int
    number: str
    policy_id: int | None
    valid_from: date
    valid_until: date | None
    channels: Sequence[str] = ()
    hours_of: int | None = None  # the calendar of the hours outside of which nothing is covered
    lines: dict[int, _Line] = field(default_factory=dict)


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
    lines = sorted(((one, line) for one in contracts for line in one.lines.values()),
                   key=lambda pair: pair[1].component_id is None)  # fmt: skip
    for one, line in lines:
        policy_id = line.policy_id or one.policy_id
        verdict = _other(line, asked) or _verdict(one, policy_id, asked)
        yield Candidate("contract_line", one.number, policy_id, one.id, verdict)
    for one in contracts:
        yield Candidate("contract", one.number, one.policy_id, one.id, _verdict(one, one.policy_id, asked))
    if asked.installed is not None and asked.installed.warranty_until is not None:
        yield _warranty(asked.installed, asked.on)
    default = register.default_policy_id()
    yield Candidate("default", "", default, None, CHOSEN if default else "no_policy")


# Put together once: that takes as long as asking it.
_CONTRACTS = (
    select(
        Contract.id, Contract.number, Contract.policy_id, Contract.valid_from, Contract.valid_until,
        ContractTerms.channels, ContractTerms.calendar_id, ContractTerms.covers_only_hours,
        ContractLine.id.label("line_id"), ContractLine.product_id, ContractLine.component_id,
        ContractLine.policy_id.label("line_policy_id"),
    )
    .join(
        ContractTerms,
        and_(ContractTerms.contract_id == Contract.id, ContractTerms.valid_from <= bindparam("day")),
        isouter=True,
    )
    .join(ContractLine, isouter=True).where(Contract.organisation_id == bindparam("organisation"))
    .order_by(Contract.valid_from.desc(), Contract.id, ContractTerms.valid_from, ContractLine.id)
)  # fmt: skip


def _contracts(asked: Asked) -> Sequence[_Held]:
    """The contracts of the organisation with their terms and lines: one question, however many there are.

    It is asked whenever a ticket is opened, so it reads plain columns and no objects.
    """
    if asked.organisation_id is None:
        return ()
    found: dict[int, _Held] = {}
    for row in db.session.execute(_CONTRACTS, {"organisation": asked.organisation_id, "day": asked.on}):
        held = found.get(row.id)
        if held is None:
            held = found[row.id] = _Held(row.id, row.number, row.policy_id, row.valid_from, row.valid_until)
        # The terms that hold come last.
        held.channels, held.hours_of = row.channels or (), row.calendar_id if row.covers_only_hours else None
        if row.line_id is not None:
            held.lines[row.line_id] = _Line(row.product_id, row.component_id, row.line_policy_id)
    return list(found.values())


def _other(line: _Line, asked: Asked) -> str:
    """Why a line is for something else; empty where it is for this."""
    if line.product_id != asked.product_id:
        return "other_product"
    return "other_component" if line.component_id not in (None, asked.component_id) else ""


def _verdict(held: _Held, policy_id: int | None, asked: Asked) -> str:
    if held.valid_from > asked.on:
        return "not_yet"
    if held.valid_until is not None and held.valid_until < asked.on:
        return "expired"
    if policy_id is None:
        return "no_policy"
    # On-site work is covered or chargeable by a rule of its own; the request for it is covered.
    if held.channels and asked.channel not in (None, Channel.ON_SITE_VISIT, *held.channels):
        return "other_channel"
    if held.hours_of is not None and not register.indexes()[held.hours_of].is_working(epoch(asked.at)):
        return "outside_hours"
    return CHOSEN


def _warranty(installed: InstalledProduct, on: date) -> Candidate:
    policy_id = db.session.get_one(Product, installed.product_id).warranty_policy_id
    if installed.warranty_until is not None and installed.warranty_until < on:
        verdict = "expired"
    else:
        verdict = CHOSEN if policy_id is not None else "no_policy"
    return Candidate("warranty", installed.serial, policy_id, None, verdict)
