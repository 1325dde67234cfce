"""The desk's own days and hours: those of the first calendar of the default policy."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.i18n import DEFAULT_ZONE
from helpdesk.core.standing import standing
from helpdesk.core.times import now
from sla import defaults, register
from sla.models import CalendarVersion, SlaPolicy, Target, WorkCalendar
from sla.worktime import Calendar, WorkIndex, compile_calendar


@standing
def desk_calendar() -> tuple[int | None, str, str]:
    """Id, name and zone of the first calendar of the default policy; without one the hours that a desk begins with."""
    query = (
        select(WorkCalendar.id, WorkCalendar.name).join(Target, Target.calendar_id == WorkCalendar.id)
        .join(SlaPolicy, SlaPolicy.id == Target.policy_id)
        .where(SlaPolicy.is_default).order_by(Target.id).limit(1)
    )  # fmt: skip
    row = db.session.execute(query).first()
    if row is None:
        return None, defaults.OFFICE_HOURS, DEFAULT_ZONE
    versions = select(CalendarVersion.content).where(CalendarVersion.calendar_id == row.id)
    content = db.session.scalar(
        versions.order_by(CalendarVersion.valid_from.desc(), CalendarVersion.id.desc()).limit(1)
    )
    return row.id, row.name, (content or {}).get("timezone", DEFAULT_ZONE)


def desk_zone() -> ZoneInfo:
    """The zone in which days, weeks and months of figures begin."""
    return ZoneInfo(desk_calendar()[2])


def working_hours() -> WorkIndex:
    """The desk's working time; the office hours that a desk begins with, where it has no calendar yet."""
    calendar_id = desk_calendar()[0]
    if calendar_id is None:
        return compile_calendar(Calendar.from_json(defaults.office_hours(DEFAULT_ZONE)))
    return register.indexes()[calendar_id]


def calendar_named(name: str) -> tuple[WorkIndex, str] | None:
    """The working time of a calendar and its zone; None if no calendar is called so."""
    content = (
        select(WorkCalendar.id, CalendarVersion.content).join(CalendarVersion)
        .where(WorkCalendar.name == name)
        .order_by(WorkCalendar.id, CalendarVersion.valid_from.desc(), CalendarVersion.id.desc()).limit(1)
    )  # fmt: skip
    row = db.session.execute(content).first()
    return None if row is None else (register.indexes()[row.id], row.content.get("timezone", DEFAULT_ZONE))


def day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def desk_today() -> date:
    """Which day it is where the desk is: what forms suggest, and what dates are compared with."""
    return day_of(now(), desk_zone())
