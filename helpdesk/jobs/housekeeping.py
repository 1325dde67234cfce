"""What is forgotten: sign-in attempts after a day, submissions after a month, ended sessions after ninety days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.submissions import forget_submissions
from helpdesk.core.times import now
from helpdesk.models.access import Session, SignInAttempt

KEEP_ATTEMPTS = timedelta(days=1)
KEEP_SESSIONS = timedelta(days=90)


@command
def forget_old_rows() -> int:
    """Delete what nobody needs any more. Always says 0, so that the clock does not call again at once."""
    at = now()
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < at - KEEP_ATTEMPTS))
    old = or_(Session.ended_at < at - KEEP_SESSIONS, Session.expires_at < at - KEEP_SESSIONS)
    db.session.execute(delete(Session).where(old))
    forget_submissions()
    return 0
