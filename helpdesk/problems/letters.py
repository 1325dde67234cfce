"""Letters about major incidents, to the people of the desk who are to know."""

from __future__ import annotations

from helpdesk.core.db import db
from helpdesk.core.i18n import speaking
from helpdesk.core.journal import Entry
from helpdesk.mail.letters import base_url, write_letter
from helpdesk.mail.outbound import Letter
from helpdesk.models.access import Account
from helpdesk.models.problems import MajorIncident, MajorOccasion
from helpdesk.models.tickets import Ticket


def major_told(entry: Entry) -> Letter | None:
    """A major incident runs that nobody leads, or clients wait for the news that they were promised."""
    major = db.session.get_one(MajorIncident, entry.subject_id)
    account = db.session.get(Account, entry.payload["account_id"])
    if account is None or account.disabled_at or major.ended_at is not None:
        return None
    ticket = db.session.get_one(Ticket, major.ticket_id)
    with speaking(account.language, account.timezone):
        content = {
            "account": account, "ticket": ticket, "major": major,
            "is_late": entry.payload["occasion"] == MajorOccasion.UPDATE_LATE.value,
            "url": f"{base_url()}/console/major-incidents/{major.id}",
        }  # fmt: skip
        return write_letter(
            "major_told", entry, to_name=account.name, to_address=account.email, language=account.language,
            content=content,
        )  # fmt: skip
