"""From the enquiry to the paid sale as pages, and who sees what of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from helpdesk.aftersales.checklist import points_of
from helpdesk.aftersales.payments import NewPayment, payments_of, record_payment
from helpdesk.aftersales.sales import NewItem
from helpdesk.core.db import db
from helpdesk.models.people import BuyingRole, Contact, Organisation
from helpdesk.models.products import InstalledPart, InstalledProduct
from helpdesk.models.sales import PointKind, Sale
from tests.aftersales.selling import a_sale, an_enquiry
from tests.cast import Cast
from tests.page import Client
from tests.web.test_pages import queries

BrowserOf = Callable[[str], Client]


def test_an_enquiry_from_its_meeting_to_the_handover(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = an_enquiry(cast), browser_of("ona")
    path = f"/console/tickets/{ticket.number}"
    page = ona.submit(ona.get(path).form("/enquiry"), enquiry_kind="quotation", is_complex="true",
                      specialist_id=str(cast.tomas.operator_id))  # fmt: skip
    assert "Specialist: Tomas" in page.text
    page = ona.submit(page.form("/meetings"), met_at="2026-03-02T08:30", meeting_note="They want ten")
    for words in ("Summary letter", "Ona met the client", "They want ten", "clarifying"):
        assert words in page.text
    page = ona.submit(page.form("/summary"), summary="This is what we understood.")
    assert "Summed up" in page.text
    page = ona.submit(page.form("/quotations"), offer="Ten printers", amount="11500,50", valid_until="2026-04-30")
    for words in ("Our quotation: Ten printers", "€11,500.50", "Ona quoted €11,500.50"):
        assert words in page.text
    assert "Ten label printers" in ona.get("/console/enquiries").text
    page = ona.submit(page.form("/winning"))
    form = page.form("/console/sales")
    assert form.fields["items.0.price"] == "11500.50"
    assert form.fields["contacts.0.name"] == "Jonas"
    assert form.fields["ticket"] == ticket.number
    assert "Hand over to operations" in ona.get("/console/enquiries?view=won").text

    page = ona.submit(form, **{"items.0.product_id": str(cast.printer.id), "items.0.quantity": "1",
                               "contacts.0.roles": "decider"})  # fmt: skip
    sale = db.session.scalars(db.select(Sale)).one()
    assert f"The sale {sale.number} is handed over to operations" in page.text
    assert sale.number in ona.get("/console/enquiries?view=won").text
    assert sale.number in ona.get(path).text
    assert {row.role for row in db.session.get_one(Contact, cast.jonas.contact_id).roles} == {BuyingRole.DECIDER}


def test_a_new_client_is_handed_over_in_one_form(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    form = ona.get("/console/sales/new").form("/console/sales")
    filled = {
        "organisation.name": "Vitalus", "organisation.language": "lt", "sold_on": "2026-03-02", "reference": "CRM 1",
        "contacts.0.name": "Ada", "contacts.0.email": "ada@vitalus.example", "contacts.0.is_invited": "true",
        "contacts.3.name": "Rokas", "items.0.product_id": str(cast.printer.id), "items.0.quantity": "2",
        "items.0.price": "1 200,00", "items.0.serials": "A-1, A-2", "items.0.delivered_on": "2026-03-02",
        "items.2.what": "Training", "items.2.price": "300", "contract.number": "V-1",
        "contract.hours": "10", "contract.hourly_rate": "85.50",
    }  # fmt: skip
    for _click in range(2):
        page = ona.submit(form, **filled)
    for words in ("Vitalus", "€2,700.00", "Training", "A-1", "V-1", "Delivery on time", "Proforma", "2027-03-02"):
        assert words in page.text
    sale = db.session.scalars(db.select(Sale)).one()
    organisation = db.session.get_one(Organisation, sale.organisation_id)
    assert db.session.query(Contact).filter_by(organisation_id=organisation.id).count() == 2

    page = ona.submit(page.form("/points/installation/completion"), done_on="2026-03-02", done_note="By Tomas")
    assert "done 2026-03-02 by Ona" in page.text
    page = ona.submit(page.form("/points/quality/fault"), remark="A scratch", opens_ticket="true")
    assert "A scratch" in page.text
    page = ona.submit(page.form("/points/training/plan"), owner_id=str(cast.tomas.operator_id), due_on="2026-03-20")
    assert "Tomas" in page.text
    page = ona.get("/console/sales")
    assert "5 points" in page.text
    assert "1 wrong" in page.text
    assert "Correct use" in ona.get(f"/console/organisations/{organisation.id}").text
    assert sale.number in ona.get("/console/duties").text

    vera = browser_of("vera")
    page = vera.submit(
        vera.get(f"/console/sales/{sale.number}").form("/payments"), amount="700,00", paid_on="2026-03-01"
    )
    page = vera.submit(page.form("/reversal"), reason="Mistyped")
    assert "taken back" in page.text
    page = vera.submit(page.form("/payments"), amount="2700", paid_on="2026-03-01")
    assert "VAT invoice" in page.text
    assert "all of it" in page.text
    assert "sale of products" in vera.get("/console/billing").text
    assert len(payments_of(sale.id)) == 3


def test_a_refused_form_keeps_every_word(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    form = ona.get("/console/sales/new").form("/console/sales")
    page = ona.submit(form, **{
        "organisation.name": "Keep me", "contacts.1.name": "Marek", "contacts.1.email": "marek@strangers.example",
        "contacts.1.roles": "buyer", "items.4.what": "Keep me, too", "items.4.price": "5",
    })  # fmt: skip
    assert page.status == 422
    assert "This person is a contact of another organisation" in page.text
    kept = page.form("/console/sales").fields
    assert (kept["organisation.name"], kept["items.4.what"], kept["contacts.1.roles"]) == (
        "Keep me", "Keep me, too", "buyer",
    )  # fmt: skip
    assert 'href="#f-contacts.1.email"' in page.html
    for wrong, words in (
        ({"items.0.price": "x"}, "Not a valid number"), ({"items.0.quantity": "0"}, "Give a number from"),
        ({"sold_on": "2026-03-03"}, "lies in the future"), ({"sold_on": ""}, "Fill in this field"),
        ({"organisation.name": ""}, "give a new one a name"), ({"organisation.timezone": "Mars"}, "Choose one"),
        ({"contract.hours": "5"}, "Give the contract a number"),
        ({"items.0.what": "x" * 300}, "too long"), ({"items.0.delivered_on": "2026-13-01"}, "valid date"),
        ({"items.0.serials": "a, b"}, "more serial numbers"), ({"organisation_id": "999999"}, "no such organisation"),
    ):  # fmt: skip
        page = ona.submit(form, **({"organisation.name": "New", "items.0.what": "A\0", "items.0.product_id":
                                    str(cast.printer.id)} | wrong))  # fmt: skip
        assert (page.status, words in page.text) == (422, True), wrong
    assert db.session.query(Sale).count() == 0
    assert db.session.query(Organisation).count() == 2


def test_a_known_reference_and_wrong_points_are_refused(cast: Cast, browser_of: BrowserOf) -> None:
    sale, ona = a_sale(cast, reference="CRM 1"), browser_of("ona")
    form = ona.get("/console/sales/new").form("/console/sales")
    page = ona.submit(form, **{"organisation.name": "Keep me", "items.0.what": "A", "reference": "CRM 1"})
    assert (page.status, "recorded already" in page.text, "Keep me" in page.html) == (422, True, True)
    number = sale.number
    for address, sent, words in (
        ("points/quality/fault", {"remark": " "}, "Say what is wrong"),
        ("points/training/completion", {"done_on": "2026-03-03", "done_note": "Keep"}, "lies in the future"),
        ("points/training/plan", {"due_on": "2026-03-01"}, "This day has passed"),
    ):
        page = ona.submit(ona.get(f"/console/sales/{number}").form(address), **sent)
        assert (page.status, words in page.text) == (422, True)
    vera = browser_of("vera")
    page = vera.submit(vera.get(f"/console/sales/{number}").form("/payments"), amount="99999", payment_note="Keep me")
    assert (page.status, "still to be paid" in page.text, "Keep me" in page.html) == (422, True, True)


def test_refused_words_about_an_enquiry_stay(cast: Cast, browser_of: BrowserOf) -> None:
    ticket, ona = an_enquiry(cast), browser_of("ona")
    path = f"/console/tickets/{ticket.number}"
    for address, sent, words in (
        ("/quotations", {"offer": "Keep me", "amount": "5", "valid_until": "2026-03-01"}, "This day has passed"),
        ("/quotations", {"offer": "Keep me", "amount": "much"}, "Not a valid number"),
        ("/meetings", {"met_at": "2026-03-02T23:00", "meeting_note": "Keep me"}, "when it is over"),
        ("/loss", {"reason": " "}, "Say why"),
        ("/enquiry", {"specialist_id": str(cast.tomas.operator_id)}, "where the case is complex"),
    ):
        page = ona.submit(ona.get(path).form(address), **sent)
        assert (page.status, words in page.text) == (422, True), address
        assert ("Keep me" in page.html) == ("Keep me" in sent.values())
    page = ona.submit(ona.get(path).form("/loss"), reason="Too dear")
    assert "Ona lost the enquiry: Too dear" in page.text


def test_a_product_at_a_client_and_the_roles_of_a_contact(cast: Cast, browser_of: BrowserOf) -> None:
    ona = browser_of("ona")
    path = f"/console/installed-products/{cast.printer_at_klinika.id}"
    page = ona.submit(ona.get(path).form(path), location="Ward 3", delivered_on="2026-01-05", trained_on="2026-01-09")
    assert "Ward 3" in page.text
    page = ona.submit(page.form("/parts"), part_name="Print head", part_kind="spare_part", interval_days="30",
                      replaced_on="2026-01-05")  # fmt: skip
    assert "2026-02-04 late" in " ".join(page.text.split())
    page = ona.submit(page.form("/replacement"), on="2026-03-01")
    assert "2026-03-31" in page.text
    page = ona.submit(page.form(path), trained_on="2030-01-01", location="Keep me")
    assert (page.status, "Keep me" in page.html) == (422, True)
    page = ona.submit(page.form("/parts"), part_name="", part_number="Keep me")
    assert (page.status, "Keep me" in page.html) == (422, True)
    ona.submit(ona.get(path).form("/removal"))
    assert db.session.query(InstalledPart).count() == 0
    contact = f"/console/contacts/{cast.jonas.contact_id}"
    page = ona.submit(ona.get(contact).form("/roles"), roles="decider")
    assert "Decider" in page.text


def test_the_desk_says_what_is_due_when(cast: Cast, browser_of: BrowserOf) -> None:
    petras = browser_of("petras")
    page = petras.submit(petras.get("/console/settings").form("/after-the-sale"), training_days="0", quality_days="7")
    assert page.form("/after-the-sale").fields["quality_days"] == "7"
    page = petras.submit(page.form("/after-the-sale"), training_days="x", complex_quotation_days="9")
    assert (page.status, "Give a whole number" in page.text) == (422, True)
    page = petras.submit(page.form("/after-the-sale"), training_days="5", complex_quotation_days="9")
    assert (page.status, "Give a number from 2 to 3" in page.text) == (422, True)
    assert page.form("/after-the-sale").fields["training_days"] == "5"


def test_for_others_it_does_not_exist(app: Flask, cast: Cast, browser_of: BrowserOf) -> None:
    sale, ticket = a_sale(cast), an_enquiry(cast)
    unit = db.session.scalars(db.select(InstalledProduct.id).order_by(InstalledProduct.id.desc())).first()
    paths = ("/console/sales", "/console/sales/new", f"/console/sales/{sale.number}", "/console/enquiries",
             f"/console/installed-products/{unit}")  # fmt: skip
    for name in ("jonas", "lena", "marek"):
        for path in paths:
            browser_of(name).get(path, status=404)
    giedrius = browser_of("giedrius")
    giedrius.get("/console/sales", status=403)
    giedrius.get("/console/sales/new", status=403)
    giedrius.get(f"/console/sales/{sale.number}", status=404)
    assert "Ten label printers" not in giedrius.get("/console/enquiries").text
    for name, home, address, status in (
        ("marek", "/portal/", f"/console/sales/{sale.number}/payments", 404),
        ("jonas", "/portal/", f"/console/tickets/{ticket.number}/enquiry/winning", 404),
        ("ona", "/console/tickets", f"/console/sales/{sale.number}/payments", 403),
        ("giedrius", "/console/tickets", f"/console/tickets/{ticket.number}/enquiry/winning", 404),
        ("giedrius", "/console/tickets", f"/console/contacts/{cast.jonas.contact_id}/roles", 403),
        ("giedrius", "/console/tickets", f"/console/installed-products/{unit}/parts", 403),
        ("giedrius", "/console/tickets", "/console/sales", 403),
        ("birute", "/console/tickets", f"/console/sales/{sale.number}/points/quality/completion", 404),
    ):
        browser = browser_of(name)
        token = browser.get(home).html.split('name="csrf-token" content="')[1].split('"')[0]
        sent = {"csrf_token": token, "amount": "5", "paid_on": "2026-03-02", "part_name": "A", "roles": "decider"}
        with app.app_context():
            assert browser.client.post(address, data=sent).status_code == status, (name, address)
    assert payments_of(sale.id) == []
    assert not any(point.is_done for point in points_of(sale.id))


@pytest.mark.parametrize("count", [1, 20])
def test_the_pages_ask_few_questions_however_much_there_is(cast: Cast, browser_of: BrowserOf, count: int) -> None:
    for _ in range(count):
        sale = a_sale(cast, items=(NewItem(product_id=cast.printer.id, price_cents=100), NewItem(what="A")))
        record_payment(sale, NewPayment(50, sale.sold_on), by=cast.vera)
        an_enquiry(cast)
    many = a_sale(cast, items=(NewItem(product_id=cast.printer.id, quantity=count),))
    assert {point.kind for point in points_of(many.id)} == set(PointKind)
    ona = browser_of("ona")
    for path, most in (
        ("/console/sales", 14), ("/console/sales?view=all", 14), ("/console/enquiries", 14),
        (f"/console/sales/{many.number}", 18), ("/console/sales/new", 12),
        (f"/console/organisations/{cast.klinika.id}", 16),
    ):  # fmt: skip
        ona.get(path)
        with queries(most, path):
            ona.get(path)
