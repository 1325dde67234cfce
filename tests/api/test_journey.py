"""A ticket's whole life by API: through the three lines and back, refused, accepted."""

from __future__ import annotations

from tests.api.conftest import Caller
from tests.cast import Cast

FORM = {
    "client_sees": "Blank labels", "tried": "New roll, new cable", "environment": "Printer 7.42, Windows 11",
    "asked": "Is it the firmware?",
}  # fmt: skip


def test_a_ticket_goes_up_the_lines_and_comes_back_solved(
    cast: Cast, ona: Caller, tomas: Caller, giedrius: Caller, jonas: Caller
) -> None:
    opened = jonas.post("/tickets", {"subject": "Blank labels", "text": "Since this morning every label is blank."})
    here = opened.headers["Location"]
    assert opened.get_json()["status"] == "new"
    assert opened.get_json()["due"]["state"] == "running"

    assert ona.post("/queue/next").get_json()["assignee"]["name"] == "Ona"
    ona.patch(here, {"impact": "group", "urgency": "high", "product_id": cast.printer.id})
    assert ona.get(here).get_json()["priority"] == "P2"

    asked = ona.post(f"{here}/messages", {"text": "Which roll is in it?", "status": "waiting_client"})
    assert asked.get_json()["author"] == {"kind": "operator", "name": "Ona"}
    assert jonas.get(here).get_json()["due"]["state"] == "paused"
    jonas.post(f"{here}/messages", {"text": "The one from the old box."})
    assert jonas.get(here).get_json()["status"] == "open"

    up = ona.post(f"{here}/handovers", {**FORM, "to_team_id": cast.field.id})
    assert (up.status_code, up.get_json()["kind"], up.get_json()["handover"]["tried"]) == (
        201,
        "handover",
        FORM["tried"],
    )
    assert giedrius.get(here).status_code == 404
    tomas.post(f"{here}/handovers", FORM)
    assert giedrius.get(here).get_json()["line"] == 3
    giedrius.post(f"{here}/notes", {"text": "Known fault of 7.42."})
    down = giedrius.post(f"{here}/returns", {"reason": "Fixed in 7.43, install that."})
    assert (down.get_json()["kind"], down.get_json()["to_team"]["name"]) == ("return", "Field service")
    assert tomas.get(here).get_json()["assignee"]["name"] == "Tomas"

    tomas.put(f"{here}/resolution", {"text": "Please install 7.43."})
    refused = jonas.post(f"{here}/refusal", {"text": "Still blank."})
    assert refused.get_json()["status"] == "open"
    tomas.put(f"{here}/resolution", {"text": "Now with the new print head."})
    assert jonas.get(here).get_json()["closes_at"] == "2026-03-09T15:00:00Z"
    assert jonas.post(f"{here}/acceptance").get_json()["status"] == "closed"

    facts = [entry["fact"] for entry in ona.get(f"{here}/timeline").get_json()["entries"]]
    for fact in ("TicketOpened", "TicketHandedOver", "TicketReturned", "ResolutionRefused", "ResolutionAccepted"):
        assert fact in facts
    hops = ona.get(f"{here}/transfers").get_json()["transfers"]
    assert [hop["kind"] for hop in hops] == ["routed", "handover", "handover", "return"]
    words = [message["text"] for message in jonas.get(f"{here}/messages").get_json()["messages"]]
    assert "Known fault of 7.42." not in words
    assert words[-1] == "Now with the new print head."


def test_a_ticket_reopens_by_either_noun(ona: Caller, jonas: Caller) -> None:
    here = jonas.post("/tickets", {"subject": "Blank labels", "text": "All of them."}).headers["Location"]
    for reopen in (lambda: jonas.delete(f"{here}/resolution", {"reason": "Blank again."}),
                   lambda: ona.post(f"{here}/reopenings", {"reason": "He called."})):  # fmt: skip
        ona.put(f"{here}/resolution", {"text": "Clean the print head."})
        assert reopen().get_json()["status"] == "open"
    assert ona.get(here).get_json()["reopenings"] == 2


def test_a_client_withdraws_a_ticket_before_specialists_work_on_it(ona: Caller, jonas: Caller) -> None:
    here = jonas.post("/tickets", {"subject": "Blank labels", "text": "All of them."}).headers["Location"]

    assert jonas.post(f"{here}/cancellation", {"reason": "It works."}).get_json()["status"] == "cancelled"
    late = ona.post(f"{here}/messages", {"text": "Really?"})
    assert (late.status_code, late.get_json()["code"]) == (409, "not_open")
