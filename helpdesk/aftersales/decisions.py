"""How claims are decided.

1. The rules of the day on which it was made say what a justified claim gets. Whoever decides otherwise says why, and a
   second person approves it; so they do a refund above the desk's limit. Nobody approves their own decision.
2. A decision that is in force makes its credit notice once, and the client is told. Refunds of a claim together are
   never above what was paid.
3. The client may appeal once, within the desk's days. What is decided then is never less than what was granted before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from helpdesk.aftersales import claim_states as states
from helpdesk.aftersales.claim_course import (
    appeal_until,
    begin,
    decisions_of,
    granted_of,
    live_decision,
    move,
    set_due,
    subject_of,
    told_decision,
    told_of,
)
from helpdesk.aftersales.claim_settings import claim_settings
from helpdesk.aftersales.refund_rules import arithmetic_of, ruling_of
from helpdesk.aftersales.refunds import Ruling
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Forbidden, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import (
    ClaimAppealed,
    ClaimDecided,
    DecisionAccepted,
    DecisionProposed,
    DecisionRefused,
)
from helpdesk.models.claims import (
    Claim,
    ClaimDecision,
    ClaimState,
    DecisionState,
    Outcome,
)
from helpdesk.models.contracts import BillingNotice, NoticeKind
from helpdesk.models.duties import DutyKind
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.tickets.duties import meet_duty
from helpdesk.tickets.stamp import stamp

CLAIM_REFUND = "claim_refund"


@dataclass(frozen=True)
class NewDecision:
    """How a claim is to be decided. Without an amount a refund is what the rules give."""

    outcome: Outcome
    reasons: str
    amount_cents: int | None = None
    deviation: str = ""


@command
def decide_claim(claim: Claim, new: NewDecision, *, by: Actor) -> ClaimDecision:
    """Decide by the rules of the claim's day, or otherwise with a reason; above the limit it waits for a second person.

    It is in force at once where no second person is needed.
    """
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    live = live_decision(claim)
    if live is not None and (live.outcome, live.reasons) == (new.outcome, new.reasons.strip()):
        return live  # a second click
    if live is not None or claim.state is not ClaimState.INVESTIGATED:
        raise Conflict(_("It is decided already.") if live is not None else _("Find the root cause first."),
                       code="decided" if live is not None else "no_such_transition")  # fmt: skip
    version, ruling = ruling_of(claim)
    amount = _amount(new, ruling)
    granted = granted_of(claim)
    departs = _departs(new, amount, ruling)
    if errors := _wrong_in_decision(claim, new, amount, granted, departs):
        raise Invalid(errors)
    limit = claim_settings().approval_above_cents
    needs_approval = departs or (amount or 0) > limit
    decision = ClaimDecision(
        claim_id=claim.id, state=DecisionState.PROPOSED, outcome=new.outcome, reasons=new.reasons.strip(),
        deviation=new.deviation.strip() if departs else "", amount_cents=amount, currency=claim.currency,
        version_id=version.id if version else None, rule_id=ruling.rule.id if ruling.rule else None,
        arithmetic=arithmetic_of(version, ruling), needs_approval=needs_approval, decided_at=now(),
        decided_by_id=by.account_id,
    )  # fmt: skip
    db.session.add(decision)
    db.session.flush()
    stamp(claim.ticket)
    if needs_approval:
        record(DecisionProposed(claim.ticket_id, claim.id, *told_of(decision)), by=by)
        meet_duty(DutyKind.CLAIM_DECIDE, subject_of(claim), by=by)
        set_due(claim, states.PROPOSED, by=by)
    else:
        _enforce(claim, decision, by=by)
    return decision


@command
def approve_decision(claim: Claim, *, by: Actor) -> ClaimDecision:
    """As a second person, let a decision that was proposed be in force; two who do it at once do it once."""
    claim = begin(claim, Action.APPROVE_CLAIM, by)
    decision = live_decision(claim)
    if decision is None:
        raise Conflict(_("There is no decision to approve."), code="nothing_proposed")
    if decision.state is DecisionState.IN_FORCE:
        return decision  # a second click, or somebody was quicker
    if decision.decided_by_id == by.account_id:
        raise Forbidden(_("Nobody approves their own decision."), code="own_decision")
    decision.approved_at, decision.approved_by_id = now(), by.account_id
    meet_duty(DutyKind.CLAIM_APPROVE, subject_of(claim), by=by)
    _enforce(claim, decision, by=by)
    return decision


@command
def refuse_decision(claim: Claim, reason: str, *, by: Actor) -> None:
    """As a second person, do not approve a decision: the claim is to be decided anew."""
    claim = begin(claim, Action.APPROVE_CLAIM, by)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    decision = live_decision(claim)
    if decision is None or decision.state is not DecisionState.PROPOSED:
        raise Conflict(_("There is no decision to approve."), code="nothing_proposed")
    if decision.decided_by_id == by.account_id:
        raise Forbidden(_("Nobody approves their own decision."), code="own_decision")
    decision.state, decision.refusal = DecisionState.REFUSED, reason.strip()
    decision.approved_by_id = by.account_id
    stamp(claim.ticket)
    record(DecisionRefused(claim.ticket_id, claim.id, *told_of(decision), reason=reason.strip()), by=by)
    meet_duty(DutyKind.CLAIM_APPROVE, subject_of(claim), by=by)
    set_due(claim, claim.state, by=by)


@command
def accept_decision(claim: Claim, *, by: Actor) -> None:
    """The client is content with what was decided; a claim that was rejected closes with that."""
    claim = begin(claim, Action.ANSWER_CLAIM, by)
    decision = told_decision(claim)
    if decision is None or decision.state is not DecisionState.IN_FORCE:
        raise Conflict(_("There is no decision yet."), code="not_decided")
    if decision.accepted_at is not None:
        return  # a second click
    decision.accepted_at = now()
    stamp(claim.ticket)
    record(DecisionAccepted(claim.ticket_id, claim.id, *told_of(decision)), by=by)
    if decision.outcome is Outcome.REJECT and claim.state is ClaimState.DECIDED:
        move(claim, ClaimState.CLOSED, by=by)


@command
def appeal_claim(claim: Claim, reason: str, *, by: Actor) -> None:
    """The client does not agree: once, within the desk's days, it is investigated and decided anew."""
    claim = begin(claim, Action.ANSWER_CLAIM, by)
    reason = reason.strip()
    if claim.appealed_at is not None and claim.appeal == reason:
        return  # a second click
    if claim.appealed_at is not None:
        raise Conflict(_("An appeal is made once."), code="appealed")
    if not reason:
        raise Invalid({"reason": [_("Say why.")]})
    until, decision = appeal_until(claim, decisions_of(claim)), live_decision(claim)
    if until is None or decision is None:
        raise Conflict(_("There is no decision yet."), code="not_decided")
    if until < now() or decision.accepted_at is not None:
        raise Conflict(_("The time to appeal is over."), code="window_passed")
    decision.state = DecisionState.APPEALED
    claim.appealed_at, claim.appeal = now(), reason
    db.session.flush()
    record(ClaimAppealed(claim.ticket_id, claim.id, reason=reason), by=by)
    move(claim, ClaimState.INVESTIGATED, by=by, reason="appeal")
    claim.ticket.awaits_reply = True


