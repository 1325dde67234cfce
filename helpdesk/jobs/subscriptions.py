"""Fact → reactions: the only place where the consequences of a fact are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.core import jobs
from helpdesk.core.journal import Fact, Reaction, subscribe
from helpdesk.events import (
    AccountInvited,
    ClockAtRisk,
    ClockBreached,
    DutyLate,
    PasswordResetAsked,
    PastCorrected,
    ReplySent,
    RungReached,
    TargetsExtended,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TimePromised,
)
from helpdesk.mail import letters
from helpdesk.tickets import ladder, policies, recalculation

SUBSCRIPTIONS: Mapping[type[Fact], Sequence[Reaction]] = {
    TicketOpened: [letters.acknowledgement],
    ReplySent: [letters.reply],
    TicketResolved: [letters.please_accept],
    TicketReopened: [letters.reopened],
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
