"""Small event logs and their mapping, for the tests of imports."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from helpdesk.moving.event_logs import ImportOutcome, import_events
from helpdesk.moving.mapping import parse_mapping
from helpdesk.moving.rows import SetAside
from helpdesk.policy.actor import SYSTEM

HEADER = "case,time,status,team,person,caller,priority,channel"
SMALL: dict[str, Any] = {
    "log": {"unknown": ["?"], "zone": "UTC"},
    "case": {"column": "case"},
    "time": {"column": "time"},
    "status": {
        "column": "status",
        "map": {
            "New": "new",
            "Active": "open",
            "Waiting": "waiting_client",
            "Resolved": "resolved",
            "Closed": "closed",
        },
    },
    "team": {"column": "team"},
    "person": {"column": "person"},
    "caller": {"column": "caller"},
    "priority": {"column": "priority", "map": {"high": "P1", "low": "P4"}},
    "channel": {"column": "channel", "map": {"Phone": "phone", "Mail": "email"}},
}


def a_mapping(**tables: Any) -> dict[str, Any]:
    """The small mapping with these tables changed or added; None takes one away."""
    content = copy.deepcopy(SMALL)
    for name, table in tables.items():
        if table is None:
            content.pop(name, None)
        else:
            content[name] = table
    return content


def a_log(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """A log with these rows."""
    path = folder / "log.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def bring_in(path: Path, *, name: str = "old desk", **tables: Any) -> tuple[ImportOutcome, list[SetAside]]:
    """Import the log by the small mapping; what was done, and what was set aside."""
    aside: list[SetAside] = []
    outcome = import_events(path, parse_mapping(a_mapping(**tables)), name, by=SYSTEM, report=aside.append)
    return outcome, aside
