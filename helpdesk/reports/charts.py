"""A report's series → one ECharts option (pure), the same for the server's drawing and for the browser.

1. Labels, names and notes come in as text of the reader's language; numbers are written here, by `Format`.
2. An option holds no function: every label is written out, so that server and browser show the same words.
3. Colours are those of the house's palette, by their light values; `drawing` and `charts.js` put in the dark ones.
4. What colour says is said a second time: by dashes and marks of lines, by patterns of areas, by outlines, by words.
5. A chart below `NARROW` pixels is a drawing of its own: bars lie down, fewer ticks, a legend for the direct labels.
6. Text is whatever people typed: what has no glyph or turns the direction of its neighbours is left out.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from helpdesk.core import i18n
from helpdesk.core.i18n import gettext as _

Option = dict[str, Any]

WIDE, NARROW = 800, 520  # pixels: how wide a chart is drawn for a page, below which width it is one for phones
FONT = 12
ROW, LINE_HEIGHT = 24, 15
MOST_SERIES = 6
NODE_GAP = 18
KEY_SHAPE = "roundRect"  # of a series in the legend
MOST_LABEL = 96  # pixels of a label over time
STEP_BELOW = 54  # pixels between the steps of one layer in a process on a phone: a name of two lines and a number
MOST_SAID_BELOW = 6  # ways of a process on a phone that bear their numbers; of more they would lie upon each other
MOST_WAYS = 40  # of a Sankey or process chart: the strongest; the table has all

# Name → light, dark. Red, amber and green mean time and nothing else, so no series has them. The distances between
# the six, also as colour-blind people see them, are measured in the tests.
PALETTE = {
    "ink": ("#16211f", "#e6ece9"), "ink-2": ("#4c5a57", "#a3b1ad"), "card": ("#ffffff", "#171f1d"),
    "line": ("#dcdfd8", "#2a3431"), "edge": ("#818c87", "#6a7873"),
    "chart-1": ("#0b6b5d", "#5fc9b5"), "chart-2": ("#2679cc", "#2a7ccf"), "chart-3": ("#828548", "#f1f2af"),
    "chart-4": ("#023f71", "#7bc9fc"), "chart-5": ("#4f94b2", "#187886"), "chart-6": ("#333800", "#6d7135"),
    "heat-1": ("#e7f1ee", "#1b2b28"), "heat-2": ("#bfdcd5", "#1d413a"), "heat-3": ("#8abfb4", "#20574d"),
    "heat-4": ("#4d9f91", "#247062"), "heat-5": ("#0a5f53", "#66cfbb"),
}  # fmt: skip
INK, INK_2, CARD, LINE, EDGE = (PALETTE[name][0] for name in ("ink", "ink-2", "card", "line", "edge"))
SERIES_COLOURS = tuple(PALETTE[f"chart-{n}"][0] for n in range(1, MOST_SERIES + 1))
HEAT_COLOURS = tuple(PALETTE[f"heat-{n}"][0] for n in range(1, 6))
ACCENT = SERIES_COLOURS[0]
DASHES: tuple[Any, ...] = ("solid", [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 4])
PLUS, CROSS = "path://M3 0h2v3h3v2h-3v3h-2v-3h-3v-2h3z", "path://M1 0L4 3L7 0L8 1L5 4L8 7L7 8L4 5L1 8L0 7L3 4L0 1Z"
MARKS = ("circle", "rect", "triangle", "diamond", PLUS, CROSS)


class Kind(StrEnum):
    """What a chart looks like, and hence what it can say."""

    BARS = "bars"  # things compared; 3 to 60 of them
    COLUMNS = "columns"  # amounts over time, the period before as an outline
    LINES = "lines"  # up to six courses over time
    STACKED = "stacked"  # parts of a whole over time: backlog by age
    HEAT = "heat"  # two dimensions, hour by weekday
    SANKEY = "sankey"  # how much went from where to where
    CONTROL = "control"  # a course with its limits: what is noise and what is not
    FORECAST = "forecast"  # past, fitted, and future with its interval
    INTERVALS = "intervals"  # a rate and how sure it is, a row each
    PROCESS = "process"  # a directed graph of steps with counts


class Format(StrEnum):
    """How a number of a chart is written."""

    NUMBER = "number"
    PERCENT = "percent"  # a share, 0 to 1
    DURATION = "duration"  # seconds
    HOURS = "hours"  # minutes, as 2:05
    MONEY = "money"  # cents; the chart's unit is the currency


class Role(StrEnum):
    """What a series is to the others."""

    MAIN = "main"
    BEFORE = "before"  # the period before: an outline, or a thin dashed line
    FITTED = "fitted"  # what the model made of the past
    FORECAST = "forecast"  # what it says of the future; `low` and `high` are its interval


@dataclass(frozen=True)
class Series:
    """Values for the chart's labels, one each; None where there is none (a gap, not a zero).

    `low` and `high` are ends of an interval, or limits of a control chart; `centre` its middle line. `words` say a
    value where the chart's format does not; `urls` lead to what stands behind it, within the desk.
    """

    name: str
    values: tuple[float | None, ...]
    words: tuple[str, ...] = ()
    urls: tuple[str | None, ...] = ()
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    centre: tuple[float | None, ...] = ()
    role: Role = Role.MAIN


@dataclass(frozen=True)
class Flow:
    """So much went from one name to another; `group` is an index into the chart's `groups`."""

    source: str
    target: str
    value: float
    words: str = ""
    url: str | None = None
    group: int = 0


@dataclass(frozen=True)
class Node:
    """What a name of a process stands for by itself: how much, and where that leads."""

    name: str
    value: float
    url: str | None = None


@dataclass(frozen=True)
class Reference:
    """A level to compare with (a target), in the unit of the values, and what it is called."""

    value: float
    label: str


