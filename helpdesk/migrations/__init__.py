"""The schema's history, and how a database is brought up to date.

Order: lock (a file beside SQLite, an advisory lock on PostgreSQL) → read the revision → refuse an unknown, newer one →
back SQLite up → upgrade in one transaction → check the foreign keys.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text

from helpdesk.config import Config, Misconfigured

FOLDER = Path(__file__).parent
ADVISORY_LOCK = 0x7415E11E  # any number that is ours alone
KEPT_BACKUPS = 5


class NewerDatabase(Misconfigured):
    """The database was written by a newer version of Threeline."""


def upgrade(config: Config, *, to: str = "head") -> str:
    """Bring the database up to date; safe when several processes start at once. Returns what was done, in words."""
    engine = migration_engine(config.database_url)
    try:
        with _locked(config, engine):
            before = current_revision(engine)
            known = {script.revision for script in scripts().walk_revisions()}
            if before is not None and before not in known:
                raise NewerDatabase(
                    f"The database is at revision {before}, which this version does not know. "
                    "It was written by a newer Threeline: install that one, or restore a backup."
                )
            if before == head() and to == "head":
                return "up to date"
            if before is not None and config.is_sqlite:
                back_up_before(config.sqlite_file, before)
            with engine.connect() as connection:
                _run(connection, to)
            return f"upgraded from {before or 'nothing'} to {current_revision(engine)}"
    finally:
        engine.dispose()


def downgrade(config: Config, *, to: str) -> None:
    """Take the database back to a revision; for rehearsals, never at start."""
    engine = migration_engine(config.database_url)
    try:
        with _locked(config, engine), engine.connect() as connection:
            _run(connection, to, down=True)
    finally:
        engine.dispose()


def head() -> str:
    """The last revision."""
    return str(scripts().get_current_head())


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_alembic())


def current_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_up_to_date(engine: Engine) -> bool:
    return current_revision(engine) == head()


def migration_engine(url: str) -> Engine:
    """An engine on which DDL is transactional, with foreign keys off on SQLite (tables are rebuilt)."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("PRAGMA busy_timeout=15000")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def back_up_before(file: Path, revision: str) -> Path:
    """A copy of the SQLite file as it was before an upgrade; the last few are kept."""
    folder = file.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"before-upgrade-from-{revision}.db"
    with sqlite3.connect(file) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    for old in sorted(folder.glob("before-upgrade-*.db"), key=lambda p: p.stat().st_mtime)[:-KEPT_BACKUPS]:
        old.unlink()
    return target


def _run(connection: Connection, to: str, *, down: bool = False) -> None:
    alembic = _alembic()
    with connection.begin():
        alembic.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(alembic, to)
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            if broken:
                raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")


def _alembic() -> AlembicConfig:
    alembic = AlembicConfig()
    alembic.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return alembic


@contextmanager
def _locked(config: Config, engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        with (config.home / "migration.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
                connection.commit()
