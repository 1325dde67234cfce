"""What another calendar does to the clocks that run on it: looked at beforehand, and stored in one pass.

1. A change that begins now or later moves only clocks that run and are not breached: what has been counted stays, a
   paused clock has no due time, a breach stays where it was. So their new reading follows from their rows alone, and
   no ticket is loaded. What `sla.fold` would make of their events is the same; the tests compare the two.
   A clock that was stopped before it was due keeps its verdict; the time it would have been due at moves along.
2. A correction backwards may undo and make verdicts, of stopped clocks too. Each ticket that it can touch is folded
   anew from its events.
3. A clock whose next moment has come but was not yet swept is folded anew as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from sqlalchemy import Text, bindparam, func, select, text, type_coerce, update
from sqlalchemy.orm import aliased

from helpdesk.core import jobs
from helpdesk.core.db import among, as_rows, db
from helpdesk.core.journal import Doer, Entry, record, record_many
from helpdesk.core.times import epoch, now
from helpdesk.events import ClockMoved, PastCorrected
from helpdesk.models.tickets import NEVER, NUMBER_PREFIX, Ticket
from helpdesk.tickets import clocks
from sla import register
from sla.models import Clock, ClockKind, ClockState, Pause
from sla.register import TargetCard
from sla.worktime import WorkIndex

LIVE = text("sla_clock.stop_at IS NULL AND sla_clock.state <> 'cancelled'")  # the words of ix_sla_clock_calendar
EXAMPLES = 5
BATCH = 5_000
LONGEST_TRANSACTION = timedelta(minutes=2)
AT_ONCE = 200  # tickets that are folded at once; where there are more, so many follow in each job
VERDICTS = frozenset({ClockState.MET, ClockState.BREACHED, ClockState.STOPPED_UNANSWERED, ClockState.OVERDUE})
STOPPED = frozenset({ClockState.MET, ClockState.STOPPED_UNANSWERED, ClockState.BREACHED})
_COLUMNS = (
    Clock.id, Clock.subject_id, Clock.kind, Clock.line, Clock.state, Clock.target_id, Clock.target_seconds,
    Clock.calendar_id, Clock.start_at, Clock.stop_at, Clock.paused_since, Clock.due_at, Clock.breach_at,
    Clock.breached_at, Clock.contract_due_at, Clock.contract_breached_at, Clock.promised_for, Clock.at_risk_at,
    Clock.next_fire_at, Clock.revision,
)  # fmt: skip
Spans = list[tuple[int, int | None]]


@dataclass(frozen=True)
class Move:
    """A clock that is due at another time than before."""

    ticket_id: int
    clock_id: int
    clock: str
    before: int | None
    after: int | None

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.ticket_id}"


@dataclass(frozen=True)
class Impact:
    """What a change does to what runs: how many tickets move, and how many of them would be late."""

    tickets: int = 0
    clocks: int = 0
    earlier: int = 0
    later: int = 0
    late: int = 0  # tickets with a clock that would be breached at once
    verdicts: int = 0  # clocks that were judged and would be judged otherwise
    following: int = 0  # tickets that will be looked at within minutes, since they are many
    examples: tuple[Move, ...] = ()


def impact_of_calendars(calendars: Mapping[int, WorkIndex], since: int) -> Impact:
    """What would happen if these calendars were these, from this instant on."""
    at, cards = epoch(now()), register.targets()
    moves, late, verdicts = [], set(), 0
    wanted = _correctable(calendars, since) if since < at else _running(calendars)
    for row, pauses in _rows(wanted):
        index = calendars[row.calendar_id]
        if row.stop_at is not None or row.paused_since is not None or row.contract_breached_at is not None:
            verdicts += _is_judged_otherwise(row, pauses, index, at)
            continue
        after = _reading(row, pauses, index, cards, at)
        if after["due_at"] != row.due_at:
            moves.append(_move(row, cards, after["due_at"]))
        was_late = row.breach_at is not None and row.breach_at < at  # and nobody has swept it yet
        if not was_late and after["breach_at"] is not None and after["breach_at"] < at:
            late.add(row.subject_id)
    return impact_of(moves, late=len(late), verdicts=verdicts)


def impact_of(moves: Sequence[Move], late: int = 0, *, verdicts: int = 0) -> Impact:
    """The same in figures, with the tickets that move furthest."""
    furthest = sorted(moves, key=lambda move: -abs((move.after or NEVER) - (move.before or NEVER)))
    earlier = sum((move.after or NEVER) < (move.before or NEVER) for move in moves)
    return Impact(
        tickets=len({move.ticket_id for move in moves}), clocks=len(moves), earlier=earlier,
        later=len(moves) - earlier, late=late, verdicts=verdicts, examples=tuple(furthest[:EXAMPLES]),
    )  # fmt: skip


def move_clocks(
    calendar_ids: Collection[int], since: int, *, cause: str, by: Doer, is_correction: bool = False
) -> Impact:
    """Store what the calendars of this transaction make of their clocks. Part of the activity that changed them."""
    if is_correction:
        return _correct(calendar_ids, since, cause=cause, by=by)
    at = epoch(now())
    _lock_tickets(select(Clock.subject_id).where(*_running(calendar_ids)))
    calendars, cards = {key: register.indexes()[key] for key in calendar_ids}, register.targets()
    moves, changed, waiting = [], [], set()
    for row, pauses in _rows(_running(calendar_ids)):
        if row.next_fire_at is not None and row.next_fire_at <= at:
            waiting.add(row.subject_id)
            continue
        after = _reading(row, pauses, calendars[row.calendar_id], cards, at)
        if any(getattr(row, name) != value for name, value in after.items()):
            changed.append({"id": row.id, "revision": row.revision + 1, **after})
            if after["due_at"] != row.due_at:
                moves.append(_move(row, cards, after["due_at"]))
    changed += _stopped_early(calendars, since)
    _write(changed)
    _show({move.ticket_id for move in moves})
    record_many([ClockMoved(m.ticket_id, m.clock_id, m.clock, m.before, m.after, cause) for m in moves], by=by)
    rest = _fold_anew(sorted(waiting), cause=cause, by=by) if waiting else Impact()
    known = impact_of(moves)
    return Impact(
        known.tickets + rest.tickets, known.clocks + rest.clocks, known.earlier + rest.earlier,
        known.later + rest.later, rest.late, rest.verdicts, examples=known.examples or rest.examples,
    )  # fmt: skip


def look_again(entry: Entry) -> None:
    """Move once more what a change of calendars moves.

    Who had begun to work on a ticket when the change was saved may have read the calendars as they were. By now they
    are through; where nothing was overlooked, nothing is written.
    """
    change = entry.payload["change"]
    move_clocks(change["calendars"], change["since"], cause=change["cause"], by=entry,
                is_correction=change["is_correction"])  # fmt: skip


def will_look_again(entry: Entry) -> None:
    """Have `look_again` done when all that runs beside this transaction has come to its end.

    `entry` tells of the change: `calendars`, `since`, `cause` and `is_correction`. On SQLite nobody writes beside us.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.flush()
        name = jobs.register(look_again)
        jobs.enqueue([(name, {"entry": entry.id}, f"{name}:{entry.id}")], run_at=now() + LONGEST_TRANSACTION)


