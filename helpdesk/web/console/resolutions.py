"""The end of a ticket, by operators: resolve, reopen, cancel."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.resolution import cancel_ticket, reopen_ticket, resolve_ticket
from helpdesk.tickets.schemas import MessageSchema, ReasonSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import Form, read_form, read_uploads, submission_of

bp = Blueprint("resolutions", __name__, url_prefix="/tickets/<number>")


@bp.get("/resolution/new")
def new(number: str) -> str:
    ticket = get_ticket(number, for_=current_actor())
    return render_template("console/resolutions/new.html", ticket=ticket, form=Form())


@bp.post("/resolution")
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(MessageSchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        with form.refusals():
            said = NewMessage(form.value["body"], uploads=uploads, submission=submission_of(actor))
            resolve_ticket(ticket, said, by=actor)
            flash(_("Resolved. The client is asked to accept."))
            return redirect(url_for("console.tickets.show", number=number))
    if "text" in form.errors:
        form.errors["body"] = form.errors.pop("text")
    return render_template("console/resolutions/new.html", ticket=ticket, form=form), 422


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
