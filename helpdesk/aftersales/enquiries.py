"""Enquiries: from the first question to a sale, or to the reason why there is none.

1. A ticket of the type enquiry has one row here. The row's state drives, and the status of the ticket follows by a
   table; where the ticket ends by itself (resolved, cancelled, merged), the row follows the ticket.
2. An enquiry is due a quotation until we learn otherwise: within a business day of being asked for, in a complex case
   within so many as the desk says (two or three).
3. After a meeting a summary letter is due: the same day if it can be, at the latest by the end of the next business
   day.
4. Where the case is complex a specialist joins; who it is, is due by the end of the next business day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.aftersales.money import MOST_CENTS, wrong_currency
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_ZONE, day_name, money, speaking
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Doer, Entry, record
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.settings import read_settings, setting
from helpdesk.core.times import epoch, now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import (
    EnquiryMoved,
    EnquiryQualified,
    MeetingHeld,
    QuotationSent,
    SpecialistNamed,
    SummarySent,
    TicketClassified,
    TicketClosed,
    TicketResolved,
)
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.models.enquiries import OPEN_STATES, Enquiry, EnquiryKind, EnquiryState, Quotation
from helpdesk.models.messages import Message
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Status, Ticket, TicketType
from helpdesk.people.directory import operators
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.predicates import CLIENT_FACING_LINES
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.tickets.attachments import StoredUpload
from helpdesk.tickets.conversation import NewMessage, add_note, reply_to_client
from helpdesk.tickets.duties import duties_of, hand_duty, meet_duty, set_duty, withdraw_duties
from helpdesk.tickets.reachable import business_due
from helpdesk.tickets.stamp import stamp
from helpdesk.tickets.states import TRANSITIONS as STATUS_TRANSITIONS
from helpdesk.tickets.states import change_status

QUOTATION_DAYS = 1  # of a case that is not complex
SUMMARY_DAYS = 1  # the end of the next business day
SPECIALIST_DAYS = 1
LONGEST_LINE, LONGEST_NOTE = 250, 20_000
FARTHEST = timedelta(days=3660)
OLDEST_MEETING = timedelta(days=92)

_E = EnquiryState
TRANSITIONS: dict[EnquiryState, frozenset[EnquiryState]] = {
    _E.RECEIVED: frozenset({_E.CLARIFYING, _E.QUOTED, _E.WON, _E.LOST, _E.ANSWERED, _E.WITHDRAWN}),
    _E.CLARIFYING: frozenset({_E.QUOTED, _E.WON, _E.LOST, _E.ANSWERED, _E.WITHDRAWN}),
    _E.QUOTED: frozenset({_E.CLARIFYING, _E.WON, _E.LOST, _E.ANSWERED, _E.WITHDRAWN}),
    _E.WON: frozenset(),
    _E.LOST: frozenset({_E.CLARIFYING}),  # the client came back
    _E.ANSWERED: frozenset({_E.CLARIFYING, _E.WITHDRAWN}),
    _E.WITHDRAWN: frozenset({_E.CLARIFYING}),
}
# The way of the ticket when its enquiry gets there; none where the ticket went first.
STATUSES: dict[EnquiryState, tuple[Status, ...]] = {
    _E.RECEIVED: (), _E.CLARIFYING: (Status.OPEN,), _E.QUOTED: (Status.WAITING_CLIENT,),
    _E.WON: (Status.RESOLVED, Status.CLOSED), _E.LOST: (Status.RESOLVED, Status.CLOSED),
    _E.ANSWERED: (), _E.WITHDRAWN: (),
}  # fmt: skip
# Where the enquiry gets when its ticket did this by itself.
FOLLOWS: dict[str, EnquiryState] = {
    "TicketResolved": _E.ANSWERED, "TicketReopened": _E.CLARIFYING, "TicketCancelled": _E.WITHDRAWN,
    "TicketMerged": _E.WITHDRAWN, "MergeUndone": _E.CLARIFYING,
}  # fmt: skip


@dataclass(frozen=True)
class EnquirySettings:
    """Settings of enquiries."""

    complex_quotation_days: int = setting(
        3, "Business days within which the quotation of a complex enquiry is due.", low=2, high=3
    )


@dataclass(frozen=True)
class NewQuotation:
    """What is offered. Money is in cents; `text` goes along to the client."""

    what: str
    amount_cents: int
    valid_until: date
    currency: str = "EUR"
    text: str = ""
    uploads: tuple[StoredUpload, ...] = ()
    submission: str | None = None


@dataclass(frozen=True)
class EnquiryShown:
    """An enquiry with its ticket, its last quotation and what is due for it."""

    enquiry: Enquiry
    ticket: Ticket
    quotation: Quotation | None
    duties: tuple[Duty, ...] = ()

    @property
    def specialist(self) -> str:
        card = operators().get(self.enquiry.specialist_id or 0)
        return card.name if card else ""


def concerns(entry: Entry) -> bool:
    """Whether a fact is about an enquiry, or about what becomes or was one: others need no reaction of ours."""
    if entry.fact == TicketClassified.__name__:
        return "type" in entry.payload["changes"]
    ticket = db.session.get(Ticket, entry.subject_id)
    return ticket is not None and ticket.type is TicketType.ENQUIRY


def begin(entry: Entry) -> None:
    """A ticket was opened, or is an enquiry after all: it gets its row. A reaction."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    if ticket.type is TicketType.ENQUIRY and ticket.is_open and ticket.import_id is None:
        enquiry = _held(ticket, by=entry)
        if enquiry.state is _E.WITHDRAWN:
            _enter(enquiry, ticket, _E.CLARIFYING, by=SYSTEM)
            _expect_quotation(enquiry, ticket, by=entry)


