"""A SQLite desk in a backup: its file, taken while the desk works, and put in the place of another."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpdesk import migrations
from helpdesk.cli.face import Exit, Refused
from helpdesk.config import Config

KIND = "sqlite"
FILE = "threeline.db"


def take(config: Config, folder: Path) -> dict[str, Any]:
    """Write a consistent copy into the folder; returns the revision of its schema. Writers are not held up."""
    # In one step, under one read transaction: SQLite begins anew whenever somebody writes between two steps.
    with closing(sqlite3.connect(config.sqlite_file)) as source, closing(sqlite3.connect(folder / FILE)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm beside it
        row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return {"revision": row[0]}


def is_empty(config: Config) -> bool:
    """Whether nobody has an account and nothing was ever asked of this desk."""
    file = config.sqlite_file
    if not file.exists() or file.stat().st_size == 0:
        return True
    with closing(sqlite3.connect(file)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        kept = tables & {"account", "ticket"}
        return not any(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {name})").fetchone()[0] for name in kept)  # noqa: S608


def bring_back(config: Config, folder: Path, _details: dict[str, Any]) -> None:
    """Bring the copy up to date, then put it in the place of the desk's file, whole or not at all."""
    copy = folder / FILE
    migrations.upgrade(replace(config, database_url=f"sqlite:///{copy}"))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    target = config.sqlite_file
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        copy.replace(target)
        _sync(target.parent)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Nobody else has the database open: whoever had would go on writing into the file that was replaced."""
    if not file.exists():
        yield
        return
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as connection:
        try:
            # Leaving WAL needs every other connection gone, and takes the -wal and -shm files away with it.
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            mode = "wal"
        if mode != "delete":
            raise Refused("The desk is running. Stop it, then restore.", Exit.TRY_LATER)
        yield


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
