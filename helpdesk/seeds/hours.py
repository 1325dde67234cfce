"""When the company of the demo desk works: eight to seventeen on weekdays, not on the public holidays of its country.

1. Lithuania: the non-working days of article 123 of the Labour Code, as explicit dates of each year. Mother's and
   Father's Day are Sundays, on which nobody works here anyway; they stand in the list all the same.
2. Kazakhstan's service desk keeps the same hours on its own clock; its public holidays are left out.
3. The nine hours of a day are whole: who goes to lunch is covered by a colleague.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from sla.worktime import WEEKDAYS, Calendar, WorkIndex, compile_calendar

OPENS, CLOSES = "08:00", "17:00"
OFFICE = "Europe/Vilnius"
# (month, day) of those that fall on the same date every year
_FIXED = ((1, 1), (2, 16), (3, 11), (5, 1), (6, 24), (7, 6), (8, 15), (11, 1), (11, 2), (12, 24), (12, 25), (12, 26))
_SUNDAY = 6


def business_hours(timezone: str, years: range) -> dict[str, Any]:
    """The calendar of the case format for an office in this zone, with the holidays of these years."""
    return {
        "timezone": timezone,
        "weekly": {day: [[OPENS, CLOSES]] for day in WEEKDAYS[:5]},
        "holidays": [on.isoformat() for year in years for on in holidays(year)] if timezone == OFFICE else [],
        "exceptions": {},
    }


@cache
def hours_of(timezone: str, since: int, until: int) -> WorkIndex:
    """The compiled business hours of an office, from the year `since` to the year `until` inclusive."""
    return compile_calendar(Calendar.from_json(business_hours(timezone, range(since, until + 1))))


def holidays(year: int) -> tuple[date, ...]:
    """The public holidays of Lithuania in this year, in order."""
    easter = easter_sunday(year)
    moving = (easter, easter + timedelta(days=1), _first_sunday(year, 5), _first_sunday(year, 6))
    return tuple(sorted({*moving, *(date(year, month, day) for month, day in _FIXED)}))


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Jean Meeus, Astronomical Algorithms, 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _first_sunday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7)
