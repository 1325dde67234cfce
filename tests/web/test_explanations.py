"""`why?` on every clock: what staff read of it, what a client does, and that nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from helpdesk.models.tickets import Priority, Status
from helpdesk.tickets import clocks
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.escalation import NewHandover, hand_over
from helpdesk.tickets.explanation import explain_clocks
from helpdesk.tickets.priority import override_priority
from helpdesk.tickets.resolution import cancel_ticket
from sla.models import ClockKind
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket
from tests.page import Client
from tests.tickets.test_clock_rules import add_target, whole_policy  # noqa: F401 - a fixture
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
At = Callable[..., AbstractContextManager[None]]


def test_the_lines_of_every_clock_add_up(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        reply_to_client(ticket, NewMessage("Which?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-10 16:00"):
        found = explain_clocks(ticket, for_=cast.ona)

    assert {each.clock for each in found} == {"first_response", "resolution"}
    for each in found:
        assert sum(line.seconds for line in each.arithmetic.past) == each.arithmetic.consumed == 3600
    resolution = next(each for each in found if each.clock == "resolution")
    assert [(h.what, h.actor_kind) for h in resolution.happenings] == [("started", "contact"), ("paused", "operator")]
    assert (resolution.calendar, resolution.policy, len(resolution.versions)) == ("Office hours", "Standard", 1)


def test_what_was_cancelled_is_counted_no_further(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 11:00"):
        cancel_ticket(ticket, "Not wanted.", by=cast.ona)
    with at("2026-03-10 16:00"):
        for each in explain_clocks(ticket, for_=cast.ona):
            assert (each.state, each.arithmetic.consumed) == ("cancelled", 2 * 3600)
            assert sum(line.seconds for line in each.arithmetic.past) == 2 * 3600
            assert [h.what for h in each.happenings] == ["started", "cancelled"]


def test_staff_read_the_arithmetic_with_names(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    override_priority(ticket, Priority.P2, "Urgent.", by=cast.ona)
    clock = next(c for c in clocks.of(ticket) if c.kind is ClockKind.RESOLUTION)
    path = f"/console/tickets/{ticket.number}/clocks/{clock.id}"
    with at("2026-03-03 11:00"):
        page = browser_of("ona").get(path)
        fragment = browser_of("ona").client.get(path, headers={"HX-Request": "true"}).text

    for words in ("09:00–12:00, 13:00–17:00", "Priority changed from P4 to P2", "Ona", "Standard", "Office hours",
                  "Calendar in force since", "7h"):  # fmt: skip
        assert words in page.text, words
    assert fragment.strip().startswith('<div class="why__steps')
    assert path in browser_of("ona").get(f"/console/tickets/{ticket.number}").html


@pytest.mark.usefixtures("whole_policy")
def test_a_client_reads_their_own_clocks_and_nothing_of_the_house(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    with at("2026-03-02 11:00"):
        reply_to_client(ticket, NewMessage("Which?"), by=cast.tomas, status=Status.WAITING_CLIENT)
    with at("2026-03-02 15:00"):
        receive_reply(ticket, NewMessage("The blue one."), by=cast.jonas, channel=ticket.channel)
    with at("2026-03-03 11:00"):
        page = browser_of("jonas").get(f"/portal/tickets/{ticket.number}/clocks")
        shown = browser_of("jonas").get(f"/portal/tickets/{ticket.number}")

    for words in ("First response", "Next response", "Regular update", "Resolution"):
        assert words in page.text, words
    for words in ("Tomas", "Ona", "OLA", "Time to own", "Office hours", "Standard", "another line", "Service desk"):
        assert words not in page.text.partition("This is how")[2], words
    assert "waiting for the client" in page.text
    assert "You" in page.text
    assert "Our team" in page.text
    assert f"/portal/tickets/{ticket.number}/clocks" in shown.html


def test_a_stranger_finds_no_explanation(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, other = a_ticket(cast), a_ticket(cast, requester=cast.marek)
    clock = clocks.of(ticket)[0]

    browser_of("marek").get(f"/portal/tickets/{ticket.number}/clocks", status=404)
    browser_of("marek").get(f"/console/tickets/{ticket.number}/clocks/{clock.id}", status=404)
    browser_of("giedrius").get(f"/console/tickets/{ticket.number}/clocks/{clock.id}", status=404)
    # A clock of another ticket is none of this one.
    browser_of("ona").get(f"/console/tickets/{other.number}/clocks/{clock.id}", status=404)


def test_an_explanation_asks_few_questions(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast, line=3)
    clock = next(c for c in clocks.of(ticket) if c.kind is ClockKind.RESOLUTION)
    console, portal = f"/console/tickets/{ticket.number}/clocks/{clock.id}", f"/portal/tickets/{ticket.number}/clocks"
    for name, path in (("ona", console), ("jonas", portal)):
        browser = browser_of(name)
        browser.get(path)
        with queries(16, path):
            browser.get(path)
