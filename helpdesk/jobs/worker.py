"""The worker: APScheduler as the clock, and the loop that runs jobs. Several may run; correctness needs no leader."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import DBAPIError

from helpdesk.core import jobs
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Busy
from helpdesk.core.journal import Entry
from helpdesk.jobs.schedule import SCHEDULE, Periodic

IDLE_SECONDS = 0.5
AWAY_SECONDS = 2.0

log = structlog.get_logger("threeline.worker")


class Worker:
    """Runs jobs and the schedule until it is stopped. One loop in the calling thread, the clock in one beside it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.name = jobs.new_worker_name()
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop()`."""
        scheduler = self._start_schedule()
        log.info("worker_started", worker=self.name)
        try:
            while not self._stop.is_set():
                self._one_round()
        finally:
            scheduler.shutdown(wait=True)
            log.info("worker_stopped", worker=self.name)

    def stop(self) -> None:
        """Finish the job at hand and return from `run()`."""
        self._stop.set()

    def _one_round(self) -> None:
        try:
            with self.app.app_context():
                worked = run_one(self.name)
            if not worked:
                self._stop.wait(IDLE_SECONDS)
        except (DBAPIError, Busy) as error:
            # The database is away or busy: wait and look again. Nothing is lost, the queue lives there.
            log.warning("database_away", error=str(error).splitlines()[0])
            self._stop.wait(AWAY_SECONDS)

    def _start_schedule(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for each in SCHEDULE:
            scheduler.add_job(
                self._tick, "interval", args=[each], seconds=each.every_seconds, id=each.name,
                next_run_time=datetime.now(UTC),  # the clock's own start, no fact of the desk
            )  # fmt: skip
        scheduler.start()
        return scheduler

    def _tick(self, each: Periodic) -> None:
        try:
            while not self._stop.is_set():
                with self.app.app_context():
                    if not each.run():
                        return
        except (DBAPIError, Busy) as error:
            log.warning("tick_put_off", job=each.name, error=str(error).splitlines()[0])
        except Exception:
            log.exception("tick_failed", job=each.name)


def run_one(worker: str) -> bool:
    """Claim and run one job; False when none is ready. Its effects and "done" are one transaction."""
    with transaction():
        job = jobs.claim(worker)
    if job is None:
        return False
    try:
        delivery = _run_handler(job, worker)
        if delivery is not None:
            # Outside of any transaction: slow, and repeated under the same key if we die before "done".
            delivery.send()
            with transaction():
                jobs.finish(job, worker)
    except jobs.PermanentFailure as failure:
        _put_back(job, worker, failure, permanent=True)
    except (DBAPIError, Busy):
        raise  # the lease runs out and the job comes again
    except Exception as error:
        log.exception("job_failed", job=job.id, kind=job.kind, attempt=job.attempts)
        _put_back(job, worker, error, permanent=False)
    return True


def run_all(worker: str = "inline", *, limit: int = 100_000) -> int:
    """Run every job that is ready; returns how many (for tests and the command line)."""
    count = 0
    while count < limit and run_one(worker):
        count += 1
    return count


def _run_handler(job: jobs.Job, worker: str) -> jobs.Delivery | None:
    with transaction():
        registered = jobs.handler_of(job.kind)
        argument = db.session.get_one(Entry, job.args["entry"]) if registered.takes_entry else job.args
        delivery = registered.handler(argument)
        if delivery is None and not jobs.finish(job, worker):
            raise _LostLease(job.id)
        return delivery


def _put_back(job: jobs.Job, worker: str, error: Exception, *, permanent: bool) -> None:
    with transaction():
        jobs.fail(job, worker, f"{type(error).__name__}: {error}", permanent=permanent)


class _LostLease(Exception):
    """Another worker holds the job by now: our effects are rolled back, theirs count."""
