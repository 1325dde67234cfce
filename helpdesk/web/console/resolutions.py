"""The end of a ticket, by operators: resolve, reopen, cancel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.judging import unexplained
from helpdesk.tickets.queries import clock_name, get_ticket
from helpdesk.tickets.resolution import cancel_ticket, reopen_ticket, resolve_ticket, undo_reopening
from helpdesk.tickets.schemas import ReasonSchema, ResolutionSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import Form, read_form, read_uploads, submission_of
from helpdesk.web.words import BREACH_CAUSES, CLOCKS

bp = Blueprint("resolutions", __name__, url_prefix="/tickets/<number>")


@bp.get("/resolution/new")
def new(number: str) -> str:
    ticket = get_ticket(number, for_=current_actor())
    return _page(ticket, Form())


@bp.post("/resolution")
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(ResolutionSchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            said = NewMessage(form.value["body"], uploads=uploads, submission=submission_of(actor))
            resolve_ticket(
                ticket, said, by=actor, breach_cause=form.value["breach_cause"], breach_note=form.value["breach_note"]
            )
            flash(_("Resolved. The client is asked to accept."))
            return redirect(url_for("console.tickets.show", number=number))
    if "text" in form.errors:
        form.errors["body"] = form.errors.pop("text")
    return _page(ticket, form), 422


@bp.post("/reopening")
def reopen(number: str) -> Any:
    actor, form = current_actor(), read_form(ReasonSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            reopen_ticket(ticket, form.value["reason"], by=actor)
            return redirect(url_for("console.tickets.show", number=number))
    form.errors.setdefault("reason", form.errors.pop("text", []))
    return ticket_page(ticket, form), 422


@bp.post("/reopening/undoing")
def undo(number: str) -> Any:
    form, ticket = read_form(ReasonSchema), get_ticket(number, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            undo_reopening(ticket, form.value["reason"], by=current_actor())
            flash(_("The reopening is undone; the ticket is as it was."))
            return redirect(url_for("console.tickets.show", number=number))
    return ticket_page(ticket, form), 422


@bp.post("/cancellation")
def cancel(number: str) -> Any:
    actor, form = current_actor(), read_form(ReasonSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            cancel_ticket(ticket, form.value["reason"], by=actor)
            return redirect(url_for("console.tickets.show", number=number))
    form.errors.setdefault("reason", form.errors.pop("text", []))
    return ticket_page(ticket, form), 422


def _page(ticket: Ticket, form: Form) -> str:
    late = [str(CLOCKS[clock_name(clock)]) for clock in unexplained(ticket)]
    return render_template(
        "console/resolutions/new.html", ticket=ticket, form=form, late=late, causes=BREACH_CAUSES
    )  # fmt: skip
