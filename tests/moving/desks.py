"""Desks of their own that import whole logs: one for each database, its transactions real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.cli import main
from helpdesk.config import load_config
from helpdesk.core.db import db


@contextmanager
def a_desk(kind: str, home: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An empty desk on a database of this kind."""
    with ExitStack() as stack:
        overrides: dict[str, Any] = {"home": home, "secret_key": "a key for tests"}
        if kind == "postgresql":
            server = request.getfixturevalue("postgres_server")
            overrides["database_url"] = server.url(stack.enter_context(server.database()))
        config = load_config({}, **overrides)
        migrations.upgrade(config)
        app = create_app(config)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def told(app: Flask, *arguments: object) -> Any:
    """What a command answers as JSON."""
    db.session.commit()  # or the savepoint of a test, begun before, would take the work of the command back with it
    result = CliRunner().invoke(main, [*map(str, arguments), "--json"], obj=app)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
