"""Articles in the search: one document for each language in which readers get them.

The index narrows by facets of the audience (`helpdesk` says which ones a reader has); who reads what is decided where
the articles are loaded. It follows the life of articles by jobs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.core import search_index
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.search import LONGEST_QUERY, Document, Kind, Query, clear, put, remove, search
from knowledge_base.markup import plain
from knowledge_base.models import NUMBER_PREFIX, READABLE_STATES, Article, AudienceKind, Translation

ARTICLES = Kind("article", "a")
BATCH = 200
OF_NO_PRODUCT = "product:none"


@dataclass(frozen=True)
class Hit:
    """An article that was found in one of its languages; the snippet is safe HTML with marks."""

    article_id: int
    language: str
    score: float
    snippet: Markup


def find(
    query: str, *, facets: Sequence[Collection[str]], language: str, limit: int = 20, suggests: bool = False
) -> list[Hit]:
    """Articles that hold one facet of each alternative and answer the query, each in one language, the best first.

    Where an article answers in several languages, the reader's own is chosen. `suggests` is for text that is still
    being typed: it is cut where a query would be refused (Invalid on field `q`).
    """
    said = query[-LONGEST_QUERY:] if suggests else query
    asked = Query(said, facets=facets, suggest=suggests, varied=True, limit=min(100, limit * 3))
    best: dict[int, Hit] = {}
    for hit in search(ARTICLES, asked).hits:
        if hit.number is None:
            continue
        found = Hit(hit.number, hit.language, hit.score, hit.snippet)
        known = best.get(hit.number)
        # An article keeps its place; in the reader's language it is shown where it answers in it, too.
        if known is None or (known.language != language and hit.language == language):
            best[hit.number] = found
    return list(best.values())[:limit]


def index_articles(ids: Collection[int]) -> int:
    """Index what readers get of these articles, in the running transaction; returns how many documents changed."""
    query = select(Article).where(Article.id.in_(sorted(ids))).options(
        selectinload(Article.translations).joinedload(Translation.live), selectinload(Article.products)
    )  # fmt: skip
    documents: list[Document] = []
    for article in db.session.scalars(query.execution_options(populate_existing=True)):
        if article.state in READABLE_STATES:
            documents += documents_of(article)
    there = {document.key for document in documents}
    all_keys = {key_of(article_id, language) for article_id in ids for language in _languages(ids)}
    remove(ARTICLES, sorted(all_keys - there))
    return put(ARTICLES, documents)


def documents_of(article: Article) -> list[Document]:
    """What readers of each language search."""
    marks = audience_marks(article.audience, article.line, [each.product_id for each in article.products])
    return [
        Document(
            key=key_of(article.id, each.language), number=article.id, language=each.language, title=each.live.title,
            body="\n\n".join(part for part in (each.live.summary, plain(each.live.body)) if part),
            names=[f"{NUMBER_PREFIX}{article.id}"], facets=marks | {f"language:{each.language}"},
        )
        for each in article.translations if each.live is not None
    ]  # fmt: skip


def audience_marks(audience: AudienceKind, line: int | None, products: Sequence[int]) -> set[str]:
    """The facets that say for whom an article is, and of which products it tells."""
    of_products = {f"product:{product_id}" for product_id in products} or {OF_NO_PRODUCT}
    if audience is AudienceKind.CLIENTS:
        return of_products | {f"clients-{each}" for each in of_products}
    return of_products | {f"line:{line}" if audience is AudienceKind.LINE else audience.value}


def key_of(article_id: int, language: str) -> str:
    return f"{article_id}.{language}"


@command
def rebuild_step(after: int) -> int | None:
    """Index the next articles after this id in a transaction of their own; the last id, or None when none are left."""
    ids = _after(after)
    if not ids:
        return None
    index_articles(ids)
    return ids[-1]


def catch_up() -> int:
    """Index the next articles that came by no fact: all of them after an upgrade, and those of a demo."""
    return search_index.catch_up(ARTICLES, _after, index_articles)


def _after(article_id: int) -> Sequence[int]:
    return db.session.scalars(select(Article.id).where(Article.id > article_id).order_by(Article.id).limit(BATCH)).all()


@command
def clear_step() -> bool:
    """Take some articles out of the index, in a transaction of their own; False when it is empty."""
    return clear(ARTICLES, at_most=5_000) == 5_000


def _languages(ids: Collection[int]) -> set[str]:
    rows = db.session.scalars(
        select(Translation.language).where(Translation.article_id.in_(sorted(ids))).distinct()
    )  # fmt: skip
    return set(rows)
