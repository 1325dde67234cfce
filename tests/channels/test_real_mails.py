"""Raw mails that nobody here wrote: each is taken in or refused with a reason, and leaves the desk consistent."""

from __future__ import annotations

import tarfile
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import String, Text, select

from helpdesk.channels import email
from helpdesk.core.db import db
from helpdesk.mail.inbound import Unreadable
from helpdesk.models.mail import MailResult, ReceivedMail
from helpdesk.models.messages import Attachment, Message
from helpdesk.models.people import Contact
from helpdesk.models.tickets import Ticket
from tests.cast import Cast

MAILS = 104
CONTROLS = {chr(n) for n in (*range(32), *range(127, 160))} - {"\n", "\t"}


@pytest.fixture(scope="session")
def raw_mails(shared_data: Path) -> dict[str, bytes]:
    with tarfile.open(shared_data / "mail_fixtures.tar.xz") as tar:
        members = [m for m in tar if m.isfile() and not m.name.endswith("LICENSE.txt")]
        return {m.name: tar.extractfile(m).read() for m in members}  # type: ignore[union-attr]


def outcomes(raw_mails: dict[str, bytes]) -> Counter[str]:
    results: Counter[str] = Counter()
    for raw in raw_mails.values():
        try:
            outcome = email.receive(raw)
        except Unreadable as error:
            results[f"unreadable: {error.reason}"] += 1
        else:
            results[outcome.reason if outcome.reason == "duplicate" else outcome.result.value] += 1
    return results


def test_every_real_mail_finds_its_way(cast: Cast, raw_mails: dict[str, bytes]) -> None:
    assert len(raw_mails) == MAILS

    results = outcomes(raw_mails)

    kept = db.session.scalars(select(ReceivedMail)).all()
    empty = sum(not raw.strip() for raw in raw_mails.values())
    assert results["unreadable: empty"] == empty
    assert len(kept) == MAILS - empty - results["duplicate"]
    # Many of them are variants of a few, with the Message-ID and the sender of the original.
    assert results["duplicate"] < 35
    assert results["created"] > 60
    for mail in kept:
        assert (mail.ticket_id is not None) == (mail.result is MailResult.CREATED)


def test_a_second_round_changes_nothing(cast: Cast, raw_mails: dict[str, bytes]) -> None:
    outcomes(raw_mails)
    before = [db.session.scalars(select(model.id)).all() for model in (Ticket, Message, Contact, ReceivedMail)]

    again = outcomes(raw_mails)

    assert again["duplicate"] == sum(bool(raw.strip()) for raw in raw_mails.values())
    assert [db.session.scalars(select(model.id)).all() for model in (Ticket, Message, Contact, ReceivedMail)] == before


def test_no_real_mail_brings_control_characters_along(cast: Cast, raw_mails: dict[str, bytes]) -> None:
    outcomes(raw_mails)

    for model in (Ticket, Message, Contact, ReceivedMail, Attachment):
        texts = [c for c in model.__table__.columns if isinstance(c.type, String | Text)]
        for row in db.session.execute(select(*texts)):
            for text in row:
                assert not set(text or "") & CONTROLS, (model, text)
