"""Hours and work: terms of contracts, the ledger, work logs, billing notices and their export."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_hours"
down_revision = "0006_attainment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_batch")),
    )
    op.create_table(
        "contract_terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("rounding_minutes", sa.Integer(), nullable=False),
        sa.Column("minimum_minutes", sa.Integer(), nullable=False),
        sa.Column("after_hours_percent", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("covers_on_site", sa.Boolean(), nullable=False),
        sa.Column("channels", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("hourly_rate_cents", sa.Integer(), nullable=True),
        sa.Column("monthly_fee_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("carry_over_minutes", sa.Integer(), nullable=False),
        sa.Column("alert_percents", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_terms_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_terms")),
        sa.UniqueConstraint("contract_id", "valid_from", name=op.f("uq_contract_terms_contract_id_valid_from")),
    )
    op.create_table(
        "hours_reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_hours_reservation_reserves_something")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_hours_reservation_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_reservation")),
    )
    op.create_index(
        "ix_hours_reservation_open",
        "hours_reservation",
        ["contract_id", "minutes"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "work_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("terms_id", sa.Integer(), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("after_hours_minutes", sa.Integer(), nullable=False),
        sa.Column("counted_minutes", sa.Integer(), nullable=False),
        sa.Column("chargeable_minutes", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_billable", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_work_log_contract_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_work_log_operator_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["work_log.id"], name=op.f("fk_work_log_reverses_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["contract_terms.id"], name=op.f("fk_work_log_terms_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_work_log_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_log")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_work_log_reverses_id")),
        sa.UniqueConstraint("submission", name=op.f("uq_work_log_submission")),
    )
    op.create_index("ix_work_log_contract_id", "work_log", ["contract_id"])
    op.create_index("ix_work_log_ticket", "work_log", ["ticket_id", "id"])

    op.create_table(
        "billing_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("work_log_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("rate_cents", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["billing_batch.id"], name=op.f("fk_billing_notice_batch_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_billing_notice_contract_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_billing_notice_organisation_id")
        ),
        sa.ForeignKeyConstraint(["work_log_id"], ["work_log.id"], name=op.f("fk_billing_notice_work_log_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_notice")),
        sa.UniqueConstraint("contract_id", "period", "rule", name=op.f("uq_billing_notice_contract_id_period_rule")),
        sa.UniqueConstraint("work_log_id", "rule", name=op.f("uq_billing_notice_work_log_id_rule")),
    )
    op.create_index("ix_billing_notice_batch_id", "billing_notice", ["batch_id"])
    op.create_index("ix_billing_notice_contract_id", "billing_notice", ["contract_id"])
    op.create_index(
        "ix_billing_notice_waiting",
        "billing_notice",
        ["id"],
        sqlite_where=sa.text("batch_id IS NULL AND cancelled_at IS NULL"),
        postgresql_where=sa.text("batch_id IS NULL AND cancelled_at IS NULL"),
    )

    op.create_table(
        "hours_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("is_block", sa.Boolean(), nullable=False),
        sa.Column("block_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("work_log_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("minutes <> 0", name=op.f("ck_hours_entry_moves_something")),
        sa.ForeignKeyConstraint(["block_id"], ["hours_entry.id"], name=op.f("fk_hours_entry_block_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_hours_entry_contract_id")),
        sa.ForeignKeyConstraint(["work_log_id"], ["work_log.id"], name=op.f("fk_hours_entry_work_log_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_entry")),
    )
    op.create_index("ix_hours_entry_balance", "hours_entry", ["contract_id", "block_id", "is_block", "minutes"])
    op.create_index(
        "ix_hours_entry_block",
        "hours_entry",
        ["block_id", "minutes"],
        sqlite_where=sa.text("block_id IS NOT NULL"),
        postgresql_where=sa.text("block_id IS NOT NULL"),
    )
    op.create_index("ix_hours_entry_contract", "hours_entry", ["contract_id", "id"])
    op.create_index(
        "ix_hours_entry_expires",
        "hours_entry",
        ["expires_on"],
        sqlite_where=sa.text("expires_on IS NOT NULL"),
        postgresql_where=sa.text("expires_on IS NOT NULL"),
    )
    op.create_index("ix_hours_entry_work_log_id", "hours_entry", ["work_log_id"])

    append_only("work_log")
    append_only("hours_entry")


def only_where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'append only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:

    op.drop_table("hours_entry")

    op.drop_table("billing_notice")

    op.drop_table("work_log")

    op.drop_table("hours_reservation")
    op.drop_table("contract_terms")
    op.drop_table("billing_batch")
