"""Words of articles: revisions follow one another and are never changed; readers get the live one.

Whoever saves says which revision they began from. Where another one came meanwhile nothing is written, and both stay to
be read: nobody's words are lost. The same words sent twice make one revision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import LANGUAGES
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from knowledge_base.markup import MOST_BODY
from knowledge_base.models import Article, Revision, Translation

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_COMMENT = 200, 500, 500


@dataclass(frozen=True)
class Words:
    """What a translation is to say."""

    title: str
    body: str
    summary: str = ""
    comment: str = ""  # what was changed
    of_source_id: int | None = None  # the revision of the source language that it translates


class EditedMeanwhile(Conflict):
    """Somebody else saved other words since the writer began."""

    def __init__(self, theirs: Revision) -> None:
        super().__init__(_("Somebody else has changed this text since you began. Nothing is lost: both stand here."),
                         code="edited_meanwhile")  # fmt: skip
        self.theirs = theirs


def check(words: Words) -> None:
    """Invalid, naming each field that is empty or too long."""
    errors = {}
    if not words.title.strip():
        errors["title"] = [_("Fill in this field.")]
    for name, most in (("title", LONGEST_TITLE), ("summary", LONGEST_SUMMARY), ("body", MOST_BODY),
                       ("comment", LONGEST_COMMENT)):  # fmt: skip
        length = len(getattr(words, name))
        if length > most:
            errors[name] = [_("This is too long: %(length)s characters, and %(most)s may be kept.", length=length,
                              most=most)]  # fmt: skip
    if errors:
        raise Invalid(errors)


def write(article: Article, language: str, words: Words, *, author_id: int | None, base_id: int | None) -> Revision:
    """A further revision of the article in this language; EditedMeanwhile where the writer did not know the latest."""
    check(words)
    if language not in LANGUAGES:
        raise Invalid({"language": [_("Choose one of the list.")]})
    translation = translation_of(article, language)
    if translation is None:
        translation = Translation(article=article, language=language)
        db.session.add(translation)
    latest = translation.latest
    title, summary, body = words.title.strip(), words.summary.strip(), words.body.replace("\r\n", "\n").rstrip() + "\n"
    is_same = latest is not None and (latest.title, latest.summary, latest.body) == (title, summary, body)
    if latest is not None and is_same and latest.of_source_id == words.of_source_id:
        return latest  # sent twice
    if latest is not None and latest.id != base_id and not is_same:
        raise EditedMeanwhile(latest)
    number = db.session.scalar(
        select(func.max(Revision.number)).where(Revision.article_id == article.id, Revision.language == language)
    )
    revision = Revision(
        article_id=article.id, language=language, number=(number or 0) + 1, title=title, summary=summary, body=body,
        of_source_id=words.of_source_id, author_id=author_id, comment=words.comment.strip(), created_at=now(),
    )  # fmt: skip
    db.session.add(revision)
    db.session.flush()
    translation.latest = revision
    article.updated_at = revision.created_at
    db.session.flush()  # whoever asks next asks for its id
    return revision


def translation_of(article: Article, language: str) -> Translation | None:
    return next((each for each in article.translations if each.language == language), None)


def source_of(article: Article) -> Translation:
    """The translation from which the others are made."""
    found = translation_of(article, article.source_language)
    assert found is not None  # an article begins with it
    return found


def is_behind(article: Article, translation: Translation, *, live: bool = False) -> bool:
    """Whether the source says something else than when this translation was made."""
    if translation.language == article.source_language:
        return False
    source = source_of(article)
    mine, theirs = (translation.live, source.live_id) if live else (translation.latest, source.latest_id)
    return mine is not None and theirs is not None and mine.of_source_id != theirs


def is_pending(article: Article) -> bool:
    """Whether words wait that readers do not get yet."""
    return any(each.latest_id != each.live_id for each in article.translations)


def best_of(article: Article, languages: Iterable[str], *, live: bool = True) -> Translation | None:
    """The translation that a reader of these languages gets, the first that there is; else the source, else any."""
    there = {each.language: each for each in article.translations if not live or each.live_id is not None}
    for language in (*languages, article.source_language, "en"):
        if language in there:
            return there[language]
    return next(iter(there.values()), None)
