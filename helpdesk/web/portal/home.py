"""The client's first page: what waits for them, what is in work."""

from __future__ import annotations

from flask import Blueprint, render_template

from helpdesk.aftersales.approvals import waiting_approvals
from helpdesk.aftersales.visits import visits_to_answer
from helpdesk.models.tickets import Status
from helpdesk.satisfaction.voting import waiting_with_subjects
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
    to_approve = waiting_approvals(for_=actor)
    return render_template(
        "portal/home/show.html", to_approve=to_approve, to_confirm=visits_to_answer(for_=actor),
        to_rate=[(row, QUESTIONS[row.kind], subject) for row, subject in waiting_with_subjects(for_=actor)],
        to_check=[in_list(row) for row in to_check],
        waiting=[in_list(row) for row in waiting],
        in_work=[in_list(row) for row in mine if row not in waiting],
    )  # fmt: skip
