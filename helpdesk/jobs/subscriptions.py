"""Fact → reactions: the only place where the consequences of a fact are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpdesk.core.journal import Fact, Reaction, subscribe
from helpdesk.events import (
    AccountInvited,
    ClockAtRisk,
    ClockBreached,
    PasswordResetAsked,
    ReplySent,
    RungReached,
    TicketClosed,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TimePromised,
)
from helpdesk.mail import letters
from helpdesk.tickets import ladder

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
    AccountInvited: [letters.invitation],
    PasswordResetAsked: [letters.password_reset],
}


def install() -> None:
    """Tell the journal what follows from which fact."""
    subscribe(SUBSCRIPTIONS)
