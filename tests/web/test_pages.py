"""What every page keeps: few queries however many rows, the typed words after a refusal, one ticket for two submits."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from helpdesk.core.db import db
from helpdesk.core.i18n import LANGUAGES
from helpdesk.models.messages import Message
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people import directory
from helpdesk.tickets.routing import NewRule, add_rule
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client

BrowserOf = Callable[[str], Client]
PAGES = {
    "jonas": ["/portal/", "/portal/tickets", "/portal/tickets?which=all", "/portal/tickets/new", "/portal/tickets/{n}",
              "/account"],
    "ona": ["/console/tickets", "/console/tickets?view=all", "/console/tickets?view=resolved", "/console/tickets/{n}",
            "/console/tickets/{n}/classification", "/console/tickets/{n}/handovers/new",
            "/console/tickets/{n}/transfers/new", "/console/tickets/{n}/resolution/new", "/console/calls/new",
            "/console/organisations", "/console/organisations/new", "/console/contacts/unverified",
            "/console/search?q=kli", "/console/escalations", "/console/mails/quarantine",
            "/console/promises", "/console/promises?view=past", "/console/answers", "/account"],
    "petras": ["/console/people", "/console/routing-rules", "/console/routing-rules/dry-run?text=printer",
               "/console/catalogue", "/console/settings", "/console/survey-questions", "/console/jobs",
               "/manager/overview"],
    "vera": ["/manager/overview?period=all", "/manager/attainment", "/manager/attainment?period=all&by=team",
             "/manager/", "/manager/wall", "/manager/wall?line=2&theme=light", "/manager/process",
             "/manager/process?of=team", "/manager/reports/load?whole=1", "/manager/reports/forecast?whole=1",
             "/manager/promises", "/manager/promises?by=line", "/manager/hours", "/console/tickets?view=overdue"],
    "rasa": ["/console/tickets?view=line", "/console/people", "/manager/overview"],
    "giedrius": ["/console/tickets"],
}  # fmt: skip
OPEN_PAGES = ["/sign-in", "/reset", "/dev/letters", "/dev/sign-in-as", "/nowhere"]


@contextmanager
def queries(limit: int, where: str) -> Iterator[None]:
    """At most so many statements reach the database inside this block."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(seen) <= limit, f"{where}: {len(seen)} queries\n" + "\n".join(s[:100] for s in seen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_every_language(app: Flask, cast: Cast, browser_of: BrowserOf, language: str) -> None:
    ticket = a_ticket(cast, status=Status.OPEN, tags=("firmware",))
    for path in OPEN_PAGES:
        browser = Client(app)
        browser.client.set_cookie("threeline_language", language)
        browser.get(path, status=404 if path == "/nowhere" else 200)
    for name, paths in PAGES.items():
        browser = browser_of(name)
        browser.client.set_cookie("threeline_language", language)
        page = browser.get(paths[0])
        browser.submit(page.form("/preferences"), language=language)
        for path in paths:
            page = browser.get(path.format(n=ticket.number))
            assert page.status == 200


