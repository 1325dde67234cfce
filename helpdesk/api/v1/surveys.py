"""Satisfaction: what one was asked and answers, what clients said, how the desk asks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, Number, RowId, Text, YesNo
from helpdesk.api.inputs import Input, Nothing, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.i18n import LANGUAGES, current_language
from helpdesk.core.paging import PageOf
from helpdesk.models.satisfaction import NotAsked, QuestionForm, Survey, SurveyKind, SurveyQuestion, SurveyState, Via
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.satisfaction import follow_ups, questions, voting
from helpdesk.satisfaction.questions import LAST_POSITION, MOST_CHOICES, NewQuestion, in_language
from helpdesk.satisfaction.reading import (
    AnswerShown,
    Narrowed,
    Tone,
    get_survey,
    list_answers,
    shown,
    surveys_of_ticket,
)
from helpdesk.satisfaction.survey_settings import SurveySettings, change_survey_settings, survey_settings
from helpdesk.satisfaction.voting import LONGEST_COMMENT, NewAnswer
from helpdesk.satisfaction.words import QUESTIONS

bp = Blueprint("surveys", __name__, description="What clients are asked about their satisfaction, and what they say.")
ONE = "/surveys/<row_id:survey_id>"


class AnswerFilterSchema(PageSchema):
    """Which answers."""

    kind = Choice(SurveyKind)
    tone = Choice(Tone, metadata={"description": "Praise, blame, those with words, those that wait for somebody."})
    operator_id = RowId(in_query=True)
    since = Instant(metadata={"description": "Answered at this instant or later."})
    until = Instant(metadata={"description": "Answered before this instant."})


@dataclass(frozen=True)
class Extra:
    question_id: int
    number: int | None = None
    text: str = ""


class ExtraSchema(Input):
    """An answer to a question of the desk's own: a number (the score, or which choice from 0), or words."""

    makes = Extra
    question_id = RowId(required=True)
    number = Number(0, 100, allow_none=True)
    text = Text(LONGEST_COMMENT)


@dataclass(frozen=True)
class Sent:
    score: int
    ces: int | None = None
    comment: str = ""
    answers: list[Extra] = field(default_factory=list)


class NewAnswerSchema(Input):
    """How it was."""

    makes = Sent
    score = Number(0, 10, required=True)
    ces = Number(1, 7, allow_none=True, metadata={"description": "Where it was asked beside: how easy it was."})
    comment = Text(LONGEST_COMMENT)
    answers = fields.List(fields.Nested(ExtraSchema))


@dataclass(frozen=True)
class Note:
    note: str


class NoteSchema(Input):
    """What came of talking to the client."""

    makes = Note
    note = Text(follow_ups.LONGEST_NOTE, needed=True, required=True)


class ClientSurveySchema(Shown):
    """A question on one's satisfaction, and one's answer."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(SurveyKind)})
    state = fields.String(metadata={"enum": list(SurveyState)})
    question = fields.String()
    ticket = NameOrNull()
    cycle = fields.Integer(metadata={"description": "The how manieth resolution; of NPS the quarter, such as 20261."})
    score = fields.Integer(allow_none=True)
    comment = NameOrNull()
    asked_with_id = fields.Integer(allow_none=True, metadata={"description": "It is answered together with this one."})
    sent_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)
    changeable_until = Instant(allow_none=True)


class ExtraShownSchema(Shown):
    """What was said to a question of the desk's own."""

    question_id = fields.Integer()
    question = fields.String()
    number = fields.Integer(allow_none=True)
    text = NameOrNull()


class SurveySchema(ClientSurveySchema):
    """A question, or the decision not to ask it, with what it is counted by."""

    reason = fields.String(allow_none=True, metadata={"enum": [*NotAsked, None]})
    revisit_id = fields.Integer(allow_none=True)
    contact_id = fields.Integer(allow_none=True)
    organisation_id = fields.Integer(allow_none=True)
    team_id = fields.Integer(allow_none=True)
    line = fields.Integer(allow_none=True)
    operator_id = fields.Integer(allow_none=True)
    product_id = fields.Integer(allow_none=True)
    closed_by_silence = fields.Boolean()
    sample_point = fields.Integer()
    sample_percent = fields.Integer()
    happened_at = Instant()
    due_at = Instant()
    via = fields.String(allow_none=True, metadata={"enum": [*Via, None]})
    answers = fields.List(fields.Nested(ExtraShownSchema))
    handled_at = Instant(allow_none=True)
    handled_note = NameOrNull()
    claim = NameOrNull()


class ClientSurveysSchema(Shown):
    """Questions that wait for one's answer."""

    surveys = fields.List(fields.Nested(ClientSurveySchema))


