"""From the first mail of a company to the manager's report: what comes before and after a sale, through all faces.

A company asks by mail; the enquiry is quoted and won; the sale is handed over; the points of its checklist are done;
its ten prepaid hours are used up in the middle of a visit; what is left goes to a proforma; a claim is refunded; the
quarterly visit finds a need and a referral; and every report shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from flask import Flask

from helpdesk.aftersales.revisits import prepare_revisits
from helpdesk.channels import email
from helpdesk.config import Config
from helpdesk.core.db import db
from helpdesk.core.standing import forget_mark
from helpdesk.jobs.worker import run_all
from helpdesk.models.access import Account
from helpdesk.models.care import Revisit
from helpdesk.models.contracts import BillingNotice, Contract
from helpdesk.models.enquiries import Enquiry
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.products import InstalledProduct
from helpdesk.models.sales import Sale
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people.accounts import account_by_email, actor_of
from helpdesk.policy.actor import Actor
from tests.aftersales.claiming import some_rules
from tests.api.conftest import Caller, as_, document  # noqa: F401 - fixtures of the API
from tests.cast import PASSWORD, Cast
from tests.channels.conftest import a_mail
from tests.cli.conftest import Threeline, threeline  # noqa: F401 - a fixture of the command line
from tests.page import Client, Page

At = Callable[..., AbstractContextManager[None]]
BrowserOf = Callable[[str], Client]
As = Callable[[Actor], Caller]
ADA = "ada@vitalus.example"


class Story:
    """The people of the story with their browsers, tokens and terminal, and what they have come to know."""

    def __init__(
        self,
        app: Flask,
        cast: Cast,
        config: Config,
        browser_of: BrowserOf,
        as_: As,  # noqa: F811
        threeline: Threeline,  # noqa: F811
    ) -> None:
        self.app, self.cast, self.config = app, cast, config
        self.browser_of, self.as_, self.threeline = browser_of, as_, threeline
        self.ona, self.tomas, self.vera = browser_of("ona"), browser_of("tomas"), browser_of("vera")

    def work(self) -> None:
        """What the worker does; the savepoint of the test, begun before, would take its cause back with it."""
        db.session.commit()
        run_all()
        forget_mark()

    def letters_to(self, address: str) -> list[Any]:
        mails = [message_from_bytes(path.read_bytes(), policy=default) for path in
                 sorted(self.config.mail_folder.glob("*.eml"))]  # fmt: skip
        return [mail for mail in mails if address in str(mail["To"])]

    def ticket(self, subject: str) -> Ticket:
        found: Ticket = one(db.select(Ticket).where(Ticket.subject == subject))
        return found

    def contract(self) -> Contract:
        found: Contract = one(db.select(Contract).where(Contract.number == "V-1"))
        return found


@pytest.fixture
def story(
    app: Flask, cast: Cast, config: Config, browser_of: BrowserOf, as_: As, threeline: Threeline  # noqa: F811
) -> Iterator[Story]:  # fmt: skip
    some_rules(cast)
    db.session.commit()
    yield Story(app, cast, config, browser_of, as_, threeline)


def test_a_company_from_its_first_mail_to_the_managers_report(story: Story, at: At) -> None:
    they_ask_and_buy(story)
    what_was_sold_is_checked(story, at)
    ada = they_come_to_the_portal(story)
    with at("2026-03-16 09:00"):
        seven_tickets_by_four_channels(story, ada)
    with at("2026-03-17 15:00"):
        the_hours_end_in_the_middle_of_a_visit(story, ada)
    with at("2026-03-18 09:00"):
        a_claim_is_refunded(story, ada)
    a_quarterly_visit_finds_a_need_and_a_referral(story, at)
    with at("2026-06-03 09:00"):
        the_manager_reads_all_of_it(story)
        nothing_of_it_reaches_a_stranger(story)


def they_ask_and_buy(story: Story) -> None:
    cast, ona = story.cast, story.ona
    page = story.vera.submit(
        story.vera.get("/console/care-plans/new").form("/care-plans"), name="Quarterly care", what_1="Care visit",
        channel_1="on_site_visit", minutes_1="60", rule_1="FREQ=MONTHLY;INTERVAL=3",
    )  # fmt: skip
    assert "Quarterly care" in page.text
    email.receive(a_mail("We need a label printer. What does it cost?", sender=f"Ada <{ADA}>", subject="A printer"))
    ticket = story.ticket("A printer")
    story.as_(cast.ona).patch(f"/tickets/{ticket.number}", {"type": "enquiry"})
    story.work()
    assert len(rows(db.select(Enquiry))) == 1

    page = ona.get(f"/console/tickets/{ticket.number}")
    page = ona.submit(page.form("/meetings"), met_at="2026-03-02T08:30", meeting_note="One printer, and care")
    assert "Summary letter" in page.text
    page = ona.submit(page.form("/summary"), summary="One printer, and a visit each quarter.")
    page = ona.submit(page.form("/quotations"), offer="Label printer", amount="1200", valid_until="2026-04-30")
    story.work()
    assert any("visit each quarter" in mail.get_body().get_content() for mail in story.letters_to(ADA))

    form = ona.submit(page.form("/winning")).form("/console/sales")
    plan = next(value for value in _options(ona.get("/console/sales/new").html, "care_plan_id"))
    page = ona.submit(form, **{
        "organisation.name": "Vitalus", "organisation.city": "Kaunas", "contacts.0.roles": "decider",
        "contacts.0.is_supervisor": "true", "contacts.0.is_invited": "true",
        "items.0.product_id": str(cast.printer.id), "items.0.quantity": "1", "items.0.price": "1200",
        "items.0.serials": "VP-1", "items.0.delivered_on": "2026-03-02", "contract.number": "V-1",
        "contract.plan": "prepaid", "contract.valid_from": "2026-03-02", "contract.valid_until": "2027-03-01",
        "contract.hours": "10", "contract.hourly_rate": "90", "contract.covers_on_site": "true",
        "care_plan_id": plan,
    })  # fmt: skip
    assert "is handed over to operations" in page.text, page.text
    vitalus = one(db.select(Organisation).where(Organisation.name == "Vitalus"))
    contact = _contact()
    assert contact.organisation_id == vitalus.id and contact.is_supervisor
    visits = rows(db.select(Revisit.planned_on).order_by(Revisit.planned_on))
    assert visits[0] == date(2026, 6, 2)


def what_was_sold_is_checked(story: Story, at: At) -> None:
    sale = one(db.select(Sale))
    path, by_api = f"/console/sales/{sale.number}", story.as_(story.cast.ona)
    with at("2026-03-05 10:00"):
        done = by_api.put(f"/sales/{sale.number}/points/delivery/completion", {"on": "2026-03-03"})
        assert done.status_code == 200, done.get_json()
        page = story.ona.submit(story.ona.get(path).form("/points/installation/completion"), done_on="2026-03-04")
    with at("2026-03-09 10:00"):
        page = story.ona.submit(story.ona.get(path).form("/points/training/completion"), done_on="2026-03-09")
        assert "3 to do" in story.threeline("sales", "list", "--unfinished").out
        story.vera.submit(story.vera.get(path).form("/payments"), amount="1200", paid_on="2026-03-06")
    installed = one(db.select(InstalledProduct).where(InstalledProduct.serial == "VP-1"))
    assert (installed.installed_on, installed.trained_on) == (date(2026, 3, 4), date(2026, 3, 9))
    assert installed.free_upgrades_until == date(2027, 3, 2)
    notices = rows(db.select(BillingNotice).order_by(BillingNotice.id))
    assert [(each.kind.value, str(each.dated)) for each in notices] == [
        ("proforma", "2026-03-02"),
        ("vat_invoice", "2026-03-06"),
    ]
    assert "Quality" in page.text  # is still to be checked


def they_come_to_the_portal(story: Story) -> Client:
    story.work()
    [token] = {found for mail in story.letters_to(ADA)
               for found in re.findall(r"/invitations/([\w.-]+)", mail.get_body(("plain",)).get_content())}  # fmt: skip
    ada = Client(story.app)
    page = ada.get(f"/invitations/{token}")
    ada.submit(page.form(f"/invitations/{token}"), password=PASSWORD)
    assert "Visits" in ada.get("/portal").text
    return ada


def seven_tickets_by_four_channels(story: Story, ada: Client) -> None:
    """Six tickets of eighty minutes each: two by the portal, two by mail, one by phone, one by the API."""
    account = account_by_email(ADA)
    assert isinstance(account, Account)
    ada_herself = actor_of(account)
    db.session.commit()
    for number in (1, 2):
        ada.submit(ada.get("/portal/tickets/new").form("/tickets"), type="incident", subject=f"Portal {number}",
                   text="It prints nothing.")  # fmt: skip
        email.receive(a_mail("It prints nothing.", sender=f"Ada <{ADA}>", subject=f"Mail {number}"))
    form = story.ona.get(f"/console/calls/new?requester_id={ada_herself.contact_id}").form("/calls")
    story.ona.submit(form, subject="Phone 1", text="It prints nothing.", channel="phone")
    caller = story.as_(ada_herself)
    assert caller.post("/tickets", {"subject": "API 1", "text": "It prints nothing."}).status_code == 201
    story.work()
    tickets = [story.ticket(f"{how} {n}") for how, n in (("Portal", 1), ("Portal", 2), ("Mail", 1), ("Mail", 2),
                                                         ("Phone", 1), ("API", 1))]  # fmt: skip
    assert {ticket.contract_id for ticket in tickets} == {story.contract().id}
    for ticket in tickets[:2]:
        story.ona.submit(story.ona.get(f"/console/tickets/{ticket.number}").form("/work-logs"), work_minutes="80",
                         work_channel="remote_session", work_note="Looked at it")  # fmt: skip
    for ticket in tickets[2:4]:
        logged = story.threeline("ticket", "log-work", ticket.number, "--minutes", "80", "--channel",
                                 "remote_session", "--note", "Looked at it", "--as", "ona@desk.example")  # fmt: skip
        assert logged.code == 0, logged.err
    for ticket in tickets[4:]:
        sent = {"minutes": 80, "channel": "remote_session", "note": "Looked at it"}
        assert story.as_(story.cast.ona).post(f"/tickets/{ticket.number}/work-logs", sent).status_code == 201
    told = story.threeline("hours", "statement", "V-1", "--json").document
    assert told["balance_minutes"] == 600 - 480
    promise = story.as_(story.cast.ona).post(f"/tickets/{tickets[0].number}/promised-times", {
        "what": "Call back", "until_at": "2026-03-16T13:00:00Z",
    })  # fmt: skip
    assert promise.status_code == 201, promise.get_json()
    page = story.ona.get(f"/console/promises/{promise.get_json()['id']}")
    story.ona.submit(page.form("/outcome"))


def the_hours_end_in_the_middle_of_a_visit(story: Story, ada: Client) -> None:
    """The seventh ticket: three hours on site, for two of which there are hours."""
    form = story.ona.get(f"/console/calls/new?requester_id={_contact().id}").form("/calls")
    story.ona.submit(form, subject="Visit", text="Come and look at it.", channel="phone")
    ticket = story.ticket("Visit")
    for _click in range(2):
        page = story.ona.get(f"/console/tickets/{ticket.number}")
        form = page.form("/work-logs")
        key = form.fields.get("submission_key", "")
        form.fields["submission_key"] = "once" if key else key
        story.ona.submit(form, work_minutes="180", work_channel="on_site_visit", work_note="New print head")
    overages = rows(
        db.select(BillingNotice).where(BillingNotice.contract_id == story.contract().id, BillingNotice.minutes > 0)
    )
    assert [(each.kind.value, each.minutes, each.amount_cents) for each in overages] == [("proforma", 60, 9_000)]
    assert story.threeline("hours", "verify", "--all").code == 0
    contract_id = story.contract().id
    page = ada.get(f"/portal/hours/{contract_id}")
    for words in ("New print head", "Goes to a proforma", "0:00"):
        assert words in page.text
    story.work()
    assert any("V-1" in mail.get_body(("plain",)).get_content() for mail in story.letters_to(ADA)
               if "hour" in str(mail["Subject"]).lower())  # fmt: skip
    taken = story.threeline("billing", "take", "--json").document
    assert [each["amount_cents"] for each in taken["notices"] if each["minutes"]] == [9_000]
    assert story.threeline("billing", "take", "--json").document == {"batch": None, "notices": []}
    assert story.threeline("billing", "confirm", str(taken["batch"])).code == 0


def a_claim_is_refunded(story: Story, ada: Client) -> None:
    ada.submit(ada.get("/portal/tickets/new").form("/tickets"), type="claim", subject="Bad head",
               text="The new head smears.", product_id=str(story.cast.printer.id))  # fmt: skip
    story.work()
    number, ona = story.ticket("Bad head").number, story.ona
    path = f"/console/tickets/{number}/claim"
    page = ona.submit(ona.get(path).form("/description"), fault="workmanship", revision="2", price="200.00")
    page = ona.submit(page.form("/acknowledgement"))
    page = ona.submit(page.form("/whys"), question="Why does it smear?", answer="A wrong head.")
    for form in [form for form in page.forms if "/evidence/" in form.action]:
        ona.submit(form, note="Her photo")
    ona.submit(ona.get(path).form("/root-cause"), root_cause="Heads look alike in the store.")
    explained = story.threeline("claims", "decide", number, "--explain", "--as", "ona@desk.example")
    assert "50" in explained.out and explained.code == 0, explained.err
    ona.submit(ona.get(path).form("/decisions"), outcome="refund", reasons="It was our mistake.")
    if "a second person approves it" in ona.get(path).text:
        rasa = story.browser_of("rasa")
        rasa.submit(rasa.get(path).form("/approval"))
    story.work()
    page = ada.get(f"/portal/tickets/{number}/claim")
    assert "We refund €100.00" in page.text
    ada.submit(page.form("/acceptance"))
    page = ona.submit(ona.get(path).form("/correction"), action="Heads are marked by colour")
    page = ona.submit(page.form("/verification"), proof="Nobody mixes them up any more")
    ada.submit(ada.get(f"/portal/tickets/{number}").form("/acceptance"))
    story.work()
    assert story.ticket("Bad head").status is Status.CLOSED
    assert rows(db.select(BillingNotice.amount_cents).where(BillingNotice.amount_cents < 0)) == [-10_000]


def a_quarterly_visit_finds_a_need_and_a_referral(story: Story, at: At) -> None:
    with at("2026-05-25 09:00"):
        db.session.commit()
        prepare_revisits()
        story.work()
        [invitation] = [mail for mail in story.letters_to(ADA) if "Care visit" in str(mail["Subject"])]
        [calendar] = [part for part in invitation.walk() if part.get_content_type() == "text/calendar"]
        assert "METHOD:REQUEST" in calendar.get_content()
        ada = Client(story.app).sign_in(ADA)
        revisit_id = one(db.select(Revisit.id).order_by(Revisit.planned_on).limit(1))
        ada.submit(ada.get(f"/portal/revisits/{revisit_id}").form("/confirmation"))
    revisit = one(db.select(Revisit).where(Revisit.id == revisit_id))
    assert revisit.state.value == "confirmed"
    with at("2026-06-02 15:00"):
        story.ona, ada = story.browser_of("ona"), Client(story.app).sign_in(ADA)
        page = story.ona.get(f"/console/revisits/{revisit.id}/outcome")
        page = story.ona.submit(
            page.form("/outcome"), satisfaction="5", summary="The printer runs well.", worked_minutes="0",
            need_kind_1="extra_site", need_1="A printer for the second ward", company_1="Kauno baldai",
        )  # fmt: skip
        assert "The printer runs well." in page.text
        page = ada.submit(ada.get(f"/portal/revisits/{revisit.id}").form("/confirmation"))
        page = story.ona.get("/console/needs")
        assert "A printer for the second ward" in page.text
        assert "Kauno baldai" in page.text


def the_manager_reads_all_of_it(story: Story) -> None:
    vera = story.browser_of("vera")
    for path, words in (
        ("/manager/overview?period=365", ("8", "API")),
        ("/manager/hours?period=365", ("V-1", "10:00", "1:00", "-€10.00")),
        ("/manager/claims?period=365", ("Vitalus", "€100.00")),
        ("/manager/revisits?period=365", ("1 / 1", "5.0 (1)")),
        ("/manager/promises?period=365", ("1 / 1",)),
    ):
        page: Page = vera.get(path)
        for each in words:
            assert each in page.text, (path, each)
    figures = story.threeline("report", "revisits", "--json").document["total"]
    assert (figures["on_time"], figures["needs"], figures["referrals"], figures["satisfaction"]) == (1, 1, 1, 5.0)
    assert story.threeline("report", "claims", "--json").document["total"]["refunded_cents"] == {"EUR": 10_000}


def nothing_of_it_reaches_a_stranger(story: Story) -> None:
    marek, number = story.browser_of("marek"), story.ticket("Visit").number
    for path in (f"/portal/tickets/{number}", f"/portal/hours/{story.contract().id}",
                 f"/portal/revisits/{one(db.select(db.func.min(Revisit.id)))}"):  # fmt: skip
        assert marek.get(path, status=404).status == 404
    assert story.as_(story.cast.marek).get("/revisits").get_json()["revisits"] == []
    assert not story.letters_to("marek@strangers.example")


def _contact() -> Contact:
    found: Contact = one(db.select(Contact).where(Contact.email == ADA))
    return found


def rows(query: Any) -> list[Any]:
    """What the desk holds; the test's own savepoint ends at once, or a request's work would go back with it."""
    db.session.expire_all()
    found = list(db.session.scalars(query))
    db.session.commit()
    return found


def one(query: Any) -> Any:
    [found] = rows(query)
    return found


def _options(html: str, name: str) -> list[str]:
    """The values of a choice on a page, the empty one aside."""
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.S)
    assert select is not None
    return [value for value in re.findall(r'<option value="([^"]*)"', select[0]) if value]
