"""The life of contracts: covered components and hours, renewal and notice, reservations for work, approvals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_contract_life"
down_revision = "0009_care"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ID = sa.Integer()
ALONE = {"resolve_fks": False}  # the table without those it refers to
# Table → column, type, the value of rows that are there already (None: empty), what it refers to.
NEW_COLUMNS: dict[str, list[tuple[str, Any, str | None, str]]] = {
    "contract": [
        ("owner_id", ID, None, "operator"), ("renewal_months", ID, None, ""),
        ("renews_itself", sa.Boolean(), "false", ""),
        ("renewal_minutes", ID, "0", ""), ("notice_by", sa.Date(), None, ""), ("notice_given_on", sa.Date(), None, ""),
        ("told_notice_by", sa.Date(), None, ""), ("told_valid_until", sa.Date(), None, ""),
    ],
    "contract_line": [("component_id", ID, None, "component")],
    "contract_terms": [
        ("covers_only_hours", sa.Boolean(), "false", ""), ("approval_above_minutes", ID, None, ""),
        ("approval_above_cents", ID, None, ""),
    ],
    "hours_reservation": [("planned_on", sa.Date(), None, ""), ("ticket_id", BIG, None, "ticket")],
}  # fmt: skip
INDEXES = (
    ("ix_contract_ends", "contract", ["valid_until"], "valid_until IS NOT NULL"),
    ("ix_contract_notice", "contract", ["notice_by"], "notice_by IS NOT NULL"),
    ("ix_work_log_reservation", "work_log", ["reservation_id"], "reservation_id IS NOT NULL"),
    ("ix_work_log_approval", "work_log", ["approval_id"], "approval_id IS NOT NULL"),
    ("ix_approval_open", "approval", ["expires_at"], "state = 'asked'"),
)


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table, reflect_kwargs=ALONE) as batch:
            for name, kind, value, refers_to in columns:
                default = None if value is None else sa.text(value)
                batch.add_column(sa.Column(name, kind, nullable=value is None, server_default=default))
                if refers_to:
                    batch.create_foreign_key(op.f(f"fk_{table}_{name}"), refers_to, [name], ["id"])
        with op.batch_alter_table(table, reflect_kwargs=ALONE) as batch:
            for name, _kind, value, _refers_to in columns:
                if value is not None:
                    batch.alter_column(name, server_default=None)
    # Without constraints: this table is append-only, and SQLite would make it anew for them.
    op.add_column("work_log", sa.Column("reservation_id", sa.Integer(), nullable=True))
    op.add_column("work_log", sa.Column("approval_id", sa.Integer(), nullable=True))
    op.create_table(
        "block_reminder",
        sa.Column("block_id", BIG, nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["hours_entry.id"], name=op.f("fk_block_reminder_block_id")),
        sa.PrimaryKeyConstraint("block_id", name=op.f("pk_block_reminder")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", JSON, nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_approval_asks_for_something")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["operator.id"], name=op.f("fk_approval_asked_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_approval_organisation_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_approval_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_ticket", "approval", ["ticket_id", "id"])
    op.create_table(
        "approval_asked",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_approval_asked_approval_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_approval_asked_contact_id")),
        sa.PrimaryKeyConstraint("approval_id", "contact_id", name=op.f("pk_approval_asked")),
    )
    op.create_index("ix_approval_asked_contact_id", "approval_asked", ["contact_id"])
    for name, table, indexed, condition in INDEXES:
        op.create_index(name, table, indexed, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def downgrade() -> None:
    for name, table, _columns, _condition in INDEXES:
        op.drop_index(name, table_name=table)
    op.drop_table("approval_asked")
    op.drop_table("approval")
    op.drop_table("block_reminder")
    op.drop_column("work_log", "approval_id")
    op.drop_column("work_log", "reservation_id")
    for table, columns in reversed(NEW_COLUMNS.items()):
        with op.batch_alter_table(table, reflect_kwargs=ALONE) as batch:
            for name, _kind, _value, refers_to in columns:
                if refers_to:
                    batch.drop_constraint(f"fk_{table}_{name}", type_="foreignkey")
                batch.drop_column(name)
