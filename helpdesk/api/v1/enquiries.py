"""Enquiries: what they are due, meetings, quotations, and how they end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import enquiries
from helpdesk.aftersales.documents import enquiry_document
from helpdesk.aftersales.enquiries import LONGEST_NOTE, EnquiryShown, NewQuotation, enquiry_of, list_enquiries
from helpdesk.aftersales.money import MOST_CENTS
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_LINE, LONGEST_TEXT, Choice, Day, Instant, Number, RowId, Text, YesNo
from helpdesk.api.inputs import Input, read_uploads, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.errors import Forbidden, NotFound
from helpdesk.core.paging import PageOf
from helpdesk.models.enquiries import OPEN_STATES, EnquiryKind, EnquiryState
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("enquiries", __name__, description="Who may buy: meetings, quotations, won and lost.")


class Ending(StrEnum):
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class Qualities:
    kind: EnquiryKind
    is_complex: bool = False
    specialist_id: int | None = None


@dataclass(frozen=True)
class Meeting:
    met_at: datetime
    note: str = ""


@dataclass(frozen=True)
class Outcome:
    outcome: Ending
    reason: str = ""


@dataclass(frozen=True)
class Offer:
    what: str
    amount_cents: int
    valid_until: date
    currency: str = "EUR"
    text: str = ""


class QualitiesSchema(Input):
    """What the client wants, and who joins where the case is complex."""

    makes = Qualities
    kind = Choice(EnquiryKind, required=True)
    is_complex = YesNo()
    specialist_id = RowId(allow_none=True)


class MeetingSchema(Input):
    """A meeting that is over; a summary letter is due by the end of the next business day."""

    makes = Meeting
    met_at = Instant(required=True)
    note = Text(LONGEST_NOTE, metadata={"description": "For colleagues; the client does not read it."})


class SummarySchema(Input):
    """The letter that sums the meeting up."""

    makes = NewMessage
    text = Text(LONGEST_TEXT, needed=True, required=True)


class OfferSchema(Input):
    """What is offered to the client."""

    makes = Offer
    what = Text(LONGEST_LINE, needed=True, required=True)
    amount_cents = Number(0, MOST_CENTS, required=True)
    currency = Text(3)
    valid_until = Day(required=True)
    text = Text(LONGEST_NOTE, metadata={"description": "Stands before the offer in the letter."})


class OutcomeSchema(Input):
    """How it ended; of a lost one, why."""

    makes = Outcome
    outcome = Choice(Ending, required=True)
    reason = Text(LONGEST_NOTE)


class EnquiryFilterSchema(PageSchema):
    """Which enquiries."""

    state = Choice(EnquiryState, metadata={"description": "Without it, those that are open."})


class QuotationSchema(Shown):
    """What was offered last."""

    id = fields.Integer()
    what = fields.String()
    amount_cents = fields.Integer()
    currency = fields.String()
    valid_until = fields.String(metadata={"format": "date"})


class EnquiryDutySchema(Shown):
    """What is due for it."""

    kind = fields.String(metadata={"examples": ["summary_letter", "quotation", "specialist"]})
    due_at = fields.String(metadata={"format": "date-time"})
    owner_id = fields.Integer(allow_none=True)


class EnquirySchema(Shown):
    """An enquiry: where it stands, and what is due."""

    ticket = fields.String()
    subject = fields.String()
    kind = fields.String(metadata={"enum": list(EnquiryKind)})
    state = fields.String(metadata={"enum": list(EnquiryState)})
    is_complex = fields.Boolean()
    specialist_id = fields.Integer(allow_none=True)
    met_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    summary_sent_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    reason = NameOrNull()
    quotation = fields.Nested(QuotationSchema, allow_none=True)
    duties = fields.List(fields.Nested(EnquiryDutySchema))


class EnquiryPageSchema(Shown):
    """Some enquiries, with the cursors of the pages after and before."""

    enquiries = fields.List(fields.Nested(EnquirySchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


ENQUIRY = Representation(EnquirySchema(), None, of=lambda shown, _actor: enquiry_document(shown))
ENQUIRY_PAGE = Representation(EnquiryPageSchema(), None, of=lambda page, _actor: {
    "enquiries": [enquiry_document(each) for each in page.rows], "after": page.after, "before": page.before,
})  # fmt: skip


@bp.get("/enquiries")
@bp.takes(EnquiryFilterSchema(), location="query")
@bp.gives(200, ENQUIRY_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[EnquiryShown], dict[str, str]]:
    """List enquiries, the newest first. For staff."""
    if not current_actor().is_staff:
        raise Forbidden(code="staff_only")
    state = sent.pop("state", None)
    page = list_enquiries(for_=current_actor(), states=frozenset({state}) if state else OPEN_STATES, **sent)
    return page, link_header(page)


@bp.get("/tickets/<number>/enquiry")
@bp.gives(200, ENQUIRY)
def show(number: str) -> EnquiryShown:
    """Read the enquiry of a ticket. For staff."""
    return _shown(ticket_to_read(number))


@bp.put("/tickets/<number>/enquiry")
@bp.takes(QualitiesSchema())
@bp.gives(200, ENQUIRY)
def qualify(sent: Qualities, number: str) -> EnquiryShown:
    """Say what the client wants, and whether the case is complex; what is due follows."""
    ticket = get_ticket(number, for_=current_actor())
    enquiries.qualify_enquiry(
        ticket, sent.kind, is_complex=sent.is_complex, specialist_id=sent.specialist_id, by=current_actor()
    )
    return _shown(ticket)


@bp.post("/tickets/<number>/enquiry/meetings")
@bp.takes(MeetingSchema())
@bp.gives(201, ENQUIRY)
def meet(sent: Meeting, number: str) -> EnquiryShown:
    """Enter a meeting with the client."""
    ticket = get_ticket(number, for_=current_actor())
    enquiries.record_meeting(ticket, sent.met_at, sent.note, by=current_actor())
    return _shown(ticket)


@bp.put("/tickets/<number>/enquiry/summary")
@bp.takes(SummarySchema(), files=True)
@bp.gives(200, ENQUIRY)
def sum_up(sent: NewMessage, number: str) -> EnquiryShown:
    """Write to the client what was said in the meeting."""
    ticket = get_ticket(number, for_=current_actor())
    enquiries.send_summary(ticket, replace(sent, uploads=read_uploads()), by=current_actor())
    return _shown(ticket)


@bp.post("/tickets/<number>/enquiry/quotations")
@bp.takes(OfferSchema(), files=True, once=True)
@bp.gives(201, ENQUIRY)
def quote(sent: Offer, number: str) -> EnquiryShown:
    """Offer it to the client, for how much and until when."""
    ticket = get_ticket(number, for_=current_actor())
    new = NewQuotation(
        sent.what, sent.amount_cents, sent.valid_until, sent.currency, sent.text, read_uploads(), submission()
    )
    enquiries.quote(ticket, new, by=current_actor())
    return _shown(ticket)


@bp.put("/tickets/<number>/enquiry/outcome")
@bp.takes(OutcomeSchema())
@bp.gives(200, ENQUIRY)
def end(sent: Outcome, number: str) -> EnquiryShown:
    """Say that it was won, or lost and why; the ticket closes."""
    ticket = get_ticket(number, for_=current_actor())
    if sent.outcome is Ending.WON:
        enquiries.win_enquiry(ticket, by=current_actor())
    else:
        enquiries.lose_enquiry(ticket, sent.reason, by=current_actor())
    return _shown(ticket)


def _shown(ticket: Ticket) -> EnquiryShown:
    shown = enquiry_of(ticket)
    if shown is None:
        raise NotFound
    return shown
