"""The life of a revisit: who may do what when, what the client hears, what is late and what is missed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from helpdesk.aftersales.revisits import (
    NewRevisit,
    add_revisit,
    ask_other_time,
    confirm_revisit,
    get_revisit,
    miss_revisits,
    move_revisit,
    prepare_revisits,
    reassign_revisit,
    refuse_revisit,
    skip_revisit,
    stand_in,
)
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.care import Revisit, RevisitState
from helpdesk.models.duties import Duty
from helpdesk.models.tickets import Channel
from helpdesk.people.duty import NewAbsence, plan_absence
from helpdesk.tickets.duties import duties_of
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]
THURSDAY = date(2026, 3, 5)


def a_revisit(cast: Cast, on: date = THURSDAY, **values: Any) -> Revisit:
    values = {"what": "Training", "channel": Channel.ON_SITE_VISIT, "minutes": 60,
              "contact_id": cast.jonas.contact_id, "operator_id": cast.tomas.operator_id} | values  # fmt: skip
    return add_revisit(cast.klinika, NewRevisit(on=on, **values), by=cast.ona)


def facts_of(revisit: Revisit) -> list[str]:
    query = db.select(Entry.fact).where(Entry.subject_kind == "revisit", Entry.subject_id == revisit.id)
    return list(db.session.scalars(query.order_by(Entry.id)))


def duty_of(revisit: Revisit) -> Duty:
    [duty] = duties_of(("revisit", revisit.id))
    return duty


def test_what_is_near_is_asked_about_once_and_becomes_a_duty(cast: Cast) -> None:
    revisit, far = a_revisit(cast), a_revisit(cast, date(2026, 6, 1))
    assert prepare_revisits() == 1 and prepare_revisits() == 0
    assert facts_of(revisit) == ["RevisitPlanned", "RevisitProposed"] and facts_of(far) == ["RevisitPlanned"]
    duty = duty_of(revisit)
    assert (duty.owner_id, duty.due_at) == (cast.tomas.operator_id, datetime(2026, 3, 5, 15, tzinfo=UTC))


def test_the_client_confirms_and_a_second_click_changes_nothing(cast: Cast) -> None:
    revisit = a_revisit(cast)
    confirm_revisit(revisit, by=cast.jonas)
    confirm_revisit(revisit, by=cast.jonas)
    assert revisit.state is RevisitState.CONFIRMED and facts_of(revisit).count("RevisitConfirmed") == 1


def test_the_client_asks_for_another_time_and_gets_it(cast: Cast) -> None:
    revisit = a_revisit(cast)
    prepare_revisits()
    confirm_revisit(revisit, by=cast.lena)
    ask_other_time(revisit, "Rather on Friday", by=cast.jonas)
    assert (revisit.state, revisit.asked_words) == (RevisitState.PLANNED, "Rather on Friday")
    nine = datetime(2026, 3, 6, 7, tzinfo=UTC)
    follows = move_revisit(revisit, date(2026, 3, 6), starts_at=nine, reason="As asked", by=cast.ona)
    again = move_revisit(revisit, date(2026, 3, 6), starts_at=nine, reason="As asked", by=cast.ona)
    assert again.id == follows.id
    assert (revisit.state, revisit.moved_to_id) == (RevisitState.MOVED, follows.id)
    assert (follows.uid, follows.sequence) == (revisit.uid, revisit.sequence + 1)
    assert duty_of(revisit).withdrawn_at is not None
    prepare_revisits()
    assert duty_of(follows).due_at == nine + timedelta(hours=1)


def test_an_hour_of_the_same_day_is_no_move(cast: Cast) -> None:
    revisit = a_revisit(cast)
    same = move_revisit(revisit, THURSDAY, starts_at=datetime(2026, 3, 5, 8, tzinfo=UTC), by=cast.ona)
    assert same.id == revisit.id and (revisit.state, revisit.sequence) == (RevisitState.PLANNED, 1)


@pytest.mark.parametrize(
    ("on", "hour", "reason", "field"),
    [
        (date(2026, 3, 1), None, "Why", "on"), (date(2036, 3, 1), None, "Why", "on"),
        (date(2026, 3, 6), None, "  ", "reason"), (date(2026, 3, 6), None, "x" * 3000, "reason"),
        (date(2026, 3, 6), datetime(2026, 3, 9, 8, tzinfo=UTC), "Why", "starts_at"), (THURSDAY, None, "Why", "on"),
    ],
)  # fmt: skip
def test_a_move_that_cannot_be_names_what_is_wrong(
    cast: Cast, on: date, hour: datetime | None, reason: str, field: str
) -> None:
    revisit = a_revisit(cast)
    with pytest.raises(Invalid) as refusal:
        move_revisit(revisit, on, starts_at=hour, reason=reason, by=cast.ona)
    assert list(refusal.value.errors) == [field] and revisit.state is RevisitState.PLANNED


def test_an_end_is_an_end(cast: Cast) -> None:
    for end in (skip_revisit, refuse_revisit):
        revisit = a_revisit(cast)
        end(revisit, "Not needed", by=cast.ona)
        end(revisit, "Not needed", by=cast.ona)
        assert facts_of(revisit).count("RevisitCalledOff") == 1
        for further in (lambda r: confirm_revisit(r, by=cast.jonas), lambda r: ask_other_time(r, "x", by=cast.jonas),
                        lambda r: move_revisit(r, date(2026, 3, 6), reason="x", by=cast.ona)):  # fmt: skip
            with pytest.raises(Conflict):
                further(revisit)


def test_it_is_late_after_its_day_and_missed_after_its_window(cast: Cast, at: At) -> None:
    revisit = a_revisit(cast)
    prepare_revisits()
    with at("2026-03-12 20:00"):
        assert miss_revisits() == 0 and duty_of(revisit).due_at < now()
    with at("2026-03-13 00:01"):
        assert miss_revisits() == 0  # in UTC it is still Thursday
    with at("2026-03-13 08:00"):
        assert miss_revisits() == 1 and miss_revisits() == 0
    assert revisit.state is RevisitState.MISSED and not duty_of(revisit).is_open


def test_a_substitute_comes_for_whoever_is_away(cast: Cast) -> None:
    revisit = a_revisit(cast)
    prepare_revisits()
    plan_absence(
        NewAbsence(cast.tomas.operator_id, cast.ona.operator_id, now() + timedelta(days=2), now() + timedelta(days=5)),
        by=cast.tomas,
    )
    assert stand_in() == 1 and stand_in() == 0
    assert revisit.operator_id == duty_of(revisit).owner_id == cast.ona.operator_id
    entry = db.session.scalars(db.select(Entry).where(Entry.fact == "RevisitReassigned")).one()
    assert entry.payload["is_absence"]


def test_a_colleague_takes_over_with_a_reason(cast: Cast) -> None:
    revisit = a_revisit(cast)
    with pytest.raises(Invalid):
        reassign_revisit(revisit, cast.ona.operator_id, " ", by=cast.rasa)
    reassign_revisit(revisit, cast.ona.operator_id, "Tomas drives to Kaunas", by=cast.rasa)
    assert revisit.operator_id == cast.ona.operator_id


def test_nobody_else_sees_or_answers_it(cast: Cast) -> None:
    revisit = a_revisit(cast)
    for stranger in (cast.marek, cast.egle, cast.giedrius):
        with pytest.raises(NotFound):
            get_revisit(revisit.id, for_=stranger)
        for act in (lambda who: confirm_revisit(revisit, by=who), lambda who: ask_other_time(revisit, "x", by=who),
                    lambda who: refuse_revisit(revisit, "x", by=who)):  # fmt: skip
            with pytest.raises(NotFound):
                act(stranger)
    for client in (cast.jonas, cast.lena):
        for act in (lambda who: move_revisit(revisit, date(2026, 3, 6), reason="x", by=who),
                    lambda who: skip_revisit(revisit, "x", by=who)):  # fmt: skip
            with pytest.raises(Forbidden):
                act(client)
    assert get_revisit(revisit.id, for_=cast.lena).id == revisit.id


def test_a_visit_of_another_organisations_contact_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        a_revisit(cast, date(2026, 3, 1), contact_id=cast.marek.contact_id, minutes=0, what=" ")
    assert sorted(refusal.value.errors) == ["contact_id", "minutes", "on", "what"]
    assert db.session.scalar(db.select(db.func.count(Revisit.id))) == 0
