"""Desks of a given size, filled once and kept under `var/bench`, and what is asked of them beside the measurements."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.core.db import db
from helpdesk.core.jobs import READY, Job
from helpdesk.core.journal import silently
from helpdesk.models.people import Contact
from helpdesk.models.tickets import Ticket
from helpdesk.people.accounts import account_by_email, actor_of, create_token
from helpdesk.seeds.crowd import DOMAIN, TEAMS
from helpdesk.tickets import clocks, resolution

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "var" / "bench"


@dataclass(frozen=True)
class BenchDesk:
    """One desk to measure."""

    database: str  # sqlite or postgresql
    tickets: int
    url: str  # empty for the SQLite file in the home folder
    folder: str = ""

    @property
    def home(self) -> Path:
        return KEPT / (self.folder or f"{self.database}-{self.tickets}")

    def environment(self, port: int) -> dict[str, str]:
        """The settings of the desk, and none of whoever measures."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("THREELINE_", "PG"))}
        return plain | {
            "THREELINE_HOME": str(self.home), "THREELINE_DATABASE_URL": self.url, "THREELINE_PORT": str(port),
            "THREELINE_LOG_LEVEL": "warning", "PYTHONPATH": str(ROOT),
        }  # fmt: skip

    @contextmanager
    def opened(self) -> Iterator[Flask]:
        """The application of the desk in this process, to look at what a measurement did."""
        overrides: dict[str, Any] = {"home": self.home, "database_url": self.url} if self.url else {"home": self.home}
        app = create_app(load_config({}, **overrides))
        with app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()


def fill(desk: BenchDesk) -> dict[str, float]:
    """Fill the desk, unless that has been done; how long it took when it was."""
    threeline = [sys.executable, "-c", "from helpdesk.cli import main; main()"]
    note = desk.home / "filled.json"
    if note.exists():
        subprocess.run([*threeline, "db", "upgrade"], env=desk.environment(8000), check=True)
        shutil.rmtree(desk.home / "backups", ignore_errors=True)  # of gigabytes that can be made again
        kept: dict[str, float] = json.loads(note.read_text())
        return kept
    desk.home.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    subprocess.run([*threeline, "demo"], env=desk.environment(8000), check=True)
    lived = time.perf_counter() - began
    subprocess.run([*threeline, "demo", "--tickets", str(desk.tickets)], env=desk.environment(8000), check=True)
    seconds = time.perf_counter() - began - lived
    taken = {"demo_seconds": round(lived, 1), "seconds": round(seconds, 1),
             "tickets_per_second": round(desk.tickets / seconds)}  # fmt: skip
    note.write_text(json.dumps(taken))
    return taken


def settle(desk: BenchDesk) -> None:
    """Let the desk do what time has brought since it was filled, so that it is quiet when it is measured."""
    with desk.opened():
        if desk.database == "postgresql":
            # As autovacuum would have done it in time.
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM (ANALYZE)"))
        with silently():
            while clocks.sweep() or resolution.close_silent():
                db.session.expunge_all()


@dataclass(frozen=True)
class Sample:
    """What requests are made of: tickets to look at, clients to open tickets for, who signs in, a token."""

    numbers: list[str]
    contacts: list[int]
    operator: str
    manager: str
    token: str


def sample(desk: BenchDesk, *, size: int) -> Sample:
    """Tickets and clients from everywhere in the desk, and an operator of a first-line team who has many of them."""
    chance = random.Random(desk.tickets)
    first_line = next(name for name, line, _answers in TEAMS if line == 1)
    with desk.opened():
        last = db.session.scalar(select(func.max(Ticket.id))) or 1
        first = db.session.scalar(select(func.min(Ticket.id))) or 1
        wanted = sorted({chance.randint(first, last) for _ in range(size * 2)})
        found = db.session.scalars(select(Ticket.id).where(Ticket.id.in_(wanted))).all()
        contacts = db.session.scalars(select(Contact.id).where(Contact.email.like(f"%.{DOMAIN}"))).all()
        operator = _operator_of(first_line)
        account = account_by_email(operator)
        assert account is not None
        token = create_token(account, "bench", by=actor_of(account))
    return Sample(
        numbers=[f"T-{ticket_id}" for ticket_id in chance.sample(list(found), min(size, len(found)))],
        contacts=chance.sample(list(contacts), min(size, len(contacts))), operator=operator,
        manager="robert.halewood@brastova.example", token=token,
    )  # fmt: skip


def _operator_of(team: str) -> str:
    from helpdesk.models.access import Account
    from helpdesk.models.people import Team, TeamMember

    query = (
        select(Account.email).join(TeamMember, TeamMember.operator_id == Account.operator_id)
        .join(Team, Team.id == TeamMember.team_id).where(Team.name == team)
    )  # fmt: skip
    return db.session.scalars(query.limit(1)).one()


@dataclass(frozen=True)
class Standing:
    """How many tickets, messages and jobs there are, to see that a measurement did what it claims."""

    tickets: int
    ready_jobs: int
    jobs: int


def standing() -> Standing:
    """Read inside `opened()`."""
    db.session.rollback()
    count = func.count()
    return Standing(
        tickets=db.session.scalar(select(count).select_from(Ticket)) or 0,
        ready_jobs=db.session.scalar(select(count).where(Job.state == READY)) or 0,
        jobs=db.session.scalar(select(count).select_from(Job)) or 0,
    )


def median_milliseconds(call: Callable[[], object], times: int = 200) -> float:
    """How long a reading call takes, in the middle of so many tries."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
        db.session.rollback()
    return statistics.median(taken) * 1000
