"""The metric dictionary: one declaration for each figure, told by page, API, the `?` beside it and docs/metrics.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import LazyString

NOTHING: tuple[Any, ...] = ()
HIDDEN = "hidden"  # the column that says which figures of a row are not told, and why


class Unit(StrEnum):
    """What a figure is a number of."""

    COUNT = "count"
    SHARE = "share"  # 0 to 1
    SECONDS = "seconds"
    MINUTES = "minutes"
    CENTS = "cents"
    SCORE = "score"
    NUMBER = "number"  # a mean of counts


class Time(StrEnum):
    """By which clock a duration is measured; said beside each."""

    CALENDAR = "calendar"  # around the clock
    BUSINESS = "business"  # in working hours


class How(StrEnum):
    """How a figure comes from the items of a slice."""

    COUNT = "count"
    SUM = "sum"
    SHARE = "share"
    PORTION = "portion"  # of the items of a cell among those of the whole slice
    RATIO = "ratio"  # of one sum in another that holds it
    DISTINCT = "distinct"  # how many different values
    MEAN = "mean"
    MEDIAN = "median"  # of an even number the mean of its two middle ones
    P90 = "p90"  # the smallest value that nine of ten do not exceed (nearest rank)
    MOST = "most"
    NPS = "nps"  # of answers from 0 to 10: the share of 9 and 10 less that of 0 to 6, in points
    QUOTIENT = "quotient"  # of two figures of the report, named by `of` and `per`
    MODEL = "model"  # worked out of other figures, as its definition says


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure: its stable name, what it says, and how it is worked out.

    `basis` names the instant by which an item belongs to a period. `among` are the items that are looked at (what is
    left out is said by `exclusions`), `where` those of them that count, `of` the value that is summed or averaged,
    `per` the value by whose sum a ratio is divided.
    `currency` is the column that says of which one an amount is: different ones are never added to each other.
    `sums` are the stored sums of numerator and denominator, where there are any.
    `guarded` are rates of what persons answered: no hidden one may be had from the total and the others. A count that
    would tell such a rate names it in `tells_of` and is hidden with it.
    """

    name: str
    title: LazyString
    definition: LazyString
    basis: str
    how: How = How.COUNT
    unit: Unit = Unit.COUNT
    of: Any = None
    per: Any = None
    where: tuple[Any, ...] = NOTHING
    among: tuple[Any, ...] = NOTHING
    numerator: LazyString | None = None
    denominator: LazyString | None = None
    exclusions: LazyString | None = None
    time: Time | None = None
    better: str = ""  # "more", "less", or neither
    sums: tuple[str, ...] = ()
    currency: Any = None
    guarded: bool = False
    tells_of: str = ""

    @property
    def is_rate(self) -> bool:
        """Whether it is worked out of several items, so that a few of them say little."""
        return self.is_share or self.how in (How.MEAN, How.MEDIAN, How.P90, How.NPS)

    @property
    def is_middle(self) -> bool:
        """Whether it is one of the values in order of size, so that it needs them all."""
        return self.how in (How.MEDIAN, How.P90)

    @property
    def is_share(self) -> bool:
        """Whether it is a part of a whole, 0 to 1."""
        return self.how in (How.SHARE, How.PORTION, How.RATIO)


@dataclass(frozen=True)
class Figure:
    """A metric's value for one cell. `part` and `whole` are the counts behind a rate, `low` and `high` its interval.

    A hidden figure has no value: too few items stand behind it, or it would give away another one behind which too few
    stand (`is_guard`). Its part is there for adding days up, and is told nowhere. An amount has no value, nor a
    currency, where several currencies stand behind it.
    """

    value: float | None
    part: int | None = None
    whole: int | None = None
    low: float | None = None
    high: float | None = None
    is_hidden: bool = False
    currency: str | None = None
    is_guard: bool = False

    @property
    def why_hidden(self) -> str | None:
        """`too_few` or `guard`; None of a figure that is shown."""
        return ("guard" if self.is_guard else "too_few") if self.is_hidden else None


@dataclass(frozen=True)
class Row:
    """The figures of one cell of a breakdown; the key has the value of each dimension as text, None for none."""

    key: tuple[str | None, ...]
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Table:
    """A report, worked out: the whole, its rows, and the same for the period before."""

    report: str
    metrics: tuple[Metric, ...]
    since: str | None
    until: str | None
    zone: str
    as_of: str
    by: tuple[str, ...]
    where: tuple[tuple[str, str], ...]
    total: Row
    rows: tuple[Row, ...] = ()
    before: Row | None = None
    rows_before: Mapping[tuple[str | None, ...], Row] = field(default_factory=dict)
    before_since: str | None = None
    rejudged: int = 0  # items of the slice that were judged otherwise after their month was closed
    beside: Mapping[str, Any] = field(default_factory=dict)  # what the figures must not be read without
    former: Callable[[], Mapping[str, Any]] | None = None  # what its document said before it had rows, and still says

    def document(self) -> dict[str, Any]:
        """The figures as JSON has them; names are those of the dictionary, seconds and shares not rounded."""
        told = {
            "report": self.report, "as_of": self.as_of, "since": self.since, "until": self.until, "zone": self.zone,
            "where": [list(pair) for pair in self.where], "dimensions": list(self.by),
            "total": flat(self.metrics, self.total),
            "before": flat(self.metrics, self.before) if self.before is not None else None,
            "rows": [self.flat_row(row) for row in self.rows], "rejudged": self.rejudged, **self.beside,
        }  # fmt: skip
        former = dict(self.former()) if self.former is not None else {}
        return told | former | {"total": former.get("total", {}) | told["total"]}

    def flat_row(self, row: Row) -> dict[str, Any]:
        """A row as JSON and CSV have it: its dimensions, then its figures."""
        return dict(zip(self.by, row.key, strict=True)) | flat(self.metrics, row)

    def columns(self) -> list[str]:
        """The columns of the table, in order."""
        return [*self.by, *flat(self.metrics, self.total)]

    def lines(self) -> Iterator[dict[str, Any]]:
        """The rows as a table of plain values has them: what is hidden in words, `csat_mean: too_few`."""
        for row in self.rows:
            told = self.flat_row(row)
            if told.get(HIDDEN):
                told[HIDDEN] = "; ".join(f"{name}: {why}" for name, why in told[HIDDEN].items())
            yield told


def flat(metrics: tuple[Metric, ...], row: Row) -> dict[str, Any]:
    """Figures by name; beside a share its counts and interval, beside a mean the number of items behind it.

    Of a hidden one only the number of items is told; where there are rates, `hidden` says last which are and why.
    """
    values: dict[str, Any] = {}
    for metric in metrics:
        figure = row.figures[metric.name]
        values[metric.name] = figure.value
        if metric.is_share:
            values |= {f"{metric.name}_part": None if figure.is_hidden else figure.part,
                       f"{metric.name}_whole": figure.whole,
                       f"{metric.name}_low": figure.low, f"{metric.name}_high": figure.high}  # fmt: skip
        elif metric.is_rate:
            values[f"{metric.name}_of"] = figure.whole
        if metric.how is How.NPS:
            values |= {f"{metric.name}_low": figure.low, f"{metric.name}_high": figure.high}
        if metric.currency is not None:
            values[f"{metric.name}_currency"] = figure.currency
    if any(metric.is_rate for metric in metrics):
        why = {metric.name: row.figures[metric.name].why_hidden for metric in metrics}
        values[HIDDEN] = {name: each for name, each in why.items() if each} or None
    return values