def _enforce(claim: Claim, decision: ClaimDecision, *, by: Actor) -> None:
    """Let a decision hold: the credit for what of it was not granted before, the next state, the letter."""
    decision.state, decision.in_force_at = DecisionState.IN_FORCE, now()
    if claim.appealed_at is None:
        decision.appeal_until = decision.in_force_at + timedelta(days=claim_settings().appeal_days)
    owed = (decision.amount_cents or 0) - granted_of(claim, but=decision)
    if decision.outcome is Outcome.REFUND and owed > 0:
        ticket = claim.ticket
        notice = BillingNotice(
            organisation_id=ticket.organisation_id, contract_id=ticket.contract_id, kind=NoticeKind.CREDIT,
            rule=CLAIM_REFUND, dated=day_of(ticket.organisation_id, decision.in_force_at), amount_cents=-owed,
            currency=decision.currency, what=ticket.number, created_at=decision.in_force_at,
        )  # fmt: skip
        db.session.add(notice)
        db.session.flush()
        decision.notice_id = notice.id
    db.session.flush()
    move(claim, ClaimState.DECIDED, by=by)
    record(ClaimDecided(claim.ticket_id, claim.id, *told_of(decision)), by=by)


def _amount(new: NewDecision, ruling: Ruling) -> int | None:
    if new.outcome is not Outcome.REFUND:
        return None
    return ruling.amount_cents if new.amount_cents is None else new.amount_cents


def _departs(new: NewDecision, amount: int | None, ruling: Ruling) -> bool:
    """Whether it is something else than the rules give. To reject says that there was no fault: no rule is about it."""
    if new.outcome is Outcome.REJECT or ruling.rule is None:
        return False
    return (new.outcome.value, amount) != (ruling.remedy, ruling.amount_cents)


def _wrong_in_decision(
    claim: Claim, new: NewDecision, amount: int | None, granted: int, departs: bool
) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not new.reasons.strip():
        errors["reasons"] = [_("Write the reasons: the client reads them.")]
    if new.outcome is Outcome.REFUND and claim.price_cents is None:
        errors["amount_cents"] = [_("Say first what was paid.")]
    elif new.outcome is Outcome.REFUND and amount is None:
        errors["amount_cents"] = [_("No rule says how much: give the amount.")]
    elif amount is not None and not 0 < amount <= (claim.price_cents or 0):
        errors["amount_cents"] = [_("A refund is more than nothing, and not more than what was paid.")]
    elif new.outcome is not Outcome.REFUND and new.amount_cents is not None:
        errors["amount_cents"] = [_("Only a refund has an amount.")]
    if (amount or 0) < granted:
        errors["amount_cents"] = [_("An appeal takes nothing away: give at least what was granted before.")]
    if departs and not new.deviation.strip():
        errors["deviation"] = [_("This is not what the rules give: say why.")]
    return errors
