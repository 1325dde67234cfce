"""Reading tickets: lists, one ticket, its conversation and timeline. Every query says for whom it reads."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import joinedload

from helpdesk.core.db import BigId, db, locked_when_writing
from helpdesk.core.errors import NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.times import epoch, instant, now
from helpdesk.models.messages import Message
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import (
    NEVER,
    NUMBER_PREFIX,
    Channel,
    LinkKind,
    Priority,
    Status,
    Ticket,
    TicketLink,
    TicketType,
)
from helpdesk.people.directory import OperatorCard, TeamCard, operators, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.policy.scopes import message_scope, ticket_scope, visible
from helpdesk.tickets.tags import tags_of
from sla import register
from sla.models import LIVE_STATES, Clock, ClockKind, ClockState

PAGE_SIZE = 50
# What the house owes the client; to own a ticket in time, and the OLAs, are its own affair.
CLIENT_KINDS = frozenset(
    {ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.PERIODIC_UPDATE, ClockKind.RESOLUTION}
)
COUNTED_UP_TO = 1000  # a count beyond is shown as "999+": exact counts of long lists cost more than the list


@dataclass(frozen=True)
class Due:
    """What is due next on a ticket, as it is shown: kind, state, when, and how much of the time is used."""

    kind: str
    state: str  # running, paused, overdue, met, breached, none
    tone: str  # green, amber, red, grey
    at: datetime | None
    seconds_left: int | None
    share: float


@dataclass(frozen=True)
class TicketRow:
    """A ticket in a list."""

    id: int
    number: str
    subject: str
    status: Status
    sub_status: str
    type: TicketType
    priority: Priority
    is_major: bool
    channel: Channel
    organisation: str
    requester: str
    is_requester_verified: bool
    team: TeamCard | None
    line: int | None
    assignee: OperatorCard | None
    due: Due
    updated_at: datetime
    opened_at: datetime
    is_unread: bool
    is_bouncing: bool
    tags: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class View:
    """A list of the console: its key and what it holds for an actor."""

    key: str
    where: Callable[[Actor], ColumnElement[bool]]
    by_due: bool = True


def _instant_now(plus: int = 0) -> BindParameter[int]:
    """This instant in epoch seconds, asked when the query runs: queries are kept."""
    return bindparam(None, callable_=lambda: epoch(now()) + plus, type_=BigInteger())


def _overdue(_actor: Actor) -> ColumnElement[bool]:
    return and_(Ticket.is_open, Ticket.next_due_at < _instant_now())


def _at_risk(_actor: Actor) -> ColumnElement[bool]:
    return and_(Ticket.is_open, Ticket.next_due_at >= _instant_now(), Ticket.next_due_at < _instant_now(plus=3600))


def _waiting(_actor: Actor) -> ColumnElement[bool]:
    # The word stands in the query itself, so that any plan may use the index of these tickets alone.
    return and_(Ticket.is_open, Ticket.status == bindparam(None, Status.WAITING_CLIENT, literal_execute=True))


VIEWS: dict[str, View] = {
    view.key: view
    for view in (
        View("queue", lambda a: and_(Ticket.is_open, Ticket.team_id.in_(a.team_ids))),
        View("mine", lambda a: and_(Ticket.is_open, Ticket.assignee_id == a.operator_id) if a.operator_id else false()),
        View(
            "unassigned", lambda a: and_(Ticket.is_open, Ticket.team_id.in_(a.team_ids), Ticket.assignee_id.is_(None))
        ),
        View("line", lambda a: and_(Ticket.is_open, Ticket.line == a.leads_line)),
        View("all", lambda _a: and_(Ticket.is_open)),
        View("overdue", _overdue),
        View("at_risk", _at_risk),
        View("waiting", _waiting),
        View("resolved", lambda _a: Ticket.resolved_at.is_not(None), by_due=False),
    )
}


@dataclass(frozen=True)
class Filter:
    """What a list is narrowed to."""

    team_id: int | None = None
    line: int | None = None
    priority: Priority | None = None
    status: Status | None = None
    type: TicketType | None = None
    channel: Channel | None = None
    organisation_id: int | None = None
    product_id: int | None = None
    assignee_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        return [getattr(Ticket, name) == value for name, value in self.chosen().items()]

    def chosen(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if getattr(self, name) is not None}


def get_ticket(number: str, *, for_: Actor) -> Ticket:
    """The ticket with this number, if the actor sees it; locked where this transaction may change it."""
    ticket_id = parse_number(number)
    query = visible(for_, Ticket).where(Ticket.id == ticket_id)
    query = query.options(joinedload(Ticket.requester), joinedload(Ticket.organisation))
    ticket: Ticket | None = db.session.scalar(locked_when_writing(query, of=Ticket))
    if ticket is None:
        raise NotFound
    return ticket


def get_tickets(ids: Iterable[int], *, for_: Actor) -> dict[int, Ticket]:
    """Those of these tickets that the actor sees, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {t.id: t for t in db.session.scalars(visible(for_, Ticket).where(Ticket.id.in_(wanted)))}


