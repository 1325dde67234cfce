"""A claim of Jonas, brought to a state by the people who do that."""

from __future__ import annotations

from datetime import date

from helpdesk.aftersales.claim_course import claim_of
from helpdesk.aftersales.claim_queries import file_of
from helpdesk.aftersales.claims import acknowledge_claim, begin_correction, register_claim, verify_correction
from helpdesk.aftersales.decisions import NewDecision, approve_decision, decide_claim
from helpdesk.aftersales.investigation import Description, describe_claim, find_cause, record_why, tick_evidence
from helpdesk.aftersales.refund_rules import NewRules, set_rules
from helpdesk.aftersales.refunds import Rule
from helpdesk.core.db import db
from helpdesk.models.claims import Claim, ClaimState, DecisionState, FaultKind, Outcome, RefundRuleVersion
from helpdesk.models.tickets import TicketType
from helpdesk.policy.actor import SYSTEM, Actor
from tests.cast import Cast
from tests.factories import a_ticket

ORDER = (ClaimState.REGISTERED, ClaimState.ACKNOWLEDGED, ClaimState.INVESTIGATED, ClaimState.DECIDED,
         ClaimState.CORRECTIVE_ACTION, ClaimState.VERIFIED)  # fmt: skip
PRICE = 40_000
REFUND = NewDecision(Outcome.REFUND, "The labels were blank from the first day.")


def some_rules(cast: Cast) -> RefundRuleVersion:
    """Design work, by rounds; and all that is younger than a month is replaced."""
    rules = (
        Rule(1, "refund", 70, product_id=cast.printer.id, revision_from=1, revision_to=1),
        Rule(2, "refund", 50, product_id=cast.printer.id, revision_from=2, revision_to=3),
        Rule(3, "refund", 30, product_id=cast.printer.id, revision_from=4),
        Rule(4, "replace", age_to_days=30),
    )
    return set_rules(NewRules(date(2026, 1, 1), rules, "Since New Year"), by=cast.vera)


def a_claim(
    cast: Cast, state: ClaimState = ClaimState.REGISTERED, *, revision: int | None = 2, price: int | None = PRICE,
    requester: Actor | None = None, decision: NewDecision = REFUND, fault: FaultKind = FaultKind.OTHER,
) -> Claim:  # fmt: skip
    """A claim of the ticket type, about the label printer, brought to this state."""
    if db.session.scalar(db.select(RefundRuleVersion.id).limit(1)) is None:
        some_rules(cast)
    ticket = a_ticket(cast, requester=requester, type=TicketType.CLAIM, product_id=cast.printer.id)
    claim = register_claim(ticket, by=SYSTEM, fault=fault)
    describe_claim(claim, Description(fault, revision=revision, price_cents=price), by=cast.ona)
    for to in ORDER[1 : ORDER.index(state) + 1]:
        bring(cast, claim, to, decision)
    return claim


def bring(cast: Cast, claim: Claim, to: ClaimState, decision: NewDecision = REFUND) -> None:
    """One state on."""
    if to is ClaimState.ACKNOWLEDGED:
        acknowledge_claim(claim, by=cast.ona)
    elif to is ClaimState.INVESTIGATED:
        record_why(claim, "Why are the labels blank?", "The head was not cleaned.", by=cast.ona)
        for point in file_of(claim).evidence:
            tick_evidence(claim, point.id, note="On the client's photo", by=cast.ona)
        find_cause(claim, "Nobody was told to clean the head.", by=cast.ona)
    elif to is ClaimState.DECIDED:
        if decide_claim(claim, decision, by=cast.ona).state is DecisionState.PROPOSED:
            approve_decision(claim, by=cast.rasa)
    elif to is ClaimState.CORRECTIVE_ACTION:
        begin_correction(claim, "The manual says now how to clean it.", by=cast.ona)
    elif to is ClaimState.VERIFIED:
        verify_correction(claim, "A month without a blank label.", by=cast.ona)


def again(claim: Claim) -> Claim:
    """The claim as the database has it now."""
    db.session.expire_all()
    return claim_of(claim.ticket, for_=SYSTEM)
