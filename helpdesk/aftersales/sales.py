"""The handover to operations: a closed sale becomes an organisation with people, products, a contract and a checklist.

1. All of it is one transaction: what was sold is there whole, or not at all. What is known already (the organisation,
   a contact, the contract) is found and used, never written a second time.
2. A sale comes in once: by its enquiry, by the seller's own reference, by the key of its form.
3. What has a price gets a proforma first; `payments` says what follows. The points to check are those of `checklist`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select, tuple_

from helpdesk.aftersales import billing, hours
from helpdesk.aftersales.care import NewCare, start_care
from helpdesk.aftersales.checklist import begin_points
from helpdesk.aftersales.enquiries import faces_clients, win
from helpdesk.aftersales.installed import free_upgrades_from
from helpdesk.aftersales.money import MOST_CENTS, wrong_currency
from helpdesk.aftersales.terms import MOST_MINUTES, NewTerms, terms_of, write_terms
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.entitlement.contracts import NewContract, hold_organisation, refuse_overlap, write_contract
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import SaleRecorded
from helpdesk.models.access import Account, Role
from helpdesk.models.contracts import Contract, ContractLine, NoticeKind, Plan
from helpdesk.models.enquiries import Enquiry
from helpdesk.models.people import BuyingRole, Contact, Organisation
from helpdesk.models.products import InstalledProduct, Product, Version
from helpdesk.models.sales import Sale, SoldItem, SoldUnit
from helpdesk.models.tickets import Ticket
from helpdesk.people import accounts
from helpdesk.people.organisations import (
    NewContact,
    NewOrganisation,
    account_of,
    add_contact,
    contact_by_email,
    join_organisation,
    register_organisation,
    set_buying_roles,
)
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from sla import register

MOST_UNITS = 200  # of one line that stand at the client, each with a row of its own
MOST_QUANTITY = 1_000_000
MOST_ITEMS, MOST_CONTACTS = 50, 50
LONGEST = {
    "what": 250, "serial": 100, "location": 200, "reference": 100, "note": 20_000, "name": 200, "email": 320,
    "phone": 60, "city": 100, "number": 100,
}  # fmt: skip
EARLIEST, FARTHEST = date(1990, 1, 1), timedelta(days=36_600)


@dataclass(frozen=True)
class NewItem:
    """A line of the sale. What has a product stands at the client, each piece by its own serial number."""

    product_id: int | None = None
    what: str = ""  # empty: the name of the product
    quantity: int = 1
    price_cents: int = 0  # of one
    version_id: int | None = None
    serials: tuple[str, ...] = ()
    location: str = ""
    delivered_on: date | None = None
    warranty_until: date | None = None
    free_upgrades_until: date | None = None  # None: a year from delivery, as the desk says


@dataclass(frozen=True)
class NewBuyer:
    """A person of the organisation: known by id or address, else new."""

    contact_id: int | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    roles: tuple[BuyingRole, ...] = ()
    is_supervisor: bool = False
    is_invited: bool = False  # to the portal


@dataclass(frozen=True)
class NewAgreement:
    """The contract: a known number of this organisation is used as it is, with the products added."""

    number: str
    valid_from: date
    valid_until: date | None = None
    plan: Plan = Plan.PAY_AS_YOU_GO
    policy_id: int | None = None  # None: the default policy
    hours_minutes: int = 0  # a block of prepaid hours
    hours_expire_on: date | None = None
    hourly_rate_cents: int | None = None
    monthly_fee_cents: int | None = None
    covers_on_site: bool = False


@dataclass(frozen=True)
class NewSale:
    """A closed sale, as it is handed over to operations."""

    sold_on: date
    items: tuple[NewItem, ...]
    organisation_id: int | None = None
    organisation: NewOrganisation | None = None
    contacts: tuple[NewBuyer, ...] = ()
    contract: NewAgreement | None = None
    care_plan_id: int | None = None
    owner_id: int | None = None  # of the points; None: whoever records it
    currency: str = "EUR"
    reference: str = ""
    note: str = ""
    ticket_id: int | None = None  # of the enquiry that was won


@command
def record_sale(new: NewSale, *, by: Actor, submission: str | None = None) -> Sale:
    """Hand a closed sale over to operations: all that was sold, and the checklist of what is still to be done."""
    require(by, Action.RECORD_SALE)
    if submission and (known := _submitted(submission, by=by)):
        return known  # a second click
    new = replace(new, reference=" ".join(new.reference.split()))
    if new.reference and sale_by_reference(new.reference) is not None:
        raise Conflict(_("A sale with this reference was recorded already."), code="reference_taken")
    if errors := _wrong_in(new):
        raise Invalid(errors)
    enquiry, ticket = _enquiry(new, by=by)
    organisation = _organisation(new, by=by)
    buyers = [_buyer(f"contacts.{place}", each, organisation, by=by) for place, each in enumerate(new.contacts)]
    if ticket is not None:
        _bring_in(ticket, organisation, by=by)
    contract = _contract(new, organisation, by=by) if new.contract else None
    owner_id = new.owner_id or (by.operator_id if faces_clients(by.operator_id) else None)
    requester_id = ticket.requester_id if ticket is not None else None
    sale = Sale(
        organisation_id=organisation.id, enquiry_id=enquiry.id if enquiry else None,
        contract_id=contract.id if contract else None, contact_id=buyers[0].id if buyers else requester_id,
        owner_id=owner_id, reference=new.reference or None, sold_on=new.sold_on,
        currency=new.currency.strip().upper(), note=new.note.strip(), recorded_at=now(), submission=submission,
    )  # fmt: skip
    db.session.add(sale)
    db.session.flush()
    for item in new.items:
        _sell(sale, item)
    begin_points(sale, ", ".join(_names(new))[:200], by=by)
    total = sum(item.quantity * item.price_cents for item in new.items)
    if total:
        billing.notice_sale(sale, NoticeKind.PROFORMA, total, day_of(organisation.id, now()))
    if new.care_plan_id is not None:
        _begin_care(sale, organisation, new.care_plan_id, by=by)
    record(SaleRecorded(sale.id, organisation_id=organisation.id, contract_id=sale.contract_id,
                        ticket_id=ticket.id if ticket else None), by=by)  # fmt: skip
    return sale


def _submitted(submission: str, *, by: Actor) -> Sale | None:
    """The sale of this form; two clicks of one person come one after the other."""
    db.session.execute(select(Account.id).where(Account.id == by.account_id).with_for_update())
    found: Sale | None = db.session.scalar(select(Sale).where(Sale.submission == submission))
    return found


def sale_by_reference(reference: str) -> Sale | None:
    """The sale with the seller's own number."""
    found: Sale | None = db.session.scalar(select(Sale).where(Sale.reference == " ".join(reference.split())))
    return found


