"""How often somebody may try within a quarter of an hour; counted in the database, so that it holds everywhere."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import DomainError
from helpdesk.core.times import now
from helpdesk.models.access import SignInAttempt

SPAN = timedelta(minutes=15)


class TooManyTries(DomainError):
    """Somebody, or an address, is slowed down."""

    default_code = "too_many_tries"


def refuse_flood(subject: str, most: int, words: str) -> None:
    """TooManyTries, with these words, where this subject has tried so often lately."""
    count = db.session.scalar(
        select(func.count()).where(SignInAttempt.subject == subject, SignInAttempt.at > now() - SPAN)
    )
    if (count or 0) >= most:
        raise TooManyTries(words)


def count_try(*subjects: str) -> None:
    """Count one more try of each, in the transaction that is under way."""
    at = now()
    db.session.add_all(SignInAttempt(subject=subject, at=at) for subject in subjects)
