"""Work, hours and billing as pages: the way of an hour from its grant to the batch of accounting, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from helpdesk.aftersales.hours import balance_of, grant_hours, reservations_of
from helpdesk.aftersales.work import NewWork, log_work, work_of
from helpdesk.core.db import db
from helpdesk.models.contracts import BillingBatch, BillingNotice, Contract, Plan
from helpdesk.models.tickets import Channel
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def path(contract: Contract) -> str:
    return f"/console/contracts/{contract.id}/hours"


def test_an_hour_from_its_terms_to_the_batch(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast, plan=None)
    ticket = a_ticket(cast)
    petras, ona, vera = browser_of("petras"), browser_of("ona"), browser_of("vera")
    page = petras.submit(petras.get(path(contract)).form("/terms"), valid_from="2026-01-01", plan="prepaid",
                         rounding_minutes="15", hourly_rate="85.50")  # fmt: skip
    assert "€85.50" in page.text
    page = petras.submit(page.form("/blocks"), hours="1.5", expires_on="2026-12-31", note="Annual plan")
    assert "1:30" in page.text

    page = ona.submit(ona.get(f"/console/tickets/{ticket.number}").form("/work-logs"), work_minutes="100",
                      work_channel="remote_session", work_note="New driver")  # fmt: skip
    for words in ("1:40", "counted 1:45", "chargeable 0:15", "New driver", "Ona logged work: 1:40"):
        assert words in page.text
    assert [work.chargeable_minutes for work in work_of(ticket)] == [15]

    page = vera.get("/console/billing")
    assert "€21.38" in page.text
    page = vera.submit(page.form("/batches"))
    batch = db.session.scalars(db.select(BillingBatch.id)).one()
    assert f"Batch {batch} is taken" in page.text
    with vera.app.app_context():
        exported = vera.client.get(f"/console/billing/batches/{batch}.csv")
    assert "proforma,prepaid_hours,2026-03-02" in exported.get_data(as_text=True)
    assert "confirmed" in vera.submit(page.form(f"/{batch}/confirmation")).text

    page = ona.submit(ona.get(f"/console/tickets/{ticket.number}").form("/reversal"), reason="The wrong ticket")
    assert "Ona took work back: The wrong ticket" in page.text
    assert balance_of(contract.id) == 90
    assert "Credit" in vera.get("/console/billing").text


def test_a_refused_form_keeps_its_words(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, contract = a_ticket(cast), a_contract(cast)
    ona, petras = browser_of("ona"), browser_of("petras")
    page = ona.submit(ona.get(f"/console/tickets/{ticket.number}").form("/work-logs"), work_minutes="0",
                      work_channel="phone", work_note="Keep me")  # fmt: skip
    assert page.status == 422
    assert "from one minute to a day" in page.text
    assert "Keep me" in page.html
    page = ona.submit(page.form("/work-logs"), work_minutes="x")
    assert page.status == 422
    page = petras.submit(petras.get(path(contract)).form("/blocks"), hours="-1", note="Keep me")
    assert (page.status, "Keep me" in page.html) == (422, True)
    page = petras.submit(page.form("/terms"), valid_from="2025-06-01", plan="monthly", reason="Keep me, too")
    assert (page.status, "The contract begins later" in page.text, "Keep me, too" in page.html) == (422, True, True)
    page = petras.submit(page.form("/adjustments"), minutes="-50", adjust_reason="Keep me as well")
    assert (page.status, "fewer hours left" in page.text, "Keep me as well" in page.html) == (422, True, True)
    assert work_of(ticket) == []
    assert balance_of(contract.id) == 0


def test_a_second_submit_logs_no_second_work(cast: Cast, browser_of: BrowserOf) -> None:
    ticket = a_ticket(cast)
    ona = browser_of("ona")
    form = ona.get(f"/console/tickets/{ticket.number}").form("/work-logs")
    for _click in range(2):
        ona.submit(form, work_minutes="10", work_channel="phone")
    assert len(work_of(ticket)) == 1


def test_a_second_submit_writes_nothing_twice(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast, plan=Plan.PREPAID)
    petras = browser_of("petras")
    page = petras.get(path(contract))
    for _click in range(2):
        petras.submit(page.form("/blocks"), hours="2", note="Annual plan")
        petras.submit(page.form("/adjustments"), minutes="-30", adjust_reason="Counted twice")
        petras.submit(page.form("/reservations"), reserve_hours="0.5", reserve_what="Migration")
    assert balance_of(contract.id) == 90
    assert len(reservations_of(contract, for_=cast.petras)) == 1
    assert "was sent already" in petras.submit(page.form("/blocks"), hours="3", note="Another").text
    assert balance_of(contract.id) == 90


def test_the_client_who_supervises_sees_the_same_statement(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast)
    grant_hours(contract, 60, by=cast.petras)
    log_work(a_ticket(cast), NewWork(80, Channel.PHONE, "=New driver"), by=cast.ona)
    lena = browser_of("lena")
    page = lena.get("/portal/hours")
    assert "C-7" in page.text
    page = lena.get(f"/portal/hours/{contract.id}")
    for words in ("Hours granted", "Used beyond the hours", "-0:20", "Goes to a proforma"):
        assert words in page.text
    with lena.app.app_context():
        text = lena.client.get(f"/portal/hours/{contract.id}.csv").get_data(as_text=True)
    assert text.splitlines()[1].startswith("2026-03-02,granted,60,60")
    assert "'=New driver" in text


def test_for_others_the_hours_do_not_exist(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast)
    work = log_work(a_ticket(cast), NewWork(80, Channel.PHONE), by=cast.ona)
    for name in ("jonas", "marek"):  # a colleague who does not supervise, and the stranger
        client = browser_of(name)
        assert "C-7" not in client.get("/portal/hours").text
        client.get(f"/portal/hours/{contract.id}", status=404)
        for ending in (".csv", ".pdf", "/print"):
            client.get(f"/portal/hours/{contract.id}{ending}", status=404)
        for ending in (".csv", ".pdf", ""):
            client.get(f"{path(contract)}/statement{ending}", status=404)
        client.get(path(contract), status=404)
        client.get("/console/billing", status=404)
    for name in ("tomas", "rasa"):
        browser_of(name).get("/console/billing", status=403)
        browser_of(name).get("/console/billing/batches/1.csv", status=403)
    for name, home, address, status in (
        ("ona", "/console/tickets", f"{path(contract)}/blocks", 403),
        ("giedrius", "/console/tickets", path(contract) + "/terms", 403),
        ("jonas", "/portal/", "/console/billing/batches", 404),
        ("rasa", "/console/tickets", "/console/billing/books", 403),
        ("tomas", "/console/tickets", f"/console/tickets/T-{work.ticket_id}/work-logs/{work.id}/reversal", 403),
    ):
        browser = browser_of(name)
        token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
        sent = {"csrf_token": token, "hours": "1", "valid_from": "2026-02-01", "plan": "monthly", "reason": "Mine"}
        with app.app_context():
            assert browser.client.post(address, data=sent).status_code == status, (name, address)
    assert balance_of(contract.id) == 0


@pytest.mark.parametrize("count", [1, 30])
def test_the_pages_ask_few_questions_however_much_there_is(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    contract = a_contract(cast, plan=Plan.PREPAID)
    grant_hours(contract, 30, expires_on=date(2026, 12, 31), by=cast.petras)
    ticket = a_ticket(cast)
    for _ in range(count):
        log_work(ticket, NewWork(10, Channel.PHONE), by=cast.ona)
    assert db.session.query(BillingNotice).count() == max(0, count - 3)
    for name, address, most in (
        ("petras", path(contract), 12), ("vera", "/console/billing", 12), ("lena", f"/portal/hours/{contract.id}", 13),
        ("ona", f"/console/tickets/{ticket.number}", 25),
    ):  # fmt: skip
        browser = browser_of(name)
        browser.get(address)
        with queries(most, address):
            browser.get(address)
