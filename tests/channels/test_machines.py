"""What machines send is ignored, and no machine is ever answered."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from helpdesk.channels import email
from helpdesk.channels.base import MailOutcome
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.core.journal import Entry
from helpdesk.jobs.worker import run_all
from helpdesk.mail import outbound
from helpdesk.mail.outbound import Letter
from helpdesk.mail.transport import FolderTransport
from helpdesk.models.mail import MailResult, ReceivedMail
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Status, Ticket
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from sla.models import Clock, ClockKind, ClockState
from tests.cast import Cast
from tests.channels.conftest import a_bounce, a_mail
from tests.factories import a_ticket, facts


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def letters_sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Run the worker; the letters as they left."""
    sent: list[bytes] = []
    monkeypatch.setattr(FolderTransport, "send", lambda self, letter: sent.append(letter.as_bytes()))
    run_all()
    return sent


def letter_with(ticket: Ticket, fact: str) -> str:
    """The Message-ID of the letter that told this fact."""
    query = select(Entry).where(Entry.subject_id == ticket.id, Entry.fact == fact).order_by(Entry.id.desc())
    entry = db.session.scalars(query).first()
    assert entry is not None
    name = {"ReplySent": "reply", "TicketResolved": "resolved", "TicketOpened": "acknowledgement"}[fact]
    return outbound.message_id(ticket.id, f"{entry.id}-{name}")


def first_response(ticket: Ticket) -> Clock:
    query = select(Clock).where(Clock.subject_id == ticket.id, Clock.kind == ClockKind.FIRST_RESPONSE)
    return db.session.scalars(query).one()


def test_our_own_letter_that_comes_back_is_ignored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    email.receive(a_mail())
    (letter,) = letters_sent(monkeypatch)

    assert email.receive(letter) == MailOutcome(MailResult.IGNORED, None, "own_letter")
    assert tickets() == 1


def test_two_desks_do_not_keep_each_other_busy(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    email.receive(a_mail(sender="desk@other.example"))
    (letter,) = letters_sent(monkeypatch)
    foreign = letter.replace(outbound.desk_id().encode(), b"0123456789abcdef")
    foreign = foreign.replace(b"desk@desk.example", b"desk@other.example")

    outcome = email.receive(foreign)

    assert outcome == MailOutcome(MailResult.IGNORED, None, "auto_reply")
    assert letters_sent(monkeypatch) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; type=status"},
        {"X_Auto_Response_Suppress": "All"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
    ],
)
def test_an_automatic_reply_is_ignored_even_on_its_ticket(cast: Cast, headers: dict[str, str]) -> None:
    ticket = a_ticket(cast, status=Status.WAITING_CLIENT)
    reference = outbound.message_id(ticket.id, "7-reply")

    outcome = email.receive(a_mail("I am on holiday.", In_Reply_To=reference, **headers))

    assert outcome == MailOutcome(MailResult.IGNORED, None, "auto_reply")
    assert ticket.status is Status.WAITING_CLIENT


def test_a_person_who_writes_about_being_away_is_no_machine(cast: Cast) -> None:
    assert email.receive(a_mail(subject="Out of office from Monday", Auto_Submitted="no")).result is MailResult.CREATED


def test_files_of_a_machine_are_not_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.channels.email.store_upload", None)

    outcome = email.receive(a_mail(files={"advert.pdf": b"buy"}, Precedence="bulk"))

    assert outcome.reason == "auto_reply"


def test_a_reply_that_came_back_for_good_counts_as_not_sent(cast: Cast) -> None:
    ticket = a_ticket(cast)
    reply = reply_to_client(ticket, NewMessage("Clean the print head."), by=cast.ona)
    assert first_response(ticket).state is ClockState.MET

    outcome = email.receive(a_bounce(letter_with(ticket, "ReplySent")))

    assert outcome == MailOutcome(MailResult.IGNORED, ticket.number, "bounce")
    assert reply.delivery_failed_at is not None
    assert first_response(ticket).state is ClockState.RUNNING
    assert facts(ticket)[-1] == "DeliveryFailed"


def test_a_solution_that_came_back_for_good_counts_as_not_sent(cast: Cast) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)

    email.receive(a_bounce(letter_with(ticket, "TicketResolved")))

    assert facts(ticket)[-1] == "DeliveryFailed"


@pytest.mark.parametrize(("status", "action"), [("4.2.2", "delayed"), ("4.4.1", "failed"), ("5.2.2", "delayed")])
def test_a_letter_that_is_only_late_changes_nothing(cast: Cast, status: str, action: str) -> None:
    ticket = a_ticket(cast, status=Status.OPEN)

    outcome = email.receive(a_bounce(letter_with(ticket, "ReplySent"), status=status, action=action))

    assert outcome.reason == "bounce"
    assert "DeliveryFailed" not in facts(ticket)


def test_an_acknowledgement_that_came_back_takes_back_no_message(cast: Cast) -> None:
    ticket = a_ticket(cast)

    outcome = email.receive(a_bounce(letter_with(ticket, "TicketOpened")))

    assert outcome == MailOutcome(MailResult.IGNORED, ticket.number, "bounce")
    assert db.session.scalars(select(Message.delivery_failed_at)).all() == [None]


def test_a_bounce_of_a_forged_letter_changes_nothing(cast: Cast) -> None:
    ticket = a_ticket(cast, status=Status.OPEN)
    genuine = letter_with(ticket, "ReplySent")
    forged = genuine.replace(genuine.split(".")[3][:16], "0" * 16)

    outcome = email.receive(a_bounce(forged))

    assert outcome == MailOutcome(MailResult.IGNORED, None, "bounce")
    assert "DeliveryFailed" not in facts(ticket)


def test_a_bounce_names_only_a_letter_of_its_own_ticket(cast: Cast) -> None:
    ticket, other = a_ticket(cast, status=Status.OPEN), a_ticket(cast)
    entry_of_first = letter_with(ticket, "ReplySent").split(".")[2]

    outcome = email.receive(a_bounce(outbound.message_id(other.id, entry_of_first)))

    assert outcome.number == other.number
    assert "DeliveryFailed" not in facts(ticket)


def test_the_same_bounce_twice_is_one(cast: Cast) -> None:
    ticket = a_ticket(cast, status=Status.OPEN)
    bounce = a_bounce(letter_with(ticket, "ReplySent"))

    email.receive(bounce)
    again = email.receive(bounce)

    assert again == MailOutcome(MailResult.IGNORED, ticket.number, "duplicate")
    assert facts(ticket).count("DeliveryFailed") == 1


def test_what_is_ignored_is_kept_and_enqueues_nothing(cast: Cast) -> None:
    email.receive(a_mail(Precedence="bulk"))

    assert db.session.scalars(select(ReceivedMail.result)).all() == [MailResult.IGNORED]
    assert db.session.scalars(select(Job)).all() == []


def test_what_a_channel_delivers_is_a_letter(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk.channels import CHANNELS
    from helpdesk.core.times import now

    sent: list[str] = []
    monkeypatch.setattr(FolderTransport, "send", lambda self, letter: sent.append(str(letter["To"])))
    letter = Letter("1-reply", "Jonas", "jonas@klinika.example", "en", "Printer", "Hello", "<p>Hello</p>", now())

    for channel in CHANNELS:
        channel.deliver(letter)

    assert sent == ["Jonas <jonas@klinika.example>"] * len(CHANNELS)