def _begin_care(sale: Sale, organisation: Organisation, care_plan_id: int, *, by: Actor) -> None:
    """Begin the follow-up programme of the client, counted from the day of the sale."""
    try:
        start_care(organisation, NewCare(
            plan_id=care_plan_id, anchor=sale.sold_on, contact_id=sale.contact_id, contract_id=sale.contract_id,
        ), by=by)  # fmt: skip
    except Invalid as refusal:
        raise Invalid({"care_plan_id": [text for texts in refusal.errors.values() for text in texts]}) from refusal


def _enquiry(new: NewSale, *, by: Actor) -> tuple[Enquiry | None, Ticket | None]:
    """The enquiry that was won, with its ticket; one that is still open is won by this."""
    if new.ticket_id is None:
        return None, None
    ticket: Ticket | None = db.session.scalar(visible(by, Ticket).where(Ticket.id == new.ticket_id))
    if ticket is None:
        raise Invalid({"ticket_id": [_("There is no such enquiry.")]})
    enquiry = win(ticket, by=by)
    if db.session.scalar(select(Sale.id).where(Sale.enquiry_id == enquiry.id)):
        raise Conflict(_("The sale of this enquiry was handed over already."), code="sale_recorded")
    return enquiry, ticket


def _organisation(new: NewSale, *, by: Actor) -> Organisation:
    if new.organisation_id is not None:
        query = visible(by, Organisation).where(Organisation.id == new.organisation_id)
        found: Organisation | None = db.session.scalar(query)
        if found is None:
            raise Invalid({"organisation_id": [_("There is no such organisation.")]})
        return found
    wanted = new.organisation or NewOrganisation("")
    query = select(Organisation).where(func.lower(Organisation.name) == wanted.name.strip().lower())
    known = db.session.scalar(query.order_by(Organisation.id).limit(1))
    if known is not None:
        return known
    with _under("organisation"):
        return register_organisation(wanted, by=by)


