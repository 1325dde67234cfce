"""What readers get of the knowledge base: shelves, lists, one article at its address, searches and suggestions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, func, select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import DEFAULT_LANGUAGE
from helpdesk.core.paging import PageOf, page_of
from helpdesk.knowledge.articles import WITH_WORDS, related_to
from helpdesk.people import directory
from helpdesk.policy.actor import NOBODY, Actor
from helpdesk.policy.scopes import article_audience, article_facets, article_scope, visible
from knowledge_base import search
from knowledge_base.addresses import find_address, successor_of
from knowledge_base.markup import plain
from knowledge_base.models import (
    READABLE_STATES,
    Address,
    Article,
    ArticleCategory,
    ArticleProduct,
    ArticleState,
    AudienceKind,
    Translation,
)
from knowledge_base.writing import best_of, is_behind

PAGE_SIZE, MOST_FOUND, MOST_SUGGESTED = 25, 50, 5
SHORTEST_ASKED = 2
SUMMARY = 220


@dataclass(frozen=True)
class Listed:
    """An article in a list, in the language that its reader gets."""

    article_id: int
    number: str
    title: str
    summary: str
    language: str
    slug: str
    updated_at: datetime
    useful: int
    is_outdated: bool
    audience: AudienceKind
    category_id: int | None


@dataclass(frozen=True)
class Reading:
    """One article as it is read."""

    article: Article
    translation: Translation
    slug: str
    alternatives: dict[str, str]  # language → address
    related: Sequence[Listed]
    is_behind: bool  # the original was changed since this translation was made
    product_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Elsewhere:
    """The article is read at another address."""

    language: str
    slug: str


@dataclass(frozen=True)
class Gone:
    """It was to be read here and is not any more."""

    title: str


@dataclass(frozen=True)
class Shelf:
    """A category or product, with how many articles the reader finds on it."""

    id: int
    name: str
    count: int
    shelves: list[Shelf] = field(default_factory=list)


def read(language: str, slug: str, *, for_: Actor) -> Reading | Elsewhere | Gone:
    """What is found at an address. NotFound for what never was there, or not for this reader."""
    address = find_address(language, slug)
    if address is None:
        raise NotFound
    query = select(Article).where(Article.id == address.article_id).options(*WITH_WORDS)
    article: Article | None = db.session.scalar(query.where(_read_by(for_)))
    if article is None:
        return _after(address, for_)
    addresses = _addresses([article])[article.id]
    translation = next((each for each in article.translations if each.language == language and each.live_id), None)
    if translation is None or not address.is_current:
        found = translation or best_of(article, (language,))
        if found is None:
            raise NotFound
        return Elsewhere(found.language, addresses[found.language])
    products = directory.products()
    return Reading(
        article, translation, address.slug,
        {each.language: addresses[each.language] for each in article.translations if each.live_id},
        listed([each for each in related_to(article, for_=for_) if each.is_readable], (language,)),
        is_behind(article, translation, live=True),
        tuple(products[each.product_id].name for each in article.products if each.product_id in products),
    )  # fmt: skip


def address_of(article: Article, languages: Iterable[str]) -> Elsewhere | None:
    """Where the article is read in the first of these languages that it has; None where nobody reads it."""
    found = best_of(article, languages)
    slug = _addresses([article]).get(article.id, {}).get(found.language) if found else None
    return Elsewhere(found.language, slug) if found and slug else None


def readable(article_id: int, *, for_: Actor) -> Article | None:
    """The article, if the reader finds it published or outdated."""
    found: Article | None = db.session.scalar(
        select(Article).where(Article.id == article_id, _read_by(for_)).options(*WITH_WORDS)
    )
    return found


def listed(articles: Iterable[Article], languages: Sequence[str]) -> list[Listed]:
    """How these articles stand in a list, in their order; those that nobody can read yet are left out."""
    articles = list(articles)
    addresses = _addresses(articles)
    rows = []
    for article in articles:
        translation = best_of(article, languages)
        words = translation.live if translation else None
        slug = addresses.get(article.id, {}).get(translation.language) if translation else None
        if translation is None or words is None or slug is None:
            continue
        rows.append(Listed(
            article.id, article.number, words.title, words.summary or cut(plain(words.body)), translation.language,
            slug, article.updated_at, article.useful, article.state is ArticleState.OUTDATED, article.audience,
            article.category_id,
        ))  # fmt: skip
    return rows


def cut(text: str, most: int = SUMMARY) -> str:
    """The beginning of a text, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0].rstrip(" ,.;:") + " …"


