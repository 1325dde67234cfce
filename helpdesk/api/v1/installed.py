"""A product at a client: what is known of it, its consumables and spare parts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from helpdesk.aftersales import installed as activities
from helpdesk.aftersales.installed import LONGEST, NewPart, PartShown, get_installed, parts_shown, state_of
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Number, RowId, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.catalogue import InstalledProductSchema
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.models.products import InstalledProduct, PartKind
from helpdesk.policy.actor import Actor

bp = Blueprint("installed", __name__, description="Products at clients, with their parts.")


@dataclass(frozen=True)
class Replacement:
    on: date | None = None


class InstalledChangeSchema(Input):
    """What is known of it otherwise; what is left out stays."""

    version_id = RowId(allow_none=True)
    serial = Text(LONGEST["serial"])
    location = Text(LONGEST["location"])
    delivered_on = Day(allow_none=True)
    installed_on = Day(allow_none=True)
    trained_on = Day(allow_none=True)
    warranty_until = Day(allow_none=True)
    free_upgrades_until = Day(allow_none=True)


class NewPartSchema(Input):
    """A consumable or a spare part."""

    makes = NewPart
    name = Text(LONGEST["name"], needed=True, required=True)
    kind = Choice(PartKind)
    part_number = Text(LONGEST["part_number"])
    interval_days = Number(1, 3660, allow_none=True, metadata={"description": "How long one lasts."})
    replaced_on = Day(allow_none=True)


class ReplacementSchema(Input):
    """On which day it was replaced."""

    makes = Replacement
    on = Day(allow_none=True, metadata={"description": "Without it, today."})


class PartSchema(Shown):
    """A part, and the day on which the next one is wanted."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.String(metadata={"enum": list(PartKind)})
    part_number = NameOrNull()
    interval_days = fields.Integer(allow_none=True)
    replaced_on = fields.Date(allow_none=True)
    next_on = fields.Date(allow_none=True)


class InstalledWithPartsSchema(InstalledProductSchema):
    """A product at a client with its parts."""

    parts = fields.List(fields.Nested(PartSchema))


def _whole(installed: InstalledProduct, _actor: Actor) -> dict[str, Any]:
    return asdict(state_of(installed)) | {
        "id": installed.id, "organisation_id": installed.organisation_id, "product_id": installed.product_id,
        "parts": [_part(shown) for shown in parts_shown(installed)],
    }  # fmt: skip


def _part(shown: PartShown) -> dict[str, Any]:
    part = shown.part
    return {
        "id": part.id, "name": part.name, "kind": part.kind.value, "part_number": part.part_number,
        "interval_days": part.interval_days, "replaced_on": part.replaced_on, "next_on": shown.next_on,
    }  # fmt: skip


INSTALLED = Representation(InstalledWithPartsSchema(), InstalledWithPartsSchema(), of=_whole)


@bp.get("/installed-products/<row_id:installed_product_id>")
@bp.gives(200, INSTALLED)
def show(installed_product_id: int) -> InstalledProduct:
    """Read a product at a client, with its parts."""
    return get_installed(installed_product_id, for_=current_actor())


@bp.patch("/installed-products/<row_id:installed_product_id>")
@bp.takes(InstalledChangeSchema())
@bp.gives(200, INSTALLED)
def change(sent: dict[str, Any], installed_product_id: int) -> InstalledProduct:
    """Correct what is known of it."""
    installed = get_installed(installed_product_id, for_=current_actor())
    return activities.change_installed(installed, replace(state_of(installed), **sent), by=current_actor())


@bp.post("/installed-products/<row_id:installed_product_id>/parts")
@bp.takes(NewPartSchema())
@bp.gives(201, INSTALLED)
def add(sent: NewPart, installed_product_id: int) -> InstalledProduct:
    """Note a consumable or a spare part."""
    installed = get_installed(installed_product_id, for_=current_actor())
    activities.add_part(installed, sent, by=current_actor())
    return installed


@bp.put("/installed-products/<row_id:installed_product_id>/parts/<row_id:part_id>/replacement")
@bp.takes(ReplacementSchema())
@bp.gives(200, INSTALLED)
def replace_part(sent: Replacement, installed_product_id: int, part_id: int) -> InstalledProduct:
    """Say that a part was replaced."""
    installed = get_installed(installed_product_id, for_=current_actor())
    activities.replace_part(installed, part_id, sent.on, by=current_actor())
    return installed


@bp.delete("/installed-products/<row_id:installed_product_id>/parts/<row_id:part_id>")
@bp.gives(204, empty="It is not on the list any more.")
def remove(installed_product_id: int, part_id: int) -> Response | None:
    """Take a part off the list."""
    installed = get_installed(installed_product_id, for_=current_actor())
    activities.remove_part(installed, part_id, by=current_actor())
    return None
