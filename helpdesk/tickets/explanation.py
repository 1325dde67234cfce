"""Why a clock of a ticket reads what it reads: its arithmetic, and who did what moved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.times import epoch, instant, now
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from helpdesk.tickets import clocks
from helpdesk.tickets.happenings import Told, entries_of
from helpdesk.tickets.queries import CLIENT_KINDS, clock_name
from sla import register
from sla.explain import Explanation, Version, explain
from sla.fold import Cycle
from sla.models import CalendarVersion, Clock, SlaPolicy, WorkCalendar
from sla.worktime import Calendar

# What a client is not told: the house's own affairs.
INTERNAL = frozenset({"taken_over", "merged", "unmerged", "away"})
MOVING = ("StatusChanged", "TicketTransferred", "TicketHandedOver", "TicketReturned", "ReplyReceived")


@dataclass(frozen=True)
class Happening:
    """Something that moved a clock: when, what, by whom, and the values of its fact."""

    at: datetime
    what: str  # started, paused, went_on, stopped, priority_raised, promised, breached …
    data: Mapping[str, Any]
    fact: str = ""
    actor_kind: str = "system"
    actor_id: int = 0


@dataclass(frozen=True)
class VersionTold:
    """A calendar version that took part."""

    id: int
    valid_from: datetime
    recorded_at: datetime
    reason: str


@dataclass(frozen=True)
class ClockExplained:
    """One clock with all that there is to say of it, as of an instant."""

    clock_id: int
    clock: str
    cycle: Cycle
    state: str
    as_of: datetime
    arithmetic: Explanation
    happenings: tuple[Happening, ...]
    versions: tuple[VersionTold, ...]
    calendar: str  # empty for clients, as is the policy
    policy: str
    timezone: str


def explain_clocks(ticket: Ticket, *, for_: Actor, clock_id: int | None = None) -> list[ClockExplained]:
    """Every clock of a ticket that the actor is shown, or the one of them; NotFound where it is none of them."""
    rows = [row for row in clocks.of(ticket) if for_.is_staff or not for_.is_client or row.kind in CLIENT_KINDS]
    if clock_id is not None:
        rows = [row for row in rows if row.id == clock_id]
        if not rows:
            raise NotFound
    at = now()
    entries = entries_of(ticket.id)
    cycles = clocks.cycles_of(ticket, entries, epoch(at))
    calendars = _calendars({row.calendar_id for row in rows})
    policies = dict(db.session.execute(select(SlaPolicy.id, SlaPolicy.name)).all()) if rows else {}
    return [
        _explained(row, cycles[row.kind, row.line, row.cycle], calendars[row.calendar_id], policies, entries, at, for_)
        for row in rows
        if (row.kind, row.line, row.cycle) in cycles
    ]


@dataclass(frozen=True)
class _Kept:
    name: str
    versions: Sequence[Version]
    told: Mapping[int, VersionTold]


def _explained(
    row: Clock, cycle: Cycle, kept: _Kept, policies: Mapping[int, str], entries: Sequence[Told], at: datetime,
    for_: Actor,
) -> ClockExplained:  # fmt: skip
    arithmetic = explain(cycle, epoch(at), kept.versions)
    happenings = sorted(_happenings(cycle, entries), key=lambda happening: happening.at)
    is_client = for_.is_client and not for_.is_staff
    if is_client:
        happenings = [h for h in happenings if h.what not in INTERNAL and h.data.get("reason") != "away"]
    card = register.targets()[cycle.grant.target_id or 0]
    last = kept.versions[-1]
    shown = [kept.told[version] for version in arithmetic.versions]
    return ClockExplained(
        row.id, clock_name(row), cycle, cycle.state(epoch(at)), at, arithmetic, tuple(happenings),
        () if is_client else tuple(shown), "" if is_client else kept.name,
        "" if is_client else policies.get(card.policy_id, ""),
        next((v.calendar.timezone for v in kept.versions if v.id in arithmetic.versions), last.calendar.timezone),
    )  # fmt: skip


def _happenings(cycle: Cycle, entries: Sequence[Told]) -> Iterator[Happening]:
    """What moved the cycle, each with its entry of the journal where it has one."""
    by_id = {entry.id: entry for entry in entries}
    for change in cycle.changes:
        entry = by_id.get(change.event_id)
        yield _happening(change.at, change.what, dict(entry.payload) if entry else dict(change.data), entry)
    for halt in cycle.halts:
        if halt.until == halt.since or halt.reason == "resolved":
            continue  # the stop and the reopening say it
        yield _happening(halt.since, "paused", {"reason": halt.reason}, _entry_at(halt.since, entries))
        if halt.until is not None and halt.until != cycle.stop:
            yield _happening(halt.until, "went_on", {"reason": halt.reason}, _entry_at(halt.until, entries))
    if cycle.breached_at is not None:
        yield _happening(cycle.breached_at, "breached", {"cause": cycle.breach_cause or ""}, None)


def _entry_at(at: int, entries: Sequence[Told]) -> Told | None:
    return next((e for e in reversed(entries) if e.fact in MOVING and epoch(e.at) == at), None)


def _happening(at: int, what: str, data: Mapping[str, Any], entry: Told | None) -> Happening:
    if entry is None:
        return Happening(instant(at), what, data)
    return Happening(instant(at), what, data, entry.fact, entry.actor_kind, entry.actor_id)


def _calendars(calendar_ids: set[int]) -> dict[int, _Kept]:
    """The calendars by id, each with its versions; of two versions of one date the one recorded last."""
    if not calendar_ids:
        return {}
    names = dict(
        db.session.execute(select(WorkCalendar.id, WorkCalendar.name).where(WorkCalendar.id.in_(calendar_ids))).all()
    )
    query = select(CalendarVersion).where(CalendarVersion.calendar_id.in_(calendar_ids))
    in_force: dict[int, dict[int, CalendarVersion]] = {}
    for row in db.session.scalars(query.order_by(CalendarVersion.recorded_at, CalendarVersion.id)):
        in_force.setdefault(row.calendar_id, {})[row.valid_from] = row
    return {
        calendar_id: _Kept(
            names[calendar_id],
            [Version(row.id, since, Calendar.from_json(row.content), row.day_names)
             for since, row in sorted(versions.items())],
            {row.id: VersionTold(row.id, instant(max(0, row.valid_from)), instant(row.recorded_at), row.reason)
             for row in versions.values()},
        )
        for calendar_id, versions in in_force.items()
    }  # fmt: skip
