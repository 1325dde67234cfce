"""The one queue. A job is written in the transaction of its cause and runs at least once, its effects exactly once.

A worker claims a job with a lease by the database's row, not by memory; a worker that dies loses its lease and another
takes over. A handler's database effects and "done" are one transaction. What must leave the house is returned as a
`Delivery`, sent outside of any transaction, and carries an idempotency key of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Index, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, db
from helpdesk.core.times import now

READY, DONE, DEAD = "ready", "done", "dead"
LEASE = timedelta(seconds=120)
# When to try again after the first, second, … failure; after the last one the job is dead and waits for a person.
DELAYS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600))
KEEP_DONE = timedelta(days=14)


class Job(Base):
    """Work to be done at or after `run_at`; leased while somebody works on it."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]
    args: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(unique=True)  # the same key is enqueued once
    state: Mapped[str] = mapped_column(default=READY)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        # claim(): the oldest job whose time has come
        Index("ix_job_ready", "run_at", "id", sqlite_where=text("state = 'ready'"),
              postgresql_where=text("state = 'ready'")),
        # purge(): done jobs by age
        Index("ix_job_done_at", "done_at", sqlite_where=text("done_at IS NOT NULL"),
              postgresql_where=text("done_at IS NOT NULL")),
    )  # fmt: skip


class Delivery(Protocol):
    """Something to hand over outside of any transaction, under one stable key, however often it is tried."""

    def send(self) -> None:
        """Hand it over; raise PermanentFailure where trying again is of no use."""


class PermanentFailure(Exception):
    """It will never work; the job is dead at once."""


Handler = Callable[[Any], "Delivery | None"]


@dataclass(frozen=True)
class Registered:
    handler: Handler
    takes_entry: bool


_handlers: dict[str, Registered] = {}


def register(handler: Callable[..., Any], *, takes_entry: bool = True) -> str:
    """Give a handler its name: the module's last part and the function, such as `letters.acknowledgement`."""
    name = f"{handler.__module__.rpartition('.')[2]}.{handler.__name__}"
    _handlers[name] = Registered(handler, takes_entry)
    return name


def handler_of(kind: str) -> Registered:
    """The handler of a kind of job; KeyError for a kind this version does not know."""
    return _handlers[kind]


def enqueue(work: Sequence[tuple[str, dict[str, Any], str | None]], *, run_at: datetime | None = None) -> None:
    """Queue (kind, args, key) in the running transaction; a key already there is left alone."""
    at = now()
    rows = [
        {"kind": kind, "args": args, "key": key, "state": READY, "run_at": run_at or at, "attempts": 0,
         "created_at": at} for kind, args, key in work
    ]  # fmt: skip
    dialect = db.session.get_bind().dialect.name
    statement = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(Job).on_conflict_do_nothing()
    db.session.execute(statement, rows)


def new_worker_name() -> str:
    return secrets.token_hex(6)


def claim(worker: str) -> Job | None:
    """Lease the oldest job whose time has come; None when there is none. Commit before working on it."""
    at = now()
    free = or_(Job.leased_until.is_(None), Job.leased_until < at)
    oldest = (
        select(Job.id).where(Job.state == text("'ready'"), Job.run_at <= at, free)
        .order_by(Job.run_at, Job.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
    )  # fmt: skip
    return db.session.scalars(
        update(Job).where(Job.id == oldest)
        .values(worker=worker, leased_until=at + LEASE, attempts=Job.attempts + 1)
        .returning(Job), execution_options={"populate_existing": True},
    ).one_or_none()  # fmt: skip


def finish(job: Job, worker: str) -> bool:
    """Mark done, in the transaction of the job's effects; False when another worker holds it by now."""
    values = {"state": DONE, "done_at": now(), "worker": None, "leased_until": None, "error": None}
    return _settle(job, worker, values)


def fail(job: Job, worker: str, error: str, *, permanent: bool = False) -> bool:
    """Put back for the next try by the written delays, or declare dead."""
    tries = job.attempts
    values: dict[str, Any] = {"error": error[:2000], "worker": None, "leased_until": None}
    if permanent or tries > len(DELAYS):
        values["state"] = DEAD
    else:
        values["run_at"] = now() + DELAYS[tries - 1]
    return _settle(job, worker, values)


def revive(job_id: int) -> bool:
    """Give a dead job another life, from the first delay on."""
    values = {"state": READY, "run_at": now(), "attempts": 0, "error": None}
    return _count(update(Job).where(Job.id == job_id, Job.state == DEAD).values(**values)) == 1


def backlog() -> dict[str, int]:
    """How many jobs are in each state."""
    rows = db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    return dict(rows.all())


def dead_jobs(limit: int = 100) -> list[Job]:
    """Jobs that gave up and wait for a person, latest first."""
    return list(db.session.scalars(select(Job).where(Job.state == DEAD).order_by(Job.id.desc()).limit(limit)))


def next_run_at() -> datetime | None:
    """When the next ready job is due."""
    return db.session.scalar(select(Job.run_at).where(Job.state == text("'ready'")).order_by(Job.run_at).limit(1))


def purge() -> int:
    """Forget done jobs after two weeks; returns how many."""
    return _count(delete(Job).where(Job.done_at < now() - KEEP_DONE))


def _settle(job: Job, worker: str, values: dict[str, Any]) -> bool:
    # Fenced by worker and attempt: a worker that slept past its lease changes nothing.
    fence = (Job.id == job.id, Job.worker == worker, Job.attempts == job.attempts)
    return _count(update(Job).where(*fence).values(**values)) == 1


def _count(statement: Any) -> int:
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)  # type: ignore[attr-defined]  # of a DML statement, which this is
