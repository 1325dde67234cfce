"""What clients said, and what was decided about asking them: for whoever may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import PageOf, page_of
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.satisfaction import Survey, SurveyAnswer, SurveyKind, SurveyQuestion, SurveyState
from helpdesk.models.tickets import Ticket
from helpdesk.people.directory import operators
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible
from helpdesk.satisfaction.scores import BLAME_UP_TO, PRAISE_FROM, is_blame, is_praise

SIZE = 50


class Tone(StrEnum):
    """Which answers a list shows."""

    PRAISE = "praise"
    BLAME = "blame"
    TO_FOLLOW = "to_follow"  # low ones that nobody has seen to
    WORDS = "words"  # those with a comment


@dataclass(frozen=True)
class Narrowed:
    """Which answers are asked for."""

    kind: SurveyKind | None = None
    tone: Tone | None = None
    operator_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    leads_only: bool = False  # what was asked in the letter of another stands beside that one


@dataclass(frozen=True)
class Extra:
    """An answer to a question of the desk's own."""

    question: SurveyQuestion
    answer: SurveyAnswer


@dataclass(frozen=True)
class AnswerShown:
    """A survey as lists show it."""

    survey: Survey
    contact: str
    organisation: str
    operator: str
    ticket: str  # its number
    subject: str
    extras: Sequence[Extra] = ()
    beside: Sequence[tuple[str, int]] = ()  # kinds and scores that were asked in the same letter

    @property
    def is_praise(self) -> bool:
        return self.survey.score is not None and is_praise(self.survey.kind, self.survey.score)

    @property
    def is_blame(self) -> bool:
        return self.survey.score is not None and is_blame(self.survey.kind, self.survey.score)


def get_survey(survey_id: int, *, for_: Actor) -> Survey:
    """The survey, if the actor sees it; locked where this transaction may change it."""
    query = visible(for_, Survey).where(Survey.id == survey_id)
    found: Survey | None = db.session.scalar(locked_when_writing(query, of=Survey))
    if found is None:
        raise NotFound
    return found


def list_answers(
    narrowed: Narrowed, *, for_: Actor, after: str | None = None, before: str | None = None, size: int = SIZE
) -> PageOf[AnswerShown]:  # fmt: skip
    """What clients answered, as far as the actor sees it, the last occasion first."""
    query = visible(for_, Survey).where(Survey.state == SurveyState.ANSWERED, *_conditions(narrowed))
    return page_of(
        query, [(Survey.id.expression, True)], size=size, after=after, before=before,
        run=lambda page: shown(db.session.scalars(page).all()), key=lambda row: [row.survey.id],
    )  # fmt: skip


def follow_up_of(survey: Survey) -> Duty | None:
    """That somebody is to talk to the client, while it is open."""
    query = select(Duty).where(Duty.subject_kind == "survey", Duty.subject_id == survey.id, Duty.done_at.is_(None))
    return db.session.scalar(query.where(Duty.withdrawn_at.is_(None)))


def surveys_of_ticket(ticket: Ticket, *, for_: Actor) -> list[AnswerShown]:
    """What was asked about a ticket and what not, cycle by cycle, as far as the actor sees it."""
    query = visible(for_, Survey).where(Survey.ticket_id == ticket.id)
    return shown(db.session.scalars(query.order_by(Survey.cycle, Survey.id)).all())


def shown(rows: Sequence[Survey]) -> list[AnswerShown]:
    """Surveys with their names and what was answered beside; the number of queries does not grow with them."""
    if not rows:
        return []
    contacts = _names(select(Contact.id, Contact.name), Contact.id, {row.contact_id for row in rows})
    organisations = _names(select(Organisation.id, Organisation.name), Organisation.id,
                           {row.organisation_id for row in rows})  # fmt: skip
    subjects = _names(select(Ticket.id, Ticket.subject), Ticket.id, {row.ticket_id for row in rows})
    extras: dict[int, list[Extra]] = {}
    found = db.session.execute(
        select(SurveyAnswer, SurveyQuestion).join(SurveyQuestion, SurveyQuestion.id == SurveyAnswer.question_id)
        .where(SurveyAnswer.survey_id.in_([row.id for row in rows]))
        .order_by(SurveyQuestion.position, SurveyQuestion.id)
    )  # fmt: skip
    for answer, question in found:
        extras.setdefault(answer.survey_id, []).append(Extra(question, answer))
    beside: dict[int, list[tuple[str, int]]] = {}
    others = select(Survey.asked_with_id, Survey.kind, Survey.score).where(
        Survey.asked_with_id.in_([row.id for row in rows]), Survey.score.is_not(None)
    )
    for lead_id, kind, score in db.session.execute(others.order_by(Survey.id)):
        beside.setdefault(lead_id or 0, []).append((kind.value, score or 0))
    cards = operators()
    return [
        AnswerShown(
            row, contacts.get(row.contact_id or 0, ""), organisations.get(row.organisation_id or 0, ""),
            cards[row.operator_id].name if row.operator_id in cards else "",
            f"T-{row.ticket_id}" if row.ticket_id is not None else "", subjects.get(row.ticket_id or 0, ""),
            extras.get(row.id, ()), beside.get(row.id, ()),
        ) for row in rows
    ]  # fmt: skip


def _conditions(narrowed: Narrowed) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.kind is not None:
        conditions.append(Survey.kind == narrowed.kind)
    if narrowed.leads_only:
        conditions.append(Survey.asked_with_id.is_(None))
    if narrowed.operator_id is not None:
        conditions.append(Survey.operator_id == narrowed.operator_id)
    if narrowed.since is not None:
        conditions.append(Survey.answered_at >= narrowed.since)
    if narrowed.until is not None:
        conditions.append(Survey.answered_at < narrowed.until)
    if narrowed.tone is Tone.PRAISE:
        conditions.append(or_(*(and_(Survey.kind == kind, Survey.score >= least)
                                for kind, least in PRAISE_FROM.items())))  # fmt: skip
    elif narrowed.tone is Tone.WORDS:
        conditions.append(Survey.comment != "")
    elif narrowed.tone is Tone.BLAME:
        conditions.append(or_(*(and_(Survey.kind == kind, Survey.score <= most)
                                for kind, most in BLAME_UP_TO.items())))  # fmt: skip
    elif narrowed.tone is Tone.TO_FOLLOW:
        conditions.append(select(Duty.id).where(
            Duty.kind == DutyKind.LOW_SCORE, Duty.subject_kind == "survey", Duty.subject_id == Survey.id,
            Duty.done_at.is_(None), Duty.withdrawn_at.is_(None),
        ).exists())  # fmt: skip
    return conditions


def _names(query: Select[int, str], column: Any, ids: set[int | None]) -> dict[int, str]:
    wanted = [each for each in ids if each is not None]
    return dict(db.session.execute(query.where(column.in_(wanted))).all()) if wanted else {}
