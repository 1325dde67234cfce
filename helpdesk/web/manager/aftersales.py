"""Reports of what comes after the sale, revisits and claims, and of the knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import percentage
from helpdesk.core.tables import csv_text
from helpdesk.reports.base import Slice
from helpdesk.reports.claims import BY as CLAIMS_BY
from helpdesk.reports.claims import ClaimsReport, run_claims
from helpdesk.reports.knowledge import Share, run_knowledge
from helpdesk.reports.revisits import BY as REVISITS_BY
from helpdesk.reports.revisits import RevisitsReport, run_revisits
from helpdesk.web.auth import current_actor
from helpdesk.web.manager.reports import PERIODS, since_of, tonight
from helpdesk.web.shell import Item
from helpdesk.web.words import FAULTS, OUTCOMES

REVISIT_BREAKDOWNS = {"operator": _l("Operator"), "organisation": _l("Organisation")}
CLAIM_BREAKDOWNS = {"organisation": _l("Organisation"), "product": _l("Product"), "fault": _l("Kind of fault")}
REVISIT_COLUMNS = (
    "by", "name", "planned", "on_time", "late", "missed", "overdue", "refused", "skipped", "to_come", "fraction",
    "percent", "satisfaction", "rated", "needs", "needs_won", "referrals", "referrals_won",
)  # fmt: skip
CLAIM_COLUMNS = (
    "by", "name", "registered", "open", "withdrawn", "appealed", "repair", "replace", "redo", "refund", "reject",
    "fraction", "percent", "days_to_decision", "currency", "refunded_cents",
)  # fmt: skip


KNOWLEDGE_COLUMNS = ("line", "fraction", "percent", "interval")


def register(bp: Blueprint) -> None:
    """Add these reports to the others."""
    for view, name in ((revisits, "revisits"), (claims, "claims"), (knowledge, "knowledge")):
        bp.add_url_rule(f"/{name}", view_func=view)
    tables = ((revisits_table, "revisits"), (claims_table, "claims"), (knowledge_table, "knowledge"))
    for table, name in tables:
        bp.add_url_rule(f"/{name}.csv", view_func=table)


def revisits() -> str:
    """Revisits on time, of those planned for a period, and what they found."""
    by = _chosen(REVISIT_BREAKDOWNS)
    figures = run_revisits(_over(), for_=current_actor(), by=(by,))
    return render_template(
        "manager/reports/revisits.html", figures=figures, rows=figures.by[by], heading=REVISIT_BREAKDOWNS[by],
        interval=_between(figures.total.interval), **_ways("manager.reports.revisits", by, REVISIT_BREAKDOWNS),
    )  # fmt: skip


def revisits_table() -> Response:
    """The same as a table: a line for each operator and each organisation."""
    return _table("revisits.csv", REVISIT_COLUMNS, _lines(run_revisits(_over(), for_=current_actor(), by=REVISITS_BY)))


def claims() -> str:
    """Claims of a period, what was decided, and what it cost."""
    by = _chosen(CLAIM_BREAKDOWNS)
    figures = run_claims(_over(), for_=current_actor(), by=(by,))
    return render_template(
        "manager/reports/claims.html", figures=figures, rows=figures.by[by], by=by, heading=CLAIM_BREAKDOWNS[by],
        interval=_between(figures.total.interval), outcomes=OUTCOMES, faults=FAULTS,
        **_ways("manager.reports.claims", by, CLAIM_BREAKDOWNS),
    )  # fmt: skip


def claims_table() -> Response:
    """The same as a table: a line for each organisation, product and kind of fault; money in cents."""
    figures = run_claims(_over(), for_=current_actor(), by=CLAIMS_BY)
    rows = [
        row | {"currency": currency, "refunded_cents": cents}
        for row in _lines(figures) for currency, cents in (row["refunded_cents"].items() or [("", None)])
    ]  # fmt: skip
    return _table("claims.csv", CLAIM_COLUMNS, rows)


def knowledge() -> str:
    """How often articles were given for tickets, and whether suggestions kept tickets away."""
    figures = run_knowledge(_over(), for_=current_actor())
    ways = _ways("manager.reports.knowledge", "", {})
    return render_template(
        "manager/reports/knowledge.html", figures=figures, between=_between, percent_of=_share, **ways
    )


def knowledge_table() -> Response:
    """The same as a table: a line for each support line."""
    figures = run_knowledge(_over(), for_=current_actor())
    rows = [{"line": "" if row.line is None else row.line} | row.share.document() for row in figures.lines]
    return _table("knowledge.csv", KNOWLEDGE_COLUMNS, rows)


def _share(share: Share) -> str:
    if not share.whole:
        return "—"
    return f"{share.part}/{share.whole}" if share.percent is None else percentage(share.percent / 100, digits=1)


def _over() -> Slice:
    period = request.args.get("period", "90")
    return Slice(since_of(period), tonight() if period in PERIODS else None)


def _chosen(breakdowns: Mapping[str, Any]) -> str:
    by = request.args.get("by", "")
    return by if by in breakdowns else next(iter(breakdowns))


def _ways(here: str, by: str, breakdowns: Mapping[str, Any]) -> dict[str, Any]:
    """The period and the tabs of a report."""
    period = request.args.get("period", "90")
    words = {"30": _("30 days"), "90": _("90 days"), "365": _("A year"), "all": _("All time")}
    current = period if period in PERIODS else "all"
    return {
        "period": period,
        "periods": [Item(label, url_for(here, period=key, by=by), is_current=key == current)
                    for key, label in words.items()],
        "breakdowns": [Item(str(label), url_for(here, period=period, by=key), is_current=key == by)
                       for key, label in breakdowns.items()],
    }  # fmt: skip


def _between(interval: tuple[float, float] | None) -> str:
    return " – ".join(percentage(round(end, 4)) for end in interval) if interval else ""


def _lines(figures: RevisitsReport | ClaimsReport) -> list[dict[str, Any]]:
    return [
        {"by": dimension, "name": row.name} | row.tally.document()
        for dimension, rows in figures.by.items() for row in rows
    ]  # fmt: skip


def _table(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_text(columns, list(rows)), mimetype="text/csv", headers=head)
