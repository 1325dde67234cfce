"""The day on which an owner wanted to look at an article again: they are reminded of it, once."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select

from helpdesk.core.command import command, transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import ArticleDescribed, ReviewDue
from helpdesk.knowledge.articles import lock
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from knowledge_base.models import READABLE_STATES, Article

BATCH = 200


def remind_of_reviews() -> int:
    """Tell the owners of articles whose review date has come; how many there were."""
    with transaction():
        today = desk_today()
        query = (
            select(Article).where(
                Article.review_on <= today, Article.state.in_(READABLE_STATES),
                or_(Article.reminded_on.is_(None), Article.reminded_on < Article.review_on),
            ).order_by(Article.id).limit(BATCH).with_for_update(skip_locked=True)
        )  # fmt: skip
        due = db.session.scalars(query).all()
        for article in due:
            article.reminded_on = today
            record(ReviewDue(article.id, on=str(article.review_on)), by=SYSTEM)
        return len(due)


@command
def confirm_review(article: Article, next_on: date | None, *, by: Actor) -> None:
    """It was looked at and still holds; say when it is to be looked at again."""
    article = lock(article)
    require(by, Action.WRITE_ARTICLE, article)
    if next_on is not None and next_on <= desk_today():
        raise Invalid({"review_on": [_("Choose a day to come.")]})
    before = article.review_on
    article.review_on, article.reminded_on = next_on, None
    changes = {"review_on": [str(before) if before else None, str(next_on) if next_on else None]}
    record(ArticleDescribed(article.id, changes), by=by)


def default_review(on: date | None = None) -> date:
    """Half a year from now."""
    return (on or desk_today()) + timedelta(days=182)
