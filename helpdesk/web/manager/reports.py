"""Reports as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from helpdesk.core.i18n import babel_locale, current_zone, percentage
from helpdesk.core.i18n import gettext as _
from helpdesk.core.tables import csv_text
from helpdesk.core.times import now
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.reports.attainment import Tally, run_attainment
from helpdesk.reports.base import Slice
from helpdesk.reports.hours import HoursReport, run_hours
from helpdesk.reports.overview import Arrivals, Overview, Step, run_overview
from helpdesk.reports.promises import BY as PROMISED_BY
from helpdesk.reports.promises import Kept as Kept_
from helpdesk.reports.promises import KeptRow, PromisesReport, run_promises
from helpdesk.web.auth import current_actor
from helpdesk.web.words import CHANNELS, CLOCKS, LINES, TYPES
from sla.models import ClockKind

bp = Blueprint("reports", __name__)

PERIODS = {"30": 30, "90": 90, "365": 365}  # days, the present one among them
FILTERS = ("team", "product", "channel", "type", "import")
KEPT_FILTERS = ("clock", "team", "product", "type", "organisation", "priority")
BREAKDOWNS = {
    "priority": _l("Priority"), "policy": _l("Policy"), "team": _l("Team"), "line": _l("Line"),
    "organisation": _l("Organisation"),
}  # fmt: skip
PROMISE_BREAKDOWNS = {"operator": _l("Operator"), "line": _l("Line"), "organisation": _l("Organisation")}
HOURS_BREAKDOWNS = {"contract": _l("Contract"), "organisation": _l("Organisation")}
HOURS_COLUMNS = (
    "by", "name", "organisation", "granted_minutes", "used_minutes", "left_minutes", "expired_minutes",
    "overage_minutes", "carried_over_minutes", "adjusted_minutes", "notices", "unpriced_notices", "billed_cents",
    "currency",
)  # fmt: skip
PROMISE_COLUMNS = (
    "by", "name", "made", "kept", "late", "moved_with_notice", "broken", "overdue", "withdrawn", "planned", "fraction",
    "percent", "interval_low", "interval_high",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A row of a bar table."""

    label: str
    value: int
    words: str
    url: str = ""
    about: str = ""


@dataclass(frozen=True)
class Column:
    """A column of the arrivals picture: its place, its height (of a hundred), what it stands for."""

    x: float
    width: float
    height: float
    label: str
    count: int


@dataclass(frozen=True)
class Kept:
    """A row of attainment: fractions as they are read, and percentages where there are enough items to say them."""

    label: str
    tally: Tally
    fraction: str
    percent: str
    excused_fraction: str
    excused_percent: str
    promised: str


@dataclass(frozen=True)
class Promised:
    """A row of promise-keeping: its figures as they are read, and where the promises behind them are."""

    label: str
    kept: Kept_
    fraction: str
    percent: str
    interval: str
    urls: Mapping[str, str]


@bp.get("/overview")
def overview() -> str:
    """Arrivals, backlog, service levels, the flow between the lines, the first line's share."""
    period = request.args.get("period", "90")
    where = tuple((name, request.args[name]) for name in FILTERS if request.args.get(name))
    over = Slice(since=since_of(period), where=where)
    figures = run_overview(over, for_=current_actor(), by=_step(period))
    return render_template(
        "manager/reports/overview.html", figures=figures, period=period, where=dict(where),
        columns=columns_of([(day_label(day, figures.arrivals.step), n) for day, n in figures.arrivals.counts.items()]),
        arrival_words=_arrival_words(figures.arrivals),
        priorities=_bars(figures.by_priority), channels=_bars(figures.by_channel, CHANNELS),
        flow=_flow(figures), clocks=CLOCKS, teams=directory.teams(), products=directory.products(),
        channel_words=CHANNELS, type_words=TYPES,
    )  # fmt: skip


