"""How a report is worked out from its declaration: a source of items, the ways to slice it, and its metrics.

1. An item belongs to a period by the instant that each metric names (its basis). Periods are half open, in the zone of
   the desk, which is named beside every figure.
2. Conditions on one dimension are alternatives, conditions on different dimensions hold together.
3. Whatever is counted can be listed: `behind` gives exactly the items of a figure.
4. A rate says how many items stand behind it; of fewer than the least number it is hidden, and its numerator with it.
   Of what persons answered, what would give a hidden rate away is hidden, too (`statistics.shares.hide`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from sqlalchemy import BigInteger, Select, Text, True_, cast, distinct, func, or_, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.settings import read_settings
from helpdesk.core.times import epoch, now
from helpdesk.figures.counting import ReportSettings, counted_at
from helpdesk.figures.desk import calendar_named, day_of, desk_calendar, desk_zone, first_of_month, month_of
from helpdesk.figures.sums import summed_by
from helpdesk.models.figures import FigureSum, StaleDay
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.reports.base import Slice, wilson
from helpdesk.reports.dimensions import OF_TICKETS, STEPS, Dimension, Step
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table
from helpdesk.reports.statistics.shares import hide, nps
from sla.worktime import WorkIndex

MOST_STEPS = 4000  # days, weeks or months in one series
MOST_SPANS = 62  # stretches of time that are asked for one by one
MOST_ROWS = 5000  # of a breakdown by several dimensions
PROMOTER, DETRACTOR = 9, 6  # from 9 up; up to 6
Key = tuple[str | None, ...]


@dataclass(frozen=True)
class Basis:
    """The instant by which items belong to a period: its column, the day and month kept beside it, who counts.

    `fact` names the stored sums of its days (`figures/sums.py`).
    """

    at: str
    day: str = ""
    month: str = ""
    conditions: tuple[Any, ...] = ()
    fact: str = ""
    title: LazyString | None = None
    is_date: bool = False  # the column holds dates: those of the desk
    is_indexed: bool = False  # of rows that are no facts: an index leads to a span of instants

    def period(self, model: Any, over: Slice, zone: ZoneInfo) -> list[Any]:
        """That an item belongs to the period. Facts keep their local day: whole days are a span of an index."""
        if self.fact and is_whole_days(over, zone):
            day = getattr(model, self.day)
            return [day.is_not(None), *over.period(day, lambda at: day_of(at, zone).toordinal())]
        return over.period(getattr(model, self.at), (lambda at: day_of(at, zone)) if self.is_date else (lambda at: at))


def is_whole_days(over: Slice, zone: ZoneInfo) -> bool:
    """Whether the period begins and ends at midnight of this zone, or is open."""
    ends = [at.astimezone(zone) for at in (over.since, over.until) if at is not None]
    return all(at.time() == time(0) for at in ends)


def tickets_scope(model: Any) -> Callable[[Actor], list[Any]]:
    """What a reader sees of facts about tickets: managers and first lines all, others those that they see."""

    def scope(actor: Actor) -> list[Any]:
        seen = ticket_scope(actor)
        return [] if isinstance(seen, True_) else [model.ticket_id.in_(select(Ticket.id).where(seen))]

    return scope


@dataclass(frozen=True)
class Source:
    """What is counted: a model of facts, its instants, its dimensions, and what a reader may count of it."""

    model: Any
    bases: Mapping[str, Basis]
    scope: Callable[[Actor], list[Any]]
    dimensions: Mapping[str, Dimension] = field(default_factory=lambda: OF_TICKETS)
    latest: Any = None  # the condition of what is judged now, in place of what was kept
    kept: Any = None
    # Seconds in the desk's hours, with the columns that they were worked out of: began at, seconds on the wall clock.
    business: tuple[Any, Any, Any] | None = None
    item: str = "ticket"  # what stands behind a figure: ticket, promise, claim …
    item_id: str = "ticket_id"
    is_live: bool = False  # it reads the desk's own tables, not facts that are counted behind them

    @property
    def is_signed(self) -> bool:
        """Whether second figures are rows of their own, which say whose they are."""
        return self.latest is not None and hasattr(self.model, "signed_at")

    @property
    def is_kept(self) -> bool:
        """Whether it reads what closed months kept of the desk's own tables, and as it is judged now these alone."""
        return self.is_live and self.latest is not None

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """A question to the source, as it is put to the tables."""
        return self.model.narrowed(query) if self.is_live else query

    def is_business(self, metric: Metric) -> bool:
        """Whether the metric is of seconds in the desk's hours."""
        return self.business is not None and metric.of is self.business[0]


