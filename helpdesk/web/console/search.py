"""Search: a number leads to its ticket; people and serial numbers by their beginning; tickets by what was said."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.models.tickets import Status
from helpdesk.people import directory
from helpdesk.people.organisations import list_contacts, list_organisations
from helpdesk.tickets.queries import get_ticket, products_by_serial
from helpdesk.tickets.search import Narrowed, TicketsFound, search_tickets
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, sent_id
from helpdesk.web.words import STATUSES

bp = Blueprint("search", __name__, url_prefix="/search")

QUICK = 200  # characters by which people and serial numbers are looked up


@bp.get("")
def show() -> Any:
    actor, q, narrowed = current_actor(), request.args.get("q", "").strip(), _narrowed()
    if narrowed == Narrowed():
        try:
            return redirect(url_for("console.tickets.show", number=get_ticket(q, for_=actor).number))
        except NotFound:
            pass
    form, found = Form({"q": q}), TicketsFound()
    try:
        found = search_tickets(q, for_=actor, narrowed=narrowed) if q else found
    except Invalid as refused:
        form.errors.update(refused.errors)
    beginning = q[:QUICK] if narrowed == Narrowed() and not form.errors else ""
    return render_template(
        "console/search/show.html", q=q, form=form, found=found, narrowed=narrowed,
        contacts=list_contacts(for_=actor, starting=beginning, limit=20) if beginning else [],
        organisations=list_organisations(for_=actor, starting=beginning, limit=20) if beginning else [],
        installed=products_by_serial(beginning, for_=actor) if beginning else [],
        statuses=STATUSES, teams=directory.teams(), products=directory.products(),
        languages_known=[(code, OWN_NAMES[code]) for code in LANGUAGES],
    ), 422 if form.errors else 200  # fmt: skip


def _narrowed() -> Narrowed:
    status, language = request.args.get("status"), request.args.get("language")
    return Narrowed(
        status=Status(status) if status in list(Status) else None, team_id=sent_id("team_id"),
        product_id=sent_id("product_id"), language=language if language in LANGUAGES else None,
    )  # fmt: skip
