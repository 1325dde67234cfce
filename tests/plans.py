"""How the database means to answer the questions of a function: with which indexes, and whether from them alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text

from helpdesk.core.db import db


def plan_of(ask: Callable[[], object]) -> list[str]:
    """The lines of the plans that read the tables, one after another."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    if db.engine.dialect.name == "sqlite":
        return [step for each in asked for step in _explained("EXPLAIN QUERY PLAN ", *each) if "USING" in step]
    # A test's tables are so small that reading them whole is always cheapest.
    for other_way in ("enable_seqscan", "enable_bitmapscan"):
        db.session.execute(text(f"SET LOCAL {other_way} = off"))
    lines = [step for each in asked for step in _explained("EXPLAIN (COSTS OFF) ", *each)]
    return [step.strip() for step in lines if " using " in step or "Seq Scan" in step]


def _explained(explain: str, statement: str, parameters: Any) -> list[str]:
    rows = db.session.connection().exec_driver_sql(explain + statement, parameters)
    return [str(row[-1]) for row in rows]
