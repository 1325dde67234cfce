"""The metric dictionary: whole, checked, and told in one document."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.core.errors import NotFound
from helpdesk.core.folders import template_folder
from helpdesk.reports.dictionary import document, find_metric, findings, metrics_of
from helpdesk.reports.dictionary_text import metrics_text
from helpdesk.reports.drawn import CARRIED, figures_of, templates_of, undeclared
from helpdesk.reports.drawn_figures import BESIDE, FIGURES
from helpdesk.reports.engine import FactReport
from helpdesk.reports.first_line import FIRST_LINE
from helpdesk.reports.metrics import Time, Unit

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_nothing_is_wrong_with_the_dictionary() -> None:
    assert findings() == []


def test_the_document_is_that_of_the_declarations() -> None:
    """Made anew by `threeline metrics docs > docs/metrics.md`."""
    assert DOCS.read_text(encoding="utf-8") == metrics_text()


def test_every_metric_has_a_name_of_its_own() -> None:
    names = [each.id for each in metrics_of()]
    assert len(names) == len(set(names))
    assert "flow.returned_share" in names
    with pytest.raises(NotFound):
        find_metric("flow.nothing")


def changed(name: str, **values: object) -> FactReport:
    """First-line resolution with one metric declared otherwise."""
    metrics = tuple(replace(m, **values) if m.name == name else m for m in FIRST_LINE.metrics)  # type: ignore[arg-type]
    return replace(FIRST_LINE, metrics=metrics)


@pytest.mark.parametrize(
    ("report", "kind", "where"),
    [
        (changed("first_line_share", denominator=None), "rate", "first-line.first_line_share"),
        (changed("first_line_share", numerator=None), "rate", "first-line.first_line_share"),
        (changed("first_line_share", unit=Unit.COUNT), "unit", "first-line.first_line_share"),
        (changed("gross_seconds_median", time=None), "duration", "first-line.gross_seconds_median"),
        (changed("gross_seconds_median", unit=Unit.COUNT, time=None), "unit", "first-line.gross_seconds_median"),
        (changed("resolved", time=Time.BUSINESS), "duration", "first-line.resolved"),
        (changed("resolved", basis="told"), "undeclared", "first-line.resolved"),
        (changed("resolved", definition=""), "undeclared", "first-line.resolved"),
        (replace(FIRST_LINE, charted=("nothing",)), "undeclared", "first-line.nothing"),
        (replace(FIRST_LINE, metrics=(*FIRST_LINE.metrics, FIRST_LINE.metrics[0])), "duplicate",
         "first-line.resolved"),
    ],
)  # fmt: skip
def test_what_is_declared_badly_is_found(report: FactReport, kind: str, where: str) -> None:
    assert (kind, where) in {(each.kind, each.where) for each in findings([report])}


@pytest.mark.parametrize(
    ("where", "drawn", "name"),
    [
        ("manager/reports/overview.html", "{{ figures.surprise|number }}", "figures.surprise"),
        ("manager/reports/overview.html", "{{ figures.surprise }}", "figures.surprise"),
        ("manager/reports/claims.html", '{{ cell(_("Claims"), row.surprise, "number") }}', "row.surprise"),
        ("manager/reports/claims.html", '{{ stat_tile(_("Claims"), name) }}', "name"),
        ("manager/reports/claims.html", '{{ _("%(n)s claims", n=surprise|number) }}', "surprise"),
        ("manager/reports/claims.html", '{{ ngettext("%(num)d claim", "%(num)d claims", title) }}', "title"),
        ("manager/reports/claims.html", '{{ "%.1f"|format(total.surprise) if total.mean else "–" }}', "total.surprise"),
        ("manager/reports/claims.html", "{% for one in figures.list %}{{ one.much }}{% endfor %}", "one.much"),
        ("manager/reports/claims.html", "<table>{% for each in rows %}<td>{{ each }}</td>{% endfor %}</table>", "each"),
        ("manager/reports/searches.html", '{% do bars.append({"value": total.name}) %}', "total.name"),
        ("manager/boards/_wall.html", '{{ tile(_("Open"), wall.surprise) }}', "wall.surprise"),
        ("manager/boards/morning.html", "{{ found.surprise|round(1) }}", "found.surprise"),
        ("documents/report.html", "{{ surprise }}", "surprise"),
        ("mail/saved_report/body.txt", "{{ surprise }}", "surprise"),
        ("mail/feedback_report/body.html", "{{ row.surprise|hours }}", "row.surprise"),
        ("portal/news.html", '{{ stat_tile(_("Tickets"), tickets|number) }}', "tickets"),
    ],
)
def test_a_figure_that_is_declared_nowhere_is_found(tmp_path: Path, where: str, drawn: str, name: str) -> None:
    shutil.copytree(template_folder(), tmp_path, dirs_exist_ok=True)
    page = tmp_path / where
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    page.write_text(f"{before}\n{drawn}\n", encoding="utf-8")

    [found] = findings(templates=tmp_path)

    assert (found.kind, found.where) == ("undeclared", f"{where}:{before.count(chr(10)) + 2}")
    assert found.what == f"It shows {name}, declared nowhere."


def test_a_figure_of_a_metric_that_is_gone_is_found() -> None:
    names = {each.id for each in metrics_of()} - {"claims.registered"}
    found = list(undeclared(template_folder(), names))
    assert {what for _where, what in found} == {
        "It shows total.registered as claims.registered, which is no metric.",
        "It shows row.tally.registered as claims.registered, which is no metric.",
    }


def test_only_what_is_still_drawn_is_entered() -> None:
    drawn = {(each.template, each.name) for name, tree in templates_of(template_folder())
             for each in figures_of(name, tree)}  # fmt: skip
    entered = {(template, name) for table in (FIGURES, BESIDE, CARRIED) for template, names in table.items()
               for name in names}  # fmt: skip
    shared = {template for template in FIGURES if "feedback" in template}  # several pages of one table of names
    tallies = {"manager/reports/claims.html", "manager/reports/hours.html", "manager/reports/revisits.html"}
    assert {(template, name) for template, name in entered - drawn if template not in shared | tallies} == set()


def test_a_query_is_told_of_what_the_engine_asks() -> None:
    told = document(find_metric("reopenings.reopenings"))["sql"]
    assert told.startswith("SELECT coalesce(sum(ticket_figures.reopenings), 0) FROM ticket_figures WHERE")
    assert document(find_metric("backlog.open"))["sql"] is None
    assert sum(document(each)["sql"] is not None for each in metrics_of()) > 40
