"""What a ticket's life does to its clocks. Office hours are 8-12 and 13-17 in Vilnius; Wednesday 11 March is closed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.times import epoch, now
from helpdesk.models.messages import Message, MessageKind
from helpdesk.models.tickets import NEVER, Channel, Impact, Priority, Status, Ticket, Urgency
from helpdesk.tickets import clocks
from helpdesk.tickets.conversation import (
    NewCall,
    NewMessage,
    delivery_failed,
    receive_reply,
    register_call,
    reply_to_client,
)
from helpdesk.tickets.intake import NewTicket
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.linking import merge_tickets, undo_merge
from helpdesk.tickets.priority import assess, override_priority
from helpdesk.tickets.resolution import refuse_resolution, resolve_ticket
from helpdesk.tickets.states import set_status
from sla import register
from sla.models import Clock, ClockKind, ClockState
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]


def clock(ticket: Ticket, kind: ClockKind) -> Clock:
    return next(c for c in clocks.of(ticket) if c.kind is kind)


def local(text: str) -> int:
    return epoch(datetime.fromisoformat(text + "+02:00"))


def test_a_ticket_starts_with_both_clocks_and_shows_the_nearest(cast: Cast, at: At) -> None:
    with at("2026-03-02 11:00"):
        ticket = a_ticket(cast)  # P4 by default: 8 h to answer, 40 h to resolve

    assert (ticket.next_due_kind, ticket.next_due_at) == ("first_response", local("2026-03-03T11:00"))
    assert clock(ticket, ClockKind.RESOLUTION).due_at == local("2026-03-09T11:00")


def test_the_first_answer_stops_the_first_response(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:30"):
        reply_to_client(ticket, NewMessage("Looking."), by=cast.ona)

    answered = clock(ticket, ClockKind.FIRST_RESPONSE)
    assert (answered.state, answered.consumed_at_stop) == (ClockState.MET, 90 * 60)
    assert ticket.next_due_kind == "resolution"


def test_waiting_for_the_client_stands_still_and_their_answer_goes_on(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        reply_to_client(ticket, NewMessage("Which serial?"), by=cast.ona, status=Status.WAITING_CLIENT)
    assert ticket.next_due_at == NEVER

    with at("2026-03-03 15:00"):
        receive_reply(ticket, NewMessage("88412"), by=cast.jonas, channel=Channel.PORTAL)
    # one hour of forty was used; thirty-nine are left from Tuesday 15:00, and Wednesday the 11th is closed
    assert ticket.next_due_at == local("2026-03-10T14:00")


def test_waiting_for_the_vendor_lets_the_clients_clock_run(cast: Cast) -> None:
    ticket = a_ticket(cast, status=Status.OPEN)
    before = ticket.next_due_at

    set_status(ticket, Status.WAITING_VENDOR, by=cast.ona)

    assert ticket.next_due_at == before


def test_a_breach_is_dated_at_its_own_instant_however_late_the_sweep_comes(cast: Cast, at: At) -> None:
    with at("2026-03-02 11:00"):
        ticket = a_ticket(cast)
    with at("2026-03-05 16:20"):
        clocks.sweep()
        clocks.sweep()  # a second scheduler finds nothing to do

    entries = db.session.scalars(
        db.select(Entry).where(Entry.fact == "ClockBreached", Entry.subject_id == ticket.id)
    ).all()
    assert [entry.at for entry in entries] == [datetime(2026, 3, 3, 9, 0, tzinfo=UTC)]
    assert clock(ticket, ClockKind.FIRST_RESPONSE).state is ClockState.OVERDUE


def test_at_risk_is_told_once_before_the_breach(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)  # 8 h: at risk after 6 h of work
    with at("2026-03-02 15:59"):
        clocks.sweep()
    assert "ClockAtRisk" not in facts(ticket)
    with at("2026-03-02 16:01"):
        clocks.sweep()
        clocks.sweep()
    assert facts(ticket).count("ClockAtRisk") == 1


def test_resolving_without_a_word_before_is_still_an_answer(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)

    assert clock(ticket, ClockKind.FIRST_RESPONSE).state is ClockState.MET
    assert clock(ticket, ClockKind.RESOLUTION).state is ClockState.MET
    assert ticket.next_due_at == NEVER


def test_a_refusal_withdraws_met_and_the_time_resolved_is_a_pause(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 11:00"):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
    with at("2026-03-04 11:00"):
        refuse_resolution(ticket, NewMessage("No."), by=cast.jonas)

    resolution = clock(ticket, ClockKind.RESOLUTION)
    assert resolution.state is ClockState.RUNNING
    assert resolution.due_at == local("2026-03-12T09:00")  # two of forty hours used, three closed days between


def test_a_late_resolution_stays_late_when_it_is_reopened(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-20 09:00"):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
    with at("2026-03-20 10:00"):
        refuse_resolution(ticket, NewMessage("No."), by=cast.jonas)

    assert clock(ticket, ClockKind.RESOLUTION).state is ClockState.OVERDUE
    assert ticket.missed_sla


def test_a_raised_priority_has_the_shorter_target_from_the_same_start(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
        assess(ticket, Impact.ORGANISATION, Urgency.MEDIUM, by=cast.ona)  # P2: 1 h and 8 h

    assert ticket.priority is Priority.P2
    assert ticket.next_due_at == local("2026-03-02T10:00")


def test_a_priority_raised_after_its_target_is_spent_breaches_at_the_change(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 11:30"):
        override_priority(ticket, Priority.P1, "Registration stands still.", by=cast.ona)

    first = clock(ticket, ClockKind.FIRST_RESPONSE)
    assert (first.state, first.breached_at, first.breach_cause) == (
        ClockState.OVERDUE, local("2026-03-02T11:30"), "priority_raised")  # fmt: skip


def test_an_answer_that_bounced_was_not_given(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-02 10:00"):
        message = reply_to_client(ticket, NewMessage("Looking."), by=cast.ona)
    with at("2026-03-02 10:05"):
        delivery_failed(message, "jonas@klinika.example")

    assert clock(ticket, ClockKind.FIRST_RESPONSE).state is ClockState.RUNNING
    assert db.session.get_one(Message, message.id).delivery_failed_at is not None


def test_a_call_answered_on_the_spot_is_registered_and_closed_in_one_step(cast: Cast) -> None:
    new = NewTicket("How to print twice?", "They ask how.", requester_id=cast.jonas.contact_id)

    ticket = register_call(NewCall(new, "Hold the button.", is_resolved=True), by=cast.ona, channel=Channel.PHONE)

    assert ticket.status is Status.CLOSED
    assert {c.state for c in clocks.of(ticket)} == {ClockState.MET}
    assert ticket.owner_id == cast.ona.operator_id


def test_a_merge_cancels_the_clocks_and_undoing_it_brings_them_back(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket, into = a_ticket(cast), a_ticket(cast)
        due = ticket.next_due_at
        merge_tickets(ticket, into, by=cast.ona)
    assert {c.state for c in clocks.of(ticket)} == {ClockState.CANCELLED}

    with at("2026-03-02 10:00"):
        undo_merge(ticket, by=cast.ona)
    assert (ticket.status, ticket.next_due_at) == (Status.NEW, due)


def test_what_is_shown_as_used_equals_what_is_counted(cast: Cast, at: At) -> None:

    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.WAITING_CLIENT)
    for when in ("2026-03-02 11:00", "2026-03-04 10:00", "2026-03-30 10:00"):
        with at(when):
            if when.startswith("2026-03-04"):
                receive_reply(ticket, NewMessage("Here."), by=cast.jonas, channel=Channel.PORTAL)
            for each in clocks.of(ticket):
                now = epoch(datetime.fromisoformat(when + "+02:00"))
                assert register.used(each, now) == register.consumed(each, now), (when, each.kind)


@pytest.mark.parametrize(
    "text", ["Ačiū!", "Thanks a lot, it works now", "Спасибо большое", "谢谢，问题解决了", "Thank you very much. Jonas"]
)
def test_a_mere_thank_you_reopens_nothing(cast: Cast, text: str) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)

    receive_reply(ticket, NewMessage(text), by=cast.jonas, channel=Channel.EMAIL)

    assert ticket.status is Status.RESOLVED
    assert db.session.query(Message).filter_by(ticket_id=ticket.id, kind=MessageKind.REPLY).count() == 3


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it is back",
        "Ačiū, bet vėl neveikia",
        "Спасибо, но опять не работает",
        "谢谢，但是又坏了",
        "Thanks?",
    ],
)
def test_thanks_with_a_but_reopens(cast: Cast, text: str) -> None:
    ticket = a_ticket(cast, status=Status.RESOLVED)

    receive_reply(ticket, NewMessage(text), by=cast.jonas, channel=Channel.EMAIL)

    assert (ticket.status, ticket.reopenings) == (Status.OPEN, 1)


def test_of_each_clock_the_last_cycle_is_shown_and_what_lives_comes_first() -> None:
    def clock(kind: ClockKind, cycle: int, state: ClockState, due_at: int, stop_at: int | None = None) -> Clock:
        return Clock(kind=kind, line=0, cycle=cycle, state=state, due_at=due_at, stop_at=stop_at)

    first = clock(ClockKind.FIRST_RESPONSE, 1, ClockState.MET, 10, 5)
    own = [
        clock(ClockKind.TIME_TO_OWN, 1, ClockState.MET, 20, 8),
        clock(ClockKind.TIME_TO_OWN, 2, ClockState.RUNNING, 60),
    ]
    resolution = clock(ClockKind.RESOLUTION, 1, ClockState.RUNNING, 50)
    gone = clock(ClockKind.PERIODIC_UPDATE, 1, ClockState.CANCELLED, 1)

    assert register.latest([first, *own, resolution, gone]) == [resolution, own[1], first]


def test_a_ticket_of_which_nothing_is_told_is_folded_as_of_now() -> None:
    assert clocks._not_before([], []) == epoch(now())
