"""`sla explain` and `sla replay`: the clocks of a desk's tickets on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from helpdesk.core.db import db
from helpdesk.models.tickets import Status, Ticket
from helpdesk.tickets import clocks
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from sla.models import Clock
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket

ONA, JONAS, MAREK = "ona@desk.example", "jonas@klinika.example", "marek@strangers.example"
At = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def ticket(cast: Cast, at: At) -> Iterator[Ticket]:
    """Asked on Monday at nine, and waiting for the client since ten; it is Tuesday."""
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        reply_to_client(ticket, NewMessage("Which?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-03 10:00"):
        yield ticket


def test_a_clock_is_explained_in_json(threeline: Threeline, ticket: Ticket) -> None:
    number = ticket.number
    told = threeline("sla", "explain", number, "--clock", "resolution", "--as", ONA, "--json").document

    (clock,) = told["clocks"]
    assert told["number"] == number
    assert (clock["state"], clock["consumed_seconds"], clock["remaining_seconds"]) == ("paused", 3600, 39 * 3600)
    assert sum(line["seconds"] for line in clock["counted"]) == clock["consumed_seconds"]
    assert clock["counted"][0]["hours"] == [["2026-03-02T07:00:00Z", "2026-03-02T08:00:00Z"]]
    assert clock["counted"][1]["notes"] == [{"why": "pause", "what": "waiting_client", "seconds": 7200}]
    assert [(h["what"], h["by"]["name"]) for h in clock["happenings"]] == [("started", "Jonas"), ("paused", "Ona")]
    assert clock["versions"][0]["valid_from"] == "1970-01-01T00:00:00Z"
    assert clock["tzdata"]


def test_the_same_in_text(threeline: Threeline, ticket: Ticket) -> None:
    number = ticket.number
    told = threeline("sla", "explain", number, "--as", ONA).out

    assert "resolution, cycle 1: paused" in told
    assert "Mon 2026-03-02 09:00–10:00" in told
    assert "6 h pause: waiting client" in told
    assert "paused: waiting client, by Ona" in told


def test_a_client_reads_no_names_of_the_house(threeline: Threeline, ticket: Ticket) -> None:
    told = threeline("sla", "explain", ticket.number, "--as", JONAS, "--json")

    assert [clock["clock"] for clock in told.document["clocks"]] == ["first_response", "resolution"]
    assert [h["by"] for h in told.document["clocks"][1]["happenings"]] == [{"kind": "you"}, {"kind": "desk"}]
    for words in ("Ona", "Office hours", "Standard"):
        assert words not in told.out


def test_a_stranger_is_told_of_no_such_ticket(threeline: Threeline, ticket: Ticket) -> None:
    told = threeline("sla", "explain", ticket.number, "--as", MAREK)
    assert (told.code, told.out) == (66, "")


def test_a_replay_shows_the_clocks_of_a_ticket(threeline: Threeline, ticket: Ticket) -> None:
    told = threeline("sla", "replay", ticket.number, "--json").document

    assert [(c["clock"], c["cycle"], c["state"]) for c in told["clocks"]] == [
        ("first_response", 1, "met"), ("resolution", 1, "paused"),
    ]  # fmt: skip
    assert told["clocks"][1]["pauses"] == [{"from": "2026-03-02T08:00:00Z", "to": None, "reason": "waiting_client"}]
    assert ticket.number in threeline("sla", "replay", ticket.number).out


def test_a_replay_finds_no_difference_where_there_is_none(threeline: Threeline, ticket: Ticket) -> None:
    told = threeline("sla", "replay", "--all", "--check", "--json")
    assert (told.code, told.document) == (0, {"ok": True, "tickets": 1, "differences": []})
    assert threeline("sla", "replay", ticket.number, "--check").out == "1 tickets replayed, 0 differences\n"


def test_a_replay_finds_what_was_changed_by_hand(threeline: Threeline, ticket: Ticket) -> None:
    number, clock = ticket.number, clocks.of(ticket)[1]
    db.session.execute(db.update(Clock).where(Clock.id == clock.id).values(target_seconds=1))

    told = threeline("sla", "replay", "--all", "--check", "--json")

    assert told.code == 1
    assert told.document["differences"] == [
        {"number": number, "clock": "resolution", "cycle": 1, "columns": ["target_seconds"]}
    ]
    assert "target_seconds" in threeline("sla", "replay", number, "--check").out


def test_a_replay_is_told_of_what(threeline: Threeline, cast: Cast) -> None:
    assert threeline("sla", "replay").code == 64
    assert threeline("sla", "replay", "--all").code == 64
    assert threeline("sla", "replay", "T-99", "--check").code == 66


def test_what_was_kept_is_told_in_json_and_in_text(threeline: Threeline, ticket: Ticket) -> None:
    told = threeline("report", "sla", "--since", "2026-03-01", "--json").document

    assert told["by"]["kind"]["first_response"] | {"fraction": "1/1", "percent": None} == told["by"]["kind"][
        "first_response"]  # fmt: skip
    assert told["total"]["undecided"] == {"not_due": 0, "paused": 1}
    assert set(told) == {"as_of", "since", "until", "where", "total", "by", "excluded", "overdue_now", "paused_share",
                         "priority_lowerings", "backdated_events", "report", "zone", "dimensions", "before", "rows",
                         "rejudged", "paused"}  # fmt: skip
    assert set(told["by"]) == {"kind", "priority", "policy", "team", "line", "organisation"}
    shown = threeline("report", "sla", "--where", "clock=resolution", "--by", "team").out
    assert "Service desk" in shown
    assert "overdue now: 0" in shown
    assert threeline("report", "sla", "--as", ONA).code == 77
    assert threeline("report", "sla", "--as", MAREK).code == 77
    assert threeline("report", "sla", "--where", "clock=egg").code == 65
