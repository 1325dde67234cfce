"""Times agreed with the client."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.tickets.agreed_times import promise_time
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import PromiseSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import local_instant, read_form

bp = Blueprint("promises", __name__, url_prefix="/tickets/<number>/promises")

# The form stands among others on its page, so its fields have names of their own.
FIELDS = {"clock": "promised_clock", "at": "promised_for", "note": "promise_note", "consent": "promise_consent"}


@bp.post("")
def create(number: str) -> Any:
    form, ticket = read_form(PromiseSchema), get_ticket(number, for_=current_actor())
    at = local_instant(form.value["promised_for"]) if form.is_valid else None
    if at is not None:
        with form.refusals():
            promise_time(
                ticket, form.value["promised_clock"], at, note=form.value["promise_note"],
                consent=form.value["promise_consent"], by=current_actor(),
            )  # fmt: skip
            flash(_("Promised. The client gets a letter that confirms it."))
            return redirect(url_for("console.tickets.show", number=number))
    for refused, shown in FIELDS.items():
        if refused in form.errors:
            form.errors[shown] = form.errors.pop(refused)
    return ticket_page(ticket, form), 422
