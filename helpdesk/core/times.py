"""The only reader of the system clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_pretended: ContextVar[datetime | None] = ContextVar("pretended_now", default=None)


def now() -> datetime:
    """This instant, in UTC, to the microsecond."""
    return _pretended.get() or datetime.now(UTC)


@contextmanager
def pretending(at: datetime) -> Iterator[None]:
    """Let it be another instant inside this block: for demo data that is lived through, never for people's work."""
    token = _pretended.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _pretended.reset(token)


def epoch(at: datetime) -> int:
    """Whole seconds since 1970-01-01 UTC; the fraction is cut off."""
    return int(at.timestamp())


def instant(seconds: int) -> datetime:
    """The instant so many seconds after 1970-01-01 UTC."""
    return datetime.fromtimestamp(seconds, UTC)
