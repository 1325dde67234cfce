"""Claims, refund rules and deliverables by the API."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from helpdesk.models.claims import ClaimState
from tests.aftersales.claiming import a_claim, some_rules
from tests.api.conftest import Caller, pointers
from tests.cast import Cast


def test_a_claim_from_its_description_to_its_end(cast: Cast, as_: object, ona: Caller, jonas: Caller) -> None:
    rasa: Caller = as_(cast.rasa)  # type: ignore[operator]
    path = f"/tickets/{a_claim(cast, price=None, revision=None).ticket.number}/claim"
    described = ona.put(f"{path}/description", {"fault": "workmanship", "revision": 1, "price_cents": 100_000})
    assert (described.status_code, described.get_json()["by_the_rules"]["amount_cents"]) == (200, 70_000)
    ona.post(f"{path}/acknowledgement")
    ona.post(f"{path}/whys", {"question": "Why?", "answer": "So."})
    for point in ona.get(path).get_json()["evidence"]:
        ona.put(f"{path}/evidence/{point['id']}", {"note": "Photo"})
    found = ona.put(f"{path}/root-cause", {"text": "Nobody was told."}).get_json()
    assert (found["state"], found["due"]["kind"]) == ("investigated", "claim_decide")

    decided = ona.post(f"{path}/decisions", {"outcome": "refund", "reasons": "You are right."})
    assert (decided.status_code, decided.get_json()["decisions"][0]["state"]) == (201, "proposed")
    seen = jonas.get(path).get_json()
    assert (seen["state"], seen["decision"]) == ("investigated", None)
    assert not seen.keys() & {"whys", "root_cause", "decisions", "by_the_rules"}
    assert ona.post(f"{path}/decision/approval").status_code == 403
    for _click in range(2):
        assert rasa.post(f"{path}/decision/approval").status_code == 200
    seen = jonas.get(path).get_json()["decision"]
    assert (seen["outcome"], seen["amount_cents"], "arithmetic" in seen) == ("refund", 70_000, False)
    assert jonas.post(f"{path}/decision/acceptance").status_code == 200
    late = jonas.post(f"{path}/appeal", {"reason": "After all"})
    assert (late.status_code, late.get_json()["code"]) == (409, "window_passed")
    ona.put(f"{path}/correction", {"text": "A new manual"})
    done = ona.put(f"{path}/verification", {"text": "A month without a blank label"}).get_json()
    assert (done["state"], done["proof"]) == ("verified", "A month without a blank label")
    assert ona.post(f"{path}/closure").get_json()["state"] == "closed"


def test_claims_are_listed_to_whoever_sees_them(cast: Cast, ona: Caller, jonas: Caller, marek: Caller) -> None:
    numbers = [a_claim(cast, state).ticket.number for state in (ClaimState.REGISTERED, ClaimState.DECIDED)]
    [row] = ona.get("/claims?state=decided").get_json()["claims"]
    assert (row["ticket"], row["organisation"], row["due"]["kind"]) == (numbers[1], "Klinika", "claim_correct")
    page = ona.get("/claims?size=1").get_json()
    after = ona.get(f"/claims?size=1&after={page['after']}").get_json()["claims"]
    assert [page["claims"][0]["ticket"], after[0]["ticket"]] == numbers[::-1]
    assert {row["ticket"] for row in jonas.get("/claims").get_json()["claims"]} == set(numbers)
    assert marek.get("/claims").get_json()["claims"] == []


@pytest.mark.parametrize(
    ("ending", "sent", "pointer"),
    [
        ("description", {"fault": "fire"}, "#/fault"),
        ("description", {"fault": "late", "delivered_on": "2026-02-30"}, "#/delivered_on"),
        ("description", {"fault": "late", "delivered_on": "2027-01-01"}, "#/delivered_on"),
        ("description", {"fault": "late", "price_cents": -1}, "#/price_cents"),
        ("description", {"fault": "late", "deliverable_id": 99}, "#/deliverable_id"),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, ona: Caller, ending: str, sent: dict[str, object], pointer: str) -> None:
    refused = ona.put(f"/tickets/{a_claim(cast).ticket.number}/claim/{ending}", sent)
    assert (refused.status_code, pointers(refused)) == (422, [pointer])


def test_a_wrong_decision_is_named(cast: Cast, ona: Caller) -> None:
    path = f"/tickets/{a_claim(cast, ClaimState.INVESTIGATED).ticket.number}/claim/decisions"
    for sent, wanted in (
        ({"outcome": "refund", "reasons": "x", "amount_cents": 50_000, "deviation": "x"}, ["#/amount_cents"]),
        ({"outcome": "redo", "reasons": "x"}, ["#/deviation"]), ({"outcome": "redo"}, ["#/reasons"]),
    ):  # fmt: skip
        refused = ona.post(path, sent)
        assert (refused.status_code, pointers(refused)) == (422, wanted)


def test_rules_are_previewed_and_set(cast: Cast, as_: object, ona: Caller, marek: Caller) -> None:
    vera: Caller = as_(cast.vera)  # type: ignore[operator]
    number = a_claim(cast, revision=1).ticket.number
    sent = {"valid_from": "2026-03-01", "rules": [
        {"product": "label printer", "revision_from": 1, "revision_to": 1, "remedy": "refund", "percent": 90},
    ]}  # fmt: skip
    [change] = vera.post("/refund-rules/preview", sent).get_json()["changes"]
    assert (change["ticket"], change["before"]["percent"], change["after"]["percent"]) == (number, 70, 90)
    assert len(ona.get("/refund-rules").get_json()["versions"]) == 1
    assert ona.post("/refund-rules", sent).status_code == 403
    made = vera.post("/refund-rules", sent)
    assert (made.status_code, made.get_json()["rules"][0]["product"]) == (201, "Label printer")
    assert vera.post("/refund-rules", sent).status_code == 409
    assert ona.get(f"/refund-rules/{made.get_json()['id']}").get_json()["valid_from"] == "2026-03-01"
    for rules in ([], [{"remedy": "refund"}], [{"remedy": "redo", "product": "Nothing"}]):
        refused = vera.post("/refund-rules", {"valid_from": "2026-04-01", "rules": rules})
        assert (refused.status_code, pointers(refused)) == (422, ["#/rules"])
    assert marek.get("/refund-rules").status_code == 403


def test_a_deliverable_round_by_round(cast: Cast, ona: Caller, lena: Caller, jonas: Caller) -> None:
    some_rules(cast)
    sent = {"organisation_id": cast.klinika.id, "name": "Logo", "agreed_rounds": 1, "price_cents": 40_000}
    created = ona.post("/deliverables", sent)
    assert created.status_code == 201
    path = f"/deliverables/{created.get_json()['id']}"
    refused = ona.post(f"{path}/rounds", {})
    assert (refused.status_code, pointers(refused)) == (422, ["#/note"])
    delivered = ona.call("POST", f"{path}/rounds", data=MultiDict([
        ("json", '{"note": "Sketch"}'), ("files", (BytesIO(b"a logo"), "logo.txt")),
    ]))  # fmt: skip
    [row] = delivered.get_json()["rounds"]
    assert (row["number"], row["note"], row["answer"], row["files"][0]["filename"]) == (1, "Sketch", None, "logo.txt")
    assert lena.get(f"/deliverables/files/{row['files'][0]['id']}").get_data() == b"a logo"
    assert jonas.get(path).status_code == 404
    assert ona.put(f"{path}/rounds/1/answer", {"answer": "accepted"}).status_code == 403
    asked = lena.put(f"{path}/rounds/1/answer", {"answer": "revision"})
    assert (asked.status_code, pointers(asked)) == (422, ["#/remarks"])
    lena.put(f"{path}/rounds/1/answer", {"answer": "revision", "remarks": "Darker"})
    assert lena.put(f"{path}/rounds/1/answer", {"answer": "accepted"}).status_code == 409
    assert ona.post(f"{path}/rounds", {"link": "https://files.example/2"}).status_code == 201
    done = lena.put(f"{path}/rounds/2/answer", {"answer": "accepted"}).get_json()
    assert [each["answer"] for each in done["rounds"]] == ["revision", "accepted"]
    assert done["accepted_at"]
    assert [each["name"] for each in lena.get("/deliverables").get_json()["deliverables"]] == ["Logo"]
