"""The register of promises; what was promised before stands in it, told by the journal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012_promises"
down_revision = "0011_claims"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = {"resolution": "solution", "periodic_update": "news"}


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", BIG, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("revisit_id", BIG, nullable=True),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("moved_to_id", BIG, nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.CheckConstraint("from_at <= until_at", name=op.f("ck_promise_span")),
        sa.CheckConstraint(
            "ticket_id IS NOT NULL OR revisit_id IS NOT NULL", name=op.f("ck_promise_made_on_something")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_promise_contact_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["operator.id"], name=op.f("fk_promise_made_by_id")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["promise.id"], name=op.f("fk_promise_moved_to_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_promise_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["operator.id"], name=op.f("fk_promise_owner_id")),
        sa.ForeignKeyConstraint(["revisit_id"], ["revisit.id"], name=op.f("fk_promise_revisit_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_promise_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("submission", name=op.f("uq_promise_submission")),
    )
    planned: dict[str, Any] = {f"{kind}_where": sa.text("state = 'planned'") for kind in ("sqlite", "postgresql")}
    op.create_index("ix_promise_owner_due", "promise", ["owner_id", "until_at", "id"], **planned)
    op.create_index("ix_promise_due", "promise", ["until_at", "id"], **planned)
    op.create_index("ix_promise_period", "promise", ["until_at", "id", "state", "owner_id", "line", "organisation_id"])
    op.create_index("ix_promise_organisation", "promise", ["organisation_id", "until_at", "id"])
    op.create_index("ix_promise_ticket", "promise", ["ticket_id", "id"])
    op.create_index("ix_promise_contact", "promise", ["contact_id", "id"])
    visits: dict[str, Any] = {f"{kind}_where": sa.text("revisit_id IS NOT NULL") for kind in ("sqlite", "postgresql")}
    op.create_index("ix_promise_revisit", "promise", ["revisit_id"], **visits)
    fill()
    # the report on hours and contracts
    op.create_index("ix_hours_entry_period", "hours_entry", ["contract_id", "kind", "day", "minutes"])
    op.create_index("ix_billing_notice_dated", "billing_notice", ["dated", "contract_id"])


def downgrade() -> None:
    op.drop_index("ix_billing_notice_dated", "billing_notice")
    op.drop_index("ix_hours_entry_period", "hours_entry")
    op.drop_table("promise")


def fill() -> None:
    """What was agreed with clients in place of a clock's time: in the journal when, in the clock what became of it."""
    bind = op.get_bind()
    told = bind.execute(TOLD).mappings().all()
    clocks: dict[tuple[int, str, int], Any] = {}
    for clock in bind.execute(CLOCKS).mappings():
        clocks[clock["subject_id"], clock["kind"], clock["promised_for"]] = clock
    before: dict[tuple[int, str], Any] = {}
    for entry in told:
        payload = entry["payload"]
        promised_for, kind = payload["promised_for"], payload["clock"]
        until_at, key = datetime.fromtimestamp(promised_for, UTC), (entry["subject_id"], kind)
        decided = clocks.get((*key, promised_for))
        by = entry["actor_id"] if entry["actor_kind"] == "operator" else None
        values = {
            "organisation_id": entry["organisation_id"], "contact_id": entry["requester_id"],
            "ticket_id": entry["subject_id"], "clock": kind, "what": WORDS.get(kind, kind), "from_at": until_at,
            "until_at": until_at, "made_at": entry["at"], "made_by_id": by, "owner_id": by, "line": entry["line"],
            "channel": entry["channel"], "note": payload.get("note", ""), "told_at": entry["at"], "reason": "",
            **outcome(decided, promised_for),
        }  # fmt: skip
        new_id = bind.execute(sa.insert(PROMISE).values(values).returning(PROMISE.c.id)).scalar_one()
        if key in before:
            moved = {"state": "moved" if entry["at"] < before[key]["until_at"] else "broken",
                     "outcome_at": entry["at"], "moved_to_id": new_id}  # fmt: skip
            bind.execute(sa.update(PROMISE).where(PROMISE.c.id == before[key]["id"]).values(moved))
        before[key] = {"id": new_id, "until_at": until_at}


def outcome(clock: Any, promised_for: int) -> dict[str, Any]:
    """What became of the last promise of a clock."""
    if clock is None or clock["state"] == "cancelled":
        return {"state": "withdrawn", "outcome_at": None}
    if clock["stop_at"] is None:
        return {"state": "planned", "outcome_at": None}
    state = "kept" if clock["stop_at"] <= promised_for else "late"
    return {"state": state, "outcome_at": datetime.fromtimestamp(clock["stop_at"], UTC)}


class _Utc(sa.types.TypeDecorator[datetime]):
    """An instant; SQLite gives it back without its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


def _table(name: str, **columns: Any) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, kind) for column, kind in columns.items()))


INT, TEXT = sa.Integer(), sa.Text()
PROMISE = _table(
    "promise", id=BIG, organisation_id=INT, contact_id=INT, ticket_id=BIG, clock=TEXT, what=TEXT, from_at=_Utc(),
    until_at=_Utc(), made_at=_Utc(), made_by_id=INT, owner_id=INT, line=INT, channel=TEXT, state=TEXT, moved_to_id=BIG,
    told_at=_Utc(), outcome_at=_Utc(), note=TEXT, reason=TEXT,
)  # fmt: skip
JOURNAL = _table("journal", id=BIG, at=_Utc(), fact=TEXT, subject_kind=TEXT, subject_id=BIG, actor_kind=TEXT,
                 actor_id=BIG, payload=sa.JSON())  # fmt: skip
TICKET = _table("ticket", id=BIG, organisation_id=INT, requester_id=INT, line=INT, channel=TEXT)
CLOCK = _table("sla_clock", subject_kind=TEXT, subject_id=BIG, kind=TEXT, promised_for=BIG, stop_at=BIG, state=TEXT)
TOLD = (
    sa.select(JOURNAL, TICKET.c.organisation_id, TICKET.c.requester_id, TICKET.c.line, TICKET.c.channel)
    .join(TICKET, TICKET.c.id == JOURNAL.c.subject_id)
    .where(JOURNAL.c.fact == "TimePromised", JOURNAL.c.subject_kind == "ticket").order_by(JOURNAL.c.id)
)  # fmt: skip
CLOCKS = sa.select(CLOCK).where(CLOCK.c.subject_kind == "ticket", CLOCK.c.promised_for.is_not(None))
