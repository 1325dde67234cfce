"""Which picture a report's table makes: its declaration says what it wants to show, the breakdown what can be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from helpdesk.core.i18n import gettext as _
from helpdesk.reports.charts import BUILDERS, MOST_SERIES, Chart, Flow, Format, Kind, Role, Series
from helpdesk.reports.control import chart_of as limits_of
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import Figure, Metric, Row, Table, Unit
from helpdesk.reports.wording import period_words, short_words, valued

Behind = Callable[[Metric, tuple[str | None, ...]], str | None]  # where the items behind a figure are listed

MOST_BARS, MOST_FLOWS, MOST_COLUMNS = 60, 40, 62
FORMATS = {
    Unit.SHARE: Format.PERCENT,
    Unit.SECONDS: Format.DURATION,
    Unit.MINUTES: Format.HOURS,
    Unit.CENTS: Format.MONEY,
}
OVER_TIME = {
    "columns": Kind.COLUMNS, "bars": Kind.COLUMNS, "lines": Kind.LINES, "stacked": Kind.STACKED,
    "control": Kind.CONTROL, "forecast": Kind.FORECAST,
}  # fmt: skip


def chart_of(report: FactReport, table: Table, behind: Behind | None = None) -> Chart | None:
    """The picture of a table; None where it has no rows. `behind` leads from a point to what stands behind it."""
    if not table.rows or not table.by:
        return None
    picture = _Picture(report, table, behind or (lambda _metric, _key: None))
    if not picture.can_be_drawn:
        return None
    timed = [name for name in table.by if name in STEPS]
    if len(table.by) == 1:
        return picture.over_time() if timed else picture.compared()
    if timed:
        return picture.courses(timed[0])
    return picture.flows() if report.chart in ("sankey", "process") else picture.heat()


class _Picture:
    """One table on its way to a picture."""

    def __init__(self, report: FactReport, table: Table, behind: Behind) -> None:
        self.report, self.table, self.behind = report, table, behind
        names = (report.charted or (report.metrics[0].name,))[:MOST_SERIES]
        first = report.metric(names[0])
        self.metrics = [metric for metric in map(report.metric, names) if metric.unit is first.unit]
        self.format = FORMATS.get(first.unit, Format.NUMBER)
        found = [row.figures[metric.name].currency for row in table.rows for metric in self.metrics]
        self.currencies = {currency for currency in found if currency}
        self.unit = next(iter(self.currencies)) if first.unit is Unit.CENTS and len(self.currencies) == 1 else ""
        self.can_be_drawn = first.unit is not Unit.CENTS or bool(self.unit)

    def over_time(self) -> Chart:
        kind = OVER_TIME.get(self.report.chart, Kind.COLUMNS)
        if kind is Kind.FORECAST:
            return self.foretold()
        if kind is Kind.CONTROL:
            return self.controlled()
        if kind is Kind.COLUMNS and (len(self.metrics) > 1 or len(self.table.rows) > MOST_COLUMNS):
            kind = Kind.LINES
        return self._chart(kind, self._labels(self.table.rows), [self._series(each) for each in self.metrics])

    def foretold(self) -> Chart:
        """What was, what the model made of it, and what it expects."""
        past, fitted, expected = (self._series(self.report.metric(name)) for name in self.report.charted[:3])
        shown = [past, replace(fitted, role=Role.FITTED), replace(expected, role=Role.FORECAST)]
        chart = self._chart(Kind.FORECAST, self._labels(self.table.rows), shown)
        return replace(chart, title=str(self.report.title))

    def controlled(self) -> Chart:
        """A course with its limits, and what lies outside of them."""
        metric = self.metrics[0]
        limits = limits_of(metric, [row.figures[metric.name] for row in self.table.rows])
        series = replace(
            self._series(metric), low=tuple(point.low for point in limits.points),
            high=tuple(point.high for point in limits.points),
            centre=(limits.centre,) * len(limits.points) if limits.has_limits else (),
        )  # fmt: skip
        return self._chart(Kind.CONTROL if limits.has_limits else Kind.LINES, self._labels(self.table.rows), [series])

    def compared(self) -> Chart:
        """A row for each value, with the period before beside it; rates with how sure they are."""
        metric, rows = self.metrics[0], self.table.rows[:MOST_BARS]
        labels = self._labels(rows)
        if all(row.figures[metric.name].low is None for row in rows) or Kind.INTERVALS not in BUILDERS:
            series = [self._series(metric, rows)]
            earlier = [self.table.rows_before.get(row.key) for row in rows]
            if any(earlier):
                was = tuple(row.figures[metric.name].value if row else None for row in earlier)
                series.append(Series(_("The period before"), was, role=Role.BEFORE))
            return self._chart(Kind.BARS, labels, series)
        return self._chart(Kind.INTERVALS, labels, [self._series(metric, rows)])

    def courses(self, step: str) -> Chart:
        """A course over time for each of the first values of the other dimension."""
        metric, at = self.metrics[0], self.table.by.index(step)
        other = 1 - at
        times = list(dict.fromkeys(row.key[at] for row in self.table.rows))
        cells = {(row.key[at], row.key[other]): row.figures[metric.name] for row in self.table.rows}
        weight: dict[str | None, float] = {}
        for (_time, value), figure in cells.items():
            weight[value] = weight.get(value, 0) + (figure.whole or figure.value or 0)
        shown = sorted(weight, key=lambda value: -weight[value])[:MOST_SERIES]
        series = []
        for value in shown:
            keys = [(moment, value) if at == 0 else (value, moment) for moment in times]
            figures = [cells.get((moment, value)) for moment in times]
            series.append(self._of(metric, short_words(self.table.by[other], value), figures, keys))
        kind = Kind.STACKED if self.report.chart == "stacked" else Kind.LINES
        return self._chart(kind, tuple(short_words(step, moment) for moment in times), series)

    def heat(self) -> Chart:
        metric = self.metrics[0]
        columns = list(dict.fromkeys(row.key[1] for row in self.table.rows))[:MOST_BARS]
        heads = list(dict.fromkeys(row.key[0] for row in self.table.rows))[:MOST_BARS]
        cells = {row.key: row.figures[metric.name] for row in self.table.rows}
        series = [
            self._of(metric, short_words(self.table.by[0], head), [cells.get((head, each)) for each in columns],
                     [(head, each) for each in columns])
            for head in heads
        ]  # fmt: skip
        labels = tuple(short_words(self.table.by[1], each) for each in columns)
        if Kind.HEAT in BUILDERS:
            return self._chart(Kind.HEAT, labels, series)
        return self._chart(Kind.LINES, labels, series[:MOST_SERIES])

    def flows(self) -> Chart:
        """How much went from one value of the first dimension to one of the second."""
        if Kind.SANKEY not in BUILDERS:
            return self.heat()
        metric, (first, second) = self.metrics[0], self.table.by
        rows = sorted(self.table.rows, key=lambda row: -(row.figures[metric.name].value or 0))[:MOST_FLOWS]
        flows = tuple(
            Flow(short_words(first, row.key[0]), short_words(second, row.key[1]), row.figures[metric.name].value or 0,
                 valued(metric, row.figures[metric.name]), self.behind(metric, row.key))
            for row in rows
        )  # fmt: skip
        titles = tuple(str(self.report.source.dimensions[name].title) for name in self.table.by)
        return Chart(Kind.SANKEY, self._title(), labels=titles, flows=flows, note=self._note(), format=self.format)

    def _series(self, metric: Metric, rows: Sequence[Row] | None = None) -> Series:
        shown = self.table.rows if rows is None else rows
        return self._of(metric, str(metric.title), [row.figures[metric.name] for row in shown],
                        [row.key for row in shown])  # fmt: skip

    def _of(
        self, metric: Metric, name: str, figures: Sequence[Figure | None], keys: Sequence[tuple[str | None, ...]]
    ) -> Series:
        has_interval = any(figure is not None and figure.low is not None for figure in figures)
        return Series(
            name, tuple(figure.value if figure is not None else None for figure in figures),
            words=tuple(valued(metric, figure) if figure is not None else "–" for figure in figures),
            urls=tuple(self.behind(metric, key) if figure is not None and figure.value else None
                       for figure, key in zip(figures, keys, strict=True)),
            low=tuple(figure.low if figure else None for figure in figures) if has_interval else (),
            high=tuple(figure.high if figure else None for figure in figures) if has_interval else (),
        )  # fmt: skip

    def _labels(self, rows: Sequence[Row]) -> tuple[str, ...]:
        return tuple(short_words(self.table.by[0], row.key[0]) for row in rows)

    def _chart(self, kind: Kind, labels: tuple[str, ...], series: Sequence[Series]) -> Chart:
        kind = kind if kind in BUILDERS else Kind.LINES
        return Chart(
            kind,
            self._title(),
            labels=labels,
            series=tuple(series),
            format=self.format,
            unit=self.unit,
            note=self._note(),
        )

    def _title(self) -> str:
        return str(self.metrics[0].title if len(self.metrics) == 1 else self.report.title)

    def _note(self) -> str:
        return _("%(period)s, time zone %(zone)s", period=period_words(self.table), zone=self.table.zone)
