"""The client's answer.

1. To open the link of a letter says nothing: programs that check mail follow its links. The score in the link is only
   proposed; the button on the page sends it.
2. There is one answer to a question. Within a day after the first sending it can be changed, after that it stands; a
   question that nobody answered in time is over.
3. Only the contact who was asked answers: no operator in their name, nobody of the desk's own people, no stranger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.core.tokens import sign, unsign
from helpdesk.events import SurveyAnswerChanged, SurveyAnswered, SurveyWordsErased
from helpdesk.models.people import Contact
from helpdesk.models.satisfaction import (
    QuestionForm,
    Survey,
    SurveyAnswer,
    SurveyKind,
    SurveyQuestion,
    SurveyState,
    Via,
)
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor, ActorKind, contact_actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import visible
from helpdesk.satisfaction.follow_ups import follow_score
from helpdesk.satisfaction.planning import is_one_of_us
from helpdesk.satisfaction.questions import OWN_SCORES, questions_with
from helpdesk.satisfaction.reading import get_survey
from helpdesk.satisfaction.scores import SCALES, fits
from helpdesk.satisfaction.sending import asked_together

PURPOSE = "survey"
LINK_VALID = timedelta(days=120)  # the row says sooner that it is over
CHANGEABLE = timedelta(days=1)
LONGEST_COMMENT = 2_000
OPEN_STATES = (SurveyState.SENT, SurveyState.ANSWERED)


@dataclass(frozen=True)
class NewAnswer:
    """What a client says: the score, others that were asked in the same letter, words, and answers by question."""

    score: int | None = None
    scores: Mapping[SurveyKind, int] = field(default_factory=dict)
    comment: str = ""
    answers: Mapping[int, int | str] = field(default_factory=dict)  # by the id of the question


@dataclass(frozen=True)
class Asked:
    """What a link asks: whom, and about what."""

    actor: Actor
    survey: Survey


def answer_url(survey: Survey, contact: Contact, score: int | None = None) -> str:
    """Where this contact answers, signed in or not; `score` is proposed there."""
    url = f"{current_app.config['THREELINE'].base_url}/portal/surveys/answers/{link_token(survey, contact.id)}"
    return url if score is None else f"{url}?score={score}"


def link_token(survey: Survey, contact_id: int) -> str:
    """What opens this question, and nothing else, to this contact, and to nobody else."""
    return sign(PURPOSE, [survey.id, contact_id])


def open_link(token: str) -> Asked:
    """What a link asks; NotFound when it is forged, too old, or of somebody who was not asked."""
    survey_id, contact_id = unsign(PURPOSE, token, valid_for=LINK_VALID)
    contact = db.session.get(Contact, contact_id)
    if contact is None:
        raise NotFound
    actor = contact_actor(contact, kind=ActorKind.GUEST)
    return Asked(actor, lead_of(get_survey(survey_id, for_=actor), for_=actor))


def lead_of(survey: Survey, *, for_: Actor) -> Survey:
    """The question in whose letter this one stands, or itself."""
    return survey if survey.asked_with_id is None else get_survey(survey.asked_with_id, for_=for_)


def beside(survey: Survey) -> list[Survey]:
    """The questions that were asked in the same letter."""
    query = select(Survey).where(Survey.asked_with_id == survey.id, Survey.sent_at.is_not(None))
    return list(db.session.scalars(query.order_by(Survey.id)))


def changeable_until(survey: Survey) -> datetime | None:
    """Until when it can be answered, or the answer changed; None where that is over."""
    if survey.state is SurveyState.SENT:
        until = survey.expires_at
    elif survey.state is SurveyState.ANSWERED and survey.via is not Via.SPOKEN and survey.answered_at is not None:
        until = survey.answered_at + CHANGEABLE
    else:
        until = None
    return until if until is not None and now() < until else None


def waiting_surveys(*, for_: Actor, ticket_id: int | None = None, limit: int = 10) -> list[Survey]:
    """What the client was asked and has not answered yet, the oldest first."""
    query = _waiting(for_)
    if ticket_id is not None:
        query = query.where(Survey.ticket_id == ticket_id)
    return list(db.session.scalars(query.limit(limit)))


def waiting_with_subjects(*, for_: Actor, limit: int = 3) -> list[tuple[Survey, str]]:
    """The same, each with the subject of its ticket."""
    query = _waiting(for_).outerjoin(Ticket, Ticket.id == Survey.ticket_id).add_columns(Ticket.subject)
    return [(survey, subject or "") for survey, subject in db.session.execute(query.limit(limit))]


@command
def answer_survey(survey: Survey, new: NewAnswer, *, by: Actor, via: Via) -> Survey:
    """Take the client's answer, or change it within the day; the same again changes nothing."""
    survey = lead_of(get_survey(survey.id, for_=by), for_=by)
    require(by, Action.ANSWER_SURVEY, survey)
    contact = db.session.get_one(Contact, survey.contact_id)
    if is_one_of_us(contact):
        raise Forbidden(code=f"may_not_{Action.ANSWER_SURVEY.value}")
    if changeable_until(survey) is None:
        if survey.state is SurveyState.ANSWERED:
            raise Conflict(_("You have answered already, and a day has passed. Your answer stands."), code="answered")
        raise Conflict(_("The time to answer has passed. Write to us, and we read it."), code="survey_over")
    together = [each for each in asked_together(survey) if each.state in OPEN_STATES]
    scores = {survey.kind: new.score, **new.scores}
    questions = questions_with([each.kind for each in together])
    if errors := _wrong_in(new, survey.kind, {each.kind for each in together}, questions):
        raise Invalid(errors)
    for each in together:
        _take(each, scores.get(each.kind), via, by)
    survey.comment = new.comment.strip()
    _keep(survey, new.answers, questions)
    return survey


