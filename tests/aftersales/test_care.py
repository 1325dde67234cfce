"""Care plans and the revisits they plan: dates, changes of a plan, horizons. Wednesday 11 March is a holiday."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from helpdesk.aftersales.care import NewCare, cares_of, end_care, plan_ahead, start_care
from helpdesk.aftersales.care_plans import NewPlan, NewStep, add_plan, change_plan, preview_plan
from helpdesk.aftersales.revisits import confirm_revisit
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid
from helpdesk.models.care import Care, CarePlan, CareStep, Revisit, RevisitState
from helpdesk.models.tickets import Channel
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]
QUARTERLY = "FREQ=MONTHLY;INTERVAL=3"
STEPS = (
    NewStep("Delivery check", Channel.PHONE, 15, offset_days=3),
    NewStep("Training", Channel.ON_SITE_VISIT, 120, offset_days=7),
    NewStep("Care call", Channel.PHONE, 20, rule=QUARTERLY),
)


def a_plan(cast: Cast, *steps: NewStep, **values: Any) -> CarePlan:
    values = {"name": "Standard care"} | values
    return add_plan(NewPlan(steps=steps or STEPS, **values), by=cast.vera)


def a_care(cast: Cast, care_plan: CarePlan | None = None, **values: Any) -> Care:
    values = {"anchor": date(2026, 3, 2), "contact_id": cast.jonas.contact_id} | values
    care_plan = care_plan or a_plan(cast)
    return start_care(cast.klinika, NewCare(plan_id=care_plan.id, **values), by=cast.ona)


def revisits_of(care: Care) -> list[Revisit]:
    query = db.select(Revisit).where(Revisit.care_id == care.id, Revisit.state.in_(["planned", "confirmed"]))
    return list(db.session.scalars(query.order_by(Revisit.planned_on, Revisit.id)))


def dates_of(care: Care) -> list[tuple[str, str]]:
    return [(each.what, each.planned_on.isoformat()) for each in revisits_of(care)]


def test_a_plan_is_counted_from_the_handover_and_shifted_to_business_days(cast: Cast) -> None:
    care = a_care(cast)
    assert dates_of(care) == [
        ("Delivery check", "2026-03-05"), ("Training", "2026-03-09"), ("Care call", "2026-06-02"),
        ("Care call", "2026-09-02"), ("Care call", "2026-12-02"), ("Care call", "2027-03-02"),
    ]  # fmt: skip
    assert all(each.operator_id is not None for each in revisits_of(care))


def test_two_that_fall_together_keep_the_gap(cast: Cast) -> None:
    plan = a_plan(cast, NewStep("One", offset_days=9), NewStep("Two", offset_days=9), min_gap_days=2)
    assert dates_of(a_care(cast, plan)) == [("One", "2026-03-12"), ("Two", "2026-03-16")]


def test_a_day_of_the_end_of_a_month_does_not_drift(cast: Cast) -> None:
    plan = a_plan(cast, NewStep("Monthly call", rule="FREQ=MONTHLY"))
    care = a_care(cast, plan, anchor=date(2026, 1, 31))
    nominal = [each.nominal_on.isoformat() for each in revisits_of(care)][:4]
    assert nominal == ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]


def test_what_is_past_is_not_planned(cast: Cast) -> None:
    care = a_care(cast, anchor=date(2025, 3, 1))
    assert dates_of(care)[0] == ("Care call", "2026-06-01")


def test_further_ones_are_planned_as_time_goes_by_each_once(cast: Cast, at: At) -> None:
    care = a_care(cast)
    before = dates_of(care)
    assert plan_ahead() == 0
    with at("2026-07-01 09:00"):
        assert plan_ahead() == 1
        assert plan_ahead() == 0
        rows = revisits_of(care)
    assert dates_of(care)[: len(before)] == before
    assert [each.planned_on.isoformat() for each in rows][-1] == "2027-06-02"
    assert len({(each.step_id, each.nominal_on) for each in rows}) == len(rows)


def test_changing_a_plan_shows_first_what_moves(cast: Cast) -> None:
    plan = a_plan(cast)
    care = a_care(cast, plan)
    check, training, call = plan.steps
    later = NewPlan(
        "Standard care",
        (NewStep("Delivery check", Channel.PHONE, 15, offset_days=3, id=check.id),
         NewStep("Training", Channel.ON_SITE_VISIT, 120, offset_days=14, id=training.id),
         NewStep("Care call", Channel.PHONE, 20, rule="FREQ=MONTHLY;INTERVAL=6", id=call.id),
         NewStep("Consumables", offset_days=30)),
    )  # fmt: skip
    moves = preview_plan(plan, later, by=cast.vera)
    told = [(each.what, each.before and each.before.isoformat(), each.after and each.after.isoformat())
            for each in moves]  # fmt: skip
    assert told == [
        ("Training", "2026-03-09", "2026-03-16"), ("Consumables", None, "2026-04-01"),
        ("Care call", "2026-06-02", None), ("Care call", "2026-12-02", None),
    ]  # fmt: skip
    assert dates_of(care)[1] == ("Training", "2026-03-09")  # nothing is moved by looking
    assert change_plan(plan, later, seen=plan.revision, by=cast.vera) == moves
    assert dates_of(care) == [
        ("Delivery check", "2026-03-05"), ("Training", "2026-03-16"), ("Consumables", "2026-04-01"),
        ("Care call", "2026-09-02"), ("Care call", "2027-03-02"),
    ]  # fmt: skip
    kept = tuple(
        NewStep(each.what, each.channel, each.minutes, each.offset_days, each.rule, each.id) for each in plan.steps
    )
    assert preview_plan(plan, NewPlan("Standard care", kept), by=cast.vera) == []


def test_what_the_client_has_confirmed_stays(cast: Cast) -> None:
    plan = a_plan(cast, NewStep("Training", Channel.ON_SITE_VISIT, 120, offset_days=7))
    care = a_care(cast, plan)
    confirm_revisit(revisits_of(care)[0], by=cast.jonas)
    later = NewPlan("Standard care", (NewStep("Training", offset_days=21, id=plan.steps[0].id),))
    change_plan(plan, later, seen=1, by=cast.vera)
    assert ("Training", "2026-03-09") in dates_of(care)


def test_two_who_change_a_plan_do_not_overwrite_each_other(cast: Cast) -> None:
    plan = a_plan(cast)
    same = NewPlan("Standard care", (NewStep("Only call", rule=QUARTERLY),))
    change_plan(plan, same, seen=1, by=cast.vera)
    with pytest.raises(Conflict):
        change_plan(plan, same, seen=1, by=cast.petras)


def test_the_end_of_a_programme_ends_what_is_planned(cast: Cast) -> None:
    care = a_care(cast)
    with pytest.raises(Invalid):
        end_care(care, "  ", by=cast.ona)
    end_care(care, "The contract has ended", by=cast.ona)
    end_care(care, "again", by=cast.ona)
    states = db.session.scalars(db.select(Revisit.state).where(Revisit.care_id == care.id)).all()
    assert set(states) == {RevisitState.SKIPPED} and plan_ahead() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 200}, "name"), ({"calendar_id": 999_999}, "calendar_id"),
        ({"min_gap_days": -1}, "min_gap_days"), ({"window_days": 9_999}, "window_days"), ({"steps": ()}, "steps"),
        ({"steps": (NewStep("", offset_days=1),)}, "steps.0.what"),
        ({"steps": (NewStep("A", offset_days=1), NewStep("B", offset_days=-1))}, "steps.1.offset_days"),
        ({"steps": (NewStep("A"),)}, "steps.0.offset_days"),
        ({"steps": (NewStep("A", offset_days=1, rule=QUARTERLY),)}, "steps.0.offset_days"),
        ({"steps": (NewStep("A", rule="FREQ=HOURLY"),)}, "steps.0.rule"),
        ({"steps": (NewStep("A", rule="FREQ=WEEKLY;BYDAY=MO;BYSETPOS=7"),)}, "steps.0.rule"),
        ({"steps": (NewStep("A", rule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"),) * 40}, "steps.0.rule"),
        ({"steps": (NewStep("A", Channel.EMAIL, offset_days=1),)}, "steps.0.channel"),
        ({"steps": (NewStep("A", minutes=0, offset_days=1),)}, "steps.0.minutes"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_names_what_is_wrong(cast: Cast, values: dict[str, Any], field: str) -> None:
    told = {"name": "Care", "steps": STEPS} | values
    with pytest.raises(Invalid) as refusal:
        add_plan(NewPlan(**told), by=cast.vera)
    assert list(refusal.value.errors) == [field]
    assert db.session.scalar(db.select(db.func.count(CareStep.id))) == 0


def test_a_programme_is_for_contacts_and_contracts_of_the_client(cast: Cast) -> None:
    plan = a_plan(cast)
    for values in ({"contact_id": cast.marek.contact_id}, {"team_id": 999_999}, {"operator_id": 999_999},
                   {"contract_id": 999_999}, {"anchor": date(1500, 1, 1)}):  # fmt: skip
        with pytest.raises(Invalid) as refusal:
            a_care(cast, plan, **values)
        assert list(refusal.value.errors) == list(values)


def test_clients_and_the_third_line_plan_nothing(cast: Cast) -> None:
    plan = a_plan(cast)
    a_care(cast, plan)
    for stranger in (cast.marek, cast.lena, cast.giedrius):
        assert cares_of(cast.klinika, for_=stranger) == []
        with pytest.raises(Forbidden):
            add_plan(NewPlan("Mine", STEPS), by=stranger)
        with pytest.raises(Forbidden):
            start_care(cast.klinika, NewCare(plan.id, date(2026, 3, 2)), by=stranger)


def test_a_year_of_weekly_calls_keeps_order_gap_and_business_days(cast: Cast) -> None:
    care = a_care(cast, a_plan(cast, NewStep("Call", rule="FREQ=WEEKLY;BYDAY=SA"), min_gap_days=5))
    days = [each.planned_on for each in revisits_of(care)]
    assert len(days) == 57
    assert all((later - earlier).days >= 5 for earlier, later in pairwise(days))
    assert all(on.weekday() < 5 for on in days)


def test_dates_that_cannot_be_kept_apart_are_refused_and_hold_up_no_other(cast: Cast, at: At) -> None:
    daily = (NewStep("One", rule="FREQ=DAILY"), NewStep("Two", rule="FREQ=DAILY"))
    with pytest.raises(Invalid) as refusal:
        a_care(cast, a_plan(cast, *daily, name="Each day", min_gap_days=3_660))
    assert list(refusal.value.errors) == ["plan_id"] and db.session.query(Care).count() == 0
    fits, other = a_care(cast, a_plan(cast, daily[0], name="One a day", min_gap_days=3_660)), a_care(cast)
    with at("2028-03-02 12:00"):
        for _run in range(2):
            plan_ahead()
        assert fits.planned_until == other.planned_until
        assert revisits_of(other)[-1].planned_on > date(2029, 1, 1)
