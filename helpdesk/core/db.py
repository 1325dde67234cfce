"""The database: model base, column types, and how a transaction begins on each engine.

SQLite: WAL, `synchronous=FULL` (an acknowledged ticket survives a power cut), and `BEGIN IMMEDIATE` for whatever may
write, since a deferred transaction that reads first and writes later fails or loses updates. Writers of one process
queue on a lock of their own, because SQLite's busy handler sleeps and is unfair.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Select,
    Subquery,
    Text,
    any_,
    bindparam,
    cast,
    event,
    func,
    insert,
    literal,
    orm,
    select,
    types,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import GenericFunction

from helpdesk.core.errors import Busy

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
WRITER_PATIENCE_SECONDS = 15.0


class UTCDateTime(types.TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], datetime | None]:
        # A page reads hundreds of instants, so SQLite's text is read in one step; it is stored without its zone.
        return _utc_of_text if dialect.name == "sqlite" else _utc


def _utc_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


class Word(types.TypeDecorator[Any]):
    """A word of the vocabulary: a StrEnum in Python, its text in the database."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[enum.StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else self.words(value).value

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], Any]:
        # KeyError for what no row may hold. A page reads hundreds of words, and a dictionary is the fastest reader.
        words: dict[str | None, Any] = {None: None} | {word.value: word for word in self.words}
        return words.__getitem__


class SecondsBetween(GenericFunction[int]):
    """Whole seconds from one instant to another, each cut to its second; said alike by queries and by indexes."""

    type = BigInteger()
    name = "seconds_between"
    inherit_cache = True


@compiles(SecondsBetween, "sqlite")
def _seconds_in_sqlite(element: SecondsBetween, compiler: Any, **kwargs: Any) -> str:
    earlier, later = (compiler.process(each, **kwargs) for each in element.clauses)
    # The text is cut first: unixepoch() rounds what is half a millisecond before a second up to it.
    return f"(unixepoch(substr({later}, 1, 19)) - unixepoch(substr({earlier}, 1, 19)))"


@compiles(SecondsBetween, "postgresql")
def _seconds_in_postgresql(element: SecondsBetween, compiler: Any, **kwargs: Any) -> str:
    earlier, later = (compiler.process(each, **kwargs) for each in element.clauses)
    # With the zone said, the expression depends on no setting, and an index may stand on it.
    later, earlier = (f"floor(date_part('epoch', {each} AT TIME ZONE 'UTC'))::bigint" for each in (later, earlier))
    return f"({later} - {earlier})"


class LocalDate(GenericFunction[Any]):
    """The date on which an instant falls in a zone: (instant, name of the zone)."""

    type = Date()
    name = "local_date"
    inherit_cache = True


@compiles(LocalDate, "postgresql")
def _local_date_in_postgresql(element: LocalDate, compiler: Any, **kwargs: Any) -> str:
    at, zone = (compiler.process(each, **kwargs) for each in element.clauses)
    return f"CAST({at} AT TIME ZONE {zone} AS DATE)"


def _local_date_in_sqlite(at: str | None, zone: str) -> str | None:
    """What SQLite calls by that name, for every row; it keeps instants as text, without their zone."""
    if at is None:
        return None
    return _date_of_hour(at[:13], zone) or _date_there(at, zone)


@lru_cache(maxsize=100_000)
def _date_of_hour(hour: str, zone: str) -> str | None:
    """The local date of a whole hour of UTC; None where a local midnight lies within it."""
    first, last = (_date_there(f"{hour}:{rest}", zone) for rest in ("00:00", "59:59.999999"))
    return first if first == last else None


def _date_there(at: str, zone: str) -> str:
    return datetime.fromisoformat(at).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def _month_number_in_python(day: str | None) -> int | None:
    return None if day is None else 12 * int(day[:4]) + int(day[5:7]) - 1


class DayNumber(GenericFunction[int]):
    """A date as a whole number: 1 is 0001-01-01, a Monday, as `date.toordinal()` has it."""

    type = Integer()
    name = "day_number"
    inherit_cache = True


@compiles(DayNumber, "sqlite")
def _day_number_in_sqlite(element: DayNumber, compiler: Any, **kwargs: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kwargs)}) - 1721424.5 AS INTEGER)"


@compiles(DayNumber, "postgresql")
def _day_number_in_postgresql(element: DayNumber, compiler: Any, **kwargs: Any) -> str:
    return f"({compiler.process(element.clauses, **kwargs)} - DATE '0001-01-01' + 1)"


class MonthNumber(GenericFunction[int]):
    """The month of a date as a whole number: 12 * year + month - 1."""

    type = Integer()
    name = "month_number"
    inherit_cache = True