def most_useful(language: str, *, for_: Actor, limit: int = 8) -> list[Listed]:
    """What readers found useful, and operators gave most often."""
    worth = Article.useful - Article.not_useful + Article.reuses
    query = _reading(for_).where(Article.state == ArticleState.PUBLISHED).order_by(worth.desc(), Article.id.desc())
    return listed(db.session.scalars(query.limit(limit)), (language,))


def list_articles(
    language: str, *, for_: Actor, category_id: int | None = None, product_id: int | None = None,
    after: str | None = None, before: str | None = None, size: int = PAGE_SIZE,
) -> PageOf[Listed]:  # fmt: skip
    """What the reader finds on a shelf, the newest first."""
    query = _reading(for_)
    if category_id is not None:
        query = query.where(Article.category_id.in_(_below(category_id)))
    if product_id is not None:
        query = query.where(Article.id.in_(
            select(ArticleProduct.article_id).where(ArticleProduct.product_id == product_id)
        ))  # fmt: skip
    page = page_of(query, [(Article.id.expression, True)], size=size, after=after, before=before,
                   run=lambda narrowed: list(db.session.scalars(narrowed)), key=lambda row: (row.id,))  # fmt: skip
    return PageOf(listed(page.rows, (language,)), page.after, page.before)


def shelves(language: str, *, for_: Actor) -> list[Shelf]:
    """The categories with something in them for this reader; shelves stand on shelves."""
    counts = dict(db.session.execute(
        select(Article.category_id, func.count()).where(_read_by(for_)).group_by(Article.category_id)
    ).all())  # fmt: skip
    made = {row.id: Shelf(row.id, category_name(row, language), counts.get(row.id, 0)) for row in categories()}
    roots: list[Shelf] = []
    for row in categories():
        above = made.get(row.parent_id or 0)
        (above.shelves if above else roots).append(made[row.id])
    return [each for each in (_without_empty(shelf) for shelf in roots) if each.count]


def product_shelves(*, for_: Actor) -> list[Shelf]:
    """The products of which this reader finds articles, by name."""
    rows = db.session.execute(
        select(ArticleProduct.product_id, func.count(func.distinct(Article.id)))
        .join(Article, Article.id == ArticleProduct.article_id).where(_read_by(for_))
        .group_by(ArticleProduct.product_id)
    ).all()  # fmt: skip
    names = directory.products()
    return sorted((Shelf(id_, names[id_].name, count) for id_, count in rows if id_ in names), key=lambda s: s.name)


def categories() -> Sequence[ArticleCategory]:
    query = (
        select(ArticleCategory).where(ArticleCategory.is_active).order_by(ArticleCategory.position, ArticleCategory.id)
    )
    return db.session.scalars(query).all()


def category_name(row: ArticleCategory, language: str) -> str:
    """Its name in this language, else in English, else in any."""
    return row.names.get(language) or row.names.get(DEFAULT_LANGUAGE) or next(iter(row.names.values()), "")


def get_category(category_id: int) -> ArticleCategory:
    row = db.session.get(ArticleCategory, category_id)
    if row is None or not row.is_active:
        raise NotFound
    return row


def search_articles(
    query: str, *, for_: Actor, language: str, limit: int = MOST_FOUND, product_id: int | None = None,
    suggests: bool = False,
) -> list[tuple[Listed, Markup]]:  # fmt: skip
    """What the reader finds for these words, the best first, with the words around them, marked; nothing for less than
    one character. Invalid (field `q`) for a query that is too long."""
    if not query.strip():
        return []
    facets = article_facets(for_)
    wanted = [facets] if facets is not None else []
    if product_id is not None:
        wanted.append([f"product:{product_id}", search.OF_NO_PRODUCT])
    hits = search.find(query, facets=wanted, language=language, limit=limit, suggests=suggests)
    if not hits:
        return []
    found = {
        each.id: each
        for each in db.session.scalars(_reading(for_).where(Article.id.in_([hit.article_id for hit in hits])))
    }
    rows = {}
    for hit in hits:
        if hit.article_id in found:
            rows[hit.article_id] = (hit, found[hit.article_id])
    by_id = {row.article_id: row for row in _in_their_languages(rows)}
    return [(by_id[hit.article_id], hit.snippet) for hit in hits if hit.article_id in by_id]


