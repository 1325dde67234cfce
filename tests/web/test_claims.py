"""Claims, refund rules and deliverables as pages: their ways from end to end, refused forms, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask

from helpdesk.aftersales.claim_course import claim_of, decisions_of
from helpdesk.aftersales.claim_settings import claim_settings
from helpdesk.aftersales.deliverables import NewDeliverable, NewRound, agree_deliverable, deliver_round
from helpdesk.aftersales.refund_rules import versions
from helpdesk.core.db import db
from helpdesk.jobs.worker import run_all
from helpdesk.models.claims import ClaimState, Deliverable, RefundRuleVersion, RoundAnswer, RoundFile
from helpdesk.models.contracts import BillingNotice
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.attachments import store_upload
from tests.aftersales.claiming import a_claim, again, some_rules
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def a_deliverable(cast: Cast, **values: object) -> Deliverable:
    told = {"name": "Logo", "agreed_rounds": 2, "product_id": cast.printer.id, "price_cents": 40_000} | values
    return agree_deliverable(cast.klinika, NewDeliverable(**told), by=cast.ona)  # type: ignore[arg-type]


def work() -> None:
    """Let the worker work; the savepoint of the test, begun before, would take what was asked for back with it."""
    db.session.commit()
    run_all()


def test_a_claim_from_the_portal_to_its_end(cast: Cast, browser_of: BrowserOf) -> None:
    some_rules(cast)
    jonas, ona, rasa = browser_of("jonas"), browser_of("ona"), browser_of("rasa")
    jonas.submit(jonas.get("/portal/tickets/new").form("/tickets"), type="claim", subject="Blank labels",
                 text="Every label is blank.", product_id=str(cast.printer.id))  # fmt: skip
    work()
    number = db.session.scalars(db.select(Ticket)).one().number
    assert "We have your claim" in jonas.get(f"/portal/tickets/{number}").text
    page = ona.get(f"/console/tickets/{number}")
    assert "Acknowledge it" in page.text
    page = ona.get(f"/console/tickets/{number}/claim")
    page = ona.submit(page.form("/description"), fault="workmanship", revision="1", price="900.00")
    assert "€900.00" in page.text
    page = ona.submit(page.form("/acknowledgement"))
    page = ona.submit(page.form("/whys"), question="Why are they blank?", answer="The head is dirty.")
    tickings = [form for form in page.forms if "/evidence/" in form.action]
    page = ona.submit(tickings[0], files=[(BytesIO(b"photo"), "label.txt")])
    for form in tickings[1:]:
        page = ona.submit(form, note="Their letter")
    assert "label.txt" in page.text
    page = ona.submit(page.form("/root-cause"), root_cause="Nobody was told to clean it.")
    assert "Refund 70% = €630.00" in page.text
    page = ona.submit(page.form("/decisions"), outcome="refund", reasons="You are right.")
    assert "Proposed: a second person approves it" in page.text
    assert not [form for form in page.forms if form.action.endswith("/approval")]
    assert "We have decided" not in jonas.get(f"/portal/tickets/{number}").text

    page = rasa.submit(rasa.get(f"/console/tickets/{number}/claim").form("/approval"))
    assert "Approved" in page.text
    page = jonas.get(f"/portal/tickets/{number}/claim")
    for words in ("We refund €630.00", "You are right.", "After round 1", "70%", "You may appeal until"):
        assert words in page.text
    page = jonas.submit(page.form("/acceptance"))
    assert "You have accepted the decision" in page.text
    page = ona.submit(ona.get(f"/console/tickets/{number}/claim").form("/correction"), action="A new manual")
    page = ona.submit(page.form("/verification"), proof="A month without a blank label")
    jonas.submit(jonas.get(f"/portal/tickets/{number}").form("/acceptance"))
    work()
    assert "Your claim is closed" in jonas.get(f"/portal/tickets/{number}/claim").text
    assert [row.amount_cents for row in db.session.scalars(db.select(BillingNotice))] == [-63_000]
    timeline = ona.get(f"/console/tickets/{number}").text
    for words in ("Ona proposed a decision: Refund €630.00", "The decision is in force", "Jonas accepted the decision"):
        assert words in timeline
    assert "refund of a claim" in browser_of("vera").get("/console/billing").text


def test_the_client_appeals_and_withdraws_in_the_portal(cast: Cast, browser_of: BrowserOf) -> None:
    decided, fresh = a_claim(cast, ClaimState.DECIDED), a_claim(cast)
    jonas = browser_of("jonas")
    page = jonas.get(f"/portal/tickets/{decided.ticket.number}/claim")
    refused = jonas.submit(page.form("/appeal"), reason=" ")
    assert (refused.status, "Say why" in refused.text or "Fill in" in refused.text) == (422, True)
    page = jonas.submit(page.form("/appeal"), reason="It was the first round.")
    assert "It was the first round." in page.text
    assert again(decided).state is ClaimState.INVESTIGATED
    assert not [form for form in page.forms if form.action.endswith("/appeal")]
    page = jonas.submit(jonas.get(f"/portal/tickets/{fresh.ticket.number}/claim").form("/withdrawal"))
    assert "You have withdrawn your claim" in page.text
    assert "The client has appealed" in browser_of("ona").get(f"/console/tickets/{decided.ticket.number}/claim").text


def test_a_refused_form_keeps_its_words(cast: Cast, browser_of: BrowserOf) -> None:
    claim, ona = a_claim(cast, ClaimState.INVESTIGATED), browser_of("ona")
    address = f"/console/tickets/{claim.ticket.number}/claim"
    for ending, values, sentence in (
        ("/decisions", {"outcome": "refund", "amount": "999999", "reasons": "Keep me"}, "not more than what was paid"),
        ("/decisions", {"outcome": "repair", "reasons": "Keep me"}, "not what the rules give"),
        ("/decisions", {"outcome": "refund", "amount": "x", "reasons": "Keep me"}, "valid number"),
        ("/description", {"fault": "late", "price": "-5", "currency": "Keep me"}, "Give a number"),
        ("/whys", {"question": "Keep me", "answer": ""}, "Fill in this field"),
    ):  # fmt: skip
        page = ona.submit(ona.get(address).form(ending), **values)
        assert (page.status, "Keep me" in page.html, sentence in page.text) == (422, True, True), (ending, values)
    assert decisions_of(again(claim)) == []
    proposed = a_claim(cast, ClaimState.INVESTIGATED, revision=1, price=100_000)
    page = ona.get(f"/console/tickets/{proposed.ticket.number}/claim")
    ona.submit(page.form("/decisions"), outcome="refund", reasons="So")
    rasa = browser_of("rasa")
    page = rasa.submit(rasa.get(f"/console/tickets/{proposed.ticket.number}/claim").form("/refusal"), reason=" ")
    assert page.status == 422
    page = rasa.submit(page.form("/refusal"), reason="Thin evidence")
    assert "Thin evidence" in page.text


def test_a_second_click_changes_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    claim, ona = a_claim(cast, ClaimState.INVESTIGATED), browser_of("ona")
    form = ona.get(f"/console/tickets/{claim.ticket.number}/claim").form("/decisions")
    for _click in range(2):
        ona.submit(form, outcome="refund", reasons="So")
    assert len(decisions_of(again(claim))) == 1
    assert db.session.query(BillingNotice).count() == 1


def test_new_rules_are_looked_at_before_they_hold(cast: Cast, browser_of: BrowserOf) -> None:
    claim, vera = a_claim(cast, revision=1), browser_of("vera")
    page = vera.get("/console/refund-rules")
    assert "These hold today" in page.text
    form = vera.get("/console/refund-rules/new").form("/refund-rules")
    rows = {
        "contract": ["", ""], "product": ["Label printer", ""], "fault": ["", "damaged"], "revision_from": ["1", ""],
        "revision_to": ["1", ""], "age_from_days": ["", ""], "age_to_days": ["", "30"], "remedy": ["refund", "replace"],
        "percent": ["80", ""],
    }  # fmt: skip
    page = vera.submit(form, **rows, valid_from="2026-03-01", note="From March", step="preview")
    for words in (claim.ticket.number, "Refund 70% = €280.00", "Refund 80% = €320.00"):
        assert words in page.text
    assert db.session.query(RefundRuleVersion).count() == 1
    page = vera.submit(page.form("/refund-rules"), **rows, step="save")
    assert "From March" in page.text
    [new, _old] = versions(for_=SYSTEM)
    assert [(rule.percent, rule.remedy.value) for rule in new.rules] == [(80, "refund"), (None, "replace")]
    with vera.app.app_context():
        exported = vera.client.get(f"/console/refund-rules/{new.id}.csv").get_data(as_text=True)
    assert exported.splitlines()[1:] == [",Label printer,,1,1,,,refund,80", ",,damaged,,,,30,replace,"]
    wrong = rows | {"percent": ["101", ""]}
    page = vera.submit(vera.get("/console/refund-rules/new").form("/refund-rules"), **wrong, valid_from="2026-04-01",
                       note="Keep me", step="save")  # fmt: skip
    assert (page.status, "percentage from 1 to 100" in page.text, "Keep me" in page.html) == (422, True, True)
    assert 'value="101"' in page.html


def test_the_administrator_says_how_long_each_step_may_take(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = petras.submit(petras.get("/console/settings").form("/settings/claims"), appeal_days="30")
    assert "The settings are changed" in page.text
    assert claim_settings().appeal_days == 30
    page = petras.submit(page.form("/settings/claims"), appeal_days="0", decide_days="x")
    assert page.status == 422
    assert posted(browser_of("ona"), "/console/claims", "/console/settings/claims", appeal_days="9") == 403


def test_a_deliverable_round_by_round(cast: Cast, browser_of: BrowserOf) -> None:
    ona, lena = browser_of("ona"), browser_of("lena")
    page = ona.get(f"/console/deliverables/new?organisation_id={cast.klinika.id}")
    refused = ona.submit(page.form("/deliverables"), name="Keep me", agreed_rounds="0")
    assert (refused.status, "Keep me" in refused.html) == (422, True)
    ona.submit(page.form("/deliverables"), name="Logo", agreed_rounds="1", price="400")
    made = db.session.scalars(db.select(Deliverable)).one()
    address, portal = f"/console/deliverables/{made.id}", f"/portal/deliverables/{made.id}"
    page = ona.get(address)
    refused = ona.submit(page.form("/rounds"), link="javascript:alert(1)")
    assert (refused.status, "begins with https" in refused.text) == (422, True)
    page = ona.submit(page.form("/rounds"), note="First sketch", link="https://files.example/logo",
                      files=[(BytesIO(b"a logo"), "logo.txt")])  # fmt: skip
    assert "Round 1 is delivered" in page.text
    assert not [form for form in page.forms if form.action.endswith("/rounds")]
    work()
    page = lena.get(portal)
    assert "First sketch" in page.text
    file_url = next(url for words, url in page.links.items() if "logo.txt" in words)
    with lena.app.app_context(), lena.client.get(file_url) as answer:
        assert answer.get_data() == b"a logo"
    forms = [form for form in page.forms if form.action.endswith("/answer")]
    asking = next(form for form in forms if form.fields["answer"] == "revision")
    refused = lena.submit(asking, remarks=" ")
    assert (refused.status, "what is to be changed" in refused.text) == (422, True)
    lena.submit(asking, remarks="A darker green.")
    page = ona.get(address)
    assert "A darker green." in page.text
    page = ona.submit(page.form("/rounds"), note="Darker")
    assert "beyond what was agreed" in page.text
    page = lena.get(portal)
    accepting = next(form for form in page.forms if form.fields.get("answer") == "accepted")
    for _click in range(2):
        page = lena.submit(accepting)
    assert "accepted" in page.text
    assert db.session.query(RoundAnswer).count() == 2
    assert "accepted" in lena.get("/portal/deliverables").text


def test_the_named_contact_answers_and_a_colleague_sees_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    made = a_deliverable(cast, contact_id=cast.jonas.contact_id)
    deliver_round(made, NewRound("Sketch"), by=cast.ona)
    jonas, egle = browser_of("jonas"), browser_of("egle")
    page = jonas.get(f"/portal/deliverables/{made.id}")
    jonas.submit(next(form for form in page.forms if form.fields.get("answer") == "accepted"))
    assert "accepted" in jonas.get("/portal/deliverables").text
    egle.get(f"/portal/deliverables/{made.id}", status=404)
    assert "Logo" not in egle.get("/portal/deliverables").text


def posted(browser: Client, home: str, address: str, **values: str) -> int:
    """The status of a form sent to an address that this person's pages do not offer."""
    token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
    with browser.app.app_context():
        return browser.client.post(address, data={"csrf_token": token, **values}).status_code


