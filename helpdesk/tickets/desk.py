"""How this desk works: the settings of tickets that an administrator may change."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.core.settings import read_settings, setting


@dataclass(frozen=True)
class TicketSettings:
    """Settings of the ticket's life."""

    silence_closes_days: int = setting(
        5, "Business days of silence after which a resolved ticket closes.", low=1, high=90
    )
    reopen_days: int = setting(7, "Days after resolution within which a reply or refusal reopens.", low=0, high=365)
    guest_link_days: int = setting(30, "Days for which a link in a letter opens its ticket.", low=1, high=365)
    priority_matrix: str = setting(
        "P1 P2 P3 / P2 P3 P4 / P3 P4 P4",
        "Priority by impact (organisation / group / person) and urgency (high medium low).",
    )
    assign_automatically: bool = setting(False, "Whether a new ticket gets an assignee by skill and load.")


def ticket_settings() -> TicketSettings:
    return read_settings(TicketSettings)
