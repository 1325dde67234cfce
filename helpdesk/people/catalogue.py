"""What the desk sells and how it sorts: products, components, versions, categories, custom fields of tickets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar, cast

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.standing import touch
from helpdesk.events import ConfigurationChanged
from helpdesk.models.products import Category, Component, Product, Version
from helpdesk.models.tickets import CustomField, TicketType
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from sla.models import SlaPolicy

T = TypeVar("T", Product, Component, Version, Category, CustomField)
Offered = Product | Category | CustomField
FIELD_KINDS = ("text", "number", "date", "choice", "yes_no")


@dataclass(frozen=True)
class NewField:
    """A field that this desk adds to tickets."""

    label: str
    kind: str
    choices: tuple[str, ...] = ()
    ticket_type: TicketType | None = None
    is_required: bool = False
    in_portal: bool = False


@command
def add_product(name: str, *, by: Actor) -> Product:
    return _add(Product(name=_name(name)), "product", name, by=by)


@command
def add_component(product_id: int, name: str, *, by: Actor) -> Component:
    if db.session.get(Product, product_id) is None:
        raise NotFound
    return _add(Component(product_id=product_id, name=_name(name)), "component", name, by=by)


@command
def add_version(product_id: int, name: str, *, by: Actor) -> Version:
    if db.session.get(Product, product_id) is None:
        raise NotFound
    return _add(Version(product_id=product_id, name=_name(name)), "version", name, by=by)


@command
def add_category(name: str, *, by: Actor) -> Category:
    if db.session.scalar(select(Category.id).where(func.lower(Category.name) == name.strip().lower())):
        raise Conflict(_("There is already a category with this name."), code="name_taken")
    return _add(Category(name=_name(name)), "category", name, by=by)


@command
def add_field(new: NewField, *, by: Actor) -> CustomField:
    """Add a custom field behind the others."""
    errors = {}
    if not new.label.strip():
        errors["label"] = [_("Give the field a name.")]
    if new.kind not in FIELD_KINDS:
        errors["kind"] = [_("Choose one of the list.")]
    if new.kind == "choice" and len(new.choices) < 2:
        errors["choices"] = [_("Name at least two choices.")]
    if errors:
        raise Invalid(errors)
    last = db.session.scalar(select(func.max(CustomField.position))) or 0
    field = CustomField(
        key=_free_key(new.label), label=new.label.strip(), kind=new.kind, choices=list(new.choices),
        ticket_type=new.ticket_type, is_required=new.is_required, in_portal=new.in_portal, position=last + 1,
    )  # fmt: skip
    return _add(field, "custom_field", new.label, by=by)


@command
def set_active(
    kind: type[Product] | type[Category] | type[CustomField], row_id: int, is_active: bool, *, by: Actor
) -> None:
    """Offer something no more, or again; what uses it already keeps it."""
    require(by, Action.MANAGE_DESK)
    row = cast("Offered | None", db.session.get(kind, row_id))
    if row is None:
        raise NotFound
    row.is_active = is_active
    touch()
    record(ConfigurationChanged(row_id, what=kind.__tablename__, change={"is_active": is_active}), by=by)


@command
def set_warranty_policy(product_id: int, policy_id: int | None, *, by: Actor) -> None:
    """Say which policy covers a device of this product while its warranty lasts."""
    require(by, Action.MANAGE_DESK)
    product = db.session.get(Product, product_id)
    if product is None:
        raise NotFound
    if policy_id is not None and db.session.get(SlaPolicy, policy_id) is None:
        raise Invalid({"policy_id": [_("Choose one of the list.")]})
    product.warranty_policy_id = policy_id
    touch()
    record(ConfigurationChanged(product_id, what="product", change={"warranty_policy_id": policy_id}), by=by)


def warranty_policies() -> dict[int, int]:
    """Which policy goes with the warranty of which product."""
    query = select(Product.id, Product.warranty_policy_id).where(Product.warranty_policy_id.is_not(None))
    return {product_id: policy_id for product_id, policy_id in db.session.execute(query) if policy_id is not None}


def all_fields() -> list[CustomField]:
    return list(db.session.scalars(select(CustomField).order_by(CustomField.position)))


def _add(row: T, what: str, name: str, *, by: Actor) -> T:
    require(by, Action.MANAGE_DESK)
    db.session.add(row)
    db.session.flush()
    touch()
    record(ConfigurationChanged(row.id, what=what, change={"added": name.strip()}), by=by)
    return row


def _name(name: str) -> str:
    name = " ".join(name.split())[:100]
    if not name:
        raise Invalid({"name": [_("Give it a name.")]})
    return name


def _free_key(label: str) -> str:
    stem = re.sub(r"\W+", "_", label.strip().lower()).strip("_")[:40] or "field"
    taken, key, n = set(db.session.scalars(select(CustomField.key))), stem, 2
    while key in taken:
        key, n = f"{stem}_{n}", n + 1
    return key
