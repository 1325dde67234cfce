"""The backlog: what lay open at the end of each stretch of time, what came and went in it, and how old it was.

1. An open ticket lies with the team that has it. It comes into the backlog by its receipt or reopening and leaves it by
   its resolution or end; with a breakdown by team, also by a change of team, which is counted for itself.
2. The end of a stretch is its last instant, or that of the period where this comes first. A span belongs to an instant
   if it began before it and did not end before it.
3. The age of a ticket is counted from its receipt, in whole days of 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, literal, or_, select

from helpdesk.core.db import SecondsBetween, UTCDateTime, db
from helpdesk.core.errors import NotFound
from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone, month_of
from helpdesk.models.figures import OpenSpan as Span
from helpdesk.models.figures import TicketFigures
from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS, Step
from helpdesk.reports.engine import FactReport, Key, before, conditions_of, following
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table, Time, Unit
from helpdesk.reports.sources import SPANS

DAY = 86_400
MOST_AGED = 62  # stretches of time of which the ages are told
_AT_END = _l("Tickets open at the end of the stretch or period.")

FLOWS = (
    Metric(
        name="came", title=_l("Came"), basis="began", where=(~Span.is_handed_in,), sums=("came",),
        definition=_l("Receipts and reopenings in the period."), exclusions=_l("Changes of team."),
    ),
    Metric(
        name="went", title=_l("Went"), basis="ended", where=(~Span.is_handed_on,), sums=("went",),
        definition=_l("Resolutions, closings, cancellations and mergers of open tickets in the period."),
        exclusions=_l("Changes of team."),
    ),
    Metric(
        name="handed_in", title=_l("Handed in"), basis="began", where=(Span.is_handed_in,), sums=("handed_in",),
        definition=_l("Open tickets that came from another team in the period."),
    ),
    Metric(
        name="handed_on", title=_l("Handed on"), basis="ended", where=(Span.is_handed_on,), sums=("handed_on",),
        definition=_l("Open tickets that went to another team in the period."),
    ),
)  # fmt: skip
OPEN = Metric(
    name="open", title=_l("Open at the end"), basis="began", better="less",
    definition=_l("Tickets open at the end of each stretch of time; of the whole, at the end of the period or now."),
)  # fmt: skip
_EDGES = ((0, 1), (1, 3), (3, 7), (7, 14), (14, 30), (30, 90), (90, None))
_AGE_TITLES = (
    _l("Under a day"), _l("1 to 3 days"), _l("3 to 7 days"), _l("7 to 14 days"), _l("14 to 30 days"),
    _l("30 to 90 days"), _l("90 days and more"),
)  # fmt: skip
AGES = tuple(
    Metric(
        name=f"aged_{low}_{high}" if high else f"aged_{low}", title=title, basis="began",
        definition=_l("Tickets open at the end, by their age since their receipt, of so many days of 24 hours."),
        exclusions=_l("Not told where there are more than 62 stretches of time."),
    )
    for (low, high), title in zip(_EDGES, _AGE_TITLES, strict=True)
)  # fmt: skip
OLDEST = Metric(
    name="oldest_seconds", title=_l("The oldest"), basis="began", how=How.MOST, unit=Unit.SECONDS, time=Time.CALENDAR,
    better="less", definition=_l("The age of the oldest ticket that is open at the end."),
    exclusions=_l("Not told where there are more than 62 stretches of time."),
)  # fmt: skip


@dataclass(frozen=True)
class BacklogReport(FactReport):
    """Stocks beside flows: the flows by declaration, what lay open counted on from what lay open before."""

    by_itself: ClassVar[frozenset[str]] = frozenset({OPEN.name, OLDEST.name, *(metric.name for metric in AGES)})

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        asked = tuple(self.by if by is None else by)
        flows = FactReport(self.slug, self.title, self.about, self.source, FLOWS)
        table = flows.run(over, for_=for_, by=asked, judged=judged, compare=compare)
        stocks = _Stocks(over, for_, asked)
        rows = stocks.rows(table.rows)
        if len(asked) > 1 or not stocks.step:
            rows = sorted(rows, key=stocks.rank)
        earlier = before(over, desk_zone())
        whole_before = table.before and Row((), {**table.before.figures, **_Stocks(
            earlier or over, for_, ()).total().figures})  # fmt: skip
        return replace(
            table, metrics=self.metrics, rows=tuple(rows[:limit]), before=whole_before, rows_before={},
            total=Row((), {**table.total.figures, **stocks.total().figures}),
            beside={"now": {name: each.value for name, each in _Stocks(
                replace(over, since=None, until=None), for_, ()).total().figures.items()}},
        )  # fmt: skip

    def glance(self, over: Slice, *, for_: Actor, judged: str = "first", compare: bool = True) -> Table:
        return self.run(over, for_=for_, by=(), judged=judged, compare=compare)

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        found = super().behind(over, metric, for_=for_, by=by, key=key, judged=judged)  # may they, and is there such
        if any(each.name == metric for each in FLOWS):
            return found
        return _Stocks(over, for_, tuple(by)).behind(metric, key)


class _Stocks:
    """What lay open, for one reader and one slice."""

    def __init__(self, over: Slice, for_: Actor, by: tuple[str, ...]) -> None:
        self.over, self.by, self.zone = over, by, desk_zone()
        self.where = conditions_of(SPANS, over, for_)
        self.step = next((STEPS[name] for name in by if name in STEPS), None)
        self.names = [name for name in by if name not in STEPS]
        just_now = now() + timedelta(microseconds=1)  # what came in this instant is open
        self.end = min(over.until, just_now) if over.until is not None else just_now

    def total(self) -> Row:
        found = self._aged(self.end, ())
        return Row((), found.get((), _NOTHING))

    def rows(self, flows: Sequence[Row]) -> list[Row]:
        """The rows of the flows with what lay open at the end of each."""
        if self.step is None:
            found = self._aged(self.end, self.names)
            there = {row.key: row.figures for row in flows}
            keys = dict.fromkeys([*found, *there])
            return [Row(key, {**(there.get(key) or _NO_FLOWS), **found.get(key, _NOTHING)}) for key in keys]
        return list(self._rows_in_time(flows))

    def rank(self, row: Row) -> Any:
        """In time, then most first."""
        return self.stretch(row.key), -(row.figures[OPEN.name].value or 0), tuple(each or "" for each in row.key)

    def stretch(self, key: Key) -> str:
        return next((value or "" for name, value in zip(self.by, key, strict=True) if name in STEPS), "")

    def _rows_in_time(self, flows: Sequence[Row]) -> Iterable[Row]:
        stretches = list(dict.fromkeys(sorted(self.stretch(row.key) for row in flows)))
        there = {row.key: row.figures for row in flows}
        others: dict[Key, None] = dict.fromkeys(self._aside(row.key) for row in flows)
        open_now: dict[Key, float] = {}
        if self.over.since is not None:
            opened = self._open(self.over.since, self.names)
            open_now = {key: float(count) for key, count in opened.items()}
            others |= dict.fromkeys(opened)
        for stretch in stretches:
            aged = self._aged(self._end_of(stretch), self.names) if len(stretches) <= MOST_AGED else None
            for other in others:
                key = self._with(other, stretch)
                figures = there.get(key) or _NO_FLOWS
                came, went = (sum(figures[name].value or 0 for name in names) for names in (_IN, _OUT))
                open_now[other] = open_now.get(other, 0) + came - went
                if not (open_now[other] or came or went) and self.names:
                    continue
                ages = {**_UNTOLD} if aged is None else {**aged.get(other, _NOTHING)}
                yield Row(key, {**figures, **ages, "open": Figure(int(open_now[other]))})

    def _aside(self, key: Key) -> Key:
        return tuple(value for name, value in zip(self.by, key, strict=True) if name not in STEPS)

    def _with(self, other: Key, stretch: str) -> Key:
        rest = iter(other)
        return tuple(stretch if name in STEPS else next(rest) for name in self.by)

    def _end_of(self, stretch: str) -> datetime:
        assert self.step is not None
        first = first_day(self.step, stretch)
        end = datetime.combine(self.step.first(following(self.step, first)), time(0), self.zone)
        return min(end, self.end)

    def _is_open(self, at: datetime) -> list[Any]:
        conditions = [Span.began_at < at, or_(Span.ended_at.is_(None), Span.ended_at >= at), *self.where]
        local = at.astimezone(self.zone)
        if local.day == 1 and local.time() == time(0):  # what outlasts a month has an index of its own
            month = month_of(local.date())
            conditions += [
                Span.began_month < month, or_(Span.ended_month.is_(None), Span.ended_month >= month),
                or_(Span.ended_month.is_(None), Span.ended_month > Span.began_month),
            ]  # fmt: skip
        return conditions

    def _open(self, at: datetime, names: Sequence[str]) -> dict[Key, int]:
        return {key: int(figures["open"].value or 0) for key, figures in self._aged(at, names).items()}

    def _aged(self, at: datetime, names: Sequence[str]) -> dict[Key, Mapping[str, Figure]]:
        """What lay open at this instant, by these dimensions: how many, how old, and the oldest."""
        dimensions = [SPANS.dimensions[name] for name in names]
        groups = [each.column(Span).label(f"by_{i}") for i, each in enumerate(dimensions)]
        age = _age(at)
        counts = [func.count().filter(*_between(age, low, high)) for low, high in _EDGES]
        query = (
            select(*groups, func.count(), *counts, func.max(age)).select_from(Span)
            .outerjoin(TicketFigures, (TicketFigures.ticket_id == Span.ticket_id) & TicketFigures.is_kept
                       & TicketFigures.is_opening)
            .where(*self._is_open(at))
        )  # fmt: skip
        if groups:
            query = query.group_by(*(f"by_{i}" for i in range(len(groups))))
        rows = [tuple(row) for row in db.session.execute(query)]
        named = [each.named({row[i] for row in rows}) for i, each in enumerate(dimensions)]
        found: dict[Key, list[Any]] = {}
        for row in rows:
            key = tuple(None if value is None else named[i][value] for i, value in enumerate(row[: len(groups)]))
            values = list(row[len(groups) :])
            if key in found:
                there = found[key]
                sums = [a + b for a, b in zip(there[:-1], values[:-1], strict=True)]
                values = [*sums, max(there[-1] or 0, values[-1] or 0)]
            found[key] = values
        return {key: _stocks(values) for key, values in found.items() if values[0]}

    def behind(self, metric: str, key: Key) -> Select[Any]:
        at = self._end_of(self.stretch(key)) if self.step is not None else self.end
        conditions = self._is_open(at)
        for name, value in zip(self.names, self._aside(key), strict=True):
            conditions.append(SPANS.dimensions[name].condition(Span, value or ""))
        age = _age(at)
        edges = dict(zip((each.name for each in AGES), _EDGES, strict=True))
        if metric in edges:
            conditions += _between(age, *edges[metric])
        amount = func.max(age) if metric == OLDEST.name else func.count()
        return (
            select(Span.ticket_id, amount.label("amount")).select_from(Span)
            .outerjoin(TicketFigures, (TicketFigures.ticket_id == Span.ticket_id) & TicketFigures.is_kept
                       & TicketFigures.is_opening)
            .where(*conditions).group_by(Span.ticket_id).order_by(func.min(Span.began_at), Span.ticket_id)
        )  # fmt: skip


def _stocks(values: Sequence[int | None]) -> Mapping[str, Figure]:
    figures = (Figure(None if value is None else int(value)) for value in values)
    return dict(zip(_STOCKS, figures, strict=True))


def first_day(step: Step, stretch: str) -> int:
    """The whole number of the stretch of time that reads so; NotFound for what is none."""
    try:
        if step.name == "day":
            return datetime.fromisoformat(stretch).toordinal()
        if step.name == "week":
            year, week = stretch.split("-W")
            return datetime.fromisocalendar(int(year), int(week), 1).toordinal()
        if step.name == "year":
            return 12 * int(stretch)
        year, rest = stretch.split("-")
        return 12 * int(year) + (3 * int(rest[1:]) - 3 if step.name == "quarter" else int(rest) - 1)
    except ValueError as error:
        raise NotFound from error


def _age(at: datetime) -> Any:
    opened = func.coalesce(TicketFigures.opened_at, Span.began_at, type_=UTCDateTime())
    return SecondsBetween(opened, _instant(at))


def _instant(at: datetime) -> Any:
    return literal(at.astimezone(ZoneInfo("UTC")), UTCDateTime())


def _between(age: Any, low: int, high: int | None) -> list[Any]:
    return ([age >= low * DAY] if low else []) + ([] if high is None else [age < high * DAY])


_IN, _OUT = ("came", "handed_in"), ("went", "handed_on")
_NO_FLOWS: Mapping[str, Figure] = {metric.name: Figure(0) for metric in FLOWS}
_STOCKS = (OPEN.name, *(metric.name for metric in AGES), OLDEST.name)
_NOTHING: Mapping[str, Figure] = {name: Figure(None if name == OLDEST.name else 0) for name in _STOCKS}
_UNTOLD: Mapping[str, Figure] = {name: Figure(None) for name in _STOCKS}

BACKLOG = BacklogReport(
    "backlog", _l("Backlog and ageing"),
    _l("What lay open at the end of each stretch of time, what came and went in it, and how old it was."),
    SPANS, (OPEN, *FLOWS, *AGES, OLDEST), chart="lines", charted=("open", "came", "went"),
    headline=("open", "came", "went", "oldest_seconds"),
)  # fmt: skip
