"""Wall boards of televisions by the API: made, told once, listed without their secret, revoked."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from helpdesk.policy.actor import Actor
from tests.api.conftest import Caller
from tests.cast import Cast

As = Callable[[Actor], Caller]


def test_an_address_is_made_used_and_revoked(app: Flask, cast: Cast, as_: As) -> None:
    vera = as_(cast.vera)
    made = vera.post("/wall-links", {"name": "Hall", "line": 1})
    assert made.status_code == 201
    link = made.get_json()
    path = "/walls/" + link["url"].rpartition("/walls/")[2]
    with app.app_context():
        assert app.test_client().get(path).status_code == 200
    [listed] = vera.get("/wall-links").get_json()["wall_links"]
    assert "url" not in listed and (listed["name"], listed["line"]) == ("Hall", 1) and listed["used_at"]
    assert as_(cast.rasa).get("/wall-links").get_json()["wall_links"] == []
    assert as_(cast.rasa).delete(f"/wall-links/{link['id']}").status_code == 404
    for _twice in range(2):
        assert vera.delete(f"/wall-links/{link['id']}").status_code == 204
    with app.app_context():
        assert app.test_client().get(path).status_code == 404


def test_what_is_wrong_is_named(cast: Cast, as_: As) -> None:
    for sent, pointer in (({}, "#/name"), ({"name": ""}, "#/name"), ({"name": "Hall", "line": 4}, "#/line"),
                          ({"name": "Hall", "line": "x"}, "#/line")):  # fmt: skip
        refused = as_(cast.vera).post("/wall-links", sent)
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, pointer)


def test_it_is_for_those_who_lead(cast: Cast, as_: As) -> None:
    for who in (cast.marek, cast.jonas, cast.ona, cast.birute):
        assert as_(who).post("/wall-links", {"name": "Hall"}).status_code == 403
        assert as_(who).get("/wall-links").get_json()["wall_links"] == []