def follow(entry: Entry) -> None:
    """The ticket ended, or began again, by itself: its enquiry follows. A reaction."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    enquiry = _row(ticket)
    to = FOLLOWS[entry.fact]
    if enquiry is None or to not in TRANSITIONS[enquiry.state]:
        return  # its own ending closed the ticket
    if to is _E.CLARIFYING and not ticket.is_open:
        return  # it has ended again meanwhile
    if to is not _E.CLARIFYING and ticket.is_open:
        return
    _enter(enquiry, ticket, to, by=SYSTEM, reason=str(entry.payload.get("reason", "")), leads=False)
    if to is _E.CLARIFYING:
        _expect_quotation(enquiry, ticket, by=entry)


def reclassify(entry: Entry) -> None:
    """The type of a ticket was corrected: an enquiry begins, or is withdrawn. A reaction."""
    begin(entry)
    ticket = db.session.get_one(Ticket, entry.subject_id)
    enquiry = _row(ticket)
    if ticket.type is not TicketType.ENQUIRY and enquiry is not None and enquiry.is_open:
        _enter(enquiry, ticket, _E.WITHDRAWN, by=SYSTEM, leads=False)


def hand_on(entry: Entry) -> None:
    """Somebody else works on the ticket: what is due for its enquiry is theirs. A reaction."""
    enquiry = db.session.scalar(select(Enquiry).where(Enquiry.ticket_id == entry.subject_id))
    owner_id = entry.payload["operator_id"]
    if enquiry is None or not enquiry.is_open or owner_id not in operators():
        return
    for duty in duties_of(_subject(enquiry)):
        if duty.is_open:
            hand_duty(duty.kind, _subject(enquiry), owner_id, by=entry)


@command
def qualify_enquiry(
    ticket: Ticket, kind: EnquiryKind, *, is_complex: bool, specialist_id: int | None = None, by: Actor
) -> Enquiry:
    """Say what the client wants, whether the case is complex, and which specialist joins; what is due follows."""
    require(by, Action.HANDLE_ENQUIRY, ticket)
    enquiry = _open(ticket, by=by)
    if specialist_id is not None and not faces_clients(specialist_id):
        raise Invalid({"specialist_id": [_("Choose somebody of the first or second line.")]})
    if specialist_id is not None and not is_complex:
        raise Invalid({"specialist_id": [_("A specialist joins where the case is complex.")]})
    if (enquiry.kind, enquiry.is_complex) != (kind, is_complex):
        enquiry.kind, enquiry.is_complex = kind, is_complex
        record(EnquiryQualified(ticket.id, kind=kind.value, is_complex=is_complex), by=by)
    if specialist_id != enquiry.specialist_id:
        enquiry.specialist_id = specialist_id
        if specialist_id is not None:
            record(SpecialistNamed(ticket.id, operator_id=specialist_id), by=by)
    _expect_quotation(enquiry, ticket, by=by)
    _expect_specialist(enquiry, ticket, by=by)
    stamp(ticket)
    return enquiry


@command
def record_meeting(ticket: Ticket, met_at: datetime, note: str = "", *, by: Actor) -> Enquiry:
    """We met the client: a summary letter is due the same day, at the latest at the end of the next business day."""
    require(by, Action.HANDLE_ENQUIRY, ticket)
    enquiry = _open(ticket, by=by)
    errors: dict[str, list[str]] = {}
    if met_at > now():
        errors["met_at"] = [_("This lies in the future: enter a meeting when it is over.")]
    elif met_at < now() - OLDEST_MEETING:
        errors["met_at"] = [_("This is longer ago than three months.")]
    if len(note) > LONGEST_NOTE:
        errors["note"] = [_("This is too long.")]
    if errors:
        raise Invalid(errors)
    if enquiry.met_at == met_at:
        return enquiry  # a second click
    enquiry.met_at, enquiry.summary_sent_at = met_at, None
    if enquiry.state is _E.RECEIVED:
        _enter(enquiry, ticket, _E.CLARIFYING, by=by)
    if note.strip():
        add_note(ticket, NewMessage(note), by=by)
    record(MeetingHeld(ticket.id, met_at=epoch(met_at)), by=by)
    _expect(DutyKind.SUMMARY_LETTER, enquiry, ticket, business_due(days=SUMMARY_DAYS, start=met_at), by=by)
    return enquiry


@command
def send_summary(ticket: Ticket, new: NewMessage, *, by: Actor) -> Enquiry:
    """Write to the client what was said in the meeting; that is what was due."""
    require(by, Action.HANDLE_ENQUIRY, ticket)
    enquiry = _open(ticket, by=by)
    if enquiry.met_at is None:
        raise Conflict(_("There was no meeting to sum up. Enter the meeting first."), code="no_meeting")
    if enquiry.summary_sent_at is not None:
        raise Conflict(_("The letter about this meeting has been sent already."), code="summary_sent")
    message = reply_to_client(ticket, new, by=by)
    enquiry.summary_sent_at = now()
    meet_duty(DutyKind.SUMMARY_LETTER, _subject(enquiry), by=by)
    record(SummarySent(ticket.id, message_id=message.id), by=by)
    return enquiry


@command
def quote(ticket: Ticket, new: NewQuotation, *, by: Actor) -> Quotation:
    """Offer it to the client, for how much and until when; the ticket waits for their answer."""
    require(by, Action.HANDLE_ENQUIRY, ticket)
    enquiry = _held(ticket, by=by)
    if known := _sent(ticket, new):
        return known  # a second click
    _refuse_ended(enquiry, ticket)
    if errors := _wrong_in(ticket, new):
        raise Invalid(errors)
    said = NewMessage(_letter(ticket, new), uploads=new.uploads, submission=new.submission)
    message = reply_to_client(ticket, said, by=by)
    row = Quotation(
        enquiry_id=enquiry.id, what=_line(new.what), amount_cents=new.amount_cents,
        currency=new.currency.strip().upper(), valid_until=new.valid_until, message_id=message.id, created_at=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    meet_duty(DutyKind.QUOTATION, _subject(enquiry), by=by)
    if enquiry.state is not _E.QUOTED:
        _enter(enquiry, ticket, _E.QUOTED, by=by)
    else:
        _lead(ticket, _E.QUOTED, by=by)
    record(QuotationSent(ticket.id, quotation_id=row.id, amount_cents=row.amount_cents, currency=row.currency,
                         valid_until=str(row.valid_until)), by=by)  # fmt: skip
    return row


@command
def win_enquiry(ticket: Ticket, *, by: Actor) -> Enquiry:
    """The client buys: what follows is the handover to operations."""
    require(by, Action.HANDLE_ENQUIRY, ticket)
    return win(ticket, by=by)


def win(ticket: Ticket, *, by: Actor) -> Enquiry:
    """The same, by whoever records its sale. Part of a larger activity."""
    enquiry = _held(ticket, by=by)
    if enquiry.state is not _E.WON:
        _refuse_ended(enquiry, ticket)
        _enter(enquiry, ticket, _E.WON, by=by)
    return enquiry


@command
def lose_enquiry(ticket: Ticket, reason: str, *, by: Actor) -> Enquiry:
    """The client does not buy, and why."""
    require(by, Action.HANDLE_ENQUIRY, ticket)
    enquiry = _held(ticket, by=by)
    if enquiry.state is _E.LOST:
        return enquiry  # a second click
    _refuse_ended(enquiry, ticket)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    if len(reason) > LONGEST_NOTE:
        raise Invalid({"reason": [_("This is too long.")]})
    _enter(enquiry, ticket, _E.LOST, by=by, reason=reason.strip())
    return enquiry


def enquiry_of(ticket: Ticket) -> EnquiryShown | None:
    """The enquiry of a ticket that the reader has; one that waits for its row is shown as received.

    None of a ticket that had ended before enquiries were followed.
    """
    if ticket.type is not TicketType.ENQUIRY:
        return None
    enquiry = db.session.scalar(select(Enquiry).where(Enquiry.ticket_id == ticket.id))
    if enquiry is None:
        return EnquiryShown(_fresh(ticket), ticket, None) if ticket.is_open else None
    last = select(Quotation).where(Quotation.enquiry_id == enquiry.id).order_by(Quotation.id.desc()).limit(1)
    open_ones = tuple(duty for duty in duties_of(_subject(enquiry)) if duty.is_open)
    return EnquiryShown(enquiry, ticket, db.session.scalar(last), open_ones)


def quotations_of(enquiry_id: int) -> Sequence[Quotation]:
    """Every quotation of an enquiry, in order."""
    query = select(Quotation).where(Quotation.enquiry_id == enquiry_id)
    return db.session.scalars(query.order_by(Quotation.id)).all()


def list_enquiries(
    *, for_: Actor, states: frozenset[EnquiryState] | None = OPEN_STATES, size: int = 50,
    after: str | None = None, before: str | None = None,
) -> PageOf[EnquiryShown]:  # fmt: skip
    """Enquiries whose tickets the actor sees, the newest first: in these states, or in any."""
    if not for_.is_staff and for_.reference != SYSTEM.reference:
        raise NotFound
    query = (
        select(Enquiry, Ticket).join(Ticket, Ticket.id == Enquiry.ticket_id).where(ticket_scope(for_))
        .options(joinedload(Ticket.organisation), joinedload(Ticket.requester))
    )  # fmt: skip
    if states is not None:
        query = query.where(Enquiry.state.in_(sorted(states)))
    return page_of(query, [(Enquiry.id.expression, True)], size=size, after=after, before=before, run=_shown,
                   key=lambda shown: (shown.enquiry.id,))  # fmt: skip


def faces_clients(operator_id: int | None) -> bool:
    """Whether this is an operator who may stand before a client: the third line is protected."""
    card = operators().get(operator_id or 0)
    return card is not None and card.is_active and bool(card.lines & CLIENT_FACING_LINES)


def _shown(query: Select[*tuple[Any, ...]]) -> list[EnquiryShown]:
    rows = db.session.execute(query).all()
    ids = [enquiry.id for enquiry, _ticket in rows]
    last = select(func.max(Quotation.id)).where(Quotation.enquiry_id.in_(ids)).group_by(Quotation.enquiry_id)
    quotations = {each.enquiry_id: each for each in db.session.scalars(select(Quotation).where(Quotation.id.in_(last)))}
    due: dict[int, list[Duty]] = {}
    open_ones = select(Duty).where(
        Duty.subject_kind == "enquiry", Duty.subject_id.in_(ids), Duty.done_at.is_(None), Duty.withdrawn_at.is_(None)
    )
    for duty in db.session.scalars(open_ones.order_by(Duty.due_at)):
        due.setdefault(duty.subject_id, []).append(duty)
    return [
        EnquiryShown(enquiry, ticket, quotations.get(enquiry.id), tuple(due.get(enquiry.id, ())))
        for enquiry, ticket in rows
    ]


def _held(ticket: Ticket, *, by: Doer) -> Enquiry:
    """The row of a ticket, made where it is missing; the ticket's row is locked, so that it is made once."""
    locked = select(Ticket).where(Ticket.id == ticket.id).with_for_update()
    db.session.flush()
    db.session.scalars(locked, execution_options={"populate_existing": True}).one()
    if ticket.type is not TicketType.ENQUIRY:
        raise Conflict(_("This ticket is no enquiry. Classify it as one first."), code="no_enquiry")
    found = _row(ticket)
    if found is not None:
        return found
    enquiry = _fresh(ticket)
    db.session.add(enquiry)
    db.session.flush()
    _expect_quotation(enquiry, ticket, by=by)
    return enquiry