def _buyer(place: str, new: NewBuyer, organisation: Organisation, *, by: Actor) -> Contact:
    """The contact: found, of this organisation or of none so far, or new; with the roles, perhaps invited."""
    with _under(place):
        contact: Contact | None
        if new.contact_id is not None:
            contact = db.session.scalar(visible(by, Contact).where(Contact.id == new.contact_id))
            if contact is None:
                raise Invalid({"contact_id": [_("Choose one of the list.")]})
        else:
            contact = contact_by_email(accounts.clean_email(new.email)) if new.email.strip() else None
        if contact is None:
            contact = add_contact(NewContact(
                name=new.name, email=new.email.strip() or None, phone=new.phone, organisation_id=organisation.id,
                language=new.language or None, roles=new.roles, is_supervisor=new.is_supervisor,
            ), by=by)  # fmt: skip
        elif contact.organisation_id not in (None, organisation.id):
            field = "contact_id" if new.contact_id is not None else "email"
            raise Invalid({field: [_("This person is a contact of another organisation.")]})
        else:
            if contact.organisation_id is None:
                join_organisation(contact, organisation.id, by=by)
            contact.is_supervisor = contact.is_supervisor or new.is_supervisor
            set_buying_roles(contact, {*(row.role for row in contact.roles), *new.roles}, by=by)
        if new.is_invited:
            _invite(contact, by=by)
    return contact


def _invite(contact: Contact, *, by: Actor) -> None:
    account = account_of(contact)
    if account is None:
        if not contact.email:
            raise Invalid({"email": [_("An invitation needs an e-mail address.")]})
        account = accounts.create_account(accounts.NewAccount(
            email=contact.email, role=Role.CONTACT, name=contact.name, language=contact.language,
        ), by=by)  # fmt: skip
    if account.password_hash is None and account.disabled_at is None:
        accounts.invite(account, by=by)


def _bring_in(ticket: Ticket, organisation: Organisation, *, by: Actor) -> None:
    """Whoever asked belongs to the organisation that has bought, and the enquiry with them."""
    requester = db.session.get_one(Contact, ticket.requester_id)
    if requester.organisation_id is None:
        join_organisation(requester, organisation.id, by=by)
    elif requester.organisation_id != organisation.id:
        raise Invalid({"organisation_id": [_("Whoever asked is a contact of another organisation.")]})
    ticket.organisation_id = organisation.id


def _contract(new: NewSale, organisation: Organisation, *, by: Actor) -> Contract:
    agreed = new.contract
    assert agreed is not None
    hold_organisation(organisation.id)
    product_ids = {item.product_id for item in new.items if item.product_id is not None}
    query = select(Contract).where(func.lower(Contract.number) == " ".join(agreed.number.split()).lower())
    known: Contract | None = db.session.scalar(query.with_for_update(of=Contract))
    if known is not None:
        if known.organisation_id != organisation.id:
            raise Invalid({"contract.number": [_("There is already a contract with this number.")]})
        added = sorted(product_ids - {line.product_id for line in known.lines})
        known.lines += [ContractLine(product_id=product_id) for product_id in added]
        with _under("contract"):
            refuse_overlap(known, "number")
        contract = known
    else:
        with _under("contract"):
            contract = write_contract(organisation, NewContract(
                agreed.number, agreed.policy_id or register.default_policy_id(), agreed.valid_from,
                agreed.valid_until, tuple(sorted(product_ids)),
            ), by=by)  # fmt: skip
    if not terms_of(contract.id):
        with _under("contract"):
            write_terms(contract, NewTerms(
                max(agreed.valid_from, contract.valid_from), agreed.plan, covers_on_site=agreed.covers_on_site,
                hourly_rate_cents=agreed.hourly_rate_cents, monthly_fee_cents=agreed.monthly_fee_cents,
                currency=new.currency,
            ), by=by)  # fmt: skip
    if agreed.hours_minutes:
        begins = max(contract.valid_from, day_of(organisation.id, now()))
        with _under("contract", minutes="hours_minutes", expires_on="hours_expire_on", on="valid_until"):
            hours.enter_block(contract, agreed.hours_minutes, expires_on=agreed.hours_expire_on, on=begins,
                              note=new.reference, by=by)  # fmt: skip
    return contract


def _sell(sale: Sale, new: NewItem) -> None:
    product = db.session.get(Product, new.product_id) if new.product_id is not None else None
    item = SoldItem(
        sale_id=sale.id, product_id=new.product_id, what=_line(new.what) or (product.name if product else ""),
        quantity=new.quantity, price_cents=new.price_cents,
    )  # fmt: skip
    db.session.add(item)
    db.session.flush()
    if product is None:
        return
    serials = [_line(serial) for serial in new.serials]
    upgrades = new.free_upgrades_until or (free_upgrades_from(new.delivered_on) if new.delivered_on else None)
    units = [
        InstalledProduct(
            organisation_id=sale.organisation_id, product_id=product.id, version_id=new.version_id,
            serial=serials[place] if place < len(serials) else "", location=_line(new.location),
            delivered_on=new.delivered_on, warranty_until=new.warranty_until, free_upgrades_until=upgrades,
        ) for place in range(new.quantity)
    ]  # fmt: skip
    db.session.add_all(units)
    db.session.flush()
    db.session.add_all(SoldUnit(item_id=item.id, installed_product_id=unit.id) for unit in units)


