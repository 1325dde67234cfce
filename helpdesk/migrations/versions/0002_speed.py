"""Indexes that a desk of a million tickets needs: the counts beside the lists, and the overview"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002_speed"
down_revision = "0001_house"
branch_labels = None
depends_on = None

QUEUES_BEFORE = {
    "ix_ticket_team_queue": ["team_id", "next_due_at", "id"],
    "ix_ticket_line_queue": ["line", "next_due_at", "id"],
    "ix_ticket_assignee_queue": ["assignee_id", "next_due_at", "id"],
    "ix_ticket_open_queue": ["next_due_at", "id"],
}
QUEUES_NOW = {
    "ix_ticket_team_queue": ["team_id", "next_due_at", "id", "is_open", "assignee_id"],
    "ix_ticket_line_queue": ["line", "next_due_at", "id", "is_open"],
    "ix_ticket_assignee_queue": ["assignee_id", "next_due_at", "id", "is_open"],
    "ix_ticket_open_queue": ["next_due_at", "id", "is_open"],
}
OPEN_TO_CLOSE = {
    "sqlite": "(unixepoch(substr(closed_at, 1, 19)) - unixepoch(substr(opened_at, 1, 19)))",
    "postgresql": "(floor(date_part('epoch', closed_at AT TIME ZONE 'UTC'))::bigint"
                  " - floor(date_part('epoch', opened_at AT TIME ZONE 'UTC'))::bigint)",
}  # fmt: skip
FIGURES = ("channel", "priority", "opened_at", "import_id", "closed_at", "highest_line", "resolved_at",
           "reassignments", "reopenings", "missed_sla", "waited_client", "is_ping_pong")  # fmt: skip


def upgrade() -> None:
    _queues(QUEUES_NOW)
    op.create_index("ix_ticket_waiting_queue", "ticket", ["next_due_at", "id", "is_open", "status"],
                    sqlite_where=sa.text("is_open = 1 AND status = 'waiting_client'"),
                    postgresql_where=sa.text("is_open AND status = 'waiting_client'"))  # fmt: skip
    database = op.get_bind().dialect.name
    seconds = sa.text(OPEN_TO_CLOSE[database])
    op.create_index("ix_ticket_open_to_close", "ticket", [seconds, "opened_at", "closed_at"],
                    sqlite_where=sa.text("closed_at IS NOT NULL"),
                    postgresql_where=sa.text("closed_at IS NOT NULL"))  # fmt: skip
    if database == "sqlite":
        op.create_index("ix_ticket_figures", "ticket", [*FIGURES, seconds])
    op.drop_index("ix_transfer_at", table_name="transfer")
    op.create_index("ix_transfer_flow", "transfer", ["from_line", "to_line", "at"])
    op.drop_index("ix_sla_clock_due_at", table_name="sla_clock")
    op.create_index("ix_sla_clock_attainment", "sla_clock", ["subject_kind", "kind", "state", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_sla_clock_attainment", table_name="sla_clock")
    op.create_index("ix_sla_clock_due_at", "sla_clock", ["due_at", "kind", "state"])
    op.drop_index("ix_transfer_flow", table_name="transfer")
    op.create_index("ix_transfer_at", "transfer", ["at", "from_line", "to_line"])
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_ticket_figures", table_name="ticket")
    op.drop_index("ix_ticket_open_to_close", table_name="ticket")
    op.drop_index("ix_ticket_waiting_queue", table_name="ticket")
    _queues(QUEUES_BEFORE)


def _queues(queues: Mapping[str, Sequence[str]]) -> None:
    for name, columns in queues.items():
        op.drop_index(name, table_name="ticket")
        op.create_index(name, "ticket", list(columns), sqlite_where=sa.text("is_open = 1"),
                        postgresql_where=sa.text("is_open"))  # fmt: skip
