"""Support contracts of organisations: number, policy, span, what they cover, and how they are renewed.

Two contracts of one organisation never cover the same on the same day: whoever writes one holds the organisation's row.
What overlaps since before stays readable, and `threeline check` names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, selectinload

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import ConfigurationChanged
from helpdesk.models.contracts import Contract, ContractLine
from helpdesk.models.people import Operator, Organisation
from helpdesk.models.products import Component, Product
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from sla.models import SlaPolicy

LONGEST_RENEWAL_MONTHS = 120
MOST_MINUTES = 10_000_000
EARLIEST, FARTHEST = date(1900, 1, 1), timedelta(days=36_600)  # of a first and a last day; the latter from today
Cover = tuple[int | None, int | None]  # product and component; (None, None): all that no line names


@dataclass(frozen=True)
class Renewal:
    """How a contract goes on after its last day, until when notice can be given, and who looks after it."""

    owner_id: int | None = None
    renewal_months: int | None = None
    renews_itself: bool = False
    renewal_minutes: int = 0  # hours that come with each further span
    notice_by: date | None = None


@dataclass(frozen=True)
class NewContract:
    """What was agreed: `policy_id` is for all that no line names."""

    number: str
    policy_id: int | None
    valid_from: date
    valid_until: date | None = None
    product_ids: tuple[int, ...] = ()
    line_policy_id: int | None = None  # of these products; none: that of the contract
    component_ids: tuple[int, ...] = ()  # covered alone, without the rest of their products
    renewal: Renewal = field(default_factory=Renewal)


def contracts_of(organisation: Organisation, *, for_: Actor) -> list[Contract]:
    """The contracts of an organisation, the newest first."""
    require(for_, Action.MANAGE_CONTRACTS)
    query = select(Contract).where(Contract.organisation_id == organisation.id).options(selectinload(Contract.lines))
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
    hold_organisation(organisation.id)
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
        valid_until=new.valid_until, lines=_lines(new), **asdict(new.renewal),
    )  # fmt: skip
    refuse_overlap(contract, "valid_from")
    db.session.add(contract)
    db.session.flush()
    _note(contract, {"added": number, "organisation": organisation.id}, by=by)
    return contract


@command
def end_contract(contract: Contract, on: date, *, seen: date | None, by: Actor) -> None:
    """Let a contract end with this day. Clocks that run go on; what comes later is covered by something else."""
    require(by, Action.MANAGE_CONTRACTS)
    hold_organisation(contract.organisation_id)
    if contract.valid_until == on:
        return  # a second click
    if contract.valid_until != seen:
        raise Conflict(_("Somebody else has changed the end of this contract meanwhile."), code="contract_changed")
    if on < contract.valid_from:
        raise Invalid({"on": [_("It ends before it begins.")]})
    if wrong := _wrong_day(on):
        raise Invalid({"on": [wrong]})
    _note(contract, {"valid_until": [str(contract.valid_until or ""), str(on)]}, by=by)
    contract.valid_until = on
    if contract.notice_by is not None and contract.notice_by > on:
        contract.notice_by = None
    refuse_overlap(contract, "on")


@command
def add_line(
    contract: Contract, product_id: int, policy_id: int | None, *, component_id: int | None = None, by: Actor
) -> ContractLine:
    """Let a contract cover a product, or one component of it, with a policy of its own if one is named."""
    require(by, Action.MANAGE_CONTRACTS)
    hold_organisation(contract.organisation_id)
    if any((line.product_id, line.component_id) == (product_id, component_id) for line in contract.lines):
        raise Conflict(_("This contract covers the product already."), code="line_taken")
    if db.session.get(Product, product_id) is None or not _is_policy(policy_id):
        raise Invalid({"product_id": [_("Choose one of the list.")]})
    component = db.session.get(Component, component_id) if component_id is not None else None
    if component_id is not None and (component is None or component.product_id != product_id):
        raise Invalid({"component_id": [_("Choose one of the list.")]})
    line = ContractLine(product_id=product_id, component_id=component_id, policy_id=policy_id)
    contract.lines.append(line)
    refuse_overlap(contract, "product_id")
    _note(contract, {"line": product_id, "component": component_id, "policy": policy_id}, by=by)
    return line


@command
def arrange_renewal(contract: Contract, renewal: Renewal, *, by: Actor) -> None:
    """Say how a contract goes on, until when notice can be given, and who looks after it."""
    require(by, Action.MANAGE_CONTRACTS)
    hold_organisation(contract.organisation_id)
    if errors := _wrong_in_renewal(renewal, contract.valid_from, contract.valid_until):
        raise Invalid(errors)
    values = asdict(renewal)
    change = {name: [_told(getattr(contract, name)), _told(value)] for name, value in values.items()
              if getattr(contract, name) != value}  # fmt: skip
    if not change:
        return
    for name, value in values.items():
        setattr(contract, name, value)
    _note(contract, change, by=by)


def hold_organisation(organisation_id: int) -> None:
    """Who writes contracts of one organisation comes one after the other."""
    db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())


def refuse_overlap(contract: Contract, name: str) -> None:
    """Invalid, at this field, where another contract of the organisation covers the same on one of its days."""
    with db.session.no_autoflush:
        other = overlap_of(contract)
    if other is None:
        return
    known = {"number": other.number, "since": str(other.valid_from), "until": str(other.valid_until)}
    if other.valid_until is None:
        raise Invalid({name: [_("The contract %(number)s covers the same, from %(since)s on.", **known)]})
    raise Invalid({name: [_("The contract %(number)s covers the same, from %(since)s to %(until)s.", **known)]})


def overlap_of(contract: Contract, until: date | None = None) -> Contract | None:
    """A contract of the same organisation that covers the same on one of its days; `until`: were that its end."""
    last, mine = until or contract.valid_until, _covers(contract)
    query = (
        select(Contract).where(Contract.organisation_id == contract.organisation_id)
        .where(or_(Contract.valid_until.is_(None), Contract.valid_until >= contract.valid_from))
        .order_by(Contract.valid_from, Contract.id).options(selectinload(Contract.lines))
    )  # fmt: skip
    if contract.id is not None:
        query = query.where(Contract.id != contract.id)
    if last is not None:
        query = query.where(Contract.valid_from <= last)
    return next((other for other in db.session.scalars(query) if mine & _covers(other)), None)


def overlaps() -> Iterator[tuple[Contract, Contract]]:
    """Contracts of one organisation that cover the same on the same day: what was so before it was refused."""
    other = aliased(Contract)
    beside = and_(other.organisation_id == Contract.organisation_id, other.id > Contract.id)
    query = (
        select(Contract, other).join(other, beside)
        .where(or_(Contract.valid_until.is_(None), Contract.valid_until >= other.valid_from),
               or_(other.valid_until.is_(None), other.valid_until >= Contract.valid_from))
        .order_by(Contract.id, other.id)
    )  # fmt: skip
    for one, two in db.session.execute(query):
        if _covers(one) & _covers(two):
            yield one, two


def _covers(contract: Contract) -> set[Cover]:
    lines: set[Cover] = {(line.product_id, line.component_id) for line in contract.lines}
    return lines | ({(None, None)} if contract.policy_id is not None else set())


def _lines(new: NewContract) -> list[ContractLine]:
    products = dict(
        db.session.execute(select(Component.id, Component.product_id).where(Component.id.in_(new.component_ids))).all()
    )
    whole = [ContractLine(product_id=each, policy_id=new.line_policy_id) for each in sorted(set(new.product_ids))]
    return whole + [
        ContractLine(product_id=products[each], component_id=each, policy_id=new.line_policy_id)
        for each in sorted(set(new.component_ids))
    ]


def _wrong_in(new: NewContract) -> dict[str, list[str]]:
    errors = _wrong_in_renewal(new.renewal, new.valid_from, new.valid_until)
    for name, day in (("valid_from", new.valid_from), ("valid_until", new.valid_until)):
        if day is not None and (wrong := _wrong_day(day)):
            errors[name] = [wrong]
    if new.valid_until is not None and new.valid_until < new.valid_from:
        errors["valid_until"] = [_("It ends before it begins.")]
    if not _is_policy(new.policy_id):
        errors["policy_id"] = [_("Choose one of the list.")]
    if not _is_policy(new.line_policy_id):
        errors["line_policy_id"] = [_("Choose one of the list.")]
    if new.policy_id is None and (not (new.product_ids or new.component_ids) or new.line_policy_id is None):
        errors.setdefault("policy_id", [_("Name a policy, for the contract or for its products.")])
    for name, model, ids in (
        ("product_ids", Product, new.product_ids),
        ("component_ids", Component, new.component_ids),
    ):
        if set(ids) - set(db.session.scalars(select(model.id).where(model.id.in_(ids)))):
            errors[name] = [_("Choose one of the list.")]
    return errors


def _wrong_in_renewal(renewal: Renewal, since: date, until: date | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    bounds = (("renewal_months", renewal.renewal_months, 1, LONGEST_RENEWAL_MONTHS),
              ("renewal_minutes", renewal.renewal_minutes, 0, MOST_MINUTES))  # fmt: skip
    for name, value, low, high in bounds:
        if value is not None and not low <= value <= high:
            errors[name] = [_("Give a number from %(low)s to %(high)s.", low=low, high=high)]
    if renewal.renews_itself and renewal.renewal_months is None:
        errors["renewal_months"] = [_("Say for how many months it renews itself.")]
    if until is None and (renewal.renews_itself or renewal.notice_by is not None):
        errors["notice_by" if renewal.notice_by is not None else "renews_itself"] = [
            _("The contract has no last day: there is nothing to renew.")
        ]
    elif renewal.notice_by is not None and until is not None and not since <= renewal.notice_by <= until:
        errors["notice_by"] = [_("Notice is given while the contract holds.")]
    owner = db.session.get(Operator, renewal.owner_id) if renewal.owner_id is not None else None
    if renewal.owner_id is not None and (owner is None or not owner.is_active):
        errors["owner_id"] = [_("Choose one of the list.")]
    return errors


def _wrong_day(day: date) -> str:
    if day < EARLIEST:
        return _("Give a date of our time.")
    return _("This is too far away.") if day > desk_today() + FARTHEST else ""


def _is_policy(policy_id: int | None) -> bool:
    return policy_id is None or db.session.get(SlaPolicy, policy_id) is not None


def _told(value: object) -> object:
    return str(value) if isinstance(value, date) else value


def _note(contract: Contract, change: Mapping[str, object], *, by: Actor) -> None:
    record(ConfigurationChanged(contract.id, what="contract", change=dict(change)), by=by)
