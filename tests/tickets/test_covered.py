"""Which contract covers a request by component, channel and hour, and why the others do not; and what overlaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from helpdesk.aftersales.hours import grant_hours, verify
from helpdesk.aftersales.terms import NewTerms, set_terms
from helpdesk.aftersales.work import NewWork, log_work
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.times import now
from helpdesk.entitlement.choice import entitled
from helpdesk.entitlement.contracts import NewContract, add_contract, add_line, end_contract, overlaps
from helpdesk.models.contracts import Contract, ContractLine, Plan
from helpdesk.models.products import Component, Product
from helpdesk.models.tickets import Channel
from helpdesk.tickets.intake import NewTicket, open_ticket
from sla import register
from sla.models import WorkCalendar
from tests.aftersales.conftest import At, a_contract
from tests.cast import Cast
from tests.web.test_pages import queries

NEW_YEAR, LAST = date(2026, 1, 1), date(2026, 12, 31)


def verdicts(cast: Cast, channel: Channel = Channel.PORTAL, **asked: Any) -> list[tuple[str, str, str]]:
    ticket = open_ticket(NewTicket("Blank labels", "Every label is blank.", **asked), by=cast.jonas, channel=channel)
    assert ticket.entitlement is not None
    return [(each["source"], each["name"], each["verdict"]) for each in ticket.entitlement["candidates"]]


def new(number: str, since: date = NEW_YEAR, until: date | None = LAST, **more: Any) -> NewContract:
    return NewContract(number, register.default_policy_id(), since, until, **more)


def test_a_component_is_covered_before_its_product_and_alone(cast: Cast) -> None:
    head = db.session.query(Component).one()
    contract = a_contract(cast)
    contract.lines = [
        ContractLine(product_id=cast.printer.id), ContractLine(product_id=cast.printer.id, component_id=head.id),
    ]  # fmt: skip
    contract.policy_id, policy_id = None, contract.policy_id
    for line in contract.lines:
        line.policy_id = policy_id
    db.session.commit()
    assert verdicts(cast, product_id=cast.printer.id, component_id=head.id)[:2] == [
        ("contract_line", "C-7", "chosen"), ("contract_line", "C-7", "outranked"),
    ]  # fmt: skip
    assert verdicts(cast, product_id=cast.printer.id)[:2] == [
        ("contract_line", "C-7", "other_component"), ("contract_line", "C-7", "chosen"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "verdict"),
    [(Channel.PHONE, "chosen"), (Channel.PORTAL, "other_channel"), (Channel.EMAIL, "other_channel"),
     (Channel.ON_SITE_VISIT, "chosen")],
)  # fmt: skip
def test_a_contract_covers_what_comes_by_its_channels(cast: Cast, channel: Channel, verdict: str) -> None:
    a_contract(cast, channels=("phone",))
    assert verdicts(cast, channel)[0] == ("contract", "C-7", verdict)


@pytest.mark.parametrize(
    ("when", "only", "verdict"),
    [("2026-03-02 16:59", True, "chosen"), ("2026-03-02 17:00", True, "outside_hours"),
     ("2026-03-07 10:00", True, "outside_hours"), ("2026-03-11 10:00", True, "outside_hours"),
     ("2026-03-07 10:00", False, "chosen")],
)  # fmt: skip
def test_a_contract_may_cover_its_hours_alone(cast: Cast, at: At, when: str, only: bool, verdict: str) -> None:
    calendar = db.session.query(WorkCalendar).one()
    a_contract(cast, calendar_id=calendar.id, covers_only_hours=only)
    with at(when):
        assert verdicts(cast)[0] == ("contract", "C-7", verdict)


def test_work_on_what_channel_or_hour_kept_out_is_chargeable(cast: Cast, at: At) -> None:
    calendar = db.session.query(WorkCalendar).one()
    contract = a_contract(cast, channels=("phone",), calendar_id=calendar.id, covers_only_hours=True)
    grant_hours(contract, 600, by=cast.petras)
    rules = []
    for when, channel in (("2026-03-03 10:00", Channel.PORTAL), ("2026-03-07 10:00", Channel.PHONE),
                          ("2026-03-03 10:00", Channel.PHONE)):  # fmt: skip
        with at(when):
            ticket = open_ticket(NewTicket("Blank", "Every label."), by=cast.jonas, channel=channel)
            work = log_work(ticket, NewWork(30, Channel.PHONE), by=cast.ona)
            rules.append((work.rule, work.chargeable_minutes, ticket.contract_id is None))
    assert rules == [("channel", 30, True), ("outside_hours", 30, True), ("prepaid_hours", 0, False)]
    assert list(verify()) == []


def test_the_terms_of_the_day_count(cast: Cast, at: At) -> None:
    contract = a_contract(cast)
    later = NewTerms(valid_from=date(2026, 4, 1), plan=Plan.PREPAID, channels=("phone",))
    set_terms(contract, later, by=cast.petras)
    with at("2026-03-31 23:00"):
        assert verdicts(cast)[0][2] == "chosen"
    with at("2026-04-01 01:00"):
        assert verdicts(cast)[0][2] == "other_channel"


def test_the_choice_asks_no_more_for_many_contracts(cast: Cast) -> None:
    for number in range(8):
        contract = a_contract(cast, f"C-{number}", plan=None)
        contract.lines = [ContractLine(product_id=cast.printer.id)]
    db.session.commit()
    organisation_id = cast.klinika.id
    db.session.expunge_all()
    with queries(4, "choice"):
        found = entitled(organisation_id=organisation_id, product_id=cast.printer.id, installed=None, at=now())
    assert found.contract_id is not None


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"since": date(2026, 12, 31), "until": None}, True), ({"since": date(2025, 1, 1), "until": NEW_YEAR}, True),
        ({"since": date(2025, 1, 1), "until": None}, True),
        ({"since": date(2026, 5, 1), "until": date(2026, 5, 1)}, True),
        ({"since": date(2027, 1, 1), "until": None}, False),
        ({"since": date(2025, 1, 1), "until": date(2025, 12, 31)}, False),
    ],
)  # fmt: skip
def test_two_contracts_never_cover_the_same_day(cast: Cast, values: dict[str, Any], refused: bool) -> None:
    add_contract(cast.klinika, new("K-1"), by=cast.vera)
    add_contract(cast.strangers, new("S-1"), by=cast.vera)  # of another organisation
    if refused:
        with pytest.raises(Invalid) as refusal:
            add_contract(cast.klinika, new("K-2", **values), by=cast.vera)
        assert "The contract K-1 covers the same" in refusal.value.errors["valid_from"][0]
    else:
        add_contract(cast.klinika, new("K-2", **values), by=cast.vera)
    assert db.session.query(Contract).count() == (2 if refused else 3)
    assert list(overlaps()) == []


def test_what_covers_something_else_may_run_beside_it(cast: Cast) -> None:
    head, till = db.session.query(Component).one(), db.session.query(Product).filter_by(name="Till software").one()
    policy_id = register.default_policy_id()
    add_contract(cast.klinika, new("K-1"), by=cast.vera)  # all that no line names
    alone = {"valid_from": NEW_YEAR, "valid_until": LAST, "policy_id": None, "line_policy_id": policy_id}
    printer = add_contract(cast.klinika, NewContract("K-2", product_ids=(cast.printer.id,), **alone), by=cast.vera)
    add_contract(cast.klinika, NewContract("K-3", component_ids=(head.id,), **alone), by=cast.vera)
    add_contract(cast.klinika, NewContract("K-4", product_ids=(till.id,), **alone), by=cast.vera)
    for values in ({"product_ids": (cast.printer.id,)}, {"component_ids": (head.id,)}):
        with pytest.raises(Invalid):
            add_contract(cast.klinika, NewContract("K-5", **alone, **values), by=cast.vera)
    for product_id, component_id in ((till.id, None), (cast.printer.id, head.id)):
        with pytest.raises(Invalid) as refusal:
            add_line(printer, product_id, None, component_id=component_id, by=cast.vera)
        assert list(refusal.value.errors) == ["product_id"]
    assert db.session.query(ContractLine).count() == 3


def test_a_contract_does_not_grow_into_the_next_one(cast: Cast) -> None:
    one = add_contract(cast.klinika, new("K-1"), by=cast.vera)
    add_contract(cast.klinika, new("K-2", date(2027, 1, 1), None), by=cast.vera)
    with pytest.raises(Invalid) as refusal:
        end_contract(one, date(2027, 1, 1), seen=LAST, by=cast.vera)
    assert "K-2 covers the same, from 2027-01-01 on" in refusal.value.errors["on"][0]
    db.session.refresh(one)
    assert one.valid_until == LAST
    end_contract(one, date(2026, 6, 30), seen=LAST, by=cast.vera)


def test_what_overlaps_since_before_is_read_as_ever(cast: Cast) -> None:
    for number in ("C-1", "C-2"):
        a_contract(cast, number)
    assert [(one.number, two.number) for one, two in overlaps()] == [("C-1", "C-2")]
    assert verdicts(cast)[0][2] == "chosen"
    one = db.session.query(Contract).filter_by(number="C-1").one()
    with pytest.raises(Invalid):
        end_contract(one, LAST, seen=None, by=cast.vera)
    with pytest.raises(Invalid):
        add_contract(cast.klinika, new("C-3", date(2027, 1, 1), None), by=cast.vera)


@pytest.mark.parametrize(("since", "until", "field"), [
    (NEW_YEAR, date(9999, 12, 31), "valid_until"), (date(1, 1, 1), LAST, "valid_from"),
])  # fmt: skip
def test_a_contract_begins_and_ends_in_our_time(cast: Cast, since: date, until: date, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add_contract(cast.klinika, new("K-1", since, until), by=cast.vera)
    assert list(refusal.value.errors) == [field]
    contract = add_contract(cast.klinika, new("K-1"), by=cast.vera)
    with pytest.raises(Invalid):
        end_contract(contract, date(9999, 12, 31), seen=LAST, by=cast.vera)
    contract.valid_until = date.max  # as it was written before
    assert contract.renews_on is None
