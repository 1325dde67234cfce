"""Renewal and notice, hours set aside, approvals and the statement on paper, as pages; and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from helpdesk.aftersales import approvals, hours
from helpdesk.aftersales.approvals import NewApproval, ask_approval
from helpdesk.aftersales.hours import balance_of, grant_hours, reserve_hours
from helpdesk.aftersales.work import NewWork, log_work, work_of
from helpdesk.core import pdf
from helpdesk.core.db import db
from helpdesk.models.contracts import Approval, Contract, HoursReservation, Plan
from helpdesk.models.people import BuyingRole, ContactRole
from helpdesk.models.tickets import Channel, Ticket
from tests.aftersales.conftest import a_contract
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]
LAST = date(2026, 12, 31)


def path(contract: Contract) -> str:
    return f"/console/contracts/{contract.id}/hours"


def statements(contract: Contract) -> tuple[tuple[str, str, str, str], ...]:
    """Who reads the statement: the page, the files, the sheet for paper."""
    portal, console = f"/portal/hours/{contract.id}", path(contract)
    return (("lena", portal, portal, f"{portal}/print"),
            ("ona", console, f"{console}/statement", f"{console}/statement"))  # fmt: skip


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=60)
    return a_ticket(cast)


@pytest.fixture
def no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_maker", lambda: None)


def test_a_contract_is_agreed_renewed_and_given_up(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast, until=LAST)
    vera = browser_of("vera")
    agreed = {"owner_id": str(cast.ona.operator_id), "renewal_months": "12", "renewal_hours": "1.5",
              "renews_itself": "true", "notice_by": "2026-09-30"}  # fmt: skip
    page = vera.submit(vera.get(path(contract)).form("/arrangement"), **agreed)
    for words in ("So it is agreed", "30 Sept 2026", "It renews itself until 31 Dec 2027", "Ona"):
        assert words in page.text
    form = page.form("/renewals")
    for _click in range(2):
        page = vera.submit(form)
    assert "The contract goes on until 31 Dec 2027" in page.text
    assert balance_of(contract.id) == 90
    page = vera.submit(page.form("/notice"), notice_reason="They leave")
    assert "Notice is given" in page.text and "Withdraw the notice" in page.text
    page = vera.submit(page.form("/notice/withdrawal"), notice_reason="They stay")
    assert "goes on as it was agreed" in page.text


@pytest.mark.parametrize(
    ("form", "values", "field"),
    [
        ("/arrangement", {"renewal_months": "0"}, "renewal_months"),
        ("/arrangement", {"renewal_months": "x"}, "renewal_months"),
        ("/arrangement", {"renews_itself": "true", "renewal_months": ""}, "renewal_months"),
        ("/arrangement", {"notice_by": "2027-06-01"}, "notice_by"),
        ("/arrangement", {"owner_id": "4711"}, "owner_id"),
        ("/renewals", {"renew_months": "0"}, "renew_months"),
        ("/renewals", {"renew_hours": "-1"}, "renew_hours"),
        ("/notice", {"notice_reason": " "}, "notice_reason"),
        ("/notice", {"notice_reason": "They leave", "notice_on": "2026-03-03"}, "notice_on"),
        ("/reservations", {"reserve_hours": "0", "reserve_what": "A visit"}, "reserve_hours"),
        ("/reservations", {"reserve_hours": "1", "reserve_what": " "}, "reserve_what"),
        ("/reservations", {"reserve_hours": "1", "reserve_what": "It", "reserve_ticket": "T-4711"}, "reserve_ticket"),
        ("/terms", {"valid_from": "2026-02-01", "covers_only_hours": "true"}, "covers_only_hours"),
        ("/terms", {"valid_from": "2026-02-01", "approval_above": "-1"}, "approval_above"),
    ],
)  # fmt: skip
def test_a_refused_form_names_its_field_and_changes_nothing(
    cast: Cast, browser_of: BrowserOf, form: str, values: dict[str, Any], field: str
) -> None:
    contract = a_contract(cast, until=LAST)
    petras = browser_of("petras")
    page = petras.submit(petras.get(path(contract)).form(form), **values)
    assert page.status == 422
    assert f'id="f-{field}-problem"' in page.html
    db.session.expire_all()
    assert (contract.valid_until, contract.notice_given_on, contract.renewal_months) == (LAST, None, None)
    assert db.session.query(HoursReservation).count() == 0


def test_hours_are_set_aside_used_by_their_work_and_let_go(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast)
    grant_hours(contract, 120, by=cast.petras)
    ticket = a_ticket(cast)
    ona = browser_of("ona")
    page = ona.submit(ona.get(path(contract)).form("/reservations"), reserve_hours="1.5", reserve_what="A visit in May",
                      reserve_on="2026-05-04", reserve_ticket=ticket.number)  # fmt: skip
    assert "A visit in May" in page.text and "4 May 2026" in page.text
    row = db.session.query(HoursReservation).one()

    page = ona.submit(ona.get(f"/console/tickets/{ticket.number}").form("/work-logs"), work_minutes="60",
                      work_channel="phone", work_reservation=str(row.id))  # fmt: skip
    assert "Logged" in page.text
    assert [(work.reservation_id, work.chargeable_minutes) for work in work_of(ticket)] == [(row.id, 0)]
    assert hours.reserved_of(contract.id) == 30
    form = ona.get(path(contract)).form("/end")
    for _click in range(2):
        ona.submit(form)
    assert hours.reserved_of(contract.id) == 0

    page = ona.submit(ona.get(f"/console/tickets/{ticket.number}").form("/work-logs"), work_minutes="5",
                      work_channel="phone", work_note="Keep me", work_reservation=str(row.id))  # fmt: skip
    assert (page.status, "Nothing is set aside" in page.text, "Keep me" in page.html) == (422, True, True)


def test_more_than_there_is_is_refused_at_its_field_and_the_words_stay(cast: Cast, browser_of: BrowserOf) -> None:
    contract, ona, petras = a_contract(cast), browser_of("ona"), browser_of("petras")
    page = ona.submit(ona.get(path(contract)).form("/reservations"), reserve_hours="9", reserve_what="Keep me")
    assert (page.status, 'id="f-reserve_hours-problem"' in page.html, "Keep me" in page.html) == (422, True, True)
    page = petras.submit(petras.get(path(contract)).form("/terms"), valid_from="2026-01-01", reason="Keep me")
    assert (page.status, 'id="f-valid_from-problem"' in page.html, "Keep me" in page.html) == (422, True, True)
    foreign = a_ticket(cast, requester=cast.marek).number
    page = ona.submit(ona.get(f"/console/tickets/{foreign}").form("/approvals"), approval_what="Keep me",
                      approval_minutes="5")  # fmt: skip
    assert (page.status, "Nobody of the client can answer" in page.text, "Keep me" in page.html) == (422, True, True)


def test_an_approval_from_the_question_to_the_work(cast: Cast, browser_of: BrowserOf, ticket: Ticket) -> None:
    db.session.add(ContactRole(contact_id=cast.egle.contact_id, role=BuyingRole.DECIDER))
    db.session.commit()
    ona, egle = browser_of("ona"), browser_of("egle")
    address = f"/console/tickets/{ticket.number}"
    page = ona.submit(ona.get(address).form("/work-logs"), work_minutes="90", work_channel="phone", work_note="Keep me")
    assert (page.status, "Keep me" in page.html) == (422, True)
    assert "ask the client for approval first" in page.text

    page = ona.submit(page.form("/approvals"), approval_what="A new print head", approval_minutes="90")
    for words in ("The client is asked", "€135.00", "waits for the client", "Ona asked the client to approve 1:30"):
        assert words in page.text
    page = egle.get("/portal/")
    assert "A new print head" in page.text
    approval = db.session.query(Approval).one()
    page = egle.get(f"/portal/approvals/{approval.id}")
    assert "€135.00" in page.text and ticket.subject in page.text
    form = page.form("/answer")
    for _click in range(2):
        page = egle.submit(form, answer="approved", words="Go on")
    assert "approved" in page.text
    assert "A new print head" in egle.get("/portal/approvals").text

    page = ona.get(address)
    assert "Egle approved 1:30 of chargeable work: Go on" in page.text
    page = ona.submit(page.form("/work-logs"), work_minutes="90", work_channel="phone")
    assert "chargeable 1:30" in page.text


def test_a_question_without_words_or_minutes_is_refused(cast: Cast, browser_of: BrowserOf, ticket: Ticket) -> None:
    ona, vera = browser_of("ona"), browser_of("vera")
    address = f"/console/tickets/{ticket.number}"
    for values, field in (({"approval_what": " ", "approval_minutes": "5"}, "approval_what"),
                          ({"approval_what": "Keep me", "approval_minutes": "0"}, "approval_minutes"),
                          ({"approval_what": "Keep me", "approval_minutes": "x"}, "approval_minutes")):  # fmt: skip
        page = ona.submit(ona.get(address).form("/approvals"), **values)
        assert (page.status, f'id="f-{field}-problem"' in page.html) == (422, True)
    assert "Keep me" in page.html
    page = vera.submit(vera.get(address).form("/waivers"), waived_minutes="90", waiver_reason=" ")
    assert (page.status, 'id="f-waiver_reason-problem"' in page.html) == (422, True)
    page = vera.submit(page.form("/waivers"), waived_minutes="90", waiver_reason="It burns")
    assert "Vera let 1:30 be done without approval: It burns" in page.text


def test_an_approval_is_withdrawn_from_the_ticket(cast: Cast, browser_of: BrowserOf, ticket: Ticket) -> None:
    ask_approval(ticket, NewApproval("A new print head", 90), by=cast.ona)
    ona = browser_of("ona")
    page = ona.submit(ona.get(f"/console/tickets/{ticket.number}").form("/withdrawal"))
    assert "withdrawn" in page.text


def test_that_hours_run_low_stands_on_the_pages(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast)
    grant_hours(contract, 100, by=cast.petras)
    ticket = a_ticket(cast)
    assert "The hours run low" not in browser_of("ona").get(f"/console/tickets/{ticket.number}").text
    log_work(ticket, NewWork(80, Channel.PHONE), by=cast.ona)
    pages = (("ona", f"/console/tickets/{ticket.number}"), ("petras", path(contract)),
             ("lena", f"/portal/hours/{contract.id}"))  # fmt: skip
    for name, address in pages:
        assert "The hours run low." in browser_of(name).get(address).text
    log_work(ticket, NewWork(30, Channel.PHONE), by=cast.ona)
    for name, address in pages:
        assert "The hours are used up." in browser_of(name).get(address).text


def test_the_statement_on_paper(cast: Cast, browser_of: BrowserOf, no_pdf: None) -> None:
    contract = a_contract(cast)
    grant_hours(contract, 60, by=cast.petras)
    for name, address, statement, paper in statements(contract):
        browser = browser_of(name)
        assert "For paper" in browser.get(address).text
        assert "Hours granted" in browser.get(paper).text
        with browser.app.app_context():
            assert browser.client.get(f"{statement}.csv").get_data(as_text=True).startswith("date,entry")
            assert browser.client.get(f"{statement}.pdf").status_code == 404


def test_the_statement_as_pdf(cast: Cast, browser_of: BrowserOf) -> None:
    if not pdf.can_make_pdf():
        pytest.skip("WeasyPrint or Pango is not installed")
    contract = a_contract(cast)
    grant_hours(contract, 60, note="Žiema, зима, 冬天", by=cast.petras)
    for name, _address, statement, _paper in statements(contract):
        browser = browser_of(name)
        with browser.app.app_context():
            answer = browser.client.get(f"{statement}.pdf")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.data.startswith(b"%PDF-")


def test_for_others_none_of_it_exists(app: Flask, cast: Cast, browser_of: BrowserOf, ticket: Ticket) -> None:
    approval = ask_approval(ticket, NewApproval("A new print head", 90), by=cast.ona)  # of Lena
    contract = db.session.query(Contract).one()
    grant_hours(contract, 60, by=cast.petras)
    row = reserve_hours(contract, 30, "A visit", by=cast.petras)
    for name in ("jonas", "egle", "marek"):
        client = browser_of(name)
        client.get(f"/portal/approvals/{approval.id}", status=404)
        assert "A new print head" not in client.get("/portal/approvals").text + client.get("/portal/").text
    assert "A new print head" in browser_of("lena").get("/portal/approvals").text
    console = f"/console/contracts/{contract.id}"
    of_ticket = f"/console/tickets/{ticket.number}/approvals"
    sent = {"answer": "approved", "reason": "Mine", "notice_reason": "Mine", "reserve_hours": "1",
            "reserve_what": "Mine", "approval_what": "Mine", "approval_minutes": "5", "waived_minutes": "5",
            "waiver_reason": "Mine", "seen": "2026-12-31", "renew_months": "1"}  # fmt: skip
    for name, home, address, status in (
        ("marek", "/portal/", f"/portal/approvals/{approval.id}/answer", 404),
        ("jonas", "/portal/", f"/portal/approvals/{approval.id}/answer", 404),
        ("marek", "/portal/", f"{console}/renewals", 404), ("marek", "/portal/", f"{console}/reservations", 404),
        ("marek", "/portal/", of_ticket, 404), ("jonas", "/portal/", f"{of_ticket}/waivers", 404),
        ("marek", "/portal/", f"/console/reservations/{row.id}/end", 404),
        ("ona", "/console/tickets", f"{console}/renewals", 403), ("ona", "/console/tickets", f"{console}/notice", 403),
        ("ona", "/console/tickets", f"{console}/arrangement", 403),
        ("ona", "/console/tickets", f"{of_ticket}/waivers", 403),
        ("giedrius", "/console/tickets", f"{console}/reservations", 403),
        ("giedrius", "/console/tickets", of_ticket, 404), ("vera", "/console/tickets", of_ticket, 403),
    ):  # fmt: skip
        browser = browser_of(name)
        token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
        with app.app_context():
            answer = browser.client.post(address, data=sent | {"csrf_token": token})
            assert answer.status_code == status, (name, address)
    db.session.expire_all()
    assert approvals.get_approval(approval.id, for_=cast.lena).state == "asked"
    assert db.session.query(HoursReservation).one().ended_at is None


def test_the_pages_ask_few_questions_however_much_there_is(cast: Cast, browser_of: BrowserOf) -> None:
    contract = a_contract(cast, approval_above_minutes=0)
    grant_hours(contract, 1000, by=cast.petras)
    ticket = a_ticket(cast)
    for number in range(12):
        reserve_hours(contract, 10, f"Visit {number}", by=cast.petras)
        ask_approval(ticket, NewApproval(f"Work {number}", 30), by=cast.ona)
    for name, address, most in (
        ("petras", path(contract), 16), ("lena", f"/portal/hours/{contract.id}", 14), ("lena", "/portal/approvals", 10),
        ("ona", f"/console/tickets/{ticket.number}", 29),
    ):  # fmt: skip
        browser = browser_of(name)
        browser.get(address)
        with queries(most, address):
            browser.get(address)


@pytest.mark.parametrize("language", ["lt", "ru", "zh-Hans"])
def test_the_pages_are_whole_in_every_language(
    cast: Cast, browser_of: BrowserOf, language: str, ticket: Ticket
) -> None:
    approval = ask_approval(ticket, NewApproval("A new print head", 90), by=cast.ona)
    contract = db.session.query(Contract).one()
    grant_hours(contract, 60, by=cast.petras)
    reserve_hours(contract, 30, "A visit", by=cast.petras)
    for name, home, addresses in (
        ("petras", "/console/tickets", (path(contract), f"{path(contract)}/statement")),
        ("lena", "/portal/", (f"/portal/hours/{contract.id}", "/portal/approvals", f"/portal/approvals/{approval.id}")),
    ):  # fmt: skip
        browser = browser_of(name)
        browser.submit(browser.get(home).form("/preferences"), language=language)
        for each in addresses:
            browser.get(each)