def test_for_the_stranger_and_a_colleague_none_of_it_exists(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    claim, made = a_claim(cast, ClaimState.DECIDED), a_deliverable(cast)
    with app.app_context():
        upload = store_upload("logo.txt", BytesIO(b"a logo"))
    deliver_round(made, NewRound("Sketch", uploads=(upload,)), by=cast.ona)
    file_id = db.session.scalars(db.select(RoundFile.id)).one()
    number, one = claim.ticket.number, f"/tickets/{claim.ticket.number}/claim"
    for name in ("marek", "egle"):
        browser = browser_of(name)
        for address in (
            f"/portal{one}", f"/portal/deliverables/{made.id}", f"/portal/deliverables/files/{file_id}/logo.txt",
            "/console/claims", f"/console{one}", "/console/refund-rules", "/console/refund-rules/1.csv",
            "/console/refund-rules/new", "/console/deliverables", f"/console/deliverables/{made.id}",
            f"/console/deliverables/files/{file_id}/logo.txt",
        ):  # fmt: skip
            browser.get(address, status=404)
        for address in (f"/portal{one}/appeal", f"/portal{one}/acceptance", f"/portal{one}/withdrawal",
                        f"/portal/deliverables/{made.id}/rounds/1/answer", f"/console{one}/decisions"):  # fmt: skip
            assert posted(browser, "/portal/", address, reason="Mine", answer="accepted") == 404, address
        assert "Logo" not in browser.get("/portal/deliverables").text
        assert number not in browser.get("/portal/tickets?which=all").text
    assert again(claim).appealed_at is None


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("giedrius", "/console{one}", 404), ("giedrius", "/console/deliverables/{made}", 404),
        ("giedrius", "/console/deliverables/files/{file}/x", 404), ("birute", "/console/claims", 403),
        ("birute", "/console/refund-rules", 403), ("ona", "/console/refund-rules/new", 403),
        ("tomas", "/console/refund-rules", 200), ("vera", "/console{one}", 200), ("petras", "/console{one}", 200),
        ("petras", "/console/deliverables/{made}", 200), ("petras", "/console/deliverables/new", 403),
        ("vera", "/console/deliverables/new", 200), ("rasa", "/console/claims", 200),
    ],
)  # fmt: skip
def test_who_of_the_staff_sees_what(cast: Cast, browser_of: BrowserOf, name: str, address: str, status: int) -> None:
    claim, made = a_claim(cast), a_deliverable(cast)
    known = {"one": f"/tickets/{claim.ticket.number}/claim", "made": made.id, "file": 1}
    browser_of(name).get(address.format(**known), status=status)


