"""What is due by a person, as pages: one's own list, what is late, and who may not see it."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.core.times import now
from tests.cast import Cast
from tests.page import Client
from tests.tickets.test_duties import beat, due

BrowserOf = Callable[[str], Client]


def test_what_is_late_is_taken_note_of_and_stays_on_the_list(cast: Cast, browser_of: BrowserOf) -> None:
    due(cast, now())
    beat()
    ona = browser_of("ona")
    assert "Visit Klinika" in ona.get("/console/duties").text
    page = ona.get("/console/escalations")
    assert "Visit Klinika" in page.text
    page = ona.submit(page.form("/acknowledgement"))
    assert "Visit Klinika" not in page.text
    assert "Visit Klinika" in ona.get("/console/duties?view=late").text


def test_the_third_line_does_not_see_what_is_due_by_others(cast: Cast, browser_of: BrowserOf) -> None:
    due(cast, now())
    assert "Visit Klinika" not in browser_of("giedrius").get("/console/duties?view=all").text
    assert "Nothing is due" in browser_of("giedrius").get("/console/duties").text
