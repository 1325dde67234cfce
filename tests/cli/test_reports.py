"""Reports by declaration and the metric dictionary, as typed."""

from __future__ import annotations

from pathlib import Path

from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.metrics import Metric
from tests.cast import Cast
from tests.cli.conftest import Threeline

DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_dictionary_as_typed(cast: Cast, threeline: Threeline) -> None:
    assert {each["id"] for each in threeline("metrics", "list", "--json").document} >= {"lines.resolved", "sla.met"}
    assert threeline("metrics", "show", "sla.attainment", "--json").document["numerator"]
    assert "denominator: " in threeline("metrics", "show", "sla.attainment").out
    assert threeline("metrics", "show", "sla.nothing").code == 66
    assert threeline("metrics", "lint").code == 0
    assert threeline("metrics", "docs").out == DOCS.read_text(encoding="utf-8")


def test_all_reports_as_typed(cast: Cast, threeline: Threeline) -> None:
    period = ("--since", "2026-03-01", "--until", "2026-04-01")
    for slug, report in FACT_REPORTS.items():
        told = threeline("report", slug, *period, "--json").document
        assert {metric.name for metric in report.metrics if isinstance(metric, Metric)} <= set(told["total"])
        assert {"rows", "dimensions", "zone", "as_of"} <= set(told)
        by = "month" if "month" in report.dimensions else report.by[0]
        header = threeline("report", slug, *period, "--by", by, "--format", "csv").out.splitlines()[0]
        assert header.split(",")[0] == by
        assert threeline("report", slug, *period).code == 0
        assert threeline("report", slug, "--by", "colour").code == 65
        assert threeline("report", slug, "--where", "colour=red").code == 65
        assert threeline("report", slug, "--since", "never").code == 64
        assert threeline("report", slug, "--as", "ona@desk.example").code == 77
