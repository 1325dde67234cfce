"""Why a request is due when it is: the clocks that are the client's own."""

from __future__ import annotations

from flask import Blueprint, render_template

from helpdesk.tickets.queries import get_ticket
from helpdesk.web.auth import current_actor
from helpdesk.web.explanations import told_to

bp = Blueprint("clocks", __name__, url_prefix="/tickets/<number>/clocks")


@bp.get("")
def index(number: str) -> str:
    """Each clock: its arithmetic day by day, and what moved it."""
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    return render_template("portal/clocks/index.html", ticket=ticket, clocks=told_to(ticket, for_=actor))
