"""Reports: the figures by period, slice and breakdown, what stands behind them, what they mean, and saved ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request, stream_with_context, url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.errors import Misshapen
from helpdesk.api.fields import Instant, Number, OneOf, RowId, Several, Text, YesNo
from helpdesk.api.inputs import Input, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import LARGEST_PAGE, PAGE_SIZE
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.models.figures import SavedReport
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from helpdesk.reports import FACT_REPORTS, saving
from helpdesk.reports.asking import LONGEST_VALUE, MOST_BY, MOST_VALUES, Asked
from helpdesk.reports.base import Slice, parse_conditions
from helpdesk.reports.engine import FactReport
from helpdesk.reports.files import filename, table_csv
from helpdesk.reports.items import Item, count_items, items_of, kind_of, page_of_items, read_behind
from helpdesk.reports.metrics import Metric, Table
from helpdesk.reports.saving import LONGEST_NAME, LONGEST_QUERY, MOST_RECIPIENTS, NewSaved, Sending
from helpdesk.reports.words import EVERY, FORMS

bp = Blueprint("reports", __name__, description="Figures, what they mean, and what stands behind them.")
MOST_PAGES = 1_000_000


class OverSchema(Input):
    """Which period and slice. It is half open: `since` is inside, `until` is not."""

    since = Instant(metadata={"description": "From this instant on; all time if not given."})
    until = Instant(metadata={"description": "Before this instant."})
    where = Several(
        Text(LONGEST_VALUE + 50), most=MOST_VALUES, load_default=list,
        metadata={"description": "dimension=value; of one dimension either counts, of several all must hold."},
    )  # fmt: skip
    judged = OneOf(("first", "now"), load_default="first",
                   metadata={"description": "As the months were closed, or as it is judged now."})  # fmt: skip


class ReportQuerySchema(OverSchema):
    """The same, broken down, as JSON or as CSV (also by `Accept: text/csv`)."""

    by = Several(Text(50), most=MOST_BY, metadata={"description": "Dimensions; without any as the report has it."})
    format = OneOf(("json", "csv"), metadata={"description": "json, if nothing else is asked for."})


class BehindQuerySchema(OverSchema):
    """Which figure: its metric, and for a cell of a breakdown the value (`key`) of each dimension (`of`)."""

    metric = Text(100, needed=True, required=True)
    of = Several(Text(50), most=MOST_BY, load_default=list)
    key = Several(Text(LONGEST_VALUE), most=MOST_BY, load_default=list,
                  metadata={"description": "Empty where the items have no value."})  # fmt: skip
    page = Number(1, MOST_PAGES, in_query=True, load_default=1)
    size = Number(1, LARGEST_PAGE, in_query=True, load_default=PAGE_SIZE)


class MetricSchema(Shown):
    """A figure as the dictionary has it."""

    name = fields.String()
    title = fields.String()
    definition = fields.String()
    unit = fields.String()
    how = fields.String()
    basis = fields.String(metadata={"description": "The instant by which an item belongs to a period."})
    numerator = NameOrNull()
    denominator = NameOrNull()
    exclusions = NameOrNull()
    time = NameOrNull(metadata={"description": "calendar or business, of lengths of time"})
    better = NameOrNull(metadata={"description": "more or less, where one of them is"})
    reports = fields.List(fields.String())


class MetricsSchema(Shown):
    """The dictionary."""

    metrics = fields.List(fields.Nested(MetricSchema))


class ReportSchema(Shown):
    """A report: what it answers, what it counts, by what it can be sliced."""

    slug = fields.String()
    title = fields.String()
    about = fields.String()
    dimensions = fields.List(fields.String())
    by = fields.List(fields.String(), metadata={"description": "How it is broken down where nobody says."})
    metrics = fields.List(fields.String())


class ReportsSchema(Shown):
    """All reports."""

    reports = fields.List(fields.Nested(ReportSchema))


class ReportTableSchema(Shown):
    """A report, worked out; figures under the names of their metrics, seconds and shares not rounded."""

    report = fields.String()
    as_of = fields.String()
    since = fields.String(allow_none=True)
    until = fields.String(allow_none=True)
    zone = fields.String()
    where = fields.List(fields.List(fields.String()))
    dimensions = fields.List(fields.String())
    total = fields.Dict(keys=fields.String())
    before = fields.Dict(keys=fields.String(), allow_none=True)
    rows = fields.List(fields.Dict(keys=fields.String()))
    rejudged = fields.Integer()
    beside = fields.Dict(keys=fields.String(), metadata={"description": "What the figures must not be read without."})


class ReportItemSchema(Shown):
    """Something that a figure counts; what was deleted since is named as deleted."""

    id = fields.Integer()
    number = fields.String()
    title = fields.String()
    at = fields.String(allow_none=True)
    state = NameOrNull()
    deleted = fields.Boolean()


class ReportItemsSchema(Shown):
    """A page of what stands behind a figure."""

    items = fields.List(fields.Nested(ReportItemSchema))
    total = fields.Integer()
    page = fields.Integer()


class SavedReportSchema(Shown):
    """A saved report."""

    id = fields.Integer()
    name = fields.String()
    report = fields.String()
    query = fields.String(metadata={"description": "The slice, as the address of the report's page has it."})
    is_shared = fields.Boolean()
    is_mine = fields.Boolean()
    every = NameOrNull(metadata={"description": "How often it is sent; null where it is not."})
    form = fields.String()
    recipients = fields.List(fields.Integer())
    next_on = NameOrNull()


class SavedReportsSchema(Shown):
    """One's own saved reports, and those that colleagues share."""

    saved_reports = fields.List(fields.Nested(SavedReportSchema))


