"""Care plans and revisits by the API."""

from __future__ import annotations

from typing import Any

from tests.aftersales.test_revisits import a_revisit
from tests.api.conftest import Caller, pointers
from tests.cast import Cast

PLAN: dict[str, Any] = {
    "name": "Standard care",
    "steps": [{"what": "Delivery check", "offset_days": 3}, {"what": "Care call", "rule": "FREQ=MONTHLY;INTERVAL=3"}],
}


def test_a_plan_plans_and_its_change_is_seen_first(cast: Cast, ona: Caller) -> None:
    plan = ona.post("/care-plans", PLAN).get_json()
    path = f"/organisations/{cast.klinika.id}/cares"
    begun = ona.post(path, {"plan_id": plan["id"], "anchor": "2026-03-02", "contact_id": cast.jonas.contact_id})
    assert begun.status_code == 201 and ona.get(path).get_json()["cares"][0]["plan_id"] == plan["id"]
    listed = ona.get("/revisits?since=2026-03-01&until=2026-12-31").get_json()["revisits"]
    days = [each["planned_on"] for each in listed]
    assert days == ["2026-03-05", "2026-06-02", "2026-09-02", "2026-12-02"]

    steps = [{**plan["steps"][0], "offset_days": 8}, plan["steps"][1]]
    steps = [{name: value for name, value in step.items() if value is not None} for step in steps]
    changed = {"name": "Standard care", "steps": steps, "revision": plan["revision"]}
    moves = ona.post(f"/care-plans/{plan['id']}/previews", changed).get_json()["moves"]
    assert [(move["before"], move["after"]) for move in moves] == [("2026-03-05", "2026-03-10")]
    assert ona.put(f"/care-plans/{plan['id']}", changed).get_json()["moves"] == moves
    assert ona.put(f"/care-plans/{plan['id']}", changed).status_code == 409
    assert ona.put(f"/cares/{begun.get_json()['id']}/end", {"reason": "Over"}).get_json()["ended_at"]


def test_the_life_of_a_revisit(cast: Cast, ona: Caller, jonas: Caller, tomas: Caller) -> None:
    sent = {"what": "Training", "on": "2026-03-05", "contact_id": cast.jonas.contact_id, "channel": "on_site_visit",
            "operator_id": cast.tomas.operator_id}  # fmt: skip
    revisit = ona.post(f"/organisations/{cast.klinika.id}/revisits", sent).get_json()
    path = f"/revisits/{revisit['id']}"
    assert jonas.put(f"{path}/confirmation").get_json()["state"] == "confirmed"
    assert jonas.put(f"{path}/other-time", {"words": "Friday"}).get_json()["asked_words"] == "Friday"
    follows = ona.post(f"{path}/moves", {"on": "2026-03-06", "starts_at": "2026-03-06T08:00:00Z",
                                         "reason": "As asked"}).get_json()  # fmt: skip
    assert ona.get(path).get_json()["moved_to"] == follows["id"]
    path = f"/revisits/{follows['id']}"
    told = {"summary": "Fine", "satisfaction": 5, "worked_minutes": 30, "parts": ["Roll"],
            "needs": [{"kind": "upgrade", "what": "Firmware 8"}], "referrals": [{"company": "Kauno baldai"}],
            }  # fmt: skip
    assert tomas.put(f"{path}/outcome", told).get_json()["parts"] == ["Roll"]
    assert jonas.put(f"{path}/outcome/confirmation").get_json()["confirmed_by"] == cast.jonas.name
    shown = jonas.get(path).get_json()
    assert shown["outcome"]["satisfaction"] == 5 and "operator_id" not in shown
    [need] = ona.get("/needs?state=open").get_json()["needs"]
    assert pointers(ona.patch(f"/needs/{need['id']}", {"state": "won"})) == ["#/result"]
    assert ona.patch(f"/needs/{need['id']}", {"state": "won", "result": "Ordered"}).get_json()["state"] == "won"
    [referral] = ona.get("/referrals").get_json()["referrals"]
    assert referral["company"] == "Kauno baldai"


def test_what_is_wrong_is_named(cast: Cast, ona: Caller) -> None:
    path = f"/organisations/{cast.klinika.id}/revisits"
    whole = {"what": "Training", "on": "2026-03-05"}
    for wrong in ({"what": " "}, {"on": "tomorrow"}, {"on": "2020-01-01"}, {"minutes": 0}, {"channel": "email"},
                  {"contact_id": cast.marek.contact_id}, {"operator_id": 99_999}):  # fmt: skip
        [name] = wrong
        refused = ona.post(path, whole | wrong)
        assert (refused.status_code, pointers(refused)) == (422, [f"#/{name}"])
    assert pointers(ona.post("/care-plans", PLAN | {"steps": [{"what": "A", "rule": "x"}]})) == ["#/steps/0/rule"]
    assert ona.get("/revisits?state=late").status_code == 422


def test_a_client_lists_what_is_theirs(cast: Cast, jonas: Caller, marek: Caller, lena: Caller) -> None:
    a_revisit(cast)
    a_revisit(cast, contact_id=None)
    assert [len(who.get("/revisits").get_json()["revisits"]) for who in (jonas, lena, marek)] == [1, 2, 0]
