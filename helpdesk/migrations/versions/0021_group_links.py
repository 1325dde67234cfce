"""Which groups of similar tickets may be the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_group_links"
down_revision = "0020_search"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ticket_group_link",
        sa.Column("group_id", BIG_ID, nullable=False, autoincrement=False),
        sa.Column("other_id", BIG_ID, nullable=False, autoincrement=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "other_id", name=op.f("pk_ticket_group_link")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("ticket_group_link")
