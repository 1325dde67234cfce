"""What readers say of an article: useful or not, and what was missing. One vote a reader, which they may change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.core.tokens import short_mac
from helpdesk.knowledge.articles import lock
from helpdesk.people.throttling import count_try, refuse_flood
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from knowledge_base.models import Article, Translation, Vote

LONGEST_MISSING = 2000
VOTES_PER_ADDRESS = 40  # of those who are not signed in, within a quarter of an hour


@command
def vote(
    article: Article, translation: Translation, is_useful: bool, missing: str = "", *, by: Actor, reader: str,
    address: str = "",
) -> Vote:  # fmt: skip
    """Say whether it was useful; who reads again and changes their mind changes their vote.

    `reader` tells those who are not signed in apart; of it, of accounts and of the `address` only a digest is kept.
    TooManyTries where too many such votes came from one address.
    """
    if not article.is_readable or translation.live_id is None:
        raise NotFound
    if len(missing) > LONGEST_MISSING:
        raise Invalid({"missing": [_("At most %(most)s characters can be kept.", most=LONGEST_MISSING)]})
    if address and not by.account_id:
        _count_vote(address)
    article = lock(article)
    digest = reader_of(by, reader)
    row: Vote | None = db.session.scalar(select(Vote).where(Vote.article_id == article.id, Vote.reader == digest))
    if row is None:
        row = Vote(article_id=article.id, reader=digest)
        db.session.add(row)
    if missing.strip() != row.missing:
        row.handled_at = None
    row.revision_id, row.is_useful, row.missing, row.at = translation.live_id, is_useful, missing.strip(), now()
    row.role = by.role.value if by.role else "nobody"
    db.session.flush()
    useful, all_ = db.session.execute(
        select(func.sum(case((Vote.is_useful, 1), else_=0)), func.count()).where(Vote.article_id == article.id)
    ).one()
    article.useful, article.not_useful = int(useful or 0), int(all_) - int(useful or 0)
    return row


def vote_of(article: Article, *, by: Actor, reader: str) -> Vote | None:
    """What this reader said of it before."""
    if not (by.account_id or reader):
        return None
    found: Vote | None = db.session.scalar(
        select(Vote).where(Vote.article_id == article.id, Vote.reader == reader_of(by, reader))
    )
    return found


def missing_of(article: Article, limit: int = 50) -> Sequence[Vote]:
    """What readers missed and nobody has looked at yet, the latest first."""
    query = select(Vote).where(Vote.article_id == article.id, Vote.missing != "", Vote.handled_at.is_(None))
    return db.session.scalars(query.order_by(Vote.at.desc()).limit(limit)).all()


@command
def handle_missing(article: Article, vote_id: int, *, by: Actor) -> None:
    """What a reader missed was read."""
    require(by, Action.WRITE_ARTICLE, article)
    row = db.session.get(Vote, vote_id)
    if row is None or row.article_id != article.id:
        raise NotFound
    row.handled_at = row.handled_at or now()


def _count_vote(address: str) -> None:
    subject = f"vote:{short_mac('vote address', address)}"
    words = _("Too many votes came from your network. Vote again in a quarter of an hour.")
    refuse_flood(subject, VOTES_PER_ADDRESS, words)
    count_try(subject)


def reader_of(by: Actor, reader: str) -> str:
    """Who votes, as a digest that only this desk can make."""
    return short_mac("article vote", f"account {by.account_id}" if by.account_id else f"visitor {reader}")
