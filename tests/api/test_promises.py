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
