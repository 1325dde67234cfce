"""The chart component: whole without JavaScript, answered in the browser, the table always there."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask, render_template_string
from werkzeug.serving import make_server

from helpdesk.core.i18n import LANGUAGES, speaking
from helpdesk.core.pdf import can_make_pdf, pdf_of
from helpdesk.reports import drawing
from helpdesk.reports.charts import Chart, Kind, Series
from helpdesk.web.dev.chart_specimens import MAKERS, one_of_each
from tests.page import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEMPLATE = '{% from "components/charts.html" import chart %}{{ chart(one, "it", paper=paper) }}'
TILLS = Series("", (41, 2), urls=("/x?a=1&b=2", None))
BARS = Chart(Kind.BARS, "Tickets", ("Printers", "<b>Tills</b>"), (TILLS,), unit="tickets")


def drawn(app: Flask, one: Chart, *, paper: bool = False, language: str = "en") -> str:
    with app.test_request_context(), speaking(language, "Europe/Vilnius"):
        return render_template_string(TEMPLATE, one=one, paper=paper)


def test_a_page_with_every_chart_is_whole(app: Flask) -> None:
    page = Client(app).get("/dev/components/charts")

    assert page.status == 200


def test_a_chart_is_two_drawings_and_its_figures(app: Flask) -> None:
    page = drawn(app, BARS)

    assert page.count("<svg") - page.count('<svg class="icon') == 2
    assert 'class="chart__wide"><svg width="800"' in page
    assert 'class="chart__narrow"><svg width="300"' in page
    assert "&lt;b&gt;Tills&lt;/b&gt;" in page
    assert "<b>Tills" not in page
    assert page.count('href="/x?a=1&amp;b=2"') == 3  # both drawings and the table
    assert "style=" not in page


def test_the_browser_gets_the_same_options(app: Flask) -> None:
    found = re.search(r'data-chart="([^"]+)"', drawn(app, BARS))

    assert found is not None
    given = json.loads(html.unescape(found[1]))
    assert given["wide"]["option"]["series"][0]["data"][0]["url"] == "/x?a=1&b=2"
    assert given["title"] == "Tickets"


def test_paper_has_one_drawing_in_light_colours_and_an_open_table(app: Flask) -> None:
    page = drawn(app, BARS, paper=True)

    assert page.count("<svg") == 1
    assert "data-chart" not in page
    assert "<details" not in page
    assert "<table" in page


@pytest.mark.skipif(not can_make_pdf(), reason="Pango, which draws PDFs, is not installed")
def test_charts_come_onto_paper(app: Flask) -> None:
    charts = "".join(drawn(app, one, paper=True) for one in one_of_each())
    without = re.sub(r'<svg width="680".*?</svg>', "", charts, flags=re.DOTALL)

    whole = pdf_of(f"<!doctype html><title>Charts</title>{charts}")

    assert whole.startswith(b"%PDF")
    assert len(whole) > len(pdf_of(f"<!doctype html><title>Charts</title>{without}")) + 5_000


def test_where_nothing_can_be_drawn_the_table_stands_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing._drawn.cache_clear()
    monkeypatch.setattr(drawing, "_quickjs", lambda: None)

    page = drawn(app, BARS)

    assert "The picture cannot be drawn on this desk. The table says the same." in page
    assert "<details" not in page
    assert "<table" in page
    assert "data-chart" not in page


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_chart_is_a_sentence(app: Flask, kind: Kind) -> None:
    page = drawn(app, MAKERS[kind](0))

    assert "There is nothing to draw: no figures in this period." in page
    assert "<svg" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_a_chart_are_written_in_the_readers_language(app: Flask, language: str) -> None:
    page = drawn(app, Chart(Kind.BARS, "T", ("a",), (Series("", (1234.5,)),)), language=language)

    assert {"en": "1,234.5", "zh-Hans": "1,234.5", "lt": "1\xa0234,5", "ru": "1\xa0234,5"}[language] in page


@pytest.fixture
def address(settled_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, settled_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_browser_draws_the_chart_anew_under_the_content_policy(chromium_browser: Browser, address: str) -> None:
    complaints: list[str] = []
    page = chromium_browser.new_page(base_url=address, viewport={"width": 1200, "height": 900})
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/dev/components#chart-1")
    page.locator("#chart-1").scroll_into_view_if_needed()
    page.wait_for_selector("#chart-1 .chart__live svg")

    assert complaints == []
    assert not page.locator("#chart-1 .chart__wide").is_visible()
    page.mouse.move(0, 0)
    page.locator("#chart-1 .chart__live svg path[fill='rgb(11, 107, 93)']").first.click()
    page.wait_for_url("**/dev/components#bars-12")
    page.close()


def test_without_javascript_the_drawing_stays(chromium_browser: Browser, address: str) -> None:
    context = chromium_browser.new_context(base_url=address, java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto("/dev/components")

    assert page.locator("#chart-1 .chart__wide svg").is_visible()
    assert not page.locator("#chart-1 .chart__narrow svg").is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator("#chart-1 .chart__narrow svg").is_visible()
    assert not page.locator("#chart-1 .chart__wide svg").is_visible()
    context.close()
