"""Clocks, causes, excuses, escalations and reopenings that were not genuine, by the API."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from helpdesk.jobs.worker import run_all
from helpdesk.models.tickets import Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.tickets import clocks, ladder
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.resolution import refuse_resolution, resolve_ticket
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]
As = Callable[[Actor], Caller]


def late(cast: Cast, at: At) -> Ticket:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-03 09:30"):
        while clocks.sweep():
            pass
        run_all()
    return ticket


def test_the_clocks_of_a_ticket_are_read_with_their_pauses(cast: Cast, at: At, ona: Caller, jonas: Caller) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        reply_to_client(ticket, NewMessage("Which serial?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-02 12:00"):
        shown = {each["clock"]: each for each in ona.get(f"/tickets/{ticket.number}/clocks").get_json()["clocks"]}
        theirs = jonas.get(f"/tickets/{ticket.number}/clocks").get_json()["clocks"]

    assert (shown["first_response"]["state"], shown["first_response"]["consumed_seconds"]) == ("met", 3600)
    resolution = shown["resolution"]
    assert (resolution["state"], resolution["due_at"], resolution["consumed_seconds"]) == ("paused", None, 3600)
    assert resolution["pauses"] == [{"since": "2026-03-02T08:00:00Z", "until": None, "reason": "waiting_client"}]
    assert {each["clock"] for each in theirs} == {"first_response", "resolution"}
    assert all("id" not in each and "judgement" not in each for each in theirs)


def test_a_breach_gets_its_cause_and_is_excused_by_a_second_person(cast: Cast, at: At, as_: As) -> None:
    ticket = late(cast, at)
    ona, rasa, vera = as_(cast.ona), as_(cast.rasa), as_(cast.vera)
    with at("2026-03-03 10:00"):
        clock = ona.get(f"/tickets/{ticket.number}/clocks").get_json()["clocks"][0]
        path = f"/tickets/{ticket.number}/clocks/{clock['id']}"
        assert rasa.put(f"{path}/excuse", {"reason": "A flood."}).get_json()["code"] == "no_cause"
        wrong = ona.put(f"{path}/cause", {"cause": "other"})
        assert (wrong.status_code, wrong.get_json()["errors"][0]["pointer"]) == (422, "#/note")
        ona.put(f"{path}/cause", {"cause": "force_majeure"})
        assert vera.post(f"{path}/excuse/approval").get_json()["code"] == "not_asked"
        assert rasa.put(f"{path}/excuse", {"reason": " "}).get_json()["errors"][0]["pointer"] == "#/reason"
        rasa.put(f"{path}/excuse", {"reason": "A flood."})
        assert rasa.post(f"{path}/excuse/approval").get_json()["code"] == "second_person_needed"
        for _twice in range(2):
            excused = vera.post(f"{path}/excuse/approval")
            assert excused.status_code == 200

    said = excused.get_json()["clocks"][0]["judgement"]
    assert (said["cause"], said["excuse"], said["is_excused"]) == ("force_majeure", "A flood.", True)
    assert (said["judged_by"], said["excused_by"]) == (cast.rasa.name, cast.vera.name)
    assert facts(ticket).count("BreachJudged") == 3


def test_an_excuse_can_be_refused(cast: Cast, at: At, as_: As) -> None:
    ticket = late(cast, at)
    ona, rasa, vera = as_(cast.ona), as_(cast.rasa), as_(cast.vera)
    with at("2026-03-03 10:00"):
        clock = ona.get(f"/tickets/{ticket.number}/clocks").get_json()["clocks"][0]
        path = f"/tickets/{ticket.number}/clocks/{clock['id']}"
        ona.put(f"{path}/cause", {"cause": "capacity"})
        rasa.put(f"{path}/excuse", {"reason": "So many calls."})
        refused = vera.post(f"{path}/excuse/refusal").get_json()

    assert (refused["clocks"][0]["judgement"]["excuse"], refused["clocks"][0]["judgement"]["is_excused"]) == (
        None,
        False,
    )


def test_who_was_told_of_a_breach_takes_note_of_it(cast: Cast, at: At, as_: As) -> None:
    ticket = late(cast, at)
    vera = as_(cast.vera)
    with at("2026-03-03 10:00"):
        ladder.sweep()
        told = vera.get("/escalations").get_json()["escalations"]
        assert {(each["ticket"], each["occasion"], each["step"]) for each in told} == {(ticket.number, "breached", 3)}
        taken = vera.post(f"/escalations/{told[0]['id']}/acknowledgement").get_json()
        assert (taken["is_open"], taken["is_acknowledged"], taken["ticket"]) == (False, True, ticket.number)
        assert told[0]["id"] not in {e["id"] for e in vera.get("/escalations").get_json()["escalations"]}
    assert "RungAcknowledged" in facts(ticket)


def test_a_reopening_that_was_not_genuine_is_undone(cast: Cast, at: At, as_: As) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
    with at("2026-03-02 10:00"):
        refuse_resolution(ticket, NewMessage("Thanks, bye."), by=cast.jonas)
    path, rasa = f"/tickets/{ticket.number}/reopenings/undoing", as_(cast.rasa)
    with at("2026-03-02 10:30"):
        assert rasa.post(path, {"reason": ""}).get_json()["errors"][0]["pointer"] == "#/reason"
        undone = rasa.post(path, {"reason": "Only thanks."})
    assert (undone.status_code, undone.get_json()["status"]) == (200, "resolved")
