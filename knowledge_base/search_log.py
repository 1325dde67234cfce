"""Searches as they are kept: one row each, and the counts that the pages of search analytics read.

Nothing here says who searched. The searches of one sitting hang together by `chain`, a digest that cannot be undone
once the salt of its day is forgotten.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId, Word


class SearchOutcome(StrEnum):
    """What came of a search. Each outweighs those before it."""

    LEFT = "left"  # nothing, so far
    REWORDED = "reworded"  # by the next search of the sitting
    ANSWERED = "answered"  # one of its results was opened
    TICKET = "ticket"  # the searcher wrote a ticket within a day


class Span(StrEnum):
    """Over what queries are counted."""

    MONTH = "month"
    YEAR = "year"


class SearchSalt(Base):
    """What makes the digests of a day; forgotten when it is over, and with it who searched."""

    __tablename__ = "search_salt"

    day: Mapped[date] = mapped_column(primary_key=True)
    salt: Mapped[str]


class SearchLog(Base):
    """One search: what was asked, where, in which role, what came of it."""

    __tablename__ = "search_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    day: Mapped[date]  # of whoever asks for figures: the desk
    face: Mapped[str]  # portal, console, api, command
    field: Mapped[str]  # what was searched: articles, tickets
    role: Mapped[str]  # "guest" for nobody known
    language: Mapped[str]
    query: Mapped[str]  # as it is counted, without what names people
    results: Mapped[int]
    is_complex: Mapped[bool] = mapped_column(default=False)
    chain: Mapped[str]
    after_id: Mapped[int | None] = mapped_column(BigId)  # the search that this one rewords
    outcome: Mapped[SearchOutcome] = mapped_column(Word(SearchOutcome), default=SearchOutcome.LEFT)
    opened_kind: Mapped[str] = mapped_column(default="")  # article, ticket
    opened_id: Mapped[int | None] = mapped_column(BigId)

    __table_args__ = (
        Index("ix_search_log_chain", "chain", "id"),
        Index("ix_search_log_query", "query", "id"),  # how the searches for one query went on
        Index("ix_search_log_without_result", "day", "field", "language", "query",
              sqlite_where=text("results = 0"), postgresql_where=text("results = 0")),
        Index("ix_search_log_ticket", "day", "field", "language", "query",
              sqlite_where=text("outcome = 'ticket'"), postgresql_where=text("outcome = 'ticket'")),
    )  # fmt: skip


class SearchDay(Base):
    """How many searches of a kind there were on a day."""

    __tablename__ = "search_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    searches: Mapped[int] = mapped_column(default=0)
    refining: Mapped[int] = mapped_column(default=0)
    complex: Mapped[int] = mapped_column(default=0)
    without_result: Mapped[int] = mapped_column(default=0)
    reworded: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    tickets: Mapped[int] = mapped_column(default=0)


class QueryCount(Base):
    """How often a query was asked in a month or a year, and what came of it."""

    __tablename__ = "query_count"

    span: Mapped[Span] = mapped_column(Word(Span), primary_key=True)
    begins_on: Mapped[date] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    searches: Mapped[int] = mapped_column(default=0)
    without_result: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    tickets: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index("ix_query_count_frequent", "span", "begins_on", "searches", "query"),
        Index("ix_query_count_without_result", "span", "begins_on", "without_result", "query",
              sqlite_where=text("without_result > 0"), postgresql_where=text("without_result > 0")),
    )  # fmt: skip


class Backtest(Base):
    """Past failed searches asked again because an article was published: how many it would answer now."""

    __tablename__ = "backtest"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    at: Mapped[datetime]
    since: Mapped[date]
    queries: Mapped[int]  # asked again
    searches: Mapped[int]  # that stand behind them
    answered_queries: Mapped[int]
    answered_searches: Mapped[int]


class BacktestQuery(Base):
    """A query that would now find the article, and at which place."""

    __tablename__ = "backtest_query"

    backtest_id: Mapped[int] = mapped_column(ForeignKey("backtest.id"), primary_key=True)
    query: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    searches: Mapped[int]
    rank: Mapped[int]
