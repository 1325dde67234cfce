"""What is said of a breach: its cause, and whether it is excused."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.tickets.judging import ask_excuse, excuse, name_cause, refuse_excuse
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import CauseSchema, ExcuseSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import read_form

bp = Blueprint("breaches", __name__, url_prefix="/tickets/<number>/breaches/<int:clock_id>")


@bp.post("/cause")
def name(number: str, clock_id: int) -> Any:
    form, ticket = read_form(CauseSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            name_cause(ticket, clock_id, form.value["breach_cause"], form.value["breach_note"], by=current_actor())
            return _back(number)
    return ticket_page(ticket, form), 422


@bp.post("/excuse-request")
def ask(number: str, clock_id: int) -> Any:
    form, ticket = read_form(ExcuseSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            ask_excuse(ticket, clock_id, form.value["excuse"] or form.value["window"], by=current_actor())
            return _back(number)
    return ticket_page(ticket, form), 422


@bp.post("/excuse")
def grant(number: str, clock_id: int) -> BaseResponse:
    excuse(get_ticket(number, for_=current_actor()), clock_id, by=current_actor())
    return _back(number)


@bp.post("/excuse-refusal")
def refuse(number: str, clock_id: int) -> BaseResponse:
    refuse_excuse(get_ticket(number, for_=current_actor()), clock_id, by=current_actor())
    return _back(number)


def _back(number: str) -> BaseResponse:
    return redirect(url_for("console.tickets.show", number=number))
