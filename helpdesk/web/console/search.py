"""Search: a number leads to its ticket; people and serial numbers by their beginning; tickets by what was said."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES, current_language
from helpdesk.knowledge.articles import get_article
from helpdesk.knowledge.reading import Listed, search_articles
from helpdesk.knowledge.searches import note_search
from helpdesk.models.tickets import Status
from helpdesk.people import directory
from helpdesk.people.organisations import list_contacts, list_organisations
from helpdesk.problems.problems import get_problem
from helpdesk.problems.wishes import get_wish
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
    if q[:1] in ("P", "p"):
        with suppress(NotFound):
            return redirect(url_for("console.problems.show", number=get_problem(q, for_=actor).number))
    if q[:1] in ("W", "w"):
        with suppress(NotFound):
            return redirect(url_for("console.wishes.show", number=get_wish(q, for_=actor).number))
    if q[:2] in ("A-", "a-"):
        with suppress(NotFound):
            return redirect(url_for("console.articles.show", number=get_article(q, for_=actor).number))
    if narrowed == Narrowed():
        try:
            return redirect(url_for("console.tickets.show", number=get_ticket(q, for_=actor).number))
        except NotFound:
            pass
    form, found, articles = Form({"q": q}), TicketsFound(), list[Listed]()
    try:
        found = search_tickets(q, for_=actor, narrowed=narrowed) if q else found
        articles = [row for row, _words in search_articles(q, for_=actor, language=current_language(), limit=5)]
    except Invalid as refused:
        form.errors.update(refused.errors)
    beginning = q[:QUICK] if narrowed == Narrowed() and not form.errors else ""
    contacts = list_contacts(for_=actor, starting=beginning, limit=20) if beginning else []
    organisations = list_organisations(for_=actor, starting=beginning, limit=20) if beginning else []
    search_id = None
    if q and not form.errors:
        search_id = note_search(
            "console", "tickets", q, len(found.rows) + len(contacts) + len(organisations), by=actor,
            language=current_language(), filters=int(narrowed != Narrowed()),
            names=(*(each.name for each in contacts), *(each.name for each in organisations)),
        )  # fmt: skip
    return render_template(
        "console/search/show.html", q=q, form=form, found=found, narrowed=narrowed, contacts=contacts,
        organisations=organisations, articles=articles if narrowed == Narrowed() else [], search_id=search_id,
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
