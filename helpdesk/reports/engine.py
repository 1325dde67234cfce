"""How a report is worked out from its declaration: a source of items, the ways to slice it, and its metrics.

1. An item belongs to a period by the instant that each metric names (its basis). Periods are half open, in the zone of
   the desk, which is named beside every figure.
2. Conditions on one dimension are alternatives, conditions on different dimensions hold together.
3. Whatever is counted can be listed: `behind` gives exactly the items of a figure.
4. A rate says how many items stand behind it; of fewer than the least number it is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from sqlalchemy import Select, True_, and_, func, or_, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.settings import read_settings
from helpdesk.core.times import epoch, now
from helpdesk.figures.counting import ReportSettings, counted_at
from helpdesk.figures.desk import calendar_named, day_of, desk_calendar, desk_zone, first_of_month, month_of
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import ticket_scope
from helpdesk.reports.base import Slice, wilson
from helpdesk.reports.dimensions import OF_TICKETS, STEPS, Dimension, Step
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table
from sla.worktime import WorkIndex

MOST_STEPS = 4000  # days, weeks or months in one series
MOST_ROWS = 5000  # of a breakdown by several dimensions
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

    by_itself: ClassVar[frozenset[str]] = frozenset()  # metrics that no question to the source alone gives

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By what it can be sliced and broken down, stretches of time last."""
        return (*self.source.dimensions, *STEPS)

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
        require(for_, Action.READ_REPORTS)
        asked = tuple(self.by if by is None else by)
        return _Run(self, over, for_, asked, judged, limit=limit).table(compare=compare)

    @property
    def has_business_time(self) -> bool:
        """Whether some figure of it can be measured by another calendar."""
        return any(self.source.is_business(metric) for metric in self.metrics)

    def behind(self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (),
               judged: str = "first") -> Select[Any]:  # fmt: skip
        """The ids of the items that a figure counts, in the order of their instant, each once.

        The second column says how much of the figure each makes: the sum of them is the count, the sum, or the
        numerator of the share.
        """
        require(for_, Action.READ_REPORTS)
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
                   first.by, first.chart, first.charted, first.headline, first.beside, parts)  # fmt: skip

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

    def _joined(self, key: Key, rows: Sequence[Row | None]) -> Row:
        least = read_settings(ReportSettings).least_shown
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
        self.least = read_settings(ReportSettings).least_shown
        unknown = [name for name in by if name not in report.dimensions]
        if unknown or len(set(by)) < len(by):
            names = enumeration(report.dimensions)
            raise Invalid({"by": [_("There is no dimension %(name)s; there are %(names)s.",
                                    name=unknown[0] if unknown else by[0], names=names)]})  # fmt: skip
        self.steps = [STEPS[name] for name in by if name in STEPS]
        if len(self.steps) > 1:
            raise Invalid({"by": [_("Choose one stretch of time: %(names)s.", names=enumeration(STEPS))]})
        self.where = conditions_of(self.source, over, for_)

    def table(self, *, compare: bool) -> Table:
        earlier = before(self.over, self.zone) if compare else None
        now_there = self._cells(self.over, self.by) if self.by else {}
        total = self._cells(self.over, ()).get((), {})
        rows = [Row(key, self._figures(raw, total)) for key, raw in self._ordered(now_there)[: self.limit]]
        rows_before: dict[Key, Row] = {}
        whole_before = None
        if earlier is not None:
            total_before = self._cells(earlier, ()).get((), {})
            whole_before = Row((), self._figures(total_before, total_before))
            if self.by and not self.steps:
                rows_before = {
                    key: Row(key, self._figures(raw, total_before))
                    for key, raw in self._cells(earlier, self.by).items()
                }
        beside: dict[str, Any] = {"calendar": self.calendar} if self.report.has_business_time else {}
        if self.report.beside is not None:
            beside |= self.report.beside(self.over, self.reader)
        return Table(
            report=self.report.slug, metrics=self.report.metrics, since=said(self.over.since, self.zone),
            until=said(self.over.until, self.zone), zone=self.zone.key, as_of=_utc(counted_at() or now()),
            by=self.by, where=self.over.where, total=Row((), self._figures(total, total)),
            rows=tuple(rows), before=whole_before, rows_before=rows_before,
            before_since=said(earlier.since, self.zone) if earlier is not None else None, rejudged=self._rejudged(),
            beside=beside,
        )  # fmt: skip

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
            How.MOST: func.max(metric.of),
        }.get(metric.how, func.count())  # fmt: skip
        query = select(item, amount.label("amount")).where(*conditions).group_by(item)
        return query.order_by(func.min(at), item)

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
        conditions = [at.is_not(None), *over.period(at), *self.where]
        for condition in basis.conditions:
            is_kept = self.judged == "now" and condition is self.source.kept
            conditions.append(self.source.latest if is_kept else condition)
        return conditions

    def _step_column(self, basis: Basis, step: Step) -> Any:
        return getattr(self.model, basis.month if step.of_month else basis.day)

    def _cells(self, over: Slice, by: Sequence[str]) -> dict[Key, dict[str, tuple[Any, ...]]]:
        """For each cell and metric what its figure is made of."""
        found: dict[Key, dict[str, tuple[Any, ...]]] = {}
        for name, basis in self.source.bases.items():
            metrics = [metric for metric in self.report.metrics if metric.basis == name]
            if not metrics:
                continue
            groups = [self._group(basis, each).label(f"by_{i}") for i, each in enumerate(by)]
            conditions = self._conditions(basis, over)
            for values, parts in self._sums(metrics, groups, conditions):
                found.setdefault(values, {}).update(parts)
            for metric in metrics:
                if self.hours is not None and self.source.is_business(metric):
                    for values, part in self._in_hours(self.hours, metric, groups, conditions):
                        found.setdefault(values, {})[metric.name] = part
                elif metric.how in (How.MEDIAN, How.P90):
                    for values, part in self._middle(metric, groups, conditions):
                        found.setdefault(values, {})[metric.name] = part
        if len(found) > MOST_ROWS and self.limit is None:
            raise Invalid({"by": [_("That makes more than %(number)s rows; choose fewer.", number=MOST_ROWS)]})
        return self._named(found, by, over)

    def _group(self, basis: Basis, name: str) -> Any:
        if name in STEPS:
            return STEPS[name].group(self._step_column(basis, STEPS[name]))
        return self.source.dimensions[name].column(self.model)

    def _sums(
        self, metrics: Sequence[Metric], groups: Sequence[Any], conditions: Sequence[Any]
    ) -> Iterable[tuple[Any, dict[str, tuple[Any, ...]]]]:
        plain = [metric for metric in metrics if metric.how not in (How.MEDIAN, How.P90)]
        if not plain:
            return
        columns = [column for metric in plain for column in aggregates_of(metric)]
        query = select(*groups, *columns).select_from(self.model).where(*conditions)
        if groups:
            query = query.group_by(*(f"by_{i}" for i in range(len(groups))))
        for row in db.session.execute(query):
            values = tuple(row)
            at, parts = len(groups), {}
            for metric in plain:
                size = len(aggregates_of(metric))
                parts[metric.name] = values[at : at + size]
                at += size
            yield values[: len(groups)], parts

    def _middle(
        self, metric: Metric, groups: Sequence[Any], conditions: Sequence[Any]
    ) -> Iterable[tuple[Any, tuple[Any, ...]]]:
        """The middle, or the nine-in-ten value, of each cell."""
        partition = list(groups) or None
        ranked = (
            select(*groups, metric.of.label("x"), func.count().over(partition_by=partition).label("n"),
                   func.row_number().over(partition_by=partition, order_by=metric.of).label("rank"))
            .where(*conditions, *metric.among, metric.of.is_not(None)).subquery()
        )  # fmt: skip
        here = [ranked.c[f"by_{i}"] for i in range(len(groups))]
        rank, n = ranked.c.rank, ranked.c.n
        if metric.how is How.MEDIAN:
            wanted = and_(2 * rank >= n, 2 * rank <= n + 2)
        else:
            wanted = and_(10 * rank >= 9 * n, 10 * (rank - 1) < 9 * n)
        query = select(*here, func.sum(ranked.c.x), func.count(), func.max(n)).where(wanted)
        if here:
            query = query.group_by(*here)
        for row in db.session.execute(query):
            if row[-1]:
                yield tuple(row[: len(here)]), (int(row[-3]), int(row[-2]), int(row[-1]))

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
            n = len(seconds)
            if metric.how is How.MEAN:
                yield values, (sum(seconds), n)
                continue
            seconds.sort()
            middle = seconds[(n - 1) // 2 : n // 2 + 1] if metric.how is How.MEDIAN else [seconds[-(-9 * n // 10) - 1]]
            yield values, (sum(middle), len(middle), n)

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
        for metric in self.report.metrics:
            basis = self.source.bases[metric.basis]
            here = [*self._conditions(basis, over),
                    *(self._is(basis, name, value) for name, value in zip(by, key, strict=True))]  # fmt: skip
            if metric.how in (How.MEDIAN, How.P90):
                yield from ((metric.name, part) for _key, part in self._middle(metric, (), here))
            elif metric.how is How.DISTINCT:
                yield from (
                    (name, part) for _key, parts in self._sums([metric], (), here) for name, part in parts.items()
                )

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

    def _numbers(self, step: Step) -> list[int]:
        """The stretches of the period, quiet ones too; of an open period those from the first to the last counted."""
        since, until = self.over.since, self.over.until
        first, last = self._ends(step) if since is None or until is None else (None, None)
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

    def _ends(self, step: Step) -> tuple[int | None, int | None]:
        used = {metric.basis for metric in self.report.metrics}
        ends: list[int] = []
        for name in used:
            basis = self.source.bases[name]
            column = self._step_column(basis, step)
            query = select(func.min(column), func.max(column)).where(*self._conditions(basis, self.over))
            ends += [int(step.group(value)) for value in db.session.execute(query).one() if value is not None]
        return (min(ends), max(ends)) if ends else (None, None)

    def _number(self, step: Step, day: date) -> int:
        return int(step.group(month_of(day) if step.of_month else day.toordinal()))

    def _figures(self, raw: Mapping[str, Any], total: Mapping[str, Any]) -> dict[str, Figure]:
        return {metric.name: figure(metric, _parts(metric, raw, total), self.least) for metric in self.report.metrics}

    def _rejudged(self) -> int:
        """How many items of the slice have a second figure."""
        if self.source.latest is None:
            return 0
        basis = next(iter(self.source.bases.values()))
        at = getattr(self.model, basis.at)
        query = select(func.count()).where(
            self.model.signed_at.is_not(None), *self.over.period(at), *self.where
        )  # fmt: skip
        return db.session.scalar(query) or 0


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
    known = [*there, metric.of.is_not(None)]
    if metric.how is How.SUM:
        return [func.coalesce(_filtered(func.sum(metric.of), [*there, *metric.where]), 0)]
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
    if metric.how in (How.COUNT, How.DISTINCT, How.SUM):
        return Figure(int(parts[0] or 0) if parts else 0)
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
    total, size, whole = parts or (0, 0, 0)
    if whole < least:
        return Figure(None, None, whole, is_hidden=whole > 0)
    return Figure(total / size, None, whole)


def _added(how: How, one: tuple[Any, ...] | None, other: tuple[Any, ...]) -> tuple[Any, ...]:
    if one is None:
        return other
    if how is How.MOST:
        return (max((each[0] for each in (one, other) if each[0] is not None), default=None),)
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


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
