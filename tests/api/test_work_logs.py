"""Work and statements by the API."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.aftersales.hours import grant_hours
from helpdesk.policy.actor import Actor
from tests.aftersales.conftest import a_contract
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import a_ticket

As = Callable[[Actor], Caller]


def test_work_is_logged_once_and_taken_back(cast: Cast, ona: Caller, lena: Caller) -> None:
    contract = a_contract(cast, rounding_minutes=15)
    grant_hours(contract, 60, by=cast.petras)
    path = f"/tickets/{a_ticket(cast).number}/work-logs"
    sent = {"minutes": 70, "channel": "remote_session", "note": "New driver"}

    ids = {ona.post(path, sent, headers={"Idempotency-Key": "once"}).get_json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert ona.post(path, sent | {"minutes": 5}, headers={"Idempotency-Key": "once"}).status_code == 422
    [done] = ona.get(path).get_json()["work_logs"]
    assert (done["counted_minutes"], done["chargeable_minutes"], done["rule"]) == (75, 15, "prepaid_hours")
    statement = lena.get(f"/contracts/{contract.id}/statement").get_json()
    assert [(line["entry"], line["minutes"]) for line in statement["lines"]] == [
        ("granted", 60), ("used", -60), ("overage", -15), ("billed", 15),
    ]  # fmt: skip
    assert (statement["balance_minutes"], statement["blocks"]) == (0, [])

    back = ona.post(f"{path}/{done['id']}/reversal", {"reason": "The wrong ticket"})
    assert (back.status_code, back.get_json()["minutes"], back.get_json()["reverses"]) == (200, -70, done["id"])
    again = lena.get(f"/contracts/{contract.id}/statement").get_json()
    assert (again["balance_minutes"], again["blocks"][0]["left_minutes"]) == (60, 60)


def test_what_is_wrong_is_named(cast: Cast, ona: Caller, jonas: Caller) -> None:
    contract = a_contract(cast)
    path = f"/tickets/{a_ticket(cast).number}/work-logs"
    for wrong in ({"minutes": 0}, {"minutes": 2000}, {"channel": "fax"}, {"started_at": "2030-01-01T10:00:00Z"}):
        [pointer] = (f"#/{name}" for name in wrong)
        refused = ona.post(path, {"minutes": 5, "channel": "phone"} | wrong)
        assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, pointer)
    assert ona.get(path).get_json()["work_logs"] == []
    assert jonas.get(f"/contracts/{contract.id}/statement").status_code == 404
