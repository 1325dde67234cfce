"""Wishes, votes, answers, the feed, schedules and webhooks over the API."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from helpdesk.core.db import db
from helpdesk.models.feedback import Wish
from helpdesk.models.products import Product
from helpdesk.policy.actor import Actor
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem
from tests.problems.wishing import a_wish, the_version

As = Callable[[Actor], Caller]


def test_a_wish_from_its_ticket_to_its_answer(cast: Cast, ona: Caller, jonas: Caller, as_: As) -> None:
    number = a_ticket(cast, product_id=cast.printer.id).number
    body = {"product_id": cast.printer.id, "title": "Print from a telephone", "is_public": True}
    key = {"Idempotency-Key": "once"}
    made = ona.post(f"/tickets/{number}/wishes", body, headers=key)
    again = ona.post(f"/tickets/{number}/wishes", body, headers=key)
    assert (made.status_code, again.get_json()["number"]) == (201, made.get_json()["number"])
    wish = made.get_json()["number"]
    assert made.headers["Location"] == f"/api/v1/wishes/{wish}"
    [client] = ona.get(f"/wishes/{wish}/clients").get_json()["clients"]
    assert (client["contact"], client["ticket"]) == ("Jonas", number)
    egle = as_(cast.egle)
    for _twice in range(2):
        voted = egle.put(f"/wishes/{wish}/vote").get_json()
    assert (voted["votes"], voted["is_mine"]) == (2, True)
    assert "clients" not in voted
    assert "Jonas" not in egle.get(f"/wishes/{wish}").get_data(as_text=True)
    assert egle.delete(f"/wishes/{wish}/vote").status_code == 204
    birute = as_(cast.birute)
    refused = birute.post(f"/wishes/{wish}/answers", {"verdict": "declined"})
    assert (refused.status_code, pointers(refused)) == (422, ["#/reason"])
    planned = {"verdict": "planned", "planned_on": "2026-09-01", "version_id": the_version(cast)}
    for _twice in range(2):
        assert birute.post(f"/wishes/{wish}/answers", planned, headers=key).status_code == 201
    [answer] = jonas.get(f"/wishes/{wish}/answers").get_json()["answers"]
    assert (answer["verdict"], answer["version"], answer["planned_on"]) == ("planned", "7.42", "2026-09-01")
    [listed] = jonas.get("/wishes?is_open=true").get_json()["wishes"]
    assert listed["answer"]["verdict"] == "planned"
    assert ona.post(f"/wishes/{wish}/answers", planned).status_code == 403


def test_bad_input_names_its_field(cast: Cast, ona: Caller) -> None:
    wish = a_wish(cast).number
    for body, places in (
        ({"title": "x"}, ["#/product_id"]), ({"product_id": 99_999_999_999, "title": "x"}, ["#/product_id"]),
        ({"product_id": 99_999, "title": "x"}, ["#/product_id"]),
        ({"product_id": cast.printer.id, "title": " "}, ["#/title"]),
        ({"product_id": cast.printer.id, "title": "x", "language": "xx"}, ["#/language"]),
    ):  # fmt: skip
        refused = ona.post("/wishes", body)
        assert (refused.status_code, pointers(refused)) == (422, places)
    merged = ona.put(f"/wishes/{wish}/merger", {"into": wish})
    assert (merged.status_code, pointers(merged)) == (422, ["#/into"])
    for number in ("W-99999999999999999999", "W-0", "1"):
        assert ona.get(f"/wishes/{number}").status_code in (200, 404)
    assert ona.get("/wishes/W-99999999999999999999").status_code == 404


def test_two_wishes_are_merged_and_a_third_is_changed(cast: Cast, ona: Caller) -> None:
    one, other = a_wish(cast).number, a_wish(cast, title="Mobile printing").number
    counted = ona.post(f"/wishes/{one}/clients", {"organisation_id": cast.strangers.id}).get_json()
    assert counted["clients"] == 1
    assert ona.put(f"/wishes/{one}/merger", {"into": other}).get_json()["number"] == other
    assert ona.get(f"/wishes/{one}").get_json()["merged_into"] == other
    assert ona.get(f"/wishes/{other}").get_json()["clients"] == 1
    changed = ona.put(f"/wishes/{other}", {"title": "Print from anything"}).get_json()
    assert (changed["title"], changed["is_public"]) == ("Print from anything", False)
    [client] = ona.get(f"/wishes/{other}/clients").get_json()["clients"]
    assert ona.delete(f"/wishes/{other}/clients/{client['id']}").status_code == 204
    assert ona.get(f"/wishes/{other}").get_json()["clients"] == 0
    assert ona.put(f"/wishes/{one}", {"title": "Late"}).get_json()["code"] == "wish_merged"
    assert db.session.scalar(db.select(db.func.count(Wish.id))) == 2


def test_the_feed_has_an_etag_and_its_counts_are_those_of_the_tickets(cast: Cast, as_: As) -> None:
    tickets = tuple(a_ticket(cast, product_id=cast.printer.id) for _each in range(3))
    problem = a_problem(cast, tickets=tickets).number
    a_wish(cast)
    birute, vera = as_(cast.birute), as_(cast.vera)
    asked = f"/product-feedback?product_id={cast.printer.id}&since=2026-03-01T00:00:00Z"
    first = birute.get(asked)
    [row] = first.get_json()["problems"]
    assert (row["number"], row["tickets"], len(first.get_json()["wishes"])) == (problem, 3, 1)
    behind = birute.get(f"/product-feedback/problems/{problem}/tickets?since=2026-03-01T00:00:00Z").get_json()
    assert len(behind["tickets"]) == row["tickets"]
    same = birute.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.get_data()) == (304, b"")
    told = birute.post(f"/product-feedback/problems/{problem}/answers",
                       {"verdict": "accepted", "product_id": cast.printer.id})  # fmt: skip
    assert told.status_code == 201
    changed = birute.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.get_json()["problems"][0]["answer"]["verdict"] == "accepted"
    assert vera.get("/product-feedback").get_json()["tickets"] == 3
    other = db.session.query(Product).filter_by(name="Till software").one().id
    nothing = birute.get(f"/product-feedback?product_id={other}").get_json()
    assert (nothing["problems"], nothing["wishes"], nothing["tickets"]) == ([], [], 0)
    assert birute.get("/product-feedback?product_id=99999999999999").status_code == 422
    assert birute.get("/product-feedback?since=yesterday").status_code == 422
    assert as_(cast.ona).get("/product-feedback").status_code == 403


def test_schedules_and_webhooks_are_made_and_ended(cast: Cast, as_: As, app: Flask) -> None:
    birute, petras = as_(cast.birute), as_(cast.petras)
    made = birute.post("/product-feedback/schedules", {"every": "month", "product_id": cast.printer.id})
    assert (made.status_code, made.get_json()["next_on"]) == (201, "2026-04-01")
    assert len(birute.get("/product-feedback/schedules").get_json()["schedules"]) == 1
    assert petras.delete(f"/product-feedback/schedules/{made.get_json()['id']}").status_code == 404
    assert birute.delete(f"/product-feedback/schedules/{made.get_json()['id']}").status_code == 204
    key = {"Idempotency-Key": "once"}
    body = {"url": "https://hooks.example.com/threeline", "product_id": cast.printer.id}
    hook = birute.post("/webhooks", body, headers=key).get_json()
    assert hook["secret"].startswith("whsec_")
    again = birute.post("/webhooks", body, headers=key).get_json()
    assert (again["id"], again["secret"]) == (hook["id"], None)
    assert "secret" not in birute.get("/webhooks").get_json()["webhooks"][0]
    for url in ("http://127.0.0.1/", "http://[::1]/", "ftp://example.com/", "https://user:word@example.com/"):
        refused = birute.post("/webhooks", body | {"url": url})
        assert (refused.status_code, pointers(refused)) == (422, ["#/url"])
    assert birute.post("/webhooks", {"url": body["url"]}).status_code == 403
    assert birute.post(f"/webhooks/{hook['id']}/trials").status_code == 201
    assert petras.delete(f"/webhooks/{hook['id']}").status_code == 204
    assert birute.get("/webhooks").get_json()["webhooks"] == []
