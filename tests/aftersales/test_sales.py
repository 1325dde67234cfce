"""The handover to operations: what it makes, what it finds, what it refuses, and its checklist and payments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.aftersales import billing
from helpdesk.aftersales.checklist import (
    ChecklistSettings,
    complete_point,
    fault_point,
    open_points,
    plan_point,
    points_of,
)
from helpdesk.aftersales.hours import balance_of
from helpdesk.aftersales.payments import (
    NewPayment,
    notices_of,
    paid_of,
    payments_of,
    record_payment,
    take_payment_back,
    total_of,
)
from helpdesk.aftersales.sales import NewAgreement, NewBuyer, NewItem, record_sale
from helpdesk.aftersales.sold import get_sale, list_sales, show_sale
from helpdesk.aftersales.terms import contract_by_number, terms_of
from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.settings import write_settings
from helpdesk.models.access import Invitation
from helpdesk.models.contracts import Contract, ContractLine, NoticeKind, Plan
from helpdesk.models.enquiries import Enquiry, EnquiryState
from helpdesk.models.people import BuyingRole, Contact, Organisation
from helpdesk.models.products import InstalledProduct, Version
from helpdesk.models.sales import PointKind, Sale, SalePoint
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people.organisations import NewOrganisation
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.duties import duties_of, open_duties
from tests.aftersales.conftest import At, a_contract
from tests.aftersales.selling import SOLD_ON, a_new_sale, a_sale, an_enquiry
from tests.cast import Cast

YEAR_END = date(2026, 12, 31)


def open_kinds(sale: Sale) -> list[str]:
    return [duty.kind.value for duty in duties_of(("sale", sale.id)) if duty.is_open]


def test_one_form_makes_everything_that_was_sold(cast: Cast) -> None:
    agreed = NewAgreement("S-2026-1", SOLD_ON, YEAR_END, Plan.PREPAID, hours_minutes=600, hours_expire_on=YEAR_END,
                          hourly_rate_cents=9000)  # fmt: skip
    buyers = (
        NewBuyer(name="Ada", email="ada@vitalus.example", roles=(BuyingRole.DECIDER, BuyingRole.BUYER),
                 is_supervisor=True, is_invited=True),
        NewBuyer(name="Rokas", phone="+370 600 00000", roles=(BuyingRole.USER,)),
    )  # fmt: skip
    new = a_new_sale(
        cast, organisation=NewOrganisation("Vitalus", city="Kaunas", language="lt"), contacts=buyers, contract=agreed,
        reference=" CRM  4711 ", items=(
            NewItem(product_id=cast.printer.id, quantity=3, price_cents=120_000, serials=("A-1", "A-2"),
                    delivered_on=SOLD_ON, warranty_until=date(2028, 3, 2)),
            NewItem(what="Training", price_cents=30_000),
        ),
    )  # fmt: skip
    sale = record_sale(new, by=cast.ona)

    organisation = db.session.scalars(db.select(Organisation).where(Organisation.name == "Vitalus")).one()
    shown = show_sale(sale)
    assert shown.organisation is organisation
    ada, rokas = db.session.scalars(db.select(Contact).where(Contact.organisation_id == organisation.id)).all()
    assert {role.role for role in ada.roles} == {BuyingRole.DECIDER, BuyingRole.BUYER}
    assert (ada.is_supervisor, ada.language, rokas.is_supervisor) == (True, "lt", False)
    assert db.session.query(Invitation).count() == 1
    assert [(unit.serial, str(unit.delivered_on), str(unit.free_upgrades_until)) for unit in shown.units] == [
        ("A-1", "2026-03-02", "2027-03-02"), ("A-2", "2026-03-02", "2027-03-02"), ("", "2026-03-02", "2027-03-02"),
    ]  # fmt: skip
    contract = contract_by_number("S-2026-1", for_=SYSTEM)
    assert (contract.organisation_id, [line.product_id for line in contract.lines]) == (
        organisation.id, [cast.printer.id],
    )  # fmt: skip
    assert (terms_of(contract.id)[0].plan, balance_of(contract.id)) == (Plan.PREPAID, 600)
    assert (sale.reference, shown.total_cents, sale.contact_id) == ("CRM 4711", 390_000, ada.id)
    [notice] = shown.notices
    assert (notice.kind, notice.rule, notice.amount_cents) == (NoticeKind.PROFORMA, "product_sale", 390_000)
    assert [point.kind for point in shown.points] == list(PointKind)
    assert len(open_kinds(sale)) == 6


def test_what_is_known_is_found_and_not_written_twice(cast: Cast) -> None:
    contract = a_contract(cast)
    buyers = (NewBuyer(name="Jonas", email="JONAS@klinika.example", roles=(BuyingRole.USER,)),)
    before = db.session.query(Contact).count(), db.session.query(Organisation).count()
    sale = a_sale(cast, organisation=NewOrganisation(" klinika "), contacts=buyers,
                  contract=NewAgreement("c-7", SOLD_ON))  # fmt: skip
    assert (db.session.query(Contact).count(), db.session.query(Organisation).count()) == before
    assert (sale.organisation_id, sale.contact_id, sale.contract_id) == (
        cast.klinika.id, cast.jonas.contact_id, contract.id,
    )  # fmt: skip
    assert len(terms_of(contract.id)) == 1
    assert [line.product_id for line in contract.lines] == [cast.printer.id]
    roles = db.session.get_one(Contact, cast.jonas.contact_id).roles
    assert [role.role for role in roles] == [BuyingRole.USER]


def test_a_sale_comes_in_once(cast: Cast) -> None:
    new = a_new_sale(cast, reference="CRM 1")
    first = record_sale(new, by=cast.ona, submission="k")
    assert record_sale(new, by=cast.ona, submission="k").id == first.id
    with pytest.raises(Conflict):
        record_sale(new, by=cast.ona)
    assert db.session.query(Sale).count() == 1


def test_a_won_enquiry_becomes_a_sale(cast: Cast) -> None:
    ticket = an_enquiry(cast)
    sale = a_sale(cast, ticket_id=ticket.id, contacts=())
    enquiry = db.session.get_one(Enquiry, sale.enquiry_id)
    assert (enquiry.state, ticket.status, sale.contact_id) == (EnquiryState.WON, Status.CLOSED, cast.jonas.contact_id)
    with pytest.raises(Conflict):
        a_sale(cast, ticket_id=ticket.id)
    with pytest.raises(Invalid) as refused:
        a_sale(cast, ticket_id=an_enquiry(cast, requester=cast.marek).id)  # sold to somebody else
    assert list(refused.value.errors) == ["organisation_id"]


@pytest.mark.parametrize(("values", "place"), [
    ({"sold_on": date(2026, 3, 3)}, "sold_on"), ({"sold_on": date(26, 3, 3)}, "sold_on"),
    ({"items": ()}, "items"), ({"currency": "€"}, "currency"), ({"reference": "x" * 101}, "reference"),
    ({"note": "x" * 20_001}, "note"), ({"owner_id": 999_999}, "owner_id"), ({"care_plan_id": 1}, "care_plan_id"),
    ({"organisation_id": 999_999}, "organisation_id"), ({"ticket_id": 999_999}, "ticket_id"),
    ({"organisation": NewOrganisation(" ")}, "organisation.name"),
    ({"organisation": NewOrganisation("x" * 201)}, "organisation.name"),
    ({"organisation": NewOrganisation("New", language="xx")}, "organisation.language"),
    ({"items": (NewItem(),)}, "items.0.what"),
    ({"items": (NewItem(what="x" * 251),)}, "items.0.what"),
    ({"items": (NewItem(what="A"), NewItem(what="B", price_cents=-1))}, "items.1.price_cents"),
    ({"items": (NewItem(what="A", quantity=0),)}, "items.0.quantity"),
    ({"items": (NewItem(what="A", quantity=1000, price_cents=10**9),)}, "items"),
    ({"items": (NewItem(product_id=999_999),)}, "items.0.product_id"),
    ({"items": (NewItem(what="A"),) * 51}, "items"),
    ({"contacts": (NewBuyer(),)}, "contacts.0.name"),
    ({"contacts": (NewBuyer(name="A", email="no address"),)}, "contacts.0.email"),
    ({"contacts": (NewBuyer(name="A", phone="1" * 61),)}, "contacts.0.phone"),
    ({"contacts": (NewBuyer(contact_id=999_999),)}, "contacts.0.contact_id"),
    ({"contacts": (NewBuyer(name="Marek", email="marek@strangers.example"),)}, "contacts.0.email"),
    ({"contacts": (NewBuyer(name="A", is_invited=True),)}, "contacts.0.email"),
    ({"contract": NewAgreement(" ", SOLD_ON)}, "contract.number"),
    ({"contract": NewAgreement("N", SOLD_ON, date(2026, 3, 1))}, "contract.valid_until"),
    ({"contract": NewAgreement("N", SOLD_ON, policy_id=999_999)}, "contract.policy_id"),
    ({"contract": NewAgreement("N", SOLD_ON, plan=Plan.MONTHLY)}, "contract.monthly_fee_cents"),
    ({"contract": NewAgreement("N", SOLD_ON, hours_minutes=60)}, "contract.hours_minutes"),
    ({"contract": NewAgreement("N", SOLD_ON, plan=Plan.PREPAID, hours_minutes=60, hours_expire_on=date(2026, 3, 1))},
     "contract.hours_expire_on"),
    ({"contract": NewAgreement("N", SOLD_ON, hourly_rate_cents=-5)}, "contract.hourly_rate_cents"),
])  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_half(cast: Cast, values: dict[str, Any], place: str) -> None:
    before = [db.session.query(model).count() for model in (Sale, Organisation, Contact, Contract, InstalledProduct)]
    with pytest.raises(Invalid) as refused:
        a_sale(cast, **values)
    assert list(refused.value.errors) == [place]
    after = [db.session.query(model).count() for model in (Sale, Organisation, Contact, Contract, InstalledProduct)]
    assert after == before


def test_what_does_not_fit_a_product_is_named(cast: Cast) -> None:
    version = db.session.scalars(db.select(Version.id)).first()
    other = db.session.scalars(db.select(InstalledProduct.product_id)).first()
    items = {
        "serials": NewItem(product_id=cast.printer.id, serials=("88412-b",)),  # stands at Klinika already
        "version_id": NewItem(product_id=db.session.scalar(db.text("SELECT max(id) FROM product")), version_id=version),
        "quantity": NewItem(product_id=other, quantity=201),
        "warranty_until": NewItem(product_id=other, delivered_on=SOLD_ON, warranty_until=date(2026, 3, 1)),
        "delivered_on": NewItem(product_id=other, delivered_on=date(2026, 3, 3)),
    }
    for field, item in items.items():
        with pytest.raises(Invalid) as refused:
            a_sale(cast, items=(item,))
        assert list(refused.value.errors) == [f"items.0.{field}"]
    for item in (NewItem(product_id=other, serials=("a", "b")), NewItem(product_id=other, quantity=2,
                                                                        serials=("x", "X"))):  # fmt: skip
        with pytest.raises(Invalid):
            a_sale(cast, items=(item,))


def test_points_are_due_by_business_days_and_date_the_products(cast: Cast, at: At) -> None:
    sale = a_sale(cast)
    due = {point.kind: str((point.due_at + timedelta(hours=2)).date()) for point in points_of(sale.id)}
    assert due[PointKind.DELIVERY] == "2026-03-03"
    assert due[PointKind.QUALITY] == "2026-03-05"
    assert due[PointKind.TRAINING] == "2026-03-17"  # the 11th is a holiday
    with at("2026-03-10 10:00"):
        complete_point(sale, PointKind.DELIVERY, on=date(2026, 3, 4), by=cast.ona)
        complete_point(sale, PointKind.INSTALLATION, note="By Tomas", by=cast.tomas)
        first = complete_point(sale, PointKind.TRAINING, by=cast.ona)
        assert complete_point(sale, PointKind.TRAINING, on=date(2026, 3, 5), by=cast.ona).done_on == first.done_on
    [unit] = show_sale(sale).units
    assert [str(day) for day in (unit.delivered_on, unit.installed_on, unit.trained_on, unit.free_upgrades_until)] == [
        "2026-03-04", "2026-03-10", "2026-03-10", "2027-03-04",
    ]  # fmt: skip
    assert open_kinds(sale) == ["check_quality", "check_invoice", "check_correct_use"]
    assert len(open_points(cast.klinika.id)) == 3
    assert [shown.duty.kind.value for shown in open_duties(for_=cast.ona)] == open_kinds(sale)


def test_what_was_found_wrong_stays_to_do(cast: Cast, at: At) -> None:
    sale = a_sale(cast)
    complete_point(sale, PointKind.QUALITY, by=cast.ona)
    with at("2026-03-04 10:00"):
        for _click in range(2):
            point = fault_point(sale, PointKind.QUALITY, "A scratch", opens_ticket=True, by=cast.ona)
    ticket = db.session.get_one(Ticket, point.ticket_id)
    assert (ticket.requester_id, ticket.organisation_id) == (cast.jonas.contact_id, cast.klinika.id)
    assert "Label printer" in ticket.subject
    assert (point.is_wrong, point.is_done) == (True, False)
    assert "check_quality" in open_kinds(sale)
    assert str((point.due_at + timedelta(hours=2)).date()) == "2026-03-05"
    assert [row.wrong_points for row in list_sales(for_=cast.vera, is_unfinished=True).rows] == [1]
    complete_point(sale, PointKind.QUALITY, note="Polished", by=cast.ona)
    assert (point.is_wrong, point.remark) == (False, "A scratch")


def test_a_point_goes_to_somebody_else_or_to_another_day(cast: Cast) -> None:
    sale = a_sale(cast)
    plan_point(sale, PointKind.INSTALLATION, owner_id=cast.tomas.operator_id, due_on=date(2026, 3, 20), by=cast.ona)
    [duty] = [each for each in duties_of(("sale", sale.id)) if each.kind.value == "check_installation"]
    assert (duty.owner_id, str(duty.due_at.date())) == (cast.tomas.operator_id, "2026-03-20")
    for wrong in ({"owner_id": cast.giedrius.operator_id}, {"due_on": date(2026, 3, 1)}, {"due_on": date(9999, 1, 1)}):
        with pytest.raises(Invalid) as refused:
            plan_point(sale, PointKind.INSTALLATION, by=cast.ona, **wrong)  # type: ignore[arg-type]
        assert list(refused.value.errors) == list(wrong)
    for wrong_day in (date(2026, 3, 3), date(1, 1, 1)):
        with pytest.raises(Invalid):
            complete_point(sale, PointKind.INSTALLATION, on=wrong_day, by=cast.ona)
    with pytest.raises(Invalid):
        fault_point(sale, PointKind.INSTALLATION, "  ", by=cast.ona)


def test_the_desk_says_which_points_there_are(cast: Cast) -> None:
    with transaction():
        write_settings(ChecklistSettings, {"training_days": 0, "invoice_days": 0})
    sale = a_sale(cast)
    assert {point.kind for point in points_of(sale.id)} == set(PointKind) - {PointKind.TRAINING, PointKind.INVOICE}
    with pytest.raises(NotFound):
        complete_point(sale, PointKind.TRAINING, by=cast.ona)


def test_the_last_payment_makes_the_vat_invoice_once(cast: Cast, at: At) -> None:
    sale = a_sale(cast)
    with at("2026-03-20 10:00"):
        first = NewPayment(50_000, date(2026, 3, 10))
        for _click in range(2):
            record_payment(sale, first, by=cast.vera, submission="one")
        assert [notice.kind for notice in notices_of(sale.id)] == [NoticeKind.PROFORMA]
        mistake = record_payment(sale, NewPayment(70_000, date(2026, 3, 19)), by=cast.vera)
        for _click in range(2):
            take_payment_back(sale, mistake.id, "Another sale's", by=cast.vera)
        record_payment(sale, NewPayment(60_000, date(2026, 3, 16)), by=cast.vera)
        record_payment(sale, NewPayment(40_000, date(2026, 3, 12)), by=cast.vera)
        with pytest.raises(Invalid):
            record_payment(sale, NewPayment(1, date(2026, 3, 20)), by=cast.vera)
        with pytest.raises(Conflict):
            take_payment_back(sale, payments_of(sale.id)[0].id, "Too late", by=cast.vera)
    proforma, invoice = notices_of(sale.id)
    assert (invoice.kind, str(invoice.dated), invoice.amount_cents) == (NoticeKind.VAT_INVOICE, "2026-03-16", 150_000)
    assert total_of(sale.id) == paid_of(sale.id) == 150_000
    assert {shown.notice.id for shown in billing.notices_of(None, for_=cast.vera)} == {proforma.id, invoice.id}


def test_a_wrong_payment_is_refused(cast: Cast, at: At) -> None:
    sale = a_sale(cast)
    with at("2026-03-20 10:00"):
        billing.close_books(date(2026, 3, 10), by=cast.vera)
        for new, field in (
            (NewPayment(0, date(2026, 3, 12)), "amount_cents"), (NewPayment(-5, date(2026, 3, 12)), "amount_cents"),
            (NewPayment(150_001, date(2026, 3, 12)), "amount_cents"), (NewPayment(5, date(2026, 3, 21)), "paid_on"),
            (NewPayment(5, date(2026, 3, 10)), "paid_on"), (NewPayment(5, date(2026, 3, 12), "x" * 1001), "note"),
        ):  # fmt: skip
            with pytest.raises(Invalid) as refused:
                record_payment(sale, new, by=cast.vera)
            assert list(refused.value.errors) == [field]
    assert payments_of(sale.id) == []


def test_what_was_paid_in_closed_books_stays(cast: Cast, at: At) -> None:
    sale = a_sale(cast)
    with at("2026-03-20 10:00"):
        payment = record_payment(sale, NewPayment(5, date(2026, 3, 10)), by=cast.vera)
        billing.close_books(date(2026, 3, 10), by=cast.vera)
        with pytest.raises(Invalid):
            take_payment_back(sale, payment.id, "A mistake", by=cast.vera)
    assert payments_of(sale.id) == [payment]


def test_a_sale_for_nothing_is_not_invoiced(cast: Cast) -> None:
    assert notices_of(a_sale(cast, items=(NewItem(what="A sample"),)).id) == []


def test_who_may_do_what(cast: Cast) -> None:
    sale = a_sale(cast)
    for nobody in (cast.jonas, cast.lena, cast.marek, cast.giedrius, cast.birute):
        with pytest.raises(NotFound):
            get_sale(sale.number, for_=nobody)
        assert list_sales(for_=nobody).rows == []
        with pytest.raises(Forbidden):
            a_sale(cast, by=nobody)
        with pytest.raises(Forbidden):
            complete_point(sale, PointKind.QUALITY, by=nobody)
    for by in (cast.ona, cast.jonas):
        with pytest.raises(Forbidden):
            record_payment(sale, NewPayment(5, SOLD_ON), by=by)
    for by in (cast.vera, cast.petras, SYSTEM):
        assert a_sale(cast, by=by, items=(NewItem(what="A"),)).number
    for odd in ("S-0", "S-99999999999", "S-x", "", "S--1"):
        with pytest.raises(NotFound):
            get_sale(odd, for_=cast.vera)
    assert get_sale(str(sale.id), for_=cast.ona).id == sale.id
    assert db.session.query(SalePoint).count() == 6 * db.session.query(Sale).count()


def test_a_sale_widens_no_contract_into_another(cast: Cast) -> None:
    contract, other = a_contract(cast), a_contract(cast, "C-8")
    other.policy_id, other.lines = None, [ContractLine(product_id=cast.printer.id, policy_id=contract.policy_id)]
    db.session.commit()
    with pytest.raises(Invalid) as refusal:
        a_sale(cast, contract=NewAgreement("C-7", SOLD_ON))
    assert list(refusal.value.errors) == ["contract.number"]
    assert contract.lines == [] and db.session.query(Sale).count() == 0
