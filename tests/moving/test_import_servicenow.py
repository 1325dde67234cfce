"""The log of a real desk comes out with the figures that were published beside it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.moving.event_logs import import_events
from helpdesk.moving.mapping import load_mapping
from helpdesk.policy.actor import SYSTEM
from helpdesk.reports.base import Slice
from helpdesk.reports.overview import Overview, run_overview
from sla.models import Clock
from tests.conftest import DATABASES

pytestmark = pytest.mark.timeout(600)  # some hundred thousand rows on a busy machine


@pytest.fixture(scope="module", params=DATABASES)
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[Flask]:
    """A desk of its own that has imported the log."""
    with ExitStack() as stack:
        overrides: dict[str, Any] = {"home": tmp_path_factory.mktemp("servicenow"), "secret_key": "a key for tests"}
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            overrides["database_url"] = server.url(stack.enter_context(server.database()))
        config = load_config({}, **overrides)
        migrations.upgrade(config)
        app = create_app(config)
        with app.app_context():
            bring_in(shared_data)
            yield app
            db.session.remove()
            db.engine.dispose()


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
