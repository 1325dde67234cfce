"""The migrations make the very tables that the models say, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

import helpdesk.models  # noqa: F401 - the whole metadata
from helpdesk import migrations
from helpdesk.config import Config, Misconfigured, load_config
from helpdesk.core.db import Base
from tests.servers import PostgresServer

CATALOGUE = {
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                   "WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns "
               "WHERE table_schema = 'public'",
    "triggers": "SELECT event_object_table, trigger_name, action_statement FROM information_schema.triggers",
}  # fmt: skip


@pytest.fixture
def sqlite_config(tmp_path: Path) -> Config:
    return load_config({}, home=tmp_path)


@pytest.fixture
def two_databases(postgres_server: PostgresServer) -> Iterator[tuple[str, str]]:
    with postgres_server.database() as one, postgres_server.database() as other:
        yield tuple(postgres_server.url(n).replace("postgresql://", "postgresql+psycopg://") for n in (one, other))  # type: ignore[misc]


def test_there_is_one_head_and_the_file_names_it() -> None:
    assert migrations.scripts().get_heads() == [(migrations.FOLDER / "HEAD").read_text(encoding="utf-8").strip()]


def test_migrated_postgresql_equals_the_models(two_databases: tuple[str, str], tmp_path: Path) -> None:
    migrated, made = two_databases
    migrations.upgrade(load_config({}, home=tmp_path, database_url=migrated))
    models = create_engine(made)
    Base.metadata.create_all(models)

    assert _catalogue(create_engine(migrated)) == _catalogue(models)
    models.dispose()


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # their text is compared below
def test_migrated_sqlite_equals_the_models(sqlite_config: Config, tmp_path: Path) -> None:
    migrations.upgrade(sqlite_config)
    migrated = migrations.migration_engine(sqlite_config.database_url)
    models = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(models)

    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        assert compare_metadata(context, Base.metadata) == []
    assert _sqlite_names(migrated) == _sqlite_names(models)
    assert _sqlite_indexes(migrated) == _sqlite_indexes(models)
    for engine in (migrated, models):
        engine.dispose()


def _is_ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """The full-text index keeps itself in tables of its own; `_sqlite_names` compares those."""
    return not (kind == "table" and str(name).startswith("search_index"))


def test_down_and_up_again_leaves_the_same(sqlite_config: Config) -> None:
    migrations.upgrade(sqlite_config)
    engine = migrations.migration_engine(sqlite_config.database_url)
    before = _sqlite_names(engine)

    migrations.downgrade(sqlite_config, to="base")
    assert [name for _type, name, _table in _sqlite_names(engine) if name != "alembic_version"] == []
    migrations.upgrade(sqlite_config)

    assert _sqlite_names(engine) == before
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(sqlite_config: Config) -> None:
    migrations.upgrade(sqlite_config)
    engine = migrations.migration_engine(sqlite_config.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    engine.dispose()

    with pytest.raises(Misconfigured, match="newer Threeline"):
        migrations.upgrade(sqlite_config)


def _catalogue(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        found = {
            name: sorted(tuple(row) for row in connection.execute(text(query)) if "alembic_version" not in str(row[0]))
            for name, query in CATALOGUE.items()
        }
    engine.dispose()
    return found


def _sqlite_names(engine: Engine) -> list[tuple[str, str, str]]:
    query = (
        "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
    )
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(query))]
    return sorted(row for row in rows if not re.match("ix_.*_tmp", row[1]))  # type: ignore[arg-type]


def _sqlite_indexes(engine: Engine) -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with engine.connect() as connection:
        return {name: re.sub(r"\s+", " ", sql).replace('"', "") for name, sql in connection.execute(text(query))}
