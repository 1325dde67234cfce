"""The desk's own days, as figures are counted by them: the zone, the working hours, and months as numbers."""

from __future__ import annotations

from datetime import date

from helpdesk.entitlement.desk import calendar_named as calendar_named
from helpdesk.entitlement.desk import day_of as day_of
from helpdesk.entitlement.desk import desk_calendar as desk_calendar
from helpdesk.entitlement.desk import desk_today as desk_today
from helpdesk.entitlement.desk import desk_zone as desk_zone
from helpdesk.entitlement.desk import working_hours as working_hours


def month_of(day: date) -> int:
    """The month as one number: 12 * year + month - 1."""
    return 12 * day.year + day.month - 1


def first_of_month(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
