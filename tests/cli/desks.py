"""Desks whose transactions are real, for tests of what happens between them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import Config, load_config
from helpdesk.core.db import db
from tests import cast as people


@dataclass(frozen=True)
class Original:
    """A desk that nobody uses any more, to be copied."""

    kind: str
    home: Path
    database: str  # of PostgreSQL: its name


@contextmanager
def an_original(
    kind: str, home: Path, request: pytest.FixtureRequest, work: Callable[[Flask], None]
) -> Iterator[Original]:
    """A desk with the cast settled, on which this work was done."""
    with ExitStack() as stack:
        server = request.getfixturevalue("postgres_server") if kind == "postgresql" else None
        database = stack.enter_context(server.database()) if server else ""
        config = load_config({}, home=home, mail_from="desk@desk.example",
                             **({"database_url": server.url(database)} if server else {}))  # fmt: skip
        with _settled(config) as app:
            work(app)
        yield Original(kind, home, database)


@contextmanager
def a_copy(original: Original, home: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A desk of one's own that is as the original was left."""
    with ExitStack() as stack:
        shutil.copytree(original.home, home)
        overrides: dict[str, Any] = {"home": home, "mail_from": "desk@desk.example"}
        if original.kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            overrides["database_url"] = server.url(stack.enter_context(server.database(original.database)))
        yield stack.enter_context(_opened(load_config({}, **overrides)))


@contextmanager
def an_empty_desk(kind: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Config]:
    """The settings of a desk without a schema, on a database of its own of this kind."""
    with ExitStack() as stack:
        overrides: dict[str, Any] = {"home": home, "mail_from": "desk@desk.example"}
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            overrides["database_url"] = server.url(stack.enter_context(server.database()))
        yield load_config({}, **overrides)


@contextmanager
def a_working_desk(kind: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A desk with the cast settled."""
    with an_empty_desk(kind, home, request) as config, _settled(config) as app:
        yield app


@contextmanager
def _settled(config: Config) -> Iterator[Flask]:
    migrations.upgrade(config)
    with _opened(config) as app:
        with app.app_context():
            people.settle_in()
        yield app


@contextmanager
def _opened(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
