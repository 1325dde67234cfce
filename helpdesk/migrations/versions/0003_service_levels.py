"""Service levels: every kind of clock, promises, contracts, maintenance, the escalation ladder, judgements"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_service_levels"
down_revision = "0002_speed"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE = "stop_at IS NULL AND state <> 'cancelled'"
# What is new in tables that have rows: the default is for those rows alone.
NEW_COLUMNS: dict[str, list[tuple[str, Any, str | None]]] = {
    "sla_calendar_version": [("holidays_of", sa.Text(), "")],
    "sla_clock": [
        ("line", sa.Integer(), "0"), ("contract_due_at", sa.BigInteger(), None),
        ("contract_breached_at", sa.BigInteger(), None), ("promised_for", sa.BigInteger(), None),
        ("promises", sa.Integer(), "0"), ("extra_seconds", sa.BigInteger(), "0"), ("fired", JSON, "[]"),
    ],
    "sla_target": [
        ("line", sa.Integer(), "0"), ("type", sa.Text(), ""), ("thresholds", JSON, "[75]"),
        ("least_after_reopen", sa.BigInteger(), "0"), ("is_urgent", sa.Boolean(), "0"),
    ],
    "ticket": [("policy_id", sa.Integer(), None), ("contract_id", sa.Integer(), None), ("entitlement", JSON, None)],
    "product": [("warranty_policy_id", sa.Integer(), None)],
}  # fmt: skip
UNIQUE = {
    "sla_clock": (
        ["subject_kind", "subject_id", "kind", "cycle"],
        ["subject_kind", "subject_id", "kind", "line", "cycle"],
    ),
    "sla_target": (
        ["policy_id", "kind", "priority", "valid_from"],
        ["policy_id", "kind", "line", "type", "priority", "valid_from"],
    ),
}


def upgrade() -> None:
    for table, columns in NEW_COLUMNS.items():
        for name, kind, default in columns:
            value = None if default is None else sa.text("false") if isinstance(kind, sa.Boolean) else default
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=value))
    for table, (before, now) in UNIQUE.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"uq_{table}_{'_'.join(before)}", type_="unique")
            batch.create_unique_constraint(f"uq_{table}_{'_'.join(now)}", now)
            if table == "sla_target":
                batch.create_check_constraint("line", "(kind = 'ola') = (line > 0)")
    for table, columns in NEW_COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, _kind, default in columns:
                if default is not None:
                    batch.alter_column(name, server_default=None)
    op.create_index("ix_sla_clock_calendar", "sla_clock", ["calendar_id"],
                    sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE))  # fmt: skip
    op.execute(
        "UPDATE ticket SET policy_id = (SELECT min(policy_id) FROM sla_clock JOIN sla_target"
        " ON sla_target.id = sla_clock.target_id WHERE subject_kind = 'ticket' AND subject_id = ticket.id)"
    )
    op.execute("UPDATE sla_clock SET contract_due_at = due_at, contract_breached_at = breached_at")
    op.execute("UPDATE sla_clock SET fired = '[[75, 0]]' WHERE at_risk_fired")
    op.create_table(
        "sla_maintenance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("calendar_ids", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("to_at > from_at", name=op.f("ck_sla_maintenance_span")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_maintenance")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name=op.f("fk_contract_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "sla_judgement",
        sa.Column("clock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.Column("excuse", sa.Text(), nullable=False),
        sa.Column("excused_by", sa.Integer(), nullable=True),
        sa.Column("excused_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["sla_clock.id"], name=op.f("fk_sla_judgement_clock_id")),
        sa.PrimaryKeyConstraint("clock_id", name=op.f("pk_sla_judgement")),
    )
    op.create_table(
        "sla_rung",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("clock_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tell_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("climbs_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["sla_clock.id"], name=op.f("fk_sla_rung_clock_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_rung")),
        sa.UniqueConstraint(
            "clock_id", "occasion", "revision", "step", name=op.f("uq_sla_rung_clock_id_occasion_revision_step")
        ),
    )
    with op.batch_alter_table("sla_rung", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sla_rung_climbs_at",
            ["climbs_at"],
            unique=False,
            sqlite_where=sa.text("climbs_at IS NOT NULL"),
            postgresql_where=sa.text("climbs_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_sla_rung_tell_at",
            ["tell_at"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "contract_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_line_contract_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name=op.f("fk_contract_line_policy_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_contract_line_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_line")),
    )
    with op.batch_alter_table("contract_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_line_contract_id"), ["contract_id"], unique=False)


def downgrade() -> None:
    for table in ("contract_line", "sla_rung", "sla_judgement", "contract", "sla_maintenance"):
        op.drop_table(table)
    op.drop_index("ix_sla_clock_calendar", table_name="sla_clock")
    for table, (before, now) in UNIQUE.items():
        with op.batch_alter_table(table) as batch:
            if table == "sla_target":
                batch.drop_constraint("line", type_="check")
            batch.drop_constraint(f"uq_{table}_{'_'.join(now)}", type_="unique")
            batch.create_unique_constraint(f"uq_{table}_{'_'.join(before)}", before)
    for table, columns in NEW_COLUMNS.items():
        for name, _kind, _default in columns:
            op.drop_column(table, name)
