"""Articles as plain documents, for programs: what readers get, and what those who write get beside it."""

from __future__ import annotations

from typing import Any

from helpdesk.knowledge.articles import about_of
from helpdesk.knowledge.reading import Listed
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from knowledge_base.models import Article, ArticleTask
from knowledge_base.writing import best_of, is_behind, is_pending


def article_document(article: Article, language: str, *, for_: Actor) -> dict[str, Any]:
    """The article in the language that fits; its live words, for those who write the latest beside them."""
    writes = may(for_, Action.WRITE_ARTICLE, article)
    translation = best_of(article, (language,), live=not writes)
    live, latest = (translation.live, translation.latest) if translation else (None, None)
    words = latest if writes else live
    document: dict[str, Any] = {
        "number": article.number, "kind": article.kind.value, "state": article.state.value,
        "language": translation.language if translation else article.source_language,
        "languages": [each.language for each in article.translations if each.live_id or writes],
        "title": words.title if words else "", "summary": words.summary if words else "",
        "body": words.body if words else "", "products": sorted({each.product_id for each in article.products}),
        "category_id": article.category_id, "changed_at": words.created_at if words else article.updated_at,
        "useful": article.useful, "not_useful": article.not_useful,
    }  # fmt: skip
    if not writes:
        return document
    about = about_of(article)
    return document | {
        "audience": about.audience.value, "line": about.line, "source_language": article.source_language,
        "owner_id": about.owner_id, "review_on": about.review_on, "related": list(about.related),
        "replaced_by": about.replaced_by, "reuses": article.reuses, "revision_id": latest.id if latest else None,
        "is_live": bool(translation and latest and translation.live_id == latest.id),
        "is_pending": is_pending(article), "is_behind": bool(translation and is_behind(article, translation)),
    }  # fmt: skip


def listed_document(row: Listed, snippet: str = "") -> dict[str, Any]:
    """An article in a list."""
    return {
        "number": row.number, "title": row.title, "summary": row.summary, "language": row.language,
        "path": f"/kb/{row.language}/{row.slug}", "changed_at": row.updated_at, "snippet": snippet,
    }  # fmt: skip


def task_document(task: ArticleTask) -> dict[str, Any]:
    """Something that is to be written."""
    return {
        "id": task.id, "title": task.title, "note": task.note, "query": task.query, "language": task.language,
        "state": task.state.value, "owner_id": task.owner_id, "article_id": task.article_id,
        "created_at": task.created_at,
    }  # fmt: skip
