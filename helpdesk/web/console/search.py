"""Quick search: a number leads to its ticket; people, organisations and serial numbers are found by their beginning."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from helpdesk.core.errors import NotFound
from helpdesk.people.organisations import list_contacts, list_organisations
from helpdesk.problems.problems import get_problem
from helpdesk.tickets.queries import get_ticket, products_by_serial
from helpdesk.web.auth import current_actor

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("")
def show() -> Any:
    actor, q = current_actor(), request.args.get("q", "").strip()[:200]
    if q[:1] in ("P", "p"):
        with suppress(NotFound):
            return redirect(url_for("console.problems.show", number=get_problem(q, for_=actor).number))
    try:
        return redirect(url_for("console.tickets.show", number=get_ticket(q, for_=actor).number))
    except NotFound:
        pass
    return render_template(
        "console/search/show.html", q=q, contacts=list_contacts(for_=actor, starting=q, limit=20) if q else [],
        organisations=list_organisations(for_=actor, starting=q, limit=20) if q else [],
        installed=products_by_serial(q, for_=actor) if q else [],
    )  # fmt: skip
