"""Tags: free words on tickets."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.journal import record
from helpdesk.events import TagsChanged
from helpdesk.models.tickets import Tag, Ticket, TicketTag
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.stamp import stamp

LONGEST = 40


_TAGS = (
    select(TicketTag.ticket_id, Tag.name).join(Tag, Tag.id == TicketTag.tag_id)
    .where(TicketTag.ticket_id.in_(bindparam("ids", expanding=True))).order_by(Tag.name)
)  # fmt: skip


@command
def set_tags(ticket: Ticket, names: Iterable[str], *, by: Actor) -> None:
    """Make these the ticket's tags."""
    require(by, Action.CLASSIFY_TICKET, ticket)
    wanted, present = set(_clean(names)), set(tags_of([ticket.id]).get(ticket.id, ()))
    added, removed = sorted(wanted - present), sorted(present - wanted)
    if removed:
        gone = select(Tag.id).where(Tag.name.in_(removed))
        db.session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket.id, TicketTag.tag_id.in_(gone)))
    add_tags(ticket, added)
    if added or removed:
        stamp(ticket)
        record(TagsChanged(ticket.id, added=added, removed=removed), by=by)


def add_tags(ticket: Ticket, names: Iterable[str]) -> None:
    """Put tags on a ticket, making those that are new. Part of a larger activity."""
    cleaned = _clean(names)
    if not cleaned:
        return
    insert = sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert
    db.session.execute(insert(Tag).on_conflict_do_nothing(), [{"name": name} for name in cleaned])
    ids = db.session.scalars(select(Tag.id).where(Tag.name.in_(cleaned))).all()
    db.session.execute(insert(TicketTag).on_conflict_do_nothing(), [{"ticket_id": ticket.id, "tag_id": i} for i in ids])


def tags_of(ticket_ids: Iterable[int]) -> dict[int, list[str]]:
    """The tags of some tickets, by ticket."""
    found: dict[int, list[str]] = {}
    for ticket_id, name in db.session.execute(_TAGS, {"ids": list(ticket_ids)}):
        found.setdefault(ticket_id, []).append(name)
    return found


def _clean(names: Iterable[str]) -> list[str]:
    cleaned = (" ".join(name.split()).lower()[:LONGEST] for name in names)
    return sorted({name for name in cleaned if name})
