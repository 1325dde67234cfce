"""What follows when an article reaches its readers or leaves them: it can be found, or not; its tasks are done."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.knowledge.backtest import ask_soon
from helpdesk.knowledge.tasks import end_tasks_of
from knowledge_base.models import Article, ArticleState
from knowledge_base.search import index_articles


def follow_article(entry: Entry) -> None:
    """Put what readers get of an article into the index, or take it out; end the tasks of what is published."""
    index_articles([entry.subject_id])
    article = db.session.get(Article, entry.subject_id)
    if article is not None and article.state is ArticleState.PUBLISHED:
        end_tasks_of(article)
        ask_soon(article)
