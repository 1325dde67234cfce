"""Many who write into one ledger at once, and two who take the notices at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.aftersales import hours
from helpdesk.aftersales.approvals import NewApproval, answer_approval, ask_approval, get_approval
from helpdesk.aftersales.billing import confirm_batch, notices_of, release_batch, take_notices
from helpdesk.aftersales.hours import balance_of, grant_hours, verify
from helpdesk.aftersales.renewal import renew_contract, renew_contracts
from helpdesk.aftersales.terms import contract_by_number
from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.core.db import db
from helpdesk.core.errors import Busy, Conflict, Invalid
from helpdesk.core.journal import Entry
from helpdesk.entitlement.contracts import NewContract, Renewal, add_contract, arrange_renewal, overlaps
from helpdesk.models.contracts import Approval, BillingNotice, Contract, Plan, WorkLog
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.policy.actor import SYSTEM
from sla import register
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


def test_of_two_who_answer_at_once_one_is_heard(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=0)
        approval_id = ask_approval(a_ticket(cast), NewApproval("A part", 60), by=cast.ona).id

    def answer(number: int) -> str:
        lena = find_cast().lena
        try:
            return answer_approval(get_approval(approval_id, for_=lena), number % 2 == 0, by=lena).state.value
        except Conflict:
            return "too late"

    heard = set(at_once(desk, 8, answer))
    with desk.app_context():
        state = db.session.get_one(Approval, approval_id).state.value
        assert heard == {state, "too late"}
        answers = db.session.scalars(db.select(Entry).where(Entry.fact == "ApprovalAnswered")).all()
        assert [each.payload["state"] for each in answers] == [state]


def test_an_approval_is_never_used_beyond_its_minutes(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=0)
        ticket_id = a_ticket(cast).id
        approval = ask_approval(db.session.get_one(Ticket, ticket_id), NewApproval("A part", 60), by=cast.ona)
        answer_approval(approval, True, by=cast.lena)

    def log(_number: int) -> int:
        try:
            return log_work(
                db.session.get_one(Ticket, ticket_id), NewWork(25, Channel.PHONE), by=find_cast().ona
            ).minutes
        except Invalid:
            return 0

    assert sorted(at_once(desk, 8, log)) == [0] * 6 + [25, 25]


def test_what_is_renewed_at_once_is_renewed_once(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        contract = a_contract(cast, until=date(2026, 3, 2))
        renewal = Renewal(renewal_months=12, renews_itself=True, renewal_minutes=600)
        arrange_renewal(contract, renewal, by=cast.vera)

    def renew(number: int) -> None:
        if number % 2:
            renew_contracts()
        else:
            contract = contract_by_number("C-7", for_=SYSTEM)
            renew_contract(contract, seen=date(2026, 3, 2), by=find_cast().vera)

    at_once(desk, 8, renew)
    with desk.app_context():
        contract = contract_by_number("C-7", for_=SYSTEM)
        assert (contract.valid_until, balance_of(contract.id)) == (date(2027, 3, 2), 600)


def test_of_contracts_that_are_written_at_once_none_overlap(desk: Flask) -> None:
    with desk.app_context():
        organisation_id = find_cast().klinika.id

    def write(number: int) -> bool:
        new = NewContract(f"K-{number}", register.default_policy_id(), date(2026, 1, 1))
        try:
            add_contract(db.session.get_one(Organisation, organisation_id), new, by=find_cast().vera)
        except Invalid:
            return False
        return True

    assert sum(at_once(desk, 8, write)) == 1
    with desk.app_context():
        assert db.session.query(Contract).count() == 1
        assert list(overlaps()) == []


def test_hours_that_are_set_aside_at_once_are_never_more_than_there_are(desk: Flask) -> None:
    with desk.app_context():
        cast = find_cast()
        contract = a_contract(cast)
        grant_hours(contract, 100, by=cast.petras)

    def reserve(number: int) -> int:
        try:
            contract = contract_by_number("C-7", for_=SYSTEM)
            return hours.reserve_hours(contract, 40, f"Visit {number}", by=find_cast().ona).minutes
        except Conflict:
            return 0

    assert sorted(at_once(desk, 6, reserve)) == [0] * 4 + [40, 40]
