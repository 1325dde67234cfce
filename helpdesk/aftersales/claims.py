"""Claims, from their receipt to the proof that what was done about them helped.

1. A ticket of this type has one claim. The claim's state drives, and the ticket's status follows by a table.
2. What is due in a state is a duty of whoever holds the ticket.
3. What happens to the ticket by itself (opened, called something else, accepted, reopened, cancelled) is followed here.
"""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.aftersales import claim_states as states
from helpdesk.aftersales.claim_course import (
    UNDECIDED,
    appeal_until,
    begin,
    end_decision,
    find_claim,
    gone_on,
    granted_of,
    held,
    live_decision,
    move,
    set_due,
)
from helpdesk.aftersales.investigation import ask_evidence
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import day_of
from helpdesk.events import (
    ClaimRegistered,
)
from helpdesk.models.claims import (
    Claim,
    ClaimState,
    FaultKind,
    Outcome,
)
from helpdesk.models.tickets import Status, Ticket, TicketType
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require


@command
def register_claim(ticket: Ticket, *, by: Actor, fault: FaultKind = FaultKind.OTHER) -> Claim:
    """Let a ticket that is a claim have its claim; once."""
    require(by, Action.HANDLE_CLAIM, ticket)
    db.session.scalars(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update()).one()
    known: Claim | None = db.session.scalar(select(Claim).where(Claim.ticket_id == ticket.id))
    if known is not None and known.state is not ClaimState.WITHDRAWN:
        return known
    if ticket.type is not TicketType.CLAIM or not ticket.is_open:
        raise Conflict(_("Only an open ticket of the type claim has a claim."), code="not_a_claim")
    if known is not None:  # called something else meanwhile
        move(known, ClaimState.REGISTERED, by=by)
        return known
    at = now()
    claim = Claim(
        ticket=ticket, state=ClaimState.REGISTERED, state_at=at, fault=fault, registered_at=at,
        claimed_on=day_of(ticket.organisation_id, ticket.opened_at), currency="EUR",
    )  # fmt: skip
    db.session.add(claim)
    db.session.flush()
    ask_evidence(claim)
    record(ClaimRegistered(ticket.id, claim.id, fault=fault.value), by=by)
    set_due(claim, claim.state, by=by)
    return claim


@command
def acknowledge_claim(claim: Claim, *, by: Actor) -> None:
    """Tell the client that their claim is taken seriously, and by when its cause will be known."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state is ClaimState.REGISTERED:
        move(claim, ClaimState.ACKNOWLEDGED, by=by)
    elif claim.state not in UNDECIDED:
        raise gone_on()


@command
def withdraw_claim(claim: Claim, reason: str = "", *, by: Actor) -> None:
    """The client does not insist on it any more."""
    claim = begin(claim, Action.ANSWER_CLAIM, by)
    if claim.state is ClaimState.WITHDRAWN:
        return  # a second click
    if granted_of(claim):
        raise Conflict(_("A refund was granted already."), code="granted")
    end_decision(claim)
    move(claim, ClaimState.WITHDRAWN, by=by, reason=reason.strip() or _("Withdrawn by the client"))


@command
def begin_correction(claim: Claim, action: str, *, by: Actor) -> None:
    """Begin what was decided: say what is done so that it does not happen again."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state is ClaimState.CORRECTIVE_ACTION:
        return  # a second click
    if not action.strip():
        raise Invalid({"action": [_("Say what is done about it.")]})
    decision = live_decision(claim)
    if claim.state is ClaimState.DECIDED and decision is not None and decision.outcome is Outcome.REJECT:
        raise Conflict(_("The claim was rejected: there is nothing to correct."), code="rejected")
    if claim.state not in (ClaimState.DECIDED, ClaimState.VERIFIED):
        raise Conflict(_("Decide the claim first."), code="no_such_transition")
    claim.action = action.strip()
    move(claim, ClaimState.CORRECTIVE_ACTION, by=by)


@command
def verify_correction(claim: Claim, proof: str, *, by: Actor) -> None:
    """What was done has helped: the client is asked whether they see it so, too."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state is ClaimState.VERIFIED:
        return  # a second click
    if not proof.strip():
        raise Invalid({"proof": [_("Say how it was verified that it helped.")]})
    if claim.state is not ClaimState.CORRECTIVE_ACTION:
        raise Conflict(_("Begin the corrective action first."), code="no_such_transition")
    claim.proof = proof.strip()
    move(claim, ClaimState.VERIFIED, by=by)


@command
def close_claim(claim: Claim, *, by: Actor) -> None:
    """The end: it was verified, or it was rejected and the client may not appeal any more."""
    claim = begin(claim, Action.HANDLE_CLAIM, by)
    if claim.state is ClaimState.CLOSED:
        return  # a second click
    if claim.state is ClaimState.DECIDED:
        decision = live_decision(claim)
        if decision is None or decision.outcome is not Outcome.REJECT:
            raise Conflict(_("What was decided is still to be done."), code="not_done")
        until = appeal_until(claim, [decision])
        if until is not None and until >= now() and decision.accepted_at is None:
            raise Conflict(_("The client may still appeal."), code="may_appeal")
    elif claim.state is not ClaimState.VERIFIED:
        raise Conflict(_("What was decided is still to be done."), code="not_done")
    move(claim, ClaimState.CLOSED, by=by)


@command
def follow_type(entry: Entry) -> None:
    """A ticket came as a claim, by whatever channel, or was called one: its claim begins. Or it is none any more."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    if ticket.type is TicketType.CLAIM:
        if ticket.is_open and ticket.import_id is None:
            register_claim(ticket, by=SYSTEM)
        return
    claim = find_claim(ticket, for_=SYSTEM)
    if claim is not None and ClaimState.WITHDRAWN in states.TRANSITIONS[claim.state] and not granted_of(claim):
        end_decision(claim)
        move(claim, ClaimState.WITHDRAWN, by=SYSTEM, reason=_("It is no claim."), follow=False)


@command
def follow_ending(entry: Entry) -> None:
    """The client accepted, or was silent: the claim closes with its ticket. Or the ticket was cancelled."""
    claim = find_claim(db.session.get_one(Ticket, entry.subject_id), for_=SYSTEM)
    if claim is None:
        return
    claim = held(claim)
    if claim.ticket.status is Status.CLOSED and claim.state is ClaimState.VERIFIED:
        move(claim, ClaimState.CLOSED, by=SYSTEM)
    elif claim.ticket.status is Status.CANCELLED and ClaimState.WITHDRAWN in states.TRANSITIONS[claim.state]:
        end_decision(claim)
        move(claim, ClaimState.WITHDRAWN, by=SYSTEM, reason=entry.payload["reason"])


@command
def follow_reopening(entry: Entry) -> None:
    """The client says that it did not help: what was done is to be done better."""
    claim = find_claim(db.session.get_one(Ticket, entry.subject_id), for_=SYSTEM)
    if claim is None or claim.state not in (ClaimState.VERIFIED, ClaimState.CLOSED):
        return
    claim = held(claim)
    decision = live_decision(claim)
    if claim.ticket.is_open and decision is not None and decision.outcome is not Outcome.REJECT:
        move(claim, ClaimState.CORRECTIVE_ACTION, by=SYSTEM, reason="reopened")
