"""A desk whose transactions are real, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.cli.desks import a_working_desk
from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def real_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A desk of its own with the cast settled, for several workers at once."""
    with a_working_desk(request.param, tmp_path, request) as app:
        yield app
