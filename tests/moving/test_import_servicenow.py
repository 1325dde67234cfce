"""The logs of real desks come out with the figures that were published beside them, on both databases."""

from __future__ import annotations

import csv
import lzma
import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.moving.event_logs import import_events
from helpdesk.moving.mapping import load_mapping
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice
from helpdesk.reports.overview import Overview, run_overview
from sla.models import Clock
from tests.conftest import DATABASES
from tests.moving.desks import a_desk, told

pytestmark = pytest.mark.timeout(600)  # some hundred thousand rows on a busy machine


@pytest.fixture(scope="module", params=DATABASES)
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[Flask]:
    """A desk of its own that has imported the logs."""
    with a_desk(request.param, tmp_path_factory.mktemp("servicenow"), request) as app:
        bring_in(shared_data)
        log = shared_data / "helpdesk_it_events.csv.xz"
        outcome = told(app, "import", "events", log, "--mapping", "helpdesk_it")
        assert (outcome["name"], outcome["tickets_made"]) == ("helpdesk_it_events", 3_804)
        yield app


def bring_in(folder: Path) -> Any:
    log = folder / "servicenow_incident_events.csv.xz"
    return import_events(log, load_mapping("servicenow"), "servicenow", by=SYSTEM)


@pytest.fixture
def overview(desk: Flask) -> Overview:
    return run_overview(Slice(where=(("import", "servicenow"),)), for_=SYSTEM)


def test_the_counts_are_those_that_were_published(overview: Overview):
    assert (overview.tickets, overview.events) == (19_897, 113_672)
    assert (overview.missed_sla, overview.changed_hands, overview.reassignments_max) == (7_326, 9_096, 27)
    assert (overview.reopened, overview.reopenings) == (227, 277)
    assert (overview.waited_client, overview.ping_pong, overview.backlog) == (4_416, 1_769, 0)


def test_the_means_and_the_median_are_not_rounded(overview: Overview):
    assert overview.reassignments_mean == 18_771 / 19_897
    assert overview.open_to_close_days_mean == pytest.approx(13.1607, abs=5e-5)
    assert overview.open_to_close_days_median == pytest.approx(6.0931, abs=5e-5)
    assert overview.open_to_close_days_median == 526_440 / 86_400


def test_priorities_and_channels_are_the_last_words_of_the_source(overview: Overview):
    assert overview.by_priority == {"1 - Critical": 224, "2 - High": 320, "3 - Moderate": 18_731, "4 - Low": 622}
    assert overview.by_channel == {
        "Direct opening": 2, "Email": 45, "IVR": 6, "Phone": 19_716, "Self service": 128,
    }  # fmt: skip


def total(desk: Flask, name: str, of: str = "servicenow") -> dict[str, Any]:
    """The whole of a report, as the command has it."""
    found: dict[str, Any] = told(desk, "report", name, "--where", f"import={of}")["total"]
    return found


def test_the_overview_command_has_the_published_figures(desk: Flask, overview: Overview):
    document = told(desk, "report", "overview", "--where", "import=servicenow")
    expected = {name: value for name, value in overview.document().items()
                if name not in ("as_of", "arrivals", "flow", "sla")}  # fmt: skip
    assert {name: document[name] for name in expected} == expected


def test_the_reports_over_facts_have_the_published_figures(desk: Flask):
    handovers, reopenings, lines = (total(desk, name) for name in ("handovers", "reopenings", "lines"))
    assert (handovers["tickets"], handovers["changed_hands"]) == (19_897, 9_096)
    assert (handovers["reassignments"], handovers["reassignments_most"]) == (18_771, 27)
    assert handovers["reassignments_mean"] == 18_771 / 19_897
    assert handovers["ping_pong_tickets"] == 1_769
    assert (reopenings["reopened"], reopenings["reopenings"]) == (227, 277)
    assert lines["resolved"] == 19_897
    variants = total(desk, "variants")
    assert variants["tickets"] == 19_897
    assert variants["close_seconds_mean"] / 86_400 == pytest.approx(13.1607, abs=5e-5)
    assert variants["close_seconds_median"] == 526_440


def test_variants_and_reopenings_are_those_of_the_file(desk: Flask, shared_data: Path):
    ways: dict[str, list[str]] = {}
    with lzma.open(shared_data / "servicenow_incident_events.csv.xz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ways.setdefault(row["number"], []).append(row["incident_state"])
    left = ("Resolved", "Closed")
    reopenings = sum(before in left and after not in left for way in ways.values() for before, after in pairwise(way))
    variants = told(desk, "report", "variants", "--where", "import=servicenow")

    assert reopenings == total(desk, "reopenings")["reopenings"]
    assert variants["total"]["variants"] == len({tuple(way) for way in ways.values()})
    assert variants["rows"][0]["tickets"] == Counter(map(tuple, ways.values())).most_common(1)[0][1]


def test_the_log_of_codes_has_ways_and_no_teams(desk: Flask, shared_data: Path):
    ways: dict[str, list[tuple[str, datetime]]] = {}
    with lzma.open(shared_data / "helpdesk_it_events.csv.xz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["CompleteTimestamp"])
            ways.setdefault(row["CaseID"], []).append((row["ActivityID"], at))
    spent = [int((way[-1][1] - way[0][1]).total_seconds()) for way in ways.values()]
    # New on the first row and closed on the last; a case of one row is closed at once.
    codes = {tuple(code for code, _at in way) for way in ways.values()}

    handovers, variants = (total(desk, name, "helpdesk_it_events") for name in ("handovers", "variants"))
    lines = total(desk, "lines", "helpdesk_it_events")

    assert (handovers["tickets"], handovers["reassignments"], handovers["ping_pongs"]) == (3_804, 0, 0)
    assert variants["variants"] == len(codes)
    assert lines["resolved"] == 3_804
    assert lines["gross_seconds_mean"] == lines["net_seconds_mean"] == sum(max(0, each) for each in spent) / 3_804
    assert lines["gross_seconds_median"] == statistics.median(max(0, each) for each in spent)


def test_nobody_heard_of_it(desk: Flask):
    for model in (Job, Clock):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_second_run_recognises_every_case(desk: Flask, shared_data: Path):
    tables = [t for t in db.metadata.sorted_tables if t.name in ("ticket", "journal", "message", "transfer", "contact")]

    def counts() -> list[int | None]:
        return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]

    before = counts()
    outcome = bring_in(shared_data)
    assert (outcome.unchanged, outcome.tickets_made, outcome.changed, outcome.set_aside) == (19_897, 0, 0, 0)
    assert counts() == before
