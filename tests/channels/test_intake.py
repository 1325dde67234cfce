"""A mail of a person becomes a ticket or a reply, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, select

from helpdesk.channels import email
from helpdesk.channels.base import MailOutcome
from helpdesk.config import Config
from helpdesk.core.db import db, writing
from helpdesk.core.files import FileStore
from helpdesk.core.jobs import Job
from helpdesk.core.times import now
from helpdesk.mail import outbound
from helpdesk.mail.inbound import Unreadable
from helpdesk.models.mail import MailResult, ReceivedMail
from helpdesk.models.messages import Message, MessageKind
from helpdesk.models.people import Contact
from helpdesk.models.tickets import Channel, LinkKind, Status, Ticket
from helpdesk.people.organisations import confirm_contact
from helpdesk.tickets.classification import watch
from helpdesk.tickets.linking import links_of, merge_tickets
from helpdesk.tickets.queries import parse_number
from helpdesk.tickets.resolution import accept_resolution
from tests.cast import Cast
from tests.channels.conftest import a_mail
from tests.factories import a_ticket, facts


def the_ticket(outcome: MailOutcome) -> Ticket:
    assert outcome.number is not None
    return db.session.get_one(Ticket, parse_number(outcome.number))


def messages(ticket: Ticket) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.ticket_id == ticket.id).order_by(Message.id)))


def how_many(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def letter_about(ticket: Ticket) -> str:
    return outbound.message_id(ticket.id, "7-reply")


def test_a_mail_of_a_client_opens_a_ticket_with_their_words(cast: Cast) -> None:
    outcome = email.receive(a_mail("The printer prints nothing.", subject="Printer"))

    assert outcome.result is MailResult.CREATED
    ticket = the_ticket(outcome)
    assert (ticket.subject, ticket.channel, ticket.requester_id) == ("Printer", Channel.EMAIL, cast.jonas.contact_id)
    assert ticket.organisation_id == cast.klinika.id
    assert [m.text for m in messages(ticket)] == ["The printer prints nothing."]
    assert facts(ticket)[0] == "TicketOpened"


def test_the_client_is_told_that_we_have_it(cast: Cast) -> None:
    email.receive(a_mail())

    letters = select(Job.kind).where(Job.kind.startswith("letters."))
    assert db.session.scalars(letters).all() == ["letters.acknowledgement"]


def test_the_raw_mail_is_kept_and_stands_behind_its_message(cast: Cast, config: Config) -> None:
    raw = a_mail()

    ticket = the_ticket(email.receive(raw))

    kept = db.session.scalars(select(ReceivedMail)).one()
    with FileStore(config.attachments).open(kept.digest) as content:
        assert content.read() == raw
    assert (kept.ticket_id, kept.sender) == (ticket.id, "jonas@klinika.example")
    assert messages(ticket)[0].received_mail_id == kept.id


def test_the_time_of_a_mail_is_its_receipt_whatever_it_says(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail(Date="Thu, 01 Jan 1998 00:00:00 +0000")))

    assert ticket.opened_at == now()


def test_an_address_is_known_however_it_is_spelt(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail(sender="Jonas <JONAS@Klinika.Example>")))

    assert ticket.requester_id == cast.jonas.contact_id


def test_a_stranger_becomes_an_unverified_contact_without_organisation(cast: Cast) -> None:
    ticket = the_ticket(
        email.receive(a_mail("Laba diena, spausdintuvas nebeveikia.", sender="Ieva <ieva@klinika.example>"))
    )

    contact = db.session.get_one(Contact, ticket.requester_id)
    assert (contact.name, contact.email, contact.is_verified) == ("Ieva", "ieva@klinika.example", False)
    assert (contact.organisation_id, ticket.organisation_id) == (None, None)


def test_we_write_to_a_stranger_in_the_language_of_their_mail(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail("Принтер ничего не печатает.", sender="oleg@elsewhere.example")))

    assert (ticket.language, ticket.requester.language) == ("ru", "ru")


def test_a_second_mail_of_a_stranger_is_of_the_same_contact(cast: Cast) -> None:
    first = the_ticket(email.receive(a_mail(sender="oleg@elsewhere.example")))
    second = the_ticket(email.receive(a_mail(sender="Oleg <Oleg@elsewhere.example>")))

    assert second.id != first.id
    assert second.requester_id == first.requester_id


def test_an_answer_to_our_letter_becomes_a_reply(cast: Cast) -> None:
    ticket = a_ticket(cast, status=Status.WAITING_CLIENT)

    outcome = email.receive(a_mail("It is the blue one.", subject="Re: Printer", In_Reply_To=letter_about(ticket)))

    assert outcome == MailOutcome(MailResult.REPLY, ticket.number)
    assert messages(ticket)[-1].text == "It is the blue one."
    assert ticket.status is Status.OPEN


def test_only_what_is_new_stands_in_the_reply_and_the_whole_beside_it(cast: Cast) -> None:
    ticket = a_ticket(cast)
    text = "It is the blue one.\n\nOn Mon, 2 Mar 2026 at 09:00, Service desk wrote:\n> Which one is it?\n"

    email.receive(a_mail(text, In_Reply_To=letter_about(ticket)))

    said = messages(ticket)[-1]
    assert said.text == "It is the blue one."
    assert "Which one is it?" in (said.full_text or "")


def test_what_somebody_forwards_is_kept_in_a_new_ticket(cast: Cast) -> None:
    forwarded = "-----Original Message-----\nFrom: Petras\nSubject: Scales\n\nThe scales show 3 kg too much."
    text = f"Please help him.\n\n{forwarded}"

    ticket = the_ticket(email.receive(a_mail(text, subject="FW: Scales")))

    assert "The scales show 3 kg too much." in messages(ticket)[0].text


def test_the_number_in_the_subject_is_enough_for_the_requester(cast: Cast) -> None:
    ticket = a_ticket(cast)

    outcome = email.receive(a_mail(subject=f"About the printer [{ticket.number}]"))

    assert outcome == MailOutcome(MailResult.REPLY, ticket.number)


def test_the_number_in_the_subject_is_enough_for_the_supervisor(cast: Cast) -> None:
    ticket = a_ticket(cast)

    outcome = email.receive(a_mail(sender="lena@klinika.example", subject=f"[{ticket.number}]"))

    assert outcome == MailOutcome(MailResult.REPLY, ticket.number)
    assert messages(ticket)[-1].author_id == cast.lena.contact_id


def test_the_number_in_the_subject_is_enough_for_a_watcher(cast: Cast) -> None:
    ticket = a_ticket(cast)
    watch(ticket, True, by=cast.ona, account_id=cast.egle.account_id)

    outcome = email.receive(a_mail(sender="egle@klinika.example", subject=f"[{ticket.number}]"))

    assert outcome.result is MailResult.REPLY


def test_the_number_in_the_subject_opens_nothing_to_a_stranger(cast: Cast) -> None:
    ticket = a_ticket(cast)

    outcome = email.receive(a_mail(sender="marek@strangers.example", subject=f"Re: [{ticket.number}] Printer"))

    assert outcome.result is MailResult.CREATED
    assert outcome.number != ticket.number
    assert len(messages(ticket)) == 1
    assert links_of(the_ticket(outcome)) == []


@pytest.mark.parametrize("sender", ["marek@strangers.example", "nobody@elsewhere.example", "egle@klinika.example"])
def test_who_answers_anothers_letter_gets_a_ticket_of_their_own(cast: Cast, sender: str) -> None:
    ticket = a_ticket(cast)

    outcome = email.receive(a_mail("I got this forwarded.", sender=sender, In_Reply_To=letter_about(ticket)))

    assert (outcome.result, outcome.reason) == (MailResult.CREATED, "not_their_ticket")
    own = the_ticket(outcome)
    assert own.requester.email == sender
    assert [(link.kind, other) for link, other in links_of(own)] == [(LinkKind.RELATED, ticket.id)]
    assert [m.kind for m in messages(own)] == [MessageKind.REPLY, MessageKind.NOTE]
    assert len(messages(ticket)) == 1


def test_a_forged_reference_leads_nowhere(cast: Cast) -> None:
    ticket = a_ticket(cast, requester=cast.marek)
    genuine = letter_about(ticket)
    for forged in (
        genuine.replace(f"ticket.{ticket.id}.", f"ticket.{ticket.id + 1}."),
        genuine.replace(".7-reply.", ".8-reply."),
        f"<ticket.{ticket.id}.7-reply.{'0' * 16}@desk.example>",
    ):
        outcome = email.receive(a_mail(References=forged))

        assert outcome.result is MailResult.CREATED
        assert links_of(the_ticket(outcome)) == []
    assert len(messages(ticket)) == 1


def test_a_reference_to_a_ticket_that_never_was_opens_a_new_one(cast: Cast) -> None:
    outcome = email.receive(a_mail(In_Reply_To=outbound.message_id(987_654, "7-reply")))

    assert (outcome.result, outcome.reason) == (MailResult.CREATED, "")


def test_a_reply_to_a_merged_ticket_follows_to_where_it_went(cast: Cast) -> None:
    ticket, target = a_ticket(cast), a_ticket(cast)
    merge_tickets(ticket, target, by=cast.ona)

    outcome = email.receive(a_mail("More about it.", In_Reply_To=letter_about(ticket)))

    assert outcome == MailOutcome(MailResult.REPLY, target.number)
    assert messages(target)[-1].text == "More about it."


def test_a_reply_after_the_reopen_window_opens_the_ticket_that_follows(
    cast: Cast, at: Callable[[str], AbstractContextManager[None]]
) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)
    accept_resolution(ticket, by=cast.jonas)

    with at("2026-04-20 10:00"):
        outcome = email.receive(a_mail("It is back.", In_Reply_To=letter_about(ticket)))

    assert (outcome.result, outcome.reason) == (MailResult.CREATED, "follow_up")
    following = the_ticket(outcome)
    assert [(link.kind, other) for link, other in links_of(following)] == [(LinkKind.FOLLOW_UP_OF, ticket.id)]
    assert messages(following)[0].received_mail_id is not None


def test_a_mere_thank_you_reopens_nothing(cast: Cast) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)

    outcome = email.receive(a_mail("Thank you!", In_Reply_To=letter_about(ticket)))

    assert outcome == MailOutcome(MailResult.REPLY, ticket.number)
    assert ticket.status is Status.RESOLVED


def test_files_come_with_the_message(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail(files={"../till.log": b"error 17", "photo.png": b"\x89PNG\r\n\x1a\n"})))

    assert [(f.filename, f.size) for f in messages(ticket)[0].attachments] == [("till.log", 8), ("photo.png", 8)]


def test_a_file_that_is_too_large_is_left_out_and_named(cast: Cast, config: Config) -> None:
    large = b"x" * (config.max_attachment_mb * 1_000_000 + 1)

    ticket = the_ticket(email.receive(a_mail(files={"video.bin": large, "till.log": b"error 17"})))

    request, note = messages(ticket)
    assert [f.filename for f in request.attachments] == ["till.log"]
    assert note.kind is MessageKind.NOTE
    assert "video.bin" in note.text


def test_files_for_which_the_ticket_has_no_room_are_left_out_and_named(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = the_ticket(email.receive(a_mail(files={"first.bin": b"x" * 900_000})))
    monkeypatch.setattr("helpdesk.channels.email.MEGABYTE", 10_000)

    outcome = email.receive(
        a_mail(
            "More.", files={"large.bin": b"y" * 200_000, "small.bin": b"z" * 90_000}, In_Reply_To=letter_about(ticket)
        )
    )

    assert outcome.result is MailResult.REPLY
    _request, said, note = messages(ticket)
    assert [f.filename for f in said.attachments] == ["small.bin"]
    assert "large.bin" in note.text


def test_the_same_mail_twice_changes_nothing(cast: Cast) -> None:
    raw = a_mail()
    first = email.receive(raw)

    assert email.receive(raw) == MailOutcome(MailResult.CREATED, first.number, "duplicate")
    assert (how_many(Ticket), how_many(Message), how_many(ReceivedMail)) == (1, 1, 1)
    assert len(set(db.session.scalars(select(Job.kind)))) == how_many(Job)  # each thing follows once


def test_the_same_mail_by_another_way_changes_nothing(cast: Cast) -> None:
    raw = a_mail(Message_ID="<one@mail.example>")
    first = email.receive(raw)

    again = email.receive(b"Received: from relay.example by mx.desk.example; Mon, 2 Mar 2026 08:00:00 +0000\r\n" + raw)

    assert again == MailOutcome(MailResult.CREATED, first.number, "duplicate")
    assert how_many(Ticket) == 1


def test_another_senders_mail_with_the_same_id_is_another_mail(cast: Cast) -> None:
    first = email.receive(a_mail(Message_ID="<one@mail.example>"))
    second = email.receive(a_mail(sender="marek@strangers.example", Message_ID="<one@mail.example>"))

    assert (second.result, second.reason) == (MailResult.CREATED, "")
    assert second.number != first.number


def test_two_mails_without_id_are_two(cast: Cast) -> None:
    email.receive(a_mail("One thing.", Message_ID=""))
    email.receive(a_mail("Another thing.", Message_ID=""))

    assert how_many(Ticket) == 2


def test_a_mail_without_sender_is_held_back(cast: Cast) -> None:
    outcome = email.receive(a_mail(sender=""))

    assert outcome == MailOutcome(MailResult.QUARANTINED, None, "no_sender")
    assert how_many(Ticket) == 0


def test_a_mail_in_our_own_name_is_held_back(cast: Cast) -> None:
    assert email.receive(a_mail(sender="Desk@desk.example")).reason == "own_address"


def test_thirty_tickets_of_a_stranger_within_an_hour_are_enough(
    cast: Cast, at: Callable[[str], AbstractContextManager[None]]
) -> None:
    taken = [email.receive(a_mail(sender="oleg@elsewhere.example")).result for _n in range(30)]

    held = email.receive(a_mail(sender="oleg@elsewhere.example"))
    with at("2026-03-02 10:01"):
        later = email.receive(a_mail(sender="oleg@elsewhere.example"))

    assert set(taken) == {MailResult.CREATED}
    assert held == MailOutcome(MailResult.QUARANTINED, None, "flood")
    assert later.result is MailResult.CREATED


def test_a_client_whom_we_know_may_send_as_many_as_they_need(cast: Cast) -> None:
    stranger = the_ticket(email.receive(a_mail(sender="oleg@elsewhere.example"))).requester
    confirm_contact(stranger, cast.klinika.id, by=cast.ona)

    results = {email.receive(a_mail(sender="oleg@elsewhere.example")).result for _n in range(35)}

    assert results == {MailResult.CREATED}


def test_a_stranger_may_still_reply_on_the_tickets_they_have(cast: Cast) -> None:
    numbers = [email.receive(a_mail(sender="oleg@elsewhere.example")).number for _n in range(30)]

    outcome = email.receive(a_mail(sender="oleg@elsewhere.example", subject=f"[{numbers[0]}]"))

    assert outcome.result is MailResult.REPLY


def test_a_mail_without_words_is_taken_by_its_subject(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail("", subject="Please call me")))

    assert messages(ticket)[0].text == "Please call me"


def test_a_mail_without_subject_is_named_by_its_first_line(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail("The door is open.\nAnd it is cold.", subject="")))

    assert ticket.subject == "The door is open."


def test_a_mail_with_nothing_in_it_is_still_a_ticket(cast: Cast) -> None:
    ticket = the_ticket(email.receive(a_mail("", subject="")))

    assert ticket.subject
    assert messages(ticket)[0].text


def test_a_reply_without_words_is_still_a_reply(cast: Cast) -> None:
    ticket = a_ticket(cast)

    outcome = email.receive(a_mail("", subject="", In_Reply_To=letter_about(ticket)))

    assert outcome.result is MailResult.REPLY


def test_a_very_long_mail_is_taken_in_with_its_beginning(cast: Cast) -> None:
    ticket = a_ticket(cast)

    email.receive(a_mail("long" * 500_000, In_Reply_To=letter_about(ticket)))

    said = messages(ticket)[-1]
    assert len(said.text) == 200_000
    assert len(said.full_text or "") == 1_000_000


def test_control_characters_never_reach_the_database(cast: Cast) -> None:
    raw = (
        b"From: =?utf-8?q?Jo=00nas=1b=5b31m?= <jonas@klinika.example>\r\nSubject: =?utf-8?q?Print=00er=07?=\r\n"
        b"Message-ID: <a\x00b@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        b"Blank\x00 \x1blabels\xed\xa0\x80.\r\n"
    )

    ticket = the_ticket(email.receive(raw))

    kept = db.session.scalars(select(ReceivedMail)).one()
    said = " ".join([ticket.subject, messages(ticket)[0].text, kept.subject, kept.message_id or ""])
    assert not set(said) & {"\0", "\x1b", "\x07"}
    assert not any("\ud800" <= c <= "\udfff" for c in said)


def test_a_monstrous_message_id_is_known_again(cast: Cast) -> None:
    monster = f"Message-ID: <{'字' * 940}@mail.example>\r\n".encode()
    raw = monster + a_mail(Message_ID="")

    first = email.receive(raw)
    again = email.receive(b"X-Way: 2\r\n" + raw)

    assert again == MailOutcome(MailResult.CREATED, first.number, "duplicate")


def test_a_mail_that_is_too_large_is_refused(cast: Cast) -> None:
    with pytest.raises(Unreadable, match="too_large"):
        email.receive(a_mail() + b"x" * email.LARGEST)


@pytest.mark.parametrize("raw", [b"", b" \r\n", b"\r\n\r\nno header at all"])
def test_what_is_no_mail_is_refused_and_not_kept(cast: Cast, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        email.receive(raw)

    assert how_many(ReceivedMail) == 0


def test_a_failure_on_the_way_leaves_nothing_behind(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = a_mail(sender="oleg@elsewhere.example")
    contacts = how_many(Contact)
    with monkeypatch.context() as broken:
        broken.setattr("helpdesk.channels.email.open_ticket", None)
        with pytest.raises(TypeError):
            email.receive(raw)
    assert (how_many(ReceivedMail), how_many(Contact)) == (0, contacts)

    assert email.receive(raw).result is MailResult.CREATED


def test_a_mail_is_safe_to_give_while_the_caller_writes(cast: Cast) -> None:
    with writing():
        outcome = email.receive(a_mail(files={"till.log": b"error 17"}))

    assert outcome.result is MailResult.CREATED
