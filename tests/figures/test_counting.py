"""Facts follow the journal; what is kept outlives ticket, team and person, and a re-judgement is a second figure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, text, update

from helpdesk.core.db import db
from helpdesk.figures import counting
from helpdesk.figures.variants import path_of
from helpdesk.models.figures import ClockFigures, FigureSum, HopFigures, OpenSpan, TicketFigures
from helpdesk.models.people import Team
from helpdesk.models.tickets import Channel, Status, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice
from helpdesk.reports.lines import LINES
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.escalation import NewHandover, hand_over, return_ticket
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from helpdesk.tickets.resolution import refuse_resolution
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket

OPENED = datetime(2026, 1, 12, 8, 0, tzinfo=UTC)


def facts_of(ticket_id: int) -> list[TicketFigures]:
    counting.catch_up_wholly()
    query = select(TicketFigures).where(TicketFigures.ticket_id == ticket_id).order_by(TicketFigures.id)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def a_past(cast: Cast, *steps: PastStep) -> int:
    return record_past([PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE, steps)])[0]


def january(metric: str = "resolved") -> float | None:
    over = Slice(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    return LINES.run(over, for_=SYSTEM, by=()).total.figures[metric].value


def test_what_waits_is_left_out_of_the_net_time(cast: Cast):
    day = timedelta(hours=24)
    ticket_id = a_past(
        cast, PastStep(OPENED), PastStep(OPENED + timedelta(hours=1), status=Status.WAITING_CLIENT),
        PastStep(OPENED + day, status=Status.OPEN), PastStep(OPENED + 2 * day, status=Status.RESOLVED),
        PastStep(OPENED + 3 * day, status=Status.OPEN), PastStep(OPENED + 4 * day, status=Status.RESOLVED),
        PastStep(OPENED + 5 * day, status=Status.CLOSED),
    )  # fmt: skip

    (row,) = facts_of(ticket_id)

    assert row.gross_seconds == 4 * 86_400
    assert row.net_seconds == 2 * 86_400 + 3_600
    # Monday from ten on, three days from nine to five, and Friday until ten.
    assert row.business_seconds == (7 + 3 * 8 + 1) * 3_600
    assert (row.close_seconds, row.client_seconds) == (5 * 86_400, 23 * 3_600)
    assert (row.resolutions, row.reopenings) == (2, 1)
    assert path_of([row.variant_id or 0]) == {
        row.variant_id: ["new", "waiting_client", "open", "resolved", "open", "resolved", "closed"]
    }


def test_lines_and_ping_pong_come_from_the_teams(cast: Cast):
    ticket = a_ticket(cast)
    hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    return_ticket(ticket, "Not ours.", by=cast.tomas)

    (row,) = facts_of(ticket.id)

    assert (row.team_changes, row.steps_up, row.steps_back, row.ping_pongs, row.highest_line) == (2, 1, 1, 1, 2)
    hops = db.session.scalars(select(HopFigures).where(HopFigures.ticket_id == ticket.id)).all()
    assert [(hop.from_line, hop.to_line, hop.is_back) for hop in hops] == [(1, 2, False), (2, 1, True)]


def test_counting_twice_changes_nothing(cast: Cast):
    ticket = a_ticket(cast, status=Status.RESOLVED)
    before = [row.gross_seconds for row in facts_of(ticket.id)]
    counting.recount()
    assert [row.gross_seconds for row in facts_of(ticket.id)] == before
    assert db.session.scalar(select(func.count()).select_from(OpenSpan).where(OpenSpan.ticket_id == ticket.id)) == 1


def test_sums_equal_the_facts(cast: Cast):
    a_ticket(cast)
    a_ticket(cast, status=Status.RESOLVED)
    counting.catch_up_wholly()
    query = select(func.sum(FigureSum.amount)).where(FigureSum.fact == "opened", FigureSum.measure == "tickets")
    whole, by_team = (db.session.scalar(query.where(FigureSum.dimension == name)) for name in ("", "team_id"))
    assert whole == by_team == db.session.scalar(select(func.count()).select_from(TicketFigures))


def test_figures_outlive_their_tickets_and_teams(cast: Cast):
    ticket_id = a_past(cast, PastStep(OPENED), PastStep(OPENED + timedelta(hours=3), status=Status.CLOSED))
    assert len(facts_of(ticket_id)) == 1
    assert counting.close_months() > 0
    before = january()

    db.session.execute(update(Team).values(line=3))
    for table in ("message", "journal"):
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    db.session.execute(text("DELETE FROM message WHERE ticket_id = :id"), {"id": ticket_id})
    db.session.execute(delete(Ticket).where(Ticket.id == ticket_id))
    db.session.commit()
    counting.recount()

    assert before == january() == 1


def test_a_rejudgement_is_a_second_signed_figure(cast: Cast):
    ticket_id = a_past(cast, PastStep(OPENED), PastStep(OPENED + timedelta(hours=3), status=Status.RESOLVED))
    ticket = db.session.get_one(Ticket, ticket_id)
    ticket.closed_at = OPENED + timedelta(hours=4)
    db.session.commit()
    (first,) = facts_of(ticket_id)
    assert first.closed_month is not None
    counting.close_months()
    ticket.resolved_at = OPENED + timedelta(hours=30)
    db.session.commit()
    counting.recount()

    kept, second = facts_of(ticket_id)

    assert (kept.is_kept, kept.is_latest, second.is_kept, second.is_latest) == (True, False, False, True)
    assert (kept.gross_seconds, second.gross_seconds) == (3 * 3_600, 30 * 3_600)
    assert second.signed_kind and second.signed_at is not None
    over = Slice(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert LINES.run(over, for_=SYSTEM, by=()).rejudged == 1
    ticket.resolved_at = OPENED + timedelta(hours=3)
    db.session.commit()
    counting.recount()
    (alone,) = facts_of(ticket_id)
    assert alone.is_latest


def test_what_was_opened_in_a_closed_month_stays_with_its_team(cast: Cast, at):
    with at("2026-01-12 10:00"):
        ticket = a_ticket(cast)
        team_id = ticket.team_id
        counting.catch_up_wholly()
    counting.close_months()
    with at("2026-03-02 10:00"):
        hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
        opening, ending = facts_of(ticket.id)
    assert (opening.team_id, opening.is_opening, opening.is_ending) == (team_id, True, False)
    assert (ending.team_id != team_id, ending.is_opening, ending.is_ending) == (True, False, True)


def test_clocks_are_counted_by_the_contract(cast: Cast):
    ticket = a_ticket(cast, status=Status.RESOLVED)
    refuse_resolution(ticket, NewMessage("No."), by=cast.jonas)
    counting.catch_up_wholly()
    kinds = db.session.scalars(select(ClockFigures.kind).where(ClockFigures.ticket_id == ticket.id)).all()
    assert kinds


def test_the_backlog_lay_with_the_team_that_had_it(cast: Cast):
    ticket = a_ticket(cast)
    hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    counting.catch_up_wholly()
    query = select(OpenSpan).where(OpenSpan.ticket_id == ticket.id).order_by(OpenSpan.id)
    first, second = db.session.scalars(query).all()
    assert (first.line, first.is_handed_on, first.ended_at) == (1, True, second.began_at)
    assert (second.team_id, second.is_handed_in, second.ended_at) == (cast.field.id, True, None)


def test_what_is_reopened_after_its_month_was_closed_ends_twice(cast: Cast):
    ticket_id = a_past(cast, PastStep(OPENED), PastStep(OPENED + timedelta(hours=3), status=Status.CLOSED))
    facts_of(ticket_id)
    counting.close_months()
    ticket = db.session.get_one(Ticket, ticket_id)
    ticket.closed_at = ticket.resolved_at = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    ticket.reopenings = 1
    db.session.commit()
    counting.recount()
    kept, later = facts_of(ticket_id)
    assert (kept.reopenings, kept.is_kept, kept.is_latest) == (0, True, False)
    assert (later.reopenings, later.is_kept, later.is_latest, later.is_opening) == (1, True, True, False)
    assert january() == 1
    counting.recount()
    assert [row.id for row in facts_of(ticket_id)] == [kept.id, later.id]
