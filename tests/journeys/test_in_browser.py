"""The journey of a request in a real browser, with scripts on; no violation of the content policy on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cast import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, browser: Browser, address: str, email: str, complaints: list[str]) -> None:
        self.page: Page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
        self.page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: complaints.append(str(error)))
        self.page.goto("/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"main [name={name}]:visible", value)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label).first.click()
        self.page.wait_for_load_state()


def test_a_request_travels_through_the_lines_in_a_real_browser(chromium_browser: Browser, address: str) -> None:
    complaints: list[str] = []
    jonas, ona, tomas, giedrius = (
        Person(chromium_browser, address, email, complaints)
        for email in ("jonas@klinika.example", "ona@desk.example", "tomas@desk.example", "giedrius@desk.example")
    )

    jonas.page.goto("/portal/tickets/new")
    jonas.press("Next")
    jonas.fill(subject="Blank labels", text="Since this morning every label is blank.")
    jonas.press("Next")
    jonas.press("Send request")
    number = jonas.page.url.rpartition("/")[2]
    assert jonas.page.locator("h1").inner_text() == "Blank labels"

    ona.page.goto("/console/tickets?view=queue")
    ona.page.get_by_role("link", name="Blank labels").click()
    ona.page.click("text=Internal note")
    ona.fill(body="They changed the rolls.")
    ona.press("Save note")
    answers = {
        "client_sees": "Blank labels", "tried": "New roll", "environment": "7.42", "asked": "Is it the firmware?",
    }  # fmt: skip
    ona.page.goto(f"/console/tickets/{number}/handovers/new")
    ona.fill(**answers)
    ona.page.get_by_label("Field service").check()
    ona.press("Hand over")
    tomas.page.goto(f"/console/tickets/{number}/handovers/new")
    tomas.fill(**answers)
    tomas.press("Hand over")
    giedrius.page.goto("/console/tickets")
    giedrius.page.get_by_role("link", name="Blank labels").click()
    giedrius.page.get_by_role("link", name="Return").click()
    giedrius.fill(reason="Firmware 7.43 mends it.")
    giedrius.press("Return")

    for attempt, answer in enumerate(("Update to 7.43.", "And calibrate it.")):
        tomas.page.goto(f"/console/tickets/{number}/resolution/new")
        tomas.fill(body=answer)
        tomas.press("Resolve and ask for acceptance")
        jonas.page.goto(f"/portal/tickets/{number}")
        assert answer in jonas.page.inner_text("main")
        assert "They changed the rolls" not in jonas.page.content()
        if attempt == 0:
            jonas.page.click("summary:has-text('No, it is not solved')")
            jonas.fill(reason="Still blank.")
            jonas.press("Send it back to work")
        else:
            jonas.press("Yes, it works now")

    assert "This request is done." in jonas.page.inner_text("main")
    assert complaints == []


def test_one_key_promises_a_time_and_says_what_was_understood(chromium_browser: Browser, address: str) -> None:
    complaints: list[str] = []
    jonas, ona = (
        Person(chromium_browser, address, email, complaints) for email in ("jonas@klinika.example", "ona@desk.example")
    )
    jonas.page.goto("/portal/tickets/new")
    jonas.press("Next")
    jonas.fill(subject="Blank labels", text="Since this morning every label is blank.")
    jonas.press("Next")
    jonas.press("Send request")
    number = jonas.page.url.rpartition("/")[2]

    ona.page.goto(f"/console/tickets/{number}")
    ona.page.keyboard.press("p")
    ona.page.locator("[name=promise_said]:focus").wait_for()
    ona.page.keyboard.type("tomorrow 10-12")
    ona.page.locator("#promise-heard:has-text('10:00–12:00 (Europe/Vilnius)')").wait_for()
    with ona.page.expect_navigation():
        ona.page.keyboard.press("Enter")
    assert "10:00–12:00" in ona.page.inner_text(".promise")
    jonas.page.goto(f"/portal/tickets/{number}")
    assert "10:00–12:00" in jonas.page.inner_text(".promise")
    assert complaints == []
