"""A report on paper: headline, picture, table and definitions, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from flask import render_template

from helpdesk.core.i18n import speaking
from helpdesk.policy.actor import Actor
from helpdesk.reports.drawing import draw
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import Table
from helpdesk.reports.picturing import chart_of
from helpdesk.reports.wording import (
    cell_about,
    definition,
    headline,
    hidden_words,
    lines,
    period_words,
    rejudged_words,
    valued,
    where_words,
)

MOST_LINES = 400  # of the table on paper; the files have all


def report_html(report: FactReport, table: Table, *, for_: Actor, name: str = "") -> str:
    """The report as a document of its own, with its styles in it; `name` is that of a saved view."""
    with speaking(for_.language, for_.zone):
        chart = chart_of(report, table)
        return render_template(
            "documents/report.html", report=report, table=table, name=name, tiles=headline(report, table),
            drawing=draw(chart, theme="light", width=680) if chart is not None else None,
            heads=[str(title_of(report, each)) for each in table.by], lines=list(lines(table))[:MOST_LINES],
            left_out=max(0, len(table.rows) - MOST_LINES), period=period_words(table),
            where=where_words(table, report.source.dimensions), as_of=datetime.fromisoformat(table.as_of),
            definitions=[(metric, definition(report, metric)) for metric in table.metrics], valued=valued,
            cell_about=cell_about, hidden=hidden_words(table), lang=for_.language,
            rejudged=rejudged_words(table.rejudged) if table.rejudged else "",
        )  # fmt: skip


def title_of(report: FactReport, dimension: str) -> object:
    """What a dimension or a stretch of time is called."""
    return report.title_of(dimension)