class NewSavedSchema(Input):
    """A report as it is to be found again."""

    makes = NewSaved
    name = Text(LONGEST_NAME, needed=True, required=True)
    report = Text(50, needed=True, required=True)
    query = Text(LONGEST_QUERY, load_default="", metadata={"examples": ["period=last-month&team=Front&by=operator"]})
    is_shared = YesNo(load_default=False)


@dataclass(frozen=True)
class Changes:
    name: str
    is_shared: bool = False
    query: str | None = None


class SavedChangeSchema(Input):
    """The saved report as it is to be; without `query` its slice stays."""

    makes = Changes
    name = Text(LONGEST_NAME, needed=True, required=True)
    is_shared = YesNo(load_default=False)
    query = Text(LONGEST_QUERY)


@dataclass(frozen=True)
class NewSending:
    every: str
    recipients: list[int]
    form: str = "pdf"


class SendingSchema(Input):
    """How often, as what, to which accounts."""

    makes = NewSending
    every = OneOf(EVERY, required=True)
    form = OneOf(FORMS, load_default="pdf")
    recipients = Several(RowId(), most=MOST_RECIPIENTS, required=True)


@dataclass(frozen=True)
class Page:
    items: list[Item]
    total: int
    page: int


def _metric(metric: Metric, slugs: list[str]) -> dict[str, Any]:
    words = {name: str(getattr(metric, name) or "") for name in ("numerator", "denominator", "exclusions")}
    return {
        "name": metric.name, "title": str(metric.title), "definition": str(metric.definition),
        "unit": metric.unit.value, "how": metric.how.value, "basis": metric.basis, **words,
        "time": metric.time.value if metric.time else "", "better": metric.better, "reports": slugs,
    }  # fmt: skip


def _report_shown(report: FactReport) -> dict[str, Any]:
    return {"slug": report.slug, "title": str(report.title), "about": str(report.about),
            "dimensions": list(report.dimensions), "by": list(report.by),
            "metrics": [metric.name for metric in report.metrics]}  # fmt: skip


def _table(table: Table, _actor: Actor) -> dict[str, Any]:
    document = table.document()
    return {name: value for name, value in document.items() if name not in table.beside} | {"beside": table.beside}


def _saved(row: SavedReport, actor: Actor) -> dict[str, Any]:
    is_sent = bool(row.every) and row.ended_at is None
    return {
        "id": row.id, "name": row.name, "report": row.report, "query": row.query, "is_shared": row.is_shared,
        "is_mine": row.account_id == actor.account_id, "every": row.every if is_sent else "", "form": row.form,
        "recipients": row.recipients if is_sent else [], "next_on": row.next_on if is_sent else "",
    }  # fmt: skip


METRICS = Representation(MetricsSchema(), None)
REPORTS = Representation(
    ReportsSchema(), None, of=lambda rows, _actor: {"reports": [_report_shown(each) for each in rows]}
)
TABLE = Representation(ReportTableSchema(), None, of=_table)
ITEMS = Representation(
    ReportItemsSchema(), None,
    of=lambda page, _actor: {"items": [item.document() for item in page.items], "total": page.total,
                             "page": page.page},
)  # fmt: skip
SAVED = Representation(SavedReportSchema(), None, of=_saved)
ALL_SAVED = Representation(
    SavedReportsSchema(), None, of=lambda rows, actor: {"saved_reports": [_saved(row, actor) for row in rows]}
)


@bp.get("/metrics")
@bp.gives(200, METRICS)
def metrics() -> dict[str, Any]:
    """Read the dictionary: what each figure says, and in which reports it says so."""
    require(current_actor(), Action.READ_REPORTS)
    found: dict[tuple[str, str], tuple[Metric, list[str]]] = {}
    for slug, report in FACT_REPORTS.items():
        for metric in report.metrics:
            found.setdefault((metric.name, str(metric.definition)), (metric, []))[1].append(slug)
    return {"metrics": [_metric(*found[key]) for key in sorted(found)]}


