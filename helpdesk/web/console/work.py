"""Work on a ticket: logged, and taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from helpdesk.aftersales.work import NewWork, log_work, reverse_work
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import signed_hours
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import ReasonSchema, WorkSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import local_instant, read_form, submission_of

bp = Blueprint("work", __name__, url_prefix="/tickets/<number>/work-logs")

# The form stands among others on its page, so its fields have names of their own.
FIELDS = {"minutes": "work_minutes", "started_at": "work_started", "reservation_id": "work_reservation"}


@bp.post("")
def create(number: str) -> Any:
    form, ticket = read_form(WorkSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        value = form.value
        started_at = local_instant(value["work_started"]) if value["work_started"] else None
        new = NewWork(
            value["work_minutes"], value["work_channel"], value["work_note"], started_at,
            is_billable=not value["work_is_free"], reservation_id=value["work_reservation"],
        )  # fmt: skip
        with form.refusals():
            work = log_work(ticket, new, by=current_actor(), submission=submission_of(current_actor()))
            flash(_("Logged: %(hours)s counted.", hours=signed_hours(work.counted_minutes)))
            return redirect(url_for("console.tickets.show", number=number, _anchor="work"))
    for refused, shown in FIELDS.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return ticket_page(ticket, form), 422


@bp.post("/<int:work_id>/reversal")
def reverse(number: str, work_id: int) -> Any:
    form, ticket = read_form(ReasonSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            reverse_work(work_id, ticket, form.value["reason"], by=current_actor())
            flash(_("It is taken back."))
            return redirect(url_for("console.tickets.show", number=number, _anchor="work"))
    return ticket_page(ticket, form), 422
