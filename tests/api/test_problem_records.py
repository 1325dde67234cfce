"""Problems and major incidents by the API: their ways, what is once, what is refused and where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import time_machine

from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.models.problems import Broadcast, MajorIncident, MajorUpdate, Problem, ProblemReview, ProblemState
from helpdesk.models.tickets import Status
from helpdesk.policy.actor import Actor
from helpdesk.problems.broadcasts import send_due
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.factories import a_ticket
from tests.problems.solving import a_problem, a_version

ONCE = {"Idempotency-Key": "once"}
REVIEW = {"held_on": "2026-03-02", "service_people": "Ona", "development_people": "Giedrius", "findings": "A test"}


def test_a_problem_from_its_opening_to_its_end(cast: Cast, ona: Caller) -> None:
    ticket, other = a_ticket(cast, product_id=cast.printer.id), a_ticket(cast)
    sent = {"title": "Blank labels", "affects": [{"product_id": cast.printer.id}], "tickets": [ticket.number]}
    made = [ona.post("/problems", sent, headers=ONCE) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    number = made[0].get_json()["number"]
    assert made[1].get_json()["number"] == number
    assert ona.post("/problems", sent | {"title": "Other"}, headers=ONCE).status_code == 422
    assert db.session.query(Problem).count() == 1
    path = f"/problems/{number}"

    assert ona.put(f"{path}/state", {"state": "investigating"}).get_json()["state"] == "investigating"
    refused = ona.put(f"{path}/state", {"state": "known_error"})
    assert (refused.status_code, set(pointers(refused))) == (422, {"#/root_cause", "#/workaround"})
    ona.post(f"{path}/whys", {"question": "Why?", "answer": "Cold head"})
    cause = {"method": "five_whys", "category": "code", "root_cause": "It heats too late."}
    assert ona.put(f"{path}/root-cause", cause).get_json()["cause_category"] == "code"
    assert ona.put(f"{path}/workarounds/en", {"text": "A test page."}).get_json()["workarounds"] == {
        "en": "A test page."
    }
    assert ona.put(f"{path}/workarounds/xx", {"text": "?"}).status_code == 404
    assert ona.put(f"{path}/state", {"state": "known_error"}).status_code == 200
    assert ona.put(f"{path}/state", {"state": "new"}).status_code == 409
    linked = ona.post(f"{path}/tickets", {"tickets": [other.number], "waits_for_fix": True}).get_json()
    assert (linked["cost"]["tickets"], linked["cost"]["waiting"]) == (2, 1)
    assert pointers(ona.post(f"{path}/tickets", {"tickets": ["T-999999"]})) == ["#/tickets"]
    rows = ona.get(f"{path}/tickets?size=1")
    assert ([row["ticket"] for row in rows.get_json()["tickets"]], "next" in rows.headers["Link"]) == (
        [other.number], True,
    )  # fmt: skip

    found = ona.post(f"{path}/broadcasts/previews", {"kind": "workaround"}).get_json()
    assert (found["told"], found["texts"], found["left_out"]) == (2, {"en": "A test page."}, 0)
    told = [ona.post(f"{path}/broadcasts", {"kind": "workaround", "seen": found["seen"]}, headers=ONCE)
            for _ in range(2)]  # fmt: skip
    assert [each.status_code for each in told] == [201, 201]
    assert db.session.query(Broadcast).count() == 1
    one = f"{path}/broadcasts/{told[0].get_json()['id']}"
    assert ona.post(f"{one}/undoing").get_json()["state"] == "undone"
    version = {"version_id": a_version(cast)}
    for state in ("fix_planned", "fixed"):
        assert ona.put(f"{path}/state", {"state": state, **version}).status_code == 200
    sent_fix = ona.post(f"{path}/broadcasts", {"kind": "fix", "texts": {"lt": "Sutaisyta."}})
    assert sent_fix.get_json()["to_tell"] == 2
    db.session.commit()
    with time_machine.travel(now() + timedelta(seconds=61), tick=False):
        while send_due():
            pass
    assert ona.get(f"{path}/broadcasts").get_json()["broadcasts"][0]["told"] == 2
    db.session.expire_all()
    assert other.status is Status.RESOLVED
    for _twice in range(2):
        assert ona.post(f"{path}/reviews", REVIEW, headers=ONCE).status_code == 201
    assert db.session.query(ProblemReview).count() == 1
    assert ona.put(f"{path}/state", {"state": "closed"}).get_json()["state"] == "closed"
    assert [row["number"] for row in ona.get("/problems?state=closed").get_json()["problems"]] == [number]
    assert ona.get("/problems?is_open=true").get_json()["problems"] == []


def test_what_was_changed_meanwhile_is_a_conflict(cast: Cast, ona: Caller, tomas: Caller) -> None:
    path = f"/problems/{a_problem(cast).number}"
    words = {"title": "Another", "revision": ona.get(path).get_json()["revision"]}
    assert ona.put(f"{path}/description", words).get_json()["title"] == "Another"
    assert tomas.put(f"{path}/description", words | {"title": "Mine"}).status_code == 409


def test_tickets_wait_and_are_unlinked(cast: Cast, ona: Caller) -> None:
    ticket = a_ticket(cast)
    one = f"/problems/{a_problem(cast, tickets=(ticket,)).number}/tickets/{ticket.number}"
    assert ona.put(one, {"waits_for_fix": True}).get_json()["cost"]["waiting"] == 1
    assert ona.delete(one).status_code == 204
    assert ona.delete(one).status_code == 404


def test_each_role_has_its_own(cast: Cast, giedrius: Caller, as_: Callable[[Actor], Caller]) -> None:
    handed = a_problem(cast, ProblemState.KNOWN_ERROR, tickets=(a_ticket(cast, line=3),))
    hidden = a_problem(cast, title="Hidden")
    assert [row["number"] for row in giedrius.get("/problems").get_json()["problems"]] == [handed.number]
    assert giedrius.get(f"/problems/{hidden.number}").status_code == 404
    assert giedrius.post(f"/problems/{handed.number}/broadcasts", {"kind": "workaround"}).status_code == 403
    assert as_(cast.petras).put(f"/problems/{hidden.number}/state", {"state": "investigating"}).status_code == 403
    for number in ("P-99999999999999999999", "x"):
        assert giedrius.get(f"/problems/{number}").status_code == 404


def test_a_major_incident_from_its_word_to_its_review(cast: Cast, ona: Caller, as_: Callable[[Actor], Caller]) -> None:
    rasa, ticket = as_(cast.rasa), a_ticket(cast)
    path, sent = f"/tickets/{ticket.number}/major-incident", {"reason": "All", "texts": {"en": "It stands still."}}
    assert ona.post(path, sent).status_code == 403
    made = [rasa.post(path, sent, headers=ONCE) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert rasa.post(path, sent).status_code == 409
    assert db.session.query(MajorIncident).count() == 1
    one = f"/major-incidents/{made[0].get_json()['id']}"
    assert rasa.put(f"{one}/lead", {"account_id": cast.ona.account_id}).get_json()["lead"] == "Ona"
    news = {"texts": {"en": "Soon."}, "next_update_at": "2026-03-02T09:00:00Z"}
    for _twice in range(2):
        assert ona.post(f"{one}/updates", news, headers={"Idempotency-Key": "news"}).status_code == 201
    assert db.session.query(MajorUpdate).count() == 2
    wrong = ona.post(f"{one}/updates", news | {"next_update_at": "2020-03-02T09:00:00Z"})
    assert pointers(wrong) == ["#/next_update_at"]
    assert ona.post(f"{one}/reviews", REVIEW).status_code == 409
    assert ona.put(f"{one}/end", {"texts": {"en": "Over."}}).get_json()["state"] == "review_due"
    assert ona.post(f"{one}/reviews", REVIEW).get_json()["state"] == "finished"
    assert [row["state"] for row in ona.get("/major-incidents?state=finished").get_json()["major_incidents"]] == [
        "finished"
    ]
