"""Searches, what came of them, and past failed ones asked again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_searches"
down_revision = "0016_feedback"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "query_count",
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("without_result", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("span", "begins_on", "query", "field", "language", name=op.f("pk_query_count")),
    )

    op.create_index("ix_query_count_frequent", "query_count", ["span", "begins_on", "searches", "query"], unique=False)

    op.create_index(
        "ix_query_count_without_result",
        "query_count",
        ["span", "begins_on", "without_result", "query"],
        unique=False,
        sqlite_where=sa.text("without_result > 0"),
        postgresql_where=sa.text("without_result > 0"),
    )

    op.create_table(
        "search_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("refining", sa.Integer(), nullable=False),
        sa.Column("complex", sa.Integer(), nullable=False),
        sa.Column("without_result", sa.Integer(), nullable=False),
        sa.Column("reworded", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "field", "language", "role", name=op.f("pk_search_day")),
    )

    op.create_table(
        "search_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("after_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("opened_kind", sa.Text(), nullable=False),
        sa.Column("opened_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_log")),
    )

    op.create_index("ix_search_log_chain", "search_log", ["chain", "id"], unique=False)

    op.create_index("ix_search_log_query", "search_log", ["query", "id"], unique=False)

    op.create_index(
        "ix_search_log_ticket",
        "search_log",
        ["day", "field", "language", "query"],
        unique=False,
        sqlite_where=sa.text("outcome = 'ticket'"),
        postgresql_where=sa.text("outcome = 'ticket'"),
    )

    op.create_index(
        "ix_search_log_without_result",
        "search_log",
        ["day", "field", "language", "query"],
        unique=False,
        sqlite_where=sa.text("results = 0"),
        postgresql_where=sa.text("results = 0"),
    )

    op.create_table(
        "search_salt",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_search_salt")),
    )

    op.create_table(
        "backtest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("queries", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("answered_queries", sa.Integer(), nullable=False),
        sa.Column("answered_searches", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_backtest_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtest")),
    )

    op.create_index(op.f("ix_backtest_article_id"), "backtest", ["article_id"], unique=False)

    op.create_table(
        "backtest_query",
        sa.Column("backtest_id", sa.Integer(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["backtest_id"], ["backtest.id"], name=op.f("fk_backtest_query_backtest_id")),
        sa.PrimaryKeyConstraint("backtest_id", "query", "language", name=op.f("pk_backtest_query")),
    )


def downgrade() -> None:
    op.drop_table("backtest_query")
    op.drop_table("backtest")
    op.drop_table("search_salt")
    op.drop_table("search_log")
    op.drop_table("search_day")
    op.drop_table("query_count")
