"""Promises as pages: typed beside a message or a call, due on top of the work list, kept, moved, handed over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.jobs.worker import run_all
from helpdesk.models.people import Contact
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import promise_scope
from helpdesk.tickets.queries import conversation
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.tickets.test_promises import a_promise, letters, moment
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]


def all_promises() -> list[Promise]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(Promise).order_by(Promise.id)))


def texts(ticket: Ticket, cast: Cast) -> list[str]:
    return [message.text for message in conversation(ticket, for_=cast.ona)]


def test_a_promise_goes_out_with_the_reply(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = a_ticket(cast), browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/messages")
    for _click in range(2):
        page = ona.submit(form, body="We call you.", promise_said="tomorrow 10-12")
    [promise] = all_promises()
    assert (promise.what, promise.from_at, promise.until_at, promise.owner_id) == (
        "Call back", moment("2026-03-03 10:00"), moment("2026-03-03 12:00"), cast.ona.operator_id,
    )  # fmt: skip
    assert "10:00–12:00 Call back" in page.text
    assert texts(ticket, cast)[-1] == "We call you."
    assert "10:00–12:00 Call back promised by Ona" in browser_of("jonas").get(f"/portal/tickets/{ticket.number}").text


def test_a_time_that_is_none_loses_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = a_ticket(cast), browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/messages")
    page = ona.submit(form, body="We call you.", promise_said="soonish", promise_what="Ring up")
    assert page.status == 422
    for kept in ("We call you.", "soonish", "Ring up", "no time that we understand"):
        assert kept in page.html
    page = ona.submit(page.form("/messages"), promise_said="", promise_what="Ring up")
    assert (page.status, "Say when" in page.text) == (422, True)
    page = ona.submit(page.form("/messages"), promise_said="8:00")
    assert "passed today" in page.text
    assert all_promises() == []
    assert len(texts(ticket, cast)) == 1
    ona.submit(page.form("/messages"), promise_said="2 h")
    assert [promise.what for promise in all_promises()] == ["Ring up"]


def test_only_the_promise_leaves_the_words_in_the_composer(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = a_ticket(cast), browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/messages")
    page = ona.submit(form, body="Not ready yet", promise_only="1")
    assert (page.status, "Say when" in page.text, "Not ready yet" in page.html) == (422, True, True)
    page = ona.submit(form, body="Not ready yet", promise_said="16:00", promise_only="1")
    assert (page.status, "Not ready yet" in page.html, len(texts(ticket, cast))) == (200, True, 1)
    page = ona.submit(form, body="", promise_said="17:00", promise_only="1")
    assert [promise.until_at for promise in all_promises()] == [moment("2026-03-02 16:00"), moment("2026-03-02 17:00")]


def test_without_script_there_are_fields_for_date_and_time(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = a_ticket(cast), browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/messages")
    assert {"promise_on", "promise_at", "promise_to"} <= set(form.fields)
    page = ona.submit(form, body="We come.", promise_on="2026-03-04")
    assert "Give a date and a time" in page.text
    ona.submit(form, body="We come.", promise_on="2026-03-04", promise_at="10:00", promise_to="12:00")
    assert [(p.from_at, p.until_at) for p in all_promises()] == [
        (moment("2026-03-04 10:00"), moment("2026-03-04 12:00"))
    ]


def test_a_call_is_registered_with_its_promise_or_not_at_all(cast: Cast, browser_of: BrowserOf) -> None:
    a_ticket(cast)
    ona = browser_of("ona")
    form = ona.get(f"/console/calls/new?requester_id={cast.jonas.contact_id}").form("/calls")
    page = ona.submit(form, subject="No toner", text="Empty.", promise_said="yesterday")
    assert (page.status, "No toner" in page.html, db.session.query(Ticket).count()) == (422, True, 1)
    for _click in range(2):
        page = ona.submit(form, subject="No toner", text="Empty.", promise_said="15:00", promise_what="Bring toner")
    [promise] = all_promises()
    assert (promise.what, promise.channel, f"T-{promise.ticket_id}" in page.text) == ("Bring toner", "phone", True)


def test_the_clients_zone_is_said_and_counts_where_it_is_chosen(cast: Cast, browser_of: BrowserOf) -> None:
    db.session.get_one(Contact, cast.jonas.contact_id).timezone = "Asia/Shanghai"
    db.session.commit()
    ticket, ona = a_ticket(cast), browser_of("ona")
    page = ona.get(f"/console/tickets/{ticket.number}")
    assert "the client's time, Asia/Shanghai" in page.text
    ona.submit(page.form("/messages"), body="We call.", promise_said="tomorrow 10:00", promise_zone="Asia/Shanghai")
    assert [promise.until_at for promise in all_promises()] == [moment("2026-03-03 04:00")]
    said = ona.get("/console/promises/heard?promise_said=15:00&promise_zone=Europe/Vilnius&their_zone=Asia/Shanghai")
    assert "15:00 (Europe/Vilnius) · for the client Monday, 2 March 2026, 21:00 (Asia/Shanghai)" in said.text
    assert "no time that we understand" in ona.get("/console/promises/heard?promise_said=soon").text


def test_what_is_due_stands_on_top_of_the_work_list_one_click_from_its_outcome(
    cast: Cast, browser_of: BrowserOf, at: At
) -> None:
    ona = browser_of("ona")
    assert "promise is due" not in ona.get("/console/tickets").text
    due = a_promise(cast)
    a_promise(cast, "2026-03-05 10:00", "2026-03-05 10:00", what="Visit later")
    with at("2026-03-03 13:00"):
        ona = browser_of("ona")  # the session of yesterday has ended
        page = ona.get("/console/tickets?view=all")
        assert "1 promise is due" in page.text
        assert "Overdue" in page.text
        assert "Visit later" not in page.text
        page = ona.submit(page.form(f"/promises/{due.id}/outcome"))
        assert "Done, after its time" in page.text
    assert [promise.state for promise in all_promises()] == [PromiseState.LATE, PromiseState.PLANNED]


@pytest.mark.parametrize("count", [1, 20])
def test_the_strip_costs_one_question_however_much_is_due(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    ticket, ona = a_ticket(cast), browser_of("ona")
    ona.get("/console/tickets")
    with queries(8, "/console/tickets without promises"):
        ona.get("/console/tickets")
    for number in range(count):
        due = f"2026-03-02 {10 + number // 10}:{10 + number}"
        a_promise(cast, due, due, ticket=ticket)
    with queries(8, "/console/tickets"):
        ona.get("/console/tickets")
    with queries(23, "/console/tickets/T"):
        ona.get(f"/console/tickets/{ticket.number}")
    for view in ("mine", "team", "all", "past"):
        with queries(10, view):
            assert "Call back" in ona.get(f"/console/promises?view={view}").text


def test_it_is_moved_handed_over_and_withdrawn_on_its_page(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    promise, ona = a_promise(cast), browser_of("ona")
    path = f"/console/promises/{promise.id}"
    page = ona.submit(ona.get(path).form("/owner"), operator_id=str(cast.tomas.operator_id), hand_reason="")
    assert (page.status, "the client reads it" in page.text) == (422, True)
    ona.submit(page.form("/owner"), operator_id=str(cast.tomas.operator_id), hand_reason="Ona is in Kaunas")
    page = ona.submit(ona.get(path).form("/move"), promise_said="nonsense", move_reason="Keep me")
    assert (page.status, "nonsense" in page.html, "Keep me" in page.html) == (422, True, True)
    page = ona.submit(page.form("/move"), promise_said="thu 9:00", move_reason="A flat tyre")
    assert "Moved with notice" in page.text
    old, new = all_promises()
    assert (old.state, new.owner_id, new.until_at) == (
        PromiseState.MOVED, cast.tomas.operator_id, moment("2026-03-05 09:00"),
    )  # fmt: skip
    assert "Promised instead" in ona.get(path).text
    page = ona.submit(ona.get(f"/console/promises/{new.id}").form("/withdrawal"), withdraw_reason="It works")
    assert "Ona moved the promise with notice" in page.text
    assert "Ona handed the promise to Tomas" in page.text
    assert "The client wants it no more: Call back (It works)" in page.text
    page = ona.get("/console/promises?view=past&state=moved&owner_id=" + str(cast.tomas.operator_id))
    assert "Moved with notice" in page.text
    assert "Nothing fits" in ona.get("/console/promises?view=past&state=broken").text


def test_after_its_time_the_page_says_that_it_is_broken(cast: Cast, browser_of: BrowserOf, at: At) -> None:
    promise = a_promise(cast)
    with at("2026-03-03 10:00"):
        ona = browser_of("ona")
        page = ona.get(f"/console/promises/{promise.id}")
        assert "counts as broken" in page.text
        page = ona.submit(page.form("/move"), promise_said="fri 9:00", move_reason="Forgot")
        assert "the one before stays broken" in page.text


def test_for_strangers_and_others_there_are_no_promises(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    promise = a_promise(cast)
    number = f"T-{promise.ticket_id}"
    homes = {"marek": "/portal/", "jonas": "/portal/", "giedrius": "/console/tickets", "birute": "/account"}
    for name, home in homes.items():
        browser = browser_of(name)
        browser.get(f"/console/promises/{promise.id}", status=404)
        token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
        for ending in ("outcome", "move", "owner", "withdrawal"):
            sent = {"csrf_token": token, "promise_said": "fri 9:00", "operator_id": "1", "kept_at": ""}
            with app.app_context():
                answer = browser.client.post(f"/console/promises/{promise.id}/{ending}", data=sent)
                assert answer.status_code == 404, (name, ending)
    for name in ("marek", "jonas"):
        browser_of(name).get("/console/promises", status=404)
        browser_of(name).get("/console/promises/heard?promise_said=15:00", status=404)
    assert "Call back" not in browser_of("giedrius").get("/console/promises?view=all").text
    browser_of("marek").get(f"/portal/tickets/{number}", status=404)
    assert "Call back" in browser_of("lena").get(f"/portal/tickets/{number}").text
    assert [each.state for each in all_promises()] == [PromiseState.PLANNED]


def test_a_promise_is_made_on_a_visit_with_its_outcome(cast: Cast, browser_of: BrowserOf, config: Config) -> None:
    revisit, ona = a_revisit(cast), browser_of("ona")
    path = f"/console/revisits/{revisit.id}/outcome"
    page = ona.submit(ona.get(path).form("/outcome"), summary="All fine.", promise_said="soonish")
    assert (page.status, "All fine." in page.html, "soonish" in page.html, all_promises()) == (422, True, True, [])
    form = page.form("/outcome")
    for _click in range(2):
        page = ona.submit(form, promise_said="thu 15:00", promise_what="Bring the spare head")
    [promise] = all_promises()
    assert (promise.revisit_id, promise.ticket_id, promise.contact_id) == (revisit.id, None, revisit.contact_id)
    assert "Ona promised for Thu 5 Mar 15:00: Bring the spare head" in page.text
    db.session.commit()  # what the browser and the worker do next is no part of this look
    assert "Bring the spare head" in ona.get("/console/promises").text
    page = ona.get(f"/console/promises/{promise.id}")
    ona.submit(page.form("/owner"), operator_id=str(cast.tomas.operator_id), hand_reason="Ona is ill")
    run_all()
    assert any("Tomas does it instead" in text for _subject, text in letters(config))
    assert promise_scope_of(cast.marek) == promise_scope_of(cast.egle) == []
    assert promise_scope_of(cast.jonas) == promise_scope_of(cast.lena) == [promise.id]


def promise_scope_of(actor: Actor) -> list[int]:
    return list(db.session.scalars(db.select(Promise.id).where(promise_scope(actor))))
