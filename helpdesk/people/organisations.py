"""Client organisations and their contacts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, update

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, DEFAULT_ZONE
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import BuyingRolesSet, ContactConfirmed
from helpdesk.models.access import Account
from helpdesk.models.people import (
    BuyingRole,
    Contact,
    ContactRole,
    ItReadiness,
    Organisation,
    OrganisationDomain,
    SharingMode,
)
from helpdesk.models.tickets import OPEN_STATUSES, Ticket
from helpdesk.people.accounts import clean_email
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible


@dataclass(frozen=True)
class NewOrganisation:
    name: str
    language: str = DEFAULT_LANGUAGE
    timezone: str = DEFAULT_ZONE
    city: str = ""
    sharing_mode: SharingMode = SharingMode.PRIVATE
    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewContact:
    name: str
    email: str | None = None
    phone: str = ""
    organisation_id: int | None = None
    language: str | None = None
    unit: str = ""
    roles: tuple[BuyingRole, ...] = ()
    it_readiness: ItReadiness = ItReadiness.BASIC
    is_supervisor: bool = False
    preferred_channel: str = "email"


@command
def register_organisation(new: NewOrganisation, *, by: Actor) -> Organisation:
    """Put a client company into the books; its name must be free."""
    require(by, Action.MANAGE_CONTACTS)
    name = new.name.strip()
    if not name:
        raise Invalid({"name": [_("Give the organisation a name.")]})
    if db.session.scalar(select(Organisation.id).where(func.lower(Organisation.name) == name.lower()).limit(1)):
        raise Conflict(_("There is already an organisation with this name."), code="name_taken")
    organisation = Organisation(
        name=name, language=new.language, timezone=new.timezone, city=new.city, sharing_mode=new.sharing_mode,
        created_at=now(),
    )  # fmt: skip
    db.session.add(organisation)
    db.session.flush()
    for domain in new.domains:
        db.session.add(OrganisationDomain(domain=domain.strip().lower(), organisation_id=organisation.id))
    return organisation


@command
def add_contact(new: NewContact, *, by: Actor) -> Contact:
    """Put a person into the books, verified because an operator knows them."""
    require(by, Action.MANAGE_CONTACTS)
    if not new.name.strip():
        raise Invalid({"name": [_("Give the contact a name.")]})
    email = clean_email(new.email) if new.email else None
    if email and contact_by_email(email):
        raise Conflict(_("There is already a contact with this e-mail address."), code="email_taken")
    organisation = None
    if new.organisation_id is not None:
        organisation = db.session.get(Organisation, new.organisation_id)
        if organisation is None:
            raise Invalid({"organisation_id": [_("There is no such organisation.")]})
    contact = Contact(
        name=" ".join(new.name.split()), email=email, phone=" ".join(new.phone.split()), organisation=organisation,
        language=new.language or (organisation.language if organisation else DEFAULT_LANGUAGE), unit=new.unit,
        it_readiness=new.it_readiness, is_supervisor=new.is_supervisor, preferred_channel=new.preferred_channel,
        verified_at=now(), created_at=now(), roles=[ContactRole(role=role) for role in new.roles],
    )  # fmt: skip
    db.session.add(contact)
    db.session.flush()
    return contact


@command
def meet_stranger(email: str, name: str, *, language: str) -> Contact:
    """The contact behind an unknown mail address: unverified, without organisation."""
    contact = contact_by_email(email)
    if contact is None:
        contact = Contact(name=name or email, email=email, language=language, created_at=now())
        db.session.add(contact)
        db.session.flush()
    return contact


@command
def confirm_contact(contact: Contact, organisation_id: int | None, *, by: Actor) -> Contact:
    """Say who an unverified contact is; their open tickets follow into the organisation."""
    require(by, Action.CONFIRM_CONTACT)
    if contact.is_verified:
        raise Conflict(_("This contact has been confirmed already."), code="already_confirmed")
    if organisation_id is not None and db.session.get(Organisation, organisation_id) is None:
        raise Invalid({"organisation_id": [_("There is no such organisation.")]})
    return join_organisation(contact, organisation_id, by=by)


def join_organisation(contact: Contact, organisation_id: int | None, *, by: Actor) -> Contact:
    """The contact belongs there, and so do their open tickets of no organisation. Part of a larger activity."""
    contact.organisation_id = organisation_id
    contact.verified_at = contact.verified_at or now()
    db.session.execute(
        update(Ticket)
        .where(Ticket.requester_id == contact.id, Ticket.organisation_id.is_(None), Ticket.is_open)
        .values(organisation_id=organisation_id)
    )
    record(ContactConfirmed(contact.id, organisation_id=organisation_id), by=by)
    return contact


@command
def set_buying_roles(contact: Contact, roles: Iterable[BuyingRole], *, by: Actor) -> Contact:
    """Say which parts a contact plays when their organisation buys."""
    require(by, Action.MANAGE_CONTACTS)
    db.session.refresh(contact, with_for_update={"of": Contact})
    wanted = [role for role in BuyingRole if role in set(roles)]
    if wanted == [role for role in BuyingRole if role in {row.role for row in contact.roles}]:
        return contact
    contact.roles = [ContactRole(role=role) for role in wanted]
    record(BuyingRolesSet(contact.id, roles=[role.value for role in wanted]), by=by)
    return contact


def suggested_organisation(contact: Contact) -> Organisation | None:
    """The organisation whose mail domain the contact's address has: a suggestion, never a decision."""
    domain = (contact.email or "").rpartition("@")[2]
    if not domain:
        return None
    return db.session.scalar(select(Organisation).join(OrganisationDomain).where(OrganisationDomain.domain == domain))


