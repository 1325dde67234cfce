"""Products, categories and custom fields, kept by the administrator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.products import Category, Product
from helpdesk.models.tickets import CustomField, TicketType
from helpdesk.people import catalogue, directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets.policies import policy_names
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, listed, read_form
from helpdesk.web.words import TYPES

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")


class NameSchema(WebSchema):
    name = fields.String(required=True, validate=validate.Length(min=1, max=100))


class WarrantySchema(WebSchema):
    policy_id = row_id(load_default=None)


class FieldSchema(WebSchema):
    label = fields.String(required=True, validate=validate.Length(min=1, max=100))
    kind = fields.String(required=True, validate=validate.OneOf(catalogue.FIELD_KINDS))
    choices = line_of_text(load_default="")
    ticket_type = word(TicketType, load_default=None, allow_none=True)
    is_required = fields.Boolean(load_default=False)
    in_portal = fields.Boolean(load_default=False)


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("/products")
def create_product() -> Any:
    return _named(lambda name: catalogue.add_product(name, by=current_actor()))


@bp.post("/products/<int:product_id>/components")
def create_component(product_id: int) -> Any:
    return _named(lambda name: catalogue.add_component(product_id, name, by=current_actor()))


@bp.post("/products/<int:product_id>/versions")
def create_version(product_id: int) -> Any:
    return _named(lambda name: catalogue.add_version(product_id, name, by=current_actor()))


@bp.post("/products/<int:product_id>/warranty-policy")
def choose_warranty_policy(product_id: int) -> Any:
    form = read_form(WarrantySchema)
    if form.is_valid:
        with form.refusals():
            catalogue.set_warranty_policy(product_id, form.value["policy_id"], by=current_actor())
            return redirect(url_for("console.catalogue.index"))
    return _page(form), 422


@bp.post("/categories")
def create_category() -> Any:
    return _named(lambda name: catalogue.add_category(name, by=current_actor()))


@bp.post("/fields")
def create_field() -> Any:
    form = read_form(FieldSchema)
    if form.is_valid:
        value = dict(form.value)
        value["choices"] = tuple(listed(value["choices"]))
        with form.refusals():
            catalogue.add_field(catalogue.NewField(**value), by=current_actor())
            return redirect(url_for("console.catalogue.index"))
    return _page(form), 422


@bp.post("/<kind>/<int:row_id>/offer")
def offer(kind: str, row_id: int) -> BaseResponse:
    """Offer something again, or no more."""
    models: dict[str, type[Product] | type[Category] | type[CustomField]] = {
        "products": Product, "categories": Category, "fields": CustomField,
    }  # fmt: skip
    if kind not in models:
        raise NotFound
    catalogue.set_active(models[kind], row_id, request.form.get("is_active") == "1", by=current_actor())
    return redirect(url_for("console.catalogue.index"))


def _named(add: Any) -> Any:
    form = read_form(NameSchema)
    if form.is_valid:
        with form.refusals():
            add(form.value["name"])
            return redirect(url_for("console.catalogue.index"))
    return _page(form), 422


def _page(form: Form) -> str:
    require(current_actor(), Action.MANAGE_DESK)
    kinds = {
        "text": _("Text"), "number": _("Number"), "date": _("Date"), "choice": _("One of several"),
        "yes_no": _("Yes or no"),
    }  # fmt: skip
    return render_template(
        "console/catalogue/index.html", form=form, products=directory.products(), components=directory.components(),
        versions=directory.versions(), categories=directory.categories(), custom_fields=catalogue.all_fields(),
        kinds=kinds, types=TYPES, policies=list(policy_names().items()), warranties=catalogue.warranty_policies(),
    )  # fmt: skip
