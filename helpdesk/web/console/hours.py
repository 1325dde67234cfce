"""The hours of a contract: its statement (as page, for paper, PDF and CSV), its terms, blocks and corrections."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from marshmallow import fields, pre_load

from helpdesk.aftersales import hours
from helpdesk.aftersales.counting import MINUTES_PER_HOUR
from helpdesk.aftersales.renewal import next_end
from helpdesk.aftersales.terms import UNITS, NewTerms, contract_by_id, set_terms, terms_of
from helpdesk.core.i18n import gettext as _
from helpdesk.core.pdf import can_make_pdf
from helpdesk.core.submissions import once, once_all
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.models.contracts import HoursEntry, Plan
from helpdesk.models.people import Organisation
from helpdesk.people import directory
from helpdesk.people.organisations import get_organisation
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.calendars import calendar_names
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form, submission_of
from helpdesk.web.statements import statement_csv, statement_file, statement_sheet
from helpdesk.web.words import CHANNELS, HOURS_KINDS, PLANS

bp = Blueprint("hours", __name__, url_prefix="/contracts/<int:contract_id>/hours")


class BlankSchema(WebSchema):
    """Empty fields that are no text count as not sent."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {
            name: value for name, value in sent.items()
            if isinstance(self.fields.get(name), fields.String | fields.List) or not isinstance(value, str)
            or value.strip()
        }  # fmt: skip


class GrantSchema(BlankSchema):
    """A block of hours."""

    hours = fields.Decimal(required=True, places=2, allow_nan=False)
    expires_on = fields.Date(load_default=None)
    note = line_of_text(load_default="")


class AdjustmentSchema(BlankSchema):
    """A correction by signed minutes."""

    minutes = fields.Integer(required=True)
    adjust_reason = line_of_text(load_default="")


class TermsSchema(BlankSchema):
    """What the contract counts and covers, from a day on. Money in whole units."""

    valid_from = fields.Date(required=True)
    plan = word(Plan, required=True)
    rounding_minutes = fields.Integer(load_default=1)
    minimum_minutes = fields.Integer(load_default=0)
    after_hours_percent = fields.Integer(load_default=100)
    calendar_id = row_id(load_default=None)
    covers_only_hours = fields.Boolean(load_default=False)
    covers_on_site = fields.Boolean(load_default=False)
    channels = fields.List(fields.String(), load_default=list)
    hourly_rate = fields.Decimal(load_default=None, allow_none=True, places=2, allow_nan=False)
    monthly_fee = fields.Decimal(load_default=None, allow_none=True, places=2, allow_nan=False)
    approval_above = fields.Decimal(load_default=None, allow_none=True, places=2, allow_nan=False)
    approval_above_minutes = fields.Integer(load_default=None)
    currency = line_of_text(load_default="EUR")
    carry_over_minutes = fields.Integer(load_default=0)
    reason = line_of_text(load_default="")


@bp.get("")
def show(contract_id: int) -> str:
    return contract_page(contract_id, Form())


@bp.get("/statement.csv")
def export(contract_id: int) -> Response:
    return statement_csv(_statement(contract_id))


@bp.get("/statement.pdf")
def export_pdf(contract_id: int) -> Response:
    return statement_file(_statement(contract_id))


@bp.get("/statement")
def print_out(contract_id: int) -> str:
    return statement_sheet(_statement(contract_id))


@bp.post("/blocks")
def grant(contract_id: int) -> Any:
    form, actor = read_form(GrantSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        minutes = int(form.value["hours"] * MINUTES_PER_HOUR)
        with form.refusals():
            once(
                submission_of(actor), (contract_id, form.value), HoursEntry,
                lambda: hours.grant_hours(contract, minutes, expires_on=form.value["expires_on"],
                                          note=form.value["note"], by=actor),
            )  # fmt: skip
            flash(_("The hours are in the ledger."))
            return _back(contract_id)
    form.rename(minutes="hours")
    return contract_page(contract_id, form), 422


@bp.post("/adjustments")
def adjust(contract_id: int) -> Any:
    form, actor = read_form(AdjustmentSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            once_all(
                submission_of(actor), (contract_id, form.value), HoursEntry,
                lambda: hours.adjust_hours(contract, form.value["minutes"], form.value["adjust_reason"], by=actor),
            )  # fmt: skip
            flash(_("The correction is in the ledger."))
            return _back(contract_id)
    form.rename(reason="adjust_reason")
    return contract_page(contract_id, form), 422


@bp.post("/terms")
def create_terms(contract_id: int) -> Any:
    form, actor = read_form(TermsSchema), current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    if form.is_valid:
        value = form.value
        known = {each.name for each in fields_of(NewTerms)}
        told = {name: given for name, given in value.items() if name in known} | {
            "channels": tuple(value["channels"]), "hourly_rate_cents": _cents(value["hourly_rate"]),
            "monthly_fee_cents": _cents(value["monthly_fee"]), "approval_above_cents": _cents(value["approval_above"]),
        }  # fmt: skip
        with form.refusals(terms_later="valid_from"):
            set_terms(contract, NewTerms(**told), by=actor)
            flash(_("These terms hold from then on."))
            return _back(contract_id)
    form.rename(hourly_rate_cents="hourly_rate", monthly_fee_cents="monthly_fee", approval_above_cents="approval_above")
    return contract_page(contract_id, form), 422


def _cents(amount: Any) -> int | None:
    return None if amount is None else int(amount * 100)


def _back(contract_id: int) -> Any:
    return redirect(url_for("console.hours.show", contract_id=contract_id))


def _statement(contract_id: int) -> hours.Statement:
    actor = current_actor()
    return hours.statement_of(contract_by_id(contract_id, for_=actor), for_=actor)


def contract_page(contract_id: int, form: Form) -> str:
    """The page of a contract; the same after a refused form, with its words."""
    actor = current_actor()
    contract = contract_by_id(contract_id, for_=actor)
    organisation: Organisation = get_organisation(contract.organisation_id, for_=actor)
    today, terms = day_of(contract.organisation_id, now()), terms_of(contract.id)
    current = next((each for each in reversed(terms) if each.valid_from <= today), None)
    return render_template(
        "console/hours/show.html", contract=contract, organisation=organisation, form=form, today=today,
        statement=hours.statement_of(contract, for_=actor), terms=terms, plans=PLANS,
        kinds=HOURS_KINDS, channels=CHANNELS, units=[(unit, str(unit)) for unit in UNITS],
        calendars=list(calendar_names().items()), can_manage=may(actor, Action.MANAGE_CONTRACTS),
        can_reserve=may(actor, Action.RESERVE_HOURS, contract), standing=hours.standing_of(contract.id, today, current),
        reservations=hours.reservations_of(contract, for_=actor), makes_pdf=can_make_pdf(),
        owners=[(card.id, card.name) for card in directory.operators().values() if card.is_active],
        owner=directory.operators().get(contract.owner_id or 0),
        next_end=next_end(contract, contract.valid_until, contract.renewal_months),
    )  # fmt: skip
