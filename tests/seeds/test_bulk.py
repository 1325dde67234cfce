"""The large desk: consistent in each row, made once, going on where it was."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from helpdesk.cli import main
from helpdesk.cli.invariants import INVARIANTS, Look
from helpdesk.core.db import db
from helpdesk.core.files import FileStore
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.access import Account
from helpdesk.models.messages import Message
from helpdesk.models.people import Operator, Organisation, Team
from helpdesk.models.tickets import OPEN_STATUSES, Status, Ticket
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actor import contact_actor
from helpdesk.seeds import bulk, demo
from helpdesk.seeds.crowd import TEAMS
from helpdesk.seeds.hours import OFFICE, hours_of
from helpdesk.seeds.stories import STORIES
from helpdesk.seeds.workdays import Workdays
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.resolution import resolve_ticket
from tests.seeds.conftest import WEDNESDAY

FEW = STORIES[:2]
MANY = 2_000


@pytest.fixture
def large_desk(empty_desk: Flask) -> Flask:
    demo.fill(FEW)
    assert list(bulk.fill_up(MANY)) == [MANY - len(FEW)]
    return empty_desk


def test_every_row_of_it_is_consistent(large_desk: Flask) -> None:
    look = Look(now(), FileStore(large_desk.config["THREELINE"].attachments))

    assert [found for invariant in INVARIANTS for found in invariant.violations(look)] == []


def test_it_has_the_shape_of_a_large_desk(large_desk: Flask) -> None:
    opened = db.session.scalars(select(Ticket.opened_at).order_by(Ticket.id)).all()
    statuses = Counter(db.session.scalars(select(Ticket.status)))
    said = db.session.scalar(select(func.count()).select_from(Message)) or 0
    facts = db.session.scalar(select(func.count()).where(Entry.subject_kind == "ticket")) or 0

    assert bulk.count() == len(opened) == MANY
    assert timedelta(days=700) <= max(opened) - min(opened) <= timedelta(days=732)
    assert sum(count for status, count in statuses.items() if status in OPEN_STATUSES) == pytest.approx(100, abs=40)
    assert {Status.NEW, Status.OPEN, Status.WAITING_CLIENT, Status.CLOSED, Status.CANCELLED} <= statuses.keys()
    assert said / MANY == pytest.approx(5, abs=0.5)
    assert facts / MANY == pytest.approx(11, abs=2)
    assert db.session.scalar(select(func.count()).select_from(Team)) == 50
    assert db.session.scalar(select(func.count()).select_from(Operator)) == 300
    assert db.session.scalar(select(func.count()).where(Account.email.like("%@crowd.example"))) == len(TEAMS)
    assert 1_000 <= (db.session.scalar(select(func.count()).select_from(Organisation)) or 0) <= 1_050
    assert set(db.session.scalars(select(Ticket.language))) == {"en", "lt", "ru", "zh-Hans"}
    assert set(db.session.scalars(select(Ticket.line).where(Ticket.is_open))) == {1, 2, 3}


def test_people_can_go_on_working_on_it(large_desk: Flask) -> None:
    ticket = db.session.scalars(
        select(Ticket).where(Ticket.status == Status.WAITING_CLIENT, Ticket.line == 1).order_by(Ticket.id).limit(1)
    ).one()  # fmt: skip
    requester, operator = contact_actor(ticket.requester), actor_by_email("kamil.wrona@brastova.example")

    receive_reply(ticket, NewMessage("Here is what you asked for."), by=requester, channel=ticket.channel)
    reply_to_client(ticket, NewMessage("Thank you, we look at it."), by=operator)
    resolve_ticket(ticket, NewMessage("It was the cable."), by=operator)
    assert ticket.status is Status.RESOLVED
    assert ticket.closes_at is not None


def test_a_second_call_does_nothing_and_a_larger_one_adds(large_desk: Flask) -> None:
    last = db.session.scalar(select(func.max(Ticket.id)))

    assert list(bulk.fill_up(MANY)) == []
    assert db.session.scalar(select(func.max(Ticket.id))) == last
    assert list(bulk.fill_up(MANY + 300)) == [300]


def test_a_run_that_was_killed_goes_on(empty_desk: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.fill(FEW)
    monkeypatch.setattr(bulk, "BATCH", 200)
    killed = bulk.fill_up(1_000)
    assert [next(killed), next(killed)] == [200, 400]
    killed.close()
    assert bulk.count() == 400 + len(FEW)

    assert list(bulk.fill_up(1_000))[-1] == 1_000 - 400 - len(FEW)
    assert bulk.count() == 1_000
    look = Look(now(), FileStore(empty_desk.config["THREELINE"].attachments))
    assert [found for invariant in INVARIANTS for found in invariant.violations(look)] == []


def test_the_command_fills_up_to_a_number(empty_desk: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.fill, "__defaults__", (FEW,))

    first = CliRunner().invoke(main, ["demo", "--tickets", "500"], obj=empty_desk)
    second = CliRunner().invoke(main, ["demo", "--tickets", "500"], obj=empty_desk)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "498 tickets were added" in first.stdout
    assert "nothing was added" in second.stdout
    assert bulk.count() == 500


@pytest.mark.parametrize("position", [1, 59, 32_399, 32_400, 32_401, 40 * 32_400, 123 * 32_400 + 17])
def test_positions_are_read_as_the_arithmetic_of_clocks_reads_them(position: int) -> None:
    hours = hours_of(OFFICE, 2024, 2027)
    until = int(WEDNESDAY.timestamp())
    days = Workdays(hours, until - 400 * 86_400, until + 86_400)
    first = days.at(0)

    assert hours.elapsed(first, days.at(position)) == position
    assert days.due(position) == hours.due(first, position)
    assert days.due(position + 1) - 1 == hours.breach_at(first, position)
    assert days.position(days.at(position)) == position


def test_a_pause_moves_the_end_of_a_budget_unless_it_begins_too_late() -> None:
    hours = hours_of(OFFICE, 2024, 2027)
    until = int(WEDNESDAY.timestamp())
    days = Workdays(hours, until - 400 * 86_400, until + 86_400)
    pauses = [(3_600, 7_200), (40_000, 50_000), (400_000, 500_000)]
    instants = [(days.at(since), days.at(to)) for since, to in pauses]

    for budget in (3_600, 3_601, 32_400, 36_401, 200_000):
        spent = days.spent(0, budget, pauses)
        assert days.due(spent) == hours.due(days.at(0), budget, instants), budget
