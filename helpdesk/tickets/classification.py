"""What kind of request it is: subject, type, product, category, fields; who watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.events import TicketClassified, TicketRead, TicketTyped, WatcherChanged
from helpdesk.models.access import Account, Role
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import DRIVEN_TYPES, Ticket, TicketType, Watcher
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.fields import checked_fields
from helpdesk.tickets.stamp import stamp


@dataclass(frozen=True)
class Classification:
    """What the first line finds out about a request."""

    subject: str
    type: TicketType
    product_id: int | None = None
    installed_product_id: int | None = None
    component_id: int | None = None
    category_id: int | None = None
    custom_fields: dict[str, Any] | None = None  # None: as they are


@command
def classify(ticket: Ticket, new: Classification, *, by: Actor) -> None:
    """Correct what is known of the request; the timeline keeps what it was before."""
    require(by, Action.CLASSIFY_TICKET, ticket)
    subject = " ".join(new.subject.split())[:250]
    if not subject:
        raise Invalid({"subject": [_("Say in a few words what it is about.")]})
    installed = db.session.get(InstalledProduct, new.installed_product_id) if new.installed_product_id else None
    if new.installed_product_id and (installed is None or installed.organisation_id != ticket.organisation_id):
        raise Invalid({"installed_product_id": [_("Choose a product of the requester's organisation.")]})
    values: dict[str, Any] = {
        "subject": subject, "type": new.type,
        "product_id": installed.product_id if installed else new.product_id,
        "installed_product_id": new.installed_product_id, "component_id": new.component_id,
        "category_id": new.category_id,
    }  # fmt: skip
    known = {"product_id": directory.products(), "component_id": directory.components(),
             "category_id": directory.categories()}  # fmt: skip
    for name, cards in known.items():
        if values[name] is not None and values[name] not in cards:
            raise Invalid({name: [_("Choose one of the list.")]})
    if new.custom_fields is not None:
        values["custom_fields"] = checked_fields(new.custom_fields, new.type, by)
    changes = {}
    for name, value in values.items():
        before = getattr(ticket, name)
        if before != value:
            changes[name] = [before, value]
            setattr(ticket, name, value)
    if changes:
        stamp(ticket)
        record(TicketClassified(ticket.id, changes=changes), by=by)
    if "type" in changes and DRIVEN_TYPES & set(changes["type"]):
        before, after = changes["type"]
        record(TicketTyped(ticket.id, before=before, after=after), by=by)


@command
def watch(ticket: Ticket, watches: bool, *, by: Actor, account_id: int | None = None) -> None:
    """Follow a ticket or stop following it; operators may also add colleagues and clients of the same organisation."""
    require(by, Action.WATCH_TICKET, ticket)
    account = db.session.get(Account, account_id or by.account_id)
    if account is None or (account.id != by.account_id and not by.is_staff):
        raise Invalid({"account_id": [_("Choose one of the list.")]})
    contact = account.contact
    if contact is not None and (contact.organisation_id is None or contact.organisation_id != ticket.organisation_id):
        # Watching lets a client see the ticket: never one of another organisation.
        raise Invalid({"account_id": [_("Only people of the same organisation can follow this ticket.")]})
    row = db.session.get(Watcher, (ticket.id, account.id))
    if watches == (row is not None):
        return
    if row is None:
        db.session.add(Watcher(ticket_id=ticket.id, account_id=account.id))
    else:
        db.session.delete(row)
    record(WatcherChanged(ticket.id, account_id=account.id, watches=watches), by=by)


def watchers_of(ticket: Ticket) -> list[Account]:
    query = select(Account).join(Watcher, Watcher.account_id == Account.id).where(Watcher.ticket_id == ticket.id)
    return list(db.session.scalars(query.order_by(Account.name)))


def leaves_trace(by: Actor) -> bool:
    """Whether looking at a client's ticket is itself recorded."""
    return by.role is Role.ADMINISTRATOR


@command
def note_reading(ticket: Ticket, *, by: Actor) -> None:
    """An administrator looked at the ticket."""
    record(TicketRead(ticket.id), by=by)
