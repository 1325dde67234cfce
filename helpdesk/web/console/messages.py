"""Replies and notes of operators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.tickets.conversation import NewMessage, add_note, reply_to_client
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import ComposerSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import local_instant, read_form, read_uploads, submission_of

bp = Blueprint("messages", __name__, url_prefix="/tickets/<number>/messages")


@bp.post("")
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(ComposerSchema)
    uploads = read_uploads(form)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        said = NewMessage(form.value["body"], uploads=uploads, submission=submission_of(actor))
        with form.refusals():
            if form.value["kind"] == "note":
                message = add_note(ticket, said, by=actor)
            else:
                message = reply_to_client(
                    ticket, said, by=actor, status=form.value["next_status"],
                    scheduled_for=local_instant(form.value["scheduled_for"]),
                )  # fmt: skip
            return redirect(url_for("console.tickets.show", number=number) + f"#message-{message.id}")
    if "kind" in form.errors:
        form.errors["kind"] = [_("Choose what it is: a reply or an internal note.")]
    # The sheet has one place for what is wrong.
    problems = [text for name in ("kind", "text", "files") for text in form.errors.pop(name, [])]
    if problems:
        form.errors["body"] = form.errors.get("body", []) + problems
    return ticket_page(ticket, form), 422