@dataclass(frozen=True)
class Chart:
    """What is to be drawn. `labels` are those of the x-axis or of the rows; heat has `rows` too: one for each series.

    `flows` are for Sankey and process, `groups` name their kinds; the two `labels` of a Sankey chart head its sides.
    `nodes` say of the places of a process what is known of them beside the flows.
    `note` is a sentence beneath the title: period, zone, what counts.
    """

    kind: Kind
    title: str
    labels: tuple[str, ...] = ()
    series: tuple[Series, ...] = ()
    flows: tuple[Flow, ...] = ()
    groups: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    unit: str = ""
    format: Format = Format.NUMBER
    note: str = ""
    nodes: tuple[Node, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: no value anywhere."""
        if self.kind in (Kind.SANKEY, Kind.PROCESS):
            return not any(flow.value > 0 for flow in self.flows)
        return all(value is None for series in self.series for value in series.values)

    @property
    def left_out(self) -> int:
        """How many ways are in the table alone, because a picture of all would show none."""
        return len([flow for flow in self.flows if flow.value > 0]) - len(drawn_flows(self))

    @property
    def summary(self) -> str:
        """What the picture shows, for those who do not see it: how many values, the highest and the lowest."""
        if self.is_empty:
            return _("There is nothing to draw.")
        said = [
            (value, label, words_of(self, one, index))
            for one in self.series
            for index, (value, label) in enumerate(zip(one.values, self.labels, strict=False))
            if value is not None
        ]
        said += [(flow.value, f"{flow.source} → {flow.target}", words_of_flow(self, flow)) for flow in self.flows]
        most, least = max(said, key=lambda one: one[0]), min(said, key=lambda one: one[0])
        return _(
            "Highest: %(most)s, %(most_value)s. Lowest: %(least)s, %(least_value)s.",
            most=most[1], most_value=most[2], least=least[1], least_value=least[2],
        )  # fmt: skip


@dataclass(frozen=True)
class Sketch:
    """An option with the size in pixels that it was made for."""

    option: Option
    width: int
    height: int


def sketch(chart: Chart, *, width: int = WIDE) -> Sketch:
    """The chart as an ECharts option for so many pixels; its height follows from what it has to show."""
    if len(chart.series) > MOST_SERIES and chart.kind is not Kind.HEAT:
        raise ValueError(f"{chart.title}: more than {MOST_SERIES} series cannot be told apart")
    option, height = BUILDERS[chart.kind](_plain_chart(chart), width)
    common: Option = {
        "animation": False, "color": list(SERIES_COLOURS), "backgroundColor": "transparent",
        "textStyle": {"fontSize": FONT, "color": INK}, "aria": {"enabled": False},
    }  # fmt: skip
    return Sketch(common | option, width, height)


def written(value: float, form: Format, unit: str = "") -> str:
    """A number as the reader writes it."""
    match form:
        case Format.PERCENT:
            return i18n.percentage(value, digits=1)
        case Format.DURATION:
            return ("−" if value <= -1 else "") + i18n.duration(value)
        case Format.HOURS:
            return i18n.signed_hours(round(value))
        case Format.MONEY:
            return i18n.money(round(value), unit)
        case _:
            return i18n.number(round(value, 2) if value % 1 else int(value))


def words_of(chart: Chart, series: Series, index: int) -> str:
    """How a value is said; nothing for a gap."""
    if index < len(series.words):
        return series.words[index]
    value = series.values[index]
    return "" if value is None else written(value, chart.format, chart.unit)


def words_of_flow(chart: Chart, flow: Flow) -> str:
    return flow.words or written(flow.value, chart.format, chart.unit)


@dataclass(frozen=True)
class Cell:
    """A figure of the table, as it is read, and what stands behind it."""

    words: str
    url: str | None = None


@dataclass(frozen=True)
class Table:
    """The figures of a chart: the heads of its columns, and its rows, each with its name."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The heads with what stands beneath them: a name, then numbers."""
        return [(head, "number" if n else "") for n, head in enumerate(self.heads)]


def table_of(chart: Chart) -> Table:
    """What the picture shows, as a table: a row for each label or way, a column for each series and its interval."""
    if chart.kind in (Kind.SANKEY, Kind.PROCESS):
        ways = [(f"{flow.source} → {flow.target}", (Cell(words_of_flow(chart, flow), _safe(flow.url)),))
                for flow in chart.flows]  # fmt: skip
        return Table((_("From where to where"), chart.unit or _("How many")), tuple(ways))
    heads, columns = [_("What")], []
    for one in chart.series:
        columns.append([Cell(words_of(chart, one, n), _safe(one.urls[n]) if n < len(one.urls) else None)
                        for n in range(len(one.values))])  # fmt: skip
        heads.append(one.name or chart.unit or chart.title)
        is_control = chart.kind is Kind.CONTROL
        for values, head in (
            (one.low, _("Lower limit") if is_control else _("Interval from")),
            (one.centre, _("Mean")),
            (one.high, _("Upper limit") if is_control else _("Interval to")),
        ):
            if values:
                heads.append(head)
                columns.append([Cell("" if v is None else written(v, chart.format, chart.unit)) for v in values])
    rows = [
        (label, tuple(column[n] if n < len(column) else Cell("") for column in columns))
        for n, label in enumerate(chart.labels)
    ]
    return Table(tuple(heads), tuple(rows))


_SAFE_URL = re.compile(r"(/(?!/)|\?|#)[^\s\\]*")


def _safe(url: str | None) -> str | None:
    """An address within the desk, or none."""
    return url if url and _SAFE_URL.fullmatch(url) else None


# Text ----------------------------------------------------------------------------------------------------------------

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_NARROW_LETTERS, _BROAD_LETTERS = frozenset("iIl.,:;'|!jtfr ()[]"), frozenset("mwMW%@ЖШЩМФЮжшщмфю")


def plain(text: str) -> str:
    """Text as one line, without what has no glyph and without marks that turn the direction of what follows."""
    return " ".join(_UNFIT.sub(" ", text).split())


def inert(text: str) -> str:
    """Text that ECharts takes as it is: its templates and styles begin with a brace."""
    return plain(text).replace("{", "{\u2060")


def text_width(text: str, size: float = FONT) -> float:
    """About how many pixels a text takes in the house's letters; rather too many than too few."""
    return size * sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return 0.34
    if letter in _BROAD_LETTERS:
        return 0.9
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    if unicodedata.combining(letter) or letter in "\u2060\u200d\ufe0f":
        return 0.0
    return 0.7 if letter.isupper() else 0.58


def shortened(text: str, width: float, size: float = FONT) -> str:
    """As much of a text as fits, with a sign where something is missing."""
    if text_width(text, size) <= width:
        return text
    room, kept = width - size, ""
    for letter in text:
        room -= _letter_width(letter) * size
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…"


def wrapped(text: str, width: float, lines: int = 2) -> str:
    """A text on at most so many lines; the last is shortened."""
    words, line = text.split(" "), ""
    done: list[str] = []
    while words and len(done) < lines - 1:
        longer = f"{line} {words[0]}".strip()
        if text_width(longer) > width and line:
            done.append(line)
            line = ""
        else:
            line = longer
            words.pop(0)
    rest = " ".join([line, *words]).strip()
    return "\n".join([*done, shortened(rest, width)] if rest else done)


def _plain_chart(chart: Chart) -> Chart:
    """The chart with all its words as plain text."""

    def plains(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(plain, words))

    return replace(
        chart, title=plain(chart.title), labels=plains(chart.labels), groups=plains(chart.groups),
        series=tuple(replace(one, name=plain(one.name), words=plains(one.words)) for one in chart.series),
        flows=tuple(replace(flow, source=plain(flow.source), target=plain(flow.target), words=plain(flow.words))
                    for flow in chart.flows),
        references=tuple(replace(one, label=plain(one.label)) for one in chart.references),
    )  # fmt: skip


# Scales --------------------------------------------------------------------------------------------------------------

_STEPS = {
    Format.DURATION: [unit * n for unit, ns in ((1, (1, 2, 5, 10, 15, 30)), (60, (1, 2, 5, 10, 15, 30)),
                      (3600, (1, 2, 4, 8, 12)), (86_400, (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))) for n in ns],
    Format.HOURS: [1, 5, 10, 15, 30, *(60 * n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000))],
}  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """A value axis: where it begins and ends, and what stands at its ticks, which are equally far apart."""

    low: float
    high: float
    words: tuple[str, ...]

    @property
    def room(self) -> float:
        """How wide its widest word is, in pixels."""
        return max(map(text_width, self.words))


def scale_of(chart: Chart, values: Iterable[float], *, most: int, from_zero: bool = True) -> Scale:
    """A scale that holds the values, with round ticks, at most so many steps."""
    known = [*values, *(one.value for one in chart.references)] or [0.0]
    low, high = (min(0.0, *known), max(0.0, *known)) if from_zero else (min(known), max(known))
    if chart.format is Format.PERCENT and high > 0.5 and low >= 0:
        high = max(high, 1.0)
    if low == high:
        high = low + (1.0 if chart.format is not Format.PERCENT else 0.1)
    step = _step((high - low) / most, chart)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [n * step for n in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], _tick_words(chart, [round(tick, 10) for tick in ticks]))


def _tick_words(chart: Chart, ticks: Sequence[float]) -> tuple[str, ...]:
    """What stands at the ticks; of money no cents where none has any."""
    if chart.format is Format.MONEY and all(tick % 100 == 0 for tick in ticks):
        return tuple(i18n.whole_money(round(tick / 100), chart.unit) for tick in ticks)
    return tuple(written(tick, chart.format, chart.unit) for tick in ticks)