@bp.get("/reports")
@bp.gives(200, REPORTS)
def index() -> list[FactReport]:
    """List the reports."""
    require(current_actor(), Action.READ_REPORTS)
    return list(FACT_REPORTS.values())


@bp.get("/reports/<slug>")
@bp.takes(ReportQuerySchema(), location="query")
@bp.gives(200, TABLE)
def show(sent: dict[str, Any], slug: str) -> Any:
    """Read a report, as JSON like that of the command line, or its rows as CSV."""
    report = _report(slug)
    with _of_the_query():
        table = report.run(_over(sent), for_=current_actor(), by=sent.get("by"), judged=sent["judged"])
    wanted = sent.get("format") or request.accept_mimetypes.best_match(["application/json", "text/csv"], "")
    if wanted not in ("csv", "text/csv"):
        return table
    head = {"Content-Disposition": f'attachment; filename="{filename(table, "csv")}"', "Vary": "Accept"}
    return Response(stream_with_context(table_csv(table)), mimetype="text/csv", headers=head)


@bp.get("/reports/<slug>/behind")
@bp.takes(BehindQuerySchema(), location="query")
@bp.gives(200, ITEMS)
def behind(sent: dict[str, Any], slug: str) -> Page:
    """List what stands behind a figure: exactly the items that it counts."""
    report = _report(slug)
    wanted = read_behind(report, [sent["metric"]], sent["of"], sent["key"])
    with _of_the_query():
        over = _over(sent)
    query, _figure = items_of(Asked(report, judged=sent["judged"]), over, wanted, for_=current_actor())
    kind = kind_of(report, wanted.metric)
    found = page_of_items(kind, query, size=sent["size"], page=sent["page"], for_=current_actor())
    return Page(found, count_items(query), sent["page"])


@bp.get("/saved-reports")
@bp.gives(200, ALL_SAVED)
def list_saved() -> list[SavedReport]:
    """List one's own saved reports, and those that colleagues share."""
    return saving.saved_reports(for_=current_actor())


@bp.post("/saved-reports")
@bp.takes(NewSavedSchema(), once=True)
@bp.gives(201, SAVED)
def save(sent: NewSaved) -> tuple[SavedReport, dict[str, str]]:
    """Save a report under a name."""
    row = saving.save_report(sent, by=current_actor(), submission=submission())
    return row, {"Location": url_for("api.reports.show_saved", saved_id=row.id)}


@bp.get("/saved-reports/<row_id:saved_id>")
@bp.gives(200, SAVED)
def show_saved(saved_id: int) -> SavedReport:
    """Read a saved report."""
    return saving.get_saved(saved_id, for_=current_actor())


@bp.put("/saved-reports/<row_id:saved_id>")
@bp.takes(SavedChangeSchema())
@bp.gives(200, SAVED)
def change(sent: Changes, saved_id: int) -> SavedReport:
    """Rename it, share it, or let it show another slice."""
    return saving.change_saved(saved_id, name=sent.name, is_shared=sent.is_shared, query=sent.query,
                               by=current_actor())  # fmt: skip


@bp.delete("/saved-reports/<row_id:saved_id>")
@bp.gives(204)
def delete(saved_id: int) -> None:
    """Keep it no more."""
    saving.delete_saved(saved_id, by=current_actor())


@bp.put("/saved-reports/<row_id:saved_id>/sending")
@bp.takes(SendingSchema())
@bp.gives(200, SAVED)
def send(sent: NewSending, saved_id: int) -> SavedReport:
    """Have it sent by mail, each day, week, month or quarter."""
    return saving.schedule_saved(saved_id, Sending(sent.every, sent.form, tuple(sent.recipients)), by=current_actor())


@bp.delete("/saved-reports/<row_id:saved_id>/sending")
@bp.gives(204)
def end_sending(saved_id: int) -> None:
    """Send it no more."""
    saving.end_sending(saved_id, by=current_actor())


def _report(slug: str) -> FactReport:
    """The report; for whoever may read none there is none."""
    report = FACT_REPORTS.get(slug)
    if report is None or not may(current_actor(), report.action):
        raise NotFound
    return report


def _over(sent: dict[str, Any]) -> Slice:
    since: datetime | None = sent.get("since")
    return Slice(since, sent.get("until"), parse_conditions(sent["where"]))


@contextmanager
def _of_the_query() -> Iterator[None]:
    """What a report refuses stood in the query."""
    try:
        yield
    except Invalid as refusal:
        raise Misshapen([
            {"parameter": name, "detail": text} for name, texts in refusal.errors.items() for text in texts
        ]) from refusal  # fmt: skip
