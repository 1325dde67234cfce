"""Care plans, programmes, revisits with their outcomes, needs, referrals, calendar feeds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_care"
down_revision = "0008_duties"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def only(condition: str) -> dict[str, Any]:
    """A partial index, said to both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("min_gap_days", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
        sa.UniqueConstraint("name", name=op.f("uq_care_plan_name")),
    )
    op.create_table(
        "care_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("offset_days", sa.Integer(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.CheckConstraint("(offset_days IS NULL) <> (rule IS NULL)", name=op.f("ck_care_step_offset_or_rule")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_step_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_step")),
    )
    op.create_index("ix_care_step_plan_id", "care_step", ["plan_id"])

    op.create_table(
        "care",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Date(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("planned_until", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_care_contact_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_care_contract_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_care_operator_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_care_organisation_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_care_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care")),
    )
    op.create_index("ix_care_ahead", "care", ["planned_until"], **only("ended_at IS NULL"))
    op.create_index("ix_care_organisation_id", "care", ["organisation_id"])
    op.create_index("ix_care_plan_id", "care", ["plan_id"])

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_calendar_feed_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    op.create_index("ix_calendar_feed_account_id", "calendar_feed", ["account_id"])

    op.create_table(
        "revisit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("care_id", sa.Integer(), nullable=True),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", BIG_ID, nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("nominal_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_words", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_to_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["care_id"], ["care.id"], name=op.f("fk_revisit_care_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_revisit_contact_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_revisit_contract_id")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["revisit.id"], name=op.f("fk_revisit_moved_to_id")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.id"], name=op.f("fk_revisit_operator_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_revisit_organisation_id")),
        sa.ForeignKeyConstraint(["step_id"], ["care_step.id"], name=op.f("fk_revisit_step_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_revisit_team_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_revisit_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisit")),
        sa.UniqueConstraint("moved_to_id", name=op.f("uq_revisit_moved_to_id")),
    )
    op.create_index("ix_revisit_contact", "revisit", ["contact_id", "planned_on"])
    op.create_index("ix_revisit_day", "revisit", ["planned_on", "id"])
    op.create_index("ix_revisit_operator", "revisit", ["operator_id", "planned_on"])
    op.create_index("ix_revisit_organisation", "revisit", ["organisation_id", "planned_on"])
    op.create_index("ix_revisit_step_id", "revisit", ["step_id"])
    op.create_index("ix_revisit_team", "revisit", ["team_id", "planned_on"])
    op.create_index("ix_revisit_to_miss", "revisit", ["latest_on"], **only("ended_at IS NULL"))
    op.create_index(
        "ix_revisit_to_prepare", "revisit", ["planned_on"], **only("prepared_at IS NULL AND ended_at IS NULL")
    )
    op.create_index(
        "uq_revisit_nominal",
        "revisit",
        ["care_id", "step_id", "nominal_on"],
        unique=True,
        **only("care_id IS NOT NULL AND step_id IS NOT NULL AND state <> 'moved'"),
    )

    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("revisit_id", BIG_ID, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("enquiry_ticket_id", BIG_ID, nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enquiry_ticket_id"], ["ticket.id"], name=op.f("fk_need_enquiry_ticket_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_need_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["operator.id"], name=op.f("fk_need_owner_id")),
        sa.ForeignKeyConstraint(["revisit_id"], ["revisit.id"], name=op.f("fk_need_revisit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index("ix_need_list", "need", ["state", "id"])
    op.create_index("ix_need_organisation_id", "need", ["organisation_id"])
    op.create_index("ix_need_revisit_id", "need", ["revisit_id"])

    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("revisit_id", BIG_ID, nullable=True),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_referral_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["operator.id"], name=op.f("fk_referral_owner_id")),
        sa.ForeignKeyConstraint(["revisit_id"], ["revisit.id"], name=op.f("fk_referral_revisit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_list", "referral", ["state", "id"])
    op.create_index("ix_referral_organisation_id", "referral", ["organisation_id"])
    op.create_index("ix_referral_revisit_id", "referral", ["revisit_id"])

    op.create_table(
        "revisit_outcome",
        sa.Column("revisit_id", BIG_ID, nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("problem_ticket_id", BIG_ID, nullable=True),
        sa.Column("parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_revisit_id", BIG_ID, nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("client_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_revisit_outcome_satisfaction")),
        sa.ForeignKeyConstraint(["next_revisit_id"], ["revisit.id"], name=op.f("fk_revisit_outcome_next_revisit_id")),
        sa.ForeignKeyConstraint(
            ["problem_ticket_id"], ["ticket.id"], name=op.f("fk_revisit_outcome_problem_ticket_id")
        ),
        sa.ForeignKeyConstraint(["revisit_id"], ["revisit.id"], name=op.f("fk_revisit_outcome_revisit_id")),
        sa.PrimaryKeyConstraint("revisit_id", name=op.f("pk_revisit_outcome")),
    )
    op.create_index("ix_revisit_outcome_recorded_at", "revisit_outcome", ["recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_revisit_outcome_recorded_at", "revisit_outcome")

    op.drop_table("revisit_outcome")
    op.drop_index("ix_referral_revisit_id", "referral")
    op.drop_index("ix_referral_organisation_id", "referral")
    op.drop_index("ix_referral_list", "referral")

    op.drop_table("referral")
    op.drop_index("ix_need_revisit_id", "need")
    op.drop_index("ix_need_organisation_id", "need")
    op.drop_index("ix_need_list", "need")

    op.drop_table("need")
    op.drop_index("uq_revisit_nominal", "revisit")
    op.drop_index("ix_revisit_to_prepare", "revisit")
    op.drop_index("ix_revisit_to_miss", "revisit")
    op.drop_index("ix_revisit_team", "revisit")
    op.drop_index("ix_revisit_step_id", "revisit")
    op.drop_index("ix_revisit_organisation", "revisit")
    op.drop_index("ix_revisit_operator", "revisit")
    op.drop_index("ix_revisit_day", "revisit")
    op.drop_index("ix_revisit_contact", "revisit")

    op.drop_table("revisit")
    op.drop_index("ix_calendar_feed_account_id", "calendar_feed")

    op.drop_table("calendar_feed")
    op.drop_index("ix_care_plan_id", "care")
    op.drop_index("ix_care_organisation_id", "care")
    op.drop_index("ix_care_ahead", "care")

    op.drop_table("care")
    op.drop_index("ix_care_step_plan_id", "care_step")

    op.drop_table("care_step")
    op.drop_table("care_plan")
