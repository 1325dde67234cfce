"""Articles as they are stored: what is the same in all languages, translations and revisions, what readers said.

People, products and tickets are known here by id alone.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.core.db import Base, Word, append_only

NUMBER_PREFIX = "A-"


class ArticleState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    OUTDATED = "outdated"  # still readable, with a mark
    ARCHIVED = "archived"


class ArticleKind(StrEnum):
    """Which template it was begun from."""

    KNOWN_ERROR = "known_error"
    HOW_TO = "how_to"
    FAQ = "faq"


class AudienceKind(StrEnum):
    """Who may read it."""

    PUBLIC = "public"
    CLIENTS = "clients"  # who have one of its products; of all products where it names none
    OPERATORS = "operators"
    LINE = "line"  # one support line


READABLE_STATES = frozenset({ArticleState.PUBLISHED, ArticleState.OUTDATED})


class ArticleCategory(Base):
    """A shelf of the knowledge base; shelves may stand on shelves."""

    __tablename__ = "article_category"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("article_category.id"), index=True)
    names: Mapped[dict[str, str]] = mapped_column(default=dict)  # by language
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class Article(Base):
    """What is known about one matter, in one or more languages. Its number for people is its id behind a prefix."""

    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ArticleKind] = mapped_column(Word(ArticleKind))
    state: Mapped[ArticleState] = mapped_column(Word(ArticleState), default=ArticleState.DRAFT)
    audience: Mapped[AudienceKind] = mapped_column(Word(AudienceKind))
    line: Mapped[int | None]  # of the audience "line"
    source_language: Mapped[str]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("article_category.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    review_on: Mapped[date | None]
    reminded_on: Mapped[date | None]  # that it is to be reviewed
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))  # where its addresses lead
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]  # for the first time
    useful: Mapped[int] = mapped_column(default=0)  # votes
    not_useful: Mapped[int] = mapped_column(default=0)
    reuses: Mapped[int] = mapped_column(default=0)  # tickets that it was given for
    submission: Mapped[str | None] = mapped_column(unique=True)

    translations: Mapped[list[Translation]] = relationship(order_by="Translation.language", back_populates="article")
    products: Mapped[list[ArticleProduct]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("(audience = 'line') = (line IS NOT NULL)", name="line"),
        CheckConstraint("replaced_by_id <> id", name="replaced_by"),
        Index("ix_article_state", "state", "id"),  # the lists
        Index("ix_article_review_on", "review_on", sqlite_where=text("review_on IS NOT NULL"),
              postgresql_where=text("review_on IS NOT NULL")),
    )  # fmt: skip

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"

    @property
    def is_readable(self) -> bool:
        return self.state in READABLE_STATES


class ArticleProduct(Base):
    """A product that an article is about, perhaps one version of it only."""

    __tablename__ = "article_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("version.id"))

    __table_args__ = (UniqueConstraint("article_id", "product_id", "version_id"),)


class Translation(Base):
    """An article in one language: what readers get, and what is being written."""

    __tablename__ = "article_translation"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    language: Mapped[str]
    live_id: Mapped[int | None] = mapped_column(ForeignKey("article_revision.id"))  # what readers get
    latest_id: Mapped[int | None] = mapped_column(ForeignKey("article_revision.id"))

    article: Mapped[Article] = relationship(back_populates="translations")
    live: Mapped[Revision | None] = relationship(foreign_keys=[live_id])
    latest: Mapped[Revision | None] = relationship(foreign_keys=[latest_id])

    __table_args__ = (UniqueConstraint("article_id", "language"), Index("ix_article_translation_live", "live_id"))


class Revision(Base):
    """One state of the words of a translation. Never changed: a restored one is a new one with the old words."""

    __tablename__ = "article_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    language: Mapped[str]
    number: Mapped[int]  # 1, 2, 3 … of its language
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    body: Mapped[str]  # Markdown
    of_source_id: Mapped[int | None] = mapped_column(ForeignKey("article_revision.id"))  # which one it translates
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    comment: Mapped[str] = mapped_column(default="")  # what was changed
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("article_id", "language", "number"),)


append_only(Revision)


class Address(Base):
    """The part of a URL that names an article in one language; former ones lead on to the current one."""

    __tablename__ = "article_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str]
    slug: Mapped[str]
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    is_current: Mapped[bool]

    __table_args__ = (
        UniqueConstraint("language", "slug"),
        Index("uq_article_address_current", "article_id", "language", unique=True,
              sqlite_where=text("is_current = 1"), postgresql_where=text("is_current")),
    )  # fmt: skip


class RelatedArticle(Base):
    """An article that a reader of this one may want next, as the authors chose it."""

    __tablename__ = "related_article"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (CheckConstraint("article_id <> other_id", name="two_articles"),)


class ArticleFile(Base):
    """A picture or a file of an article; its content lies in the file store under its digest."""

    __tablename__ = "article_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    digest: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Vote(Base):
    """Whether a reader found an article useful, and what was missing. Who it was is kept as a digest only."""

    __tablename__ = "article_vote"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("article_revision.id"))
    reader: Mapped[str]  # a digest: the same reader changes their vote
    role: Mapped[str]
    is_useful: Mapped[bool]
    missing: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    handled_at: Mapped[datetime | None]  # the author read what was missing

    __table_args__ = (UniqueConstraint("article_id", "reader"),)


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ArticleTask(Base):
    """An article to be written: from a search without a result, a ticket, a problem, or what a reader missed."""

    __tablename__ = "article_task"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    query: Mapped[str | None]  # the search it came from
    language: Mapped[str]
    state: Mapped[TaskState] = mapped_column(Word(TaskState), default=TaskState.OPEN)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_article_task_query", "language", "query", unique=True,
              sqlite_where=text("state = 'open' AND query IS NOT NULL"),
              postgresql_where=text("state = 'open' AND query IS NOT NULL")),
    )  # fmt: skip
