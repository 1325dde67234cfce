"""A PostgreSQL for measurements: durable as an installation's (fsync on), its data kept between runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import PostgresServer, _run, _server_account, _usable_programs

# All else is PostgreSQL's own default: fsync, full_page_writes and synchronous_commit are on, autovacuum runs.
SETTINGS = {"listen_addresses": "", "shared_buffers": "256MB", "max_connections": "60", "timezone": "UTC"}


@contextmanager
def durable_postgres(folder: Path) -> Iterator[PostgresServer]:
    """The server whose data lie in this folder, made on first use; its socket lies in a folder for temporary files."""
    folder.mkdir(parents=True, exist_ok=True)
    socket = Path(tempfile.mkdtemp(prefix="threeline-bench-"))
    for path in (folder, socket):
        _hand_to_server(path)
    server = PostgresServer(folder=socket, programs=_usable_programs(folder))
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        _run(server, "initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--encoding=UTF8",
             "--locale=C", "--lc-ctype=C.UTF-8")  # fmt: skip
    options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items())
    options += f" -c unix_socket_directories={socket}"
    _run(server, "pg_ctl", "start", f"--pgdata={data}", f"--log={folder / 'log'}", f"--options={options}", "--wait")
    try:
        yield server
    finally:
        _run(server, "pg_ctl", "stop", f"--pgdata={data}", "--mode=fast", "--wait")
        shutil.rmtree(socket, ignore_errors=True)


def database(server: PostgresServer, name: str) -> str:
    """The address of the database with this name, made where it is missing."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(host=str(server.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.url(name)


def _hand_to_server(path: Path) -> None:
    if account := _server_account():
        os.chown(path, account["user"], account["group"])
