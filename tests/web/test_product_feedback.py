"""Wishes, the report of product feedback and webhooks as pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.aftersales.outcomes import NewNeed, NewOutcome, record_outcome
from helpdesk.core.db import db
from helpdesk.core.pdf import can_make_pdf
from helpdesk.models.care import NeedKind
from helpdesk.models.feedback import FeedbackSchedule, OwnerAnswer, Webhook, Wish, WishSupporter
from helpdesk.models.products import Product
from helpdesk.problems.wishes import vote
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.problems.solving import a_problem
from tests.problems.wishing import a_wish, the_version
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def count(model: type) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def test_a_ticket_is_kept_as_a_wish_voted_for_and_answered(cast: Cast, browser_of: BrowserOf) -> None:
    number = a_ticket(cast, product_id=cast.printer.id, subject="Print from a telephone?").number
    ona, egle, birute = browser_of("ona"), browser_of("egle"), browser_of("birute")
    form = ona.get(f"/console/tickets/{number}").form(f"/tickets/{number}/wishes")
    for _twice in range(2):
        page = ona.submit(form, wish_title="Print from a telephone")
    assert page.heading == "Print from a telephone"
    assert count(Wish) == 1
    assert "Klinika" in page.text
    [wish] = db.session.scalars(db.select(Wish)).all()
    page = ona.submit(page.form(f"/wishes/{wish.number}"), title="Print from a telephone", is_public="true")
    assert wish.number in ona.get(f"/console/tickets/{number}").text
    page = egle.submit(egle.get("/portal/wishes").form("/vote"))
    assert "2 people want it" in page.text
    assert "You are one of them" in page.text
    for name in ("Jonas", "Klinika"):
        assert name not in page.text.replace("Egle", "")
    page = birute.get(f"/console/wishes/{wish.number}")
    form = page.form("/answers")
    page = birute.submit(form, verdict="declined", reason=" ")
    assert page.response.status_code == 422
    assert "Say why it is declined" in page.text
    for _twice in range(2):
        page = birute.submit(form, verdict="planned", version_id=str(the_version(cast)), planned_on="2026-09-01",
                             reason="In autumn.")  # fmt: skip
    assert count(OwnerAnswer) == 1
    page = egle.get(f"/portal/wishes/{wish.number}")
    for words in ("Planned", "7.42", "In autumn."):
        assert words in page.text
    assert "Birute" not in page.text
    page = egle.submit(page.form("/vote/withdrawal"))
    assert "1 person wants it" in page.text


def test_a_ticket_is_counted_for_a_wish_that_is_there(cast: Cast, browser_of: BrowserOf) -> None:
    wish, ticket = a_wish(cast), a_ticket(cast, product_id=cast.printer.id)
    ona = browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form(f"/tickets/{ticket.number}/wishes")
    page = ona.submit(form, wish_number="W-999")
    assert (page.response.status_code, "There is no such wish" in page.text) == (422, True)
    page = ona.submit(form, wish_number=wish.number)
    assert "is counted for" in page.text
    assert count(WishSupporter) == 1
    other = a_ticket(cast)
    form = ona.get(f"/console/tickets/{other.number}").form(f"/tickets/{other.number}/wishes")
    page = ona.submit(form, wish_title="x" * 251, wish_product=str(cast.printer.id))
    assert (page.response.status_code, "too long" in page.text) == (422, True)


def test_a_need_is_kept_as_a_wish_once(cast: Cast, browser_of: BrowserOf) -> None:
    told = NewOutcome("Fine", needs=(NewNeed(NeedKind.OTHER, "Print from a telephone"),))
    record_outcome(a_revisit(cast), told, by=cast.ona)
    ona = browser_of("ona")
    form = ona.get("/console/needs").form("/wish")
    page = ona.submit(form, product_id="999")
    assert "Choose the product first" in page.text
    for _twice in range(2):
        page = ona.submit(form, product_id=str(cast.printer.id))
    assert page.heading == "Print from a telephone"
    assert count(Wish) == 1
    assert ona.get("/console/needs").links


def test_wishes_are_written_merged_and_their_clients_counted(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    page = ona.get("/console/wishes/new")
    refused = ona.submit(page.form("/wishes"), product_id=str(cast.printer.id), title=" ")
    assert refused.response.status_code == 422
    page = ona.submit(page.form("/wishes"), product_id=str(cast.printer.id), title="<b>Mobile</b>")
    assert page.heading == "<b>Mobile</b>"
    page = ona.submit(page.form("/clients"), contact="nobody@nowhere.example")
    assert "There is no contact with this address" in page.text
    page = ona.submit(page.form("/clients"), contact="", organisation="Strangers")
    assert "Strangers" in page.text
    page = ona.submit(page.form("/removal"))
    assert "Nobody is counted yet" in page.text
    other = a_wish(cast)
    page = ona.submit(page.form("/merger"), into="W-99999999999999999999")
    assert page.response.status_code == 422
    page = ona.submit(page.form("/merger"), into=other.number)
    assert "was merged into this wish" in page.text
    first = db.session.scalars(db.select(Wish).order_by(Wish.id)).first()
    assert first is not None
    assert ona.get(f"/console/wishes/{first.number}", follow_redirects=True).heading == other.title


def test_the_report_leads_to_its_tickets_and_is_answered(cast: Cast, browser_of: BrowserOf) -> None:
    tickets = tuple(a_ticket(cast, product_id=cast.printer.id) for _each in range(3))
    problem = a_problem(cast, tickets=tickets)
    vote(a_wish(cast), by=cast.jonas)
    birute, vera = browser_of("birute"), browser_of("vera")
    page = birute.get("/", follow_redirects=True)
    assert page.heading == "Product feedback"
    for words in (problem.number, "Print from a telephone", "3 × 1.00 × 1.00 × 1.00"):
        assert words in page.text
    page = birute.get(f"/manager/product-feedback/problems/{problem.number}?period=90&product={cast.printer.id}")
    assert "3 tickets behind it" in page.text
    for ticket in tickets:
        assert ticket.number in page.text
    form = page.form("/answers")
    page = birute.submit(form, verdict="declined")
    assert (page.response.status_code, "Say why it is declined" in page.text) == (422, True)
    for _twice in range(2):
        page = birute.submit(form, verdict="accepted", reason="We look into it.")
    assert count(OwnerAnswer) == 1
    page = vera.get(f"/manager/product-feedback?product={cast.printer.id}&version={the_version(cast)}")
    assert "No problem in this period" in page.text
    page = vera.get("/manager/product-feedback?since=2026-03-02&until=2026-03-09")
    assert "Accepted" in page.text
    page = vera.submit(page.form("/schedules"), every="month", product_id="")
    assert "comes by mail from now on" in page.text
    page = vera.submit(page.form("/end"))
    assert db.session.scalar(db.select(FeedbackSchedule.ended_at)) is not None
    table = vera.client.get("/manager/product-feedback/table.csv?period=all").get_data(as_text=True)
    assert table.count("\n") == 3
    document = vera.client.get("/manager/product-feedback/document.json?period=all").get_json()
    assert document["problems"][0]["tickets"] == 3
    if can_make_pdf():
        paper = vera.client.get("/manager/product-feedback/paper.pdf?period=90")
        assert paper.get_data().startswith(b"%PDF")


@pytest.mark.parametrize(
    "query", ["product=99999999999999999", "product=x", "since=never", "since=9999-12-31", "version=0"]
)
def test_nonsense_in_the_address_is_no_error(query: str, cast: Cast, browser_of: BrowserOf) -> None:
    browser_of("vera").get(f"/manager/product-feedback?{query}")


def test_a_tracker_is_added_by_whoever_owns_the_product(cast: Cast, browser_of: BrowserOf) -> None:
    birute, petras = browser_of("birute"), browser_of("petras")
    page = birute.get("/console/webhooks")
    refused = birute.submit(page.form("/webhooks"), url="http://127.0.0.1:8000/", product_id=str(cast.printer.id))
    assert (refused.response.status_code, "private network" in refused.text) == (422, True)
    form = page.form("/webhooks")
    page = birute.submit(form, url="https://hooks.example.com/", product_id=str(cast.printer.id))
    assert "whsec_" in page.text
    assert page.response.headers["Cache-Control"] == "no-store"
    page = birute.submit(form, url="https://hooks.example.com/", product_id=str(cast.printer.id))
    assert "whsec_" not in page.text
    assert count(Webhook) == 1
    page = petras.get("/console/webhooks")
    assert "hooks.example.com" in page.text
    page = petras.submit(page.form("/trials"))
    assert "A trial is on its way" in page.text
    page = petras.submit(page.form("/removal"))
    assert "No webhook yet" in page.text


def test_strangers_find_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    other = db.session.query(Product).filter_by(name="Till software").one()
    shown, hidden, elsewhere = a_wish(cast), a_wish(cast, is_public=False), a_wish(cast, product_id=other.id)
    problem = a_problem(cast)
    for name, paths in {
        "marek": (f"/portal/wishes/{shown.number}", f"/portal/wishes/{hidden.number}"),
        "jonas": (f"/portal/wishes/{hidden.number}", f"/portal/wishes/{elsewhere.number}",
                  f"/console/wishes/{shown.number}", "/console/wishes", "/manager/product-feedback",
                  "/manager/product-feedback/paper.pdf", "/console/webhooks"),
        "giedrius": ("/console/wishes", f"/console/wishes/{shown.number}", "/manager/product-feedback",
                     "/manager/product-feedback/table.csv", "/console/webhooks"),
        "ona": ("/manager/product-feedback", "/manager/product-feedback/document.json", "/console/webhooks",
                f"/manager/product-feedback/problems/{problem.number}"),
        "birute": (f"/console/wishes/{elsewhere.number}", "/manager/product-feedback/problems/P-999999",
                   "/manager/overview"),
        "vera": ("/console/webhooks",),
    }.items():  # fmt: skip
        browser = browser_of(name)
        for path in paths:
            assert browser.client.get(path).status_code == 404, (name, path)
    assert "Print from a telephone" not in browser_of("marek").get("/portal/wishes").text
    page = browser_of("birute").get(f"/manager/product-feedback?product={other.id}")
    assert problem.number not in page.text
    assert "No wish is open" in page.text


def test_the_lists_cost_as_many_queries_for_many_wishes(cast: Cast, browser_of: BrowserOf) -> None:
    ona, jonas = browser_of("ona"), browser_of("jonas")
    for number in range(20):
        vote(a_wish(cast, title=f"Wish {number}"), by=cast.jonas)
    with queries(22, "the wishes of the console"):
        ona.get("/console/wishes")
    with queries(14, "the wishes of the portal"):
        jonas.get("/portal/wishes")
