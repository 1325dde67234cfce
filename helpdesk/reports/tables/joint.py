"""Reports of several parts over different tables: one slice, one table, the figures of each part side by side.

1. A part that does not know a dimension tells nothing of its values: what it counts stands under none, and a condition
   on it leaves none of it.
2. A figure is listed by the part that counts it. A quotient of two figures is listed by the first of them.
3. What is left (`Standing`) is a sum from the beginning on: of a stretch of time, as it stands at its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Select, false

from helpdesk.core.errors import NotFound
from helpdesk.core.times import now
from helpdesk.figures.desk import day_of, desk_zone, month_of
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport, Key, Source, check_slicing, figure, following, said
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table


@dataclass(frozen=True)
class SideBySide(FactReport):
    """A report of parts; `metrics` are theirs and quotients of them."""

    parts: tuple[FactReport, ...] = ()

    def item_of(self, metric: str) -> str:
        return self._part_of(self.metric(metric)).item_of(self._counted(self.metric(metric)))

    def run(
        self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first", compare: bool = True,
        limit: int | None = None,
    ) -> Table:  # fmt: skip
        require(for_, self.action)
        asked = tuple(self.by if by is None else by)
        check_slicing(self, over, asked)
        closed = self._closed(over, asked, for_)
        compare = compare and closed == over
        tables = {
            id(part): part.run(closed, for_=for_, by=_known(part, asked), judged=judged, compare=compare)
            for part in self.parts if _fits(part, over)
        }  # fmt: skip
        first = next(iter(tables.values()), None)
        if first is None:
            part = self.parts[0]
            first = part.run(replace(closed, where=()), for_=for_, by=_known(part, asked), compare=compare)
        least = self.parts[0].least()
        found: dict[Key, dict[str, Figure]] = {}
        earlier: dict[Key, dict[str, Figure]] = {}
        for part in self.parts:
            table = tables.get(id(part))
            if table is None:
                continue
            known = _known(part, asked)
            told = table.rows if known else [Row((), table.total.figures)] if asked and _counts(table.total) else ()
            for row in told:
                found.setdefault(_lifted(row.key, known, asked), {}).update(row.figures)
            for row in table.rows_before.values():
                earlier.setdefault(_lifted(row.key, known, asked), {}).update(row.figures)
        totals = [table.total for table in tables.values()]
        befores = [table.before for table in tables.values() if table.before is not None]
        rows = [self._row(key, figures, least) for key, figures in found.items()]
        told_of = self.former
        return replace(
            first, report=self.slug, metrics=self.metrics, by=asked, where=over.where,
            since=said(over.since, desk_zone()), until=said(over.until, desk_zone()),
            total=self._row((), _together(totals), least), rows=tuple(self._ordered(rows, asked)[:limit]),
            before=self._row((), _together(befores), least) if first.before is not None else None,
            rows_before={key: self._row(key, figures, least) for key, figures in earlier.items()},
            beside=self.beside(over, for_) if self.beside is not None else {},
            former=(lambda: told_of(over, for_, asked)) if told_of is not None else None,
        )  # fmt: skip

    def behind(
        self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (), judged: str = "first"
    ) -> Select[Any]:
        require(for_, self.action)
        check_slicing(self, over, by)
        declared = self.metric(metric)
        part = self._part_of(declared)
        known = _known(part, by)
        strange = [value for name, value in zip(by, key, strict=True) if name not in known]
        there = {name: value for name, value in zip(by, key, strict=True) if name in known}
        closed = self._closed(over, by, for_)
        fits = _fits(part, over)
        found = part.behind(
            closed if fits else replace(closed, where=()), self._counted(declared), for_=for_, by=known,
            key=tuple(there[name] for name in known), judged=judged,
        )  # fmt: skip
        return found if fits and all(value is None for value in strange) else found.where(false())

    def _closed(self, over: Slice, by: Sequence[str], for_: Actor) -> Slice:
        """An open period by stretches of time: from the first to the last that any part knows, until today at least."""
        step = next((STEPS[name] for name in by if name in STEPS), None)
        if step is None or (over.since is not None and over.until is not None):
            return over
        zone, today = desk_zone(), day_of(now(), desk_zone())
        ends = [step.group(month_of(today) if step.of_month else today.toordinal())]
        for part in self.parts:
            ends += [each for each in part.ends(replace(over, where=()), step, for_) if each is not None]
        last = following(step, max(ends))
        return replace(
            over, since=over.since or datetime.combine(step.first(min(ends)), time(0), zone),
            until=over.until or datetime.combine(step.first(last), time(0), zone),
        )  # fmt: skip

    def _counted(self, metric: Metric) -> str:
        return str(metric.of) if metric.how is How.QUOTIENT else metric.name

    def _part_of(self, metric: Metric) -> FactReport:
        name = self._counted(metric)
        found = next((part for part in self.parts if name in [each.name for each in part.metrics]), None)
        if found is None:
            raise NotFound
        return found

    def _row(self, key: Key, figures: Mapping[str, Figure], least: int) -> Row:
        whole: dict[str, Figure] = {
            metric.name: figures.get(metric.name) or figure(metric, None, least) for metric in self.metrics
        }
        for metric in self.metrics:
            if metric.how is How.QUOTIENT:
                whole[metric.name] = _quotient(whole[metric.of], whole[metric.per])
        return Row(key, whole)

    def _ordered(self, rows: Sequence[Row], by: Sequence[str]) -> list[Row]:
        first = self.metrics[0].name

        def rank(row: Row) -> Any:
            stretch = tuple(row.key[i] or "" for i, name in enumerate(by) if name in STEPS)
            return stretch, None in row.key, -(row.figures[first].value or 0), tuple(each or "" for each in row.key)

        return sorted(rows, key=rank)


def joint_source(parts: Sequence[FactReport]) -> Source:
    """By what a report of these parts can be sliced: by whatever one of them knows."""
    dimensions = {name: each for part in reversed(parts) for name, each in part.source.dimensions.items()}
    in_order = [name for part in parts for name in part.source.dimensions]
    bases = {name: basis for part in parts for name, basis in part.source.bases.items()}
    return replace(
        parts[0].source, bases=bases, dimensions={name: dimensions[name] for name in dict.fromkeys(in_order)}
    )


def metrics_of(parts: Sequence[FactReport]) -> tuple[Metric, ...]:
    """The figures of these parts, in their order."""
    return tuple(metric for part in parts for metric in part.metrics)


@dataclass(frozen=True)
class Standing(FactReport):
    """What is left: sums from the beginning on."""

    def run(
        self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first", compare: bool = True,
        limit: int | None = None,
    ) -> Table:  # fmt: skip
        asked = tuple(self.by if by is None else by)
        check_slicing(self, over, asked)
        others = tuple(name for name in asked if name not in STEPS)
        whole = super().run(replace(over, since=None), for_=for_, by=others, judged=judged, compare=False)
        opening = None
        if over.since is not None:
            opening = super().run(
                replace(over, since=None, until=over.since), for_=for_, by=others, judged=judged, compare=False
            )
        rows = list(whole.rows)
        if len(others) < len(asked):
            moved = super().run(over, for_=for_, by=asked, judged=judged, compare=False)
            steps = tuple(name for name in asked if name in STEPS)
            stretches = super().run(over, for_=for_, by=steps, judged=judged, compare=False)
            rows = self._accumulated(asked, opening, moved, [row.key[0] for row in stretches.rows])
        return replace(
            whole, since=said(over.since, desk_zone()), by=asked, rows=tuple(rows[:limit]),
            before=opening.total if opening is not None and compare else None,
            rows_before={row.key: row for row in opening.rows} if opening is not None and compare else {},
        )  # fmt: skip

    def behind(
        self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (), judged: str = "first"
    ) -> Select[Any]:
        """Everything until the end of the period, or of the stretch of time that is asked for."""
        step = next((name for name in by if name in STEPS), None)
        if step is not None:
            over = replace(over, until=self.end_of(over, STEPS[step], key[by.index(step)], for_))
        pairs = [(name, value) for name, value in zip(by, key, strict=True) if name not in STEPS]
        return super().behind(
            replace(over, since=None), metric, for_=for_, by=tuple(name for name, _value in pairs),
            key=tuple(value for _name, value in pairs), judged=judged,
        )  # fmt: skip

    def _accumulated(
        self, by: Sequence[str], opening: Table | None, moved: Table, stretches: Sequence[str | None]
    ) -> list[Row]:
        place = next(i for i, name in enumerate(by) if name in STEPS)
        names = [metric.name for metric in self.metrics]
        there = {row.key: row for row in moved.rows}
        start = [Row((), opening.total.figures)] if opening is not None and len(by) == 1 else opening.rows if opening \
            else ()  # fmt: skip
        sums: dict[Key, dict[str, float]] = {
            row.key: {name: row.figures[name].value or 0 for name in names} for row in start
        }
        for key in there:
            sums.setdefault(key[:place] + key[place + 1 :], dict.fromkeys(names, 0))
        rows = []
        for stretch in stretches:
            for rest, left in sums.items():
                key = (*rest[:place], stretch, *rest[place:])
                for name in names:
                    left[name] += (there[key].figures[name].value or 0) if key in there else 0
                rows.append(Row(key, {name: Figure(left[name]) for name in names}))
        return rows


def _known(part: FactReport, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in by if name in part.dimensions)


def _fits(part: FactReport, over: Slice) -> bool:
    return all(name in part.source.dimensions for name, _value in over.where)


def _lifted(key: Key, known: Sequence[str], asked: Sequence[str]) -> Key:
    values = dict(zip(known, key, strict=True))
    return tuple(values.get(name) for name in asked)


def _together(rows: Iterable[Row]) -> dict[str, Figure]:
    return {name: each for row in rows for name, each in row.figures.items()}


def _counts(row: Row) -> bool:
    return any(each.value or each.whole for each in row.figures.values())


def _quotient(part: Figure, whole: Figure) -> Figure:
    if part.value is None or not whole.value or (part.value and part.currency != whole.currency):
        return Figure(None)
    return Figure(part.value / whole.value)
