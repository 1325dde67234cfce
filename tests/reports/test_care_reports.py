"""Revisits on time, claims and refunds: what counts where, for whom, and what a stranger gets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest

from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, NewReferral, follow_up, leads_of, record_outcome
from helpdesk.aftersales.revisits import miss_revisits, move_revisit, refuse_revisit, skip_revisit
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.models.care import Followed, NeedKind
from helpdesk.reports.base import Slice
from helpdesk.reports.claims import run_claims
from helpdesk.reports.revisits import RevisitTally, run_revisits
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.cli.conftest import Threeline, threeline  # noqa: F401 - a fixture of the command line
from tests.page import Client
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]


@pytest.fixture
def month(cast: Cast, at: At) -> None:
    """Seven revisits of March with seven fates, one of them moved, and one of May that is to come."""
    done, late, missed, refused, skipped, moved, overdue = (a_revisit(cast, date(2026, 3, day)) for day in
                                                            (3, 4, 4, 5, 5, 6, 12))  # fmt: skip
    a_revisit(cast, date(2026, 5, 4), operator_id=cast.ona.operator_id)
    refuse_revisit(refused, "No time", by=cast.jonas)
    skip_revisit(skipped, "Snow", by=cast.ona)
    move_revisit(moved, date(2026, 3, 9), reason="Snow", by=cast.ona)
    found = NewOutcome("Well", satisfaction=5, needs=(NewNeed(NeedKind.UPGRADE, "Firmware"),),
                       referrals=(NewReferral("Kauno baldai"),))  # fmt: skip
    with at("2026-03-04 10:00"):
        record_outcome(done, found, by=cast.tomas)
        [need], _referrals = leads_of(done)
        follow_up(need, state=Followed.WON, result="Ordered", by=cast.ona)
    with at("2026-03-18 10:00"):
        record_outcome(late, NewOutcome("Forgot to write", satisfaction=3), by=cast.tomas)
        miss_revisits()
    assert overdue.is_open and missed.ended_at is not None


@pytest.mark.usefixtures("month")
def test_each_fate_is_counted_where_it_belongs(cast: Cast, at: At) -> None:
    with at("2026-03-18 11:00"):
        figures = run_revisits(Slice(), for_=cast.vera)
    assert figures.total == RevisitTally(
        on_time=1, late=1, missed=2, overdue=1, refused=1, skipped=1, to_come=1, rated=2, rating_sum=8, needs=1,
        needs_won=1, referrals=1,
    )  # fmt: skip
    assert (figures.total.satisfaction, figures.total.percent, figures.total.decided) == (4.0, None, 5)
    by = {dimension: {row.name.split()[0]: row.tally.planned for row in rows} for dimension, rows in figures.by.items()}
    assert by == {"operator": {"Tomas": 7, "Ona": 1}, "organisation": {"Klinika": 8}}


@pytest.mark.usefixtures("month")
def test_a_period_and_a_condition_narrow_it(cast: Cast, at: At) -> None:
    with at("2026-03-18 11:00"):
        over = Slice(where=(("operator", "ona@desk.example"),))
        assert run_revisits(over, for_=cast.vera).total == RevisitTally(to_come=1)
        with pytest.raises(Invalid):
            run_revisits(Slice(where=(("colour", "red"),)), for_=cast.vera)
        with pytest.raises(Invalid):
            run_revisits(Slice(where=(("organisation", "Nobody"),)), for_=cast.vera)


def test_reports_are_for_those_who_read_reports(cast: Cast, browser_of: BrowserOf) -> None:
    for run in (run_revisits, run_claims):
        for outsider in (cast.marek, cast.jonas, cast.ona):
            with pytest.raises(Forbidden):
                run(Slice(), for_=outsider)
    for path in ("revisits", "revisits.csv", "claims", "claims.csv"):
        assert browser_of("marek").get(f"/manager/{path}", status=404).status == 404


@pytest.mark.usefixtures("month")
def test_the_pages_show_it_in_few_questions(cast: Cast, at: At, browser_of: BrowserOf) -> None:
    with at("2026-03-18 11:00"):
        vera = browser_of("vera")
        page = vera.get("/manager/revisits?period=all")
        assert "Tomas" in page.text and "1 / 5" in page.text
        assert "Klinika" in vera.get("/manager/revisits?period=all&by=organisation").text
        with queries(22, "revisits on time"):
            vera.get("/manager/revisits?period=all")
        table = vera.client.get("/manager/revisits.csv?period=all").get_data(as_text=True)
    assert "operator,Tomas,7,1,1,2,1,1,1,0,1/5" in table


def test_the_command_line_tells_the_same(cast: Cast, threeline: Threeline) -> None:  # noqa: F811
    a_revisit(cast)
    told: Any = threeline("report", "revisits", "--json").document
    assert told["total"]["planned"] == 1 and told["by"]["organisation"][0]["name"] == "Klinika"
    assert "together" in threeline("report", "revisits").out
    assert threeline("report", "claims", "--json").document["total"]["registered"] == 0
