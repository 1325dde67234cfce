"""The client's first page: what waits for them, what is in work."""

from __future__ import annotations

from flask import Blueprint, render_template

from helpdesk.aftersales.approvals import my_approvals
from helpdesk.aftersales.visits import visits_to_answer
from helpdesk.core.times import now
from helpdesk.models.contracts import ApprovalState
from helpdesk.models.tickets import Status
from helpdesk.satisfaction.voting import about, waiting_surveys
from helpdesk.satisfaction.words import QUESTIONS
from helpdesk.tickets.queries import Filter, list_tickets
from helpdesk.web.auth import current_actor
from helpdesk.web.portal.shown import in_list

bp = Blueprint("home", __name__)


@bp.get("/")
def show() -> str:
    actor = current_actor()
    mine = list_tickets(for_=actor, is_open=True, size=20).rows
    to_check = list_tickets(for_=actor, narrowed=Filter(status=Status.RESOLVED), size=10).rows
    waiting = [row for row in mine if row.status is Status.WAITING_CLIENT]
    to_approve = [
        row for row in my_approvals(for_=actor, limit=20)
        if row.state is ApprovalState.ASKED and row.expires_at > now()
    ]  # fmt: skip
    return render_template(
        "portal/home/show.html", to_approve=to_approve, to_confirm=visits_to_answer(for_=actor),
        to_rate=[(row, QUESTIONS[row.kind], about(row)) for row in waiting_surveys(for_=actor, limit=3)],
        to_check=[in_list(row) for row in to_check],
        waiting=[in_list(row) for row in waiting],
        in_work=[in_list(row) for row in mine if row not in waiting],
    )  # fmt: skip
