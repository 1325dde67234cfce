"""How reports are grouped for those who look for one, and which page of details stands beside each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

GROUPS: tuple[tuple[LazyString, tuple[str, ...]], ...] = (
    (_l("Requests and their way"), ("overview", "lines", "flow", "handovers", "backlog", "load", "first-line",
                                    "reopenings", "variants", "steps")),
    (_l("What was promised"), ("sla", "promises", "forecast")),
    (_l("What clients say"), ("satisfaction", "claims", "product-feedback", "searches", "knowledge")),
    (_l("After the sale"), ("revisits", "hours", "cost", "problems")),
)  # fmt: skip


@dataclass(frozen=True)
class Details:
    """A page that shows more of one subject than its report does."""

    label: LazyString
    endpoint: str

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


# By the slug of the report; those whose report does not exist stand on the page of all reports by themselves.
DETAILS: dict[str, Details] = {
    "overview": Details(_l("Overview"), "manager.reports.overview"),
    "sla": Details(_l("Service levels kept"), "manager.reports.attainment"),
    "promises": Details(_l("Promises kept"), "manager.reports.promises"),
    "hours": Details(_l("Hours and contracts"), "manager.reports.hours"),
    "revisits": Details(_l("Revisits on time"), "manager.reports.revisits"),
    "claims": Details(_l("Claims and refunds"), "manager.reports.claims"),
    "searches": Details(_l("Searches"), "manager.reports.searches"),
    "product-feedback": Details(_l("Product feedback"), "manager.feedback.show"),
    "knowledge": Details(_l("Knowledge base use"), "manager.reports.knowledge"),
}


def pages_alone(slugs: Collection[str]) -> list[Details]:
    """The pages whose subject has no report among these."""
    return [details for slug, details in DETAILS.items() if slug not in slugs]


def detail_of(slug: str) -> Details | None:
    """The page that shows more than the report of this slug; None where there is none."""
    return DETAILS.get(slug)
