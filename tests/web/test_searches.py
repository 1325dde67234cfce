"""Search analytics as pages: the figures, how searches went on, article tasks; and what strangers get."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.jobs.worker import run_all
from helpdesk.knowledge.searches import (
    article_gaps,
    how_it_went_on,
    note_search,
    plan_article,
    searches_report,
    visitor_of,
)
from helpdesk.models.access import Role
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import NOBODY
from helpdesk.tickets.intake import NewTicket, open_ticket
from knowledge_base.models import ArticleTask
from knowledge_base.search_log import SearchLog, SearchOutcome, Span
from knowledge_base.searches import Searched, keep_opening, keep_search, keep_ticket
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
HERE = "/manager/searches"


@pytest.fixture
def searched(cast: Cast) -> None:
    def search(text: str, results: int, visitor: str, field: str = "articles") -> int:
        kept = keep_search(Searched("portal", field, text, results, "lt", role=Role.CONTACT, visitor=visitor))
        assert kept is not None
        return kept

    search("kasetė įstrigo", 0, "a")
    keep_opening(search("įstrigo kasetė spausdintuve", 4, "a"), "article", 7, visitor="a")
    search("<script>alert(1)</script>", 0, "b")
    keep_ticket(visitor="b")
    search("T-900", 0, "c", field="tickets")


@pytest.mark.usefixtures("searched")
def test_the_page_says_all_figures(browser_of: BrowserOf) -> None:
    page = browser_of("vera").get(HERE)
    for words in ("All searches", "Refining", "Complex", "Answered", "Without a result", "kasetė įstrigo", "t-900"):
        assert words in page.text
    assert "alert(1)" in page.text and "<script>alert" not in page.html
    assert browser_of("vera").get(f"{HERE}?span=year&field=tickets").text.count("t-900") == 2


@pytest.mark.usefixtures("searched")
def test_a_query_without_result_becomes_an_article_task_once(browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    form = next(each for each in vera.get(HERE).forms if each.fields.get("query") == "kasetė įstrigo")
    assert "is on the list" in vera.submit(form).text
    vera.submit(form)
    [task] = db.session.scalars(select(ArticleTask)).all()
    assert (task.title, task.language) == ("kasetė įstrigo", "lt")
    assert "is planned" in vera.get(HERE).text


def test_a_task_of_nothing_says_what_is_wrong(cast: Cast) -> None:
    with pytest.raises(Invalid) as error:
        plan_article("  ", "xx", by=cast.vera)
    assert set(error.value.errors) == {"query", "language"}


@pytest.mark.usefixtures("searched")
def test_how_a_search_went_on(browser_of: BrowserOf) -> None:
    page = browser_of("vera").get(f"{HERE}/sittings?query=kasetė+įstrigo")
    assert page.text.index("kasetė įstrigo") < page.text.index("įstrigo kasetė spausdintuve")
    assert "reworded" in page.text and "opened a result (A-7)" in page.text
    assert "wrote a ticket" in browser_of("vera").get(f"{HERE}/sittings").text


@pytest.mark.usefixtures("cast")
def test_nothing_was_searched_yet(browser_of: BrowserOf) -> None:
    assert "No searches in this period" in browser_of("vera").get(HERE).text
    assert "No searches yet" in browser_of("vera").get(f"{HERE}/sittings").text


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("asked", [
    "on=2026-02-30", "on=9999-12-31", "on=0001-01-01", "span=week", "field=%27--", "language=xx", "on=" + "9" * 500,
])  # fmt: skip
def test_odd_addresses_are_answered(browser_of: BrowserOf, asked: str) -> None:
    assert browser_of("vera").get(f"{HERE}?{asked}").status == 200


@pytest.mark.usefixtures("searched")
def test_the_table_has_the_queries(browser_of: BrowserOf) -> None:
    table = browser_of("vera").client.get(f"{HERE}.csv").get_data(as_text=True)
    assert "įstrigo kasetė spausdintuve" in table and table.startswith("query,field")


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize("who", ["marek", "jonas", "lena", "ona", "giedrius", "birute"])
@pytest.mark.parametrize("path", [HERE, f"{HERE}.csv", f"{HERE}/sittings"])
def test_strangers_find_nothing(browser_of: BrowserOf, who: str, path: str) -> None:
    assert browser_of(who).client.get(path).status_code == 404


def test_the_activities_know_who_may(cast: Cast) -> None:
    today = date(2026, 3, 2)
    for stranger in (cast.marek, cast.ona):
        with pytest.raises(Forbidden):
            searches_report(Span.MONTH, today, for_=stranger)
        with pytest.raises(Forbidden):
            how_it_went_on(for_=stranger)
    for stranger in (cast.marek, cast.jonas, cast.birute):
        with pytest.raises(Forbidden):
            article_gaps(for_=stranger)
        with pytest.raises(Forbidden):
            plan_article("x", "lt", by=stranger)


@pytest.mark.usefixtures("searched")
def test_the_page_asks_a_fixed_number_of_queries(browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    for i in range(30):
        keep_search(Searched("portal", "articles", f"query {i}", i % 2, "lt", visitor=f"v{i}"))
    vera.get(HERE)
    with queries(22, HERE):
        vera.get(HERE)
    with queries(12, "sittings"):
        vera.get(f"{HERE}/sittings")


def test_a_clients_ticket_is_what_came_of_their_search(cast: Cast) -> None:
    found = note_search("portal", "articles", "blank labels", 2, by=cast.jonas, language="en")
    other = note_search("portal", "articles", "blank labels", 2, by=cast.egle, language="en")
    a_ticket(cast)
    run_all()
    db.session.expire_all()
    outcomes = [db.session.get_one(SearchLog, each).outcome for each in (found, other)]
    assert outcomes == [SearchOutcome.TICKET, SearchOutcome.LEFT]


def test_a_call_that_an_operator_writes_down_is_nobodys_search(cast: Cast) -> None:
    found = note_search("console", "tickets", "blank labels", 2, by=cast.ona, language="en")
    new = NewTicket("Labels", "Blank.", requester_id=cast.jonas.contact_id)
    open_ticket(new, by=cast.ona, channel=Channel.PHONE)
    run_all()
    db.session.expire_all()
    assert db.session.get_one(SearchLog, found).outcome is SearchOutcome.LEFT


def test_visitors_are_told_apart_without_being_named(cast: Cast) -> None:
    assert visitor_of(cast.jonas) != visitor_of(cast.lena)
    assert visitor_of(NOBODY) == ""
    assert visitor_of(NOBODY, address="192.0.2.1", browser="x") != visitor_of(NOBODY, address="192.0.2.2", browser="x")
