"""The overview: how much came in, how long it took, how often it changed hands, and what was promised and kept.

1. Tickets belong to the period by the instant at which they were opened, transfers by the instant of the hop, clocks
   by their due date (so that what is still open and overdue counts). The backlog is that of now, whatever the period.
2. Changed hands: at least one change of team, by the source's own counter where an import brought one. Reopened: left
   resolved or closed for another status. Ping-pong: some X, Y, X among its teams. Events: accepted rows of imports.
3. From opened to closed counts whole seconds, in days of 86,400; the median of an even number is the mean of its two.
4. Priorities and channels of imported tickets are counted under the words of their source.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, True_, column, func, literal, select, values
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import ReturnTypeFromArgs

from helpdesk.core.db import SecondsBetween, UTCDateTime, db
from helpdesk.core.errors import Invalid
from helpdesk.core.times import epoch, instant, now
from helpdesk.models.imports import ImportedCase
from helpdesk.models.tickets import Ticket
from helpdesk.models.transfers import Transfer
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.reports.base import Report, Slice
from sla.models import Clock, ClockState

DAY_SECONDS = 86_400
QUARTER_SECONDS = 900
EPOCH = instant(0)
MOST_SPANS = 4000  # days, weeks or months in one series


class Step(StrEnum):
    """How finely arrivals are counted."""

    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"


@dataclass(frozen=True)
class Arrivals:
    """Tickets opened in each day, week or month of the reader's zone, by its first day; quiet ones count zero."""

    step: Step
    counts: dict[str, int]


@dataclass(frozen=True)
class Hops:
    """How many transfers went from one line to another (or to another team of the same)."""

    from_line: int
    to_line: int
    count: int


@dataclass(frozen=True)
class Attainment:
    """Clocks whose due date lies in the period: stopped in time, stopped late, late and still open."""

    met: int = 0
    breached: int = 0
    overdue: int = 0

    @property
    def share(self) -> float | None:
        """Met among those decided; None where nothing is."""
        decided = self.met + self.breached + self.overdue
        return self.met / decided if decided else None


