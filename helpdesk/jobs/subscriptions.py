"""Fact → reactions: the only place where the consequences of a fact are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.aftersales import claims
from helpdesk.aftersales import letters as visits
from helpdesk.core import jobs
from helpdesk.core.journal import Fact, Reaction, subscribe
from helpdesk.events import (
    AccountInvited,
    ApprovalAnswered,
    ApprovalRequested,
    ClaimDecided,
    ClaimMoved,
    ClockAtRisk,
    ClockBreached,
    ContractDue,
    DutyLate,
    HoursExpiring,
    HoursLow,
    HoursOverdrawn,
    OtherTimeAsked,
    PasswordResetAsked,
    PastCorrected,
    PromiseHandedOver,
    PromiseMoved,
    ReplySent,
    RevisitCalledOff,
    RevisitConfirmed,
    RevisitMoved,
    RevisitProposed,
    RevisitReassigned,
    RevisitTimed,
    RoundDelivered,
    RungReached,
    TargetsExtended,
    TicketCancelled,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketTyped,
    TimePromised,
)
from helpdesk.mail import letters, notices
from helpdesk.tickets import ladder, policies, promises, recalculation

SUBSCRIPTIONS: Mapping[type[Fact], Sequence[Reaction]] = {
    TicketOpened: [letters.acknowledgement],
    TicketTyped: [claims.follow_type],
    ReplySent: [letters.reply],
    TicketResolved: [letters.please_accept],
    TicketReopened: [letters.reopened, claims.follow_reopening],
    TimePromised: [letters.promised],
    TicketClosed: [letters.closed_silently, claims.follow_ending],
    TicketCancelled: [claims.follow_ending, promises.promises_end],
    ClaimMoved: [letters.claim_acknowledged],
    ClaimDecided: [letters.claim_decided],
    RoundDelivered: [letters.round_delivered],
    PromiseMoved: [letters.promise_moved],
    PromiseHandedOver: [letters.promise_handed],
    ClockAtRisk: [ladder.begin],
    ClockBreached: [ladder.begin],
    RungReached: [letters.escalation],
    DutyLate: [letters.duty_late],
    TargetsExtended: [policies.extend],
    PastCorrected: [recalculation.fold_corrected],
    RevisitProposed: [visits.visit_proposed],
    RevisitTimed: [visits.visit_timed],
    RevisitMoved: [visits.visit_moved, visits.visit_moved_yours],
    RevisitCalledOff: [visits.visit_called_off, visits.visit_fell_away],
    RevisitReassigned: [visits.visit_colleague, visits.visit_yours],
    RevisitConfirmed: [visits.visit_confirmed],
    OtherTimeAsked: [visits.visit_other_time],
    AccountInvited: [letters.invitation],
    PasswordResetAsked: [letters.password_reset],
    HoursLow: [notices.tell],
    HoursOverdrawn: [notices.tell],
    HoursExpiring: [notices.tell],
    ContractDue: [notices.tell],
    ApprovalRequested: [notices.tell],
    ApprovalAnswered: [notices.tell],
}

# What an activity asks for at a time of its own.
LATER: Sequence[Reaction] = (recalculation.look_again,)


def install() -> None:
    """Tell the journal what follows from which fact."""
    subscribe(SUBSCRIPTIONS)
    for reaction in LATER:
        jobs.register(reaction)
    jobs.register(notices.to_reader, takes_entry=False)
