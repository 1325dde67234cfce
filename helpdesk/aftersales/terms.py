"""The terms of contracts: what work costs, from which day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from helpdesk.aftersales.counting import Rates
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import TermsSet
from helpdesk.models.contracts import Contract, ContractTerms, Plan
from helpdesk.models.tickets import Channel
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.calendars import calendar_names

MOST_MINUTES = 10_000_000
UNITS = (1, 5, 6, 10, 15, 20, 30, 60)


@dataclass(frozen=True)
class NewTerms:
    """What work on a contract costs, from a day on. Money is in cents."""

    valid_from: date
    plan: Plan
    rounding_minutes: int = 1
    minimum_minutes: int = 0
    after_hours_percent: int = 100
    calendar_id: int | None = None
    covers_only_hours: bool = False
    covers_on_site: bool = False
    channels: tuple[str, ...] = ()
    hourly_rate_cents: int | None = None
    monthly_fee_cents: int | None = None
    currency: str = "EUR"
    carry_over_minutes: int = 0
    alert_percents: tuple[int, ...] = (75, 90, 100)
    approval_above_minutes: int | None = None
    approval_above_cents: int | None = None
    reason: str = ""


def contract_by_number(number: str, *, for_: Actor) -> Contract:
    """The contract with this number, if the actor can see it; locked where this transaction may change it."""
    query = visible(for_, Contract).where(db.func.lower(Contract.number) == number.strip().lower())
    found: Contract | None = db.session.scalar(locked_when_writing(query, of=Contract))
    if found is None:
        raise NotFound(_("There is no contract %(number)s.", number=number))
    return found


def contract_by_id(contract_id: int, *, for_: Actor) -> Contract:
    """The same by its id."""
    query = visible(for_, Contract).where(Contract.id == contract_id)
    found: Contract | None = db.session.scalar(locked_when_writing(query, of=Contract))
    if found is None:
        raise NotFound
    return found


def held(contract_id: int) -> Contract:
    """The contract with its row locked: who writes into its ledger comes one after the other."""
    query = select(Contract).where(Contract.id == contract_id).with_for_update()
    found: Contract = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def terms_of(contract_id: int) -> Sequence[ContractTerms]:
    """The terms of a contract, in the order in which they hold."""
    query = select(ContractTerms).where(ContractTerms.contract_id == contract_id)
    return db.session.scalars(query.order_by(ContractTerms.valid_from)).all()


def terms_on(contract_id: int, on: date) -> ContractTerms | None:
    """The terms that hold on a day; None before the first of them."""
    query = select(ContractTerms).where(ContractTerms.contract_id == contract_id, ContractTerms.valid_from <= on)
    found: ContractTerms | None = db.session.scalar(query.order_by(ContractTerms.valid_from.desc()).limit(1))
    return found


def rates_of(terms: ContractTerms) -> Rates:
    return Rates(terms.rounding_minutes, terms.minimum_minutes, terms.after_hours_percent)


@command
def set_terms(contract: Contract, new: NewTerms, *, by: Actor) -> ContractTerms:
    """Let a contract say something else from a day on; work of the days before stays as it was counted."""
    require(by, Action.MANAGE_CONTRACTS)
    contract = held(contract.id)
    if errors := _wrong_in(contract, new):
        raise Invalid(errors)
    known = terms_of(contract.id)
    if any(each.valid_from >= new.valid_from for each in known):
        raise Conflict(
            _("Terms are followed by later ones, never replaced: there are some from %(day)s on.",
              day=str(known[-1].valid_from)), code="terms_later",
        )  # fmt: skip
    values = asdict(new) | {
        "channels": sorted(new.channels), "alert_percents": sorted(set(new.alert_percents)),
        "reason": new.reason.strip(), "currency": new.currency.strip().upper(),
    }  # fmt: skip
    terms = ContractTerms(contract_id=contract.id, recorded_at=now(), author_id=by.account_id or None, **values)
    db.session.add(terms)
    db.session.flush()
    record(TermsSet(contract.id, terms_id=terms.id, plan=new.plan.value, valid_from=str(new.valid_from)), by=by)
    return terms


def _wrong_in(contract: Contract, new: NewTerms) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if new.valid_from < contract.valid_from:
        errors["valid_from"] = [_("The contract begins later.")]
    elif contract.valid_until is not None and new.valid_from > contract.valid_until:
        errors["valid_from"] = [_("The contract is over by then.")]
    if new.rounding_minutes not in UNITS:
        errors["rounding_minutes"] = [_("Choose one of the list.")]
    bounds = (
        ("minimum_minutes", new.minimum_minutes, 0, 480), ("after_hours_percent", new.after_hours_percent, 100, 500),
        ("carry_over_minutes", new.carry_over_minutes, 0, MOST_MINUTES),
        ("hourly_rate_cents", new.hourly_rate_cents or 0, 0, 10_000_000),
        ("monthly_fee_cents", new.monthly_fee_cents or 0, 0, 1_000_000_000),
        ("approval_above_minutes", new.approval_above_minutes or 0, 0, MOST_MINUTES),
        ("approval_above_cents", new.approval_above_cents or 0, 0, 1_000_000_000),
    )  # fmt: skip
    for name, value, low, high in bounds:
        if not low <= value <= high:
            errors[name] = [_("Give a number from %(low)s to %(high)s.", low=low, high=high)]
    if new.calendar_id is not None and new.calendar_id not in calendar_names():
        errors["calendar_id"] = [_("Choose one of the list.")]
    if new.covers_only_hours and (new.calendar_id is None or new.after_hours_percent != 100):
        errors["covers_only_hours"] = [
            _("Only agreed hours can be all that is covered, and only where no other hour has a price of its own.")
        ]
    if set(new.channels) - {each.value for each in Channel}:
        errors["channels"] = [_("Choose one of the list.")]
    if len(new.alert_percents) > 8 or not all(1 <= each <= 100 for each in new.alert_percents):
        errors["alert_percents"] = [_("Give percentages from 1 to 100, eight at most.")]
    currency = new.currency.strip()
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        errors["currency"] = [_("Give a currency by its three letters, such as EUR.")]
    return errors
