"""Promised times and causes of breaches, by the API."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from helpdesk.models.tickets import Status
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]


def test_a_time_is_promised_with_the_clients_consent(cast: Cast, ona: Caller) -> None:
    ticket = a_ticket(cast, status=Status.OPEN)
    path, sent = f"/tickets/{ticket.number}/promises", {"at": "2026-03-12T10:00:00Z", "note": "By phone.",
                                                       "consent": True}  # fmt: skip

    for _twice in range(2):
        promised = ona.post(path, sent)
        assert promised.status_code == 201
        assert promised.get_json()["due"]["at"] == "2026-03-12T10:00:00Z"
    assert facts(ticket).count("TimePromised") == 1

    for wrong, pointer in (({"consent": False}, "#/consent"), ({"at": "2026-03-01T10:00:00Z"}, "#/at"),
                           ({"note": " "}, "#/note"), ({"clock": "ola"}, "#/clock")):  # fmt: skip
        refused = ona.post(path, sent | wrong)
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.get_json()["errors"]] == [pointer]


def test_a_promise_from_its_word_to_its_outcome(cast: Cast, ona: Caller, jonas: Caller, at: At) -> None:
    path = f"/tickets/{a_ticket(cast).number}/promised-times"
    sent = {"what": "Call back", "from_at": "2026-03-03T08:00:00Z", "until_at": "2026-03-03T10:00:00Z", "note": "Busy"}
    made = [ona.post(path, sent, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    [promise] = ona.get("/promises").get_json()["promises"]
    assert (promise["id"], promise["state"], promise["owner"], promise["note"]) == (
        made[0].get_json()["id"], "planned", "Ona", "Busy",
    )  # fmt: skip
    reused = ona.post(path, sent | {"until_at": "2026-03-04T10:00:00Z"}, headers={"Idempotency-Key": "once"})
    assert reused.status_code == 422
    own = f"/promises/{promise['id']}"
    assert "note" not in jonas.get(own).get_json()

    moved = {"until_at": "2026-03-05T10:00:00Z", "reason": "A flat tyre"}
    following = [ona.post(f"{own}/move", moved).get_json()["id"] for _ in range(2)]
    assert len(set(following)) == 1
    assert ona.get(own).get_json()["state"] == "moved"
    next_one = f"/promises/{following[0]}"
    handed = ona.put(f"{next_one}/owner", {"operator_id": cast.tomas.operator_id, "reason": "Ill"}).get_json()
    assert handed["owner"] == "Tomas"
    with at("2026-03-05 12:01"):
        assert ona.put(f"{next_one}/outcome", {}).get_json()["state"] == "late"
        assert ona.post(f"{next_one}/withdrawal", {"reason": "No"}).status_code == 409
    assert [row["state"] for row in jonas.get("/promises").get_json()["promises"]] == ["late", "moved"]
    assert [row["id"] for row in ona.get("/promises?state=moved").get_json()["promises"]] == [promise["id"]]


def test_what_is_wrong_with_a_promise_is_named(cast: Cast, ona: Caller) -> None:
    path = f"/tickets/{a_ticket(cast).number}/promised-times"
    good = {"what": "Call back", "until_at": "2026-03-03T10:00:00Z"}
    for wrong, pointer in (
        ({"what": " "}, "#/what"), ({"until_at": "2026-03-01T10:00:00Z"}, "#/until_at"),
        ({"from_at": "2026-03-04T10:00:00Z"}, "#/until_at"), ({"owner_id": 999}, "#/owner_id"),
        ({"channel": "fax"}, "#/channel"),
    ):  # fmt: skip
        refused = ona.post(path, good | wrong)
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.get_json()["errors"]] == [pointer]
    assert ona.get("/promises").get_json()["promises"] == []


def test_a_late_ticket_is_resolved_with_its_cause(cast: Cast, ona: Caller, at: At) -> None:
    ticket = a_ticket(cast)
    path = f"/tickets/{ticket.number}/resolution"
    with at("2026-03-03 10:00"):
        refused = ona.call("PUT", path, json={"text": "Done."})
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/breach_cause")
        refused = ona.call("PUT", path, json={"text": "Done.", "breach_cause": "other"})
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/breach_note")

        done = ona.call("PUT", path, json={"text": "Done.", "breach_cause": "vendor"})

    assert (done.status_code, done.get_json()["status"]) == (200, "resolved")
