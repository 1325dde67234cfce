"""Working time as a plain number: how many working seconds have passed since the desk's first day.

The clocks of millions of tickets are read with it, in the rules of `sla.worktime`: a budget spent exactly at closing is
due at closing, and is overspent with the first second of the next opening. Every working day must have equal hours, as
those of the demo desk have.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

from sla.worktime import WorkIndex

Span = tuple[int, int]


class Workdays:
    """The working days between two instants (epoch seconds), numbered through by working seconds."""

    def __init__(self, hours: WorkIndex, since: int, until: int, *, suffix: str = "") -> None:
        # A day that one of the two instants cuts is no whole one.
        days = [span for span in hours.work_between(since, until) if since < span[0] and span[1] < until]
        lengths = {end - start for start, end in days}
        if len(lengths) != 1:
            raise ValueError("the working days differ in length")
        self.length = lengths.pop()
        self.openings: Sequence[int] = [start for start, _end in days]
        self._dates = [f"{datetime.fromtimestamp(start, UTC):%Y-%m-%d} " for start in self.openings]
        self._offsets = [start % 86_400 for start in self.openings]
        self._times = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}.000000{suffix}" for s in range(86_400)]
        self.suffix = suffix

    def position(self, at: int) -> int:
        """Working seconds from the first opening to this instant."""
        day = bisect_right(self.openings, at) - 1
        if day < 0:
            return 0
        return day * self.length + min(at - self.openings[day], self.length)

    def at(self, position: int) -> int:
        """The instant at which the working second of this number begins."""
        day, seconds = divmod(position, self.length)
        return self.openings[day] + seconds

    def due(self, position: int) -> int:
        """The earliest instant by which so many working seconds have passed."""
        day, seconds = divmod(position - 1, self.length)
        return self.openings[day] + seconds + 1

    def text(self, position: int) -> str:
        """`at` as the database keeps instants."""
        day, seconds = divmod(position, self.length)
        return self._dates[day] + self._times[self._offsets[day] + seconds]

    def text_of(self, at: int) -> str:
        """Any instant as the database keeps it."""
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}.000000{self.suffix}"

    def due_text(self, position: int) -> str:
        """`due` as the database keeps it."""
        day, seconds = divmod(position - 1, self.length)
        return self._dates[day] + self._times[self._offsets[day] + seconds + 1]

    def closing_text(self, position: int, days: int) -> str:
        """The end of the so manieth working day after the one of this position, as the database keeps it."""
        day = position // self.length + days
        return self._dates[day] + self._times[self._offsets[day] + self.length]

    def spent(self, start: int, budget: int, pauses: Sequence[Span]) -> int:
        """The position by which the budget is spent; a pause that begins when it is spent already moves nothing."""
        end = start + budget
        for since, until in pauses:
            if since >= end:
                break
            end += until - since
        return end
