"""What was kept of what was due: the cohort, the verdicts, what is left out, and what stands beside.

Office hours are 8-12 and 13-17 in Vilnius; a P4 has eight hours to the first answer and forty to the resolution.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid
from helpdesk.core.times import epoch
from helpdesk.models.tickets import Channel, Priority, Status, Ticket
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.attainment import BY, AttainmentReport, Tally, percent_of, run_attainment
from helpdesk.reports.base import Slice, parse_conditions
from helpdesk.reports.overview import run_overview
from helpdesk.tickets import clocks
from helpdesk.tickets.conversation import NewMessage, receive_reply, reply_to_client
from helpdesk.tickets.escalation import NewHandover, hand_over
from helpdesk.tickets.history import PastStep, PastTicket, record_past
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.linking import merge_tickets
from helpdesk.tickets.priority import override_priority
from helpdesk.tickets.resolution import cancel_ticket, resolve_ticket
from sla.models import ClockKind, Judgement
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket
from tests.plans import plan_of
from tests.tickets.test_clock_rules import STEPS, whole_policy  # noqa: F401 - a fixture

At = Callable[..., AbstractContextManager[None]]
MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def report(
    *where: str, since: datetime | None = MARCH, until: datetime | None = APRIL, **values: object
) -> AttainmentReport:
    return run_attainment(Slice(since, until, parse_conditions(where)), **{"for_": SYSTEM, **values})  # type: ignore[arg-type]


def first_response(*where: str, **values: object) -> Tally:
    return report(*where, **values).by["kind"].get("first_response", Tally())  # type: ignore[arg-type]


def answered(cast: Cast, at: At, when: str, opened: str = "2026-03-02 09:00") -> Ticket:
    with at(opened):
        ticket = a_ticket(cast)
    with at(when):
        reply_to_client(ticket, NewMessage("Looking."), by=cast.ona)
    return ticket


def test_nothing_gives_no_percentage(cast: Cast) -> None:
    got = report()
    assert (got.total, got.by["kind"], got.total.percent) == (Tally(), {}, None)
    assert got.document()["total"]["fraction"] == "0/0"


def test_met_late_and_still_open(cast: Cast, at: At) -> None:
    answered(cast, at, "2026-03-02 10:00")
    answered(cast, at, "2026-03-03 10:00")  # an hour late
    with at("2026-03-02 09:00"):
        a_ticket(cast)
    with at("2026-03-04 09:00"):
        clocks.sweep()
        got = first_response()

    assert (got.met, got.late, got.overdue, got.breached, got.decided) == (1, 1, 1, 2, 3)


def test_what_ran_out_counts_before_the_sweep_has_come_by(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        a_ticket(cast)
    with at("2026-03-04 09:00"):
        assert first_response().overdue == 1


def test_in_closed_hours_after_the_budget_ran_out_at_closing_nothing_is_late_yet(cast: Cast, at: At) -> None:
    with at("2026-03-06 08:00"):
        a_ticket(cast)  # due on Friday at 17:00; the second after begins on Monday
    with at("2026-03-07 12:00"):
        assert (first_response().overdue, first_response().not_due) == (0, 1)
    with at("2026-03-09 08:01"):
        assert (first_response().overdue, first_response().not_due) == (1, 0)
        assert report(by=("team",)).by["team"]["Service desk"].overdue == 1
        clocks.sweep()
        assert (first_response().overdue, first_response().not_due) == (1, 0)


def test_not_yet_due_and_paused_are_undecided(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        a_ticket(cast)
        waiting = a_ticket(cast)
        reply_to_client(waiting, NewMessage("Which?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-02 11:00"):
        got = report()

    assert (got.by["kind"]["first_response"].not_due, got.by["kind"]["resolution"].paused) == (1, 1)
    assert got.by["kind"]["resolution"].decided == 0
    assert report(since=APRIL, until=None).by["kind"]["resolution"].paused == 1
    assert report(since=None, until=MARCH).total == Tally()


def test_a_clock_belongs_to_the_period_of_its_due_date(cast: Cast, at: At) -> None:
    answered(cast, at, "2026-04-02 10:00", opened="2026-03-31 16:00")  # due on 1 April at 16:00
    with at("2026-04-03 09:00"):
        assert first_response().decided == 0
        assert first_response(since=APRIL, until=None).late == 1


@pytest.mark.usefixtures("whole_policy")
def test_each_wait_is_an_item(cast: Cast, at: At) -> None:
    ticket = answered(cast, at, "2026-03-02 10:00")
    for day in (3, 4):
        with at(f"2026-03-0{day} 09:00"):
            receive_reply(ticket, NewMessage("And?"), by=cast.jonas, channel=Channel.PORTAL)
        with at(f"2026-03-0{day} 10:00"):
            reply_to_client(ticket, NewMessage("Soon."), by=cast.ona)
    with at("2026-03-05 10:00"):
        assert report().by["kind"]["next_response"].met == 2


def test_what_is_excused_is_breached_in_the_raw_figure_and_gone_from_the_other(cast: Cast, at: At) -> None:
    answered(cast, at, "2026-03-02 10:00")
    late = answered(cast, at, "2026-03-03 10:00")
    clock = next(c for c in clocks.of(late) if c.kind is ClockKind.FIRST_RESPONSE)
    db.session.add(Judgement(clock_id=clock.id, cause="vendor", judged_by=1, judged_at=0, excuse="Fire",
                             excused_by=2, excused_at=epoch(APRIL)))  # fmt: skip
    with at("2026-03-04 10:00"):
        got = first_response().document()

    assert (got["fraction"], got["excused"], got["excused_fraction"]) == ("1/2", 1, "1/1")


@pytest.mark.parametrize("until", [datetime(2026, 3, 8, tzinfo=UTC), APRIL])
@pytest.mark.parametrize("asked", ["2026-03-03 10:00", "2026-03-06 10:00", "2026-03-10 09:00", "2026-03-20 10:00"])
def test_the_overview_counts_by_the_contract_too_where_something_else_was_promised(
    cast: Cast, at: At, asked: str, until: datetime
) -> None:
    with at("2026-03-02 09:00"):
        tickets = [a_ticket(cast, status=Status.OPEN) for _ in range(5)]
        for ticket in tickets[:4]:
            STEPS["promise"](ticket, cast)  # Thursday noon; the contract says Monday
    for ticket, when in zip(tickets, ("03-05 11:00", "03-06 10:00", "03-09 16:00", None), strict=False):
        if when is not None:
            with at(f"2026-{when}"):
                resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
    with at(asked):
        while clocks.sweep():
            pass
        span = Slice(MARCH, until, ())
        by_contract = run_attainment(span, for_=SYSTEM).by["kind"]
        shown = run_overview(span, for_=SYSTEM).sla
    for kind in ("first_response", "resolution"):
        tally, told = by_contract.get(kind, Tally()), shown.get(kind)
        assert (told.met, told.breached, told.overdue) == (tally.met, tally.late, tally.overdue) if told else True


def test_promises_stand_beside_the_contract(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        ticket, other = a_ticket(cast), a_ticket(cast)
        STEPS["promise"](ticket, cast)  # Thursday noon; the contract says Monday
        STEPS["promise"](other, cast)
    with at("2026-03-05 11:00"):
        resolve_ticket(ticket, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
    with at("2026-03-05 16:00"):
        resolve_ticket(other, NewMessage("Done."), by=cast.ona, breach_cause=BreachCause.CAPACITY)
        got = report().by["kind"]["resolution"]

    assert (got.met, got.breached) == (2, 0)
    assert (got.promises, got.promises_kept, got.promises_broken) == (2, 1, 1)


def test_what_is_excluded_is_counted_by_cause(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        cancel_ticket(a_ticket(cast), "Not wanted.", by=cast.ona)
        into = a_ticket(cast)
        merge_tickets(a_ticket(cast), into, by=cast.ona)
        lived = datetime(2026, 3, 1, 9, tzinfo=UTC)
        record_past([PastTicket("Old", "", cast.jonas.contact_id, Channel.PHONE, (PastStep(lived),))])
        got = report()

    assert got.excluded == {"cancelled": 2, "merged": 2, "no_sla": 1, "imported": 0}
    assert got.by["kind"]["first_response"].decided == 0


def test_what_stands_beside_it(cast: Cast, at: At) -> None:
    with at("2026-03-02 08:00"):
        oldest = a_ticket(cast)
    with at("2026-03-02 09:00"):
        lowered, in_time = a_ticket(cast), a_ticket(cast)
        for ticket in (lowered, in_time):
            override_priority(ticket, Priority.P2, "Urgent.", by=cast.ona)  # an hour to the first answer
    with at("2026-03-02 09:10"):
        override_priority(in_time, Priority.P3, "Less urgent.", by=cast.ona)
        reply_to_client(in_time, NewMessage("Which?"), by=cast.ona, status=Status.WAITING_CLIENT)
    with at("2026-03-02 09:50"):
        override_priority(lowered, Priority.P3, "Less urgent.", by=cast.ona)
    with at("2026-03-02 21:10"):
        receive_reply(in_time, NewMessage("The blue one."), by=cast.jonas, channel=Channel.PORTAL)
    with at("2026-03-04 09:00"):
        clocks.sweep()
        beside = report().beside

    assert (beside.lowerings, beside.lowerings_with_little_left, beside.backdated) == (2, 1, 0)
    assert (beside.overdue_now, beside.oldest_number) == (2, oldest.number) or beside.oldest_number == lowered.number
    assert beside.paused_seconds == 12 * 3600
    assert beside.total_seconds > beside.paused_seconds


@pytest.mark.parametrize(
    ("met", "decided", "percent"), [(19, 19, None), (20, 20, 100.0), (9999, 10_000, 99.9), (2, 30, 6.6), (0, 20, 0.0)]
)
def test_percentages_are_rounded_down(met: int, decided: int, percent: float | None) -> None:
    assert percent_of(met, decided) == percent


@pytest.mark.usefixtures("whole_policy")
def test_every_dimension_adds_up_to_the_whole(cast: Cast, at: At) -> None:
    answered(cast, at, "2026-03-02 10:00")
    answered(cast, at, "2026-03-03 10:00")
    with at("2026-03-02 09:00"):
        hand_over(a_ticket(cast), NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
        a_ticket(cast, requester=cast.marek)
    with at("2026-03-20 09:00"):
        clocks.sweep()
        got = report()

    for dimension in BY[1:]:
        assert sum(got.by[dimension].values(), Tally()) == got.total, dimension
    assert set(got.by["organisation"]) == {"Klinika", "Strangers"}
    assert set(got.by["line"]) == {"1", "2"}
    assert {"ola:line1", "ola:line2"} <= set(got.by["kind"])
    owed = [tally for kind, tally in got.by["kind"].items() if not kind.startswith(("ola", "time_to_own"))]
    assert sum(owed, Tally()) == got.total


@pytest.mark.usefixtures("whole_policy")
def test_it_is_narrowed_and_read_by_a_lead_of_the_line(cast: Cast, at: At) -> None:
    with at("2026-03-02 09:00"):
        hand_over(a_ticket(cast), NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
        a_ticket(cast)
    with at("2026-03-20 09:00"):
        clocks.sweep()
        whole, lead = report(), report(for_=cast.rasa)
        assert report("line=2").total.decided == report("clock=resolution").total.decided // 2 * 3
        assert set(report("clock=ola").by["kind"]) == {"ola:line1", "ola:line2"}
        assert (report("team=Field service").total + report("team=Service desk").total) == whole.total

    assert set(lead.by["line"]) == {"1"}
    assert "ola:line2" not in lead.by["kind"]
    assert lead.by["kind"]["ola:line1"].decided + lead.by["kind"]["ola:line1"].paused == 2


def test_who_may_not_read_reports_is_refused(cast: Cast) -> None:
    for who in (cast.ona, cast.jonas, cast.marek, cast.birute):
        with pytest.raises(Forbidden):
            report(for_=who)
    with pytest.raises(Invalid):
        report("clock=egg")


@pytest.mark.parametrize("who", ["vera", "rasa"])
def test_it_asks_few_questions(cast: Cast, at: At, who: str) -> None:
    for _ in range(5):
        answered(cast, at, "2026-03-03 10:00")
    asked: list[str] = []
    report(for_=getattr(cast, who))
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cu, statement, *_: asked.append(statement))
    with at("2026-03-20 09:00"):
        report(for_=getattr(cast, who))
    assert len([s for s in asked if s.startswith("SELECT")]) <= 20


def test_the_cohort_is_read_from_its_index_alone(cast: Cast) -> None:
    lines = plan_of(lambda: report(by=("kind",)))
    if db.engine.dialect.name == "sqlite":  # PostgreSQL chooses by how small the tables of a test are
        for index in ("ix_sla_clock_cohort", "ix_sla_clock_next_fire_at", "ix_journal_priority", "ix_journal_backdated",
                      "ix_ticket_without_sla"):  # fmt: skip
            assert any(index in line for line in lines)
    whole = [line for line in lines if "Seq Scan" in line or line.startswith("SCAN")]
    assert not [line for line in whole if any(f"{table} " in line for table in ("journal", "sla_clock", "ticket"))]


def test_a_leads_own_line_is_that_of_the_account(cast: Cast) -> None:
    assert report(for_=replace(cast.rasa, leads_line=3)).by["kind"] == {}