def _lying_scale(chart: Chart, *, most: int, room: float) -> Scale:
    """A scale along the foot of the picture with as many steps as its words leave apart."""
    scales = [scale_of(chart, _values(chart), most=steps) for steps in range(most, 0, -1)]
    return next((each for each in scales if len(each.words) * (each.room + 8) <= room + each.room), scales[-1])


def _step(least: float, chart: Chart) -> float:
    fixed = next((step for step in _STEPS.get(chart.format, []) if step >= least), None)
    if fixed is not None:
        return float(fixed)
    whole = chart.format is Format.NUMBER and all(
        value is None or value == int(value) for one in chart.series for value in one.values
    )
    power = 10.0 ** math.floor(math.log10(least))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= least - 1e-12)
    return max(1.0, math.ceil(step)) if whole else step


def _axis_pair(scale: Scale, *, lying: bool) -> list[Option]:
    """The axis of the values, which is not seen, and over it one of words at the same places."""
    return [
        {"type": "value", "min": scale.low, "max": scale.high, "show": False},
        {"type": "category", "data": [inert(word) for word in scale.words], "boundaryGap": False, "silent": True,
         "position": "bottom" if lying else "left", "axisLine": {"show": False}, "axisTick": {"show": False},
         "splitLine": {"show": True, "interval": 0, "lineStyle": {"color": LINE, "width": 1}},
         "axisLabel": {"interval": 0, "color": INK_2, "fontSize": FONT, "margin": 8}},
    ]  # fmt: skip


def _label_axis(labels: Sequence[str], *, room: float, between: bool, lying: bool) -> Option:
    """The axis of the labels. Over time some are left out, so that they never touch; of rows all are said."""
    slot = room / max(len(labels), 1)
    if not lying:
        labels = [shortened(label, max(MOST_LABEL, slot - 14) if between else MOST_LABEL) for label in labels]
    every = 1 if lying else max(1, math.ceil((max(map(text_width, labels), default=0) + 14) / slot))
    return {
        "type": "category", "data": [inert(label) for label in labels], "boundaryGap": between, "inverse": lying,
        "axisLine": {"lineStyle": {"color": EDGE}, "onZero": True},
        "axisTick": {"show": not lying, "alignWithLabel": True, "interval": every - 1, "lineStyle": {"color": EDGE}},
        "axisLabel": {"interval": 0 if lying else every - 1, "color": INK if lying else INK_2, "fontSize": FONT,
                      "lineHeight": LINE_HEIGHT, "hideOverlap": not lying},
    }  # fmt: skip


def _values(chart: Chart) -> list[float]:
    ends = [end for one in chart.series for ends in (one.values, one.low, one.high, one.centre) for end in ends]
    return [end for end in ends if end is not None]


# Parts ---------------------------------------------------------------------------------------------------------------


def _point(chart: Chart, series: Series, index: int, **more: Any) -> Option:
    """One value with its words, and the address of what stands behind it."""
    value = series.values[index]
    label = chart.labels[index] if index < len(chart.labels) else ""
    head = f"{label} · {series.name}" if series.name and series.name != label else label
    said = words_of(chart, series, index)
    point: Option = {
        "value": "-" if value is None else value,
        "tooltip": {"formatter": f"{inert(head)}\n{inert(said)}"},
    }
    if index < len(series.urls) and (url := _safe(series.urls[index])):
        point["url"] = url
        point["cursor"] = "pointer"
    return point | more


def _tooltip() -> Option:
    return {"trigger": "item", "renderMode": "richText", "confine": True, "backgroundColor": INK, "borderWidth": 0,
            "padding": [6, 9], "textStyle": {"color": CARD, "fontSize": FONT, "lineHeight": 17}}  # fmt: skip


def _decal(index: int) -> Option | None:
    """The pattern of a series; the first is plain."""
    patterns: tuple[Option | None, ...] = (
        None,
        {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1.5, 5.5], "rotation": -math.pi / 4},
        {"symbol": "circle", "dashArrayX": [[7, 7], [0, 7, 7, 0]], "dashArrayY": [7, 0], "symbolSize": 0.4},
        {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1.2, 3.4], "rotation": math.pi / 4},
        {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1.2, 4.8], "rotation": 0},
        {"symbol": "rect", "dashArrayX": [[4, 4], [0, 4, 4, 0]], "dashArrayY": [4, 0]},
    )
    pattern = patterns[index % len(patterns)]
    return None if pattern is None else pattern | {"color": CARD}


def _legend(names: Sequence[str], width: int) -> tuple[Option, int]:
    """Names of several series above the picture, and how high they stand there."""
    shown = [name for name in names if name]
    if len(shown) < 2:
        return {"show": False}, 0
    rows, used = 1, 0.0
    for name in shown:
        taken = min(text_width(name), width - 60) + 25 + 14
        if used and used + taken > width - 8:
            rows, used = rows + 1, 0.0
        used += taken
    return {
        "show": True, "top": 2, "left": 2, "right": 0, "itemWidth": 22, "itemHeight": 11, "itemGap": 14, "padding": 0,
        "data": [inert(name) for name in shown], "align": "left", "borderColor": "transparent",
        "textStyle": {"color": INK, "fontSize": FONT, "width": width - 60, "overflow": "truncate"},
    }, rows * 22 + 6  # fmt: skip


def _references(chart: Chart, *, lying: bool) -> Option:
    """Lines at levels, each with its word."""
    if not chart.references:
        return {}
    near_end = 0.8 * max([*_values(chart), *(one.value for one in chart.references)])
    lines = []
    for one in chart.references:
        label: Option = {"formatter": inert(f"{one.label} {written(one.value, chart.format, chart.unit)}"),
                         "position": "start" if lying else "insideEndTop", "color": INK, "fontSize": FONT}  # fmt: skip
        if lying and one.value > near_end:
            label["align"] = "right"
        lines.append({"xAxis" if lying else "yAxis": one.value, "label": label})
    style = {"color": INK, "type": [5, 3], "width": 1.25}
    return {"markLine": {"silent": True, "symbol": "none", "lineStyle": style, "data": lines}}


# Kinds ---------------------------------------------------------------------------------------------------------------


def _bars(chart: Chart, width: int) -> tuple[Option, int]:
    """Standing where every label fits beneath its bar, else lying, a row each."""
    slot = (width - 60) / max(len(chart.labels), 1)
    fits = width >= NARROW and all(text_width(label) + 10 <= slot for label in chart.labels)
    return _standing(chart, width) if fits else _lying(chart, width)


def _standing(chart: Chart, width: int) -> tuple[Option, int]:
    count = max(len(chart.labels), 1)
    scale = scale_of(chart, _values(chart), most=5 if width >= NARROW else 4)
    legend, top = _legend([one.name for one in chart.series], width)
    left, height = _left_of(chart, scale), top + (280 if width >= NARROW else 240)
    room = width - left - 12
    labelled = [one for one in chart.series if one.role is not Role.BEFORE]
    said = _fit_above(chart, labelled[0], room / count) if len(labelled) == 1 else set()
    option = {
        "grid": _grid(left, top + 20, 12, 26), "legend": legend, "tooltip": _tooltip(),
        "xAxis": _with_twin(_label_axis(chart.labels, room=room, between=True, lying=False)),
        "yAxis": _axis_pair(scale, lying=False),
        "series": [_bar_series(chart, n, said, lying=False) for n in range(len(chart.series))],
    }  # fmt: skip
    return option, height


