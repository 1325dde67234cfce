"""The figures of the latest measurements, with the goals beside them, as a section of docs/performance.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"
Result = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of the table: what is measured, its goal, and how to read it from a result."""

    words: str
    goal: str
    read: Callable[[Result], Any]


def _of(name: str, key: str) -> Callable[[Result], Any]:
    return lambda result: result["measurements"][name][key]


LINES: Sequence[Line] = (
    Line("Queue page, p50 (ms)", "≤ 12", _of("queue", "p50_ms")),
    Line("Queue page, p95 (ms)", "≤ 30", _of("queue", "p95_ms")),
    Line("Ticket page, p50 (ms)", "≤ 12", _of("ticket", "p50_ms")),
    Line("Ticket page, p95 (ms)", "≤ 30", _of("ticket", "p95_ms")),
    Line("Queue pages a second, 8 at once", "≥ 80", _of("queue_at_once", "per_second")),
    Line("Ticket pages a second, 8 at once", "≥ 80", _of("ticket_at_once", "per_second")),
    Line("Creating a ticket, p95 (ms)", "≤ 40", _of("create", "p95_ms")),
    Line("Tickets created a second, 8 at once", "≥ 200", _of("create_at_once", "per_second")),
    Line("Replies a second, 8 at once", "≥ 150", _of("reply_at_once", "per_second")),
    Line("Letters sent a second afterwards", "≥ 50", _of("letters", "rate")),
    Line("Overview of a year, p50 (ms)", "≤ 150 at 100,000; ≤ 1,000 at 1,000,000", _of("overview", "p50_ms")),
    Line("Memory of server and worker, PSS (MB)", "≤ 256 at 100,000", lambda result: result["memory_mb_pss"]),
    Line("Cold start to the first page (s)", "≤ 2", lambda result: result["cold_start_seconds"]),
    Line("Processor time of a queue page (ms)", "", _of("queue", "cpu_ms")),
    Line("Processor time of a ticket page (ms)", "", _of("ticket", "cpu_ms")),
    Line("Processor time of creating a ticket (ms)", "", _of("create_at_once", "cpu_ms")),
    Line("Bare framework page, p50 (ms)", "", _of("bare", "p50_ms")),
    Line("Fifty rows by an indexed query, p50 (ms)", "", _of("bare_rows", "p50_ms")),
    Line("Queue page, times the bare page", "", lambda result: result["times_the_bare_page"]["queue"]),
    Line("Ticket page, times the bare page", "", lambda result: result["times_the_bare_page"]["ticket"]),
)


def write_section(document: Path, results: Path) -> None:
    """Replace the section of figures in the document by the latest result of each database and size."""
    latest: dict[tuple[str, int], Result] = {}
    for path in sorted(results.glob("*.json")):
        result = json.loads(path.read_text())
        if "tickets" not in result:
            continue  # of other measurements
        latest[result["database"], result["tickets"]] = result
    text = document.read_text()
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    section = "\n".join(_section([latest[key] for key in sorted(latest, key=lambda key: (key[0] != "sqlite", key[1]))]))
    document.write_text(f"{before}{BEGIN}\n{section}\n{END}{after}")


def _section(results: Sequence[Result]) -> Sequence[str]:
    if not results:
        return ["Nothing has been measured yet."]
    machine, versions = results[-1]["machine"], results[-1]["versions"]
    heads = [f"{_NAMES[result['database']]}, {result['tickets']:,}" for result in results]
    lines = [
        f"Measured on {results[-1]['at'][:10]}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB; " + ", ".join(f"{name} {number}" for name, number in versions.items()) + ".",
        "",
        "| | goal | " + " | ".join(heads) + " |",
        "| --- | --- |" + " ---: |" * len(results),
    ]
    for line in LINES:
        figures = [_shown(line.read(result)) for result in results]
        lines.append(f"| {line.words} | {line.goal} | " + " | ".join(figures) + " |")
    return [*lines, "", *_growth(results)]


def _growth(results: Sequence[Result]) -> Sequence[str]:
    """How the slowest twentieth grows from ten thousand tickets to a million."""
    found = {(result["database"], result["tickets"]): result["measurements"] for result in results}
    lines = []
    for name, words in _NAMES.items():
        small, large = found.get((name, 10_000)), found.get((name, 1_000_000))
        if small and large:
            ratios = [round(large[page]["p95_ms"] / small[page]["p95_ms"], 2) for page in ("queue", "ticket")]
            lines.append(
                f"{words}: p95 at 1,000,000 tickets is {ratios[0]} times that at 10,000 for the queue page and "
                f"{ratios[1]} times for the ticket page (goal: ≤ 1.5)."
            )
    return lines


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def _shown(value: Any) -> str:
    return "–" if value is None else f"{value:,}"
