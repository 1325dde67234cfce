"""How this desk works: the settings of tickets that an administrator may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting, write_settings
from helpdesk.events import ConfigurationChanged
from helpdesk.models.tickets import Impact, Priority, Urgency
from helpdesk.people.duty import check_roster
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require


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
    escalation_minutes: int = setting(
        30, "Working minutes without an acknowledgement after which an escalation climbs.", low=1, high=2400
    )
    promise_grace_minutes: int = setting(
        1440, "Minutes after its time when a promise that nobody said an outcome of is broken.", low=0, high=43_200
    )
    duty_officers: str = setting(
        "", "E-mail addresses of the duty officers, one on duty each week in turn, separated by commas."
    )
    contract_reminder_days: int = setting(
        30,
        "Days before the end of a contract, or of its time for notice, at which people are reminded.",
        low=1,
        high=365,
    )
    block_reminder_days: int = setting(
        30, "Days before hours expire at which the client and the desk are reminded.", low=1, high=365
    )
    approval_days: int = setting(
        7, "Days after which a question for approval of chargeable work expires.", low=1, high=90
    )
    assign_automatically: bool = setting(False, "Whether a new ticket gets an assignee by skill and load.")


def ticket_settings() -> TicketSettings:
    return read_settings(TicketSettings)


@command
def change_settings(values: dict[str, Any], *, by: Actor) -> None:
    """Change how the desk works; Invalid names each setting that is wrong."""
    require(by, Action.MANAGE_DESK)
    if "priority_matrix" in values:
        parse_matrix(values["priority_matrix"])
    if values.get("duty_officers"):
        check_roster(values["duty_officers"])
    write_settings(TicketSettings, values)
    record(ConfigurationChanged(0, what="settings", change=values), by=by)


def parse_matrix(text: str) -> dict[tuple[Impact, Urgency], Priority]:
    """The priority of every impact and urgency; Invalid for anything but three rows of three priorities."""
    rows = [row.split() for row in text.split("/")]
    try:
        if [len(row) for row in rows] != [3, 3, 3]:
            raise ValueError(text)
        return {
            (impact, urgency): Priority(rows[i][j])
            for i, impact in enumerate(Impact)
            for j, urgency in enumerate(Urgency)
        }
    except ValueError as error:
        raise Invalid({"priority_matrix": [_("Write three rows of three priorities, P1 to P4.")]}) from error
