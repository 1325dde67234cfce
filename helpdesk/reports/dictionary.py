"""The metric dictionary: every figure of every report, found by its name, told in words and in SQL, and checked.

1. A metric is known by `report.metric`; that name is stable. Pages, API, exports and `docs/metrics.md` tell of it what
   is declared here, and nothing else.
2. A figure of an older document is declared under the same name, or named in `OLDER` with the metric that tells of it.
3. Whatever figure a template of reports, boards, papers and letters draws is entered in `drawn_figures`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from babel.support import Translations
from flask_babel import LazyString
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from helpdesk.core.errors import NotFound
from helpdesk.core.folders import PACKAGE, template_folder
from helpdesk.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.attainment import Tally
from helpdesk.reports.drawn import undeclared
from helpdesk.reports.engine import FactReport, aggregates_of
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.overview import Overview

DURATIONS = frozenset({Unit.SECONDS, Unit.MINUTES})
HOW = {
    How.COUNT: "how many", How.SUM: "the sum", How.SHARE: "the share", How.PORTION: "the share of the whole slice",
    How.RATIO: "one sum as a share of another", How.DISTINCT: "how many different ones", How.MEAN: "the mean",
    How.MEDIAN: "the middle; of an even number the mean of its two middle ones",
    How.P90: "the smallest value that nine of ten do not exceed", How.MOST: "the greatest",
    How.NPS: "the share of 9 and 10 less that of 0 to 6, in points", How.QUOTIENT: "one figure divided by another",
    How.MODEL: "worked out of other figures, as its definition says",
}  # fmt: skip
# Figures of documents that are older than the dictionary: the metric that tells of them, or why none does.
OLDER: dict[str, str] = {
    "overview.open_to_close_days_mean": "overview.close_seconds_mean",
    "overview.open_to_close_days_median": "overview.close_seconds_median",
    "overview.backlog": "backlog.open",
    "sla.paused": "sla.paused (beside the figures: what has no due date is in no period)",
    "sla.promises": "promises",
    "sla.promises_kept": "promises",
    "sla.promises_broken": "promises",
}
_OLDER_DOCUMENTS: tuple[tuple[str, type[Any]], ...] = (("overview", Overview), ("sla", Tally))


@dataclass(frozen=True)
class Declared:
    """A metric and the report that it stands in."""

    report: FactReport
    metric: Metric

    @property
    def id(self) -> str:
        return f"{self.report.slug}.{self.metric.name}"


@dataclass(frozen=True)
class Finding:
    """What is wrong with the dictionary: which kind, where, and what."""

    kind: str
    where: str
    what: str


def metrics_of(reports: Iterable[FactReport] | None = None) -> Iterator[Declared]:
    """Every metric, report by report."""
    for report in FACT_REPORTS.values() if reports is None else reports:
        for metric in report.metrics:
            yield Declared(report, metric)


def find_metric(name: str) -> Declared:
    """The metric `report.metric`; NotFound for another."""
    found = next((each for each in metrics_of() if each.id == name), None)
    if found is None:
        raise NotFound
    return found


def document(each: Declared) -> dict[str, Any]:
    """What is declared of a metric, as JSON has it, in the language of the reader."""
    metric = each.metric

    def said(text: LazyString | None) -> str | None:
        return None if text is None else str(text)

    return {
        "id": each.id, "report": each.report.slug, "name": metric.name, "title": str(metric.title),
        "definition": str(metric.definition), "unit": metric.unit.value, "how": metric.how.value,
        "basis": metric.basis, "time": metric.time.value if metric.time is not None else None,
        "numerator": said(metric.numerator), "denominator": said(metric.denominator),
        "exclusions": said(metric.exclusions), "better": metric.better or None, "sql": sql_of(each),
    }  # fmt: skip


def sql_of(each: Declared) -> str | None:
    """The question that is asked of the facts, its slice aside; None where a report works it out by itself."""
    source, metric = _source_of(each.report, metric=each.metric), each.metric
    basis = source.bases.get(metric.basis)
    if basis is None or metric.how is How.QUOTIENT or metric.name in each.report.by_itself:
        return None
    at = getattr(source.model, basis.at)
    query = select(*aggregates_of(metric)).select_from(source.model).where(at.is_not(None), *basis.conditions)
    if metric.how in (How.MEDIAN, How.P90):
        query = select(metric.of).select_from(source.model).where(
            at.is_not(None), *basis.conditions, *metric.among, metric.of.is_not(None)
        ).order_by(metric.of)  # fmt: skip
    compiled = source.narrowed(query).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return " ".join(re.sub(r" AS anon_\d+| AS \w+_\d+", "", str(compiled)).split())


def _source_of(report: FactReport, metric: Metric) -> Any:
    parts: tuple[FactReport, ...] = getattr(report, "parts", ())
    return next((part.source for part in parts if any(each is metric for each in part.metrics)), report.source)


def findings(reports: Sequence[FactReport] | None = None, templates: Path | None = None) -> list[Finding]:
    """All that is wrong with the declarations, the documents and the templates; of some reports without templates."""
    there = list(FACT_REPORTS.values()) if reports is None else list(reports)
    found = [finding for each in metrics_of(there) for finding in _of_metric(each)]
    for report in there:
        found += _of_report(report)
    if reports is None:
        found += _of_documents()
        found += _of_templates({each.id for each in metrics_of(there)}, templates or template_folder())
    return found


def untranslated(package: Path = PACKAGE) -> list[Finding]:
    """Texts of the dictionary that some catalogue lacks."""
    found = []
    catalogues = {
        language: Translations.load(str(package / "translations"), [locale])
        for language, locale in LANGUAGES.items() if language != DEFAULT_LANGUAGE
    }  # fmt: skip
    for each in metrics_of():
        for name in ("title", "definition", "numerator", "denominator", "exclusions"):
            text = getattr(each.metric, name)
            source = source_text(text) if text is not None else ""
            for language, catalogue in catalogues.items():
                if source and not getattr(catalogue, "_catalog", {}).get(source):
                    found.append(Finding("untranslated", each.id, f"{name} in {language}"))
    return found


def source_text(text: Any) -> str:
    """What a lazy text is in the source."""
    args = getattr(text, "_args", ())
    return str(args[0]) if args else str(text)


def _of_metric(each: Declared) -> Iterator[Finding]:
    metric, where = each.metric, each.id

    def wrong(kind: str, what: str) -> Finding:
        return Finding(kind, where, what)

    for name in ("title", "definition"):
        if not source_text(getattr(metric, name)).strip():
            yield wrong("undeclared", f"It has no {name}.")
    if metric.basis not in each.report.source.bases:
        yield wrong("undeclared", f"There is no instant {metric.basis!r} by which it belongs to a period.")
    if metric.is_share and metric.unit is not Unit.SHARE:
        yield wrong("unit", "It is a share, and its unit says otherwise.")
    if metric.is_rate and metric.denominator is None:
        yield wrong("rate", "It is a rate and names no denominator.")
    if (metric.is_share or metric.how is How.MEAN) and metric.numerator is None:
        yield wrong("rate", "It is a rate and names no numerator.")
    if metric.unit in DURATIONS and metric.time is None:
        yield wrong("duration", "It is a duration and does not say by which clock.")
    if metric.unit not in DURATIONS and metric.time is not None:
        yield wrong("duration", "It names a clock and is no duration.")
    if re.search(r"_(seconds|minutes)(_|$)", f"_{metric.name}") and metric.unit not in DURATIONS:
        yield wrong("unit", "Its name is that of a duration, and its unit is not.")


def _of_report(report: FactReport) -> Iterator[Finding]:
    names = [metric.name for metric in report.metrics]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("duplicate", f"{report.slug}.{name}", "It is declared twice.")
    for name in (*report.charted, *report.headline):
        if name not in names:
            yield Finding("undeclared", f"{report.slug}.{name}", "It is shown and declared nowhere.")
    titles = [source_text(metric.title) for metric in report.metrics]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield Finding("duplicate", report.slug, f"Two metrics are called {title!r}.")


def _of_documents() -> Iterator[Finding]:
    """Numbers of the older documents that no metric tells of."""
    names = {each.id for each in metrics_of()}
    for slug, kind in _OLDER_DOCUMENTS:
        for each in fields(kind):
            name = f"{slug}.{each.name}"
            is_number = str(each.type) in ("int", "float", "float | None", "int | None")
            if is_number and name not in names and name not in OLDER:
                yield Finding("undeclared", name, "The document has this figure, and no metric tells of it.")


def _of_templates(names: set[str], folder: Path) -> Iterator[Finding]:
    for where, what in undeclared(folder, names):
        yield Finding("undeclared", where, what)
