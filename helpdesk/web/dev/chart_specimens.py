"""Specimens of charts: each kind with few and many entries, and with what hurts. The figures are made up."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

from helpdesk.reports.charts import Chart, Flow, Format, Kind, Reference, Role, Series

PRODUCTS = ("Printa M5", "Skeno T5", "Kiosk K22", "Fiskalas 3", "Terminal V8", "Mokėjimai", "Loyalty", "Sandėlis",
            "Labels", "Gateway", "Кассовый модуль", "收银台")  # fmt: skip
LONG = (
    "The label printer in the second warehouse that stands beside the window, since the move of the year before last",
    "Кассовый модуль с очень длинным названием, которое никогда не помещается ни в одну строку",
    "北部地区所有仓库的标签打印机和收银终端的综合维护与支持服务合同",
    '<script>alert(1)</script> & </svg> "quoted" {b} {a|styled}',
    "תווית מימין לשמאל",
    "👩‍👩‍👧‍👦 family 🖨️",
)
SIZES = (3, 12, 60)


def specimens() -> list[Chart]:
    """Every kind in every size, then one without figures, one with a single point and one with hard labels each."""
    charts = [chart for kind in Kind for chart in (MAKERS[kind](n) for n in SIZES)]
    charts += [MAKERS[kind](0) for kind in Kind]
    charts += [MAKERS[kind](1) for kind in Kind]
    return [*charts, *_hard()]


def one_of_each() -> list[Chart]:
    """Every kind in its usual size."""
    return [MAKERS[kind](12) for kind in Kind]


def wave(n: int, *, around: float = 40, by: float = 24, turn: float = 0.0) -> int:
    return max(0, round(around + by * math.sin(n / 2.3 + turn) + 5 * math.sin(n * 1.7)))


def products(count: int) -> tuple[str, ...]:
    rounds = itertools.count(2)
    names: list[str] = []
    while len(names) < count:
        names += PRODUCTS if not names else [f"{name} {next(rounds)}" for name in PRODUCTS]
    return tuple(names[:count])


def days(count: int) -> tuple[str, ...]:
    return tuple(f"{1 + n % 30} {('Oct', 'Nov', 'Dec')[n // 30]}" for n in range(count))


def weeks(count: int) -> tuple[str, ...]:
    return tuple(f"W{n + 1}" for n in range(count))


def bars(count: int) -> Chart:
    values = tuple(round(180 * 0.94**n) for n in range(count))
    urls = tuple(f"#bars-{count}" for _ in values)
    return Chart(Kind.BARS, f"Tickets by product: {count}", products(count), (Series("", values, urls=urls),),
                 unit="tickets", note="November 2026; the point leads to its tickets.")  # fmt: skip


def columns(count: int) -> Chart:
    opened = Series("This period", tuple(wave(n) for n in range(count)))
    before = Series("The period before", tuple(wave(n, turn=0.7) for n in range(count)), role=Role.BEFORE)
    return Chart(Kind.COLUMNS, f"Opened: {count} days", days(count), (opened, before), unit="tickets")


def lines(count: int) -> Chart:
    names = ("First line", "Second line", "Third line", "Field", "Partners", "All")[: max(2, min(6, count // 2))]
    series = tuple(
        Series(name, tuple(None if n == count // 2 and k == 0 and count > 3 else
                           min(1.0, 0.6 + 0.05 * k + 0.08 * math.sin(n / 3 + k)) for n in range(count)))
        for k, name in enumerate(names)
    )  # fmt: skip
    return Chart(Kind.LINES, f"Answered in time: {count} weeks", weeks(count), series, format=Format.PERCENT,
                 references=(Reference(0.95, "Target"),))  # fmt: skip


def stacked(count: int) -> Chart:
    names = ("up to a day", "up to three days", "up to a week", "up to a month", "older")
    series = tuple(Series(name, tuple(wave(n, around=20 + 3 * k, by=9, turn=k) for n in range(count)))
                   for k, name in enumerate(names))  # fmt: skip
    return Chart(Kind.STACKED, f"Backlog by age: {count} weeks", weeks(count), series, unit="open tickets")


def heat(count: int) -> Chart:
    hours = tuple(f"{n:02}" for n in range(min(count, 24)))
    weekdays = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    series = tuple(
        Series(name, tuple(round(max(0.0, 34 * math.sin((n - 6) / 12 * math.pi)) * (0.15 if k > 4 else 1 - k * 0.08))
                           for n in range(len(hours))))
        for k, name in enumerate(weekdays)
    )  # fmt: skip
    return Chart(Kind.HEAT, f"Arrivals by hour and weekday: {len(hours)} hours", hours, series, unit="tickets",
                 note="Europe/Vilnius")  # fmt: skip


def sankey(count: int) -> Chart:
    names = ("First line", "Second line", "Third line") if count < 20 else products(12)
    words = ("up", "down", "sideways")
    flows = []
    for a, b in itertools.islice(itertools.product(range(len(names)), repeat=2), count):
        group = 0 if b > a else 1 if b < a else 2
        value = 1 + wave(3 * a + 7 * b, around=30, by=28)
        flows.append(Flow(names[a], names[b], value, f"{words[group]}: {value}", f"#sankey-{count}", group))
    title = f"Flow between the lines: {count} ways"
    return Chart(Kind.SANKEY, title, ("From", "To"), flows=tuple(flows), groups=words)


def control(count: int) -> Chart:
    values = tuple(8 + (n * 5) % 7 + (14 if n == count - 3 else -9 if n == 5 else 0) for n in range(count))
    series = Series("Reopened", values, low=(3.5,) * count, high=(19.0,) * count, centre=(11.0,) * count)
    return Chart(Kind.CONTROL, f"Reopened a week: {count} weeks", weeks(count), (series,), unit="tickets",
                 note="XmR: the limits are those of chance alone.")  # fmt: skip


def forecast(count: int) -> Chart:
    past = count - max(1, count // 4) if count > 1 else count
    ahead = count - past
    level = tuple(80.0 + 12 * math.sin(n / 2) for n in range(count))
    empty, later = (None,) * past, (None,) * ahead
    spread = tuple(8.0 + 3 * (n + 1) ** 0.5 for n in range(ahead))
    series = (
        Series("Arrived", tuple(round(v + (n * 7) % 11 - 5) for n, v in enumerate(level[:past])) + later),
        Series("Fitted", tuple(level[:past]) + later, role=Role.FITTED),
        Series("Expected", empty + tuple(level[past:]), role=Role.FORECAST,
               low=empty + tuple(v - s for v, s in zip(level[past:], spread, strict=True)),
               high=empty + tuple(v + s for v, s in zip(level[past:], spread, strict=True))),
    )  # fmt: skip
    return Chart(Kind.FORECAST, f"Arrivals: {past} weeks and {ahead} to come", weeks(count), series,
                 unit="tickets a week", groups=("Interval, 80 %",),
                 note="Mean absolute error of the last eight weeks: 7 tickets.")  # fmt: skip


def intervals(count: int) -> Chart:
    values = tuple(max(0.35, 0.97 - 0.01 * n) for n in range(count))
    series = Series("In time", values, low=tuple(v - 0.03 - 0.002 * n for n, v in enumerate(values)),
                    high=tuple(min(1.0, v + 0.02 + 0.002 * n) for n, v in enumerate(values)))  # fmt: skip
    return Chart(Kind.INTERVALS, f"Answered in time: {count} products", products(count), (series,),
                 format=Format.PERCENT, references=(Reference(0.9, "Target"),))  # fmt: skip


def process(count: int) -> Chart:
    ways = (
        ("New", "Open", 412), ("Open", "Resolved", 290), ("Resolved", "Closed", 318),
        ("Open", "Waiting for client", 131), ("Waiting for client", "Open", 98), ("Resolved", "Open", 14),
        ("Open", "Waiting for vendor", 33), ("Waiting for vendor", "Open", 30),
        ("Waiting for client", "Resolved", 33), ("New", "Cancelled", 9), ("Open", "Scheduled", 41),
        ("Scheduled", "Resolved", 38),
    )  # fmt: skip
    names = [*dict.fromkeys(name for way in ways for name in way[:2])]
    more = [(names[a], f"{names[b]} {n}", 3 + n % 9) for n in range(1, 6) for a, b in
            itertools.islice(itertools.permutations(range(1, len(names)), 2), n * 3, n * 3 + 10)]  # fmt: skip
    flows = tuple(Flow(a, b, value) for a, b, value in [*ways, *more][:count])
    return Chart(Kind.PROCESS, f"Ways of tickets: {count}", flows=flows, unit="tickets")


MAKERS: Mapping[Kind, Callable[[int], Chart]] = {
    Kind.BARS: bars, Kind.COLUMNS: columns, Kind.LINES: lines, Kind.STACKED: stacked, Kind.HEAT: heat,
    Kind.SANKEY: sankey, Kind.CONTROL: control, Kind.FORECAST: forecast, Kind.INTERVALS: intervals,
    Kind.PROCESS: process,
}  # fmt: skip


def _hard() -> list[Chart]:
    values, count = tuple(90 - 13 * n for n in range(len(LONG))), len(LONG)
    shares = tuple(0.9 - 0.1 * n for n in range(count))
    ends = Series(LONG[0], shares, low=tuple(v - 0.1 for v in shares), high=tuple(v + 0.08 for v in shares))
    return [
        Chart(Kind.BARS, LONG[3], LONG, (Series(LONG[0], values),), note=LONG[1]),
        Chart(Kind.COLUMNS, LONG[0], LONG, (Series(LONG[1], values), Series(LONG[2], values, role=Role.BEFORE))),
        Chart(Kind.LINES, LONG[1], LONG, tuple(Series(name, tuple(v + 3 * k for v in values))
                                               for k, name in enumerate(LONG))),
        Chart(Kind.STACKED, LONG[2], LONG, tuple(Series(name, values) for name in LONG[:5])),
        Chart(Kind.HEAT, "Hard rows and columns", LONG, tuple(Series(name, values) for name in LONG)),
        Chart(Kind.SANKEY, "Hard names", flows=tuple(Flow(a, b, 9, a) for a, b in itertools.pairwise(LONG))),
        Chart(Kind.INTERVALS, "Hard rows", LONG, (ends,), format=Format.PERCENT),
        Chart(Kind.PROCESS, "Hard steps", flows=tuple(Flow(a, b, 9) for a, b in itertools.pairwise(LONG))),
        Chart(Kind.BARS, "Lengths of time, some below zero", ("Sooner", "Later", "None", "Long"),
              (Series("", (-5400, 7200, None, 260_000)),), format=Format.DURATION),
        Chart(Kind.COLUMNS, "Costs", weeks(8), (Series("", tuple(wave(n) * 12_345 for n in range(8))),),
              format=Format.MONEY, unit="EUR"),
    ]  # fmt: skip
