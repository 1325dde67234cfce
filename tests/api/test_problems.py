"""What is wrong with a request is said in a problem document, and nothing that is sent breaks the desk."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from helpdesk.core.db import db, is_writing
from helpdesk.core.errors import Busy
from helpdesk.models.access import Account
from helpdesk.people.throttling import TooManyTries
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket

NEW = {"subject": "Blank labels", "text": "Since this morning every label is blank."}
HUGE = "1" * 5000

# What is sent instead of a good body, and the status of the answer.
BAD_BODIES = [
    (b"{", 400), (b"", 422), (b"null", 422), (b"[]", 422), (b'"text"', 422), (b"17", 422),
    (b'{"subject": NaN}', 400), (b'{"subject": -Infinity}', 400), (b"\xff\xfe", 400), (b"\xef\xbb\xbf{}", 400),
    (b'{"subject": ' + HUGE.encode() + b"}", 400), (b"[" * 100_000, 400), (b'{"a":' * 100_000, 400),
    (b"\x00", 400), ('{"subject": "x"}'.encode("utf-16"), 400),
]  # fmt: skip
# A field and what is sent in it; each is refused at its own place.
BAD_VALUES: list[tuple[str, Any]] = [
    ("subject", ""), ("subject", "   "), ("subject", None), ("subject", 7), ("subject", ["x"]), ("subject", {}),
    ("subject", "x" * 251), ("subject", "nul\0"), ("subject", "half \ud800"), ("text", "\udfff"), ("text", "\0"),
    ("text", "x" * 200_001), ("text", " \n"), ("text", True),
    ("type", "complaint"), ("type", None), ("type", 1), ("type", []), ("type", {}), ("type", "incident\0"),
    ("urgency", "HIGH"), ("urgency", ["high"]), ("language", "de"), ("language", 3), ("language", ["en"]),
    ("product_id", "7"), ("product_id", 7.0), ("product_id", True), ("product_id", 0), ("product_id", -1),
    ("product_id", 2**31), ("product_id", 2**63), ("product_id", 10**400), ("product_id", 1e400),
    ("product_id", 999_999),
    ("installed_product_id", 999_999), ("component_id", 999_999), ("category_id", 999_999), ("category_id", [1]),
    ("requester_id", "me"), ("requester_id", 2**70), ("requester_id", None),
    ("custom_fields", []), ("custom_fields", "x"), ("custom_fields", None), ("custom_fields", {"no_such": 1}),
    ("custom_fields", {"nul": "\0"}), ("custom_fields", {"nul\0": "x"}), ("custom_fields", {"deep": {"a": 1}}),
    ("custom_fields", {"big": 10**400}), ("custom_fields", {"inf": 1e400}), ("custom_fields", {"half": "\ud800"}),
    ("custom_fields", {str(n): 1 for n in range(200)}),
    ("no_such_field", 1), ("", 1), ("\ud800", 1), ("nul\0", 1), ("a/b~c", 1), ("x" * 10_000, 1),
    ("number", "T-1"), ("id", 1), ("status", "closed"), ("submission", "mine"), ("uploads", []),
]  # fmt: skip
BAD_QUERIES = [
    ("/tickets?status=done", "status"), ("/tickets?is_open=1", "is_open"), ("/tickets?is_open=", "is_open"),
    ("/tickets?size=0", "size"), ("/tickets?size=201", "size"), ("/tickets?size=x", "size"),
    ("/tickets?size=-1", "size"),
    (f"/tickets?size={HUGE}", "size"), ("/tickets?size=1e2", "size"), ("/tickets?size=%D9%A3", "size"),
    ("/tickets?product_id=99999999999", "product_id"),
    ("/tickets?stauts=open", "stauts"), ("/tickets?view=none", "view"), ("/tickets?view=all&is_open=true", "view"),
    ("/tickets?status=open&status=new", "status"), ("/tickets?after=a&before=b", "before"),
    ("/tickets?after=%09", "after"), ("/organisations?name=" + "x" * 300, "name"),
    ("/installed-products?organisation_id=x", "organisation_id"),
]  # fmt: skip
BAD_CURSORS = [
    "x", "e30", "W10", "WyJ4Il0", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "W251bGxd", "W1tdXQ", "W3RydWVd",
    "WzEuNV0",
    "W1tb", "%C4%85", "WzEsMiwzXQ", "AAAA", "Wy05OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "W05hTl0",
]  # fmt: skip


@pytest.mark.parametrize(("body", "status"), BAD_BODIES)
def test_a_body_that_is_no_object_is_refused(jonas: Caller, body: bytes, status: int) -> None:
    refused = jonas.call("POST", "/tickets", data=body, content_type="application/json")
    assert refused.status_code == status


@pytest.mark.parametrize(("name", "value"), BAD_VALUES)
def test_a_bad_value_is_refused_at_its_place(cast: Cast, jonas: Caller, name: str, value: Any) -> None:
    # json.dumps writes 1e400 as Infinity, which is no JSON.
    sent = json.dumps({**NEW, name: value}).replace("Infinity", "1e400")
    refused = jonas.call("POST", "/tickets", data=sent, content_type="application/json")

    assert refused.status_code == 422
    place = name.replace("~", "~0").replace("/", "~1")[:20] if name.isprintable() else ""
    assert all(pointer.startswith(f"#/{place}") for pointer in pointers(refused))
    assert jonas.get("/tickets").get_json()["tickets"] == []


@pytest.mark.parametrize("name", ["subject", "text"])
def test_what_is_needed_is_asked_for(jonas: Caller, name: str) -> None:
    refused = jonas.post("/tickets", {field: text for field, text in NEW.items() if field != name})
    assert pointers(refused) == [f"#/{name}"]
    assert refused.get_json()["errors"][0]["detail"] == "Fill in this field."


def test_everything_that_is_wrong_is_said_at_once(jonas: Caller) -> None:
    refused = jonas.post("/tickets", {"subject": "", "type": "x", "wish": 1, "product_id": "x"})
    assert sorted(pointers(refused)) == ["#/product_id", "#/subject", "#/text", "#/type", "#/wish"]


def test_no_list_of_errors_is_endless(jonas: Caller) -> None:
    refused = jonas.post("/tickets", {f"field {n}": n for n in range(1000)})
    assert len(refused.get_json()["errors"]) == 100


@pytest.mark.parametrize(("address", "name"), BAD_QUERIES)
def test_a_bad_parameter_is_refused_by_name(ona: Caller, address: str, name: str) -> None:
    refused = ona.get(address)
    assert refused.status_code == 422
    assert [error["parameter"] for error in refused.get_json()["errors"]] == [name]


@pytest.mark.parametrize("list_", ["/tickets", "/contacts", "/tickets?view=queue"])
@pytest.mark.parametrize("cursor", [*BAD_CURSORS, "Wyd" * 300])
def test_a_damaged_cursor_is_refused(ona: Caller, list_: str, cursor: str) -> None:
    for place in ("after", "before"):
        refused = ona.get(f"{list_}{'&' if '?' in list_ else '?'}{place}={cursor}")
        assert refused.status_code == 422


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-03-03", "2026-03-03T10:00:00", 1772524800, "0001-01-01T00:00:00+14:00",
           "9999-12-31T23:59:59-14:00", "2026-03-03T10:00:00+99:00", "2026-02-30T10:00:00Z", None, "", "\ud800"],
)  # fmt: skip
def test_an_instant_has_its_offset_and_lies_in_our_times(cast: Cast, tomas: Caller, at: Any) -> None:
    here = f"/tickets/{a_ticket(cast, line=2).number}"
    assert pointers(tomas.patch(here, {"status": "scheduled", "scheduled_for": at})) == ["#/scheduled_for"]


@pytest.mark.parametrize("tags", [None, "x", {}, [1], [None], ["x" * 41], ["\0"], ["x"] * 51, [["x"]]])
def test_tags_are_a_list_of_words(cast: Cast, ona: Caller, tags: Any) -> None:
    refused = ona.put(f"/tickets/{a_ticket(cast).number}/tags", {"tags": tags})
    assert refused.status_code == 422
    assert all(pointer.startswith("#/tags") for pointer in pointers(refused))


def test_a_place_within_a_list_is_pointed_at(cast: Cast, ona: Caller) -> None:
    assert pointers(ona.put(f"/tickets/{a_ticket(cast).number}/tags", {"tags": ["a", "\0"]})) == ["#/tags/1"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_anything_but_json_is_not_taken(jonas: Caller, media_type: str) -> None:
    refused = jonas.call("POST", "/tickets", data=json.dumps(NEW), content_type=media_type)
    assert (refused.status_code, refused.get_json()["code"]) == (415, "wrong_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/merge-patch+json"])
def test_json_by_its_other_names_is_taken(jonas: Caller, media_type: str) -> None:
    assert jonas.call("POST", "/tickets", data=json.dumps(NEW), content_type=media_type).status_code == 201


def test_a_body_that_is_too_long_is_refused(jonas: Caller) -> None:
    refused = jonas.post("/tickets", {**NEW, "text": "x" * 3_000_000})
    assert (refused.status_code, refused.get_json()["code"]) == (413, "too_large")


def test_files_that_are_too_long_together_are_refused(
    app: Flask, jonas: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    sent = {"json": json.dumps(NEW), "files": (BytesIO(b"x" * 2000), "a.bin")}
    assert jonas.call("POST", "/tickets", data=sent).status_code == 413


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=json\r\n\r\n{\r\n--x--"]
)
def test_a_broken_form_is_refused(jonas: Caller, body: bytes) -> None:
    refused = jonas.call("POST", "/tickets", data=body, content_type="multipart/form-data; boundary=x")
    assert refused.status_code in (400, 422)


@pytest.mark.parametrize("address", [
    "/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/tickets", "/api/v1/tickets/", "/api/v1/nothing/%00",
    "/api/v1/tickets/T-1/nothing",
    "/api/v1/contacts/0", "/api/v1/contacts/x", "/api/v1/contacts/99999999999", f"/api/v1/attachments/{HUGE}",
])  # fmt: skip
def test_an_address_of_nothing_is_not_found(nobody: Caller, ona: Caller, address: str) -> None:
    for caller in (nobody, ona):
        assert caller.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/tickets/%00", "/tickets?after=%00", "/contacts?email=%00", "/tickets?x=%00"])
def test_no_address_holds_a_nul_character(jonas: Caller, address: str) -> None:
    refused = jonas.get(address)
    assert (refused.status_code, refused.get_json()["code"]) == (400, "unreadable")


@pytest.mark.parametrize(("method", "address", "allowed"), [
    ("DELETE", "/tickets", {"GET", "POST"}), ("POST", "/me", {"GET"}), ("PUT", "/tickets/T-1", {"GET", "PATCH"}),
    ("BREW", "/tickets", {"GET", "POST"}), ("POST", "/openapi.json", {"GET"}),
])  # fmt: skip
def test_a_method_of_no_use_names_those_that_are(ona: Caller, method: str, address: str, allowed: set[str]) -> None:
    refused = ona.call(method, address, json={})
    assert (refused.status_code, refused.get_json()["code"]) == (405, "method_not_allowed")
    assert allowed <= set(refused.headers["Allow"].split(", "))


@pytest.mark.parametrize(("raised", "status", "code"), [
    (OperationalError("SELECT", {}, Exception("gone")), 503, "busy"),
    (PoolTimeout("no connection is free"), 503, "busy"),
    (Busy("The database is busy."), 503, "busy"),
    (IntegrityError("INSERT", {}, Exception("twice")), 409, "conflict"),
    (TooManyTries("Slowly."), 429, "too_many_tries"),
])  # fmt: skip
def test_trouble_below_has_its_status(
    jonas: Caller, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, code: str
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise raised

    monkeypatch.setattr("helpdesk.api.v1.tickets.open_ticket", fail)
    refused = jonas.post("/tickets", NEW)

    assert (refused.status_code, refused.get_json()["code"]) == (status, code)
    assert ("Retry-After" in refused.headers) == (status in (429, 503))


def test_a_database_that_is_away_stops_nobody_from_being_told(jonas: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_secret: str) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("helpdesk.api.auth.account_by_token", fail)
    assert jonas.post("/tickets", NEW).status_code == 503


def test_a_fault_of_ours_is_told_without_its_details(
    app: Flask, jonas: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_kwargs: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(app, "testing", False)
    monkeypatch.setattr("helpdesk.api.v1.tickets.list_tickets", fail)
    refused = jonas.get("/tickets")

    assert (refused.status_code, refused.get_json()["code"]) == (500, "internal_error")
    assert "secret" not in refused.get_data(as_text=True)
    assert "a secret detail" in caplog.text


def test_a_refusal_is_told_in_the_callers_language(cast: Cast, jonas: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    db.session.get_one(Account, cast.jonas.account_id).language = "lt"
    db.session.commit()
    spoken: list[str] = []
    monkeypatch.setattr("helpdesk.api.auth.speak", lambda language, _zone: spoken.append(language))

    jonas.get("/tickets/T-999999")

    assert spoken == ["lt"]


def test_after_a_request_the_thread_reads_again(jonas: Caller) -> None:
    for answer in (jonas.post("/tickets", NEW), jonas.post("/tickets", {}), jonas.delete("/tickets")):
        assert answer.status_code in (201, 422, 405)
        assert not is_writing()


def test_the_pages_of_the_desk_keep_their_own_errors(nobody: Caller) -> None:
    with nobody.app.app_context():
        assert nobody.app.test_client().get("/no-such-page").mimetype == "text/html"
