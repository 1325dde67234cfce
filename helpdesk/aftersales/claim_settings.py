"""How this desk deals with claims: the settings that an administrator may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.core.command import command
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting, write_settings
from helpdesk.events import ConfigurationChanged
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require


@dataclass(frozen=True)
class ClaimSettings:
    """Settings of claims."""

    acknowledge_minutes: int = setting(240, "Working minutes to acknowledge a claim.", low=1, high=10_000)
    investigate_days: int = setting(5, "Business days to find the root cause of a claim.", low=1, high=365)
    decide_days: int = setting(3, "Business days to decide a claim whose cause is known.", low=1, high=365)
    approve_days: int = setting(2, "Business days for a second person to approve a decision.", low=1, high=365)
    begin_days: int = setting(3, "Business days to begin what was decided.", low=1, high=365)
    correct_days: int = setting(10, "Business days to carry it out and to verify that it helped.", low=1, high=365)
    close_days: int = setting(5, "Business days to close a claim after that.", low=1, high=365)
    appeal_days: int = setting(14, "Days within which the client may appeal, once.", low=1, high=365)
    approval_above_cents: int = setting(
        50_000, "Cents above which a refund needs a second person's approval.", low=0, high=1_000_000_000
    )


def claim_settings() -> ClaimSettings:
    return read_settings(ClaimSettings)


@command
def change_claim_settings(values: dict[str, Any], *, by: Actor) -> None:
    """Change how long each step may take and what needs a second person; Invalid names each setting that is wrong."""
    require(by, Action.MANAGE_DESK)
    write_settings(ClaimSettings, values)
    record(ConfigurationChanged(0, what="claim_settings", change=values), by=by)
