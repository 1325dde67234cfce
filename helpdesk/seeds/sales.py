"""The demo's sales and enquiries: what was sold in the last weeks, how far its checklist is, and who may buy next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from helpdesk.aftersales.checklist import complete_point, fault_point
from helpdesk.aftersales.enquiries import faces_clients, qualify_enquiry, record_meeting
from helpdesk.aftersales.installed import NewPart, add_part
from helpdesk.aftersales.payments import NewPayment, record_payment
from helpdesk.aftersales.sales import NewBuyer, NewItem, NewSale, record_sale
from helpdesk.aftersales.sold import show_sale
from helpdesk.core.db import db
from helpdesk.core.times import now, pretending
from helpdesk.entitlement.choice import day_of
from helpdesk.models.enquiries import EnquiryKind
from helpdesk.models.people import BuyingRole
from helpdesk.models.products import PartKind, Product
from helpdesk.models.sales import PointKind
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.seeds.company import Company

SELLER, MANAGER = "kamil", "robert"
TOLD_AFTER = timedelta(minutes=40)  # from the request to the first look at what the client wants


@dataclass(frozen=True)
class Sold:
    """A sale of the story: to whom, how long ago, what, and how many points are done by now."""

    client: str
    days_ago: int
    product: str
    quantity: int
    price_cents: int
    serials: tuple[str, ...]
    done: tuple[PointKind, ...]
    remark: str = ""  # about the quality
    paid_percent: int = 0


ALL = tuple(PointKind)
SALES = (
    Sold("bartosz", 41, "Skenva H2", 4, 61_000, ("SK-70411", "SK-70412", "SK-70413", "SK-70414"), ALL,
         paid_percent=100),
    Sold("ruta", 12, "Tillora POS", 2, 148_000, ("TL-20881", "TL-20882"), ALL[:3],
         "Antrosios kasos stalčius užsikerta.", 50),
    Sold("kertu", 2, "Ledva Watch", 6, 23_500, (), ALL[:1]),
)  # fmt: skip


def sell(company: Company, *, until: datetime) -> None:
    """Hand the sales over on their days, and ask of each open enquiry what is wanted. Part of a larger activity."""
    for sold in SALES:
        _sell(company, sold, until=until)
    seller = company.staff[SELLER]
    wanted = select(Ticket).where(Ticket.type == TicketType.ENQUIRY, Ticket.is_open).order_by(Ticket.id)
    for number, ticket in enumerate(db.session.scalars(wanted).all()):
        at = min(ticket.opened_at + TOLD_AFTER, until)
        specialist_id = ticket.assignee_id if faces_clients(ticket.assignee_id) else None
        with pretending(at):
            if number:
                qualify_enquiry(ticket, EnquiryKind.QUOTATION, is_complex=False, by=seller)
            else:  # the one that goes on for longest: they wanted to see us first
                qualify_enquiry(ticket, EnquiryKind.MEETING, is_complex=True, specialist_id=specialist_id, by=seller)
        if not number:
            with pretending(until):
                record_meeting(ticket, until - timedelta(hours=3), by=seller)


def _sell(company: Company, sold: Sold, *, until: datetime) -> None:
    seller, manager, client = company.staff[SELLER], company.staff[MANAGER], company.contacts[sold.client]
    product_id = db.session.scalars(select(Product.id).where(Product.name == sold.product)).one()
    with pretending(until - timedelta(days=sold.days_ago)):
        on = day_of(client.organisation_id, now())
        item = NewItem(
            product_id, quantity=sold.quantity, price_cents=sold.price_cents, serials=sold.serials,
            warranty_until=on.replace(year=on.year + 2, day=min(on.day, 28)),
        )  # fmt: skip
        sale = record_sale(NewSale(
            on, (item,), organisation_id=client.organisation_id,
            contacts=(NewBuyer(contact_id=client.contact_id, roles=(BuyingRole.BUYER,)),),
        ), by=seller)  # fmt: skip
    step = timedelta(days=sold.days_ago) / (len(ALL) + 1)
    for place, kind in enumerate(sold.done, start=1):
        with pretending(until - timedelta(days=sold.days_ago) + place * step):
            if kind is PointKind.QUALITY and sold.remark:
                fault_point(sale, kind, sold.remark, by=seller)
            else:
                complete_point(sale, kind, by=seller)
    shown = show_sale(sale)
    if sold.paid_percent:
        with pretending(until - timedelta(days=sold.days_ago) / 2):
            paid_on = day_of(client.organisation_id, now())
            record_payment(sale, NewPayment(shown.total_cents * sold.paid_percent // 100, paid_on), by=manager)
    with pretending(until):
        for unit in shown.units[:1]:
            add_part(unit, NewPart("Roll, 80 mm", PartKind.CONSUMABLE, "RL-80", 45, unit.delivered_on), by=seller)
