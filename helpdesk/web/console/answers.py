"""What clients said: the list, one answer with what was done about it, and what belongs to a ticket."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.models.satisfaction import QuestionForm, Survey, SurveyKind, SurveyState
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people.directory import operators
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may, require
from helpdesk.satisfaction.follow_ups import claim_from_answer, handle_low_score
from helpdesk.satisfaction.questions import in_language
from helpdesk.satisfaction.reading import (
    AnswerShown,
    Narrowed,
    Tone,
    follow_up_of,
    get_survey,
    list_answers,
    shown,
    surveys_of_ticket,
)
from helpdesk.satisfaction.scores import SCALES
from helpdesk.satisfaction.voting import erase_words
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.schemas import WebSchema, long_text
from helpdesk.web.auth import current_actor
from helpdesk.web.console.duties import PAGES
from helpdesk.web.forms import Form, read_form, sent_id
from helpdesk.web.htmx import is_htmx
from helpdesk.web.shell import Item
from helpdesk.web.words import NOT_ASKED, SURVEY_KINDS, SURVEY_STATES, VIAS

bp = Blueprint("answers", __name__)
ONE = "/answers/<int:survey_id>"
PAGES["survey"] = lambda survey_id: url_for("console.answers.show", survey_id=survey_id)


class NoteSchema(WebSchema):
    """What came of talking to the client."""

    note = long_text(load_default="")


@bp.get("/answers")
def index() -> str:
    actor = current_actor()
    require(actor, Action.READ_ANSWERS)
    names = {"all": _("All"), Tone.WORDS.value: _("With words"), Tone.PRAISE.value: _("Praise"),
             Tone.BLAME.value: _("Not content"), Tone.TO_FOLLOW.value: _("To follow up")}  # fmt: skip
    asked, kind = request.args.get("view", "all"), request.args.get("kind", "")
    view = asked if asked in names else "all"
    kind = kind if kind in SURVEY_KINDS else ""
    operator_id = sent_id("operator_id")
    page = list_answers(
        Narrowed(SurveyKind(kind) if kind else None, Tone(view) if view != "all" else None, operator_id,
                 leads_only=not kind and view in ("all", Tone.WORDS, Tone.PRAISE)),
        for_=actor, after=request.args.get("after"), before=request.args.get("before"),
    )  # fmt: skip

    def here(**more: Any) -> str:
        return url_for(
            "console.answers.index", **{"view": view, "kind": kind or None, "operator_id": operator_id} | more
        )

    return render_template(
        "console/answers/index.html", page=page, kinds=SURVEY_KINDS, kind=kind, here=here, extras=extras_of,
        views=[Item(name, here(view=key), is_current=key == view) for key, name in names.items()],
        operators=[(card.id, card.name) for card in operators().values() if card.is_active],
        operator_id=operator_id, view=view, sees_all=bool(actor.leads_line) or not actor.operator_id,
    )  # fmt: skip


@bp.get(ONE)
def show(survey_id: int) -> str:
    return _page(_answered(survey_id), Form())


@bp.post(f"{ONE}/handling")
def handle(survey_id: int) -> Any:
    survey, form = _answered(survey_id), read_form(NoteSchema)
    if form.is_valid:
        with form.refusals():
            handle_low_score(survey, form.value["note"], by=current_actor())
            flash(_("What was done about it is written down."))
            return _back(survey_id)
    return _page(survey, form), 422


@bp.post(f"{ONE}/claim")
def claim(survey_id: int) -> BaseResponse:
    ticket = claim_from_answer(_answered(survey_id), by=current_actor())
    return redirect(url_for("console.tickets.show", number=ticket.number))


@bp.post(f"{ONE}/erasure")
def erase(survey_id: int) -> BaseResponse:
    erase_words(_answered(survey_id), by=current_actor())
    flash(_("The words are erased; the score stays."))
    return _back(survey_id)


@bp.get("/tickets/<number>/answers")
def of_ticket(number: str) -> str:
    """What was asked about a ticket: the page of the ticket asks for it when its reader comes to that place."""
    actor = current_actor()
    ticket = get_ticket(number, for_=actor)
    require(actor, Action.READ_ANSWERS)
    rows = surveys_of_ticket(ticket, for_=actor)
    name = "_of_ticket.html" if is_htmx() else "of_ticket.html"
    return render_template(
        f"console/answers/{name}", ticket=ticket, rows=rows, kinds=SURVEY_KINDS, states=SURVEY_STATES,
        not_asked=NOT_ASKED, extras=extras_of,
    )  # fmt: skip


def extras_of(row: AnswerShown) -> list[tuple[str, str]]:
    """What was said to our own questions, each with its words in the reader's language."""
    language, pairs = current_language(), []
    for extra in row.extras:
        question, said = extra.question, extra.answer
        if question.form is QuestionForm.CHOICE and said.choice is not None:
            words = in_language(question.choices[said.choice], language)
        elif question.form is QuestionForm.SCORE and said.score is not None:
            words = _("%(score)s of 5", score=said.score)
        else:
            words = said.text
        if words:
            pairs.append((in_language(question.words, language), words))
    return pairs


def _answered(survey_id: int) -> Survey:
    survey = get_survey(survey_id, for_=current_actor())
    if survey.state is not SurveyState.ANSWERED:
        raise NotFound
    return survey


def _page(survey: Survey, form: Form) -> str:
    actor, [row] = current_actor(), shown([survey])
    claimed = f"{NUMBER_PREFIX}{survey.claim_ticket_id}" if survey.claim_ticket_id is not None else ""
    return render_template(
        "console/answers/show.html", row=row, survey=survey, form=form, kinds=SURVEY_KINDS, vias=VIAS,
        most=SCALES[survey.kind][-1], extras=extras_of(row), duty=follow_up_of(survey), claim_number=claimed,
        may_handle=may(actor, Action.HANDLE_LOW_SCORE, survey), may_claim=may(actor, Action.CLAIM_FROM_ANSWER, survey),
        may_erase=may(actor, Action.ERASE_SURVEY_WORDS, survey), operators=operators(),
        has_words=bool(survey.comment) or any(extra.answer.text for extra in row.extras),
    )  # fmt: skip


def _back(survey_id: int) -> BaseResponse:
    return redirect(url_for("console.answers.show", survey_id=survey_id))
