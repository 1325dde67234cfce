"""What accounting has to invoice: what waits, and batches that are taken exactly once."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from helpdesk.aftersales import billing
from helpdesk.aftersales.billing import NoticeShown
from helpdesk.aftersales.documents import notice_row
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Instant
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import NotFound
from helpdesk.models.contracts import BatchState, BillingBatch, NoticeKind
from helpdesk.policy.actor import Actor

bp = Blueprint("billing", __name__, description="Notices for accounting. The desk writes no invoices itself.")


class BillingNoticeSchema(Shown):
    """What is to be invoiced, and the rule that made it; money in cents, null where accounting knows the price."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(NoticeKind)})
    rule = fields.String()
    dated = fields.String(metadata={"format": "date"})
    organisation = NameOrNull()
    contract = NameOrNull()
    ticket = NameOrNull()
    period = NameOrNull()
    minutes = fields.Integer(allow_none=True)
    rate_cents = fields.Integer(allow_none=True)
    amount_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    what = fields.String()


class BillingNoticesSchema(Shown):
    """Notices, the oldest first."""

    notices = fields.List(fields.Nested(BillingNoticeSchema))


class BatchSchema(Shown):
    """What was taken at once."""

    id = fields.Integer()
    state = fields.String(metadata={"enum": list(BatchState)})
    taken_at = Instant()
    ended_at = Instant(allow_none=True)


class BatchesSchema(Shown):
    """What was taken, the last first."""

    batches = fields.List(fields.Nested(BatchSchema))


class WholeBatchSchema(BatchSchema):
    """A batch with its notices."""

    notices = fields.List(fields.Nested(BillingNoticeSchema))


def _rows(shown: list[NoticeShown]) -> list[dict[str, Any]]:
    return [notice_row(each) for each in shown]


def _whole(batch: BillingBatch, actor: Actor) -> dict[str, Any]:
    return {
        "id": batch.id, "state": batch.state, "taken_at": batch.taken_at, "ended_at": batch.ended_at,
        "notices": _rows(billing.notices_of(batch.id, for_=actor)),
    }  # fmt: skip


NOTICES = Representation(BillingNoticesSchema(), None, of=lambda shown, _actor: {"notices": _rows(shown)})
BATCHES = Representation(BatchesSchema(), None, of=lambda rows, _actor: {"batches": rows})
BATCH = Representation(WholeBatchSchema(), None, of=_whole)


@bp.get("/billing/notices")
@bp.gives(200, NOTICES)
def waiting() -> list[NoticeShown]:
    """Read the notices that nobody has taken."""
    return billing.notices_of(None, for_=current_actor())


@bp.get("/billing/batches")
@bp.gives(200, BATCHES)
def index() -> list[BillingBatch]:
    """List what was taken, the last first."""
    return list(billing.batches(for_=current_actor()))


@bp.post("/billing/batches")
@bp.gives(201, BATCH, empty="Nothing waits.")
def take() -> BillingBatch | None:
    """Take all notices that wait as one batch; nobody else gets them."""
    return billing.take_notices(by=current_actor())


@bp.get("/billing/batches/<row_id:batch_id>")
@bp.gives(200, BATCH)
def show(batch_id: int) -> BillingBatch:
    """Read a batch with its notices."""
    _refuse_clients()
    return billing.get_batch(batch_id, for_=current_actor())


@bp.post("/billing/batches/<row_id:batch_id>/confirmation")
@bp.gives(200, BATCH)
def confirm(batch_id: int) -> BillingBatch:
    """It is in the books."""
    _refuse_clients()
    return billing.confirm_batch(batch_id, by=current_actor())


@bp.post("/billing/batches/<row_id:batch_id>/release")
@bp.gives(200, BATCH)
def release(batch_id: int) -> BillingBatch:
    """It did not arrive: its notices wait again."""
    _refuse_clients()
    return billing.release_batch(batch_id, by=current_actor())


def _refuse_clients() -> None:
    """For a client there is no batch."""
    if not current_actor().is_staff:
        raise NotFound
