"""Causes of breaches, and excuses that need a second person; accepting; a reopening that was not genuine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.standing import touch
from helpdesk.core.times import epoch, now
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.tickets import clocks
from helpdesk.tickets.assignment import accept, assign, awaits_acceptance, take
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.judging import (
    Breach,
    BreachCause,
    ask_excuse,
    breaches_of,
    excuse,
    excuses_asked,
    late_windows,
    name_cause,
    refuse_excuse,
)
from helpdesk.tickets.resolution import accept_resolution, close_silent, resolve_ticket, undo_reopening
from sla.models import LIVE_STATES, Clock, ClockKind, ClockState, Judgement, Maintenance, SlaPolicy, Target
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]


def late(cast: Cast, at: At) -> Ticket:
    """Received on Monday at nine; nobody answered for eight hours."""
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-03 10:00"):
        clocks.sweep()
    return ticket


def first(ticket: Ticket) -> Clock:
    return next(c for c in clocks.of(ticket) if c.breached_at is not None)


def test_a_late_ticket_is_resolved_with_the_cause_alone(cast: Cast, at: At) -> None:
    ticket = late(cast, at)
    with at("2026-03-03 10:00"):
        with pytest.raises(Invalid) as refusal:
            resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
        assert list(refusal.value.errors) == ["breach_cause"]
        with pytest.raises(Invalid) as refusal:
            resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.OTHER)
        assert list(refusal.value.errors) == ["breach_note"]

        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.VENDOR)

    assert ticket.status is Status.RESOLVED
    [breach] = breaches_of(clocks.of(ticket))
    assert breach.judgement is not None and breach.judgement.cause == "vendor"
    assert breach.clock.state is ClockState.BREACHED


def test_a_breach_that_no_sweep_has_noticed_needs_its_cause_as_well(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast)
    with at("2026-03-03 10:00"), pytest.raises(Invalid):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)


def test_a_cause_named_before_is_not_asked_again_and_in_time_none_is(cast: Cast, at: At) -> None:
    ticket = late(cast, at)
    with at("2026-03-03 10:00"):
        name_cause(ticket, first(ticket).id, BreachCause.CAPACITY, by=cast.rasa)
        name_cause(ticket, first(ticket).id, BreachCause.CAPACITY, by=cast.rasa)  # a double click
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
        fresh = a_ticket(cast)
        resolve_ticket(fresh, NewMessage("Done."), by=cast.ona)

    assert facts(ticket).count("BreachJudged") == 1
    assert "BreachJudged" not in facts(fresh)


def test_silence_closes_and_clients_accept_without_any_cause(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
    with at("2026-03-20 09:00"):
        assert close_silent() == 1
    other = late(cast, at)
    with at("2026-03-03 10:00"):
        resolve_ticket(other, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.VENDOR)
        db.session.query(Judgement).delete()
        accept_resolution(other, by=cast.jonas)

    assert (ticket.status, other.status) == (Status.CLOSED, Status.CLOSED)


def test_an_excuse_is_asked_by_one_and_granted_by_another(cast: Cast, at: At) -> None:
    ticket = late(cast, at)
    with at("2026-03-03 10:00"):
        clock_id = first(ticket).id
        with pytest.raises(Conflict):
            ask_excuse(ticket, clock_id, "The building was closed.", by=cast.rasa)  # no cause yet
        name_cause(ticket, clock_id, BreachCause.FORCE_MAJEURE, by=cast.ona)
        with pytest.raises(Conflict):
            excuse(ticket, clock_id, by=cast.vera)  # nobody has asked
        ask_excuse(ticket, clock_id, "The building was closed.", by=cast.rasa)
        assert [each.ticket.id for each in excuses_asked(for_=cast.vera)] == [ticket.id]

        with pytest.raises(Forbidden) as refusal:
            excuse(ticket, clock_id, by=cast.rasa)
        assert refusal.value.code == "second_person_needed"
        with pytest.raises(Forbidden):
            excuse(ticket, clock_id, by=cast.ona)
        for _click in range(2):
            excuse(ticket, clock_id, by=cast.vera)

    clock = first(ticket)
    assert (clock.state, clock.breached_at is not None) == (ClockState.OVERDUE, True)  # the raw figure stays
    judgement = db.session.get_one(Judgement, clock_id)
    assert (judgement.excused_by, judgement.excused_at is not None) == (cast.vera.account_id, True)
    assert facts(ticket).count("BreachJudged") == 3
    assert excuses_asked(for_=cast.vera) == []


def test_whoever_named_the_cause_may_not_slip_past_the_second_person(cast: Cast, at: At) -> None:
    ticket = late(cast, at)
    with at("2026-03-03 10:00"):
        clock_id = first(ticket).id
        name_cause(ticket, clock_id, BreachCause.VENDOR, by=cast.ona)
        ask_excuse(ticket, clock_id, "They never called back.", by=cast.vera)
        name_cause(ticket, clock_id, BreachCause.CAPACITY, by=cast.ona)  # corrected meanwhile
        with pytest.raises(Forbidden):
            excuse(ticket, clock_id, by=cast.vera)
        refuse_excuse(ticket, clock_id, by=cast.rasa)
        with pytest.raises(Conflict):
            excuse(ticket, clock_id, by=cast.rasa)


def test_only_a_breach_of_this_ticket_is_judged(cast: Cast, at: At) -> None:
    ticket = late(cast, at)
    with at("2026-03-03 10:00"):
        other = a_ticket(cast)
        for wrong in (first(ticket).id, clocks.of(other)[0].id, 999_999):
            with pytest.raises(NotFound):
                name_cause(other, wrong, BreachCause.VENDOR, by=cast.ona)
        for stranger in (cast.jonas, cast.marek, cast.petras):
            with pytest.raises(Forbidden):
                name_cause(ticket, first(ticket).id, BreachCause.VENDOR, by=stranger)


def test_maintenance_announced_late_can_be_the_reason(cast: Cast, at: At) -> None:
    ticket = late(cast, at)
    clock = first(ticket)
    start = clock.start_at
    windows = [(start + 3600, start + 7200, start + 5000), (start + 3600, start + 7200, start), (1, 2, 3)]
    for from_at, to_at, recorded_at in windows:
        db.session.add(
            Maintenance(from_at=from_at, to_at=to_at, reason="Moving", calendar_ids=[], recorded_at=recorded_at)
        )
    db.session.commit()

    with at("2026-03-03 10:00"):
        [window] = late_windows(Breach(clock, None))

    assert window.recorded_at == start + 5000


def test_whoever_was_given_a_ticket_accepts_it(cast: Cast) -> None:
    ticket = a_ticket(cast)
    assign(ticket, cast.ona.operator_id, by=cast.rasa)
    assert awaits_acceptance(ticket, for_=cast.ona)
    with pytest.raises(Forbidden):
        accept(ticket, by=cast.rasa)

    for _click in range(2):
        accept(ticket, by=cast.ona)

    assert facts(ticket).count("TicketAccepted") == 1
    assert not awaits_acceptance(ticket, for_=cast.ona)


def test_taking_and_answering_accept_as_well(cast: Cast) -> None:
    taken, answered = a_ticket(cast), a_ticket(cast)
    take(taken, by=cast.ona)
    assign(answered, cast.ona.operator_id, by=cast.rasa)
    reply_to_client(answered, NewMessage("We look."), by=cast.ona)

    assert not awaits_acceptance(taken, for_=cast.ona)
    assert not awaits_acceptance(answered, for_=cast.ona)


def reopened(cast: Cast, at: At) -> Ticket:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.OPEN)
    with at("2026-03-02 10:00"):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona)
    with at("2026-03-02 14:00"):
        receive_reply(ticket, NewMessage("Out of office until Friday."), by=cast.jonas, channel=Channel.EMAIL)
    return ticket


def test_a_reopening_that_was_not_genuine_leaves_no_trace_in_figures(cast: Cast, at: At) -> None:
    ticket = reopened(cast, at)
    before = db.session.get_one(Ticket, ticket.id)
    assert (before.status, before.reopenings) == (Status.OPEN, 1)

    with at("2026-03-02 14:59"):
        for _click in range(2):
            undo_reopening(ticket, "An absence note.", by=cast.rasa)
        assert ticket.closes_at is not None and ticket.closes_at > now()

    assert (ticket.status, ticket.reopenings, ticket.awaits_reply) == (Status.RESOLVED, 0, False)
    with at("2026-03-02 10:00"):
        assert ticket.resolved_at == now()
        resolution = next(c for c in clocks.of(ticket) if c.kind.value == "resolution")
        assert (resolution.state, resolution.stop_at, resolution.pauses) == (ClockState.MET, epoch(now()), [])
    assert facts(ticket).count("ReopeningUndone") == 1


def test_what_the_reopening_began_goes_with_it(cast: Cast, at: At) -> None:
    policy = db.session.query(SlaPolicy).one()
    calendar_id = db.session.query(Target).first().calendar_id
    for kind in (ClockKind.NEXT_RESPONSE, ClockKind.PERIODIC_UPDATE, ClockKind.TIME_TO_OWN):
        db.session.add(Target(policy_id=policy.id, kind=kind, priority="P4", seconds=7200, calendar_id=calendar_id,
                              pause_reasons=[], valid_from=0, recorded_at=0))  # fmt: skip
    touch()
    db.session.commit()
    ticket = reopened(cast, at)
    with at("2026-03-02 14:10"):
        undo_reopening(ticket, "An absence note.", by=cast.rasa)

    live = [(c.kind, c.cycle) for c in clocks.of(ticket) if c.state in LIVE_STATES]
    assert live == []
    with at("2026-03-06 09:00"):
        clocks.sweep()
    assert "ClockBreached" not in facts(ticket)


def test_after_an_hour_it_is_genuine_and_only_leads_decide(cast: Cast, at: At) -> None:
    ticket = reopened(cast, at)
    with at("2026-03-02 14:30"), pytest.raises(Forbidden):
        undo_reopening(ticket, "No.", by=cast.ona)
    with at("2026-03-02 14:30"), pytest.raises(Invalid):
        undo_reopening(ticket, " ", by=cast.rasa)
    with at("2026-03-02 15:01"), pytest.raises(Conflict):
        undo_reopening(ticket, "No.", by=cast.rasa)
    with at("2026-03-02 15:01"), pytest.raises(Conflict):
        undo_reopening(a_ticket(cast), "No.", by=cast.rasa)


def test_what_was_accepted_is_closed_again(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket = a_ticket(cast, status=Status.RESOLVED)
    with at("2026-03-02 10:00"):
        accept_resolution(ticket, by=cast.jonas)
        accepted_at = ticket.accepted_at
    with at("2026-03-02 14:00"):
        receive_reply(ticket, NewMessage("Forwarded: lunch?"), by=cast.jonas, channel=Channel.EMAIL)
        undo_reopening(ticket, "Nothing to do with it.", by=cast.rasa)

    assert (ticket.status, ticket.accepted_at, ticket.closed_at) == (Status.CLOSED, accepted_at, accepted_at)
