"""What is said by API: replies, notes, files, and requests that come twice."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from helpdesk.models.tickets import Status, Ticket
from helpdesk.tickets.intake import NewTicket, open_ticket
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket

NEW = {"subject": "Blank labels", "text": "Since this morning every label is blank."}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


def parts(json: str | None, *files: tuple[bytes, str]) -> MultiDict[str, Any]:
    sent: list[tuple[str, Any]] = [("json", json)] if json is not None else []
    return MultiDict(sent + [("files", (BytesIO(content), name)) for content, name in files])


def test_each_side_hears_the_other(cast: Cast, ona: Caller, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}/messages"

    ona.post(here, {"text": "Is the roll new?"})
    jonas.post(here, {"text": "It is."})

    heard = [(m["author"]["name"], m["text"]) for m in jonas.get(here).get_json()["messages"]]
    assert heard[1:] == [("Ona", "Is the roll new?"), ("Jonas", "It is.")]


def test_a_reply_says_what_the_ticket_waits_for(cast: Cast, tomas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast, line=2).number}"
    visit = {"text": "We come on Tuesday.", "status": "scheduled"}

    assert pointers(tomas.post(f"{here}/messages", visit)) == ["#/scheduled_for"]
    tomas.post(f"{here}/messages", {**visit, "scheduled_for": "2026-03-03T08:00:00Z"})
    assert tomas.get(here).get_json()["scheduled_for"] == "2026-03-03T08:00:00Z"
    assert pointers(tomas.post(f"{here}/messages", {**visit, "status": "resolved"})) == ["#/status"]


def test_a_client_sets_no_status(cast: Cast, jonas: Caller) -> None:
    refused = jonas.post(f"/tickets/{a_ticket(cast).number}/messages", {"text": "Hm.", "status": "open"})
    assert (refused.status_code, pointers(refused)) == (422, ["#/status"])


def test_words_after_the_reopen_window_open_a_ticket(
    cast: Cast, ona: Caller, jonas: Caller, at: Callable[..., Any]
) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)
    number = ticket.number
    jonas.post(f"/tickets/{number}/acceptance")

    with at("2026-04-01 09:00"):
        said = jonas.post(f"/tickets/{number}/messages", {"text": "It is back."}, headers=key("back")).get_json()
        ona.post(f"/tickets/{said['ticket']}/messages", {"text": "We are looking into it."})
        again = jonas.post(f"/tickets/{number}/messages", {"text": "It is back."}, headers=key("back")).get_json()

    assert said["ticket"] != number
    assert again == said


def test_files_come_with_what_is_said(cast: Cast, ona: Caller, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}/messages"

    said = jonas.call("POST", here, data=parts('{"text": "See."}', (PNG, "label.png"), (b"log", "../../log.txt")))

    files = said.get_json()["attachments"]
    assert said.status_code == 201
    assert [(f["filename"], f["media_type"], f["size"]) for f in files] == [
        ("label.png", "image/png", len(PNG)), ("log.txt", "text/plain", 3),
    ]  # fmt: skip
    assert jonas.get(here).get_json()["messages"][-1]["attachments"] == files
    assert ona.get(files[0]["url"]).data == PNG


def test_a_picture_may_come_without_words(cast: Cast, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}/messages"

    assert jonas.call("POST", here, data=parts(None, (PNG, "label.png"))).status_code == 201
    assert pointers(jonas.post(here, {})) == ["#/text"]


def test_a_file_is_only_ever_downloaded(cast: Cast, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}/messages"
    page = b"<html><script>alert(1)</script></html>"
    file = jonas.call("POST", here, data=parts("{}", (page, "page.html"))).get_json()["attachments"][0]

    got = jonas.get(file["url"])

    assert (got.data, got.mimetype) == (page, "application/octet-stream")
    assert got.headers["Content-Disposition"] == "attachment; filename=page.html"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.content_length == len(page)
    assert jonas.get(file["url"], headers={"If-None-Match": got.headers["ETag"]}).status_code == 304


def test_files_come_with_a_ticket_a_note_and_a_resolution(cast: Cast, ona: Caller, jonas: Caller) -> None:
    opened = jonas.call("POST", "/tickets", data=parts('{"subject": "Blank", "text": "See."}', (PNG, "a.png")))
    here = opened.headers["Location"]
    ona.call("POST", f"{here}/notes", data=parts("{}", (b"b", "b.txt")))
    ona.call("PUT", f"{here}/resolution", data=parts('{"text": "So."}', (b"c", "c.txt")))

    said = ona.get(f"{here}/messages").get_json()["messages"]
    assert [[f["filename"] for f in m["attachments"]] for m in said] == [["a.png"], ["b.txt"], ["c.txt"]]


def test_a_file_that_is_too_large_is_refused_by_name(cast: Cast, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}/messages"
    refused = jonas.call("POST", here, data=parts("{}", (b"x" * 25_000_001, "film.mp4")))
    assert (refused.status_code, pointers(refused)) == (422, ["#/files"])
    assert "film.mp4" in refused.get_json()["errors"][0]["detail"]


def test_the_same_key_opens_one_ticket(jonas: Caller, marek: Caller) -> None:
    first = jonas.post("/tickets", NEW, headers=key("order-17"))
    second = jonas.post("/tickets", NEW, headers=key("order-17"))

    assert (second.status_code, second.get_json()) == (201, first.get_json())
    assert second.headers["Location"] == first.headers["Location"]
    assert len(jonas.get("/tickets").get_json()["tickets"]) == 1
    assert marek.post("/tickets", NEW, headers=key("order-17")).get_json()["requester_name"] == "Marek"


def test_a_ticket_that_went_on_is_still_the_first_result(ona: Caller, jonas: Caller) -> None:
    here = jonas.post("/tickets", NEW, headers=key("order-17")).headers["Location"]
    ona.patch(here, {"subject": "Print head worn"})
    ona.post(f"{here}/messages", {"text": "We are looking into it."})

    again = jonas.post("/tickets", NEW, headers=key("order-17"))
    assert (again.status_code, again.headers["Location"]) == (201, here)


def test_another_request_under_the_same_key_is_refused(cast: Cast, ona: Caller, jonas: Caller) -> None:
    one, other = (f"/tickets/{a_ticket(cast).number}" for _ in range(2))
    jonas.post("/tickets", NEW, headers=key("a"))
    jonas.post(f"{one}/messages", {"text": "Any news?"}, headers=key("b"))
    ona.post(f"{one}/notes", {"text": "Calm down."}, headers=key("c"))

    for refused in (
        jonas.post("/tickets", {**NEW, "text": "Something else."}, headers=key("a")),
        jonas.post(f"{one}/messages", {"text": "Something else."}, headers=key("b")),
        jonas.post(f"{other}/messages", {"text": "Any news?"}, headers=key("b")),
        ona.post(f"{one}/messages", {"text": "Calm down."}, headers=key("c")),
    ):
        assert (refused.status_code, refused.get_json()["code"]) == (422, "key_reused")
        assert refused.get_json()["errors"][0]["header"] == "Idempotency-Key"
    assert len(jonas.get(f"{one}/messages").get_json()["messages"]) == 2


def test_the_same_key_says_it_once(cast: Cast, ona: Caller, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}"
    for caller, address in ((jonas, "messages"), (ona, "messages"), (ona, "notes")):
        sent = {"text": f"From {address}."}
        first = caller.post(f"{here}/{address}", sent, headers=key(address))
        second = caller.post(f"{here}/{address}", sent, headers=key(address))
        assert (second.status_code, second.get_json()) == (201, first.get_json())
    assert len(ona.get(f"{here}/messages").get_json()["messages"]) == 4


def test_a_repetition_that_lost_the_race_gets_the_first_result(jonas: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[NewTicket] = []

    def overtaken(new: NewTicket, **kwargs: Any) -> Ticket:
        calls.append(new)
        if len(calls) == 1:
            raise IntegrityError("INSERT", {}, Exception("the key is there"))
        return open_ticket(new, **kwargs)

    monkeypatch.setattr("helpdesk.api.v1.tickets.open_ticket", overtaken)
    sent = {"data": parts('{"subject": "Blank", "text": "See."}', (PNG, "a.png")), "headers": key("order-17")}

    assert jonas.call("POST", "/tickets", **sent).status_code == 201
    assert calls[0] == calls[1]
    calls.clear()
    assert jonas.post("/tickets", NEW).status_code == 409


@pytest.mark.parametrize("wrong", ["", "x" * 201, "tab\there", "ąž"])
def test_a_key_is_short_and_visible(jonas: Caller, wrong: str) -> None:
    refused = jonas.post("/tickets", NEW, headers=key(wrong))
    assert (refused.status_code, refused.get_json()["errors"][0]["header"]) == (422, "Idempotency-Key")


def test_files_of_a_refused_message_are_not_shown(app: Flask, cast: Cast, marek: Caller, jonas: Caller) -> None:
    here = f"/tickets/{a_ticket(cast).number}/messages"

    assert marek.call("POST", here, data=parts("{}", (b"mine", "mine.txt"))).status_code == 404
    assert len(jonas.get(here).get_json()["messages"]) == 1