class SurveysSchema(Shown):
    """Questions, and decisions not to ask them."""

    surveys = fields.List(fields.Nested(SurveySchema))


class AnswersPageSchema(SurveysSchema):
    """Some answers, with the cursors of the pages after and before."""

    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class WordsByLanguageSchema(Input):
    """Words by language."""

    en, lt, ru = (Text(questions.LONGEST_WORDS) for _each in range(3))
    zh_Hans = Text(questions.LONGEST_WORDS, data_key="zh-Hans", attribute="zh-Hans")  # noqa: N815


class NewQuestionSchema(Input):
    """A question of the desk's own."""

    makes = None
    asked_with = Choice(SurveyKind, required=True)
    form = Choice(QuestionForm, required=True)
    words = fields.Nested(WordsByLanguageSchema, required=True)
    choices = fields.List(fields.Nested(WordsByLanguageSchema), metadata={"maxItems": MOST_CHOICES})
    position = Number(0, LAST_POSITION)
    is_active = YesNo()


class QuestionSchema(Shown):
    """A question of the desk's own."""

    id = fields.Integer()
    asked_with = fields.String(metadata={"enum": list(SurveyKind)})
    form = fields.String(metadata={"enum": list(QuestionForm)})
    words = fields.Dict(keys=fields.String(), values=fields.String())
    choices = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    position = fields.Integer()
    is_active = fields.Boolean()


class QuestionsSchema(Shown):
    """The questions of the desk's own, those that are asked first."""

    questions = fields.List(fields.Nested(QuestionSchema))


def _setting_field(each: Any) -> fields.Field[Any]:
    told = {"description": each.metadata["meaning"]}
    if isinstance(each.default, bool):
        return YesNo(metadata=told)
    if isinstance(each.default, int):
        return Number(each.metadata["low"], each.metadata["high"], metadata=told)
    return Text(250, metadata=told)


SettingsChangeSchema = Input.from_dict(
    {each.name: _setting_field(each) for each in fields_of(SurveySettings)}, name="SurveySettingsChangeSchema"
)
SettingsSchema = Shown.from_dict(
    {
        each.name: {bool: fields.Boolean, int: fields.Integer, str: fields.String}[type(each.default)](
            metadata={"description": each.metadata["meaning"]}
        )
        for each in fields_of(SurveySettings)
    },
    name="SurveySettingsSchema",
)


def _survey(row: AnswerShown) -> dict[str, Any]:
    survey, language = row.survey, current_language()
    told = {column.key: getattr(survey, column.key) for column in Survey.__table__.columns}
    until: datetime | None = voting.changeable_until(survey)
    claim = f"{NUMBER_PREFIX}{survey.claim_ticket_id}" if survey.claim_ticket_id is not None else ""
    return told | {
        "question": str(QUESTIONS[survey.kind]), "ticket": row.ticket, "changeable_until": until, "claim": claim,
        "answers": [
            {"question_id": each.question.id, "question": in_language(each.question.words, language),
             "number": each.answer.score if each.answer.score is not None else each.answer.choice,
             "text": each.answer.text}
            for each in row.extras
        ],
    }  # fmt: skip


def _one(survey: Survey, _actor: Actor) -> dict[str, Any]:
    [row] = shown([survey])
    return _survey(row)


def _page(page: PageOf[AnswerShown], _actor: Actor) -> dict[str, Any]:
    return {"surveys": list(map(_survey, page.rows)), "after": page.after, "before": page.before}


def _question(row: SurveyQuestion) -> dict[str, Any]:
    return {name: getattr(row, name) for name in QuestionSchema().fields}


SURVEY = Representation(SurveySchema(), ClientSurveySchema(), of=_one)
SURVEYS = Representation(
    SurveysSchema(), ClientSurveysSchema(), of=lambda rows, _actor: {"surveys": list(map(_survey, rows))}
)
ANSWERS = Representation(AnswersPageSchema(), None, of=_page)
QUESTION = Representation(QuestionSchema(), None, of=lambda row, _actor: _question(row))
QUESTION_LIST = Representation(
    QuestionsSchema(), None, of=lambda rows, _actor: {"questions": list(map(_question, rows))}
)
SETTINGS = Representation(SettingsSchema(), None, of=lambda found, _actor: asdict(found))


@bp.get("/surveys")
@bp.gives(200, SURVEYS)
def waiting() -> list[AnswerShown]:
    """List what the caller, a client, was asked and has not answered yet."""
    return shown(voting.waiting_surveys(for_=current_actor(), limit=50))


@bp.get("/tickets/<number>/surveys")
@bp.gives(200, SURVEYS)
def of_ticket(number: str) -> list[AnswerShown]:
    """Read what was asked about a ticket, and for staff also what was not and why, cycle by cycle."""
    return surveys_of_ticket(ticket_to_read(number), for_=current_actor())


