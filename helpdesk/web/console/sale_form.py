"""The guided form of a handover to operations: its rows are read one by one, and refused by their places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from marshmallow import fields, pre_load, validate

from helpdesk.aftersales.sales import NewAgreement, NewBuyer, NewItem, NewSale
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import DEFAULT_ZONE, is_zone
from helpdesk.core.i18n import gettext as _
from helpdesk.models.contracts import Plan
from helpdesk.models.people import BuyingRole
from helpdesk.people.organisations import NewOrganisation
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, row_id, word
from helpdesk.web.forms import Form, check_form, listed

ITEM_ROWS, CONTACT_ROWS = 8, 5
# What an activity names otherwise than the form.
SHOWN = {
    "price_cents": "price", "hours_minutes": "hours", "hourly_rate_cents": "hourly_rate",
    "monthly_fee_cents": "monthly_fee", "ticket_id": "reference",
}  # fmt: skip
CONFLICTS = {"reference_taken": "reference"}
MINUTES = 60
# The fields of the contract that nothing stands in before somebody types.
TELLS_OF_A_CONTRACT = (
    "number", "valid_until", "policy_id", "hours", "hours_expire_on", "hourly_rate", "monthly_fee", "covers_on_site",
)  # fmt: skip


class _RowSchema(WebSchema):
    """Empty fields that are no text count as not sent; money may have a comma."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        kept = {}
        for name, value in sent.items():
            field = self.fields.get(name)
            if isinstance(field, fields.Decimal) and isinstance(value, str):
                value = value.replace(",", ".").replace("\u00a0", "").replace(" ", "")
            if isinstance(field, fields.String | fields.List) or not isinstance(value, str) or value.strip():
                kept[name] = value
        return kept


def _money(**kwargs: Any) -> fields.Decimal:
    bounds = validate.Range(min=Decimal(0), max=Decimal(10_000_000))
    return fields.Decimal(places=2, allow_nan=False, validate=bounds, **kwargs)


class WhoSchema(_RowSchema):
    """The client, the day, and what belongs to the whole."""

    organisation_id = row_id(load_default=None)
    sold_on = fields.Date(required=True)
    reference = line_of_text(load_default="")
    owner_id = row_id(load_default=None)
    care_plan_id = row_id(load_default=None)
    currency = line_of_text(load_default="EUR")
    note = long_text(load_default="")


class OrganisationRow(_RowSchema):
    """A new client."""

    name = line_of_text(load_default="")
    city = line_of_text(load_default="")
    language = line_of_text(load_default="en")
    timezone = line_of_text(load_default=DEFAULT_ZONE)


class ContactRow(_RowSchema):
    """A person."""

    name = line_of_text(load_default="")
    email = fields.String(load_default="", validate=validate.Length(max=320))
    phone = line_of_text(load_default="")
    roles = fields.List(word(BuyingRole), load_default=list)
    is_supervisor = fields.Boolean(load_default=False)
    is_invited = fields.Boolean(load_default=False)


class ItemRow(_RowSchema):
    """A line of what was sold."""

    product_id = row_id(load_default=None)
    what = line_of_text(load_default="")
    quantity = fields.Integer(load_default=1)
    price = _money(load_default=Decimal(0))
    version_id = row_id(load_default=None)
    serials = fields.String(load_default="", validate=validate.Length(max=30_000))
    location = line_of_text(load_default="")
    delivered_on = fields.Date(load_default=None)
    warranty_until = fields.Date(load_default=None)


class ContractRow(_RowSchema):
    """What was agreed."""

    number = line_of_text(load_default="")
    plan = word(Plan, load_default=Plan.PAY_AS_YOU_GO)
    policy_id = row_id(load_default=None)
    valid_from = fields.Date(required=True)
    valid_until = fields.Date(load_default=None)
    hours = fields.Decimal(
        load_default=Decimal(0),
        places=2,
        allow_nan=False,
        validate=validate.Range(min=Decimal(0), max=Decimal(100_000)),
    )
    hours_expire_on = fields.Date(load_default=None)
    hourly_rate = _money(load_default=None, allow_none=True)
    monthly_fee = _money(load_default=None, allow_none=True)
    covers_on_site = fields.Boolean(load_default=False)