def _names(new: NewSale) -> list[str]:
    ids = [item.product_id for item in new.items if item.product_id is not None]
    names = dict(db.session.execute(select(Product.id, Product.name).where(Product.id.in_(ids))).all())
    return list(dict.fromkeys(_line(item.what) or names.get(item.product_id or 0, "") for item in new.items))


def _wrong_in(new: NewSale) -> dict[str, list[str]]:
    """Everything that is wrong with what was sent, each by its place: `items.0.price_cents`."""
    wrong = _Wrong()
    today = day_of(new.organisation_id, now())
    wrong.day("sold_on", new.sold_on, until=today, late=_("This lies in the future: record a sale when it is done."))
    if complaint := wrong_currency(new.currency):
        wrong.add("currency", complaint)
    wrong.length("reference", new.reference)
    wrong.length("note", new.note)
    if new.owner_id is not None and not faces_clients(new.owner_id):
        wrong.add("owner_id", _("Choose somebody of the first or second line."))
    if new.organisation_id is None:
        named = new.organisation or NewOrganisation("")
        if not named.name.strip():
            wrong.add("organisation.name", _("Choose the organisation, or give a new one a name."))
        wrong.length("organisation.name", named.name, "name")
        wrong.length("organisation.city", named.city, "city")
        if named.language not in LANGUAGES:
            wrong.add("organisation.language", _("Choose one of the list."))
    if not new.items:
        wrong.add("items", _("Say what was sold."))
    if len(new.items) > MOST_ITEMS:
        wrong.add("items", _("These are too many: at most %(most)s.", most=MOST_ITEMS))
    if len(new.contacts) > MOST_CONTACTS:
        wrong.add("contacts", _("These are too many: at most %(most)s.", most=MOST_CONTACTS))
    for place, buyer in enumerate(new.contacts[:MOST_CONTACTS]):
        _wrong_buyer(wrong, f"contacts.{place}", buyer)
    items = new.items[:MOST_ITEMS]
    for place, item in enumerate(items):
        _wrong_item(wrong, f"items.{place}", item, new.sold_on, today)
    if sum(item.quantity * item.price_cents for item in items) > MOST_CENTS:
        wrong.add("items", _("Together this costs more than one sale can."))
    _wrong_catalogue(wrong, items)
    if new.contract is not None:
        _wrong_agreement(wrong, new.contract)
    return wrong.errors


def _wrong_buyer(wrong: _Wrong, place: str, new: NewBuyer) -> None:
    if new.contact_id is None and not new.name.strip():
        wrong.add(f"{place}.name", _("Give the contact a name."))
    for name in ("name", "email", "phone"):
        wrong.length(f"{place}.{name}", getattr(new, name), name)
    if new.language and new.language not in LANGUAGES:
        wrong.add(f"{place}.language", _("Choose one of the list."))
    if new.contact_id is None and new.email.strip():
        try:
            accounts.clean_email(new.email)
        except Invalid as refusal:
            for sentence in refusal.errors.get("email", [refusal.message]):
                wrong.add(f"{place}.email", sentence)
    elif new.contact_id is None and new.is_invited:
        wrong.add(f"{place}.email", _("An invitation needs an e-mail address."))


def _wrong_item(wrong: _Wrong, place: str, new: NewItem, sold_on: date, today: date) -> None:
    if new.product_id is None and not new.what.strip():
        wrong.add(f"{place}.what", _("Say what was sold."))
    wrong.length(f"{place}.what", new.what, "what")
    wrong.length(f"{place}.location", new.location, "location")
    most = MOST_UNITS if new.product_id is not None else MOST_QUANTITY
    if not 0 < new.quantity <= most:
        wrong.add(f"{place}.quantity", _("Give a number from %(low)s to %(high)s.", low=1, high=most))
    if not 0 <= new.price_cents <= MOST_CENTS:
        wrong.add(f"{place}.price_cents", _("Give an amount from 0 to 10,000,000."))
    if len(new.serials) > max(new.quantity, 0):
        wrong.add(f"{place}.serials", _("There are more serial numbers than pieces."))
    for serial in new.serials:
        wrong.length(f"{place}.serials", serial, "serial")
    if new.delivered_on is not None:
        wrong.day(f"{place}.delivered_on", new.delivered_on, until=today, late=_("This lies in the future."))
    for name in ("warranty_until", "free_upgrades_until"):
        until = getattr(new, name)
        if until is None:
            continue
        wrong.day(f"{place}.{name}", until, until=today + FARTHEST, late=_("This is too far away."))
        if until < (new.delivered_on or sold_on):
            wrong.add(f"{place}.{name}", _("It ends before it begins."))


