"""Contracts, hours set aside, approvals and billing by the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.core.db import db
from helpdesk.models.contracts import Contract, HoursEntry, HoursReservation, Plan
from helpdesk.models.products import Component
from helpdesk.models.tickets import Channel
from helpdesk.policy.actor import Actor
from sla import register
from tests.aftersales.conftest import a_contract
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import a_ticket

As = Callable[[Actor], Caller]


@pytest.fixture
def vera(cast: Cast, as_: As) -> Caller:
    return as_(cast.vera)


def sent(**more: Any) -> dict[str, Any]:
    new = {"number": "K-1", "policy_id": register.default_policy_id(), "valid_from": "2026-01-01",
           "valid_until": "2026-12-31"}  # fmt: skip
    return new | more


def test_a_contract_from_its_writing_to_its_next_span(cast: Cast, vera: Caller, lena: Caller) -> None:
    component = db.session.query(Component).one()
    path = f"/organisations/{cast.klinika.id}/contracts"
    agreed = {"renewal_months": 12, "renews_itself": True, "renewal_minutes": 60, "notice_by": "2026-09-30"}
    made = vera.post(path, sent(component_ids=[component.id], owner_id=cast.ona.operator_id, **agreed))
    assert made.status_code == 201
    contract = vera.get(made.headers["Location"]).get_json()
    assert contract["lines"] == [
        {"product_id": component.product_id, "component_id": component.id, "policy_id": None}
    ]  # fmt: skip
    assert (contract["renews_on"], contract["notice_by"]) == ("2027-01-01", "2026-09-30")
    address = f"/contracts/{contract['id']}"

    terms = {"valid_from": "2026-01-01", "plan": "prepaid", "hourly_rate_cents": 9000, "channels": ["phone"]}
    assert vera.post(f"{address}/terms", terms).status_code == 201
    assert [each["channels"] for each in vera.get(f"{address}/terms").get_json()["terms"]] == [["phone"]]
    assert vera.post(f"{address}/blocks", {"minutes": 120}).get_json()["balance_minutes"] == 120
    assert (
        vera.post(f"{address}/adjustments", {"minutes": -20, "reason": "Too many"}).get_json()["balance_minutes"] == 100
    )
    renewed = [vera.post(f"{address}/renewals", {"seen": "2026-12-31"}).get_json() for _click in range(2)]
    assert [each["valid_until"] for each in renewed] == ["2027-12-31", "2027-12-31"]
    assert db.session.query(HoursEntry).filter_by(kind="granted").count() == 2
    given = vera.put(f"{address}/notice", {"reason": "They leave"}).get_json()
    assert given["notice_given_on"] == "2026-03-02"
    assert vera.post(f"{address}/notice/withdrawal", {"reason": "They stay"}).get_json()["notice_given_on"] is None
    ended = vera.put(f"{address}/end", {"on": "2027-06-30", "seen": "2027-12-31"})
    assert ended.get_json()["valid_until"] == "2027-06-30"
    assert vera.put(f"{address}/end", {"on": "2027-07-31", "seen": "2027-12-31"}).status_code == 409

    [seen] = lena.get("/contracts").get_json()["contracts"]
    assert (seen["number"], "owner_id" in seen, "policy_id" in seen) == ("K-1", False, False)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"number": "k-0"}, "#/number"), ({"valid_until": "2025-12-31"}, "#/valid_until"),
     ({"valid_from": "soon"}, "#/valid_from"), ({"number": "K-2", "valid_from": "2026-06-01"}, "#/valid_from"),
     ({"notice_by": "2027-01-01"}, "#/notice_by"), ({"renewal_minutes": -1}, "#/renewal_minutes"),
     ({"product_ids": [4711]}, "#/product_ids"), ({"policy_id": None}, "#/policy_id")],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_written(
    cast: Cast, vera: Caller, wrong: dict[str, Any], pointer: str
) -> None:
    path = f"/organisations/{cast.klinika.id}/contracts"
    assert vera.post(path, sent(number="K-0")).status_code == 201
    others = {"valid_from": "2027-01-01", "valid_until": "2027-12-31"} if "valid_from" not in wrong else {}
    if "valid_until" in wrong or "notice_by" in wrong:
        others = {"valid_from": "2028-01-01", "valid_until": "2028-12-31"} | wrong
    refused = vera.post(path, sent() | others | wrong)
    assert refused.status_code == 422
    assert pointer in [error["pointer"] for error in refused.get_json()["errors"]]
    assert db.session.query(Contract).count() == 1


def test_an_overlap_is_refused_with_the_contract_it_overlaps(cast: Cast, vera: Caller) -> None:
    path = f"/organisations/{cast.klinika.id}/contracts"
    vera.post(path, sent())
    refused = vera.post(path, sent(number="K-2", valid_from="2026-12-31", valid_until=None))
    assert "The contract K-1 covers the same, from 2026-01-01 to 2026-12-31." in refused.get_data(as_text=True)
    assert vera.post(path, sent(number="K-2", valid_from="2027-01-01", valid_until=None)).status_code == 201


def test_a_ticket_says_what_covers_it_to_staff(cast: Cast, ona: Caller, lena: Caller) -> None:
    a_contract(cast, channels=("phone",))
    number = a_ticket(cast).number
    assert [tuple(each.values()) for each in ona.get(f"/tickets/{number}").get_json()["coverage"]] == [
        ("contract", "C-7", "other_channel"), ("default", None, "chosen"),
    ]  # fmt: skip
    assert "coverage" not in lena.get(f"/tickets/{number}").get_json()


def test_hours_are_set_aside_and_used(cast: Cast, vera: Caller, ona: Caller, lena: Caller) -> None:
    contract = a_contract(cast)
    number, address = a_ticket(cast).number, f"/contracts/{contract.id}/reservations"
    vera.post(f"/contracts/{contract.id}/blocks", {"minutes": 60})
    assert ona.post(address, {"minutes": 61, "what": "A visit"}).status_code == 409
    row = ona.post(address, {"minutes": 60, "what": "A visit", "ticket": number}).get_json()
    work = {"minutes": 45, "channel": "phone"}
    done = ona.post(f"/tickets/{number}/work-logs", work | {"reservation_id": row["id"]}).get_json()
    assert (done["reservation"], done["chargeable_minutes"]) == (row["id"], 0)
    [left] = lena.get(address).get_json()["reservations"]
    assert (left["left_minutes"], left["ticket"]) == (15, number)
    assert ona.post(f"/reservations/{row['id']}/end").get_json()["is_open"] is False
    refused = ona.post(f"/tickets/{number}/work-logs", work | {"reservation_id": row["id"]})
    assert refused.get_json()["errors"][0]["pointer"] == "#/reservation_id"
    assert db.session.query(HoursReservation).count() == 1


def test_an_approval_is_asked_and_answered(cast: Cast, ona: Caller, lena: Caller, jonas: Caller, vera: Caller) -> None:
    a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=0)
    number = a_ticket(cast).number
    work = {"minutes": 45, "channel": "phone"}
    refused = ona.post(f"/tickets/{number}/work-logs", work)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "approval_needed")
    asked = ona.post(f"/tickets/{number}/approvals", {"what": "A new part", "minutes": 45}).get_json()
    assert (asked["state"], asked["amount_cents"]) == ("asked", 6750)
    assert jonas.get("/approvals").get_json()["approvals"] == []
    assert jonas.put(f"/approvals/{asked['id']}/answer", {"answer": "approved"}).status_code == 404
    [mine] = lena.get("/approvals").get_json()["approvals"]
    for _click in range(2):
        answer = lena.put(f"/approvals/{mine['id']}/answer", {"answer": "approved", "words": "Go on"})
        assert answer.get_json()["state"] == "approved"
    assert lena.put(f"/approvals/{mine['id']}/answer", {"answer": "declined"}).status_code == 409
    assert ona.post(f"/tickets/{number}/work-logs", work).get_json()["approval"] == asked["id"]
    assert [each["state"] for each in ona.get(f"/tickets/{number}/approvals").get_json()["approvals"]] == ["approved"]
    waived = vera.post(f"/tickets/{number}/approvals/waivers", {"minutes": 30, "reason": "It burns"})
    assert waived.get_json()["state"] == "waived"


def test_accounting_takes_confirms_and_releases(cast: Cast, vera: Caller, ona: Caller) -> None:
    assert vera.post("/billing/batches").status_code == 204
    a_contract(cast)
    log_work(a_ticket(cast), NewWork(60, Channel.PHONE), by=cast.ona)
    assert len(vera.get("/billing/notices").get_json()["notices"]) == 1
    batch = vera.post("/billing/batches").get_json()
    assert (batch["state"], len(batch["notices"])) == ("taken", 1)
    assert vera.post(f"/billing/batches/{batch['id']}/release").get_json()["state"] == "released"
    batch = vera.post("/billing/batches").get_json()
    assert vera.post(f"/billing/batches/{batch['id']}/confirmation").get_json()["state"] == "confirmed"
    assert vera.post(f"/billing/batches/{batch['id']}/release").status_code == 409
    assert vera.get(f"/billing/batches/{batch['id']}").get_json()["notices"] == batch["notices"]
    assert len(vera.get("/billing/batches").get_json()["batches"]) == 2
    assert ona.get("/billing/batches").status_code == 403
    assert ona.post(f"/billing/batches/{batch['id']}/release").status_code == 403


def test_the_statement_is_a_file_too(cast: Cast, lena: Caller, vera: Caller) -> None:
    contract = a_contract(cast)
    vera.post(f"/contracts/{contract.id}/blocks", {"minutes": 60})
    text = lena.get(f"/contracts/{contract.id}/statement.csv").get_data(as_text=True)
    assert text.splitlines()[1].startswith("2026-03-02,granted,60,60")
    made = lena.get(f"/contracts/{contract.id}/statement.pdf")
    assert made.status_code in (200, 404)  # as far as this machine makes PDFs
