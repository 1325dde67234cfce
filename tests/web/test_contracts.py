"""Contracts on the page of an organisation, the warranty of a product, and what covers a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.entitlement.contracts import NewContract, add_contract
from helpdesk.models.contracts import Contract
from helpdesk.models.products import Component, Product
from helpdesk.people import catalogue
from helpdesk.tickets.policies import add_policy
from sla.models import SlaPolicy
from tests.cast import Cast
from tests.factories import a_ticket
from tests.page import Client, Page
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def standard() -> SlaPolicy:
    return db.session.query(SlaPolicy).filter_by(name="Standard").one()


def path(cast: Cast) -> str:
    return f"/console/organisations/{cast.klinika.id}/contracts"


def add(browser: Client, cast: Cast, **values: Any) -> Page:
    sent = {"number": "K-1", "policy_id": str(standard().id), "valid_from": "2026-01-01", "valid_until": ""} | values
    form = browser.get(path(cast)).form("/contracts")
    db.session.commit()  # what the request saves does not hang on what this session has read
    return browser.submit(form, **sent)


@pytest.mark.parametrize("name", ["petras", "vera"])
def test_a_contract_is_added_and_covers_what_comes(cast: Cast, browser_of: BrowserOf, name: str) -> None:
    browser = browser_of(name)
    page = add(browser, cast, product_ids=[str(cast.printer.id)], line_policy_id=str(standard().id))
    assert "The contract K-1 is in the books." in page.text
    assert "Label printer" in page.text

    ticket = a_ticket(cast, product_id=cast.printer.id)
    assert ticket.contract_id == db.session.query(Contract).one().id
    shown = browser_of("ona").get(f"/console/tickets/{ticket.number}").text
    assert "Product line of the contract K-1 Policy: Standard" in shown
    assert "something that comes first covers it" in shown
    assert "K-1" in browser.get(f"/console/organisations/{cast.klinika.id}").text


def test_a_contract_may_cover_a_component_alone(cast: Cast, browser_of: BrowserOf) -> None:
    head, petras = db.session.query(Component).one(), browser_of("petras")
    page = add(petras, cast, policy_id="", component_ids=[str(head.id)], line_policy_id=str(standard().id))
    assert "Label printer, Print head" in page.text
    covered = a_ticket(cast, product_id=cast.printer.id, component_id=head.id)
    other = a_ticket(cast, product_id=cast.printer.id)
    assert (covered.contract_id is None, other.contract_id is None) == (False, True)
    assert "for another component" in browser_of("ona").get(f"/console/tickets/{other.number}").text
    page = petras.submit(page.form("/lines"), product_id="4711", component_id=str(head.id))
    assert page.status == 422
    page = add(petras, cast, number="K-2")
    assert "The contract K-2 is in the books." in page.text
    page = add(petras, cast, number="K-3", valid_from="2026-05-01")
    assert (page.status, "The contract K-2 covers the same, from 2026-01-01 on." in page.text) == (422, True)


def test_what_was_rejected_is_told_with_its_reason(cast: Cast, browser_of: BrowserOf) -> None:
    for number, since, until in (("Old", date(2024, 1, 1), date(2024, 12, 31)), ("Next", date(2027, 1, 1), None)):
        add_contract(cast.klinika, NewContract(number, standard().id, since, until), by=cast.vera)
    ticket = a_ticket(cast)

    shown = browser_of("ona").get(f"/console/tickets/{ticket.number}").text
    for words in ("Covered by Default policy", "Contract Old had ended", "Contract Next not yet valid"):
        assert words in shown


@pytest.mark.parametrize(
    ("values", "field"),
    [({"number": " "}, "number"), ({"number": ""}, "number"), ({"valid_from": ""}, "valid_from"),
     ({"valid_from": "soon"}, "valid_from"), ({"valid_until": "2025-01-01"}, "valid_until"),
     ({"policy_id": ""}, "policy_id"), ({"policy_id": "4711"}, "policy_id"),
     ({"product_ids": ["4711"]}, "product_ids"), ({"line_policy_id": "4711"}, "line_policy_id")],
)  # fmt: skip
def test_wrong_words_are_refused_at_their_field_and_kept(
    cast: Cast, browser_of: BrowserOf, values: dict[str, Any], field: str
) -> None:
    page = add(browser_of("petras"), cast, **({"number": "Kept words"} | values))

    assert page.status == 422
    assert f'id="f-{field}-problem"' in page.html
    assert db.session.query(Contract).count() == 0
    assert field == "number" or "Kept words" in page.html


def test_a_number_is_taken_once(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    add(petras, cast)

    assert add(petras, cast, number="k-1").status == 422


def test_a_contract_ends_and_of_two_the_second_sees_a_conflict(cast: Cast, browser_of: BrowserOf) -> None:
    petras, vera = browser_of("petras"), browser_of("vera")
    add(petras, cast)
    mine, theirs = (browser.get(path(cast)).form("/end") for browser in (petras, vera))

    assert petras.submit(mine, on="2025-01-01").status == 422
    page = petras.submit(mine, on="2026-03-31")
    assert "1 Jan 2026 – 31 Mar 2026" in page.text
    page = vera.submit(theirs, on="2026-06-30")
    assert "Somebody else has changed the end of this contract meanwhile." in page.text
    db.session.expire_all()
    assert db.session.query(Contract).one().valid_until == date(2026, 3, 31)


def test_a_further_product_has_a_policy_of_its_own(cast: Cast, browser_of: BrowserOf) -> None:
    premium = add_policy("Premium", standard().id, by=cast.petras)
    petras = browser_of("petras")
    page = add(petras, cast)
    form = page.form("/lines")

    sent = {"product_id": str(cast.printer.id), "policy_id": str(premium.id)}
    db.session.commit()
    page = petras.submit(form, **sent)
    assert "Label printer Premium" in page.text
    assert "covers the product already" in petras.submit(form, product_id=str(cast.printer.id)).text
    assert petras.submit(form, product_id="4711").status == 422
    assert a_ticket(cast, product_id=cast.printer.id).policy_id == premium.id


def test_the_warranty_of_a_product_has_a_policy(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    form = petras.get("/console/catalogue").form(f"/products/{cast.printer.id}/warranty-policy")

    assert petras.submit(form, policy_id=str(standard().id)).status == 200
    assert petras.submit(form, policy_id="4711").status == 422

    db.session.expire_all()
    assert db.session.get_one(Product, cast.printer.id).warranty_policy_id == standard().id
    assert catalogue.warranty_policies() == {cast.printer.id: standard().id}


def test_contracts_are_for_administrators_and_managers(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    contract = add_contract(cast.klinika, NewContract("K-1", standard().id, date(2026, 1, 1)), by=cast.vera)
    posts = (path(cast), f"{path(cast)}/{contract.id}/end", f"{path(cast)}/{contract.id}/lines")
    sent = {"number": "K-2", "policy_id": "1", "valid_from": "2026-01-01", "on": "2026-02-02", "product_id": "1"}
    for name, status in (("marek", 404), ("jonas", 404), ("tomas", 403), ("rasa", 403), ("giedrius", 403)):
        browser = browser_of(name)
        token = browser.get("/account").html.split('name="csrf-token" content="')[1].split('"')[0]
        with app.app_context():
            assert browser.client.get(path(cast)).status_code == status, name
        for each in posts:
            with app.app_context():
                answer = browser.client.post(each, data=sent | {"csrf_token": token})
            assert answer.status_code == status, (name, each)
    assert "Contracts" not in browser_of("ona").get(f"/console/organisations/{cast.klinika.id}").text
    db.session.expire_all()
    assert [(c.number, c.valid_until) for c in db.session.query(Contract)] == [("K-1", None)]
    for actor in (cast.ona, cast.rasa, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            add_contract(cast.klinika, NewContract("K-3", standard().id, date(2026, 1, 1)), by=actor)


def test_a_contract_of_another_organisation_is_not_found(cast: Cast, browser_of: BrowserOf) -> None:
    contract = add_contract(cast.strangers, NewContract("S-1", standard().id, date(2026, 1, 1)), by=cast.vera)
    petras = browser_of("petras")
    add(petras, cast)
    form = petras.get(path(cast)).form("/end")
    form.action = f"{path(cast)}/{contract.id}/end"

    assert petras.submit(form, on="2026-03-31").status == 404


def test_only_the_administrator_chooses_the_policy_of_a_warranty(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        catalogue.set_warranty_policy(cast.printer.id, standard().id, by=cast.vera)
    with pytest.raises(Invalid):
        catalogue.set_warranty_policy(cast.printer.id, 4711, by=cast.petras)


def test_without_its_token_nothing_is_saved(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    with app.app_context():
        assert browser_of("petras").client.post(path(cast), data={"number": "K-1"}).status_code == 400


def test_the_page_asks_few_questions(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    for number in range(6):
        since, until = date(2020 + number, 1, 1), date(2020 + number, 12, 31)
        new = NewContract(f"K-{number}", standard().id, since, until, product_ids=(cast.printer.id,))
        add_contract(cast.klinika, new, by=cast.vera)
    petras.get(path(cast))
    with queries(14, path(cast)):
        petras.get(path(cast))


@pytest.mark.parametrize("language", ["lt", "ru", "zh-Hans"])
def test_the_pages_are_whole_in_every_language(cast: Cast, browser_of: BrowserOf, language: str) -> None:
    petras = browser_of("petras")
    add(petras, cast)
    ticket = a_ticket(cast)
    petras.submit(petras.get(path(cast)).form("/preferences"), language=language)
    for each in (path(cast), f"/console/organisations/{cast.klinika.id}", "/console/catalogue",
                 f"/console/tickets/{ticket.number}"):  # fmt: skip
        petras.get(each)