def parse_number(number: str) -> int:
    """The id behind a number as people write it (`T-20418`, `t20418`, `20418`); NotFound for anything else."""
    digits = number.strip().upper().removeprefix(NUMBER_PREFIX).removeprefix("T").removeprefix("#")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise NotFound
    return int(digits)


def list_view(
    key: str, *, for_: Actor, narrowed: Filter | None = None, after: str | None = None, before: str | None = None,
    size: int = PAGE_SIZE,
) -> PageOf[TicketRow]:  # fmt: skip
    """A page of a console list; by what is due next, or the latest resolved first."""
    view = VIEWS.get(key)
    if view is None:
        raise NotFound
    conditions = [view.where(for_), *(narrowed or Filter()).conditions()]
    if view.by_due:
        order: list[tuple[ColumnElement[Any], bool]] = [
            (Ticket.next_due_at.expression, False),
            (Ticket.id.expression, False),
        ]
        keys: Callable[[TicketRow], Sequence[Any]] = lambda row: (_due_key(row), row.id)  # noqa: E731
    else:
        order = [(Ticket.id.expression, True)]
        keys = lambda row: (row.id,)  # noqa: E731
    return _rows_page(conditions, order, keys, for_=for_, after=after, before=before, size=size)


def list_tickets(
    *, for_: Actor, narrowed: Filter | None = None, is_open: bool | None = None, after: str | None = None,
    before: str | None = None, size: int = PAGE_SIZE,
) -> PageOf[TicketRow]:  # fmt: skip
    """Every ticket the actor sees, newest first (portal, API, organisation page)."""
    conditions = (narrowed or Filter()).conditions()
    if is_open is not None:
        conditions.append(and_(Ticket.is_open) if is_open else ~Ticket.is_open)
    return _rows_page(conditions, [(Ticket.id.expression, True)], lambda row: (row.id,), for_=for_, after=after,
                      before=before, size=size)  # fmt: skip


def list_tickets_of(contact_id: int, *, for_: Actor, size: int = 20) -> PageOf[TicketRow]:
    """The tickets of one requester, newest first."""
    conditions = [Ticket.requester_id == contact_id]
    return _rows_page(conditions, [(Ticket.id.expression, True)], lambda row: (row.id,), for_=for_, after=None,
                      before=None, size=size)  # fmt: skip


def count_views(keys: Iterable[str], *, for_: Actor) -> dict[str, int]:
    """How many tickets are in these views, counted up to a thousand; one query."""
    wanted = tuple(keys)
    if not wanted:
        return {}
    return dict(db.session.execute(_counting(wanted, for_)).one()._mapping)


@functools.lru_cache(maxsize=1000)
def _counting(keys: tuple[str, ...], for_: Actor) -> Select[*tuple[Any, ...]]:
    # Every page asks it, and putting it together takes as long as running it.
    columns = []
    for key in keys:
        some = select(Ticket.id).where(ticket_scope(for_), VIEWS[key].where(for_)).limit(COUNTED_UP_TO).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery().label(key))
    return select(*columns)


