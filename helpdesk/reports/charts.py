"""A report's series → one ECharts option (pure), the same for the server's drawing and for the browser.

1. Labels, names and notes come in as text of the reader's language; numbers are written here, by `Format`.
2. An option holds no function: every label is written out, so that server and browser show the same words.
3. Colours are those of the house's palette, by their light values; `drawing` and `charts.js` put in the dark ones.
4. What colour says is said a second time: by dashes and marks of lines, by patterns of areas, by outlines, by words.
5. A chart below `NARROW` pixels is a drawing of its own: bars lie down, fewer ticks, a legend for the direct labels.
6. Text is whatever people typed: what has no glyph or turns the direction of its neighbours is left out.
"""

from __future__ import annotations

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

# Name → light, dark. Red, amber and green mean time and nothing else, so no series has them. The distances between
# the six, also as colour-blind people see them, are measured in the tests.
PALETTE = {
    "ink": ("#16211f", "#e6ece9"), "ink-2": ("#4c5a57", "#a3b1ad"), "card": ("#ffffff", "#171f1d"),
    "line": ("#dcdfd8", "#2a3431"), "edge": ("#818c87", "#6a7873"),
    "chart-1": ("#0b6b5d", "#5fc9b5"), "chart-2": ("#2679cc", "#2a7ccf"), "chart-3": ("#828548", "#f1f2af"),
    "chart-4": ("#023f71", "#7bc9fc"), "chart-5": ("#4f94b2", "#187886"), "chart-6": ("#333800", "#6d7135"),
    "heat-1": ("#e7f1ee", "#1b2b28"), "heat-2": ("#bfdcd5", "#1f453e"), "heat-3": ("#8abfb4", "#2a6a5f"),
    "heat-4": ("#46988a", "#409685"), "heat-5": ("#0a5f53", "#66cfbb"),
}  # fmt: skip
INK, INK_2, CARD, LINE, EDGE = (PALETTE[name][0] for name in ("ink", "ink-2", "card", "line", "edge"))
SERIES_COLOURS = tuple(PALETTE[f"chart-{n}"][0] for n in range(1, MOST_SERIES + 1))
HEAT_COLOURS = tuple(PALETTE[f"heat-{n}"][0] for n in range(1, 6))
ACCENT = SERIES_COLOURS[0]
DASHES: tuple[Any, ...] = ("solid", [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 4])
MARKS = ("circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect")


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
class Reference:
    """A level to compare with (a target), in the unit of the values, and what it is called."""

    value: float
    label: str


@dataclass(frozen=True)
class Chart:
    """What is to be drawn. `labels` are those of the x-axis or of the rows; heat has `rows` too: one for each series.

    `flows` are for Sankey and process, `groups` name their kinds; the two `labels` of a Sankey chart head its sides.
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

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: no value anywhere."""
        if self.kind in (Kind.SANKEY, Kind.PROCESS):
            return not any(flow.value > 0 for flow in self.flows)
        return all(value is None for series in self.series for value in series.values)

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
            return i18n.duration(value)
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
    return Scale(ticks[0], ticks[-1], tuple(written(round(t, 10), chart.format, chart.unit) for t in ticks))


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
    if index < len(series.urls) and (url := series.urls[index]):
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
        {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 5], "rotation": -math.pi / 4},
        {"symbol": "circle", "dashArrayX": [[7, 7], [0, 7, 7, 0]], "dashArrayY": [7, 0], "symbolSize": 0.55},
        {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1.5, 4], "rotation": math.pi / 4},
        {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [1.5, 4], "rotation": 0},
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
        "data": [inert(name) for name in shown], "align": "left", "selectedMode": True,
        "textStyle": {"color": INK, "fontSize": FONT, "width": width - 60, "overflow": "truncate"},
    }, rows * 22 + 6  # fmt: skip


def _references(chart: Chart, *, lying: bool) -> Option:
    """Lines at levels, each with its word."""
    if not chart.references:
        return {}
    return {"markLine": {
        "silent": True, "symbol": "none", "lineStyle": {"color": INK, "type": [5, 3], "width": 1.25},
        "data": [{"xAxis" if lying else "yAxis": one.value,
                  "label": {"formatter": inert(f"{one.label} {written(one.value, chart.format, chart.unit)}"),
                            "position": "start" if lying else "insideEndTop", "color": INK, "fontSize": FONT}}
                 for one in chart.references],
    }}  # fmt: skip


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
    left, height = round(scale.room) + 14, top + (280 if width >= NARROW else 240)
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
    left = round(min(widest, width * 0.4)) + 14
    labels = [wrapped(label, left - 14) for label in chart.labels]
    row = max(ROW, 14 * len(main) + 8, 2 * LINE_HEIGHT + 2 if any("\n" in label for label in labels) else 0)
    said = max((text_width(words_of(chart, one, n)) for one in main for n in range(len(one.values))), default=0)
    scale = scale_of(chart, _values(chart), most=5 if width >= NARROW else 3)
    legend, top = _legend([one.name for one in chart.series], width)
    right = round(max(said + 12, text_width(scale.words[-1]) / 2 + 4))
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
    right = round(min(max(map(text_width, names), default=0), width * 0.25)) + 20 if direct else 16
    left = round(scale.room) + 14
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
    ends = [next((value for value in reversed(one.values) if value is not None), 0.0) for one in chart.series]
    wanted = {n: height * (scale.high - end) / (scale.high - scale.low) for n, end in enumerate(ends)}
    order = sorted(wanted, key=lambda n: wanted[n])
    placed: dict[int, float] = {}
    for n in order:
        placed[n] = max(wanted[n], max(placed.values(), default=-LINE_HEIGHT) + LINE_HEIGHT)
    below = max(placed.values()) - height
    for n in reversed(order) if below > 0 else ():
        later = [placed[other] for other in order[order.index(n) + 1 :]]
        placed[n] = min(placed[n], min(later, default=height + LINE_HEIGHT) - LINE_HEIGHT)
    return [placed[n] - wanted[n] for n in range(len(ends))]


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


def _grid(left: float, top: float, right: float, bottom: float) -> Option:
    return {"left": left, "top": top, "right": right, "bottom": bottom, "outerBoundsMode": "none"}


BUILDERS: dict[Kind, Callable[[Chart, int], tuple[Option, int]]] = {
    Kind.BARS: _bars,
    Kind.COLUMNS: _standing,
    Kind.LINES: _lines,
}
