"""Calendars: the names of closed days. Targets: that one is granted no more. Clocks: those with a promised time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_calendar_names"
down_revision = "0003_service_levels"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # The default is for the rows that are there already.
    op.add_column("sla_calendar_version", sa.Column("day_names", JSON, nullable=False, server_default="{}"))
    op.add_column(
        "sla_target", sa.Column("is_withdrawn", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    for table, column in (("sla_calendar_version", "day_names"), ("sla_target", "is_withdrawn")):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, server_default=None)
    op.create_index("ix_sla_clock_promised", "sla_clock", ["calendar_id"],
                    sqlite_where=sa.text("promised_for IS NOT NULL"),
                    postgresql_where=sa.text("promised_for IS NOT NULL"))  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_sla_clock_promised", table_name="sla_clock")
    op.drop_column("sla_target", "is_withdrawn")
    op.drop_column("sla_calendar_version", "day_names")