def organisation_products(*, for_: Actor, organisation_id: int | None = None) -> list[InstalledProduct]:
    """The installed products of the actor's organisation, or of one that staff name."""
    query = visible(for_, InstalledProduct)
    wanted = organisation_id if for_.is_staff else for_.organisation_id
    if not wanted:
        return []
    return list(db.session.scalars(query.where(InstalledProduct.organisation_id == wanted).limit(200)))


def products_by_serial(starting: str, *, for_: Actor) -> list[InstalledProduct]:
    """Installed products whose serial or licence number begins so."""
    escaped = starting.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    query = visible(for_, InstalledProduct).where(func.lower(InstalledProduct.serial).like(escaped + "%", escape="\\"))
    return list(db.session.scalars(query.limit(20)))


def conversation(ticket: Ticket, *, for_: Actor) -> list[Message]:
    """The messages of a ticket that the actor may read, in order, those of tickets merged into it among them."""
    merged = select(TicketLink.ticket_id).where(
        TicketLink.other_id == ticket.id, TicketLink.kind == LinkKind.MERGED_INTO, TicketLink.ended_at.is_(None)
    )
    # One list of tickets: with "this ticket or a merged one" both databases would read a whole table.
    told_here = union_all(select(literal(ticket.id, BigId)), merged)
    query = select(Message).where(Message.ticket_id.in_(told_here))
    if not may(for_, Action.READ_NOTE, ticket):
        query = query.where(message_scope(for_))
    return list(db.session.scalars(query.order_by(Message.created_at, Message.id)))


def timeline(ticket: Ticket) -> list[Entry]:
    """Every recorded fact of a ticket, in order. For staff."""
    query = select(Entry).where(Entry.subject_kind == "ticket", Entry.subject_id == ticket.id)
    return list(db.session.scalars(query.order_by(Entry.id)))


def due_of(ticket: Ticket, clocks: Sequence[Clock]) -> Due:
    """What is due next on one ticket."""
    return _due(ticket.next_due_at, ticket.is_open, clocks, epoch(now()))


def client_due_of(ticket: Ticket, clocks: Sequence[Clock]) -> Due:
    """What is due next to the client: how the house shares out the work is its own."""
    theirs = [c for c in clocks if c.kind in CLIENT_KINDS]
    running = [c.due_at for c in theirs if c.state in (ClockState.RUNNING, ClockState.OVERDUE) and c.due_at is not None]
    return _due(min(running, default=NEVER), ticket.is_open, theirs, epoch(now()))


def clock_name(clock: Clock) -> str:
    """The kind of a clock as people and the case format tell it: an OLA with its line."""
    return f"ola:line{clock.line}" if clock.kind is ClockKind.OLA else clock.kind.value


def clock_due(clock: Clock, at: int) -> Due:
    """One clock, as it is shown."""
    kind, consumed = clock_name(clock), register.used(clock, at)
    share = min(1.0, consumed / clock.target_seconds)
    if clock.state is ClockState.PAUSED:
        return Due(kind, "paused", "grey", None, clock.target_seconds - consumed, share)
    if clock.state in (ClockState.MET, ClockState.BREACHED, ClockState.STOPPED_UNANSWERED, ClockState.CANCELLED):
        tone = {ClockState.MET: "green", ClockState.BREACHED: "red"}.get(clock.state, "grey")
        return Due(kind, clock.state.value, tone, _instant(clock.due_at), None, share)
    left = (clock.due_at or 0) - at
    is_overdue = clock.state is ClockState.OVERDUE or (clock.breach_at is not None and at > clock.breach_at)
    at_risk = clock.at_risk_at is not None and at >= clock.at_risk_at
    tone = "red" if is_overdue else "amber" if at_risk else "green"
    return Due(kind, "overdue" if is_overdue else "running", tone, _instant(clock.due_at), left,
               1.0 if is_overdue else share)  # fmt: skip


