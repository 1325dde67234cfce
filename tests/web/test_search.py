"""The search pages of console and portal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.jobs.worker import run_all
from helpdesk.tickets.conversation import NewMessage, add_note
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client

BrowserOf = Callable[[str], Client]


def test_operators_find_tickets_by_what_was_said(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast, subject="Blank <b>labels</b>")
    run_all()

    page = browser_of("ona").get("/console/search?q=label")

    assert ticket.number in page.text and "<mark>labels</mark>" in page.html
    assert "<b>labels</b>" not in page.html
    narrowed = browser_of("ona").get("/console/search?q=label&status=resolved")
    assert "Nothing found" in narrowed.text


def test_a_number_leads_to_its_ticket(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)

    assert ticket.subject in browser_of("ona").get(f"/console/search?q={ticket.number}").text


@pytest.mark.parametrize("path", ["/console/search?q=", "/portal/tickets?q="])
def test_too_long_a_query_is_refused_in_words(cast: Cast, browser_of: BrowserOf, path: str) -> None:
    person = "ona" if path.startswith("/console") else "jonas"
    answer = browser_of(person)._fetch("GET", path + "a" * 5_000)

    assert answer.status_code == 422
    assert "1,000 characters long at most" in answer.get_data(as_text=True).replace("1000", "1,000")


def test_clients_find_their_own_and_no_notes(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast, subject="Blank labels")
    add_note(ticket, NewMessage("Behind with payments."), by=cast.ona)
    run_all()

    assert ticket.number in browser_of("jonas").get("/portal/tickets?q=label").text
    assert ticket.number not in browser_of("jonas").get("/portal/tickets?q=payments").text
    assert ticket.number not in browser_of("marek").get("/portal/tickets?q=label").text


def test_the_administrator_keeps_search_words(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("petras").get("/console/search-synonyms")
    assert "No groups yet" in page.text

    assert browser_of("ona")._fetch("GET", "/console/search-synonyms").status_code == 403
    assert browser_of("marek")._fetch("GET", "/console/search-synonyms").status_code in (403, 404)
