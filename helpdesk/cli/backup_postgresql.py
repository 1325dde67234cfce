"""A PostgreSQL desk in a backup: every table by COPY, taken in one snapshot and brought back in one transaction.

It is our own COPY and not pg_dump's file, so that a backup does not depend on a program that must be at least as new as
the server, and has one format on every machine. The schema is not in it: migrations make it, at the revision that the
backup names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from helpdesk import migrations
from helpdesk.config import Config
from helpdesk.core.files import CHUNK

KIND = "postgresql"
VERSIONS = "alembic_version"
LOCK_PATIENCE = "30s"


def take(config: Config, folder: Path) -> dict[str, Any]:
    """Write every table as it is at one instant; returns the revision, the tables in their order and the sequences."""
    engine = create_engine(config.database_url)
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        with engine.connect().execution_options(**snapshot) as connection, connection.begin():
            revision = MigrationContext.configure(connection).get_current_revision()
            tables = [_copy_out(connection, name, folder) for name in _in_order(connection)]
            # After the tables: a sequence knows no snapshot, and may be ahead of them but never behind.
            return {"revision": revision, "tables": tables, "sequences": _sequences(connection)}
    finally:
        engine.dispose()


def is_empty(config: Config) -> bool:
    """Whether nobody has an account and nothing was ever asked of this desk."""
    engine = create_engine(config.database_url)
    try:
        with engine.connect() as connection:
            kept = {"account", "ticket"} & set(inspect(connection).get_table_names())
            return not any(connection.scalar(text(f"SELECT EXISTS (SELECT 1 FROM {name})")) for name in kept)  # noqa: S608
    finally:
        engine.dispose()


def bring_back(config: Config, folder: Path, details: dict[str, Any]) -> None:
    """Replace the desk's tables by those of the backup and bring them up to date, all in one transaction."""
    engine = create_engine(config.database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": migrations.ADVISORY_LOCK})
            if MigrationContext.configure(connection).get_current_revision() is not None:
                command.downgrade(_alembic(connection), "base")
            command.upgrade(_alembic(connection), details["revision"])
            for table in details["tables"]:
                _copy_in(connection, table, folder)
            _set_sequences(connection, details["sequences"])
            command.upgrade(_alembic(connection), "head")
            connection.execute(text("ANALYZE"))  # or the planner knows nothing of the new rows until autovacuum comes
    finally:
        engine.dispose()


def _in_order(connection: Connection) -> list[str]:
    """The tables, each behind those it refers to."""
    found = inspect(connection).get_sorted_table_and_fkc_names()
    return [name for name, _constraints in found if name is not None and name != VERSIONS]


def _copy_out(connection: Connection, name: str, folder: Path) -> dict[str, Any]:
    columns = [column["name"] for column in inspect(connection).get_columns(name)]
    statement = f"COPY {_quoted(connection, name)} ({_list(connection, columns)}) TO STDOUT"
    file = f"{name}.copy"
    with (folder / file).open("wb") as target, _cursor(connection).copy(statement) as rows:
        for block in rows:
            target.write(block)
    return {"name": name, "columns": columns, "file": file}


def _copy_in(connection: Connection, table: dict[str, Any], folder: Path) -> None:
    columns = _list(connection, table["columns"])
    statement = f"COPY {_quoted(connection, table['name'])} ({columns}) FROM STDIN"
    with (folder / table["file"]).open("rb") as source, _cursor(connection).copy(statement) as rows:
        while block := source.read(CHUNK):
            rows.write(block)


def _sequences(connection: Connection) -> dict[str, tuple[int, bool]]:
    found = {}
    for name in inspect(connection).get_sequence_names():
        row = connection.execute(text(f"SELECT last_value, is_called FROM {_quoted(connection, name)}")).one()  # noqa: S608
        found[name] = (row.last_value, row.is_called)
    return found


def _set_sequences(connection: Connection, sequences: dict[str, tuple[int, bool]]) -> None:
    for name, (last, is_called) in sequences.items():
        state = {"name": _quoted(connection, name), "last": last, "is_called": is_called}
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :last, :is_called)"), state)


def _cursor(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def _list(connection: Connection, names: list[str]) -> str:
    return ", ".join(_quoted(connection, name) for name in names)


def _alembic(connection: Connection) -> AlembicConfig:
    alembic = AlembicConfig()
    alembic.set_main_option("script_location", str(migrations.FOLDER).replace("%", "%%"))
    alembic.attributes["connection"] = connection
    return alembic
