"""What is made for the client in rounds: look at it, accept it, or say what is to be changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from helpdesk.aftersales import deliverables
from helpdesk.core.i18n import gettext as _
from helpdesk.models.claims import Deliverable, RoundAnswerKind
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.schemas import WebSchema, long_text, word
from helpdesk.web.auth import current_actor
from helpdesk.web.files import serve_content
from helpdesk.web.forms import Form, read_form
from helpdesk.web.round_files import files_of
from helpdesk.web.words import ROUND_ANSWERS

bp = Blueprint("deliverables", __name__, url_prefix="/deliverables")


class AnswerSchema(WebSchema):
    """Accepted, or what is to be changed."""

    answer = word(RoundAnswerKind, required=True)
    remarks = long_text(load_default="")


@bp.get("")
def index() -> str:
    page = deliverables.list_deliverables(
        for_=current_actor(), after=request.args.get("after"), before=request.args.get("before"), size=25
    )
    return render_template("portal/deliverables/index.html", page=page, answers=ROUND_ANSWERS)


@bp.get("/<int:deliverable_id>")
def show(deliverable_id: int) -> str:
    return _page(deliverables.get_deliverable(deliverable_id, for_=current_actor()), Form())


@bp.post("/<int:deliverable_id>/rounds/<int:number>/answer")
def answer(deliverable_id: int, number: int) -> Any:
    form, made = read_form(AnswerSchema), deliverables.get_deliverable(deliverable_id, for_=current_actor())
    if form.is_valid:
        with form.refusals():
            deliverables.answer_round(made, number, form.value["answer"], form.value["remarks"], by=current_actor())
            flash(_("Thank you. It is accepted.") if form.value["answer"] is RoundAnswerKind.ACCEPTED
                  else _("Thank you. We change it and deliver the next round."))  # fmt: skip
            return redirect(url_for("portal.deliverables.show", deliverable_id=made.id))
    return _page(made, form), 422


@bp.get("/files/<int:file_id>/<filename>")
def file(file_id: int, filename: str) -> Response:
    row = deliverables.get_file(file_id, for_=current_actor())
    return serve_content(deliverables.content_of(row), row.filename, row.media_type, row.digest)


def _page(made: Deliverable, form: Form) -> str:
    return render_template(
        "portal/deliverables/show.html", made=made, form=form, answers=ROUND_ANSWERS,
        files=files_of(made, "portal.deliverables.file"), may_answer=may(current_actor(), Action.ANSWER_ROUND, made),
    )  # fmt: skip
