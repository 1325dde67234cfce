"""Enquiries: the list, and on the page of a ticket what the client wants, meetings, quotations, won and lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, pre_load

from helpdesk.aftersales import enquiries
from helpdesk.aftersales.enquiries import EnquiryShown, NewQuotation, enquiry_of, faces_clients, list_enquiries
from helpdesk.aftersales.sold import sale_of_enquiry, sales_of_enquiries
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.enquiries import OPEN_STATES, EnquiryKind, EnquiryState
from helpdesk.models.sales import Sale
from helpdesk.models.tickets import Ticket
from helpdesk.people.directory import operators
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import ReasonSchema, WebSchema, line_of_text, long_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import Form, local_instant, read_form, read_uploads, submission_of
from helpdesk.web.shell import Item
from helpdesk.web.words import DUTIES, ENQUIRY_KINDS, ENQUIRY_STATES

bp = Blueprint("enquiries", __name__)

STATES: dict[str, frozenset[EnquiryState] | None] = {
    "open": OPEN_STATES, "won": frozenset({EnquiryState.WON}), "lost": frozenset({EnquiryState.LOST}), "all": None,
}  # fmt: skip


class QualitiesSchema(WebSchema):
    """What the client wants."""

    enquiry_kind = word(EnquiryKind, required=True)
    is_complex = fields.Boolean(load_default=False)
    specialist_id = row_id(load_default=None)


class MeetingSchema(WebSchema):
    """A meeting that is over."""

    met_at = fields.NaiveDateTime(required=True)
    meeting_note = long_text(load_default="")


class SummarySchema(WebSchema):
    """The letter about it."""

    summary = long_text(load_default="")


class QuotationSchema(WebSchema):
    """What is offered. Money in whole units."""

    offer = line_of_text(load_default="")
    amount = fields.Decimal(required=True, places=2, allow_nan=False)
    currency = line_of_text(load_default="EUR")
    valid_until = fields.Date(required=True)
    offer_text = long_text(load_default="")

    @pre_load
    def _comma(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value.replace(",", ".").replace("\u00a0", "") if name == "amount" else value
                for name, value in sent.items()}  # fmt: skip


@dataclass(frozen=True)
class EnquiryOnPage:
    """What the page of a ticket shows of its enquiry."""

    shown: EnquiryShown
    sale: Sale | None
    can_handle: bool
    can_sell: bool
    specialists: list[tuple[int, str]]
    kinds: dict[str, Any]
    states: dict[str, Any]
    duties: dict[str, Any]

    @property
    def is_open(self) -> bool:
        return self.shown.enquiry.is_open and self.shown.ticket.is_open


@bp.get("/enquiries")
def index() -> str:
    actor, view = current_actor(), request.args.get("view", "open")
    if view not in STATES:
        raise NotFound
    page = list_enquiries(
        for_=actor, states=STATES[view], after=request.args.get("after"), before=request.args.get("before")
    )
    names = {"open": _("Open"), "won": _("Won"), "lost": _("Lost"), "all": _("All")}
    views = [Item(name, url_for("console.enquiries.index", view=key), is_current=key == view)
             for key, name in names.items()]  # fmt: skip
    sales = sales_of_enquiries([shown.enquiry.id for shown in page.rows])
    return render_template(
        "console/enquiries/index.html", page=page, views=views, view=view, kinds=ENQUIRY_KINDS, states=ENQUIRY_STATES,
        duties=DUTIES, sales=sales, can_sell=may(actor, Action.RECORD_SALE),
    )  # fmt: skip


@bp.post("/tickets/<number>/enquiry")
def qualify(number: str) -> Any:
    form, ticket = read_form(QualitiesSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        with form.refusals():
            enquiries.qualify_enquiry(
                ticket, value["enquiry_kind"], is_complex=value["is_complex"], specialist_id=value["specialist_id"],
                by=current_actor(),
            )  # fmt: skip
            return _back(ticket)
    return ticket_page(ticket, form), 422


@bp.post("/tickets/<number>/enquiry/meetings")
def meet(number: str) -> Any:
    form, ticket = read_form(MeetingSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        met_at = local_instant(form.value["met_at"])
        assert isinstance(met_at, datetime)
        with form.refusals():
            enquiries.record_meeting(ticket, met_at, form.value["meeting_note"], by=current_actor())
            flash(_("The meeting is entered. Its summary letter is due."))
            return _back(ticket)
    return ticket_page(ticket, _renamed(form, note="meeting_note")), 422


@bp.post("/tickets/<number>/enquiry/summary")
def sum_up(number: str) -> Any:
    form = read_form(SummarySchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=current_actor())
    if form.is_valid:
        said = NewMessage(form.value["summary"], uploads=uploads, submission=submission_of(current_actor()))
        with form.refusals():
            enquiries.send_summary(ticket, said, by=current_actor())
            flash(_("The summary is on its way to the client."))
            return _back(ticket)
    return ticket_page(ticket, _renamed(form, text="summary")), 422


@bp.post("/tickets/<number>/enquiry/quotations")
def quote(number: str) -> Any:
    form = read_form(QuotationSchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        new = NewQuotation(
            value["offer"], int(value["amount"] * 100), value["valid_until"], value["currency"], value["offer_text"],
            uploads, submission_of(current_actor()),
        )  # fmt: skip
        with form.refusals():
            enquiries.quote(ticket, new, by=current_actor())
            flash(_("The quotation is on its way to the client."))
            return _back(ticket)
    return ticket_page(ticket, _renamed(form, what="offer", amount_cents="amount", text="offer_text")), 422


@bp.post("/tickets/<number>/enquiry/winning")
def win(number: str) -> Any:
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    enquiries.win_enquiry(ticket, by=actor)
    flash(_("Won. Now hand the sale over to operations."))
    return redirect(url_for("console.sales.new", ticket=ticket.number))


@bp.post("/tickets/<number>/enquiry/loss")
def lose(number: str) -> Any:
    form, ticket = read_form(ReasonSchema), get_ticket(number, for_=current_actor())
    form.data["lost_reason"] = form.data.pop("reason", "")
    if form.is_valid:
        with form.refusals():
            enquiries.lose_enquiry(ticket, form.value["reason"], by=current_actor())
            return _back(ticket)
    return ticket_page(ticket, _renamed(form, reason="lost_reason")), 422


@bp.app_context_processor
def _enquiry() -> dict[str, Any]:
    return {"enquiry_of": enquiry_on_page}


def enquiry_on_page(ticket: Ticket) -> EnquiryOnPage | None:
    """The enquiry of a ticket with what the reader may do about it; None where it is none."""
    shown, actor = enquiry_of(ticket), current_actor()
    if shown is None or not actor.is_staff:
        return None
    specialists = [(card.id, card.name) for card in operators().values() if faces_clients(card.id)]
    return EnquiryOnPage(
        shown, sale_of_enquiry(shown.enquiry.id), may(actor, Action.HANDLE_ENQUIRY, ticket),
        may(actor, Action.RECORD_SALE), specialists, ENQUIRY_KINDS, ENQUIRY_STATES, DUTIES,
    )  # fmt: skip


def _renamed(form: Form, **names: str) -> Form:
    for refused, shown in names.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return form


def _back(ticket: Ticket) -> Any:
    return redirect(url_for("console.tickets.show", number=ticket.number, _anchor="enquiry"))
