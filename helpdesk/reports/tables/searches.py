"""What people search for, by day: how many searches, how many reworded, answered, and without a result.

Figures come from the counts by day, which are kept; what is behind them are the searches themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from helpdesk.policy.actor import Actor
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import free_dimension
from helpdesk.reports.engine import Basis, FactReport, Key, Source
from helpdesk.reports.metrics import How, Metric, Unit
from helpdesk.reports.tables.rows import Rows, days_of_date
from knowledge_base.search_log import SearchDay, SearchLog, SearchOutcome

_COUNTS = ("searches", "refining", "complex", "without_result", "reworded", "answered", "tickets")
DAYS = Rows("search_days", select(
    SearchDay.day.label("on"), SearchDay.field, SearchDay.language, SearchDay.role,
    *(getattr(SearchDay, name) for name in _COUNTS),
    (SearchDay.searches - SearchDay.reworded - SearchDay.answered - SearchDay.tickets).label("left"),
    *days_of_date(SearchDay.day),
))  # fmt: skip
LOG = Rows("searches", select(
    SearchLog.id, SearchLog.day.label("on"), SearchLog.field, SearchLog.language, SearchLog.role, SearchLog.results,
    SearchLog.outcome, SearchLog.is_complex, SearchLog.after_id, *days_of_date(SearchLog.day),
))  # fmt: skip
_DIMENSIONS = {
    each.name: each for each in (
        free_dimension("field", _l("What was searched"), "field"),
        free_dimension("language", _l("Language"), "language"), free_dimension("role", _l("Role"), "role"),
    )
}  # fmt: skip
_BASES = {"searched": Basis("on", "day", "month", title=_l("searched"), is_date=True)}
SOURCE = Source(DAYS, _BASES, lambda actor: [], _DIMENSIONS, item="search", item_id="", is_live=True)
_WHERE: Mapping[str, tuple[Any, ...]] = {
    "searches": (), "refining": (LOG.after_id.is_not(None),), "complex": (LOG.is_complex,),
    "without_result": (LOG.results == 0,), "reworded": (LOG.outcome == SearchOutcome.REWORDED,),
    "answered": (LOG.outcome == SearchOutcome.ANSWERED,), "tickets": (LOG.outcome == SearchOutcome.TICKET,),
    "left": (LOG.outcome == SearchOutcome.LEFT,),
}  # fmt: skip


@dataclass(frozen=True)
class SearchReport(FactReport):
    """Counted by day, listed one by one."""

    def behind(
        self, over: Slice, metric: str, *, for_: Actor, by: Sequence[str] = (), key: Key = (), judged: str = "first"
    ) -> Select[Any]:
        counted = metric.removesuffix("_share")
        self.metric(metric)
        listing = FactReport(
            self.slug, self.title, self.about,
            Source(LOG, _BASES, lambda actor: [], _DIMENSIONS, item="search", item_id="id", is_live=True),
            (Metric(name=counted, title=self.title, definition=self.about, basis="searched", where=_WHERE[counted]),),
        )  # fmt: skip
        return listing.behind(over, counted, for_=for_, by=by, key=key)


def _sum(name: str, title: Any, definition: Any, better: str = "") -> Metric:
    return Metric(name=name, title=title, definition=definition, basis="searched", how=How.SUM, of=getattr(DAYS, name),
                  better=better)  # fmt: skip


def _share(name: str, title: Any, definition: Any, numerator: Any, better: str) -> Metric:
    return Metric(
        name=f"{name}_share", title=title, definition=definition, basis="searched", how=How.RATIO, unit=Unit.SHARE,
        of=getattr(DAYS, name), per=DAYS.searches, numerator=numerator, denominator=_l("All searches."),
        better=better,
    )  # fmt: skip


SEARCHES = SearchReport(
    "searches", _l("Searches"),
    _l("How much is searched for, and how often people find what they need."),
    SOURCE, (
        _sum("searches", _l("Searches"), _l("All searches of the period.")),
        _share("answered", _l("Share answered"), _l("Of all searches, after how many a result was opened."),
               _l("Searches of which a result was opened and after which no ticket came."), "more"),
        _share("without_result", _l("Share without a result"), _l("Of all searches, how many found nothing."),
               _l("Searches that found nothing."), "less"),
        _sum("answered", _l("Answered"), _l("Searches of which a result was opened, no ticket coming after."), "more"),
        _sum("without_result", _l("Without a result"), _l("Searches that found nothing."), "less"),
        _sum("refining", _l("Refining"), _l("Searches that word an earlier one of the same sitting anew.")),
        _sum("complex", _l("Complex"), _l("Searches with signs or filters, such as quotes or a leading minus.")),
        _sum("reworded", _l("Reworded"), _l("Searches after which the same sitting searched with other words.")),
        _sum("tickets", _l("Followed by a ticket"),
             _l("Searches after which the searcher wrote a ticket within a day."), "less"),
        _sum("left", _l("Left"), _l("Searches of which nothing came: neither opened, reworded, nor a ticket.")),
    ),
    chart="columns", charted=("searches", "without_result"),
    headline=("searches", "answered_share", "without_result_share", "tickets"),
)  # fmt: skip
