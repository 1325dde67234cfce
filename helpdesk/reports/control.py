"""Signal or noise: what a series of figures says by its control chart, in words and for the arrows of the reports.

1. Counts and means have the chart of individual values, for what a desk gets varies more than chance alone; shares of
   few have the p chart, shares of thousands that of individual values.
2. A figure is judged within its own series: where it is no signal there is no change beyond the usual, however far it
   lies from the one before. Of fewer than eight figures nothing is said.
3. Two periods are compared by a series that holds both: the later one is otherwise where it holds a signal. A stretch
   of time that is not over yet is judged by nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone
from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport, before
from helpdesk.reports.metrics import Figure, How, Metric, Unit
from helpdesk.reports.statistics import Chart, Rule, p_chart, xmr
from helpdesk.reports.statistics.control import LEAST_POINTS

THOUSANDS = 1000  # shares of so many vary more than the binomial says
# What is a part of the whole slice, or one of its items, makes no series of its own.
UNJUDGED = frozenset({How.PORTION, How.MOST, How.QUOTIENT, How.MODEL})
POINTS = 26  # of a series that is judged by its last one
_DAYS = {"day": 1, "week": 7}


class Change(StrEnum):
    """What a control chart says of a figure."""

    UNKNOWN = "unknown"  # too few to know what is usual, or no figure
    USUAL = "usual"
    MORE = "more"
    LESS = "less"


SAID: Mapping[Change, LazyString] = {
    Change.UNKNOWN: _l("There is too little yet to know what is usual."),
    Change.USUAL: _l("No change beyond the usual."),
    Change.MORE: _l("More than usual."),
    Change.LESS: _l("Less than usual."),
}
WHY: Mapping[Rule, tuple[LazyString, LazyString]] = {  # for less, for more
    Rule.BEYOND: (_l("Below the lower limit."), _l("Above the upper limit.")),
    Rule.RUN: (
        _l("One of eight or more in a row below the centre line."),
        _l("One of eight or more in a row above the centre line."),
    ),
    Rule.TREND: (
        _l("One of six or more in a row that fall, each further than the one before."),
        _l("One of six or more in a row that rise, each further than the one before."),
    ),
}


@dataclass(frozen=True)
class Verdict:
    """What is to be thought of a figure: how it lies to what is usual, and by which rules."""

    change: Change
    value: float | None = None
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    rules: tuple[Rule, ...] = ()
    better: str = ""  # of the metric: "more", "less", or neither

    @property
    def is_signal(self) -> bool:
        return self.change in (Change.MORE, Change.LESS)

    @property
    def tone(self) -> str:
        """ "good", "bad", or nothing where it is neither."""
        if not self.is_signal or not self.better:
            return ""
        return "good" if self.change.value == self.better else "bad"

    @property
    def direction(self) -> str:
        """As the arrows have it: up, down or same."""
        return {Change.MORE: "up", Change.LESS: "down"}.get(self.change, "same")

    @property
    def words(self) -> LazyString:
        return SAID[self.change]

    @property
    def why(self) -> tuple[LazyString, ...]:
        """A sentence for each rule."""
        return tuple(WHY[rule][self.change is Change.MORE] for rule in self.rules) if self.is_signal else ()


@dataclass(frozen=True)
class Signal:
    """A stretch of time whose figure is a signal."""

    key: str
    verdict: Verdict


def chart_of(metric: Metric, series: Sequence[Figure]) -> Chart:
    """The control chart of a metric's figures by stretch of time; hidden ones have no point."""
    values = [None if figure.is_hidden else figure.value for figure in series]
    if metric.how is How.SHARE:
        wholes = [0 if value is None else figure.whole or 0 for value, figure in zip(values, series, strict=True)]
        if max(wholes, default=0) < THOUSANDS:
            parts = [(figure.part or 0) if whole else 0 for figure, whole in zip(series, wholes, strict=True)]
            return p_chart(parts, wholes)
        return xmr(values, least=0.0, most=1.0)
    may_be_negative = metric.unit in (Unit.SCORE, Unit.CENTS) or any(
        value is not None and value < 0 for value in values
    )
    return xmr(values, least=None if may_be_negative else 0.0)


def verdict(metric: Metric, series: Sequence[Figure]) -> Verdict:
    """What the last figure of a series is, against the others."""
    return _verdict(metric, chart_of(metric, series), len(series) - 1)


def signals(metric: Metric, keys: Sequence[str], series: Sequence[Figure]) -> tuple[Signal, ...]:
    """Every signal of a series, in its order."""
    chart = chart_of(metric, series)
    found = (Signal(key, _verdict(metric, chart, place)) for place, key in enumerate(keys))
    return tuple(signal for signal in found if signal.verdict.is_signal)


