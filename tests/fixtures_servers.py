"""Fixtures of the real servers in `tests/servers.py`.

Where a server is missing its tests are skipped with the reason; under `make test` they fail, so that nothing is
skipped unseen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.servers import (
    ImapServer,
    PostgresServer,
    SmtpServer,
    Unavailable,
    browser,
    imap_server,
    postgres,
    smtp_server,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """The one PostgreSQL of this run, shared by all its workers."""
    own = tmp_path_factory.getbasetemp()
    # The folder of each worker lies in the one that the run has.
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with _skipped_where_missing(), postgres(shared) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database that belongs to this worker alone."""
    with postgres_server.database() as name:
        yield postgres_server.url(name)


# Not for the session: while the browser is open, no other test in this worker could run an event loop.
@pytest.fixture(scope="module")
def chromium_browser() -> Iterator[Browser]:
    """A headless Chromium for the tests of this module."""
    with _skipped_where_missing(), browser() as opened:
        yield opened


@pytest.fixture
def browser_page(chromium_browser: Browser) -> Iterator[Page]:
    """An empty page in a profile of its own."""
    context = chromium_browser.new_context()
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """An SMTP server that keeps what it receives."""
    with smtp_server() as server:
        yield server


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    """An IMAP server with an empty mailbox."""
    with imap_server() as server:
        yield server


@contextmanager
def _skipped_where_missing() -> Iterator[None]:
    try:
        yield
    except Unavailable as missing:
        if os.environ.get("THREELINE_TEST_SERVERS") == "required":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))
