"""What the ids in tickets stand for: products, categories, custom fields, teams, operators, installed products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import RowId
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header, list_page
from helpdesk.api.v1.shown import NameOrNull, OperatorSchema, Shown, TeamSchema
from helpdesk.core.paging import PageOf
from helpdesk.models.products import InstalledProduct
from helpdesk.people import directory
from helpdesk.people.directory import FieldCard, Named, OperatorCard, TeamCard
from helpdesk.tickets.fields import fields_for

bp = Blueprint("catalogue", __name__, description="What the ids in tickets stand for.")


@dataclass(frozen=True)
class ProductShown:
    id: int
    name: str
    components: Sequence[Named]


class InstalledProductFilterSchema(PageSchema):
    """Whose installed products."""

    organisation_id = RowId(in_query=True)


class NamedSchema(Shown):
    """Something with a name."""

    id = fields.Integer()
    name = fields.String()


class ProductSchema(NamedSchema):
    """Something sold, with its parts."""

    components = fields.List(fields.Nested(NamedSchema))


class ProductsSchema(Shown):
    """The products on sale."""

    products = fields.List(fields.Nested(ProductSchema))


class CategoriesSchema(Shown):
    """What tickets are about, in the desk's own words."""

    categories = fields.List(fields.Nested(NamedSchema))


class CustomFieldSchema(Shown):
    """A field that this desk adds to tickets."""

    key = fields.String()
    label = fields.String()
    kind = fields.String(metadata={"enum": ["text", "number", "date", "choice", "yes_no"]})
    choices = fields.List(fields.String())
    ticket_type = fields.String(allow_none=True, metadata={"description": "Null: on tickets of every type."})
    is_required = fields.Boolean()


class CustomFieldsSchema(Shown):
    """The fields that the caller fills in."""

    custom_fields = fields.List(fields.Nested(CustomFieldSchema))


class TeamsSchema(Shown):
    """The active teams, by line and name."""

    teams = fields.List(fields.Nested(TeamSchema))


class OperatorCardSchema(OperatorSchema):
    """An operator with the teams that they are in."""

    email = fields.String(allow_none=True)
    leads_line = fields.Integer(allow_none=True)
    team_ids = fields.List(fields.Integer())


class OperatorsSchema(Shown):
    """The active operators, by name."""

    operators = fields.List(fields.Nested(OperatorCardSchema))


class InstalledProductSchema(Shown):
    """A product at a client."""

    id = fields.Integer()
    organisation_id = fields.Integer()
    product_id = fields.Integer()
    version_id = fields.Integer(allow_none=True)
    serial = NameOrNull()
    location = NameOrNull()
    delivered_on = fields.Date(allow_none=True)
    installed_on = fields.Date(allow_none=True)
    trained_on = fields.Date(allow_none=True)
    warranty_until = fields.Date(allow_none=True)
    free_upgrades_until = fields.Date(allow_none=True)


class InstalledProductPageSchema(Shown):
    """Some installed products, with the cursors of the pages after and before."""

    installed_products = fields.List(fields.Nested(InstalledProductSchema), attribute="rows")
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


TEAMS = Representation(TeamsSchema(), None)
OPERATORS = Representation(OperatorsSchema(), None)


@bp.get("/products")
@bp.gives(200, ProductsSchema())
def products() -> dict[str, list[ProductShown]]:
    """List the products on sale with their components."""
    parts: dict[int | None, list[Named]] = {}
    for part in directory.components().values():
        parts.setdefault(part.product_id, []).append(part)
    on_sale = [each for each in directory.products().values() if each.is_active]
    return {"products": [ProductShown(each.id, each.name, parts.get(each.id, ())) for each in on_sale]}


@bp.get("/categories")
@bp.gives(200, CategoriesSchema())
def categories() -> dict[str, list[Named]]:
    """List the categories."""
    return {"categories": [each for each in directory.categories().values() if each.is_active]}


@bp.get("/custom-fields")
@bp.gives(200, CustomFieldsSchema())
def custom_fields() -> dict[str, list[FieldCard]]:
    """List the custom fields that the account fills in."""
    return {"custom_fields": fields_for(None, current_actor())}


@bp.get("/teams")
@bp.gives(200, TEAMS)
def teams() -> dict[str, list[TeamCard]]:
    """List the active teams. For staff."""
    return {"teams": [each for each in directory.teams().values() if each.is_active and not each.is_imported]}


@bp.get("/operators")
@bp.gives(200, OPERATORS)
def operators() -> dict[str, list[OperatorCard]]:
    """List the active operators. For staff."""
    return {"operators": [each for each in directory.operators().values() if each.is_active]}


@bp.get("/installed-products")
@bp.takes(InstalledProductFilterSchema(), location="query")
@bp.gives(200, InstalledProductPageSchema())
def installed_products(sent: dict[str, Any]) -> tuple[PageOf[InstalledProduct], dict[str, str]]:
    """List products at clients; a client finds those of their organisation."""
    organisation_id = sent.pop("organisation_id", None)
    conditions = [InstalledProduct.organisation_id == organisation_id] if organisation_id else []
    page = list_page(InstalledProduct, InstalledProduct.id, *conditions, for_=current_actor(), **sent)
    return page, link_header(page)
