"""The client's approval of chargeable work: asked for, withdrawn, waived."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from marshmallow import fields

from helpdesk.aftersales import approvals
from helpdesk.aftersales.approvals import NewApproval
from helpdesk.core.i18n import gettext as _
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import line_of_text
from helpdesk.web.auth import current_actor
from helpdesk.web.console.hours import BlankSchema
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import read_form

bp = Blueprint("approvals", __name__, url_prefix="/tickets/<number>/approvals")


class QuestionSchema(BlankSchema):
    """What is to be done, with its estimate; money in whole units."""

    approval_what = line_of_text(load_default="")
    approval_minutes = fields.Integer(required=True)
    approval_amount = fields.Decimal(load_default=None, allow_none=True, places=2, allow_nan=False)


class WaiverSchema(BlankSchema):
    """How much may be done without the client's yes, and why."""

    waived_minutes = fields.Integer(required=True)
    waiver_reason = line_of_text(load_default="")


@bp.post("")
def create(number: str) -> Any:
    form, ticket = read_form(QuestionSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        cents = None if value["approval_amount"] is None else int(value["approval_amount"] * 100)
        with form.refusals(nobody_decides="approval_what", no_organisation="approval_what"):
            new = NewApproval(value["approval_what"], value["approval_minutes"], cents)
            approvals.ask_approval(ticket, new, by=current_actor())
            flash(_("The client is asked."))
            return _back(number)
    form.rename(what="approval_what", minutes="approval_minutes", amount_cents="approval_amount")
    return ticket_page(ticket, form), 422


@bp.post("/<int:approval_id>/withdrawal")
def withdraw(number: str, approval_id: int) -> Any:
    get_ticket(number, for_=current_actor())
    approvals.withdraw_approval(approvals.get_approval(approval_id, for_=current_actor()), by=current_actor())
    flash(_("Nobody need answer any more."))
    return _back(number)


@bp.post("/waivers")
def waive(number: str) -> Any:
    form, ticket = read_form(WaiverSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            approvals.waive_approval(
                ticket, form.value["waived_minutes"], form.value["waiver_reason"], by=current_actor()
            )
            flash(_("So much may be done without the client's yes."))
            return _back(number)
    form.rename(minutes="waived_minutes", reason="waiver_reason")
    return ticket_page(ticket, form), 422


def _back(number: str) -> Any:
    return redirect(url_for("console.tickets.show", number=number, _anchor="approvals"))
