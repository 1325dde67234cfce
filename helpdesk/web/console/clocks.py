"""Why a clock of a ticket reads what it reads."""

from __future__ import annotations

from flask import Blueprint, Response

from helpdesk.tickets.queries import get_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.explanations import told_to
from helpdesk.web.htmx import page_or_fragment

bp = Blueprint("clocks", __name__, url_prefix="/tickets/<number>/clocks")


@bp.get("/<int:clock_id>")
def show(number: str, clock_id: int) -> Response:
    """One clock: its arithmetic day by day, and what moved it."""
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    (clock,) = told_to(ticket, for_=actor, clock_id=clock_id)
    return page_or_fragment("console/clocks/show.html", "console/clocks/_why.html", ticket=ticket, clock=clock)