@dataclass(frozen=True)
class FactReport:
    """A report by declaration. `order` says how its rows stand; `chart` what its picture shows."""

    slug: str
    title: LazyString
    about: LazyString
    source: Source
    metrics: tuple[Metric, ...]
    by: tuple[str, ...] = ("month",)  # how it is broken down where nobody says
    chart: str = ""  # columns, lines, bars, stacked, sankey, heat, control, forecast, process
    charted: tuple[str, ...] = ()  # the metrics of the picture; the first of the report where none is named
    headline: tuple[str, ...] = ()  # the metrics that stand large on top; the first four where none is named
    beside: Callable[[Slice, Actor], Mapping[str, Any]] | None = None
    former: Callable[[Slice, Actor, tuple[str, ...]], Mapping[str, Any]] | None = None
    action: Action = Action.READ_REPORTS  # what its reader must be allowed

    by_itself: ClassVar[frozenset[str]] = frozenset()  # metrics that no question to the source alone gives

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By what it can be sliced and broken down, stretches of time last."""
        return (*self.source.dimensions, *STEPS)

    def item_of(self, metric: str) -> str:
        """What stands behind a figure: ticket, promise, claim … (`reports/items.py` names them)."""
        return self.source.item

    def least(self) -> int:
        """Rates of fewer items than this are hidden."""
        return read_settings(ReportSettings).least_shown

    def end_of(self, over: Slice, step: Step, key: str | None, for_: Actor) -> datetime:
        """When a stretch of time of the period is over, at the latest with the period; NotFound for another."""
        return _Run(self, over, for_, (step.name,), "first").end_of(step, key)

    def ends(self, over: Slice, step: Step, for_: Actor) -> tuple[int | None, int | None]:
        """The first and the last stretch of time in which anything is counted."""
        return _Run(self, over, for_, (step.name,), "first").ends(step)

    def title_of(self, dimension: str) -> LazyString:
        """What a dimension or a stretch of time is called."""
        return STEPS[dimension].title if dimension in STEPS else self.source.dimensions[dimension].title

    def notes(self, table: Table) -> list[str]:
        """What the figures must not be read without, in sentences."""
        del table
        return []

    def metric(self, name: str) -> Metric:
        """The metric of this name; NotFound for another."""
        found = next((metric for metric in self.metrics if metric.name == name), None)
        if found is None:
            raise NotFound
        return found

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        """Work it out, `judged` "first" as months were closed, or "now"; Invalid for what it cannot slice by.

        Of more than `limit` rows the first are given; the whole is over all of them. Where the slice names a calendar,
        working hours are worked out anew, ticket by ticket.
        """
        require(for_, self.action)
        asked = tuple(self.by if by is None else by)
        return _Run(self, over, for_, asked, judged, limit=limit).table(compare=compare)

    @property
    def has_business_time(self) -> bool:
        """Whether some figure of it can be measured by another calendar."""
        return any(self.source.is_business(metric) for metric in self.metrics)

    def series(
        self, over: Slice, step: str, names: Collection[str], *, for_: Actor, judged: str = "first"
    ) -> list[Row]:
        """These metrics by a stretch of time and nothing else: one question for each instant that counts."""
        require(for_, self.action)
        wanted = replace(self, metrics=tuple(metric for metric in self.metrics if metric.name in names), beside=None)
        return _Run(wanted, over, for_, (step,), judged).series()

    def counted(self, over: Slice, basis: str, *, for_: Actor, judged: str = "first") -> list[Any]:
        """What holds for the rows of the facts that count by this instant, as conditions of a query."""
        require(for_, Action.READ_REPORTS)
        return _Run(self, over, for_, (), judged).counted(basis)

    def glance(self, over: Slice, *, for_: Actor, judged: str = "first", compare: bool = True) -> Table:
        """The figures that stand large on top, the whole and the period before alone: what a page shows first.

        They come from the stored sums of days where the slice allows it, else from the items; they are those of `run`.
        """
        # Whoever works it out in a way of their own says so here, too, or shows the whole of their table.
        is_own = type(self).run is not FactReport.run and type(self).glance is FactReport.glance
        if is_own or not any(basis.fact for basis in self.source.bases.values()):
            return self.run(over, for_=for_, by=(), judged=judged, compare=compare)
        require(for_, self.action)
        names = self.headline or tuple(metric.name for metric in self.metrics[:4])
        first = replace(self, metrics=tuple(self.metric(name) for name in names), beside=None, former=None)
        return _Run(first, over, for_, (), judged).table(compare=compare)

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        """The ids of the items that a figure counts, in the order of their instant, each once.

        The second column says how much of the figure each makes: the sum of them is the count, the sum, or the
        numerator of the share.
        """
        require(for_, self.action)
        return _Run(self, over, for_, tuple(by), judged).behind(self.metric(metric), key)


@dataclass(frozen=True)
class JoinedReport(FactReport):
    """Metrics of several sources in one table, row by row; sliced by what all of them know."""

    parts: tuple[FactReport, ...] = ()

    @classmethod
    def of(cls, first: FactReport, *others: FactReport) -> JoinedReport:
        """The first says how the whole is called, broken down and drawn."""
        parts = (first, *others)
        shared = {name: each for name, each in first.source.dimensions.items()
                  if all(name in part.source.dimensions for part in parts)}  # fmt: skip
        bases = {name: basis for part in parts for name, basis in part.source.bases.items()}
        metrics = tuple(metric for part in parts for metric in part.metrics)
        return cls(first.slug, first.title, first.about, replace(first.source, bases=bases, dimensions=shared), metrics,
                   first.by, first.chart, first.charted, first.headline, first.beside, parts=parts)  # fmt: skip

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        asked = tuple(self.by if by is None else by)
        tables = [part.run(over, for_=for_, by=asked, judged=judged, compare=compare) for part in self.parts]
        keys = dict.fromkeys(row.key for table in tables for row in table.rows)
        if any(name in STEPS for name in asked):
            keys = dict.fromkeys(sorted(keys, key=lambda key: tuple(each or "" for each in key)))
        found = [{row.key: row for row in table.rows} for table in tables]
        before_there = dict.fromkeys(key for table in tables for key in table.rows_before)
        return replace(
            tables[0], metrics=self.metrics, total=self._joined((), [table.total for table in tables]),
            rows=tuple(self._joined(key, [rows.get(key) for rows in found]) for key in list(keys)[:limit]),
            before=None if tables[0].before is None else self._joined((), [table.before for table in tables]),
            rows_before={key: self._joined(key, [t.rows_before.get(key) for t in tables]) for key in before_there},
            beside={name: value for table in tables for name, value in table.beside.items()},
        )  # fmt: skip

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        named = self.metric(metric)
        part = next(part for part in self.parts if any(each is named for each in part.metrics))
        return part.behind(over, metric, for_=for_, by=by, key=key, judged=judged)

    def glance(self, over: Slice, *, for_: Actor, judged: str = "first", compare: bool = True) -> Table:
        named = self.headline or tuple(metric.name for metric in self.metrics[:4])
        tables = []
        for part in self.parts:
            wanted = tuple(metric.name for metric in part.metrics if metric.name in named)
            if wanted:
                tables.append(replace(part, headline=wanted).glance(over, for_=for_, judged=judged, compare=compare))
        figures = {name: each for table in tables for name, each in table.total.figures.items()}
        earlier = {name: each for table in tables if table.before for name, each in table.before.figures.items()}
        return replace(
            tables[0], metrics=tuple(self.metric(name) for name in named), total=Row((), figures),
            before=None if tables[0].before is None else Row((), earlier),
        )  # fmt: skip

    def _joined(self, key: Key, rows: Sequence[Row | None]) -> Row:
        least = self.least()
        figures: dict[str, Figure] = {}
        for part, row in zip(self.parts, rows, strict=True):
            figures |= (
                row.figures if row is not None else {each.name: figure(each, None, least) for each in part.metrics}
            )
        return Row(key, figures)


def conditions_of(source: Source, over: Slice, reader: Actor) -> list[Any]:
    """What a reader sees of a source, and the conditions of the slice, its period aside."""
    wanted: dict[str, list[Any]] = {}
    for name, value in over.where:
        dimension = source.dimensions.get(name)
        if dimension is None:
            names = enumeration(source.dimensions)
            raise Invalid(
                {"where": [_("There is no dimension %(name)s; there are %(names)s.", name=name, names=names)]}
            )
        wanted.setdefault(name, []).append(dimension.condition(source.model, value))
    either = [conditions[0] if len(conditions) == 1 else or_(*conditions) for conditions in wanted.values()]
    return [*source.scope(reader), *either]


class _Run:
    """One report for one reader and one slice."""

    def __init__(self, report: FactReport, over: Slice, for_: Actor, by: tuple[str, ...], judged: str,
                 *, limit: int | None = None) -> None:  # fmt: skip
        self.limit = limit
        self.calendar, self.hours = _calendar(over.calendar)
        self.report, self.over, self.reader, self.by, self.judged = report, over, for_, by, judged
        self.source, self.model, self.zone = report.source, report.source.model, desk_zone()
        self.least = report.least()
        check_slicing(report, over, by)
        self.steps = [STEPS[name] for name in by if name in STEPS]
        self.where = conditions_of(self.source, over, for_)

    def table(self, *, compare: bool) -> Table:
        earlier = before(self.over, self.zone) if compare else None
        as_of = now() if self.source.is_live else counted_at() or now()
        raw = self._cells(self.over, self.by)
        total = self._total(raw, self.over)
        now_there = raw if self.by else {}
        in_order = self._ordered(now_there)[: None if self._guarded else self.limit]
        rows = self._guard([Row(key, self._figures(raw, total)) for key, raw in in_order])[: self.limit]
        rows_before: dict[Key, Row] = {}
        whole_before = None
        if earlier is not None:
            has_rows = bool(self.by) and not self.steps
            raw = self._cells(earlier, self.by if has_rows else ())
            total_before = self._total(raw, earlier)
            whole_before = Row((), self._figures(total_before, total_before))
            if has_rows:
                told = self._guard([Row(key, self._figures(parts, total_before)) for key, parts in raw.items()])
                rows_before = {row.key: row for row in told}
        beside: dict[str, Any] = {"calendar": self.calendar} if self.report.has_business_time else {}
        if self.report.beside is not None:
            beside |= self.report.beside(self.over, self.reader)
        former = self.report.former
        return Table(
            report=self.report.slug, metrics=self.report.metrics, since=said(self.over.since, self.zone),
            until=said(self.over.until, self.zone), zone=self.zone.key, as_of=utc(as_of),
            by=self.by, where=self.over.where, total=Row((), self._figures(total, total)),
            rows=tuple(rows), before=whole_before, rows_before=rows_before,
            before_since=said(earlier.since, self.zone) if earlier is not None else None, rejudged=self._rejudged(),
            beside=beside,
            former=partial(former, self.over, self.reader, self.by) if former is not None else None,
        )  # fmt: skip

    def series(self) -> list[Row]:
        """The rows alone."""
        return self._guard(
            [Row(key, self._figures(raw, {})) for key, raw in self._ordered(self._cells(self.over, self.by))]
        )

    def counted(self, basis: str) -> list[Any]:
        """What holds for the rows that count by this instant."""
        return self._conditions(self.source.bases[basis], self.over)

    def behind(self, metric: Metric, key: Key) -> Select[Any]:
        """The items of one figure."""
        basis = self.source.bases[metric.basis]
        conditions = [*self._conditions(basis, self.over), *metric.among, *self._cell(basis, key)]
        if metric.how not in (How.MEAN, How.MEDIAN, How.P90, How.MOST):
            conditions += metric.where
        if metric.how in (How.SUM, How.RATIO):
            conditions.append(metric.of != 0)
        elif metric.of is not None:
            conditions.append(metric.of.is_not(None))
        item, at = getattr(self.model, self.source.item_id), getattr(self.model, basis.at)
        amount = {
            How.SUM: func.sum(metric.of), How.RATIO: func.sum(metric.of), How.MEAN: func.sum(metric.of),
            How.MOST: func.max(metric.of), How.DISTINCT: func.count(distinct(metric.of)),
        }.get(metric.how, func.count())  # fmt: skip
        query = select(item, amount.label("amount")).where(*conditions).group_by(item)
        return self.source.narrowed(query.order_by(func.min(at), item))

    def _cell(self, basis: Basis, key: Key) -> list[Any]:
        return [self._is(basis, name, value) for name, value in zip(self.by, key, strict=True)]

    def _is(self, basis: Basis, name: str, value: str | None) -> Any:
        if name in STEPS:
            step, column = STEPS[name], self._step_column(basis, STEPS[name])
            first = next((number for number in self._numbers(step) if step.key(number) == value), None)
            if first is None:
                raise NotFound
            return step.group(column) == first
        column = self.source.dimensions[name].column(self.model)
        if value is None:
            return column.is_(None)
        found = self.source.dimensions[name].find(value) if not value.startswith("#") else [int(value[1:])]
        return column.in_(found)

    def _conditions(self, basis: Basis, over: Slice) -> list[Any]:
        at = getattr(self.model, basis.at)
        conditions = [at.is_not(None), *basis.period(self.model, over, self.zone), *self.where]
        for condition in basis.conditions:
            is_kept = self.judged == "now" and condition is self.source.kept
            conditions.append(self.source.latest if is_kept else condition)
        return conditions

    def _step_column(self, basis: Basis, step: Step) -> Any:
        return getattr(self.model, basis.month if step.of_month else basis.day)

    def _cells(self, over: Slice, by: Sequence[str]) -> dict[Key, dict[str, tuple[Any, ...]]]:
        """For each cell and metric what its figure is made of."""
        stored = self._from_sums(over, by)
        return self._of_items(over, by) if stored is None else stored

    def _of_items(self, over: Slice, by: Sequence[str]) -> dict[Key, dict[str, tuple[Any, ...]]]:
        found: dict[Key, dict[str, tuple[Any, ...]]] = {}
        for name, basis in self.source.bases.items():
            metrics = [metric for metric in self.report.metrics if metric.basis == name]
            if not metrics:
                continue
            for values, parts in self._of_basis(basis, metrics, over, by):
                found.setdefault(values, {}).update(parts)
        if len(found) > MOST_ROWS and self.limit is None:
            raise Invalid({"by": [_("That makes more than %(number)s rows; choose fewer.", number=MOST_ROWS)]})
        return self._named(found, by, over)

    def _from_sums(self, over: Slice, by: Sequence[str]) -> dict[Key, dict[str, tuple[Any, ...]]] | None:
        """The whole, or its stretches of time, as far as it can from the stored sums of days; None if none of it."""
        if len(by) > 1 or not all(each in STEPS for each in by) or self.hours is not None:
            return None
        step = STEPS[by[0]] if by else None
        found: dict[Key, dict[str, tuple[Any, ...]]] = {}
        rest: list[Metric] = []
        for name in dict.fromkeys(metric.basis for metric in self.report.metrics):
            metrics = [metric for metric in self.report.metrics if metric.basis == name]
            summed = [metric for metric in metrics if metric.sums]
            stored = self._stored(self.source.bases[name], over, step) if summed else None
            rest += metrics if stored is None else [metric for metric in metrics if not metric.sums]
            for key, amounts in (stored or {}).items():
                cell = found.setdefault(key, {})
                for metric in summed:
                    parts = tuple(amounts.get(each, 0) for each in metric.sums)
                    cell[metric.name] = (sum(parts),) if metric.how in (How.COUNT, How.SUM) else parts
        if len(rest) == len(self.report.metrics):
            return None
        if rest:
            others = replace(self.report, metrics=tuple(rest))
            part = _Run(others, self.over, self.reader, self.by, self.judged, limit=self.limit)
            for key, cell in part._of_items(over, by).items():
                found.setdefault(key, {}).update(cell)
        return found

    def _stored(self, basis: Basis, over: Slice, step: Step | None) -> dict[Key, Counter[str]] | None:
        """The stored sums of a period, by stretch of time; None where they do not answer for this reader and slice."""
        names = {name for name, _value in over.where}
        if not basis.fact or self.judged != "first" or len(names) > 1 or not is_whole_days(over, self.zone):
            return None
        if self.source.scope(self.reader):
            return None
        of_dimension = [FigureSum.dimension == ""]
        if names:
            column = self.source.dimensions[names.pop()].columns[0]
            if column not in summed_by(basis.fact):
                return None
            found = {each for name, value in over.where for each in self._wanted(name, value)}
            of_dimension = [FigureSum.dimension == column, FigureSum.value.in_(found)]
        days, stale = (
            over.period(column, lambda at: day_of(at, self.zone).toordinal())
            for column in (FigureSum.day, StaleDay.day)
        )
        if db.session.scalar(select(StaleDay.day).where(StaleDay.fact == basis.fact, *stale).limit(1)) is not None:
            return None
        amount = cast(func.sum(FigureSum.amount), BigInteger)
        query = select(FigureSum.day, FigureSum.measure, amount).where(
            FigureSum.fact == basis.fact, *days, *of_dimension
        )
        sums: dict[Key, Counter[str]] = {}
        for number, measure, total in db.session.execute(query.group_by(FigureSum.day, FigureSum.measure)):
            key = (step.key(self._number(step, date.fromordinal(number))),) if step is not None else ()
            sums.setdefault(key, Counter())[measure] += total
        return sums

    def _wanted(self, name: str, value: str) -> list[str]:
        """The values of a dimension as the stored sums have them."""
        return [str(each) for each in self.source.dimensions[name].find(value)] if value else [""]

    def _of_basis(
        self, basis: Basis, metrics: Sequence[Metric], over: Slice, by: Sequence[str]
    ) -> Iterable[tuple[Any, dict[str, tuple[Any, ...]]]]:
        in_hours = [metric for metric in metrics if self.hours is not None and self.source.is_business(metric)]
        plain = [metric for metric in metrics if metric not in in_hours]
        groups = [self._group(basis, each).label(f"by_{i}") for i, each in enumerate(by)]
        conditions = self._conditions(basis, over)
        stretches = self._stretches(basis, over, by)
        if stretches is None:
            yield from self._sums(plain, groups, conditions)
        else:
            at = next(i for i, each in enumerate(by) if each in STEPS)
            rest = [group for i, group in enumerate(groups) if i != at]
            for number, here in stretches:
                for values, parts in self._sums(plain, rest, [*conditions, *here]):
                    yield (*values[:at], number, *values[at:]), parts
        for metric in in_hours:
            assert self.hours is not None
            for values, part in self._in_hours(self.hours, metric, groups, conditions):
                yield values, {metric.name: part}

    def _stretches(self, basis: Basis, over: Slice, by: Sequence[str]) -> list[tuple[int, list[Any]]] | None:
        """The spans of days that are asked for one by one on SQLite, where grouping would sort all rows.

        Of what is no fact the day of each row would have to be worked out as well.
        """
        step = next((STEPS[name] for name in by if name in STEPS), None)
        if step is None or not (basis.fact or basis.is_indexed) or db.engine.dialect.name != "sqlite":
            return None
        if over.since is None or over.until is None or not is_whole_days(over, self.zone):
            return None
        numbers = self._numbers(step, over)
        if len(numbers) > MOST_SPANS:
            return None
        column = getattr(self.model, basis.day if basis.fact else basis.at)
        bound = date.toordinal if basis.fact else partial(datetime.combine, time=time(0), tzinfo=self.zone)
        ends = [(step.first(number), step.first(following(step, number))) for number in numbers]
        return [(number, [column >= bound(first), column < bound(end)])
                for number, (first, end) in zip(numbers, ends, strict=True)]  # fmt: skip

    def _total(self, cells: Mapping[Key, dict[str, tuple[Any, ...]]], over: Slice) -> dict[str, tuple[Any, ...]]:
        """The whole of a breakdown: its cells added up, and what cannot be added looked for among all items."""
        if len(cells) == 1:
            return dict(next(iter(cells.values())))
        total: dict[str, tuple[Any, ...]] = {}
        metrics = {metric.name: metric for metric in self.report.metrics}
        for parts in cells.values():
            for name, part in parts.items():
                if not metrics[name].is_middle:
                    total[name] = _added(metrics[name].how, total.get(name), part)
        for name in (name for name, metric in metrics.items() if metric.is_middle):
            total[name] = ([each for parts in cells.values() if name in parts for each in parts[name][0]],)
        if cells:
            total.update(self._looked_up(over, (), ()))
        return total

    def _group(self, basis: Basis, name: str) -> Any:
        if name in STEPS:
            return STEPS[name].group(self._step_column(basis, STEPS[name]))
        return self.source.dimensions[name].column(self.model)

    def _sums(
        self, metrics: Sequence[Metric], groups: Sequence[Any], conditions: Sequence[Any]
    ) -> Iterable[tuple[Any, dict[str, tuple[Any, ...]]]]:
        if not metrics:
            return
        columns = [column for metric in metrics for column in aggregates_of(metric)]
        query = select(*groups, *columns, func.count()).select_from(self.model).where(*conditions)
        if groups:
            query = query.group_by(*(group.name for group in groups))
        sizes = [(metric, len(aggregates_of(metric))) for metric in metrics]
        for row in db.session.execute(self.source.narrowed(query)):
            *values, rows = row
            if not rows:
                continue  # without groups the database tells the sums of nothing, too
            at, parts = len(groups), {}
            for metric, size in sizes:
                part = tuple(values[at : at + size])
                parts[metric.name] = (_read(part[0]),) if metric.is_middle else part
                at += size
            yield tuple(values[: len(groups)]), parts

    def _in_hours(
        self, hours: WorkIndex, metric: Metric, groups: Sequence[Any], conditions: Sequence[Any]
    ) -> Iterable[tuple[Any, tuple[Any, ...]]]:
        """Mean or middle of seconds in other hours than the desk's, of each cell."""
        assert self.source.business is not None
        _column, began_at, gross = self.source.business
        query = select(*groups, began_at, gross).where(*conditions, *metric.among, gross.is_not(None))
        spent: dict[Any, list[int]] = {}
        for row in db.session.execute(query):
            began = epoch(row[-2])
            spent.setdefault(tuple(row[:-2]), []).append(hours.elapsed(began, began + row[-1]))
        for values, seconds in spent.items():
            yield values, (sorted(seconds),) if metric.is_middle else (sum(seconds), len(seconds))

    def _named(
        self, found: Mapping[Any, Any], by: Sequence[str], over: Slice
    ) -> dict[Key, dict[str, tuple[Any, ...]]]:  # fmt: skip
        names: list[Mapping[Any, str]] = []
        for i, name in enumerate(by):
            values: Collection[Any] = {key[i] for key in found}
            if name in STEPS:
                names.append({value: STEPS[name].key(int(value)) for value in values if value is not None})
            else:
                names.append(self.source.dimensions[name].named(values))
        cells: dict[Key, dict[str, tuple[Any, ...]]] = {}
        several: set[Key] = set()
        for key, parts in found.items():
            said_key = tuple(None if value is None else names[i][value] for i, value in enumerate(key))
            if said_key in cells:  # two rows of one name are one value
                several.add(said_key)
                parts = {name: _added(self.report.metric(name).how, cells[said_key].get(name), part)
                         for name, part in parts.items()}  # fmt: skip
            cells.setdefault(said_key, {}).update(parts)
        for said_key in several:  # what cannot be added up is looked for among all of them
            cells[said_key].update(self._looked_up(over, by, said_key))
        return cells

    def _looked_up(self, over: Slice, by: Sequence[str], key: Key) -> Iterable[tuple[str, tuple[Any, ...]]]:
        for metric in (metric for metric in self.report.metrics if metric.how is How.DISTINCT):
            basis = self.source.bases[metric.basis]
            here = [*self._conditions(basis, over),
                    *(self._is(basis, name, value) for name, value in zip(by, key, strict=True))]  # fmt: skip
            yield from ((name, part) for _key, parts in self._sums([metric], (), here) for name, part in parts.items())

    def _ordered(self, cells: Mapping[Key, Any]) -> list[tuple[Key, Any]]:
        if len(self.by) == 1 and self.steps:
            there = dict(cells)
            keys = [(self.steps[0].key(number),) for number in self._numbers(self.steps[0])]
            return [(key, there.get(key, {})) for key in keys]
        first = self.report.metrics[0].name

        def rank(item: tuple[Key, Any]) -> Any:
            key, raw = item
            stretch = tuple(key[i] or "" for i, name in enumerate(self.by) if name in STEPS)
            amount = raw.get(first, (0,))[0] or 0
            return stretch, None in key, -amount, tuple(each or "" for each in key)

        return sorted(cells.items(), key=rank)

    def _numbers(self, step: Step, over: Slice | None = None) -> list[int]:
        """The stretches of the period, quiet ones too; of an open period those from the first to the last counted."""
        since, until = (over or self.over).since, (over or self.over).until
        first, last = self.ends(step) if since is None or until is None else (None, None)
        if since is not None:
            first = self._number(step, day_of(since, self.zone))
        if until is not None:
            last = self._number(step, day_of(until - timedelta(microseconds=1), self.zone))
        numbers: list[int] = []
        while first is not None and last is not None and first <= last:
            numbers.append(first)
            if len(numbers) > MOST_STEPS:
                raise Invalid({"by": [_("That makes more than %(number)s of them; count by month.",
                                        number=MOST_STEPS)]})  # fmt: skip
            first = following(step, first)
        return numbers

    def ends(self, step: Step) -> tuple[int | None, int | None]:
        used = {metric.basis for metric in self.report.metrics}
        ends: list[int] = []
        for name in used:
            basis = self.source.bases[name]
            column = self._step_column(basis, step)
            query = select(func.min(column), func.max(column)).where(*self._conditions(basis, self.over))
            found = db.session.execute(self.source.narrowed(query)).one()
            ends += [int(step.group(value)) for value in found if value is not None]
        return (min(ends), max(ends)) if ends else (None, None)

    def end_of(self, step: Step, key: str | None) -> datetime:
        number = next((number for number in self._numbers(step) if step.key(number) == key), None)
        if number is None:
            raise NotFound
        end = datetime.combine(step.first(following(step, number)), time(0), self.zone)
        return end if self.over.until is None else min(end, self.over.until)

    def _number(self, step: Step, day: date) -> int:
        return int(step.group(month_of(day) if step.of_month else day.toordinal()))

    def _figures(self, raw: Mapping[str, Any], total: Mapping[str, Any]) -> dict[str, Figure]:
        figures = {
            metric.name: figure(metric, _parts(metric, raw, total), self.least) for metric in self.report.metrics
        }
        return self._covered(figures)

    @property
    def _guarded(self) -> list[Metric]:
        return [metric for metric in self.report.metrics if metric.guarded]

    def _guard(self, rows: list[Row]) -> list[Row]:
        """The rows of a breakdown beside which the whole is told: what would give hidden ones away is hidden, too."""
        for metric in self._guarded:
            hidden = hide([row.figures[metric.name].whole or 0 for row in rows], self.least)
            for i, (row, is_hidden) in enumerate(zip(rows, hidden, strict=True)):
                known = row.figures[metric.name]
                if is_hidden and not known.is_hidden:
                    guard = Figure(None, known.part, known.whole, is_hidden=True, is_guard=True)
                    rows[i] = Row(row.key, self._covered({**row.figures, metric.name: guard}))
        return rows

    def _covered(self, figures: dict[str, Figure]) -> dict[str, Figure]:
        """Counts that would tell a hidden rate are hidden with it."""
        rates = {metric.name: figures.get(metric.tells_of) for metric in self.report.metrics if metric.tells_of}
        return figures | {
            name: Figure(None, is_hidden=True, is_guard=rate.is_guard)
            for name, rate in rates.items() if rate is not None and rate.is_hidden
        }  # fmt: skip

    def _rejudged(self) -> int:
        """How many items of the slice have a second figure."""
        if not self.source.is_signed:
            return 0
        signed = self.model.signed_at.is_not(None)
        if db.session.scalar(select(self.model.id).where(signed).limit(1)) is None:
            return 0  # asked apart: beside a period the planners would look at all of it
        basis = next(iter(self.source.bases.values()))
        at = getattr(self.model, basis.at)
        query = select(func.count()).where(
            signed, *self.over.period(at), *self.where
        )  # fmt: skip
        return db.session.scalar(query) or 0


