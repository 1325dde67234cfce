"""Problems and major incidents as pages: their ways from end to end, refused forms, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.models.problems import (
    Broadcast,
    BroadcastKind,
    MajorIncident,
    Problem,
    ProblemReview,
    ProblemState,
    ProblemTicket,
)
from helpdesk.models.tickets import Status, Ticket
from helpdesk.problems.broadcasts import NewBroadcast, publish, send_due
from helpdesk.problems.majors import NewMajor, declare_major
from helpdesk.problems.problem_settings import problem_settings
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.problems.solving import a_problem, a_version, again
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
TEXTS = {"en": "Print a test page first."}


def posted(browser: Client, home: str, address: str, **values: object) -> int:
    """The status of a form sent to an address that this person's pages do not offer."""
    token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
    with browser.app.app_context():
        return browser.client.post(address, data={"csrf_token": token, **values}).status_code


def test_a_problem_from_its_ticket_to_its_end(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, other, ona = a_ticket(cast, product_id=cast.printer.id), a_ticket(cast), browser_of("ona")
    page = ona.get(f"/console/tickets/{ticket.number}")
    page = ona.get(page.links["Open a problem from this ticket"])
    form = page.form("/console/problems")
    for _click in range(2):
        page = ona.submit(form, description="Since the update every label is blank.", waits_for_fix="true")
    problem = db.session.scalars(db.select(Problem)).one()
    number, address = problem.number, f"/console/problems/{problem.number}"
    assert "Printer prints blank labels" in page.text
    assert "waits for the fix" in ona.get(f"/console/tickets/{ticket.number}").text

    page = ona.submit(page.form("/tickets"), numbers=f"{other.number}, T-99999")
    assert (page.status, "T-99999" in page.text) == (422, True)
    page = ona.submit(page.form("/tickets"), numbers=other.number)
    states = {form.fields["state"]: form for form in page.forms if form.action.endswith("/state")}
    page = ona.submit(states["investigating"])
    states = {form.fields["state"]: form for form in page.forms if form.action.endswith("/state")}
    page = ona.submit(states["known_error"])
    assert (page.status, "Name the root cause first." in page.text) == (422, True)
    page = ona.submit(page.form("/whys"), question="Why are they blank?", answer="The head is cold.")
    page = ona.submit(page.form("/root-cause"), root_cause="It heats too late.", category="code")
    page = ona.submit(next(f for f in page.forms if f.action.endswith("/workarounds")), text="Print a test page first.")
    states = {form.fields["state"]: form for form in page.forms if form.action.endswith("/state")}
    page = ona.submit(states["known_error"])
    assert "The cause is known" in page.text

    page = ona.get(page.links["Tell clients the workaround"])
    assert "2 clients are told" in page.text
    page = ona.submit(page.form("/broadcasts"), text_en="", step="send")
    assert (page.status, "in one language at least" in page.text) == (422, True)
    form = page.form("/broadcasts")
    for _click in range(2):
        page = ona.submit(form, text_en="Print a test page first.", step="send")
    assert "Until then it can be taken back" in page.text
    page = ona.submit(page.form("/undoing"))
    assert "nobody was told" in page.text
    page = ona.submit(ona.get(f"{address}/broadcasts/new").form("/broadcasts"), step="send")
    db.session.commit()
    with time_machine.travel(now() + timedelta(seconds=61), tick=False):
        while send_due():
            pass
    assert "Print a test page first." in browser_of("jonas").get(f"/portal/tickets/{other.number}").text
    page = ona.get(address)
    assert "Ona tells the workaround to 2 clients" in page.text
    told = db.session.scalars(db.select(Broadcast.id).order_by(Broadcast.id.desc())).first()
    assert "Told" in ona.get(f"{address}/broadcasts/{told}").text

    version = str(a_version(cast))
    for state, values in (("fix_planned", {"version_id": version}), ("fixed", {"version_id": version})):
        states = {form.fields["state"]: form for form in page.forms if form.action.endswith("/state")}
        page = ona.submit(states[state], **values)
    page = ona.get(page.links["Tell clients the fix"])
    assert "1 ticket is resolved with it" in page.text
    ona.submit(page.form("/broadcasts"), step="send")
    db.session.commit()
    with time_machine.travel(now() + timedelta(seconds=61), tick=False):
        while send_due():
            pass
    db.session.expire_all()
    assert (ticket.status, other.status) == (Status.RESOLVED, Status.OPEN)
    page = ona.get(address)
    form = page.form("/reviews")
    for _click in range(2):
        page = ona.submit(form, held_on="2026-03-02", service_people="Ona", development_people="Giedrius",
                          findings="No test for cold heads.", actions="Write one")  # fmt: skip
    assert db.session.query(ProblemReview).count() == 1
    states = {form.fields["state"]: form for form in page.forms if form.action.endswith("/state")}
    page = ona.submit(states["closed"])
    assert "It is closed." in page.text
    assert again(problem).state is ProblemState.CLOSED
    assert number in ona.get("/console/problems?view=closed").text
    assert ona.get(f"/console/search?q={number.lower()}").heading == again(problem).title


def test_a_refused_form_keeps_its_words(cast: Cast, browser_of: BrowserOf) -> None:
    problem, ona = a_problem(cast, ProblemState.INVESTIGATING), browser_of("ona")
    address = f"/console/problems/{problem.number}"
    for ending, values, sentence in (
        ("/description", {"title": "", "description": "Keep me"}, "what goes wrong"),
        ("/description", {"title": "Keep me", "revision": "99"}, "Somebody changed this problem"),
        ("/whys", {"question": "Keep me", "answer": ""}, "Fill in this field"),
        ("/root-cause", {"root_cause": "Keep me", "revision": "99"}, "Somebody changed this problem"),
        ("/tickets", {"numbers": "Keep me"}, "no ticket with this number"),
        ("/reviews", {"held_on": "2026-03-02", "findings": "Keep me", "service_people": "Ona"}, "Fill in this field"),
    ):  # fmt: skip
        page = ona.submit(ona.get(address).form(ending), **values)
        assert (page.status, "Keep me" in page.html, sentence in page.text) == (422, True, True), (ending, page.text)
    page = ona.submit(ona.get("/console/problems/new").form("/console/problems"), title=" ", description="Keep me")
    assert (page.status, "Keep me" in page.html) == (422, True)


def test_many_tickets_of_the_queue_are_linked_at_once(cast: Cast, browser_of: BrowserOf) -> None:
    tickets, problem, ona = [a_ticket(cast) for _ in range(3)], a_problem(cast, tickets=()), browser_of("ona")
    numbers = [ticket.number for ticket in tickets]
    for _click in range(2):
        assert posted(ona, "/console/tickets", "/console/tickets/problem-links", tickets=numbers,
                      problem=problem.number) == 302  # fmt: skip
    assert db.session.query(ProblemTicket).count() == 3
    page = ona.get("/console/tickets")
    assert "3 tickets linked" in page.text or "0 tickets linked" in page.text
    posted(ona, "/console/tickets", "/console/tickets/problem-links", tickets=numbers, problem="P-99")
    assert "no problem with this number" in ona.get("/console/tickets").text


def test_a_ticket_is_linked_marked_and_unlinked_on_its_page(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, problem, ona = a_ticket(cast), a_problem(cast, ProblemState.KNOWN_ERROR, tickets=()), browser_of("ona")
    page = ona.get(f"/console/tickets/{ticket.number}")
    page = ona.submit(page.form("/problems"), problem=problem.number)
    for words in (problem.title, "Print a test page first.", f"Ona linked it to the problem {problem.number}"):
        assert words in page.text
    page = ona.submit(page.form("/waiting"))
    assert "waits for the fix" in page.text
    page = ona.submit(next(f for f in page.forms if f"/problems/{problem.number}/end" in f.action))
    assert not [form for form in page.forms if form.action.endswith("/waiting")]
    assert posted(ona, "/console/tickets", f"/console/tickets/{ticket.number}/problems", problem="P-9000077") == 422


def test_a_major_incident_from_its_ticket_to_its_review(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, rasa, jonas = a_ticket(cast, product_id=cast.printer.id), browser_of("rasa"), browser_of("jonas")
    page = rasa.get(f"/console/tickets/{ticket.number}")
    page = rasa.get(page.links["Declare a major incident"])
    form = page.form("/major-incidents")
    page = rasa.submit(form, reason=" ", text_en="Keep me")
    assert (page.status, "Keep me" in page.html) == (422, True)
    for _click in range(2):
        page = rasa.submit(form, reason="All printers", lead_id="", text_en="Printing **stands still**.",
                           text_lt="Spausdinimas sustojo.")  # fmt: skip
    major = db.session.scalars(db.select(MajorIncident)).one()
    assert "Nobody leads it yet" in page.text
    page = rasa.submit(page.form("/lead"))
    assert "Nobody leads it yet" not in page.text
    notice = jonas.get("/portal/")
    assert "You hear from us again by" in notice.text
    assert "<strong>stands still</strong>" in notice.html
    assert "stands still" not in browser_of("marek").get("/portal/").text
    page = rasa.submit(page.form("/updates"), text_en="The makers are on it.", next_update_at="2026-03-02T12:00")
    assert "The makers are on it." in jonas.get("/portal/tickets").text
    refused = rasa.submit(page.form("/updates"), text_en="Keep me", next_update_at="2025-03-02T12:00")
    assert (refused.status, "Keep me" in refused.html) == (422, True)
    page = rasa.submit(page.form("/end"), text_en="It works again.")
    assert "its review is due" in page.text
    assert "Over since" in jonas.get("/portal/").text
    assert "Over, review due" in rasa.get("/console/major-incidents?view=review_due").text
    page = rasa.submit(page.form("/reviews"), held_on="2026-03-02", service_people="Rasa", findings="Told too late")
    assert "Finished" in page.text
    assert ticket.number in rasa.get("/console/major-incidents?view=finished").text
    assert str(major.id) in rasa.get(f"/console/tickets/{ticket.number}").links["Open the major incident"]


def test_for_clients_none_of_it_exists(cast: Cast, browser_of: BrowserOf) -> None:
    problem, ticket = a_problem(cast, ProblemState.KNOWN_ERROR), a_ticket(cast)
    broadcast = publish(problem, NewBroadcast(BroadcastKind.WORKAROUND, TEXTS), by=cast.ona)
    major = declare_major(ticket, NewMajor("All", TEXTS), by=cast.rasa)
    address = f"/console/problems/{problem.number}"
    for name in ("marek", "jonas", "lena"):
        browser = browser_of(name)
        for path in (
            "/console/problems", "/console/problems/new", address, f"{address}/broadcasts/new",
            f"{address}/broadcasts/{broadcast.id}", "/console/major-incidents",
            f"/console/major-incidents/{major.id}", f"/console/major-incidents/new?ticket={ticket.number}",
        ):  # fmt: skip
            browser.get(path, status=404)
        for path in (address + "/state", address + "/broadcasts", f"{address}/broadcasts/{broadcast.id}/undoing",
                     "/console/problems", "/console/tickets/problem-links", "/console/major-incidents",
                     f"/console/major-incidents/{major.id}/end"):  # fmt: skip
            assert posted(browser, "/portal/", path, ticket=ticket.number, tickets=ticket.number) == 404
        text = browser.get("/portal/").text
        assert problem.number not in text


def test_the_wrong_role_is_refused_and_sees_no_button(cast: Cast, browser_of: BrowserOf) -> None:
    handed = a_ticket(cast, line=3)
    problem, hidden = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(handed,)), a_problem(cast, title="Hidden")
    giedrius, petras, ona = browser_of("giedrius"), browser_of("petras"), browser_of("ona")
    page = giedrius.get(f"/console/problems/{problem.number}")
    assert "Tell clients the workaround" not in page.text
    assert posted(giedrius, "/console/problems", f"/console/problems/{problem.number}/broadcasts",
                  kind="workaround", step="send", text_en="x") == 403  # fmt: skip
    giedrius.get(f"/console/problems/{hidden.number}", status=404)
    assert "Hidden" not in giedrius.get("/console/problems?view=all").text
    assert posted(petras, "/console/problems", f"/console/problems/{problem.number}/state", state="closed",
                  reason="x") == 403  # fmt: skip
    assert petras.get("/console/problems/new", status=403)
    ticket = a_ticket(cast)
    ona.get(f"/console/major-incidents/new?ticket={ticket.number}", status=403)
    assert posted(ona, "/console/problems", "/console/major-incidents", ticket=ticket.number, reason="x") == 403
    birute = browser_of("birute")
    birute.get(f"/console/problems/{hidden.number}")
    other = a_problem(cast, title="Till", products=(), tickets=(a_ticket(cast),))
    birute.get(f"/console/problems/{other.number}", status=404)


def test_oversized_ids_do_not_exist(cast: Cast, browser_of: BrowserOf) -> None:
    problem, ona = a_problem(cast), browser_of("ona")
    for path in (
        "/console/problems/P-99999999999999999999", f"/console/problems/{problem.number}/broadcasts/99999999999999999",
        "/console/major-incidents/99999999999999999999", "/console/problems/new?ticket=T-99999999999999999999",
    ):  # fmt: skip
        ona.get(path, status=404)
    ona.get("/console/problems?product_id=99999999999999999999")
    ona.get("/console/problems?after=xxx", status=422)


def test_the_administrator_sets_the_windows(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = petras.submit(petras.get("/console/settings").form("/settings/problems"), undo_seconds="30")
    assert "The settings are changed" in page.text
    assert problem_settings().undo_seconds == 30
    page = petras.submit(page.form("/settings/problems"), major_ladder_minutes="x")
    assert page.status == 422


@pytest.mark.parametrize("count", [1, 25])
def test_pages_ask_few_questions_however_many_rows(app: Flask, cast: Cast, browser_of: BrowserOf, count: int) -> None:
    tickets = tuple(a_ticket(cast) for _ in range(count))
    problems = [a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tickets, title=f"{n}") for n in range(count)]
    for ticket in tickets:
        declare_major(ticket, NewMajor("All", TEXTS), by=cast.rasa)
    ona, jonas = browser_of("ona"), browser_of("jonas")
    for path, limit in (
        ("/console/problems?view=all", 15), (f"/console/problems/{problems[0].number}", 26),
        (f"/console/problems/{problems[0].number}/broadcasts/new", 13), ("/console/major-incidents", 12),
    ):  # fmt: skip
        ona.get(path)
        with queries(limit, path):
            ona.get(path)
    with queries(14, "portal"):
        jonas.get("/portal/")


def test_a_thousand_linked_tickets_keep_the_page_fast(cast: Cast, browser_of: BrowserOf) -> None:
    first = a_ticket(cast)
    values = {c.name: getattr(first, c.name) for c in Ticket.__table__.columns if c.name != "id"}
    db.session.execute(db.insert(Ticket), [values | {"submission": None} for _ in range(1000)])
    db.session.commit()
    problem = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tuple(db.session.scalars(db.select(Ticket))))
    ona = browser_of("ona")
    with queries(26, "the page"):
        page = ona.get(f"/console/problems/{problem.number}")
    assert "1,001" in page.text
    assert "Ona linked 1001 tickets" in page.text
    assert "after=" in page.html
    page = ona.get(f"/console/problems/{problem.number}/broadcasts/new")
    assert "1001 clients are told" in page.text
