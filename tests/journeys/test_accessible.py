"""What axe finds on the pages of figures and of surveys: nothing, wide and light, narrow and dark."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.figures.counting import catch_up_wholly
from helpdesk.models.satisfaction import Survey
from helpdesk.reports import FACT_REPORTS
from tests.cast import PASSWORD, find_cast
from tests.satisfaction.asking import answered, asked, desk_asks, link_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BOARDS = ("/manager/", "/manager/reports", "/manager/process", "/manager/process?of=team", "/manager/wall?line=1",
          "/manager/wall?theme=light", "/manager/saved-reports", "/manager/reports/overview/behind?metric=tickets",
          "/manager/reports/overview/slice", "/manager/reports/overview?since=2001-01-01&until=2001-02-01",
          "/manager/reports/overview?by=team&by=priority&whole=1", "/console/answers")  # fmt: skip
FIGURES = tuple(f"/manager/reports/{slug}?whole=1" for slug in FACT_REPORTS)
# Higher than any page: bars that stay at an edge of the window cover nothing then.
SIGHTS = {"wide and light": (1440, "light", FIGURES[::2]), "narrow and dark": (390, "dark", FIGURES[1::2])}


@pytest.fixture
def surveys(visited: Flask) -> list[str]:
    """A desk with some weeks behind it; where its surveys are answered: one open, one answered."""
    with visited.app_context():
        cast = find_cast()
        desk_asks(cast, ces_on=True, pause_days=0)
        for days in (20, 12, 6, 1):
            with time_machine.travel(now() - timedelta(days=days), tick=True):
                answered(cast, 5 - days % 3, "Quick and kind.")
        rows = [asked(cast), db.session.get_one(Survey, 1)]
        catch_up_wholly()
        links = [link_of(row, score) for row, score in zip(rows, (2, None), strict=True)]
        db.session.remove()
    return links


@pytest.mark.parametrize("sight", SIGHTS)
def test_axe_finds_nothing(chromium_browser: Browser, address: str, surveys: list[str], sight: str) -> None:
    width, scheme, figures = SIGHTS[sight]
    context = chromium_browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 6000},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    found = [problem for link in (*surveys, "/portal/surveys/answers/none") for problem in problems_of(page, link)]
    page.goto("/sign-in")
    page.fill("[name=email]", "vera@desk.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    found += [problem for path in (*BOARDS, *figures) for problem in problems_of(page, path)]
    context.close()
    assert found == []


def problems_of(page: Page, path: str) -> list[str]:
    answer = page.goto(path)
    assert answer is not None and answer.status == (404 if path.endswith("/none") else 200), path
    page.wait_for_load_state("networkidle")
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{path}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in results.response["violations"]] + (
        [f"{path}: {wide} pixels wider than the window"] if wide > 0 else []
    )
