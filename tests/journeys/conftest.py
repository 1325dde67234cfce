"""A desk that real browsers can visit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from helpdesk import migrations
from helpdesk.app import create_app
from helpdesk.config import load_config
from helpdesk.core.db import db
from tests import cast as people


@pytest.fixture
def visited(tmp_path: Path) -> Flask:
    """A settled desk on a database of its own."""
    config = load_config({}, home=tmp_path, secret_key="a key for tests")
    migrations.upgrade(config)
    app = create_app(config)
    with app.app_context():
        people.settle_in()
        db.session.remove()
    return app


@pytest.fixture
def address(visited: Flask) -> Iterator[str]:
    """A desk that really listens."""
    server = make_server("127.0.0.1", 0, visited, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    with visited.app_context():
        db.engine.dispose()