@pytest.mark.parametrize("count", [1, 30])
def test_pages_ask_few_questions_however_many_rows(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    tickets = [a_ticket(cast, status=Status.OPEN, tags=("a", "b")) for _ in range(count)]
    limits = {"/console/tickets?view=all": 12, "/console/organisations/{o}": 16, "/portal/tickets": 12,
              "/console/tickets/{n}": 23, "/portal/tickets/{n}": 20}  # fmt: skip
    ona, jonas, vera = browser_of("ona"), browser_of("jonas"), browser_of("vera")
    for path, limit in limits.items():
        browser = jonas if path.startswith("/portal") else ona
        full = path.format(n=tickets[0].number, o=cast.klinika.id)
        browser.get(full)
        with queries(limit, full):
            browser.get(full)
    with queries(20, "overview"):
        vera.get("/manager/overview?period=365")
    for by in ("priority", "team", "organisation"):
        with queries(24, "attainment"):
            vera.get(f"/manager/attainment?by={by}")


def test_a_refused_form_keeps_the_words(cast: Cast, browser_of: BrowserOf) -> None:
    jonas = browser_of("jonas")
    page = jonas.get("/portal/tickets/new")

    page = jonas.submit(page.form("/portal/tickets"), subject="", text="Three paragraphs that took me an hour.")

    assert page.status == 422
    assert "Three paragraphs that took me an hour." in page.html
    assert db.session.query(Ticket).count() == 0


def test_what_is_empty_is_only_called_empty(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")

    page = ona.submit(ona.get("/console/calls/new").form("/console/calls"), subject="", text=" ")

    assert page.status == 422
    assert "Choose the contact who asks." in page.html
    assert "Fill in this field." in page.html
    assert "too long" not in page.html
    assert "Length must" not in page.html


def test_a_refused_reply_keeps_the_words_and_says_why(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    ona = browser_of("ona")
    page = ona.get(f"/console/tickets/{ticket.number}")

    page = ona.submit(page.form("/messages"), kind="reply", body="Long answer", next_status="closed")

    assert page.status == 422
    assert "Long answer" in page.html


@pytest.mark.parametrize("kind", ["", "both"])
def test_what_is_neither_reply_nor_note_is_refused_with_its_words(cast: Cast, browser_of: BrowserOf, kind: str) -> None:
    ticket = a_ticket(cast)
    ona = browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/messages")

    for sent in ({"kind": kind}, {}):
        form.fields.pop("kind", None)
        page = ona.submit(form, body="For whom is this?", **sent)

        assert page.status == 422
        assert "For whom is this?" in page.html
        assert "a reply or an internal note" in page.html
    assert db.session.query(Message).filter_by(ticket_id=ticket.id).count() == 1


def test_a_routing_rule_is_shown_in_words(cast: Cast, browser_of: BrowserOf) -> None:
    component = next(iter(directory.components().values()))
    conditions = {"organisation": [cast.klinika.id], "component": [component.id], "language": ["zh-Hans", "lt"]}
    add_rule(NewRule("Clinic", cast.desk.id, conditions), by=cast.petras)

    shown = browser_of("petras").get("/console/routing-rules").html

    for words in (f"Organisation: {cast.klinika.name}", f"Component: {component.name}", "简体中文, Lietuvių"):
        assert words in shown


def test_a_second_submit_makes_no_second_ticket_and_no_second_reply(cast: Cast, browser_of: BrowserOf) -> None:
    jonas = browser_of("jonas")
    form = jonas.get("/portal/tickets/new").form("/portal/tickets")
    for _ in range(2):
        page = jonas.submit(form, subject="Twice", text="Clicked twice")
    assert db.session.query(Ticket).count() == 1

    reply = page.form("/messages")
    for _ in range(2):
        jonas.submit(reply, body="And another thing")
    assert db.session.query(Message).filter_by(text="And another thing").count() == 1


def test_accepting_twice_is_accepting_once(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)
    jonas = browser_of("jonas")
    form = jonas.get(f"/portal/tickets/{ticket.number}").form("/acceptance")

    pages = [jonas.submit(form) for _ in range(2)]

    assert [page.status for page in pages] == [200, 200]
    db.session.expire_all()
    assert db.session.get_one(Ticket, ticket.id).status is Status.CLOSED


def test_what_is_not_possible_any_more_shows_how_things_stand(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast, line=2)
    tomas = browser_of("tomas")
    form = tomas.get(f"/console/tickets/{ticket.number}/resolution/new").form("/resolution")
    tomas.submit(form, body="Done.")

    page = tomas.submit(form, body="Done again.", submission_key="another")

    assert page.status == 200
    assert "not open any more" in page.text


def test_texts_that_break_software_are_kept_as_they_are(cast: Cast, browser_of: BrowserOf, shared_data: Path) -> None:
    with lzma.open(shared_data / "naughty_strings.json.xz", "rt", encoding="utf-8") as file:
        strings = [s for s in json.load(file) if s.strip()]
    jonas, ona = browser_of("jonas"), browser_of("ona")
    form = jonas.get("/portal/tickets/new").form("/portal/tickets")
    step = 40
    for i in range(0, len(strings), step):
        some = strings[i : i + step]
        page = jonas.submit(form, subject=some[0][:240], text="\n\n".join(some), submission_key=f"naughty {i}")
        assert page.status in (200, 422), (i, page.status)
        if page.status == 200:
            number = page.response.request.path.rpartition("/")[2]
            assert ona.get(f"/console/tickets/{number}").status == 200
    assert ona.get("/console/tickets?view=all").status == 200
    assert ona.get("/console/organisations").status == 200


ODD = (
    "/console/tickets?after=%00", "/console/tickets?after=W10", "/console/tickets/T-0",
    "/console/tickets/T-99999999999999999999", "/console/tickets?team_id=99999999999999999999",
    "/console/tickets?view=nothing", "/console/organisations/99999999999999999999", "/console/search?q=%00",
    "/console/search?q=" + "%25" * 300, "/console/tickets/%F0%9F%98%80",
)  # fmt: skip


@pytest.mark.parametrize("path", ODD)
def test_odd_addresses_are_answered_calmly(browser_of: BrowserOf, path: str) -> None:
    page_status = browser_of("ona")._fetch("GET", path).status_code

    assert page_status in (200, 400, 404, 422), path
