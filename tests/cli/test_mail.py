"""`threeline mail receive`: what a mail server hands over, and how it is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from helpdesk.core.db import db
from helpdesk.models.tickets import Ticket
from tests.cast import Cast
from tests.channels.conftest import a_mail
from tests.cli.conftest import Threeline, typed
from tests.factories import a_ticket


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_a_mail_on_standard_input_becomes_a_ticket(threeline: Threeline, cast: Cast) -> None:
    told = threeline("mail", "receive", given=a_mail())

    assert told.code == 0
    assert told.document["result"] == "created"
    assert told.document["number"].startswith("T-")
    assert told.document["reason"] is None
    assert told.out.count("\n") == 1


def test_a_mail_in_a_file_becomes_a_reply(threeline: Threeline, cast: Cast, tmp_path: Path) -> None:
    ticket = a_ticket(cast)
    (tmp_path / "mail.eml").write_bytes(a_mail(subject=f"[{ticket.number}]"))

    told = threeline("mail", "receive", str(tmp_path / "mail.eml"))

    assert told.document == {"result": "reply", "number": ticket.number, "reason": None}


def test_the_same_mail_again_is_told_and_changes_nothing(threeline: Threeline, cast: Cast) -> None:
    raw = a_mail()
    first = threeline("mail", "receive", "-", given=raw).document

    told = threeline("mail", "receive", "-", given=raw)

    assert (told.code, told.document) == (0, first | {"reason": "duplicate"})
    assert tickets() == 1


def test_what_is_ignored_or_held_back_is_told(threeline: Threeline, cast: Cast) -> None:
    ignored = threeline("mail", "receive", given=a_mail(Precedence="bulk"))
    held = threeline("mail", "receive", given=a_mail(sender=""))

    assert (ignored.code, ignored.document) == (0, {"result": "ignored", "number": None, "reason": "auto_reply"})
    assert (held.code, held.document) == (0, {"result": "quarantined", "number": None, "reason": "no_sender"})


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\r\nno header"])
def test_what_is_no_mail_ends_with_65(threeline: Threeline, cast: Cast, raw: bytes) -> None:
    told = threeline("mail", "receive", given=raw)

    assert (told.code, told.out) == (65, "")
    assert told.err.startswith("threeline: ")


def test_a_mail_that_is_too_large_ends_with_65(threeline: Threeline, cast: Cast) -> None:
    told = threeline("mail", "receive", given=a_mail() + b"x" * 36_000_000)

    assert told.code == 65
    assert "too large" in told.err


def test_a_file_that_is_not_there_ends_with_66(threeline: Threeline, cast: Cast, tmp_path: Path) -> None:
    assert threeline("mail", "receive", str(tmp_path / "none.eml")).code == 66


@pytest.mark.parametrize(
    "failure",
    [
        OperationalError("INSERT", {}, Exception("database is locked")),
        OSError(28, "No space left on device"),
        RuntimeError("a fault of ours"),
    ],
    ids=["busy", "full", "fault"],
)
def test_whatever_fails_on_the_way_ends_with_75_and_loses_nothing(
    threeline: Threeline, cast: Cast, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    raw = a_mail()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr("helpdesk.channels.email.open_ticket", fail)
        told = threeline("mail", "receive", given=raw)

    assert (told.code, told.out) == (75, "")
    assert tickets() == 0
    assert threeline("mail", "receive", given=raw).document["result"] == "created"


def test_a_mail_for_a_desk_that_is_not_there_ends_with_78(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("THREELINE_HOME", str(tmp_path))

    assert typed(None, "mail", "receive", given=a_mail()).code == 78


def test_a_mail_is_taken_in_for_good(working_desk: Flask) -> None:
    typed(working_desk, "mail", "receive", given=a_mail())

    with working_desk.app_context():
        assert tickets() == 1
