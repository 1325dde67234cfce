"""Questions of the desk's own, asked beside a score: an administrator writes them, in each language.

1. No question must be answered, and none has an answer before the client gives one.
2. What was answered once keeps its form and its choices; better words for the same question are welcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.submissions import once
from helpdesk.events import ConfigurationChanged
from helpdesk.models.satisfaction import QuestionForm, SurveyAnswer, SurveyKind, SurveyQuestion
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require

OWN_SCORES = range(1, 6)
LONGEST_WORDS, MOST_CHOICES, MOST_QUESTIONS, LAST_POSITION = 250, 12, 10, 1_000


@dataclass(frozen=True)
class NewQuestion:
    """A question: with which score it is asked, its words by language, and of a choice what one may choose."""

    asked_with: SurveyKind
    form: QuestionForm
    words: dict[str, str]
    choices: tuple[dict[str, str], ...] = ()
    position: int = 0
    is_active: bool = True


@command
def add_question(new: NewQuestion, *, by: Actor, submission: str | None = None) -> SurveyQuestion:
    """Ask one thing more."""
    require(by, Action.MANAGE_DESK)
    return once(submission, new, SurveyQuestion, lambda: _made(new, by))


@command
def change_question(question: SurveyQuestion, new: NewQuestion, *, by: Actor) -> SurveyQuestion:
    """Say it better, put it elsewhere, or ask it no more."""
    require(by, Action.MANAGE_DESK)
    question = get_question(question.id, for_=by)
    if errors := _wrong_in(new, question):
        raise Invalid(errors)
    frozen = (question.asked_with, question.form, len(question.choices))
    if frozen != (new.asked_with, new.form, len(new.choices)) and _was_answered(question):
        raise Conflict(_("This was answered already. Switch it off and write another one."), code="answered")
    _write(question, new)
    record(ConfigurationChanged(question.id, what="survey_question", change={"is_active": new.is_active}), by=by)
    return question


def get_question(question_id: int, *, for_: Actor) -> SurveyQuestion:
    """A question, for whoever may change it; NotFound for others."""
    if not may(for_, Action.MANAGE_DESK):
        raise NotFound
    query = select(SurveyQuestion).where(SurveyQuestion.id == question_id)
    found: SurveyQuestion | None = db.session.scalar(locked_when_writing(query, of=SurveyQuestion))
    if found is None:
        raise NotFound
    return found


def list_questions(*, for_: Actor) -> list[SurveyQuestion]:
    """All questions, those that are asked first, in their order."""
    require(for_, Action.MANAGE_DESK)
    order = (SurveyQuestion.is_active.desc(), SurveyQuestion.position, SurveyQuestion.id)
    return list(db.session.scalars(select(SurveyQuestion).order_by(*order)))


def questions_with(kinds: Sequence[SurveyKind]) -> list[SurveyQuestion]:
    """The questions that are asked beside these scores now, in their order."""
    query = select(SurveyQuestion).where(SurveyQuestion.is_active, SurveyQuestion.asked_with.in_(kinds))
    return list(db.session.scalars(query.order_by(SurveyQuestion.position, SurveyQuestion.id)))


def in_language(words: dict[str, str], language: str) -> str:
    """The words in a language, in English where it has none, else in whichever there are."""
    return words.get(language) or words.get(DEFAULT_LANGUAGE) or next(filter(None, words.values()), "")


def _made(new: NewQuestion, by: Actor) -> SurveyQuestion:
    if errors := _wrong_in(new, None):
        raise Invalid(errors)
    question = SurveyQuestion()
    _write(question, new)
    db.session.add(question)
    db.session.flush()
    record(ConfigurationChanged(question.id, what="survey_question", change={"form": new.form.value}), by=by)
    return question


def _write(question: SurveyQuestion, new: NewQuestion) -> None:
    question.asked_with, question.form, question.position = new.asked_with, new.form, new.position
    question.is_active, question.words = new.is_active, _trimmed(new.words)
    question.choices = [_trimmed(each) for each in new.choices] if new.form is QuestionForm.CHOICE else []


def _trimmed(words: dict[str, str]) -> dict[str, str]:
    return {language: said.strip() for language, said in words.items() if said.strip()}


def _wrong_in(new: NewQuestion, known: SurveyQuestion | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    texts = [new.words, *new.choices]
    if not new.words.get(DEFAULT_LANGUAGE, "").strip():
        errors[f"words-{DEFAULT_LANGUAGE}"] = [_("Write the question in English at least: whoever has none reads it.")]
    if any(language not in LANGUAGES for each in texts for language in each):
        errors["words"] = [_("There is no such language.")]
    for language in LANGUAGES:
        if len(new.words.get(language, "")) > LONGEST_WORDS:
            errors[f"words-{language}"] = [_("This is too long.")]
    if new.form is QuestionForm.CHOICE:
        if not 2 <= len(new.choices) <= MOST_CHOICES:
            errors["choices"] = [_("Write from two to %(most)s choices.", most=MOST_CHOICES)]
        elif any(not each.get(DEFAULT_LANGUAGE, "").strip() for each in new.choices):
            errors["choices"] = [_("Write each choice in English at least.")]
        elif any(len(said) > LONGEST_WORDS for each in new.choices for said in each.values()):
            errors["choices"] = [_("This is too long.")]
    if not 0 <= new.position <= LAST_POSITION:
        errors["position"] = [_("Give a number from %(low)s to %(high)s.", low=0, high=LAST_POSITION)]
    if new.is_active and (known is None or not known.is_active or known.asked_with is not new.asked_with):
        asked = select(func.count()).select_from(SurveyQuestion).where(
            SurveyQuestion.is_active, SurveyQuestion.asked_with == new.asked_with
        )  # fmt: skip
        if (db.session.scalar(asked) or 0) >= MOST_QUESTIONS:
            errors["is_active"] = [_("These are too many.")]
    return errors


def _was_answered(question: SurveyQuestion) -> bool:
    found = select(SurveyAnswer.survey_id).where(SurveyAnswer.question_id == question.id).limit(1)
    return db.session.scalar(found) is not None
