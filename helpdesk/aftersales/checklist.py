"""The checklist that ends a handover to operations: what is due, who does it, what was found wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk.aftersales.enquiries import faces_clients
from helpdesk.aftersales.installed import free_upgrades_from
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import DEFAULT_ZONE, speaking
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting
from helpdesk.core.times import epoch, now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import PointDone, PointFaulted, PointPlanned
from helpdesk.models.duties import DutyKind
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.sales import PointKind, Sale, SalePoint, SoldItem, SoldUnit
from helpdesk.models.tickets import Channel, Ticket, TicketType
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.duties import hand_duty, meet_duty, set_duty
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.reachable import business_due

LONGEST_NOTE = 20_000
WRONG_DAYS = 1  # until what was found wrong is to be looked at again
# Every point, and the duty that it is.
DUTY_OF: dict[PointKind, DutyKind] = {
    PointKind.DELIVERY: DutyKind.CHECK_DELIVERY, PointKind.QUALITY: DutyKind.CHECK_QUALITY,
    PointKind.INVOICE: DutyKind.CHECK_INVOICE, PointKind.INSTALLATION: DutyKind.CHECK_INSTALLATION,
    PointKind.TRAINING: DutyKind.CHECK_TRAINING, PointKind.CORRECT_USE: DutyKind.CHECK_CORRECT_USE,
}  # fmt: skip
# What doing a point says of the products that came with the sale.
DATES: dict[PointKind, str] = {
    PointKind.DELIVERY: "delivered_on", PointKind.INSTALLATION: "installed_on", PointKind.TRAINING: "trained_on",
}  # fmt: skip


@dataclass(frozen=True)
class ChecklistSettings:
    """The points of the checklist after a sale, by the business days within which each is due; 0 leaves one out."""

    delivery_days: int = setting(1, "Business days until the delivery is checked.", low=0, high=250)
    quality_days: int = setting(3, "Business days until the quality is checked.", low=0, high=250)
    invoice_days: int = setting(5, "Business days until the invoice is checked.", low=0, high=250)
    installation_days: int = setting(5, "Business days until it is installed.", low=0, high=250)
    training_days: int = setting(10, "Business days until its users are trained.", low=0, high=250)
    correct_use_days: int = setting(20, "Business days until its correct use is checked.", low=0, high=250)


def begin_points(sale: Sale, what: str, *, by: Actor) -> list[SalePoint]:
    """The points of a fresh sale, each the duty of its owner. Part of a larger activity.

    They are due counted from the day of the sale, but never before the next business day has ended: a sale that is
    recorded late is not late on arrival.
    """
    settings, soonest = read_settings(ChecklistSettings), business_due(days=1)
    sold_at = datetime.combine(sale.sold_on, time(12), ZoneInfo(_zone(sale.organisation_id)))
    points = []
    for kind in PointKind:
        days: int = getattr(settings, f"{kind.value}_days")
        if days:
            due_at = max(business_due(days=days, start=sold_at), soonest)
            points.append(SalePoint(sale_id=sale.id, kind=kind, owner_id=sale.owner_id, due_at=due_at))
    db.session.add_all(points)
    db.session.flush()
    for point in points:
        _expect(sale, point, what, by=by)
    return points


@command
def complete_point(
    sale: Sale, kind: PointKind, *, on: date | None = None, note: str = "", by: Actor
) -> SalePoint:  # fmt: skip
    """It is done, on that day; installation, training and delivery are known of the products from then on."""
    require(by, Action.KEEP_POINTS, sale)
    point = _held(sale, kind)
    if point.is_done:
        return point  # a second click
    today = day_of(sale.organisation_id, now())
    on = on or today
    errors: dict[str, list[str]] = {}
    if on > today:
        errors["on"] = [_("This lies in the future.")]
    elif on.year < 1990:
        errors["on"] = [_("This is too long ago.")]
    if len(note) > LONGEST_NOTE:
        errors["note"] = [_("This is too long.")]
    if errors:
        raise Invalid(errors)
    actor_kind, actor_id = by.reference
    point.done_on, point.done_at, point.done_by = on, now(), {"kind": actor_kind, "id": actor_id}
    point.note, point.is_wrong = note.strip(), False
    if kind in DATES:
        _date_products(sale, DATES[kind], on)
    meet_duty(DUTY_OF[kind], _subject(sale), by=by)
    record(PointDone(sale.id, point=kind.value, on=str(on)), by=by)
    return point


@command
def fault_point(sale: Sale, kind: PointKind, remark: str, *, opens_ticket: bool = False, by: Actor) -> SalePoint:
    """It was found wrong: it stays to do, with the remark; a ticket about it opens where that is wanted."""
    require(by, Action.KEEP_POINTS, sale)
    point = _held(sale, kind)
    if not remark.strip():
        raise Invalid({"remark": [_("Say what is wrong.")]})
    if len(remark) > LONGEST_NOTE:
        raise Invalid({"remark": [_("This is too long.")]})
    if point.is_wrong and point.remark == remark.strip():
        return point  # a second click
    if opens_ticket and point.ticket_id is None:
        point.ticket_id = _open_ticket(sale, kind, remark.strip(), by=by).id
    if point.is_done or point.due_at < now():
        point.due_at = business_due(days=WRONG_DAYS)
    point.done_on = point.done_at = point.done_by = None
    point.is_wrong, point.remark = True, remark.strip()
    _expect(sale, point, _what(sale), by=by)
    record(PointFaulted(sale.id, point=kind.value, remark=point.remark, ticket_id=point.ticket_id), by=by)
    return point


@command
def plan_point(
    sale: Sale, kind: PointKind, *, owner_id: int | None = None, due_on: date | None = None, by: Actor
) -> SalePoint:  # fmt: skip
    """Somebody else does it, or by the end of another day."""
    require(by, Action.KEEP_POINTS, sale)
    point = _held(sale, kind)
    if point.is_done:
        return point
    errors: dict[str, list[str]] = {}
    if owner_id is not None and not faces_clients(owner_id):
        errors["owner_id"] = [_("Choose somebody of the first or second line.")]
    today = day_of(sale.organisation_id, now())
    if due_on is not None and due_on < today:
        errors["due_on"] = [_("This day has passed.")]
    elif due_on is not None and (due_on - today).days > 3660:
        errors["due_on"] = [_("This is too far away.")]
    if errors:
        raise Invalid(errors)
    if owner_id is not None and owner_id != point.owner_id:
        point.owner_id = owner_id
        hand_duty(DUTY_OF[kind], _subject(sale), owner_id, by=by)
    if due_on is not None:
        point.due_at = _end_of(due_on, _zone(sale.organisation_id))
    _expect(sale, point, _what(sale), by=by)
    record(PointPlanned(sale.id, point=kind.value, owner_id=point.owner_id, due_at=epoch(point.due_at)), by=by)
    return point


def points_of(sale_id: int) -> Sequence[SalePoint]:
    """The points of a sale, in the order of the checklist."""
    rows = db.session.scalars(select(SalePoint).where(SalePoint.sale_id == sale_id)).all()
    order = list(PointKind)
    return sorted(rows, key=lambda point: order.index(point.kind))


def open_points(organisation_id: int) -> list[tuple[Sale, SalePoint]]:
    """What is still to be done after the sales to an organisation, what is due first first."""
    query = (
        select(Sale, SalePoint).join(SalePoint, SalePoint.sale_id == Sale.id)
        .where(Sale.organisation_id == organisation_id, SalePoint.done_at.is_(None))
        .order_by(SalePoint.due_at, SalePoint.id).limit(100)
    )  # fmt: skip
    return [(sale, point) for sale, point in db.session.execute(query)]


def _held(sale: Sale, kind: PointKind) -> SalePoint:
    query = select(SalePoint).where(SalePoint.sale_id == sale.id, SalePoint.kind == kind).with_for_update()
    point: SalePoint | None = db.session.scalar(query, execution_options={"populate_existing": True})
    if point is None:
        raise NotFound
    return point


def _expect(sale: Sale, point: SalePoint, what: str, *, by: Actor) -> None:
    set_duty(
        DUTY_OF[point.kind], _subject(sale), due_at=point.due_at, what=f"{sale.number} {what}".strip(),
        owner_id=point.owner_id, organisation_id=sale.organisation_id, ticket_id=point.ticket_id, by=by,
    )  # fmt: skip


def _subject(sale: Sale) -> tuple[str, int]:
    return "sale", sale.id


def _what(sale: Sale) -> str:
    names = db.session.scalars(select(SoldItem.what).where(SoldItem.sale_id == sale.id).order_by(SoldItem.id))
    return ", ".join(dict.fromkeys(names))[:200]


def _date_products(sale: Sale, column: str, on: date) -> None:
    """The day is known of those of the sale's products that have none yet."""
    units = (
        select(InstalledProduct).join(SoldUnit, SoldUnit.installed_product_id == InstalledProduct.id)
        .join(SoldItem, SoldItem.id == SoldUnit.item_id).where(SoldItem.sale_id == sale.id)
    )  # fmt: skip
    for unit in db.session.scalars(units.with_for_update(of=InstalledProduct)):
        if getattr(unit, column) is None:
            setattr(unit, column, on)
        if unit.delivered_on is not None and unit.free_upgrades_until is None:
            unit.free_upgrades_until = free_upgrades_from(unit.delivered_on)


