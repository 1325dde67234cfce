"""Client organisations: read by those who see them, created by operators."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import fields
from sqlalchemy import func
from sqlalchemy.orm import selectinload

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, Language, Several, Text, Zone
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header, list_page
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.paging import PageOf
from helpdesk.models.people import Organisation, SharingMode
from helpdesk.people.organisations import NewOrganisation, get_organisation, register_organisation

bp = Blueprint("organisations", __name__, description="Client companies.")


class NewOrganisationSchema(Input):
    """A client company."""

    makes = NewOrganisation
    name = Text(200, needed=True, required=True)
    language = Language()
    timezone = Zone()
    city = Text(100)
    sharing_mode = Choice(SharingMode)
    domains = Several(Text(253, needed=True))


class OrganisationFilterSchema(PageSchema):
    """Which organisations."""

    name = Text(200, metadata={"description": "The whole name; capitals do not matter."})


class DomainSchema(Shown):
    """A mail domain that suggests whom a sender belongs to."""

    domain = fields.String()


class ClientOrganisationSchema(Shown):
    """An organisation, as its own people see it."""

    id = fields.Integer()
    name = fields.String()
    language = fields.String()
    timezone = fields.String()
    city = NameOrNull()


class OrganisationSchema(ClientOrganisationSchema):
    """A client company."""

    sharing_mode = Choice(SharingMode)
    domains = fields.List(fields.Pluck(DomainSchema, "domain"))
    created_at = Instant()


class ClientOrganisationPageSchema(Shown):
    """The organisation of the caller."""

    organisations = fields.List(fields.Nested(ClientOrganisationSchema), attribute="rows")
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class OrganisationPageSchema(ClientOrganisationPageSchema):
    """Some organisations, with the cursors of the pages after and before."""

    organisations = fields.List(fields.Nested(OrganisationSchema), attribute="rows")


ORGANISATION = Representation(OrganisationSchema(), ClientOrganisationSchema())
ORGANISATION_PAGE = Representation(OrganisationPageSchema(), ClientOrganisationPageSchema())


@bp.get("/organisations")
@bp.takes(OrganisationFilterSchema(), location="query")
@bp.gives(200, ORGANISATION_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[Organisation], dict[str, str]]:
    """List organisations; a client finds their own."""
    name = sent.pop("name", None)
    conditions = [func.lower(Organisation.name) == name.lower()] if name is not None else []
    load = [selectinload(Organisation.domains)]
    page = list_page(Organisation, Organisation.id, *conditions, for_=current_actor(), load=load, **sent)
    return page, link_header(page)


@bp.post("/organisations")
@bp.takes(NewOrganisationSchema())
@bp.gives(201, ORGANISATION)
def create(sent: NewOrganisation) -> tuple[Organisation, dict[str, str]]:
    """Put a client company into the books."""
    organisation = register_organisation(sent, by=current_actor())
    return organisation, {"Location": url_for("api.organisations.show", organisation_id=organisation.id)}


@bp.get("/organisations/<row_id:organisation_id>")
@bp.gives(200, ORGANISATION)
def show(organisation_id: int) -> Organisation:
    """Read an organisation."""
    return get_organisation(organisation_id, for_=current_actor())