class SaleForm(Form):
    """The form with its rows; `sale` is the value made of them once it is valid."""

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        super().__init__(data)
        self.places: dict[str, list[int]] = {"items": [], "contacts": []}
        self.sale: NewSale | None = None

    def is_filled(self, prefix: str) -> bool:
        """Whether somebody typed into a row, or something in it is wrong."""
        names = [name for name in self.data if name.startswith(prefix)]
        is_said = any(self.data[name] not in ("", [], "1", "0", "0.00") for name in names)
        return is_said or any(name.startswith(prefix) for name in self.errors)

    def refuse(self, refusal: Invalid | Conflict) -> None:
        """What the activity refused, at the field where it was typed."""
        if isinstance(refusal, Conflict):
            self.errors[CONFLICTS.get(refusal.code, "_")] = [refusal.message]
            return
        for name, texts in refusal.errors.items():
            self.errors[self._place_of(name)] = texts

    def _place_of(self, name: str) -> str:
        head, _dot, rest = name.partition(".")
        if head in self.places and rest:
            place, _dot, field = rest.partition(".")
            return f"{head}.{self.places[head][int(place)]}.{SHOWN.get(field, field)}"
        return {"items": "items.0.what", "contacts": "contacts.0.name"}.get(
            name, ".".join(SHOWN.get(part, part) for part in name.split("."))
        )


def read_sale_form(ticket_id: int | None) -> SaleForm:
    """Read the request; rows in which nothing was typed are no rows."""
    form = SaleForm({name: request.form.getlist(name) if name.endswith(".roles") else value
                     for name, value in request.form.items()})  # fmt: skip
    who = _row(form, "", WhoSchema)
    organisation = _row(form, "organisation.", OrganisationRow)
    contacts = _rows(form, "contacts", CONTACT_ROWS, ContactRow)
    items = _rows(form, "items", ITEM_ROWS, ItemRow)
    is_agreed = any(form.data.get(f"contract.{name}", "").strip() for name in TELLS_OF_A_CONTRACT)
    agreed = _row(form, "contract.", ContractRow) if is_agreed else None
    if organisation and not is_zone(organisation["timezone"]):
        form.errors["organisation.timezone"] = [_("Choose one of the list.")]
    if form.is_valid and who is not None and organisation is not None:
        form.sale = NewSale(
            sold_on=who["sold_on"], items=tuple(_item(row) for row in items), organisation_id=who["organisation_id"],
            organisation=None if who["organisation_id"] else NewOrganisation(**organisation),
            contacts=tuple(NewBuyer(**(row | {"roles": tuple(row["roles"])})) for row in contacts),
            contract=_agreement(agreed) if agreed else None, owner_id=who["owner_id"],
            care_plan_id=who["care_plan_id"], currency=who["currency"],
            reference=who["reference"], note=who["note"], ticket_id=ticket_id,
        )  # fmt: skip
    return form


def _rows(form: SaleForm, head: str, count: int, schema: type[WebSchema]) -> list[dict[str, Any]]:
    values = []
    for place in range(count):
        prefix = f"{head}.{place}."
        if form.is_filled(prefix):
            form.places[head].append(place)
            row = _row(form, prefix, schema)
            values.append(row or {})
    return values


def _row(form: SaleForm, prefix: str, schema: type[WebSchema]) -> dict[str, Any] | None:
    sent = {name.removeprefix(prefix): value for name, value in form.data.items() if name.startswith(prefix)}
    part = check_form(sent, schema)
    form.errors |= {f"{prefix}{name}": texts for name, texts in part.errors.items()}
    value: dict[str, Any] | None = part.value
    return value


def _item(row: dict[str, Any]) -> NewItem:
    price = row.pop("price")
    return NewItem(**(row | {"price_cents": int(price * 100), "serials": tuple(listed(row["serials"]))}))


def _agreement(row: dict[str, Any]) -> NewAgreement:
    hours, rate, fee = (row.pop(name) for name in ("hours", "hourly_rate", "monthly_fee"))
    return NewAgreement(**row, hours_minutes=int(hours * MINUTES), hourly_rate_cents=_cents(rate),
                        monthly_fee_cents=_cents(fee))  # fmt: skip


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * 100)
