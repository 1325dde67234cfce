"""An empty desk on each database, whose commits are commits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.core.db import db
from tests.cli.desks import an_empty_desk

# An afternoon with work behind it and before it.
WEDNESDAY = datetime(2026, 10, 14, 14, 20, tzinfo=ZoneInfo("Europe/Vilnius"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database in which there is nobody yet."""
    with an_empty_desk(request.param, tmp_path, request) as config:
        migrations.upgrade(config)
        app = create_app(config)
        with time_machine.travel(WEDNESDAY, tick=False), app.app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()
