"""From the journal to facts: what reports count of one ticket, written anew whenever something happened to it.

1. Times come from the timeline. Gross is from opened to the last resolution; net leaves out what was spent waiting for
   client or vendor, scheduled, and resolved before a reopening; business is the gross time in the desk's hours. All are
   cut to whole seconds. A span that ends before it begins (imports keep the order of their file) counts nothing.
2. Lines come from the teams: a step up or back is a change of team to a higher or lower line, both known. Ping-pong as
   the domain has it: unknown teams left out and repeats collapsed, each X, Y, X.
3. Reassignments are the source's own counter where an import brought one, else the changes of team.
4. A variant is the sequence of status and sub-status, as the source's rows have it, then as the timeline goes on.
5. Facts of closed months stay (see `models/figures.py`): what is otherwise now is a second, signed figure.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from helpdesk.core.db import db, insert_many
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch, instant, now
from helpdesk.figures.desk import day_of, desk_zone, month_of, working_hours
from helpdesk.figures.variants import path_of, step_word, variant_ids
from helpdesk.models.figures import ClockFigures, Dimensions, HopFigures, OpenSpan, TicketFigures
from helpdesk.models.imports import ImportedCase
from helpdesk.models.tickets import OPEN_STATUSES, Status, Ticket
from helpdesk.models.transfers import Transfer
from sla.models import Clock, ClockState, Judgement
from sla.worktime import WorkIndex

STORY = ("TicketOpened", "StatusChanged", "TicketAssigned", "TicketClosed")
DIMENSIONS = tuple(name for name in Dimensions.__annotations__)
ENDED = frozenset({Status.RESOLVED, Status.CLOSED})  # leaving these two is a reopening
WAITS = {Status.WAITING_CLIENT: "client_seconds", Status.WAITING_VENDOR: "vendor_seconds",
         Status.SCHEDULED: "scheduled_seconds"}  # fmt: skip
# Read as plain rows: nobody holds them, and as objects they would cost several times as much.
_T, _E = Ticket.__table__, Entry.__table__
_OF_TICKET = (
    "id", "type", "status", "channel", "priority", "team_id", "line", "assignee_id", "organisation_id", "product_id",
    "component_id", "category_id", "contract_id", "import_id", "policy_id", "opened_at", "resolved_at", "closed_at",
    "reassignments", "highest_line", "reopenings", "missed_sla", "waited_client",
)  # fmt: skip
_OF_PAYLOAD = ("after", "sub_status", "operator_id", "reason")
# Of a row in a closed month: what tells whether something is otherwise now.
_TELLING = tuple(
    column.key for column in TicketFigures.__table__.columns
    if column.key not in {"id", "is_opening", "is_ending", "is_kept", "is_latest", "signed_kind", "signed_id",
                          "signed_at"}
)  # fmt: skip


@dataclass
class Changes:
    """What a fold wrote: the days whose sums no longer hold, by fact."""

    days: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, fact: str, *days: int | None) -> None:
        self.days[fact].update(day for day in days if day is not None)


@dataclass(frozen=True)
class _Material:
    """All that is known of one ticket."""

    ticket: Any
    story: Sequence[Any]
    hops: Sequence[Any]
    case: Any | None
    clocks: Sequence[Any]


def fold(ticket_ids: Sequence[int], closed_through: int) -> Changes:
    """Write the facts of these tickets anew, in a handful of statements. Part of a larger transaction.

    `closed_through` is the last closed month. Tickets that are there no more keep what they have.
    """
    changes, zone, hours = Changes(), desk_zone(), working_hours()
    materials = list(_materials(ticket_ids))
    variants = _variants(materials)
    found = [_Folded(each, variant, zone, hours) for each, variant in zip(materials, variants, strict=True)]
    _write_tickets(found, closed_through, changes)
    _write_hops(found, closed_through, changes)
    _write_spans(found, closed_through, changes)
    _write_clocks(found, closed_through, zone, changes)
    return changes


def _materials(ticket_ids: Sequence[int]) -> Iterator[_Material]:
    tickets = db.session.execute(select(*(_T.c[name] for name in _OF_TICKET)).where(_T.c.id.in_(ticket_ids))).all()
    ids = [ticket.id for ticket in tickets]
    entries = db.session.execute(
        select(_E.c.id, _E.c.subject_id, _E.c.at, _E.c.recorded_at, _E.c.fact, _E.c.actor_kind, _E.c.actor_id,
               *(_E.c.payload[name].as_string().label(name) for name in _OF_PAYLOAD))
        .where(_E.c.subject_kind == "ticket", _E.c.subject_id.in_(ids), _E.c.fact.in_(STORY))
        .order_by(_E.c.subject_id, _E.c.id)
    )  # fmt: skip
    story = {key: list(rows) for key, rows in itertools.groupby(entries, key=lambda row: row.subject_id)}
    transfers = db.session.execute(
        select(Transfer.__table__).where(Transfer.ticket_id.in_(ids)).order_by(Transfer.ticket_id, Transfer.id)
    )
    hops = {key: list(rows) for key, rows in itertools.groupby(transfers, key=lambda row: row.ticket_id)}
    cases = {row.ticket_id: row for row in db.session.execute(
        select(ImportedCase.ticket_id, ImportedCase.events, ImportedCase.variant_id,
               ImportedCase.raw["channel"].as_string().label("channel_word"),
               ImportedCase.raw["priority"].as_string().label("priority_word"))
        .where(ImportedCase.ticket_id.in_(ids))
    )}  # fmt: skip
    rows = db.session.execute(
        select(Clock.id, Clock.subject_id, Clock.kind, Clock.line, Clock.state, Clock.contract_due_at,
               Clock.contract_breached_at, Clock.stop_at, Clock.consumed_at_stop, Clock.target_seconds,
               Judgement.excused_at)
        .outerjoin(Judgement, Judgement.clock_id == Clock.id)
        .where(Clock.subject_kind == "ticket", Clock.subject_id.in_(ids)).order_by(Clock.subject_id, Clock.id)
    )  # fmt: skip
    clocks = {key: list(each) for key, each in itertools.groupby(rows, key=lambda row: row.subject_id)}
    for ticket in tickets:
        yield _Material(ticket, story.get(ticket.id, []), hops.get(ticket.id, []), cases.get(ticket.id),
                        clocks.get(ticket.id, []))  # fmt: skip


def _statuses(material: _Material) -> list[tuple[datetime, Status]]:
    """How the ticket stood, from when on, in the order of the timeline; it begins new. Sub-statuses change nothing."""
    stands = [(material.ticket.opened_at, Status.NEW)]
    for row in material.story:
        if row.fact == "StatusChanged" and (status := Status(row.after)) is not stands[-1][1]:
            stands.append((row.at, status))
    return stands


def _variants(materials: Sequence[_Material]) -> list[int]:
    """The variant of each ticket: for an import the one of its rows, continued by what followed here."""
    found: dict[int, int] = {}  # by the place of the material
    changes: dict[int, list[Any]] = {}
    for i, each in enumerate(materials):
        changes[i] = [row for row in each.story if row.fact == "StatusChanged"]
        if each.case is not None and each.case.variant_id:
            changes[i] = [row for row in changes[i] if row.recorded_at != each.story[0].recorded_at]
            if not changes[i]:
                found[i] = each.case.variant_id
    rest = [i for i in range(len(materials)) if i not in found]
    imported = {i: case.variant_id for i in rest if (case := materials[i].case) is not None and case.variant_id}
    begun = path_of(list(set(imported.values()))) if imported else {}
    ways = [
        [*(begun[imported[i]] if i in imported else [Status.NEW.value]),
         *(step_word(row.after, row.sub_status or "") for row in changes[i])]
        for i in rest
    ]  # fmt: skip
    found |= zip(rest, variant_ids(ways), strict=True)
    return [found[i] for i in range(len(materials))]


class _Folded:
    """The facts of one ticket, made from its material."""

    def __init__(self, material: _Material, variant_id: int, zone: ZoneInfo, hours: WorkIndex) -> None:
        self.material, self.zone = material, zone
        ticket = self.ticket = material.ticket
        self.dimensions = _dimensions(material)
        self.statuses = _statuses(material)
        self.stands = list(self._stands())
        self.hops = list(self._hops())
        self.row = self.dimensions | self._times(hours) | self._waits() | {
            "ticket_id": ticket.id, "status": ticket.status, "own_seconds": self._own_seconds(),
            "events": material.case.events if material.case is not None else 0,
            "reassignments": ticket.reassignments, "team_changes": len(self.hops),
            "ping_pongs": sum(hop["is_back"] for hop in self.hops),
            "steps_up": sum(_rise(hop) > 0 for hop in self.hops),
            "steps_back": sum(_rise(hop) < 0 for hop in self.hops),
            "highest_line": ticket.highest_line,
            "resolutions": self._entries_into(ENDED), "reopenings": ticket.reopenings, "missed_sla": ticket.missed_sla,
            "waited_client": ticket.waited_client, "variant_id": variant_id,
            "by_silence": any(row.fact == "TicketClosed" and row.reason == "silence"
                              for row in material.story[-3:]) and ticket.status is Status.CLOSED,
        }  # fmt: skip

    @property
    def last_doer(self) -> tuple[str, int]:
        story = self.material.story
        return (story[-1].actor_kind, story[-1].actor_id) if story else ("system", 0)

    def _times(self, hours: WorkIndex) -> dict[str, Any]:
        ticket = self.ticket
        opened, resolved, closed = (
            None if at is None else epoch(at) for at in (ticket.opened_at, ticket.resolved_at, ticket.closed_at)
        )
        assert opened is not None
        gross = None if resolved is None else max(0, resolved - opened)
        values: dict[str, Any] = {
            "gross_seconds": gross,
            "net_seconds": None if gross is None else max(0, gross - self._aside(opened, opened + gross)),
            "business_seconds": None if gross is None else hours.elapsed(opened, opened + gross),
            "close_seconds": None if closed is None else closed - opened,
        }
        for name in ("opened", "resolved", "closed"):
            at = getattr(ticket, f"{name}_at")
            day = None if at is None else day_of(at, self.zone)
            values |= {f"{name}_at": at, f"{name}_day": day and day.toordinal(), f"{name}_month": day and month_of(day)}
        return values

    def _stands(self) -> Iterator[tuple[int, int, Status]]:
        """How long it stood where, on the wall clock; the last stand lasts until the end, or until now."""
        instants = [epoch(at) for at, _status in self.statuses]
        ends = [*instants[1:], epoch(self.ticket.closed_at or now())]
        for (_at, status), began, end in zip(self.statuses, instants, ends, strict=True):
            yield began, max(began, end), status

    def _aside(self, since: int, until: int) -> int:
        """Seconds between two instants in which the work stood still."""
        return sum(
            max(0, min(end, until) - max(began, since))
            for began, end, status in self.stands if status in WAITS or status in ENDED
        )  # fmt: skip

    def _waits(self) -> dict[str, int]:
        waits = dict.fromkeys(WAITS.values(), 0)
        for began, end, status in self.stands:
            if status in WAITS:
                waits[WAITS[status]] += end - began
        return waits

    def _own_seconds(self) -> int | None:
        taken = next((row.at for row in self.material.story
                      if row.fact == "TicketAssigned" and row.operator_id), None)  # fmt: skip
        return None if taken is None else max(0, epoch(taken) - epoch(self.ticket.opened_at))

    def _entries_into(self, wanted: frozenset[Status]) -> int:
        statuses = [status for _at, status in self.statuses]
        return sum(after in wanted and before not in wanted for before, after in itertools.pairwise(statuses))

    def _hops(self) -> Iterator[dict[str, Any]]:
        """The changes of team, unknown ones left out and repeats collapsed."""
        before: list[Any] = []
        since = self.ticket.opened_at
        for row in self.material.hops:
            if before and before[-1].to_team_id == row.to_team_id:
                continue
            if before:
                day = day_of(row.at, self.zone)
                yield {
                    "ticket_id": self.ticket.id, "transfer_id": row.id, "kind": row.kind,
                    "from_team_id": before[-1].to_team_id, "to_team_id": row.to_team_id,
                    "from_line": before[-1].to_line, "to_line": row.to_line, "at": row.at, "day": day.toordinal(),
                    "month": month_of(day), "held_seconds": max(0, epoch(row.at) - epoch(since)),
                    "is_back": len(before) > 1 and before[-2].to_team_id == row.to_team_id,
                }  # fmt: skip
            before.append(row)
            since = row.at

    def spans(self) -> Iterator[dict[str, Any]]:
        """Where the ticket lay open: cut at resolutions, reopenings and changes of team, by the team that had it."""
        moves = [(hop.at, hop.to_team_id, hop.to_line) for hop in self.material.hops]
        team: tuple[int | None, int | None] = (
            (moves[0][1], moves[0][2]) if moves else (self.ticket.team_id, self.ticket.line)
        )
        # A row that says an earlier time than the one before it (imports) comes after it all the same.
        ats = list(itertools.accumulate((at for at, _status in self.statuses), max))
        happened: list[tuple[datetime, Status | None, Any]] = [
            (at, status, None) for at, (_at, status) in zip(ats[1:], self.statuses[1:], strict=True)
        ]
        ats = list(itertools.accumulate((at for at, *_team in moves), max))
        happened += [(at, None, (team_id, line)) for at, (_at, team_id, line) in zip(ats[1:], moves[1:], strict=False)]
        began: datetime | None = self.ticket.opened_at
        is_handed_in = False
        for at, status, to in sorted(happened, key=lambda each: each[0]):
            if to is not None:
                if began is not None and to[0] != team[0]:
                    yield self._span(began, max(at, began), team, is_handed_in, is_handed_on=True)
                    began, is_handed_in = max(at, began), True
                team = to
            elif began is not None and status not in OPEN_STATUSES:
                yield self._span(began, max(at, began), team, is_handed_in)
                began = None
            elif began is None and status in OPEN_STATUSES:
                began, is_handed_in = at, False
        if began is not None:
            yield self._span(began, None, team, is_handed_in)

    def _span(
        self, began: datetime, ended: datetime | None, team: tuple[int | None, int | None], is_handed_in: bool,
        *, is_handed_on: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        first, last = day_of(began, self.zone), None if ended is None else day_of(ended, self.zone)
        return self.dimensions | {
            "ticket_id": self.ticket.id, "began_at": began, "ended_at": ended,
            "began_day": first.toordinal(), "began_month": month_of(first),
            "ended_day": last and last.toordinal(), "ended_month": last and month_of(last),
            "team_id": team[0], "line": team[1], "is_handed_in": is_handed_in, "is_handed_on": is_handed_on,
        }  # fmt: skip


def _rise(hop: Mapping[str, Any]) -> int:
    if hop["from_line"] is None or hop["to_line"] is None:
        return 0
    return int(hop["to_line"]) - int(hop["from_line"])


def _dimensions(material: _Material) -> dict[str, Any]:
    ticket, case = material.ticket, material.case
    resolver = next((row.actor_id for row in reversed(material.story) if row.fact == "StatusChanged"
                     and row.after == Status.RESOLVED and row.actor_kind == "operator"), None)  # fmt: skip
    return {
        "type": ticket.type, "channel": ticket.channel, "priority": ticket.priority,
        "channel_word": (case is not None and case.channel_word) or ticket.channel.value,
        "priority_word": (case is not None and case.priority_word) or ticket.priority.value,
        "team_id": ticket.team_id, "line": ticket.line, "operator_id": ticket.assignee_id or resolver,
        "organisation_id": ticket.organisation_id, "product_id": ticket.product_id,
        "component_id": ticket.component_id, "category_id": ticket.category_id, "contract_id": ticket.contract_id,
        "import_id": ticket.import_id,
    }  # fmt: skip


def _write_tickets(found: Sequence[_Folded], closed_through: int, changes: Changes) -> None:
    ids = [each.ticket.id for each in found]
    before: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(select(TicketFigures.__table__).where(TicketFigures.ticket_id.in_(ids))):
        before[row.ticket_id].append(row)
    made: list[dict[str, Any]] = []
    gone: list[int] = []
    for each in found:
        rows = before[each.ticket.id]
        made += _follow(each, rows, closed_through, gone, changes)
        for value in (*(row._mapping for row in rows), *made[-2:]):
            for name in ("opened", "resolved", "closed"):
                changes.add(name, value[f"{name}_day"])
    if gone:
        db.session.execute(delete(TicketFigures).where(TicketFigures.id.in_(gone)))
    insert_many(TicketFigures, made)


_FLAGS = {"is_opening": True, "is_ending": True, "is_kept": True, "is_latest": True, "signed_kind": "", "signed_id": 0,
          "signed_at": None}  # fmt: skip


def _follow(
    each: _Folded, rows: Sequence[Any], closed_through: int, gone: list[int], changes: Changes
) -> list[dict[str, Any]]:
    """The rows that take the place of those that may still change."""
    new = _FLAGS | each.row
    settled = [row for row in rows if row.is_kept and row.is_ending and _is_settled(row.closed_month, closed_through)]
    if settled:
        return _after_the_end(each, settled, [row for row in rows if row not in settled and row.is_ending], gone)
    opening = next((row for row in rows if row.is_kept and row.is_opening), None)
    gone += [row.id for row in rows]
    if opening is None or not _is_settled(opening.opened_month, closed_through):
        return [new]
    if all(getattr(opening, name) == new[name] for name in DIMENSIONS):
        return [new]
    # Opened in a month that is closed: it stays where it was counted then, whatever it was called since.
    as_opened = new | {name: getattr(opening, name) for name in DIMENSIONS} | {"is_ending": False, "is_latest": False}
    return [as_opened, new | {"is_opening": False}]


def _is_settled(month: int | None, closed_through: int) -> bool:
    return month is not None and month <= closed_through


def _after_the_end(
    each: _Folded, settled: Sequence[Any], others: Sequence[Any], gone: list[int]
) -> list[dict[str, Any]]:
    """What came after an end that is kept: nothing, another end, or another judgement of the same, signed."""
    kept = max(settled, key=lambda row: row.closed_at)
    if _is_as_told(kept, each.row):
        gone += [row.id for row in others]
        _mark_latest(settled, kept.id)
        return []
    _mark_latest(settled, None)
    if any(row.is_kept == (each.row["closed_at"] != kept.closed_at) and _is_as_told(row, each.row) for row in others):
        return []
    gone += [row.id for row in others]
    if each.row["closed_at"] != kept.closed_at:
        return [_FLAGS | each.row | {"is_opening": False}]
    kind, doer_id = each.last_doer
    signature = {"signed_kind": kind, "signed_id": doer_id, "signed_at": now()}
    return [_FLAGS | each.row | {"is_kept": False} | signature]


def _is_as_told(row: Any, told: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == told[name] for name in _TELLING)


def _mark_latest(settled: Sequence[Any], latest_id: int | None) -> None:
    """Of the kept ends of a ticket at most one is how it stands now."""
    wrong = [row.id for row in settled if row.is_latest != (row.id == latest_id)]
    if wrong:
        db.session.execute(
            update(TicketFigures).where(TicketFigures.id.in_(wrong)).values(is_latest=TicketFigures.id == latest_id)
        )


def _write_hops(found: Sequence[_Folded], closed_through: int, changes: Changes) -> None:
    """Changes of team; those of closed months stay as they are."""
    ids = [each.ticket.id for each in found]
    there: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(HopFigures.ticket_id, HopFigures.transfer_id, HopFigures.day, HopFigures.month)
        .where(HopFigures.ticket_id.in_(ids))
    )  # fmt: skip
    for row in rows:
        if row.month <= closed_through:
            there[row.ticket_id].add(row.transfer_id)
        else:
            changes.add("hop", row.day)
    db.session.execute(delete(HopFigures).where(HopFigures.ticket_id.in_(ids), HopFigures.month > closed_through))
    made = [hop | each.dimensions for each in found for hop in each.hops
            if hop["transfer_id"] not in there[each.ticket.id]]  # fmt: skip
    changes.add("hop", *(hop["day"] for hop in made))
    insert_many(HopFigures, made)


def _write_spans(found: Sequence[_Folded], closed_through: int, changes: Changes) -> None:
    """Open spans; those that ended in closed months stay as they are."""
    ids = [each.ticket.id for each in found]
    query = select(OpenSpan.id, OpenSpan.ticket_id, OpenSpan.began_at, OpenSpan.ended_at, OpenSpan.began_day,
                   OpenSpan.ended_day)  # fmt: skip
    settled: set[tuple[int, datetime, datetime | None]] = set()
    gone = []
    for row in db.session.execute(query.where(OpenSpan.ticket_id.in_(ids))):
        if row.ended_day is not None and month_of(date.fromordinal(row.ended_day)) <= closed_through:
            settled.add((row.ticket_id, row.began_at, row.ended_at))
            continue
        gone.append(row.id)
        changes.add("began", row.began_day)
        changes.add("ended", row.ended_day)
    if gone:
        db.session.execute(delete(OpenSpan).where(OpenSpan.id.in_(gone)))
    made = [span for each in found for span in each.spans()
            if (span["ticket_id"], span["began_at"], span["ended_at"]) not in settled]  # fmt: skip
    for span in made:
        changes.add("began", span["began_day"])
        changes.add("ended", span["ended_day"])
    insert_many(OpenSpan, made)


def _write_clocks(found: Sequence[_Folded], closed_through: int, zone: ZoneInfo, changes: Changes) -> None:
    """How the clocks came out; what was decided in closed months stays, and has a second figure if it is otherwise."""
    ids = [each.ticket.id for each in found]
    settled: dict[int, Any] = {}
    seconds: dict[int, Any] = {}
    gone = []
    for row in db.session.execute(select(ClockFigures.__table__).where(ClockFigures.ticket_id.in_(ids))):
        if not row.is_kept:
            seconds[row.clock_id] = row
        elif _is_settled(row.due_month, closed_through) and row.outcome not in OPEN_OUTCOMES:
            settled[row.clock_id] = row
        else:
            changes.add("due", row.due_day)
            gone.append(row.id)
    made = []
    for new in (_clock(each, clock, zone) for each in found for clock in each.material.clocks):
        kept, second = settled.get(new["clock_id"]), seconds.get(new["clock_id"])
        if kept is None:
            changes.add("due", new["due_day"])
            made.append(new)
            if second is not None:
                gone.append(second.id)
            continue
        is_otherwise = not _is_clock_as_told(kept, new)
        if second is not None and not (is_otherwise and _is_clock_as_told(second, new)):
            gone.append(second.id)
            second = None
        if is_otherwise and second is None:
            made.append(new | _signature(new["ticket_id"]))
        if kept.is_latest == is_otherwise:
            db.session.execute(
                update(ClockFigures).where(ClockFigures.id == kept.id).values(is_latest=not is_otherwise)
            )
    if gone:
        db.session.execute(delete(ClockFigures).where(ClockFigures.id.in_(gone)))
    if made:
        insert_many(ClockFigures, made, ClockFigures.id)


_TELLING_OF_CLOCKS = ("outcome", "is_excused", "due_at", "spent_seconds")


def _is_clock_as_told(row: Any, told: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == told[name] for name in _TELLING_OF_CLOCKS)


def _signature(ticket_id: int) -> dict[str, Any]:
    """Whoever was the last to do something to the ticket, and when this was counted."""
    query = select(Entry.actor_kind, Entry.actor_id).where(
        Entry.subject_kind == "ticket", Entry.subject_id == ticket_id
    )
    kind, doer_id = db.session.execute(query.order_by(Entry.id.desc()).limit(1)).first() or ("system", 0)
    return {"is_kept": False, "signed_kind": kind, "signed_id": doer_id, "signed_at": now()}


OPEN_OUTCOMES = frozenset({"overdue", "not_due", "paused"})


def outcome_of(clock: Any) -> str:
    """How a clock came out by the contract: the words of `ClockFigures.outcome`."""
    spent = clock.contract_breached_at is not None
    if clock.state is ClockState.CANCELLED:
        return "cancelled"
    if clock.state is ClockState.STOPPED_UNANSWERED and not spent:
        return "unanswered"
    if clock.stop_at is not None:
        return "late" if spent else "met"
    if spent:
        return "overdue"
    return "paused" if clock.state is ClockState.PAUSED else "not_due"


def _clock(each: _Folded, clock: Any, zone: ZoneInfo) -> dict[str, Any]:
    due = None if clock.contract_due_at is None else instant(clock.contract_due_at)
    day = None if due is None else day_of(due, zone)
    return each.dimensions | {
        "clock_id": clock.id, "ticket_id": each.ticket.id, "kind": clock.kind, "clock_line": clock.line,
        "policy_id": each.ticket.policy_id, "outcome": outcome_of(clock), "is_excused": clock.excused_at is not None,
        "is_kept": True, "is_latest": True, "signed_kind": "", "signed_id": 0, "signed_at": None,
        "due_at": due, "due_day": day and day.toordinal(), "due_month": day and month_of(day),
        "spent_seconds": clock.consumed_at_stop, "target_seconds": clock.target_seconds,
    }  # fmt: skip
