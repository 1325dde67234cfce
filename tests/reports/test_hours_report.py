"""Hours and contracts: what the ledgers say of a period, as report, page, table and command."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from helpdesk.aftersales.hours import adjust_hours, expire_hours, grant_hours
from helpdesk.aftersales.work import NewWork, log_work, reverse_work
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.models.tickets import Channel
from helpdesk.reports.base import Slice
from helpdesk.reports.hours import HoursTally, run_hours
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.tickets.test_promises import moment
from tests.web.test_pages import queries

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]


@pytest.fixture
def spring(cast: Cast, at: At) -> None:
    a_spring(cast, at)


def a_spring(cast: Cast, at: At) -> None:
    """Ten hours in January of which an hour expires; in March nine and a half are used and half an hour is beyond."""
    contract = a_contract(cast)
    with at("2026-01-05 09:00"):
        grant_hours(contract, 60, expires_on=date(2026, 1, 31), by=cast.petras)
        grant_hours(contract, 540, by=cast.petras)
    with at("2026-02-02 09:00"):
        while expire_hours():
            pass
    ticket = a_ticket(cast)
    log_work(ticket, NewWork(560, Channel.PHONE), by=cast.ona)
    with at("2026-03-03 09:00"):
        log_work(ticket, NewWork(10, Channel.PHONE), by=cast.ona)
    with at("2026-04-01 09:00"):
        adjust_hours(contract, 30, "Goodwill", by=cast.petras)


def test_each_entry_counts_on_its_day_and_left_is_the_balance_at_the_end(cast: Cast, spring: None) -> None:
    whole = run_hours(Slice(), for_=cast.vera).total
    assert whole == HoursTally(granted=600, used=540, overage=30, expired=60, adjusted=30, left=30, notices=2,
                               billed_cents={"EUR": 4500})  # fmt: skip
    march = run_hours(Slice(moment("2026-03-01 00:00"), moment("2026-04-01 00:00")), for_=cast.vera).total
    assert march == HoursTally(used=540, overage=30, notices=2, billed_cents={"EUR": 4500})
    february = run_hours(Slice(until=moment("2026-03-01 00:00")), for_=cast.vera).total
    assert february == HoursTally(granted=600, expired=60, left=540)


def test_work_that_is_taken_back_leaves_no_trace_in_the_sums(cast: Cast) -> None:
    grant_hours(a_contract(cast), 60, by=cast.petras)
    ticket = a_ticket(cast)
    work = log_work(ticket, NewWork(90, Channel.PHONE), by=cast.ona)
    reverse_work(work.id, ticket, "Mistake", by=cast.ona)
    total = run_hours(Slice(), for_=cast.vera).total
    assert (total.used, total.overage, total.left, total.billed_cents) == (0, 0, 60, {})


def test_it_is_narrowed_to_an_organisation_or_a_contract(cast: Cast, spring: None) -> None:
    def names(*where: tuple[str, str]) -> list[str]:
        return [row.name for row in run_hours(Slice(where=where), for_=cast.vera).by["contract"]]

    assert names(("contract", "C-7")) == names(("organisation", "Klinika"), ("organisation", "Strangers")) == ["C-7"]
    assert names(("organisation", "Strangers")) == []
    with pytest.raises(Invalid):
        names(("team", "Service desk"))
    [row] = run_hours(Slice(), for_=cast.vera).by["organisation"]
    assert (row.name, row.tally.used) == ("Klinika", 540)


def test_others_read_nothing(cast: Cast, spring: None, browser_of: BrowserOf) -> None:
    for stranger in (cast.ona, cast.jonas, cast.lena, cast.marek, cast.giedrius):
        with pytest.raises(Forbidden):
            run_hours(Slice(), for_=stranger)
    for name in ("ona", "lena", "marek"):
        browser_of(name).get("/manager/hours", status=404)
        browser_of(name).get("/manager/hours.csv", status=404)


def test_the_page_leads_to_the_statement_of_each_contract(cast: Cast, spring: None, browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    for by in ("contract", "organisation", "nonsense"):
        with queries(12, by):
            page = vera.get(f"/manager/hours?period=all&by={by}")
        for words in ("9:00", "10:00", "€45.00"):
            assert words in page.text
    page = vera.get("/manager/hours?period=all&by=organisation")
    page = vera.get(page.links["Klinika"])
    assert "Hours granted" in vera.get(page.links["C-7"]).text
    with vera.app.app_context():
        lines = vera.client.get("/manager/hours.csv?period=all").get_data(as_text=True).splitlines()
    assert lines[1] == "contract,C-7,Klinika,600,540,30,60,30,0,30,2,0,4500,EUR"
    assert "No hours yet" in vera.get("/manager/hours?organisation=Strangers").text
