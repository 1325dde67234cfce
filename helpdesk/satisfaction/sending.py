"""What is due is sent, once; what nobody answered in time is over.

1. Before a letter goes it is asked again whether it should: the resolution still holds, the desk still asks, the
   contact rests from no other question, and it is no quiet hour where they are.
2. That it was sent and the job of its letter are one transaction; the letter itself carries the id of the fact, so
   that however often it is tried it is one letter.
"""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import SurveyExpired, SurveySent
from helpdesk.models.people import Contact
from helpdesk.models.satisfaction import NotAsked, Survey, SurveyKind, SurveyState
from helpdesk.models.tickets import Status, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.satisfaction.planning import is_one_of_us, last_cycle, rests, zone_of
from helpdesk.satisfaction.quiet_hours import after_quiet
from helpdesk.satisfaction.survey_settings import survey_settings

GONE = {Status.MERGED: NotAsked.MERGED, Status.CANCELLED: NotAsked.CANCELLED}


def sweep_surveys() -> int:
    """Send what is due; returns how much it looked at. Where nothing is due it writes nothing."""
    due = select(Survey.id).where(Survey.state == SurveyState.PLANNED, Survey.due_at <= now())
    return send_due() if db.session.scalar(select(due.exists())) else 0


@command
def send_due(limit: int = 100) -> int:
    """Send the questions whose time has come, or keep why not; returns how many it looked at."""
    query = select(Survey).where(
        Survey.state == SurveyState.PLANNED, Survey.due_at <= now(), Survey.asked_with_id.is_(None)
    )
    due = db.session.scalars(query.order_by(Survey.due_at, Survey.id).limit(limit).with_for_update(skip_locked=True))
    rows = due.all()
    for survey in rows:
        _send(survey)
        db.session.flush()
    return len(rows)


def sweep_expired() -> int:
    """End what nobody answered in time; returns how much."""
    over = select(Survey.id).where(Survey.state == SurveyState.SENT, Survey.expires_at <= now())
    return expire_surveys() if db.session.scalar(select(over.exists())) else 0


@command
def expire_surveys(limit: int = 500) -> int:
    """End the questions whose time to be answered has passed."""
    query = select(Survey).where(Survey.state == SurveyState.SENT, Survey.expires_at <= now())
    rows = db.session.scalars(query.order_by(Survey.expires_at).limit(limit).with_for_update(skip_locked=True)).all()
    for survey in rows:
        survey.state = SurveyState.EXPIRED
        record(SurveyExpired(survey.id, kind=survey.kind.value), by=SYSTEM)
    return len(rows)


def asked_together(survey: Survey) -> list[Survey]:
    """The question with the letter, and those that stand in it beside."""
    beside = select(Survey).where(Survey.asked_with_id == survey.id).order_by(Survey.id).with_for_update()
    return [survey, *db.session.scalars(beside)]


def _send(survey: Survey) -> None:
    at, desk, together = now(), survey_settings(), asked_together(survey)
    contact = None
    if survey.contact_id is not None:
        # Two questions to one contact, each in the hands of another worker: the second finds that they rest.
        query = select(Contact).where(Contact.id == survey.contact_id).with_for_update(of=Contact)
        contact = db.session.scalar(query)
    reason = _why_not(survey, contact, tuple(each.id for each in together))
    for each in together:
        left = reason or (None if desk.is_on(each.kind) or each is survey else NotAsked.SWITCHED_OFF)
        if left is not None:
            each.state, each.reason = SurveyState.NOT_SENT, left
    if reason is not None:
        return
    opens_at = after_quiet(at, desk.quiet, zone_of(contact))
    for each in (each for each in together if each.state is SurveyState.PLANNED):
        each.due_at = opens_at
        if opens_at > at:
            continue
        each.state, each.sent_at, each.expires_at = SurveyState.SENT, at, at + desk.expiry
        record(SurveySent(each.id, kind=each.kind.value, contact_id=each.contact_id, ticket_id=each.ticket_id),
               by=SYSTEM)  # fmt: skip


def _why_not(survey: Survey, contact: Contact | None, together: tuple[int, ...]) -> NotAsked | None:
    at, desk = now(), survey_settings()
    if not desk.is_on(survey.kind):
        return NotAsked.SWITCHED_OFF
    if contact is None or not contact.email:
        return NotAsked.NO_ADDRESS
    if is_one_of_us(contact):
        return NotAsked.ONE_OF_US
    if survey.kind in (SurveyKind.CSAT, SurveyKind.CES):
        ticket = db.session.get_one(Ticket, survey.ticket_id)
        if ticket.status not in (Status.RESOLVED, Status.CLOSED) or last_cycle(ticket.id) != survey.cycle:
            return GONE.get(ticket.status, NotAsked.REOPENED)
        if survey.closed_by_silence and not desk.ask_after_silence:
            return NotAsked.SILENCE
    if survey.due_at < at - desk.expiry:
        return NotAsked.TOO_LATE
    return NotAsked.PAUSED if rests(contact.id, at, beside=together) else None
