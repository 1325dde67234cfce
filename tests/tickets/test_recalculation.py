"""Another calendar, another window, another policy: what moves is what a fold of the events would say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.jobs import Job
from helpdesk.core.journal import Entry, record
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.events import TimePromised
from helpdesk.jobs.worker import run_all
from helpdesk.models.tickets import NEVER, Priority, Status, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets import clocks, recalculation, replay
from helpdesk.tickets.calendars import (
    NewVersion,
    NewWindow,
    add_calendar,
    announce_window,
    get_calendar,
    in_force,
    preview_version,
    preview_window,
    save_version,
    versions_of,
)
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.priority import override_priority
from helpdesk.tickets.resolution import refuse_resolution, resolve_ticket
from sla.models import Clock, ClockKind, ClockState, SlaPolicy, Target, WorkCalendar
from sla.worktime import Calendar, WorktimeError
from tests.cast import OFFICE_HOURS, Cast
from tests.factories import a_ticket, facts
from tests.plans import plan_of

At = Callable[..., AbstractContextManager[None]]


def local(text: str) -> int:
    return epoch(datetime.fromisoformat(text + "+02:00"))


def office() -> WorkCalendar:
    return db.session.query(WorkCalendar).filter_by(name="Office hours").one()


def version(content: dict[str, Any] | None = None, **values: Any) -> NewVersion:
    values.setdefault("based_on", max(v.id for v in versions_of(office())))
    return NewVersion(Calendar.from_json(OFFICE_HOURS | (content or {})), **values)


def closed(*days: str) -> dict[str, Any]:
    return {"holidays": ["2026-03-11", *days]}


def clock(ticket: Ticket, kind: ClockKind) -> Clock:
    return next(c for c in clocks.of(ticket) if c.kind is kind)


def differing() -> list[str]:
    return [str(each) for each in replay.differences(now())]


def more_targets() -> None:
    """Every kind of clock, so that nothing is compared in one kind only."""
    policy = db.session.query(SlaPolicy).one()
    with transaction():
        for kind, line, reasons in (
            (ClockKind.NEXT_RESPONSE, 0, []), (ClockKind.PERIODIC_UPDATE, 0, ["waiting_client"]),
            (ClockKind.TIME_TO_OWN, 0, []), (ClockKind.OLA, 1, ["waiting_client"]), (ClockKind.OLA, 2, []),
        ):  # fmt: skip
            for priority, hours in (("P1", 3), ("P2", 6), ("P3", 12), ("P4", 20)):
                db.session.add(Target(
                    policy_id=policy.id, kind=kind, line=line, priority=priority, seconds=hours * 3600,
                    calendar_id=office().id, pause_reasons=reasons, thresholds=[50, 75, 90], at_risk_percent=75,
                    valid_from=0, recorded_at=0,
                ))  # fmt: skip
        touch()


def lives(cast: Cast, at: At) -> list[Ticket]:
    """Tickets in every state in which a calendar can find them."""
    more_targets()
    with at("2026-03-02 09:00"):
        tickets = [a_ticket(cast, requester=who) for who in (cast.jonas, cast.lena, cast.egle) for _ in range(3)]
    running, paused, breached, promised, resolved, reopened, handed, raised, spent = tickets
    with at("2026-03-02 10:00"):
        reply_to_client(paused, NewMessage("Which serial?"), by=cast.ona, status=Status.WAITING_CLIENT)
        for ticket in (resolved, reopened):
            resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
    with at("2026-03-02 11:00"), transaction():
        record(TimePromised(promised.id, clock="resolution", promised_for=local("2026-03-20T12:00"),
                            agreed_by="client"), by=SYSTEM)  # fmt: skip
    with at("2026-03-02 14:30"):
        refuse_resolution(reopened, NewMessage("No."), by=cast.lena)
        override_priority(raised, Priority.P3, "It hurts", by=cast.ona)
        override_priority(breached, Priority.P1, "It burns", by=cast.ona)
        a_ticket(cast, line=2)
    for moment in ("2026-03-03 09:00", "2026-03-03 12:00", "2026-03-03 16:30"):
        with at(moment):
            while clocks.sweep():
                pass
    assert {handed.status, spent.status, running.status} == {Status.NEW}
    return tickets


@pytest.mark.parametrize(
    "change",
    [closed("2026-03-06", "2026-03-09"), {"weekly": {"mon": [["10:00", "11:00"]], "thu": [["09:00", "21:00"]]}},
     {"weekly": {}}, {"timezone": "Asia/Shanghai"}, Calendar.always("Europe/Vilnius").to_json(),
     {"exceptions": {"2026-03-07": [["09:00", "15:00"]], "2026-03-04": []}}],
    ids=["holidays", "hours", "never", "zone", "always", "special days"],
)  # fmt: skip
def test_a_new_version_stores_what_a_fold_of_the_events_would(cast: Cast, at: At, change: dict[str, Any]) -> None:
    lives(cast, at)
    with at("2026-03-03 16:30"):
        assert differing() == []
        new = version(change, reason="We work otherwise.")
        preview = preview_version(office(), new, by=cast.petras)
        impact = save_version(office(), new, by=cast.petras)

        assert differing() == []
        assert (impact.tickets, impact.clocks, impact.earlier) == (preview.tickets, preview.clocks, preview.earlier)
        assert impact.tickets > 0
    for moment in ("2026-03-04 16:00", "2026-03-12 12:00"):
        with at(moment):
            while clocks.sweep():
                pass
            assert differing() == []


def test_what_is_shown_as_due_next_moves_with_the_clocks(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)  # 8 h to answer
    assert ticket.next_due_at == local("2026-03-03T09:00")

    with at("2026-03-02 09:30"):
        impact = save_version(office(), version(closed("2026-03-03")), by=cast.petras)

    db.session.refresh(ticket)
    assert (ticket.next_due_at, ticket.next_due_kind) == (local("2026-03-04T09:00"), "first_response")
    assert (impact.tickets, impact.clocks, impact.later, impact.late) == (1, 2, 2, 0)
    assert facts(ticket).count("ClockMoved") == 2
    entry = db.session.scalars(db.select(Entry).where(Entry.fact == "ClockMoved").order_by(Entry.id)).first()
    assert entry is not None and entry.payload["cause"] == "Office hours"

    with at("2026-03-02 09:31"):
        save_version(office(), version({"weekly": {}}), by=cast.petras)
    db.session.refresh(ticket)
    assert (ticket.next_due_at, ticket.next_due_kind) == (NEVER, "")


def test_a_version_for_later_leaves_what_is_due_before_it(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        new = version(closed("2026-03-03", "2026-03-06"), valid_from=local("2026-03-05T00:00"))
        assert preview_version(office(), new, by=cast.petras).clocks == 1
        save_version(office(), new, by=cast.petras)

        assert differing() == []
    assert ticket.next_due_at == local("2026-03-03T09:00")


def test_a_clock_whose_moment_was_not_swept_is_folded_with_the_rest(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-03 08:30"):  # past three quarters, and nobody has looked
        save_version(office(), version(closed("2026-03-04")), by=cast.petras)
        assert differing() == []

    assert "ClockAtRisk" in facts(ticket)


def test_a_correction_backwards_is_an_act_of_its_own_and_changes_verdicts(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        answered, open_one = a_ticket(cast), a_ticket(cast)
    with at("2026-03-03 11:00"):
        clocks.sweep()
        reply_to_client(answered, NewMessage("Looking."), by=cast.ona)
        assert clock(answered, ClockKind.FIRST_RESPONSE).state is ClockState.BREACHED
        assert clock(open_one, ClockKind.FIRST_RESPONSE).state is ClockState.OVERDUE
        monday = local("2026-03-02T00:00")
        for wrong, field in (
            ({"valid_from": monday}, "valid_from"),
            ({"valid_from": monday, "is_correction": True}, "reason"),
            ({"is_correction": True, "reason": "Why"}, "valid_from"),
            ({"is_correction": True, "reason": "Why", "valid_from": local("2026-03-05T00:00")}, "valid_from"),
        ):
            with pytest.raises(Invalid) as refusal:
                save_version(office(), version(closed("2026-03-02"), **wrong), by=cast.petras)
            assert list(refusal.value.errors) == [field]

        correction = version(closed("2026-03-02"), valid_from=monday, is_correction=True, reason="It was a holiday.")
        preview = preview_version(office(), correction, by=cast.petras)
        impact = save_version(office(), correction, by=cast.petras)
        assert differing() == []

    assert preview.verdicts == impact.verdicts == 2
    assert clock(answered, ClockKind.FIRST_RESPONSE).state is ClockState.MET
    assert clock(open_one, ClockKind.FIRST_RESPONSE).state is ClockState.RUNNING
    change = db.session.scalars(
        db.select(Entry).where(Entry.fact == "ConfigurationChanged").order_by(Entry.id.desc())
    ).first()
    assert change is not None
    assert (change.payload["change"]["verdicts"], change.payload["change"]["is_correction"]) == (2, True)


def test_a_correction_can_make_tickets_late(cast: Cast, at: At) -> None:
    with at("2026-03-01 20:00"):  # a Sunday
        a_ticket(cast)
    with at("2026-03-02 09:00"):
        correction = version(
            Calendar.always("Europe/Vilnius").to_json(), valid_from=local("2026-03-01T00:00"), is_correction=True,
            reason="They pay for the whole day.",
        )  # fmt: skip
        assert preview_version(office(), correction, by=cast.petras).late == 1
        assert save_version(office(), correction, by=cast.petras).late == 1
        assert differing() == []


def test_where_a_correction_touches_many_tickets_they_follow_in_jobs(
    cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculation, "AT_ONCE", 2)
    with at("2026-03-01 20:00"):
        tickets = [a_ticket(cast) for _ in range(5)]
    with at("2026-03-02 09:00"):
        correction = version(
            Calendar.always("Europe/Vilnius").to_json(), valid_from=local("2026-03-01T00:00"), is_correction=True,
            reason="They pay for the whole day.",
        )  # fmt: skip
        impact = save_version(office(), correction, by=cast.petras)
        assert (impact.tickets, impact.following) == (0, 5)
        reply_to_client(tickets[0], NewMessage("We look at it."), by=cast.ona)  # whoever works on one has it right
        assert {ticket.number for ticket in tickets if any(ticket.number in line for line in differing())} == {
            ticket.number for ticket in tickets[1:]
        }

        run_all()
        assert differing() == []
    entry = db.session.scalars(db.select(Entry).where(Entry.fact == "ClockMoved")).first()
    assert entry is not None
    assert entry.reference == cast.petras.reference


@pytest.mark.parametrize("is_correction", [False, True])
def test_what_was_begun_on_the_calendar_of_before_is_looked_at_again(
    cast: Cast, at: At, *, is_correction: bool
) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    before = {c.id: (c.due_at, c.breach_at, c.contract_due_at, c.at_risk_at, c.next_fire_at) for c in clocks.of(ticket)}
    with at("2026-03-02 09:30"):
        save_version(office(), version(
            closed("2026-03-03"), reason="We are closed.", is_correction=is_correction,
            valid_from=local("2026-03-02T00:00") if is_correction else None,
        ), by=cast.petras)  # fmt: skip
        with transaction():  # as somebody leaves it who had read the calendars before they were changed
            for row in db.session.scalars(db.select(Clock).where(Clock.id.in_(before))):
                row.due_at, row.breach_at, row.contract_due_at, row.at_risk_at, row.next_fire_at = before[row.id]
        assert differing() != []
        told = db.session.scalars(
            db.select(Entry).where(Entry.fact == "ConfigurationChanged").order_by(Entry.id.desc())
        ).first()
        assert told is not None
    with at("2026-03-02 09:33"):
        if db.engine.dialect.name == "postgresql":
            run_all()
        else:  # where nobody writes beside us nothing is asked for
            assert db.session.scalars(db.select(Job).where(Job.kind == "recalculation.look_again")).first() is None
            with transaction():
                recalculation.look_again(told)
        assert differing() == []
        moved = facts(ticket).count("ClockMoved")
        with transaction():
            recalculation.look_again(told)
        assert facts(ticket).count("ClockMoved") == moved


def test_who_saw_an_older_version_saves_nothing(cast: Cast, at: At) -> None:
    mine, theirs = version(closed("2026-03-03")), version(closed("2026-03-04"))
    save_version(office(), theirs, by=cast.petras)

    with at("2026-03-02 09:10"), pytest.raises(Conflict):
        save_version(office(), mine, by=cast.petras)
    assert len(versions_of(office())) == 2


def test_nothing_different_and_overlaps_are_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        save_version(office(), version(), by=cast.petras)
    with pytest.raises(WorktimeError):
        save_version(office(), version({"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}), by=cast.petras)


def test_only_the_administrator_keeps_calendars(cast: Cast) -> None:
    new = NewVersion(Calendar.from_json(OFFICE_HOURS))
    window = NewWindow(epoch(now()) + 60, epoch(now()) + 120, "Update")
    for actor in (cast.ona, cast.rasa, cast.vera, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            add_calendar("Mine", new, by=actor)
        with pytest.raises(Forbidden):
            save_version(office(), new, by=actor)
        with pytest.raises(Forbidden):
            announce_window(window, by=actor)
        with pytest.raises(Forbidden):
            preview_window(window, by=actor)
    with pytest.raises(NotFound):
        get_calendar(4711, for_=cast.petras)


def test_a_calendar_has_a_name_of_its_own(cast: Cast) -> None:
    new = NewVersion(Calendar.always("Asia/Shanghai"))
    calendar = add_calendar("Shanghai", new, by=cast.petras)

    assert in_force(versions_of(calendar), 0).content["timezone"] == "Asia/Shanghai"
    for name in ("", "shanghai"):
        with pytest.raises(Invalid):
            add_calendar(name, new, by=cast.petras)


def test_a_window_announced_before_is_no_working_time(cast: Cast, at: At) -> None:
    lives(cast, at)
    with at("2026-03-03 16:30"):
        window = NewWindow(local("2026-03-04T08:00"), local("2026-03-04T12:00"), "New storage")
        preview = preview_window(window, by=cast.petras)
        impact = announce_window(window, by=cast.petras)

        assert impact.tickets == preview.tickets > 0
        assert impact.earlier == 0
        assert differing() == []


def test_a_window_of_another_calendar_moves_nothing(cast: Cast, at: At) -> None:
    other = add_calendar("Other", NewVersion(Calendar.always("Europe/Vilnius")), by=cast.petras)
    ticket = a_ticket(cast)
    window = NewWindow(local("2026-03-02T10:00"), local("2026-03-02T12:00"), "Theirs", (other.id,))

    assert announce_window(window, by=cast.petras).tickets == 0
    assert "ClockMoved" not in facts(ticket)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [("2026-03-02T08:00", "2026-03-02T12:00", "since"), ("2026-03-03T10:00", "2026-03-03T10:00", "until"),
     ("2026-03-03T10:00", "2026-06-03T10:00", "until")],
)  # fmt: skip
def test_a_window_that_has_begun_or_never_ends_is_refused(cast: Cast, since: str, until: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        announce_window(NewWindow(local(since), local(until), "Update"), by=cast.petras)
    assert list(refusal.value.errors) == [field]


def test_the_clocks_of_a_calendar_are_found_by_their_index(cast: Cast, at: At) -> None:
    a_ticket(cast)
    new = version(closed("2026-03-06"))

    steps = plan_of(lambda: preview_version(office(), new, by=cast.petras))

    of_clocks = [step for step in steps if "sla_clock" in step]
    assert of_clocks
    assert all("ix_sla_clock_calendar" in step for step in of_clocks), of_clocks
