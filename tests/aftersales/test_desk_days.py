"""Days are the desk's: half past ten in the evening of UTC is tomorrow in Vilnius."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from helpdesk.aftersales.billing import books_closed_until, close_books
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.knowledge.reviews import confirm_review, default_review
from helpdesk.knowledge.searches import note_search, searches_report
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.base import Slice
from knowledge_base.search_log import SearchLog
from knowledge_base.searches import Span
from tests.cast import Cast
from tests.knowledge.writing import an_article
from tests.page import Client

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]
LATE = "2026-04-30 22:30"  # of UTC; the first of May in Vilnius


def test_the_books_are_closed_until_today_and_no_further(cast: Cast, at: At) -> None:
    with at(LATE, tz="UTC"):
        close_books(date(2026, 5, 1), by=cast.vera)
        assert books_closed_until() == date(2026, 5, 1)
        with pytest.raises(Invalid):
            close_books(date(2026, 5, 2), by=cast.vera)


@pytest.mark.parametrize("path", ["/console/refund-rules/new", "/console/sales/new"])
def test_a_form_suggests_the_day_that_it_is_here(cast: Cast, at: At, browser_of: BrowserOf, path: str) -> None:
    with at(LATE, tz="UTC"):
        page = browser_of("vera").get(path)
    assert 'value="2026-05-01"' in page.html
    assert "2026-04-30" not in page.html


def test_a_review_is_due_on_a_day_to_come(cast: Cast, at: At) -> None:
    with at(LATE, tz="UTC"):
        article = an_article(cast)
        assert default_review() == date(2026, 10, 30)
        with pytest.raises(Invalid):
            confirm_review(article, date(2026, 5, 1), by=cast.vera)


def test_searches_count_by_the_day_that_it_is_here(cast: Cast, at: At) -> None:
    with at(LATE, tz="UTC"):
        note_search("console", "articles", "blank labels", 3, by=cast.ona, language="en")
        db.session.expire_all()
        found = FACT_REPORTS["searches"].run(Slice(), for_=SYSTEM, by=("day",), compare=False)
        month = searches_report(Span.MONTH, date(2026, 5, 1), for_=cast.vera)
    assert [(row.key, row.figures["searches"].value) for row in found.rows] == [(("2026-05-01",), 1)]
    assert month.total.searches == 1
    assert db.session.query(SearchLog).one().day == date(2026, 5, 1)
