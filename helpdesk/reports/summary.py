"""The overview by declaration, and its document from the facts alone: what is gone since leaves it equal."""

from __future__ import annotations

from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.figures.counting import counted_at
from helpdesk.models.figures import ClockFigures, HopFigures, OpenSpan
from helpdesk.models.figures import TicketFigures as Facts
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.reports.base import Slice
from helpdesk.reports.engine import FactReport, conditions_of
from helpdesk.reports.metrics import How, Metric, Time, Unit
from helpdesk.reports.overview import DAY_SECONDS, Attainment, Hops, Overview, Step, arrivals_of
from helpdesk.reports.sources import CLOCKS, HOPS, SPANS, TICKETS

_OPENED = _l("Tickets opened in the period.")
_CLOSED = _l("Closed tickets.")
_NOT_CLOSED = _l("Tickets that are not closed.")
_KNOWN = Facts.resolved_at.is_not(None) & Facts.highest_line.is_not(None)

METRICS = (
    Metric(name="tickets", title=_l("Tickets"), basis="opened", sums=("tickets",), definition=_OPENED),
    Metric(
        name="events", title=_l("Events"), basis="opened", how=How.SUM, of=Facts.events, sums=("events",),
        definition=_l("Accepted rows of the imports from which these tickets came."),
        exclusions=_l("Tickets that were opened here have none."),
    ),
    Metric(
        name="missed_sla", title=_l("Missed their SLA"), basis="opened", where=(Facts.missed_sla,),
        sums=("missed_sla",), better="less",
        definition=_l("Tickets opened in the period of which a time promised to the client was missed; of imports what "
                      "the source says."),
    ),
    Metric(
        name="changed_hands", title=_l("Changed hands"), basis="opened", where=(Facts.reassignments > 0,),
        sums=("changed_hands",), better="less",
        definition=_l("Tickets that were reassigned at least once."),
    ),
    Metric(
        name="reassignments_mean", title=_l("Reassignments, mean"), basis="opened", how=How.MEAN,
        of=Facts.reassignments, unit=Unit.NUMBER, sums=("reassignments", "tickets"), better="less",
        definition=_l("Reassignments for each ticket opened in the period."),
        numerator=_l("Reassignments."), denominator=_OPENED,
    ),
    Metric(
        name="reassignments_max", title=_l("Reassignments, most"), basis="opened", how=How.MOST,
        of=Facts.reassignments, better="less",
        definition=_l("The most reassignments that one ticket had."),
    ),
    Metric(
        name="reopened", title=_l("Reopened tickets"), basis="opened", where=(Facts.reopenings > 0,),
        sums=("reopened",), better="less",
        definition=_l("Tickets opened in the period that came back from resolved or closed at least once."),
    ),
    Metric(
        name="reopenings", title=_l("Reopenings"), basis="opened", how=How.SUM, of=Facts.reopenings,
        sums=("reopenings",), better="less",
        definition=_l("Returns from resolved or closed to any other status, of tickets opened in the period, in all."),
    ),
    Metric(
        name="waited_client", title=_l("Waited for the client"), basis="opened", where=(Facts.waited_client,),
        sums=("waited_client",), definition=_l("Tickets that waited for the client at least once."),
    ),
    Metric(
        name="ping_pong", title=_l("Ping-pong tickets"), basis="opened", where=(Facts.ping_pongs > 0,),
        sums=("ping_pong_tickets",), better="less",
        definition=_l("Tickets that went from some team X to another and back to X."),
        exclusions=_l("Teams that are not known are left out, repeats of one team count once."),
    ),
    Metric(
        name="resolved", title=_l("Resolved"), basis="opened", where=(Facts.resolved_at.is_not(None),),
        sums=("resolved",),
        definition=_l("Tickets opened in the period that are resolved, whenever that was."),
    ),
    Metric(
        name="first_line_share", title=_l("First-line resolution"), basis="opened", how=How.SHARE, unit=Unit.SHARE,
        among=(_KNOWN,), where=(Facts.highest_line == 1,), better="more", sums=("on_line_one", "on_known_line"),
        definition=_l("Of the resolved tickets whose lines are known, how many never left line 1."),
        numerator=_l("Resolved tickets that no team of a higher line ever held."),
        denominator=_l("Resolved tickets whose lines are known."),
        exclusions=_l("Tickets whose teams stand on no known line."),
    ),
    Metric(
        name="own_seconds_mean", title=_l("Time to acceptance"), basis="opened", how=How.MEAN, of=Facts.own_seconds,
        sums=("own_seconds", "owned"), unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=_l("From receipt until somebody had the ticket for the first time; the mean."),
        numerator=_l("Seconds from opened to the first assignment."), denominator=_l("Tickets that somebody had."),
        exclusions=_l("Tickets that nobody had yet."),
    ),
    Metric(
        name="close_seconds_mean", title=_l("Open to close"), basis="opened", how=How.MEAN, of=Facts.close_seconds,
        sums=("close_seconds", "closed"), unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=_l("From opened to closed; the mean."),
        numerator=_l("Seconds from opened to closed."), denominator=_CLOSED, exclusions=_NOT_CLOSED,
    ),
    Metric(
        name="close_seconds_median", title=_l("Open to close, the middle"), basis="opened", how=How.MEDIAN,
        of=Facts.close_seconds, unit=Unit.SECONDS, time=Time.CALENDAR, better="less",
        definition=_l("From opened to closed; half of the tickets took no longer."),
        denominator=_CLOSED, exclusions=_NOT_CLOSED,
    ),
)  # fmt: skip