def fold_corrected(entry: Entry) -> None:
    """Fold a part of the many tickets under which a calendar was corrected."""
    ids = entry.payload["tickets"]
    _lock_tickets(ids)
    _fold_anew(ids, cause=entry.payload["cause"], by=entry)


def _correct(calendar_ids: Collection[int], since: int, *, cause: str, by: Doer) -> Impact:
    """Fold what a change of the past can touch, or say that it is to be folded."""
    touched = select(Clock.subject_id).distinct().where(*_correctable(calendar_ids, since))
    tickets = list(db.session.scalars(touched.order_by(Clock.subject_id)))
    if len(tickets) > AT_ONCE:
        for ids in batches(tickets, AT_ONCE):
            record(PastCorrected(min(calendar_ids), tickets=list(ids), cause=cause), by=by)
        return Impact(following=len(tickets))
    _lock_tickets(tickets)
    return _fold_anew(tickets, cause=cause, by=by)


def running_on(calendar_ids: Iterable[int]) -> dict[int, int]:
    """How many clocks run on each calendar."""
    query = (
        select(Clock.calendar_id, func.count()).where(LIVE, Clock.calendar_id.in_(list(calendar_ids)))
        .group_by(Clock.calendar_id)
    )  # fmt: skip
    return dict(db.session.execute(query).all())


