"""What was paid for a sale, and the VAT invoice that follows.

1. Payments have the day on which the money came. Together they are never more than the sum, nor less than nothing.
2. The payment that reaches the sum makes the VAT invoice, dated on the day of the last payment, exactly once.
3. Whoever writes a payment holds the sale's row. An entry made by mistake is taken back by the opposite one, as long
   as there is no VAT invoice; after that accounting corrects it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from helpdesk.aftersales import billing
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import money
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import PaymentRecorded, PaymentTakenBack
from helpdesk.models.contracts import BillingNotice, NoticeKind
from helpdesk.models.sales import Sale, SalePayment, SoldItem
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

LONGEST_NOTE = 1000


@dataclass(frozen=True)
class NewPayment:
    """Money that came, in cents of the sale's currency."""

    amount_cents: int
    paid_on: date
    note: str = ""


@command
def record_payment(sale: Sale, new: NewPayment, *, by: Actor, submission: str | None = None) -> SalePayment:
    """Enter money that came for a sale; when the whole sum is there, accounting is to write the VAT invoice."""
    require(by, Action.RECORD_PAYMENT, sale)
    sale = _held(sale)
    if submission and (known := _by_submission(submission)):
        return known  # a second click
    total, paid = total_of(sale.id), paid_of(sale.id)
    if errors := _wrong_in(sale, new, total - paid):
        raise Invalid(errors)
    kind, actor_id = by.reference
    payment = SalePayment(
        sale_id=sale.id, paid_on=new.paid_on, amount_cents=new.amount_cents, note=new.note.strip(), recorded_at=now(),
        actor_kind=kind, actor_id=actor_id, submission=submission,
    )  # fmt: skip
    db.session.add(payment)
    db.session.flush()
    is_paid = paid + new.amount_cents == total
    if is_paid:
        billing.notice_sale(sale, NoticeKind.VAT_INVOICE, total, _last_day(sale.id))
    record(PaymentRecorded(sale.id, payment_id=payment.id, amount_cents=new.amount_cents, is_paid=is_paid), by=by)
    return payment


@command
def take_payment_back(sale: Sale, payment_id: int, reason: str, *, by: Actor) -> SalePayment:
    """Undo an entry that was made by mistake, with the opposite one."""
    require(by, Action.RECORD_PAYMENT, sale)
    sale = _held(sale)
    query = select(SalePayment).where(SalePayment.id == payment_id, SalePayment.sale_id == sale.id)
    payment: SalePayment | None = db.session.scalar(query)
    if payment is None:
        raise NotFound
    if payment.reverses_id is not None:
        raise Conflict(_("This entry takes back another one already."), code="reversal")
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    known: SalePayment | None = db.session.scalar(select(SalePayment).where(SalePayment.reverses_id == payment.id))
    if known is not None:
        return known  # a second click
    if any(notice.kind is NoticeKind.VAT_INVOICE for notice in notices_of(sale.id)):
        raise Conflict(_("The VAT invoice was ordered already: accounting corrects what was paid."), code="invoiced")
    closed = billing.books_closed_until()
    if closed is not None and payment.paid_on <= closed:
        raise Invalid({"reason": [_("The books are closed up to %(day)s.", day=str(closed))]})
    kind, actor_id = by.reference
    reversal = SalePayment(
        sale_id=sale.id, paid_on=payment.paid_on, amount_cents=-payment.amount_cents,
        note=reason.strip()[:LONGEST_NOTE], reverses_id=payment.id, recorded_at=now(), actor_kind=kind,
        actor_id=actor_id,
    )  # fmt: skip
    db.session.add(reversal)
    db.session.flush()
    record(PaymentTakenBack(sale.id, payment_id=payment.id, reason=reversal.note), by=by)
    return reversal


def total_of(sale_id: int) -> int:
    """What the sale costs, in cents."""
    query = select(func.coalesce(func.sum(SoldItem.quantity * SoldItem.price_cents), 0))
    return int(db.session.scalar(query.where(SoldItem.sale_id == sale_id)) or 0)


def paid_of(sale_id: int) -> int:
    """What came for it so far, in cents."""
    query = select(func.coalesce(func.sum(SalePayment.amount_cents), 0))
    return int(db.session.scalar(query.where(SalePayment.sale_id == sale_id)) or 0)


def payments_of(sale_id: int) -> Sequence[SalePayment]:
    """The payments of a sale, in the order in which they were entered."""
    query = select(SalePayment).where(SalePayment.sale_id == sale_id)
    return db.session.scalars(query.order_by(SalePayment.id)).all()


def notices_of(sale_id: int) -> Sequence[BillingNotice]:
    """What accounting has to write, or has written, for a sale."""
    query = select(BillingNotice).where(BillingNotice.sale_id == sale_id)
    return db.session.scalars(query.order_by(BillingNotice.id)).all()


def _last_day(sale_id: int) -> date:
    """The day on which the last money came that was not taken back."""
    undone = select(SalePayment.reverses_id).where(SalePayment.reverses_id.is_not(None))
    query = select(func.max(SalePayment.paid_on)).where(
        SalePayment.sale_id == sale_id, SalePayment.amount_cents > 0, SalePayment.id.not_in(undone)
    )
    last: date = db.session.scalars(query).one()
    return last


def _wrong_in(sale: Sale, new: NewPayment, left: int) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if new.amount_cents <= 0:
        errors["amount_cents"] = [_("Give an amount above zero.")]
    elif left <= 0:
        errors["amount_cents"] = [_("The whole sum has been paid.")]
    elif new.amount_cents > left:
        errors["amount_cents"] = [_("Only %(amount)s is still to be paid.", amount=money(left, sale.currency))]
    closed = billing.books_closed_until()
    if new.paid_on > day_of(sale.organisation_id, now()):
        errors["paid_on"] = [_("This lies in the future.")]
    elif closed is not None and new.paid_on <= closed:
        errors["paid_on"] = [_("The books are closed up to %(day)s.", day=str(closed))]
    elif new.paid_on.year < 1990:
        errors["paid_on"] = [_("This is too long ago.")]
    if len(new.note) > LONGEST_NOTE:
        errors["note"] = [_("This is too long.")]
    return errors


def _held(sale: Sale) -> Sale:
    query = select(Sale).where(Sale.id == sale.id).with_for_update()
    found: Sale = db.session.scalars(query, execution_options={"populate_existing": True}).one()
    return found


def _by_submission(submission: str) -> SalePayment | None:
    found: SalePayment | None = db.session.scalar(select(SalePayment).where(SalePayment.submission == submission))
    return found
