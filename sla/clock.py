"""How one clock stands: a pure reading of its start, target, pauses and stop. No database, no system clock.

1. Consumed is the working time from start to stop (or now) outside the pauses. In time iff consumed <= target.
2. `due_at` is when the budget runs out; `breach_at` is the instant at which the first working second is overspent.
   A clock runs while now <= breach_at and is overdue from one second later.
3. Overdue wins over paused. A pause that begins at or after the due instant moves nothing.
4. A breach that was dated once stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sla.worktime import WorkIndex

Pauses = Sequence[tuple[int, int | None]]


@dataclass(frozen=True)
class Reading:
    """What a clock shows. Instants are epoch seconds; None means never (or: not while it is paused)."""

    state: str
    due_at: int | None
    breach_at: int | None
    at_risk_at: int | None
    breached_at: int | None
    consumed: int


def read_clock(
    index: WorkIndex,
    *,
    start: int,
    target: int,
    pauses: Pauses,
    stop: int | None,
    breached_at: int | None,
    at_risk_percent: int,
    now: int,
) -> Reading:
    """The reading of a live or stopped clock at `now`."""
    due = index.due(start, target, pauses)
    breach = index.breach_at(start, target, pauses)
    risk = index.threshold(start, target, at_risk_percent, pauses)
    until = now if stop is None else stop
    consumed = index.elapsed(start, until, [(a, until if b is None else b) for a, b in pauses if a < until])
    if stop is not None:
        late = breached_at is not None or consumed > target
        dated = breached_at if breached_at is not None else (breach if late else None)
        return Reading("breached" if late else "met", due, breach, None, dated, consumed)
    if breached_at is not None or (breach is not None and now > breach):
        return Reading("overdue", due, breach, risk, breached_at if breached_at is not None else breach, consumed)
    if any(end is None for _start, end in pauses):
        return Reading("paused", None, None, None, None, consumed)
    return Reading("running", due, breach, risk, None, consumed)
