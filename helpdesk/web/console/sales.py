"""Sales: the list, the guided handover to operations, one with its checklist and payments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, pre_load

from helpdesk.aftersales import checklist, payments
from helpdesk.aftersales.care_plans import offered_plans
from helpdesk.aftersales.enquiries import enquiry_of, faces_clients
from helpdesk.aftersales.sales import record_sale
from helpdesk.aftersales.sold import SaleShown, get_sale, list_sales, show_sale
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.sales import PointKind, Sale
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.people.organisations import get_organisation, list_organisations
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.tickets.policies import policy_names
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.console.duties import PAGES
from helpdesk.web.console.sale_form import CONTACT_ROWS, ITEM_ROWS, SaleForm, read_sale_form
from helpdesk.web.forms import Form, read_form, sent_id, submission_of
from helpdesk.web.shell import Item
from helpdesk.web.story import names_of
from helpdesk.web.words import BUYING_ROLES, NOTICE_KINDS, PLANS, POINTS

bp = Blueprint("sales", __name__, url_prefix="/sales")

PAGES["sale"] = lambda sale_id: url_for("console.sales.show", number=f"S-{sale_id}")


class _BlankSchema(WebSchema):
    """Empty fields that are no text count as not sent; money may have a comma."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        kept = {name: value for name, value in sent.items()
                if isinstance(self.fields.get(name), fields.String) or not isinstance(value, str)
                or value.strip()}  # fmt: skip
        return {name: value.replace(",", ".") if name == "amount" else value for name, value in kept.items()}


class CompletionSchema(_BlankSchema):
    """That a point is done."""

    done_on = fields.Date(load_default=None)
    done_note = long_text(load_default="")


class FaultSchema(_BlankSchema):
    """What was found wrong."""

    remark = long_text(load_default="")
    opens_ticket = fields.Boolean(load_default=False)


class PlanSchema(_BlankSchema):
    """Who does it, and until when."""

    owner_id = row_id(load_default=None)
    due_on = fields.Date(load_default=None)


class PaymentSchema(_BlankSchema):
    """Money that came, in whole units."""

    amount = fields.Decimal(required=True, places=2, allow_nan=False)
    paid_on = fields.Date(required=True)
    payment_note = line_of_text(load_default="")


class TakenBackSchema(_BlankSchema):
    """Why a payment was a mistake."""

    reason = line_of_text(load_default="")


@bp.get("")
def index() -> str:
    actor = current_actor()
    require(actor, Action.READ_SALES)
    view = request.args.get("view", "unfinished")
    if view not in ("unfinished", "all"):
        raise NotFound
    organisation_id = sent_id("organisation_id")
    page = list_sales(for_=actor, is_unfinished=view == "unfinished", organisation_id=organisation_id,
                      after=request.args.get("after"), before=request.args.get("before"))  # fmt: skip
    kept: dict[str, Any] = {"organisation_id": organisation_id} if organisation_id else {}
    names = {"unfinished": _("Unfinished"), "all": _("All")}
    views = [Item(name, url_for("console.sales.index", view=key, **kept), is_current=key == view)
             for key, name in names.items()]  # fmt: skip
    return render_template(
        "console/sales/index.html", page=page, views=views, view=view, kept=kept, now=now(),
        organisation=get_organisation(organisation_id, for_=actor) if organisation_id else None,
        can_sell=may(actor, Action.RECORD_SALE),
    )  # fmt: skip


@bp.get("/new")
def new() -> str:
    require(current_actor(), Action.RECORD_SALE)
    ticket = _ticket()
    return _new_page(_prefilled(ticket), ticket)


@bp.post("")
def create() -> Any:
    actor = current_actor()
    require(actor, Action.RECORD_SALE)
    ticket = _ticket()
    form = read_sale_form(ticket.id if ticket else None)
    if form.sale is not None:
        try:
            sale = record_sale(form.sale, by=actor, submission=submission_of(actor))
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            flash(_("The sale %(number)s is handed over to operations.", number=sale.number))
            return redirect(url_for("console.sales.show", number=sale.number))
    return _new_page(form, ticket), 422


@bp.get("/<number>")
def show(number: str) -> str:
    return _page(get_sale(number, for_=current_actor()), Form())


