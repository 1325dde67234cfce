"""Reading the register of promises: what is due, what was made on a ticket, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.times import now
from helpdesk.models.people import Contact, Organisation
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import NUMBER_PREFIX, Ticket
from helpdesk.people.directory import operators
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import promise_scope

PAGE_SIZE = 50
AT_MOST = 200  # of what is open at once


@dataclass(frozen=True)
class PromiseRow:
    """A promise with whom it was made to, and who keeps it."""

    promise: Promise
    number: str  # of the ticket; empty for one that was made on a visit
    subject: str
    contact: str
    organisation: str
    owner: str
    made_by: str
    is_overdue: bool


@dataclass(frozen=True)
class PromiseFilter:
    """What a list of promises is narrowed to; the period is that of the promised time."""

    owner_id: int | None = None
    owner_ids: tuple[int, ...] | None = None  # whoever of them
    line: int | None = None
    organisation_id: int | None = None
    ticket_id: int | None = None
    state: PromiseState | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What holds for a promise of the list."""
        names = ("owner_id", "line", "organisation_id", "ticket_id", "state")
        conditions = [
            getattr(Promise, name) == getattr(self, name) for name in names if getattr(self, name) is not None
        ]
        if self.owner_ids is not None:
            conditions.append(Promise.owner_id.in_(self.owner_ids))
        if self.since is not None:
            conditions.append(Promise.until_at >= self.since)
        if self.until is not None:
            conditions.append(Promise.until_at < self.until)
        return conditions


def get_promise(promise_id: int, *, for_: Actor) -> Promise:
    """The promise, if the actor sees it; locked where this transaction may change it."""
    query = select(Promise).where(Promise.id == promise_id, promise_scope(for_))
    found: Promise | None = db.session.scalar(locked_when_writing(query, of=Promise))
    if found is None:
        raise NotFound
    return found


def show_promise(promise: Promise) -> PromiseRow:
    """One promise as lists show it."""
    return _rows(db.session.execute(_ROWS.where(Promise.id == promise.id)).all())[0]


def my_due_promises(until: datetime, *, for_: Actor, limit: int = 12) -> list[PromiseRow]:
    """What the actor has promised until then and not kept yet, what is due first first."""
    if not for_.operator_id:
        return []
    return open_promises(PromiseFilter(owner_id=for_.operator_id, until=until), for_=for_, limit=limit)


def open_promises(narrowed: PromiseFilter, *, for_: Actor, limit: int = AT_MOST) -> list[PromiseRow]:
    """Promises without an outcome, what is due first first."""
    query = _ROWS.where(promise_scope(for_), Promise.state == PromiseState.PLANNED, *narrowed.conditions())
    return _rows(db.session.execute(query.order_by(Promise.until_at, Promise.id).limit(limit)).all())


def list_promises(
    narrowed: PromiseFilter, *, for_: Actor, after: str | None = None, before: str | None = None, size: int = PAGE_SIZE,
    overdue: bool = False,
) -> PageOf[PromiseRow]:  # fmt: skip
    """Every promise, whatever became of it, latest made first."""
    query = _ROWS.where(promise_scope(for_), *narrowed.conditions())
    if overdue:
        query = query.where(Promise.state == PromiseState.PLANNED, Promise.until_at < now())
    return page_of(
        query, [(Promise.id.expression, True)], size=size, after=after, before=before,
        run=lambda some: _rows(db.session.execute(some).all()), key=lambda row: (row.promise.id,),
    )  # fmt: skip


def promises_on(ticket: Ticket) -> Sequence[Promise]:
    """What was promised on a ticket, in the order in which it was made."""
    return db.session.scalars(select(Promise).where(Promise.ticket_id == ticket.id).order_by(Promise.id)).all()


_ROWS: Select[*tuple[Any, ...]] = (
    select(Promise, Ticket.id.label("ticket"), Ticket.subject, Contact.name.label("contact"),
           Organisation.name.label("organisation"))
    .join(Contact, Contact.id == Promise.contact_id)
    .outerjoin(Ticket, Ticket.id == Promise.ticket_id)
    .outerjoin(Organisation, Organisation.id == Promise.organisation_id)
)  # fmt: skip


def _rows(found: Sequence[Any]) -> list[PromiseRow]:
    cards, at = operators(), now()

    def name(operator_id: int | None) -> str:
        return cards[operator_id].name if operator_id in cards else ""

    return [
        PromiseRow(
            promise, f"{NUMBER_PREFIX}{ticket_id}" if ticket_id else "", subject or "", contact, organisation or "",
            name(promise.owner_id), name(promise.made_by_id), is_overdue=promise.is_open and promise.until_at < at,
        ) for promise, ticket_id, subject, contact, organisation in found
    ]  # fmt: skip
