"""Billing notices: what accounting has to invoice, by which rule, taken exactly once.

1. A notice for a piece of work is unique by work and rule, one for a month by contract, month and rule: whatever runs
   twice makes nothing twice.
2. Accounting takes a batch of all that waits, and confirms it when it is in the books there; or releases it, and the
   notices wait again.
3. Work that is taken back cancels a notice nobody took; one that was taken is answered by a credit.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update

from helpdesk.aftersales.terms import terms_of
from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting, write_settings
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.entitlement.desk import desk_today
from helpdesk.events import ConfigurationChanged, NoticesTaken
from helpdesk.models.contracts import (
    BatchState,
    BillingBatch,
    BillingNotice,
    Contract,
    ContractTerms,
    NoticeKind,
    Plan,
    WorkLog,
)
from helpdesk.models.people import Organisation
from helpdesk.models.sales import Sale
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

MONTHLY_FEE = "monthly_fee"
PRODUCT_SALE = "product_sale"


@dataclass(frozen=True)
class BillingSettings:
    """Settings of what is invoiced."""

    books_closed_until: str = setting("", "The last day up to which no work may be entered any more (2026-10-31).")


@dataclass(frozen=True)
class NoticeShown:
    """A notice as it is exported, its client and contract by name."""

    notice: BillingNotice
    organisation: str
    contract: str
    ticket: str


def books_closed_until() -> date | None:
    """The last day of the periods that are closed; None where none is."""
    text = read_settings(BillingSettings).books_closed_until
    return date.fromisoformat(text) if text else None


@command
def close_books(until: date | None, *, by: Actor) -> None:
    """Let no work be entered any more for this day and before; None opens the books again."""
    require(by, Action.EXPORT_BILLING)
    if until is not None and until > desk_today():
        raise Invalid({"until": [_("This lies in the future.")]})
    value = until.isoformat() if until else ""
    write_settings(BillingSettings, {"books_closed_until": value})
    record(ConfigurationChanged(0, what="books", change={"closed_until": value}), by=by)


def notice_work(contract: Contract, terms: ContractTerms, work: WorkLog, on: date) -> BillingNotice:
    """A proforma for what no plan and no hours cover of a piece of work. Part of a larger activity."""
    notice = BillingNotice(
        organisation_id=contract.organisation_id, contract_id=contract.id, kind=NoticeKind.PROFORMA, rule=work.rule,
        dated=on, work_log_id=work.id, minutes=work.chargeable_minutes, rate_cents=terms.hourly_rate_cents,
        amount_cents=price(work.chargeable_minutes, terms.hourly_rate_cents), currency=terms.currency,
        what=f"{NUMBER_PREFIX}{work.ticket_id}", created_at=now(),
    )  # fmt: skip
    db.session.add(notice)
    db.session.flush()
    return notice


def notice_sale(sale: Sale, kind: NoticeKind, amount_cents: int, on: date) -> BillingNotice:
    """A proforma or a VAT invoice for a sale, one of each at most. Part of a larger activity that holds its row."""
    query = select(BillingNotice).where(BillingNotice.sale_id == sale.id, BillingNotice.kind == kind)
    known: BillingNotice | None = db.session.scalar(query)
    if known is not None:
        return known
    notice = BillingNotice(
        organisation_id=sale.organisation_id, contract_id=sale.contract_id, kind=kind, rule=PRODUCT_SALE, dated=on,
        sale_id=sale.id, amount_cents=amount_cents, currency=sale.currency,
        what=f"{sale.number} {sale.reference}" if sale.reference else sale.number, created_at=now(),
    )  # fmt: skip
    db.session.add(notice)
    db.session.flush()
    return notice


def take_back(work: WorkLog, reversal: WorkLog) -> None:
    """Undo the notice of a piece of work: cancelled where nobody took it, else with a credit."""
    notice = db.session.scalar(
        select(BillingNotice).where(BillingNotice.work_log_id == work.id).with_for_update()
    )  # fmt: skip
    if notice is None or notice.cancelled_at is not None:
        return
    if notice.batch_id is None:
        notice.cancelled_at = now()
        return
    db.session.add(BillingNotice(
        organisation_id=notice.organisation_id, contract_id=notice.contract_id, kind=NoticeKind.CREDIT,
        rule=notice.rule, dated=desk_today(), work_log_id=reversal.id, minutes=-(notice.minutes or 0),
        rate_cents=notice.rate_cents, amount_cents=None if notice.amount_cents is None else -notice.amount_cents,
        currency=notice.currency, what=notice.what, created_at=now(),
    ))  # fmt: skip


def price(minutes: int, rate_cents: int | None) -> int | None:
    """Cents for so many minutes at an hourly rate, half a cent rounded up; None where the rate is not known."""
    return None if rate_cents is None else (2 * minutes * rate_cents + 60) // 120


@command
def bill_months(limit: int = 500) -> int:
    """A VAT invoice for each whole month of a monthly plan that has ended and has none yet; returns how many.

    A month in which the plan held for some days only is charged by its days. Months before the terms were recorded
    are not looked for: they were invoiced before this desk knew of them.
    """
    monthly = (
        select(Contract).join(ContractTerms, ContractTerms.contract_id == Contract.id)
        .where(ContractTerms.plan == Plan.MONTHLY, ContractTerms.monthly_fee_cents.is_not(None))
        .distinct().order_by(Contract.id)
    )  # fmt: skip
    count = 0
    for contract in db.session.scalars(monthly).all():
        known = set(db.session.scalars(
            select(BillingNotice.period).where(BillingNotice.contract_id == contract.id,
                                               BillingNotice.rule == MONTHLY_FEE)
        ))  # fmt: skip
        terms = terms_of(contract.id)
        for first in _months_of(contract, terms):
            if f"{first:%Y-%m}" not in known and _bill_month(contract, terms, first):
                count += 1
        if count >= limit:
            break
    return count


def _months_of(contract: Contract, terms: Sequence[ContractTerms]) -> Iterator[date]:
    """The first days of the months that have ended since the contract began and its terms were recorded."""
    today = day_of(contract.organisation_id, now())
    recorded = min(day_of(contract.organisation_id, each.recorded_at) for each in terms)
    month, last = max(contract.valid_from, recorded).replace(day=1), min(today, contract.valid_until or today)
    while _last_day(month) < today and month <= last:
        yield month
        month = _last_day(month) + timedelta(days=1)


def _bill_month(contract: Contract, terms: Sequence[ContractTerms], first: date) -> bool:
    last, cents, held, currency = _last_day(first), 0, 0, ""
    for number in range(last.day):
        on = first + timedelta(days=number)
        if on < contract.valid_from or (contract.valid_until is not None and on > contract.valid_until):
            continue
        that_day = next((each for each in reversed(terms) if each.valid_from <= on), None)
        if that_day is not None and that_day.plan is Plan.MONTHLY and that_day.monthly_fee_cents:
            held, cents, currency = held + 1, cents + that_day.monthly_fee_cents, that_day.currency
    if not held:
        return False
    db.session.add(BillingNotice(
        organisation_id=contract.organisation_id, contract_id=contract.id, kind=NoticeKind.VAT_INVOICE,
        rule=MONTHLY_FEE, dated=last, period=f"{first:%Y-%m}", amount_cents=(2 * cents + last.day) // (2 * last.day),
        currency=currency, what=f"{first:%Y-%m}" + ("" if held == last.day else f" ({held}/{last.day})"),
        created_at=now(),
    ))  # fmt: skip
    db.session.flush()
    return True


def _last_day(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@command
def take_notices(*, by: Actor) -> BillingBatch | None:
    """Take all that waits as one batch; None where nothing does. Two who take at once never take the same."""
    require(by, Action.EXPORT_BILLING)
    kind, actor_id = by.reference
    batch = BillingBatch(state=BatchState.TAKEN, taken_at=now(), taken_by={"kind": kind, "id": actor_id})
    db.session.add(batch)
    db.session.flush()
    taken: list[int] = list(db.session.scalars(
        update(BillingNotice).where(BillingNotice.batch_id.is_(None), BillingNotice.cancelled_at.is_(None))
        .values(batch_id=batch.id).returning(BillingNotice.id)
    ))  # fmt: skip
    if not taken:
        db.session.delete(batch)
        return None
    record(NoticesTaken(batch.id, notices=len(taken), step=BatchState.TAKEN.value), by=by)
    return batch


@command
def confirm_batch(batch_id: int, *, by: Actor) -> BillingBatch:
    """Accounting has it in its books."""
    return _end(batch_id, BatchState.CONFIRMED, by=by)


@command
def release_batch(batch_id: int, *, by: Actor) -> BillingBatch:
    """Accounting did not get it: its notices wait again."""
    batch = _end(batch_id, BatchState.RELEASED, by=by)
    db.session.execute(update(BillingNotice).where(BillingNotice.batch_id == batch.id).values(batch_id=None))
    return batch


def notices_of(batch_id: int | None, *, for_: Actor) -> list[NoticeShown]:
    """The notices of a batch; of None those that wait."""
    require(for_, Action.EXPORT_BILLING)
    query = (
        select(BillingNotice, Organisation.name, Contract.number, WorkLog.ticket_id)
        .join(Organisation, Organisation.id == BillingNotice.organisation_id, isouter=True)
        .join(Contract, Contract.id == BillingNotice.contract_id, isouter=True)
        .join(WorkLog, WorkLog.id == BillingNotice.work_log_id, isouter=True)
        .order_by(BillingNotice.id)
    )  # fmt: skip
    if batch_id is None:
        query = query.where(BillingNotice.batch_id.is_(None), BillingNotice.cancelled_at.is_(None))
    else:
        query = query.where(BillingNotice.batch_id == batch_id)
    return [
        NoticeShown(row[0], row[1] or "", row[2] or "", f"{NUMBER_PREFIX}{row[3]}" if row[3] else "")
        for row in db.session.execute(query)
    ]


def get_batch(batch_id: int, *, for_: Actor) -> BillingBatch:
    """A batch that was taken."""
    require(for_, Action.EXPORT_BILLING)
    found = db.session.get(BillingBatch, batch_id)
    if found is None:
        raise NotFound(_("There is no batch %(number)s.", number=batch_id))
    return found


def batches(*, for_: Actor, limit: int = 50) -> Sequence[BillingBatch]:
    """What was taken, the last first."""
    require(for_, Action.EXPORT_BILLING)
    return db.session.scalars(select(BillingBatch).order_by(BillingBatch.id.desc()).limit(limit)).all()


def _end(batch_id: int, state: BatchState, *, by: Actor) -> BillingBatch:
    require(by, Action.EXPORT_BILLING)
    query = select(BillingBatch).where(BillingBatch.id == batch_id)
    batch: BillingBatch | None = db.session.scalar(locked_when_writing(query, of=BillingBatch))
    if batch is None:
        raise NotFound(_("There is no batch %(number)s.", number=batch_id))
    if batch.state is state:
        return batch  # a second click
    if batch.state is not BatchState.TAKEN:
        raise Conflict(_("This batch was confirmed or released already."), code="batch_ended")
    batch.state, batch.ended_at = state, now()
    count = db.session.scalar(select(db.func.count()).where(BillingNotice.batch_id == batch.id)) or 0
    record(NoticesTaken(batch.id, notices=count, step=state.value), by=by)
    return batch
