"""The course of a claim: found, held, moved from state to state, with what that does to its ticket and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.aftersales import claim_states as states
from helpdesk.aftersales.claim_settings import claim_settings
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import (
    ClaimMoved,
    TicketCancelled,
    TicketClosed,
    TicketResolved,
)
from helpdesk.models.claims import (
    Claim,
    ClaimDecision,
    ClaimState,
    DecisionState,
    Outcome,
)
from helpdesk.models.contracts import BillingNotice
from helpdesk.models.duties import DutyKind
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people.directory import operators
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets.duties import meet_duty, set_duty, withdraw_duties
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.reachable import business_due
from helpdesk.tickets.resolution import await_acceptance
from helpdesk.tickets.stamp import stamp
from helpdesk.tickets.states import change_status

LIVE = frozenset({DecisionState.PROPOSED, DecisionState.IN_FORCE})


UNDECIDED = frozenset({ClaimState.REGISTERED, ClaimState.ACKNOWLEDGED, ClaimState.INVESTIGATED})


CAN_APPEAL = frozenset({ClaimState.DECIDED, ClaimState.CORRECTIVE_ACTION})


def get_claim(number: str, *, for_: Actor) -> Claim:
    """The claim of a ticket, if the actor sees it; both are locked where this transaction may change them."""
    return claim_of(get_ticket(number, for_=for_), for_=for_)


def claim_of(ticket: Ticket, *, for_: Actor) -> Claim:
    """The same of a ticket that is at hand; NotFound where it is no claim."""
    found = find_claim(ticket, for_=for_)
    if found is None:
        raise NotFound
    return found


def find_claim(ticket: Ticket, *, for_: Actor) -> Claim | None:
    """The claim of a ticket; None where it is none, and was none."""
    query = visible(for_, Claim).where(Claim.ticket_id == ticket.id)
    found: Claim | None = db.session.scalar(locked_when_writing(query, of=Claim))
    return found


def decisions_of(claim: Claim) -> Sequence[ClaimDecision]:
    """The decisions of a claim, in order."""
    query = select(ClaimDecision).where(ClaimDecision.claim_id == claim.id).order_by(ClaimDecision.id)
    return db.session.scalars(query).all()


def told_decision(claim: Claim) -> ClaimDecision | None:
    """The last decision that the client was told; what is only proposed is the house's own."""
    told = [each for each in decisions_of(claim) if each.in_force_at is not None]
    return told[-1] if told else None


def appeal_until(claim: Claim, decisions: Sequence[ClaimDecision]) -> datetime | None:
    """The end of the time in which the client may appeal; None where they may not."""
    live = next((each for each in reversed(decisions) if each.state is DecisionState.IN_FORCE), None)
    return live.appeal_until if live is not None and claim.state in CAN_APPEAL else None


def begin(claim: Claim, action: Action, by: Actor) -> Claim:
    require(by, action, claim.ticket)
    return held(claim)


def held(claim: Claim) -> Claim:
    """The claim as it is now, its ticket's row and its own locked, always in this order."""
    fresh = {"populate_existing": True}
    db.session.scalars(
        select(Ticket).where(Ticket.id == claim.ticket_id).with_for_update(), execution_options=fresh
    ).one()
    query = select(Claim).where(Claim.id == claim.id).with_for_update()
    found: Claim = db.session.scalars(query, execution_options=fresh).one()
    return found


def live_decision(claim: Claim) -> ClaimDecision | None:
    query = select(ClaimDecision).where(ClaimDecision.claim_id == claim.id, ClaimDecision.state.in_(LIVE))
    found: ClaimDecision | None = db.session.scalar(query)
    return found


def end_decision(claim: Claim) -> None:
    """What was only proposed is not decided any more."""
    decision = live_decision(claim)
    if decision is not None and decision.state is DecisionState.PROPOSED:
        decision.state = DecisionState.REFUSED


