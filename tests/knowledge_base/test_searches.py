"""What is kept of a search: what came of it, and nothing that says who searched."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from knowledge_base.analytics import Figures, failed_queries, gaps, queries, read_analytics
from knowledge_base.search_log import QueryCount, SearchDay, SearchLog, SearchOutcome, SearchSalt, Span
from knowledge_base.searches import (
    MOST_IN_A_SITTING,
    Searched,
    counted,
    forget_salts,
    is_complex,
    keep_opening,
    keep_search,
    keep_ticket,
    recount,
)

pytestmark = pytest.mark.usefixtures("app")


def search(text, *, results=3, visitor="someone", field="articles", language="en", **more):
    return keep_search(Searched("portal", field, text, results, language, visitor=visitor, **more))


def kept(search_id):
    return db.session.get(SearchLog, search_id, populate_existing=True)


def on(day=date(2026, 3, 2), **more):
    return read_analytics(Span.MONTH, day, today=day, **more)


@pytest.mark.parametrize(("typed", "said"), [
    ("  Printer   JAM ", "printer jam"),
    ("mail from jonas.jonaitis@example.com bounces", "mail from ‹name› bounces"),
    ("call +370 612 34 567 back", "call ‹number› back"),
    ("error 0x80070005 on 10.0.19045", "error 0x80070005 on 10.0.19045"),
    ("Nepavyksta prisijungti", "nepavyksta prisijungti"),
    ("error 404", "error 404"),
    ("Įstrigo KASETĖ", "įstrigo kasetė"),
    ("x" * 900, "x" * 200),
    ("\ud800 lone", "lone"),
    ("a\x00b", "a b"),
])  # fmt: skip
def test_a_query_is_kept_without_what_names_people(typed, said):
    assert counted(typed) == said


def test_names_that_the_search_found_are_left_out():
    assert counted("Agnė Žukaitė invoice", ["Agnė Žukaitė"]) == "‹name› invoice"
    assert counted("zukaite invoice", ["Agnė Žukaitė"]) == "‹name› invoice"


@pytest.mark.parametrize(("text", "filters", "complex_"), [
    ("printer", 0, False), ("printer does not print", 0, False), ("printer does not print today", 0, True),
    ("printer", 1, True), ('"paper jam"', 0, True), ("«бумага»", 0, True), ("5\" display", 0, False),
])  # fmt: skip
def test_complex_searches(text, filters, complex_):
    assert is_complex(text, filters) is complex_


def test_a_search_is_counted_by_day_month_and_year():
    search("printer jam")
    search("printer", results=0, visitor="another")
    assert on().total == Figures(searches=2, without_result=1)
    assert on().by_day[date(2026, 3, 2)].searches == 2
    assert on().by_month == {date(2026, 3, 1): Figures(searches=2, without_result=1)}
    assert on().by_year == {date(2026, 1, 1): Figures(searches=2, without_result=1)}
    assert [row.query for row in on().without_result] == ["printer"]
    assert read_analytics(Span.YEAR, date(2026, 7, 1), today=date(2026, 7, 1)).total.searches == 2


def test_without_result_by_field():
    search("printer", results=0)
    search("T-1", results=0, field="tickets", visitor="operator")
    assert {name: figures.without_result for name, figures in on().by_field.items()} == {"articles": 1, "tickets": 1}


def test_what_a_program_asks_all_day_is_no_figure():
    for i in range(MOST_IN_A_SITTING):
        assert search(f"query {i}") is not None
    assert search("one more") is None
    assert search("one more", visitor="another") is not None


def test_an_empty_search_is_none():
    assert search("   ") is None
    assert on().total == Figures()


def test_the_next_search_rewords_the_one_before(at):
    first = search("printer jam", results=0)
    second = search("paper jam")
    assert kept(second).after_id == first
    assert kept(first).outcome is SearchOutcome.REWORDED
    assert on().total == Figures(searches=2, refining=1, without_result=1, reworded=1)


def test_what_follows_a_success_and_shares_no_word_is_a_new_matter():
    keep_opening(search("printer jam"), "article", 7, visitor="someone")
    calendars = search("holiday calendar")
    assert kept(calendars).after_id is None
    keep_opening(calendars, "article", 8, visitor="someone")
    assert kept(search("calendars of holidays")).after_id == calendars  # of the same matter, in other words


def test_later_elsewhere_or_by_another_is_no_rewording(at):
    search("printer jam")
    assert kept(search("paper jam", visitor="another")).after_id is None
    assert kept(search("paper jam", field="tickets")).after_id is None
    with at("2026-03-02 09:16"):
        assert kept(search("jam")).after_id is None


def test_another_page_of_the_same_search_is_the_same_search():
    assert search("printer jam") == search("Printer  jam")
    assert on().total.searches == 1


def test_opening_a_result_answers_the_search():
    found = search("printer jam")
    assert keep_opening(found, "article", 7, visitor="someone")
    assert keep_opening(found, "article", 8, visitor="someone")
    assert (kept(found).outcome, kept(found).opened_id) == (SearchOutcome.ANSWERED, 7)
    assert on().total == Figures(searches=1, answered=1)


def test_the_search_of_somebody_else_is_not_answered():
    found = search("printer jam")
    assert not keep_opening(found, "article", 7, visitor="another")
    assert not keep_opening(found, "article", 7, visitor="")
    assert not keep_opening(found + 1, "article", 7, visitor="someone")
    assert on().total.answered == 0


def test_a_ticket_is_what_came_of_the_last_search_of_a_day(at):
    first = search("printer jam")
    keep_opening(first, "article", 7, visitor="someone")
    last = search("jam after cleaning")
    with at("2026-03-03 08:30"):
        assert keep_ticket(visitor="someone") == 1
        assert keep_ticket(visitor="someone") == 0  # the same search makes no two
    assert kept(last).outcome is SearchOutcome.TICKET
    assert kept(first).outcome is SearchOutcome.ANSWERED
    assert on().total.tickets == 1


def test_a_ticket_after_a_day_comes_of_no_search(at):
    search("printer jam")
    with at("2026-03-03 09:01"):
        assert keep_ticket(visitor="someone") == 0


def test_a_ticket_outweighs_an_opened_article():
    found = search("printer jam")
    keep_opening(found, "article", 7, visitor="someone")
    keep_ticket(visitor="someone")
    assert on().total == Figures(searches=1, tickets=1)


def test_nothing_kept_says_who_searched(at):
    found = search("printer jam", visitor="contact:17")
    with at("2026-03-06 09:00"):
        forget_salts()
        assert db.session.scalars(select(SearchSalt)).all() == []
        assert search("printer jam", visitor="contact:17") != found
    assert "17" not in (kept(found).role, kept(found).query)


def test_counts_equal_a_recount(at):
    for i in range(12):
        found = search(f"printer {i % 3}", results=i % 2, visitor=f"v{i % 4}", language=("en", "lt")[i % 2])
        if i % 3 == 0:
            keep_opening(found, "article", 7, visitor=f"v{i % 4}")
    with at("2026-04-02 10:00"):
        search("printer", visitor="v1")
        keep_ticket(visitor="v1")

    def everything(model):
        names = [each.name for each in model.__table__.columns]
        rows = db.session.scalars(select(model).execution_options(populate_existing=True))
        return sorted(tuple(str(getattr(row, name)) for name in names) for row in rows)

    before = [everything(model) for model in (SearchDay, QueryCount)]
    with transaction():
        assert recount() == 13
    db.session.expire_all()
    assert [everything(model) for model in (SearchDay, QueryCount)] == before


def test_frequent_queries_of_a_month_and_of_a_year(at):
    for visitor in "abc":
        search("printer", visitor=visitor)
    search("mouse")
    with at("2026-04-02 10:00"):
        search("mouse")
    assert [(row.query, row.searches) for row in queries(Span.MONTH, date(2026, 3, 1), QueryCount.searches)] == [
        ("printer", 3), ("mouse", 1)]  # fmt: skip
    assert [(row.query, row.searches) for row in queries(Span.YEAR, date(2026, 1, 1), QueryCount.searches)] == [
        ("printer", 3), ("mouse", 2)]  # fmt: skip


def test_gaps_join_wordings_of_one_matter():
    search("vpn certificates", results=0, visitor="a")
    search("certificate vpn", results=0, visitor="b")
    search("certificate vpn", results=0, visitor="c")
    search("paper jam", visitor="d")
    keep_ticket(visitor="d")
    search("found", visitor="e")
    found = gaps(since=date(2026, 3, 1))
    assert [(gap.query, gap.searches, gap.without_result, gap.tickets) for gap in found] == [
        ("certificate vpn", 3, 3, 0), ("paper jam", 1, 0, 1)]  # fmt: skip
    assert gaps(since=date(2026, 3, 3)) == []
    assert {query for query, *_ in failed_queries(since=date(2026, 3, 1))} == {
        "vpn certificates", "certificate vpn", "paper jam"}  # fmt: skip
