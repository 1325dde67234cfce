"""What is due by a person: who is told when it is late, and who next. Office hours are 8-12 and 13-17 in Vilnius."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.config import Config
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.duties import Duty, DutyKind
from helpdesk.people.duty import NewAbsence, plan_absence
from helpdesk.tickets import duties
from helpdesk.tickets.duties import acknowledge_duty, hand_duty, meet_duty, open_duties, set_duty, withdraw_duties
from helpdesk.tickets.reachable import business_due
from tests.cast import Cast

At = Callable[..., AbstractContextManager[None]]
VISIT = ("revisit", 77)


def due(cast: Cast, at: datetime, owner_id: int | None = None) -> Duty:
    with transaction():
        return set_duty(
            DutyKind.REVISIT, VISIT, due_at=at, what="Visit Klinika", owner_id=owner_id or cast.ona.operator_id,
            organisation_id=cast.klinika.id, by=cast.ona,
        )  # fmt: skip


def beat() -> None:
    while duties.sweep_duties() or run_all():
        pass


def told(duty: Duty) -> list[tuple[int, str]]:
    """Step and name of whoever was told, in order."""
    query = db.select(Entry).where(Entry.subject_kind == "duty", Entry.subject_id == duty.id, Entry.fact == "DutyLate")
    return [
        (entry.payload["step"], db.session.get_one(Account, entry.payload["account_id"]).name.split()[0])
        for entry in db.session.scalars(query.order_by(Entry.id))
    ]


def test_what_is_late_is_told_to_the_owner_then_to_the_lead_then_to_the_manager(
    cast: Cast, at: At, config: Config
) -> None:
    duty = due(cast, now() + timedelta(hours=1))
    beat()
    assert told(duty) == []
    with at("2026-03-02 10:01"):
        beat()
        assert told(duty) == [(1, "Ona")]
    with at("2026-03-02 10:32"):
        beat()
        assert told(duty) == [(1, "Ona"), (2, "Rasa")]
    with at("2026-03-02 11:03"):
        beat()
    with at("2026-03-02 16:00"):
        beat()
    assert told(duty) == [(1, "Ona"), (2, "Rasa"), (3, "Vera")]
    assert len(list(config.mail_folder.glob("*.eml"))) == 3


def test_whoever_takes_note_stops_the_ladder(cast: Cast, at: At) -> None:
    duty = due(cast, now())
    beat()
    acknowledge_duty(duty.id, by=cast.ona)
    acknowledge_duty(duty.id, by=cast.ona)
    with at("2026-03-02 16:00"):
        beat()
    assert told(duty) == [(1, "Ona")]


def test_nobody_is_told_of_what_was_done_or_withdrawn(cast: Cast, at: At) -> None:
    for end in (lambda: meet_duty(DutyKind.REVISIT, VISIT, by=cast.ona), lambda: withdraw_duties(VISIT, by=cast.ona)):
        duty = due(cast, now() + timedelta(minutes=5))
        with transaction():
            end()
        with at("2026-03-02 16:00"):
            beat()
        assert told(duty) == [] and not duty.is_open


def test_people_are_told_in_their_hours(cast: Cast, at: At) -> None:
    with at("2026-03-02 19:00"):
        duty = due(cast, now())
        beat()
        assert told(duty) == []
    with at("2026-03-03 08:00"):
        beat()
        assert told(duty) == [(1, "Ona")]


def test_the_substitute_is_told_while_the_owner_is_away(cast: Cast) -> None:
    week = timedelta(days=7)
    plan_absence(NewAbsence(cast.ona.operator_id, cast.tomas.operator_id, now() - week, now() + week), by=cast.ona)
    duty = due(cast, now())
    beat()
    assert told(duty) == [(1, "Tomas")]


def test_setting_it_again_moves_it_and_begins_anew(cast: Cast, at: At) -> None:
    first = due(cast, now())
    beat()
    with at("2026-03-02 09:10"):
        again = due(cast, now() + timedelta(days=1))
        beat()
    assert again.id == first.id and told(again) == [(1, "Ona")]
    with at("2026-03-03 09:11"):
        beat()
    assert told(again) == [(1, "Ona"), (1, "Ona")]


def test_whoever_gets_it_is_told(cast: Cast) -> None:
    duty = due(cast, now())
    beat()
    with transaction():
        hand_duty(DutyKind.REVISIT, VISIT, cast.tomas.operator_id, by=cast.ona)
    beat()
    assert told(duty) == [(1, "Ona"), (1, "Tomas")]


def test_the_third_line_sees_its_own_and_a_client_nothing(cast: Cast) -> None:
    due(cast, now())
    assert [each.duty.what for each in open_duties(for_=cast.tomas)] == ["Visit Klinika"]
    assert open_duties(for_=cast.giedrius) == []
    for stranger in (cast.giedrius, cast.lena, cast.marek):
        assert open_duties(for_=stranger) == []
        with pytest.raises(NotFound):
            acknowledge_duty(open_duties(for_=cast.ona)[0].duty.id, by=stranger)


def test_a_business_day_ends_with_its_last_hours(cast: Cast, at: At) -> None:
    assert business_due(days=1) == datetime(2026, 3, 3, 15, tzinfo=UTC)
    with at("2026-03-06 18:00"):  # a Friday; Wednesday is a holiday
        assert business_due(days=1) == datetime(2026, 3, 9, 15, tzinfo=UTC)
        assert business_due(days=3) == datetime(2026, 3, 12, 15, tzinfo=UTC)
        assert business_due(minutes=30) == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)
