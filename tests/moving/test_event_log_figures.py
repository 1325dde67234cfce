"""Imported logs of well-known layouts have exactly the figures of a slow second computation, on both databases."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.core.standing import touch
from helpdesk.figures import counting
from helpdesk.figures.variants import path_of
from helpdesk.models.figures import HopFigures, TicketFigures
from helpdesk.models.imports import ImportedCase, ImportRun
from sla.models import CalendarVersion, Clock, WorkCalendar
from tests.conftest import DATABASES
from tests.moving.desks import a_desk, told
from tests.moving.synthetic import LAYOUTS, figures_of, made_events

pytestmark = pytest.mark.timeout(300)
COMPARED = ("ping_pongs", "highest_line", "steps_up", "steps_back", "reopenings", "reassignments", "gross_seconds",
            "net_seconds", "business_seconds", "close_seconds")  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """A desk with the made logs, and what their cases' figures have to be."""

    app: Flask
    expected: dict[str, dict[str, dict[str, Any]]]  # layout → case → figures


@pytest.fixture(scope="module", params=DATABASES)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    folder = tmp_path_factory.mktemp("logs")
    expected = {}
    with a_desk(request.param, folder / "home", request) as app:
        for seed, (layout, (name, write, steps_by_case, mapping)) in enumerate(LAYOUTS.items(), start=1):
            events = made_events(seed, 150)
            write(folder / name, events)
            (folder / f"{layout}.toml").write_text(mapping, encoding="utf-8")
            outcome = told(app, "import", "events", folder / name, "--mapping", folder / f"{layout}.toml",
                           "--name", layout)  # fmt: skip
            assert (outcome["tickets_made"], outcome["events_made"], outcome["set_aside"]) == (150, len(events), 0)
            assert outcome["unmapped"] == {}
            expected[layout] = {case: figures_of(steps) for case, steps in steps_by_case(events).items()}
        counting.catch_up_wholly()
        yield Imported(app, expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_figure_of_every_case_is_that_of_the_slow_computation(imported: Imported, layout: str):
    query = (
        select(TicketFigures, ImportedCase.source_key)
        .join(ImportedCase, ImportedCase.ticket_id == TicketFigures.ticket_id)
        .join(ImportRun, ImportRun.id == ImportedCase.import_id).where(ImportRun.name == layout)
    )  # fmt: skip
    rows = {key: row for row, key in db.session.execute(query)}
    paths = path_of([row.variant_id for row in rows.values()])

    found = {key: {name: getattr(row, name) for name in COMPARED} | {"variant": paths[row.variant_id]}
             for key, row in rows.items()}  # fmt: skip

    for key, figures in imported.expected[layout].items():
        assert found[key] == {name: figures[name] for name in (*COMPARED, "variant")}, key
    assert len(found) == 150


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_reports_add_them_up(imported: Imported, layout: str):
    cases = list(imported.expected[layout].values())
    resolved = [case for case in cases if case["is_resolved"]]

    lines = told(imported.app, "report", "lines", "--where", f"import={layout}")["total"]
    overview = told(imported.app, "report", "overview", "--where", f"import={layout}")

    highest = Counter(case["highest_line"] for case in resolved)
    assert lines["resolved"] == len(resolved)
    assert [lines[f"highest_line_{line}"] for line in (1, 2, 3)] == [highest[line] for line in (1, 2, 3)]
    assert lines["steps_back"] == sum(case["steps_back"] for case in resolved)
    for name in ("gross_seconds", "net_seconds", "business_seconds"):
        assert lines[f"{name}_mean"] == sum(case[name] for case in resolved) / len(resolved)
        assert lines[f"{name}_median"] == statistics.median(case[name] for case in resolved)
    reached = Counter(case["highest_line"] for case in cases)
    assert [lines[f"reached_line_{line}"] for line in (1, 2, 3)] == [reached[line] for line in (1, 2, 3)]
    assert lines["stepped_back"] == sum(case["steps_back"] > 0 for case in resolved)
    assert overview["reassignments_mean"] == sum(case["reassignments"] for case in cases) / len(cases)
    assert overview["reassignments_max"] == max(case["reassignments"] for case in cases)
    assert overview["reopenings"] == sum(case["reopenings"] for case in cases)
    assert overview["ping_pong"] == sum(case["ping_pongs"] > 0 for case in cases)


def test_working_hours_can_be_those_of_another_calendar(imported: Imported):
    cases = list(imported.expected["vinst-csv"].values())
    days = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    with transaction():
        calendar = WorkCalendar(name="Always")
        db.session.add(calendar)
        db.session.flush()
        db.session.add(CalendarVersion(calendar_id=calendar.id, valid_from=0, recorded_at=0, content_hash="always",
                                       content={"timezone": "UTC", "weekly": days}))  # fmt: skip
        touch()
    arguments = ("report", "lines", "--where", "import=vinst-csv", "--calendar")

    always, own = (told(imported.app, *arguments, name) for name in ("Always", "Office hours"))

    assert (always["calendar"], own["calendar"]) == (
        {"name": "Always", "zone": "UTC"}, {"name": "Office hours", "zone": "Europe/Vilnius"}
    )  # fmt: skip
    for how in ("mean", "median"):
        assert always["total"][f"business_seconds_{how}"] == always["total"][f"gross_seconds_{how}"]
    spent = [case["business_seconds"] for case in cases if case["is_resolved"]]
    assert own["total"]["business_seconds_mean"] == sum(spent) / len(spent)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_handovers_flow_and_reopenings_add_up(imported: Imported, layout: str):
    cases = list(imported.expected[layout].values())

    def total(name: str) -> dict[str, Any]:
        found: dict[str, Any] = told(imported.app, "report", name, "--where", f"import={layout}")["total"]
        return found

    handovers, flow, reopenings = total("handovers"), total("flow"), total("reopenings")
    assert handovers["tickets"] == reopenings["tickets"] == len(cases)
    assert handovers["reassignments"] == handovers["team_changes"] == sum(case["reassignments"] for case in cases)
    assert handovers["changed_hands"] == sum(case["reassignments"] > 0 for case in cases)
    assert handovers["ping_pongs"] == flow["ping_pongs"] == sum(case["ping_pongs"] for case in cases)
    assert handovers["ping_pong_tickets"] == sum(case["ping_pongs"] > 0 for case in cases)
    assert flow["hops"] == sum(case["reassignments"] for case in cases)
    assert (flow["up"], flow["down"]) == tuple(sum(c[name] for c in cases) for name in ("steps_up", "steps_back"))
    assert reopenings["reopenings"] == sum(case["reopenings"] for case in cases)
    assert reopenings["reopened"] == sum(case["reopenings"] > 0 for case in cases)
    assert reopenings["reopenings_most"] == max(case["reopenings"] for case in cases)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_variants_are_the_ways_of_the_file(imported: Imported, layout: str):
    ways = Counter(tuple(case["variant"]) for case in imported.expected[layout].values())

    document = told(imported.app, "report", "variants", "--where", f"import={layout}")

    assert document["total"]["variants"] == len(ways)
    assert document["total"]["length"] == max(map(len, ways))
    assert Counter({tuple(row["variant"].split(" → ")): row["tickets"] for row in document["rows"]}) == ways


def test_every_change_of_team_is_a_row(imported: Imported):
    cases = [case for layout in imported.expected.values() for case in layout.values()]
    query = select(func.count(), func.count().filter(HopFigures.is_back)).select_from(HopFigures)
    assert tuple(db.session.execute(query).one()) == (
        sum(case["reassignments"] for case in cases), sum(case["ping_pongs"] for case in cases)
    )  # fmt: skip


@pytest.mark.parametrize(("mapping", "layout"), [("vinst", "vinst-csv"), ("vinst_xes", "vinst-xes"),
                                                 ("rabobank", "activities")])  # fmt: skip
def test_the_shipped_mappings_fit_their_layouts(app: Flask, mapping: str, layout: str, tmp_path: Path):
    name, write, _steps, _mapping = LAYOUTS[layout]
    events = made_events(7, 20)
    write(tmp_path / name, events)
    outcome = told(app, "import", "events", tmp_path / name, "--mapping", mapping)
    assert (outcome["tickets_made"], outcome["events_made"], outcome["unmapped"]) == (20, len(events), {})


def test_the_logs_are_hard_enough(imported: Imported):
    for layout, cases in imported.expected.items():
        for name in ("ping_pongs", "steps_back", "reopenings"):
            assert sum(case[name] for case in cases.values()) > 20, (layout, name)
        assert any(len(case["variant"]) > 1000 for case in cases.values())
        assert any(not case["is_resolved"] for case in cases.values())
        assert any(case["net_seconds"] != case["gross_seconds"] for case in cases.values())


def test_nobody_heard_of_it(imported: Imported):
    for model in (Job, Clock):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
