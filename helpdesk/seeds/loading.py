"""Many rows at once: prepared tuples into tables, by executemany on SQLite and COPY on PostgreSQL.

Values are those of the driver: instants as text in the form in which the columns keep them, JSON as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import text

from helpdesk.core.db import db

Row = tuple[Any, ...]


def is_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def next_id(table: str) -> int:
    """The first id that the table has not given yet; asked inside the transaction that uses it."""
    return (db.session.scalar(text(f"SELECT max(id) FROM {table}")) or 0) + 1  # noqa: S608 - a name of ours


def load(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add the rows to the table, in the running transaction."""
    if not rows:
        return
    names = ", ".join(columns)
    cursor = db.session.connection().connection.cursor()
    try:
        if is_postgresql():
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join("?" * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", cast("Any", rows))  # noqa: S608
    finally:
        cursor.close()


def load_all(rows: Mapping[str, tuple[Sequence[str], Sequence[Row]]]) -> None:
    """Add rows to several tables, in this order, and let their sequences go on behind them."""
    for table, (columns, content) in rows.items():
        load(table, columns, content)
        if content and "id" in columns and is_postgresql():
            statement = text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608
            db.session.execute(statement)
