"""Desks whose transactions are real, for tests of what happens between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import Config, load_config
from helpdesk.core.db import db
from tests import cast as people


@contextmanager
def an_empty_desk(kind: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Config]:
    """The settings of a desk without a schema, on a database of its own of this kind."""
    with ExitStack() as stack:
        overrides = {"home": home, "mail_from": "desk@desk.example"}
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            overrides["database_url"] = server.url(stack.enter_context(server.database()))
        yield load_config({}, **overrides)


@contextmanager
def a_working_desk(kind: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A desk with the cast settled."""
    with an_empty_desk(kind, home, request) as config:
        migrations.upgrade(config)
        app = create_app(config)
        with app.app_context():
            people.settle_in()
        try:
            yield app
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
