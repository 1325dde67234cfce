"""Reading sales: the list, and one with all that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, cast, func, select

from helpdesk.aftersales.checklist import points_of
from helpdesk.aftersales.payments import notices_of, payments_of
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import PageOf, page_of
from helpdesk.models.contracts import BillingNotice, Contract
from helpdesk.models.enquiries import Enquiry
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.sales import SALE_PREFIX, Sale, SalePayment, SalePoint, SoldItem, SoldUnit
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible

LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class SaleRow:
    """A sale in a list."""

    sale: Sale
    organisation: str
    what: str
    total_cents: int
    paid_cents: int
    open_points: int
    wrong_points: int
    due_at: datetime | None  # the open point that is due first


@dataclass(frozen=True)
class SaleShown:
    """A sale with all that came of it."""

    sale: Sale
    organisation: Organisation
    contract: Contract | None
    contact: Contact | None
    ticket_id: int | None
    items: Sequence[SoldItem]
    units: Sequence[InstalledProduct]
    points: Sequence[SalePoint]
    payments: Sequence[SalePayment]
    notices: Sequence[BillingNotice]

    @property
    def total_cents(self) -> int:
        return sum(item.quantity * item.price_cents for item in self.items)

    @property
    def paid_cents(self) -> int:
        return sum(payment.amount_cents for payment in self.payments)


def get_sale(number: str, *, for_: Actor) -> Sale:
    """The sale with this number (S-12, or 12), if the actor can see it."""
    digits = number.strip().upper().removeprefix(SALE_PREFIX)
    sale_id = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else 0
    if not 0 < sale_id <= LARGEST_ID:
        raise NotFound
    found: Sale | None = db.session.scalar(locked_when_writing(visible(for_, Sale).where(Sale.id == sale_id), of=Sale))
    if found is None:
        raise NotFound
    return found


def show_sale(sale: Sale) -> SaleShown:
    """A sale that the reader has, with everything."""
    items = db.session.scalars(select(SoldItem).where(SoldItem.sale_id == sale.id).order_by(SoldItem.id)).all()
    units = (
        select(InstalledProduct).join(SoldUnit, SoldUnit.installed_product_id == InstalledProduct.id)
        .join(SoldItem, SoldItem.id == SoldUnit.item_id).where(SoldItem.sale_id == sale.id)
        .order_by(InstalledProduct.id)
    )  # fmt: skip
    ticket_id = select(Enquiry.ticket_id).where(Enquiry.id == sale.enquiry_id)
    return SaleShown(
        sale, db.session.get_one(Organisation, sale.organisation_id),
        db.session.get(Contract, sale.contract_id) if sale.contract_id else None,
        db.session.get(Contact, sale.contact_id) if sale.contact_id else None,
        db.session.scalar(ticket_id) if sale.enquiry_id else None, items, db.session.scalars(units).all(),
        points_of(sale.id), payments_of(sale.id), notices_of(sale.id),
    )  # fmt: skip


def list_sales(
    *, for_: Actor, is_unfinished: bool = False, organisation_id: int | None = None, size: int = 50,
    after: str | None = None, before: str | None = None,
) -> PageOf[SaleRow]:  # fmt: skip
    """Sales, the newest first: all, or those with points still to be done; of an organisation, or of every one."""
    query = visible(for_, Sale)
    if is_unfinished:
        query = query.where(Sale.id.in_(select(SalePoint.sale_id).where(SalePoint.done_at.is_(None))))
    if organisation_id is not None:
        query = query.where(Sale.organisation_id == organisation_id)
    return page_of(query, [(Sale.id.expression, True)], size=size, after=after, before=before, run=_rows,
                   key=lambda row: (row.sale.id,))  # fmt: skip


def sale_of_enquiry(enquiry_id: int | None) -> Sale | None:
    """The sale that an enquiry became."""
    if enquiry_id is None:
        return None
    found: Sale | None = db.session.scalar(select(Sale).where(Sale.enquiry_id == enquiry_id))
    return found


def sales_of_enquiries(enquiry_ids: Sequence[int]) -> dict[int, Sale]:
    """The sales that these enquiries became, by enquiry."""
    rows = db.session.scalars(select(Sale).where(Sale.enquiry_id.in_(enquiry_ids)))
    return {sale.enquiry_id: sale for sale in rows if sale.enquiry_id is not None}


def _rows(query: Select[*tuple[Any, ...]]) -> list[SaleRow]:
    """The sales of a page, with their figures asked once for all of them."""
    sales: Sequence[Sale] = db.session.scalars(query).all()
    ids = [sale.id for sale in sales]
    organisations = {sale.organisation_id for sale in sales}
    wanted = select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisations))
    names = {row[0]: row[1] for row in db.session.execute(wanted)}
    totals: dict[int, int] = dict.fromkeys(ids, 0)
    what: dict[int, dict[str, None]] = {each: {} for each in ids}
    for item in db.session.scalars(select(SoldItem).where(SoldItem.sale_id.in_(ids)).order_by(SoldItem.id)):
        totals[item.sale_id] += item.quantity * item.price_cents
        what[item.sale_id][item.what] = None
    summed = select(SalePayment.sale_id, func.sum(SalePayment.amount_cents)).where(SalePayment.sale_id.in_(ids))
    paid = {row[0]: int(row[1]) for row in db.session.execute(summed.group_by(SalePayment.sale_id))}
    counted = select(
        SalePoint.sale_id, func.count(), func.sum(cast(SalePoint.is_wrong, Integer)), func.min(SalePoint.due_at)
    ).where(SalePoint.sale_id.in_(ids), SalePoint.done_at.is_(None))
    points = {row[0]: row for row in db.session.execute(counted.group_by(SalePoint.sale_id))}
    return [
        SaleRow(
            sale, names[sale.organisation_id], ", ".join(what[sale.id]), totals[sale.id], paid.get(sale.id, 0),
            *((points[sale.id][1], int(points[sale.id][2]), points[sale.id][3]) if sale.id in points else (0, 0, None)),
        ) for sale in sales
    ]  # fmt: skip