@bp.get("/attainment")
def attainment() -> str:
    """Service levels kept, of what was due in a period: by kind of clock, and by one thing more."""
    period, by = request.args.get("period", "90"), request.args.get("by", "priority")
    by = by if by in BREAKDOWNS else "priority"
    where = tuple((name, request.args[name]) for name in KEPT_FILTERS if request.args.get(name))
    over = Slice(since_of(period), tonight() if period in PERIODS else None, where)
    figures = run_attainment(over, for_=current_actor(), by=("kind", by))
    paused = figures.beside.paused_percent
    return render_template(
        "manager/reports/attainment.html", figures=figures, period=period, by=by, where=dict(where),
        kinds=_rows(figures.by["kind"], CLOCKS), rows=_rows(figures.by[by], LINES if by == "line" else {}),
        total=_row("", figures.total), breakdowns=BREAKDOWNS, clocks=CLOCKS, teams=directory.teams(),
        products=directory.products(), type_words=TYPES,
        clock_words={kind.value: CLOCKS[kind.value] for kind in ClockKind},
        paused="–" if paused is None else percentage(paused / 100, digits=1),
    )  # fmt: skip


@bp.get("/promises")
def promises() -> str:
    """Promises kept, of those whose time came in a period; each figure leads to the promises behind it."""
    period, by = request.args.get("period", "90"), request.args.get("by", "operator")
    by = by if by in PROMISE_BREAKDOWNS else "operator"
    figures = _promises(period, (by,))
    return render_template(
        "manager/reports/promises.html", figures=figures, period=period, by=by, breakdowns=PROMISE_BREAKDOWNS,
        rows=[_promised(row, by, figures) for row in figures.by[by]],
        total=_promised(KeptRow(None, "", figures.total), "", figures),
    )  # fmt: skip


@bp.get("/promises.csv")
def promises_table() -> Response:
    """The same as a table: a line for each operator, line and organisation."""
    figures = _promises(request.args.get("period", "90"), PROMISED_BY)
    rows = [
        {"by": dimension, "name": row.name} | row.kept.document() | {
            "interval_low": row.kept.document()["interval"][0] if row.kept.interval else None,
            "interval_high": row.kept.document()["interval"][1] if row.kept.interval else None,
        }
        for dimension, found in figures.by.items() for row in found
    ]  # fmt: skip
    head = {"Content-Disposition": 'attachment; filename="promises.csv"'}
    return Response(csv_text(PROMISE_COLUMNS, rows), mimetype="text/csv", headers=head)


@bp.get("/hours")
def hours() -> str:
    """Hours and contracts: each contract leads to its statement."""
    period, by = request.args.get("period", "90"), request.args.get("by", "contract")
    by = by if by in HOURS_BREAKDOWNS else "contract"
    organisation = request.args.get("organisation", "")
    figures = _hours_of(period, organisation)
    return render_template(
        "manager/reports/hours.html", figures=figures, period=period, by=by, organisation=organisation,
        breakdowns=HOURS_BREAKDOWNS, rows=figures.by[by], can_read=may(current_actor(), Action.READ_HOURS),
    )  # fmt: skip


@bp.get("/hours.csv")
def hours_table() -> Response:
    """The same as a table: a line for each contract and each organisation; minutes and cents."""
    figures = _hours_of(request.args.get("period", "90"), request.args.get("organisation", ""))
    rows = [
        {"by": dimension, "name": row.name, "organisation": row.organisation} | row.tally.document() | {
            "currency": currency, "billed_cents": cents,
        }
        for dimension, found in figures.by.items() for row in found
        for currency, cents in (row.tally.billed_cents.items() or [("", None)])
    ]  # fmt: skip
    head = {"Content-Disposition": 'attachment; filename="hours-and-contracts.csv"'}
    return Response(csv_text(HOURS_COLUMNS, rows), mimetype="text/csv", headers=head)


def _hours_of(period: str, organisation: str) -> HoursReport:
    where = (("organisation", organisation),) if organisation else ()
    return run_hours(Slice(since_of(period), tonight() if period in PERIODS else None, where), for_=current_actor())


def _promises(period: str, by: Sequence[str]) -> PromisesReport:
    over = Slice(since_of(period), tonight() if period in PERIODS else None)
    return run_promises(over, for_=current_actor(), by=by)