def _row(ticket: Ticket) -> Enquiry | None:
    query = select(Enquiry).where(Enquiry.ticket_id == ticket.id).with_for_update()
    found: Enquiry | None = db.session.scalar(query, execution_options={"populate_existing": True})
    return found


def _fresh(ticket: Ticket) -> Enquiry:
    return Enquiry(
        ticket_id=ticket.id, kind=EnquiryKind.QUOTATION, state=_E.RECEIVED, is_complex=False, reason="",
        quotation_asked_at=ticket.opened_at, created_at=now(),
    )  # fmt: skip


def _open(ticket: Ticket, *, by: Doer) -> Enquiry:
    enquiry = _held(ticket, by=by)
    _refuse_ended(enquiry, ticket)
    return enquiry


def _refuse_ended(enquiry: Enquiry, ticket: Ticket) -> None:
    if not enquiry.is_open or not ticket.is_open:
        raise Conflict(_("This enquiry has ended; reopen its ticket first."), code="enquiry_ended")


def _enter(
    enquiry: Enquiry, ticket: Ticket, to: EnquiryState, *, by: Actor, reason: str = "", leads: bool = True
) -> None:
    """Let the enquiry get there, and its ticket follow where the enquiry `leads`."""
    before = enquiry.state
    if to not in TRANSITIONS[before]:
        raise Conflict(_("From where it stands the enquiry cannot go there."), code="no_such_transition")
    enquiry.state, enquiry.reason = to, reason
    enquiry.ended_at = None if to in OPEN_STATES else now()
    record(EnquiryMoved(ticket.id, before=before.value, after=to.value, reason=reason), by=by)
    if to not in OPEN_STATES:
        withdraw_duties(_subject(enquiry), by=by)
    if leads:
        _lead(ticket, to, by=by)


