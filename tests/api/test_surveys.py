"""Satisfaction through the API: answered by whoever was asked, read by whoever may, set by administrators."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.core.db import db
from helpdesk.models.satisfaction import Survey, SurveyQuestion
from helpdesk.policy.actor import Actor
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.satisfaction.asking import answered, asked, desk_asks

As = Callable[[Actor], Caller]


def test_a_client_answers_and_changes_what_they_were_asked(cast: Cast, as_: As) -> None:
    desk_asks(cast, ces_on=True)
    survey_id = asked(cast).id
    jonas = as_(cast.jonas)
    [waiting] = jonas.get("/surveys").get_json()["surveys"]
    assert (waiting["id"], waiting["kind"], waiting["score"]) == (survey_id, "csat", None)
    assert "operator_id" not in waiting
    path = f"/surveys/{survey_id}/answer"
    refused = jonas.put(path, {"score": 6})
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/score")
    for score in (2, 2, 5):
        said = jonas.put(path, {"score": score, "ces": 7, "comment": "By machine."})
        assert (said.status_code, said.get_json()["score"]) == (200, score)
    assert jonas.get("/surveys").get_json()["surveys"] == []
    db.session.expire_all()
    rows = db.session.scalars(db.select(Survey).order_by(Survey.id)).all()
    assert [(row.kind, row.score, row.via) for row in rows] == [("csat", 5, "api"), ("ces", 7, "api")]


def test_answers_are_listed_for_whoever_may_read_them(cast: Cast, as_: As) -> None:
    desk_asks(cast, pause_days=0)
    praise, blame = answered(cast, 5, "Quick!").id, answered(cast, 1, "Slow!", line=2).id

    def listed(actor: Actor, query: str = "") -> list[int]:
        return [row["id"] for row in as_(actor).get(f"/survey-answers{query}").get_json()["surveys"]]

    assert listed(cast.vera) == [blame, praise]
    assert listed(cast.vera, "?tone=praise&kind=csat") == [praise]
    assert listed(cast.vera, "?size=1") == [blame]
    assert listed(cast.ona) == [praise]
    assert as_(cast.ona).get(f"/surveys/{blame}").status_code == 404
    for actor in (cast.petras, cast.birute, cast.jonas):
        assert as_(actor).get("/survey-answers").status_code == 403


def test_staff_reads_why_nobody_was_asked(cast: Cast, as_: As) -> None:
    desk_asks(cast, csat_percent=0)
    from tests.satisfaction.asking import resolved

    number = resolved(cast).number
    [row] = as_(cast.ona).get(f"/tickets/{number}/surveys").get_json()["surveys"]
    assert (row["state"], row["reason"], row["sample_percent"]) == ("not_sent", "not_sampled", 0)
    assert as_(cast.jonas).get(f"/tickets/{number}/surveys").get_json()["surveys"] == []


def test_a_low_score_is_seen_to_and_made_a_claim_of(cast: Cast, as_: As) -> None:
    desk_asks(cast)
    survey_id = answered(cast, 1, "Never again.").id
    assert as_(cast.ona).put(f"/surveys/{survey_id}/handling", {"note": "Called."}).status_code == 403
    seen_to = as_(cast.rasa).put(f"/surveys/{survey_id}/handling", {"note": "Called."}).get_json()
    assert seen_to["handled_note"] == "Called."
    assert as_(cast.rasa).put(f"/surveys/{survey_id}/claim", {}).status_code == 403
    claims = {as_(cast.vera).put(f"/surveys/{survey_id}/claim", {}).get_json()["claim"] for _twice in range(2)}
    assert len(claims) == 1
    assert as_(cast.vera).delete(f"/surveys/{survey_id}/words").status_code == 204
    assert as_(cast.vera).get(f"/surveys/{survey_id}").get_json()["comment"] is None


def test_an_administrator_sets_how_the_desk_asks(cast: Cast, as_: As) -> None:
    petras = as_(cast.petras)
    assert petras.get("/survey-settings").get_json()["pause_days"] == 30
    assert petras.patch("/survey-settings", {"pause_days": 45}).get_json()["pause_days"] == 45
    refused = petras.patch("/survey-settings", {"quiet_hours": "late"})
    assert (refused.status_code, refused.get_json()["errors"][0]["pointer"]) == (422, "#/quiet_hours")
    assert petras.patch("/survey-settings", {"csat_percent": 101}).status_code == 422
    assert as_(cast.vera).patch("/survey-settings", {"pause_days": 1}).status_code == 403


def test_an_administrator_adds_a_question_once(cast: Cast, as_: As) -> None:
    petras = as_(cast.petras)
    new = {"asked_with": "csat", "form": "choice", "words": {"en": "How?", "zh-Hans": "怎么？"},
           "choices": [{"en": "Phone"}, {"en": "Mail", "lt": "Paštu"}]}  # fmt: skip
    made = [petras.post("/survey-questions", new, headers={"Idempotency-Key": "q"}).get_json() for _twice in range(2)]
    assert made[0]["id"] == made[1]["id"]
    assert made[0]["words"] == {"en": "How?", "zh-Hans": "怎么？"}
    changed = petras.put(f"/survey-questions/{made[0]['id']}", new | {"is_active": False}).get_json()
    assert (changed["is_active"], changed["choices"]) == (False, [{"en": "Phone"}, {"en": "Mail", "lt": "Paštu"}])
    assert petras.post("/survey-questions", new | {"words": {"lt": "Kaip?"}}).status_code == 422
    assert db.session.scalar(db.select(db.func.count(SurveyQuestion.id))) == 1
    assert as_(cast.vera).get(f"/survey-questions/{made[0]['id']}").status_code == 404
