"""Webhooks: a real receiver on this machine that checks every signature."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from helpdesk.core import jobs
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.jobs.worker import run_all
from helpdesk.models.feedback import Verdict, Webhook
from helpdesk.models.products import Product
from helpdesk.problems.answers import NewAnswer, answer_problem, answer_wish
from helpdesk.problems.webhooks import (
    NewWebhook,
    add_webhook,
    end_webhook,
    get_webhook,
    list_webhooks,
    try_webhook,
)
from helpdesk.problems.wishes import vote
from tests.cast import Cast
from tests.problems.solving import a_problem
from tests.problems.wishing import a_wish

At = Callable[..., AbstractContextManager[None]]


@dataclass
class Receiver:
    """What came, and what is answered to it."""

    url: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, daemon=True).start()
    kept.url = f"http://127.0.0.1:{running.server_port}/hook"
    yield kept
    running.shutdown()
    running.server_close()


@pytest.fixture
def open_desk(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A desk that lets webhooks reach into its own network."""
    config = dataclasses.replace(app.config["THREELINE"], webhooks_to_private=True)
    monkeypatch.setitem(app.config, "THREELINE", config)
    return app


def work() -> None:
    db.session.commit()
    run_all()
    db.session.expire_all()


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As the receiver checks it, by the words of Standard Webhooks alone."""
    key = base64.b64decode(secret.split("_", 1)[1])
    text = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    made = base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
    return headers["webhook-signature"] == f"v1,{made}"


def test_a_tracker_hears_of_wishes_and_problems_signed(cast: Cast, open_desk: Flask, receiver: Receiver) -> None:
    row, secret = add_webhook(NewWebhook(receiver.url, cast.printer.id), by=cast.birute)
    work()
    wish = a_wish(cast)
    vote(wish, by=cast.jonas)
    answer_wish(wish, NewAnswer(Verdict.DECLINED, reason="Too dear."), by=cast.birute)
    problem = a_problem(cast)
    answer_problem(problem, cast.printer.id, NewAnswer(Verdict.ACCEPTED), by=cast.birute)
    work()
    kinds = [message["type"] for message in receiver.messages()]
    assert kinds[:3] == ["wish.written", "wish.supported", "wish.answered"]
    assert {"problem.opened", "problem.answered"} <= set(kinds)
    assert all(is_signed(secret, headers, body) for headers, body in receiver.got)
    assert not is_signed(secret, receiver.got[0][0], receiver.got[1][1])
    told = receiver.messages()[2]["data"]
    assert (told["number"], told["clients"], told["votes"]) == (wish.number, 1, 1)
    assert told["answer"] == {"verdict": "declined", "version": None, "planned_on": None, "reason": "Too dear.",
                              "product": "Label printer"}  # fmt: skip
    everything = b" ".join(body for _headers, body in receiver.got)
    for name in (b"Jonas", b"Klinika", b"klinika.example"):
        assert name not in everything
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == len(receiver.got)
    assert db.session.get_one(Webhook, row.id).delivered_at is not None


def test_a_failure_is_shown_and_tried_again_under_the_same_id(
    cast: Cast, open_desk: Flask, receiver: Receiver, at: At
) -> None:
    row, secret = add_webhook(NewWebhook(receiver.url, cast.printer.id), by=cast.birute)
    receiver.status = 500
    a_wish(cast)
    work()
    kept = db.session.get_one(Webhook, row.id)
    assert (kept.failure, kept.delivered_at) == ("status 500", None)
    receiver.status = 200
    work()
    assert len(receiver.got) == 1  # its time has not come
    with at("2026-03-02 09:00:11"):
        work()
    first, second = receiver.got
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert int(second[0]["webhook-timestamp"]) - int(first[0]["webhook-timestamp"]) == 11
    assert is_signed(secret, *second)
    assert db.session.get_one(Webhook, row.id).delivered_at is not None
    assert jobs.backlog().get("ready", 0) == 0


def test_a_redirect_is_not_followed_and_gone_ends_it(cast: Cast, open_desk: Flask, receiver: Receiver) -> None:
    row, _secret = add_webhook(NewWebhook(receiver.url), by=cast.petras)
    receiver.status = 302
    try_webhook(row, by=cast.petras)
    work()
    assert db.session.get_one(Webhook, row.id).failure == "status 302"
    receiver.status = 410
    try_webhook(row, by=cast.petras)
    work()
    assert db.session.get_one(Webhook, row.id).ended_at is not None
    receiver.status = 200
    a_wish(cast)
    work()
    assert len(receiver.got) == 2


def test_only_the_products_asked_for_and_only_while_it_lives(cast: Cast, open_desk: Flask, receiver: Receiver) -> None:
    other = db.session.query(Product).filter_by(name="Till software").one()
    row, _secret = add_webhook(NewWebhook(receiver.url, other.id), by=cast.petras)
    a_wish(cast)
    work()
    assert receiver.got == []
    a_wish(cast, product_id=other.id)
    end_webhook(row, by=cast.petras)
    work()
    assert receiver.got == []  # what was on its way stays at home
    with pytest.raises(NotFound):
        get_webhook(row.id, for_=cast.petras)


def test_a_private_address_is_refused_when_it_is_given_and_when_it_is_called(
    cast: Cast, app: Flask, receiver: Receiver
) -> None:
    for url in (receiver.url, "http://localhost/", "http://169.254.169.254/latest/meta-data", "ftp://example.com",
                "https://me:secret@example.com/", "http://[::ffff:10.0.0.1]/", "x", ""):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            add_webhook(NewWebhook(url, cast.printer.id), by=cast.birute)
        assert list(refused.value.errors) == ["url"]
    row, _secret = add_webhook(NewWebhook("https://hooks.example.com/", cast.printer.id), by=cast.birute)
    row.url = receiver.url  # as if a name had come to lead elsewhere
    db.session.commit()
    a_wish(cast)
    work()
    assert receiver.got == []
    assert db.session.get_one(Webhook, row.id).failure == "refused: private"
    assert jobs.backlog()["dead"] == 1


def test_who_manages_which(cast: Cast) -> None:
    other = db.session.query(Product).filter_by(name="Till software").one()
    url = "https://hooks.example.com/"
    for actor in (cast.ona, cast.vera, cast.rasa, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            add_webhook(NewWebhook(url, cast.printer.id), by=actor)
    for product_id in (None, other.id):
        with pytest.raises(Forbidden):
            add_webhook(NewWebhook(url, product_id), by=cast.birute)
    whole, _secret = add_webhook(NewWebhook(url), by=cast.petras, submission="once")
    again, hidden = add_webhook(NewWebhook(url), by=cast.petras, submission="once")
    assert (again, hidden) == (whole, "")
    hers, secret = add_webhook(NewWebhook(url, cast.printer.id), by=cast.birute)
    assert secret.startswith("whsec_")
    assert list_webhooks(for_=cast.birute) == [hers]
    assert list_webhooks(for_=cast.petras) == [hers, whole]
    for actor in (cast.ona, cast.vera, cast.jonas):
        assert list_webhooks(for_=actor) == []
    with pytest.raises(NotFound):
        get_webhook(whole.id, for_=cast.birute)
    with pytest.raises(Forbidden):
        end_webhook(whole, by=cast.birute)
