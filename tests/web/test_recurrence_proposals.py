"""Proposed problems as pages, and the similar tickets of one."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.core.db import db
from helpdesk.models.problems import Problem, ProposalState
from helpdesk.problems.problems import link_tickets
from helpdesk.problems.proposals import accept_proposal
from helpdesk.problems.similar import index_tickets
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.problems.solving import a_problem
from tests.problems.test_detection import an_open_proposal, reported
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def test_a_proposal_is_found_read_and_accepted_once(cast: Cast, browser_of: BrowserOf) -> None:
    proposal, ona = an_open_proposal(cast), browser_of("ona")
    with queries(25, "the list of proposals"):
        page = ona.get("/console/recurrence-proposals")
    assert proposal.title in page.text
    page = ona.get(f"/console/recurrence-proposals/{proposal.id}")
    assert "6 tickets came within 7 days" in page.text
    assert "err-4711" in page.text

    form = page.form("/acceptance")
    for _click in range(2):
        page = ona.submit(form, title="Sign-in fails")

    assert page.heading.endswith("Sign-in fails")
    assert db.session.query(Problem).count() == 1
    assert proposal.title in ona.get("/console/recurrence-proposals?view=accepted").text


def test_a_desk_without_proposals_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    assert "Nothing grows unusually" in browser_of("ona").get("/console/recurrence-proposals").text


def test_a_proposal_is_merged_into_a_known_problem(cast: Cast, browser_of: BrowserOf) -> None:
    problem, proposal, ona = a_problem(cast), an_open_proposal(cast), browser_of("ona")

    ona.submit(ona.get(f"/console/recurrence-proposals/{proposal.id}").form("/merger"), problem=problem.number)

    db.session.expire_all()
    assert (proposal.state, proposal.problem_id) == (ProposalState.MERGED, problem.id)


def test_dismissing_needs_a_reason(cast: Cast, browser_of: BrowserOf) -> None:
    proposal, ona = an_open_proposal(cast), browser_of("ona")
    page = ona.submit(ona.get(f"/console/recurrence-proposals/{proposal.id}").form("/dismissal"), reason="")
    assert (page.status, "Say why it is no problem." in page.text) == (422, True)

    ona.submit(page.form("/dismissal"), reason="Planned.")

    db.session.expire_all()
    assert (proposal.state, proposal.reason) == (ProposalState.DISMISSED, "Planned.")
    assert "Planned." in ona.get(f"/console/recurrence-proposals/{proposal.id}").text


def test_clients_and_the_third_line_find_no_proposals(cast: Cast, browser_of: BrowserOf) -> None:
    proposal = an_open_proposal(cast)

    browser_of("giedrius").get(f"/console/recurrence-proposals/{proposal.id}", status=404)
    for client in ("jonas", "marek"):
        browser_of(client).get(f"/console/recurrence-proposals/{proposal.id}", status=404)
        browser_of(client).get("/console/recurrence-proposals", status=404)


def test_similar_tickets_are_shown_to_whoever_sees_them(cast: Cast, browser_of: BrowserOf) -> None:
    one, *_rest, last = reported(cast, 8)
    other = a_ticket(cast, subject="A quotation for ten chairs", text="Please.")
    index_tickets([other.id])
    ona = browser_of("ona")
    assert "Similar tickets" in ona.get(f"/console/tickets/{last.number}").text
    with queries(20, "similar tickets"):
        page = ona.get(f"/console/tickets/{last.number}/similar")

    assert one.number in page.text
    assert "nearly the same" in page.text
    assert "err-4711" in page.text
    assert other.number not in page.text
    browser_of("marek").get(f"/console/tickets/{last.number}/similar", status=404)
    browser_of("giedrius").get(f"/console/tickets/{last.number}/similar", status=404)


def test_a_new_ticket_is_offered_to_the_problem_of_its_likes(cast: Cast, browser_of: BrowserOf) -> None:
    problem = accept_proposal(an_open_proposal(cast), by=cast.ona)
    (late,) = reported(cast, 1)
    ona = browser_of("ona")

    assert problem.number in ona.get(f"/console/tickets/{late.number}/similar").text
    link_tickets(problem, [late], by=cast.ona)
    assert problem.number not in ona.get(f"/console/tickets/{late.number}/similar").text
