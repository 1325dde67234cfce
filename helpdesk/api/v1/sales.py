"""Sales: handed over to operations in one call, their checklist and their payments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from marshmallow import fields

from helpdesk.aftersales import checklist, payments
from helpdesk.aftersales.documents import sale_document, sale_row
from helpdesk.aftersales.money import MOST_CENTS
from helpdesk.aftersales.sales import (
    LONGEST,
    MOST_CONTACTS,
    MOST_ITEMS,
    MOST_QUANTITY,
    NewAgreement,
    NewBuyer,
    NewItem,
    NewSale,
    record_sale,
)
from helpdesk.aftersales.sold import SaleRow, SaleShown, get_sale, list_sales, show_sale
from helpdesk.aftersales.terms import MOST_MINUTES
from helpdesk.api.auth import current_actor
from helpdesk.api.errors import Misshapen, pointer
from helpdesk.api.fields import Choice, Day, Language, Number, RowId, Several, Text, YesNo, Zone
from helpdesk.api.inputs import Input, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.paging import PageOf
from helpdesk.models.contracts import Plan
from helpdesk.models.people import BuyingRole
from helpdesk.models.sales import PointKind
from helpdesk.people.organisations import NewOrganisation

bp = Blueprint("sales", __name__, description="Closed sales, handed over to operations: checklist and payments.")

CENTS = {"description": "In cents."}


class NewItemSchema(Input):
    """A line of the sale; what has a product stands at the client from then on."""

    makes = NewItem
    product_id = RowId(allow_none=True)
    what = Text(LONGEST["what"], metadata={"description": "Without it, the name of the product."})
    quantity = Number(1, MOST_QUANTITY)
    price_cents = Number(0, MOST_CENTS, metadata={"description": "Of one, in cents."})
    version_id = RowId(allow_none=True)
    serials = Several(Text(LONGEST["serial"]), most=200)
    location = Text(LONGEST["location"])
    delivered_on = Day(allow_none=True)
    warranty_until = Day(allow_none=True)
    free_upgrades_until = Day(allow_none=True, metadata={"description": "Without it, a year from delivery."})


class NewBuyerSchema(Input):
    """A person of the organisation; one who is known by id or address is not entered twice."""

    makes = NewBuyer
    contact_id = RowId(allow_none=True)
    name = Text(LONGEST["name"])
    email = Text(LONGEST["email"])
    phone = Text(LONGEST["phone"])
    language = Language()
    roles = Several(Choice(BuyingRole))
    is_supervisor = YesNo()
    is_invited = YesNo(metadata={"description": "To the portal, by a letter."})


class NewSaleOrganisationSchema(Input):
    """The client; one of this name is used where there is one."""

    makes = NewOrganisation
    name = Text(LONGEST["name"], needed=True, required=True)
    language = Language()
    timezone = Zone()
    city = Text(LONGEST["city"])


class NewAgreementSchema(Input):
    """The contract; one of this number is used as it is where the organisation has one."""

    makes = NewAgreement
    number = Text(LONGEST["number"], needed=True, required=True)
    valid_from = Day(required=True)
    valid_until = Day(allow_none=True)
    plan = Choice(Plan)
    policy_id = RowId(allow_none=True)
    hours_minutes = Number(0, MOST_MINUTES)
    hours_expire_on = Day(allow_none=True)
    hourly_rate_cents = Number(0, 10_000_000, allow_none=True)
    monthly_fee_cents = Number(0, MOST_CENTS, allow_none=True)
    covers_on_site = YesNo()


@dataclass(frozen=True)
class Sent:
    sold_on: date
    items: list[NewItem]
    organisation_id: int | None = None
    organisation: NewOrganisation | None = None
    contacts: list[NewBuyer] | None = None
    contract: NewAgreement | None = None
    care_plan_id: int | None = None
    owner_id: int | None = None
    currency: str = "EUR"
    reference: str = ""
    note: str = ""
    ticket_id: int | None = None

    def sale(self) -> NewSale:
        items, contacts = (
            tuple(NewItem(**(each.__dict__ | {"serials": tuple(each.serials)})) for each in self.items),
            tuple(NewBuyer(**(each.__dict__ | {"roles": tuple(each.roles)})) for each in self.contacts or ()),
        )
        return NewSale(**(self.__dict__ | {"items": items, "contacts": contacts}))


class NewSaleSchema(Input):
    """A closed sale, with everything that operations have to know."""

    makes = Sent
    sold_on = Day(required=True)
    items = Several(fields.Nested(NewItemSchema), most=MOST_ITEMS, required=True)
    organisation_id = RowId(allow_none=True)
    organisation = fields.Nested(NewSaleOrganisationSchema, allow_none=True)
    contacts = Several(fields.Nested(NewBuyerSchema), most=MOST_CONTACTS)
    contract = fields.Nested(NewAgreementSchema, allow_none=True)
    care_plan_id = RowId(allow_none=True)
    owner_id = RowId(allow_none=True, metadata={"description": "Operator who does the points of the checklist."})
    currency = Text(3)
    reference = Text(LONGEST["reference"], metadata={"description": "Your own number: it comes in once."})
    note = Text(LONGEST["note"])
    ticket_id = RowId(allow_none=True, metadata={"description": "Of the enquiry that was won (T-12 is 12)."})


class SaleFilterSchema(PageSchema):
    """Which sales."""

    unfinished = YesNo(in_query=True, metadata={"description": "Those with points still to be done."})
    organisation_id = RowId(in_query=True)


@dataclass(frozen=True)
class Completion:
    on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Fault:
    remark: str
    opens_ticket: bool = False


@dataclass(frozen=True)
class Planned:
    owner_id: int | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Reason:
    reason: str


class CompletionSchema(Input):
    """That a point is done, since when, and how."""

    makes = Completion
    on = Day(allow_none=True, metadata={"description": "Without it, today."})
    note = Text(checklist.LONGEST_NOTE)


class FaultSchema(Input):
    """What was found wrong."""

    makes = Fault
    remark = Text(checklist.LONGEST_NOTE, needed=True, required=True)
    opens_ticket = YesNo()


class PlannedSchema(Input):
    """Who does it, and by the end of which day."""

    makes = Planned
    owner_id = RowId(allow_none=True)
    due_on = Day(allow_none=True)


class PaymentSchema(Input):
    """Money that came."""

    makes = payments.NewPayment
    amount_cents = Number(1, MOST_CENTS, required=True)
    paid_on = Day(required=True)
    note = Text(payments.LONGEST_NOTE)


class TakenBackSchema(Input):
    """Why the entry was a mistake."""

    makes = Reason
    reason = Text(payments.LONGEST_NOTE, needed=True, required=True)


class ItemSchema(Shown):
    """A line of a sale."""

    product_id = fields.Integer(allow_none=True)
    what = fields.String()
    quantity = fields.Integer()
    price_cents = fields.Integer()


class PointSchema(Shown):
    """A point of the checklist."""

    point = fields.String(metadata={"enum": list(PointKind)})
    is_done = fields.Boolean()
    is_wrong = fields.Boolean()
    owner_id = fields.Integer(allow_none=True)
    due_at = fields.String(metadata={"format": "date-time"})
    done_on = fields.String(allow_none=True, metadata={"format": "date"})
    note = NameOrNull()
    remark = NameOrNull()
    ticket = NameOrNull()


class PaymentShownSchema(Shown):
    """A payment; a negative one takes another back."""

    id = fields.Integer()
    paid_on = fields.String(metadata={"format": "date"})
    amount_cents = fields.Integer()
    note = NameOrNull()
    reverses = fields.Integer(allow_none=True)


class NoticeSchema(Shown):
    """What accounting has to write."""

    id = fields.Integer()
    kind = fields.String(metadata={"examples": ["proforma", "vat_invoice"]})
    dated = fields.String(metadata={"format": "date"})
    amount_cents = fields.Integer(allow_none=True)


class SaleRowSchema(Shown):
    """A sale in a list."""

    number = fields.String()
    reference = NameOrNull()
    sold_on = fields.String(metadata={"format": "date"})
    organisation_id = fields.Integer()
    organisation = fields.String()
    what = fields.String()
    currency = fields.String()
    total_cents = fields.Integer()
    paid_cents = fields.Integer()
    open_points = fields.Integer()
    wrong_points = fields.Integer()


class SaleSchema(Shown):
    """A sale with all that came of it."""

    number = fields.String()
    reference = NameOrNull()
    sold_on = fields.String(metadata={"format": "date"})
    organisation_id = fields.Integer()
    organisation = fields.String()
    contract_id = fields.Integer(allow_none=True)
    contract = NameOrNull()
    contact_id = fields.Integer(allow_none=True)
    ticket = NameOrNull(metadata={"description": "The enquiry that was won."})
    owner_id = fields.Integer(allow_none=True)
    currency = fields.String()
    note = NameOrNull()
    total_cents = fields.Integer()
    paid_cents = fields.Integer()
    items = fields.List(fields.Nested(ItemSchema))
    installed_products = fields.List(fields.Integer())
    points = fields.List(fields.Nested(PointSchema))
    payments = fields.List(fields.Nested(PaymentShownSchema))
    notices = fields.List(fields.Nested(NoticeSchema))


class SalePageSchema(Shown):
    """Some sales, with the cursors of the pages after and before."""

    sales = fields.List(fields.Nested(SaleRowSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


SALE = Representation(SaleSchema(), None, of=lambda shown, _actor: sale_document(shown))
SALE_PAGE = Representation(SalePageSchema(), None, of=lambda page, _actor: {
    "sales": [sale_row(row) for row in page.rows], "after": page.after, "before": page.before,
})  # fmt: skip


@bp.get("/sales")
@bp.takes(SaleFilterSchema(), location="query")
@bp.gives(200, SALE_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[SaleRow], dict[str, str]]:
    """List sales, the newest first. For staff."""
    if not current_actor().is_staff:
        raise Forbidden(code="staff_only")
    page = list_sales(for_=current_actor(), is_unfinished=sent.pop("unfinished", False), **sent)
    return page, link_header(page)


@bp.post("/sales")
@bp.takes(NewSaleSchema(), once=True)
@bp.gives(201, SALE)
def create(sent: Sent) -> tuple[SaleShown, dict[str, str]]:
    """Hand a closed sale over to operations: all of it, or nothing."""
    with _pointing():
        sale = record_sale(sent.sale(), by=current_actor(), submission=submission())
    if (sale.sold_on, sale.reference) != (sent.sold_on, " ".join(sent.reference.split()) or None):
        refuse_reused_key()
    return show_sale(sale), {"Location": url_for("api.sales.show", number=sale.number)}


@bp.get("/sales/<number>")
@bp.gives(200, SALE)
def show(number: str) -> SaleShown:
    """Read a sale with its checklist, payments and notices."""
    return show_sale(get_sale(number, for_=current_actor()))


@bp.put("/sales/<number>/points/<point>/completion")
@bp.takes(CompletionSchema())
@bp.gives(200, SALE)
def complete(sent: Completion, number: str, point: str) -> SaleShown:
    """Say that a point of the checklist is done."""
    sale = get_sale(number, for_=current_actor())
    checklist.complete_point(sale, _point(point), on=sent.on, note=sent.note, by=current_actor())
    return show_sale(sale)


@bp.put("/sales/<number>/points/<point>/fault")
@bp.takes(FaultSchema())
@bp.gives(200, SALE)
def fault(sent: Fault, number: str, point: str) -> SaleShown:
    """Say what was found wrong; the point stays to do."""
    sale = get_sale(number, for_=current_actor())
    checklist.fault_point(sale, _point(point), sent.remark, opens_ticket=sent.opens_ticket, by=current_actor())
    return show_sale(sale)


@bp.patch("/sales/<number>/points/<point>")
@bp.takes(PlannedSchema())
@bp.gives(200, SALE)
def plan(sent: Planned, number: str, point: str) -> SaleShown:
    """Let somebody else do it, or by another day."""
    sale = get_sale(number, for_=current_actor())
    checklist.plan_point(sale, _point(point), owner_id=sent.owner_id, due_on=sent.due_on, by=current_actor())
    return show_sale(sale)


@bp.post("/sales/<number>/payments")
@bp.takes(PaymentSchema(), once=True)
@bp.gives(201, SALE)
def pay(sent: payments.NewPayment, number: str) -> SaleShown:
    """Enter a payment; the one that reaches the sum makes the VAT invoice."""
    sale = get_sale(number, for_=current_actor())
    done = payments.record_payment(sale, sent, by=current_actor(), submission=submission())
    if (done.sale_id, done.amount_cents, done.paid_on) != (sale.id, sent.amount_cents, sent.paid_on):
        refuse_reused_key()
    return show_sale(sale)


@bp.post("/sales/<number>/payments/<row_id:payment_id>/reversal")
@bp.takes(TakenBackSchema())
@bp.gives(200, SALE)
def take_back(sent: Reason, number: str, payment_id: int) -> SaleShown:
    """Take back a payment that was entered by mistake."""
    sale = get_sale(number, for_=current_actor())
    payments.take_payment_back(sale, payment_id, sent.reason, by=current_actor())
    return show_sale(sale)


def _point(word: str) -> PointKind:
    if word not in set(PointKind):
        raise NotFound
    return PointKind(word)


@contextmanager
def _pointing() -> Iterator[None]:
    """What the activity refuses by its place in the whole (`items.0.what`) is pointed at in the body."""
    try:
        yield
    except Invalid as refusal:
        places = [{"pointer": pointer(*name.split(".")), "detail": text}
                  for name, texts in refusal.errors.items() for text in texts]  # fmt: skip
        raise Misshapen(places, code=refusal.code) from refusal
