"""Many who write into one ledger at once, and two who take the notices at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.aftersales import hours
from helpdesk.aftersales.billing import confirm_batch, notices_of, release_batch, take_notices
from helpdesk.aftersales.hours import balance_of, grant_hours, verify
from helpdesk.aftersales.terms import contract_by_number
from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.core.db import db
from helpdesk.core.errors import Busy, Conflict
from helpdesk.models.contracts import BillingNotice, WorkLog
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.policy.actor import SYSTEM
from tests.aftersales.conftest import a_contract
from tests.cast import find_cast
from tests.cli.desks import a_working_desk
from tests.factories import a_ticket

T = TypeVar("T")
WRITERS = 64
GRANTED = 600


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    with a_working_desk(request.param, tmp_path / "desk", request) as app:
        yield app


def at_once(app: Flask, count: int, do: Callable[[int], T]) -> list[T]:
    """Do it so many times at once, each until the database is free for it."""
    barrier = threading.Barrier(count)

    def run(number: int) -> T:
        with app.app_context():
            barrier.wait()
            for _try in range(200):
                try:
                    return do(number)
                except (DBAPIError, Busy):
                    db.session.rollback()
        raise AssertionError("the database was never free")

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_sixty_four_who_log_work_at_once_neither_overspend_nor_lose_any(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        contract = a_contract(cast)
        grant_hours(contract, GRANTED, by=cast.petras)
        ids = [a_ticket(cast).id for _ in range(4)]
        db.session.commit()

    def log(number: int) -> int:
        ticket = db.session.get_one(Ticket, ids[number % len(ids)])
        work = log_work(ticket, NewWork(15, Channel.REMOTE_SESSION), by=find_cast().ona, submission=f"n{number}")
        return work.chargeable_minutes

    charged = at_once(desk, WRITERS, log)
    with desk.app_context():
        contract = contract_by_number("C-7", for_=SYSTEM)
        works = db.session.scalars(db.select(WorkLog)).all()
        notices = db.session.scalars(db.select(BillingNotice)).all()
        assert (len(works), sum(work.minutes for work in works)) == (WRITERS, WRITERS * 15)
        assert sum(charged) == WRITERS * 15 - GRANTED
        assert sum(notice.minutes or 0 for notice in notices) == sum(charged)
        assert max(Counter(notice.work_log_id for notice in notices).values()) == 1
        assert balance_of(contract.id) == 0
        assert list(verify()) == []


def test_two_who_take_at_once_never_take_the_same_notice(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        a_contract(cast)
        ticket = a_ticket(cast)
        for _ in range(20):
            log_work(ticket, NewWork(15, Channel.PHONE), by=cast.ona)

    def take(_number: int) -> list[int]:
        batch = take_notices(by=SYSTEM)
        return [shown.notice.id for shown in notices_of(batch.id, for_=SYSTEM)] if batch else []

    taken = at_once(desk, 8, take)
    with desk.app_context():
        every = [notice_id for ids in taken for notice_id in ids]
        assert Counter(every) == dict.fromkeys(db.session.scalars(db.select(BillingNotice.id)), 1)
        assert take_notices(by=SYSTEM) is None


def test_a_batch_is_confirmed_or_released(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        a_contract(cast)
        log_work(a_ticket(cast), NewWork(15, Channel.PHONE), by=cast.ona)
        first = take_notices(by=SYSTEM)
        assert first is not None
        release_batch(first.id, by=SYSTEM)
        with pytest.raises(Conflict):
            confirm_batch(first.id, by=SYSTEM)
        second = take_notices(by=SYSTEM)
        assert second is not None
        for _click in range(2):
            confirm_batch(second.id, by=SYSTEM)
        with pytest.raises(Conflict):
            release_batch(second.id, by=SYSTEM)
        assert len(notices_of(second.id, for_=SYSTEM)) == 1
        assert hours.reserved_of(1) == 0