def contact_by_email(email: str) -> Contact | None:
    return db.session.scalar(select(Contact).where(func.lower(Contact.email) == email.lower()))


def contact_by_id(contact_id: int) -> Contact | None:
    """The contact that a signed link names; the signature is the permission."""
    return db.session.get(Contact, contact_id)


def account_of(contact: Contact) -> Account | None:
    """The portal account of a contact."""
    return db.session.scalar(select(Account).where(Account.contact_id == contact.id))


def get_contact(contact_id: int, *, for_: Actor) -> Contact:
    row: Contact | None = db.session.scalar(visible(for_, Contact).where(Contact.id == contact_id))
    if row is None:
        raise NotFound
    return row


def get_organisation(organisation_id: int, *, for_: Actor) -> Organisation:
    row: Organisation | None = db.session.scalar(visible(for_, Organisation).where(Organisation.id == organisation_id))
    if row is None:
        raise NotFound
    return row


def names_of(organisation_ids: Iterable[int]) -> dict[int, str]:
    """The names of some organisations, by id."""
    wanted = select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))
    return {row.id: row.name for row in db.session.execute(wanted)}


def list_organisations(*, for_: Actor, starting: str = "", limit: int = 200) -> list[Organisation]:
    """Organisations by name, those whose name begins so."""
    query = visible(for_, Organisation)
    if starting:
        query = query.where(func.lower(Organisation.name).like(_prefix(starting), escape="\\"))
    return list(db.session.scalars(query.order_by(func.lower(Organisation.name)).limit(limit)))


def list_contacts(
    *, for_: Actor, organisation_id: int | None = None, starting: str = "", limit: int = 200
) -> list[Contact]:
    """Contacts by name: of an organisation, or those whose name or address begins so."""
    query = visible(for_, Contact)
    if organisation_id is not None:
        query = query.where(Contact.organisation_id == organisation_id)
    if starting:
        like = _prefix(starting)
        query = query.where(
            func.lower(Contact.name).like(like, escape="\\") | func.lower(Contact.email).like(like, escape="\\")
        )
    return list(db.session.scalars(query.order_by(func.lower(Contact.name)).limit(limit)))


def unverified_contacts(*, for_: Actor, limit: int = 100) -> list[Contact]:
    """Who still has to be confirmed, oldest first."""
    require(for_, Action.CONFIRM_CONTACT)
    query = select(Contact).where(Contact.verified_at.is_(None), Contact.import_id.is_(None))
    return list(db.session.scalars(query.order_by(Contact.created_at).limit(limit)))


def open_ticket_count(organisation_id: int) -> int:
    query = select(func.count()).where(Ticket.organisation_id == organisation_id, Ticket.status.in_(OPEN_STATUSES))
    return db.session.scalar(query) or 0


def _prefix(text: str) -> str:
    escaped = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped + "%"
