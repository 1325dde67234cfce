"""The knowledge base: articles, languages and revisions, what readers said, and their use on tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_knowledge"
down_revision = "0013_sale"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["article_category.id"], name=op.f("fk_article_category_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_category")),
    )

    op.create_index(op.f("ix_article_category_parent_id"), "article_category", ["parent_id"], unique=False)

    op.create_table(
        "deflection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sitting", sa.Text(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opened", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket_followed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deflection")),
        sa.UniqueConstraint("sitting", name=op.f("uq_deflection_sitting")),
    )

    op.create_index(
        "ix_deflection_unknown",
        "deflection",
        ["shown_at"],
        unique=False,
        sqlite_where=sa.text("ticket_followed IS NULL"),
        postgresql_where=sa.text("ticket_followed IS NULL"),
    )

    op.create_index("ix_deflection_visitor", "deflection", ["visitor", "shown_at"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("source_language", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("useful", sa.Integer(), nullable=False),
        sa.Column("not_useful", sa.Integer(), nullable=False),
        sa.Column("reuses", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.CheckConstraint("(audience = 'line') = (line IS NOT NULL)", name=op.f("ck_article_line")),
        sa.CheckConstraint("replaced_by_id <> id", name=op.f("ck_article_replaced_by")),
        sa.ForeignKeyConstraint(["category_id"], ["article_category.id"], name=op.f("fk_article_category_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_article_owner_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["article.id"], name=op.f("fk_article_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("submission", name=op.f("uq_article_submission")),
    )

    op.create_index(op.f("ix_article_category_id"), "article", ["category_id"], unique=False)

    op.create_index(op.f("ix_article_owner_id"), "article", ["owner_id"], unique=False)

    op.create_index(
        "ix_article_review_on",
        "article",
        ["review_on"],
        unique=False,
        sqlite_where=sa.text("review_on IS NOT NULL"),
        postgresql_where=sa.text("review_on IS NOT NULL"),
    )

    op.create_index("ix_article_state", "article", ["state", "id"], unique=False)

    op.create_table(
        "article_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_address_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_address")),
        sa.UniqueConstraint("language", "slug", name=op.f("uq_article_address_language_slug")),
    )

    op.create_index(
        "uq_article_address_current",
        "article_address",
        ["article_id", "language"],
        unique=True,
        sqlite_where=sa.text("is_current = 1"),
        postgresql_where=sa.text("is_current"),
    )

    op.create_table(
        "article_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_file_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_file")),
    )

    op.create_index(op.f("ix_article_file_article_id"), "article_file", ["article_id"], unique=False)

    op.create_table(
        "article_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("of_source_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_revision_article_id")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_article_revision_author_id")),
        sa.ForeignKeyConstraint(
            ["of_source_id"], ["article_revision.id"], name=op.f("fk_article_revision_of_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_revision")),
        sa.UniqueConstraint(
            "article_id", "language", "number", name=op.f("uq_article_revision_article_id_language_number")
        ),
    )

    op.create_table(
        "article_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_task_article_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_article_task_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_task")),
    )

    op.create_index(
        "uq_article_task_query",
        "article_task",
        ["language", "query"],
        unique=True,
        sqlite_where=sa.text("state = 'open' AND query IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND query IS NOT NULL"),
    )

    op.create_table(
        "related_article",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("article_id <> other_id", name=op.f("ck_related_article_two_articles")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_related_article_article_id")),
        sa.ForeignKeyConstraint(["other_id"], ["article.id"], name=op.f("fk_related_article_other_id")),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_related_article")),
    )

    op.create_index(op.f("ix_related_article_other_id"), "related_article", ["other_id"], unique=False)

    op.create_table(
        "article_product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_product_article_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_article_product_product_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_article_product_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_product")),
        sa.UniqueConstraint(
            "article_id", "product_id", "version_id", name=op.f("uq_article_product_article_id_product_id_version_id")
        ),
    )

    op.create_index(op.f("ix_article_product_product_id"), "article_product", ["product_id"], unique=False)

    op.create_table(
        "article_translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("live_id", sa.Integer(), nullable=True),
        sa.Column("latest_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_translation_article_id")),
        sa.ForeignKeyConstraint(["latest_id"], ["article_revision.id"], name=op.f("fk_article_translation_latest_id")),
        sa.ForeignKeyConstraint(["live_id"], ["article_revision.id"], name=op.f("fk_article_translation_live_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_translation")),
        sa.UniqueConstraint("article_id", "language", name=op.f("uq_article_translation_article_id_language")),
    )

    op.create_index("ix_article_translation_live", "article_translation", ["live_id"], unique=False)

    op.create_table(
        "article_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_useful", sa.Boolean(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_vote_article_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["article_revision.id"], name=op.f("fk_article_vote_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_vote")),
        sa.UniqueConstraint("article_id", "reader", name=op.f("uq_article_vote_article_id_reader")),
    )

    op.create_table(
        "article_flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_article_flag_account_id")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_flag_article_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_article_flag_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_flag")),
    )

    op.create_index(op.f("ix_article_flag_article_id"), "article_flag", ["article_id"], unique=False)

    op.create_table(
        "article_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_article_use_article_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_article_use_operator_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_article_use_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_use")),
        sa.UniqueConstraint("ticket_id", "article_id", "kind", name=op.f("uq_article_use_ticket_id_article_id_kind")),
    )

    op.create_index(op.f("ix_article_use_article_id"), "article_use", ["article_id"], unique=False)
    append_only("article_revision")


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
    op.drop_table("article_use")
    op.drop_table("article_flag")
    op.drop_table("article_vote")
    op.drop_table("article_translation")
    op.drop_table("article_product")
    op.drop_table("related_article")
    op.drop_table("article_task")
    op.drop_table("article_revision")
    op.drop_table("article_file")
    op.drop_table("article_address")
    op.drop_table("article")
    op.drop_table("deflection")
    op.drop_table("article_category")
