"""Requests that make something: the same key makes it once, and stands for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.aftersales.hours import grant_hours
from helpdesk.core.db import db
from helpdesk.models.care import Care, Revisit
from helpdesk.models.claims import Deliverable
from helpdesk.models.contracts import HoursEntry, HoursReservation, Plan
from helpdesk.policy.actor import Actor
from tests.aftersales.conftest import a_contract
from tests.aftersales.test_care import a_plan
from tests.api.conftest import Caller
from tests.cast import Cast

CallerOf = Callable[[Actor], Caller]
WHAT = ("block", "adjustment", "reservation", "deliverable", "revisit", "programme")


@pytest.fixture
def requests(cast: Cast) -> dict[str, tuple[str, dict[str, Any], dict[str, Any], type]]:
    """By name: where, what is sent, what else is sent, what is made."""
    contract = a_contract(cast, plan=Plan.PREPAID)
    grant_hours(contract, 900, by=cast.vera)
    of_contract, of_client = f"/contracts/{contract.id}", f"/organisations/{cast.klinika.id}"
    made = {"organisation_id": cast.klinika.id, "name": "Label", "agreed_rounds": 2}
    visit = {"what": "Care call", "on": "2026-03-17"}
    programme = {"plan_id": a_plan(cast).id, "anchor": "2026-03-02"}
    return {
        "block": (f"{of_contract}/blocks", {"minutes": 600}, {"minutes": 60}, HoursEntry),
        "adjustment": (f"{of_contract}/adjustments", {"minutes": 90, "reason": "x"}, {"minutes": 80, "reason": "x"},
                       HoursEntry),
        "reservation": (f"{of_contract}/reservations", {"minutes": 30, "what": "x"}, {"minutes": 20, "what": "x"},
                        HoursReservation),
        "deliverable": ("/deliverables", made, made | {"name": "Box"}, Deliverable),
        "revisit": (f"{of_client}/revisits", visit, visit | {"what": "Training"}, Revisit),
        "programme": (f"{of_client}/cares", programme, programme | {"anchor": "2026-03-03"}, Care),
    }  # fmt: skip


@pytest.mark.parametrize("name", WHAT)
def test_a_repeated_request_makes_it_once(
    cast: Cast, as_: CallerOf, requests: dict[str, tuple[str, dict[str, Any], dict[str, Any], type]], name: str
) -> None:
    path, sent, other, model = requests[name]
    vera = as_(cast.vera)

    def count() -> int:
        return db.session.scalar(select(func.count()).select_from(model)) or 0

    before = count()
    answers = [vera.post(path, sent, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201], answers[0].get_json()
    assert answers[0].get_json() == answers[1].get_json()
    assert count() == before + 1
    reused = vera.post(path, other, headers={"Idempotency-Key": "k"})
    assert (reused.status_code, reused.get_json()["code"]) == (422, "key_reused")
    assert vera.post(path, other).status_code == 201
