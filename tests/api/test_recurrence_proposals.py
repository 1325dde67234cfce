"""Proposed problems and similar tickets by the API."""

from __future__ import annotations

from helpdesk.problems.similar import index_tickets
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.problems.test_detection import an_open_proposal, reported


def test_a_proposal_is_read_and_accepted(cast: Cast, ona: Caller, tomas: Caller) -> None:
    proposal = an_open_proposal(cast)
    listed = ona.get("/recurrence-proposals?state=open").get_json()["proposals"]
    assert [(each["id"], each["count"]) for each in listed] == [(proposal.id, 6)]
    path = f"/recurrence-proposals/{proposal.id}"
    whole = ona.get(path).get_json()
    assert whole["evidence"]["terms"][0] == "err-4711"
    assert len(whole["tickets"]) == 6

    accepted = ona.put(f"{path}/acceptance", {"title": "Sign-in"}).get_json()

    assert (accepted["state"], accepted["problem"]) == ("accepted", ona.get(path).get_json()["problem"])
    assert tomas.put(f"{path}/dismissal", {"reason": "No."}).status_code == 409
    assert ona.get("/recurrence-proposals?state=open").get_json()["proposals"] == []


def test_a_proposal_is_merged_or_dismissed(cast: Cast, ona: Caller) -> None:
    proposal = an_open_proposal(cast)
    path = f"/recurrence-proposals/{proposal.id}"
    assert pointers(ona.put(f"{path}/dismissal", {"reason": ""})) == ["#/reason"]
    assert ona.put(f"{path}/merger", {"problem": "P-999"}).status_code == 404
    problem = a_problem(cast)

    assert ona.put(f"{path}/merger", {"problem": problem.number}).get_json()["problem"] == problem.number


def test_strangers_find_no_proposals(cast: Cast, jonas: Caller, marek: Caller) -> None:
    proposal = an_open_proposal(cast)

    for stranger in (jonas, marek):
        assert stranger.get(f"/recurrence-proposals/{proposal.id}").status_code == 404
        assert stranger.put(f"/recurrence-proposals/{proposal.id}/dismissal", {"reason": "x"}).status_code == 404


def test_similar_tickets_are_told_to_staff(cast: Cast, ona: Caller, jonas: Caller, marek: Caller) -> None:
    one = a_ticket(cast, subject="Blank labels", text="The printer prints blank labels since ERR-4711.")
    a_ticket(cast, subject="A quotation for ten chairs", text="Please.")
    other = a_ticket(cast, subject="Labels are blank", text="ERR-4711: blank labels on the printer.")
    index_tickets([one.id, other.id])

    told = ona.get(f"/tickets/{other.number}/similar").get_json()

    assert [each["ticket"] for each in told["tickets"]] == [one.number]
    assert told["tickets"][0]["likeness"] > 0.5
    assert told["tickets"][0]["is_same_group"]
    assert "err-4711" in told["tickets"][0]["shared"]
    assert told["problem"] is None
    assert jonas.get(f"/tickets/{other.number}/similar").status_code == 404
    assert marek.get(f"/tickets/{other.number}/similar").status_code == 404


def test_the_problem_of_likes_is_told_with_them(cast: Cast, ona: Caller) -> None:
    proposal = an_open_proposal(cast)
    problem = ona.put(f"/recurrence-proposals/{proposal.id}/acceptance", {}).get_json()["problem"]
    (late,) = reported(cast, 1)

    assert ona.get(f"/tickets/{late.number}/similar").get_json()["problem"] == problem
