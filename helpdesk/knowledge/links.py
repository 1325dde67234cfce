"""Whether the links of an article lead anywhere.

Articles and files are looked up at once. External addresses are judged by their form alone: a page that fetched them
would wait for strangers, and would let any writer make the desk call any address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from knowledge_base.markup import references
from knowledge_base.models import NUMBER_PREFIX, READABLE_STATES, Article, ArticleFile


@dataclass(frozen=True)
class Links:
    """Links that lead nowhere, those to articles that readers do not get, and external ones, judged by form only."""

    broken: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    external: tuple[str, ...] = ()


def check_links(article: Article | None, texts: Sequence[str] | None = None) -> Links:
    """The links of these texts, or of the article's latest words in all languages."""
    if texts is None:
        texts = [each.latest.body for each in article.translations if each.latest] if article else []
    found = [references(text) for text in texts]
    articles = frozenset().union(*(each.articles for each in found))
    files = frozenset().union(*(each.files for each in found))
    states = dict(db.session.execute(select(Article.id, Article.state).where(Article.id.in_(articles))).all())
    there = set(db.session.scalars(
        select(ArticleFile.id).where(
            ArticleFile.id.in_(files), ArticleFile.removed_at.is_(None),
            ArticleFile.article_id == (article.id if article else 0),
        )
    )) if files else set()  # fmt: skip
    broken = [f"{NUMBER_PREFIX}{each}" for each in sorted(articles - states.keys())]
    broken += [f"files/{each}" for each in sorted(files - there)]
    broken += [link for each in found for link in each.wrong]
    unread = [f"{NUMBER_PREFIX}{each}" for each in sorted(states) if states[each] not in READABLE_STATES]
    external = dict.fromkeys(link for each in found for link in each.external)
    return Links(tuple(dict.fromkeys(broken)), tuple(unread), tuple(external))
