"""A slow and obvious second opinion: it walks through time, one step after another, and reads the clock on the wall.

It takes the calendar as JSON and shares nothing with `sla.worktime`. A step is a second, or a minute where the zone,
the calendar and the question all keep to whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Pauses = Iterable[tuple[int, int | None]]


class Oracle:
    def __init__(self, calendar: dict[str, Any], step: int = 60) -> None:
        self.calendar, self.step = calendar, step
        self.zone = ZoneInfo(calendar["timezone"])
        self.blackouts = [
            (datetime.fromisoformat(since).timestamp(), datetime.fromisoformat(until).timestamp())
            for since, until in calendar.get("blackouts", [])
        ]
        self.hours = cache(self.read_hours)

    def elapsed(self, start: int, end: int, pauses: Pauses = ()) -> int:
        return sum(self.step for at in range(start, end, self.step) if self.counts(at, pauses))

    def due(self, start: int, seconds: int, pauses: Pauses = (), *, give_up: int) -> int | None:
        """The instant at which the walk has met so much work, or None if it has walked for `give_up` seconds."""
        at, left = start, abs(seconds)
        while left > 0:
            if abs(at - start) >= give_up:
                return None
            if seconds > 0:
                left -= self.step if self.counts(at, pauses) else 0
                at += self.step
            else:
                at -= self.step
                left -= self.step if self.counts(at, pauses) else 0
        return at

    def counts(self, at: int, pauses: Pauses) -> bool:
        return self.is_working(at) and not any(since <= at and (until is None or at < until) for since, until in pauses)

    def is_working(self, at: int) -> bool:
        return bool(self.dates_at_work(at))

    def dates_at_work(self, at: int) -> list[date]:
        """The dates to which the hours at this instant belong: today, or yesterday with its night shift."""
        if any(since <= at < until for since, until in self.blackouts):
            return []
        wall = datetime.fromtimestamp(at, self.zone)
        today, yesterday, time = wall.date(), wall.date() - ONE_DAY, wall.hour * 3600 + wall.minute * 60 + wall.second
        return [today for opens, closes in self.hours(today) if opens <= time and (time < closes or closes < opens)] + [
            yesterday for opens, closes in self.hours(yesterday) if time < closes < opens
        ]

    def business_day_ends(self, at: int, days: int, *, give_up: int) -> int | None:
        """The end of the `days`-th date met after today, or None if the walk of `give_up` seconds met fewer."""
        today = datetime.fromtimestamp(at, self.zone).date()
        ends: dict[date, int] = {}
        for moment in range(at - 86_400, at + give_up, self.step):
            for on in self.dates_at_work(moment):
                if on > today:
                    ends[on] = moment + self.step
        return ends[sorted(ends)[days - 1]] if len(ends) >= days else None

    def read_hours(self, on: date) -> list[tuple[int, int]]:
        text = on.isoformat()
        if text in self.calendar.get("exceptions", {}):
            pairs = self.calendar["exceptions"][text]
        elif text in self.calendar.get("holidays", []):
            pairs = []
        else:
            pairs = self.calendar.get("weekly", {}).get(WEEKDAYS[on.weekday()], [])
        return [(time_of_day(opens), time_of_day(closes)) for opens, closes in pairs]


def time_of_day(text: str) -> int:
    hour, minute, second = [*map(int, text.split(":")), 0][:3]
    return hour * 3600 + minute * 60 + second
