"""Many who do the same for one sale or one enquiry at once: it is done exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from helpdesk.aftersales.checklist import complete_point
from helpdesk.aftersales.enquiries import NewQuotation, qualify_enquiry, quote, win_enquiry
from helpdesk.aftersales.payments import NewPayment, paid_of, record_payment, total_of
from helpdesk.aftersales.sales import NewItem, NewSale, record_sale
from helpdesk.aftersales.sold import get_sale
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.contracts import BillingNotice, NoticeKind
from helpdesk.models.enquiries import Enquiry, EnquiryKind, Quotation
from helpdesk.models.people import Organisation
from helpdesk.models.sales import PointKind, Sale, SalePayment
from helpdesk.models.tickets import Ticket, TicketType
from helpdesk.people.organisations import NewOrganisation
from helpdesk.policy.actor import SYSTEM
from tests.aftersales.selling import a_sale
from tests.aftersales.test_at_once import at_once
from tests.cast import find_cast
from tests.cli.desks import a_working_desk
from tests.factories import a_ticket

WRITERS = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    with a_working_desk(request.param, tmp_path / "desk", request) as app:
        yield app


@pytest.fixture
def number(desk: Flask) -> str:
    with desk.app_context():
        return a_sale(find_cast(), sold_on=date(2026, 3, 2)).number


def test_payments_at_once_reach_the_sum_once(desk: Flask, number: str) -> None:
    def pay(_place: int) -> bool:
        try:
            record_payment(get_sale(number, for_=SYSTEM), NewPayment(50_000, now().date()), by=SYSTEM)
        except Invalid:
            return False
        return True

    assert at_once(desk, WRITERS, pay).count(True) == 3
    with desk.app_context():
        sale = get_sale(number, for_=SYSTEM)
        assert paid_of(sale.id) == total_of(sale.id)
        kinds = db.session.scalars(db.select(BillingNotice.kind).order_by(BillingNotice.id)).all()
        assert kinds == [NoticeKind.PROFORMA, NoticeKind.VAT_INVOICE]


def test_one_payment_sent_by_many_is_one_payment(desk: Flask, number: str) -> None:
    def pay(_place: int) -> int:
        sale = get_sale(number, for_=SYSTEM)
        return record_payment(sale, NewPayment(150_000, now().date()), by=SYSTEM, submission="once").id

    assert len(set(at_once(desk, WRITERS, pay))) == 1
    with desk.app_context():
        assert db.session.query(SalePayment).count() == 1
        assert db.session.query(BillingNotice).filter_by(kind=NoticeKind.VAT_INVOICE).count() == 1


def test_a_point_is_done_once(desk: Flask, number: str) -> None:
    at_once(desk, WRITERS, lambda _place: complete_point(
        get_sale(number, for_=SYSTEM), PointKind.INSTALLATION, by=SYSTEM
    ).id)  # fmt: skip
    with desk.app_context():
        assert db.session.query(Entry).filter_by(fact="PointDone").count() == 1
        assert db.session.query(Entry).filter_by(fact="DutyMet").count() == 1


def test_one_form_sent_by_many_is_one_sale(desk: Flask) -> None:
    with desk.app_context():
        ona = find_cast().ona
    new = NewSale(date(2026, 3, 2), (NewItem(what="A printer", price_cents=100),),
                  organisation=NewOrganisation("Vitalus"))  # fmt: skip
    assert len(set(at_once(desk, WRITERS, lambda _place: record_sale(new, by=ona, submission="once").id))) == 1
    with desk.app_context():
        assert (db.session.query(Sale).count(), db.session.query(BillingNotice).count()) == (1, 1)
        assert db.session.query(Organisation).filter_by(name="Vitalus").count() == 1


def test_one_quotation_sent_by_many_is_one_quotation(desk: Flask) -> None:
    with desk.app_context():
        ticket_id = a_ticket(find_cast(), type=TicketType.ENQUIRY).id
        ona = find_cast().ona
    new = NewQuotation("Ten printers", 100, now().date() + timedelta(days=7), submission="once")

    def offer(_place: int) -> int:
        return quote(db.session.get_one(Ticket, ticket_id), new, by=ona).id

    assert len(set(at_once(desk, WRITERS, offer))) == 1
    with desk.app_context():
        assert db.session.query(Quotation).count() == 1


def test_an_enquiry_gets_one_row_and_is_won_once(desk: Flask) -> None:
    with desk.app_context():
        ticket_id = a_ticket(find_cast(), type=TicketType.ENQUIRY).id

    def handle(place: int) -> int:
        ticket, ona = db.session.get_one(Ticket, ticket_id), find_cast().ona
        if place % 2:
            return win_enquiry(ticket, by=ona).id
        try:
            return qualify_enquiry(ticket, EnquiryKind.QUOTATION, is_complex=True, by=ona).id
        except Exception as ended:
            assert getattr(ended, "code", "") == "enquiry_ended"
            return win_enquiry(ticket, by=ona).id

    assert len(set(at_once(desk, WRITERS, handle))) == 1
    with desk.app_context():
        assert db.session.query(Enquiry).count() == 1
        won = [
            each for each in db.session.query(Entry).filter_by(fact="EnquiryMoved") if each.payload["after"] == "won"
        ]
        assert len(won) == 1
