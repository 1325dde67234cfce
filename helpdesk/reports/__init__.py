"""The reports that exist."""

from __future__ import annotations

from typing import Any

from helpdesk.reports.attainment import ATTAINMENT
from helpdesk.reports.backlog import BACKLOG
from helpdesk.reports.base import Report
from helpdesk.reports.claims import CLAIMS
from helpdesk.reports.engine import FactReport
from helpdesk.reports.first_line import FIRST_LINE
from helpdesk.reports.flow import FLOW
from helpdesk.reports.forecast import FORECAST
from helpdesk.reports.handovers import HANDOVERS
from helpdesk.reports.hours import HOURS
from helpdesk.reports.knowledge import KNOWLEDGE
from helpdesk.reports.lines import LINES
from helpdesk.reports.load import LOAD
from helpdesk.reports.overview import OVERVIEW
from helpdesk.reports.product_feedback import PRODUCT_FEEDBACK
from helpdesk.reports.promises import PROMISES
from helpdesk.reports.reopenings import REOPENINGS
from helpdesk.reports.revisits import REVISITS
from helpdesk.reports.sla import SLA
from helpdesk.reports.steps import STEPS_TAKEN
from helpdesk.reports.summary import SUMMARY
from helpdesk.reports.tables.claims import CLAIMS_DECIDED
from helpdesk.reports.tables.cost import COST
from helpdesk.reports.tables.hours import HOURS_USED
from helpdesk.reports.tables.knowledge import KNOWLEDGE_USE
from helpdesk.reports.tables.problems import PROBLEMS
from helpdesk.reports.tables.product_feedback import FEEDBACK
from helpdesk.reports.tables.promises import PROMISES_KEPT
from helpdesk.reports.tables.revisits import REVISITS_ON_TIME
from helpdesk.reports.tables.satisfaction import SATISFACTION
from helpdesk.reports.tables.searches import SEARCHES
from helpdesk.reports.variants import VARIANTS

REPORTS: dict[str, Report[Any]] = {
    report.slug: report
    for report in (OVERVIEW, ATTAINMENT, PROMISES, HOURS, REVISITS, CLAIMS, KNOWLEDGE, PRODUCT_FEEDBACK)
}

# Reports by declaration: page, drill-down, exports, API and command follow from this list.
FACT_REPORTS: dict[str, FactReport] = {
    report.slug: report
    for report in (
        SUMMARY, SLA, LINES, FLOW, HANDOVERS, BACKLOG, FIRST_LINE, REOPENINGS, VARIANTS, STEPS_TAKEN,
        SATISFACTION, PROMISES_KEPT, REVISITS_ON_TIME, CLAIMS_DECIDED, HOURS_USED, COST, PROBLEMS, FEEDBACK,
        KNOWLEDGE_USE, SEARCHES, LOAD, FORECAST,
    )
}  # fmt: skip
