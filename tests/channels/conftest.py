"""Mails as they come in, and a desk whose transactions are real."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from flask import Flask

from tests.cli.desks import a_working_desk

_ids = count(1)


def a_mail(
    text: str = "The printer prints nothing.", *, sender: str = "jonas@klinika.example", subject: str = "Printer",
    files: dict[str, bytes] | None = None, **headers: str,
) -> bytes:  # fmt: skip
    """A raw mail to the desk; further headers by name, with _ for -."""
    mail = EmailMessage()
    headers = {"Message-ID": f"<{next(_ids)}@mail.example>"} | {k.replace("_", "-"): v for k, v in headers.items()}
    for name, value in {"From": sender, "To": "desk@desk.example", "Subject": subject, **headers}.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    for name, content in (files or {}).items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def a_bounce(letter_id: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report (RFC 3464) about one of our letters."""
    return f"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.klinika.example>
To: desk@desk.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <{next(_ids)}@mx.klinika.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

Your letter could not be delivered.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.klinika.example

Final-Recipient: rfc822; jonas@klinika.example
Action: {action}
Status: {status}

--edge
Content-Type: message/rfc822

Message-ID: {letter_id}
From: desk@desk.example
To: jonas@klinika.example
Subject: An answer

Hello.

--edge--
""".replace("\n", "\r\n").encode()


@pytest.fixture(params=["sqlite", "postgresql"])
def working_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own with the cast settled, whose commits are commits."""
    with a_working_desk(request.param, tmp_path, request) as app:
        yield app
