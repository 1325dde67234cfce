"""The overview counts what happened here and what was imported, for whoever may read it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.models.access import Role
from helpdesk.models.tickets import Channel, Priority, Status, TicketType, Urgency
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports import REPORTS
from helpdesk.reports.base import Slice, parse_conditions
from helpdesk.reports.overview import Attainment, Overview, Step, run_overview
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.escalation import hand_over, return_ticket
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from helpdesk.tickets.resolution import accept_resolution, refuse_resolution, resolve_ticket
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket
from tests.moving.event_logs import a_log, bring_in
from tests.plans import plan_of

MONDAY = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def overview(*where: str, since: datetime | None = None, until: datetime | None = None, **values: object) -> Overview:
    return run_overview(Slice(since, until, parse_conditions(where)), **{"for_": SYSTEM, **values})  # type: ignore[arg-type]


def closed_after(cast: Cast, *hours: float, opened: datetime = MONDAY) -> None:
    """Tickets that were closed so many hours after they were opened."""
    record_past([
        PastTicket("Printer", "", cast.jonas.contact_id, Channel.PHONE,
                   (PastStep(opened), PastStep(opened + timedelta(hours=each), status=Status.CLOSED)))
        for each in hours
    ])  # fmt: skip


def test_nothing_gives_noughts_and_no_means(app: Flask):
    empty = overview()
    assert (empty.tickets, empty.events, empty.reassignments_max, empty.backlog) == (0, 0, 0, 0)
    assert (empty.reassignments_mean, empty.open_to_close_days_mean, empty.open_to_close_days_median) == (None,) * 3
    assert (empty.by_priority, empty.by_channel, empty.flow, empty.sla, empty.first_line_share) == (
        {},
        {},
        (),
        {},
        None,
    )
    assert empty.arrivals.counts == {}


def test_the_work_of_a_desk_is_counted(cast: Cast):
    a_ticket(cast)
    a_ticket(cast, status=Status.WAITING_CLIENT, channel=Channel.PHONE)
    third = a_ticket(cast, line=3)
    resolved = a_ticket(cast, status=Status.RESOLVED)
    refuse_resolution(resolved, NewMessage("No."), by=cast.jonas)
    resolve_ticket(resolved, NewMessage("Now?"), by=cast.ona)
    accept_resolution(resolved, by=cast.jonas)

    figures = overview()

    assert (figures.tickets, figures.backlog, figures.resolved, figures.events) == (4, 3, 1, 0)
    assert (figures.changed_hands, figures.reassignments_max, figures.reassignments_mean) == (1, 2, 0.5)
    assert (figures.reopened, figures.reopenings, figures.waited_client) == (1, 1, 1)
    assert figures.by_channel == {"phone": 1, "portal": 3}
    assert figures.by_priority == {"P4": 4}
    assert third.line == 3


def test_ping_pong_is_counted(cast: Cast):
    ticket = a_ticket(cast, line=2)
    return_ticket(ticket, "It is the cable.", by=cast.tomas)
    assert overview().ping_pong == 1


def test_the_way_between_the_lines_is_counted_by_the_instant_of_the_hop(cast: Cast, at):
    ticket = a_ticket(cast, line=2)
    with at("2026-03-03 10:00"):
        hand_over(ticket, HANDOVER, by=cast.tomas)
    with at("2026-03-04 10:00"):
        return_ticket(ticket, "Known.", by=cast.giedrius)

    assert [(h.from_line, h.to_line, h.count) for h in overview().flow] == [(1, 2, 1), (2, 3, 1), (3, 2, 1)]
    tuesday = overview(since=datetime(2026, 3, 3, tzinfo=UTC), until=datetime(2026, 3, 4, tzinfo=UTC))
    assert [(h.from_line, h.to_line) for h in tuesday.flow] == [(2, 3)]
    assert tuesday.tickets == 0
    assert overview("type=question").flow == ()


def test_first_line_resolution_is_a_share_of_the_resolved_whose_lines_are_known(cast: Cast):
    a_ticket(cast, status=Status.RESOLVED)
    higher = a_ticket(cast, line=2)
    return_ticket(higher, "Known.", by=cast.tomas)
    resolve_ticket(higher, NewMessage("Done."), by=cast.ona)
    a_ticket(cast)
    closed_after(cast, 1)  # nobody knows on which line
    assert overview().first_line_share == 0.5


@pytest.mark.parametrize(
    ("hours", "mean", "median"), [((6,), 0.25, 0.25), ((6, 12, 48), 22 / 24, 0.5), ((48, 6, 12, 24), 22.5 / 24, 0.75)]
)
def test_mean_and_median_are_those_of_the_closed(cast: Cast, hours: tuple[float, ...], mean: float, median: float):
    closed_after(cast, *hours)
    a_ticket(cast)
    figures = overview()
    assert (figures.open_to_close_days_mean, figures.open_to_close_days_median) == (mean, median)
    narrowed = overview("type=incident")
    assert (narrowed.open_to_close_days_mean, narrowed.open_to_close_days_median) == (mean, median)


def test_times_to_close_are_cut_to_seconds_on_every_database(cast: Cast):
    closed_after(cast, 0.9999 / 3600, opened=MONDAY + timedelta(milliseconds=0))
    closed_after(cast, 1 / 3600, opened=MONDAY + timedelta(microseconds=999_999))
    figures = overview()
    assert figures.open_to_close_days_mean == 0.5 / 86_400


def test_imported_tickets_keep_the_words_of_their_source(cast: Cast, tmp_path: Path):
    a_ticket(cast, channel=Channel.EMAIL, urgency=Urgency.HIGH)
    rows = ["A,2026-01-05 09:00,New,Desk,Ona,Jonas,high,Phone", "B,2026-01-05 09:00,Closed,Desk,Ona,Jonas,?,Fax",
            "B,2026-01-05 09:00,Closed,Desk,Ona,Jonas,?,Fax"]  # fmt: skip
    bring_in(a_log(tmp_path, *rows), name="old desk")

    both, imported = overview(), overview("import=old desk")

    assert (both.tickets, imported.tickets, both.events, imported.events) == (3, 2, 3, 3)
    assert (both.by_priority, imported.by_priority) == ({"?": 1, "P3": 1, "high": 1}, {"?": 1, "high": 1})
    assert (both.by_channel, imported.by_channel) == ({"Fax": 1, "Phone": 1, "email": 1}, {"Fax": 1, "Phone": 1})


def test_a_source_without_priorities_is_counted_under_ours(app: Flask, tmp_path: Path):
    bring_in(a_log(tmp_path, "A,2026-01-05 09:00,New,Desk,Ona,Jonas,high,Phone"), priority=None, channel=None)
    assert (overview().by_priority, overview().by_channel) == ({"P4": 1}, {"phone": 1})


@pytest.mark.parametrize(
    ("where", "tickets"),
    [
        ((), 4),
        (("team=Service desk",), 3),
        (("team=Service desk", "team=Field service"), 4),
        (("line=2",), 1),
        (("organisation=Strangers",), 1),
        (("organisation=Strangers", "organisation=Klinika"), 4),
        (("organisation=Strangers", "line=2"), 0),
        (("product=Label printer",), 1),
        (("channel=phone",), 1),
        (("priority=P3",), 1),
        (("type=question",), 1),
        (("status=open",), 1),
    ],
)
def test_a_slice_is_cut_by_its_dimensions(cast: Cast, where: tuple[str, ...], tickets: int):
    a_ticket(cast, type=TicketType.QUESTION)
    a_ticket(cast, requester=cast.marek, channel=Channel.PHONE)
    a_ticket(cast, line=2)
    a_ticket(cast, product_id=cast.printer.id, urgency=Urgency.HIGH)
    assert overview(*where).tickets == tickets


@pytest.mark.parametrize(
    "where",
    ["team=Nobody", "line=4", "line=x", "channel=fax", "priority=P9", "colour=red", "import=none", "type=", "type"],
)
def test_a_condition_that_is_none_is_refused(app: Flask, where: str):
    with pytest.raises(Invalid):
        overview(where)


def test_tickets_belong_to_the_period_in_which_they_were_opened(cast: Cast, at):
    a_ticket(cast)
    with at("2026-03-10 00:00"):
        a_ticket(cast)
    border = datetime(2026, 3, 9, 22, 0, tzinfo=UTC)
    assert (overview(until=border).tickets, overview(since=border).tickets) == (1, 1)
    assert overview(since=border).backlog == 2


def test_arrivals_are_counted_by_the_days_of_the_reader(cast: Cast, at):
    with at("2026-03-28 23:30"):
        a_ticket(cast)
    with at("2026-03-29 00:30"):  # the day with 23 hours
        a_ticket(cast)
    with at("2026-03-31 00:00"):
        a_ticket(cast)
    for where in ((), ("type=incident",)):
        arrivals = overview(*where, for_=cast.vera).arrivals
        assert arrivals.step is Step.DAY
        assert arrivals.counts == {"2026-03-28": 1, "2026-03-29": 1, "2026-03-30": 0, "2026-03-31": 1}


def test_a_period_without_arrivals_is_shown_to_its_ends(app: Flask):
    counts = overview(since=datetime(2026, 2, 1, tzinfo=UTC), until=datetime(2026, 2, 4, tzinfo=UTC)).arrivals.counts
    assert counts == {"2026-02-01": 0, "2026-02-02": 0, "2026-02-03": 0, "2026-02-04": 0}


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        (Step.WEEK, {"2026-02-23": 1, "2026-03-02": 0, "2026-03-09": 1}),
        (Step.MONTH, {"2026-02-01": 1, "2026-03-01": 1}),
    ],
)
def test_arrivals_can_be_counted_by_week_and_by_month(cast: Cast, at, by: Step, counts: dict[str, int]):
    with at("2026-02-28 12:00"):
        a_ticket(cast)
    with at("2026-03-09 00:00"):
        a_ticket(cast)
    assert overview(by=by).arrivals.counts == counts
    assert overview("type=incident", by=by).arrivals.counts == counts


def test_long_times_are_counted_by_month(cast: Cast):
    closed_after(cast, 1)
    closed_after(cast, 1, opened=MONDAY - timedelta(days=3000))
    arrivals = overview().arrivals
    assert (arrivals.step, sum(arrivals.counts.values())) == (Step.MONTH, 2)


def test_a_series_of_too_many_days_is_refused(cast: Cast):
    closed_after(cast, 1)
    closed_after(cast, 1, opened=MONDAY - timedelta(days=5000))
    with pytest.raises(Invalid, match="count by month"):
        overview(by=Step.DAY)


def test_attainment_counts_clocks_by_their_due_date(cast: Cast, at):
    answered = a_ticket(cast)  # P4: an answer within 480 working minutes, a solution within 2400
    a_ticket(cast)
    reply_to_client(answered, NewMessage("We look into it."), by=cast.ona)
    with at("2026-03-03 16:00"):
        late = overview(until=datetime(2026, 3, 4, tzinfo=UTC))
        assert late.sla["first_response"] == Attainment(met=1, breached=0, overdue=1)
        assert late.sla["first_response"].share == 0.5
        assert "resolution" not in late.sla
        assert overview("organisation=Strangers").sla == {}


def test_only_those_who_may_read_reports_do(cast: Cast):
    for reader in (cast.marek, cast.jonas, cast.lena, cast.ona, cast.birute):
        with pytest.raises(Forbidden):
            overview(for_=reader)
    for reader in (cast.rasa, cast.vera, cast.petras):
        assert overview(for_=reader).tickets == 0


def test_a_leader_of_the_third_line_counts_what_it_was_handed(cast: Cast):
    a_ticket(cast)
    a_ticket(cast, line=3)
    leader = replace(cast.giedrius, role=Role.LINE_LEAD, leads_line=3)
    figures = overview(for_=leader)
    assert (figures.tickets, figures.backlog) == (1, 1)
    assert [(h.from_line, h.to_line) for h in figures.flow] == [(1, 2), (2, 3)]
    assert sum(figures.arrivals.counts.values()) == 1


def test_the_document_of_an_overview_is_plain_json(cast: Cast):
    a_ticket(cast)
    document = overview().document()
    assert json.loads(json.dumps(document)) == document
    assert list(document)[:15] == [
        "as_of", "tickets", "events", "missed_sla", "changed_hands", "reassignments_mean", "reassignments_max",
        "reopened", "reopenings", "waited_client", "ping_pong", "open_to_close_days_mean",
        "open_to_close_days_median", "by_priority", "by_channel",
    ]  # fmt: skip
    assert document["as_of"] == "2026-03-02T07:00:00Z"


def test_a_handful_of_queries_is_enough(cast: Cast, tmp_path: Path):
    a_ticket(cast, line=3, status=Status.NEW)
    bring_in(a_log(tmp_path, "A,2026-01-05 09:00,Closed,Desk,Ona,Jonas,high,Phone"))
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        overview("import=old desk", "priority=P1", for_=cast.vera)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) <= 12


def test_the_overview_is_a_report():
    report = REPORTS["overview"]
    assert report.run is run_overview


def test_priorities_of_ours_are_counted_by_their_own_name(cast: Cast):
    ticket = a_ticket(cast)
    ticket.priority = Priority.P1
    db.session.commit()
    assert overview().by_priority == {"P1": 1}


def test_the_figures_of_the_whole_desk_are_read_from_indexes_alone(cast: Cast):
    """Walking the tables of a million tickets would take seconds. PostgreSQL sums from the table, with many hands."""
    closed_after(cast, 5, 7)
    plan = [step for step in plan_of(lambda: overview(since=MONDAY)) if " ticket" in step or "_clock" in step]

    if db.engine.dialect.name == "sqlite":
        assert len(plan) >= 6
        few = "ix_sla_clock_promised"  # holds only the clocks for which another time was promised
        assert [step for step in plan if "COVERING INDEX" not in step and few not in step] == []
    assert any("ix_ticket_open_to_close" in step for step in plan), plan
