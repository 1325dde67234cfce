"""How a contract goes on: renewed, notice given, and what was agreed on both."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from marshmallow import fields

from helpdesk.aftersales import renewal
from helpdesk.aftersales.counting import MINUTES_PER_HOUR
from helpdesk.aftersales.terms import contract_by_id
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import long_day
from helpdesk.entitlement.contracts import Renewal, arrange_renewal
from helpdesk.tickets.schemas import line_of_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.console.duties import PAGES
from helpdesk.web.console.hours import BlankSchema, contract_page
from helpdesk.web.forms import read_form

bp = Blueprint("renewals", __name__, url_prefix="/contracts/<int:contract_id>")

PAGES["contract"] = lambda contract_id: url_for("console.hours.show", contract_id=contract_id)


class RenewalSchema(BlankSchema):
    """A further span, and the end that was seen."""

    seen = fields.Date(load_default=None)
    renew_months = fields.Integer(load_default=None)
    renew_hours = fields.Decimal(load_default=0, places=2, allow_nan=False)


class NoticeSchema(BlankSchema):
    """Why a contract is not renewed, and since when that is known."""

    notice_reason = line_of_text(load_default="")
    notice_on = fields.Date(load_default=None)


class ArrangementSchema(BlankSchema):
    """How a contract goes on, and who looks after it."""

    owner_id = row_id(load_default=None)
    renewal_months = fields.Integer(load_default=None)
    renews_itself = fields.Boolean(load_default=False)
    renewal_hours = fields.Decimal(load_default=0, places=2, allow_nan=False)
    notice_by = fields.Date(load_default=None)


@bp.post("/renewals")
def create(contract_id: int) -> Any:
    form, actor = read_form(RenewalSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        value = form.value
        with form.refusals():
            renewal.renew_contract(
                contract, seen=value["seen"], months=value["renew_months"],
                minutes=int(value["renew_hours"] * MINUTES_PER_HOUR), by=actor,
            )  # fmt: skip
            flash(_("The contract goes on until %(day)s.", day=long_day(contract.valid_until or value["seen"])))
            return _back(contract_id)
    form.rename(months="renew_months", minutes="renew_hours", expires_on="renew_months", on="renew_months")
    return contract_page(contract_id, form), 422


@bp.post("/notice")
def give_notice(contract_id: int) -> Any:
    form, actor = read_form(NoticeSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            renewal.give_notice(contract, form.value["notice_reason"], on=form.value["notice_on"], by=actor)
            flash(_("Notice is given: the contract ends with its last day."))
            return _back(contract_id)
    form.rename(reason="notice_reason", on="notice_on")
    return contract_page(contract_id, form), 422


@bp.post("/notice/withdrawal")
def withdraw_notice(contract_id: int) -> Any:
    form, actor = read_form(NoticeSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            renewal.withdraw_notice(contract, form.value["notice_reason"], by=actor)
            flash(_("The contract goes on as it was agreed."))
            return _back(contract_id)
    form.rename(reason="notice_reason")
    return contract_page(contract_id, form), 422


@bp.post("/arrangement")
def arrange(contract_id: int) -> Any:
    form, actor = read_form(ArrangementSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        value = dict(form.value)
        minutes = int(value.pop("renewal_hours") * MINUTES_PER_HOUR)
        with form.refusals():
            arrange_renewal(contract, Renewal(renewal_minutes=minutes, **value), by=actor)
            flash(_("So it is agreed."))
            return _back(contract_id)
    form.rename(renewal_minutes="renewal_hours")
    return contract_page(contract_id, form), 422


def _back(contract_id: int) -> Any:
    return redirect(url_for("console.hours.show", contract_id=contract_id))
