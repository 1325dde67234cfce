"""Attainment: of the clocks that were due in a period, how many were kept.

1. The cohort is the clocks whose due date by the contract lies in the period: one clock, one period, each wait for an
   answer an item of its own. What is still open counts, which a cohort by the date of resolution could not see.
2. Met: stopped in time. Breached: stopped late, or out of time and still open, or excused (in the raw figure; in the
   excused one it leaves the fraction). Stopped without an answer, in time, is a column of its own.
3. Undecided is not in the fraction and always beside it: not yet due, paused. What is paused has no due date; it counts
   in every period that ends after it started. Excluded is counted by cause.
4. A fraction is `met / (met + breached)`. The percentage is rounded down to 0.1, never 100 while something was missed,
   and not said at all below twenty items. Numerators and denominators are added up; percentages are never averaged.
5. Beside it always: what is overdue now, the paused share of the time, priorities lowered and events backdated.
6. The whole is over what the client is owed; agreements inside the house stand by themselves, among the kinds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, True_, and_, func, literal_column, or_, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch, instant, now
from helpdesk.models.access import Role
from helpdesk.models.people import Organisation
from helpdesk.models.tickets import NUMBER_PREFIX, Status, Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.reports.base import Report, Slice
from helpdesk.tickets.queries import CLIENT_KINDS
from sla import register
from sla.models import Clock, ClockKind, ClockState, Judgement, Pause, SlaPolicy
from sla.worktime import FOREVER

LEAST = 20  # below so many items only the fraction is said
LITTLE_LEFT = 25  # per cent
BACKDATED_BY = timedelta(minutes=1)
BY = ("kind", "priority", "policy", "team", "line", "organisation")
OF_TARGET = ("kind", "priority", "policy")  # what a clock's target tells of it
THE_DESKS_OWN = ("ClockAtRisk", "ClockBreached", "ClockMoved")  # dated at their own instant, however late


@dataclass(frozen=True)
class Tally:
    """How some clocks came out. Late and overdue are breached; excused is how many of those somebody excused."""

    met: int = 0
    late: int = 0
    overdue: int = 0
    excused: int = 0
    unanswered: int = 0
    not_due: int = 0
    paused: int = 0
    cancelled: int = 0
    promises: int = 0
    promises_kept: int = 0
    promises_broken: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def breached(self) -> int:
        return self.late + self.overdue

    @property
    def decided(self) -> int:
        return self.met + self.breached

    @property
    def decided_excused(self) -> int:
        return self.decided - self.excused

    @property
    def percent(self) -> float | None:
        """Met among the decided, rounded down to 0.1; None where there are too few to say it."""
        return percent_of(self.met, self.decided)

    @property
    def percent_excused(self) -> float | None:
        return percent_of(self.met, self.decided_excused)

    @property
    def percent_promised(self) -> float | None:
        return percent_of(self.promises_kept, self.promises_kept + self.promises_broken)

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "met": self.met, "breached": self.breached, "late": self.late, "overdue": self.overdue,
            "fraction": f"{self.met}/{self.decided}", "percent": self.percent, "excused": self.excused,
            "excused_fraction": f"{self.met}/{self.decided_excused}", "excused_percent": self.percent_excused,
            "unanswered": self.unanswered, "undecided": {"not_due": self.not_due, "paused": self.paused},
            "cancelled": self.cancelled, "promises": {
                "made": self.promises, "kept": self.promises_kept, "broken": self.promises_broken,
                "percent": self.percent_promised,
            },
        }  # fmt: skip


def percent_of(part: int, whole: int) -> float | None:
    """Per cent, rounded down to 0.1: never 100 while anything is missing. Not said of fewer than twenty."""
    return part * 1000 // whole / 10 if whole >= LEAST else None


@dataclass(frozen=True)
class Beside:
    """What a figure must not be read without."""

    overdue_now: int
    oldest_due_at: int | None
    oldest_number: str | None
    paused_seconds: int
    total_seconds: int
    lowerings: int
    lowerings_with_little_left: int
    backdated: int

    @property
    def paused_percent(self) -> float | None:
        """The paused share of the time from start to stop, or to now; on the wall clock."""
        return self.paused_seconds * 1000 // self.total_seconds / 10 if self.total_seconds else None


@dataclass(frozen=True)
class AttainmentReport:
    """What was kept of what was due in a period, as of an instant."""

    as_of: datetime
    since: datetime | None
    until: datetime | None
    where: tuple[tuple[str, str], ...]
    total: Tally
    by: Mapping[str, Mapping[str, Tally]]
    excluded: Mapping[str, int]  # cancelled, merged, imported, no_sla: the first two clocks, the others tickets
    beside: Beside = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        beside = self.beside
        return {
            "as_of": _utc(self.as_of), "since": _utc(self.since), "until": _utc(self.until),
            "where": [list(pair) for pair in self.where], "total": self.total.document(),
            "by": {dimension: {value: tally.document() for value, tally in tallies.items()}
                   for dimension, tallies in self.by.items()},
            "excluded": dict(self.excluded),
            "overdue_now": {"clocks": beside.overdue_now, "oldest_number": beside.oldest_number,
                            "oldest_due_at": _utc_of(beside.oldest_due_at)},
            "paused_share": {"paused_seconds": beside.paused_seconds, "total_seconds": beside.total_seconds,
                             "percent": beside.paused_percent},
            "priority_lowerings": {"count": beside.lowerings, "with_little_left": beside.lowerings_with_little_left},
            "backdated_events": beside.backdated,
        }  # fmt: skip


def run_attainment(over: Slice, *, for_: Actor, by: Iterable[str] = BY) -> AttainmentReport:
    """Work it out, in a handful of queries however many clocks there are."""
    require(for_, Action.READ_REPORTS)
    at = now()
    dimensions = [dimension for dimension in BY if dimension in set(by) | {"kind"}]
    kinds, rest = _kinds_of(over)
    of_tickets, of_clocks = _narrowed(rest, for_)
    look = _Look(over, epoch(at), of_clocks, _of_kinds(kinds))
    by_target = look.tallies([Clock.target_id])
    cards, policies = register.targets(), _policies()
    found: dict[str, Mapping[str, Tally]] = {}
    owed = {key: tally for key, tally in by_target.items() if kinds or cards[key[0]].kind in CLIENT_KINDS}
    for dimension in dimensions:
        if dimension in OF_TARGET:
            some = by_target if dimension == "kind" else owed
            found[dimension] = _summed(some, functools.partial(_word_of, dimension, policies))
    found |= _of_tickets(look, [d for d in dimensions if d not in OF_TARGET], kinds)
    return AttainmentReport(
        as_of=at, since=over.since, until=over.until, where=over.where, total=sum(owed.values(), Tally()),
        by={dimension: found[dimension] for dimension in dimensions}, excluded=_excluded(look, over, of_tickets),
        beside=_beside(look, over, of_tickets),
    )  # fmt: skip


class _Look:
    """The clocks of a slice as of an instant, and how to count them."""

    def __init__(
        self, over: Slice, at: int, narrowed: Sequence[ColumnElement[bool]], of_clocks: Sequence[ColumnElement[bool]]
    ) -> None:
        self.at, self.narrowed, self.of_clocks = at, narrowed, of_clocks
        self.since = -FOREVER if over.since is None else epoch(over.since)
        self.until = FOREVER if over.until is None else epoch(over.until)
        self.cohort = [Clock.subject_kind == "ticket", Clock.contract_due_at.is_not(None),
                       *over.period(Clock.contract_due_at, epoch)]  # fmt: skip
        self.undated = [Clock.subject_kind == "ticket", Clock.contract_due_at.is_(None),
                        Clock.state == ClockState.PAUSED]  # fmt: skip
        if over.until is not None:
            self.undated.append(Clock.start_at < epoch(over.until))

    def of(self, query: Any, *, with_tickets: bool = False) -> Any:
        """The query, narrowed to what the reader sees and asked for."""
        if self.narrowed or with_tickets:
            query = query.join(Ticket, Ticket.id == Clock.subject_id)
        return query.where(*self.narrowed, *self.of_clocks)

    def tallies(
        self, keys: Sequence[Any], *, kinds: Collection[ClockKind] = (), with_tickets: bool = False
    ) -> dict[tuple[Any, ...], Tally]:
        """The tallies by these columns."""
        found: dict[tuple[Any, ...], Tally] = {}

        def add(key: tuple[Any, ...], tally: Tally) -> None:
            found[key] = found.get(key, Tally()) + tally

        of_kinds = _of_kinds(kinds)
        dated = select(*keys, *_figures()).select_from(Clock).outerjoin(Judgement, Judgement.clock_id == Clock.id)
        for row in self._grouped(dated.where(*self.cohort, *of_kinds), keys, with_tickets):
            add(tuple(row[: len(keys)]), Tally(*row[len(keys) :]))
        undated = select(*keys, func.count()).select_from(Clock).where(*self.undated, *of_kinds)
        for row in self._grouped(undated, keys, with_tickets):
            add(tuple(row[: len(keys)]), Tally(paused=row[-1]))
        for row in self.lapsed:
            if not kinds or register.targets()[row.target_id].kind in kinds:
                add(tuple(getattr(row, key.key) for key in keys), Tally(overdue=1, not_due=-1))
        return found

    @functools.cached_property
    def lapsed(self) -> Sequence[Any]:
        """Clocks that are out of time and to which the sweep has not come by yet: few, unless it stood still."""
        spent = or_(
            and_(Clock.promised_for.is_(None), Clock.breach_at < self.at),
            and_(Clock.promised_for.is_not(None), Clock.contract_due_at < self.at),
        )
        query = (
            select(Clock.target_id, Clock.contract_due_at, Ticket.team_id, Ticket.line, Ticket.organisation_id)
            .select_from(Clock)
            .where(Clock.next_fire_at <= self.at, Clock.state == ClockState.RUNNING,
                   Clock.contract_breached_at.is_(None), spent)
        )  # fmt: skip
        rows = db.session.execute(self.of(query, with_tickets=True))
        # The period is looked at here, so that the database looks for the few whose moment has come and no others.
        return [row for row in rows if self.since <= row.contract_due_at < self.until]

    def _grouped(self, query: Any, keys: Sequence[Any], with_tickets: bool) -> Iterable[Any]:
        return db.session.execute(self.of(query, with_tickets=with_tickets).group_by(*keys))


def _figures() -> list[Any]:
    """One count for each field of a tally, in their order."""
    there = Clock.state != ClockState.CANCELLED
    is_open, spent = Clock.stop_at.is_(None), Clock.contract_breached_at.is_not(None)
    unanswered, is_paused = Clock.state == ClockState.STOPPED_UNANSWERED, Clock.state == ClockState.PAUSED
    promised = Clock.promised_for.is_not(None)
    conditions = (
        and_(there, ~is_open, ~spent, ~unanswered),
        and_(there, ~is_open, spent),
        and_(there, is_open, spent),
        and_(there, spent, Judgement.excused_at.is_not(None)),
        and_(unanswered, ~spent),
        and_(there, is_open, ~spent, ~is_paused),
        and_(there, is_open, ~spent, is_paused),
        ~there,
        and_(there, promised),
        and_(there, promised, Clock.stop_at <= Clock.promised_for),
        and_(there, promised, or_(Clock.stop_at > Clock.promised_for, Clock.state == ClockState.OVERDUE)),
    )
    return [func.count().filter(condition) for condition in conditions]


def _narrowed(over: Slice, for_: Actor) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """What the reader sees, and the conditions of the slice: of tickets, and of the clocks of tickets.

    The lead of a line reads of the tickets that are there, and the agreement of that line wherever its tickets went.
    """
    scope = ticket_scope(for_)
    seen = [*([] if isinstance(scope, True_) else [scope]), *over.conditions()]
    if for_.role is not Role.LINE_LEAD:
        return seen, seen
    here, own = Ticket.line == for_.leads_line, Clock.line == for_.leads_line
    return [*seen, here], [*seen, or_(here, own), Clock.line.in_((0, for_.leads_line))]


def _kinds_of(over: Slice) -> tuple[list[ClockKind], Slice]:
    """The kinds of clock that were asked for, and what else was."""
    wanted = [value for dimension, value in over.where if dimension == "clock"]
    for value in wanted:
        if value not in list(ClockKind):
            raise Invalid(
                {"where": [_("%(value)s must be one of: %(words)s.", value=value, words=enumeration(ClockKind))]}
            )
    rest = tuple(pair for pair in over.where if pair[0] != "clock")
    return [ClockKind(value) for value in wanted], Slice(over.since, over.until, rest)


def _of_kinds(kinds: Collection[ClockKind]) -> list[ColumnElement[bool]]:
    wanted = [card.id for card in register.targets().values() if card.kind in kinds]
    return [Clock.target_id.in_(wanted)] if kinds else []


def _policies() -> dict[int, str]:
    return dict(db.session.execute(select(SlaPolicy.id, SlaPolicy.name)).all())


def _word_of(dimension: str, policies: Mapping[int, str], key: tuple[Any, ...]) -> str:
    card = register.targets()[key[0]]
    words: dict[str, str] = {"kind": card.clock, "priority": card.priority}
    return words.get(dimension) or policies.get(card.policy_id, "")


def _summed(tallies: Mapping[tuple[Any, ...], Tally], word: Callable[[tuple[Any, ...]], str]) -> dict[str, Tally]:
    """The tallies by a word each, in the order of the words."""
    summed: dict[str, Tally] = {}
    for key, tally in tallies.items():
        name = word(key)
        summed[name] = summed.get(name, Tally()) + tally
    return dict(sorted(summed.items()))


def _of_tickets(look: _Look, dimensions: Sequence[str], kinds: Sequence[ClockKind]) -> dict[str, dict[str, Tally]]:
    """The tallies by what tickets tell: team, line, organisation."""
    found: dict[str, dict[str, Tally]] = {}
    owed = () if kinds else CLIENT_KINDS
    if {"team", "line"} & set(dimensions):
        places = look.tallies([Ticket.team_id, Ticket.line], kinds=owed, with_tickets=True)
        teams = directory.teams()
        found["team"] = _summed(places, lambda key: teams[key[0]].name if key[0] in teams else "")
        found["line"] = _summed(places, lambda key: str(key[1] or ""))
    if "organisation" in dimensions:
        tallies = look.tallies([Ticket.organisation_id], kinds=owed, with_tickets=True)
        names: dict[int, str] = dict(db.session.execute(select(Organisation.id, Organisation.name)).all())
        found["organisation"] = _summed(tallies, lambda key: names.get(key[0] or 0, ""))
    return found


def _excluded(look: _Look, over: Slice, narrowed: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """What is in no fraction, by cause: clocks that were cancelled, tickets to which nothing was promised."""
    was_cancelled = (Ticket.status == Status.CANCELLED).label("was_cancelled")
    ended = select(was_cancelled, func.count()).select_from(Clock)
    ended = look.of(ended.where(*look.cohort, Clock.state == ClockState.CANCELLED), with_tickets=True)
    causes = {bool(cause): count for cause, count in db.session.execute(ended.group_by("was_cancelled"))}
    came = Ticket.import_id.is_not(None).label("came")
    without = select(came, func.count()).where(Ticket.policy_id.is_(None), *over.period(Ticket.opened_at), *narrowed)
    tickets = {bool(cause): count for cause, count in db.session.execute(without.group_by("came"))}
    return {
        "cancelled": causes.get(True, 0), "merged": causes.get(False, 0),
        "no_sla": tickets.get(False, 0), "imported": tickets.get(True, 0),
    }  # fmt: skip


def _beside(look: _Look, over: Slice, narrowed: Sequence[ColumnElement[bool]]) -> Beside:
    late = look.of(
        select(func.count(), func.min(Clock.due_at))
        .select_from(Clock)
        .where(Clock.subject_kind == "ticket", Clock.kind.in_(CLIENT_KINDS), Clock.state == ClockState.OVERDUE)
    )
    overdue, oldest = db.session.execute(late).one()
    number = None
    if oldest is not None:
        whose = select(Clock.subject_id).where(
            Clock.subject_kind == "ticket", Clock.kind.in_(CLIENT_KINDS), Clock.state == ClockState.OVERDUE,
            Clock.due_at == oldest,
        )  # fmt: skip
        number = f"{NUMBER_PREFIX}{db.session.scalar(look.of(whose).order_by(Clock.subject_id).limit(1))}"
    there = [*look.cohort, Clock.state != ClockState.CANCELLED, *_of_kinds(CLIENT_KINDS)]
    total = look.of(
        select(func.sum(func.coalesce(Clock.stop_at, look.at) - Clock.start_at)).select_from(Clock).where(*there)
    )
    paused = look.of(
        select(func.sum(func.coalesce(Pause.to_at, look.at) - Pause.from_at))
        .select_from(Pause).join(Clock, Clock.id == Pause.clock_id).where(*there)
    )  # fmt: skip
    lowerings, with_little_left = _lowerings(over, narrowed)
    return Beside(
        overdue, oldest, number, int(db.session.scalar(paused) or 0), int(db.session.scalar(total) or 0),
        lowerings, with_little_left, _backdated(over, narrowed),
    )  # fmt: skip


def _lowerings(over: Slice, narrowed: Sequence[ColumnElement[bool]]) -> tuple[int, int]:
    """How often a priority was lowered, and how often with little of the time left."""
    after, before = Entry.payload["after"].as_string(), Entry.payload["before"].as_string()
    little = Entry.payload["left_percent"].as_integer() < LITTLE_LEFT
    query = (
        select(func.count(), func.count().filter(little))
        .select_from(Entry)
        .join(Ticket, Ticket.id == Entry.subject_id)
        .where(Entry.fact == literal_column("'PriorityChanged'"), after > before,
               Ticket.import_id.is_(None), *over.period(Entry.at), *narrowed)
    )  # fmt: skip
    count, few = db.session.execute(query).one()
    return count, few


def _backdated(over: Slice, narrowed: Sequence[ColumnElement[bool]]) -> int:
    """How many facts were written down as older than they were known; imports and the desk's own clocks aside."""
    query = (
        select(Entry.at, Entry.recorded_at)
        .join(Ticket, Ticket.id == Entry.subject_id)
        .where(Entry.at != Entry.recorded_at, _unsought(Entry.subject_kind) == "ticket",
               Entry.fact.not_in(THE_DESKS_OWN),
               Ticket.import_id.is_(None), *over.period(Entry.at), *narrowed)
    )  # fmt: skip
    return sum(1 for at, recorded_at in db.session.execute(query) if recorded_at - at > BACKDATED_BY)


def _unsought(column: Any) -> Any:
    """A column that SQLite shall not seek in an index: here the partial one is the shorter way."""
    return column.concat("")


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _utc_of(seconds: int | None) -> str | None:
    return None if seconds is None else _utc(instant(seconds))


ATTAINMENT: Report[AttainmentReport] = Report("attainment", _l("Service levels kept"), run_attainment)
