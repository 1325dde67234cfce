"""`threeline doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from helpdesk import migrations
from helpdesk.config import load_config
from helpdesk.core.db import db
from helpdesk.core.jobs import DEAD, Job
from helpdesk.core.times import now
from sla.models import Clock
from tests.cast import Cast
from tests.cli.conftest import Run, Threeline, typed
from tests.factories import a_ticket
from tests.servers import SmtpServer

Doctor = Callable[..., Run]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Doctor:
    """`doctor(PORT="9000")`: look at a desk with these settings."""
    migrations.upgrade(load_config({}, home=tmp_path))

    def look(*words: str, **settings: str) -> Run:
        for name, value in {"HOME": str(tmp_path), **settings}.items():
            monkeypatch.setenv(f"THREELINE_{name}", value)
        return typed(None, "doctor", *words)

    return look


def wrong(told: Run) -> dict[str, str]:
    return {row["name"]: row["remedy"] for row in told.document["findings"] if not row["ok"]}


def test_a_fresh_desk_is_well(doctor: Doctor) -> None:
    told = doctor("--json")

    assert (told.code, told.document["ok"], wrong(told)) == (0, True, {})
    assert {"threeline", "python", "sqlite", "tzdata"} <= set(told.document["versions"])
    assert {row["name"] for row in told.document["findings"]} == {"database", "schema", "worker", "disk", "mail"}


def test_settings_are_told_without_secrets(doctor: Doctor) -> None:
    secrets = {"SECRET_KEY": "nobody must read this", "SMTP_PASSWORD": "nor this"}

    told = doctor(**secrets, PORT="9000")

    assert "THREELINE_PORT" in told.out
    assert "9000" in told.out
    assert not [secret for secret in secrets.values() if secret in told.out + told.err]


def test_an_old_schema_is_told(doctor: Doctor, tmp_path: Path) -> None:
    migrations.downgrade(load_config({}, home=tmp_path), to="base")

    told = doctor("--json")

    assert told.code == 1
    assert "threeline db upgrade" in wrong(told)["schema"]


def test_a_database_that_is_away_is_told_and_the_rest_is_looked_at(doctor: Doctor, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")

    told = doctor("--json", DATABASE_URL=f"postgresql+psycopg://desk:hidden@/desk?host={tmp_path}")

    assert told.code == 1
    assert set(wrong(told)) == {"database"}
    assert "hidden" not in told.out


def test_work_that_nobody_does_is_told(threeline: Threeline, cast: Cast) -> None:
    a_ticket(cast)
    db.session.execute(update(Job).values(run_at=now() - timedelta(minutes=6)))

    told = threeline("doctor", "--json")

    assert "threeline worker" in wrong(told)["worker"]


def test_clocks_that_nobody_watches_are_told(threeline: Threeline, cast: Cast) -> None:
    a_ticket(cast)
    db.session.execute(update(Clock).values(next_fire_at=int(now().timestamp()) - 600))

    assert "worker" in wrong(threeline("doctor", "--json"))


def test_dead_jobs_are_told(threeline: Threeline, cast: Cast) -> None:
    a_ticket(cast)
    db.session.execute(update(Job).values(state=DEAD))

    assert "threeline jobs list" in wrong(threeline("doctor", "--json"))["dead jobs"]


def test_a_full_disk_is_told(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.cli.doctor.LEAST_FREE_BYTES", 10**18)

    assert "disk" in wrong(doctor("--json"))


def test_a_mail_server_that_takes_letters_is_well(doctor: Doctor, smtp: SmtpServer) -> None:
    told = doctor("--json", MAIL_TRANSPORT="smtp", SMTP_HOST=smtp.host, SMTP_PORT=str(smtp.port),
                  MAIL_FROM="desk@our-company.lt")  # fmt: skip

    assert wrong(told) == {}


def test_a_mail_server_that_is_away_is_told(doctor: Doctor) -> None:
    told = doctor("--json", MAIL_TRANSPORT="smtp", SMTP_PORT="1", MAIL_FROM="desk@our-company.lt")

    assert "THREELINE_SMTP_*" in wrong(told)["mail"]


def test_letters_from_nobodys_address_are_told(doctor: Doctor, smtp: SmtpServer) -> None:
    told = doctor("--json", MAIL_TRANSPORT="smtp", SMTP_HOST=smtp.host, SMTP_PORT=str(smtp.port))

    assert "THREELINE_MAIL_FROM" in wrong(told)["sender"]


def test_people_read_what_to_do(doctor: Doctor) -> None:
    told = doctor(MAIL_TRANSPORT="smtp", SMTP_PORT="1")

    assert told.code == 1
    assert "WRONG mail" in told.out
    assert "See to it that the server runs" in told.out
