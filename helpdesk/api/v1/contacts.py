"""Contacts of client organisations: read by those who see them, created by operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from marshmallow import fields
from sqlalchemy import func
from sqlalchemy.orm import selectinload

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, Language, RowId, Several, Text, YesNo
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header, list_page
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.models.people import BuyingRole, Contact, ItReadiness
from helpdesk.models.tickets import Channel
from helpdesk.people.organisations import NewContact, add_contact, get_contact, get_organisation, set_buying_roles

bp = Blueprint("contacts", __name__, description="People at client organisations.")


class NewContactSchema(Input):
    """A person whom an operator knows."""

    makes = NewContact
    name = Text(200, needed=True, required=True)
    email = Text(320, allow_none=True)
    phone = Text(60)
    organisation_id = RowId(allow_none=True)
    language = Language(allow_none=True)
    unit = Text(100)
    roles = Several(Choice(BuyingRole))
    it_readiness = Choice(ItReadiness)
    is_supervisor = YesNo()
    preferred_channel = Choice(Channel)


@dataclass(frozen=True)
class PlayedRoles:
    roles: list[BuyingRole]


class RolesSchema(Input):
    """Which parts they play when their organisation buys."""

    makes = PlayedRoles
    roles = Several(Choice(BuyingRole), required=True)


class ContactFilterSchema(PageSchema):
    """Which contacts."""

    organisation_id = RowId(in_query=True)
    email = Text(320, metadata={"description": "The whole address; capitals do not matter."})


class Roles(fields.List[Any]):
    """The parts that somebody plays when their organisation buys, in the order of the vocabulary."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str]:
        played = {row.role for row in value}
        return [role.value for role in BuyingRole if role in played]


class ClientContactSchema(Shown):
    """A contact, as they and their supervisor see them."""

    id = fields.Integer()
    name = fields.String()
    email = fields.String(allow_none=True)
    phone = NameOrNull()
    organisation_id = fields.Integer(allow_none=True)
    language = fields.String()
    unit = NameOrNull()
    is_supervisor = fields.Boolean()


class ContactSchema(ClientContactSchema):
    """A person at a client organisation."""

    timezone = fields.String(allow_none=True)
    preferred_channel = fields.String()
    it_readiness = Choice(ItReadiness)
    roles = Roles(Choice(BuyingRole))
    is_verified = fields.Boolean()
    created_at = Instant()


class ClientContactPageSchema(Shown):
    """Some contacts, as they and their supervisor see them."""

    contacts = fields.List(fields.Nested(ClientContactSchema), attribute="rows")
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class ContactPageSchema(ClientContactPageSchema):
    """Some contacts, with the cursors of the pages after and before."""

    contacts = fields.List(fields.Nested(ContactSchema), attribute="rows")


CONTACT = Representation(ContactSchema(), ClientContactSchema())
CONTACT_PAGE = Representation(ContactPageSchema(), ClientContactPageSchema())


@bp.get("/contacts")
@bp.takes(ContactFilterSchema(), location="query")
@bp.gives(200, CONTACT_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[Contact], dict[str, str]]:
    """List contacts; a client finds themselves, a supervisor the colleagues."""
    conditions = []
    if "organisation_id" in sent:
        conditions.append(Contact.organisation_id == sent.pop("organisation_id"))
    if "email" in sent:
        conditions.append(func.lower(Contact.email) == sent.pop("email").lower())
    load = [selectinload(Contact.roles)]
    page = list_page(Contact, Contact.id, *conditions, for_=current_actor(), load=load, **sent)
    return page, link_header(page)


@bp.post("/contacts")
@bp.takes(NewContactSchema())
@bp.gives(201, CONTACT)
def create(sent: NewContact) -> tuple[Contact, dict[str, str]]:
    """Put a person into the books."""
    if sent.organisation_id is not None:
        _make_sure_of(sent.organisation_id)
    contact = add_contact(sent, by=current_actor())
    return contact, {"Location": url_for("api.contacts.show", contact_id=contact.id)}


@bp.get("/contacts/<row_id:contact_id>")
@bp.gives(200, CONTACT)
def show(contact_id: int) -> Contact:
    """Read a contact."""
    return get_contact(contact_id, for_=current_actor())


@bp.put("/contacts/<row_id:contact_id>/roles")
@bp.takes(RolesSchema())
@bp.gives(200, CONTACT)
def play(sent: PlayedRoles, contact_id: int) -> Contact:
    """Say which parts a contact plays when their organisation buys."""
    return set_buying_roles(get_contact(contact_id, for_=current_actor()), sent.roles, by=current_actor())


def _make_sure_of(organisation_id: int) -> None:
    try:
        get_organisation(organisation_id, for_=current_actor())
    except NotFound as error:
        raise Invalid({"organisation_id": [_("There is no such organisation.")]}) from error