def _lead(ticket: Ticket, to: EnquiryState, *, by: Actor) -> None:
    """The ticket's own way to the status that goes with a state, with the facts that others wait for."""
    for status in STATUSES[to]:
        if status is ticket.status or status not in STATUS_TRANSITIONS[ticket.status]:
            continue
        change_status(ticket, status, by=by, reason=f"enquiry_{to.value}")
        if status is Status.RESOLVED:
            ticket.awaits_reply = False
            record(TicketResolved(ticket.id, message_id=None, line=ticket.line, team_id=ticket.team_id), by=by)
        elif status is Status.CLOSED:
            record(TicketClosed(ticket.id, reason=f"enquiry_{to.value}"), by=by)


def _expect_quotation(enquiry: Enquiry, ticket: Ticket, *, by: Doer) -> None:
    """Let the quotation be due where one is wanted; of one that was sent, nothing is due any more."""
    if enquiry.kind is not EnquiryKind.QUOTATION:
        enquiry.quotation_asked_at = None
        withdraw_duties(_subject(enquiry), by=by, kind=DutyKind.QUOTATION)
        return
    enquiry.quotation_asked_at = enquiry.quotation_asked_at or now()
    if enquiry.state is _E.QUOTED:
        return
    days = read_settings(EnquirySettings).complex_quotation_days if enquiry.is_complex else QUOTATION_DAYS
    _expect(DutyKind.QUOTATION, enquiry, ticket, business_due(days=days, start=enquiry.quotation_asked_at), by=by)


