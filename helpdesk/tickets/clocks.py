"""The clocks of tickets: whatever happened to a ticket, its clocks are folded anew before the transaction commits.

No activity touches a clock. Activities record facts; `happenings` says what a fact means to a clock, `sla.fold` what a
clock makes of it. A ticket whose entitlement promises nothing (an imported past among them) has no clocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from helpdesk.core.command import before_commit, command
from helpdesk.core.db import db
from helpdesk.core.journal import record, take_recorded
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import ClockAtRisk, ClockBreached, TicketOpened
from helpdesk.models.tickets import NEVER, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets import ladder, promises
from helpdesk.tickets.assignment import stand_in
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.happenings import HEARD, Told, entries_of, events_of, policies_of
from sla import register
from sla.fold import Cycle, Event
from sla.models import LIVE_STATES, Clock, ClockKind, ClockState
from sla.register import Fired, Key
from sla.worktime import WorkIndex

DUE_STATES = frozenset({ClockState.RUNNING, ClockState.OVERDUE})


def keep(ticket: Ticket, entries: Sequence[Told] | None = None) -> list[Clock]:
    """Fold the clocks of a ticket and store them; `entries` is its whole journal where that is at hand."""
    # The rows are locked before anything is read: whoever had to wait here sees what was done meanwhile.
    rows = [] if entries is not None else of(ticket)
    told = entries if entries is not None else entries_of(ticket.id)
    at = _not_before(rows, told)
    cycles = cycles_of(ticket, told, at)
    if not cycles and entries is not None:
        return []
    stood_still = {
        row.id: row.paused_since is not None for row in rows
        if row.state in LIVE_STATES and (row.fired or row.breached_at is not None)
    }  # fmt: skip
    clocks, fired = register.keep(("ticket", ticket.id), rows, cycles, at)
    if stood_still:
        ladder.follow(stood_still, clocks)
    for moment in sorted(fired, key=lambda moment: (moment.at, moment.percent is None)):
        _tell(ticket, moment)
    promises.follow_clocks(ticket, clocks)
    _show(ticket, clocks)
    return clocks


def _not_before(rows: Sequence[Clock], told: Sequence[Told]) -> int:
    """Now; but never before what is known already, though the machine that noted it may be ahead of this one."""
    known = [at + 1 for row in rows for at in (row.breached_at, row.contract_breached_at) if at is not None]
    known += [at for row in rows for _percent, at in row.fired]
    return max([epoch(now()), *known, *(epoch(entry.at) for entry in told)])


def foresee(ticket: Ticket) -> None:
    """Set what a ticket that is about to be written is due for, so that its row is written once."""
    if ticket.policy_id is None:
        return
    at = epoch(ticket.opened_at)
    told = {"contract": str(ticket.policy_id), "type": ticket.type.value, "priority": ticket.priority.value,
            "line": ticket.line}  # fmt: skip
    cycles = register.cycles_of([Event(at, "created", told)], [ticket.policy_id], at)
    dues = [(cycle.due(), kind.value) for (kind, line, _number), cycle in cycles.items() if not line]
    ticket.next_due_at, ticket.next_due_kind = min(
        ((due, kind) for due, kind in dues if due is not None), default=(NEVER, "")
    )


def cycles_of(
    ticket: Ticket, entries: Sequence[Told], at: int, *, calendars: Mapping[int, WorkIndex] | None = None
) -> dict[Key, Cycle]:
    """What the events of a ticket make of its clocks, as of an instant."""
    events = events_of(ticket, entries)
    policies = policies_of(ticket, events)
    if not policies:
        return {}
    return register.cycles_of(events, policies, at, reopen_days=ticket_settings().reopen_days, calendars=calendars)


@command
def sweep(limit: int = 200) -> int:
    """Fire what has come due on the clocks, dated by its own instant however late this runs; returns how many."""
    due = [subject_id for kind, subject_id in register.due_now(epoch(now()), limit) if kind == "ticket"]
    if not due:
        return 0
    # The ticket is locked first, as by everybody else; what another worker has in hand is left to it.
    tickets = select(Ticket).where(Ticket.id.in_(due)).order_by(Ticket.id)
    claimed = db.session.scalars(tickets.with_for_update(skip_locked=True, of=Ticket)).all()
    for ticket in claimed:
        stand_in(ticket)
        keep(ticket)
    return len(claimed)


def stricter_of(ticket: Ticket, other: Ticket) -> dict[str, Any]:
    """The clocks of one ticket that are due before the same clock of another: what survives when they are merged."""
    theirs = {_name(clock): clock.due_at for clock in of(other) if clock.state in DUE_STATES}
    return {
        name: {
            "start": clock.start_at, "target": clock.target_id,
            "pauses": [[pause.from_at, pause.to_at, pause.reason] for pause in clock.pauses],
        }
        for clock in of(ticket)
        if clock.state in DUE_STATES and (name := _name(clock)) in theirs and _before(clock.due_at, theirs[name])
    }  # fmt: skip


def of(ticket: Ticket) -> list[Clock]:
    """The clocks of a ticket."""
    db.session.flush()
    return register.clocks_of(("ticket", ticket.id))


def next_fire() -> int | None:
    """When the next clock changes by itself."""
    query = select(Clock.next_fire_at).where(Clock.next_fire_at.is_not(None)).order_by(Clock.next_fire_at).limit(1)
    return db.session.scalar(query)


def _name(clock: Clock) -> str:
    return register.targets()[clock.target_id].clock


def _before(one: int | None, other: int | None) -> bool:
    return one is not None and (other is None or one < other)


def settle() -> None:
    """Fold the clocks of the tickets to which something happened since this was last done in the transaction.

    It is done at the end of each, and after each step of a past that is lived through in one.
    """
    heard: dict[int, list[Any]] = {}
    for entry in take_recorded():
        if entry.subject_kind == "ticket" and entry.fact in HEARD:
            heard.setdefault(entry.subject_id, []).append(entry)
    for ticket_id, entries in heard.items():
        is_new = entries[0].fact == TicketOpened.__name__
        if not is_new:
            db.session.flush()
        keep(db.session.get_one(Ticket, ticket_id), entries if is_new else None)


before_commit(settle, first=True)


def _tell(ticket: Ticket, moment: Fired) -> None:
    clock, card = moment.clock, register.targets()[moment.clock.target_id]
    db.session.flush()  # a clock that was just started has its id now
    kind = card.clock
    # What happens in this very second comes after what made it happen.
    at = now() if moment.at == epoch(now()) else instant(moment.at)
    if moment.percent is None:
        record(ClockBreached(ticket.id, clock_id=clock.id, kind=kind, breached_at=moment.at, revision=moment.revision),
               by=SYSTEM, at=at)  # fmt: skip
    elif moment.percent >= card.at_risk_percent and (clock.breached_at is None or moment.at < clock.breached_at):
        record(ClockAtRisk(ticket.id, clock_id=clock.id, kind=kind, due_at=clock.due_at or 0, percent=moment.percent,
                           revision=moment.revision), by=SYSTEM, at=at)  # fmt: skip


def _show(ticket: Ticket, clocks: list[Clock]) -> None:
    """Keep the one sortable column of the ticket equal to its clocks."""
    due = register.next_due(clocks)
    ticket.next_due_at, ticket.next_due_kind = due or (NEVER, "")
    resolutions = [clock for clock in clocks if clock.kind is ClockKind.RESOLUTION]
    if resolutions:
        ticket.missed_sla = any(c.breached_at is not None and c.state is not ClockState.CANCELLED for c in resolutions)