@dataclass(frozen=True)
class Overview:
    """The figures; means, shares and medians are None where there is nothing to take them of, and never rounded."""

    as_of: datetime
    tickets: int
    events: int
    missed_sla: int
    changed_hands: int
    reassignments_mean: float | None
    reassignments_max: int
    reopened: int
    reopenings: int
    waited_client: int
    ping_pong: int
    open_to_close_days_mean: float | None
    open_to_close_days_median: float | None
    by_priority: dict[str, int]
    by_channel: dict[str, int]
    arrivals: Arrivals
    backlog: int
    resolved: int
    first_line_share: float | None  # never held above line one, of the resolved whose lines are known
    flow: tuple[Hops, ...]
    sla: dict[str, Attainment]  # by kind of clock

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them: instants as text, each attainment with its share."""
        figures = asdict(self) | {"as_of": self.as_of.isoformat(timespec="seconds").replace("+00:00", "Z")}
        figures["flow"] = list(figures["flow"])
        figures["sla"] = {kind: asdict(each) | {"share": each.share} for kind, each in self.sla.items()}
        return figures


def run_overview(over: Slice, *, for_: Actor, by: Step | None = None) -> Overview:
    """Work the overview out, in a handful of queries however many tickets there are."""
    require(for_, Action.READ_REPORTS)
    at, narrowed = now(), _narrowed(over, for_)
    in_period = [*narrowed, *over.period(Ticket.opened_at)]
    groups = _groups(in_period)
    words = _imported_words(in_period) if any(group.tickets > group.native for group in groups) else []
    tickets, closed = sum(group.tickets for group in groups), sum(group.closed for group in groups)
    on_known_line = sum(group.on_known_line for group in groups)
    seconds = sum(int(group.seconds or 0) for group in groups)
    return Overview(
        as_of=at,
        tickets=tickets,
        events=sum(int(word.events) for word in words),
        missed_sla=sum(group.missed_sla for group in groups),
        changed_hands=sum(group.changed_hands for group in groups),
        reassignments_mean=sum(int(group.reassignments) for group in groups) / tickets if tickets else None,
        reassignments_max=max((group.reassignments_max for group in groups), default=0),
        reopened=sum(group.reopened for group in groups),
        reopenings=sum(int(group.reopenings) for group in groups),
        waited_client=sum(group.waited_client for group in groups),
        ping_pong=sum(group.ping_pong for group in groups),
        open_to_close_days_mean=seconds / closed / DAY_SECONDS if closed else None,
        open_to_close_days_median=_median_days(over, in_period, narrowed, closed) if closed else None,
        by_priority=_tally(
            [(g.priority.value, g.native) for g in groups] + [(w.priority_word, w.tickets) for w in words]
        ),
        by_channel=_tally([(g.channel.value, g.native) for g in groups] + [(w.channel_word, w.tickets) for w in words]),
        arrivals=arrivals_of(over, narrowed, ZoneInfo(for_.zone), by),
        backlog=_count(select(func.count()).select_from(Ticket).where(Ticket.is_open, *narrowed)),
        resolved=sum(group.resolved for group in groups),
        first_line_share=sum(group.on_first_line for group in groups) / on_known_line if on_known_line else None,
        flow=_flow(over, narrowed),
        sla=_attainment(over, narrowed, at),
    )


class _Unsought(ReturnTypeFromArgs[Any]):
    """A column that SQLite shall not seek in an index: it then walks the one of the order or the groups."""

    name = "unsought"
    inherit_cache = True


@compiles(_Unsought)
def _unsought(element: _Unsought, compiler: Any, **kwargs: Any) -> str:
    sign = "+" if compiler.dialect.name == "sqlite" else ""
    return sign + str(compiler.process(element.clauses, **kwargs))


_OPEN_TO_CLOSE = SecondsBetween(Ticket.opened_at, Ticket.closed_at)


def _narrowed(over: Slice, for_: Actor) -> list[ColumnElement[bool]]:
    """What the reader sees, and the conditions of the slice; empty where that is everything."""
    scope = ticket_scope(for_)
    return [*([] if isinstance(scope, True_) else [scope]), *over.conditions()]


def _groups(conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    """The sums of the tickets, by channel and priority: one way through an index that begins with these two."""
    query = (
        select(
            Ticket.channel,
            Ticket.priority,
            func.count().label("tickets"),
            func.count().filter(Ticket.import_id.is_(None)).label("native"),
            func.count().filter(Ticket.missed_sla).label("missed_sla"),
            func.count().filter(Ticket.reassignments > 0).label("changed_hands"),
            func.sum(Ticket.reassignments).label("reassignments"),
            func.max(Ticket.reassignments).label("reassignments_max"),
            func.count().filter(Ticket.reopenings > 0).label("reopened"),
            func.sum(Ticket.reopenings).label("reopenings"),
            func.count().filter(Ticket.waited_client).label("waited_client"),
            func.count().filter(Ticket.is_ping_pong).label("ping_pong"),
            func.count(Ticket.resolved_at).label("resolved"),
            func.count(Ticket.resolved_at).filter(Ticket.highest_line == 1).label("on_first_line"),
            func.count(Ticket.resolved_at).filter(Ticket.highest_line.is_not(None)).label("on_known_line"),
            func.count(Ticket.closed_at).label("closed"),
            func.sum(_OPEN_TO_CLOSE).label("seconds"),
        )
        .where(*conditions)
        .group_by(Ticket.channel, Ticket.priority)
    )
    return db.session.execute(query).all()


def _imported_words(conditions: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    """Imported tickets by the words that their sources have for priority and channel."""
    priority = func.coalesce(ImportedCase.raw["priority"].as_string(), Ticket.priority).label("priority_word")
    channel = func.coalesce(ImportedCase.raw["channel"].as_string(), Ticket.channel).label("channel_word")
    query = (
        select(priority, channel, func.count().label("tickets"), func.sum(ImportedCase.events).label("events"))
        .join(Ticket, Ticket.id == ImportedCase.ticket_id)
        .where(*conditions)
        .group_by("priority_word", "channel_word")  # by name: the same parameter twice is two to PostgreSQL
    )
    return db.session.execute(query).all()


def _tally(words: Sequence[tuple[str, int]]) -> dict[str, int]:
    tally: Counter[str] = Counter()
    for word, count in words:
        tally[str(word)] += count
    return {word: tally[word] for word in sorted(tally) if tally[word]}


def _median_days(
    over: Slice, in_period: Sequence[ColumnElement[bool]], narrowed: Sequence[ColumnElement[bool]], closed: int
) -> float:
    """The middle of the ordered times from opened to closed; only the middle is fetched."""
    # Over everything, walking the index of the durations beats sorting what an index of the dates finds.
    conditions = in_period if narrowed else over.period(_Unsought(Ticket.opened_at))
    middle = (
        select(_OPEN_TO_CLOSE)
        .where(Ticket.closed_at.is_not(None), *conditions)
        .order_by(_OPEN_TO_CLOSE)
        .offset((closed - 1) // 2)
        .limit(2 - closed % 2)
    )
    found = list(db.session.scalars(middle))
    return sum(found) / len(found) / DAY_SECONDS


def arrivals_of(
    over: Slice, narrowed: Sequence[ColumnElement[bool]], zone: ZoneInfo, by: Step | None,
    opened: Any = Ticket.opened_at,
) -> Arrivals:  # fmt: skip
    """Tickets opened in each span; `opened` is the column that says when."""
    first, last = _ends(over, narrowed, opened)
    step = by or _fitting_step(first, last)
    if first is None or last is None or first >= last:
        return Arrivals(step, {})
    starts = list(_starts(first.astimezone(zone), last.astimezone(zone), step))
    if len(starts) > MOST_SPANS:
        raise Invalid({"by": [_("That makes more than %(number)s of them; count by month.", number=MOST_SPANS)]})
    bounds = [max(starts[0], first), *starts[1:], min(_following(starts[-1], step), last)]
    counts = _opened_between(bounds, narrowed, opened) if narrowed else _all_opened_between(bounds)
    return Arrivals(step, {str(start.date()): count for start, count in zip(starts, counts, strict=True)})


def _all_opened_between(bounds: Sequence[datetime]) -> Iterable[int]:
    """How many tickets there are between each two instants; each count runs along the index of the dates."""
    spans = (
        values(column("since", UTCDateTime()), column("until", UTCDateTime()), name="span")
        .data(list(itertools.pairwise(bounds)))
        .cte("span")
    )
    opened = select(func.count()).where(Ticket.opened_at >= spans.c.since, Ticket.opened_at < spans.c.until)
    return db.session.scalars(select(opened.scalar_subquery()).select_from(spans).order_by(spans.c.since))


def _opened_between(bounds: Sequence[datetime], narrowed: Sequence[ColumnElement[bool]], opened: Any) -> Iterable[int]:
    """The same for some tickets, found once; by quarters of an hour, since no zone begins its days between them."""
    quarter = SecondsBetween(literal(EPOCH, UTCDateTime()), opened).op("/")(QUARTER_SECONDS).label("quarter")
    query = select(quarter, func.count()).where(opened >= bounds[0], opened < bounds[-1], *narrowed).group_by("quarter")
    counts = [0] * (len(bounds) - 1)
    starts = [epoch(start) // QUARTER_SECONDS for start in bounds[:-1]]
    for number, count in db.session.execute(query):
        counts[bisect_right(starts, number) - 1] += count
    return counts


def _ends(over: Slice, narrowed: Sequence[ColumnElement[bool]], opened: Any) -> tuple[datetime | None, datetime | None]:
    """When the series begins and before when it ends: the period, or the first and last ticket."""
    if over.since is not None and over.until is not None:
        return over.since, over.until
    # Two questions in one: each alone is one look at an end of the index.
    conditions = [*narrowed, *over.period(opened)]
    earliest = select(func.min(opened)).where(*conditions).scalar_subquery()
    latest = select(func.max(opened)).where(*conditions).scalar_subquery()
    first, last = db.session.execute(select(earliest, latest)).one()
    return over.since or first, over.until or (last and last + timedelta(seconds=1))


def _fitting_step(first: datetime | None, last: datetime | None) -> Step:
    if first is None or last is None or last - first <= timedelta(days=93):
        return Step.DAY
    return Step.WEEK if last - first <= timedelta(days=750) else Step.MONTH


def _starts(first: datetime, last: datetime, step: Step) -> Iterator[datetime]:
    """The local midnights at which the spans begin, the first of them at or before `first`."""
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if step is Step.WEEK:
        start -= timedelta(days=start.weekday())
    elif step is Step.MONTH:
        start = start.replace(day=1)
    while start < last:
        yield start
        start = _following(start, step)


def _following(start: datetime, step: Step) -> datetime:
    # Arithmetic on local time, so that a span stays whole where the clocks are changed.
    if step is Step.DAY:
        return start + timedelta(days=1)
    if step is Step.WEEK:
        return start + timedelta(days=7)
    return (start + timedelta(days=31)).replace(day=1)


def _flow(over: Slice, narrowed: Sequence[ColumnElement[bool]]) -> tuple[Hops, ...]:
    hop = aliased(Transfer)  # a name of its own: what a reader sees may hang on transfers, too
    query = (
        select(hop.from_line, hop.to_line, func.count())
        .where(hop.from_line.is_not(None), hop.to_line.is_not(None), *over.period(hop.at))
        .group_by(hop.from_line, hop.to_line)
        .order_by(hop.from_line, hop.to_line)
    )
    if narrowed:
        query = query.join(Ticket, Ticket.id == hop.ticket_id).where(*narrowed)
    return tuple(Hops(from_, to, count) for from_, to, count in db.session.execute(query) if from_ and to)


def _attainment(over: Slice, narrowed: Sequence[ColumnElement[bool]], at: datetime) -> dict[str, Attainment]:
    """How the clocks came out that were due in the period by the contract, as the report of service levels has it."""
    query = (
        select(Clock.kind, Clock.state, func.count(), func.count().filter(Clock.due_at < epoch(at)))
        .where(Clock.subject_kind == "ticket", Clock.due_at.is_not(None), *over.period(_Unsought(Clock.due_at), epoch))
        .group_by(Clock.kind, Clock.state)
    )
    if narrowed:
        query = query.join(Ticket, Ticket.id == Clock.subject_id).where(*narrowed)
    counts: dict[str, Counter[ClockState]] = {}
    for kind, state, count, past in db.session.execute(query):
        counts.setdefault(kind.value, Counter())
        if state is ClockState.RUNNING:
            counts[kind.value][ClockState.OVERDUE] += past  # due, and the sweep has not come by yet
        else:
            counts[kind.value][state] += count
    for name, difference in _of_promised(over, narrowed, epoch(at)).items():
        counts.setdefault(name, Counter()).update(difference)
    return {
        name: Attainment(of[ClockState.MET], of[ClockState.BREACHED], of[ClockState.OVERDUE])
        for name, of in sorted(counts.items())
    }


def _of_promised(over: Slice, narrowed: Sequence[ColumnElement[bool]], at: int) -> dict[str, Counter[ClockState]]:
    """What changes where a promised time stands in the place of the contract's: few clocks, so they are looked at."""
    since = None if over.since is None else epoch(over.since)
    until = None if over.until is None else epoch(over.until)
    query = (
        select(Clock.kind, Clock.state, Clock.stop_at, Clock.due_at, Clock.contract_due_at, Clock.contract_breached_at)
        # Written so that no index on the kind of subject looks better than the small one of what was promised.
        .where(Clock.promised_for.is_not(None), Clock.subject_kind.concat("") == "ticket",
               Clock.state != ClockState.CANCELLED)
    )  # fmt: skip
    if narrowed:
        query = query.join(Ticket, Ticket.id == Clock.subject_id).where(*narrowed)

    def is_in(due: int | None) -> bool:
        return due is not None and (since is None or due >= since) and (until is None or due < until)

    found: dict[str, Counter[ClockState]] = {}
    for row in db.session.execute(query):
        changed = found.setdefault(row.kind.value, Counter())
        is_open = row.stop_at is None
        if is_in(row.due_at) and (row.state is not ClockState.RUNNING or row.due_at < at):
            changed[ClockState.OVERDUE if is_open else row.state] -= 1
        if not is_in(row.contract_due_at):
            continue
        if row.contract_breached_at is not None:
            changed[ClockState.OVERDUE if is_open else ClockState.BREACHED] += 1
        elif not is_open:
            changed[ClockState.MET if row.state is ClockState.BREACHED else row.state] += 1
        elif row.state is ClockState.RUNNING and row.contract_due_at < at:
            changed[ClockState.OVERDUE] += 1
    return found


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0


OVERVIEW: Report[Overview] = Report("overview", _l("Overview"), run_overview)
