"""Which clock starts, pauses and stops when: the only place where a ticket's life touches its clocks.

Entering a waiting status pauses the clocks whose target lists it as a reason; entering any other open status resumes
them. The first public word of a person stops the first response; `resolved` stops the resolution.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.journal import record
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import ClockAtRisk, ClockBreached
from helpdesk.models.tickets import NEVER, OPEN_STATUSES, Status, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.assignment import stand_in
from sla import register
from sla.models import Clock, ClockKind, ClockState


@dataclass(frozen=True)
class Move:
    """What entering a status does to the clocks."""

    pauses_for: str | None = None  # the reason; None: run
    stops_resolution: bool = False
    cancels: bool = False


ON_ENTERING: dict[Status, Move] = {
    Status.NEW: Move(),
    Status.OPEN: Move(),
    Status.WAITING_CLIENT: Move(pauses_for="waiting_client"),
    Status.WAITING_VENDOR: Move(pauses_for="waiting_vendor"),
    Status.SCHEDULED: Move(pauses_for="scheduled"),
    Status.RESOLVED: Move(stops_resolution=True),
    Status.CLOSED: Move(),
    Status.CANCELLED: Move(cancels=True),
    Status.MERGED: Move(cancels=True),
}


def promised(ticket: Ticket) -> list[Clock]:
    """A ticket is received: the clocks that its policy promises, running from the instant of receipt.

    They are made before the ticket has its number, so that both are written once; `follow` binds them to it.
    """
    policy_id = register.default_policy_id()
    if policy_id is None:
        return []
    at, clocks = epoch(ticket.opened_at), []
    for kind in (ClockKind.FIRST_RESPONSE, ClockKind.RESOLUTION):
        target = register.target_for(policy_id, kind, ticket.priority.value, at)
        if target is not None:
            clocks.append(register.start(target, at=at, now=epoch(now())))
    _show(ticket, clocks)
    return clocks


def follow(ticket: Ticket, clocks: list[Clock]) -> None:
    """The promised clocks are those of this ticket from now on."""
    for clock in clocks:
        clock.subject_kind, clock.subject_id = "ticket", ticket.id
    db.session.add_all(clocks)


def entered(ticket: Ticket, before: Status) -> None:
    """The ticket has entered its status, coming from another."""
    move, at, clocks = ON_ENTERING[ticket.status], epoch(now()), of(ticket)
    if before not in OPEN_STATUSES and ticket.status in OPEN_STATUSES:
        register.revive(clocks, ClockKind.RESOLUTION, at=at, reason="resolved")
    if move.cancels:
        register.cancel(clocks)
    elif move.stops_resolution:
        register.stop(clocks, ClockKind.RESOLUTION, at=at)
        register.stop(clocks, ClockKind.FIRST_RESPONSE, at=at, unanswered=True)
    elif ticket.status in OPEN_STATUSES:
        register.enter(clocks, move.pauses_for, at=at)
    _show(ticket, clocks)


def answered(ticket: Ticket) -> None:
    """A person of the desk spoke to the client in public."""
    clocks = of(ticket)
    register.stop(clocks, ClockKind.FIRST_RESPONSE, at=epoch(now()))
    _show(ticket, clocks)


def unanswered(ticket: Ticket) -> None:
    """The first answer did not arrive: its clock goes on as if it had not been sent."""
    clocks = of(ticket)
    for clock in clocks:
        if clock.kind is ClockKind.FIRST_RESPONSE and clock.stop_at is not None:
            clock.stop_at = None
            register.refresh(clock, epoch(now()))
    _show(ticket, clocks)


def reprioritise(ticket: Ticket, *, cause: str) -> None:
    """Another priority has other targets; start and pauses stay."""
    clocks, at = of(ticket), epoch(now())
    for clock in clocks:
        held = register.targets()[clock.target_id]
        target = register.target_for(held.policy_id, clock.kind, ticket.priority.value, clock.start_at)
        if target is not None:
            register.retarget(clock, target, at=at, cause=cause)
    _show(ticket, clocks)


def resume_after_merge(ticket: Ticket) -> None:
    """A merge was undone: the clocks stand as if it had not been."""
    clocks, at = of(ticket), epoch(now())
    register.uncancel(clocks, at=at)
    register.enter(clocks, ON_ENTERING[ticket.status].pauses_for, at=at)
    _show(ticket, clocks)


@command
def sweep(limit: int = 200) -> int:
    """Fire what has come due on the clocks, dated by its own instant however late this runs; returns how many fired."""
    at, count = epoch(now()), 0
    for clock in register.due_now(at, limit):
        count += 1
        ticket = db.session.get_one(Ticket, clock.subject_id)
        stand_in(ticket)
        for what, own_instant in register.fire(clock, at):
            if what == "breached":
                fact: ClockBreached | ClockAtRisk = ClockBreached(
                    clock.subject_id, clock_id=clock.id, kind=clock.kind.value, breached_at=own_instant
                )
                ticket.missed_sla = ticket.missed_sla or clock.kind is ClockKind.RESOLUTION
            else:
                fact = ClockAtRisk(clock.subject_id, clock_id=clock.id, kind=clock.kind.value, due_at=clock.due_at or 0)
            record(fact, by=SYSTEM, at=instant(own_instant))
    return count


def of(ticket: Ticket) -> list[Clock]:
    """The clocks of a ticket."""
    db.session.flush()
    return register.clocks_of(("ticket", ticket.id))


def next_fire() -> int | None:
    """When the next clock changes by itself."""
    query = select(Clock.next_fire_at).where(Clock.next_fire_at.is_not(None)).order_by(Clock.next_fire_at).limit(1)
    return db.session.scalar(query)


def _show(ticket: Ticket, clocks: list[Clock]) -> None:
    """Keep the one sortable column of the ticket equal to its clocks."""
    due = register.next_due(clocks)
    ticket.next_due_at, ticket.next_due_kind = due or (NEVER, "")
    if any(c.kind is ClockKind.RESOLUTION and c.state in (ClockState.BREACHED, ClockState.OVERDUE) for c in clocks):
        ticket.missed_sla = True
