"""Sums of facts by day: what the first glance at a report reads, in all and for one value of one dimension.

A day whose facts changed is summed anew, whole; nothing is counted up and down. What is nought is not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Text, case, cast, delete, func, insert, literal, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.models.figures import ClockFigures, FigureSum, HopFigures, OpenSpan, StaleDay, TicketFigures

AT_ONCE = 60  # days in one transaction
# One by one they are few; organisations and contracts are many, and are summed from the facts when somebody asks.
SUMMED = ("team_id", "line", "type", "channel_word", "priority_word", "product_id", "category_id", "import_id")

_T, _H, _C, _S = TicketFigures, HopFigures, ClockFigures, OpenSpan


def _count(condition: Any) -> Any:
    return case((condition, 1), else_=0)


_ONE = literal(1)
_BREACHED = _C.outcome.in_(("late", "overdue"))
_OPENED = {
    "tickets": _ONE, "events": _T.events, "missed_sla": _count(_T.missed_sla),
    "changed_hands": _count(_T.reassignments > 0), "reassignments": _T.reassignments,
    "ping_pong_tickets": _count(_T.ping_pongs > 0), "ping_pongs": _T.ping_pongs, "steps_up": _T.steps_up,
    "steps_back": _T.steps_back, "reopened": _count(_T.reopenings > 0), "reopenings": _T.reopenings,
    "waited_client": _count(_T.waited_client), "resolved": _count(_T.resolved_at.is_not(None)),
    "closed": _count(_T.close_seconds.is_not(None)), "close_seconds": func.coalesce(_T.close_seconds, 0),
    "owned": _count(_T.own_seconds.is_not(None)), "own_seconds": func.coalesce(_T.own_seconds, 0),
    "resolutions": _T.resolutions, "ever_resolved": _count(_T.resolutions > 0), "team_changes": _T.team_changes,
    "resolved_again": _count((_T.resolutions > 0) & (_T.reopenings > 0)),
    **{f"highest_line_{line}": _count(_T.highest_line == line) for line in (1, 2, 3)},
    "on_known_line": _count(_T.resolved_at.is_not(None) & _T.highest_line.is_not(None)),
    "on_line_one": _count(_T.resolved_at.is_not(None) & (_T.highest_line == 1)),
}  # fmt: skip
_RESOLVED = {
    "tickets": _ONE, "gross_seconds": _T.gross_seconds,
    "net_seconds": func.coalesce(_T.net_seconds, 0), "net_known": _count(_T.net_seconds.is_not(None)),
    "business_seconds": func.coalesce(_T.business_seconds, 0),
    "business_known": _count(_T.business_seconds.is_not(None)), "stepped_back": _count(_T.steps_back > 0),
    "on_line_one": _count(_T.highest_line == 1),
    **{f"highest_line_{line}": _count(_T.highest_line == line) for line in (1, 2, 3)},
    "steps_up": _T.steps_up, "steps_back": _T.steps_back,
    "on_known_line": _count(_T.highest_line.is_not(None)), "reopened": _count(_T.reopenings > 0),
    "reopenings": _T.reopenings, "client_seconds": _T.client_seconds,
}  # fmt: skip
_CLOSED = {"tickets": _ONE, "close_seconds": _T.close_seconds, "by_silence": _count(_T.by_silence)}
_HOP = {
    "hops": _ONE, "up": _count(_H.to_line > _H.from_line), "down": _count(_H.to_line < _H.from_line),
    "sideways": _count(_H.to_line == _H.from_line), "back": _count(_H.is_back), "held_seconds": _H.held_seconds,
}  # fmt: skip
_DUE = {
    "met": _count(_C.outcome == "met"), "late": _count(_C.outcome == "late"),
    "overdue": _count(_C.outcome == "overdue"), "unanswered": _count(_C.outcome == "unanswered"),
    "not_due": _count(_C.outcome == "not_due"), "excused": _count(_C.is_excused & _BREACHED),
    "cancelled": _count(_C.outcome == "cancelled"),
    "decided": _count(_BREACHED | (_C.outcome == "met")), "breached": _count(_BREACHED),
    "unexcused": _count((_BREACHED & ~_C.is_excused) | (_C.outcome == "met")),
}  # fmt: skip


@dataclass(frozen=True)
class Summed:
    """What is summed by one kind of day: the rows, their day, which of them count, and the measures."""

    model: Any
    day: Any
    measures: Mapping[str, Any]
    conditions: tuple[Any, ...] = ()
    also_by: tuple[str, ...] = ()  # beside `SUMMED`


FACTS: dict[str, Summed] = {
    "opened": Summed(_T, _T.opened_day, _OPENED, (_T.is_kept, _T.is_opening)),
    "resolved": Summed(_T, _T.resolved_day, _RESOLVED, (_T.is_kept, _T.is_ending)),
    "closed": Summed(_T, _T.closed_day, _CLOSED, (_T.is_kept, _T.is_ending)),
    "hop": Summed(_H, _H.day, _HOP),
    "due": Summed(_C, _C.due_day, _DUE, (_C.is_kept,), ("kind",)),
    "began": Summed(_S, _S.began_day, {"came": _count(~_S.is_handed_in), "handed_in": _count(_S.is_handed_in)}),
    "ended": Summed(_S, _S.ended_day, {"went": _count(~_S.is_handed_on), "handed_on": _count(_S.is_handed_on)}),
}


def forget_sums() -> None:
    """Sum every day anew, those of what is gone as well. Part of a larger transaction."""
    db.session.execute(delete(FigureSum))
    db.session.execute(delete(StaleDay))
    for fact, summed in FACTS.items():
        days = select(literal(fact), summed.day).where(summed.day.is_not(None)).distinct()
        db.session.execute(insert(StaleDay).from_select(["fact", "day"], days))


def summed_by(fact: str) -> tuple[str, ...]:
    """The columns by whose values the days of a fact are summed."""
    return (*SUMMED, *FACTS[fact].also_by)


def renew_sums() -> int:
    """Sum days anew whose facts changed, the latest first; returns how many."""
    done = 0
    for fact in FACTS:
        done += _renew(fact)
    return done


@command
def _renew(fact: str) -> int:
    query = select(StaleDay.day).where(StaleDay.fact == fact).order_by(StaleDay.day.desc()).limit(AT_ONCE)
    days = list(db.session.scalars(query.with_for_update(skip_locked=True)))
    if not days:
        return 0
    db.session.execute(delete(StaleDay).where(StaleDay.fact == fact, StaleDay.day.in_(days)))
    db.session.execute(delete(FigureSum).where(FigureSum.fact == fact, FigureSum.day.in_(days)))
    rows = [
        {"fact": fact, "day": row.day, "dimension": dimension, "value": row.value, "measure": measure,
         "amount": int(amount)}
        for dimension, row in _sums(fact, days)
        for measure, amount in zip(FACTS[fact].measures, row[2:], strict=True) if amount
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(FigureSum), rows)
    return len(days)


def _sums(fact: str, days: list[int]) -> Iterator[tuple[str, Any]]:
    summed = FACTS[fact]
    amounts = [cast(func.sum(each), BigInteger) for each in summed.measures.values()]
    here = [summed.day.in_(days), *summed.conditions]
    whole = select(summed.day.label("day"), literal("").label("value"), *amounts).where(*here).group_by(summed.day)
    for row in db.session.execute(whole):
        yield "", row
    for name in summed_by(fact):
        column = getattr(summed.model, name)
        value = func.coalesce(cast(column, Text), "")
        query = select(summed.day.label("day"), value.label("value"), *amounts).where(*here)
        for row in db.session.execute(query.group_by(summed.day, column)):
            yield name, row
