"""A client was not content: whoever leads the line that resolved it talks to them, by a time.

1. The follow-up is a duty of the line's lead, and goes up the ladder like every other. Where the client raises the
   score while they may, and nobody has taken note yet, it is withdrawn.
2. Whoever has talked to the client says what came of it; with that it is done.
3. A manager may make a claim of it: a ticket of its own, whose first words are those of the client.
"""

from __future__ import annotations

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import speaking
from helpdesk.core.journal import Doer, record
from helpdesk.core.times import now
from helpdesk.events import ClaimOfAnswer, LowScoreHandled
from helpdesk.models.duties import DutyKind
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.satisfaction import Survey, SurveyKind, SurveyState
from helpdesk.models.tickets import Channel, Ticket, TicketType
from helpdesk.people.directory import operators
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.satisfaction.reading import get_survey
from helpdesk.satisfaction.survey_settings import survey_settings
from helpdesk.tickets.duties import meet_duty, open_duty, set_duty, withdraw_duties
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.reachable import business_due

LONGEST_NOTE = 2_000


def follow_score(survey: Survey, *, by: Doer) -> None:
    """Let a low score be seen to, or no more where it was raised. Part of a larger activity."""
    desk, subject = survey_settings(), ("survey", survey.id)
    known = open_duty(DutyKind.LOW_SCORE, subject)
    if survey.score is not None and desk.is_low(survey.kind, survey.score):
        if known is None and survey.handled_at is None:
            set_duty(
                DutyKind.LOW_SCORE, subject, due_at=business_due(minutes=desk.follow_up_minutes),
                what=_what(survey), owner_id=lead_for(survey), organisation_id=survey.organisation_id,
                ticket_id=survey.ticket_id, by=by,
            )  # fmt: skip
    elif known is not None and known.acknowledged_at is None:
        withdraw_duties(subject, by=by, kind=DutyKind.LOW_SCORE)


@command
def handle_low_score(survey: Survey, note: str, *, by: Actor) -> Survey:
    """Say what came of talking to the client; a second time nothing changes."""
    survey = get_survey(survey.id, for_=by)
    require(by, Action.HANDLE_LOW_SCORE, survey)
    if survey.handled_at is not None:
        return survey
    if survey.state is not SurveyState.ANSWERED:
        raise Conflict(_("Nobody has answered this yet."), code="not_answered")
    if not note.strip():
        raise Invalid({"note": [_("Say what came of it.")]})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": [_("This is too long.")]})
    survey.handled_at, survey.handled_by, survey.handled_note = now(), by.account_id or None, note.strip()
    meet_duty(DutyKind.LOW_SCORE, ("survey", survey.id), by=by)
    record(LowScoreHandled(survey.id), by=by)
    return survey


@command
def claim_from_answer(survey: Survey, *, by: Actor) -> Ticket:
    """Make a claim of what a client said; a second time the same one."""
    survey = get_survey(survey.id, for_=by)
    require(by, Action.CLAIM_FROM_ANSWER, survey)
    if survey.claim_ticket_id is not None:
        return db.session.get_one(Ticket, survey.claim_ticket_id)
    if survey.state is not SurveyState.ANSWERED or survey.contact_id is None:
        raise Conflict(_("Nobody has answered this yet."), code="not_answered")
    contact = db.session.get_one(Contact, survey.contact_id)
    about = db.session.get(Ticket, survey.ticket_id) if survey.ticket_id is not None else None
    with speaking(contact.language, by.zone):
        subject = _("You were not content: %(subject)s", subject=about.subject) if about else _("You were not content")
        words = survey.comment or _("Your score: %(score)s", score=survey.score)
    # The manager decides it; the desk opens it in the client's name, as whoever opens tickets stands on a line.
    ticket = open_ticket(NewTicket(
        subject=subject[:250], text=words, type=TicketType.CLAIM, requester_id=contact.id,
        product_id=survey.product_id, component_id=survey.component_id, category_id=survey.category_id,
        follow_up_of=survey.ticket_id,
    ), by=SYSTEM, channel=Channel.PORTAL)  # fmt: skip
    survey.claim_ticket_id = ticket.id
    record(ClaimOfAnswer(survey.id, ticket_id=ticket.id), by=by)
    return ticket


def lead_for(survey: Survey) -> int | None:
    """Who talks to the client: whoever leads the line that resolved it, the first line where it is not known."""
    leads = [card.id for card in operators().values() if card.is_active and card.leads_line == (survey.line or 1)]
    return leads[0] if leads else None


def _what(survey: Survey) -> str:
    """What the list of duties shows of it."""
    if survey.ticket_id is not None and survey.kind is not SurveyKind.NPS:
        return db.session.get_one(Ticket, survey.ticket_id).subject
    organisation = db.session.get(Organisation, survey.organisation_id) if survey.organisation_id else None
    return organisation.name if organisation else ""