def _fit_above(chart: Chart, series: Series, slot: float) -> set[int]:
    """Which values can be said above their bars: all of them, or none."""
    indices = range(len(series.values))
    fit = all(text_width(words_of(chart, series, n), 11) + 4 <= slot for n in indices)
    return set(indices) if fit else set()


def _lying(chart: Chart, width: int) -> tuple[Option, int]:
    main = [one for one in chart.series if one.role is not Role.BEFORE]
    widest = max((text_width(label) for label in chart.labels), default=0)
    left = math.ceil(min(widest, width * 0.4)) + 14
    labels = [wrapped(label, left - 14) for label in chart.labels]
    row = max(ROW, 14 * len(main) + 8, 2 * LINE_HEIGHT + 2 if any("\n" in label for label in labels) else 0)
    said = max((text_width(words_of(chart, one, n)) for one in main for n in range(len(one.values))), default=0)
    scale = _lying_scale(chart, most=5 if width >= NARROW else 3, room=width - left - said - 12)
    legend, top = _legend([one.name for one in chart.series], width)
    right = math.ceil(max(said + 12, text_width(scale.words[-1]) / 2 + 4))
    top += 22 if chart.references else 6
    bottom = 26
    axis = _label_axis(labels, room=width, between=True, lying=True)
    axis["data"] = [{"value": "\n".join(map(inert, label.split("\n")))} for label in labels]
    option = {
        "grid": _grid(left, top, right, bottom), "legend": legend, "tooltip": _tooltip(),
        "yAxis": _with_twin(axis), "xAxis": _axis_pair(scale, lying=True),
        "series": [_bar_series(chart, n, set(range(len(chart.labels))), lying=True) for n in range(len(chart.series))],
    }  # fmt: skip
    return option, top + bottom + row * max(len(chart.labels), 1)


def _bar_series(chart: Chart, number: int, said: set[int], *, lying: bool) -> Option:
    one = chart.series[number]
    is_before = one.role is Role.BEFORE
    label: Option = {
        "show": True,
        "position": "right" if lying else "top",
        "color": INK,
        "fontSize": FONT if lying else 11,
    }
    data = [
        _point(chart, one, n, **(
            {"label": label | {"formatter": inert(words_of(chart, one, n))}} if n in said and not is_before else {}
        ))
        for n in range(len(one.values))
    ]  # fmt: skip
    style: Option = {"color": SERIES_COLOURS[number]}
    if is_before:
        style = {"color": "transparent", "borderColor": INK_2, "borderWidth": 1.25, "borderType": [3, 2]}
    elif decal := _decal(number):
        style["decal"] = decal
    return {
        "type": "bar", "name": inert(one.name), "data": data, "itemStyle": style, "emphasis": {"disabled": True},
        "barMaxWidth": (18 if lying else 46) + (6 if is_before else 0), "barGap": "10%",
        "barCategoryGap": "12%" if is_before else "40%" if _has_before(chart) else "28%",
        "yAxisIndex" if lying else "xAxisIndex": 1 if is_before else 0,
        **(_references(chart, lying=lying) if number == 0 else {}),
    }  # fmt: skip


def _has_before(chart: Chart) -> bool:
    return any(one.role is Role.BEFORE for one in chart.series)


def _with_twin(axis: Option) -> list[Option]:
    """The axis, and one like it that is not seen: bars on it are laid out for themselves, around those of the first."""
    return [axis, {"type": "category", "data": axis["data"], "inverse": axis["inverse"], "show": False}]


def _lines(chart: Chart, width: int) -> tuple[Option, int]:
    """Up to six courses, each named at its end; on a phone by a legend."""
    is_wide = width >= NARROW
    scale = scale_of(chart, _values(chart), most=5 if is_wide else 4)
    names = [one.name for one in chart.series]
    direct = is_wide and len(names) > 1
    legend, top = ({"show": False}, 0) if direct else _legend(names, width)
    right = math.ceil(min(max(map(text_width, names), default=0), width * 0.25)) + 20 if direct else 16
    left, right = _left_of(chart, scale), _right_of(chart, right)
    room = width - left - right
    height = top + (290 if is_wide else 250)
    drops = _drops(chart, scale, height - top - 14 - 26) if direct else [0.0] * len(names)
    option = {
        "grid": _grid(left, top + 14, right, 26), "legend": legend, "tooltip": _tooltip(),
        "xAxis": _label_axis(chart.labels, room=room, between=False, lying=False),
        "yAxis": _axis_pair(scale, lying=False),
        "series": [_line_series(chart, n, right - 14 if direct else 0, drops[n]) for n in range(len(names))],
    }  # fmt: skip
    return option, height


def _drops(chart: Chart, scale: Scale, height: float) -> list[float]:
    """By how many pixels the name at the end of each line moves down, so that no two of them touch."""
    ends = [_last(one.values) for one in chart.series]
    wanted = [height * (scale.high - end) / (scale.high - scale.low) for end in ends]
    return [placed - want for placed, want in zip(_apart(wanted, height), wanted, strict=True)]


def _last(values: Sequence[float | None]) -> float:
    return next((value for value in reversed(values) if value is not None), 0.0)