def suggest(text: str, *, for_: Actor, language: str, product_id: int | None = None) -> list[Listed]:
    """The few articles that may answer what somebody is writing; product articles of another product are left out."""
    if len(text.strip()) < SHORTEST_ASKED:
        return []
    found = search_articles(
        text, for_=for_, language=language, limit=MOST_SUGGESTED, product_id=product_id, suggests=True
    )
    return [row for row, _snippet in found]


def public_addresses(*, after: int = 0, limit: int = 50_000) -> list[tuple[int, str, str, datetime]]:
    """Every address that anybody may read, by id: (id, language, slug, changed at)."""
    query = (
        select(Address.id, Address.language, Address.slug, Article.updated_at)
        .join(Article, Article.id == Address.article_id)
        .join(Translation, and_(Translation.article_id == Article.id, Translation.language == Address.language,
                                Translation.live_id.is_not(None)))
        .where(Address.is_current, Address.id > after, _read_by(NOBODY)).order_by(Address.id).limit(limit)
    )  # fmt: skip
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]


def count_public_addresses() -> int:
    query = (
        select(func.count()).select_from(Address).join(Article, Article.id == Address.article_id)
        .join(Translation, and_(Translation.article_id == Article.id, Translation.language == Address.language,
                                Translation.live_id.is_not(None)))
        .where(Address.is_current, _read_by(NOBODY))
    )  # fmt: skip
    return db.session.scalar(query) or 0


def latest_public(language: str, limit: int = 30) -> list[Listed]:
    """What was last published or changed for everybody, in a language."""
    of_language = select(Translation.article_id).where(
        Translation.language == language, Translation.live_id.is_not(None)
    )
    query = _reading(NOBODY).where(Article.id.in_(of_language)).order_by(Article.updated_at.desc(), Article.id.desc())
    return listed(db.session.scalars(query.limit(limit)), (language,))


def _read_by(actor: Actor) -> ColumnElement[bool]:
    """What a reader finds, drafts aside: those who write read as readers here."""
    return and_(Article.state.in_(READABLE_STATES), article_scope(actor))


def _reading(actor: Actor) -> Select[Any]:
    return visible(actor, Article).where(Article.state.in_(READABLE_STATES)).options(*WITH_WORDS)


def _after(address: Address, actor: Actor) -> Elsewhere | Gone:
    """Where an archived article leads those who could read it."""
    article: Article | None = db.session.scalar(
        select(Article).where(
            Article.id == address.article_id, Article.state == ArticleState.ARCHIVED,
            Article.published_at.is_not(None), article_audience(actor),
        ).options(*WITH_WORDS)
    )  # fmt: skip
    if article is None:
        raise NotFound
    successor = successor_of(article)
    if successor is not None and (there := readable(successor.id, for_=actor)) is not None:
        found = address_of(there, (address.language,))
        if found is not None:
            return found
    former = best_of(article, (address.language,))
    return Gone(former.live.title if former and former.live else article.number)


def _addresses(articles: Sequence[Article]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    if articles:
        rows = db.session.execute(select(Address.article_id, Address.language, Address.slug).where(
            Address.article_id.in_([each.id for each in articles]), Address.is_current
        ))  # fmt: skip
        for article_id, language, slug in rows:
            found.setdefault(article_id, {})[language] = slug
    return found


def _in_their_languages(rows: dict[int, tuple[search.Hit, Article]]) -> list[Listed]:
    by_language: dict[str, list[Article]] = {}
    for hit, article in rows.values():
        by_language.setdefault(hit.language, []).append(article)
    return [row for language, articles in by_language.items() for row in listed(articles, (language,))]


def _below(category_id: int) -> list[int]:
    """The category and all that stand on it."""
    found, waiting = [], [category_id]
    below: dict[int, list[int]] = {}
    for row in categories():
        below.setdefault(row.parent_id or 0, []).append(row.id)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.append(each)
            waiting += below.get(each, [])
    return found


def _without_empty(shelf: Shelf) -> Shelf:
    below = [each for each in (_without_empty(one) for one in shelf.shelves) if each.count]
    return Shelf(shelf.id, shelf.name, shelf.count + sum(each.count for each in below), below)
