"""Similar tickets: the index of their telling terms, and their groups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_detection"
down_revision = "0018_submissions"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "text_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_term")),
        sa.UniqueConstraint("word", name=op.f("uq_text_term_word")),
    )
    op.create_table(
        "ticket_term",
        sa.Column("term_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("ticket_id", BIG_ID, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("term_id", "ticket_id", name=op.f("pk_ticket_term")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ticket_text",
        sa.Column("ticket_id", BIG_ID, nullable=False, autoincrement=False),
        sa.Column("group_id", BIG_ID, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("length", sa.Double(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_text_ticket_id")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_text")),
    )
    op.create_index("ix_ticket_text_group", "ticket_text", ["group_id", "opened_at"], unique=False)
    op.create_index("ix_ticket_text_opened_at", "ticket_text", ["opened_at", "group_id"], unique=False)
    op.create_table(
        "ticket_group",
        sa.Column("id", BIG_ID, nullable=False, autoincrement=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_group")),
    )
    op.create_table(
        "detection_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("indexed_through", BIG_ID, nullable=False),
        sa.Column("rebuilding_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detection_state")),
    )


def downgrade() -> None:
    for table in ("detection_state", "ticket_group", "ticket_text", "ticket_term", "text_term"):
        op.drop_table(table)
