"""The life of a claim: its states, its ticket, what is due, who decides and approves, the appeal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from helpdesk.aftersales import claim_states as states
from helpdesk.aftersales.claim_course import claim_of, decisions_of
from helpdesk.aftersales.claim_queries import file_of, list_claims, running_claims
from helpdesk.aftersales.claim_settings import change_claim_settings
from helpdesk.aftersales.claims import (
    acknowledge_claim,
    begin_correction,
    close_claim,
    register_claim,
    verify_correction,
    withdraw_claim,
)
from helpdesk.aftersales.decisions import (
    NewDecision,
    accept_decision,
    appeal_claim,
    approve_decision,
    decide_claim,
    refuse_decision,
)
from helpdesk.aftersales.investigation import Description, describe_claim, find_cause, record_why, tick_evidence
from helpdesk.cli.invariants import Look, every_refund_was_credited_once
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid, NotFound
from helpdesk.core.files import FileStore
from helpdesk.core.times import now
from helpdesk.jobs.worker import run_all
from helpdesk.models.claims import Claim, ClaimDecision, ClaimState, DecisionState, FaultKind, Outcome
from helpdesk.models.contracts import BillingNotice, NoticeKind
from helpdesk.models.duties import DutyKind
from helpdesk.models.tickets import Status, TicketType
from helpdesk.policy.actor import SYSTEM
from helpdesk.tickets.classification import Classification, classify
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.duties import duties_of
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.resolution import accept_resolution, cancel_ticket, refuse_resolution, resolve_ticket
from helpdesk.tickets.whys import LONGEST_WHY
from tests.aftersales.claiming import ORDER, PRICE, REFUND, a_claim, again, bring
from tests.cast import Cast
from tests.factories import a_ticket, facts

At = Callable[..., AbstractContextManager[None]]
REJECT = NewDecision(Outcome.REJECT, "The printer was used outdoors.")


def open_duties(claim: Claim) -> list[DutyKind]:
    return [duty.kind for duty in duties_of(("claim", claim.id)) if duty.is_open]


def notices() -> list[tuple[str, str, int | None]]:
    rows = db.session.scalars(db.select(BillingNotice).order_by(BillingNotice.id))
    return [(row.kind.value, row.rule, row.amount_cents) for row in rows]


def test_each_state_has_its_followers_its_statuses_and_what_is_due() -> None:
    assert set(states.TRANSITIONS) == set(states.TICKET_STATUSES) == set(ClaimState)
    assert set(states.STAGES) == set(ClaimState) | {states.PROPOSED}
    assert set(states.EVIDENCE) == set(FaultKind)
    assert states.TRANSITIONS[ClaimState.DECIDED] >= {ClaimState.INVESTIGATED, ClaimState.CLOSED}


@pytest.mark.parametrize(
    ("state", "status", "due"),
    [
        (ClaimState.REGISTERED, Status.NEW, DutyKind.CLAIM_ACKNOWLEDGE),
        (ClaimState.ACKNOWLEDGED, Status.OPEN, DutyKind.CLAIM_INVESTIGATE),
        (ClaimState.INVESTIGATED, Status.OPEN, DutyKind.CLAIM_DECIDE),
        (ClaimState.DECIDED, Status.OPEN, DutyKind.CLAIM_CORRECT),
        (ClaimState.CORRECTIVE_ACTION, Status.OPEN, DutyKind.CLAIM_VERIFY),
        (ClaimState.VERIFIED, Status.RESOLVED, DutyKind.CLAIM_CLOSE),
    ],
)
def test_the_state_drives_the_ticket_and_what_is_due(
    cast: Cast, state: ClaimState, status: Status, due: DutyKind
) -> None:
    claim = a_claim(cast, state)
    assert (claim.state, claim.ticket.status, open_duties(claim)) == (state, status, [due])


def test_a_step_that_the_table_does_not_have_is_refused(cast: Cast) -> None:
    claim = a_claim(cast)
    for step in (
        lambda: find_cause(claim, "Something", by=cast.ona), lambda: decide_claim(claim, REFUND, by=cast.ona),
        lambda: approve_decision(claim, by=cast.rasa), lambda: begin_correction(claim, "x", by=cast.ona),
        lambda: verify_correction(claim, "x", by=cast.ona), lambda: close_claim(claim, by=cast.ona),
        lambda: appeal_claim(claim, "No", by=cast.jonas), lambda: accept_decision(claim, by=cast.jonas),
    ):  # fmt: skip
        with pytest.raises(Conflict):
            step()
    assert (again(claim).state, len(decisions_of(claim))) == (ClaimState.REGISTERED, 0)


def test_a_claim_by_any_channel_and_one_that_was_called_so_later_have_their_claim(cast: Cast) -> None:
    by_client = a_ticket(cast, type=TicketType.CLAIM)
    other = a_ticket(cast)
    run_all()
    assert claim_of(by_client, for_=cast.ona).state is ClaimState.REGISTERED
    with pytest.raises(NotFound):
        claim_of(other, for_=cast.ona)

    classify(other, Classification("Blank labels", TicketType.CLAIM), by=cast.ona)
    run_all()
    claim = claim_of(other, for_=cast.ona)
    assert open_duties(claim) == [DutyKind.CLAIM_ACKNOWLEDGE]
    classify(other, Classification("Blank labels", TicketType.QUESTION), by=cast.ona)
    run_all()
    assert (again(claim).state, claim.ticket.status, open_duties(claim)) == (ClaimState.WITHDRAWN, Status.NEW, [])
    classify(other, Classification("Blank labels", TicketType.CLAIM), by=cast.ona)
    run_all()
    assert again(claim).state is ClaimState.REGISTERED


def test_the_cause_is_found_when_the_whys_and_the_evidence_are_there(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.ACKNOWLEDGED, fault=FaultKind.DAMAGED)
    with pytest.raises(Invalid) as refused:
        find_cause(claim, "The box was thin.", by=cast.ona)
    assert set(refused.value.errors) == {"root_cause", "evidence"}
    first = record_why(claim, "Why is it broken?", "It fell.", by=cast.ona)
    assert record_why(claim, "Why is it broken?", "It fell.", by=cast.ona) is first
    record_why(claim, "Why did it break?", "The box is thin.", by=cast.ona)
    record_why(claim, "Why is it broken?", "It fell off the lorry.", position=1, by=cast.ona)
    with pytest.raises(Invalid):
        record_why(claim, "Why?", " ", by=cast.ona)
    with pytest.raises(Invalid):
        record_why(claim, "Why?", "x" * (LONGEST_WHY + 1), by=cast.ona)
    points = file_of(claim).evidence
    assert [point.point for point in points] == ["fault_shown", "packaging_shown", "delivery_note"]
    with pytest.raises(Invalid):
        tick_evidence(claim, points[0].id, by=cast.ona)
    with pytest.raises(Invalid):
        tick_evidence(claim, points[0].id, attachment_id=77, by=cast.ona)
    for point in points:
        tick_evidence(claim, point.id, note="Photo", by=cast.ona)
    find_cause(claim, "The box was thin.", by=cast.ona)
    assert [why.answer for why in file_of(again(claim)).whys] == ["It fell off the lorry.", "The box is thin."]
    assert claim.state is ClaimState.INVESTIGATED


def test_another_kind_of_fault_asks_for_other_evidence(cast: Cast) -> None:
    claim = a_claim(cast, fault=FaultKind.DAMAGED)
    first = file_of(claim).evidence[0]
    tick_evidence(claim, first.id, note="Photo", by=cast.ona)
    describe_claim(claim, Description(FaultKind.LATE), by=cast.ona)
    assert {row.point for row in file_of(claim).evidence} == {"fault_shown", "agreed_date", "delivery_note"}
    assert file_of(claim).evidence[0].done_at is not None


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (Description(FaultKind.DEFECT, delivered_on=date(2026, 3, 3)), "delivered_on"),
        (Description(FaultKind.DEFECT, revision=-1), "revision"),
        (Description(FaultKind.DEFECT, price_cents=-5), "price_cents"),
        (Description(FaultKind.DEFECT, currency="€"), "currency"),
        (Description(FaultKind.DEFECT, deliverable_id=999), "deliverable_id"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, new: Description, field: str) -> None:
    claim = a_claim(cast)
    with pytest.raises(Invalid) as refused:
        describe_claim(claim, new, by=cast.ona)
    assert list(refused.value.errors) == [field]
    assert again(claim).price_cents == PRICE


def test_a_refund_by_the_rule_is_in_force_at_once_and_credited_once(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED)
    decision = decide_claim(claim, REFUND, by=cast.ona)
    assert decide_claim(claim, REFUND, by=cast.ona) is decision
    assert (decision.state, decision.amount_cents, decision.needs_approval) == (DecisionState.IN_FORCE, 20_000, False)
    assert notices() == [(NoticeKind.CREDIT.value, "claim_refund", -20_000)]
    told = decision.arithmetic
    assert (told["percent"], told["amount_cents"], told["kept_cents"], told["rule"]["position"]) == (
        50,
        20_000,
        20_000,
        2,
    )
    assert told["facts"]["revision"] == 2
    assert decision.version_id == told["version"]


@pytest.mark.parametrize(
    ("new", "amount"),
    [
        (replace(REFUND, amount_cents=30_000, deviation="A good client."), 30_000),  # not what the rule gives
        (NewDecision(Outcome.REPAIR, "It can be mended.", deviation="They want it."), None),
    ],
)
def test_what_departs_from_the_rule_needs_its_reason_and_a_second_person(
    cast: Cast, new: NewDecision, amount: int | None
) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED)
    with pytest.raises(Invalid) as refused:
        decide_claim(claim, replace(new, deviation=" "), by=cast.ona)
    assert list(refused.value.errors) == ["deviation"]
    decision = decide_claim(claim, new, by=cast.ona)
    assert (decision.state, decision.amount_cents) == (DecisionState.PROPOSED, amount)
    assert (again(claim).state, open_duties(claim), notices()) == (
        ClaimState.INVESTIGATED, [DutyKind.CLAIM_APPROVE], []
    )  # fmt: skip
    approve_decision(claim, by=cast.vera)
    assert (again(claim).state, open_duties(claim)) == (ClaimState.DECIDED, [DutyKind.CLAIM_CORRECT])


def test_a_second_person_approves_what_is_above_the_limit_and_nobody_their_own(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED, revision=1, price=100_000)
    decision = decide_claim(claim, REFUND, by=cast.rasa)
    assert (decision.state, decision.amount_cents) == (DecisionState.PROPOSED, 70_000)
    assert notices() == []
    for who, error in (
        (cast.rasa, "own_decision"),
        (cast.ona, "may_not_approve_claim"),
        (cast.jonas, "may_not_approve_claim"),
    ):
        with pytest.raises(Forbidden) as refused:
            approve_decision(claim, by=who)
        assert refused.value.code == error
    with pytest.raises(Forbidden):
        refuse_decision(claim, "Mine", by=cast.rasa)
    for _click in range(2):
        approve_decision(claim, by=cast.vera)
    assert notices() == [("credit", "claim_refund", -70_000)]
    assert decision.approved_by_id == cast.vera.account_id


def test_what_is_due_is_due_by_whoever_works_on_it_and_the_approval_by_the_lead(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED, revision=1, price=100_000)
    assert [duty.owner_id for duty in duties_of(("claim", claim.id)) if duty.is_open] == [cast.ona.operator_id]
    decide_claim(claim, REFUND, by=cast.ona)
    assert [duty.owner_id for duty in duties_of(("claim", claim.id)) if duty.is_open] == [cast.rasa.operator_id]


def test_what_needs_a_second_person_is_a_setting(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        change_claim_settings({"approval_above_cents": 1}, by=cast.vera)
    with pytest.raises(Invalid):
        change_claim_settings({"appeal_days": 0}, by=cast.petras)
    change_claim_settings({"approval_above_cents": 19_999, "appeal_days": 3}, by=cast.petras)
    claim = a_claim(cast, ClaimState.INVESTIGATED)
    assert decide_claim(claim, REFUND, by=cast.ona).state is DecisionState.PROPOSED
    approve_decision(claim, by=cast.vera)
    until = decisions_of(claim)[0].appeal_until
    assert until is not None
    assert until - now() == timedelta(days=3)


def test_what_the_second_person_refuses_is_decided_anew(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED, revision=1, price=100_000)
    decide_claim(claim, REFUND, by=cast.ona)
    with pytest.raises(Invalid):
        refuse_decision(claim, " ", by=cast.vera)
    refuse_decision(claim, "The evidence is thin.", by=cast.vera)
    assert (again(claim).state, open_duties(claim), notices()) == (
        ClaimState.INVESTIGATED, [DutyKind.CLAIM_DECIDE], []
    )  # fmt: skip
    decide_claim(claim, REJECT, by=cast.ona)
    assert again(claim).state is ClaimState.DECIDED


@pytest.mark.parametrize(
    ("new", "price", "fields"),
    [
        (replace(REFUND, reasons=" "), PRICE, {"reasons"}),
        (replace(REFUND, amount_cents=PRICE + 1, deviation="More"), PRICE, {"amount_cents"}),
        (replace(REFUND, amount_cents=0, deviation="None"), PRICE, {"amount_cents"}),
        (REFUND, None, {"amount_cents"}),
        (NewDecision(Outcome.REDO, "So", 500, "Why"), PRICE, {"amount_cents"}),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    cast: Cast, new: NewDecision, price: int | None, fields: set[str]
) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED, price=price)
    with pytest.raises(Invalid) as refused:
        decide_claim(claim, new, by=cast.ona)
    assert set(refused.value.errors) == fields
    assert (decisions_of(again(claim)), notices()) == ([], [])


def test_the_client_appeals_once_and_loses_nothing_by_it(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.DECIDED)
    with pytest.raises(Invalid):
        appeal_claim(claim, " ", by=cast.jonas)
    for _click in range(2):
        appeal_claim(claim, "It was the first round.", by=cast.jonas)
    assert (again(claim).state, claim.appeal, open_duties(claim)) == (
        ClaimState.INVESTIGATED, "It was the first round.", [DutyKind.CLAIM_DECIDE]
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        decide_claim(claim, REJECT, by=cast.ona)
    assert list(refused.value.errors) == ["amount_cents"]
    describe_claim(claim, Description(FaultKind.OTHER, revision=1, price_cents=PRICE), by=cast.ona)
    decide_claim(claim, replace(REFUND, reasons="It was the first round."), by=cast.ona)
    assert [amount for _kind, _rule, amount in notices()] == [-20_000, -8_000]  # together 70 %
    with pytest.raises(Conflict) as once:
        appeal_claim(claim, "Still not enough.", by=cast.jonas)
    assert once.value.code == "appealed"


def test_the_time_to_appeal_ends(cast: Cast, at: At) -> None:
    claim = a_claim(cast, ClaimState.DECIDED)
    with at("2026-03-17 09:00"), pytest.raises(Conflict) as late:
        appeal_claim(claim, "Too late.", by=cast.jonas)
    assert late.value.code == "window_passed"


def test_a_rejected_claim_closes_when_the_client_accepts_or_may_not_appeal_any_more(cast: Cast, at: At) -> None:
    claims = [a_claim(cast, ClaimState.DECIDED, decision=REJECT) for _ in range(2)]
    assert notices() == []
    assert open_duties(claims[0]) == [DutyKind.CLAIM_CLOSE]
    with pytest.raises(Conflict) as early:
        close_claim(claims[0], by=cast.ona)
    assert early.value.code == "may_appeal"
    with pytest.raises(Conflict):
        begin_correction(claims[0], "Nothing", by=cast.ona)
    for _click in range(2):
        accept_decision(claims[0], by=cast.lena)
    with at("2026-03-17 09:00"):
        close_claim(claims[1], by=cast.ona)
    for claim in claims:
        assert (again(claim).state, claim.ticket.status, open_duties(claim)) == (ClaimState.CLOSED, Status.CLOSED, [])


def test_the_clients_acceptance_closes_the_claim_and_their_refusal_resumes_it(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.VERIFIED)
    refuse_resolution(claim.ticket, NewMessage("Blank again."), by=cast.jonas)
    run_all()
    assert (again(claim).state, claim.ticket.status) == (ClaimState.CORRECTIVE_ACTION, Status.OPEN)
    bring(cast, claim, ClaimState.VERIFIED)
    accept_resolution(again(claim).ticket, by=cast.jonas)
    run_all()
    assert (again(claim).state, claim.ticket.status, open_duties(claim)) == (ClaimState.CLOSED, Status.CLOSED, [])
    assert len(notices()) == 1


def test_a_claim_that_runs_is_not_resolved_around_its_states(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.ACKNOWLEDGED)
    with pytest.raises(Conflict) as refused:
        resolve_ticket(claim.ticket, NewMessage("Done."), by=cast.ona)
    assert refused.value.code == "claim_runs"


def test_the_client_withdraws(cast: Cast) -> None:
    claim, other = a_claim(cast, ClaimState.INVESTIGATED), a_claim(cast)
    for _click in range(2):
        withdraw_claim(claim, by=cast.jonas)
    cancel_ticket(other.ticket, "Never mind", by=cast.jonas)
    run_all()
    for each in (claim, other):
        assert (again(each).state, each.ticket.status) == (ClaimState.WITHDRAWN, Status.CANCELLED)
        assert open_duties(each) == []
    granted = a_claim(cast, ClaimState.DECIDED)
    with pytest.raises(Conflict):
        withdraw_claim(granted, by=cast.jonas)


def test_whoever_may_not_is_refused_and_the_stranger_finds_nothing(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.INVESTIGATED)
    for step in (
        lambda: acknowledge_claim(claim, by=cast.jonas), lambda: decide_claim(claim, REFUND, by=cast.egle),
        lambda: decide_claim(claim, REFUND, by=cast.giedrius), lambda: decide_claim(claim, REFUND, by=cast.vera),
        lambda: withdraw_claim(claim, by=cast.egle), lambda: withdraw_claim(claim, by=cast.ona),
        lambda: register_claim(claim.ticket, by=cast.marek),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            step()
    with pytest.raises(NotFound):
        get_ticket(claim.ticket.number, for_=cast.marek)
    with pytest.raises(NotFound):
        claim_of(claim.ticket, for_=cast.marek)
    assert list_claims(for_=cast.marek).rows == []
    assert [row.claim.id for row in list_claims(for_=cast.jonas, state=ClaimState.INVESTIGATED).rows] == [claim.id]
    assert list_claims(for_=cast.egle).rows == []
    assert [row.claim.id for row in running_claims(for_=cast.ona)] == [claim.id]


def test_a_credit_that_is_not_the_refund_is_found(cast: Cast) -> None:
    claim = a_claim(cast, ClaimState.DECIDED)
    look = Look(now(), FileStore(Path("nowhere")))
    assert list(every_refund_was_credited_once(look)) == []
    decisions_of(claim)[0].amount_cents = 30_000
    db.session.flush()
    [fault] = every_refund_was_credited_once(look)
    assert claim.ticket.number in fault


def test_the_timeline_tells_it(cast: Cast) -> None:
    claim = a_claim(cast, ORDER[-1])
    assert [name for name in facts(claim.ticket) if name in ("ClaimRegistered", "ClaimDecided")] == [
        "ClaimRegistered", "ClaimDecided"
    ]  # fmt: skip
    assert db.session.scalar(db.select(db.func.count(ClaimDecision.id))) == 1
    assert register_claim(claim.ticket, by=SYSTEM).id == claim.id
