"""Duties: what is due by a person, and who is told when it is late."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008_duties"
down_revision = "0007_hours"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def only(condition: str) -> dict[str, Any]:
    """A partial index, said to both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


OPEN = only("done_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", BIG_ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["account.id"], name=op.f("fk_duty_acknowledged_by")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_duty_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["operator.id"], name=op.f("fk_duty_owner_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_duty_ticket_id")),
        sa.ForeignKeyConstraint(["told_id"], ["account.id"], name=op.f("fk_duty_told_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index("ix_duty_due", "duty", ["due_at"], **OPEN)
    op.create_index("ix_duty_organisation", "duty", ["organisation_id", "due_at"], **OPEN)
    op.create_index("ix_duty_owner", "duty", ["owner_id", "due_at"], **OPEN)
    op.create_index("ix_duty_subject", "duty", ["subject_kind", "subject_id"])
    op.create_index("ix_duty_tell", "duty", ["tell_at"], **only("tell_at IS NOT NULL"))
    op.create_index("ix_duty_ticket", "duty", ["ticket_id"], **only("ticket_id IS NOT NULL"))
    op.create_index(
        "ix_duty_told",
        "duty",
        ["told_id"],
        **only("acknowledged_at IS NULL AND done_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index("uq_duty_open", "duty", ["kind", "subject_kind", "subject_id"], unique=True, **OPEN)


def downgrade() -> None:
    op.drop_index("uq_duty_open", "duty")
    op.drop_index("ix_duty_told", "duty")
    op.drop_index("ix_duty_ticket", "duty")
    op.drop_index("ix_duty_tell", "duty")
    op.drop_index("ix_duty_subject", "duty")
    op.drop_index("ix_duty_owner", "duty")
    op.drop_index("ix_duty_organisation", "duty")
    op.drop_index("ix_duty_due", "duty")

    op.drop_table("duty")
