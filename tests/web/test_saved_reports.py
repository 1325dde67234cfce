"""Saved reports as pages: saved once, found by those who may, sent and ended by whoever saved them."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.core.db import db
from helpdesk.models.figures import SavedReport
from tests.cast import Cast
from tests.page import Client

BrowserOf = Callable[[str], Client]


def test_a_report_is_saved_shared_sent_and_deleted(cast: Cast, browser_of: BrowserOf) -> None:
    vera, rasa = browser_of("vera"), browser_of("rasa")
    page = vera.get("/manager/reports/lines?period=last-month&by=team")
    form = vera.get(page.links["Save"]).form("/saved-reports")
    refused = vera.submit(form, name=" ")
    assert (refused.status, "Fill in this field" in refused.text) == (422, True)
    for _twice in range(2):
        page = vera.submit(form, name="Our <b>teams</b>")
        assert page.heading.startswith("Our <b>teams</b>")
    [row] = db.session.scalars(db.select(SavedReport)).all()
    assert row.query == "period=last-month&by=team"
    assert rasa.get("/manager/saved-reports").text.count("teams") == 0
    rasa.get(f"/manager/saved-reports/{row.id}", status=404)
    refused = vera.submit(page.form("/sending"), recipients=None)
    assert (refused.status, "Choose who gets it" in refused.text) == (422, True)
    page = vera.submit(page.form("/sending"), every="month", recipients=str(cast.vera.account_id))
    assert "Every month" in page.text
    page = vera.submit(page.form("/sending/end"))
    assert "sent no more" in page.text
    page = vera.submit(page.form(f"/{row.id}"), name="Teams", is_shared="true")
    assert "Saved and shared by Vera" in rasa.get(f"/manager/saved-reports/{row.id}").text
    listed = rasa.get("/manager/saved-reports")
    assert listed.links["Teams"] == "/manager/reports/lines?period=last-month&by=team"
    assert rasa.get(listed.links["Teams"]).status == 200
    page = vera.submit(page.form("/deletion"))
    assert "Nothing is saved yet" in page.text


def test_what_comes_from_a_colleague_can_be_ended(cast: Cast, browser_of: BrowserOf) -> None:
    vera, rasa = browser_of("vera"), browser_of("rasa")
    form = vera.get("/manager/saved-reports/new?report=lines&query=period%3Dlast-month").form("/saved-reports")
    page = vera.submit(form, name="For Rasa")
    vera.submit(page.form("/sending"), every="week", recipients=str(cast.rasa.account_id))
    listed = rasa.get("/manager/saved-reports")
    assert "For Rasa" in listed.text
    listed = rasa.submit(listed.form("/receipt/end"))
    assert "For Rasa" not in listed.text
    vera.get("/manager/saved-reports/new?report=nothing", status=404)
