"""Several schedulers at work at once, one of them stopped and woken: whatever is due is recorded once, at its instant.

Ten tickets of Jonas come in on Monday at nine. Their first answer is at risk at 16:00 and late from Tuesday, 9:00.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.core import db as database
from helpdesk.core.db import db
from helpdesk.core.errors import Busy
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.tickets import Ticket
from helpdesk.tickets import clocks, ladder
from helpdesk.tickets.assignment import take
from sla.models import Clock, ClockKind, ClockState, Rung
from tests.cast import find_cast
from tests.factories import a_ticket

TICKETS = 10
PATIENCE_SECONDS = 60


@contextmanager
def at(text: str) -> Iterator[None]:
    with time_machine.travel(local(text), tick=False):
        yield


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Vilnius"))


def open_tickets(app: Flask) -> None:
    with app.app_context(), at("2026-03-02 09:00"):
        cast = find_cast()
        for _ in range(TICKETS):
            take(a_ticket(cast), by=cast.ona)
        run_all()


def work(app: Flask) -> int:
    """A scheduler and a worker in one, until nothing is left to do; returns how often it was put off."""
    put_off = 0
    with app.app_context():
        while put_off < 100:
            try:
                if not (clocks.sweep(limit=3) or run_all(limit=3) or ladder.sweep()):
                    return put_off
            except (DBAPIError, Busy):
                put_off += 1
                db.session.rollback()
    raise AssertionError("the database was never free")


def at_once(app: Flask, workers: int, *, before: Callable[[], None] = lambda: None) -> int:
    barrier = threading.Barrier(workers)

    def run(_n: int) -> int:
        barrier.wait()
        before()
        return work(app)

    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(run, range(workers)))


def recorded(fact: str) -> list[Entry]:
    return list(db.session.scalars(db.select(Entry).where(Entry.fact == fact).order_by(Entry.id)))


def assert_each_once() -> None:
    """Every threshold, breach and rung stands there once, dated by its own instant, with one letter for each rung."""
    breaches, at_risk = recorded("ClockBreached"), recorded("ClockAtRisk")
    assert Counter(entry.subject_id for entry in breaches) == dict.fromkeys(ids(), 1)
    assert {entry.at for entry in breaches} == {local("2026-03-03 09:00")}
    # Three quarters, and nine tenths.
    assert Counter((e.subject_id, e.payload["percent"]) for e in at_risk) == {
        (ticket_id, percent): 1 for ticket_id in ids() for percent in (75, 90)
    }
    assert {e.at for e in at_risk if e.payload["percent"] == 75} == {local("2026-03-02 16:00")}
    told = recorded("RungReached")
    rungs = db.session.query(Rung).filter(Rung.told_at.is_not(None)).all()
    assert Counter(e.payload["rung_id"] for e in told) == dict.fromkeys((rung.id for rung in rungs), 1)
    late = [rung for rung in rungs if rung.occasion == "breached"]
    manager = db.session.query(Account).filter_by(name="Vera").one()
    assert Counter((r.step, r.at) for r in late) == dict.fromkeys([(1, seconds), (3, seconds)], TICKETS)
    assert {rung.account_id for rung in late if rung.step == 3} == {manager.id}


seconds = epoch(local("2026-03-03 09:00"))


def ids() -> list[int]:
    return list(db.session.scalars(db.select(Ticket.id)))


def letters(app: Flask) -> list[str]:
    folder = app.config["THREELINE"].mail_folder
    mails = [message_from_bytes(f.read_bytes()) for f in folder.glob("*.eml")]
    return [m["Message-ID"] for m in mails if ".rung-" in m["Message-ID"]]


def test_two_workers_at_once_do_everything_once(real_desk: Flask) -> None:
    open_tickets(real_desk)

    for when in ("2026-03-02 16:00", "2026-03-02 16:50", "2026-03-03 08:30", "2026-03-03 09:01"):
        with at(when):
            at_once(real_desk, 4)

    with real_desk.app_context():
        assert_each_once()
        assert db.session.query(Rung).filter_by(occasion="at_risk").count() == 3 * TICKETS  # Ona, Rasa, Vera
        assert len(set(letters(real_desk))) == len(letters(real_desk)) == 5 * TICKETS


def test_after_a_day_without_any_worker_the_dates_are_right(real_desk: Flask) -> None:
    open_tickets(real_desk)

    with at("2026-03-04 15:00"):
        at_once(real_desk, 3)

    with real_desk.app_context():
        assert_each_once()
        [told_at] = {rung.told_at for rung in db.session.query(Rung).filter(Rung.told_at.is_not(None))}
        assert told_at == epoch(local("2026-03-04 15:00"))
        # What is late is told; that it had been at risk is no news any more.
        assert {r.occasion for r in db.session.query(Rung).filter(Rung.told_at.is_not(None))} == {"breached"}


class Sleeper:
    """A worker that is stopped where it stands, and woken; the others never notice."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.asleep, self.woken = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.failure: BaseException | None = None
        monkeypatch.setattr(database, "WRITER_PATIENCE_SECONDS", 0.1)

    def stop_in(self, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
        """Stop it the first time that it comes to this function."""
        real = getattr(module, name)

        def stopping(*args: object, **kwargs: object) -> object:
            if threading.current_thread() is self.thread and not self.asleep.is_set():
                self.asleep.set()
                assert self.woken.wait(PATIENCE_SECONDS)
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, stopping)

    def start(self) -> None:
        self.thread.start()
        assert self.asleep.wait(PATIENCE_SECONDS)

    def wake(self) -> None:
        self.woken.set()
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive()
        if self.failure:
            raise self.failure

    def _run(self) -> None:
        try:
            work(self.app)
        except BaseException as failure:
            self.failure = failure


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (clocks, "stand_in"),  # it has claimed its tickets
        (clocks, "entries_of"),  # and locked the clocks of one
        (clocks, "_tell"),  # and knows what has fired
        (ladder, "_reach"),  # of a job that it has leased
        (ladder, "_tell"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_stopped_for_ten_minutes_and_woken_changes_nothing(
    real_desk: Flask, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    open_tickets(real_desk)
    sleeper = Sleeper(real_desk, monkeypatch)
    sleeper.stop_in(monkeypatch, module, name)
    is_sqlite = real_desk.config["THREELINE"].database_url.startswith("sqlite")

    with at("2026-03-02 16:50"):
        sleeper.start()
    with at("2026-03-02 17:00"):
        if is_sqlite:  # one writer at a time: the others are put off, and come again
            with real_desk.app_context(), pytest.raises((Busy, DBAPIError)):
                clocks.sweep()
                ladder.tell_due()
        else:
            at_once(real_desk, 2)
        sleeper.wake()
        at_once(real_desk, 2)
    with at("2026-03-03 09:01"):
        at_once(real_desk, 2)
    with at("2026-03-03 09:05"):
        at_once(real_desk, 2)

    with real_desk.app_context():
        assert_each_once()
        assert len(set(letters(real_desk))) == len(letters(real_desk))


def test_a_machine_whose_clock_is_behind_takes_nothing_back(real_desk: Flask) -> None:
    open_tickets(real_desk)
    with at("2026-03-03 09:05"):
        work(real_desk)

    with at("2026-03-03 08:59"), real_desk.app_context():
        cast = find_cast()
        for ticket in db.session.query(Ticket):
            take(ticket, by=cast.rasa)
        work(real_desk)
    with at("2026-03-03 09:06"):
        work(real_desk)

    with real_desk.app_context():
        states = set(db.session.scalars(db.select(Clock.state).where(Clock.kind == ClockKind.FIRST_RESPONSE)))
        assert states == {ClockState.OVERDUE}
        assert Counter(entry.subject_id for entry in recorded("ClockBreached")) == dict.fromkeys(ids(), 1)
