"""Support contracts of organisations, as far as service levels need them: number, policy, span, product lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.events import ConfigurationChanged
from helpdesk.models.contracts import Contract, ContractLine
from helpdesk.models.people import Organisation
from helpdesk.models.products import Product
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from sla.models import SlaPolicy


@dataclass(frozen=True)
class NewContract:
    """What was agreed: `policy_id` is for all that no line names."""

    number: str
    policy_id: int | None
    valid_from: date
    valid_until: date | None = None
    product_ids: tuple[int, ...] = ()
    line_policy_id: int | None = None  # of these products; none: that of the contract


def contracts_of(organisation: Organisation, *, for_: Actor) -> list[Contract]:
    """The contracts of an organisation, the newest first."""
    require(for_, Action.MANAGE_CONTRACTS)
    query = select(Contract).where(Contract.organisation_id == organisation.id)
    return list(db.session.scalars(query.order_by(Contract.valid_from.desc(), Contract.id.desc())))


def get_contract(contract_id: int, organisation: Organisation, *, for_: Actor) -> Contract:
    require(for_, Action.MANAGE_CONTRACTS)
    query = select(Contract).where(Contract.id == contract_id, Contract.organisation_id == organisation.id)
    found: Contract | None = db.session.scalar(locked_when_writing(query, of=Contract))
    if found is None:
        raise NotFound
    return found


@command
def add_contract(organisation: Organisation, new: NewContract, *, by: Actor) -> Contract:
    """Write a contract; requests that come while it is valid are covered by it."""
    require(by, Action.MANAGE_CONTRACTS)
    return write_contract(organisation, new, by=by)


def write_contract(organisation: Organisation, new: NewContract, *, by: Actor) -> Contract:
    """The same, by whoever may do what it is a part of. Part of a larger activity."""
    number, errors = " ".join(new.number.split())[:100], _wrong_in(new)
    if not number:
        errors["number"] = [_("Give the contract a number.")]
    elif db.session.scalar(select(Contract.id).where(func.lower(Contract.number) == number.lower())):
        errors["number"] = [_("There is already a contract with this number.")]
    if errors:
        raise Invalid(errors)
    contract = Contract(
        organisation_id=organisation.id, number=number, policy_id=new.policy_id, valid_from=new.valid_from,
        valid_until=new.valid_until,
        lines=[ContractLine(product_id=each, policy_id=new.line_policy_id) for each in sorted(set(new.product_ids))],
    )  # fmt: skip
    db.session.add(contract)
    db.session.flush()
    _note(contract, {"added": number, "organisation": organisation.id}, by=by)
    return contract


@command
def end_contract(contract: Contract, on: date, *, seen: date | None, by: Actor) -> None:
    """Let a contract end with this day. Clocks that run go on; what comes later is covered by something else."""
    require(by, Action.MANAGE_CONTRACTS)
    if contract.valid_until != seen:
        raise Conflict(_("Somebody else has changed the end of this contract meanwhile."), code="contract_changed")
    if on < contract.valid_from:
        raise Invalid({"on": [_("It ends before it begins.")]})
    _note(contract, {"valid_until": [str(contract.valid_until or ""), str(on)]}, by=by)
    contract.valid_until = on


@command
def add_line(contract: Contract, product_id: int, policy_id: int | None, *, by: Actor) -> ContractLine:
    """Let a contract cover a product, with a policy of its own if one is named."""
    require(by, Action.MANAGE_CONTRACTS)
    if any(line.product_id == product_id for line in contract.lines):
        raise Conflict(_("This contract covers the product already."), code="line_taken")
    if db.session.get(Product, product_id) is None or not _is_policy(policy_id):
        raise Invalid({"product_id": [_("Choose one of the list.")]})
    line = ContractLine(product_id=product_id, policy_id=policy_id)
    contract.lines.append(line)
    _note(contract, {"line": product_id, "policy": policy_id}, by=by)
    return line


def _wrong_in(new: NewContract) -> dict[str, list[str]]:
    errors = {}
    if new.valid_until is not None and new.valid_until < new.valid_from:
        errors["valid_until"] = [_("It ends before it begins.")]
    if not _is_policy(new.policy_id):
        errors["policy_id"] = [_("Choose one of the list.")]
    if not _is_policy(new.line_policy_id):
        errors["line_policy_id"] = [_("Choose one of the list.")]
    if new.policy_id is None and (not new.product_ids or new.line_policy_id is None):
        errors.setdefault("policy_id", [_("Name a policy, for the contract or for its products.")])
    wanted = set(new.product_ids)
    if wanted - set(db.session.scalars(select(Product.id).where(Product.id.in_(wanted)))):
        errors["product_ids"] = [_("Choose one of the list.")]
    return errors


def _is_policy(policy_id: int | None) -> bool:
    return policy_id is None or db.session.get(SlaPolicy, policy_id) is not None


def _note(contract: Contract, change: Mapping[str, object], *, by: Actor) -> None:
    record(ConfigurationChanged(contract.id, what="contract", change=dict(change)), by=by)