def _reading(
    row: Any, pauses: Spans, index: WorkIndex, cards: Mapping[int, TargetCard], at: int
) -> dict[str, int | None]:
    """The columns of a running clock that is not breached, on another calendar."""
    card, start, seconds = cards[row.target_id], row.start_at, row.target_seconds
    due, breach = index.due(start, seconds, pauses), index.breach_at(start, seconds, pauses)
    ahead = (index.threshold(start, seconds, percent, pauses) for percent in sorted(card.thresholds))
    moments = [next((moment for moment in ahead if moment is None or moment > at), None)]  # what lies behind has fired
    moments.append(None if breach is None else breach + 1)
    promised = row.promised_for
    if promised is not None and row.breached_at is None:
        moments.append(promised + 1)
    return {
        "due_at": due if promised is None else promised, "breach_at": breach if promised is None else promised,
        "contract_due_at": due, "at_risk_at": index.threshold(start, seconds, card.at_risk_percent, pauses),
        "next_fire_at": min((moment for moment in moments if moment is not None), default=None),
    }  # fmt: skip


Conditions = Sequence[Any]


def _running(calendar_ids: Collection[int]) -> Conditions:
    """The clocks that a change from now on can move."""
    # Written so that no index on the kind of subject looks better than that of the calendar.
    of_tickets = Clock.subject_kind.concat("") == "ticket"
    return (LIVE, Clock.calendar_id.in_(list(calendar_ids)), of_tickets,
            Clock.paused_since.is_(None), Clock.contract_breached_at.is_(None))  # fmt: skip


def _correctable(calendar_ids: Collection[int], since: int) -> Conditions:
    """The clocks that a change of the past can move or judge otherwise."""
    return (Clock.calendar_id.in_(list(calendar_ids)), Clock.subject_kind == "ticket",
            Clock.stop_at.is_(None) | (Clock.stop_at > since), Clock.state != ClockState.CANCELLED)  # fmt: skip


def _rows(conditions: Conditions) -> Iterator[tuple[Any, Spans]]:
    """These clocks, each with its pauses."""
    pauses: dict[int, Spans] = {}
    of_pauses = select(Pause.clock_id, Pause.from_at, Pause.to_at).join(Clock, Clock.id == Pause.clock_id)
    for clock_id, from_at, to_at in db.session.execute(of_pauses.where(*conditions)):
        pauses.setdefault(clock_id, []).append((from_at, to_at))
    for row in db.session.execute(select(*_COLUMNS).where(*conditions)):
        yield row, pauses.get(row.id, [])


def _stopped_early(calendars: Mapping[int, WorkIndex], since: int) -> list[dict[str, Any]]:
    """What changes in the rows of clocks that were stopped in time, and would have been due from this instant on."""
    changed = []
    for calendar_id, index in calendars.items():
        # Due before, but overspent only later: that is due at the last closing, behind the last worked second.
        last_worked = index.due(since, -1)
        later = since if last_worked is None else last_worked
        stopped = (Clock.subject_kind == "ticket", Clock.calendar_id == calendar_id,
                   Clock.contract_breached_at.is_(None))  # fmt: skip
        wanted: list[Conditions] = [
            (*stopped, *which, due) for which in _which_stopped()
            for due in (Clock.due_at >= later, Clock.due_at.is_(None))
        ]  # fmt: skip
        wanted.append((*stopped, Clock.promised_for.is_not(None), Clock.state.in_(list(STOPPED))))
        seen = set()
        for row, pauses in chain.from_iterable(map(_rows, wanted)):
            start, seconds = row.start_at, row.target_seconds
            contract_due = index.due(start, seconds, pauses)
            after = {"due_at": contract_due, "breach_at": index.breach_at(start, seconds, pauses)}
            if row.promised_for is not None:
                after = {"due_at": row.promised_for, "breach_at": row.promised_for}
            after |= {"contract_due_at": contract_due, "at_risk_at": None, "next_fire_at": None}
            if row.id not in seen and any(getattr(row, name) != value for name, value in after.items()):
                seen.add(row.id)
                changed.append({"id": row.id, "revision": row.revision + 1, **after})
    return changed


def _which_stopped() -> Conditions:
    """Which clocks are stopped: for SQLite by kind and state, as it would else walk every clock there is."""
    if db.session.get_bind().dialect.name == "postgresql":
        return [(Clock.kind.in_(list(ClockKind)), Clock.state.in_(list(STOPPED)))]
    return [(Clock.kind == kind, Clock.state == state) for kind in ClockKind for state in STOPPED]