SUMMARY = FactReport(
    "overview", _l("Overview"),
    _l("How much came in, how long it took, how often it changed hands, and what came back."),
    TICKETS, METRICS, chart="columns", charted=("tickets",),
    headline=("tickets", "resolved", "reopened", "close_seconds_mean"),
)  # fmt: skip


def overview_of_facts(over: Slice, *, for_: Actor, by: Step | None = None) -> Overview:
    """The figures of `overview.run_overview`, of facts instead of the rows that they came from."""
    require(for_, Action.READ_REPORTS)
    of_tickets = [*conditions_of(TICKETS, over, for_), Facts.is_kept, Facts.is_opening]
    here = [*of_tickets, *over.period(Facts.opened_at)]
    sums = db.session.execute(
        select(
            func.count().label("tickets"), func.sum(Facts.events).label("events"),
            func.count().filter(Facts.missed_sla).label("missed_sla"),
            func.count().filter(Facts.reassignments > 0).label("changed_hands"),
            func.sum(Facts.reassignments).label("reassignments"),
            func.max(Facts.reassignments).label("reassignments_max"),
            func.count().filter(Facts.reopenings > 0).label("reopened"),
            func.sum(Facts.reopenings).label("reopenings"),
            func.count().filter(Facts.waited_client).label("waited_client"),
            func.count().filter(Facts.ping_pongs > 0).label("ping_pong"),
            func.count(Facts.resolved_at).label("resolved"),
            func.count().filter(_KNOWN).label("known"),
            func.count().filter(_KNOWN, Facts.highest_line == 1).label("on_first_line"),
            func.count(Facts.close_seconds).label("closed"), func.sum(Facts.close_seconds).label("seconds"),
        ).where(*here)
    ).one()  # fmt: skip
    spans = select(func.count()).where(OpenSpan.ended_at.is_(None), *conditions_of(SPANS, over, for_))
    return Overview(
        as_of=counted_at() or now(), tickets=sums.tickets, events=int(sums.events or 0), missed_sla=sums.missed_sla,
        changed_hands=sums.changed_hands,
        reassignments_mean=int(sums.reassignments) / sums.tickets if sums.tickets else None,
        reassignments_max=sums.reassignments_max or 0, reopened=sums.reopened, reopenings=int(sums.reopenings or 0),
        waited_client=sums.waited_client, ping_pong=sums.ping_pong,
        open_to_close_days_mean=int(sums.seconds) / sums.closed / DAY_SECONDS if sums.closed else None,
        open_to_close_days_median=_median_days(here, sums.closed) if sums.closed else None,
        by_priority=_tally(Facts.priority_word, here), by_channel=_tally(Facts.channel_word, here),
        arrivals=arrivals_of(over, of_tickets, ZoneInfo(for_.zone), by, Facts.opened_at),
        backlog=db.session.scalar(spans) or 0, resolved=sums.resolved,
        first_line_share=sums.on_first_line / sums.known if sums.known else None,
        flow=_flow(over, for_), sla=_attainment(over, for_),
    )  # fmt: skip


def _tally(word: Any, conditions: list[Any]) -> dict[str, int]:
    rows = db.session.execute(select(word, func.count()).where(*conditions).group_by(word))
    return dict(sorted((str(each), count) for each, count in rows))


def _median_days(conditions: list[Any], closed: int) -> float:
    middle = (
        select(Facts.close_seconds).where(*conditions, Facts.close_seconds.is_not(None))
        .order_by(Facts.close_seconds).offset((closed - 1) // 2).limit(2 - closed % 2)
    )  # fmt: skip
    found = [seconds or 0 for seconds in db.session.scalars(middle)]
    return sum(found) / len(found) / DAY_SECONDS


def _flow(over: Slice, for_: Actor) -> tuple[Hops, ...]:
    lines = (HopFigures.from_line, HopFigures.to_line)
    query = (
        select(*lines, func.count()).where(
            *conditions_of(HOPS, over, for_), *over.period(HopFigures.at), *(line.is_not(None) for line in lines)
        ).group_by(*lines).order_by(*lines)
    )  # fmt: skip
    return tuple(Hops(from_, to, count) for from_, to, count in db.session.execute(query) if from_ and to)


def _attainment(over: Slice, for_: Actor) -> dict[str, Attainment]:
    query = (
        select(ClockFigures.kind, ClockFigures.outcome, func.count(),
               func.count().filter(ClockFigures.due_at < now()))
        .where(*conditions_of(CLOCKS, over, for_), ClockFigures.is_kept, *over.period(ClockFigures.due_at),
               ClockFigures.due_at.is_not(None))
        .group_by(ClockFigures.kind, ClockFigures.outcome)
    )  # fmt: skip
    counts: dict[str, Counter[str]] = {}
    for kind, outcome, count, past in db.session.execute(query):
        of_kind = counts.setdefault(kind.value, Counter())
        if outcome == "not_due":
            of_kind["overdue"] += past  # due, and the sweep has not come by yet
        else:
            of_kind[outcome] += count
    return {kind: Attainment(of["met"], of["late"], of["overdue"]) for kind, of in sorted(counts.items())}
