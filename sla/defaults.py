"""What an empty desk begins with: office hours and a standard policy, to be changed by the administrator."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.standing import touch
from sla.models import CalendarVersion, ClockKind, SlaPolicy, Target, WorkCalendar
from sla.worktime import Calendar

OFFICE_HOURS = "Office hours"
WORKING_DAYS = ("mon", "tue", "wed", "thu", "fri")
# Working minutes by kind and priority.
STANDARD: dict[ClockKind, dict[str, int]] = {
    ClockKind.FIRST_RESPONSE: {"P1": 30, "P2": 60, "P3": 240, "P4": 480},
    ClockKind.RESOLUTION: {"P1": 240, "P2": 480, "P3": 1440, "P4": 2400},
}
PAUSES: dict[ClockKind, list[str]] = {
    ClockKind.FIRST_RESPONSE: [],
    ClockKind.RESOLUTION: ["waiting_client", "scheduled"],
}


def office_hours(timezone: str) -> dict[str, Any]:
    """The calendar that a desk begins with: Monday to Friday, nine to six."""
    return {"timezone": timezone, "weekly": {day: [["09:00", "18:00"]] for day in WORKING_DAYS}}


def begin(timezone: str, *, at: int) -> None:
    """Write the default calendar and policy, unless there is a policy already. Part of a larger transaction."""
    if db.session.scalar(select(SlaPolicy.id).limit(1)) is not None:
        return
    content: dict[str, Any] = Calendar.from_json(office_hours(timezone)).to_json()
    calendar, policy = WorkCalendar(name=OFFICE_HOURS), SlaPolicy(name="Standard", is_default=True)
    db.session.add_all([calendar, policy])
    db.session.flush()
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    db.session.add(
        CalendarVersion(calendar_id=calendar.id, valid_from=0, content=content, content_hash=digest, recorded_at=at)
    )
    db.session.add_all(
        Target(policy_id=policy.id, kind=kind, priority=priority, seconds=minutes * 60, calendar_id=calendar.id,
               pause_reasons=PAUSES[kind], valid_from=0, recorded_at=at)
        for kind, by_priority in STANDARD.items() for priority, minutes in by_priority.items()
    )  # fmt: skip
    touch()
