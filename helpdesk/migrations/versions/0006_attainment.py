"""Attainment: the clocks by the contract's due time, and what stands beside their figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_attainment"
down_revision = "0005_escalations"
branch_labels = None
depends_on = None

COHORT = ["subject_kind", "contract_due_at", "target_id", "state", "contract_breached_at", "start_at", "stop_at",
          "promised_for", "subject_id"]  # fmt: skip
PARTIAL = (
    ("ix_journal_priority", "journal", "at", "fact = 'PriorityChanged'"),
    ("ix_journal_backdated", "journal", "at", "at <> recorded_at"),
    ("ix_ticket_without_sla", "ticket", "opened_at", "policy_id IS NULL"),
)


def upgrade() -> None:
    op.create_index("ix_sla_clock_cohort", "sla_clock", COHORT)
    for name, table, column, where in PARTIAL:
        op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _column, _where in reversed(PARTIAL):
        op.drop_index(name, table)
    op.drop_index("ix_sla_clock_cohort", "sla_clock")
