"""The shelves of the knowledge base as pages, robots.txt, and what an article would have answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.jobs.worker import run_all
from helpdesk.knowledge.categories import NewCategory, add_category, all_categories, change_category
from helpdesk.knowledge.searches import note_search
from knowledge_base.models import ArticleCategory
from knowledge_base.search_log import SearchLog, SearchOutcome
from tests.cast import Cast
from tests.knowledge.writing import published
from tests.page import Client

BrowserOf = Callable[[str], Client]
HERE = "/console/article-categories"


def test_a_shelf_is_put_up_renamed_and_taken_out_of_use(cast: Cast, browser_of: BrowserOf) -> None:
    rasa = browser_of("rasa")
    page = rasa.get(HERE)
    assert "No categories yet" in page.text
    page = rasa.submit(page.form(HERE), name_en="Printers", name_zh_Hans="打印机", position="2")
    row = db.session.scalars(select(ArticleCategory)).one()
    assert row.names == {"en": "Printers", "zh-Hans": "打印机"}
    db.session.commit()
    published(cast, category_id=row.id)
    assert "1 article" in rasa.get(HERE).text
    assert "Printers" in browser_of("jonas").get("/kb").text
    rasa.submit(rasa.get(HERE).form(f"{HERE}/{row.id}"), name_en="Label printers", is_active=None)
    db.session.refresh(row)
    assert (row.names["en"], row.is_active) == ("Label printers", False)
    assert "printers" not in browser_of("jonas").get("/kb").text.lower()


def test_a_refused_shelf_keeps_its_words(browser_of: BrowserOf, cast: Cast) -> None:
    rasa = browser_of("rasa")
    page = rasa.submit(rasa.get(HERE).form(HERE), name_en=" ", name_lt="x" * 81, position="7")
    assert (page.status, page.form(HERE).fields["position"]) == (422, "7")
    assert "80 characters" in page.text


def test_a_shelf_stands_on_no_shelf_that_stands_on_it(cast: Cast) -> None:
    below = add_category(NewCategory({"en": "Below"}), by=cast.vera)
    above = add_category(NewCategory({"en": "Above"}, parent_id=below.id), by=cast.vera)
    for parent in (above.id, below.id, 10**12):
        with pytest.raises(Invalid) as refusal:
            change_category(below.id, NewCategory({"en": "Below"}, parent_id=parent), by=cast.vera)
        assert list(refusal.value.errors) == ["parent_id"]
    assert add_category(NewCategory({"en": "Below"}), by=cast.vera).id == below.id  # a second click


def test_only_those_who_lead_keep_shelves(cast: Cast, browser_of: BrowserOf) -> None:
    row = add_category(NewCategory({"en": "Printers"}), by=cast.petras)
    for actor in (cast.ona, cast.jonas, cast.marek, cast.birute):
        with pytest.raises(Forbidden):
            add_category(NewCategory({"en": "Mine"}), by=actor)
        with pytest.raises(NotFound):
            change_category(row.id, NewCategory({"en": "Mine"}), by=actor)
        with pytest.raises(Forbidden):
            all_categories(for_=actor)
    assert browser_of("marek").client.get(HERE).status_code == 404
    assert browser_of("ona").client.get(HERE).status_code == 404


def test_robots_read_public_articles_only(browser_of: BrowserOf, cast: Cast) -> None:
    told = browser_of("jonas").client.get("/robots.txt").get_data(as_text=True)
    assert "Disallow: /\nAllow: /kb\n" in told
    assert "/kb/sitemap.xml" in told


def test_an_articles_page_says_which_searches_it_answers(cast: Cast, browser_of: BrowserOf) -> None:
    for who in (cast.jonas, cast.egle):
        note_search("portal", "articles", "blank labels", 0, by=who, language="en")
    article = published(cast)
    run_all()
    text = browser_of("ona").get(f"/console/articles/{article.number}").text
    assert "2 of 2 searches" in text and "blank labels" in text


def test_numbers_of_articles_and_wishes_lead_to_them(cast: Cast, browser_of: BrowserOf) -> None:
    article = published(cast)
    answer = browser_of("ona").client.get(f"/console/search?q={article.number}")
    assert answer.status_code == 302 and answer.location.endswith(f"/console/articles/{article.number}")


def test_a_search_in_the_portal_is_kept_and_answered(cast: Cast, browser_of: BrowserOf) -> None:
    article = published(cast)
    jonas = browser_of("jonas")
    page = jonas.get("/kb/search?q=blank+labels")
    link = next(url for text, url in page.links.items() if "blank" in text.lower())
    jonas.get(link)
    row = db.session.scalars(select(SearchLog)).one()
    assert (row.query, row.results) == ("blank labels", 1)
    assert (row.outcome, row.opened_id) == (SearchOutcome.ANSWERED, article.id)
    too_long = jonas.get("/kb/search?q=" + "x" * 1_500, status=422)
    assert "characters long at most" in too_long.text
