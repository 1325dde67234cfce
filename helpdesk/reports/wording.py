"""Figures as people read them: values with their unit, intervals, changes, and the names of cells.

What stands on the page stands in letters, PDFs and spreadsheets, word for word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from helpdesk.core import i18n
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import ngettext
from helpdesk.reports.control import Change, Verdict
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import Figure, Metric, Row, Table, Time, Unit
from helpdesk.reports.sources import ARROW
from helpdesk.reports.words import CLOCKS, HOWS, VALUES

HEADLINE = 4


@dataclass(frozen=True)
class Tile:
    """One figure of the headline, in words."""

    metric: Metric
    label: str
    value: str
    count: str  # what stands behind it
    interval: str = ""
    low: float | None = None  # ends of the interval and the value itself, on a scale of 100
    high: float | None = None
    at: float | None = None
    change: str = ""
    direction: str = "same"  # up, down, same


def headline(report: FactReport, table: Table, usual: Mapping[str, Verdict] | None = None) -> list[Tile]:
    """The figures that stand large on top; `usual` are the verdicts of their control charts, where there are any."""
    names = report.headline or tuple(metric.name for metric in report.metrics[:HEADLINE])
    return [tile(report.metric(name), table, (usual or {}).get(name)) for name in names]


def tile(metric: Metric, table: Table, usual: Verdict | None = None) -> Tile:
    """A figure of the whole slice, with what it was in the period before."""
    figure = table.total.figures[metric.name]
    earlier = _counted_before(table).get(metric.name)
    change, direction = changed(metric, figure, earlier)
    if usual is not None and usual.change is Change.USUAL and direction != "same" and earlier is not None:
        was = written(metric, earlier.value or 0)
        change, direction = _("no change beyond the usual from %(before)s", before=was), "same"
    low, high, at = _on_scale(figure)
    clock = f" · {CLOCKS[metric.time]}" if metric.time else ""
    return Tile(metric, f"{metric.title}{clock}", valued(metric, figure), behind_words(metric, figure),
                interval_words(metric, figure), low, high, at, change, direction)  # fmt: skip


def _counted_before(table: Table) -> Mapping[str, Figure]:
    """The figures of the period before; none where nothing at all was counted in it, as before the desk began."""
    before = table.before.figures if table.before is not None else {}
    return before if any(figure.value for figure in before.values()) else {}


def valued(metric: Metric, figure: Figure) -> str:
    """The value with its unit; "too few" where it is hidden, a dash where there is none."""
    if figure.is_hidden:
        return _("too few")
    if figure.value is None:
        return "–"
    if metric.unit is Unit.CENTS and figure.currency:
        return i18n.money(round(figure.value), figure.currency)
    return written(metric, figure.value)


def written(metric: Metric, value: float) -> str:
    """A value of this metric as the reader writes it."""
    match metric.unit:
        case Unit.SHARE:
            return i18n.percentage(value, digits=1)
        case Unit.SECONDS if metric.time is Time.BUSINESS:
            # Working time has no days; seconds would say more than one wants to know.
            return i18n.working_time(round(value / 60) * 60 if value >= 60 else int(value))
        case Unit.SECONDS:
            return i18n.duration(value)
        case Unit.MINUTES:
            return i18n.signed_hours(round(value))
        case Unit.CENTS:
            return i18n.number(round(value / 100, 2))
        case _:
            return i18n.number(int(value) if float(value).is_integer() else round(value, 2))


def behind_words(metric: Metric, figure: Figure) -> str:
    """How many items a rate comes from."""
    if metric.is_share and figure.part is not None and not figure.is_hidden:
        return _("%(part)s of %(whole)s", part=i18n.number(figure.part or 0), whole=i18n.number(figure.whole or 0))
    if metric.is_rate and figure.whole is not None:
        return _("of %(whole)s", whole=i18n.number(figure.whole))
    return ""


def interval_words(metric: Metric, figure: Figure) -> str:
    """Where the true value most likely lies."""
    if figure.low is None or figure.high is None or figure.value is None:
        return ""
    return _("most likely %(low)s – %(high)s", low=written(metric, figure.low), high=written(metric, figure.high))


def changed(metric: Metric, figure: Figure, earlier: Figure | None) -> tuple[str, str]:
    """The change against the period before, in words, and its direction; empty where nothing can be compared."""
    if earlier is None or figure.value is None or earlier.value is None:
        return "", "same"
    was = valued(metric, earlier)
    if figure.value == earlier.value:
        return _("as in the period before"), "same"
    if _overlap(figure, earlier):
        return _("no clear change from %(before)s", before=was), "same"
    is_up = figure.value > earlier.value
    if not metric.better:
        return (_("up from %(before)s", before=was), "up") if is_up else (_("down from %(before)s", before=was), "down")
    if is_up is (metric.better == "more"):
        return ((_("better: up from %(before)s", before=was), "up") if is_up
                else (_("better: down from %(before)s", before=was), "down"))  # fmt: skip
    return ((_("worse: up from %(before)s", before=was), "up") if is_up
            else (_("worse: down from %(before)s", before=was), "down"))  # fmt: skip


def cell_about(metric: Metric, figure: Figure, earlier: Figure | None) -> str:
    """The quiet line under a value in the table."""
    parts = [behind_words(metric, figure)]
    if earlier is not None and earlier.value is not None:
        parts.append(_("before: %(value)s", value=valued(metric, earlier)))
    return " · ".join(part for part in parts if part)


def key_words(dimension: str, value: str | None) -> str:
    """The name of a value of a dimension."""
    if value is None or value == "":
        return _("None")
    known = VALUES.get(dimension, {}).get(value)
    if known is not None:
        return str(known)
    if dimension == "variant":
        return ARROW.join(_step_words(step) for step in value.split(ARROW))
    try:
        return _time_words(dimension, value)
    except ValueError:
        return value


def _step_words(step: str) -> str:
    """A status, and what an import's source called it beneath, if it did."""
    status, _sign, rest = step.partition("/")
    said = str(VALUES["status"].get(status, status))
    return f"{said}: {rest}" if rest else said


