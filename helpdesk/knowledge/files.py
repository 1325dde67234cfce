"""Pictures and files of articles: stored by digest, read by the audience of the words that show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from sqlalchemy import func, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.knowledge.articles import lock
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.attachments import MEGABYTE, StoredUpload, config, store
from knowledge_base.markup import references
from knowledge_base.models import Article, ArticleFile, Revision, Translation


@command
def add_files(article: Article, uploads: Sequence[StoredUpload], *, by: Actor) -> list[ArticleFile]:
    """Put stored files to an article; Invalid (field `files`) when they grow too large together."""
    article = lock(article)
    require(by, Action.WRITE_ARTICLE, article)
    present = db.session.scalar(
        select(func.sum(ArticleFile.size)).where(ArticleFile.article_id == article.id, ArticleFile.removed_at.is_(None))
    )
    most = config().max_ticket_mb
    if (present or 0) + sum(each.stored.size for each in uploads) > most * MEGABYTE:
        raise Invalid({"files": [_("The files of one article may be %(most)s MB together.", most=most)]})
    known = {row.digest: row for row in files_of(article)}
    rows = []
    for each in uploads:
        row = known.get(each.stored.digest)
        if row is None:
            row = ArticleFile(
                article_id=article.id, digest=each.stored.digest, filename=each.filename,
                media_type=each.stored.media_type, size=each.stored.size, created_at=now(),
            )  # fmt: skip
            db.session.add(row)
            known[row.digest] = row
        rows.append(row)
    db.session.flush()
    return rows


@command
def remove_file(article: Article, file_id: int, *, by: Actor) -> None:
    """Take a file from an article; its former revisions show a gap there."""
    article = lock(article)
    require(by, Action.WRITE_ARTICLE, article)
    row = next((each for each in files_of(article) if each.id == file_id), None)
    if row is None:
        raise NotFound
    row.removed_at = now()


def files_of(article: Article) -> Sequence[ArticleFile]:
    """The files of an article, in the order in which they came."""
    query = select(ArticleFile).where(ArticleFile.article_id == article.id, ArticleFile.removed_at.is_(None))
    return db.session.scalars(query.order_by(ArticleFile.id)).all()


def get_file(file_id: int, *, for_: Actor) -> ArticleFile:
    """The file, for those who read its article; readers who do not write get what the live words show."""
    query = visible(for_, ArticleFile).where(ArticleFile.id == file_id, ArticleFile.removed_at.is_(None))
    row: ArticleFile | None = db.session.scalar(query)
    if row is None:
        raise NotFound
    if not may(for_, Action.WRITE_ARTICLE):
        live = select(Revision.body).join(Translation, Translation.live_id == Revision.id)
        bodies = db.session.scalars(live.where(Translation.article_id == row.article_id))
        if not any(row.id in references(body).files for body in bodies):
            raise NotFound
    return row


def content_of(row: ArticleFile) -> BinaryIO:
    """The content as a stream; NotFound where the store has lost it."""
    try:
        return store().open(row.digest)
    except FileNotFoundError as error:
        raise NotFound(code="file_missing") from error
