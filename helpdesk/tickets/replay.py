"""Every stored clock against its events: an independent look at what the desk has promised and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from helpdesk.tickets import clocks
from helpdesk.tickets.happenings import HEARD, Told
from sla import register
from sla.models import Clock
from sla.register import Key

BATCH = 500


@dataclass(frozen=True)
class Difference:
    """A clock that is not what its events make of it, and in which columns."""

    ticket_id: int
    clock: str
    cycle: int
    columns: tuple[str, ...]  # empty: it is missing, or nobody promised it

    def __str__(self) -> str:
        name = f"{self.clock} (cycle {self.cycle}) of {NUMBER_PREFIX}{self.ticket_id}"
        return (
            f"{name} does not show its reading: {', '.join(self.columns)}"
            if self.columns
            else (f"{name} is missing, or nobody promised it")
        )


def differences(
    at: datetime, *, ticket_ids: Sequence[int] | None = None, sample: int = 1, seen: Callable[[int], None] | None = None
) -> Iterator[Difference]:
    """What is stored and what a replay gives, of these tickets, of all, or of every so-manieth.

    `seen` is told how many tickets were looked at, batch by batch.
    """
    last = 0
    while True:
        query = select(Ticket).where(Ticket.policy_id.is_not(None), Ticket.id > last)
        query = query.where(Ticket.id.in_(ticket_ids)) if ticket_ids is not None else query
        query = query.where(Ticket.id % sample == 0) if sample > 1 else query
        batch = db.session.scalars(query.order_by(Ticket.id).limit(BATCH)).all()
        if not batch:
            return
        last = batch[-1].id
        journals, rows = _journals(batch), _rows(batch)
        for ticket in batch:
            yield from _compared(ticket, journals.get(ticket.id, []), rows.get(ticket.id, {}), epoch(at))
        if seen is not None:
            seen(len(batch))
        db.session.expunge_all()


def _compared(ticket: Ticket, entries: Sequence[Told], rows: dict[Key, Clock], at: int) -> Iterator[Difference]:
    # Where the sweep has not come by yet, the clocks are compared as they stood before their moment.
    waiting = [row.next_fire_at for row in rows.values() if row.next_fire_at is not None and row.next_fire_at <= at]
    as_of = min(waiting) - 1 if waiting else at
    cycles = clocks.cycles_of(ticket, entries, as_of)
    for key in sorted({*cycles, *rows}):
        kind, line, number = key
        name = f"{kind.value}:line{line}" if line else kind.value
        if key not in cycles or key not in rows:
            yield Difference(ticket.id, name, number, ())
        elif wrong := register.differences(rows[key], cycles[key], as_of):
            yield Difference(ticket.id, name, number, tuple(wrong))


def _journals(batch: Sequence[Ticket]) -> dict[int, list[Told]]:
    columns = (Entry.subject_id, Entry.id, Entry.at, Entry.recorded_at, Entry.fact, Entry.actor_kind, Entry.actor_id,
               Entry.payload)  # fmt: skip
    query = select(*columns).where(
        Entry.subject_kind == "ticket", Entry.subject_id.in_([ticket.id for ticket in batch]), Entry.fact.in_(HEARD)
    )
    found: dict[int, list[Told]] = {}
    for row in db.session.execute(query.order_by(Entry.subject_id, Entry.id)):
        found.setdefault(row.subject_id, []).append(row)
    return found


def _rows(batch: Sequence[Ticket]) -> dict[int, dict[Key, Clock]]:
    query = select(Clock).where(Clock.subject_kind == "ticket", Clock.subject_id.in_([ticket.id for ticket in batch]))
    found: dict[int, dict[Key, Clock]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.subject_id, {})[row.kind, row.line, row.cycle] = row
    return found
