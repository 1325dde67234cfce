"""Reports by declaration as pages: whoever may read them finds each figure, what it means and what stands behind it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.core.pdf import can_make_pdf
from helpdesk.figures import counting
from helpdesk.models.tickets import Status, Ticket
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.items import KINDS
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.satisfaction.asking import answered, desk_asks
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
ALL = sorted(FACT_REPORTS)


@pytest.fixture
def counted(cast: Cast) -> list[Ticket]:
    """A desk with some resolved tickets, counted."""
    rows = [a_ticket(cast, status=Status.RESOLVED) for _each in range(6)]
    counting.catch_up_wholly()
    return rows


@pytest.mark.parametrize("slug", ALL)
def test_each_report_opens_with_its_headline_and_then_its_table(
    counted: list[Ticket], browser_of: BrowserOf, slug: str
) -> None:
    vera, report = browser_of("vera"), FACT_REPORTS[slug]
    page = vera.get(f"/manager/reports/{slug}")
    assert page.heading.startswith(str(report.title))
    assert "time zone" in page.text
    assert f'hx-get="/manager/reports/{slug}/figures?' in page.html
    assert "<noscript><meta http-equiv" in page.html
    whole = vera.get(f"/manager/reports/{slug}?whole=1")
    assert "<noscript><meta http-equiv" not in whole.html
    fragment = vera.get(f"/manager/reports/{slug}/figures")
    for metric in report.metrics:
        assert str(metric.title) in whole.text
        assert str(metric.title) in fragment.text
        assert str(metric.definition) in whole.text


@pytest.mark.parametrize("name", ["ona", "giedrius", "jonas", "marek"])
def test_no_report_answers_those_who_may_read_none(cast: Cast, browser_of: BrowserOf, name: str) -> None:
    browser = browser_of(name)
    for path in ("", "/lines", "/lines/figures", "/lines/slice", "/lines/behind?metric=resolved",
                 "/lines/behind.csv?metric=resolved", "/lines/table.csv", "/lines/table.json", "/lines/table.xlsx",
                 "/lines/table.pdf", "/lines/rejudged"):  # fmt: skip
        browser.get(f"/manager/reports{path}", status=404)
    for path in ("", "/new?report=lines", "/1"):
        browser.get(f"/manager/saved-reports{path}", status=404)


def test_the_index_leads_to_every_report(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("vera").get("/manager/reports")
    for slug in FACT_REPORTS:
        assert f'href="/manager/reports/{slug}"' in page.html
    assert "/manager/attainment" in page.links.values()


def test_every_report_counts_things_that_can_be_listed() -> None:
    assert {report.source.item for report in FACT_REPORTS.values()} <= KINDS.keys()


@pytest.mark.parametrize("count", [1, 30])
def test_frame_and_table_ask_few_questions(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    for _each in range(count):
        a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    vera = browser_of("vera")
    # One question of the frame asks what is usual; SQLite is asked for each of the four months by itself.
    for path, limit in {"/lines": 15, "/lines/figures": 18, "/lines/figures?by=team&by=channel": 18,
                        "/lines/behind?metric=resolved": 16}.items():  # fmt: skip
        vera.get(f"/manager/reports{path}")
        with queries(limit, path):
            vera.get(f"/manager/reports{path}")


def test_what_stands_behind_is_as_many_as_the_figure_says(counted: list[Ticket], browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    page = vera.get("/manager/reports/lines/behind?metric=resolved")
    for ticket in counted:
        assert f"/console/tickets/{ticket.number}" in page.links.values()
    assert "6 of 6 shown" in page.text
    found = vera.client.get("/manager/reports/lines/behind.csv?metric=resolved").get_data(as_text=True)
    assert len(list(csv.DictReader(io.StringIO(found)))) == 6
    listed = json.loads(vera.client.get("/manager/reports/lines/behind.json?metric=resolved").data)
    assert [item["number"] for item in listed["items"]] == [ticket.number for ticket in counted]
    for path in ("?metric=nothing", "?metric=resolved&of=team&key=Nobody", "?metric=resolved&of=team", "",
                 "?metric=resolved&of=month&key=1999-01"):  # fmt: skip
        vera.get(f"/manager/reports/lines/behind{path}", status=404)


def test_slices_are_kept_in_the_address_and_said(counted: list[Ticket], browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    page = vera.get("/manager/reports/lines?period=this-year&channel=email&channel=phone&by=team&by=line&compare=no")
    assert "Channel: Phone" in page.text
    assert "channel=email" in page.html
    form = vera.get("/manager/reports/lines/slice?period=this-year&channel=email").form("/manager/reports/lines")
    assert form.fields["period"] == "this-year"
    page = vera.get("/manager/reports/lines?period=own&since=2026-03-01&until=2026-02-01", status=422)
    assert "The end must come after the beginning." in page.text
    for wrong in ("period=never", "by=nothing", "period=own&since=soon", "by=day&by=month", "team=Nobody"):
        vera.get(f"/manager/reports/lines?{wrong}", status=422)
    assert vera.get("/manager/reports/lines?period=own&since=2025-01-01&until=2025-02-01&whole=1").status == 200


def test_a_report_is_fetched_as_a_file(counted: list[Ticket], browser_of: BrowserOf) -> None:
    vera = browser_of("vera")
    told = vera.client.get("/manager/reports/lines/table.csv?period=this-year&by=team")
    assert told.headers["Content-Disposition"].startswith('attachment; filename="lines-')
    [row] = csv.DictReader(io.StringIO(told.get_data(as_text=True)))
    assert row["resolved"] == "6"
    document = json.loads(vera.client.get("/manager/reports/lines/table.json?by=team").data)
    assert document["rows"][0]["resolved"] == document["total"]["resolved"] == 6
    book = vera.client.get("/manager/reports/lines/table.xlsx", buffered=True)
    assert zipfile.ZipFile(io.BytesIO(book.data)).testzip() is None
    paper = vera.client.get("/manager/reports/lines/table.pdf")
    assert (paper.status_code, paper.data[:4]) == ((200, b"%PDF") if can_make_pdf() else (404, paper.data[:4]))


@pytest.mark.parametrize("language", ["lt", "ru", "zh-Hans"])
def test_a_report_speaks_the_readers_language(
    app: Flask, counted: list[Ticket], browser_of: BrowserOf, language: str
) -> None:
    vera = browser_of("vera")
    vera.submit(vera.get("/manager/reports").form("/preferences"), language=language)
    for path in ("/lines?whole=1", "/lines/figures?by=day", "/lines/behind?metric=resolved", "/lines/slice"):
        assert vera.get(f"/manager/reports{path}").status == 200


def test_an_empty_period_says_so(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("vera").get("/manager/reports/lines?period=all&whole=1")
    assert "Nothing is counted in this period" in page.text


def test_figures_of_too_few_are_hidden_and_that_is_explained(cast: Cast, browser_of: BrowserOf) -> None:
    a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    page = browser_of("vera").get("/manager/reports/lines?whole=1")
    assert "too few" in page.text
    assert "say more about them than about the whole" in page.text


def test_lists_behind_a_figure_say_what_things_are_and_files_keep_their_words(
    cast: Cast, browser_of: BrowserOf
) -> None:
    desk_asks(cast)
    survey_id = answered(cast, 5).id
    counting.catch_up_wholly()
    vera, path = browser_of("vera"), "/manager/reports/satisfaction/behind"
    assert f"#{survey_id} Satisfaction" in vera.get(f"{path}?metric=answers").text
    assert '"title": "csat"' in vera.client.get(f"{path}.json?metric=answers").get_data(as_text=True)