@bp.get(ONE)
@bp.gives(200, SURVEY)
def show(survey_id: int) -> Survey:
    """Read one question with its answer."""
    return get_survey(survey_id, for_=current_actor())


@bp.put(f"{ONE}/answer")
@bp.takes(NewAnswerSchema())
@bp.gives(200, SURVEY)
def answer(sent: Sent, survey_id: int) -> Survey:
    """Answer, as the client who was asked; within a day the answer can be changed."""
    scores = {SurveyKind.CES: sent.ces} if sent.ces is not None else {}
    extras = {each.question_id: each.number if each.number is not None else each.text for each in sent.answers}
    new = NewAnswer(sent.score, scores, sent.comment, extras)
    return voting.answer_survey(get_survey(survey_id, for_=current_actor()), new, by=current_actor(), via=Via.API)


@bp.put(f"{ONE}/handling")
@bp.takes(NoteSchema())
@bp.gives(200, SURVEY)
def handle(sent: Note, survey_id: int) -> Survey:
    """Say what came of talking to a client who was not content."""
    return follow_ups.handle_low_score(get_survey(survey_id, for_=current_actor()), sent.note, by=current_actor())


@bp.put(f"{ONE}/claim")
@bp.takes(Nothing())
@bp.gives(200, SURVEY)
def claim(_sent: Any, survey_id: int) -> Survey:
    """Make a claim of what the client said, once; for managers."""
    survey = get_survey(survey_id, for_=current_actor())
    follow_ups.claim_from_answer(survey, by=current_actor())
    return survey


@bp.delete(f"{ONE}/words")
@bp.gives(204)
def erase(survey_id: int) -> None:
    """Erase what the client wrote; the score stays."""
    voting.erase_words(get_survey(survey_id, for_=current_actor()), by=current_actor())


@bp.get("/survey-answers")
@bp.takes(AnswerFilterSchema(), location="query")
@bp.gives(200, ANSWERS)
def index(sent: dict[str, Any]) -> tuple[PageOf[AnswerShown], dict[str, str]]:
    """List what clients said, the last first: of an operator about the own work, of a lead about the line."""
    require(current_actor(), Action.READ_ANSWERS)
    narrowed = Narrowed(
        sent.get("kind"), sent.get("tone"), sent.get("operator_id"), sent.get("since"), sent.get("until")
    )
    page = list_answers(narrowed, for_=current_actor(), size=sent["size"], after=sent.get("after"),
                        before=sent.get("before"))  # fmt: skip
    return page, link_header(page)


@bp.get("/survey-questions")
@bp.gives(200, QUESTION_LIST)
def list_questions() -> list[SurveyQuestion]:
    """List the questions of the desk's own."""
    return questions.list_questions(for_=current_actor())


@bp.post("/survey-questions")
@bp.takes(NewQuestionSchema(), once=True)
@bp.gives(201, QUESTION)
def add_question(sent: dict[str, Any]) -> SurveyQuestion:
    """Ask one thing more."""
    return questions.add_question(_new_question(sent), by=current_actor(), submission=submission())


@bp.get("/survey-questions/<row_id:question_id>")
@bp.gives(200, QUESTION)
def show_question(question_id: int) -> SurveyQuestion:
    """Read a question of the desk's own."""
    return questions.get_question(question_id, for_=current_actor())


@bp.put("/survey-questions/<row_id:question_id>")
@bp.takes(NewQuestionSchema())
@bp.gives(200, QUESTION)
def change_question(sent: dict[str, Any], question_id: int) -> SurveyQuestion:
    """Say it better, put it elsewhere, or ask it no more. What was answered keeps its form."""
    question = questions.get_question(question_id, for_=current_actor())
    return questions.change_question(question, _new_question(sent), by=current_actor())


@bp.get("/survey-settings")
@bp.gives(200, SETTINGS)
def show_settings() -> SurveySettings:
    """Read how the desk asks."""
    require(current_actor(), Action.MANAGE_DESK)
    return survey_settings()


@bp.patch("/survey-settings")
@bp.takes(SettingsChangeSchema())
@bp.gives(200, SETTINGS)
def change_settings(sent: dict[str, Any]) -> SurveySettings:
    """Change how the desk asks."""
    change_survey_settings(sent, by=current_actor())
    return survey_settings()


def _new_question(sent: dict[str, Any]) -> NewQuestion:
    return NewQuestion(
        sent["asked_with"], sent["form"], _words(sent["words"]), tuple(map(_words, sent.get("choices", ()))),
        sent.get("position", 0), sent.get("is_active", True),
    )  # fmt: skip


def _words(sent: dict[str, str]) -> dict[str, str]:
    return {language: said for language, said in sent.items() if language in LANGUAGES and said}