def _expect_specialist(enquiry: Enquiry, ticket: Ticket, *, by: Doer) -> None:
    if not enquiry.is_complex:
        withdraw_duties(_subject(enquiry), by=by, kind=DutyKind.SPECIALIST)
    elif enquiry.specialist_id is None:
        known = [d for d in duties_of(_subject(enquiry)) if d.is_open and d.kind is DutyKind.SPECIALIST]
        due_at = known[0].due_at if known else business_due(days=SPECIALIST_DAYS)
        _expect(DutyKind.SPECIALIST, enquiry, ticket, due_at, by=by)
    else:
        meet_duty(DutyKind.SPECIALIST, _subject(enquiry), by=by)


def _expect(kind: DutyKind, enquiry: Enquiry, ticket: Ticket, due_at: datetime, *, by: Doer) -> None:
    actor_kind, actor_id = by.reference
    owner_id = ticket.assignee_id or ticket.owner_id or (actor_id if actor_kind == "operator" else None)
    set_duty(kind, _subject(enquiry), due_at=due_at, what=f"{ticket.number} {ticket.subject}", owner_id=owner_id,
             organisation_id=ticket.organisation_id, ticket_id=ticket.id, by=by)  # fmt: skip


def _subject(enquiry: Enquiry) -> tuple[str, int]:
    return "enquiry", enquiry.id


