"""The list of escalations and the ladder on the page of a ticket: for whoever stands on it, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.assignment import take
from sla.models import Rung
from tests.cast import Cast
from tests.factories import a_ticket, facts
from tests.page import Client
from tests.tickets.test_ladder import beat
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]


def at_risk(cast: Cast, at: At, count: int = 1) -> list[Ticket]:
    with at("2026-03-02 09:00"):
        tickets = [a_ticket(cast) for _ in range(count)]
        for ticket in tickets:
            take(ticket, by=cast.ona)
    with at("2026-03-02 16:00"):
        beat()
    return tickets


def test_the_list_has_what_one_was_told_and_a_button_that_stops_the_climb(
    cast: Cast, at: At, browser_of: BrowserOf
) -> None:
    [ticket] = at_risk(cast, at)
    with at("2026-03-02 16:05"):
        ona = browser_of("ona")
        page = ona.get("/console/escalations")
        assert ticket.subject in page.text
        form = page.form("/acknowledgement")

        pages = [ona.submit(form) for _ in range(2)]  # a double click

        assert [page.status for page in pages] == [200, 200]
        assert ticket.subject not in pages[0].text
    assert facts(ticket).count("RungAcknowledged") == 1


def test_the_page_of_the_ticket_shows_the_ladder_and_takes_note_there(
    cast: Cast, at: At, browser_of: BrowserOf
) -> None:
    [ticket] = at_risk(cast, at)
    with at("2026-03-02 16:05"):
        path = f"/console/tickets/{ticket.number}"
        tomas = browser_of("tomas").get(path)
        assert "Nobody has taken note yet" in tomas.text
        ona = browser_of("ona")
        page = ona.submit(ona.get(path).form("/acknowledgement"))

        assert page.heading == ticket.subject
        assert "Ona took note" in page.text


def test_others_lists_are_their_own(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    [ticket] = at_risk(cast, at)
    with at("2026-03-02 16:05"):
        for name in ("tomas", "rasa", "vera", "giedrius"):
            assert ticket.subject not in browser_of(name).get("/console/escalations").text
        browser_of("marek").get("/console/escalations", status=404)


def test_no_stranger_takes_note(app: Flask, cast: Cast, at: At, browser_of: BrowserOf) -> None:
    at_risk(cast, at)
    rung = db.session.query(Rung).one()
    path = f"/console/escalations/{rung.id}/acknowledgement"
    for name, home, status in (("marek", "/portal/", 404), ("giedrius", "/console/tickets", 404),
                               ("tomas", "/console/tickets", 403)):  # fmt: skip
        browser = browser_of(name)
        token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
        with app.app_context():
            assert browser.client.post(path, data={"csrf_token": token}).status_code == status, name
    db.session.expire_all()
    assert db.session.query(Rung).one().acknowledged_at is None


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_asks_few_questions_however_long_it_is(cast: Cast, at: At, browser_of: BrowserOf, count: int) -> None:
    tickets = at_risk(cast, at, count)
    with at("2026-03-02 16:05"):
        ona = browser_of("ona")
        ona.get("/console/escalations")
        with queries(12, "escalations"):
            ona.get("/console/escalations")
        with queries(27, "the ticket"):
            ona.get(f"/console/tickets/{tickets[0].number}")
