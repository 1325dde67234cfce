"""The life of an article, in one table."""

from __future__ import annotations

from helpdesk.core.errors import Conflict
from helpdesk.core.i18n import gettext as _
from knowledge_base.models import Article, ArticleState

TRANSITIONS: dict[ArticleState, frozenset[ArticleState]] = {
    ArticleState.DRAFT: frozenset({ArticleState.IN_REVIEW, ArticleState.PUBLISHED, ArticleState.ARCHIVED}),
    ArticleState.IN_REVIEW: frozenset({ArticleState.DRAFT, ArticleState.PUBLISHED, ArticleState.ARCHIVED}),
    ArticleState.PUBLISHED: frozenset({ArticleState.OUTDATED, ArticleState.ARCHIVED}),
    ArticleState.OUTDATED: frozenset({ArticleState.PUBLISHED, ArticleState.ARCHIVED}),
    ArticleState.ARCHIVED: frozenset({ArticleState.DRAFT}),
}


def move(article: Article, state: ArticleState) -> ArticleState:
    """Bring the article into this state and say from which it came; Conflict where the table has no such way."""
    before = article.state
    if state not in TRANSITIONS[before]:
        raise Conflict(_("The article has gone on meanwhile. This is how it stands now."), code="no_such_transition")
    article.state = state
    return before