@command
def erase_words(survey: Survey, *, by: Actor) -> Survey:
    """Take out what the client wrote; the scores stay, so that no figure changes."""
    survey = get_survey(survey.id, for_=by)
    require(by, Action.ERASE_SURVEY_WORDS, survey)
    written = _answers_of(survey)
    if survey.comment or any(each.text for each in written):
        survey.comment, survey.words_erased_at = "", now()
        for each in written:
            each.text = ""
        record(SurveyWordsErased(survey.id), by=by)
    return survey


def may_answer(survey: Survey, *, for_: Actor) -> bool:
    """Whether the page shows the form."""
    return may(for_, Action.ANSWER_SURVEY, survey) and changeable_until(survey) is not None


def about(survey: Survey) -> str:
    """What it is about, in the words of the client: the subject of their ticket; empty where there is none."""
    ticket = db.session.get(Ticket, survey.ticket_id) if survey.ticket_id is not None else None
    return ticket.subject if ticket else ""


def said_to(survey: Survey) -> dict[int, SurveyAnswer]:
    """What was answered to the desk's own questions, by their ids."""
    return {each.question_id: each for each in _answers_of(survey)}


def _waiting(actor: Actor) -> Select[Any]:
    """Only what they were asked themselves: staff, who may see all, were asked nothing."""
    return visible(actor, Survey).where(
        Survey.contact_id == (actor.contact_id or -1), Survey.state == SurveyState.SENT,
        Survey.asked_with_id.is_(None), Survey.expires_at > now(),
    ).order_by(Survey.sent_at, Survey.id)  # fmt: skip


def _take(survey: Survey, score: int | None, via: Via, by: Actor) -> None:
    if score is None:
        return
    if survey.state is SurveyState.SENT:
        survey.state, survey.score, survey.answered_at, survey.via = SurveyState.ANSWERED, score, now(), via
        record(SurveyAnswered(survey.id, kind=survey.kind.value, score=score, via=via.value,
                              ticket_id=survey.ticket_id), by=by)  # fmt: skip
    elif survey.score != score:
        before, survey.score, survey.changed_at = survey.score or 0, score, now()
        record(SurveyAnswerChanged(survey.id, kind=survey.kind.value, before=before, after=score), by=by)
    else:
        return
    follow_score(survey, by=by)


def _keep(survey: Survey, answers: Mapping[int, int | str], questions: Sequence[SurveyQuestion]) -> None:
    known = said_to(survey)
    for question in questions:
        if question.id not in answers:
            continue
        value = answers[question.id]
        row = known.get(question.id)
        if row is None:
            if value == "":
                continue
            row = SurveyAnswer(survey_id=survey.id, question_id=question.id, text="")
            db.session.add(row)
        row.score = value if question.form is QuestionForm.SCORE and isinstance(value, int) else None
        row.choice = value if question.form is QuestionForm.CHOICE and isinstance(value, int) else None
        row.text = str(value).strip() if question.form is QuestionForm.TEXT else ""


def _wrong_in(
    new: NewAnswer, kind: SurveyKind, asked: set[SurveyKind], questions: Sequence[SurveyQuestion]
) -> dict[str, list[str]]:  # fmt: skip
    errors: dict[str, list[str]] = {}
    if new.score is None:
        errors["score"] = [_("Choose a number.")]
    for name, each, score in (("score", kind, new.score), *((k.value, k, s) for k, s in new.scores.items())):
        scale = SCALES[each]
        if each not in asked:
            errors[name] = [_("You were not asked this.")]
        elif score is not None and not fits(each, score):
            errors[name] = [_("Give a number from %(low)s to %(high)s.", low=scale[0], high=scale[-1])]
    if len(new.comment) > LONGEST_COMMENT:
        errors["comment"] = [_("This is too long.")]
    forms = {question.id: question for question in questions}
    for question_id, value in new.answers.items():
        if question_id not in forms:
            errors[f"question-{question_id}"] = [_("You were not asked this.")]
        elif complaint := _complaint(forms[question_id], value):
            errors[f"question-{question_id}"] = [complaint]
    return errors


def _complaint(question: SurveyQuestion, value: int | str) -> str:
    if value == "":
        return ""
    if question.form is QuestionForm.TEXT:
        return _("This is too long.") if len(str(value)) > LONGEST_COMMENT else ""
    allowed = OWN_SCORES if question.form is QuestionForm.SCORE else range(len(question.choices))
    return "" if isinstance(value, int) and value in allowed else _("Choose one of the list.")


def _answers_of(survey: Survey) -> list[SurveyAnswer]:
    query = select(SurveyAnswer).where(SurveyAnswer.survey_id == survey.id).order_by(SurveyAnswer.question_id)
    return list(db.session.scalars(query))
