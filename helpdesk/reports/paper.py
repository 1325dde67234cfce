"""A report on paper: headline, picture, table and definitions, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from flask import render_template

from helpdesk.core.i18n import speaking
from helpdesk.policy.actor import Actor
from helpdesk.reports.charts import sketch
from helpdesk.reports.drawing import PAPER, draw
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import Table
from helpdesk.reports.picturing import chart_of
from helpdesk.reports.wording import (
    cell_about,
    definition,
    figures_of,
    headline,
    hidden_cells,
    lines,
    period_words,
    rejudged_words,
    valued,
    where_words,
)

MOST_LINES = 400  # of the table on paper; the files have all
ACROSS, UPRIGHT = 9, 6  # figures beside one another on a sheet; more stand in tables one below the other
TALL = 480  # pixels: with a picture that is higher the sheets stand upright


def report_html(report: FactReport, table: Table, *, for_: Actor, name: str = "") -> str:
    """The report as a document of its own, with its styles in it; `name` is that of a saved view."""
    with speaking(for_.language, for_.zone):
        chart = chart_of(report, table)
        is_tall = chart is not None and not chart.is_empty and sketch(chart, width=PAPER).height > TALL
        return render_template(
            "documents/report.html", report=report, table=table, name=name, tiles=headline(report, table),
            drawing=draw(chart, theme="light", width=PAPER) if chart is not None else None,
            is_tall=is_tall, heads=[str(title_of(report, each)) for each in table.by],
            lines=list(lines(table))[:MOST_LINES], total=figures_of(table.metrics, table.total, table.before),
            parts=parts(len(table.metrics), UPRIGHT if is_tall else ACROSS),
            left_out=max(0, len(table.rows) - MOST_LINES), period=period_words(table),
            where=where_words(table, report.source.dimensions), as_of=datetime.fromisoformat(table.as_of),
            definitions=[(metric, definition(report, metric)) for metric in table.metrics], valued=valued,
            cell_about=cell_about, hidden=hidden_cells(table), lang=for_.language,
            rejudged=rejudged_words(table.rejudged) if table.rejudged else "",
        )  # fmt: skip


def parts(columns: int, most: int) -> list[slice]:
    """So many columns in as few tables as hold them, each with about as many."""
    tables = max(1, -(-columns // most))
    size = -(-columns // tables) or 1
    return [slice(start, min(start + size, columns)) for start in range(0, columns, size)]


def title_of(report: FactReport, dimension: str) -> object:
    """What a dimension or a stretch of time is called."""
    return report.title_of(dimension)
