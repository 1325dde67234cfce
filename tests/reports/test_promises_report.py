"""Promise-keeping: what counts as kept, for whom, and how sure the share is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.reports.base import Slice, wilson
from helpdesk.reports.promises import Kept, run_promises
from helpdesk.tickets.promises import hand_promise, keep_promise, move_promise, sweep_promises, withdraw_promise
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.tickets.test_promises import a_promise, moment
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]


@pytest.fixture
def week(cast: Cast, at: At) -> None:
    a_week(cast, at)


def a_week(cast: Cast, at: At) -> None:
    """Seven promises of Ona for Tuesday, each with another fate; one of them kept by Tomas, of the second line."""
    made = [a_promise(cast, what=f"Call {number}") for number in range(6)]
    a_promise(cast, "2026-03-06 10:00", "2026-03-06 10:00", what="Friday")
    second = a_promise(cast, ticket=a_ticket(cast, line=2), what="Visit", by=cast.tomas)
    with at("2026-03-03 09:00"):
        move_promise(made[0], moment("2026-03-05 10:00"), moment("2026-03-05 10:00"), "Why", by=cast.ona)
        withdraw_promise(made[1], "Why", by=cast.ona)
        hand_promise(made[2], cast.tomas.operator_id, "Why", by=cast.ona)
    with at("2026-03-03 11:00"):
        keep_promise(made[2], by=cast.tomas)
        keep_promise(made[3], by=cast.ona)
        keep_promise(second, by=cast.tomas)
    with at("2026-03-03 13:00"):
        keep_promise(made[4], by=cast.ona)
    with at("2026-03-04 13:00"):
        sweep_promises()


def test_each_fate_is_counted_where_it_belongs(cast: Cast, at: At, week: None) -> None:
    with at("2026-03-05 11:00"):
        figures = run_promises(Slice(), for_=cast.vera)

    assert figures.total == Kept(kept=3, late=1, moved=1, broken=1, withdrawn=1, overdue=1, planned=1)
    assert (figures.total.made, figures.total.decided, figures.total.percent) == (9, 6, None)
    by = {dimension: {row.name: row.kept for row in rows} for dimension, rows in figures.by.items()}
    assert by["operator"]["Tomas"] == Kept(kept=2)
    assert (by["line"]["1"].kept, by["line"]["2"]) == (2, Kept(kept=1))
    assert by["organisation"] == {"Klinika": figures.total}


def test_a_slice_narrows_by_what_was_promised_and_by_its_ticket(cast: Cast, week: None) -> None:
    def total(*where: tuple[str, str], **period: Any) -> int:
        return run_promises(Slice(where=where, **period), for_=cast.vera).total.made

    assert total(("operator", "Tomas")) == total(("operator", "tomas@desk.example")) == 2
    assert (total(("line", "2")), total(("line", "1"), ("operator", "Tomas"))) == (1, 1)
    assert (total(("organisation", "Strangers")), total(("team", "Field service"))) == (0, 1)
    assert total(since=moment("2026-03-03 12:00"), until=moment("2026-03-05 10:00")) == 7  # the ends of windows
    for wrong in (("operator", "Nobody"), ("line", "9"), ("colour", "red")):
        with pytest.raises(Invalid):
            total(wrong)


def test_the_lead_reads_the_own_line_and_others_nothing(cast: Cast, week: None) -> None:
    assert {row.name for row in run_promises(Slice(), for_=cast.rasa).by["line"]} == {"1"}
    for stranger in (cast.ona, cast.jonas, cast.lena, cast.marek, cast.giedrius):
        with pytest.raises(Forbidden):
            run_promises(Slice(), for_=stranger)


def test_the_page_leads_to_the_promises_behind_each_figure(
    cast: Cast, week: None, at: At, browser_of: BrowserOf
) -> None:
    with at("2026-03-05 11:00"):
        vera = browser_of("vera")
        assert "Nothing was promised" not in vera.get("/manager/promises").text
        for by in ("operator", "line", "organisation", "nonsense"):
            with queries(12, by):
                page = vera.get(f"/manager/promises?period=30&by={by}")
            assert "3 / 6" in page.text
        page = vera.get("/manager/promises?period=30&by=operator")
        [url] = {href for href in page.html.split('"') if "state=late" in href and "owner_id" in href}
        listed = vera.get(url.replace("&amp;", "&"))
        assert "Call 4" in listed.text
        assert "Call 3" not in listed.text
        with vera.app.app_context():
            text = vera.client.get("/manager/promises.csv?period=30").get_data(as_text=True)
        assert "operator,Tomas,2,2,0,0,0,0,0,0,2/2,,34.2,100.0" in text
    for name, status in (("marek", 404), ("jonas", 404), ("ona", 404)):
        browser_of(name).get("/manager/promises", status=status)
        browser_of(name).get("/manager/promises.csv", status=status)


def test_an_empty_period_says_so(browser_of: BrowserOf) -> None:
    assert "Nothing was promised for this period" in browser_of("vera").get("/manager/promises").text


@pytest.mark.parametrize(
    ("part", "whole", "ends"),
    [(0, 0, None), (0, 1, (0.0, 0.793)), (1, 1, (0.207, 1.0)), (81, 263, (0.255, 0.366)), (50, 100, (0.404, 0.596))],
)
def test_the_interval_is_wilsons(part: int, whole: int, ends: tuple[float, float] | None) -> None:
    found = wilson(part, whole)
    assert found is None if ends is None else found == pytest.approx(ends, abs=0.001)


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_share_lies_within_its_interval(counts: tuple[int, int]) -> None:
    low, high = wilson(*counts) or (0.0, 0.0)
    assert 0 <= low <= counts[0] / counts[1] + 1e-9
    assert counts[0] / counts[1] - 1e-9 <= high <= 1
