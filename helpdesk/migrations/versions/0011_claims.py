"""Claims: their causes, evidence and decisions; refund rules; deliverables and their rounds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_claims"
down_revision = "0010_contract_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refund_rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_refund_rule_version_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_rule_version")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_refund_rule_version_valid_from")),
    )
    op.create_table(
        "deliverable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agreed_rounds", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("agreed_rounds > 0", name=op.f("ck_deliverable_rounds")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_deliverable_contact_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_deliverable_contract_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_deliverable_organisation_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_deliverable_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliverable")),
    )
    op.create_index("ix_deliverable_organisation", "deliverable", ["organisation_id", "id"], unique=False)
    op.create_table(
        "refund_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("revision_from", sa.Integer(), nullable=True),
        sa.Column("revision_to", sa.Integer(), nullable=True),
        sa.Column("age_from_days", sa.Integer(), nullable=True),
        sa.Column("age_to_days", sa.Integer(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_refund_rule_contract_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_refund_rule_product_id")),
        sa.ForeignKeyConstraint(["version_id"], ["refund_rule_version.id"], name=op.f("fk_refund_rule_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_rule")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_refund_rule_version_id_position")),
    )
    op.create_table(
        "revision_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deliverable_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverable.id"], name=op.f("fk_revision_round_deliverable_id")),
        sa.ForeignKeyConstraint(["delivered_by_id"], ["account.id"], name=op.f("fk_revision_round_delivered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_round")),
        sa.UniqueConstraint("deliverable_id", "number", name=op.f("uq_revision_round_deliverable_id_number")),
    )
    op.create_table(
        "round_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_round_answer_contact_id")),
        sa.ForeignKeyConstraint(["round_id"], ["revision_round.id"], name=op.f("fk_round_answer_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_answer")),
        sa.UniqueConstraint("round_id", name=op.f("uq_round_answer_round_id")),
    )
    op.create_table(
        "round_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["revision_round.id"], name=op.f("fk_round_file_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_file")),
    )
    op.create_index(op.f("ix_round_file_round_id"), "round_file", ["round_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("deliverable_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("root_cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_claim_price")),
        sa.ForeignKeyConstraint(["deliverable_id"], ["deliverable.id"], name=op.f("fk_claim_deliverable_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_claim_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_claim_ticket_id")),
    )
    op.create_index(op.f("ix_claim_deliverable_id"), "claim", ["deliverable_id"], unique=False)
    op.create_index("ix_claim_state", "claim", ["state", "id"], unique=False)
    op.create_table(
        "claim_why",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_why_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_why")),
        sa.UniqueConstraint("claim_id", "position", name=op.f("uq_claim_why_claim_id_position")),
    )
    op.create_table(
        "claim_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("deviation", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("arithmetic", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["account.id"], name=op.f("fk_claim_decision_approved_by_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_decision_claim_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_claim_decision_decided_by_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["billing_notice.id"], name=op.f("fk_claim_decision_notice_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["refund_rule.id"], name=op.f("fk_claim_decision_rule_id")),
        sa.ForeignKeyConstraint(["version_id"], ["refund_rule_version.id"], name=op.f("fk_claim_decision_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_decision")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_claim_decision_notice_id")),
    )
    op.create_index("ix_claim_decision_claim", "claim_decision", ["claim_id", "id"], unique=False)
    op.create_index(
        "uq_claim_decision_live",
        "claim_decision",
        ["claim_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('proposed', 'in_force')"),
        postgresql_where=sa.text("state IN ('proposed', 'in_force')"),
    )
    op.create_table(
        "evidence_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("attachment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_evidence_point_attachment_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_evidence_point_claim_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["account.id"], name=op.f("fk_evidence_point_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_point")),
        sa.UniqueConstraint("claim_id", "point", name=op.f("uq_evidence_point_claim_id_point")),
    )
    op.create_index(op.f("ix_evidence_point_attachment_id"), "evidence_point", ["attachment_id"], unique=False)

    for table in ("refund_rule_version", "refund_rule", "revision_round", "round_file", "round_answer"):
        append_only(table)


def downgrade() -> None:
    op.drop_table("evidence_point")
    op.drop_table("claim_decision")
    op.drop_table("claim_why")
    op.drop_table("claim")
    op.drop_table("round_file")
    op.drop_table("round_answer")
    op.drop_table("revision_round")
    op.drop_table("refund_rule")
    op.drop_table("deliverable")
    op.drop_table("refund_rule_version")


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
