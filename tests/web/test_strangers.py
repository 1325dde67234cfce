"""Marek, the stranger, on every page that names a ticket, a file, a person: for him they do not exist."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.tokens import sign
from helpdesk.models.messages import Attachment
from helpdesk.tickets.attachments import store_upload
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client

BrowserOf = Callable[[str], Client]


def test_no_page_with_a_ticket_answers_the_stranger(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    marek = browser_of("marek")
    token = marek.get("/portal/").html.split('name="csrf-token" content="')[1].split('"')[0]
    tried = 0

    for rule in app.url_map.iter_rules():
        if "<number>" not in rule.rule or rule.rule.startswith("/api"):
            continue
        path = rule.rule.replace("<number>", ticket.number).replace("<int:link_id>", "1")
        for method in (rule.methods or set()) & {"GET", "POST"}:
            data = (
                {
                    "csrf_token": token,
                    "body": "x",
                    "reason": "x",
                    "subject": "x",
                    "kind": "reply",
                    "status": "open",
                    "type": "incident",
                    "impact": "group",
                    "urgency": "high",
                    "other": "T-1",
                }
                if method == "POST"
                else None
            )
            with app.app_context():
                answer = marek.client.open(path, method=method, data=data)
            assert answer.status_code == 404, f"{method} {path}: {answer.status_code}"
            tried += 1

    assert tried >= 25


@pytest.mark.parametrize(
    "path",
    [
        "/console/tickets",
        "/console/people",
        "/console/organisations",
        "/manager/overview",
        "/manager/attainment",
        "/console/search?q=T-1",
        "/console/contacts/unverified",
        "/console/settings",
    ],
)
def test_the_console_does_not_exist_for_clients(path: str, browser_of: BrowserOf) -> None:
    browser_of("marek").get(path, status=404)


@pytest.mark.parametrize(
    "path",
    ["/console/settings", "/console/routing-rules", "/console/people", "/manager/overview", "/manager/attainment"],
)
def test_operators_do_not_reach_what_administrators_and_managers_do(path: str, browser_of: BrowserOf) -> None:
    page = browser_of("tomas").client.get(path)

    assert page.status_code in (403, 404)


def test_a_file_is_served_to_its_owner_and_not_to_the_stranger(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    upload = store_upload("evil.html", io.BytesIO(b"<script>alert(1)</script>"))
    ticket = a_ticket(cast, uploads=(upload,))
    file = db.session.query(Attachment).filter_by(ticket_id=ticket.id).one()
    path = f"/portal/attachments/{file.id}/evil.html"

    answer = browser_of("jonas").client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    browser_of("marek").get(path, status=404)
    browser_of("marek").get(path.replace("portal", "console"), status=404)


def test_a_guest_link_opens_its_ticket_and_a_forged_one_nothing(app: Flask, cast: Cast) -> None:
    ticket, other = a_ticket(cast), a_ticket(cast)
    link = f"/portal/guests/{sign('guest', [ticket.id, cast.jonas.contact_id])}"
    guest = Client(app)

    assert ticket.subject in guest.get(link).text
    guest.get(link[:-2] + "xx", status=404)
    guest.get(f"/portal/guests/{sign('other purpose', [ticket.id, cast.jonas.contact_id])}", status=404)
    # The stranger's own valid signature over somebody else's ticket would open nothing either.
    guest.get(f"/portal/guests/{sign('guest', [other.id, cast.marek.contact_id])}", status=404)


def test_without_its_token_a_form_is_refused(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    with app.app_context():
        answer = browser_of("jonas").client.post(f"/portal/tickets/{ticket.number}/messages", data={"body": "x"})

    assert answer.status_code == 400


def test_every_page_carries_a_strict_policy(app: Flask, cast: Cast) -> None:
    policy = Client(app).get("/sign-in").response.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
