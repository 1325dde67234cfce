"""Writers, reviewers and readers at the same moment: one thing each, and nobody's words lost."""

from __future__ import annotations

from flask import Flask

from helpdesk.core.db import db
from helpdesk.knowledge.articles import get_article, revisions_of, save_words
from helpdesk.knowledge.publishing import publish_article
from helpdesk.knowledge.uses import use_article
from helpdesk.knowledge.votes import vote
from helpdesk.models.knowledge import ArticleUse, UseKind
from helpdesk.policy.actor import NOBODY, SYSTEM
from helpdesk.tickets.queries import get_ticket
from knowledge_base.models import Address, Article
from knowledge_base.writing import EditedMeanwhile, Words, source_of
from tests.aftersales.test_at_once import at_once, desk
from tests.cast import find_cast
from tests.factories import a_ticket
from tests.knowledge.writing import an_article, published

__all__ = ["desk"]


def test_of_many_who_save_at_once_one_is_first_and_the_others_get_both_texts(desk: Flask) -> None:
    with desk.app_context():
        article = an_article(find_cast())
        number, base = article.number, source_of(article).latest_id

    def save(who: int) -> str:
        words = Words("Labels", f"Words of {who}.")
        try:
            save_words(get_article(number, for_=SYSTEM), "en", words, base_id=base, by=find_cast().ona)
        except EditedMeanwhile as met:
            return met.theirs.body
        return "saved"

    told = at_once(desk, 8, save)
    assert told.count("saved") == 1
    with desk.app_context():
        latest = revisions_of(get_article(number, for_=SYSTEM), "en")
        assert len(latest) == 2
        assert set(told) == {"saved", latest[0].body}


def test_one_form_sent_many_times_at_once_makes_one_article(desk: Flask) -> None:
    def begin(_who: int) -> int:
        return an_article(find_cast(), submission="the same").id

    assert len(set(at_once(desk, 8, begin))) == 1
    with desk.app_context():
        assert db.session.scalar(db.select(db.func.count(Article.id))) == 1


def test_articles_of_one_title_published_at_once_have_addresses_of_their_own(desk: Flask) -> None:
    with desk.app_context():
        numbers = [an_article(find_cast(), title="The same").number for _each in range(6)]

    def publish(who: int) -> str:
        publish_article(get_article(numbers[who], for_=SYSTEM), by=find_cast().rasa)
        return numbers[who]

    assert sorted(at_once(desk, 6, publish)) == sorted(numbers)
    with desk.app_context():
        slugs = db.session.scalars(db.select(Address.slug).where(Address.is_current)).all()
        assert len(set(slugs)) == 6


def test_votes_and_uses_at_once_are_all_counted(desk: Flask) -> None:
    with desk.app_context():
        article = published(find_cast())
        number, ticket = article.number, a_ticket(find_cast()).number

    def act(who: int) -> bool:
        found = get_article(number, for_=SYSTEM)
        vote(found, source_of(found), who % 4 != 0, by=NOBODY, reader=f"visitor {who // 2}")
        use_article(get_ticket(ticket, for_=SYSTEM), get_article(number, for_=SYSTEM), UseKind.LINKED, "en",
                    by=find_cast().ona)  # fmt: skip
        return True

    assert all(at_once(desk, 8, act))
    with desk.app_context():
        row = get_article(number, for_=SYSTEM)
        assert (row.useful + row.not_useful, row.reuses) == (4, 1)
        assert db.session.scalar(db.select(db.func.count(ArticleUse.id))) == 1