def granted_of(claim: Claim, but: ClaimDecision | None = None) -> int:
    """The cents that were refunded already, by decisions that were in force."""
    query = select(func.coalesce(func.sum(-BillingNotice.amount_cents), 0)).join(
        ClaimDecision, ClaimDecision.notice_id == BillingNotice.id
    ).where(ClaimDecision.claim_id == claim.id)  # fmt: skip
    if but is not None:
        query = query.where(ClaimDecision.id != but.id)
    return db.session.scalar(query) or 0


def move(claim: Claim, to: ClaimState, *, by: Actor, reason: str = "", follow: bool = True) -> None:
    """To another state, with what that does to the ticket's status and to what is due."""
    before = claim.state
    if to not in states.TRANSITIONS[before]:
        raise gone_on()
    claim.state, claim.state_at = to, now()
    stamp(claim.ticket)
    record(ClaimMoved(claim.ticket_id, claim.id, before=before.value, after=to.value, reason=reason), by=by)
    if to is not ClaimState.WITHDRAWN and (stage := states.STAGES[before]) is not None:
        meet_duty(stage.kind, subject_of(claim), by=by)
    withdraw_duties(subject_of(claim), by=by)  # of what is not done any more
    if follow:
        _follow(claim.ticket, to, by=by, reason=reason)
    set_due(claim, to, by=by)


def set_due(claim: Claim, key: str, *, by: Actor) -> None:
    """Let what is to be done in this state be due."""
    stage = states.STAGES[key]
    if stage is None:
        return
    settings, ticket = claim_settings(), claim.ticket
    length = getattr(settings, stage.setting)
    kind, due_at = stage.kind, business_due(**({"minutes": length} if stage.is_minutes else {"days": length}))
    decision = live_decision(claim)
    if key == ClaimState.DECIDED and decision is not None and decision.outcome is Outcome.REJECT:
        # Nothing is to be corrected: it closes when the client may not appeal any more.
        kind = DutyKind.CLAIM_CLOSE
        due_at = business_due(days=settings.close_days, start=appeal_until(claim, [decision]))
    set_duty(
        kind, subject_of(claim), due_at=due_at, what=f"{ticket.number} {ticket.subject}"[:200],
        owner_id=_owner(ticket, kind, by), organisation_id=ticket.organisation_id, ticket_id=ticket.id,
        by=by,
    )  # fmt: skip


def _owner(ticket: Ticket, kind: DutyKind, by: Actor) -> int | None:
    """Whoever holds the ticket, or else moved the claim on; a decision is approved by the line's lead."""
    if kind is not DutyKind.CLAIM_APPROVE:
        return ticket.assignee_id or ticket.owner_id or by.operator_id or None
    leads = (card.id for card in operators().values() if card.is_active and card.leads_line == (ticket.line or 1))
    return next((each for each in leads if each != by.operator_id), None)


def subject_of(claim: Claim) -> tuple[str, int]:
    return "claim", claim.id


def told_of(decision: ClaimDecision) -> tuple[int, str, int | None, str]:
    return decision.id, decision.outcome.value, decision.amount_cents, decision.currency


def gone_on() -> Conflict:
    return Conflict(_("The claim has gone on already. Look at how it stands now."), code="no_such_transition")


def _follow(ticket: Ticket, state: ClaimState, *, by: Actor, reason: str) -> None:
    """Bring the ticket to the status that goes with the claim's state."""
    fitting = states.TICKET_STATUSES[state]
    if ticket.status in fitting or ticket.status is Status.MERGED:
        return
    to = fitting[0]
    if to in (Status.RESOLVED, Status.CLOSED) and ticket.is_open:
        ticket.awaits_reply = False
        change_status(ticket, Status.RESOLVED, by=by, reason="claim")
    if to is Status.RESOLVED:
        await_acceptance(ticket)
        record(TicketResolved(ticket.id, message_id=None, line=ticket.line, team_id=ticket.team_id), by=by)
    elif to is Status.CLOSED:
        change_status(ticket, Status.CLOSED, by=by, reason="claim")
        record(TicketClosed(ticket.id, reason="claim"), by=by)
    elif to is Status.CANCELLED:
        change_status(ticket, Status.CANCELLED, by=by, reason=reason)
        record(TicketCancelled(ticket.id, reason=reason), by=by)
    else:
        change_status(ticket, to, by=by, reason="claim")