_ROWS: Select[*tuple[Any, ...]] = (
    select(
        Ticket.id, Ticket.subject, Ticket.status, Ticket.sub_status, Ticket.type, Ticket.priority, Ticket.is_major,
        Ticket.channel, Ticket.team_id, Ticket.line, Ticket.assignee_id, Ticket.next_due_at, Ticket.updated_at,
        Ticket.opened_at, Ticket.awaits_reply, Ticket.is_open, Ticket.is_bouncing,
        Contact.name.label("requester"), Contact.verified_at, Organisation.name.label("organisation"),
    )
    .join(Contact, Contact.id == Ticket.requester_id)
    .outerjoin(Organisation, Organisation.id == Ticket.organisation_id)
)  # fmt: skip


def _rows_page(
    conditions: Sequence[ColumnElement[bool]], order: Sequence[tuple[ColumnElement[Any], bool]],
    keys: Callable[[TicketRow], Sequence[Any]], *, for_: Actor, after: str | None, before: str | None, size: int,
) -> PageOf[TicketRow]:  # fmt: skip
    query = _ROWS.where(ticket_scope(for_), *conditions)
    return page_of(query, order, size=size, after=after, before=before, run=_run, key=keys)


def _run(query: Select[*tuple[Any, ...]]) -> list[TicketRow]:
    found = db.session.execute(query).all()
    ids = [row.id for row in found]
    tags, clocks, at = tags_of(ids), _live_clocks(ids), epoch(now())
    all_teams, all_operators = teams(), operators()
    return [
        TicketRow(
            id=row.id, number=f"{NUMBER_PREFIX}{row.id}", subject=row.subject, status=row.status,
            sub_status=row.sub_status, type=row.type, priority=row.priority, is_major=row.is_major, channel=row.channel,
            organisation=row.organisation or "", requester=row.requester,
            is_requester_verified=row.verified_at is not None, team=all_teams.get(row.team_id), line=row.line,
            assignee=all_operators.get(row.assignee_id),
            due=_due(row.next_due_at, row.is_open, clocks.get(row.id, ()), at),
            updated_at=row.updated_at, opened_at=row.opened_at, is_unread=row.awaits_reply,
            is_bouncing=row.is_bouncing, tags=tags.get(row.id, ()),
        )
        for row in found
    ]  # fmt: skip


def _live_clocks(ids: Sequence[int]) -> dict[int, list[Clock]]:
    """The live clocks of some tickets, for showing only: without their pauses, outside of the session."""
    found: dict[int, list[Clock]] = {}
    if ids:
        shown = (Clock.subject_id, Clock.kind, Clock.line, Clock.state, Clock.due_at, Clock.breach_at, Clock.at_risk_at,
                 Clock.target_seconds, Clock.calendar_id, Clock.consumed_at_stop,
                 Clock.contract_due_at)  # fmt: skip
        query = select(*shown).where(
            Clock.subject_kind == "ticket", Clock.subject_id.in_(ids), Clock.state.in_(LIVE_STATES)
        )
        for row in db.session.execute(query):
            found.setdefault(row.subject_id, []).append(cast(Clock, row))
    return found


def _due(next_due_at: int, is_open: bool, clocks: Sequence[Clock], at: int) -> Due:
    running = [c for c in clocks if c.state in (ClockState.RUNNING, ClockState.OVERDUE) and c.due_at == next_due_at]
    running.sort(key=lambda clock: clock.kind is ClockKind.OLA)
    if running and next_due_at != NEVER:
        return clock_due(running[0], at)
    paused = [c for c in clocks if c.state is ClockState.PAUSED and c.kind is not ClockKind.OLA]
    if is_open and paused:
        return clock_due(paused[0], at)
    return Due("", "none", "grey", None, None, 0.0)


def _due_key(row: TicketRow) -> int:
    return epoch(row.due.at) if row.due.at is not None else NEVER


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else instant(seconds)
