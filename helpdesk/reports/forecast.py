"""Forecast: tickets by the week in which they were received; what was, what the model made of it, what may come.

1. The past is whole weeks, Monday to Sunday in the zone of the desk, of the period as far as it has come, from the
   first ticket on, at most three years.
2. The method, its interval and its errors are those of `statistics/forecasts.py`: each forecast says how wrong those of
   so many weeks would have been. Where the past is too short there is none, but the reason.
3. Sliced by one dimension each value has a forecast of its own, the most frequent ones at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import enumeration, number
from helpdesk.core.i18n import gettext as _
from helpdesk.core.settings import read_settings
from helpdesk.core.times import now
from helpdesk.figures.counting import ReportSettings
from helpdesk.figures.desk import day_of, desk_zone
from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import OF_TICKETS, STEPS
from helpdesk.reports.engine import FactReport, Key, said
from helpdesk.reports.metrics import Figure, How, Metric, Row, Table, Unit
from helpdesk.reports.sources import TICKETS
from helpdesk.reports.statistics import METHODS, WEEKS_OF_YEAR, Forecast, NoForecast, forecast
from helpdesk.reports.statistics.forecasts import CONFIDENCE

MOST_VALUES = 20
LONGEST_PAST = timedelta(weeks=3 * WEEKS_OF_YEAR)
WEEK = timedelta(days=7)

OPENED = Metric(
    name="opened", title=_lp("figure", "Opened"), basis="opened", sums=("tickets",),
    definition=_l("Tickets received in the week."),
)  # fmt: skip
FITTED = Metric(
    name="fitted", title=_l("Said a week before"), basis="opened", how=How.MODEL, unit=Unit.NUMBER,
    definition=_l("What the method of the forecast says of a week of the past from the weeks before it."),
)  # fmt: skip
EXPECTED = Metric(
    name="forecast", title=_l("Forecast"), basis="opened", how=How.MODEL, unit=Unit.NUMBER,
    definition=_l("Tickets that the week may bring, by the method that erred least on this past."),
    exclusions=_l("Holidays and other causes outside of the past."),
)  # fmt: skip
LOW = Metric(
    name="forecast_low", title=_l("At least"), basis="opened", how=How.MODEL, unit=Unit.NUMBER,
    definition=_l("The lower end of the interval: four of five trials on the past did not err further."),
)  # fmt: skip
HIGH = Metric(
    name="forecast_high", title=_l("At most"), basis="opened", how=How.MODEL, unit=Unit.NUMBER,
    definition=_l("The upper end of the interval: four of five trials on the past did not err further."),
)  # fmt: skip
METRICS = (OPENED, FITTED, EXPECTED, LOW, HIGH)


class ForecastReport(FactReport):
    """Weeks of the past and of the future."""

    by_itself: ClassVar[frozenset[str]] = frozenset(metric.name for metric in METRICS[1:])

    @property
    def dimensions(self) -> tuple[str, ...]:
        return (*self.source.dimensions, "week")

    def notes(self, table: Table) -> list[str]:
        return [sentence for made in table.beside["forecasts"] for sentence in _said_of(made)]

    def run(self, over: Slice, *, for_: Actor, by: Iterable[str] | None = None, judged: str = "first",
            compare: bool = True, limit: int | None = None) -> Table:  # fmt: skip
        # The weeks of the past are what it is compared with; all of them are needed.
        by = self.by if by is None else tuple(by)
        name = self._sliced_by(by)
        past, weeks = self._past(over, for_=for_, judged=judged)
        ahead = read_settings(ReportSettings).forecast_weeks
        table = past.run(weeks, for_=for_, by=("week",), judged=judged, compare=False)
        series: dict[Key, dict[str, int]] = {(): _counts(table)}
        if name is not None:
            series = self._values(past, weeks, name, list(series[()]), for_=for_, judged=judged)
        rows: list[Row] = []
        made: list[dict[str, Any]] = []
        for key, counts in series.items():
            found = forecast(list(counts.values()), ahead, WEEKS_OF_YEAR)
            rows += _rows(key, counts, found, weeks.until, by) if weeks.until else []
            made.append(_made(name, key, found))
        return replace(
            table, report=self.slug, metrics=self.metrics, by=by, rows=tuple(rows[:limit]) if by else (),
            before=None, before_since=None,
            total=Row((), {metric.name: Figure(None) for metric in METRICS} | {
                OPENED.name: table.total.figures[OPENED.name], EXPECTED.name: _sum_of(rows, name is None),
            }),
            since=said(weeks.since, desk_zone()), until=said(weeks.until, desk_zone()),
            beside={"weeks_ahead": ahead, "confidence": CONFIDENCE, "forecasts": made},
        )  # fmt: skip

    def _sliced_by(self, by: Sequence[str]) -> str | None:
        others = [name for name in by if name != "week"]
        unknown = next((name for name in others if name not in self.source.dimensions), None)
        if unknown is not None or len(others) > 1 or len(set(by)) < len(by) or (by and "week" not in by):
            raise Invalid({"by": [_("A forecast is by week, and by at most one of %(names)s.",
                                    names=enumeration(self.source.dimensions))]})  # fmt: skip
        return others[0] if others else None

    def _past(self, over: Slice, *, for_: Actor, judged: str) -> tuple[FactReport, Slice]:
        """What is counted, and over which whole weeks; none where the first has not ended."""
        zone = desk_zone()
        report = FactReport(self.slug, self.title, self.about, self.source, (OPENED,))
        monday = _monday(day_of(min(over.until or now(), now()), zone))
        until = datetime.combine(monday, time(), zone)
        since = over.since or until - LONGEST_PAST
        first = _monday(day_of(since, zone))
        if datetime.combine(first, time(), zone) < since:
            first += WEEK
        start = datetime.combine(first, time(), zone)
        # The weeks before the first ticket are not of the past: there was nothing to count yet.
        found = report.run(replace(over, since=min(start, until), until=until), for_=for_, by=("week",), judged=judged,
                           compare=False)  # fmt: skip
        quiet = next((n for n, row in enumerate(found.rows) if row.figures[OPENED.name].value), len(found.rows))
        start = datetime.combine(first + quiet * WEEK, time(), zone)
        return report, replace(over, since=min(start, until), until=until)

    def _values(
        self, past: FactReport, weeks: Slice, name: str, keys: list[str], *, for_: Actor, judged: str
    ) -> dict[Key, dict[str, int]]:
        """The counts of the most frequent values of a dimension."""
        most = past.run(weeks, for_=for_, by=(name,), judged=judged, compare=False).rows[:MOST_VALUES]
        found: dict[Key, dict[str, int]] = {row.key: dict.fromkeys(keys, 0) for row in most}
        for row in past.run(weeks, for_=for_, by=(name, "week"), judged=judged, compare=False).rows:
            if row.key[:1] in found and row.key[1] is not None:
                found[row.key[:1]][row.key[1]] = int(row.figures[OPENED.name].value or 0)
        return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _counts(table: Table) -> dict[str, int]:
    return {str(row.key[0]): int(row.figures[OPENED.name].value or 0) for row in table.rows}


def _rows(
    key: Key, counts: dict[str, int], found: Forecast | NoForecast, until: datetime, by: Sequence[str]
) -> list[Row]:
    fitted: Sequence[float | None] = [None] * len(counts) if isinstance(found, NoForecast) else found.fitted
    none = {metric.name: Figure(None) for metric in METRICS}
    rows = [
        _row(key, week, by, none | {OPENED.name: Figure(count), FITTED.name: Figure(told)})
        for (week, count), told in zip(counts.items(), fitted, strict=True)
    ]
    first = day_of(until, desk_zone()).toordinal()
    for place, step in enumerate(() if isinstance(found, NoForecast) else found.steps):
        figures = none | {EXPECTED.name: Figure(step.value, low=step.low, high=step.high),
                          LOW.name: Figure(step.low), HIGH.name: Figure(step.high)}  # fmt: skip
        rows.append(_row(key, STEPS["week"].key(first + 7 * place), by, figures))
    return rows


def _row(key: Key, week: str, by: Sequence[str], figures: dict[str, Figure]) -> Row:
    return Row(tuple(week if name == "week" else key[0] for name in by), figures)


def _sum_of(rows: Sequence[Row], is_whole: bool) -> Figure:
    """What all coming weeks may bring; intervals of several weeks do not add up."""
    values = [row.figures[EXPECTED.name].value for row in rows if row.figures[EXPECTED.name].value is not None]
    return Figure(sum(value for value in values if value is not None) if values and is_whole else None)


def _made(name: str | None, key: Key, found: Forecast | NoForecast) -> dict[str, Any]:
    of = {name: key[0]} if name is not None else {}
    if isinstance(found, NoForecast):
        return of | {"reason": str(found.reason)}
    return of | {
        "reason": None, "method": found.method.value, "method_words": str(METHODS[found.method]),
        "season_weeks": found.season, "mae": found.mae, "mase": found.mase, "origins": found.origins,
        "tried": {method.value: error for method, error in found.tried},
    }  # fmt: skip


def _said_of(made: Mapping[str, Any]) -> list[str]:
    """How a forecast was made, and how wrong such ones have been."""
    if made["reason"]:
        return [made["reason"]]
    words = [
        _("%(method)s: of all methods it erred least, tried from %(origins)s weeks of the past.",
          method=made["method_words"], origins=made["origins"]),
        _("It erred by %(mae)s tickets a week in the mean.", mae=number(round(made["mae"], 1))),
    ]  # fmt: skip
    if made["mase"] is not None:
        words.append(_("Its mean scaled error is %(mase)s; below 1 it is better than “as in the week before” or a year "
                       "before.", mase=number(round(made["mase"], 2))))  # fmt: skip
    words.append(_("Four of five trials lay within the interval."))
    slice_names = [str(value) for name, value in made.items() if name in OF_TICKETS]
    return [f"{slice_names[0]}: {words[0]}", *words[1:]] if slice_names else words


FORECAST = ForecastReport(
    "forecast", _l("Forecast of the next weeks"),
    _l("How many tickets the next weeks may bring, and how wrong such forecasts have been."),
    TICKETS, METRICS, by=("week",), chart="forecast", charted=tuple(metric.name for metric in METRICS),
    headline=("forecast", "opened"),
)  # fmt: skip
