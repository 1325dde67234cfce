"""The only reader of the system clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, in UTC, to the microsecond."""
    return datetime.now(UTC)


def epoch(at: datetime) -> int:
    """Whole seconds since 1970-01-01 UTC; the fraction is cut off."""
    return int(at.timestamp())


def instant(seconds: int) -> datetime:
    """The instant so many seconds after 1970-01-01 UTC."""
    return datetime.fromtimestamp(seconds, UTC)
