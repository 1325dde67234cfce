"""Two mail servers at once: what is one mail stays one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from helpdesk.channels import email
from helpdesk.channels.base import MailOutcome
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.models.mail import ReceivedMail
from helpdesk.models.messages import Message
from helpdesk.models.people import Contact
from helpdesk.models.tickets import Ticket
from tests.channels.conftest import a_mail

AT_ONCE = 6


def all_at_once(app: Flask, raws: list[bytes]) -> list[MailOutcome]:
    barrier = Barrier(len(raws))

    def receive(raw: bytes) -> MailOutcome:
        with app.app_context():
            barrier.wait()
            return email.receive(raw)

    with ThreadPoolExecutor(len(raws)) as pool:
        return list(pool.map(receive, raws))


def counted(app: Flask, *queries: Callable[[], object]) -> list[object]:
    with app.app_context():
        return [query() for query in queries]


def rows(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def acknowledgements() -> int:
    told = select(func.count()).select_from(Job).where(Job.kind == "letters.acknowledgement")
    return db.session.scalar(told) or 0


def test_the_same_mail_at_once_is_one_ticket(working_desk: Flask) -> None:
    raw = a_mail(sender="oleg@elsewhere.example")

    outcomes = all_at_once(working_desk, [raw] * AT_ONCE)

    assert len({outcome.number for outcome in outcomes}) == 1
    assert sorted(outcome.reason for outcome in outcomes) == ["", *["duplicate"] * (AT_ONCE - 1)]
    with working_desk.app_context():
        assert (rows(Ticket), rows(Message), rows(ReceivedMail), acknowledgements()) == (1, 1, 1, 1)


def test_the_same_mail_by_several_ways_at_once_is_one_ticket(working_desk: Flask) -> None:
    raw = a_mail(Message_ID="<one@mail.example>")

    all_at_once(working_desk, [b"X-Way: %d\r\n" % n + raw for n in range(AT_ONCE)])

    with working_desk.app_context():
        assert (rows(Ticket), rows(ReceivedMail)) == (1, 1)


def test_a_stranger_who_writes_several_mails_at_once_is_one_contact(working_desk: Flask) -> None:
    all_at_once(working_desk, [a_mail(sender="oleg@elsewhere.example") for _n in range(AT_ONCE)])

    with working_desk.app_context():
        strangers = select(func.count()).where(Contact.email == "oleg@elsewhere.example")
        assert db.session.scalar(strangers) == 1
        assert rows(Ticket) == AT_ONCE


def test_mails_of_many_people_at_once_are_all_taken_in(working_desk: Flask) -> None:
    all_at_once(working_desk, [a_mail(sender=f"person{n}@elsewhere.example") for n in range(AT_ONCE)])

    with working_desk.app_context():
        assert (rows(Ticket), acknowledgements()) == (AT_ONCE, AT_ONCE)