def _sent(ticket: Ticket, new: NewQuotation) -> Quotation | None:
    if new.submission is None:
        return None
    query = select(Quotation).join(Message, Message.id == Quotation.message_id)
    found: Quotation | None = db.session.scalar(
        query.where(Message.submission == new.submission, Message.ticket_id == ticket.id)
    )
    return found


def _wrong_in(ticket: Ticket, new: NewQuotation) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    today = day_of(ticket.organisation_id, now())
    if not new.what.strip():
        errors["what"] = [_("Say what is offered.")]
    elif len(_line(new.what)) > LONGEST_LINE:
        errors["what"] = [_("This is too long.")]
    if not 0 <= new.amount_cents <= MOST_CENTS:
        errors["amount_cents"] = [_("Give an amount from 0 to 10,000,000.")]
    if complaint := wrong_currency(new.currency):
        errors["currency"] = [complaint]
    if new.valid_until < today:
        errors["valid_until"] = [_("This day has passed.")]
    elif new.valid_until > today + FARTHEST:
        errors["valid_until"] = [_("This is too far away.")]
    if len(new.text) > LONGEST_NOTE:
        errors["text"] = [_("This is too long.")]
    return errors


def _letter(ticket: Ticket, new: NewQuotation) -> str:
    """What the client reads, in the language of the ticket."""
    organisation = db.session.get(Organisation, ticket.organisation_id) if ticket.organisation_id else None
    with speaking(ticket.language, organisation.timezone if organisation else DEFAULT_ZONE):
        amount = money(new.amount_cents, new.currency.strip().upper())
        offered = _("Our quotation: %(what)s", what=_line(new.what))
        price = _("Price: %(amount)s", amount=amount)
        until = _("It is valid until %(day)s.", day=day_name(new.valid_until))
    return "\n\n".join(part for part in (new.text.strip(), offered, f"{price}\n{until}") if part)


def _line(text: str) -> str:
    return " ".join(text.split())
