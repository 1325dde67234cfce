"""A large desk: any number of tickets over two years, written in bulk, believable as a mass and consistent in each row.

1. The lives are of a few plans (answered, handed over, waited, reopened…); each has five messages once it is over.
2. Clocks are read by the rules of `sla`, on the office hours of the demo desk; `threeline check` holds on every row.
3. A batch is one transaction, and the next ticket follows from how many there are: a run that was killed goes on.
4. Nothing follows from these lives: no letters, no jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.times import epoch, now
from helpdesk.models.imports import ImportRun
from helpdesk.models.tickets import Ticket
from helpdesk.seeds.crowd import gather
from helpdesk.seeds.hours import OFFICE, hours_of
from helpdesk.seeds.lives import COLUMNS, Batch, Scene
from helpdesk.seeds.loading import is_postgresql, load_all, next_id
from helpdesk.seeds.workdays import Workdays

SPAN = timedelta(days=730)
AHEAD = timedelta(days=120)  # due times lie in the future
BATCH = 2_000
NUMBERED = tuple(table for table, columns in COLUMNS.items() if "id" in columns)
RUN = "bulk"


def count() -> int:
    """How many tickets there are."""
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def fill_up(tickets: int) -> Iterator[int]:
    """Go on to so many tickets, batch by batch; yields how many were added so far. Nothing where there are enough."""
    there = count()
    if there >= tickets:
        return
    until = now()
    scene = Scene(gather(), _workdays(until), until=epoch(until))
    with transaction():
        _begin(until)
    for first in range(there, tickets, BATCH):
        last = min(first + BATCH, tickets)
        with transaction():
            batch = Batch(
                scene, ordinal=first, ids={table: next_id(table) for table in COLUMNS if "id" in COLUMNS[table]}
            )
            for ordinal in range(first, last):
                batch.live(ordinal / tickets)
            load_all({table: (COLUMNS[table], rows) for table, rows in batch.rows.items()})
        yield last - there
    with transaction():
        _end()
    if is_postgresql():
        # As autovacuum would do it in time: so many new rows are searched by guesses until then.
        with transaction():
            db.session.execute(text("ANALYZE"))


def _workdays(until: datetime) -> Workdays:
    since = until - SPAN
    hours = hours_of(OFFICE, since.year - 1, until.year + 1)
    suffix = "+00" if is_postgresql() else ""
    return Workdays(hours, epoch(since), epoch(until + AHEAD), suffix=suffix)


def _begin(at: datetime) -> None:
    run = db.session.scalar(select(ImportRun).where(ImportRun.name == RUN))
    if run is None:
        db.session.add(ImportRun(name=RUN, kind="demo", started_at=at))
    else:
        run.finished_at = None


def _end() -> None:
    run = db.session.scalars(select(ImportRun).where(ImportRun.name == RUN)).one()
    run.finished_at = now()
