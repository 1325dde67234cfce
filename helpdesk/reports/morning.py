"""What a manager's day begins with: yesterday and this week against the usual, and what wants looking after now.

1. Like is compared with like: a day with the same weekday of the twelve weeks before, a week as far as it has come with
   as much of each of them. Whether it is more than usual is said by the control chart, not by the last difference.
2. On a Monday "this week" is the one that ended yesterday.
3. Figures come from the reports and lead to them; what is late, broken or running out is read live, as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from helpdesk.core.db import db
from helpdesk.core.settings import read_settings
from helpdesk.core.times import epoch, now
from helpdesk.figures.counting import ReportSettings
from helpdesk.figures.desk import desk_zone
from helpdesk.models.contracts import Contract
from helpdesk.models.figures import SavedReport
from helpdesk.models.problems import ProposalState, RecurrenceProposal
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import promise_scope, ticket_scope
from helpdesk.problems.proposals import list_proposals
from helpdesk.reports.base import Slice
from helpdesk.reports.charts import Chart, Kind, Series
from helpdesk.reports.control import Verdict, chart_of, verdict
from helpdesk.reports.engine import FactReport, figure
from helpdesk.reports.flow import FLOW
from helpdesk.reports.hours import HoursRow, run_hours
from helpdesk.reports.lines import LINES
from helpdesk.reports.metrics import Figure, How, Metric
from helpdesk.reports.saving import saved_reports
from helpdesk.reports.sla import SLA
from helpdesk.reports.summary import SUMMARY
from helpdesk.satisfaction.reading import AnswerShown, Narrowed, Tone, list_answers

WEEKS_BACK = 12
ROWS = 6
LOW_SHARE = 5  # of the hours granted a fifth is left, or less
COMPARED: tuple[tuple[FactReport, str], ...] = (
    (SUMMARY, "tickets"), (LINES, "resolved"), (SLA, "attainment"), (FLOW, "ping_pongs"),
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """A figure of a stretch of days, what is to be thought of it, and which report has it."""

    report: FactReport
    metric: Metric
    figure: Figure
    verdict: Verdict
    since: date
    until: date  # the day after the last


@dataclass(frozen=True)
class LateLine:
    """How many open tickets of a line are overdue."""

    line: int | None
    count: int


@dataclass(frozen=True)
class Morning:
    """The page, worked out."""

    as_of: datetime
    yesterday: tuple[Compared, ...]
    week: tuple[Compared, ...]
    weeks: Chart
    late: Sequence[LateLine]
    late_first: Sequence[Ticket]
    broken: Sequence[Promise]
    low: Sequence[AnswerShown]
    growing: Sequence[RecurrenceProposal]
    low_hours: Sequence[HoursRow]
    saved: Sequence[SavedReport]

    @property
    def is_monday(self) -> bool:
        """That the week which ended yesterday is a whole one."""
        return all((each.until - each.since).days == 7 for each in self.week)

    @property
    def is_empty(self) -> bool:
        """Nothing has ever happened here."""
        counted = [each.figure.value or 0 for each in (*self.yesterday, *self.week)]
        return self.weeks.is_empty and not any(counted) and not self.late


def morning_of(*, for_: Actor) -> Morning:
    """What the day begins with, for whoever reads reports."""
    require(for_, Action.READ_REPORTS)
    at, zone = now(), desk_zone()
    today = at.astimezone(zone).date()
    yesterday = today - timedelta(days=1)
    monday = yesterday - timedelta(days=yesterday.weekday())
    series = [
        (report, report.metric(name), _days(report, name, monday, today, zone, for_)) for report, name in COMPARED
    ]
    begun = datetime.combine(yesterday, time(), zone)
    late = [Ticket.is_open, Ticket.next_due_at < epoch(at), ticket_scope(for_)]
    by_line = select(Ticket.line, func.count()).where(*late).group_by(Ticket.line).order_by(Ticket.line)
    return Morning(
        at,
        tuple(_compared(report, metric, days, yesterday, today) for report, metric, days in series),
        tuple(_compared(report, metric, days, monday, today) for report, metric, days in series),
        _weeks(today, zone, for_),
        [LateLine(*row) for row in db.session.execute(by_line)],
        db.session.scalars(select(Ticket).where(*late).order_by(Ticket.next_due_at, Ticket.id).limit(ROWS)).all(),
        _broken(begun, at, for_), _low_answers(begun, for_), _growing(for_), _low_hours(today, for_),
        saved_reports(for_=for_)[:ROWS],
    )  # fmt: skip


def _days(
    report: FactReport, name: str, monday: date, today: date, zone: ZoneInfo, for_: Actor
) -> dict[date, Figure]:  # fmt: skip
    """The figure of each day of the weeks that are looked at."""
    first = monday - timedelta(weeks=WEEKS_BACK)
    over = Slice(_midnight(first, zone), _midnight(today, zone))
    narrowed = replace(report, metrics=(report.metric(name),), beside=None)
    rows = narrowed.run(over, for_=for_, by=("day",), compare=False).rows
    return {date.fromisoformat(row.key[0] or ""): row.figures[name] for row in rows}


def _compared(report: FactReport, metric: Metric, days: dict[date, Figure], since: date, until: date) -> Compared:
    least = read_settings(ReportSettings).least_shown
    length = (until - since).days
    series = [
        together(metric, [days.get(since - timedelta(weeks=back) + timedelta(days=n)) for n in range(length)], least)
        for back in range(WEEKS_BACK, -1, -1)
    ]
    return Compared(report, metric, series[-1], verdict(metric, series), since, until)


def together(metric: Metric, figures: Sequence[Figure | None], least: int) -> Figure:
    """What the figures of several days make: counts add up, and so do both sides of a share."""
    known = [each for each in figures if each is not None]
    if metric.how is How.SHARE:
        return figure(metric, (sum(each.part or 0 for each in known), sum(each.whole or 0 for each in known)), least)
    return Figure(sum(each.value or 0 for each in known))


def _weeks(today: date, zone: ZoneInfo, for_: Actor) -> Chart:
    """What was opened in each of the last whole weeks, with what is usual."""
    monday = today - timedelta(days=today.weekday())
    metric = SUMMARY.metric("tickets")
    over = Slice(_midnight(monday - timedelta(weeks=2 * WEEKS_BACK), zone), _midnight(monday, zone))
    rows = replace(SUMMARY, metrics=(metric,)).run(over, for_=for_, by=("week",), compare=False).rows
    figures = [row.figures[metric.name] for row in rows]
    quiet = next((n for n, each in enumerate(figures) if each.value), len(figures))  # before the desk began
    quiet += 1 if 0 < quiet < len(figures) else 0  # and of its first week there is only a part
    limits = chart_of(metric, figures[quiet:])
    series = Series(
        str(metric.title), tuple(each.value for each in figures[quiet:]),
        low=tuple(point.low for point in limits.points), high=tuple(point.high for point in limits.points),
        centre=(limits.centre,) * len(limits.points) if limits.has_limits else (),
    )  # fmt: skip
    kind = Kind.CONTROL if limits.has_limits else Kind.LINES
    return Chart(kind, str(metric.title), tuple(str(row.key[0]) for row in rows[quiet:]), (series,))


def _broken(since: datetime, at: datetime, for_: Actor) -> Sequence[Promise]:
    """Promises that were broken since then, and those whose time is over without anybody saying so."""
    is_broken = (Promise.state == PromiseState.BROKEN) & (Promise.outcome_at >= since)
    is_over = (Promise.state == PromiseState.PLANNED) & (Promise.until_at < at)
    query = select(Promise).where(or_(is_broken, is_over), promise_scope(for_)).order_by(Promise.until_at, Promise.id)
    return db.session.scalars(query.limit(ROWS)).all()


def _low_answers(since: datetime, for_: Actor) -> Sequence[AnswerShown]:
    """Low answers since then, the last first."""
    return list_answers(Narrowed(tone=Tone.BLAME, since=since), for_=for_, size=ROWS).rows


def _growing(for_: Actor) -> Sequence[RecurrenceProposal]:
    if not may(for_, Action.DECIDE_PROPOSAL):
        return ()
    return list_proposals(for_=for_, state=ProposalState.OPEN, size=ROWS).rows


def _low_hours(today: date, for_: Actor) -> list[HoursRow]:
    """Contracts that run, and of whose hours little is left."""
    rows = run_hours(Slice(), for_=for_).by["contract"]
    few = [row for row in rows if row.tally.granted > 0 and row.tally.left * LOW_SHARE <= row.tally.granted]
    live = select(Contract.id).where(
        Contract.id.in_([row.key for row in few]), Contract.valid_from <= today,
        or_(Contract.valid_until.is_(None), Contract.valid_until >= today),
    )  # fmt: skip
    there = set(db.session.scalars(live)) if few else set()
    return [row for row in few if row.key in there][:ROWS]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