@bp.post("/<number>/points/<point>/completion")
def complete(number: str, point: str) -> Any:
    form, sale = read_form(CompletionSchema), get_sale(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        with form.refusals():
            checklist.complete_point(
                sale, _point(point), on=value["done_on"], note=value["done_note"], by=current_actor()
            )
            return _back(sale)
    return _page(sale, _renamed(form, on="done_on", note="done_note"), point), 422


@bp.post("/<number>/points/<point>/fault")
def fault(number: str, point: str) -> Any:
    form, sale = read_form(FaultSchema), get_sale(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        with form.refusals():
            checklist.fault_point(
                sale, _point(point), value["remark"], opens_ticket=value["opens_ticket"], by=current_actor()
            )
            return _back(sale)
    return _page(sale, form, point), 422


@bp.post("/<number>/points/<point>/plan")
def plan(number: str, point: str) -> Any:
    form, sale = read_form(PlanSchema), get_sale(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        with form.refusals():
            checklist.plan_point(
                sale, _point(point), owner_id=value["owner_id"], due_on=value["due_on"], by=current_actor()
            )
            return _back(sale)
    return _page(sale, form, point), 422


@bp.post("/<number>/payments")
def pay(number: str) -> Any:
    actor, form = current_actor(), read_form(PaymentSchema)
    sale = get_sale(number, for_=actor)
    if form.is_valid:
        value = form.value
        made = payments.NewPayment(int(value["amount"] * 100), value["paid_on"], value["payment_note"])
        with form.refusals():
            payments.record_payment(sale, made, by=actor, submission=submission_of(actor))
            flash(_("The payment is entered."))
            return _back(sale)
    return _page(sale, _renamed(form, amount_cents="amount", note="payment_note")), 422


@bp.post("/<number>/payments/<int:payment_id>/reversal")
def take_back(number: str, payment_id: int) -> Any:
    form, sale = read_form(TakenBackSchema), get_sale(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            payments.take_payment_back(sale, payment_id, form.value["reason"], by=current_actor())
            flash(_("It is taken back."))
            return _back(sale)
    return _page(sale, form, f"payment-{payment_id}"), 422


def _page(sale: Sale, form: Form, refused_at: str = "") -> str:
    actor, shown = current_actor(), show_sale(sale)
    return render_template(
        "console/sales/show.html", shown=shown, sale=sale, form=form, refused_at=refused_at, points=POINTS,
        notices=NOTICE_KINDS, products=directory.products(), versions=directory.versions(), now=now(),
        operators=directory.operators(), owners=_owners(), who=_who(shown),
        can_keep=may(actor, Action.KEEP_POINTS, sale), can_pay=may(actor, Action.RECORD_PAYMENT, sale),
        can_open=bool(shown.contact) and may(actor, Action.CHOOSE_REQUESTER),
        taken_back={payment.reverses_id for payment in shown.payments},
    )  # fmt: skip


def _who(shown: SaleShown) -> dict[int, str]:
    """By whom each point was done."""
    done = {point.id: (point.done_by["kind"], point.done_by["id"]) for point in shown.points if point.done_by}
    names = names_of(done.values())
    return {point_id: names.of(*actor) for point_id, actor in done.items()}


def _new_page(form: SaleForm, ticket: Ticket | None) -> str:
    versions = directory.versions().values()
    groups = [
        (product.name, [(version.id, version.name) for version in versions if version.product_id == product.id])
        for product in directory.products().values() if product.is_active
    ]  # fmt: skip
    return render_template(
        "console/sales/new.html", form=form, ticket=ticket, item_rows=ITEM_ROWS, contact_rows=CONTACT_ROWS,
        organisations=[(each.id, each.name) for each in list_organisations(for_=current_actor(), limit=1000)],
        products=directory.products(), versions=[group for group in groups if group[1]], roles=BUYING_ROLES,
        care_plans=[(plan.id, plan.name) for plan in offered_plans(for_=current_actor())],
        plans=PLANS, policies=list(policy_names().items()), owners=_owners(), today=desk_today(),
        languages_known=[(code, OWN_NAMES[code]) for code in LANGUAGES],
    )  # fmt: skip


def _prefilled(ticket: Ticket | None) -> SaleForm:
    """What is known already: of the enquiry, who asked, for what, and for how much."""
    known: dict[str, Any] = {}
    if (organisation_id := sent_id("organisation_id")) is not None:
        known["organisation_id"] = get_organisation(organisation_id, for_=current_actor()).id
    if ticket is not None:
        contact, enquiry = ticket.requester, enquiry_of(ticket)
        known |= {
            "organisation_id": ticket.organisation_id or "", "contacts.0.name": contact.name,
            "contacts.0.email": contact.email or "", "contacts.0.phone": contact.phone,
            "contacts.0.roles": [row.role.value for row in contact.roles], "items.0.what": ticket.subject,
            "items.0.product_id": ticket.product_id or "",
        }  # fmt: skip
        if enquiry is not None and enquiry.quotation is not None:
            quotation = enquiry.quotation
            known |= {"items.0.what": quotation.what, "items.0.price": f"{quotation.amount_cents / 100:.2f}",
                      "currency": quotation.currency}  # fmt: skip
        if ticket.assignee_id and faces_clients(ticket.assignee_id):
            known["owner_id"] = ticket.assignee_id
    return SaleForm(known)


def _ticket() -> Ticket | None:
    """The enquiry that the request names."""
    number = request.values.get("ticket", "").strip()
    if not number:
        return None
    ticket = get_ticket(number, for_=current_actor())
    if enquiry_of(ticket) is None:
        raise NotFound
    return ticket


def _owners() -> list[tuple[int, str]]:
    return [(card.id, card.name) for card in directory.operators().values() if faces_clients(card.id)]


def _point(word: str) -> PointKind:
    if word not in set(PointKind):
        raise NotFound
    return PointKind(word)


def _renamed(form: Form, **names: str) -> Form:
    for refused, shown in names.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return form


def _back(sale: Sale) -> Any:
    return redirect(url_for("console.sales.show", number=sale.number))
