"""Reading the mails that came in."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.models.mail import MailResult, ReceivedMail


def received_mail(mail_id: int) -> ReceivedMail | None:
    return db.session.get(ReceivedMail, mail_id)


def quarantined_mails(limit: int = 100) -> list[ReceivedMail]:
    """The mails that were held back, latest first."""
    query = select(ReceivedMail).where(ReceivedMail.result == MailResult.QUARANTINED)
    return list(db.session.scalars(query.order_by(ReceivedMail.id.desc()).limit(limit)))
