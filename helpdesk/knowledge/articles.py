"""Articles as they are written: begun once, saved as revisions, described, restored.

1. What is for colleagues alone reaches them as it is saved once it is published: whoever reads it mends it in place.
2. What clients read waits for a second pair of eyes: `publishing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import ArticleDescribed, ArticleMoved, ArticleSaved
from helpdesk.models.access import Account
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may, require
from helpdesk.policy.scopes import visible
from knowledge_base.addresses import give_address, replace_by
from knowledge_base.models import (
    NUMBER_PREFIX,
    Article,
    ArticleCategory,
    ArticleKind,
    ArticleProduct,
    ArticleState,
    AudienceKind,
    RelatedArticle,
    Revision,
    Translation,
)
from knowledge_base.writing import Words, translation_of, write

COLLEAGUES = frozenset({AudienceKind.OPERATORS, AudienceKind.LINE})
LINES = (1, 2, 3)
MOST_RELATED = 20
WITH_WORDS = (
    selectinload(Article.translations).joinedload(Translation.live),
    selectinload(Article.translations).joinedload(Translation.latest),
    selectinload(Article.products),
)


@dataclass(frozen=True)
class About:
    """What is the same in all languages."""

    audience: AudienceKind = AudienceKind.OPERATORS
    line: int | None = None
    category_id: int | None = None
    products: tuple[tuple[int, int | None], ...] = ()  # (product, version)
    owner_id: int | None = None
    review_on: date | None = None
    related: tuple[str, ...] = ()  # numbers
    replaced_by: str = ""  # a number


@dataclass(frozen=True)
class NewArticle:
    """An article that is begun."""

    kind: ArticleKind
    language: str
    words: Words
    about: About = About()
    submission: str | None = None


@command
def begin_article(new: NewArticle, *, by: Actor) -> Article:
    """Begin an article as a draft; the same form sent twice makes one."""
    require(by, Action.WRITE_ARTICLE)
    if (known := _sent_before(new)) is not None:
        return known
    if new.language not in LANGUAGES:
        raise Invalid({"language": [_("Choose one of the list.")]})
    at = now()
    article = Article(
        kind=new.kind, state=ArticleState.DRAFT, audience=AudienceKind.OPERATORS, source_language=new.language,
        owner_id=by.account_id or None, created_at=at, updated_at=at, submission=new.submission, translations=[],
        products=[], useful=0, not_useful=0, reuses=0,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(article)
    except IntegrityError:  # the other click was quicker
        known = _sent_before(new)
        if known is None:
            raise
        return known
    _describe(article, replace(new.about, owner_id=new.about.owner_id or article.owner_id), by)
    revision = write(article, new.language, new.words, author_id=by.account_id or None, base_id=None)
    record(ArticleSaved(article.id, new.language, revision.id), by=by)
    return article


@command
def save_words(article: Article, language: str, words: Words, *, base_id: int | None, by: Actor) -> Revision:
    """Keep what was written in one language; readers get it once it is published, colleagues at once where it is.

    `base_id` is the revision from which the writer began. EditedMeanwhile (with theirs) where another came since.
    """
    article = _begin(article, Action.WRITE_ARTICLE, by)
    if article.state is ArticleState.ARCHIVED:
        raise Conflict(_("An archived article is not written any more. Bring it back first."), code="archived")
    known = translation_of(article, language)
    before = known.latest_id if known else None
    if words.of_source_id is not None:
        _check_source(article, words.of_source_id)
    revision = write(article, language, words, author_id=by.account_id or None, base_id=base_id)
    if revision.id == before:
        return revision  # sent twice
    record(ArticleSaved(article.id, language, revision.id), by=by)
    if article.is_readable and article.audience in COLLEAGUES:
        let_out(article)
        record(ArticleMoved(article.id, article.state.value, article.state.value), by=by)
    return revision


@command
def restore_revision(article: Article, language: str, number: int, *, by: Actor) -> Revision:
    """Write former words once more, as a further revision."""
    former = get_revision(article, language, number)
    latest = translation_of(article, language)
    comment = _("Restored from revision %(number)s", number=number)
    words = Words(former.title, former.body, former.summary, comment, former.of_source_id)
    return save_words(article, language, words, base_id=latest.latest_id if latest else None, by=by)


@command
def describe_article(article: Article, about: About, *, by: Actor, known_at: datetime | None = None) -> None:
    """Say for whom it is, on which shelf it stands, of which products it tells, who answers for it.

    `known_at` is when it had last been changed as far as the caller knows; Conflict where it was changed since.
    """
    article = _begin(article, Action.WRITE_ARTICLE, by)
    if known_at is not None and known_at != article.updated_at:
        raise Conflict(_("Somebody else has changed this article since you began. Look at both and save again."),
                       code="edited_meanwhile")  # fmt: skip
    is_widened = article.is_readable and about.audience is not article.audience and about.audience not in COLLEAGUES
    _describe(article, about, by)
    if is_widened and not may(by, Action.RETIRE_ARTICLE, article):
        raise Invalid({"audience": [_("It is published: its owner or a line lead lets others read it.")]})
    article.updated_at = now()


def get_article(number: str, *, for_: Actor) -> Article:
    """The article with this number, if the actor sees it; locked where this transaction may change it."""
    query = visible(for_, Article).where(Article.id == parse_number(number)).options(*WITH_WORDS)
    article: Article | None = db.session.scalar(locked_when_writing(query, of=Article))
    if article is None:
        raise NotFound
    return article


def get_revision(article: Article, language: str, number: int) -> Revision:
    """A revision of an article that the reader is known to see; NotFound where there is none."""
    query = select(Revision).where(
        Revision.article_id == article.id, Revision.language == language, Revision.number == number
    )
    found: Revision | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def revisions_of(article: Article, language: str) -> Sequence[Revision]:
    """All revisions in a language, the latest first."""
    query = select(Revision).where(Revision.article_id == article.id, Revision.language == language)
    return db.session.scalars(query.order_by(Revision.number.desc())).all()


def authors_of(revisions: Iterable[Revision]) -> dict[int, str]:
    """The names of those who wrote, by account."""
    wanted = {each.author_id for each in revisions if each.author_id}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted))) if wanted else ()
    return {row[0]: row[1] for row in rows}


def related_to(article: Article, *, for_: Actor) -> list[Article]:
    """The articles that the authors chose to follow this one, as far as the reader sees them."""
    query = (
        visible(for_, Article).join(RelatedArticle, RelatedArticle.other_id == Article.id)
        .where(RelatedArticle.article_id == article.id).order_by(RelatedArticle.position).options(*WITH_WORDS)
    )  # fmt: skip
    return list(db.session.scalars(query))


def about_of(article: Article) -> About:
    """What is known of it now, as it would be said anew."""
    related = db.session.scalars(
        select(RelatedArticle.other_id).where(RelatedArticle.article_id == article.id).order_by(RelatedArticle.position)
    )
    return About(
        article.audience, article.line, article.category_id,
        tuple((each.product_id, each.version_id) for each in article.products), article.owner_id, article.review_on,
        tuple(f"{NUMBER_PREFIX}{other}" for other in related),
        f"{NUMBER_PREFIX}{article.replaced_by_id}" if article.replaced_by_id else "",
    )  # fmt: skip


def parse_number(number: str) -> int:
    """The id behind a number as people write it (`A-12`, `a12`, `12`); NotFound for anything else."""
    digits = number.strip().upper().removeprefix(NUMBER_PREFIX).removeprefix("A")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise NotFound
    return int(digits)


def lock(article: Article) -> Article:
    """The article as it is now, locked until the end of the transaction."""
    query = select(Article).where(Article.id == article.id).options(*WITH_WORDS)
    found: Article = db.session.scalars(locked_when_writing(query, of=Article)).one()
    return found


def let_out(article: Article) -> None:
    """Give readers the latest words, at addresses that fit their titles."""
    for translation in article.translations:
        latest = translation.latest
        if latest is not None and translation.live_id != latest.id:
            translation.live = latest
            give_address(article, translation.language, latest.title)
    article.published_at = article.published_at or now()
    db.session.flush()


def _sent_before(new: NewArticle) -> Article | None:
    """What the same form has made already."""
    if not new.submission:
        return None
    found: Article | None = db.session.scalar(select(Article).where(Article.submission == new.submission))
    return found


def _begin(article: Article, action: Action, by: Actor) -> Article:
    article = lock(article)
    require(by, action, article)
    return article


def _check_source(article: Article, revision_id: int) -> None:
    found = db.session.get(Revision, revision_id)
    if found is None or (found.article_id, found.language) != (article.id, article.source_language):
        raise Invalid({"of_source_id": [_("This is no revision of the original.")]})


def _describe(article: Article, about: About, by: Actor) -> None:
    _check(about, by)
    before = _plain(about_of(article))
    others = [_other(number, "related", by) for number in about.related]
    replacement = _other(about.replaced_by, "replaced_by", by) if about.replaced_by.strip() else None
    replace_by(article, replacement)
    article.audience, article.category_id = about.audience, about.category_id
    article.line = about.line if about.audience is AudienceKind.LINE else None
    article.owner_id = about.owner_id
    if about.review_on != article.review_on:
        article.review_on, article.reminded_on = about.review_on, None
    wanted = dict.fromkeys(about.products)
    article.products = [each for each in article.products if (each.product_id, each.version_id) in wanted] + [
        ArticleProduct(article_id=article.id, product_id=product, version_id=version) for product, version in wanted
        if (product, version) not in {(each.product_id, each.version_id) for each in article.products}
    ]  # fmt: skip
    db.session.query(RelatedArticle).filter_by(article_id=article.id).delete()
    chosen = [other for other in dict.fromkeys(each.id for each in others) if other != article.id]
    db.session.add_all(
        RelatedArticle(article_id=article.id, other_id=other, position=n) for n, other in enumerate(chosen)
    )
    db.session.flush()
    after = _plain(about_of(article))
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        record(ArticleDescribed(article.id, changes), by=by)


def _check(about: About, by: Actor) -> None:
    errors = {}
    if about.audience is AudienceKind.LINE and about.line not in LINES:
        errors["line"] = [_("Say which line.")]
    if about.category_id is not None and db.session.get(ArticleCategory, about.category_id) is None:
        errors["category_id"] = [_("Choose one of the list.")]
    versions = directory.versions()
    for product, version in about.products:
        if product not in directory.products() or (
            version is not None and (version not in versions or versions[version].product_id != product)
        ):
            errors["products"] = [_("Choose one of the list.")]
    owner = db.session.get(Account, about.owner_id) if about.owner_id else None
    if about.owner_id and (owner is None or owner.contact_id is not None):
        errors["owner_id"] = [_("Choose one of the list.")]
    if len(about.related) > MOST_RELATED:
        errors["related"] = [_("At most %(most)s articles can be named.", most=MOST_RELATED)]
    if errors:
        raise Invalid(errors)


def _other(number: str, field: str, by: Actor) -> Article:
    """The article that a form names by its number; Invalid where there is none for whoever names it."""
    try:
        found: Article | None = db.session.scalar(visible(by, Article).where(Article.id == parse_number(number)))
    except NotFound:
        found = None
    if found is None:
        raise Invalid({field: [_("There is no article %(number)s.", number=number.strip())]})
    return found


def _plain(about: About) -> Mapping[str, Any]:
    return {
        "audience": about.audience.value, "line": about.line, "category": about.category_id,
        "products": [list(pair) for pair in about.products], "owner": about.owner_id,
        "review_on": about.review_on.isoformat() if about.review_on else None, "related": list(about.related),
        "replaced_by": about.replaced_by,
    }  # fmt: skip
