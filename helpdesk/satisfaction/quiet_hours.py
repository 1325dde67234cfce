"""Hours in which nobody is written to, on the clock of the reader.

1. They are said as `20:00-08:00`: from the first minute up to, not including, the last; the night may lie between.
   An empty text means that there are none.
2. What falls into them waits for their end on the reader's clock. Where the clock skips that end (spring), it is the
   instant at which the clock goes on; where it comes twice (autumn), the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SAID = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")


@dataclass(frozen=True)
class QuietHours:
    begin: time
    end: time

    def cover(self, local: time) -> bool:
        """Whether this time of the day is quiet."""
        if self.begin < self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


def read_quiet_hours(text: str) -> QuietHours | None:
    """The hours that the text says; None where it is empty. ValueError for anything else."""
    if not text.strip():
        return None
    found = _SAID.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours = [int(digits) for digits in found.groups()]
    quiet = QuietHours(time(hours[0], hours[1]), time(hours[2], hours[3]))
    if quiet.begin == quiet.end:
        raise ValueError(text)
    return quiet


def after_quiet(at: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """This instant, or the end of the quiet hours in which it lies, in UTC."""
    there = ZoneInfo(zone)
    local = at.astimezone(there)
    if quiet is None or not quiet.cover(local.time().replace(tzinfo=None)):
        return at.astimezone(UTC)
    day = local.date()
    if local.time() >= quiet.end:
        day += timedelta(days=1)
    end = datetime.combine(day, quiet.end, tzinfo=there)
    ends_at = end.astimezone(UTC)
    if ends_at.astimezone(there).replace(tzinfo=None) != end.replace(tzinfo=None):
        # The clock skips it: both readings of the gap enclose the instant at which it goes on.
        ends_at = _end_of_gap(end)
    return max(ends_at, at.astimezone(UTC))


def _end_of_gap(missing: datetime) -> datetime:
    """The instant at which the clock goes on after a gap that holds this wall-clock time."""
    early, late = sorted(missing.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    low, high = int(early.timestamp()), int(late.timestamp())
    zone = missing.tzinfo
    after = datetime.fromtimestamp(high, zone).utcoffset()
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == after:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(high, UTC)
