"""A product at a client: what is known of it, its consumables and spare parts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, pre_load

from helpdesk.aftersales import installed as activities
from helpdesk.aftersales.installed import InstalledState, NewPart, get_installed, parts_shown, state_of
from helpdesk.core.i18n import gettext as _
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.products import InstalledProduct, PartKind
from helpdesk.people import directory
from helpdesk.people.organisations import get_organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import PART_KINDS

bp = Blueprint("installed", __name__, url_prefix="/installed-products")


class _BlankSchema(WebSchema):
    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in sent.items()
                if isinstance(self.fields.get(name), fields.String) or not isinstance(value, str)
                or value.strip()}  # fmt: skip


class InstalledSchema(_BlankSchema):
    """What is known of it."""

    version_id = row_id(load_default=None)
    serial = line_of_text(load_default="")
    location = line_of_text(load_default="")
    delivered_on = fields.Date(load_default=None)
    installed_on = fields.Date(load_default=None)
    trained_on = fields.Date(load_default=None)
    warranty_until = fields.Date(load_default=None)
    free_upgrades_until = fields.Date(load_default=None)


class PartSchema(_BlankSchema):
    """A consumable or a spare part."""

    part_name = line_of_text(load_default="")
    part_kind = word(PartKind, load_default=PartKind.CONSUMABLE)
    part_number = line_of_text(load_default="")
    interval_days = fields.Integer(load_default=None)
    replaced_on = fields.Date(load_default=None)


class ReplacementSchema(_BlankSchema):
    """The day on which it was replaced."""

    on = fields.Date(load_default=None)


@bp.get("/<int:installed_product_id>")
def show(installed_product_id: int) -> str:
    return _page(get_installed(installed_product_id, for_=current_actor()), Form())


@bp.post("/<int:installed_product_id>")
def change(installed_product_id: int) -> Any:
    form, installed = read_form(InstalledSchema), get_installed(installed_product_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            activities.change_installed(installed, InstalledState(**form.value), by=current_actor())
            flash(_("It is kept."))
            return _back(installed)
    return _page(installed, form), 422


@bp.post("/<int:installed_product_id>/parts")
def add(installed_product_id: int) -> Any:
    form, installed = read_form(PartSchema), get_installed(installed_product_id, for_=current_actor())
    if form.is_valid:
        value = dict(form.value)
        new = NewPart(name=value.pop("part_name"), kind=value.pop("part_kind"), **value)
        with form.refusals():
            activities.add_part(installed, new, by=current_actor())
            return _back(installed)
    if "name" in form.errors:
        form.errors["part_name"] = form.errors.pop("name")
    return _page(installed, form), 422


@bp.post("/<int:installed_product_id>/parts/<int:part_id>/replacement")
def replace_part(installed_product_id: int, part_id: int) -> Any:
    form, installed = read_form(ReplacementSchema), get_installed(installed_product_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            activities.replace_part(installed, part_id, form.value["on"], by=current_actor())
            return _back(installed)
    form.errors["_"] = [text for texts in form.errors.values() for text in texts]
    return _page(installed, form), 422


@bp.post("/<int:installed_product_id>/parts/<int:part_id>/removal")
def remove(installed_product_id: int, part_id: int) -> Any:
    installed = get_installed(installed_product_id, for_=current_actor())
    activities.remove_part(installed, part_id, by=current_actor())
    return _back(installed)


def _page(installed: InstalledProduct, form: Form) -> str:
    actor = current_actor()
    versions = [(each.id, each.name) for each in directory.versions().values()
                if each.product_id == installed.product_id]  # fmt: skip
    return render_template(
        "console/installed/show.html", installed=installed, state=state_of(installed), form=form, versions=versions,
        version=directory.versions().get(installed.version_id or 0), product=directory.products()[installed.product_id],
        organisation=get_organisation(installed.organisation_id, for_=actor), parts=parts_shown(installed),
        kinds=PART_KINDS, today=desk_today(), can_manage=may(actor, Action.MANAGE_INSTALLED, installed),
    )  # fmt: skip


def _back(installed: InstalledProduct) -> Any:
    return redirect(url_for("console.installed.show", installed_product_id=installed.id))
