"""The second birth of a ticket: a past that happened elsewhere, written down as it was.

1. Nothing follows from it: no letter, no job, no SLA clock; a ticket that is still open gets its clocks when somebody
   changes it here.
2. The past is not judged. A change of status that the state machine does not know is written as it was and marked by
   its reason, `OUTSIDE`.
3. Steps keep the order in which they are given, whatever their times say.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, column, func, insert, select
from sqlalchemy import table as sql_table

from helpdesk.core.command import command
from helpdesk.core.db import Base, db
from helpdesk.core.i18n import DEFAULT_LANGUAGE
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.events import (
    ImportedStep,
    PriorityChanged,
    StatusChanged,
    TicketAssigned,
    TicketFact,
    TicketOpened,
    TicketTransferred,
)
from helpdesk.models.messages import AuthorKind, Message, MessageKind
from helpdesk.models.tickets import NEVER, OPEN_STATUSES, Channel, Impact, Priority, Status, Ticket, TicketType, Urgency
from helpdesk.models.transfers import Transfer, TransferKind
from helpdesk.tickets.escalation import is_bouncing, is_ping_pong
from helpdesk.tickets.priority import computed_priority
from helpdesk.tickets.states import TRANSITIONS

OUTSIDE = "outside_state_machine"
ENDED = frozenset({Status.RESOLVED, Status.CLOSED})  # leaving these two is a reopening


@dataclass(frozen=True)
class PastStep:
    """One thing that happened: when, by whom (a journal reference), and how the ticket stood after it."""

    at: datetime
    by: tuple[str, int] = ("system", 0)
    status: Status | None = None  # None: as before; a ticket begins new
    sub_status: str = ""
    team_id: int | None = None  # None: not known, so as before
    line: int | None = None  # of that team; None: not known
    assignee_id: int | None = None  # None: nobody
    priority: Priority | None = None  # None: as before
    note: str = ""  # what the source calls it, for a step that changes nothing we have a word for


@dataclass(frozen=True)
class PastTicket:
    """A ticket as it was elsewhere: what it was about, whose it was, and its steps in order (at least one)."""

    subject: str
    text: str
    requester_id: int
    channel: Channel
    steps: Sequence[PastStep]
    type: TicketType = TicketType.INCIDENT
    language: str = DEFAULT_LANGUAGE
    organisation_id: int | None = None
    product_id: int | None = None
    impact: Impact | None = None
    urgency: Urgency | None = None
    priority_reason: str = ""  # where the steps' priority is not what impact and urgency give
    opened_at: datetime | None = None  # None: the first step
    resolved_at: datetime | None = None  # None: when a step entered it; likewise closed_at
    closed_at: datetime | None = None
    reassignments: int | None = None  # the source's own count; None: the changes of team
    missed_sla: bool = False


@command
def record_past(pasts: Sequence[PastTicket], *, import_id: int | None = None) -> list[int]:
    """Write these tickets with their messages, transfers and journals; their ids in the same order.

    Reopenings are the steps from resolved or closed to any other status. An open ticket has neither a resolution nor
    an end, whatever the source says.
    """
    if not pasts:
        return []
    lives = [_lived(past) for past in pasts]
    ticket_ids = _insert(Ticket, [_ticket(life) | {"import_id": import_id} for life in lives])
    message_ids = _insert(Message, [_message(life, i) for life, i in zip(lives, ticket_ids, strict=True)])
    hops = [_transfer(hop, i) for life, i in zip(lives, ticket_ids, strict=True) for hop in life.hops()]
    transfer_ids = iter(_insert(Transfer, hops))
    recorded_at = now()
    entries = [
        _entry(fact, step_at, by, recorded_at)
        for life, ticket_id, message_id in zip(lives, ticket_ids, message_ids, strict=True)
        for fact, step_at, by in _facts(life, ticket_id, message_id, transfer_ids)
    ]
    db.session.execute(insert(_table_of(Entry)), entries)
    return ticket_ids


@dataclass(frozen=True)
class _Standing:
    """How a ticket stood at one moment of its past."""

    status: Status = Status.NEW
    sub_status: str = ""
    team_id: int | None = None
    line: int | None = None
    assignee_id: int | None = None
    priority: Priority | None = None

    def after(self, step: PastStep) -> _Standing:
        moved = step.team_id is not None and step.team_id != self.team_id
        return _Standing(
            status=step.status or self.status,
            sub_status=step.sub_status,
            team_id=step.team_id or self.team_id,
            line=step.line if moved or step.line is not None else self.line,
            assignee_id=step.assignee_id,
            priority=step.priority or self.priority,
        )


_Hop = tuple[PastStep, _Standing, _Standing]


@dataclass(frozen=True)
class _Life:
    """A past with how the ticket stood before and after each of its steps."""

    past: PastTicket
    standings: Sequence[_Standing]  # one more than steps: the first is before everything

    @property
    def end(self) -> _Standing:
        return self.standings[-1]

    @property
    def opened_at(self) -> datetime:
        return self.past.opened_at or self.past.steps[0].at

    def steps(self) -> Iterator[_Hop]:
        return zip(self.past.steps, self.standings, self.standings[1:], strict=False)

    def hops(self) -> Iterator[_Hop]:
        """The steps that brought the ticket to another team; the first team counts."""
        return (each for each in self.steps() if each[1].team_id != each[2].team_id)

    def entered(self, statuses: Iterable[Status]) -> tuple[datetime, int | None] | None:
        """When, and on which line, the ticket last came into one of these statuses from outside of them."""
        wanted = frozenset(statuses)
        moments = [
            (step.at, after.line)
            for step, before, after in self.steps()
            if after.status in wanted and before.status not in wanted
        ]
        return moments[-1] if moments else None


def _lived(past: PastTicket) -> _Life:
    if not past.steps:
        raise ValueError("a past has at least one step")
    return _Life(past, list(itertools.accumulate(past.steps, _Standing.after, initial=_Standing())))


def _ticket(life: _Life) -> dict[str, Any]:
    past, end = life.past, life.end
    is_open = end.status in OPEN_STATUSES
    resolved = None if is_open else life.entered({Status.RESOLVED}) or life.entered({Status.CLOSED})
    ended = None if is_open or end.status is Status.RESOLVED else life.entered({end.status})
    teams = [standing.team_id for standing in life.standings]
    impact, urgency = past.impact or Impact.PERSON, past.urgency or Urgency.MEDIUM
    computed = computed_priority(impact, urgency)
    if past.impact is None and past.urgency is None:
        computed = end.priority or computed  # nothing was said that a priority could be computed from
    priority = end.priority or computed
    changes = [(before, after) for _, before, after in life.hops()]
    return {
        "type": past.type, "status": end.status, "sub_status": end.sub_status, "is_open": is_open,
        "subject": past.subject, "requester_id": past.requester_id, "organisation_id": past.organisation_id,
        "product_id": past.product_id, "channel": past.channel, "language": past.language,
        "impact": impact, "urgency": urgency, "computed_priority": computed, "priority": priority,
        "priority_reason": past.priority_reason if priority != computed else "",
        "team_id": end.team_id, "line": end.line, "assignee_id": end.assignee_id, "custom_fields": {},
        "opened_at": life.opened_at, "updated_at": past.steps[-1].at,
        "resolved_at": None if resolved is None else past.resolved_at or resolved[0],
        "resolved_line": None if resolved is None else resolved[1],
        "closed_at": None if is_open else past.closed_at or (ended[0] if ended else None),
        "next_due_at": NEVER, "next_due_kind": "",
        "highest_line": max((s.line for s in life.standings if s.line is not None), default=None),
        "reassignments": sum(before.team_id is not None for before, _ in changes)
        if past.reassignments is None else past.reassignments,
        "reopenings": sum(before.status in ENDED and after.status not in ENDED for _, before, after in life.steps()),
        "is_ping_pong": is_ping_pong(teams), "is_bouncing": is_bouncing(teams),
        "waited_client": any(s.status is Status.WAITING_CLIENT for s in life.standings),
        "missed_sla": past.missed_sla,
    }  # fmt: skip


def _message(life: _Life, ticket_id: int) -> dict[str, Any]:
    past = life.past
    return {
        "ticket_id": ticket_id, "kind": MessageKind.REPLY, "author_kind": AuthorKind.CONTACT,
        "author_id": past.requester_id, "channel": past.channel, "text": past.text, "created_at": life.opened_at,
    }  # fmt: skip


def _transfer(hop: _Hop, ticket_id: int) -> dict[str, Any]:
    step, before, after = hop
    return {
        "ticket_id": ticket_id, "kind": TransferKind.IMPORTED, "from_team_id": before.team_id,
        "to_team_id": after.team_id, "from_line": before.line, "to_line": after.line, "at": step.at, "reason": "",
        "actor_kind": step.by[0], "actor_id": step.by[1],
    }  # fmt: skip


def _facts(
    life: _Life, ticket_id: int, message_id: int, transfer_ids: Iterator[int]
) -> Iterator[tuple[TicketFact, datetime, tuple[str, int]]]:
    opened = TicketOpened(ticket_id, channel=life.past.channel.value)
    yield opened, life.opened_at, life.past.steps[0].by
    for i, (step, before, after) in enumerate(life.steps()):
        changes = list(_changes(ticket_id, (step, before, after), transfer_ids))
        if not changes and i > 0:
            changes = [ImportedStep(ticket_id, note=step.note)]
        for fact in changes:
            yield fact, step.at, step.by


def _changes(ticket_id: int, hop: _Hop, transfer_ids: Iterator[int]) -> Iterator[TicketFact]:
    """What one step changed, in the words of the journal."""
    step, before, after = hop
    if (before.status, before.sub_status) != (after.status, after.sub_status):
        known = before.status is after.status or after.status in TRANSITIONS[before.status]
        yield StatusChanged(ticket_id, before=before.status.value, after=after.status.value,
                            sub_status=after.sub_status, reason="" if known else OUTSIDE)  # fmt: skip
    if after.team_id is not None and before.team_id != after.team_id:
        yield TicketTransferred(ticket_id, transfer_id=next(transfer_ids), from_team_id=before.team_id,
                                to_team_id=after.team_id, from_line=before.line, to_line=after.line)  # fmt: skip
    if before.assignee_id != after.assignee_id:
        yield TicketAssigned(ticket_id, operator_id=after.assignee_id, how=_how(step.by, after.assignee_id))
    if before.priority is not None and after.priority is not None and before.priority is not after.priority:
        yield PriorityChanged(ticket_id, before=before.priority.value, after=after.priority.value)


def _how(by: tuple[str, int], assignee_id: int | None) -> str:
    if assignee_id is None:
        return "unassigned"
    if by == ("operator", assignee_id):
        return "taken"
    return "imported" if by[0] == "system" else "assigned"


def _entry(fact: TicketFact, at: datetime, by: tuple[str, int], recorded_at: datetime) -> dict[str, Any]:
    payload = dict(vars(fact))
    subject_id = payload.pop("ticket_id")
    return {
        "at": at, "recorded_at": recorded_at, "fact": type(fact).__name__, "subject_kind": fact.subject_kind,
        "subject_id": subject_id, "actor_kind": by[0], "actor_id": by[1], "payload": payload,
    }  # fmt: skip


def _insert(model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert many rows; their ids in the same order."""
    ids = _reserved_ids(model, len(rows))
    if rows:
        db.session.execute(insert(_table_of(model)), [{"id": i, **row} for i, row in zip(ids, rows, strict=True)])
    return ids


def _reserved_ids(model: type[Base], count: int) -> list[int]:
    """Ids for as many new rows, which nobody else gets.

    Asked for beforehand, because rows that are inserted one statement for many, to have their ids returned, make
    statements of a size that takes PostgreSQL's driver longer to read than the server to carry out.
    """
    table = _table_of(model).name
    if db.session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table, "id")
        return list(db.session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))))
    # The transaction is the only writer. Ids of deleted tickets are remembered by SQLite, and not given again.
    latest = db.session.scalar(select(func.max(_table_of(model).c.id))) or 0
    remembered = db.session.scalar(select(_SEQUENCE.c.seq).where(_SEQUENCE.c.name == table)) or 0
    latest = max(latest, remembered)
    return list(range(latest + 1, latest + count + 1))


def _table_of(model: type[Base]) -> Table:
    """Rows that nobody will hold are inserted into the table; as objects they would cost twice the time."""
    return cast(Table, model.__table__)


_SEQUENCE = sql_table("sqlite_sequence", column("name"), column("seq"))