def check_slicing(report: FactReport, over: Slice, by: Sequence[str]) -> None:
    """Invalid for what a report cannot be sliced or broken down by."""
    unknown = [name for name in by if name not in report.dimensions]
    if unknown or len(set(by)) < len(by):
        names = enumeration(report.dimensions)
        raise Invalid({"by": [_("There is no dimension %(name)s; there are %(names)s.",
                                name=unknown[0] if unknown else by[0], names=names)]})  # fmt: skip
    if sum(name in STEPS for name in by) > 1:
        raise Invalid({"by": [_("Choose one stretch of time: %(names)s.", names=enumeration(STEPS))]})
    for name, _value in over.where:
        if name not in report.source.dimensions:
            names = enumeration(report.source.dimensions)
            raise Invalid(
                {"where": [_("There is no dimension %(name)s; there are %(names)s.", name=name, names=names)]}
            )


def aggregates_of(metric: Metric) -> list[Any]:
    """The sums that a figure is made of."""
    there = list(metric.among)
    if metric.how in (How.COUNT, How.PORTION):
        return [_counted([*there, *metric.where])]
    if metric.how is How.DISTINCT:
        return [_filtered(func.count(metric.of.distinct()), [*there, *metric.where])]
    if metric.how is How.RATIO:
        return [func.coalesce(_filtered(func.sum(each), there), 0) for each in (metric.of, metric.per)]
    if metric.how is How.SHARE:
        return [_counted([*there, *metric.where]), _counted(there)]
    if metric.how is How.NPS:
        return [_counted([*there, metric.of >= PROMOTER]), _counted([*there, metric.of <= DETRACTOR]),
                _counted([*there, metric.of.is_not(None)])]  # fmt: skip
    known = [*there, metric.of.is_not(None)]
    if metric.is_middle:
        return [_filtered(func.aggregate_strings(cast(metric.of, Text), ","), known)]
    if metric.how is How.SUM:
        amount = func.coalesce(_filtered(func.sum(metric.of), [*there, *metric.where]), 0)
        if metric.currency is None:
            return [amount]
        priced = [*known, *metric.where]
        return [amount, *(_filtered(each(metric.currency), priced) for each in (func.min, func.max))]
    if metric.how is How.MOST:
        return [_filtered(func.max(metric.of), there)]
    return [_filtered(func.sum(metric.of), there), _counted(known)]


