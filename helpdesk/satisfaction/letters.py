"""The letter that asks: one question with its scores, each a link that proposes it."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.i18n import speaking
from helpdesk.core.journal import Entry
from helpdesk.mail.letters import write_letter
from helpdesk.mail.outbound import Letter
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.satisfaction import Survey, SurveyState
from helpdesk.models.tickets import Ticket
from helpdesk.satisfaction.planning import zone_of
from helpdesk.satisfaction.scores import SCALES
from helpdesk.satisfaction.voting import answer_url
from helpdesk.satisfaction.words import ENDS, QUESTIONS


def survey_asked(entry: Entry) -> Letter | None:
    """How was it? For those who were asked and have not answered in the portal meanwhile."""
    survey = db.session.get_one(Survey, entry.subject_id)
    contact = db.session.get(Contact, survey.contact_id) if survey.contact_id is not None else None
    if not survey.is_lead or survey.state is not SurveyState.SENT or contact is None or not contact.email:
        return None
    ticket = db.session.get(Ticket, survey.ticket_id) if survey.ticket_id is not None else None
    organisation = db.session.get(Organisation, survey.organisation_id) if survey.organisation_id else None
    with speaking(contact.language, zone_of(contact)):
        low, high = ENDS[survey.kind]
        content = {
            "contact": contact, "survey": survey, "ticket": ticket, "organisation": organisation,
            "question": QUESTIONS[survey.kind], "low": low, "high": high, "url": answer_url(survey, contact),
            "scores": [(score, answer_url(survey, contact, score)) for score in SCALES[survey.kind]],
        }  # fmt: skip
        return write_letter(
            "survey", entry, to_name=contact.name, to_address=contact.email, language=contact.language,
            content=content,
        )  # fmt: skip
