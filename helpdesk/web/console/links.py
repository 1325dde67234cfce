"""Links between tickets, merging and undoing it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import LinkKind
from helpdesk.tickets.linking import link_tickets, links_of, merge_tickets, undo_merge, unlink_tickets
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import LinkSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.console.tickets import ticket_page
from helpdesk.web.forms import read_form

bp = Blueprint("links", __name__, url_prefix="/tickets/<number>")


@bp.post("/links")
def create(number: str) -> Any:
    actor, form = current_actor(), read_form(LinkSchema)
    ticket = get_ticket(number, for_=actor)
    if form.is_valid:
        try:
            other = get_ticket(form.value["other"], for_=actor)
        except NotFound:
            form.errors["other"] = [_("There is no ticket with this number.")]
        else:
            with form.refusals():
                if form.value["kind"] is LinkKind.MERGED_INTO:
                    merge_tickets(ticket, other, by=actor)
                    flash(_("Merged. It can be undone whole."))
                    return redirect(url_for("console.tickets.show", number=other.number))
                link_tickets(ticket, other, form.value["kind"], by=actor)
                return redirect(url_for("console.tickets.show", number=number))
    return ticket_page(ticket, form), 422


@bp.post("/links/<int:link_id>/end")
def end(number: str, link_id: int) -> BaseResponse:
    ticket = get_ticket(number, for_=current_actor())
    link = next((row for row, _other in links_of(ticket) if row.id == link_id), None)
    if link is None:
        raise NotFound
    unlink_tickets(link, by=current_actor())
    return redirect(url_for("console.tickets.show", number=number))


@bp.post("/merge/undoing")
def undo(number: str) -> BaseResponse:
    undo_merge(get_ticket(number, for_=current_actor()), by=current_actor())
    flash(_("The merge is undone."))
    return redirect(url_for("console.tickets.show", number=number))
