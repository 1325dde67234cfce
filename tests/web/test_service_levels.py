"""Promises, causes of breaches, excuses, accepting and undone reopenings, by the pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask

from helpdesk.core.db import db
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.tickets import clocks
from helpdesk.tickets.assignment import assign
from helpdesk.tickets.conversation import NewMessage, receive_reply
from sla.models import Judgement
from tests.cast import Cast
from tests.factories import a_ticket, facts
from tests.page import Client
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]


def late(cast: Cast, at: At) -> Ticket:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-03 10:00"):
        clocks.sweep()
    return ticket


def test_a_time_is_agreed_and_stands_beside_the_contracts_on_both_pages(
    cast: Cast, at: At, browser_of: BrowserOf
) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)
        ona = browser_of("ona")
        form = ona.get(f"/console/tickets/{ticket.number}").form("/promises")
        for _click in range(2):
            page = ona.submit(form, promised_for="2026-03-12T12:00", promise_note="By phone.", promise_consent="true")
        assert page.status == 200
        assert "By contract:" in page.text
        assert "Promised by Ona" in page.text
        assert facts(ticket).count("TimePromised") == 1

        portal = browser_of("jonas").get(f"/portal/tickets/{ticket.number}")
        assert "By contract:" in portal.text
        assert "12 Mar" in portal.text


def test_a_refused_promise_keeps_its_words_and_names_each_field(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)
        ona = browser_of("ona")
        form = ona.get(f"/console/tickets/{ticket.number}").form("/promises")

        page = ona.submit(form, promised_for="2026-03-01T12:00", promise_note="In her third message.")

        assert page.status == 422
        for words in ("In her third message.", "Choose a time that is still to come.", "the client has said yes"):
            assert words in page.html
        assert ona.submit(form, promised_for="", promise_note="x", promise_consent="true").status == 422
    assert "TimePromised" not in facts(ticket)


def test_a_late_ticket_is_resolved_with_its_cause_and_the_words_are_kept(
    cast: Cast, at: At, browser_of: BrowserOf
) -> None:
    ticket = late(cast, at)
    with at("2026-03-03 10:00"):
        ona = browser_of("ona")
        page = ona.get(f"/console/tickets/{ticket.number}/resolution/new")
        assert "Why was the time not kept?" in page.text

        page = ona.submit(page.form("/resolution"), body="A new driver, after long search.")
        assert page.status == 422
        assert "A new driver, after long search." in page.html
        assert "say why" in page.text

        page = ona.submit(page.form("/resolution"), body="A new driver.", breach_cause="other")
        assert page.status == 422
        page = ona.submit(page.form("/resolution"), body="A new driver.", breach_cause="vendor")
        assert page.status == 200
        assert "The vendor was late" in page.text
    with at("2026-03-03 10:01"):
        fresh = a_ticket(cast)
        assert "Why was the time not kept?" not in ona.get(f"/console/tickets/{fresh.number}/resolution/new").text


def test_a_breach_is_excused_by_the_second_person(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    ticket = late(cast, at)
    path = f"/console/tickets/{ticket.number}"
    with at("2026-03-03 10:00"):
        rasa, vera = browser_of("rasa"), browser_of("vera")
        page = rasa.submit(rasa.get(path).form("/cause"), breach_cause="force_majeure")
        page = rasa.submit(page.form("/excuse-request"), excuse="")
        assert page.status == 422
        page = rasa.submit(rasa.get(path).form("/excuse-request"), excuse="The street was closed.")
        assert "Rasa asks to excuse it" in page.text
        assert "A second person decides." in page.text

        listed = vera.get("/console/escalations")
        assert "The street was closed." in listed.text
        form = listed.form("/excuse")
        pages = [vera.submit(form) for _click in range(2)]
        assert "Excused by Vera" in pages[1].text
        assert "The street was closed." not in vera.get("/console/escalations").text
    assert db.session.query(Judgement).one().excused_by == cast.vera.account_id
    assert facts(ticket).count("BreachJudged") == 3


def test_who_asked_gets_no_way_to_grant(app: Flask, cast: Cast, at: At, browser_of: BrowserOf) -> None:
    ticket = late(cast, at)
    path = f"/console/tickets/{ticket.number}"
    with at("2026-03-03 10:00"):
        rasa = browser_of("rasa")
        page = rasa.submit(rasa.get(path).form("/cause"), breach_cause="vendor")
        page = rasa.submit(page.form("/excuse-request"), excuse="They are on strike.")
        token = page.html.split('name="csrf-token" content="')[1].split('"')[0]
        clock_id = db.session.query(Judgement).one().clock_id
        for name, expected in (("rasa", 403), ("ona", 403), ("marek", 404)):
            browser = browser_of(name)
            home = "/portal/" if name == "marek" else "/console/tickets"
            token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
            with app.app_context():
                answer = browser.client.post(f"{path}/breaches/{clock_id}/excuse", data={"csrf_token": token})
            assert answer.status_code == expected, name
    db.session.expire_all()
    assert db.session.query(Judgement).one().excused_at is None


def test_what_one_was_given_is_accepted_with_a_button(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    assign(ticket, cast.ona.operator_id, by=cast.rasa)
    path = f"/console/tickets/{ticket.number}"
    ona = browser_of("ona")
    form = ona.get(path).form("/acceptance")

    pages = [ona.submit(form) for _click in range(2)]

    assert [page.status for page in pages] == [200, 200]
    assert "Ona accepted the ticket" in pages[0].text
    assert facts(ticket).count("TicketAccepted") == 1
    assert not [f for f in ona.get(path).forms if f.action.endswith("/acceptance")]


def test_a_lead_undoes_a_reopening_within_the_hour(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.RESOLVED)
    with at("2026-03-02 14:00"):
        receive_reply(ticket, NewMessage("I am away until Friday."), by=cast.jonas, channel=Channel.EMAIL)
    path = f"/console/tickets/{ticket.number}"
    with at("2026-03-02 14:30"):
        assert not [f for f in browser_of("ona").get(path).forms if f.action.endswith("/undoing")]
        rasa = browser_of("rasa")
        form = rasa.get(path).form("/undoing")
        assert rasa.submit(form, reason="").status == 422
        for _click in range(2):
            page = rasa.submit(form, reason="An absence note.")
            assert page.status == 200
        assert "Rasa undid the reopening: An absence note." in page.text
    with at("2026-03-02 15:30"):
        other = a_ticket(cast)
        assert not [f for f in rasa.get(f"/console/tickets/{other.number}").forms if f.action.endswith("/undoing")]


def test_the_page_of_a_late_and_promised_ticket_asks_few_questions(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    ticket = late(cast, at)
    path = f"/console/tickets/{ticket.number}"
    with at("2026-03-03 10:00"):
        rasa = browser_of("rasa")
        form = rasa.get(path).form("/promises")
        rasa.submit(form, promised_for="2026-03-12T12:00", promise_note="By phone.", promise_consent="true")
        rasa.submit(rasa.get(path).form("/cause"), breach_cause="vendor")
        with queries(28, "the ticket"):
            rasa.get(path)