def _promised(row: KeptRow, by: str, figures: PromisesReport) -> Promised:
    kept, about = row.kept, {"operator": "owner_id", "line": "line", "organisation": "organisation_id"}.get(by)
    narrowed: dict[str, Any] = {about: row.key} if about and row.key is not None else {}
    for name, at in (("since", figures.since), ("until", figures.until)):
        if at is not None:
            narrowed[name] = at.astimezone(ZoneInfo(current_zone())).date().isoformat()

    def behind(state: str) -> str:
        return url_for("console.promises.index", view="past", state=state, **narrowed) if row.key or not by else ""

    name = str(LINES.get(row.key or 0, "")) if by == "line" else row.name
    return Promised(
        name, kept, f"{kept.kept} / {kept.decided}",
        "" if kept.percent is None else percentage(kept.percent / 100, digits=1),
        f"{percentage(round(kept.interval[0], 4))} – {percentage(round(kept.interval[1], 4))}" if kept.interval else "",
        {state: behind(state) for state in ("kept", "late", "broken", "overdue", "moved", "withdrawn")},
    )  # fmt: skip


def _rows(tallies: Mapping[str, Tally], words: Mapping[Any, Any]) -> list[Kept]:
    return [_row(str(words.get(int(key) if key.isdigit() else key, key)), tally) for key, tally in tallies.items()]


def _row(label: str, tally: Tally) -> Kept:
    percents = [None if each is None else percentage(each / 100, digits=1)
                for each in (tally.percent, tally.percent_excused)]  # fmt: skip
    promised = tally.promises_kept + tally.promises_broken
    return Kept(
        label, tally, f"{tally.met} / {tally.decided}", percents[0] or "",
        f"{tally.met} / {tally.decided_excused}" if tally.excused else "", (percents[1] or "") if tally.excused else "",
        f"{tally.promises_kept} / {promised}" if promised else "",
    )  # fmt: skip


def tonight() -> datetime:
    """The end of today, in the reader's zone: what is due by then belongs to the period."""
    today = now().astimezone(ZoneInfo(current_zone())).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def since_of(period: str) -> datetime | None:
    """The beginning of the day so many days ago, in the reader's zone; None for all time."""
    if period not in PERIODS:
        return None
    today = now().astimezone(ZoneInfo(current_zone())).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=PERIODS[period] - 1)


def _step(period: str) -> Step | None:
    return {"30": Step.DAY, "90": Step.WEEK, "365": Step.MONTH}.get(period)


def columns_of(counts: Sequence[tuple[str, int]]) -> list[Column]:
    """Labelled counts, in order, as the columns of a picture."""
    most = max((count for _label, count in counts), default=0) or 1
    width = 100 / max(1, len(counts))
    return [
        Column(i * width + width * 0.12, width * 0.76, count / most * 100, label, count)
        for i, (label, count) in enumerate(counts)
    ]


def day_label(day: str, step: Step) -> str:
    """A day as it stands under a column, or the month that it begins."""
    first = date.fromisoformat(day[:10])
    if step is Step.MONTH:
        return str(format_skeleton("yMMM", first, locale=babel_locale()))
    return str(format_skeleton("MMMd", first, locale=babel_locale()))


def _arrival_words(arrivals: Arrivals) -> str:
    return {
        Step.DAY: _("New tickets by day"), Step.WEEK: _("New tickets by week"), Step.MONTH: _("New tickets by month"),
    }[arrivals.step]  # fmt: skip


def _bars(counts: dict[str, int], words: dict[str, object] | None = None) -> Sequence[Bar]:
    total = sum(counts.values()) or 1
    return [
        Bar(str((words or {}).get(key, key)), count, str(count), about=percentage(count / total))
        for key, count in counts.items()
    ]


def _flow(figures: Overview) -> Sequence[Bar]:
    """Up and down between the lines, and sideways."""
    return [
        Bar(
            _("%(above)s → %(below)s", above=str(LINES[hop.from_line]), below=str(LINES[hop.to_line]))
            if hop.from_line != hop.to_line else _("%(line)s, between teams", line=str(LINES[hop.from_line])),
            hop.count, str(hop.count),
        ) for hop in figures.flow
    ]  # fmt: skip
