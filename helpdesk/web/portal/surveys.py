"""How was it? The client's answer on the page of the portal; the link of a letter leads to the same form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from marshmallow import fields, validate

from helpdesk.core.i18n import current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.models.satisfaction import QuestionForm, Survey, SurveyKind, SurveyQuestion, SurveyState, Via
from helpdesk.satisfaction.questions import OWN_SCORES, in_language, questions_with
from helpdesk.satisfaction.reading import get_survey
from helpdesk.satisfaction.scores import SCALES, fits
from helpdesk.satisfaction.voting import (
    NewAnswer,
    about,
    answer_survey,
    beside,
    changeable_until,
    lead_of,
    may_answer,
    said_to,
)
from helpdesk.satisfaction.words import ENDS, QUESTIONS
from helpdesk.tickets.schemas import WebSchema, long_text, plain_text
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form

bp = Blueprint("surveys", __name__, url_prefix="/surveys")
PREFIX = "question-"


def _number() -> fields.Integer:
    return fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=-1, max=100))


class AnswerSchema(WebSchema):
    """A score, the scores asked in the same letter, and words."""

    score = _number()
    ces = _number()
    csat = _number()
    comment = long_text(load_default="")


@bp.get("/<int:survey_id>")
def show(survey_id: int) -> str:
    return _page(_survey(survey_id), Form())


@bp.post("/<int:survey_id>/answer")
def answer(survey_id: int) -> Any:
    survey, form = _survey(survey_id), read_form(AnswerSchema)
    if taken(survey, form, Via.PORTAL):
        return redirect(url_for("portal.surveys.show", survey_id=survey.id))
    return _page(survey, form), 422


def taken(survey: Survey, form: Form, via: Via) -> bool:
    """Take the answer that was sent, and say so; else the form has the reason."""
    if form.is_valid:
        with form.refusals(answered="score", survey_over="score"):
            answer_survey(survey, _new_answer(form, survey), by=current_actor(), via=via)
            flash(_("Thank you. We have your answer."))
            return True
    return False


def content_of(survey: Survey, form: Form) -> dict[str, Any]:
    """What the page shows: the question, what was said, what is proposed by the link, and the form while it is open."""
    rows, given = beside(survey), said_to(survey)
    proposed = request.args.get("score", type=int)
    if survey.score is not None or proposed is None or not fits(survey.kind, proposed):
        proposed = survey.score
    return {
        "survey": survey, "about": about(survey), "question": QUESTIONS[survey.kind], "proposed": proposed,
        "beside": [(row, QUESTIONS[row.kind]) for row in rows], "ends": ENDS,
        "scales": {kind: list(scale) for kind, scale in SCALES.items()}, "own_scores": list(OWN_SCORES),
        "own": [_own(question, given) for question in questions_with([survey.kind, *(row.kind for row in rows)])],
        "may_answer": may_answer(survey, for_=current_actor()), "until": changeable_until(survey), "form": form,
        "is_answered": survey.state is SurveyState.ANSWERED,
    }  # fmt: skip


def _own(question: SurveyQuestion, given: dict[int, Any]) -> dict[str, Any]:
    """A question of the desk's own in the reader's language, with what they said to it."""
    language, said = current_language(), given.get(question.id)
    value = None
    if said is not None:
        value = {QuestionForm.SCORE: said.score, QuestionForm.CHOICE: said.choice, QuestionForm.TEXT: said.text}[
            question.form
        ]
    return {
        "name": f"{PREFIX}{question.id}", "form": question.form.value, "words": in_language(question.words, language),
        "choices": [(n, in_language(each, language)) for n, each in enumerate(question.choices)], "value": value,
    }  # fmt: skip


def _new_answer(form: Form, survey: Survey) -> NewAnswer:
    """What was sent; a number that is none stays a word, which no scale and no list has."""
    scores = {kind: form.value[kind.value] for kind in (SurveyKind.CSAT, SurveyKind.CES)
              if form.value[kind.value] is not None and kind is not survey.kind}  # fmt: skip
    texts = {question.id for question in questions_with(list(SurveyKind)) if question.form is QuestionForm.TEXT}
    answers: dict[int, int | str] = {}
    for name, sent in form.data.items():
        digits = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and digits.isascii() and digits.isdigit() and len(digits) < 10:
            value = plain_text(sent)
            is_number = value.isascii() and value.isdigit() and len(value) < 4 and int(digits) not in texts
            answers[int(digits)] = int(value) if is_number else value
    return NewAnswer(form.value["score"], scores, form.value["comment"], answers)


def _survey(survey_id: int) -> Survey:
    actor = current_actor()
    return lead_of(get_survey(survey_id, for_=actor), for_=actor)


def _page(survey: Survey, form: Form) -> str:
    url = url_for("portal.surveys.answer", survey_id=survey.id)
    return render_template("portal/surveys/show.html", url=url, **content_of(survey, form))
