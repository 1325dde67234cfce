"""Times agreed with a client: they count in place of the contract's, which stays beside them (sla.md, 5.13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import epoch, instant, now
from helpdesk.events import TimePromised
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets import clocks
from helpdesk.tickets.promises import FARTHEST, agree_on_clock
from helpdesk.tickets.stamp import stamp
from sla.models import LIVE_STATES, Clock, ClockKind, ClockState

PROMISABLE = (ClockKind.RESOLUTION, ClockKind.PERIODIC_UPDATE)
# What stands in the register; the pages say it in their reader's language, by the clock.
WORDS = {ClockKind.RESOLUTION: "solution", ClockKind.PERIODIC_UPDATE: "news"}


@dataclass(frozen=True)
class PromiseShown:
    """A promised time beside the contract's own, and what became of both."""

    kind: str
    at: datetime
    contract_at: datetime | None
    moves: int
    state: str  # planned, kept, late, broken
    contract_is_kept: bool | None  # None: not decided yet
    by: tuple[str, int]


@command
def promise_time(ticket: Ticket, clock: str, at: datetime, *, note: str, consent: bool, by: Actor) -> None:
    """Agree with the client on the time of the solution, or of the next update; their consent is put on record."""
    require(by, Action.PROMISE_TIME, ticket)
    errors: dict[str, list[str]] = {}
    live = next((c for c in clocks.of(ticket) if c.kind.value == clock and is_promisable(c)), None)
    if live is None:
        errors["clock"] = [_("No such time runs for this ticket.")]
    if at <= now():
        errors["at"] = [_("Choose a time that is still to come.")]
    elif at > now() + FARTHEST:
        errors["at"] = [_("Choose a time within two years.")]
    if not consent:
        errors["consent"] = [_("A time is agreed only when the client has said yes to it.")]
    if not note.strip():
        errors["note"] = [_("Write how the client agreed.")]
    if errors or live is None:
        raise Invalid(errors)
    if live.promised_for == epoch(at):
        return  # a second click
    stamp(ticket)
    agree_on_clock(ticket, clock, at, WORDS[live.kind], note.strip(), by=by)
    record(
        TimePromised(ticket.id, clock=clock, promised_for=epoch(at), agreed_by="client", note=note.strip()), by=by
    )  # fmt: skip


def is_promisable(clock: Clock) -> bool:
    return clock.kind in PROMISABLE and clock.state in LIVE_STATES


def promises_of(ticket: Ticket, clocks: Sequence[Clock]) -> list[PromiseShown]:
    """What was promised to the client on this ticket; asked only where something was."""
    promised = [c for c in clocks if c.promised_for is not None and c.state is not ClockState.CANCELLED]
    if not promised:
        return []
    query = select(Entry).where(
        Entry.subject_kind == "ticket", Entry.subject_id == ticket.id, Entry.fact == TimePromised.__name__
    )
    told = list(db.session.scalars(query.order_by(Entry.id)))
    return [_shown(clock, told) for clock in promised]


def _shown(clock: Clock, told: Sequence[Entry]) -> PromiseShown:
    at, promised_for = epoch(now()), clock.promised_for or 0
    if clock.stop_at is not None:
        state = "kept" if clock.stop_at <= promised_for else "late"
    else:
        state = "broken" if at > promised_for else "planned"
    kept: bool | None = None
    if clock.contract_breached_at is not None:
        kept = False
    elif clock.stop_at is not None:
        kept = True
    own = [e for e in told if e.payload["clock"] == clock.kind.value and e.payload["promised_for"] == promised_for]
    by = (own[-1].actor_kind, own[-1].actor_id) if own else ("system", 0)
    contract = None if clock.contract_due_at is None else instant(clock.contract_due_at)
    return PromiseShown(clock.kind.value, instant(promised_for), contract, clock.promises - 1, state, kept, by)
