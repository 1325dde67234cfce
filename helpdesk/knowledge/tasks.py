"""Articles that are still to be written: listed, begun, done, dropped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.knowledge.drafts import draft_article
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from knowledge_base.models import Article, ArticleKind, ArticleTask, TaskState
from knowledge_base.skeletons import skeleton

LONGEST_TITLE = 200


@command
def ask_article(title: str, language: str, *, by: Actor, note: str = "", query: str | None = None) -> ArticleTask:
    """Note that an article is to be written; of one query there is one open task."""
    require(by, Action.WRITE_ARTICLE)
    if not title.strip():
        raise Invalid({"title": [_("Fill in this field.")]})
    if len(title) > LONGEST_TITLE:
        raise Invalid({"title": [_("This is too long.")]})
    if language not in LANGUAGES:
        raise Invalid({"language": [_("Choose one of the list.")]})
    if query is not None and (known := _open_for(language, query)) is not None:
        return known
    task = ArticleTask(
        title=title.strip(), note=note.strip(), query=query, language=language, state=TaskState.OPEN, created_at=now()
    )
    try:
        with db.session.begin_nested():
            db.session.add(task)
    except IntegrityError:
        found = _open_for(language, query or "")
        if found is None:
            raise
        return found
    return task


@command
def take_task(task_id: int, *, by: Actor) -> ArticleTask:
    """It is mine to write."""
    task = _open(task_id, by)
    task.owner_id = by.account_id or None
    return task


@command
def begin_task(task_id: int, kind: ArticleKind = ArticleKind.HOW_TO, *, by: Actor) -> Article:
    """Begin the article of a task; a second click leads to the same."""
    task = _get(task_id, by)
    if task.article_id is not None:
        return db.session.get_one(Article, task.article_id)
    task = _open(task_id, by)
    article = draft_article(task.title, skeleton(kind, task.language), task.language, kind=kind, by=by)
    task.article_id, task.owner_id = article.id, task.owner_id or by.account_id or None
    return article


@command
def end_task(task_id: int, state: TaskState, *, by: Actor) -> ArticleTask:
    """It is done, or it is not to be written after all."""
    task = _get(task_id, by)
    if state is TaskState.OPEN:
        raise Invalid({"state": [_("Choose one of the list.")]})
    if task.state is state:
        return task
    task = _open(task_id, by)
    task.state, task.ended_at = state, now()
    return task


def list_tasks(*, for_: Actor, state: TaskState = TaskState.OPEN, limit: int = 200) -> Sequence[ArticleTask]:
    """The tasks in this state, the oldest first."""
    require(for_, Action.WRITE_ARTICLE)
    query = select(ArticleTask).where(ArticleTask.state == state).order_by(ArticleTask.id).limit(limit)
    return db.session.scalars(query).all()


def end_tasks_of(article: Article) -> None:
    """What was to be written is published: its tasks are done."""
    for task in db.session.scalars(
        select(ArticleTask).where(ArticleTask.article_id == article.id, ArticleTask.state == TaskState.OPEN)
    ):
        task.state, task.ended_at = TaskState.DONE, now()


def _open_for(language: str, query: str) -> ArticleTask | None:
    found: ArticleTask | None = db.session.scalar(select(ArticleTask).where(
        ArticleTask.language == language, ArticleTask.query == query, ArticleTask.state == TaskState.OPEN
    ))  # fmt: skip
    return found


def _get(task_id: int, by: Actor) -> ArticleTask:
    """The task, locked; for those who write none it does not exist."""
    if not may(by, Action.WRITE_ARTICLE):
        raise NotFound
    query = select(ArticleTask).where(ArticleTask.id == task_id)
    task: ArticleTask | None = db.session.scalar(locked_when_writing(query, of=ArticleTask))
    if task is None:
        raise NotFound
    return task


def _open(task_id: int, by: Actor) -> ArticleTask:
    task = _get(task_id, by)
    if task.state is not TaskState.OPEN:
        raise Conflict(_("This task has ended."), code="ended")
    return task
