"""The process as it really runs: the ways of tickets through statuses, and what follows what, from the facts.

1. Ways and steps are of tickets opened in the period; changes of team and line by the instant of the change. Ways are
   those of the report `variants`, changes of team those of the report `flow`: the same figures with the same tickets.
2. A step leads from a status to the next one that differs; sub-statuses are left out, unless they are asked for.
3. How long a ticket lay before a change of team is that of the flow. How long it stays in a status each time is known
   of those in which it waits; the mean is over all stays, also of those that last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.figures.variants import path_of
from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.flow import FLOW
from helpdesk.reports.metrics import Figure, Row
from helpdesk.reports.sources import ARROW
from helpdesk.reports.steps import MOST_WAYS as MOST_COUNTED
from helpdesk.reports.steps import Step, statuses_of, steps_of
from helpdesk.reports.variants import VARIANTS

MOST_WAYS = 12  # that are listed
MOST_FLOWS = 40


class Of(StrEnum):
    """What a step is between."""

    STATUS = "status"
    SUB_STATUS = "sub-status"
    TEAM = "team"
    LINE = "line"


OF: Mapping[Of, LazyString] = {
    Of.STATUS: _l("Statuses"), Of.SUB_STATUS: _l("With sub-statuses"), Of.TEAM: _l("Teams"), Of.LINE: _l("Lines"),
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One way through the desk, with its figures; `key` is its value in the report of variants."""

    key: str
    steps: tuple[str, ...]
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Follow:
    """So often one thing followed another; `seconds` is how long a ticket lay with the first, in the mean."""

    source: str | None
    target: str | None
    count: int
    seconds: float | None = None
    ping_pongs: int = 0


@dataclass(frozen=True)
class Stop:
    """So often tickets came to a place of the picture, or went from it, whichever was more often (`end`)."""

    name: str | None
    count: int
    end: str


@dataclass(frozen=True)
class Stay:
    """How often and how long tickets were in a status; of a resolution only what was closed after it counts."""

    status: str
    times: int
    seconds: float

    @property
    def is_each_time(self) -> bool:
        """That every time counts that a ticket came into it."""
        return self.status != "resolved"


@dataclass(frozen=True)
class Process:
    """The process of a slice."""

    tickets: int
    variants: int
    ways: tuple[Way, ...]
    follows: tuple[Follow, ...]
    stops: tuple[Stop, ...]
    stays: tuple[Stay, ...]
    hops: int
    ping_pongs: int


def run_process(over: Slice, of: Of = Of.STATUS, *, for_: Actor) -> Process:
    """Work the process out; the period and the conditions are those of the report of variants."""
    table = VARIANTS.run(over, for_=for_, by=("variant",), compare=False, limit=MOST_WAYS)
    flow = FLOW.run(over, for_=for_, by=(), compare=False).total.figures
    counts, sums = _counted(over, for_)
    paths = path_of(list(counts))
    by_status: Counter[tuple[str, ...]] = Counter()
    for variant, path in paths.items():
        by_status[tuple(path)] += counts[variant]
    is_moved = of in (Of.TEAM, Of.LINE)
    follows, stops = _moves(over, of.value, for_) if is_moved else _steps(by_status, whole=of is Of.SUB_STATUS)
    return Process(
        int(table.total.figures["tickets"].value or 0), int(table.total.figures["variants"].value or 0),
        tuple(Way(row.key[0], tuple(row.key[0].split(ARROW)), row.figures) for row in table.rows if row.key[0]),
        follows, stops, _stays(by_status, sums), int(flow["hops"].value or 0), int(flow["ping_pongs"].value or 0),
    )  # fmt: skip


def _counted(over: Slice, for_: Actor) -> tuple[dict[int, int], dict[str, int]]:
    """Tickets by their way, and the seconds that all of them spent in the statuses of which it is known."""
    here = [*VARIANTS.counted(over, "opened", for_=for_), Facts.variant_id.is_not(None)]
    query = select(Facts.variant_id, func.count()).where(*here).group_by(Facts.variant_id)
    rows = db.session.execute(query.order_by(func.count().desc(), Facts.variant_id).limit(MOST_COUNTED))
    ended = Facts.close_seconds.is_not(None) & Facts.gross_seconds.is_not(None)
    sums = db.session.execute(
        select(func.sum(Facts.client_seconds), func.sum(Facts.vendor_seconds), func.sum(Facts.scheduled_seconds),
               func.sum(Facts.close_seconds - Facts.gross_seconds).filter(ended), func.count().filter(ended))
        .where(*here)
    ).one()  # fmt: skip
    names = ("waiting_client", "waiting_vendor", "scheduled", "resolved", "resolved_times")
    return {int(row[0] or 0): row[1] for row in rows}, {
        name: int(each or 0) for name, each in zip(names, sums, strict=True)
    }


def _steps(by_path: Mapping[tuple[str, ...], int], *, whole: bool) -> tuple[tuple[Follow, ...], tuple[Stop, ...]]:
    counts: Counter[Step] = Counter()
    for path, count in by_path.items():
        for step, times in steps_of(path, whole=whole).items():
            counts[step] += times * count
    came: Counter[str] = Counter()
    for (_source, target), count in counts.items():
        came[target] += count
    follows = [Follow(*step, count) for step, count in counts.items() if step[0]]
    return (
        tuple(sorted(follows, key=lambda each: (-each.count, each.source or "", each.target or ""))),
        tuple(Stop(name, count, "to") for name, count in came.items()),
    )


def _stays(by_path: Mapping[tuple[str, ...], int], sums: Mapping[str, int]) -> tuple[Stay, ...]:
    times: Counter[str] = Counter()
    for path, count in by_path.items():
        for status in statuses_of(path):
            times[status] += count
    # From the last resolution to the close; a resolution that was refused is of the time before it.
    times["resolved"] = sums["resolved_times"]
    waits = ("waiting_client", "waiting_vendor", "scheduled", "resolved")
    return tuple(Stay(status, times[status], sums[status] / times[status]) for status in waits if times[status])


def _moves(over: Slice, of: str, for_: Actor) -> tuple[tuple[Follow, ...], tuple[Stop, ...]]:
    table = FLOW.run(over, for_=for_, by=(f"from_{of}", f"to_{of}"), compare=False)
    found = sorted(map(_move, table.rows), key=lambda each: (-each.count, each.source or "", each.target or ""))
    went: Counter[str | None] = Counter()
    came: Counter[str | None] = Counter()
    for each in found:
        went[each.source] += each.count
        came[each.target] += each.count
    names = dict.fromkeys([*came, *went])
    stops = [Stop(name, *((came[name], "to") if came[name] >= went[name] else (went[name], "from"))) for name in names]
    return tuple(found), tuple(stops)


def _move(row: Row) -> Follow:
    figures = row.figures
    return Follow(row.key[0], row.key[1], int(figures["hops"].value or 0), figures["held_seconds_mean"].value,
                  int(figures["ping_pongs"].value or 0))  # fmt: skip
