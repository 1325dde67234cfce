"""Enquiries: what is due for them, how they drive their ticket, and how they follow it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.aftersales.enquiries import (
    EnquirySettings,
    NewQuotation,
    enquiry_of,
    list_enquiries,
    lose_enquiry,
    qualify_enquiry,
    quotations_of,
    quote,
    record_meeting,
    send_summary,
    win_enquiry,
)
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, DomainError, Forbidden, Invalid
from helpdesk.core.settings import write_settings
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.duties import DutyKind
from helpdesk.models.enquiries import Enquiry, EnquiryKind, EnquiryState
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Channel, Status, Ticket, TicketType
from helpdesk.tickets.assignment import take
from helpdesk.tickets.classification import Classification, classify
from helpdesk.tickets.conversation import NewMessage, receive_reply
from helpdesk.tickets.duties import duties_of
from helpdesk.tickets.resolution import cancel_ticket, reopen_ticket, resolve_ticket
from tests.aftersales.conftest import At
from tests.aftersales.selling import an_enquiry
from tests.cast import Cast
from tests.factories import a_ticket, facts

OFFER = NewQuotation("Ten printers", 1_150_000, date(2026, 4, 30))


def row(ticket: Ticket) -> Enquiry:
    return db.session.scalars(db.select(Enquiry).where(Enquiry.ticket_id == ticket.id)).one()


def due(ticket: Ticket) -> dict[DutyKind, str]:
    """What is open, by kind, as the wall clock of Vilnius in March shows it."""
    found = [duty for duty in duties_of(("enquiry", row(ticket).id)) if duty.is_open]
    return {duty.kind: (duty.due_at + timedelta(hours=2)).strftime("%m-%d %H:%M") for duty in found}


def test_an_enquiry_is_due_a_quotation_within_a_business_day(cast: Cast) -> None:
    ticket = an_enquiry(cast)
    assert (row(ticket).state, row(ticket).kind) == (EnquiryState.RECEIVED, EnquiryKind.QUOTATION)
    assert due(ticket) == {DutyKind.QUOTATION: "03-03 17:00"}
    assert run_all() == 0


def test_a_complex_case_has_more_days_and_wants_a_specialist(cast: Cast, config: Any) -> None:
    ticket = an_enquiry(cast)
    qualify_enquiry(ticket, EnquiryKind.QUOTATION, is_complex=True, by=cast.ona)
    assert due(ticket) == {DutyKind.QUOTATION: "03-05 17:00", DutyKind.SPECIALIST: "03-03 17:00"}

    qualify_enquiry(ticket, EnquiryKind.QUOTATION, is_complex=True, specialist_id=cast.tomas.operator_id, by=cast.ona)
    assert due(ticket) == {DutyKind.QUOTATION: "03-05 17:00"}
    run_all()
    letters = [path.read_text() for path in Path(config.mail_folder).glob("*.eml")]
    assert any("tomas@desk.example" in letter and "specialist" in letter for letter in letters)

    with transaction():
        write_settings(EnquirySettings, {"complex_quotation_days": 2})
    qualify_enquiry(ticket, EnquiryKind.QUOTATION, is_complex=True, specialist_id=cast.tomas.operator_id, by=cast.ona)
    assert due(ticket) == {DutyKind.QUOTATION: "03-04 17:00"}
    qualify_enquiry(ticket, EnquiryKind.INFORMATION, is_complex=False, by=cast.ona)
    assert due(ticket) == {}


def test_after_a_meeting_a_letter_is_due_by_the_end_of_the_next_business_day(cast: Cast, at: At) -> None:
    ticket = an_enquiry(cast)
    with at("2026-03-06 18:30"):  # a Friday evening
        record_meeting(ticket, now() - timedelta(hours=2), "They want ten, in two colours.", by=cast.ona)
        assert due(ticket)[DutyKind.SUMMARY_LETTER] == "03-09 17:00"
        assert (row(ticket).state, ticket.status) == (EnquiryState.CLARIFYING, Status.OPEN)
        send_summary(ticket, NewMessage("This is what we understood."), by=cast.ona)
        with pytest.raises(Conflict):
            send_summary(ticket, NewMessage("And once more."), by=cast.ona)
    assert DutyKind.SUMMARY_LETTER not in due(ticket)
    assert {"MeetingHeld", "SummarySent", "ReplySent", "NoteAdded"} <= set(facts(ticket))


def test_a_quotation_goes_to_the_client_and_the_ticket_waits(cast: Cast) -> None:
    ticket = an_enquiry(cast)
    with transaction():
        ticket.language = "lt"
    sent = NewQuotation("Ten  printers", 1_150_000, date(2026, 4, 30), "eur", "Dear Jonas,", submission="one")
    quote(ticket, sent, by=cast.ona)
    quote(ticket, sent, by=cast.ona)
    [quotation] = quotations_of(row(ticket).id)
    assert (quotation.what, quotation.currency) == ("Ten printers", "EUR")
    text = db.session.get_one(Message, quotation.message_id).text
    assert text.startswith("Dear Jonas,")
    assert "11\u00a0500,00\u00a0€" in text
    assert (row(ticket).state, ticket.status, due(ticket)) == (EnquiryState.QUOTED, Status.WAITING_CLIENT, {})

    receive_reply(ticket, NewMessage("And for twelve?"), by=cast.jonas, channel=Channel.PORTAL)
    quote(ticket, NewQuotation("Twelve printers", 1_300_000, date(2026, 4, 30)), by=cast.ona)
    assert len(quotations_of(row(ticket).id)) == 2
    assert ticket.status is Status.WAITING_CLIENT


def test_won_and_lost_close_the_ticket_without_asking_the_client(cast: Cast) -> None:
    won, lost = an_enquiry(cast), an_enquiry(cast)
    for _click in range(2):
        win_enquiry(won, by=cast.ona)
        lose_enquiry(lost, "Too dear", by=cast.ona)
    run_all()
    assert (won.status, row(won).state) == (Status.CLOSED, EnquiryState.WON)
    assert (lost.status, row(lost).state, row(lost).reason) == (Status.CLOSED, EnquiryState.LOST, "Too dear")
    assert due(won) == due(lost) == {}
    with pytest.raises(Conflict):
        quote(won, OFFER, by=cast.ona)

    receive_reply(lost, NewMessage("We have thought again."), by=cast.jonas, channel=Channel.PORTAL)
    run_all()
    assert (lost.status, row(lost).state) == (Status.OPEN, EnquiryState.CLARIFYING)
    assert DutyKind.QUOTATION in due(lost)


def test_the_enquiry_follows_where_its_ticket_ends_by_itself(cast: Cast) -> None:
    answered, cancelled, incident, other = an_enquiry(cast), an_enquiry(cast), a_ticket(cast), an_enquiry(cast)
    resolve_ticket(answered, NewMessage("See our price list."), by=cast.ona)
    cancel_ticket(cancelled, "Not needed any more", by=cast.jonas)
    classify(incident, Classification("A question about prices", TicketType.ENQUIRY), by=cast.ona)
    classify(other, Classification("It was broken", TicketType.INCIDENT), by=cast.ona)
    run_all()
    assert row(answered).state is EnquiryState.ANSWERED
    assert row(cancelled).state is EnquiryState.WITHDRAWN
    assert row(other).state is EnquiryState.WITHDRAWN
    assert row(incident).state is EnquiryState.RECEIVED
    assert due(answered) == due(cancelled) == due(other) == {}

    reopen_ticket(answered, "They ask again", by=cast.ona)
    run_all()
    assert (row(answered).state, DutyKind.QUOTATION in due(answered)) == (EnquiryState.CLARIFYING, True)
    classify(other, Classification("An enquiry after all", TicketType.ENQUIRY), by=cast.ona)
    run_all()
    assert (row(other).state, other.status) == (EnquiryState.CLARIFYING, Status.OPEN)


def test_what_is_due_goes_with_the_ticket_to_whoever_takes_it(cast: Cast) -> None:
    ticket = an_enquiry(cast)
    take(ticket, by=cast.ona)
    run_all()
    [duty] = duties_of(("enquiry", row(ticket).id))
    assert duty.owner_id == cast.ona.operator_id


def test_an_enquiry_without_its_row_yet_is_shown_as_received(cast: Cast) -> None:
    ticket = a_ticket(cast, type=TicketType.ENQUIRY)
    shown = enquiry_of(ticket)
    assert shown is not None
    assert shown.enquiry.state is EnquiryState.RECEIVED
    quote(ticket, OFFER, by=cast.ona)
    run_all()
    assert row(ticket).state is EnquiryState.QUOTED
    assert enquiry_of(a_ticket(cast)) is None


def test_lists_hold_only_what_one_sees(cast: Cast) -> None:
    first, second = an_enquiry(cast), an_enquiry(cast, requester=cast.marek)
    lose_enquiry(second, "Too dear", by=cast.ona)
    assert [shown.ticket.id for shown in list_enquiries(for_=cast.ona).rows] == [first.id]
    assert len(list_enquiries(for_=cast.vera, states=None).rows) == 2
    assert list_enquiries(for_=cast.giedrius).rows == []
    for client in (cast.jonas, cast.marek):
        with pytest.raises(DomainError):
            list_enquiries(for_=client)


@pytest.mark.parametrize(("change", "field"), [
    ({"what": "  "}, "what"), ({"what": "x" * 251}, "what"), ({"amount_cents": -1}, "amount_cents"),
    ({"amount_cents": 10**13}, "amount_cents"), ({"currency": "Euro"}, "currency"),
    ({"valid_until": date(2026, 3, 1)}, "valid_until"), ({"valid_until": date(9999, 1, 1)}, "valid_until"),
    ({"text": "x" * 20_001}, "text"),
])  # fmt: skip
def test_a_wrong_quotation_is_refused_whole(cast: Cast, change: dict[str, Any], field: str) -> None:
    ticket = an_enquiry(cast)
    with pytest.raises(Invalid) as refused:
        quote(ticket, NewQuotation(**(OFFER.__dict__ | change)), by=cast.ona)
    assert list(refused.value.errors) == [field]
    assert quotations_of(row(ticket).id) == []


def test_what_cannot_be_is_refused(cast: Cast) -> None:
    ticket, incident = an_enquiry(cast), a_ticket(cast)
    with pytest.raises(Conflict):
        win_enquiry(incident, by=cast.ona)
    with pytest.raises(Conflict):
        send_summary(ticket, NewMessage("Of what?"), by=cast.ona)
    for met_at in (now() + timedelta(minutes=1), datetime(2020, 1, 1, tzinfo=UTC)):
        with pytest.raises(Invalid):
            record_meeting(ticket, met_at, by=cast.ona)
    for specialist_id in (cast.giedrius.operator_id, 999_999):  # the third line is protected
        with pytest.raises(Invalid):
            qualify_enquiry(ticket, EnquiryKind.QUOTATION, is_complex=True, specialist_id=specialist_id, by=cast.ona)
    with pytest.raises(Invalid):
        lose_enquiry(ticket, " ", by=cast.ona)
    for stranger in (cast.jonas, cast.giedrius, cast.vera):
        with pytest.raises(Forbidden):
            quote(ticket, OFFER, by=stranger)
