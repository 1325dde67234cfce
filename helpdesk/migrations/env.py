"""Alembic's environment: our metadata, our column types written as plain ones."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

import helpdesk.models  # noqa: F401 - makes the metadata whole
from helpdesk.core.db import Base, UTCDateTime, Word


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Plain SQLAlchemy types in migrations, so that they outlive our classes."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Word):
        return "sa.Text()"
    if isinstance(item, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, sa.BigInteger) and item._variant_mapping:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def configure(connection: sa.Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=render_item,
        compare_type=True, transaction_per_migration=False,
    )  # fmt: skip
    context.run_migrations()


configure(context.config.attributes["connection"])