@compiles(MonthNumber, "postgresql")
def _month_number_in_postgresql(element: MonthNumber, compiler: Any, **kwargs: Any) -> str:
    day = compiler.process(element.clauses, **kwargs)
    return f"CAST(12 * extract(year FROM {day}) + extract(month FROM {day}) - 1 AS INTEGER)"


Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite gives row ids only to a column that is called INTEGER.
BigId = BigInteger().with_variant(types.Integer(), "sqlite")


class Base(DeclarativeBase):
    registry = orm.registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UTCDateTime(),
            str: Text(),
            dict[str, Any]: Json,
            dict[str, str]: Json,
            list[str]: Json,
            list[int]: Json,
            list[list[int]]: Json,
            list[Any]: Json,
        },
    )


def append_only(model: type[Base]) -> None:
    """Let the database refuse every change of this table's rows: what is append-only has no way to be changed."""
    name = model.__tablename__
    refused = "SELECT RAISE(ABORT, 'append only'); END"
    statements = {
        "sqlite": [f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} BEGIN {refused}"
                   for verb in ("UPDATE", "DELETE")],
        "postgresql": [
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'append only'; END $$",
            f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        ],
    }  # fmt: skip
    for dialect, texts in statements.items():
        for each in texts:
            ddl = DDL(each.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(model.__table__, "after_create", ddl.execute_if(dialect=dialect))


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False})

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def is_writing() -> bool:
    """Whether transactions that begin here may write."""
    return _writing.get()


@contextmanager
def writing() -> Iterator[None]:
    """Begin transactions as writers inside this block."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def begin_writing() -> None:
    """From here on, for this context, transactions begin as writers (the start of an unsafe request)."""
    _writing.set(True)


def begin_reading() -> None:
    """From here on, for this context, transactions begin as readers."""
    _writing.set(False)


def locked_when_writing(query: Select[Any], *, of: Any) -> Select[Any]:
    """Lock the rows read, where this transaction may change them (SQLite has locked everything already).

    What this transaction read of them before it waited for the lock is old by then, so they are read anew.
    """
    return query.with_for_update(of=of).execution_options(populate_existing=True) if is_writing() else query


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """That the column is one of many values; they go to PostgreSQL as one array, not as thousands of parameters."""
    if db.session.get_bind().dialect.name == "postgresql":
        found: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(column.type)))
        return found
    chosen: ColumnElement[bool] = column.in_(values)
    return chosen


def as_rows(**columns: tuple[list[Any], Any]) -> Subquery:
    """Rows sent to PostgreSQL as one array for each column: (values, type) by name."""
    return select(*(
        func.unnest(cast(bindparam(f"sent_{name}", values), ARRAY(kind))).label(name)
        for name, (values, kind) in columns.items()
    )).subquery()  # fmt: skip


def insert_many(model: type[Base], rows: Sequence[Mapping[str, Any]], *returning: Any) -> list[Any]:
    """Insert very many rows that name the same columns; gives these columns of each back, in no promised order.

    To PostgreSQL they go as one array for each column: its driver reads through the text of a statement, and one with
    a parameter for each value takes longer to read than to carry out.
    """
    if not rows:
        return []
    table: Any = model.__table__  # what nobody wants back is not made into objects either
    if db.session.get_bind().dialect.name != "postgresql":
        if not returning:
            db.session.execute(insert(table), rows)
            return []
        return list(db.session.execute(insert(model).returning(*returning), rows))
    columns = table.c
    sent = as_rows(**{name: ([row[name] for row in rows], columns[name].type) for name in rows[0]})
    values = select(*(sent.c[name] for name in rows[0]))
    statement = insert(model).from_select(list(rows[0]), values)
    if not returning:
        db.session.execute(statement)
        return []
    return list(db.session.execute(statement.returning(*returning)))


def init_app(app: Flask) -> None:
    """Bind the session to the application's database and teach its engine how to begin."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def prepare_engine(engine: Engine) -> None:
    """Install the rules of this module on an engine; PostgreSQL needs none."""
    if engine.dialect.name != "sqlite":
        return
    writer = threading.Lock()

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        # Each connection has a cache of its own, and the system keeps the whole file anyway: 4 MB are enough.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000",
                       "cache_size=-4000", "mmap_size=0", "temp_store=MEMORY"):  # fmt: skip
            connection.execute("PRAGMA " + pragma)
        connection.create_function("local_date", 2, _local_date_in_sqlite, deterministic=True)
        connection.create_function("month_number", 1, _month_number_in_python, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if not _writing.get():
            connection.exec_driver_sql("BEGIN")
            return
        if not writer.acquire(timeout=WRITER_PATIENCE_SECONDS):
            raise Busy("The database is busy. Try again in a moment.")
        connection.connection.record_info["holds_writer"] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _release(_connection: Any, record: Any, *_: Any) -> None:
        if record.record_info.pop("holds_writer", False):
            writer.release()

    event.listen(engine, "checkin", _release)
    event.listen(engine, "invalidate", _release)
    event.listen(engine, "close", _release)
