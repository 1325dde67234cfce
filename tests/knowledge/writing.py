"""Articles for tests: whole and valid, brought to a state by the people who do that."""

from __future__ import annotations

from typing import Any

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.knowledge.articles import About, NewArticle, begin_article, save_words
from helpdesk.knowledge.publishing import archive_article, ask_review, mark_outdated, publish_article
from knowledge_base.models import Article, ArticleKind, ArticleState, AudienceKind
from knowledge_base.search import index_articles
from knowledge_base.writing import Words, source_of
from tests.cast import Cast

TITLE = "Labels come out blank"
BODY = "# What you see\n\nEvery label is blank.\n\n# What to do\n\nClean the print head with **alcohol**.\n"


def an_article(
    cast: Cast, state: ArticleState = ArticleState.DRAFT, *, audience: AudienceKind = AudienceKind.PUBLIC,
    title: str = TITLE, body: str = BODY, language: str = "en", summary: str = "", submission: str | None = None,
    kind: ArticleKind = ArticleKind.KNOWN_ERROR, **about: Any,
) -> Article:  # fmt: skip
    """An article that Ona wrote and Rasa let out."""
    words = Words(title, body, summary)
    new = NewArticle(kind, language, words, About(audience=audience, **about), submission)
    article = begin_article(new, by=cast.ona)
    if state is ArticleState.IN_REVIEW:
        ask_review(article, by=cast.ona)
    elif state is not ArticleState.DRAFT:
        publish_article(article, by=cast.rasa)
        if state is ArticleState.OUTDATED:
            mark_outdated(article, by=cast.rasa)
        elif state is ArticleState.ARCHIVED:
            archive_article(article, by=cast.rasa)
    return article


def published(cast: Cast, **values: Any) -> Article:
    """An article that readers find."""
    article = an_article(cast, ArticleState.PUBLISHED, **values)
    reindex(article)
    return article


def reindex(article: Article) -> None:
    """What the job would do that follows from a change."""
    with transaction():
        index_articles([article.id])


def translated(article: Article, language: str, title: str, cast: Cast, body: str = "Tekstas.") -> None:
    """A translation of what the article says now, let out."""
    words = Words(title, body, of_source_id=source_of(article).latest_id)
    save_words(article, language, words, base_id=None, by=cast.ona)
    publish_article(article, by=cast.rasa)
    reindex(article)


def facts_of(article: Article) -> list[str]:
    query = db.select(Entry.fact).where(Entry.subject_kind == "article", Entry.subject_id == article.id)
    return list(db.session.scalars(query.order_by(Entry.id)))
