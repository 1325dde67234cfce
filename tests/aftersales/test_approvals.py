"""Chargeable work above the limit of a contract waits for the client's yes: who may say it, once, and for how long."""

from __future__ import annotations

import pytest

from helpdesk.aftersales import approvals
from helpdesk.aftersales.approvals import (
    NewApproval,
    answer_approval,
    ask_approval,
    expire_approvals,
    waive_approval,
    withdraw_approval,
)
from helpdesk.aftersales.hours import grant_hours, verify
from helpdesk.aftersales.terms import NewTerms, set_terms
from helpdesk.aftersales.work import NewWork, log_work, reverse_work, work_of
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.models.contracts import Approval, BillingNotice, Contract, Plan
from helpdesk.models.people import BuyingRole, ContactRole
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.policy.actor import Actor
from tests.aftersales.conftest import At, a_contract
from tests.cast import Cast
from tests.factories import a_ticket, facts

PHONE = Channel.PHONE
QUESTION = NewApproval("A new print head", 120)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=60)
    return a_ticket(cast)


def decider(cast: Cast, actor: Actor, role: BuyingRole = BuyingRole.DECIDER) -> None:
    db.session.add(ContactRole(contact_id=actor.contact_id, role=role))
    db.session.commit()


def asked(approval: Approval) -> set[int]:
    return {each.contact_id for each in approval.asked}


def test_work_up_to_the_limit_needs_nobody_and_above_it_is_refused_with_the_reason(cast: Cast, ticket: Ticket) -> None:
    log_work(ticket, NewWork(40, PHONE), by=cast.ona)
    with pytest.raises(Invalid) as refusal:
        log_work(ticket, NewWork(21, PHONE), by=cast.ona)
    assert refusal.value.code == "approval_needed"
    assert "ask the client for approval first" in refusal.value.errors["minutes"][0]
    log_work(ticket, NewWork(20, PHONE), by=cast.ona)
    assert [work.minutes for work in work_of(ticket)] == [40, 20]
    log_work(ticket, NewWork(500, PHONE, is_billable=False), by=cast.ona)  # costs nothing


def test_the_client_says_yes_and_so_much_is_done(cast: Cast, ticket: Ticket) -> None:
    decider(cast, cast.egle)
    approval = ask_approval(ticket, QUESTION, by=cast.ona)
    assert (asked(approval), approval.amount_cents) == ({cast.egle.contact_id}, 18_000)
    with pytest.raises(Invalid):
        log_work(ticket, NewWork(90, PHONE), by=cast.ona)
    for _click in range(2):
        answer_approval(approval, True, "Go on", by=cast.egle)
    work = log_work(ticket, NewWork(90, PHONE), by=cast.ona)
    assert work.approval_id == approval.id
    with pytest.raises(Invalid) as refusal:
        log_work(ticket, NewWork(70, PHONE), by=cast.ona)
    assert "0:30 more" in refusal.value.errors["minutes"][0]
    reverse_work(work.id, ticket, "The wrong ticket", by=cast.ona)
    assert [each.left for each in approvals.approvals_of(ticket, for_=cast.ona)] == [120]
    assert facts(ticket).count("ApprovalAnswered") == 1


def test_only_those_who_were_asked_may_answer(cast: Cast, ticket: Ticket) -> None:
    decider(cast, cast.egle, BuyingRole.BUYER)
    approval = ask_approval(ticket, QUESTION, by=cast.ona)
    for actor in (cast.jonas, cast.lena, cast.marek, cast.ona, cast.vera):
        with pytest.raises(Forbidden):
            answer_approval(approval, True, by=actor)
    for actor in (cast.jonas, cast.lena, cast.marek):
        with pytest.raises(NotFound):
            approvals.get_approval(approval.id, for_=actor)
        assert list(approvals.my_approvals(for_=actor)) == []
    answer_approval(approval, False, "Too dear", by=cast.egle)
    with pytest.raises(Conflict):
        answer_approval(approval, True, by=cast.egle)
    with pytest.raises(Invalid):
        log_work(ticket, NewWork(90, PHONE), by=cast.ona)


def test_without_decider_or_buyer_those_who_supervise_are_asked(cast: Cast, ticket: Ticket) -> None:
    assert asked(ask_approval(ticket, QUESTION, by=cast.ona)) == {cast.lena.contact_id}