def verdicts(
    report: FactReport, over: Slice, *, for_: Actor, metrics: Collection[str] | None = None, judged: str = "first",
) -> dict[str, Verdict]:  # fmt: skip
    """For each metric of a report: is this period otherwise than usual? Empty where the period is open.

    A period of one day, week or month is judged against those before it, a longer one against the period before.
    """
    wanted = [metric for metric in report.metrics
              if (metrics is None or metric.name in metrics) and metric.how not in UNJUDGED]  # fmt: skip
    zone = desk_zone()
    is_modelled = any(metric.how is How.MODEL for metric in report.metrics)
    if over.since is None or over.until is None or not wanted or is_modelled:
        return {}
    step, since = _series_of(over, zone)
    end = min(over.until, now())
    if step not in report.dimensions:
        return {}
    names, longer = {metric.name for metric in wanted}, replace(over, since=since)
    if type(report).run is FactReport.run:
        found_rows = report.series(longer, step, names, for_=for_, judged=judged)
    else:  # a report that asks in its own way
        found_rows = list(report.run(longer, for_=for_, by=(step,), judged=judged, compare=False).rows)
    starts = _starts(step, since, len(found_rows), zone)
    # What has not ended yet looks like less than it will be.
    rows = [(start, row) for start, following, row in zip(starts, starts[1:], found_rows, strict=False)
            if following <= end]  # fmt: skip
    later = [place for place, (start, _row) in enumerate(rows) if start >= over.since]
    found = {}
    for metric in wanted:
        chart = chart_of(metric, [row.figures[metric.name] for _start, row in rows])
        said = [_verdict(metric, chart, place) for place in later]
        loud = [each for each in said if each.is_signal]
        found[metric.name] = (loud or said or [Verdict(Change.UNKNOWN, better=metric.better)])[-1]
    return found


def _series_of(over: Slice, zone: ZoneInfo) -> tuple[str, datetime]:
    """By which step a period is looked at, and from when on."""
    assert over.since is not None and over.until is not None
    since, until = over.since.astimezone(zone), over.until.astimezone(zone)
    days = (until.date() - since.date()).days
    if days <= 1:
        return "day", since - timedelta(days=POINTS - 1)
    if days <= 7:
        return "week", since - timedelta(days=since.weekday() + 7 * (POINTS - 1))
    earlier = before(over, zone)
    assert earlier is not None and earlier.since is not None
    if days >= 31 * LEAST_POINTS:
        return "month", earlier.since
    if days >= 7 * LEAST_POINTS:
        return "week", earlier.since
    first = since.replace(day=1)
    if since.day == 1 and (first + timedelta(days=32)).replace(day=1).date() == until.date():
        month = since.month - 1 + 12 * since.year - (POINTS // 2 - 1)
        return "month", since.replace(year=month // 12, month=month % 12 + 1)
    return "day", earlier.since


def _starts(step: str, since: datetime, count: int, zone: ZoneInfo) -> list[datetime]:
    """When each stretch begins, and when the one after the last would."""
    first = since.astimezone(zone).date()
    each = STEPS[step]
    if not each.of_month:
        first = each.first(int(each.group(first.toordinal())))
        return [_midnight(first + timedelta(days=_DAYS[step] * place), zone) for place in range(count + 1)]
    month = first.year * 12 + first.month - 1
    return [_midnight(each.first(month + place), zone) for place in range(count + 1)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _verdict(metric: Metric, chart: Chart, place: int) -> Verdict:
    point = chart.points[place] if 0 <= place < len(chart.points) else None
    if point is None or point.value is None or chart.centre is None:
        return Verdict(Change.UNKNOWN, None if point is None else point.value, chart.centre, better=metric.better)
    change = Change.USUAL
    if point.rules:
        change = Change.MORE if _rises(chart, place, point.rules) else Change.LESS
    return Verdict(change, point.value, chart.centre, point.low, point.high, point.rules, metric.better)


def _rises(chart: Chart, place: int, rules: Sequence[Rule]) -> bool:
    """Which way a signal points: by its side of the centre, of a mere trend by its way."""
    value, centre = chart.points[place].value, chart.centre
    assert value is not None and centre is not None
    if set(rules) != {Rule.TREND}:
        return value > centre
    earlier = [point.value for point in chart.points[:place] if point.value is not None]
    later = [point.value for point in chart.points[place + 1 :] if point.value is not None]
    return value > earlier[-1] if earlier and Rule.TREND in rules else bool(later) and later[0] > value
