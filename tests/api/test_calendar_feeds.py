"""Calendar feeds by the API: made, told once, listed without their secret, revoked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.policy.actor import Actor
from tests.aftersales.test_revisits import a_revisit
from tests.api.conftest import Caller
from tests.cast import Cast

As = Callable[[Actor], Caller]


def test_a_feed_is_made_used_and_revoked(app: Flask, cast: Cast, jonas: Caller, marek: Caller) -> None:
    a_revisit(cast)
    made = jonas.post("/calendar-feeds", {"kind": "mine"})
    assert made.status_code == 201
    feed = made.get_json()
    path = "/feeds/" + feed["url"].rpartition("/feeds/")[2]
    client = app.test_client()
    with app.app_context():
        assert b"SUMMARY:Training\\, Service desk" in client.get(path).data
    [listed] = jonas.get("/calendar-feeds").get_json()["calendar_feeds"]
    assert "url" not in listed and listed["used_at"] == "2026-03-02T07:00:00Z" and listed["name"] == "My visits"
    assert marek.get("/calendar-feeds").get_json()["calendar_feeds"] == []
    assert marek.delete(f"/calendar-feeds/{feed['id']}").status_code == 404
    for _twice in range(2):
        assert jonas.delete(f"/calendar-feeds/{feed['id']}").status_code == 204
    with app.app_context():
        assert client.get(path).status_code == 404
    assert jonas.get("/calendar-feeds").get_json()["calendar_feeds"] == []


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({}, "#/kind"), ({"kind": "everything"}, "#/kind"), ({"kind": "organisation"}, "#/kind"),
        ({"kind": "team", "team_id": 1}, "#/kind"), ({"kind": "mine", "team_id": "x"}, "#/team_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(jonas: Caller, sent: dict[str, object], pointer: str) -> None:
    refused = jonas.post("/calendar-feeds", sent)
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_team_is_for_its_own(cast: Cast, tomas: Caller, ona: Caller, as_: As) -> None:
    sent = {"kind": "team", "team_id": cast.field.id}
    assert tomas.post("/calendar-feeds", sent).status_code == 201
    assert as_(cast.vera).post("/calendar-feeds", sent).status_code == 201
    assert ona.post("/calendar-feeds", sent).get_json()["errors"][0]["pointer"] == "#/team_id"
    assert as_(cast.petras).post("/calendar-feeds", {"kind": "mine"}).status_code == 403
