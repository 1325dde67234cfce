"""The ladder: what somebody still has to take note of. Judgements: the excuses that wait for a second person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_escalations"
down_revision = "0004_calendar_names"
branch_labels = None
depends_on = None

OPEN = "ended_at IS NULL"
ASKED = "excuse <> '' AND excused_at IS NULL"


def upgrade() -> None:
    op.add_column("sla_rung", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_sla_rung_open", "sla_rung", ["account_id"],
                    sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN))  # fmt: skip
    op.create_index("ix_sla_judgement_asked", "sla_judgement", ["judged_at"],
                    sqlite_where=sa.text(ASKED), postgresql_where=sa.text(ASKED))  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_sla_judgement_asked", "sla_judgement")
    op.drop_index("ix_sla_rung_open", "sla_rung")
    op.drop_column("sla_rung", "ended_at")
