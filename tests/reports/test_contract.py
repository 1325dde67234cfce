"""What holds of every report by declaration."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.core.i18n import LANGUAGES, speaking
from helpdesk.core.standing import touch
from helpdesk.figures import counting
from helpdesk.figures.sums import FACTS, SUMMED
from helpdesk.models.access import Role
from helpdesk.models.figures import ClockFigures, FigureSum, TicketFigures
from helpdesk.models.people import Team
from helpdesk.models.tickets import OPEN_STATUSES, Status
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.reports import FACT_REPORTS
from helpdesk.reports.base import Slice
from helpdesk.reports.dimensions import STEPS
from helpdesk.reports.engine import FactReport
from helpdesk.reports.metrics import How, Row, Table
from helpdesk.reports.overview import run_overview
from helpdesk.reports.summary import overview_of_facts
from helpdesk.tickets import clocks
from helpdesk.tickets.conversation import NewMessage, reply_to_client
from helpdesk.tickets.history import PastTicket
from helpdesk.tickets.judging import BreachCause, ask_excuse, excuse, name_cause
from sla.models import ClockState
from tests.cast import Cast
from tests.factories import a_ticket
from tests.reports.pasts import a_mixed_past, statuses, teams_of

GOLDEN = Path(__file__).parent / "golden.json"
VILNIUS = ZoneInfo("Europe/Vilnius")
WINTER = Slice(datetime(2025, 12, 1, tzinfo=VILNIUS), datetime(2026, 2, 1, tzinfo=VILNIUS))
OVER_FACTS = ("overview", "sla", "lines", "flow", "handovers", "backlog", "first-line", "reopenings", "variants")
TICKET_TABLES = ("message", "transfer", "ticket")

every_report = pytest.mark.parametrize("slug", OVER_FACTS)


def run(slug: str, over: Slice = WINTER, *, for_: Actor = SYSTEM, **values: Any) -> Table:
    return FACT_REPORTS[slug].run(over, for_=for_, **values)


def breakdowns(report: FactReport) -> Iterator[tuple[str, ...]]:
    yield report.by
    yield ("month",)
    for name in report.dimensions:
        yield (name,)
    yield ("month", "team")


def check(report: FactReport, table: Table, row: Row, over: Slice, by: tuple[str, ...]) -> None:
    for metric in report.metrics:
        figure = row.figures[metric.name]
        if figure.value is None and metric.how not in (How.COUNT, How.SUM, How.MOST):
            continue
        if figure.value is None and metric.name.startswith(("aged_", "oldest")):
            continue
        behind = db.session.execute(report.behind(over, metric.name, for_=SYSTEM, by=by, key=row.key)).all()
        amounts = [int(each.amount or 0) for each in behind]
        said = f"{report.slug}.{metric.name} by {by} of {row.key}"
        assert len({each[0] for each in behind}) == len(behind), said
        if metric.is_share:
            assert sum(amounts) == figure.part, said
        elif metric.how is How.MEAN:
            assert sum(amounts) == pytest.approx((figure.value or 0) * (figure.whole or 0)), said
        elif metric.how in (How.MEDIAN, How.P90):
            assert sum(amounts) == figure.whole, said
        elif metric.how is How.MOST:
            assert max(amounts, default=None) == figure.value, said
        elif metric.how is not How.DISTINCT:
            assert sum(amounts) == figure.value, said


@every_report
def test_an_empty_period_has_noughts_and_no_rates(cast: Cast, slug: str) -> None:
    a_mixed_past(cast, 5)
    counting.catch_up_wholly()
    empty = Slice(datetime(2001, 1, 1, tzinfo=UTC), datetime(2001, 2, 1, tzinfo=UTC))
    for by in breakdowns(FACT_REPORTS[slug]):
        table = run(slug, empty, by=by)
        document = table.document()
        assert json.loads(json.dumps(document)) == document
        assert set(document["total"].values()) <= {0, None}


@every_report
def test_one_ticket_makes_one_row(cast: Cast, slug: str) -> None:
    a_ticket(cast, status=Status.RESOLVED, line=2)
    counting.catch_up_wholly()
    table = run(slug, Slice(), by=("line",))
    assert len(table.rows) == 1
    assert len(table.columns()) == len(set(table.columns()))
    for row in (table.total, *table.rows):
        check(FACT_REPORTS[slug], table, row, Slice(), () if row is table.total else ("line",))


@every_report
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_told_in_every_language(app: Flask, slug: str, language: str) -> None:
    report = FACT_REPORTS[slug]
    with app.test_request_context(), speaking(language, "Europe/Vilnius"):
        told = [str(each) for each in (report.title, report.about)]
        told += [str(each) for metric in report.metrics for each in (metric.title, metric.definition)]
        told += [str(report.source.bases[metric.basis].title) for metric in report.metrics]
    assert all(told)


@every_report
def test_figures_equal_what_is_behind_them(cast: Cast, slug: str) -> None:
    a_mixed_past(cast, 30)
    a_ticket(cast, status=Status.RESOLVED, line=2)
    with_clocks(cast)
    counting.catch_up_wholly()
    report = FACT_REPORTS[slug]
    for over, ways in ((Slice(), (report.by,)), (WINTER, breakdowns(report))):
        for by in ways:
            table = report.run(over, for_=SYSTEM, by=by)
            for row in table.rows[:4]:
                check(report, table, row, over, by)
        check(report, table, table.total, over, ())


@every_report
def test_a_breakdown_adds_up_to_the_whole(cast: Cast, slug: str) -> None:
    a_mixed_past(cast, 40)
    with_clocks(cast)
    counting.catch_up_wholly()
    report = FACT_REPORTS[slug]
    summed = [metric for metric in report.metrics if metric.how in (How.COUNT, How.SUM)]
    for by in breakdowns(report):
        table = report.run(WINTER, for_=SYSTEM, by=by)
        for metric in summed:
            if slug == "backlog" and metric.name not in ("came", "went", "handed_in", "handed_on") and by[0] in STEPS:
                continue  # what lay open is no sum over time
            values = [row.figures[metric.name].value or 0 for row in table.rows]
            assert sum(values) == table.total.figures[metric.name].value, (metric.name, by)


@every_report
def test_only_what_a_reader_sees_is_counted(cast: Cast, slug: str) -> None:
    a_ticket(cast, line=3)
    a_ticket(cast)
    counting.catch_up_wholly()
    leader = replace(cast.giedrius, role=Role.LINE_LEAD, leads_line=3)
    everything, theirs = (run(slug, Slice(), for_=reader) for reader in (cast.vera, leader))
    first = {"sla": "not_due", "first-line": "resolved", "reopenings": "tickets"}.get(
        slug, FACT_REPORTS[slug].metrics[0].name
    )
    counts = [table.total.figures[first].value or 0 for table in (everything, theirs)]
    if slug in ("overview", "handovers", "backlog", "variants", "reopenings"):
        assert counts == [2, 1]
    assert counts[1] <= counts[0]
    for reader in (cast.jonas, cast.marek, cast.ona, cast.birute):
        with pytest.raises(Forbidden):
            run(slug, for_=reader)
        with pytest.raises(Forbidden):
            FACT_REPORTS[slug].behind(WINTER, first, for_=reader)


@every_report
def test_what_cannot_be_is_refused(cast: Cast, slug: str) -> None:
    report = FACT_REPORTS[slug]
    counting.catch_up_wholly()
    for by in (("colour",), ("team", "team"), ("month", "year")):
        with pytest.raises(Invalid) as refusal:
            report.run(WINTER, for_=SYSTEM, by=by)
        assert list(refusal.value.errors) == ["by"]
    for name, value in (("colour", "red"), ("line", "4"), ("team", "Nobody"), ("channel", "fax"), ("status", "late")):
        with pytest.raises(Invalid) as refusal:
            report.run(replace(WINTER, where=((name, value),)), for_=SYSTEM)
        assert list(refusal.value.errors) == ["where"]
    with pytest.raises(NotFound):
        report.behind(WINTER, "nonsense", for_=SYSTEM)


@every_report
def test_slices_are_cut_by_every_dimension(cast: Cast, slug: str) -> None:
    """A row of a breakdown is the whole of the slice that is cut by its value."""
    a_mixed_past(cast, 30)
    counting.catch_up_wholly()
    report = FACT_REPORTS[slug]
    for name in report.source.dimensions:
        for row in report.run(WINTER, for_=SYSTEM, by=(name,)).rows[:2]:
            cut = replace(WINTER, where=((name, row.key[0] or ""),))
            there = report.run(cut, for_=SYSTEM, by=(), compare=False).total
            same = [m.name for m in report.metrics if m.how is not How.PORTION]
            assert {n: there.figures[n] for n in same} == {n: row.figures[n] for n in same}, (name, row.key)


def test_every_database_gives_the_same_figures(cast: Cast) -> None:
    """THREELINE_GOLDEN=1 writes them anew; look at the difference before you keep it."""
    a_mixed_past(cast)
    counting.catch_up_wholly()
    figures = {
        slug: [{key: value for key, value in run(slug, over, by=by).document().items() if key != "as_of"}
               for over in (Slice(), WINTER) for by in (FACT_REPORTS[slug].by, ("month",), ("team",))]
        for slug in OVER_FACTS
    }  # fmt: skip
    if os.environ.get("THREELINE_GOLDEN"):
        lines = (f"{json.dumps(slug)}: {json.dumps(each, ensure_ascii=False)}" for slug, each in figures.items())
        GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    assert json.loads(json.dumps(figures)) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def by_hand(pasts: list[PastTicket]) -> dict[str, Any]:
    """The figures of tickets from their steps alone."""
    ended = {Status.RESOLVED, Status.CLOSED}
    found: dict[str, Any] = dict.fromkeys(
        ("reassignments", "ping_pongs", "steps_up", "steps_back", "reopenings", "resolutions", "hops"), 0
    )
    ways, open_now = set(), 0
    for past in pasts:
        teams = teams_of(past)
        lines = [line for _at, _team, line in teams]
        ids = [team for _at, team, _line in teams]
        changes = list(itertools.pairwise(lines))
        found["hops"] += len(changes)
        found["reassignments"] += len(changes) if past.reassignments is None else past.reassignments
        found["steps_up"] += sum(b > a for a, b in changes if a and b)
        found["steps_back"] += sum(b < a for a, b in changes if a and b)
        found["ping_pongs"] += sum(a == c for a, c in zip(ids, ids[2:], strict=False))
        stood = [status for _at, status in statuses(past)]
        pairs = list(itertools.pairwise(stood))
        found["reopenings"] += sum(a in ended and b not in ended for a, b in pairs)
        found["resolutions"] += sum(a not in ended and b in ended for a, b in pairs)
        open_now += stood[-1] in OPEN_STATUSES
        ways.add(tuple((step.status, step.sub_status) for step in past.steps))
    return found | {"open": open_now, "tickets": len(pasts)}


def test_figures_equal_those_made_by_hand(cast: Cast) -> None:
    hand = by_hand(a_mixed_past(cast, 150, seed=9))
    counting.catch_up_wholly()
    totals = {slug: run(slug, Slice(), by=()).total.figures for slug in OVER_FACTS}

    def value(slug: str, name: str) -> float | None:
        return totals[slug][name].value

    assert value("overview", "tickets") == value("variants", "tickets") == hand["tickets"]
    assert value("handovers", "reassignments") == hand["reassignments"]
    assert value("handovers", "transfers") == value("flow", "hops") == hand["hops"]
    assert value("handovers", "ping_pongs") == value("flow", "ping_pongs") == hand["ping_pongs"]
    assert (value("flow", "up"), value("flow", "down")) == (hand["steps_up"], hand["steps_back"])
    assert value("reopenings", "reopenings") == value("overview", "reopenings") == hand["reopenings"]
    assert value("reopenings", "resolutions") == hand["resolutions"]
    assert value("backlog", "open") == hand["open"]


def test_the_backlog_of_each_month_is_what_was_open_at_its_end(cast: Cast) -> None:
    pasts = a_mixed_past(cast, 80, seed=2)
    counting.catch_up_wholly()
    for over in (Slice(), WINTER):
        for row in run("backlog", over, by=("month",)).rows:
            year, month = (int(each) for each in (row.key[0] or "").split("-"))
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=VILNIUS)
            stood = [[status for at, status in statuses(past) if at < end] for past in pasts]
            assert row.figures["open"].value == sum(bool(each) and each[-1] in OPEN_STATUSES for each in stood)
            aged = sum(row.figures[m.name].value or 0 for m in FACT_REPORTS["backlog"].metrics if "aged" in m.name)
            assert aged == row.figures["open"].value


def test_the_overview_of_facts_is_that_of_the_tickets(cast: Cast, at: Any) -> None:
    a_mixed_past(cast)
    with_clocks(cast)
    a_ticket(cast, line=3)
    counting.catch_up_wholly()
    for over in (Slice(), WINTER, Slice(where=(("line", "2"), ("type", "incident")))):
        ours, theirs = (each(over, for_=SYSTEM).document() for each in (overview_of_facts, run_overview))
        if over.where:  # a hop and what lay open belong to a line as it was then
            for name in ("backlog",):
                ours.pop(name), theirs.pop(name)
        assert {**ours, "as_of": ""} == {**theirs, "as_of": ""}


def test_sums_by_day_equal_the_facts(cast: Cast) -> None:
    a_mixed_past(cast, 40)
    with_clocks(cast)
    counting.catch_up_wholly()
    check_sums()
    counting.recount()
    check_sums()


def check_sums() -> None:
    for fact, summed in FACTS.items():
        for measure, expression in summed.measures.items():
            query = select(func.coalesce(func.sum(expression), 0)).select_from(summed.model)
            whole = db.session.scalar(query.where(summed.day.is_not(None), *summed.conditions))
            for dimension in ("", *SUMMED):
                stored = select(func.coalesce(func.sum(FigureSum.amount), 0)).where(
                    FigureSum.fact == fact, FigureSum.measure == measure, FigureSum.dimension == dimension
                )
                assert int(db.session.scalar(stored) or 0) == int(whole or 0), (fact, measure, dimension)


def delete_tickets() -> None:
    """As if they had never been here; no activity does that."""
    for table in TICKET_TABLES:
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.commit()


@every_report
def test_closed_months_stay_when_people_teams_and_tickets_go(cast: Cast, slug: str) -> None:
    a_mixed_past(cast, 30)
    counting.catch_up_wholly()
    counting.close_months()
    before = [without_as_of(run(slug, by=by)) for by in (("month",), ("line",), ("channel",), ("operator",))]
    db.session.execute(text("UPDATE contact SET name = 'Erased'"))
    db.session.execute(text("UPDATE team SET line = 3, name = 'Other'"))
    touch()
    delete_tickets()
    counting.recount()

    assert [without_as_of(run(slug, by=by)) for by in (("month",), ("line",), ("channel",), ("operator",))] == before
    check_sums()


def without_as_of(table: Table) -> dict[str, Any]:
    return {key: value for key, value in table.document().items() if key not in ("as_of", "now")}


def with_clocks(cast: Cast) -> None:
    a_ticket(cast)
    a_ticket(cast, status=Status.RESOLVED)


def test_an_excuse_after_the_month_is_closed_is_a_second_signed_figure(cast: Cast, at: Any) -> None:
    with at("2026-01-12 09:00"):
        ticket = a_ticket(cast)
    with at("2026-01-14 10:00"):
        clocks.sweep()
        reply_to_client(ticket, NewMessage("We look into it."), by=cast.ona)
        clock = next(c for c in clocks.of(ticket) if c.state is ClockState.BREACHED)
        name_cause(ticket, clock.id, BreachCause.VENDOR, by=cast.ona)
    january = Slice(datetime(2026, 1, 1, tzinfo=VILNIUS), datetime(2026, 2, 1, tzinfo=VILNIUS))
    with at("2026-03-02 10:00"):
        counting.catch_up_wholly()
        counting.close_months()
        before = without_as_of(run("sla", january))
        ask_excuse(ticket, clock.id, "The building was closed.", by=cast.rasa)
        excuse(ticket, clock.id, by=cast.vera)
        counting.catch_up_wholly()
        first, later = (run("sla", january, judged=judged) for judged in ("first", "now"))
        assert without_as_of(first) == before | {"rejudged": 1}
        assert (first.total.figures["excused"].value, later.total.figures["excused"].value) == (0, 1)
        assert first.total.figures["breached"].value == later.total.figures["breached"].value
        kept, second = db.session.scalars(
            select(ClockFigures).where(ClockFigures.clock_id == clock.id).order_by(ClockFigures.id)
        ).all()
        assert (kept.is_kept, kept.is_latest, second.is_kept, second.is_latest) == (True, False, False, True)
        assert (second.signed_kind, second.signed_id) == (cast.vera.kind.value, cast.vera.account_id)
        counting.recount()
        assert run("sla", january).rejudged == 1
    assert db.session.scalar(select(func.count()).where(TicketFigures.ticket_id == ticket.id)) == 1


def test_two_teams_of_one_name_are_one_row(cast: Cast) -> None:
    a_mixed_past(cast, 60)
    counting.catch_up_wholly()
    names = [row.key[0] for row in run("flow", Slice(), by=("to_team",)).rows]
    assert len(names) == len(set(names))
    assert "Field service" in names
    assert db.session.scalar(select(func.count()).where(Team.name == "Field service")) == 2


def test_rows_are_limited_and_the_whole_is_not(cast: Cast) -> None:
    a_mixed_past(cast, 40)
    counting.catch_up_wholly()
    whole, three = run("variants", Slice()), run("variants", Slice(), limit=3)
    assert three.rows == whole.rows[:3]
    assert three.total == whole.total
    assert three.total.figures["variants"].value == len(whole.rows)
    counts = [row.figures["tickets"].value or 0 for row in whole.rows]
    assert counts == sorted(counts, reverse=True)
    for row in whole.rows:
        assert row.figures["length"].value == len((row.key[0] or "").split(" → "))


def test_a_period_ends_where_it_is_said(cast: Cast) -> None:
    past = a_mixed_past(cast, 1)[0]
    counting.catch_up_wholly()
    opened = past.steps[0].at
    assert run("overview", Slice(opened, opened + timedelta(seconds=1)), by=()).total.figures["tickets"].value == 1
    assert run("overview", Slice(until=opened), by=()).total.figures["tickets"].value == 0
