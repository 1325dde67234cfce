"""Search: documents of any kind with their terms, how often each term stands, and words that mean the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_search"
down_revision = "0019_detection"
branch_labels = None
depends_on = None

INDEXED = "title_terms, body_terms, internal_terms, marks"
FORGET = (
    f"INSERT INTO search_index (search_index, rowid, {INDEXED}) VALUES "  # noqa: S608
    "('delete', old.id, old.title_terms, old.body_terms, old.internal_terms, old.marks);"
)
LEARN = (
    f"INSERT INTO search_index (rowid, {INDEXED}) VALUES "  # noqa: S608
    "(new.id, new.title_terms, new.body_terms, new.internal_terms, new.marks);"
)


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("internal", sa.Text(), nullable=False),
        sa.Column("title_terms", sa.Text(), nullable=False),
        sa.Column("body_terms", sa.Text(), nullable=False),
        sa.Column("internal_terms", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
    )
    op.create_index("uq_search_document_key", "search_document", ["kind", "key"], unique=True)
    by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "search_term",
        sa.Column("term", by_bytes, nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("backwards", by_bytes, nullable=True),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_search_term")),
    )
    op.create_index(
        "ix_search_term_backwards",
        "search_term",
        ["backwards"],
        sqlite_where=sa.text("backwards IS NOT NULL"),
        postgresql_where=sa.text("backwards IS NOT NULL"),
    )
    op.create_table(
        "search_total",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "language", name=op.f("pk_search_total")),
    )
    op.create_table(
        "search_synonym",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("words", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
    )
    op.create_table(
        "search_mark",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_mark")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_document_tokens", "search_document", ["tokens"], postgresql_using="gin")
        return
    # Every character but a space belongs to a term, whatever Unicode this SQLite knows.
    op.execute(
        f"CREATE VIRTUAL TABLE search_index USING fts5({INDEXED}, content='search_document', content_rowid='id', "
        "detail='none', columnsize=0, "
        "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cn'\")"
    )
    op.execute(f"CREATE TRIGGER search_document_learn AFTER INSERT ON search_document BEGIN {LEARN} END")
    op.execute(f"CREATE TRIGGER search_document_forget AFTER DELETE ON search_document BEGIN {FORGET} END")
    op.execute(
        f"CREATE TRIGGER search_document_change AFTER UPDATE OF {INDEXED} ON search_document BEGIN {FORGET} {LEARN} END"
    )


def downgrade() -> None:
    op.drop_table("search_mark")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_synonym")
    op.drop_table("search_total")
    op.drop_table("search_term")
    op.drop_table("search_document")
