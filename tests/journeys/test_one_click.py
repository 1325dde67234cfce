"""The button of a letter is one click for people, and nothing for programs that follow links."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk.aftersales.revisits import NewRevisit, add_revisit
from helpdesk.aftersales.showing import answer_url
from helpdesk.aftersales.visits import today_in
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.core.db import db
from helpdesk.models.people import Contact
from tests.cast import find_cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def a_link(home: Path) -> str:
    """The address in a letter to Jonas, as a path."""
    app = create_app(load_config({}, home=home, secret_key="a key for tests"))
    with app.app_context():
        cast = find_cast()
        on = today_in("Europe/Vilnius") + timedelta(days=5)
        revisit = add_revisit(cast.klinika, NewRevisit("Training", on, contact_id=cast.jonas.contact_id), by=cast.ona)
        url = answer_url(revisit, db.session.get_one(Contact, cast.jonas.contact_id))
        db.session.remove()
        db.engine.dispose()
    return "/portal" + url.partition("/portal")[2]


def test_the_letters_button_confirms_in_a_real_browser(
    chromium_browser: Browser, address: str, tmp_path: Path
) -> None:  # fmt: skip
    path, complaints = a_link(tmp_path), []
    page = chromium_browser.new_context(base_url=address).new_page()
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{path}#yes")  # driven by a program, as this one is
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name="It suits me").is_visible()

    page.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})")
    page.goto(path)  # opened without the button
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("button", name="It suits me").is_visible()

    page.goto("about:blank")
    page.goto(f"{path}#yes")
    page.get_by_text("You have confirmed this time").wait_for()
    assert not page.get_by_role("button", name="It suits me").count()
    assert page.url.endswith(path)
    assert complaints == []
