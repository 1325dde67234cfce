"""What the client is asked to approve: what it is, what it costs, yes or no."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, validate

from helpdesk.aftersales import approvals
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.contracts import Approval, ApprovalState
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, line_of_text
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import APPROVAL_STATES

bp = Blueprint("approvals", __name__, url_prefix="/approvals")


class AnswerSchema(WebSchema):
    """Yes or no, and perhaps why."""

    answer = fields.String(required=True, validate=validate.OneOf(["approved", "declined"]))
    words = line_of_text(load_default="")


@bp.get("")
def index() -> str:
    rows = approvals.my_approvals(for_=current_actor())
    return render_template("portal/approvals/index.html", rows=rows, states=APPROVAL_STATES, now=now())


@bp.get("/<int:approval_id>")
def show(approval_id: int) -> str:
    return _page(approvals.get_approval(approval_id, for_=current_actor()), Form())


@bp.post("/<int:approval_id>/answer")
def answer(approval_id: int) -> Any:
    form, actor = read_form(AnswerSchema), current_actor()
    approval = approvals.get_approval(approval_id, for_=actor)
    if form.is_valid:
        with form.refusals():
            is_yes = form.value["answer"] == ApprovalState.APPROVED.value
            approvals.answer_approval(approval, is_yes, form.value["words"], by=actor)
            flash(_("Thank you, we begin.") if is_yes else _("Thank you, we leave it."))
            return redirect(url_for("portal.approvals.show", approval_id=approval_id))
    return _page(approval, form), 422


def _page(approval: Approval, form: Form) -> str:
    actor, ticket = current_actor(), db.session.get_one(Ticket, approval.ticket_id)
    try:
        sees_ticket = bool(get_ticket(ticket.number, for_=actor))
    except NotFound:  # a colleague's, which the organisation does not share
        sees_ticket = False
    return render_template(
        "portal/approvals/show.html", approval=approval, ticket=ticket, form=form, states=APPROVAL_STATES,
        sees_ticket=sees_ticket, is_open=approval.state is ApprovalState.ASKED and approval.expires_at > now(),
    )  # fmt: skip
