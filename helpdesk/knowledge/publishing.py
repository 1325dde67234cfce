"""How words reach readers and leave them: review, publishing, outdated, archived (docs/adr/0015-articles.md)."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import ngettext
from helpdesk.core.journal import record
from helpdesk.events import ArticleMoved, ReviewRefused
from helpdesk.knowledge.articles import let_out, lock
from helpdesk.knowledge.links import check_links
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from knowledge_base.addresses import replace_by
from knowledge_base.models import Article, ArticleState
from knowledge_base.states import move
from knowledge_base.writing import is_pending, source_of


@command
def ask_review(article: Article, *, by: Actor) -> None:
    """Ask for a second pair of eyes on a draft."""
    article = lock(article)
    require(by, Action.WRITE_ARTICLE, article)
    if article.state is ArticleState.IN_REVIEW:
        return  # a second click
    _go(article, ArticleState.IN_REVIEW, by)


@command
def publish_article(article: Article, *, by: Actor) -> None:
    """Let readers have the latest words; of what clients read nobody publishes their own but those who lead or manage.

    Invalid (field `body`) while a link to an article or a file leads nowhere.
    """
    article = lock(article)
    require(by, Action.PUBLISH_ARTICLE, article)
    if article.state is ArticleState.PUBLISHED and not is_pending(article):
        return  # a second click
    source = source_of(article).latest
    if source is None or not source.body.strip():
        raise Invalid({"body": [_("There is nothing to read in it yet.")]})
    found = check_links(article)
    if found.broken:
        num = len(found.broken)
        told = ngettext("%(num)d link leads nowhere: %(links)s.", "%(num)d links lead nowhere: %(links)s.", num,
                        links=", ".join(found.broken))  # fmt: skip
        raise Invalid({"body": [told]})
    before = article.state
    if before is not ArticleState.PUBLISHED:
        move(article, ArticleState.PUBLISHED)
    let_out(article)
    replace_by(article, None)
    record(ArticleMoved(article.id, before.value, article.state.value), by=by)


@command
def refuse_review(article: Article, comment: str, *, by: Actor) -> None:
    """Send words back to whoever wrote them, and say what is to be changed."""
    article = lock(article)
    require(by, Action.PUBLISH_ARTICLE, article)
    if not comment.strip():
        raise Invalid({"comment": [_("Say what is to be changed.")]})
    waiting = next((each.latest for each in article.translations if each.latest_id != each.live_id), None)
    if article.state is ArticleState.IN_REVIEW:
        _go(article, ArticleState.DRAFT, by, comment)
    elif not (article.is_readable and waiting):
        raise Conflict(_("The article has gone on meanwhile. This is how it stands now."), code="no_such_transition")
    record(ReviewRefused(article.id, waiting.author_id if waiting else None, comment.strip()), by=by)


@command
def mark_outdated(article: Article, comment: str = "", *, by: Actor) -> None:
    """Leave it to be read, with a mark that it may not hold any more."""
    article = lock(article)
    require(by, Action.RETIRE_ARTICLE, article)
    if article.state is not ArticleState.OUTDATED:
        _go(article, ArticleState.OUTDATED, by, comment)


@command
def archive_article(article: Article, comment: str = "", *, by: Actor, replaced_by: Article | None = None) -> None:
    """Take it from its readers; its addresses lead to the article that replaces it, if any.

    Invalid (field `replaced_by`) where the way would lead in a circle.
    """
    article = lock(article)
    require(by, Action.RETIRE_ARTICLE, article)
    if replaced_by is not None:
        replace_by(article, replaced_by)
    if article.state is not ArticleState.ARCHIVED:
        _go(article, ArticleState.ARCHIVED, by, comment)


@command
def bring_back(article: Article, *, by: Actor) -> None:
    """Let an archived article be a draft again."""
    article = lock(article)
    require(by, Action.RETIRE_ARTICLE, article)
    if article.state is ArticleState.ARCHIVED:
        _go(article, ArticleState.DRAFT, by)


def replaced_articles(article: Article) -> list[Article]:
    """The articles in whose place this one stands."""
    return list(db.session.scalars(select(Article).where(Article.replaced_by_id == article.id)))


def _go(article: Article, state: ArticleState, by: Actor, comment: str = "") -> None:
    before = move(article, state)
    record(ArticleMoved(article.id, before.value, state.value, comment.strip()), by=by)
