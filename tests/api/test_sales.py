"""Enquiries, sales and products at clients by the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.core.db import db
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.sales import Sale
from helpdesk.models.tickets import TicketType
from helpdesk.policy.actor import Actor
from tests.aftersales.selling import a_sale
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket

As = Callable[[Actor], Caller]


def a_body(cast: Cast, **values: Any) -> dict[str, Any]:
    return {
        "sold_on": "2026-03-02", "reference": "CRM 4711", "organisation": {"name": "Vitalus", "language": "lt"},
        "contacts": [{"name": "Ada", "email": "ada@vitalus.example", "roles": ["decider"], "is_invited": True}],
        "items": [
            {"product_id": cast.printer.id, "quantity": 2, "price_cents": 50_000, "serials": ["A-1"],
             "delivered_on": "2026-03-02"},
        ],
        "contract": {"number": "V-1", "valid_from": "2026-03-02", "plan": "prepaid", "hours_minutes": 600},
    } | values  # fmt: skip


def test_an_enquiry_from_its_meeting_to_the_sale(cast: Cast, ona: Caller, as_: As) -> None:
    ticket = a_ticket(cast, type=TicketType.ENQUIRY)
    path = f"/tickets/{ticket.number}/enquiry"
    assert ona.get(path).get_json()["state"] == "received"
    sent = {"kind": "quotation", "is_complex": True, "specialist_id": cast.tomas.operator_id}
    assert [duty["kind"] for duty in ona.put(path, sent).get_json()["duties"]] == ["quotation"]
    met = ona.post(f"{path}/meetings", {"met_at": "2026-03-02T06:30:00Z", "note": "They want ten."}).get_json()
    assert {"kind": "summary_letter", "due_at": "2026-03-03T15:00:00Z", "owner_id": cast.ona.operator_id} in met[
        "duties"
    ]
    assert ona.put(f"{path}/summary", {"text": "This is what we understood."}).get_json()["state"] == "clarifying"
    offer = {"what": "Ten printers", "amount_cents": 1_150_000, "valid_until": "2026-04-30"}
    ids = {ona.post(f"{path}/quotations", offer, headers={"Idempotency-Key": "k"}).get_json()["quotation"]["id"]
           for _ in range(2)}  # fmt: skip
    assert len(ids) == 1
    [listed] = ona.get("/enquiries?state=quoted").get_json()["enquiries"]
    assert (listed["ticket"], listed["duties"]) == (ticket.number, [])
    assert ona.put(f"{path}/outcome", {"outcome": "won"}).get_json()["state"] == "won"
    assert ona.get("/enquiries").get_json()["enquiries"] == []

    sale = ona.post("/sales", a_body(cast, organisation=None, organisation_id=cast.klinika.id, contacts=[],
                                     ticket_id=ticket.id)).get_json()  # fmt: skip
    assert (sale["ticket"], sale["contact_id"]) == (ticket.number, cast.jonas.contact_id)
    assert as_(cast.marek).get("/enquiries").status_code == 403


def test_one_call_makes_everything_once(cast: Cast, ona: Caller, as_: As) -> None:
    body = a_body(cast)
    made = [ona.post("/sales", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    sale = made[0].get_json()
    assert made[1].get_json() == sale
    assert made[0].headers["Location"].endswith(f"/sales/{sale['number']}")
    assert ona.post("/sales", body).status_code == 409
    assert (sale["total_cents"], len(sale["installed_products"]), len(sale["points"])) == (100_000, 2, 6)
    assert [(notice["kind"], notice["amount_cents"]) for notice in sale["notices"]] == [("proforma", 100_000)]

    path = f"/sales/{sale['number']}"
    done = ona.put(f"{path}/points/installation/completion", {"on": "2026-03-02", "note": "By Tomas"}).get_json()
    assert [point["point"] for point in done["points"] if point["is_done"]] == ["installation"]
    wrong = ona.put(f"{path}/points/quality/fault", {"remark": "A scratch", "opens_ticket": True}).get_json()
    [quality] = [point for point in wrong["points"] if point["point"] == "quality"]
    assert (quality["is_wrong"], quality["remark"], quality["ticket"][:2]) == (True, "A scratch", "T-")
    moved = ona.patch(f"{path}/points/training", {"owner_id": cast.tomas.operator_id, "due_on": "2026-03-20"})
    assert next(p for p in moved.get_json()["points"] if p["point"] == "training")["owner_id"] == cast.tomas.operator_id
    assert ona.put(f"{path}/points/lunch/completion", {}).status_code == 404
    [listed] = ona.get("/sales?unfinished=true").get_json()["sales"]
    assert (listed["open_points"], listed["wrong_points"], listed["organisation"]) == (5, 1, "Vitalus")

    assert ona.post(f"{path}/payments", {"amount_cents": 5, "paid_on": "2026-03-02"}).status_code == 403
    vera = as_(cast.vera)
    pay = {"amount_cents": 60_000, "paid_on": "2026-03-01"}
    for _ in range(2):
        assert vera.post(f"{path}/payments", pay, headers={"Idempotency-Key": "p"}).status_code == 201
    paid = vera.post(f"{path}/payments", {"amount_cents": 30_000, "paid_on": "2026-03-02"}).get_json()
    mistake = paid["payments"][-1]["id"]
    assert vera.post(f"{path}/payments/{mistake}/reversal", {"reason": "Mistyped"}).status_code == 200
    paid = vera.post(f"{path}/payments", {"amount_cents": 40_000, "paid_on": "2026-03-01"}).get_json()
    assert [(each["kind"], each["dated"]) for each in paid["notices"]] == [
        ("proforma", "2026-03-02"), ("vat_invoice", "2026-03-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(("wrong", "place"), [
    ({"sold_on": "2026-02-30"}, "#/sold_on"), ({"sold_on": 5}, "#/sold_on"), ({"items": "x"}, "#/items"),
    ({"items": [{"what": "A", "price_cents": -1}]}, "#/items/0/price_cents"),
    ({"items": [{"what": "A\0"}]}, "#/items/0/what"), ({"items": [{"what": "A"}, {}]}, "#/items/1/what"),
    ({"items": [{"what": "A", "extra": 1}]}, "#/items/0/extra"), ({"items": [{"product_id": 999999}]},
                                                                 "#/items/0/product_id"),
    ({"items": [{"what": "A", "delivered_on": "2026-03-03"}]}, "#/items/0/delivered_on"),
    ({"contacts": [{"name": "M", "email": "marek@strangers.example"}]}, "#/contacts/0/email"),
    ({"contacts": [{"name": "M", "roles": ["king"]}]}, "#/contacts/0/roles/0"),
    ({"contract": {"number": "V", "valid_from": "2026-03-02", "valid_until": "2026-03-01"}}, "#/contract/valid_until"),
    ({"contract": {"number": "V", "valid_from": "2026-03-02", "policy_id": 999999}}, "#/contract/policy_id"),
    ({"care_plan_id": 77}, "#/care_plan_id"), ({"currency": "EURO"}, "#/currency"), ({"organisation": {}},
                                                                                     "#/organisation/name"),
])  # fmt: skip
def test_what_is_wrong_is_pointed_at_and_nothing_is_half(
    cast: Cast, ona: Caller, wrong: dict[str, Any], place: str
) -> None:
    refused = ona.post("/sales", a_body(cast) | wrong)
    assert (refused.status_code, pointers(refused)) == (422, [place])
    assert db.session.query(Sale).count() == 0
    assert db.session.query(Organisation).filter_by(name="Vitalus").count() == 0
    assert db.session.query(Contact).filter_by(name="Ada").count() == 0


def test_a_product_at_a_client_and_its_parts(cast: Cast, ona: Caller, jonas: Caller) -> None:
    path = f"/installed-products/{cast.printer_at_klinika.id}"
    changed = ona.patch(path, {"delivered_on": "2026-01-05", "warranty_until": "2028-01-05"}).get_json()
    assert (changed["serial"], changed["warranty_until"]) == ("88412-B", "2028-01-05")
    refused = ona.patch(path, {"warranty_until": "2026-01-04"})
    assert (refused.status_code, pointers(refused)) == (422, ["#/warranty_until"])
    part = {"name": "Print head", "kind": "spare_part", "part_number": "PH-7", "interval_days": 90,
            "replaced_on": "2026-01-05"}  # fmt: skip
    [added] = ona.post(f"{path}/parts", part).get_json()["parts"]
    assert added["next_on"] == "2026-04-05"
    replaced = ona.put(f"{path}/parts/{added['id']}/replacement", {"on": "2026-03-01"}).get_json()
    assert replaced["parts"][0]["next_on"] == "2026-05-30"
    assert jonas.get(path).get_json()["parts"][0]["name"] == "Print head"
    assert ona.delete(f"{path}/parts/{added['id']}").status_code == 204
    assert ona.delete(f"{path}/parts/{added['id']}").status_code == 404


def test_buying_roles(cast: Cast, ona: Caller) -> None:
    path = f"/contacts/{cast.jonas.contact_id}/roles"
    assert ona.put(path, {"roles": ["buyer", "user"]}).get_json()["roles"] == ["user", "buyer"]
    assert ona.put(path, {"roles": []}).get_json()["roles"] == []
    assert ona.put(path, {"roles": ["king"]}).status_code == 422


def test_the_third_line_finds_no_sale(cast: Cast, giedrius: Caller, as_: As) -> None:
    number = a_sale(cast).number
    assert giedrius.get(f"/sales/{number}").status_code == 404
    assert giedrius.get("/sales").get_json()["sales"] == []
    assert as_(cast.rasa).get(f"/sales/{number}").status_code == 200
    assert as_(cast.lena).get(f"/sales/{number}").status_code == 404
