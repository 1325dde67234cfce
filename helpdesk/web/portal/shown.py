"""How the portal speaks of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.core.i18n import moment
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people import directory
from helpdesk.policy.actor import Actor
from helpdesk.tickets.queries import Due, TicketRow
from helpdesk.web.words import CLIENT_STATUSES


@dataclass(frozen=True)
class Listed:
    """A ticket in the client's list."""

    number: str
    url: str
    subject: str
    status: str
    status_words: str
    updated_at: datetime
    about: str = ""


def in_list(row: TicketRow) -> Listed:
    return Listed(
        row.number, url_for("portal.tickets.show", number=row.number), row.subject, row.status.value,
        str(CLIENT_STATUSES[row.status.value]), row.updated_at, row.requester,
    )  # fmt: skip


def who_and_when(ticket: Ticket, due: Due, for_: Actor) -> tuple[str, str | None, str]:
    """The answer on top of the page, who has it and when: (sentence, the name behind it, quieter words)."""
    owner = directory.operators().get(ticket.owner_id or 0)
    who = owner.name if owner else None
    when = moment(due.at, weekday=True) if due.at else ""
    if ticket.status is Status.RESOLVED:
        return _("We think it is solved. Please check."), who, ""
    if ticket.status is Status.CLOSED:
        return _("This request is done."), who, ""
    if ticket.status is Status.CANCELLED:
        return _("This request was cancelled."), who, ""
    if ticket.status is Status.MERGED:
        return _("This request goes on together with another one."), who, ""
    if ticket.status is Status.WAITING_CLIENT:
        return _("We wait for your answer."), who, _("The time stands still until you write.")
    if ticket.status is Status.SCHEDULED and ticket.scheduled_for:
        return _("It is planned for %(when)s.", when=moment(ticket.scheduled_for, weekday=True)), who, ""
    if due.kind == "first_response" and when and due.state == "running":
        return _("We have your request. You hear from us by %(when)s.", when=when), who, ""
    if due.state == "overdue":
        return _("We are late with this, and we know it."), who, _("It was due %(when)s.", when=when)
    working = _("%(who)s works on it.", who=who) if who else _("We work on it.")
    if due.kind in ("next_response", "periodic_update") and when:
        return working, who, _("You hear from us by %(when)s.", when=when)
    return working, who, _("The solution is due by %(when)s.", when=when) if when else ""
