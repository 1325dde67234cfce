"""Replies and notes of operators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from helpdesk.core.command import transaction
from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.conversation import NewMessage, add_note, reply_to_client
from helpdesk.tickets.promises import NewPromise, make_promise
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import ComposerSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import Form, local_instant, read_form, read_uploads, submission_of
from helpdesk.web.promise_lines import promise_in, promised_wrongly, submission_in

bp = Blueprint("messages", __name__, url_prefix="/tickets/<number>/messages")


@bp.post("")
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(ComposerSchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=actor)
    new = promise_in(form, ticket.channel)
    if "promise_only" in form.data:
        return _promise_only(ticket, form, new)
    if form.is_valid:
        said = NewMessage(form.value["body"], uploads=uploads, submission=submission_of(actor))
        with form.refusals(), transaction():
            if form.value["kind"] == "note":
                message = add_note(ticket, said, by=actor)
            else:
                message = reply_to_client(
                    ticket, said, by=actor, status=form.value["next_status"],
                    scheduled_for=local_instant(form.value["scheduled_for"]),
                )  # fmt: skip
            if new is not None:
                make_promise(ticket, new, by=actor, submission=submission_in(form, actor))
            return redirect(url_for("console.tickets.show", number=number) + f"#message-{message.id}")
    promised_wrongly(form)
    if "kind" in form.errors:
        form.errors["kind"] = [_("Choose what it is: a reply or an internal note.")]
    # The sheet has one place for what is wrong.
    problems = [text for name in ("kind", "text", "files") for text in form.errors.pop(name, [])]
    if problems:
        form.errors["body"] = form.errors.get("body", []) + problems
    return ticket_page(ticket, form), 422


def _promise_only(ticket: Ticket, form: Form, new: NewPromise | None) -> Any:
    """The promise without a message; what was written meanwhile stays in the composer."""
    form.errors = {name: sentences for name, sentences in form.errors.items() if name.startswith("promise_")}
    if new is not None and form.is_valid:
        with form.refusals():
            make_promise(ticket, new, by=current_actor(), submission=submission_in(form, current_actor()))
            flash(_("Promised."))
            if not form.data.get("body", "").strip():
                return redirect(url_for("console.tickets.show", number=ticket.number))
            kept = {name: value for name, value in form.data.items() if not name.startswith("promise_")}
            return ticket_page(ticket, Form(kept))
    promised_wrongly(form)
    return ticket_page(ticket, form), 422
