"""The application on both databases, each test in a transaction that is rolled back, the clock standing still."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from hypothesis import settings as hypothesis_settings

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import Config, load_config
from helpdesk.core.db import begin_reading, db
from tests import cast as people
from tests.cast import Cast

pytest_plugins = ["tests.fixtures_servers", "tests.browsers"]

hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.register_profile("ci", max_examples=1500, deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "default")

# A Monday morning in Vilnius, an hour after the desk opened.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Europe/Vilnius"))
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", params=DATABASES)
def config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of a desk with a settled cast, once on each database."""
    home = tmp_path_factory.mktemp(request.param)
    overrides = {"home": home, "secret_key": "a key for tests", "mail_from": "desk@desk.example", "dev": True}
    if request.param == "postgresql":
        overrides["database_url"] = request.getfixturevalue("postgres_url").replace(
            "postgresql://", "postgresql+psycopg://"
        )
    settled = load_config({}, **overrides)
    migrations.upgrade(settled)
    return settled


@pytest.fixture(scope="session")
def settled_app(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    app.testing = True
    with time_machine.travel(MONDAY, tick=False), app.app_context():
        people.settle_in()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(settled_app: Flask, config: Config) -> Iterator[Flask]:
    """The application; whatever a test commits is undone behind it, and the letters it sent are taken away."""
    with time_machine.travel(MONDAY, tick=False), settled_app.app_context():
        engines = db.engines
        engine = engines[None]
        session_options = {"join_transaction_mode": "create_savepoint"}
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection  # type: ignore[assignment]  # every session of this test joins the outer transaction
            db.session.configure(**session_options)
            try:
                yield settled_app
            finally:
                db.session.remove()
                engines[None] = engine
                outer.rollback()
                begin_reading()
                for letter in config.mail_folder.glob("*.eml"):
                    letter.unlink()


@pytest.fixture
def cast(app: Flask) -> Cast:
    return people.find_cast()


@pytest.fixture
def at() -> Callable[..., AbstractContextManager[None]]:
    """`with at("2026-03-27 16:50"):` - it is then, in Vilnius unless said otherwise."""

    @contextmanager
    def travel(text: str, tz: str = "Europe/Vilnius") -> Iterator[None]:
        with time_machine.travel(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)), tick=False):
            yield

    return travel


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; its tests are skipped where it is missing."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data folder is missing: {folder}")
    return folder
