"""Every report by declaration as a page: the number first, then the picture, then the table; and what stands behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, send_file, stream_with_context, url_for

from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.pdf import can_make_pdf, pdf_of
from helpdesk.core.times import now
from helpdesk.figures.desk import desk_zone
from helpdesk.policy.rules import may
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.asking import Asked, read_asked, without
from helpdesk.reports.control import verdicts
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport
from helpdesk.reports.files import (
    ITEM_COLUMNS,
    csv_lines,
    filename,
    items_xlsx,
    json_pieces,
    table_csv,
    table_json,
    table_xlsx,
)
from helpdesk.reports.items import (
    Behind,
    Item,
    behind_about,
    count_items,
    every_item,
    items_of,
    kind_of,
    page_of_items,
    read_behind,
)
from helpdesk.reports.metrics import Figure, How, Metric, Table
from helpdesk.reports.paper import report_html, title_of
from helpdesk.reports.picturing import chart_of
from helpdesk.reports.rejudging import rejudged_items
from helpdesk.reports.wording import (
    HEADLINE,
    cell_about,
    definition,
    figures_of,
    headline,
    hidden_words,
    key_words,
    lines,
    period_words,
    rejudged_words,
    valued,
)
from helpdesk.reports.words import PERIODS
from helpdesk.web.auth import current_actor
from helpdesk.web.htmx import is_htmx
from helpdesk.web.manager.report_index import GROUPS, detail_of, pages_alone
from helpdesk.web.shell import Item as Way

bp = Blueprint("library", __name__, url_prefix="/reports")
PAGE = 50
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = ("csv", "json", "xlsx", "pdf")


@dataclass(frozen=True)
class Cell:
    """A figure of the table as it is read, and where its items are."""

    label: str
    value: str
    about: str
    url: str


@bp.get("")
def index() -> str:
    """All reports with their question, in groups; details and lists of other figures beside them."""
    groups = [(title, [(FACT_REPORTS[slug], detail_of(slug)) for slug in slugs if slug in FACT_REPORTS])
              for title, slugs in GROUPS]  # fmt: skip
    listed = {slug for _title, slugs in GROUPS for slug in slugs}
    others = [(report, detail_of(slug)) for slug, report in FACT_REPORTS.items() if slug not in listed]
    return render_template("manager/reports/index.html", groups=[*groups, (_("Others"), others)],
                           pages=pages_alone(FACT_REPORTS))  # fmt: skip


@bp.get("/<slug>")
def show(slug: str) -> Any:
    """The frame with its headline at once; picture and table after it, or at once where nothing can fetch them."""
    report = _report(slug)
    asked, wrong = _asked(report)
    over = asked.over(now(), desk_zone())
    is_whole = bool(request.args.get("whole"))
    try:
        if is_whole:
            table = report.run(over, for_=current_actor(), by=asked.broken_down, judged=asked.judged,
                               compare=asked.compare)  # fmt: skip
        else:
            table = report.glance(over, for_=current_actor(), judged=asked.judged, compare=asked.compare)
    except Invalid as refusal:
        wrong = wrong | refusal.errors
        asked = Asked(report)
        table = report.run(asked.over(now(), desk_zone()), for_=current_actor(), by=(), compare=asked.compare)
        is_whole = False
    body = _figures(asked, table) if is_whole else {}
    large = report.headline or [metric.name for metric in report.metrics[:HEADLINE]]
    usual = verdicts(report, over, for_=current_actor(), metrics=large, judged=asked.judged) if asked.compare else {}
    page = render_template(
        "manager/reports/report.html", report=report, asked=asked, table=table, wrong=wrong, is_whole=is_whole,
        tiles=[(tile, _behind_url(asked, Behind(tile.metric), table.total.figures[tile.metric.name]),
                definition(report, tile.metric)) for tile in headline(report, table, usual)],
        as_of=datetime.fromisoformat(table.as_of), periods=_periods(asked), period=period_words(table),
        chips=_chips(asked), breakdowns=_breakdowns(report), detail=detail_of(slug), can_pdf=can_make_pdf(),
        downloads={ending: _here("download", asked, ending=ending) for ending in ENDINGS},
        rejudged=rejudged_words(table.rejudged) if table.rejudged else "",
        rejudged_url=_here("rejudged", asked), kept=_kept(asked),
        judged_ways=_judged_ways(asked) if table.rejudged or asked.judged == "now" or report.source.is_kept else [],
        clear_url=_here("show", replace(asked, where=())), filter_url=_here("slice_form", asked),
        lazy_url=_here("figures", asked), whole_url=_here("show", asked, whole="1"),
        saving_url=url_for("manager.saved_reports.new", report=slug, query=asked.query), **body,
    )  # fmt: skip
    return page, 422 if wrong else 200


@bp.get("/<slug>/figures")
def figures(slug: str) -> Any:
    """Picture and table, as the page fetches them."""
    report = _report(slug)
    asked, wrong = _asked(report)
    if wrong:
        raise Invalid(wrong)
    table = _table(asked)
    return render_template("manager/reports/_figures.html", report=report, asked=asked, table=table,
                           **_figures(asked, table))  # fmt: skip


@bp.get("/<slug>/slice")
def slice_form(slug: str) -> str:
    """The fields that narrow a report; in the page where it asks for them, else a page of its own."""
    report = _report(slug)
    asked, _wrong = _asked(report)
    chosen: dict[str, list[str]] = {}
    for name, value in asked.where:
        chosen.setdefault(name, []).append(value)
    fields = []
    for name, dimension in report.source.dimensions.items():
        known = [value for value in (dimension.choices() if dimension.choices is not None else []) if value]
        values = [*known, *(value for value in chosen.get(name, []) if value and value not in known)]
        if values:
            fields.append((name, dimension.title, [(value, key_words(name, value)) for value in values],
                           chosen.get(name, [])))  # fmt: skip
    template = "manager/reports/_slice.html" if is_htmx() else "manager/reports/slice.html"
    return render_template(
        template,
        report=report,
        asked=asked,
        fields=fields,
        back=_here("show", asked),
        kept=[pair for pair in asked.pairs() if pair[0] not in report.source.dimensions],
    )


@bp.get("/<slug>/behind")
def behind(slug: str) -> str:
    """The items of one figure, as many as it counts."""
    report = _report(slug)
    asked, _wrong = _asked(report)
    wanted, query, figure = _behind(asked)
    total = count_items(query)
    pages = max(1, -(-total // PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    found = page_of_items(kind_of(report, wanted.metric), query, size=PAGE, page=number, for_=current_actor())
    words = [(str(title_of(report, name)), key_words(name, value))
             for name, value in zip(wanted.by, wanted.key, strict=True)]  # fmt: skip
    return render_template(
        "manager/reports/behind.html", report=report, asked=asked, metric=wanted.metric,
        kind=kind_of(report, wanted.metric), items=found, total=total, words=words, about=behind_about(wanted.metric),
        value=valued(wanted.metric, figure) if figure is not None else "", number=number, pages=pages,
        newer_url=_behind_page(asked, wanted, number - 1) if number > 1 else "",
        older_url=_behind_page(asked, wanted, number + 1) if number < pages else "",
        is_other=figure is not None and wanted.metric.how is How.COUNT and figure.value != total,
        back=_here("show", asked), downloads={
            ending: _here("behind_file", asked, wanted, ending=ending) for ending in ("csv", "json", "xlsx")
        },
    )  # fmt: skip


@bp.get("/<slug>/behind.<any(csv, json, xlsx):ending>")
def behind_file(slug: str, ending: str) -> Response:
    """All of them, however many, as a file that is written while it is sent."""
    report = _report(slug)
    asked, _wrong = _asked(report)
    wanted, query, _figure = _behind(asked)
    table = report.run(asked.over(now(), desk_zone()), for_=current_actor(), by=(), judged=asked.judged, compare=False)
    name = filename(table, ending, wanted.metric.name)
    items = every_item(kind_of(report, wanted.metric), query, for_=current_actor())
    if ending == "xlsx":
        return send_file(items_xlsx(report, table, items), SPREADSHEET, as_attachment=True, download_name=name)
    if ending == "csv":
        return _stream(csv_lines(ITEM_COLUMNS, map(Item.document, items)), "text/csv", name)
    head = {"report": report.slug, "metric": wanted.metric.name, "since": table.since, "until": table.until,
            "zone": table.zone, "by": list(wanted.by), "key": list(wanted.key)}  # fmt: skip
    return _stream(json_pieces(head, "items", map(Item.document, items)), "application/json", name)


@bp.get("/<slug>/rejudged")
def rejudged(slug: str) -> str:
    """What was judged otherwise after its month had been closed: by whom and when."""
    report = _report(slug)
    asked, _wrong = _asked(report)
    rows = rejudged_items(report, asked.over(now(), desk_zone()), for_=current_actor())
    return render_template("manager/reports/rejudged.html", report=report, rows=rows, back=_here("show", asked))


@bp.get("/<slug>/table.<any(csv, json, xlsx, pdf):ending>")
def download(slug: str, ending: str) -> Response:
    """The report as a file."""
    report = _report(slug)
    asked, wrong = _asked(report)
    if wrong:
        raise Invalid(wrong)
    table = _table(asked)
    name = filename(table, ending)
    if ending == "csv":
        return _stream(table_csv(table), "text/csv", name)
    if ending == "json":
        return _stream(table_json(table), "application/json", name)
    if ending == "xlsx":
        return send_file(table_xlsx(report, table), SPREADSHEET, as_attachment=True, download_name=name)
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf_of(report_html(report, table, for_=current_actor())), mimetype="application/pdf", headers=head)


def _report(slug: str) -> FactReport:
    report = FACT_REPORTS.get(slug)
    if report is None or not may(current_actor(), report.action):
        raise NotFound
    return report


def _asked(report: FactReport) -> tuple[Asked, dict[str, list[str]]]:
    """What the address asks for, and what is wrong with it."""
    try:
        return read_asked(report, request.args), {}
    except Invalid as refusal:
        return Asked(report), refusal.errors


def _table(asked: Asked) -> Table:
    return asked.report.run(asked.over(now(), desk_zone()), for_=current_actor(), by=asked.broken_down,
                            judged=asked.judged, compare=asked.compare)  # fmt: skip


def _behind(asked: Asked) -> tuple[Behind, Any, Figure | None]:
    """The figure that the address means, its items, and its value."""
    wanted = read_behind(asked.report, request.args.getlist("metric"), request.args.getlist("of"),
                         request.args.getlist("key"))  # fmt: skip
    query, figure = items_of(asked, asked.over(now(), desk_zone()), wanted, for_=current_actor())
    return wanted, query, figure


def _figures(asked: Asked, table: Table) -> dict[str, Any]:
    """What stands under the headline."""
    return {
        "picture": chart_of(asked.report, table, lambda metric, key: _behind_url(asked, Behind(metric, table.by, key))),
        "notes": asked.report.notes(table),
        "heads": [str(title_of(asked.report, name)) for name in table.by],
        "lines": [(words, _cells(asked, table.by, row.key, found))
                  for row, (words, found) in zip(table.rows, lines(table), strict=True)],
        "foot": _cells(asked, (), (), figures_of(table.metrics, table.total, table.before)),
        "hidden": hidden_words(table), "metric_definitions": [
            (metric, definition(asked.report, metric)) for metric in table.metrics
        ],
    }  # fmt: skip


def _cells(
    asked: Asked, by: tuple[str, ...], key: tuple[str | None, ...],
    found: list[tuple[Metric, Figure, Figure | None]],
) -> list[Cell]:  # fmt: skip
    return [
        Cell(str(metric.title), valued(metric, figure), cell_about(metric, figure, earlier),
             _behind_url(asked, Behind(metric, by, key), figure))
        for metric, figure, earlier in found
    ]  # fmt: skip


def _behind_url(asked: Asked, wanted: Behind, figure: Figure | None = None) -> str:
    """Where the items of a figure are listed; empty where there are none, or so few that it is hidden."""
    if figure is not None and (figure.is_hidden or not (figure.value or figure.whole)):
        return ""
    if wanted.metric.how is How.MODEL:  # it counts nothing of its own
        return ""
    return _here("behind", asked, wanted)


def _behind_page(asked: Asked, wanted: Behind, number: int) -> str:
    return f"{_here('behind', asked, wanted)}&page={number}"


def _here(endpoint: str, asked: Asked, wanted: Behind | None = None, whole: str = "", **values: Any) -> str:
    pairs = [*asked.pairs(), *(wanted.pairs() if wanted is not None else []), *([("whole", whole)] if whole else [])]
    url = url_for(f"manager.library.{endpoint}", slug=asked.report.slug, **values)
    return f"{url}?{urlencode(pairs)}"


def _periods(asked: Asked) -> list[Way]:
    """The choices of the period; of each its name in addresses stands as its sign."""
    return [Way(str(words), _here("show", replace(asked, period=name)), name, is_current=asked.period == name)
            for name, words in PERIODS.items() if name != "own"]  # fmt: skip


def _chips(asked: Asked) -> list[tuple[str, str]]:
    dimensions = asked.report.source.dimensions
    return [(f"{dimensions[name].title}: {key_words(name, value)}", _here("show", without(asked, name, value)))
            for name, value in asked.where]  # fmt: skip


def _breakdowns(report: FactReport) -> list[tuple[str, str]]:
    names = sorted(report.dimensions, key=lambda name: name not in STEPS)
    return [(name, str(title_of(report, name))) for name in names]


def _kept(asked: Asked) -> list[tuple[str, str]]:
    """What the form of period and breakdown leaves as it is."""
    return [pair for pair in asked.pairs() if pair[0] not in ("period", "since", "until", "by", "compare")]


def _judged_ways(asked: Asked) -> list[Way]:
    words = {"first": _("As first judged"), "now": _("As judged now")}
    return [Way(label, _here("show", replace(asked, judged=name)), is_current=asked.judged == name)
            for name, label in words.items()]  # fmt: skip


def _stream(pieces: Iterator[str], media_type: str, name: str) -> Response:
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(pieces), mimetype=media_type, headers=head)
