"""How this desk deals with problems: the settings that an administrator may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting, write_settings
from helpdesk.events import ConfigurationChanged
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require

MOST_STEPS = 3


@dataclass(frozen=True)
class ProblemSettings:
    """Settings of problems and major incidents."""

    undo_seconds: int = setting(
        60, "Seconds within which a message to all clients of a problem can be taken back.", low=10, high=3600
    )
    major_ladder_minutes: str = setting(
        "0 10 20",
        "Minutes after which line lead, manager and duty officer are told of a major incident, day and night, "
        "while nobody leads it or news is late.",
    )
    update_minutes: int = setting(
        60, "Minutes after which clients hear next of a major incident, unless somebody says otherwise.",
        low=5, high=1440,
    )  # fmt: skip


def problem_settings() -> ProblemSettings:
    return read_settings(ProblemSettings)


@command
def change_problem_settings(values: dict[str, Any], *, by: Actor) -> None:
    """Change how problems and major incidents are dealt with; Invalid names each setting that is wrong."""
    require(by, Action.MANAGE_DESK)
    if "major_ladder_minutes" in values:
        ladder_minutes(values["major_ladder_minutes"])
    write_settings(ProblemSettings, values)
    record(ConfigurationChanged(0, what="problem_settings", change=values), by=by)


def ladder_minutes(text: str) -> list[int]:
    """The minutes of each step; Invalid for anything but three numbers that grow."""
    words = str(text).split()
    minutes = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 6]
    if len(minutes) != len(words) or len(minutes) != MOST_STEPS or minutes != sorted(minutes):
        raise Invalid({"major_ladder_minutes": [_("Write three numbers of minutes that do not become less.")]})
    return minutes
