"""What clients are asked about their satisfaction, and what they answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022_satisfaction"
down_revision = "0021_group_links"
branch_labels = None
depends_on = None

IS_PLANNED, IS_SENT, IS_ANSWERED = (sa.text(f"state = '{word}'") for word in ("planned", "sent", "answered"))
HAS_LEAD = sa.text("asked_with_id IS NOT NULL")
OF_CYCLE = sa.text("kind IN ('csat', 'ces') AND ticket_id IS NOT NULL")
OF_REVISIT = sa.text("kind = 'revisit'")
OF_QUARTER = sa.text("kind = 'nps' AND organisation_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "survey_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_with", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_question")),
    )

    op.create_table(
        "survey",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revisit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("component_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("ticket_type", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=True),
        sa.Column("asked_with_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed_by_silence", sa.Boolean(), nullable=False),
        sa.Column("sample_point", sa.Integer(), nullable=False),
        sa.Column("sample_percent", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("via", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("words_erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.Column("handled_note", sa.Text(), nullable=False),
        sa.Column("claim_ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(state = 'answered') = (score IS NOT NULL)", name=op.f("ck_survey_score")),
        sa.CheckConstraint("(state = 'not_sent') = (reason IS NOT NULL)", name=op.f("ck_survey_reason")),
        sa.ForeignKeyConstraint(["asked_with_id"], ["survey.id"], name=op.f("fk_survey_asked_with_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_survey_category_id")),
        sa.ForeignKeyConstraint(["claim_ticket_id"], ["ticket.id"], name=op.f("fk_survey_claim_ticket_id")),
        sa.ForeignKeyConstraint(["component_id"], ["component.id"], name=op.f("fk_survey_component_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_survey_contact_id")),
        sa.ForeignKeyConstraint(["handled_by"], ["account.id"], name=op.f("fk_survey_handled_by")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_survey_operator_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_survey_organisation_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_survey_product_id")),
        sa.ForeignKeyConstraint(["revisit_id"], ["revisit.id"], name=op.f("fk_survey_revisit_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_survey_team_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_survey_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )

    op.create_index(
        "ix_survey_answered",
        "survey",
        ["answered_at"],
        unique=False,
        sqlite_where=sa.text("state = 'answered'"),
        postgresql_where=sa.text("state = 'answered'"),
    )

    op.create_index("ix_survey_contact", "survey", ["contact_id", "sent_at"], unique=False)

    op.create_index(
        "ix_survey_due",
        "survey",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )

    op.create_index(
        "ix_survey_expires",
        "survey",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )

    op.create_index("ix_survey_happened", "survey", ["happened_at", "kind"], unique=False)

    op.create_index(
        "ix_survey_sent",
        "survey",
        ["sent_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NOT NULL"),
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )

    op.create_index(
        "ix_survey_operator",
        "survey",
        ["operator_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'answered'"),
        postgresql_where=sa.text("state = 'answered'"),
    )

    op.create_index("ix_survey_ticket", "survey", ["ticket_id"], unique=False)

    op.create_index(
        "ix_survey_with",
        "survey",
        ["asked_with_id"],
        unique=False,
        sqlite_where=sa.text("asked_with_id IS NOT NULL"),
        postgresql_where=sa.text("asked_with_id IS NOT NULL"),
    )

    op.create_index(
        "uq_survey_cycle",
        "survey",
        ["ticket_id", "cycle", "kind"],
        unique=True,
        sqlite_where=sa.text("kind IN ('csat', 'ces') AND ticket_id IS NOT NULL"),
        postgresql_where=sa.text("kind IN ('csat', 'ces') AND ticket_id IS NOT NULL"),
    )

    op.create_index(
        "uq_survey_quarter",
        "survey",
        ["organisation_id", "cycle"],
        unique=True,
        sqlite_where=sa.text("kind = 'nps' AND organisation_id IS NOT NULL"),
        postgresql_where=sa.text("kind = 'nps' AND organisation_id IS NOT NULL"),
    )

    op.create_index(
        "uq_survey_revisit",
        "survey",
        ["revisit_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'revisit'"),
        postgresql_where=sa.text("kind = 'revisit'"),
    )

    op.create_table(
        "survey_answer",
        sa.Column("survey_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["survey_question.id"], name=op.f("fk_survey_answer_question_id")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_answer_survey_id")),
        sa.PrimaryKeyConstraint("survey_id", "question_id", name=op.f("pk_survey_answer")),
    )

    op.create_index(op.f("ix_survey_answer_question_id"), "survey_answer", ["question_id"], unique=False)


def downgrade() -> None:
    op.drop_table("survey_answer")
    op.drop_table("survey")
    op.drop_table("survey_question")
