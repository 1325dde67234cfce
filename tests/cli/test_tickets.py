"""A ticket's life from the command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from helpdesk.models.tickets import Status
from helpdesk.tickets.conversation import NewMessage, add_note
from tests.cast import Cast
from tests.cli.conftest import Run, Threeline
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]
ONA, TOMAS, GIEDRIUS, RASA = (f"{name}@desk.example" for name in ("ona", "tomas", "giedrius", "rasa"))
JONAS, MAREK, LENA = "jonas@klinika.example", "marek@strangers.example", "lena@klinika.example"
ANSWERS = ["--client-sees", "Blank labels", "--tried", "New roll", "--articles", "none", "--environment", "7.42",
           "--asked", "Is it the firmware?"]  # fmt: skip


@pytest.fixture
def ticket(threeline: Threeline, cast: Cast) -> object:
    """`ticket("show", "T-1", by=ONA)`: one step, answered in JSON."""

    def step(*words: str, by: str, given: str = "") -> Run:
        return threeline("ticket", *words, "--as", by, "--json", given=given)

    return step


def test_a_ticket_goes_through_all_three_lines(ticket: Threeline, cast: Cast) -> None:
    opened = ticket("create", "--subject", "Labels", "--text", "They are blank.", by=JONAS).document
    number = opened["number"]
    assert (opened["status"], opened["line"], opened["team"], opened["priority"]) == ("new", 1, "Service desk", "P4")
    assert opened["due"]["kind"] == "first_response"
    assert opened["due"]["at"].endswith("Z")

    asked = ticket("reply", number, "--text", "Which printer?", "--status", "waiting_client", by=ONA).document
    assert (asked["status"], asked["due"]["state"]) == ("waiting_client", "paused")
    assert ticket("reply", number, "--text", "The blue one.", by=JONAS).document["status"] == "open"

    second = ticket("handover", number, *ANSWERS, "--team", "Field service", by=ONA).document
    assert (second["line"], second["team"]) == (2, "Field service")
    assert ticket("assign", number, by=TOMAS).document["assignee"]["name"] == "Tomas"
    assert (
        ticket("transfer", number, "--team", "Software", "--reason", "Not the cable.", by=TOMAS).document["line"] == 2
    )
    back = ticket("transfer", number, "--team", "Field service", "--reason", "It is.", by=TOMAS)
    assert back.document["team"] == "Field service"
    assert ticket("handover", number, *ANSWERS, by=TOMAS).document["line"] == 3
    assert ticket("return", number, "--reason", "Clean the head.", by=GIEDRIUS).document["team"] == "Field service"
    assert ticket("return", number, "--reason", "Please tell them.", by=TOMAS).document["line"] == 1

    assert ticket("resolve", number, "--text", "Clean the head.", by=ONA).document["status"] == "resolved"
    refused = ticket("refuse", number, "--text", "Still blank.", by=JONAS).document
    assert (refused["status"], refused["reopenings"]) == ("open", 1)
    ticket("resolve", number, "--text", "Use the other roll.", by=ONA)
    accepted = ticket("accept", number, by=JONAS).document
    assert (accepted["status"], accepted["is_open"]) == ("closed", False)
    assert ticket("reopen", number, "--reason", "He called: it is back.", by=ONA).document["status"] == "open"
    assert ticket("cancel", number, "--reason", "They bought a new one.", by=ONA).document["status"] == "cancelled"


def test_an_operator_opens_a_ticket_for_a_client(ticket: Threeline, cast: Cast) -> None:
    told = ticket("create", "--subject", "Labels", "--text", "Blank.", "--requester", JONAS, "--impact", "organisation",
                  "--urgency", "high", "--product", "label printer", "--category", "Hardware", "--tag", "Zebra",
                  "--channel", "walk_in", by=ONA)  # fmt: skip

    opened = told.document
    assert (opened["requester"]["email"], opened["priority"], opened["channel"]) == (JONAS, "P1", "walk_in")
    assert (opened["product"], opened["category"], opened["tags"]) == ("Label printer", "Hardware", ["zebra"])


def test_a_call_is_written_down_in_one_step(ticket: Threeline, cast: Cast) -> None:
    told = ticket("call", "--subject", "Password", "--text", "Forgotten.", "--requester", JONAS, "--answer",
                  "Sent a link.", "--resolved", by=ONA)  # fmt: skip

    assert (told.document["status"], told.document["channel"]) == ("closed", "phone")


def test_words_come_from_standard_input(ticket: Threeline, cast: Cast) -> None:
    number = a_ticket(cast).number

    ticket("note", number, "--text", "-", by=ONA, given="Ąžuolas\nerror 17\n")

    assert ticket("show", number, by=ONA).document["messages"][-1]["text"] == "Ąžuolas\nerror 17"


def test_words_that_are_no_text_are_refused(threeline: Threeline, cast: Cast) -> None:
    number = a_ticket(cast).number

    told = threeline("ticket", "note", number, "--as", ONA, "--text", "-", given=b"\xff\xfe\x00")

    assert told.code == 65


def test_what_is_typed_in_another_encoding_is_refused(ticket: Threeline, cast: Cast) -> None:
    told = ticket("tag", a_ticket(cast).number, b"K\xfcche".decode("utf-8", "surrogateescape"), by=ONA)

    assert (told.code, told.out) == (65, "")


def test_files_are_attached(ticket: Threeline, cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "till.log").write_bytes(b"error 17")

    number = ticket("create", "--subject", "Till", "--text", "See file.", "--attach", str(tmp_path / "till.log"),
                    by=JONAS).document["number"]  # fmt: skip

    (file,) = ticket("show", number, by=JONAS).document["messages"][0]["attachments"]
    assert (file["filename"], file["size"]) == ("till.log", 8)


def test_a_file_that_is_not_there_is_told(ticket: Threeline, cast: Cast, tmp_path: Path) -> None:
    told = ticket("create", "--subject", "x", "--text", "y", "--attach", str(tmp_path / "none"), by=JONAS)

    assert (told.code, told.out) == (66, "")


def test_the_same_key_makes_one_ticket(ticket: Threeline, cast: Cast) -> None:
    words = ("create", "--subject", "Labels", "--text", "Blank.", "--key", "import-7")

    assert ticket(*words, by=JONAS).document["number"] == ticket(*words, by=JONAS).document["number"]
    assert ticket(*words, by=MAREK).document["requester"]["email"] == MAREK


def test_staff_see_messages_notes_and_timeline(ticket: Threeline, cast: Cast) -> None:
    found = a_ticket(cast, status=Status.OPEN)
    add_note(found, NewMessage("He is always in a hurry."), by=cast.ona)

    shown = ticket("show", found.number, by=ONA).document

    assert [m["kind"] for m in shown["messages"]] == ["reply", "reply", "note"]
    assert [m["by"]["name"] for m in shown["messages"]] == ["Jonas", "Ona", "Ona"]
    assert [step["fact"] for step in shown["timeline"]] == facts(found)
    assert {clock["kind"] for clock in shown["clocks"]} == {"first_response", "resolution"}


def test_a_client_sees_what_was_said_and_nothing_of_the_house(ticket: Threeline, cast: Cast) -> None:
    found = a_ticket(cast, line=2)
    add_note(found, NewMessage("He is always in a hurry."), by=cast.ona)

    told = ticket("show", found.number, by=JONAS)

    assert [m["kind"] for m in told.document["messages"]] == ["reply"]
    assert not {"timeline", "impact", "assignee", "owner", "tags", "clocks", "computed_priority"} & set(told.document)
    assert "hurry" not in told.out
    assert "firmware" not in told.out


def test_an_administrator_leaves_a_trace(ticket: Threeline, cast: Cast) -> None:
    found = a_ticket(cast)

    ticket("show", found.number, by="petras@desk.example")

    assert facts(found)[-1] == "TicketRead"


STEPS_ON_A_TICKET = [
    ["show"], ["reply", "--text", "x"], ["note", "--text", "x"], ["status", "open"], ["assign"],
    ["handover", *ANSWERS], ["return", "--reason", "x"], ["transfer", "--team", "Software", "--reason", "x"],
    ["resolve", "--text", "x"], ["promise", "--at", "2026-03-12T12:00", "--note", "x"],
    ["accept"], ["refuse", "--text", "x"], ["reopen", "--reason", "x"],
    ["cancel", "--reason", "x"], ["priority", "P1", "--reason", "x"], ["tag", "x"], ["link", "--to", "T-1"],
    ["merge", "--into", "T-1"], ["unmerge"],
]  # fmt: skip


@pytest.mark.parametrize("words", STEPS_ON_A_TICKET, ids=lambda words: words[0])
def test_for_marek_the_ticket_does_not_exist(ticket: Threeline, cast: Cast, words: list[str]) -> None:
    found = a_ticket(cast)
    before = facts(found)

    told = ticket(words[0], found.number, *words[1:], by=MAREK)

    assert (told.code, told.out) == (66, "")
    assert "does not see it" in told.err
    assert facts(found) == before


NOT_FOR_CLIENTS = {
    "note",
    "status",
    "assign",
    "handover",
    "return",
    "transfer",
    "resolve",
    "promise",
    "priority",
    "tag",
    "link",
}


@pytest.mark.parametrize("words", [w for w in STEPS_ON_A_TICKET if w[0] in NOT_FOR_CLIENTS], ids=lambda words: words[0])
def test_what_a_client_may_not_do_ends_with_77(ticket: Threeline, cast: Cast, words: list[str]) -> None:
    found, other = a_ticket(cast), a_ticket(cast)
    words = [other.number if word == "T-1" else word for word in words]

    told = ticket(words[0], found.number, *words[1:], by=JONAS)

    assert (told.code, told.out) == (77, "")
    assert "may not" in told.err


def test_marek_lists_only_his_own(ticket: Threeline, cast: Cast) -> None:
    a_ticket(cast)
    own = a_ticket(cast, requester=cast.marek)

    assert [row["number"] for row in ticket("list", by=MAREK).document["tickets"]] == [own.number]


def test_a_list_is_narrowed(ticket: Threeline, cast: Cast) -> None:
    waiting = a_ticket(cast, status=Status.WAITING_CLIENT)
    high = a_ticket(cast, line=2)

    def numbers(*words: str) -> list[str]:
        return [row["number"] for row in ticket("list", *words, by=ONA).document["tickets"]]

    assert numbers() == [high.number, waiting.number]
    assert numbers("--status", "waiting_client") == [waiting.number]
    assert numbers("--team", "field service", "--line", "2", "--open") == [high.number]
    assert numbers("--view", "waiting") == [waiting.number]
    assert numbers("--finished") == []


def test_a_list_goes_on_where_the_last_page_ended(ticket: Threeline, cast: Cast) -> None:
    made = [a_ticket(cast).number for _n in range(3)]

    first = ticket("list", "--limit", "2", by=ONA).document
    second = ticket("list", "--limit", "2", "--after", first["after"], by=ONA).document

    assert [row["number"] for page in (first, second) for row in page["tickets"]] == made[::-1]
    assert second["after"] is None


def test_the_most_urgent_ticket_is_taken_next(ticket: Threeline, cast: Cast) -> None:
    a_ticket(cast)
    urgent = a_ticket(cast)
    ticket("priority", urgent.number, "P1", "--reason", "Opening day.", by=ONA)

    taken = ticket("take-next", by=ONA).document

    assert (taken["number"], taken["assignee"]["email"]) == (urgent.number, ONA)


def test_an_empty_queue_has_no_next_ticket(ticket: Threeline, cast: Cast) -> None:
    told = ticket("take-next", by=ONA)

    assert (told.code, told.out) == (66, "")


def test_a_ticket_is_given_to_a_colleague_and_taken_off(ticket: Threeline, cast: Cast) -> None:
    number = a_ticket(cast).number

    assert ticket("assign", number, "--to", RASA, by=ONA).document["assignee"]["name"] == "Rasa"
    assert ticket("assign", number, "--nobody", by=ONA).document["assignee"] is None
    assert ticket("assign", number, "--to", TOMAS, by=ONA).code == 65
    assert ticket("assign", number, "--to", JONAS, by=ONA).code == 66


def test_a_ticket_is_scheduled_in_the_zone_of_whoever_says_so(ticket: Threeline, cast: Cast) -> None:
    number = a_ticket(cast).number

    told = ticket("status", number, "scheduled", "--scheduled-for", "2026-03-10T10:00", by=ONA)

    assert told.document["scheduled_for"] == "2026-03-10T08:00:00Z"
    assert ticket("status", number, "scheduled", "--scheduled-for", "soon", by=ONA).code == 64


def test_a_status_that_has_its_own_action_is_not_set_by_hand(ticket: Threeline, cast: Cast) -> None:
    assert ticket("status", a_ticket(cast).number, "closed", by=ONA).code == 65


def test_what_the_state_does_not_allow_ends_with_1(ticket: Threeline, cast: Cast) -> None:
    told = ticket("accept", a_ticket(cast).number, by=JONAS)

    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("threeline: ")


def test_two_tickets_are_merged_and_parted(ticket: Threeline, cast: Cast) -> None:
    one, other = a_ticket(cast), a_ticket(cast)

    merged = ticket("merge", one.number, "--into", other.number, by=ONA).document
    assert (merged["status"], merged["merged_into"]) == ("merged", other.number)
    followed = ticket("reply", one.number, "--text", "More.", by=JONAS).document
    assert followed["number"] == other.number
    assert ticket("unmerge", one.number, by=ONA).document["status"] == "new"


def test_tickets_are_linked_and_tagged(ticket: Threeline, cast: Cast) -> None:
    one, other = a_ticket(cast), a_ticket(cast)

    assert ticket("link", one.number, "--to", other.number, "--kind", "duplicate_of", by=ONA).code == 0
    assert ticket("tag", one.number, "Zebra", "driver", by=ONA).document["tags"] == ["driver", "zebra"]
    assert ticket("tag", one.number, by=ONA).document["tags"] == []


def test_nobody_acts_as_somebody_who_is_not_there(ticket: Threeline, cast: Cast) -> None:
    told = ticket("list", by="nobody@desk.example")

    assert (told.code, told.out) == (66, "")
    assert "nobody@desk.example" in told.err


def test_people_get_text_in_their_own_zone(threeline: Threeline, cast: Cast) -> None:
    found = a_ticket(cast)

    shown = threeline("ticket", "show", found.number, "--as", ONA).out
    listed = threeline("ticket", "list", "--as", ONA, "--view", "queue").out

    assert shown.startswith(f"{found.number}  {found.subject}\n")
    assert "Jonas (portal)" in shown
    assert " 09:00 " in shown
    assert "first response due" in listed


def test_a_clients_words_do_not_command_the_terminal(threeline: Threeline, cast: Cast) -> None:
    found = a_ticket(cast, text="\x1b[2J\x9b31m\u202ered")

    told = threeline("ticket", "show", found.number, "--as", ONA)

    assert not set(told.out) & {"\x1b", "\x9b", "\u202e"}
    assert "[2J31mred" in told.out


def test_a_promised_time_stands_beside_the_contracts(ticket: Threeline, cast: Cast) -> None:
    number = a_ticket(cast, status=Status.OPEN).number

    promised = ticket("promise", number, "--at", "2026-03-12T12:00", "--note", "By phone.", by=ONA).document

    clock = next(each for each in promised["clocks"] if each["kind"] == "resolution")
    assert (clock["promised_for"], clock["promises"]) == ("2026-03-12T10:00:00Z", 1)
    assert clock["contract_due_at"] == "2026-03-09T07:00:00Z"
    assert promised["due"]["at"] == "2026-03-12T10:00:00Z"
    assert ticket("promise", number, "--at", "2026-03-01T12:00", "--note", "x", by=ONA).code == 65
    assert ticket("promise", number, "--at", "soon", "--note", "x", by=ONA).code == 64


def test_a_late_ticket_is_resolved_with_its_cause(ticket: Threeline, cast: Cast, at: At) -> None:
    number = a_ticket(cast).number
    with at("2026-03-03 10:00"):
        refused = ticket("resolve", number, "--text", "Done.", by=ONA)
        assert (refused.code, "breach_cause" in refused.err) == (65, True)

        done = ticket("resolve", number, "--text", "Done.", "--breach-cause", "vendor", by=ONA)

    assert done.document["status"] == "resolved"
