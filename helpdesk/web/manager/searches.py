"""What people search for: the figures, how searches went on, and articles that are missing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import LANGUAGES, OWN_NAMES, month_and_year
from helpdesk.core.i18n import gettext as _
from helpdesk.core.tables import csv_text
from helpdesk.entitlement.desk import desk_today
from helpdesk.knowledge.searches import how_it_went_on, plan_article, planned, searches_report
from helpdesk.reports.overview import Step
from helpdesk.web.auth import current_actor
from helpdesk.web.manager.reports import columns_of, day_label
from helpdesk.web.shell import Item
from knowledge_base.analytics import Analytics, Figures, known_fields
from knowledge_base.search_log import Span

FIELDS = {"articles": _l("Knowledge base"), "tickets": _l("Tickets")}
ENDINGS = {
    "left": _l("left without opening anything"), "reworded": _l("reworded"), "answered": _l("opened a result"),
    "ticket": _l("wrote a ticket"),
}  # fmt: skip
COLUMNS = ("query", "field", "language", "searches", "without_result", "answered", "tickets")


def register(bp: Blueprint) -> None:
    """Add this report to the others."""
    bp.add_url_rule("/searches", view_func=searches)
    bp.add_url_rule("/searches.csv", view_func=searches_table)
    bp.add_url_rule("/searches/sittings", view_func=sittings)
    bp.add_url_rule("/searches/article-tasks", view_func=create_article_task, methods=["POST"])


def searches() -> str:
    """Searches of a month or a year: how many, which, and which found nothing."""
    span, on, field, language = _asked()
    figures = searches_report(span, on, for_=current_actor(), field=field, language=language)
    period: dict[str, Any] = {"span": span.value, "on": on.isoformat()}
    kept = period | ({"field": field} if field else {})
    words = {"": _("All fields")} | {each: str(FIELDS.get(each, each)) for each in known_fields()}
    spans = {Span.MONTH: _("Month"), Span.YEAR: _("Year")}
    later = figures.until <= desk_today()
    return render_template(
        "manager/reports/searches.html", figures=figures, field_words=FIELDS, language_names=OWN_NAMES, kept=kept,
        columns=_columns(figures), planned=planned([row.query for row in figures.without_result]),
        name=_name(span, figures.since), earlier=_here(**kept | {"on": _day_before(figures.since)}),
        later=_here(**kept | {"on": figures.until.isoformat()}) if later else "",
        spans=[Item(label, _here(**kept | {"span": each.value}), is_current=each is span)
               for each, label in spans.items()],
        fields=[Item(label, _here(**period, **({"field": key} if key else {})), is_current=key == field)
                for key, label in words.items()],
    )  # fmt: skip


def searches_table() -> Response:
    """The queries of the month or year as a table, the most asked first."""
    span, on, field, language = _asked()
    figures = searches_report(span, on, for_=current_actor(), field=field, language=language)
    rows = [{name: getattr(row, name) for name in COLUMNS} for row in figures.frequent]
    head = {"Content-Disposition": 'attachment; filename="searches.csv"'}
    return Response(csv_text(COLUMNS, rows), mimetype="text/csv", headers=head)


def sittings() -> str:
    """How searches went on: query, rewording, what was opened, ticket or leave."""
    query = request.args.get("query", "")[:200]
    return render_template(
        "manager/reports/sittings.html", query=query, sittings=how_it_went_on(query, for_=current_actor()),
        endings=ENDINGS, field_words=FIELDS,
    )  # fmt: skip


def create_article_task() -> BaseResponse:
    """An article task from a search that found nothing."""
    try:
        task = plan_article(request.form.get("query", ""), request.form.get("language", ""), by=current_actor())
        flash(_("“%(title)s” is on the list of articles to write.", title=task.title))
    except Invalid as error:
        flash(" ".join(complaint for complaints in error.errors.values() for complaint in complaints), "error")
    return redirect(url_for("manager.reports.searches", **_sent_back()))


def _asked() -> tuple[Span, date, str, str]:
    span = Span.YEAR if request.args.get("span") == Span.YEAR else Span.MONTH
    try:
        on = date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        on = desk_today()
    if not 2000 <= on.year <= 9000:
        on = desk_today()
    language = request.args.get("language", "")
    return span, on, request.args.get("field", "")[:40], language if language in LANGUAGES else ""


def _sent_back() -> dict[str, Any]:
    return {name: request.form[name] for name in ("span", "on", "field") if request.form.get(name)}


def _here(**asked: Any) -> str:
    return url_for("manager.reports.searches", **asked)


def _day_before(day: date) -> str:
    return (day - timedelta(days=1)).isoformat()


def _name(span: Span, begins: date) -> str:
    return month_and_year(begins) if span is Span.MONTH else str(begins.year)


def _columns(figures: Analytics) -> dict[str, Any]:
    def drawn(found: dict[date, Figures], step: Step | None) -> Any:
        return columns_of([
            (day_label(day.isoformat(), step) if step else str(day.year), each.searches) for day, each in found.items()
        ])  # fmt: skip

    return {
        "day": drawn(figures.by_day, Step.DAY), "month": drawn(figures.by_month, Step.MONTH),
        "year": drawn(figures.by_year, None),
    }  # fmt: skip