def test_where_nobody_can_answer_nobody_is_asked(cast: Cast) -> None:
    with pytest.raises(Conflict) as refusal:
        ask_approval(a_ticket(cast, requester=cast.marek), QUESTION, by=cast.ona)
    assert refusal.value.code == "nobody_decides"


def test_the_same_question_is_asked_once_and_can_be_withdrawn(cast: Cast, ticket: Ticket) -> None:
    one, two = (ask_approval(ticket, QUESTION, by=cast.ona) for _click in range(2))
    assert one.id == two.id
    for _click in range(2):
        withdraw_approval(one, by=cast.ona)
    with pytest.raises(Conflict):
        answer_approval(one, True, by=cast.lena)
    assert ask_approval(ticket, QUESTION, by=cast.ona).id != one.id


def test_after_its_time_nobody_can_answer(cast: Cast, ticket: Ticket, at: At) -> None:
    approval = ask_approval(ticket, QUESTION, by=cast.ona)
    with at("2026-03-09 09:01"):
        with pytest.raises(Conflict) as refusal:
            answer_approval(approval, True, by=cast.lena)
        assert refusal.value.code == "approval_expired"
        assert (expire_approvals(), expire_approvals()) == (1, 0)
    assert approval.state == "expired"


def test_a_manager_waives_it_with_a_reason(cast: Cast, ticket: Ticket) -> None:
    with pytest.raises(Forbidden):
        waive_approval(ticket, 90, "It burns", by=cast.ona)
    with pytest.raises(Invalid):
        waive_approval(ticket, 90, " ", by=cast.vera)
    one, two = (waive_approval(ticket, 90, "It burns", by=cast.vera) for _click in range(2))
    assert one.id == two.id
    assert log_work(ticket, NewWork(90, PHONE), by=cast.ona).approval_id == one.id


def test_the_limit_may_be_money_and_counts_what_the_hours_do_not_cover(cast: Cast) -> None:
    contract = a_contract(cast, approval_above_cents=9_000)
    grant_hours(contract, 60, by=cast.petras)
    ticket = a_ticket(cast)
    log_work(ticket, NewWork(120, PHONE), by=cast.ona)  # an hour of it for 90 euros
    with pytest.raises(Invalid):
        log_work(ticket, NewWork(1, PHONE), by=cast.ona)
    assert list(verify()) == []
    assert db.session.query(BillingNotice).count() == 1


@pytest.mark.parametrize(
    ("new", "field"),
    [(NewApproval(" ", 60), "what"), (NewApproval("It", 0), "minutes"), (NewApproval("It", -5), "minutes"),
     (NewApproval("It", 60, -1), "amount_cents")],
)  # fmt: skip
def test_bad_questions_are_refused_at_their_field(cast: Cast, ticket: Ticket, new: NewApproval, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ask_approval(ticket, new, by=cast.ona)
    assert list(refusal.value.errors) == [field]
    assert db.session.query(Approval).count() == 0


def test_the_limit_of_the_day_counts(cast: Cast, at: At) -> None:
    contract: Contract = a_contract(cast, plan=Plan.PAY_AS_YOU_GO)
    ticket = a_ticket(cast)
    log_work(ticket, NewWork(600, PHONE), by=cast.ona)
    later = NewTerms(valid_from=contract.valid_from.replace(month=4), plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=0)
    set_terms(contract, later, by=cast.petras)
    with at("2026-04-02 10:00"), pytest.raises(Invalid):
        log_work(ticket, NewWork(1, PHONE), by=cast.ona)


def test_more_money_than_an_approval_holds_is_refused_at_its_minutes(cast: Cast) -> None:
    a_contract(cast, plan=Plan.PAY_AS_YOU_GO, approval_above_minutes=60, hourly_rate_cents=10_000_000)
    ticket = a_ticket(cast)
    decider(cast, cast.egle)
    with pytest.raises(Invalid) as refusal:
        ask_approval(ticket, NewApproval("A new factory", 10_000_000), by=cast.ona)
    assert refusal.value.errors["minutes"] == ["Give a number from 1 to 6000."]
    assert ask_approval(ticket, NewApproval("A new hall", 6_000), by=cast.ona).amount_cents == 1_000_000_000
