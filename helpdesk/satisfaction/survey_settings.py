"""How this desk asks its clients: the settings that an administrator may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from helpdesk.core.command import command
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.settings import read_settings, setting, write_settings
from helpdesk.events import ConfigurationChanged
from helpdesk.models.people import BuyingRole
from helpdesk.models.satisfaction import SurveyKind
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.satisfaction.quiet_hours import QuietHours, read_quiet_hours

SUPERVISOR = "supervisor"
NPS_READERS = frozenset({SUPERVISOR, *(role.value for role in BuyingRole)})
NEVER = -1


@dataclass(frozen=True)
class SurveySettings:
    """Settings of surveys."""

    csat_on: bool = setting(True, "Whether clients are asked how satisfied they are after a resolution.")
    ces_on: bool = setting(True, "Whether they are asked, beside it, how easy it was.")
    nps_on: bool = setting(True, "Whether an organisation is asked once a quarter whether it would recommend us.")
    revisit_on: bool = setting(True, "Whether clients are asked after a revisit at which nobody asked them.")
    delay_minutes: int = setting(1440, "Minutes from the occasion to the letter.", low=0, high=43_200)
    csat_percent: int = setting(100, "Per cent of the resolutions that are asked about satisfaction.", low=0, high=100)
    ces_percent: int = setting(100, "Per cent of the resolutions that are asked about effort.", low=0, high=100)
    nps_percent: int = setting(100, "Per cent of the organisations that are asked in a quarter.", low=0, high=100)
    revisit_percent: int = setting(100, "Per cent of the revisits that are asked about.", low=0, high=100)
    pause_days: int = setting(30, "Days for which nobody is asked again, about whatever.", low=0, high=365)
    quiet_hours: str = setting("20:00-08:00", "Hours of the reader's clock in which no question is sent; may be empty.")
    expiry_days: int = setting(14, "Days for which a question can be answered.", low=1, high=90)
    ask_after_silence: bool = setting(True, "Whether a client whose ticket silence closed is asked, too.")
    nps_readers: str = setting(
        "supervisor decider buyer", "Whom of an organisation to ask: supervisor, or a role in buying."
    )
    low_csat: int = setting(2, "A satisfaction up to this opens a follow-up; -1: never.", low=-1, high=5)
    low_ces: int = setting(2, "An ease up to this opens a follow-up; -1: never.", low=-1, high=7)
    low_nps: int = setting(-1, "A readiness to recommend up to this opens a follow-up; -1: never.", low=-1, high=10)
    low_revisit: int = setting(2, "A satisfaction with a revisit up to this opens a follow-up; -1: never.",
                               low=-1, high=5)  # fmt: skip
    follow_up_minutes: int = setting(
        480, "Working minutes within which somebody talks to a client who was not content.", low=1, high=10_000
    )

    def is_on(self, kind: SurveyKind) -> bool:
        return bool(getattr(self, f"{kind.value}_on"))

    def percent(self, kind: SurveyKind) -> int:
        return int(getattr(self, f"{kind.value}_percent"))

    def is_low(self, kind: SurveyKind, score: int) -> bool:
        """Whether somebody has to see to it."""
        return score <= int(getattr(self, f"low_{kind.value}"))

    @property
    def quiet(self) -> QuietHours | None:
        return read_quiet_hours(self.quiet_hours)

    @property
    def pause(self) -> timedelta:
        return timedelta(days=self.pause_days)

    @property
    def expiry(self) -> timedelta:
        return timedelta(days=self.expiry_days)


def survey_settings() -> SurveySettings:
    return read_settings(SurveySettings)


@command
def change_survey_settings(values: dict[str, Any], *, by: Actor) -> None:
    """Change how clients are asked; Invalid names each setting that is wrong."""
    require(by, Action.MANAGE_DESK)
    errors: dict[str, list[str]] = {}
    if "quiet_hours" in values:
        try:
            read_quiet_hours(str(values["quiet_hours"]))
        except ValueError:
            errors["quiet_hours"] = [_("Write two times of the day, such as 20:00-08:00.")]
    words = set(str(values.get("nps_readers", SUPERVISOR)).split())
    if not words or not words <= NPS_READERS:
        errors["nps_readers"] = [_("Choose among: %(words)s.", words=", ".join(sorted(NPS_READERS)))]
    if errors:
        raise Invalid(errors)
    write_settings(SurveySettings, values)
    record(ConfigurationChanged(0, what="survey_settings", change=values), by=by)