def _calendar(name: str | None) -> tuple[dict[str, str], WorkIndex | None]:
    """By which calendar working hours are counted; its hours where it is not the desk's own."""
    _id, own, zone = desk_calendar()
    if name is None or name == own:
        return {"name": own, "zone": zone}, None
    found = calendar_named(name)
    if found is None:
        raise Invalid({"calendar": [_("There is nothing called %(name)s.", name=name)]})
    return {"name": name, "zone": found[1]}, found[0]


def _read(values: str | None) -> list[int]:
    """The values that the database strung together, the smallest first."""
    return sorted(json.loads(f"[{values}]")) if values else []


def _counted(conditions: Sequence[Any]) -> Any:
    return _filtered(func.count(), conditions)


def _filtered(aggregate: Any, conditions: Sequence[Any]) -> Any:
    return aggregate.filter(*conditions) if conditions else aggregate


def _parts(metric: Metric, raw: Mapping[str, Any], total: Mapping[str, Any]) -> tuple[Any, ...] | None:
    parts: tuple[Any, ...] | None = raw.get(metric.name)
    if metric.how is How.PORTION and metric.name in total:
        return ((parts or (0,))[0], total[metric.name][0])
    return parts


def figure(metric: Metric, parts: tuple[Any, ...] | None, least: int) -> Figure:
    """The figure that these sums make; without any, a count is 0 and everything else is not known."""
    if metric.currency is not None and parts:
        amount, one, other = parts
        return Figure(int(amount or 0), currency=one) if one == other else Figure(None)
    if metric.how in (How.COUNT, How.DISTINCT, How.SUM):
        return Figure(int(parts[0] or 0) if parts else 0)
    if metric.how is How.QUOTIENT:
        return Figure(None)
    if metric.how is How.NPS:
        up, down, whole = (int(each or 0) for each in parts or (0, 0, 0))
        score = nps(up, whole - up - down, down)
        if score is None or whole < least:
            return Figure(None, None, whole, is_hidden=whole > 0)
        return Figure(score.value, None, whole, *(score.interval or (None, None)))
    if metric.how is How.MOST:
        return Figure(None if not parts or parts[0] is None else int(parts[0]))
    if metric.is_share:
        part, whole = (int(parts[0] or 0), int(parts[1] or 0)) if parts else (0, 0)
        if whole < least:
            return Figure(None, part, whole, is_hidden=whole > 0)
        interval = wilson(part, whole) if 0 <= part <= whole else None
        return Figure(part / whole, part, whole, *(interval or (None, None)))
    if metric.how is How.MEAN:
        total, whole = (parts[0] or 0, int(parts[1] or 0)) if parts else (0, 0)
        if whole < least:
            return Figure(None, None, whole, is_hidden=whole > 0)
        return Figure(float(total) / whole, None, whole)
    values = sorted(parts[0]) if parts else []  # in runs that are sorted, which are merged
    n = len(values)
    if n < least:
        return Figure(None, None, n, is_hidden=n > 0)
    middle = values[(n - 1) // 2 : n // 2 + 1] if metric.how is How.MEDIAN else [values[-(-9 * n // 10) - 1]]
    return Figure(sum(middle) / len(middle), None, n)


def _added(how: How, one: tuple[Any, ...] | None, other: tuple[Any, ...]) -> tuple[Any, ...]:
    if one is None:
        return other
    if how is How.MOST:
        return (max((each[0] for each in (one, other) if each[0] is not None), default=None),)
    if how in (How.MEDIAN, How.P90):
        return (one[0] + other[0],)
    if any(isinstance(each, str) for each in (*one, *other)):  # an amount with its lowest and highest currency
        words = [(min, 1), (max, 2)]
        return (one[0] + other[0], *(pick([p[i] for p in (one, other) if p[i] is not None]) for pick, i in words))
    return tuple((a or 0) + (b or 0) for a, b in zip(one, other, strict=True))


def following(step: Step, number: int) -> int:
    """The next stretch of time."""
    return number + {"day": 1, "week": 7, "month": 1, "quarter": 3, "year": 12}[step.name]


def before(over: Slice, zone: ZoneInfo) -> Slice | None:
    """The period before, as long: as many whole months where the period is some, else as many seconds."""
    if over.since is None or over.until is None:
        return None
    since, until = (at.astimezone(zone) for at in (over.since, over.until))
    if all(at.day == 1 and at.time() == time(0) for at in (since, until)):
        months = month_of(until.date()) - month_of(since.date())
        first = first_of_month(month_of(since.date()) - months)
        return replace(over, since=datetime.combine(first, time(0), zone), until=over.since)
    return replace(over, since=midnight_before(since, until), until=over.since)


def midnight_before(since: datetime, until: datetime) -> datetime:
    """As long before as the period lasts, in local days, so that a change of the clocks moves nothing."""
    return since - (until.replace(tzinfo=None) - since.replace(tzinfo=None))


def said(at: datetime | None, zone: ZoneInfo) -> str | None:
    """An end of a period: a date where it is midnight in the desk's zone, else an instant."""
    if at is None:
        return None
    local = at.astimezone(zone)
    return local.date().isoformat() if local.time() == time(0) else local.isoformat(timespec="seconds")


def utc(at: datetime) -> str:
    """An instant as documents have it."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
