"""Sales: enquiries and quotations, the handover to operations with its checklist, payments, parts of products."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_sale"
down_revision = "0012_promises"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installed_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("installed_product_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part_number", sa.Text(), nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=True),
        sa.Column("replaced_on", sa.Date(), nullable=True),
        sa.CheckConstraint("interval_days > 0", name=op.f("ck_installed_part_interval")),
        sa.ForeignKeyConstraint(
            ["installed_product_id"], ["installed_product.id"], name=op.f("fk_installed_part_installed_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installed_part")),
    )
    op.create_index(op.f("ix_installed_part_installed_product_id"), "installed_part", ["installed_product_id"])

    op.create_table(
        "enquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_complex", sa.Boolean(), nullable=False),
        sa.Column("specialist_id", sa.Integer(), nullable=True),
        sa.Column("quotation_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["specialist_id"], ["operator.id"], name=op.f("fk_enquiry_specialist_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_enquiry_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_enquiry_ticket_id")),
    )
    op.create_index("ix_enquiry_open", "enquiry", ["id"], **only_where("state IN ('received', 'clarifying', 'quoted')"))
    op.create_index("ix_enquiry_state", "enquiry", ["state", "id"])

    op.create_table(
        "sale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_sale_contact_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_sale_contract_id")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_sale_enquiry_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_sale_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["operator.id"], name=op.f("fk_sale_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale")),
        sa.UniqueConstraint("enquiry_id", name=op.f("uq_sale_enquiry_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_sale_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_sale_submission")),
    )
    op.create_index("ix_sale_organisation", "sale", ["organisation_id", "id"])

    op.create_table(
        "quotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_quotation_costs_something")),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_quotation_enquiry_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_quotation_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
    )
    op.create_index(op.f("ix_quotation_enquiry_id"), "quotation", ["enquiry_id"])

    op.create_table(
        "sale_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_sale_payment_moves_something")),
        sa.ForeignKeyConstraint(["reverses_id"], ["sale_payment.id"], name=op.f("fk_sale_payment_reverses_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_payment_sale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_payment")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_sale_payment_reverses_id")),
        sa.UniqueConstraint("submission", name=op.f("uq_sale_payment_submission")),
    )
    op.create_index(op.f("ix_sale_payment_sale_id"), "sale_payment", ["sale_id"])

    op.create_table(
        "sale_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("is_wrong", sa.Boolean(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["operator.id"], name=op.f("fk_sale_point_owner_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_point_sale_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sale_point_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_point")),
        sa.UniqueConstraint("sale_id", "kind", name=op.f("uq_sale_point_sale_id_kind")),
    )
    op.create_index("ix_sale_point_open", "sale_point", ["sale_id"], **only_where("done_at IS NULL"))

    op.create_table(
        "sold_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sale_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("price_cents >= 0", name=op.f("ck_sold_item_price")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sold_item_sells_something")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sold_item_product_id")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sold_item_sale_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sold_item")),
    )
    op.create_index(op.f("ix_sold_item_sale_id"), "sold_item", ["sale_id"])

    op.create_table(
        "sold_unit",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("installed_product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["installed_product_id"], ["installed_product.id"], name=op.f("fk_sold_unit_installed_product_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["sold_item.id"], name=op.f("fk_sold_unit_item_id")),
        sa.PrimaryKeyConstraint("item_id", "installed_product_id", name=op.f("pk_sold_unit")),
    )
    op.create_index(op.f("ix_sold_unit_installed_product_id"), "sold_unit", ["installed_product_id"])

    # In place: copying the table would read the indexes of others, of which some are on expressions.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE billing_notice ADD COLUMN sale_id INTEGER "
            "CONSTRAINT fk_billing_notice_sale_id REFERENCES sale (id)"
        )
    else:
        op.add_column("billing_notice", sa.Column("sale_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_billing_notice_sale_id", "billing_notice", "sale", ["sale_id"], ["id"])
    op.create_index(
        "uq_billing_notice_sale",
        "billing_notice",
        ["sale_id", "kind"],
        unique=True,
        **only_where("sale_id IS NOT NULL"),
    )
    op.add_column("installed_product", sa.Column("trained_on", sa.Date(), nullable=True))
    op.add_column("installed_product", sa.Column("free_upgrades_until", sa.Date(), nullable=True))

    # Enquiries that are open already get their row; those that have ended stay as they are.
    op.execute(
        "INSERT INTO enquiry (ticket_id, kind, state, is_complex, quotation_asked_at, reason, created_at) "
        "SELECT id, 'quotation', 'received', FALSE, opened_at, '', opened_at FROM ticket "
        "WHERE type = 'enquiry' AND is_open AND import_id IS NULL ORDER BY id"
    )

    append_only("quotation")
    append_only("sale_payment")


def only_where(condition: str) -> dict[str, Any]:
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
    op.drop_column("installed_product", "free_upgrades_until")
    op.drop_column("installed_product", "trained_on")
    op.drop_index("uq_billing_notice_sale", "billing_notice")
    op.drop_column("billing_notice", "sale_id")
    op.drop_table("sold_unit")
    op.drop_table("sold_item")
    op.drop_table("sale_point")
    op.drop_table("sale_payment")
    op.drop_table("quotation")
    op.drop_table("sale")
    op.drop_table("enquiry")
    op.drop_table("installed_part")
