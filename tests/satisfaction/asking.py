"""Tickets that are resolved, and clients who are asked how it was."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.jobs.worker import run_all
from helpdesk.models.people import Contact
from helpdesk.models.satisfaction import Survey, SurveyKind, Via
from helpdesk.models.tickets import Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.satisfaction.sending import sweep_surveys
from helpdesk.satisfaction.survey_settings import change_survey_settings
from helpdesk.satisfaction.voting import NewAnswer, answer_survey, answer_url
from tests.cast import Cast
from tests.factories import a_ticket


def desk_asks(cast: Cast, **values: Any) -> None:
    """Let the desk ask so; without a word at once, about satisfaction alone."""
    plain = {"delay_minutes": 0, "ces_on": False, "nps_on": False, "quiet_hours": ""}
    change_survey_settings(plain | values, by=cast.petras)


def surveys_of(ticket: Ticket) -> list[Survey]:
    db.session.expire_all()
    query = select(Survey).where(Survey.ticket_id == ticket.id).order_by(Survey.cycle, Survey.id)
    return list(db.session.scalars(query))


def resolved(cast: Cast, **values: Any) -> Ticket:
    """A resolved ticket, with what follows from that."""
    ticket = a_ticket(cast, status=Status.RESOLVED, **values)
    run_all()
    return ticket


def asked(cast: Cast, **values: Any) -> Survey:
    """A question of which the letter is written."""
    ticket = resolved(cast, **values)
    sweep_surveys()
    run_all()
    return surveys_of(ticket)[0]


def answered(cast: Cast, score: int, comment: str = "", *, by: Actor | None = None, **values: Any) -> Survey:
    survey = asked(cast, **values)
    answer_survey(survey, NewAnswer(score, comment=comment), by=by or cast.jonas, via=Via.PORTAL)
    run_all()
    return survey


def link_of(survey: Survey, score: int | None = None) -> str:
    """The address in the letter, as a path."""
    contact = db.session.get_one(Contact, survey.contact_id)
    path = "/portal" + answer_url(survey, contact, score).partition("/portal")[2]
    db.session.rollback()  # what this test has read must not take back what a request writes meanwhile
    return path


def of_kind(ticket: Ticket, kind: SurveyKind) -> Survey:
    return next(each for each in surveys_of(ticket) if each.kind is kind)
