"""Revisits as pages: a plan, a programme, a revisit and what came of it; and who does not get there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from helpdesk.aftersales.care_plans import list_plans
from helpdesk.core.db import db
from helpdesk.models.care import Need, Revisit, RevisitState
from tests.aftersales.test_care import a_care, a_plan, revisits_of
from tests.aftersales.test_revisits import a_revisit
from tests.cast import Cast
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def test_a_plan_is_written_put_to_work_and_changed(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    page = ona.submit(
        ona.get("/console/care-plans/new").form("/care-plans"), name="Standard care", min_gap_days="2",
        what_1="Delivery check", offset_days_1="3", what_2="Care call", rule_2="FREQ=MONTHLY;INTERVAL=3",
    )  # fmt: skip
    assert "Standard care" in page.text and "FREQ=MONTHLY" in page.text
    path = f"/console/organisations/{cast.klinika.id}/cares"
    page = ona.submit(ona.get(path).form("/cares"), anchor="2026-03-02", contact_id=str(cast.jonas.contact_id))
    assert "Standard care" in page.text
    assert "Delivery check" in ona.get(f"/console/organisations/{cast.klinika.id}").text
    [plan] = list_plans(for_=cast.ona)
    page = ona.submit(
        ona.get(f"/console/care-plans/{plan.id}").form(f"/care-plans/{plan.id}"), do="preview", offset_days_1="8"
    )
    assert "falls away" not in page.text and "10 Mar" in page.text, page.text
    page = ona.submit(page.form(f"/care-plans/{plan.id}"), do="save")
    assert "revisits changed: 1" in page.text
    days = db.session.scalars(db.select(Revisit.planned_on).where(Revisit.what == "Delivery check")).all()
    assert days == [date(2026, 3, 10)]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": ""}, "Give it a name"), ({"what_1": "", "offset_days_1": "3"}, "Fill in this field"),
        ({"offset_days_1": "soon"}, "Give a number"), ({"rule_1": "FREQ=SOMETIMES", "offset_days_1": ""}, "no rule"),
        ({"offset_days_1": "9" * 30}, "Give a number"),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_drawn_again_with_what_was_typed(
    cast: Cast, browser_of: BrowserOf, sent: dict[str, str], told: str
) -> None:
    ona = browser_of("ona")
    fields = {"name": "Care", "what_1": "Delivery check", "offset_days_1": "3", "what_3": "Third"} | sent
    page = ona.submit(ona.get("/console/care-plans/new").form("/care-plans"), **fields)
    assert page.status == 422 and told in page.text and page.form("/care-plans").fields["what_3"] == "Third"


def test_a_revisit_is_moved_confirmed_and_written_down(cast: Cast, browser_of: BrowserOf) -> None:
    revisit = a_revisit(cast)
    ona, path = browser_of("ona"), f"/console/revisits/{revisit.id}"
    page = ona.submit(ona.get(path).form("/moves"), on="2026-03-06", at="10:00")
    assert "Say why" in page.text and page.form("/moves").fields["at"] == "10:00"
    page = ona.submit(page.form("/moves"), move_reason="The road is closed")
    assert "6 Mar 10:00" in page.text
    page = ona.submit(page.form("/confirmation"))
    assert "confirmed by the client" in page.text
    page = ona.submit(page.form("/operator"), operator_id=str(cast.ona.operator_id), hand_reason="Nearer")
    follows = db.session.scalars(db.select(Revisit).where(Revisit.state == RevisitState.CONFIRMED)).one()
    page = ona.submit(
        ona.get(f"/console/revisits/{follows.id}/outcome").form("/outcome"), satisfaction="5", summary="All is well",
        worked_minutes="20", need_1="Firm\0ware 8", company_1="Kauno baldai", parts="Roll\nKnife", next_on="2026-06-05",
    )  # fmt: skip
    for words in ("All is well", "5 of 5", "Roll, Knife", "Firmware 8", "Kauno baldai", "Not confirmed"):
        assert words in page.text
    page = ona.get("/console/needs")
    assert "Firmware 8" in page.text and "Kauno baldai" in page.text
    need = db.session.scalars(db.select(Need)).one()
    page = ona.submit(page.form(f"/needs/{need.id}"), state="won")
    assert "Say what became of it" in page.text
    page = ona.submit(page.form(f"/needs/{need.id}"), state="won", result="Ordered")
    assert "Firmware 8" not in page.text


def test_a_wrong_outcome_loses_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    revisit = a_revisit(cast)
    ona = browser_of("ona")
    page = ona.get(f"/console/revisits/{revisit.id}/outcome")
    page = ona.submit(page.form("/outcome"), worked_minutes="-3", summary="All is well", person_1="Rita")
    form = page.form("/outcome")
    assert (form.fields["summary"], form.fields["person_1"]) == ("All is well", "Rita")
    assert revisit.state is RevisitState.PLANNED


def test_a_revisit_is_called_off(cast: Cast, browser_of: BrowserOf) -> None:
    revisit = a_revisit(cast)
    ona = browser_of("ona")
    page = ona.submit(ona.get(f"/console/revisits/{revisit.id}").form("/end"), state="refused", end_reason="No time")
    assert "refused by the client" in page.text and "No time" in page.text


def test_one_is_planned_beside_all_plans(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    page = ona.get(f"/console/revisits/new?organisation_id={cast.klinika.id}")
    page = ona.submit(page.form("/revisits"), what="Show the new model", on="2026-04-02", at="14:30")
    assert "Show the new model" in page.text and "2 Apr 14:30" in page.text


def test_strangers_do_not_get_there(cast: Cast, browser_of: BrowserOf) -> None:
    revisit, plan = a_revisit(cast), a_plan(cast)
    for path in (f"/console/revisits/{revisit.id}", f"/console/revisits/{revisit.id}/outcome", "/console/needs",
                 f"/console/care-plans/{plan.id}", f"/console/organisations/{cast.klinika.id}/cares"):  # fmt: skip
        for client in ("marek", "jonas", "lena"):
            assert browser_of(client).get(path, status=404).status == 404
    assert browser_of("giedrius").get(f"/console/revisits/{revisit.id}", status=404).status == 404
    assert browser_of("giedrius").get("/console/needs", status=403).status == 403


def test_a_long_list_of_programmes_asks_few_questions(cast: Cast, browser_of: BrowserOf) -> None:
    plan = a_plan(cast)
    for _number in range(8):
        a_care(cast, plan)
    ona = browser_of("ona")
    path = f"/console/organisations/{cast.klinika.id}/cares"
    ona.get(path)
    with queries(16, "the programmes of a client"):
        ona.get(path)
    assert len(revisits_of(a_care(cast, plan))) == 6
