"""Past failed searches asked again: which would now find this article?

A search failed when it had no result, or when a ticket followed it. It counts as answered when the article stands among
the first five of what its searcher would find now, and says most of what was asked: search shows what comes nearest,
and where nothing is near, that is no answer. A query of clients against an article for colleagues is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import delete, select

from helpdesk.core import jobs
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.core.words import terms
from helpdesk.entitlement.desk import desk_today
from helpdesk.knowledge.articles import COLLEAGUES
from helpdesk.knowledge.reading import search_articles
from helpdesk.models.access import STAFF
from helpdesk.policy.actor import SYSTEM
from knowledge_base.analytics import failed_queries
from knowledge_base.models import Article, ArticleState
from knowledge_base.search import documents_of
from knowledge_base.search_log import Backtest, BacktestQuery

FIRST = 5
SINCE = timedelta(days=90)
MOST_QUERIES = 1_000  # distinct ones, the most frequent first
ASK_AGAIN = "backtest.ask_again"
MOST_OF_IT = 0.6  # of the terms of a query
LONG = 4  # letters of a word in which one may be wrong


@dataclass(frozen=True)
class Answered:
    """A past query that would now find the article."""

    query: str
    language: str
    searches: int
    rank: int


@dataclass(frozen=True)
class Replay:
    """What asking past failed searches again said."""

    since: date
    queries: int
    searches: int
    answered: tuple[Answered, ...]

    @property
    def answered_searches(self) -> int:
        return sum(each.searches for each in self.answered)


def replay(article: Article, *, since: date | None = None) -> Replay:
    """Ask the failed searches since a day (ninety days if not said) again; reads only."""
    since = since or desk_today() - SINCE
    roles = {role.value for role in STAFF} if article.audience in COLLEAGUES else None
    failed = list(failed_queries(since=since, roles=roles, limit=MOST_QUERIES))
    said, answered = _said_in(article), []
    for query, language, searches, _without, _tickets in failed:
        if not _is_about(query, language, said):
            continue
        found = search_articles(query, for_=SYSTEM, language=language, limit=FIRST)
        rank = next((place for place, (row, _words) in enumerate(found, 1) if row.article_id == article.id), None)
        if rank is not None:
            answered.append(Answered(query, language, searches, rank))
    answered.sort(key=lambda each: (-each.searches, each.query))
    return Replay(since, len(failed), sum(each[2] for each in failed), tuple(answered))


def _said_in(article: Article) -> set[str]:
    """Every term that readers find the article by, in all its languages."""
    return {
        term
        for document in documents_of(article)
        for term in terms(f"{document.title} {document.body}", document.language)
    }


def _is_about(query: str, language: str, said: set[str]) -> bool:
    """Whether an article says most of what is asked; a slip of one letter in a longer word counts as said."""
    asked = set(terms(query, language))
    found = sum(term in said or (len(term) >= LONG and _is_nearly(term, said)) for term in asked)
    return bool(asked) and found >= MOST_OF_IT * len(asked)


def _is_nearly(term: str, said: set[str]) -> bool:
    return any(abs(len(each) - len(term)) <= 1 and OSA.distance(term, each, score_cutoff=1) <= 1 for each in said)


@dataclass(frozen=True)
class Asking:
    """Past searches that wait to be asked again: a thousand of them take seconds, so outside of any transaction."""

    article_id: int

    def send(self) -> None:
        article = db.session.get(Article, self.article_id)
        if article is not None and article.state is ArticleState.PUBLISHED:
            keep_replay(article, replay(article))


def ask_again(args: Mapping[str, Any]) -> Asking:
    """The job that follows when a published article can be found."""
    return Asking(args["article_id"])


def ask_soon(article: Article) -> None:
    """Let past failed searches be asked again, once the running transaction is done."""
    jobs.enqueue([(ASK_AGAIN, {"article_id": article.id}, None)])


def keep_replay(article: Article, told: Replay) -> Backtest:
    """Keep what asking again said, in place of what it said before."""
    with transaction():
        earlier = select(Backtest.id).where(Backtest.article_id == article.id)
        db.session.execute(delete(BacktestQuery).where(BacktestQuery.backtest_id.in_(earlier)))
        db.session.execute(delete(Backtest).where(Backtest.article_id == article.id))
        row = Backtest(
            article_id=article.id, at=now(), since=told.since, queries=told.queries, searches=told.searches,
            answered_queries=len(told.answered), answered_searches=told.answered_searches,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        db.session.add_all(
            BacktestQuery(backtest_id=row.id, query=each.query, language=each.language, searches=each.searches,
                          rank=each.rank) for each in told.answered
        )  # fmt: skip
    return row


def last_replay(article: Article) -> tuple[Backtest, list[BacktestQuery]] | None:
    """What was kept when the article was last published, for those who are known to see the article."""
    row = db.session.scalar(select(Backtest).where(Backtest.article_id == article.id))
    if row is None:
        return None
    rows = db.session.scalars(
        select(BacktestQuery).where(BacktestQuery.backtest_id == row.id)
        .order_by(BacktestQuery.searches.desc(), BacktestQuery.query).limit(50)
    )  # fmt: skip
    return row, list(rows)
