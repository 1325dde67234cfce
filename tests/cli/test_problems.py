"""`problems` as typed: list, show, and telling clients, first on paper."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.models.problems import Broadcast, ProblemState
from helpdesk.models.tickets import Status
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.problems.test_detection import reported, with_a_past

ONA = ("--as", "ona@desk.example")


def test_a_problem_is_listed_and_shown(cast: Cast, threeline: Threeline) -> None:
    number = a_problem(cast, ProblemState.FIX_PLANNED).number
    fixed = a_problem(cast, ProblemState.FIXED, title="Done").number
    [row] = threeline("problems", "list", "--json").document["problems"]
    assert (row["number"], row["state"], row["cost"]["tickets"]) == (number, "fix_planned", 1)
    assert fixed in threeline("problems", "list", "--state", "fixed").out
    assert all(each in threeline("problems", "list", "--all").out for each in (number, fixed))
    text = threeline("problems", "show", number).out
    for words in ("Root cause (code)", "Workaround [lt]", "Fix planned: 7.42", "1 tickets of 1 organisations"):
        assert words in text
    assert threeline("problems", "show", fixed, "--json").document["fixed_version"] == "7.42"


def test_clients_are_told_first_on_paper(cast: Cast, threeline: Threeline) -> None:
    tickets = (a_ticket(cast), a_ticket(cast, status=Status.RESOLVED), a_ticket(cast, language="ru"))
    number = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=tickets).number
    told = threeline("problems", "broadcast", number, "--dry-run", "--json").document
    assert (told["told"], told["left_out"], told["missing"]) == (2, 1, {"ru": 1})
    text = threeline("problems", "broadcast", number, "--dry-run", *ONA).out
    for words in ("gets nothing: resolved", "No text in ru", "nothing is sent"):
        assert words in text
    assert db.session.query(Broadcast).count() == 0
    assert "it goes out at" in threeline("problems", "broadcast", number, *ONA).out
    assert threeline("problems", "broadcast", number, *ONA).code != 0
    assert db.session.query(Broadcast).count() == 1


def test_what_cannot_be_is_refused(cast: Cast, threeline: Threeline) -> None:
    number = a_problem(cast).number
    assert threeline("problems", "show", "P-999").code == 66
    assert threeline("problems", "list", "--all", "--state", "new").code == 64
    assert threeline("problems", "broadcast", number, "--dry-run", *ONA).code == 65
    assert threeline("problems", "broadcast", number).code == 64
    assert threeline("problems", "broadcast", number, "--as", "petras@desk.example").code in (65, 77)


def test_what_grows_unusually_is_detected_now(cast: Cast, threeline: Threeline) -> None:
    assert threeline("problems", "detect").out.strip() == "Nothing grows unusually."
    with_a_past(cast)
    reported(cast, 6)

    [found] = threeline("problems", "detect", "--json").document["proposals"]

    assert (found["count"], found["state"], found["is_current"]) == (6, "open", True)
    assert "err-4711" in threeline("problems", "detect").out
