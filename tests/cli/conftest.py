"""The command line as somebody types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from helpdesk.cli import main
from helpdesk.core.db import db
from helpdesk.core.standing import forget_mark
from tests.cli.desks import a_working_desk


@dataclass(frozen=True)
class Run:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Threeline = Callable[..., Run]


def typed(app: Flask | None, *words: str, given: str | bytes = "") -> Run:
    """Run `threeline` with these words on the desk of this application; `given` is its standard input."""
    result = CliRunner().invoke(main, list(words), input=given, obj=app)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Run(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def threeline(app: Flask) -> Threeline:
    """`threeline("ticket", "list", …)` on the desk of the test."""

    def run(*words: str, given: str | bytes = "") -> Run:
        db.session.commit()  # or the test's own savepoint, begun before, would take the command's work back with it
        done = typed(app, *words, given=given)
        forget_mark()  # what the command has changed, this context has not heard of
        return done

    return run


@pytest.fixture(params=["sqlite", "postgresql"])
def working_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own with the cast settled, whose commits are commits."""
    with a_working_desk(request.param, tmp_path / "desk", request) as app:
        yield app
