"""A sale as the tests make it: a printer and its training, sold to the organisation of Jonas."""

from __future__ import annotations

from datetime import date
from typing import Any

from helpdesk.aftersales.sales import NewBuyer, NewItem, NewSale, record_sale
from helpdesk.jobs.worker import run_all
from helpdesk.models.sales import Sale
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.policy.actor import Actor
from tests.cast import Cast
from tests.factories import a_ticket

SOLD_ON = date(2026, 3, 2)


def a_new_sale(cast: Cast, **values: Any) -> NewSale:
    """One printer for 1200.00 and a training for 300.00."""
    values.setdefault("items", (
        NewItem(product_id=cast.printer.id, price_cents=120_000, location="Ward 3"),
        NewItem(what="Training on the spot", price_cents=30_000),
    ))  # fmt: skip
    if "organisation" not in values:
        values.setdefault("organisation_id", cast.klinika.id)
        values.setdefault("contacts", (NewBuyer(contact_id=cast.jonas.contact_id),))
    return NewSale(**({"sold_on": SOLD_ON} | values))


def a_sale(cast: Cast, by: Actor | None = None, **values: Any) -> Sale:
    return record_sale(a_new_sale(cast, **values), by=by or cast.ona)


def an_enquiry(cast: Cast, **values: Any) -> Ticket:
    """An enquiry of Jonas, with its row."""
    values.setdefault("subject", "Ten label printers")
    values.setdefault("text", "What would ten of them cost?")
    ticket = a_ticket(cast, type=TicketType.ENQUIRY, **values)
    run_all()
    return ticket