def _lock_tickets(ids: Any) -> None:
    """Lock tickets by their ids, or by a query for them."""
    # Whoever works on a ticket holds its row first: in this order nobody waits for somebody who waits for us.
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(Ticket.id).where(Ticket.id.in_(ids)).order_by(Ticket.id).with_for_update())


def _move(row: Any, cards: Mapping[int, TargetCard], after: int | None) -> Move:
    return Move(row.subject_id, row.id, cards[row.target_id].clock, row.due_at, after)


def _is_judged_otherwise(row: Any, pauses: Spans, index: WorkIndex, at: int) -> bool:
    until = at if row.stop_at is None else row.stop_at
    was_late = row.contract_breached_at is not None
    closed = [(since, until if end is None else end) for since, end in pauses if since < until]
    is_late = index.elapsed(row.start_at, until, closed) > int(row.target_seconds)
    return is_late != was_late


def _write(rows: Sequence[dict[str, Any]]) -> None:
    """Give many clocks (by `id`) other values, in one statement or in one batch of them."""
    if not rows:
        return
    table: Any = Clock.__table__
    names = [name for name in rows[0] if name != "id"]
    if db.session.get_bind().dialect.name == "postgresql":
        given = as_rows(**{name: ([row[name] for row in rows], table.c[name].type) for name in ("id", *names)})
        db.session.connection().execute(
            update(table).where(table.c.id == given.c.id).values({name: given.c[name] for name in names})
        )
        return
    # As the driver has it: filling in the parameters of twenty thousand rows takes longer than writing them.
    statement = update(table).where(table.c.id == bindparam("of_id")).ordered_values(*((name, None) for name in names))
    written = str(statement.compile(dialect=db.session.get_bind().dialect))
    db.session.connection().exec_driver_sql(written, [(*(row[name] for name in names), row["id"]) for row in rows])


def _show(ticket_ids: Collection[int]) -> None:
    """Keep what the tickets show of their next due time equal to their clocks."""
    table: Any = Ticket.__table__
    for ids in batches(sorted(ticket_ids)):
        nearest_first = func.row_number().over(partition_by=Clock.subject_id, order_by=(Clock.due_at, Clock.id))
        dues = (
            select(Clock.subject_id, Clock.due_at, type_coerce(Clock.kind, Text).label("kind"),
                   nearest_first.label("place"))
            .where(Clock.subject_kind == "ticket", among(Clock.subject_id, ids), Clock.kind != ClockKind.OLA,
                   Clock.state.in_([ClockState.RUNNING, ClockState.OVERDUE]), Clock.due_at.is_not(None)).subquery()
        )  # fmt: skip
        known = aliased(Ticket)
        wanted = (
            select(known.id, func.coalesce(dues.c.due_at, NEVER).label("at"),
                   func.coalesce(dues.c.kind, "").label("kind"))
            .outerjoin(dues, (dues.c.subject_id == known.id) & (dues.c.place == 1))
            .where(among(known.id, ids)).subquery()
        )  # fmt: skip
        differs = (table.c.next_due_at != wanted.c.at) | (table.c.next_due_kind != wanted.c.kind)
        shown = {"next_due_at": wanted.c.at, "next_due_kind": wanted.c.kind}
        db.session.connection().execute(update(table).where(table.c.id == wanted.c.id, differs).values(shown))
    db.session.expire_all()


def _fold_anew(ticket_ids: Sequence[int], *, cause: str, by: Doer) -> Impact:
    """Fold the clocks of these tickets from their events, and say what has moved."""
    cards = register.targets()
    moves: list[Move] = []
    late, verdicts = 0, 0
    for ids in batches(ticket_ids, 200):
        for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)):
            before = {row.id: (row.due_at, row.state) for row in clocks.of(ticket)}
            kept = clocks.keep(ticket)
            db.session.flush()
            for row in kept:
                due, state = before.get(row.id, (None, row.state))
                if row.due_at != due:
                    moves.append(Move(ticket.id, row.id, cards[row.target_id].clock, due, row.due_at))
                if state is not row.state and (state in VERDICTS or row.state in VERDICTS):
                    verdicts += state in VERDICTS
                    late += row.state is ClockState.OVERDUE
    record_many([ClockMoved(m.ticket_id, m.clock_id, m.clock, m.before, m.after, cause) for m in moves], by=by)
    return impact_of(moves, late=late, verdicts=verdicts)


def batches(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """So many ids at a time as a statement can name."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
