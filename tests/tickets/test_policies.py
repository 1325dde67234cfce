"""Policies and targets: what holds from now on, what holds for open tickets, and who saw what."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.times import epoch, now
from helpdesk.jobs.worker import run_all
from helpdesk.models.tickets import Priority, Status, Ticket, TicketType
from helpdesk.tickets import clocks, policies, replay
from helpdesk.tickets.calendars import NewVersion, add_calendar
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.policies import (
    NewTarget,
    NewTargets,
    add_policy,
    get_policy,
    list_policies,
    make_default,
    newest_target,
    over_budget,
    preview_targets,
    save_targets,
    targets_of,
)
from helpdesk.tickets.priority import override_priority
from helpdesk.tickets.resolution import resolve_ticket
from sla.models import Clock, ClockKind, ClockState, SlaPolicy, WorkCalendar
from sla.worktime import Calendar
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]
HOUR = 3600


def standard() -> SlaPolicy:
    return db.session.query(SlaPolicy).filter_by(name="Standard").one()


def office() -> int:
    return db.session.query(WorkCalendar).filter_by(name="Office hours").one().id


def hours(count: float, **values: Any) -> NewTarget:
    return NewTarget(int(count * HOUR), values.pop("calendar_id", office()), **values)


def targets(clock: str = "first_response", **values: Any) -> NewTargets:
    by_priority = {"P1": hours(0.5), "P2": hours(1), "P3": hours(4), "P4": hours(8)} | values.pop("by_priority", {})
    return NewTargets(clock, by_priority, based_on=values.pop("based_on", newest_target(standard().id)), **values)


def clock(ticket: Ticket, kind: ClockKind) -> Clock:
    return next(c for c in clocks.of(ticket) if c.kind is kind)


def differing() -> list[str]:
    return [str(each) for each in replay.differences(now())]


def test_a_new_target_holds_for_what_begins_from_then_on(cast: Cast, at: At) -> None:
    before = a_ticket(cast)
    with at("2026-03-02 09:10"):
        assert save_targets(standard(), targets(by_priority={"P4": hours(2)}), by=cast.petras) == 0
    with at("2026-03-02 09:20"):
        after = a_ticket(cast)
        assert differing() == []

    assert clock(before, ClockKind.FIRST_RESPONSE).target_seconds == 8 * HOUR
    assert clock(after, ClockKind.FIRST_RESPONSE).target_seconds == 2 * HOUR
    assert "PolicyApplied" not in facts(before)


def test_open_tickets_are_touched_if_the_administrator_says_so(cast: Cast, at: At) -> None:
    running, paused, resolved = a_ticket(cast), a_ticket(cast), a_ticket(cast, status=Status.RESOLVED)
    urgent = a_ticket(cast)
    override_priority(urgent, Priority.P1, "It burns", by=cast.ona)
    reply_to_client(paused, NewMessage("Which serial?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-02 11:30"):
        new = targets("resolution", by_priority={"P1": hours(4), "P2": hours(8), "P3": hours(24), "P4": hours(2)},
                      applies_to_open=True, reason="The contract says two hours.")  # fmt: skip
        impact, over = preview_targets(standard(), new, by=cast.petras)
        count = save_targets(standard(), new, by=cast.petras)
        assert differing() == []

    # The one that waits moves too: its new target waits for nobody.
    assert (impact.tickets, impact.late, over, count) == (2, 1, [], 3)
    assert clock(running, ClockKind.RESOLUTION).state is ClockState.OVERDUE
    assert clock(running, ClockKind.RESOLUTION).breach_cause == "contract_changed"
    assert [facts(t).count("PolicyApplied") for t in (running, paused, resolved, urgent)] == [1, 1, 0, 1]


def test_where_many_tickets_are_touched_they_follow_in_jobs(
    cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "AT_ONCE", 2)
    tickets = [a_ticket(cast) for _ in range(5)]
    with at("2026-03-02 09:30"):
        new = targets("resolution", by_priority={"P4": hours(2)}, applies_to_open=True, reason="Two hours.")
        assert save_targets(standard(), new, by=cast.petras) == 5
        assert facts(tickets[1]).count("PolicyApplied") == 0
        resolve_ticket(tickets[0], NewMessage("Done."), by=cast.ona)  # meanwhile
        run_all()
        assert differing() == []

    assert [facts(t).count("PolicyApplied") for t in tickets] == [0, 1, 1, 1, 1]
    assert clock(tickets[4], ClockKind.RESOLUTION).target_seconds == 2 * HOUR


def test_a_target_for_one_type_leaves_the_others(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:10"):
        new = targets(by_priority={"P4": hours(3)}, type="question")
        save_targets(standard(), new, by=cast.petras)
    with at("2026-03-02 09:20"):
        question, incident = a_ticket(cast, type=TicketType.QUESTION), a_ticket(cast)
    assert clock(question, ClockKind.FIRST_RESPONSE).target_seconds == 3 * HOUR
    assert clock(incident, ClockKind.FIRST_RESPONSE).target_seconds == 8 * HOUR

    with at("2026-03-02 09:30"):  # taken back, it holds no more
        save_targets(standard(), targets(by_priority=dict.fromkeys(("P1", "P2", "P3", "P4")), type="question"),
                     by=cast.petras)  # fmt: skip
    with at("2026-03-02 09:40"):
        later = a_ticket(cast, type=TicketType.QUESTION)
        assert differing() == []
    assert clock(later, ClockKind.FIRST_RESPONSE).target_seconds == 8 * HOUR
    assert ("first_response", "question") not in targets_of(standard().id)


def test_a_target_that_is_taken_back_promises_nothing_any_more(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:10"):
        save_targets(standard(), targets(by_priority={"P4": None}), by=cast.petras)
    with at("2026-03-02 09:20"):
        ticket = a_ticket(cast)
        assert differing() == []

    assert {c.kind for c in clocks.of(ticket)} == {ClockKind.RESOLUTION}


def test_lines_that_may_take_longer_than_promised_are_told(cast: Cast, at: At) -> None:
    for minute, (line, count) in enumerate(((1, 10), (2, 20), (3, 11))):
        with at(f"2026-03-02 09:1{minute}"):
            new = targets(f"ola:line{line}", by_priority={"P1": None, "P2": None, "P3": None, "P4": hours(count)})
            _impact, over = preview_targets(standard(), new, by=cast.petras)
            assert [(each.priority, each.lines, each.promised) for each in over] == (
                [("P4", 41 * HOUR, 40 * HOUR)] if line == 3 else []
            )
            save_targets(standard(), new, by=cast.petras)
            assert len(over_budget(standard().id)) == (line == 3)


def test_who_saw_older_targets_saves_nothing(cast: Cast, at: At) -> None:
    mine = targets(by_priority={"P4": hours(2)})
    with at("2026-03-02 09:10"):
        save_targets(standard(), targets(by_priority={"P4": hours(3)}), by=cast.petras)
    with at("2026-03-02 09:20"):
        with pytest.raises(Conflict):
            save_targets(standard(), mine, by=cast.petras)
        assert targets_of(standard().id)["first_response", ""]["P4"].seconds == 3 * HOUR


@pytest.mark.parametrize(
    ("values", "field"),
    [({"seconds": 0}, "seconds"), ({"seconds": 10**9}, "seconds"), ({"calendar_id": 4711}, "calendar_id"),
     ({"pause_reasons": ("lunch",)}, "pause_reasons"), ({"thresholds": (0, 50)}, "thresholds"),
     ({"thresholds": (50, 101)}, "thresholds"), ({"at_risk_percent": 100}, "at_risk_percent"),
     ({"least_after_reopen": 99 * HOUR}, "least_after_reopen")],
)  # fmt: skip
def test_what_no_target_can_be_is_refused_at_its_field(cast: Cast, values: dict[str, Any], field: str) -> None:
    wrong = NewTarget(**({"seconds": HOUR, "calendar_id": office()} | values))
    with pytest.raises(Invalid) as refusal:
        save_targets(standard(), targets(by_priority={"P2": wrong}), by=cast.petras)
    assert list(refusal.value.errors) == [f"{field}-P2"]


def test_nothing_different_no_reason_and_no_such_clock_are_refused(cast: Cast) -> None:
    same = NewTargets(
        "first_response",
        {p: hours(c, pause_reasons=("scheduled", "waiting_client"))
         for p, c in (("P1", 0.5), ("P2", 1), ("P3", 4), ("P4", 8))},
        based_on=newest_target(standard().id),
    )  # fmt: skip
    with pytest.raises(Invalid):
        save_targets(standard(), same, by=cast.petras)
    with pytest.raises(Invalid):
        save_targets(standard(), targets(applies_to_open=True), by=cast.petras)
    for clock_name, kind in (("lunch", ""), ("first_response", "lunch")):
        with pytest.raises(NotFound):
            save_targets(standard(), targets(clock_name, type=kind), by=cast.petras)


def test_a_policy_begins_as_a_copy_and_may_become_the_default(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:10"):
        premium = add_policy("Premium", standard().id, by=cast.petras)
        empty = add_policy("Empty", None, by=cast.petras)
        for name in ("", "premium"):
            with pytest.raises(Invalid):
                add_policy(name, None, by=cast.petras)
        with pytest.raises(Conflict):
            make_default(empty, by=cast.petras)
        make_default(premium, by=cast.petras)
        assert [(card.name, card.is_default, card.targets) for card in list_policies(for_=cast.petras)] == [
            ("Premium", True, 8), ("Empty", False, 0), ("Standard", False, 8),
        ]  # fmt: skip
    with at("2026-03-02 09:20"):
        ticket = a_ticket(cast)
    assert ticket.policy_id == premium.id


def test_another_calendar_is_another_target(cast: Cast, at: At) -> None:
    ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        always = add_calendar("Always", NewVersion(Calendar.always("Europe/Vilnius")), by=cast.petras)
        new = targets(by_priority={"P4": hours(8, calendar_id=always.id)}, applies_to_open=True, reason="24×7")
        impact, _over = preview_targets(standard(), new, by=cast.petras)
        save_targets(standard(), new, by=cast.petras)
        assert differing() == []

    assert impact.earlier == 1
    assert clock(ticket, ClockKind.FIRST_RESPONSE).due_at == epoch(now()) + 8 * HOUR


def test_only_the_administrator_keeps_policies(cast: Cast) -> None:
    for actor in (cast.ona, cast.rasa, cast.vera, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            save_targets(standard(), targets(), by=actor)
        with pytest.raises(Forbidden):
            add_policy("Mine", None, by=actor)
        with pytest.raises(Forbidden):
            make_default(standard(), by=actor)
        with pytest.raises(Forbidden):
            list_policies(for_=actor)
    with pytest.raises(NotFound):
        get_policy(4711, for_=cast.petras)
