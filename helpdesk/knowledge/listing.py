"""The articles as those who write see them: by state, what waits for a review, what is flagged."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import PageOf, page_of
from helpdesk.knowledge.articles import WITH_WORDS, parse_number
from helpdesk.knowledge.reading import search_articles
from helpdesk.knowledge.uses import title_of
from helpdesk.models.access import Account, Role
from helpdesk.models.knowledge import ArticleFlag
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import article_scope, visible
from knowledge_base.models import READABLE_STATES, Article, ArticleState, Translation, Vote
from knowledge_base.writing import is_behind, is_pending

PAGE_SIZE = 50


@dataclass(frozen=True)
class ArticleRow:
    """An article in the writers' list."""

    article: Article
    title: str
    owner: str
    languages: tuple[tuple[str, bool], ...]  # and whether it lags behind the original
    is_pending: bool
    flags: int


def _waits(_actor: Actor) -> ColumnElement[bool]:
    """Somebody is to read it before readers get it."""
    pending = exists().where(
        Translation.article_id == Article.id, Translation.latest_id.is_distinct_from(Translation.live_id)
    )
    return or_(Article.state == ArticleState.IN_REVIEW, and_(Article.state.in_(READABLE_STATES), pending))


def _flagged(_actor: Actor) -> ColumnElement[bool]:
    flag = exists().where(ArticleFlag.article_id == Article.id, ArticleFlag.handled_at.is_(None))
    return or_(flag, exists().where(Vote.article_id == Article.id, Vote.missing != "", Vote.handled_at.is_(None)))


def _mine(actor: Actor) -> ColumnElement[bool]:
    return Article.owner_id == actor.account_id if actor.account_id else false()


VIEWS: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "published": lambda _a: Article.state == ArticleState.PUBLISHED,
    "review": _waits,
    "draft": lambda _a: Article.state == ArticleState.DRAFT,
    "flagged": _flagged,
    "mine": _mine,
    "outdated": lambda _a: Article.state == ArticleState.OUTDATED,
    "archived": lambda _a: Article.state == ArticleState.ARCHIVED,
}


def list_view(
    view: str, language: str, *, for_: Actor, after: str | None = None, before: str | None = None, size: int = PAGE_SIZE
) -> PageOf[ArticleRow]:
    """A list of articles that the actor sees, the newest first. KeyError for a view that there is not."""
    query = visible(for_, Article).where(VIEWS[view](for_)).options(*WITH_WORDS)
    page = page_of(query, [(Article.id.expression, True)], size=size, after=after, before=before,
                   run=lambda narrowed: list(db.session.scalars(narrowed)), key=lambda row: (row.id,))  # fmt: skip
    return PageOf(rows_of(page.rows, language), page.after, page.before)


def rows_of(articles: Sequence[Article], language: str) -> list[ArticleRow]:
    """These articles as rows, in their order."""
    owners = {each.owner_id for each in articles if each.owner_id}
    names = dict(db.session.execute(select(Account.id, Account.name).where(Account.id.in_(owners))).all())
    flags = dict(db.session.execute(
        select(ArticleFlag.article_id, func.count()).where(
            ArticleFlag.article_id.in_([each.id for each in articles]), ArticleFlag.handled_at.is_(None)
        ).group_by(ArticleFlag.article_id)
    ).all())  # fmt: skip
    return [
        ArticleRow(
            each, title_of(each, language), names.get(each.owner_id or 0, ""),
            tuple((one.language, is_behind(each, one)) for one in each.translations),
            each.is_readable and is_pending(each), flags.get(each.id, 0),
        ) for each in articles
    ]  # fmt: skip


def find_rows(asked: str, language: str, *, for_: Actor) -> list[ArticleRow]:
    """What readers would find for these words, as rows of the writers' list; a number finds its article."""
    found = [row.article_id for row, _words in search_articles(asked, for_=for_, language=language, limit=PAGE_SIZE)]
    with contextlib.suppress(NotFound):
        found.insert(0, parse_number(asked))
    query = visible(for_, Article).where(Article.id.in_(found)).options(*WITH_WORDS)
    seen = {each.id: each for each in db.session.scalars(query)} if found else {}
    return rows_of([seen[each] for each in dict.fromkeys(found) if each in seen], language)


def count_waiting(*, for_: Actor) -> int:
    """How many articles wait for somebody to read them."""
    return db.session.scalar(select(func.count()).select_from(Article).where(article_scope(for_), _waits(for_))) or 0


def staff_accounts() -> list[tuple[int, str]]:
    """Those of the staff who may own an article, by name."""
    query = select(Account.id, Account.name).where(Account.role != Role.CONTACT, Account.disabled_at.is_(None))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Account.name))]
