"""The desk's own questions to clients: in which language they are asked how, with which score, in which order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields

from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.models.satisfaction import QuestionForm, SurveyKind, SurveyQuestion
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.satisfaction.questions import (
    NewQuestion,
    add_question,
    change_question,
    get_question,
    list_questions,
)
from helpdesk.tickets.schemas import WebSchema, plain_text, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form, submission_of
from helpdesk.web.words import QUESTION_FORMS, SURVEY_KINDS

bp = Blueprint("survey_questions", __name__, url_prefix="/survey-questions")


class QuestionSchema(WebSchema):
    """A question, without its words: those stand in a field for each language."""

    asked_with = word(SurveyKind, required=True)
    answered_by = word(QuestionForm, required=True)
    position = fields.Integer(load_default=0)
    is_active = fields.Boolean(load_default=False)


@bp.get("")
def index() -> str:
    return _page(Form(), None)


@bp.post("")
def create() -> Any:
    form = read_form(QuestionSchema)
    if form.is_valid:
        with form.refusals():
            add_question(_new(form), by=current_actor(), submission=submission_of(current_actor()))
            flash(_("The question is added."))
            return redirect(url_for("console.survey_questions.index"))
    return _page(form, None), 422


@bp.get("/<int:question_id>")
def show(question_id: int) -> str:
    return _page(Form(), get_question(question_id, for_=current_actor()))


@bp.post("/<int:question_id>")
def update(question_id: int) -> Any:
    form, question = read_form(QuestionSchema), get_question(question_id, for_=current_actor())
    if form.is_valid:
        with form.refusals(answered="answered_by"):
            change_question(question, _new(form), by=current_actor())
            flash(_("The question is changed."))
            return redirect(url_for("console.survey_questions.index"))
    return _page(form, question), 422


def _new(form: Form) -> NewQuestion:
    """The question as it was typed; a choice is a line, the same line in each language."""
    words = {language: plain_text(request.form.get(f"words-{language}", "")).strip() for language in LANGUAGES}
    lines = {
        language: [line.strip() for line in plain_text(request.form.get(f"choices-{language}", "")).splitlines()]
        for language in LANGUAGES
    }
    most = max((len(each) for each in lines.values()), default=0)
    choices = tuple(
        {language: each[n] for language, each in lines.items() if n < len(each) and each[n]} for n in range(most)
    )
    value = form.value
    is_choice = value["answered_by"] is QuestionForm.CHOICE
    return NewQuestion(
        value["asked_with"], value["answered_by"], {language: said for language, said in words.items() if said},
        tuple(filter(None, choices)) if is_choice else (), value["position"], value["is_active"],
    )  # fmt: skip


def _page(form: Form, question: SurveyQuestion | None) -> str:
    require(current_actor(), Action.MANAGE_DESK)
    known = {
        language: "\n".join(each.get(language, "") for each in question.choices).rstrip() if question else ""
        for language in LANGUAGES
    }
    name = "show.html" if question else "index.html"
    return render_template(
        f"console/survey_questions/{name}", form=form, question=question, known=known, kinds=SURVEY_KINDS,
        forms=QUESTION_FORMS, names=OWN_NAMES,
        questions=[] if question else list_questions(for_=current_actor()),
    )  # fmt: skip