@pytest.mark.parametrize(
    ("name", "ending", "values"),
    [
        ("vera", "/decisions", {"outcome": "reject", "reasons": "x"}),
        ("petras", "/acknowledgement", {}),
        ("ona", "/decision/approval", {}),
        ("petras", "/decision/refusal", {"reason": "x"}),
    ],
)
def test_who_may_not_act_is_refused(
    cast: Cast, browser_of: BrowserOf, name: str, ending: str, values: dict[str, str]
) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED)
    address = f"/console/tickets/{claim.ticket.number}/claim{ending}"
    assert posted(browser_of(name), "/console/claims", address, **values) == 403
    assert decisions_of(again(claim)) == []


@pytest.mark.parametrize("count", [1, 12])
def test_the_lists_ask_few_questions_however_much_there_is(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    for _one in range(count):
        claim, made = a_claim(cast), a_deliverable(cast)
        deliver_round(made, NewRound("Sketch"), by=cast.ona)
    for name, address, most in (
        ("ona", "/console/claims", 14), ("vera", "/console/claims?view=registered", 14),
        ("ona", "/console/deliverables", 14), ("lena", "/portal/deliverables", 12),
        ("ona", f"/console/tickets/{claim.ticket.number}", 31), ("vera", "/console/refund-rules", 12),
    ):  # fmt: skip
        browser = browser_of(name)
        browser.get(address)
        with queries(most, address):
            browser.get(address)


def test_a_claim_that_is_not_registered_yet_is_registered_by_hand(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = a_ticket(cast, type=TicketType.CLAIM), browser_of("ona")
    page = ona.get(f"/console/tickets/{ticket.number}")
    for _click in range(2):
        ona.submit(page.form("/claim"))
    assert claim_of(ticket, for_=cast.ona).state is ClaimState.REGISTERED
    assert ticket.number in ona.get("/console/claims").text
    ona.get(f"/console/tickets/{a_ticket(cast).number}/claim", status=404)
