"""A past is written as it was, with nothing that follows from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.models.tickets import Channel, Impact, Priority, Status, Ticket, Urgency
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from tests.cast import Cast


def minute(number: int) -> datetime:
    return datetime(2026, 1, 5, 9, number, tzinfo=UTC)


def a_past(cast: Cast, *steps: PastStep, **values: Any) -> PastTicket:
    return PastTicket(
        subject="Printer", text="It prints nothing.", requester_id=cast.jonas.contact_id, channel=Channel.PHONE,
        steps=steps or (PastStep(minute(0)),), **values,
    )  # fmt: skip


def recorded(past: PastTicket) -> Ticket:
    return db.session.get_one(Ticket, record_past([past])[0])


def test_ids_come_in_the_order_of_the_pasts(cast: Cast):
    ids = record_past([a_past(cast), a_past(cast, reassignments=3), a_past(cast)])
    assert [db.session.get_one(Ticket, i).reassignments for i in ids] == [0, 3, 0]


def test_nothing_is_nothing(app: object):
    assert record_past([]) == []


def test_a_past_has_at_least_one_step(cast: Cast):
    with pytest.raises(ValueError, match="at least one step"):
        record_past([PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE, steps=())])


def test_a_ticket_begins_new_and_has_no_priority_but_the_computed_one(cast: Cast):
    ticket = recorded(a_past(cast, impact=Impact.GROUP, urgency=Urgency.HIGH))
    assert (ticket.status, ticket.priority, ticket.computed_priority) == (Status.NEW, Priority.P2, Priority.P2)


def test_a_priority_alone_overrides_nothing(cast: Cast):
    ticket = recorded(a_past(cast, PastStep(minute(0), priority=Priority.P1), priority_reason="told so"))
    assert (ticket.priority, ticket.is_priority_overridden, ticket.priority_reason) == (Priority.P1, False, "")


def test_an_open_ticket_has_no_end_whatever_the_source_says(cast: Cast):
    ticket = recorded(a_past(cast, PastStep(minute(0), status=Status.OPEN), resolved_at=minute(5), closed_at=minute(6)))
    assert (ticket.resolved_at, ticket.closed_at) == (None, None)


def test_a_ticket_closed_without_a_resolution_was_resolved_when_it_was_closed(cast: Cast):
    ticket = recorded(a_past(
        cast, PastStep(minute(0), team_id=cast.field.id, line=2), PastStep(minute(7), status=Status.CLOSED),
    ))  # fmt: skip
    assert (ticket.resolved_at, ticket.resolved_line, ticket.closed_at) == (minute(7), 2, minute(7))


def test_a_cancelled_ticket_ended_and_was_never_resolved(cast: Cast):
    ticket = recorded(a_past(cast, PastStep(minute(0)), PastStep(minute(7), status=Status.CANCELLED)))
    assert (ticket.is_open, ticket.resolved_at, ticket.closed_at) == (False, None, minute(7))


def test_the_timeline_says_how_somebody_came_to_hold_it(cast: Cast):
    ona, tomas = ("operator", cast.ona.operator_id), ("operator", cast.tomas.operator_id)
    ticket = recorded(a_past(
        cast,
        PastStep(minute(0), by=ona, assignee_id=ona[1]),
        PastStep(minute(1), by=ona, assignee_id=tomas[1]),
        PastStep(minute(2), by=ona),
        PastStep(minute(3), assignee_id=tomas[1]),
    ))  # fmt: skip
    query = select(Entry.payload).where(Entry.subject_id == ticket.id, Entry.fact == "TicketAssigned")
    ways = [payload["how"] for payload in db.session.scalars(query.order_by(Entry.id))]
    assert ways == ["taken", "assigned", "unassigned", "imported"]
    assert ticket.assignee_id == tomas[1]


def test_bouncing_is_seen_as_it_would_have_been_here(cast: Cast):
    teams = (cast.desk, cast.field, cast.desk, cast.field)
    ticket = recorded(a_past(cast, *(PastStep(minute(i), team_id=team.id) for i, team in enumerate(teams))))
    assert (ticket.is_ping_pong, ticket.is_bouncing) == (True, True)
