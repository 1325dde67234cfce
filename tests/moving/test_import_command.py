"""`threeline import events`, and what is left of it when it is killed."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import distinct, func, select

from helpdesk.cli import main
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.jobs import Job
from helpdesk.jobs.schedule import SCHEDULE
from helpdesk.models.imports import ImportedCase
from helpdesk.models.messages import Message
from helpdesk.models.people import Team
from helpdesk.models.problems import RecurrenceProposal
from helpdesk.models.tickets import Ticket
from sla.models import Clock
from tests.conftest import DATABASES
from tests.moving.desks import a_desk
from tests.moving.event_logs import a_log

MAPPING = """
[case]
column = "case"
[time]
column = "time"
[status]
column = "status"
map = { New = "new", Closed = "closed" }
[team]
column = "team"
"""
ROWS = ("A,2026-01-05 09:00,New,Desk,,,,", "A,2026-01-05 10:00,Closed,Desk,,,,", "B,never,New,Desk,,,,")


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING)
    return path


def run(app: Flask, *arguments: object) -> Result:
    db.session.commit()  # or the test's own savepoint, begun before, would take the command's work back with it
    return CliRunner().invoke(main, [str(each) for each in arguments], obj=app)


def test_the_command_tells_what_it_did(app: Flask, tmp_path: Path, mapping: Path):
    result = run(app, "import", "events", a_log(tmp_path, *ROWS), "--mapping", mapping, "--name", "old", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "name": "old", "tickets_made": 1, "events_made": 2, "unchanged": 0, "changed": 0, "set_aside": 1,
        "unmapped": {},
    }  # fmt: skip
    assert "line 4: Its time 'never' is no time." in result.stderr


def test_what_was_set_aside_can_be_had_as_a_file(app: Flask, tmp_path: Path, mapping: Path):
    log = a_log(tmp_path, *[f"{i},never,New,Desk,,,," for i in range(30)])
    aside = tmp_path / "aside.csv"
    result = run(app, "import", "events", log, "--mapping", mapping, "--name", "old", "--set-aside", aside)
    assert result.exit_code == 0, result.output
    assert "… and 10 more" in result.stderr
    lines = aside.read_text().splitlines()
    assert lines[:2] == ["line,reason", "2,Its time 'never' is no time."]
    assert len(lines) == 31


def test_a_missing_column_is_a_sentence_and_bad_data(app: Flask, tmp_path: Path, mapping: Path):
    log = a_log(tmp_path, "A,2026-01-05", header="case,time")
    result = run(app, "import", "events", log, "--mapping", mapping, "--name", "old")
    assert result.exit_code == 65
    assert "no column 'status', 'team'; it has 'case', 'time'" in result.stderr


def test_the_overview_of_an_import_comes_as_one_document(app: Flask, tmp_path: Path, mapping: Path):
    run(app, "import", "events", a_log(tmp_path, *ROWS), "--mapping", mapping, "--name", "old")
    result = run(app, "report", "overview", "--where", "import=old", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["tickets"], figures["events"], figures["open_to_close_days_mean"]) == (1, 2, 1 / 24)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--where", "import=none"), 65),
        (("--where", "colour=red"), 65),
        (("--where", "import"), 65),
        (("--since", "spring"), 64),
        (("--as", "jonas@klinika.example"), 77),
        (("--as", "nobody@desk.example"), 66),
        (("--as", "vera@desk.example", "--since", "2026-01-01", "--where", "line=1"), 0),
    ],
)
def test_a_report_that_cannot_be_had_is_a_sentence(app: Flask, arguments: tuple[str, ...], code: int):
    result = run(app, "report", "overview", *arguments)
    assert result.exit_code == code, result.output
    assert not result.stderr.startswith("Traceback")


KILLED = """
import os, signal, sys
from pathlib import Path
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.moving.event_logs import Phase, import_events
from helpdesk.moving.mapping import load_mapping
from helpdesk.policy.actor import SYSTEM
from helpdesk.core.db import db
from sqlalchemy import event

home, log, mapping, deadly, url = sys.argv[1:]
app = create_app(load_config({}, home=Path(home), **({"database_url": url} if url else {})))
with app.app_context():
    seen = 0

    @event.listens_for(db.engine, "after_cursor_execute")
    def count(_connection, _cursor, statement, *_):
        global seen
        seen += statement.startswith("INSERT INTO journal")
        if seen == int(deadly):  # in the midst of this batch
            os.kill(os.getpid(), signal.SIGKILL)

    print(import_events(Path(log), load_mapping(mapping), "old", by=SYSTEM).tickets_made)
"""


@pytest.mark.parametrize("kind", DATABASES)
def test_a_run_that_is_killed_in_the_midst_of_a_batch_is_gone_on_with(
    kind: str, tmp_path: Path, mapping: Path, request: pytest.FixtureRequest
):
    log = a_log(tmp_path, *(f"{i},2026-01-05 09:00,New,Desk,,,," for i in range(1000)))
    with a_desk(kind, tmp_path / "home", request) as app:
        config: Config = app.config["THREELINE"]

        def start(deadly: int) -> subprocess.CompletedProcess[str]:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("THREELINE_")}
            url = config.database_url if kind == "postgresql" else ""
            command = [sys.executable, "-c", KILLED, config.home, log, mapping, deadly, url]
            return subprocess.run([str(each) for each in command], capture_output=True, text=True, env=environment,
                                  cwd=Path(__file__).parents[2], check=False)  # fmt: skip

        assert start(deadly=3).returncode == -signal.SIGKILL
        again = start(deadly=-1)

        assert again.stdout.strip() == "600", again.stderr  # two batches of two hundred were there
        for column in (Ticket.id, ImportedCase.ticket_id, Message.id, distinct(ImportedCase.source_key)):
            assert db.session.scalar(select(func.count(column))) == 1000
        assert db.session.scalar(select(func.count()).where(Team.name == "Desk")) == 1


def test_an_import_is_called_like_its_file_where_nobody_says(app: Flask, tmp_path: Path, mapping: Path):
    log = tmp_path / "desk.2013.csv.gz"
    log.write_bytes(gzip.compress(a_log(tmp_path, *ROWS).read_bytes()))
    for made in (1, 0):
        result = run(app, "import", "events", log, "--mapping", mapping, "--json")
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        assert (told["name"], told["tickets_made"]) == ("desk.2013", made)


def test_no_periodic_job_makes_noise_of_an_import(app: Flask, config: Config, tmp_path: Path, mapping: Path, at):
    def tick() -> tuple[int, ...]:
        for periodic in SCHEDULE:
            for _ in range(20):
                if not periodic.run():
                    break
        tables = (Job, Clock, RecurrenceProposal)
        return tuple(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)

    with at("2026-03-20 10:00"):
        before = tick()
    rows = [f"{i},2026-02-{i % 27 + 1:02} 09:{i % 60:02},{status},Desk,,,,"
            for i in range(40) for status in ("New", "Resolved" if i % 3 else "Closed")[: 1 + i % 2]]  # fmt: skip
    result = run(app, "import", "events", a_log(tmp_path, *rows), "--mapping", mapping, "--name", "old")
    assert result.exit_code == 0, result.output
    with at("2026-03-20 11:00"):
        assert tick() == before
    assert not list(config.mail_folder.glob("*.eml"))
