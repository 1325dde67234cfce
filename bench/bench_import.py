"""How fast an event log is imported: `python bench/bench_import.py [FILE]` prints a table, and writes FILE as JSON.

The log is made up: cases of seven rows, forty of them under way at a time, so that no case lies in one piece. It is
imported into a new desk on SQLite, or on the empty database that THREELINE_BENCH_DATABASE_URL names. The bars: 3,000
events a second on two cores, memory that does not grow with the log, and a second run that writes nothing.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from flask import Flask

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.moving.event_logs import ImportOutcome, import_events
from helpdesk.moving.mapping import EventMapping, parse_mapping
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice
from helpdesk.reports.overview import run_overview

SMALL, LARGE = 2_000, 16_000  # cases
UNDER_WAY = 40
LIFE = ("New", "Active", "Active", "Awaiting User Info", "Active", "Resolved", "Closed")
COLUMNS = ("case", "at", "status", "team", "person", "caller", "priority", "channel", "category")
MAPPING = {
    "case": {"column": "case"},
    "time": {"column": "at"},
    "status": {"column": "status", "map": {
        "New": "new", "Active": "open", "Awaiting User Info": "waiting_client", "Resolved": "resolved",
        "Closed": "closed",
    }},
    "team": {"column": "team"},
    "line": {"column": "team", "patterns": [["2nd$", 2], ["3rd$", 3]], "default": 1},
    "person": {"column": "person"},
    "caller": {"column": "caller"},
    "priority": {"column": "priority", "map": {"high": "P1", "low": "P4"}},
    "channel": {"column": "channel"},
    "subject": {"column": "category"},
}  # fmt: skip

Row: TypeAlias = tuple[str, float, str]  # what was measured, how much, its unit


def main(destination: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    width = max(len(name) for name, _, _ in rows)
    for name, value, unit in rows:
        print(f"{name:<{width}}  {value:>10.1f} {unit}")
    if destination is not None:
        report = {
            "python": platform.python_version(),
            "results": [{"name": name, "value": round(value, 3), "unit": unit} for name, value, unit in rows],
        }
        Path(destination).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def measure(folder: Path) -> list[Row]:
    """A small log first, so that what the large one needs beyond it shows."""
    app, mapping, rows = a_desk(folder / "home"), parse_mapping(MAPPING), []
    with app.app_context():
        bring_in(write_log(folder / "small.csv", SMALL), mapping, "small")
        memory = peak_memory()
        log = write_log(folder / "large.csv", LARGE)
        outcome, seconds = bring_in(log, mapping, "large")
        rows.append(("import", outcome.events_made / seconds, "events/s"))
        rows.append((f"memory for {LARGE // SMALL} times the events", peak_memory() - memory, "MB more"))
        again, seconds = bring_in(log, mapping, "large")
        assert (again.tickets_made, again.unchanged) == (0, LARGE)
        rows.append(("second run", LARGE * len(LIFE) / seconds, "events/s"))
        over = Slice(where=(("import", "large"),))
        run_overview(over, for_=SYSTEM)
        began = time.perf_counter()
        run_overview(over, for_=SYSTEM)
        rows.append((f"overview of {LARGE} imported tickets", (time.perf_counter() - began) * 1e3, "ms"))
    return rows


def a_desk(home: Path) -> Flask:
    """A new, empty desk."""
    url = os.environ.get("THREELINE_BENCH_DATABASE_URL", "")
    config = load_config({}, home=home, database_url=url)
    migrations.upgrade(config)
    return create_app(config)


def bring_in(log: Path, mapping: EventMapping, name: str) -> tuple[ImportOutcome, float]:
    began = time.perf_counter()
    outcome = import_events(log, mapping, name, by=SYSTEM)
    return outcome, time.perf_counter() - began


def write_log(path: Path, cases: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(events(cases))
    return path


def events(cases: int) -> Iterator[tuple[str, ...]]:
    """The rows of so many cases, many under way at a time."""
    chance, at, begun = random.Random(20260302), datetime(2025, 1, 1, tzinfo=UTC), 0
    under_way: list[tuple[int, int]] = []  # (case, how far its life is)
    while under_way or begun < cases:
        if begun < cases and len(under_way) < UNDER_WAY:
            under_way.append((begun, 0))
            begun += 1
        place = chance.randrange(len(under_way))
        case, step = under_way[place]
        at += timedelta(seconds=chance.randrange(60))
        team = f"Team {chance.randrange(30)} {chance.choice(('1st', '2nd', '3rd'))}"
        yield (
            f"INC{case:07}", str(at), LIFE[step], team, f"Person {chance.randrange(400)}", f"Caller {case % 3000}",
            "high" if case % 9 == 0 else "low", "phone" if case % 4 else "email", f"Category {case % 60}",
        )  # fmt: skip
        if step + 1 == len(LIFE):
            under_way.pop(place)
        else:
            under_way[place] = case, step + 1


def peak_memory() -> float:
    """The most that this process has ever held, in megabytes (Linux counts kilobytes, macOS bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
