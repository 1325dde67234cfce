"""How fast the SLA arithmetic is: `python bench/bench_sla.py [FILE]` prints a table and writes it to FILE as JSON.

The calendar is that of a Vilnius office: 08-12 and 13-17 on weekdays, eleven holidays a year. The bars: a due instant
at any distance in 5 us, twelve years compiled in 100 ms, a million open clocks re-evaluated in 15 s. The package
businesstimedelta answers the same questions in the same run.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from sla.worktime import DAY, YEAR, Calendar, WorkIndex, compile_calendar, parse_instant, tzdata_version

HOUR = 3600
START = parse_instant("2026-03-09T11:30:00+02:00")
FIRST, LAST = parse_instant("2020-01-01T00:00:00Z"), parse_instant("2032-01-01T00:00:00Z")
HOLIDAYS = ("01-01", "02-16", "03-11", "05-01", "06-24", "07-06", "08-15", "11-01", "12-24", "12-25", "12-26")
ZONES = ("Europe/Vilnius", "Asia/Shanghai", "America/New_York", "Australia/Sydney", "America/Sao_Paulo")
CLOCKS = 1_000_000

Row: TypeAlias = tuple[str, float, str]  # what was measured, how much, its unit


def main(destination: str | None) -> None:
    rows = compile_rows() + call_rows() + peer_rows() + clock_rows()
    width = max(len(name) for name, _, _ in rows)
    for name, value, unit in rows:
        print(f"{name:<{width}}  {value:>10.2f} {unit}")
    if destination is not None:
        report = {
            "python": platform.python_version(),
            "tzdata": tzdata_version(),
            "results": [{"name": name, "value": round(value, 3), "unit": unit} for name, value, unit in rows],
        }
        Path(destination).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def compile_rows() -> list[Row]:
    """Compile twelve years: the first calendar of a zone, which has to find its offsets, and one that need not."""
    rows: list[Row] = []
    for name, minute in (("compile 12 years, new zone", 0), ("compile 12 years, known zone", 1)):
        index = compile_calendar(office("Europe/Vilnius", minute))
        began = time.perf_counter()
        index.cover(FIRST, LAST)
        rows.append((name, (time.perf_counter() - began) * 1e3, "ms"))
    return rows


def call_rows() -> list[Row]:
    """The median of one call, at every distance."""
    index = compile_calendar(office("Europe/Vilnius", 0))
    index.cover(FIRST, LAST)
    pauses = [(START + n * DAY, START + n * DAY + 5 * HOUR) for n in range(3)]
    spans = {"1 d": DAY, "30 d": 30 * DAY, "365 d": 365 * DAY, "10 y": 10 * YEAR}
    calls: dict[str, Callable[[], object]] = {
        **{f"due {hours} h": partial(index.due, START, hours * HOUR) for hours in (4, 40, 400, 4000)},
        **{f"elapsed {name}": partial(index.elapsed, LAST - span, LAST) for name, span in spans.items()},
        "due 40 h, three pauses": partial(index.due, START, 40 * HOUR, pauses),
        "elapsed 30 d, three pauses": partial(index.elapsed, START, START + 30 * DAY, pauses),
        "fifth business day": partial(index.business_days_after, START, 5),
    }
    return [(name, median_us(call), "us") for name, call in calls.items()]


def peer_rows() -> list[Row]:
    """What businesstimedelta takes for the same questions."""
    import businesstimedelta as peer
    import pytz  # the only zones that it knows

    zone = pytz.timezone("Europe/Vilnius")
    halves = [peer.WorkDayRule(start_time=clock(a), end_time=clock(b), working_days=[0, 1, 2, 3, 4], tz=zone)
              for a, b in ((8, 12), (13, 17))]  # fmt: skip
    free = {date.fromisoformat(f"{year}-{day}"): "holiday" for year in range(2020, 2032) for day in HOLIDAYS}
    rules = peer.Rules([*halves, peer.HolidayRule(free, tz=zone)])
    start = datetime.fromtimestamp(START, zone)
    calls: dict[str, Callable[[], object]] = {
        **{f"businesstimedelta: due {hours} h": partial(_sum, start, peer.BusinessTimeDelta(rules, hours=hours))
           for hours in (4, 40)},
        "businesstimedelta: elapsed 30 d": partial(
            rules.difference, start, datetime.fromtimestamp(START + 30 * DAY, zone)
        ),
    }  # fmt: skip
    return [(name, median_us(call, repeat=9, batch=2), "us") for name, call in calls.items()]


def _sum(start: datetime, span: Any) -> object:
    return start + span


def clock_rows() -> list[Row]:
    """Many open clocks over fifty calendars in five zones, each with up to five pauses."""
    dice = random.Random(20260309)
    indexes = [compile_calendar(office(ZONES[number % len(ZONES)], number)) for number in range(50)]
    clocks = [a_clock(dice, indexes) for _ in range(CLOCKS)]
    for index in indexes:
        index.cover(FIRST, LAST)
    calls: dict[str, Callable[[], object]] = {
        "due with pauses": lambda: [index.due(start, target, pauses) for index, start, target, pauses in clocks],
        "elapsed with pauses": lambda: [index.elapsed(start, LAST, pauses) for index, start, _, pauses in clocks],
    }
    return [(f"{name}, {CLOCKS:,} clocks", seconds(call), "s") for name, call in calls.items()]


def a_clock(dice: random.Random, indexes: list[WorkIndex]) -> tuple[WorkIndex, int, int, list[tuple[int, int]]]:
    start = dice.randrange(START - YEAR, START)
    edges = sorted(dice.randrange(start, start + 20 * DAY) for _ in range(2 * dice.randrange(6)))
    pauses = list(zip(edges[::2], edges[1::2], strict=True))
    return dice.choice(indexes), start, dice.randrange(HOUR, 200 * HOUR), pauses


def office(timezone: str, minute: int) -> Calendar:
    """The office that opens so many minutes after eight."""
    hours = ((8 * HOUR + minute * 60, 12 * HOUR), (13 * HOUR, 17 * HOUR))
    holidays = tuple(date.fromisoformat(f"{year}-{day}") for year in range(2020, 2032) for day in HOLIDAYS)
    return Calendar(timezone, weekly=(hours,) * 5 + ((),) * 2, holidays=holidays)


def median_us(call: Callable[[], object], repeat: int = 200, batch: int = 50) -> float:
    """The median over batches of what one call takes, in microseconds."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        for _ in range(batch):
            call()
        times.append((time.perf_counter() - began) / batch)
    return statistics.median(times) * 1e6


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