def _apart(wanted: Sequence[float], height: float) -> list[float]:
    """Places for lines of text near those wanted, each a line's height from the next, within the height if they fit."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = [0.0] * len(wanted)
    lowest = -float(LINE_HEIGHT)
    for n in order:
        lowest = placed[n] = max(wanted[n], lowest + LINE_HEIGHT)
    limit = height
    for n in reversed(order):
        placed[n] = min(placed[n], limit)
        limit = placed[n] - LINE_HEIGHT
    return placed


def _line_series(chart: Chart, number: int, end_room: float = 0, drop: float = 0) -> Option:
    one = chart.series[number]
    is_before = one.role is Role.BEFORE
    colour = INK_2 if is_before else SERIES_COLOURS[number]
    data = [_point(chart, one, n) for n in range(len(one.values))]
    last = max((n for n, value in enumerate(one.values) if value is not None), default=None)
    if end_room and last is not None:
        data[last]["label"] = {
            "show": True, "position": "right", "distance": 8, "formatter": inert(shortened(one.name, end_room)),
            "color": INK, "fontSize": FONT, "align": "left", "offset": [0, round(drop, 1)],
        }  # fmt: skip
    return {
        "type": "line", "name": inert(one.name), "data": data, "connectNulls": False, "showAllSymbol": True,
        "symbol": MARKS[number], "symbolSize": 7 if len(one.values) <= 20 else 4, "emphasis": {"disabled": True},
        "lineStyle": {"color": colour, "width": 1.5 if is_before else 2.25,
                      "type": [3, 3] if is_before else DASHES[number]},
        "itemStyle": {"color": colour},
        **(_references(chart, lying=False) if number == 0 else {}),
    }  # fmt: skip


def _stacked(chart: Chart, width: int) -> tuple[Option, int]:
    """Parts of a whole, one upon the other; each named beside its end, on a phone by a legend."""
    is_wide = width >= NARROW
    sums = [sum(one.values[n] or 0 for one in chart.series) for n in range(len(chart.labels))]
    scale = scale_of(chart, sums, most=5 if is_wide else 4)
    names = [one.name for one in chart.series]
    legend, top = ({"show": False}, 0) if is_wide else _legend(names, width)
    right = math.ceil(min(max(map(text_width, names), default=0), width * 0.25)) + 20 if is_wide else 16
    left, height = _left_of(chart, scale), top + (290 if is_wide else 250)
    end_room, right = right - 14, _right_of(chart, right)
    drawn = height - top - 14 - 26
    tops, middles, so_far = [], [], 0.0
    for one in chart.series:
        part = (one.values[-1] if one.values else 0) or 0
        tops.append(drawn * (1 - (so_far + part - scale.low) / (scale.high - scale.low)))
        middles.append(drawn * (1 - (so_far + part / 2 - scale.low) / (scale.high - scale.low)))
        so_far += part
    drops = [placed - at for placed, at in zip(_apart(middles, drawn), tops, strict=True)]
    series = []
    for number, drop in enumerate(drops):
        line = _line_series(chart, number, end_room if is_wide else 0, drop)
        decal = _decal(number)
        style = line["itemStyle"] | ({"decal": decal} if decal else {})
        series.append(line | {
            "stack": "all", "stackStrategy": "all", "symbol": "circle", "symbolSize": 4, "itemStyle": style,
            "lineStyle": {"color": CARD, "width": 1}, "areaStyle": {"opacity": 1},
        })  # fmt: skip
    option = {
        "grid": _grid(left, top + 14, right, 26), "legend": legend | {"icon": KEY_SHAPE}, "tooltip": _tooltip(),
        "xAxis": _label_axis(chart.labels, room=width - left - right, between=False, lying=False),
        "yAxis": _axis_pair(scale, lying=False), "series": series,
    }  # fmt: skip
    return option, height


def _heat(chart: Chart, width: int) -> tuple[Option, int]:
    """A cell for each label and series, darker for more, with its words where they fit; upright on a phone."""
    columns, rows = list(chart.labels), [one.name for one in chart.series]
    turned = width < NARROW and len(columns) > 10
    if turned:
        columns, rows = rows, columns
    left = math.ceil(min(max(map(text_width, rows), default=0), width * 0.3)) + 14
    columns = [shortened(column, MOST_LABEL) for column in columns]
    slot = (width - left - 10) / max(len(columns), 1)
    every = max(1, math.ceil((max(map(text_width, columns), default=0) + 6) / slot))
    known = [value for one in chart.series for value in one.values if value is not None]
    pieces = _pieces(chart, known)
    size = 10 if slot < 40 else 11
    words = [words_of(chart, one, n) for one in chart.series for n in range(len(one.values))]
    says = all(text_width(word, size) + 2 <= slot for word in words)
    upright = _pieces_width(pieces) > width
    row, top = 26 if width >= NARROW else 22, 10 + 20 * (len(pieces) if upright else 1)
    pale: list[Option] = []
    dark: list[Option] = []
    for r, one in enumerate(chart.series):
        for n, value in enumerate(one.values):
            if value is None:
                continue
            level = max(k for k, piece in enumerate(pieces) if value >= piece["gte"] or k == 0)
            place = [r, n] if turned else [n, r]
            cell = _point(chart, one, n, value=[*place, value, inert(words_of(chart, one, n))])
            (dark if pieces[level]["color"] == HEAT_COLOURS[4] else pale).append(cell)
    axis: Option = {"type": "category", "axisTick": {"show": False}, "axisLine": {"show": False}}
    option = {
        "grid": _grid(left, top, 10, 26), "tooltip": _tooltip(),
        "xAxis": axis | {"data": list(map(inert, columns)),
                         "axisLabel": {"interval": every - 1, "color": INK_2, "fontSize": FONT}},
        "yAxis": axis | {"data": [inert(shortened(name, left - 14)) for name in rows], "inverse": True,
                         "axisLabel": {"interval": 0, "color": INK, "fontSize": FONT}},
        "visualMap": {"type": "piecewise", "pieces": pieces, "top": 2, "left": 2, "padding": 0,
                      "orient": "vertical" if upright else "horizontal",
                      "itemWidth": 18, "itemHeight": 11, "itemGap": 8 if upright else 12, "itemSymbol": "rect",
                      "dimension": 2, "borderColor": "transparent",
                      "textStyle": {"color": INK, "fontSize": FONT}, "hoverLink": False, "selectedMode": False,
                      "showLabel": True, "inverse": False},
        "series": [{"type": "heatmap", "name": "", "data": cells, "emphasis": {"disabled": True},
                    "itemStyle": {"borderColor": CARD, "borderWidth": 1},
                    "label": {"show": says, "formatter": "{@[3]}", "fontSize": size, "color": colour}}
                   for cells, colour in ((pale, INK), (dark, CARD)) if cells],
    }  # fmt: skip
    return option, top + 26 + row * max(len(rows), 1)


def _pieces(chart: Chart, known: Sequence[float]) -> list[Option]:
    """Up to five steps of equal size from the least to the most, each with its words and its colour."""
    least, most = min([0.0, *known]), max(known, default=0.0)
    step = _step(max(most - least, 1e-9) / 5, chart)
    first = math.floor(least / step) * step
    count = min(5, max(1, math.ceil((most - first) / step - 1e-9)))
    bounds = [first + step * n for n in range(count + 1)]
    is_whole = chart.format is Format.NUMBER and all(value % 1 == 0 for value in known)
    pieces = []
    for n, (start, end) in enumerate(itertools.pairwise(bounds)):
        is_last = n == count - 1
        shown = end if is_last or not is_whole else end - 1
        said = [written(round(bound, 10), chart.format, chart.unit) for bound in (start, shown)]
        label = said[0] if start == shown else f"{said[0]} – {said[1]}"
        piece = {"gte": start, "label": inert(label), "color": HEAT_COLOURS[round(n * 4 / max(count - 1, 1))]}
        pieces.append(piece | ({} if is_last else {"lt": end}))
    return pieces


def _pieces_width(pieces: Sequence[Option]) -> float:
    return sum(text_width(piece["label"]) + 40 for piece in pieces)


def _intervals(chart: Chart, width: int) -> tuple[Option, int]:
    """A row each: a dot at the value, a line from end to end of its interval, both said beside it."""
    one = chart.series[0] if chart.series else Series("", ())
    said = [_with_interval(chart, one, n) for n in range(len(one.values))]
    widest = max((text_width(label) for label in chart.labels), default=0)
    left = math.ceil(min(widest, width * 0.34)) + 14
    beside = width >= NARROW
    labels = [wrapped(label, left - 14) for label in chart.labels]
    right = math.ceil(max(map(text_width, said), default=0)) + 20 if beside else 22
    if not beside:  # beneath the name
        left = math.ceil(min(max(widest, *map(text_width, said), 0), width * 0.5)) + 14
        labels = [
            f"{shortened(label, left - 14)}\n{words}".strip() for label, words in zip(chart.labels, said, strict=False)
        ]
    row = max(ROW + 2, 2 * LINE_HEIGHT + (4 if beside else 10) if any("\n" in label for label in labels) else 0)
    scale = _lying_scale(chart, most=5 if beside else 4, room=width - left - right)
    top, bottom = 22 if chart.references else 6, 26
    axis = _label_axis(labels, room=width, between=True, lying=True)
    axis["data"] = [{"value": "\n".join(map(inert, label.split("\n")))} for label in labels]
    beside_them: Option = {
        "type": "category", "inverse": True, "position": "right", "data": list(map(inert, said)), "show": beside,
        "axisLine": {"show": False}, "axisTick": {"show": False},
        "axisLabel": {"interval": 0, "color": INK, "fontSize": FONT, "margin": 12},
    }  # fmt: skip
    known = [n for n, value in enumerate(one.values) if value is not None]
    low = [_at(one.low, n) if _at(one.low, n) is not None else one.values[n] for n in known]
    high = [_at(one.high, n) if _at(one.high, n) is not None else one.values[n] for n in known]
    ends = [[end, n] for n, *pair in zip(known, low, high, strict=True) for end in (*pair, "-")]
    spans = {
        "type": "line", "data": ends, "silent": True, "symbol": "rect", "symbolSize": [2, 9], "showAllSymbol": True,
        "connectNulls": False, "lineStyle": {"color": EDGE, "width": 3, "type": "solid"}, "itemStyle": {"color": EDGE},
        "z": 2, "emphasis": {"disabled": True},
    }  # fmt: skip
    dots = []
    for n in known:
        dots.append(_point(chart, one, n, value=[one.values[n], n]))
        dots[-1]["tooltip"] = {"formatter": f"{inert(chart.labels[n])}\n{inert(said[n])}"}
    option = {
        "grid": _grid(left, top, right, bottom), "tooltip": _tooltip(), "legend": {"show": False},
        "yAxis": [axis, beside_them], "xAxis": _axis_pair(scale, lying=True),
        "series": [{"type": "scatter", "name": inert(one.name), "data": dots, "symbol": "circle", "symbolSize": 10,
                    "z": 4,
                    "itemStyle": {"color": ACCENT, "borderColor": CARD, "borderWidth": 1, "opacity": 1},
                    "emphasis": {"disabled": True}, **_references(chart, lying=True)}, spans],
    }  # fmt: skip
    return option, top + bottom + row * max(len(chart.labels), 1)


def _with_interval(chart: Chart, one: Series, index: int) -> str:
    said, low, high = words_of(chart, one, index), _at(one.low, index), _at(one.high, index)
    if one.words or low is None or high is None:
        return said
    return _(
        "%(value)s (%(low)s to %(high)s)", value=said,
        low=written(low, chart.format, chart.unit), high=written(high, chart.format, chart.unit),
    )  # fmt: skip


def _at(values: Sequence[float | None], index: int) -> float | None:
    return values[index] if index < len(values) else None


def is_outside(one: Series, index: int) -> bool:
    """Whether a value of a control chart lies outside of its limits."""
    value, low, high = one.values[index], _at(one.low, index), _at(one.high, index)
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))


def _control(chart: Chart, width: int) -> tuple[Option, int]:
    """A course with its middle and its limits; what lies outside has a mark of its own and a word."""
    is_wide, one = width >= NARROW, chart.series[0] if chart.series else Series("", ())
    known = _values(chart) or [0.0]
    # Room for the word above or below what lies outside.
    head = (max(known) - min(known)) * 0.12
    known += [
        (value or 0) + (head if (value or 0) > (_at(one.centre, n) or 0) else -head)
        for n, value in enumerate(one.values)
        if is_outside(one, n)
    ]
    from_zero = chart.format is not Format.PERCENT and min(_values(chart), default=0) >= 0
    scale = scale_of(chart, known, most=6 if is_wide else 4, from_zero=from_zero)
    sides = (
        (one.high, _("Upper limit"), [5, 4]), (one.centre, _("Mean"), "solid"), (one.low, _("Lower limit"), [2, 3]),
    )  # fmt: skip
    shown = [(values, name, dash) for values, name, dash in sides if any(value is not None for value in values)]
    said = [f"{name} {written(_last(values), chart.format, chart.unit)}" for values, name, _dash in shown]
    legend, top = ({"show": False}, 0) if is_wide else _legend([one.name or chart.title, *said], width)
    right = math.ceil(max(map(text_width, said), default=0)) + 22 if is_wide else 16
    left, right, height = _left_of(chart, scale), _right_of(chart, right), top + (300 if is_wide else 260)
    drawn = height - top - 18 - 26
    wanted = [drawn * (scale.high - _last(values)) / (scale.high - scale.low) for values, _name, _dash in shown]
    placed = _apart(wanted, drawn)
    limits = []
    for number, (values, _name, dash) in enumerate(shown):
        data: list[Option] = [{"value": "-" if value is None else value} for value in values]
        last = max(n for n, value in enumerate(values) if value is not None)
        if is_wide:
            data[last] |= {"symbol": "circle", "symbolSize": 0.1, "label": {
                "show": True, "position": "right", "distance": 8, "align": "left", "color": INK, "fontSize": FONT,
                "formatter": inert(said[number]), "offset": [0, round(placed[number] - wanted[number], 1)],
            }}  # fmt: skip
        limits.append({
            "type": "line", "name": inert(said[number]), "data": data, "step": "middle", "symbol": "none",
            "showAllSymbol": True, "silent": True, "emphasis": {"disabled": True}, "z": 1,
            "lineStyle": {"color": INK_2, "width": 1.25, "type": dash}, "itemStyle": {"color": INK_2},
        })  # fmt: skip
    course = _line_series(chart, 0) | {"name": inert(one.name or chart.title), "z": 3}
    for n in range(len(one.values)):
        if not is_outside(one, n):
            continue
        high = _at(one.high, n)
        above = high is not None and (one.values[n] or 0) > high
        word = _("above the limit") if above else _("below the limit")
        point = course["data"][n]
        point |= {
            "symbol": "diamond",
            "symbolSize": 15,
            "itemStyle": {"color": INK, "borderColor": CARD, "borderWidth": 1},
        }
        point["tooltip"] = {"formatter": f"{point['tooltip']['formatter']}\n{inert(word)}"}
        slot = (width - left - right) / max(len(one.values), 1)
        half, x = (
            text_width(word) / 2,
            n * (slot if len(one.values) == 1 else slot * len(one.values) / (len(one.values) - 1)),
        )
        place = "right" if x < half - left else "left" if width - left - x < half + 8 else "top"
        point["label"] = {"show": True, "formatter": inert(word), "color": INK, "fontSize": FONT - 1, "fontWeight": 600,
                          "position": place if above or place != "top" else "bottom"}  # fmt: skip
        course["labelLayout"] = {"hideOverlap": True}
    option = {
        "grid": _grid(left, top + 18, right, 26), "legend": legend, "tooltip": _tooltip(),
        "xAxis": _label_axis(chart.labels, room=width - left - right, between=False, lying=False),
        "yAxis": _axis_pair(scale, lying=False), "series": [course, *limits],
    }  # fmt: skip
    return option, height


def _forecast(chart: Chart, width: int) -> tuple[Option, int]:
    """What was, what the model made of it, and what it expects, with the interval as a band of its own pattern."""
    scale = scale_of(chart, _values(chart), most=5 if width >= NARROW else 4)
    band_name = chart.groups[0] if chart.groups else _("Interval of the forecast")
    names = [one.name for one in chart.series]
    has_band = any(one.low and one.high for one in chart.series if one.role is Role.FORECAST)
    legend, top = _legend([*names, *([band_name] if has_band else [])], width)
    if has_band and "data" in legend:
        legend["data"][-1] = {"name": legend["data"][-1], "icon": MARKS[1]}
    left, right = _left_of(chart, scale), _right_of(chart, 16)
    series: list[Option] = []
    past = next((one for one in chart.series if one.role is Role.MAIN), None)
    for number, one in enumerate(chart.series):
        line = _line_series(chart, number)
        line["lineStyle"] |= {"type": {Role.FITTED: [2, 3], Role.FORECAST: [7, 4]}.get(one.role, "solid"),
                              "width": 1.5 if one.role is Role.FITTED else 2.25}  # fmt: skip
        colour = {Role.FITTED: INK_2, Role.FORECAST: ACCENT}.get(one.role, SERIES_COLOURS[number])
        line["lineStyle"]["color"], line["itemStyle"]["color"] = colour, colour
        line |= {"symbol": "none"} if one.role is Role.FITTED else {"z": 4}
        if one.role is Role.FORECAST and past is not None:
            join = _join(one, past)
            if join is not None:
                line["data"][join] = {"value": past.values[join], "symbolSize": 0.1}
            series += _band(one, join, past, band_name)
        series.append(line)
    option = {
        "grid": _grid(left, top + 14, right, 26), "legend": legend, "tooltip": _tooltip(),
        "xAxis": _label_axis(chart.labels, room=width - left - right, between=False, lying=False),
        "yAxis": _axis_pair(scale, lying=False), "series": series,
    }  # fmt: skip
    return option, top + (290 if width >= NARROW else 250)


def _join(one: Series, past: Series) -> int | None:
    """Where the past ends and the forecast begins: the last value of the one, if the other has none there."""
    last = max((n for n, value in enumerate(past.values) if value is not None), default=None)
    return last if last is not None and last < len(one.values) and one.values[last] is None else None


def _band(one: Series, join: int | None, past: Series, name: str) -> list[Option]:
    floor: list[Any] = ["-"] * len(one.values)
    thick: list[Any] = ["-"] * len(one.values)
    for n in range(len(one.values)):
        low, high = _at(one.low, n), _at(one.high, n)
        if n == join:
            floor[n], thick[n] = past.values[n], 0
        elif low is not None and high is not None:
            floor[n], thick[n] = low, high - low
    if all(value == "-" or value == 0 for value in thick):
        return []
    line: Option = {"type": "line", "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": True, "z": 1,
                    "lineStyle": {"width": 0, "opacity": 0}, "emphasis": {"disabled": True}}  # fmt: skip
    fill = {"color": HEAT_COLOURS[1], "decal": _decal(1)}
    return [
        line | {"name": "", "data": floor},
        line | {"name": inert(name), "data": thick, "areaStyle": {"color": HEAT_COLOURS[1], "opacity": 1},
                "itemStyle": fill},
    ]  # fmt: skip


def _sankey(chart: Chart, width: int) -> tuple[Option, int]:
    """From the left to the right: each name stands on both sides, for what goes up comes down as well."""
    flows = drawn_flows(chart)
    order = _once([*(flow.source for flow in flows), *(flow.target for flow in flows)])
    sides = [
        {name: total for name in order if (total := sum(flow.value for flow in flows if getattr(flow, end) == name))}
        for end in ("source", "target")
    ]
    heads = [
        {"text": inert(shortened(head, width / 2 - 8)), "top": 0, "padding": 0, "borderColor": "transparent",
         **({"right": 0} if side else {"left": 0}),
         "textStyle": {"color": INK_2, "fontSize": FONT, "fontWeight": "normal"}}
        for side, head in enumerate(chart.labels[:2])
    ]  # fmt: skip
    most = width * (0.22 if width >= NARROW else 0.27)
    margin = math.ceil(min(max(map(text_width, order), default=0), most)) + 14
    # The words at the first bars, which may be thin, stand beneath the heads.
    lines = 1 + max((wrapped(name, most).count("\n") + 1 for names in sides for name in list(names)[:1]), default=1)
    top = 12 + math.ceil(lines * LINE_HEIGHT / 2) + (6 if heads else -12)
    drawn = max(200, 56 * max(map(len, sides)), 20 * len(flows))
    thickness, middles = _middles(flows, sides, drawn)
    nodes = []
    for side, names in enumerate(sides):
        for name, total in names.items():
            said = written(total, chart.format, chart.unit)
            words = [*wrapped(name, most).split("\n"), said]
            nodes.append({
                "name": f"{side}{inert(name)}", "depth": side, "value": total,
                "tooltip": {"formatter": f"{inert(name)}\n{inert(said)}"},
                "label": {"formatter": "\n".join(map(inert, words)), "position": "right" if side else "left"},
            })  # fmt: skip
    links, beside = [], []
    for flow, middle in zip(flows, middles, strict=True):
        said = words_of_flow(chart, flow)
        if width >= NARROW and thickness * flow.value >= FONT - 2:
            beside.append({
                "type": "text", "silent": True, "x": margin + 20, "y": round(top + middle, 1), "z": 10,
                "style": {"text": shortened(said, width - 2 * margin - 60), "fill": INK, "fontSize": FONT - 1,
                          "textVerticalAlign": "middle"},
            })  # fmt: skip
        link = {
            "source": f"0{inert(flow.source)}", "target": f"1{inert(flow.target)}", "value": flow.value,
            "lineStyle": {"color": SERIES_COLOURS[flow.group % MOST_SERIES], "opacity": 0.4},
            "tooltip": {"formatter": f"{inert(flow.source)} → {inert(flow.target)}\n{inert(said)}"},
        }  # fmt: skip
        links.append(link | ({"url": url, "cursor": "pointer"} if (url := _safe(flow.url)) else {}))
    series = {
        "type": "sankey", "data": nodes, "links": links, "left": margin, "right": margin, "top": top, "bottom": 10,
        "nodeGap": NODE_GAP, "nodeWidth": 12, "layoutIterations": 0, "draggable": False, "emphasis": {"disabled": True},
        "itemStyle": {"color": INK_2, "borderWidth": 0},
        "label": {"color": INK, "fontSize": FONT, "lineHeight": LINE_HEIGHT, "distance": 6},
    }  # fmt: skip
    option = {"title": heads, "tooltip": _tooltip(), "series": [series], "graphic": beside}
    return option, top + drawn + 10


def _middles(flows: Sequence[Flow], sides: Sequence[dict[str, float]], height: float) -> tuple[float, list[float]]:
    """How thick a stripe of one is in a Sankey chart, and at which height each leaves its source, as ECharts has it."""
    if not flows:
        return 0.0, []
    scale = min((height - NODE_GAP * (len(names) - 1)) / sum(names.values()) for names in sides)
    targets, middles, top = list(sides[1]), [0.0] * len(flows), 0.0
    for name, total in sides[0].items():
        at = top
        for n in sorted((n for n, flow in enumerate(flows) if flow.source == name),
                        key=lambda n: targets.index(flows[n].target)):  # fmt: skip
            middles[n] = at + flows[n].value * scale / 2
            at += flows[n].value * scale
        top += total * scale + NODE_GAP
    return scale, middles


def drawn_flows(chart: Chart) -> list[Flow]:
    """The flows that the picture shows: the strongest, in the order in which they came."""
    strongest = sorted(range(len(chart.flows)), key=lambda n: -chart.flows[n].value)[:MOST_WAYS]
    return [chart.flows[n] for n in sorted(strongest) if chart.flows[n].value > 0]


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _process(chart: Chart, width: int) -> tuple[Option, int]:
    """Steps in the order in which work comes by them, left to right (on a phone downwards); back is dashed."""
    flows = drawn_flows(chart)
    ranks = ranks_of(flows)
    layers: dict[int, list[str]] = {}
    for name, rank in ranks.items():
        layers.setdefault(rank, []).append(name)
    upright = width < NARROW
    depth, breadth = max(layers, default=0) + 1, max(map(len, layers.values()), default=1)
    # Downwards a layer takes the room of the names in its second column.
    tall = [max(92, 40 + STEP_BELOW * (len(layers[rank]) - 1)) for rank in sorted(layers)]
    height = sum(tall) + 30 if upright else max(220, breadth * 104)
    slot, short_side = (0.0, width) if upright else (width / depth, height)
    came = {name: sum(flow.value for flow in flows if flow.target == name) for name in ranks}
    passing = {name: max(came[name], sum(flow.value for flow in flows if flow.source == name)) for name in ranks}
    passing |= {node.name: node.value for node in chart.nodes if node.name in ranks}
    urls = {node.name: _safe(node.url) for node in chart.nodes}
    most = max(passing.values(), default=1)
    places: dict[str, tuple[float, float]] = {}
    for rank, names in layers.items():
        for position, name in enumerate(names):
            along, aside = slot * (rank + 0.5), short_side * (position + 0.5) / len(names)
            if upright:  # two columns, their names outside of them; a third step of a layer stands a little lower
                aside = short_side * (0.64 if position else 0.36)
                along = sum(tall[:rank]) + 46 + STEP_BELOW * max(0, position - 1)
            places[name] = (along, aside)
    curves = {} if upright else _curves(flows, ranks, places)
    over, beneath = (0.0, 0.0) if upright else _beyond(curves, places, height)
    height = math.ceil(height + over + beneath)
    nodes = []
    for names in layers.values():
        for position, name in enumerate(names):
            along, aside = places[name]
            x, y = (aside, height - along) if upright else (along, height - over - aside)
            room = short_side * 0.3 - 20 if upright else slot - 6
            side = ("left" if position == 0 else "right") if upright else "bottom"
            size = 16 + 18 * math.sqrt(passing[name] / most)
            said = written(passing[name], chart.format, chart.unit)
            text = "\n".join(map(inert, [*wrapped(name, max(room, 60)).split("\n"), said]))
            node: Option = {
                "name": inert(name), "value": [round(x, 1), round(y, 1)], "symbolSize": round(size, 1),
                "label": {"formatter": text, "position": side},
                "tooltip": {"formatter": f"{inert(name)}\n{inert(said)}"},
            }  # fmt: skip
            nodes.append(node | ({"url": url, "cursor": "pointer"} if (url := urls.get(name)) else {}))
    strongest = max((flow.value for flow in flows), default=1)
    links = []
    for flow in flows:
        goes_back, step = ranks[flow.target] <= ranks[flow.source], abs(ranks[flow.target] - ranks[flow.source])
        said = words_of_flow(chart, flow)
        link: Option = {
            "source": inert(flow.source), "target": inert(flow.target),
            "lineStyle": {"color": SERIES_COLOURS[1] if goes_back else INK_2, "type": [5, 3] if goes_back else "solid",
                          "width": round(1 + 5 * flow.value / strongest, 1), "opacity": 0.85,
                          "curveness": curves.get((flow.source, flow.target),
                                        (-0.2 if step == 1 else -0.42) if goes_back else 0.0 if step == 1 else 0.24)},
            "label": {"show": not upright or len(flows) <= MOST_SAID_BELOW, "formatter": inert(shortened(said, 80)),
                      "color": INK, "fontSize": FONT - 1,
                      "backgroundColor": CARD, "padding": [1, 3]},
            "tooltip": {"formatter": f"{inert(flow.source)} → {inert(flow.target)}\n{inert(said)}"},
        }  # fmt: skip
        links.append(link | ({"url": url, "cursor": "pointer"} if (url := _safe(flow.url)) else {}))
    hidden: Option = {"type": "value", "show": False, "min": 0}
    series = {
        "type": "graph", "coordinateSystem": "cartesian2d", "data": nodes, "links": links, "symbol": "circle", "z": 3,
        "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 9, "emphasis": {"disabled": True}, "draggable": False,
        "itemStyle": {"color": ACCENT, "borderColor": CARD, "borderWidth": 2},
        "label": {"show": True, "color": INK, "fontSize": FONT,
                  "lineHeight": LINE_HEIGHT, "backgroundColor": CARD, "padding": [1, 2]},
    }  # fmt: skip
    option = {
        "grid": _grid(0, 0, 0, 0), "xAxis": hidden | {"max": width}, "yAxis": hidden | {"max": height},
        "tooltip": _tooltip(), "series": [series],
    }  # fmt: skip
    return option, height


def _curves(
    flows: Sequence[Flow], ranks: dict[str, int], places: dict[str, tuple[float, float]]
) -> dict[tuple[str, str], float]:
    """How far each way bends so that it passes what lies between: forward over it, back beneath it."""
    curves: dict[tuple[str, str], float] = {}
    over = beneath = 0
    for flow in flows:
        (x1, y1), (x2, y2) = places[flow.source], places[flow.target]
        first, last = sorted((ranks[flow.source], ranks[flow.target]))
        between = [places[name][1] for name, rank in ranks.items() if first < rank < last]
        distance, middle = max(math.hypot(x2 - x1, y2 - y1), 1.0), (y1 + y2) / 2
        if ranks[flow.target] <= ranks[flow.source]:
            needed = max(between) + 84 + 16 * beneath - middle if between else 13
            beneath += bool(between)
            curves[flow.source, flow.target] = round(min(1.6, max(0.16, 2 * needed / distance)), 3)
        elif between:
            needed = middle - (min(between) - 36 - 16 * over)
            over += 1
            curves[flow.source, flow.target] = round(min(1.6, max(0.2, 2 * needed / distance)), 3)
    return curves


def _beyond(
    curves: dict[tuple[str, str], float], places: dict[str, tuple[float, float]], height: float
) -> tuple[float, float]:
    """How far the ways bend out of the picture, above and below."""
    over = beneath = 0.0
    for (source, target), curve in curves.items():
        (x1, y1), (x2, y2) = places[source], places[target]
        middle, bend = (y1 + y2) / 2, curve * math.hypot(x2 - x1, y2 - y1) / 2
        is_back = x2 <= x1
        over = max(over, 14 - (middle - bend) if not is_back else 0)
        beneath = max(beneath, middle + bend + 14 - height if is_back else 0)
    return over, beneath


def ranks_of(flows: Sequence[Flow]) -> dict[str, int]:
    """How many steps from the start each name stands, by the longest way that does not go back.

    What goes back is found by going the strongest ways first, from the name that most comes out of and least into.
    """
    names = _once(name for flow in flows for name in (flow.source, flow.target))
    surplus = {name: sum(f.value * ((f.source == name) - (f.target == name)) for f in flows) for name in names}
    onward: dict[str, list[str]] = {name: [] for name in names}
    state: dict[str, str] = {}
    order: list[str] = []
    strongest = sorted(flows, key=lambda flow: -flow.value)

    def go(name: str) -> None:
        state[name] = "open"
        for flow in strongest:
            if flow.source == name and flow.target != name and state.get(flow.target) != "open":
                onward[name].append(flow.target)
                if flow.target not in state:
                    go(flow.target)
        state[name] = "done"
        order.append(name)

    for name in sorted(names, key=lambda name: -surplus[name]):
        if name not in state:
            go(name)
    ranks = dict.fromkeys(names, 0)
    for name in reversed(order):
        for target in onward[name]:
            ranks[target] = max(ranks[target], ranks[name] + 1)
    return ranks


def _left_of(chart: Chart, scale: Scale) -> int:
    """Room for the words of the scale, and for half of the first label."""
    first = min(text_width(chart.labels[0]), MOST_LABEL) / 2 if chart.labels else 0
    return math.ceil(max(scale.room + 14, first))


def _right_of(chart: Chart, least: int) -> int:
    """Room to the right of a course: so much at least, and half of the last label."""
    last = min(text_width(chart.labels[-1]), MOST_LABEL) / 2 if chart.labels else 0
    return math.ceil(max(least, last))


def _grid(left: float, top: float, right: float, bottom: float) -> Option:
    return {"left": left, "top": top, "right": right, "bottom": bottom, "outerBoundsMode": "none"}


BUILDERS: dict[Kind, Callable[[Chart, int], tuple[Option, int]]] = {
    Kind.BARS: _bars,
    Kind.COLUMNS: _standing,
    Kind.LINES: _lines,
    Kind.STACKED: _stacked,
    Kind.HEAT: _heat,
    Kind.SANKEY: _sankey,
    Kind.CONTROL: _control,
    Kind.FORECAST: _forecast,
    Kind.INTERVALS: _intervals,
    Kind.PROCESS: _process,
}
