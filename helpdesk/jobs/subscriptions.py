"""Fact → reactions: the only place where the consequences of a fact are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.aftersales import enquiries
from helpdesk.core import jobs
from helpdesk.core.journal import Fact, Only, Reaction, subscribe
from helpdesk.events import (
    AccountInvited,
    ClockAtRisk,
    ClockBreached,
    DutyLate,
    MergeUndone,
    PasswordResetAsked,
    PastCorrected,
    ReplySent,
    RungReached,
    SpecialistNamed,
    TargetsExtended,
    TicketAssigned,
    TicketCancelled,
    TicketClassified,
    TicketClosed,
    TicketMerged,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TimePromised,
)
from helpdesk.mail import letters
from helpdesk.tickets import ladder, policies, recalculation

# What follows for enquiries only.
begin, follow, reclassify, hand_on = (
    Only(reaction, where=enquiries.concerns)
    for reaction in (enquiries.begin, enquiries.follow, enquiries.reclassify, enquiries.hand_on)
)

SUBSCRIPTIONS: Mapping[type[Fact], Sequence[Reaction | Only]] = {
    TicketOpened: [letters.acknowledgement, begin],
    ReplySent: [letters.reply],
    TicketResolved: [letters.please_accept, follow],
    TicketReopened: [letters.reopened, follow],
    TicketCancelled: [follow],
    TicketMerged: [follow],
    MergeUndone: [follow],
    TicketClassified: [reclassify],
    TicketAssigned: [hand_on],
    SpecialistNamed: [letters.specialist],
    TimePromised: [letters.promised],
    TicketClosed: [letters.closed_silently],
    ClockAtRisk: [ladder.begin],
    ClockBreached: [ladder.begin],
    RungReached: [letters.escalation],
    DutyLate: [letters.duty_late],
    TargetsExtended: [policies.extend],
    PastCorrected: [recalculation.fold_corrected],
    AccountInvited: [letters.invitation],
    PasswordResetAsked: [letters.password_reset],
}

# What an activity asks for at a time of its own.
LATER: Sequence[Reaction] = (recalculation.look_again,)


def install() -> None:
    """Tell the journal what follows from which fact."""
    subscribe(SUBSCRIPTIONS)
    for reaction in LATER:
        jobs.register(reaction)