def _wrong_catalogue(wrong: _Wrong, items: Sequence[NewItem]) -> None:
    """Products and versions that do not exist, and serial numbers that stand somewhere already."""
    wanted = {item.product_id for item in items if item.product_id is not None}
    known = set(db.session.scalars(select(Product.id).where(Product.id.in_(wanted), Product.is_active)))
    versions = {item.version_id for item in items if item.version_id is not None}
    of_product = dict(db.session.execute(select(Version.id, Version.product_id).where(Version.id.in_(versions))).all())
    pairs = [(place, item.product_id, _line(serial).lower()) for place, item in enumerate(items)
             for serial in item.serials if item.product_id is not None and _line(serial)]  # fmt: skip
    standing: set[tuple[int | None, str]] = set()
    if pairs:
        serial = func.lower(InstalledProduct.serial)
        query = select(InstalledProduct.product_id, serial).where(
            tuple_(InstalledProduct.product_id, serial).in_([(product, text) for _place, product, text in pairs])
        )
        standing = {(row[0], row[1]) for row in db.session.execute(query)}
    for place, item in enumerate(items):
        if item.product_id is not None and item.product_id not in known:
            wrong.add(f"items.{place}.product_id", _("There is no such product."))
        if item.version_id is not None and of_product.get(item.version_id) != item.product_id:
            wrong.add(f"items.{place}.version_id", _("This is no version of the product."))
    for place, product_id, text in pairs:
        if (product_id, text) in standing:
            wrong.add(f"items.{place}.serials", _("This serial number stands at a client already: %(serial)s.",
                                                  serial=text))  # fmt: skip
        standing.add((product_id, text))


def _wrong_agreement(wrong: _Wrong, new: NewAgreement) -> None:
    if not new.number.strip():
        wrong.add("contract.number", _("Give the contract a number."))
    wrong.length("contract.number", new.number, "number")
    wrong.day("contract.valid_from", new.valid_from, until=desk_today() + FARTHEST, late=_("This is too far away."))
    if new.valid_until is not None and new.valid_until < new.valid_from:
        wrong.add("contract.valid_until", _("It ends before it begins."))
    if not 0 <= new.hours_minutes <= MOST_MINUTES:
        wrong.add("contract.hours_minutes", _("Give a minute at least."))
    if new.hours_minutes and new.plan is not Plan.PREPAID:
        wrong.add("contract.hours_minutes", _("Only a plan of prepaid hours has a block of hours."))
    if new.plan is Plan.MONTHLY and new.monthly_fee_cents is None:
        wrong.add("contract.monthly_fee_cents", _("A monthly plan has a fee."))


class _Wrong:
    """What is wrong, by its place."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def add(self, place: str, sentence: str) -> None:
        sentences = self.errors.setdefault(place, [])
        if sentence not in sentences:
            sentences.append(sentence)

    def length(self, place: str, text: str, name: str = "") -> None:
        if len(text.strip()) > LONGEST[name or place]:
            self.add(place, _("This is too long."))

    def day(self, place: str, day: date, *, until: date, late: str) -> None:
        if day < EARLIEST:
            self.add(place, _("This is too long ago."))
        elif day > until:
            self.add(place, late)


@contextmanager
def _under(place: str, **names: str) -> Iterator[None]:
    """What a part of the handover refuses is told by its place in the whole."""
    try:
        yield
    except Invalid as refusal:
        told = {f"{place}.{names.get(name, name)}": texts for name, texts in refusal.errors.items()}
        raise Invalid(told, code=refusal.code) from refusal
    except Conflict as refusal:
        field = {"email_taken": "email", "name_taken": "name", "terms_later": "valid_from"}.get(refusal.code)
        if field is None:
            raise
        raise Invalid({f"{place}.{field}": [refusal.message]}, code=refusal.code) from refusal


def _line(text: str) -> str:
    return " ".join(text.split())
