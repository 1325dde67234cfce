"""What the searches say: how many, which, and which found nothing. Read from the counts, not from the searches.

All figures of section 5 of the domain: by day for the last month, by month for the current year, by year; queries
without a result, by field; frequent queries; for a period all, refining, complex, answered and without a result.
Queries are counted for whole months and years, which is what the lists of queries can be asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from helpdesk.core.db import db
from helpdesk.core.words import terms
from knowledge_base.search_log import QueryCount, SearchDay, SearchLog, SearchOutcome, Span
from knowledge_base.searches import first_day

DAYS_SHOWN = 31
QUERIES_SHOWN = 50
FAILED_READ = 20_000  # distinct failed queries of a period that are looked at


@dataclass(frozen=True)
class Figures:
    """How many searches of each kind; `left` came to nothing."""

    searches: int = 0
    refining: int = 0
    complex: int = 0
    without_result: int = 0
    reworded: int = 0
    answered: int = 0
    tickets: int = 0

    @property
    def left(self) -> int:
        return self.searches - self.reworded - self.answered - self.tickets


@dataclass(frozen=True)
class QueryRow:
    """One query of a month or year and what came of it."""

    query: str
    field: str
    language: str
    searches: int
    without_result: int
    answered: int
    tickets: int


@dataclass(frozen=True)
class Analytics:
    """Everything that the page of search analytics says."""

    since: date
    until: date  # not inside
    total: Figures
    before: Figures  # in the period of the same length before
    by_day: dict[date, Figures]
    by_month: dict[date, Figures]
    by_year: dict[date, Figures]
    by_field: dict[str, Figures]
    frequent: list[QueryRow]
    without_result: list[QueryRow]


@dataclass
class Gap:
    """What was asked for and not found: queries of the same terms, however they are worded."""

    query: str  # as most asked
    language: str
    searches: int = 0
    without_result: int = 0
    tickets: int = 0
    wordings: dict[str, int] = field(default_factory=dict)


def read_analytics(span: Span, on: date, *, today: date, field: str = "", language: str = "") -> Analytics:
    """The figures of the month or year of a day, and the course of the last month, the current year, all years."""
    since = first_day(on, span)
    until = _next(since, span)
    before = first_day(since - timedelta(days=1), span)
    narrowed = [*([SearchDay.field == field] if field else []), *([SearchDay.language == language] if language else [])]
    days = today - timedelta(days=DAYS_SHOWN - 1)
    year = first_day(today, Span.YEAR)
    of_period = (SearchDay.day >= since, SearchDay.day < until)
    return Analytics(
        since, until,
        total=_sums(None, *of_period, *narrowed).get(None, Figures()),
        before=_sums(None, SearchDay.day >= before, SearchDay.day < since, *narrowed).get(None, Figures()),
        by_day=_filled(_sums(SearchDay.day, SearchDay.day >= days, SearchDay.day <= today, *narrowed), days, today),
        by_month=_by_span(_sums(SearchDay.day, SearchDay.day >= year, SearchDay.day <= today, *narrowed), Span.MONTH),
        by_year=_by_span(_sums(SearchDay.day, *narrowed), Span.YEAR),
        by_field=_sums(SearchDay.field, *of_period, *([narrowed[-1]] if language else [])),
        frequent=queries(span, since, QueryCount.searches, field=field, language=language),
        without_result=queries(span, since, QueryCount.without_result, field=field, language=language),
    )  # fmt: skip


def queries(
    span: Span, begins_on: date, by: Any, *, field: str = "", language: str = "", limit: int = QUERIES_SHOWN
) -> list[QueryRow]:
    """The queries of a month or year with the most searches of a kind, the most first."""
    chosen = select(QueryCount).where(QueryCount.span == span, QueryCount.begins_on == begins_on, by > 0)
    if field:
        chosen = chosen.where(QueryCount.field == field)
    if language:
        chosen = chosen.where(QueryCount.language == language)
    rows = db.session.scalars(chosen.order_by(by.desc(), QueryCount.query).limit(limit))
    return [
        QueryRow(row.query, row.field, row.language, row.searches, row.without_result, row.answered, row.tickets)
        for row in rows
    ]


def gaps(*, since: date, fields: Sequence[str] = ("articles",), limit: int = 50) -> list[Gap]:
    """What was asked for since a day and not found, or found nothing that kept a ticket from being written.

    Queries whose terms are the same (other endings, another order) are one gap.
    """
    found: dict[tuple[str, frozenset[str]], Gap] = {}
    for query, language, searches, without_result, tickets in failed_queries(since=since, fields=fields):
        key = language, frozenset(terms(query, language)) or frozenset({query})
        gap = found.setdefault(key, Gap(query, language))
        gap.searches += searches
        gap.without_result += without_result
        gap.tickets += tickets
        gap.wordings[query] = gap.wordings.get(query, 0) + searches
    for gap in found.values():
        gap.query = max(gap.wordings, key=lambda query: (gap.wordings[query], query))
    return sorted(found.values(), key=lambda gap: (-gap.searches, gap.query))[:limit]


def failed_queries(
    *, since: date, fields: Sequence[str] = ("articles",), roles: Collection[str] | None = None,
    limit: int = FAILED_READ,
) -> Iterable[tuple[str, str, int, int, int]]:  # fmt: skip
    """(query, language, failed searches, of these without a result, followed by a ticket), the most first.

    A search failed when it had no result or when a ticket followed it. `roles`: only searches of these.
    """
    log = SearchLog
    empty, followed = log.results == 0, log.outcome == SearchOutcome.TICKET
    rows = db.session.execute(
        select(log.query, log.language, func.count(), func.count().filter(empty), func.count().filter(followed))
        .where(log.day >= since, log.field.in_(list(fields)), or_(empty, followed),
               *([log.role.in_(list(roles))] if roles is not None else []))
        .group_by(log.query, log.language).order_by(func.count().desc(), log.query).limit(limit)
    )  # fmt: skip
    return [(query, language, n, without, tickets) for query, language, n, without, tickets in rows]


def known_fields() -> list[str]:
    """What has been searched at all."""
    return sorted(db.session.scalars(select(SearchDay.field).distinct()))


def first_search() -> date | None:
    """The day of the first search that is counted."""
    return db.session.scalar(select(func.min(SearchDay.day)))


def _sums(by: Any, *conditions: Any) -> dict[Any, Figures]:
    columns = [func.coalesce(func.sum(getattr(SearchDay, name)), 0) for name in Figures.__dataclass_fields__]
    chosen = select(*([by] if by is not None else []), *columns).where(*conditions)
    if by is None:
        return {None: Figures(*map(int, db.session.execute(chosen).one()))}
    return {key: Figures(*map(int, counts)) for key, *counts in db.session.execute(chosen.group_by(by).order_by(by))}


def _by_span(by_day: dict[date, Figures], span: Span) -> dict[date, Figures]:
    found: dict[date, list[Figures]] = defaultdict(list)
    for day, figures in by_day.items():
        found[first_day(day, span)].append(figures)
    return {
        begins: Figures(*(sum(getattr(each, name) for each in all_) for name in Figures.__dataclass_fields__))
        for begins, all_ in found.items()
    }


def _filled(by_day: dict[date, Figures], since: date, until: date) -> dict[date, Figures]:
    days = (since + timedelta(days=i) for i in range((until - since).days + 1))
    return {day: by_day.get(day, Figures()) for day in days}


def _next(begins: date, span: Span) -> date:
    longer = begins + timedelta(days=32 if span is Span.MONTH else 367)
    return first_day(longer, span)
