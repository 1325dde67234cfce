"""Two clicks at once: one promise, one outcome, one letter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.promised import get_promise
from helpdesk.tickets.promises import NewPromise, keep_promise, make_promise, move_promise, sweep_promises
from helpdesk.tickets.queries import get_ticket
from tests.aftersales.test_at_once import at_once
from tests.cast import find_cast
from tests.cli.desks import a_working_desk
from tests.factories import a_ticket

CLICKS = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    with a_working_desk(request.param, tmp_path / "desk", request) as app:
        yield app


def later() -> datetime:
    return now().replace(microsecond=0) + timedelta(hours=2)


def a_promise() -> int:
    cast = find_cast()
    return make_promise(a_ticket(cast), NewPromise("Call back", later(), later()), by=cast.ona).id


def told(*names: str) -> list[str]:
    return list(db.session.scalars(db.select(Entry.fact).where(Entry.fact.in_(names)).order_by(Entry.id)))


def test_the_same_form_sent_at_once_makes_one_promise(desk: Flask) -> None:
    with desk.app_context():
        number = a_ticket(find_cast()).number
    new = NewPromise("Call back", later(), later())

    def make(_number: int) -> int:
        with transaction():
            ona = find_cast().ona
            return make_promise(get_ticket(number, for_=ona), new, by=ona, submission="one").id

    made = at_once(desk, CLICKS, make)
    with desk.app_context():
        assert set(made) == set(db.session.scalars(db.select(Promise.id)))
        assert told("PromiseMade") == ["PromiseMade"]


def test_one_outcome_however_many_say_one(desk: Flask) -> None:
    with desk.app_context():
        promise_id = a_promise()
    until = later() + timedelta(days=1)

    def end(number: int) -> str:
        ona, another = find_cast().ona, until
        promise = get_promise(promise_id, for_=SYSTEM)
        try:
            if number % 2:
                keep_promise(promise, by=ona)
                return "kept"
            move_promise(promise, another, another, "A flat tyre", by=ona)
        except Conflict:
            return "refused"
        return "moved"

    said = set(at_once(desk, CLICKS, end)) - {"refused"}
    with desk.app_context():
        assert len(said) == 1
        assert len(told("PromiseKept", "PromiseMoved")) == 1
        assert db.session.query(Promise).count() == (2 if said == {"moved"} else 1)


def test_many_sweeps_at_once_break_a_promise_once(desk: Flask) -> None:
    with desk.app_context():
        promise_id = a_promise()
        db.session.get_one(Promise, promise_id).from_at = now() - timedelta(days=9)
        db.session.get_one(Promise, promise_id).until_at = now() - timedelta(days=8)
        db.session.commit()
    at_once(desk, CLICKS, lambda _number: sweep_promises())
    with desk.app_context():
        assert db.session.get_one(Promise, promise_id).state is PromiseState.BROKEN
        assert told("PromiseBroken") == ["PromiseBroken"]
