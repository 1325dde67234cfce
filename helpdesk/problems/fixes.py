"""After a fix: did it really stop? Pure arithmetic on a few counts, honest where there is little to count.

1. Tickets opened after the fix count against it when they come from the fixed version or a later one. Those from older
   versions only say that a client has not changed over; those whose version is not known say nothing.
2. Silence is no proof by itself. By the pace of the time before the fix it is worked out how likely the same silence
   would be if nothing had changed: each of the earlier tickets would have fallen before the fix by chance with the
   share that this time has in the whole. Below five per cent it is called stopped, else it is too early to tell.
3. The time before is that from the first ticket to the fix, at most a quarter; the time after is at most a quarter.
4. Where nothing stands at clients in the fixed version, nothing was tried yet, and it is too early, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

QUARTER = timedelta(days=91)
CHANCE = 0.05


class Outcome(StrEnum):
    """What became of a problem after its fix."""

    STOPPED = "stopped"
    CAME_BACK = "came_back"  # tickets from the fixed version or a later one
    UNCLEAR = "unclear"  # tickets since, but of no known version
    TOO_EARLY = "too_early"


@dataclass(frozen=True)
class AfterFix:
    """The counts since the fix, and what they say."""

    outcome: Outcome
    fixed_at: datetime
    on_fix: int  # tickets from the fixed version or a later one
    on_older: int
    on_unknown: int
    before: int  # tickets in the time before that it is compared with
    days_before: int
    days_after: int
    chance: float | None  # of seeing none since, had nothing changed
    installed: int  # installations in the fixed version or a later one
    installed_of: int  # of so many whose version is known

    @property
    def since(self) -> int:
        """All tickets since the fix."""
        return self.on_fix + self.on_older + self.on_unknown


def after_fix(
    *, fixed_at: datetime, until: datetime, first_at: datetime | None, before: int, on_fix: int, on_older: int,
    on_unknown: int, installed: int = 0, installed_of: int = 0,
) -> AfterFix:  # fmt: skip
    """What the time from the fix until an instant says; `before` are the tickets between `window()` and the fix."""
    span_before = fixed_at - window(fixed_at, first_at)
    span_after = max(timedelta(), min(until - fixed_at, QUARTER))
    chance = silence_chance(before, span_before, span_after)
    if on_fix:
        outcome = Outcome.CAME_BACK
    elif on_unknown:
        outcome = Outcome.UNCLEAR
    elif chance is not None and chance < CHANCE and (installed or not installed_of):
        outcome = Outcome.STOPPED
    else:
        outcome = Outcome.TOO_EARLY
    return AfterFix(
        outcome, fixed_at, on_fix, on_older, on_unknown, before, span_before.days, span_after.days, chance, installed,
        installed_of,
    )  # fmt: skip


def window(fixed_at: datetime, first_at: datetime | None) -> datetime:
    """From when on the time before a fix is looked at."""
    earliest = fixed_at - QUARTER
    return fixed_at if first_at is None or first_at > fixed_at else max(first_at, earliest)


def silence_chance(before: int, span_before: timedelta, span_after: timedelta) -> float | None:
    """How likely no ticket in the time after would be, had nothing changed; None where there was none before."""
    if before <= 0 or span_before <= timedelta():
        return None
    share: float = span_before / (span_before + span_after)
    return float(share**before)
