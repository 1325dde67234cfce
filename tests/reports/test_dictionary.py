"""The metric dictionary: whole, checked, and told in one document."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.core.errors import NotFound
from helpdesk.reports.dictionary import document, find_metric, findings, metrics_of
from helpdesk.reports.dictionary_text import metrics_text
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


def test_a_template_shows_only_what_is_declared(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<b data-metric="first-line.resolved">3</b><b data-metric="first-line.guess">4</b>')
    found = findings([FIRST_LINE], tmp_path)
    assert [(each.kind, each.where) for each in found] == [("undeclared", "page.html")]


def test_a_query_is_told_of_what_the_engine_asks() -> None:
    told = document(find_metric("reopenings.reopenings"))["sql"]
    assert told.startswith("SELECT coalesce(sum(ticket_figures.reopenings), 0) FROM ticket_figures WHERE")
    assert document(find_metric("backlog.open"))["sql"] is None
    assert sum(document(each)["sql"] is not None for each in metrics_of()) > 40
