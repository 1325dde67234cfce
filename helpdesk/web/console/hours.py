"""The hours of a contract: its statement, its terms, blocks and corrections."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, pre_load

from helpdesk.aftersales import hours
from helpdesk.aftersales.counting import MINUTES_PER_HOUR
from helpdesk.aftersales.terms import UNITS, NewTerms, contract_by_id, set_terms, terms_of
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.contracts import Plan
from helpdesk.models.people import Organisation
from helpdesk.people.organisations import get_organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.calendars import calendar_names
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import CHANNELS, HOURS_KINDS, PLANS

bp = Blueprint("hours", __name__, url_prefix="/contracts/<int:contract_id>/hours")


class _BlankSchema(WebSchema):
    """Empty fields that are no text count as not sent."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {
            name: value for name, value in sent.items()
            if isinstance(self.fields.get(name), fields.String | fields.List) or not isinstance(value, str)
            or value.strip()
        }  # fmt: skip


class GrantSchema(_BlankSchema):
    """A block of hours."""

    hours = fields.Decimal(required=True, places=2, allow_nan=False)
    expires_on = fields.Date(load_default=None)
    note = line_of_text(load_default="")


class AdjustmentSchema(_BlankSchema):
    """A correction by signed minutes."""

    minutes = fields.Integer(required=True)
    adjust_reason = line_of_text(load_default="")


class TermsSchema(_BlankSchema):
    """What the contract counts and covers, from a day on. Money in whole units."""

    valid_from = fields.Date(required=True)
    plan = word(Plan, required=True)
    rounding_minutes = fields.Integer(load_default=1)
    minimum_minutes = fields.Integer(load_default=0)
    after_hours_percent = fields.Integer(load_default=100)
    calendar_id = row_id(load_default=None)
    covers_on_site = fields.Boolean(load_default=False)
    channels = fields.List(fields.String(), load_default=list)
    hourly_rate = fields.Decimal(load_default=None, allow_none=True, places=2, allow_nan=False)
    monthly_fee = fields.Decimal(load_default=None, allow_none=True, places=2, allow_nan=False)
    currency = line_of_text(load_default="EUR")
    carry_over_minutes = fields.Integer(load_default=0)
    reason = line_of_text(load_default="")


@bp.get("")
def show(contract_id: int) -> str:
    return _page(contract_id, Form())


@bp.post("/blocks")
def grant(contract_id: int) -> Any:
    form, actor = read_form(GrantSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        minutes = int(form.value["hours"] * MINUTES_PER_HOUR)
        with form.refusals():
            hours.grant_hours(contract, minutes, expires_on=form.value["expires_on"], note=form.value["note"], by=actor)
            flash(_("The hours are in the ledger."))
            return _back(contract_id)
    if "minutes" in form.errors:
        form.errors["hours"] = form.errors.pop("minutes")
    return _page(contract_id, form), 422


@bp.post("/adjustments")
def adjust(contract_id: int) -> Any:
    form, actor = read_form(AdjustmentSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            hours.adjust_hours(contract, form.value["minutes"], form.value["adjust_reason"], by=actor)
            flash(_("The correction is in the ledger."))
            return _back(contract_id)
    if "reason" in form.errors:
        form.errors["adjust_reason"] = form.errors.pop("reason")
    return _page(contract_id, form), 422


@bp.post("/terms")
def create_terms(contract_id: int) -> Any:
    form, actor = read_form(TermsSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        value = form.value
        known = {each.name for each in fields_of(NewTerms)}
        told = {name: given for name, given in value.items() if name in known} | {
            "channels": tuple(value["channels"]), "hourly_rate_cents": _cents(value["hourly_rate"]),
            "monthly_fee_cents": _cents(value["monthly_fee"]),
        }  # fmt: skip
        with form.refusals():
            set_terms(contract, NewTerms(**told), by=actor)
            flash(_("These terms hold from then on."))
            return _back(contract_id)
    for refused, shown in (("hourly_rate_cents", "hourly_rate"), ("monthly_fee_cents", "monthly_fee")):
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return _page(contract_id, form), 422


def _cents(amount: Any) -> int | None:
    return None if amount is None else int(amount * 100)


def _back(contract_id: int) -> Any:
    return redirect(url_for("console.hours.show", contract_id=contract_id))


def _page(contract_id: int, form: Form) -> str:
    actor = current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    organisation: Organisation = get_organisation(contract.organisation_id, for_=actor)
    return render_template(
        "console/hours/show.html", contract=contract, organisation=organisation, form=form, today=now().date(),
        statement=hours.statement_of(contract, for_=actor), terms=terms_of(contract.id), plans=PLANS,
        kinds=HOURS_KINDS, channels=CHANNELS, units=[(unit, str(unit)) for unit in UNITS],
        calendars=list(calendar_names().items()), can_manage=may(actor, Action.MANAGE_CONTRACTS),
    )  # fmt: skip