def _open_ticket(sale: Sale, kind: PointKind, remark: str, *, by: Actor) -> Ticket:
    contact = db.session.get(Contact, sale.contact_id) if sale.contact_id else None
    if contact is None:
        raise Invalid({"opens_ticket": [_("The sale names nobody whom the ticket would be for.")]})
    query = select(SoldUnit.installed_product_id).join(SoldItem).where(SoldItem.sale_id == sale.id)
    units = db.session.scalars(query.limit(2)).all()
    with speaking(contact.language, contact.timezone or _zone(sale.organisation_id)):
        subject = f"{SUBJECTS[kind]()}, {_what(sale)}"[:250]
    return open_ticket(NewTicket(
        subject=subject, text=remark, type=TicketType.INCIDENT, requester_id=contact.id,
        installed_product_id=units[0] if len(units) == 1 else None,
    ), by=by, channel=Channel.PHONE)  # fmt: skip


# What is wrong, as the subject of a ticket says it to the client.
SUBJECTS = {
    PointKind.DELIVERY: lambda: _("The delivery"), PointKind.QUALITY: lambda: _("The quality"),
    PointKind.INVOICE: lambda: _("The invoice"), PointKind.INSTALLATION: lambda: _("The installation"),
    PointKind.TRAINING: lambda: _("The training"), PointKind.CORRECT_USE: lambda: _("The use"),
}  # fmt: skip


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(17), ZoneInfo(zone))


def _zone(organisation_id: int) -> str:
    organisation = db.session.get(Organisation, organisation_id)
    return organisation.timezone if organisation else DEFAULT_ZONE
