"""Who is who by API: the token's account, organisations, contacts, and what ids stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.policy.actor import Actor
from tests.api.conftest import Caller, pointers
from tests.cast import Cast


def test_a_token_says_whom_it_acts_as(cast: Cast, ona: Caller, lena: Caller, as_: Callable[[Actor], Caller]) -> None:
    assert ona.get("/me").get_json() == {
        "account_id": cast.ona.account_id, "name": "Ona", "role": "operator", "language": "en",
        "timezone": "Europe/Vilnius", "contact_id": None, "organisation_id": None, "unit": None, "is_supervisor": False,
        "operator_id": cast.ona.operator_id, "team_ids": [cast.desk.id], "lines": [1], "leads_line": None,
    }  # fmt: skip
    assert as_(cast.rasa).get("/me").get_json()["leads_line"] == 1
    hers = lena.get("/me").get_json()
    assert (hers["role"], hers["contact_id"], hers["is_supervisor"]) == ("contact", cast.lena.contact_id, True)
    assert "team_ids" not in hers


def test_an_operator_registers_an_organisation_and_its_contact(ona: Caller) -> None:
    created = ona.post("/organisations", {
        "name": "Mokykla", "language": "lt", "timezone": "Europe/Vilnius", "city": "Kaunas",
        "sharing_mode": "organisation", "domains": ["Mokykla.example"],
    })  # fmt: skip
    organisation = created.get_json()
    assert created.status_code == 201
    assert (organisation["name"], organisation["domains"]) == ("Mokykla", ["mokykla.example"])
    assert ona.get(created.headers["Location"]).get_json() == organisation

    added = ona.post("/contacts", {
        "name": "Darius", "email": "Darius@Mokykla.example", "organisation_id": organisation["id"],
        "is_supervisor": True, "roles": ["user", "decider"], "it_readiness": "novice", "preferred_channel": "phone",
    })  # fmt: skip
    contact = added.get_json()
    assert added.status_code == 201
    assert (contact["email"], contact["language"]) == ("darius@mokykla.example", "lt")
    assert contact["roles"] == ["user", "decider"]
    assert (contact["preferred_channel"], contact["is_verified"]) == ("phone", True)
    assert ona.get(added.headers["Location"]).get_json() == contact
    listed = ona.get(f"/contacts?organisation_id={organisation['id']}").get_json()["contacts"]
    assert listed == [contact]


def test_what_is_there_already_is_a_conflict(ona: Caller) -> None:
    assert ona.post("/organisations", {"name": "KLINIKA"}).get_json()["code"] == "name_taken"
    taken = ona.post("/contacts", {"name": "Another Jonas", "email": "JONAS@klinika.example"})
    assert (taken.status_code, taken.get_json()["code"]) == (409, "email_taken")


def test_a_domain_belongs_to_one_organisation(ona: Caller) -> None:
    ona.post("/organisations", {"name": "Mokykla", "domains": ["mokykla.example"]})
    assert ona.post("/organisations", {"name": "Kita", "domains": ["mokykla.example"]}).status_code == 409
    assert ona.get("/organisations?name=kita").get_json()["organisations"] == []


@pytest.mark.parametrize(("address", "sent", "place"), [
    ("/organisations", {"name": " "}, "#/name"),
    ("/organisations", {"name": "x" * 201}, "#/name"),
    ("/organisations", {"name": "Nauja", "timezone": "Europe/Nowhere"}, "#/timezone"),
    ("/organisations", {"name": "Nauja", "timezone": "../../etc/passwd"}, "#/timezone"),
    ("/organisations", {"name": "Nauja", "language": "xx"}, "#/language"),
    ("/organisations", {"name": "Nauja", "sharing_mode": "everybody"}, "#/sharing_mode"),
    ("/organisations", {"name": "Nauja", "domains": "nauja.example"}, "#/domains"),
    ("/organisations", {"name": "Nauja", "domains": ["ok.example", " "]}, "#/domains/1"),
    ("/contacts", {"name": ""}, "#/name"),
    ("/contacts", {"name": "Darius", "email": "darius"}, "#/email"),
    ("/contacts", {"name": "Darius", "email": "a@b\0.example"}, "#/email"),
    ("/contacts", {"name": "Darius", "organisation_id": 999_999}, "#/organisation_id"),
    ("/contacts", {"name": "Darius", "roles": ["user", "king"]}, "#/roles/1"),
    ("/contacts", {"name": "Darius", "is_supervisor": 1}, "#/is_supervisor"),
    ("/contacts", {"name": "Darius", "verified_at": "2026-03-02T07:00:00Z"}, "#/verified_at"),
])  # fmt: skip
def test_what_is_wrong_is_pointed_at(ona: Caller, address: str, sent: Any, place: str) -> None:
    refused = ona.post(address, sent)
    assert (refused.status_code, pointers(refused)) == (422, [place])


def test_people_of_an_organisation_see_their_own(cast: Cast, jonas: Caller, lena: Caller) -> None:
    here = f"/organisations/{cast.klinika.id}"
    assert jonas.get(here).get_json() == {
        "id": cast.klinika.id, "name": "Klinika", "language": "lt", "timezone": "Europe/Vilnius", "city": None,
    }  # fmt: skip
    assert jonas.get(f"/contacts/{cast.jonas.contact_id}").get_json()["name"] == "Jonas"
    assert jonas.get(f"/contacts/{cast.lena.contact_id}").status_code == 404
    colleagues = lena.get("/contacts").get_json()["contacts"]
    assert [each["name"] for each in colleagues] == ["Jonas", "Lena", "Egle"]
    assert "it_readiness" not in colleagues[0]


def test_contacts_are_read_page_by_page(cast: Cast, ona: Caller) -> None:
    seen: list[str] = []
    page = ona.get("/contacts?size=3").get_json()
    seen += [each["name"] for each in page["contacts"]]
    page = ona.get(f"/contacts?size=3&after={page['after']}").get_json()
    seen += [each["name"] for each in page["contacts"]]
    assert (seen, page["after"]) == (["Jonas", "Lena", "Egle", "Marek"], None)
    assert ona.get("/contacts?email=Lena@Klinika.example").get_json()["contacts"][0]["name"] == "Lena"


def test_the_ids_in_tickets_have_names(cast: Cast, ona: Caller, jonas: Caller) -> None:
    products = jonas.get("/products").get_json()["products"]
    printer = next(each for each in products if each["id"] == cast.printer.id)
    assert (printer["name"], [part["name"] for part in printer["components"]]) == ("Label printer", ["Print head"])
    assert [each["name"] for each in jonas.get("/categories").get_json()["categories"]] == ["Access", "Hardware"]
    teams = ona.get("/teams").get_json()["teams"]
    assert [(each["name"], each["line"]) for each in teams] == [
        ("Service desk", 1), ("Field service", 2), ("Software", 2), ("Makers", 3),
    ]  # fmt: skip
    assert [each["name"] for each in ona.get("/operators").get_json()["operators"]] == [
        "Giedrius",
        "Ona",
        "Rasa",
        "Tomas",
    ]


def test_products_at_clients_are_listed(cast: Cast, ona: Caller, jonas: Caller) -> None:
    mine = jonas.get("/installed-products").get_json()["installed_products"]
    assert [(each["serial"], each["location"]) for each in mine] == [("88412-B", "Reception")]
    address = f"/installed-products?organisation_id={cast.strangers.id}"
    assert ona.get(address).get_json()["installed_products"] == []
