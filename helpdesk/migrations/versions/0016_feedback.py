"""Product feedback: wishes, who wants them, the product owner's answers, who gets the report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_feedback"
down_revision = "0015_problems"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_feedback_schedule_account_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_feedback_schedule_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_schedule")),
    )

    op.create_index(
        "ix_feedback_schedule_next",
        "feedback_schedule",
        ["next_on"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_index(
        "uq_feedback_schedule_live",
        "feedback_schedule",
        ["account_id", sa.literal_column("coalesce(product_id, 0)"), "every"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_webhook_account_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_webhook_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("submission", name=op.f("uq_webhook_submission")),
    )

    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_wish_merged_into")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_wish_account_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["wish.id"], name=op.f("fk_wish_merged_into_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_wish_need_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_wish_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("need_id", name=op.f("uq_wish_need_id")),
        sa.UniqueConstraint("submission", name=op.f("uq_wish_submission")),
    )

    op.create_index("ix_wish_product", "wish", ["product_id", "id"], unique=False)

    op.create_table(
        "owner_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.Column("wish_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.CheckConstraint("verdict <> 'declined' OR reason <> ''", name=op.f("ck_owner_answer_declined")),
        sa.CheckConstraint("(problem_id IS NULL) <> (wish_id IS NULL)", name=op.f("ck_owner_answer_item")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_owner_answer_account_id")),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_owner_answer_problem_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_owner_answer_product_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_owner_answer_version_id")),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_owner_answer_wish_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_answer")),
        sa.UniqueConstraint("submission", name=op.f("uq_owner_answer_submission")),
    )

    op.create_index(op.f("ix_owner_answer_problem_id"), "owner_answer", ["problem_id"], unique=False)

    op.create_index(op.f("ix_owner_answer_wish_id"), "owner_answer", ["wish_id"], unique=False)

    op.create_table(
        "wish_supporter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("organisation_id IS NOT NULL OR contact_id IS NOT NULL", name=op.f("ck_wish_supporter_who")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_wish_supporter_contact_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_wish_supporter_organisation_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_wish_supporter_ticket_id")),
        sa.ForeignKeyConstraint(["wish_id"], ["wish.id"], name=op.f("fk_wish_supporter_wish_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish_supporter")),
        sa.UniqueConstraint("wish_id", "contact_id", name=op.f("uq_wish_supporter_wish_id_contact_id")),
    )

    op.create_index(
        "uq_wish_supporter_organisation",
        "wish_supporter",
        ["wish_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("contact_id IS NULL"),
        postgresql_where=sa.text("contact_id IS NULL"),
    )

    op.create_index(op.f("ix_wish_supporter_contact_id"), "wish_supporter", ["contact_id"], unique=False)

    op.create_index(op.f("ix_wish_supporter_ticket_id"), "wish_supporter", ["ticket_id"], unique=False)
    append_only("owner_answer")


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
    op.drop_table("wish_supporter")
    op.drop_table("owner_answer")
    op.drop_table("wish")
    op.drop_table("webhook")
    op.drop_table("feedback_schedule")
