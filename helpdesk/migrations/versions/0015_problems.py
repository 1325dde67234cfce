"""Problems, what is told of them to whom, major incidents, and what detection proposes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_problems"
down_revision = "0014_knowledge"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("cause_category", sa.Text(), nullable=True),
        sa.Column("root_cause", sa.Text(), nullable=False),
        sa.Column("planned_version_id", sa.Integer(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("fixed_version_id", sa.Integer(), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_problem_article_id")),
        sa.ForeignKeyConstraint(["fixed_version_id"], ["version.id"], name=op.f("fk_problem_fixed_version_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_problem_owner_id")),
        sa.ForeignKeyConstraint(["planned_version_id"], ["version.id"], name=op.f("fk_problem_planned_version_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_problem_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sa.UniqueConstraint("submission", name=op.f("uq_problem_submission")),
    )

    op.create_index("ix_problem_state", "problem", ["state", "id"], unique=False)

    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("texts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_broadcast_account_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_broadcast_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("submission", name=op.f("uq_broadcast_submission")),
    )

    op.create_index(
        "ix_broadcast_pending",
        "broadcast",
        ["send_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )

    op.create_index(op.f("ix_broadcast_problem_id"), "broadcast", ["problem_id"], unique=False)

    op.create_table(
        "problem_product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("component_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["component_id"], ["component.id"], name=op.f("fk_problem_product_component_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_problem_product_problem_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_problem_product_product_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_problem_product_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_product")),
        sa.UniqueConstraint(
            "problem_id",
            "product_id",
            "version_id",
            "component_id",
            name=op.f("uq_problem_product_problem_id_product_id_version_id_component_id"),
        ),
    )

    op.create_index(op.f("ix_problem_product_problem_id"), "problem_product", ["problem_id"], unique=False)

    op.create_index(op.f("ix_problem_product_product_id"), "problem_product", ["product_id"], unique=False)

    op.create_table(
        "problem_why",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_problem_why_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_why")),
        sa.UniqueConstraint("problem_id", "position", name=op.f("uq_problem_why_problem_id_position")),
    )

    op.create_table(
        "recurrence_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("component_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("evidence", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recurrence_proposal_account_id")),
        sa.ForeignKeyConstraint(["component_id"], ["component.id"], name=op.f("fk_recurrence_proposal_component_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_recurrence_proposal_problem_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_recurrence_proposal_product_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_recurrence_proposal_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurrence_proposal")),
    )

    op.create_index("ix_recurrence_proposal_group", "recurrence_proposal", ["group_id", "id"], unique=False)

    op.create_index("ix_recurrence_proposal_state", "recurrence_proposal", ["state", "id"], unique=False)

    op.create_table(
        "workaround",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_workaround_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workaround")),
        sa.UniqueConstraint("problem_id", "language", name=op.f("uq_workaround_problem_id_language")),
    )

    op.create_table(
        "major_incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("notices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_update_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told_id", sa.Integer(), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["told_id"], ["account.id"], name=op.f("fk_major_incident_told_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["account.id"], name=op.f("fk_major_incident_lead_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_major_incident_problem_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_major_incident_product_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_major_incident_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_incident")),
        sa.UniqueConstraint("submission", name=op.f("uq_major_incident_submission")),
    )

    op.create_index(op.f("ix_major_incident_problem_id"), "major_incident", ["problem_id"], unique=False)

    op.create_index(
        "uq_major_incident_live",
        "major_incident",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_index(
        "ix_major_incident_tell",
        "major_incident",
        ["tell_at"],
        unique=False,
        sqlite_where=sa.text("tell_at IS NOT NULL"),
        postgresql_where=sa.text("tell_at IS NOT NULL"),
    )

    op.create_table(
        "major_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("major_incident_id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("next_update_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_end", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_major_update_account_id")),
        sa.ForeignKeyConstraint(
            ["major_incident_id"], ["major_incident.id"], name=op.f("fk_major_update_major_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_major_update")),
        sa.UniqueConstraint("submission", name=op.f("uq_major_update_submission")),
    )

    op.create_index(op.f("ix_major_update_major_incident_id"), "major_update", ["major_incident_id"], unique=False)

    op.create_table(
        "problem_ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("waits_for_fix", sa.Boolean(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_problem_ticket_problem_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_problem_ticket_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_ticket")),
    )

    op.create_index(op.f("ix_problem_ticket_ticket_id"), "problem_ticket", ["ticket_id"], unique=False)

    op.create_index(
        "uq_problem_ticket_live",
        "problem_ticket",
        ["problem_id", "ticket_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "proposal_ticket",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["recurrence_proposal.id"], name=op.f("fk_proposal_ticket_proposal_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_proposal_ticket_ticket_id")),
        sa.PrimaryKeyConstraint("proposal_id", "ticket_id", name=op.f("pk_proposal_ticket")),
    )

    op.create_table(
        "problem_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.Column("major_incident_id", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("service_people", sa.Text(), nullable=False),
        sa.Column("development_people", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("actions", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.CheckConstraint("kind <> 'joint' OR development_people <> ''", name=op.f("ck_problem_review_joint")),
        sa.CheckConstraint(
            "(problem_id IS NULL) <> (major_incident_id IS NULL)", name=op.f("ck_problem_review_subject")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_problem_review_account_id")),
        sa.ForeignKeyConstraint(
            ["major_incident_id"], ["major_incident.id"], name=op.f("fk_problem_review_major_incident_id")
        ),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_problem_review_problem_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_review")),
        sa.UniqueConstraint("submission", name=op.f("uq_problem_review_submission")),
    )

    op.create_index(op.f("ix_problem_review_major_incident_id"), "problem_review", ["major_incident_id"], unique=False)

    op.create_index(op.f("ix_problem_review_problem_id"), "problem_review", ["problem_id"], unique=False)

    op.create_table(
        "broadcast_recipient",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("resolves", sa.Boolean(), nullable=False),
        sa.Column("last_message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"], name=op.f("fk_broadcast_recipient_broadcast_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_broadcast_recipient_message_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_broadcast_recipient_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_recipient")),
        sa.UniqueConstraint("broadcast_id", "ticket_id", name=op.f("uq_broadcast_recipient_broadcast_id_ticket_id")),
    )

    op.create_index(op.f("ix_broadcast_recipient_ticket_id"), "broadcast_recipient", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("broadcast_recipient")
    op.drop_table("problem_review")
    op.drop_table("proposal_ticket")
    op.drop_table("problem_ticket")
    op.drop_table("major_update")
    op.drop_table("major_incident")
    op.drop_table("workaround")
    op.drop_table("recurrence_proposal")
    op.drop_table("problem_why")
    op.drop_table("problem_product")
    op.drop_table("broadcast")
    op.drop_table("problem")