def _time_words(dimension: str, value: str) -> str:
    if dimension == "day":
        return i18n.long_day(date.fromisoformat(value))
    if dimension == "week":
        monday = date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
        return _("%(week)s, from %(day)s", week=value, day=i18n.long_day(monday))
    if dimension == "month":
        return i18n.month_and_year(date.fromisoformat(f"{value}-01"))
    if dimension == "quarter":
        return i18n.quarter(date(int(value[:4]), 3 * int(value[6:]) - 2, 1))
    return value


def short_words(dimension: str, value: str | None) -> str:
    """The same where there is little room: under a column, at a row of a picture."""
    try:
        if value and dimension == "day":
            return i18n.day_and_month(date.fromisoformat(value))
        if value and dimension == "month":
            return i18n.short_month(date.fromisoformat(f"{value}-01"))
        if value and dimension == "weekday":
            return i18n.weekday_word(date.fromisocalendar(2024, 1, int(value)))
    except ValueError:
        return value or ""
    return value if value and dimension == "week" else key_words(dimension, value)


def period_words(table: Table) -> str:
    """The period in days, the last one included; the zone stands beside."""
    since, until = _said_day(table.since), _said_day(table.until, last=True)
    if not since and not until:
        return _("all time")
    return _("%(since)s – %(until)s", since=since or _("from the beginning"), until=until or _("today"))


def _said_day(text: str | None, *, last: bool = False) -> str:
    if text is None:
        return ""
    if len(text) > 10:
        return text
    return i18n.long_day(date.fromisoformat(text) - timedelta(days=1 if last else 0))


def where_words(table: Table, titles: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The conditions of the slice, a line for each dimension."""
    values: dict[str, list[str]] = {}
    for name, value in table.where:
        values.setdefault(name, []).append(key_words(name, value))
    return [(str(titles[name].title), i18n.enumeration(words)) for name, words in values.items()]


def definition(report: FactReport, metric: Metric) -> list[tuple[str, str]]:
    """What the dictionary says of a metric, term by term."""
    basis = report.source.bases.get(metric.basis)
    return [
        (term, str(words)) for term, words in (
            (_("What it tells"), metric.definition), (_("Counted"), metric.numerator), (_("Of"), metric.denominator),
            (_("Left out"), metric.exclusions), (_("How"), HOWS[metric.how]),
            (_("By the instant of"), basis.title if basis is not None else None),
            (_("Measured"), CLOCKS[metric.time] if metric.time else None),
        ) if words
    ]  # fmt: skip


def rejudged_words(number: int) -> str:
    return ngettext(
        "%(num)d item of this period was judged otherwise after its month was closed.",
        "%(num)d items of this period were judged otherwise after their month was closed.", number,
    )  # fmt: skip


def hidden_cells(table: Table) -> int:
    """How many figures of the table are hidden."""
    return sum(figure.is_hidden for row in (table.total, *table.rows) for figure in row.figures.values())


def lines(table: Table) -> Iterator[tuple[list[str], list[tuple[Metric, Figure, Figure | None]]]]:
    """The rows of the table: the words of its key, and each figure with that of the period before."""
    for row in table.rows:
        words = [key_words(name, value) for name, value in zip(table.by, row.key, strict=True)]
        yield words, figures_of(table.metrics, row, table.rows_before.get(row.key))


def figures_of(
    metrics: Sequence[Metric], row: Row, earlier: Row | None
) -> list[tuple[Metric, Figure, Figure | None]]:  # fmt: skip
    return [(each, row.figures[each.name], earlier.figures[each.name] if earlier else None) for each in metrics]


def _overlap(one: Figure, other: Figure) -> bool:
    """Whether two rates cannot be told apart."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low <= other.high and other.low <= one.high


def _on_scale(figure: Figure) -> tuple[float | None, float | None, float | None]:
    if figure.low is None or figure.high is None or figure.value is None:
        return None, None, None
    top = 1.0 if figure.high <= 1 else figure.high * 1.1
    floor = min(0.0, figure.low)
    return tuple(100 * (value - floor) / (top - floor) for value in (figure.low, figure.high, figure.value))  # type: ignore[return-value]
