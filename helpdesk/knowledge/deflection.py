"""Articles shown to clients who were about to write, and what came of it; counted a day later, not before.

1. A sitting is one form for a new request. What was shown in it, and which of that was opened, stands under its token.
2. Who it was is kept as a digest that changes daily and cannot be undone two days later, so that nobody can be
   followed; with it the desk finds out whether the same client came with a ticket within a day, whatever way.
3. Only when the day is over a sitting counts. Opened and no ticket is a question that may have been answered; opened
   and a ticket is one that was not; shown and not opened says nothing of the article.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.core.command import command, transaction
from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.access import Account
from helpdesk.models.knowledge import Deflection
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor
from knowledge_base.searches import sitting_of

DAY = timedelta(days=1)
MOST_NOTED, LONGEST_SITTING, BATCH = 50, 40, 1000


@dataclass(frozen=True)
class Deflected:
    """How many sittings came to what; unsettled ones are in none of the others."""

    settled: int = 0
    opened: int = 0
    opened_without_ticket: int = 0
    unsettled: int = 0


def new_sitting() -> str:
    """A token for a fresh form; nothing is known of it until something is shown."""
    return secrets.token_urlsafe(12)


@command
def note_shown(sitting: str, articles: Iterable[int], language: str, *, by: Actor) -> None:
    """These articles were suggested to a client in this sitting."""
    shown = list(articles)
    if not (by.is_client and by.account_id and shown and _is_token(sitting)):
        return
    row = _row(sitting)
    if row is None:
        row = Deflection(
            sitting=sitting, visitor=_visitor(by.account_id, now().date()), language=language, shown_at=now(),
            shown=[], opened=[],
        )  # fmt: skip
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError:  # two keystrokes at once
            row = _row(sitting)
    if row is None or row.visitor != _visitor(by.account_id, row.shown_at.date()):
        return
    row.shown = list(dict.fromkeys([*row.shown, *shown]))[:MOST_NOTED]


@command
def note_opened(sitting: str, article_id: int, *, by: Actor) -> None:
    """The client opened one of those that they were shown."""
    row = _row(sitting) if by.account_id and _is_token(sitting) else None
    if row is None or article_id not in row.shown or row.visitor != _visitor(by.account_id, row.shown_at.date()):
        return
    if article_id not in row.opened:
        row.opened = [*row.opened, article_id]
        row.opened_at = row.opened_at or now()


def follow_ticket(entry: Entry) -> None:
    """A ticket was opened: the sittings of its requester within the day before were followed by one."""
    ticket = db.session.get_one(Ticket, entry.subject_id)
    account_id = db.session.scalar(select(Account.id).where(Account.contact_id == ticket.requester_id))
    if account_id is None:
        return
    days = (ticket.opened_at.date(), (ticket.opened_at - DAY).date())
    db.session.execute(
        update(Deflection).where(
            Deflection.visitor.in_([_visitor(account_id, day) for day in days]),
            Deflection.shown_at >= ticket.opened_at - DAY, Deflection.shown_at <= ticket.opened_at,
            Deflection.ticket_followed.is_(None),
        ).values(ticket_followed=True), execution_options={"synchronize_session": False},
    )  # fmt: skip


def settle_sittings() -> int:
    """Sittings after which a day passed without a ticket count as followed by none; how many there were."""
    with transaction():
        # A ticket's reaction may lag a little behind: an hour is left for it.
        due = select(Deflection.id).where(
            Deflection.ticket_followed.is_(None), Deflection.shown_at < now() - DAY - timedelta(hours=1)
        )
        ids = list(db.session.scalars(due.limit(BATCH)))
        if ids:
            db.session.execute(
                update(Deflection).where(Deflection.id.in_(ids)).values(ticket_followed=False),
                execution_options={"synchronize_session": False},
            )
        return len(ids)


def deflected(since: datetime | None, until: datetime | None) -> Deflected:
    """What became of the sittings that began in this span."""
    conditions = []
    if since is not None:
        conditions.append(Deflection.shown_at >= since)
    if until is not None:
        conditions.append(Deflection.shown_at < until)
    is_opened = Deflection.opened_at.is_not(None).label("is_opened")
    query = select(Deflection.ticket_followed, is_opened, func.count()).where(*conditions)
    counts = {
        (followed, bool(opened)): count
        for followed, opened, count in db.session.execute(query.group_by(Deflection.ticket_followed, is_opened))
    }
    return Deflected(
        sum(count for (followed, _opened), count in counts.items() if followed is not None),
        counts.get((True, True), 0) + counts.get((False, True), 0), counts.get((False, True), 0),
        sum(count for (followed, _opened), count in counts.items() if followed is None),
    )  # fmt: skip


def _row(sitting: str) -> Deflection | None:
    found: Deflection | None = db.session.scalar(select(Deflection).where(Deflection.sitting == sitting))
    return found


def _is_token(sitting: str) -> bool:
    return 8 <= len(sitting) <= LONGEST_SITTING and sitting.replace("-", "a").replace("_", "a").isalnum()


def _visitor(account_id: int, day: date) -> str:
    return sitting_of(f"account:{account_id}", on=day)
