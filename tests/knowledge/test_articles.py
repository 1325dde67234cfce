"""The life of an article: written, reviewed, published, translated, replaced, archived."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.knowledge.articles import (
    About,
    about_of,
    describe_article,
    get_article,
    restore_revision,
    revisions_of,
    save_words,
)
from helpdesk.knowledge.publishing import (
    archive_article,
    ask_review,
    bring_back,
    mark_outdated,
    publish_article,
    refuse_review,
)
from helpdesk.knowledge.reading import Elsewhere, Gone, Reading, read, search_articles, suggest
from helpdesk.knowledge.votes import VOTES_PER_ADDRESS, missing_of, vote
from helpdesk.models.access import SignInAttempt
from helpdesk.people.throttling import TooManyTries
from helpdesk.policy.actor import NOBODY, Actor
from knowledge_base.addresses import slug_of
from knowledge_base.markup import MOST_BODY
from knowledge_base.models import ArticleState, AudienceKind
from knowledge_base.states import TRANSITIONS
from knowledge_base.writing import EditedMeanwhile, Words, is_behind, is_pending, source_of, translation_of
from tests.cast import Cast
from tests.knowledge.writing import BODY, TITLE, an_article, facts_of, published, translated

At = Callable[..., AbstractContextManager[None]]


def test_every_state_has_its_ways() -> None:
    assert set(TRANSITIONS) == set(ArticleState)
    assert TRANSITIONS[ArticleState.ARCHIVED] == {ArticleState.DRAFT}


def test_a_draft_goes_through_review_to_its_readers(cast: Cast) -> None:
    article = an_article(cast)
    with pytest.raises(NotFound):
        read("en", "labels-come-out-blank", for_=NOBODY)
    ask_review(article, by=cast.ona)
    with pytest.raises(Forbidden):
        publish_article(article, by=cast.ona)  # her own words, for clients

    publish_article(article, by=cast.tomas)

    shown = read("en", "labels-come-out-blank", for_=NOBODY)
    assert isinstance(shown, Reading)
    assert shown.translation.live.title == TITLE
    assert facts_of(article)[-1] == "ArticleMoved"


def test_a_reviewer_sends_it_back_with_words(cast: Cast) -> None:
    article = an_article(cast, ArticleState.IN_REVIEW)
    with pytest.raises(Invalid) as refused:
        refuse_review(article, " ", by=cast.rasa)
    assert "comment" in refused.value.errors
    refuse_review(article, "Name the alcohol.", by=cast.rasa)
    assert article.state is ArticleState.DRAFT
    assert "ReviewRefused" in facts_of(article)


def test_what_colleagues_read_is_mended_in_place(cast: Cast) -> None:
    article = published(cast, audience=AudienceKind.OPERATORS)
    save_words(article, "en", Words(TITLE, "Shorter."), base_id=source_of(article).latest_id, by=cast.tomas)
    assert not is_pending(article)
    assert source_of(article).live.body == "Shorter.\n"


def test_what_clients_read_waits_for_a_second_pair_of_eyes(cast: Cast) -> None:
    article = published(cast)
    save_words(article, "en", Words(TITLE, "Shorter."), base_id=source_of(article).latest_id, by=cast.tomas)
    assert is_pending(article)
    assert source_of(article).live.body == BODY
    with pytest.raises(Forbidden):
        publish_article(article, by=cast.tomas)
    publish_article(article, by=cast.ona)
    assert source_of(article).live.body == "Shorter.\n"


def test_two_writers_at_once_lose_nothing(cast: Cast) -> None:
    article = an_article(cast)
    base = source_of(article).latest_id
    save_words(article, "en", Words(TITLE, "Hers."), base_id=base, by=cast.ona)
    with pytest.raises(EditedMeanwhile) as met:
        save_words(article, "en", Words(TITLE, "His."), base_id=base, by=cast.tomas)
    assert met.value.theirs.body == "Hers.\n"
    assert [each.body for each in revisions_of(article, "en")] == ["Hers.\n", BODY]


def test_the_same_form_twice_makes_one(cast: Cast) -> None:
    first = an_article(cast, submission="account1:key")
    assert an_article(cast, submission="account1:key").id == first.id
    base = source_of(first).latest_id
    once = save_words(first, "en", Words("Other", "Words"), base_id=base, by=cast.ona)
    assert save_words(first, "en", Words("Other", "Words"), base_id=base, by=cast.ona).id == once.id
    assert len(revisions_of(first, "en")) == 2


def test_former_words_are_restored_as_a_further_revision(cast: Cast) -> None:
    article = an_article(cast)
    save_words(article, "en", Words(TITLE, "Worse."), base_id=source_of(article).latest_id, by=cast.ona)
    restore_revision(article, "en", 1, by=cast.tomas)
    assert [(each.number, each.body) for each in revisions_of(article, "en")] == [
        (3, BODY), (2, "Worse.\n"), (1, BODY),
    ]  # fmt: skip


def test_a_translation_falls_behind_its_source(cast: Cast) -> None:
    article = published(cast)
    translated(article, "lt", "Etiketės tuščios", cast)
    mine = translation_of(article, "lt")
    assert mine is not None
    assert not is_behind(article, mine)
    save_words(article, "en", Words(TITLE, "New."), base_id=source_of(article).latest_id, by=cast.ona)
    assert is_behind(article, mine)
    assert not is_behind(article, mine, live=True)
    publish_article(article, by=cast.rasa)
    shown = read("lt", "etiketes-tuscios", for_=NOBODY)
    assert isinstance(shown, Reading)
    assert shown.is_behind
    assert shown.alternatives == {"en": "labels-come-out-blank", "lt": "etiketes-tuscios"}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (Words(" ", "x"), "title"), (Words("x" * 201, "x"), "title"), (Words("x", "x" * (MOST_BODY + 1)), "body"),
        (Words("x", "x", "x" * 501), "summary"), (Words("x", "x", comment="x" * 501), "comment"),
        (Words("x", "x", of_source_id=99_999), "of_source_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_words_is_named(cast: Cast, words: Words, field: str) -> None:
    article = an_article(cast)
    with pytest.raises(Invalid) as refused:
        save_words(article, "en", words, base_id=source_of(article).latest_id, by=cast.ona)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("about", "field"),
    [
        (About(audience=AudienceKind.LINE), "line"), (About(category_id=9999), "category_id"),
        (About(products=((9999, None),)), "products"), (About(owner_id=99_999), "owner_id"),
        (About(related=("A-99999",)), "related"), (About(replaced_by="x"), "replaced_by"),
    ],
)  # fmt: skip
def test_what_is_wrong_about_it_is_named(cast: Cast, about: About, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        describe_article(an_article(cast), about, by=cast.ona)
    assert list(refused.value.errors) == [field]


def test_a_link_that_leads_nowhere_is_not_published(cast: Cast) -> None:
    article = an_article(cast, body="See [this](A-99999) and ![that](files/99) and [so](javascript:alert(1)).")
    with pytest.raises(Invalid) as refused:
        publish_article(article, by=cast.rasa)
    assert "A-99999, files/99" in refused.value.errors["body"][0]


def test_a_renamed_article_is_found_at_its_former_address(cast: Cast) -> None:
    article = published(cast)
    save_words(article, "en", Words("Blank labels", BODY), base_id=source_of(article).latest_id, by=cast.ona)
    publish_article(article, by=cast.rasa)
    assert read("en", "labels-come-out-blank", for_=NOBODY) == Elsewhere("en", "blank-labels")
    save_words(article, "en", Words(TITLE, BODY), base_id=source_of(article).latest_id, by=cast.ona)
    publish_article(article, by=cast.rasa)
    assert isinstance(read("en", "labels-come-out-blank", for_=NOBODY), Reading)
    assert read("en", "blank-labels", for_=NOBODY) == Elsewhere("en", "labels-come-out-blank")


def test_two_articles_of_one_title_have_two_addresses(cast: Cast) -> None:
    published(cast)
    published(cast)
    assert isinstance(read("en", "labels-come-out-blank-2", for_=NOBODY), Reading)


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Kaip pakeisti slaptažodį?", "kaip-pakeisti-slaptazodi"), ("Ошибка E-104: нет связи", "ошибка-e-104-нет-связи"),
     ("打印机 无法连接", "打印机-无法连接"), ("???", "article"), ("Й й", "й-й")],
)  # fmt: skip
def test_an_address_is_made_of_the_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_what_is_archived_leads_to_what_replaces_it(cast: Cast) -> None:
    first, second, third = (published(cast, title=title) for title in ("One", "Two", "Three"))
    archive_article(first, by=cast.rasa, replaced_by=second)
    assert read("en", "one", for_=NOBODY) == Elsewhere("en", "two")
    archive_article(second, by=cast.rasa, replaced_by=third)
    assert read("en", "one", for_=NOBODY) == Elsewhere("en", "three")
    with pytest.raises(Invalid) as refused:
        archive_article(third, by=cast.rasa, replaced_by=first)
    assert refused.value.code == "circle"
    archive_article(third, by=cast.rasa)
    assert read("en", "one", for_=NOBODY) == Gone("One")
    bring_back(third, by=cast.rasa)
    assert third.state is ArticleState.DRAFT


def test_what_has_no_way_back_says_so(cast: Cast) -> None:
    article = an_article(cast)
    with pytest.raises(Conflict):
        mark_outdated(article, by=cast.rasa)
    archive_article(article, by=cast.rasa)
    with pytest.raises(Conflict):
        publish_article(article, by=cast.rasa)
    with pytest.raises(Conflict):
        save_words(article, "en", Words("x", "x"), base_id=None, by=cast.ona)


def audiences(cast: Cast) -> dict[str, set[str]]:
    """Who finds which of five articles, each for another audience."""
    wanted = {
        "public": {}, "clients": {}, "of the printer": {"products": ((cast.printer.id, None),)}, "operators": {},
        "line one": {"line": 1}, "line three": {"line": 3},
    }  # fmt: skip
    kinds = {"public": "public", "clients": "clients", "of the printer": "clients", "operators": "operators",
             "line one": "line", "line three": "line"}  # fmt: skip
    numbers = {
        published(cast, title=name, audience=AudienceKind(kinds[name]), **about).number: name  # type: ignore[arg-type]
        for name, about in wanted.items()
    }

    def found(actor: Actor) -> set[str]:
        names = set()
        for number, name in numbers.items():
            try:
                get_article(number, for_=actor)
                names.add(name)
            except NotFound:
                pass
        return names

    everybody = {"nobody": NOBODY, **{who: getattr(cast, who) for who in (
        "jonas", "marek", "ona", "giedrius", "rasa", "vera", "petras", "birute")}}  # fmt: skip
    return {who: found(actor) for who, actor in everybody.items()}


def test_each_audience_finds_its_own(cast: Cast) -> None:
    everything = {"public", "clients", "of the printer", "operators", "line one", "line three"}
    assert audiences(cast) == {
        "nobody": {"public"}, "marek": {"public", "clients"}, "jonas": {"public", "clients", "of the printer"},
        "ona": everything - {"line three"}, "rasa": everything - {"line three"}, "giedrius": everything - {"line one"},
        "vera": everything, "petras": everything, "birute": {"public", "clients", "of the printer"},
    }  # fmt: skip


def test_drafts_are_there_for_those_who_write_alone(cast: Cast) -> None:
    number = an_article(cast).number
    assert get_article(number, for_=cast.tomas)
    for actor in (NOBODY, cast.jonas, cast.birute):
        with pytest.raises(NotFound):
            get_article(number, for_=actor)


def test_searches_and_suggestions_keep_to_the_audience(cast: Cast) -> None:
    for name, audience in (("public", AudienceKind.PUBLIC), ("inside", AudienceKind.OPERATORS)):
        published(cast, title=f"Zebra {name}", audience=audience)
    an_article(cast, title="Zebra draft")

    def titles(actor: Actor) -> set[str]:
        return {row.title for row, _snippet in search_articles("zebra", for_=actor, language="en")}

    assert titles(NOBODY) == titles(cast.marek) == {"Zebra public"}
    assert titles(cast.ona) == {"Zebra public", "Zebra inside"}
    assert {row.title for row in suggest("my zebra broke", for_=cast.marek, language="en")} == {"Zebra public"}
    assert search_articles("z", for_=cast.ona, language="en") == []


def test_who_widens_the_audience_of_what_is_published_answers_for_it(cast: Cast) -> None:
    article = published(cast, audience=AudienceKind.OPERATORS)
    with pytest.raises(Invalid) as refused:
        describe_article(article, About(audience=AudienceKind.PUBLIC), by=cast.tomas)
    assert "audience" in refused.value.errors
    describe_article(article, About(audience=AudienceKind.PUBLIC), by=cast.rasa)
    assert article.audience is AudienceKind.PUBLIC


def test_what_is_said_of_an_article_is_kept(cast: Cast) -> None:
    other, article = an_article(cast), an_article(cast)
    told = About(AudienceKind.LINE, 2, None, ((cast.printer.id, None),), cast.ona.account_id, date(2026, 9, 1),
                 (other.number,))  # fmt: skip
    describe_article(article, told, by=cast.vera)
    assert about_of(article) == told
    with pytest.raises(Conflict):
        describe_article(article, told, by=cast.vera, known_at=article.created_at.replace(year=2020))


def test_a_reader_has_one_vote_and_may_change_it(cast: Cast) -> None:
    article = published(cast)
    mine = source_of(article)
    vote(article, mine, False, "Which alcohol?", by=NOBODY, reader="a visitor")
    vote(article, mine, True, by=cast.jonas, reader="")
    assert (article.useful, article.not_useful) == (1, 1)
    assert [row.missing for row in missing_of(article)] == ["Which alcohol?"]
    vote(article, mine, True, by=NOBODY, reader="a visitor")
    vote(article, mine, True, by=NOBODY, reader="a visitor")
    assert (article.useful, article.not_useful) == (2, 0)


def test_a_flood_of_votes_from_one_address_is_stopped(cast: Cast, at: At) -> None:
    article = published(cast)
    mine = source_of(article)
    for number in range(VOTES_PER_ADDRESS):
        vote(article, mine, True, by=NOBODY, reader=f"visitor {number}", address="192.0.2.7")
    with pytest.raises(TooManyTries):
        vote(article, mine, True, by=NOBODY, reader="one more", address="192.0.2.7")

    vote(article, mine, True, by=NOBODY, reader="elsewhere", address="192.0.2.8")
    vote(article, mine, True, by=cast.jonas, reader="", address="192.0.2.7")  # whom we know
    assert article.useful == VOTES_PER_ADDRESS + 2
    assert not any("192.0.2" in subject for subject in db.session.scalars(db.select(SignInAttempt.subject)))
    with at("2026-03-02 09:16"):
        vote(article, mine, True, by=NOBODY, reader="one more", address="192.0.2.7")
