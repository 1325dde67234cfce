"""Tickets in the search: what of them is indexed, who finds what, and what keeps the index true.

Semantics
1. A ticket is found by its number, its subject and what was said publicly; internal notes are indexed apart and found
   only by those who may read notes.
2. Whoever asks finds what `visible` lets them see, and nothing else. The facets narrow the fetch to whose tickets these
   are, so that a client of a large desk still gets the best of their own.
3. The index follows the facts of a ticket by jobs: it is a moment late, and it is true again after every job.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy import Select, True_, select

from helpdesk.core import search_index
from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.journal import Entry
from helpdesk.core.search import Document, Kind, Query, clear, put, remove, search
from helpdesk.models.access import Role
from helpdesk.models.messages import Message, MessageKind
from helpdesk.models.products import Product
from helpdesk.models.tickets import NUMBER_PREFIX, Status, Ticket, Watcher
from helpdesk.models.transfers import Transfer
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor, ActorKind
from helpdesk.policy.rules import may
from helpdesk.policy.scopes import ticket_scope
from helpdesk.tickets.queries import get_tickets

TICKETS = Kind("ticket", "t")
BATCH = 500


@dataclass(frozen=True)
class Narrowed:
    """Which tickets are searched; None leaves a filter open."""

    status: Status | None = None
    team_id: int | None = None
    product_id: int | None = None
    language: str | None = None


@dataclass(frozen=True)
class TicketFound:
    """A ticket that answers the query; title and snippet are safe HTML with marks."""

    ticket: Ticket
    title: Markup
    snippet: Markup
    score: float
    is_exact: bool


@dataclass(frozen=True)
class TicketsFound:
    """What was found, in order; `more` where there are others; `corrected` says which words were taken for mistakes."""

    rows: Sequence[TicketFound] = ()
    more: bool = False
    corrected: dict[str, str] = field(default_factory=dict)


def search_tickets(
    text: str, *, for_: Actor, narrowed: Narrowed | None = None, language: str | None = None, limit: int = 20
) -> TicketsFound:
    """The tickets that the actor sees and that answer the query best. Invalid on field `q` for a text too long."""
    narrowed = narrowed or Narrowed()
    found = search(TICKETS, Query(
        text, language, facets=[*_seen_by(for_), *_facets_of(narrowed)], within=_within(for_, narrowed),
        internal=may(for_, Action.READ_NOTE), limit=limit,
    ))  # fmt: skip
    tickets = get_tickets([hit.number for hit in found.hits if hit.number], for_=for_)
    rows = [
        TicketFound(tickets[hit.number], hit.title_html, hit.snippet, hit.score, hit.is_exact)
        for hit in found.hits if hit.number in tickets
    ]  # fmt: skip
    return TicketsFound(rows, found.more, found.corrected)


def index_ticket(entry: Entry) -> None:
    """What follows from a fact of a ticket: the index says what the ticket says now."""
    index_tickets([entry.subject_id])


def index_contact(entry: Entry) -> None:
    """What follows when somebody says who a contact is: their tickets belong to another organisation."""
    theirs = select(Ticket.id).where(Ticket.requester_id == entry.subject_id).order_by(Ticket.id.desc())
    index_tickets(db.session.scalars(theirs.limit(BATCH)).all())


def index_tickets(ids: Collection[int]) -> int:
    """Index these tickets as they are, in the running transaction; returns how many have changed."""
    documents = _documents(ids)
    gone = set(ids) - {document.number for document in documents}
    remove(TICKETS, map(str, sorted(gone)))
    return put(TICKETS, documents)


@command
def rebuild_step(after: int) -> int | None:
    """Index the next tickets after this id in a transaction of their own; the last id, or None when none are left."""
    ids = _after(after)
    if not ids:
        return None
    index_tickets(ids)
    return ids[-1]


def catch_up() -> int:
    """Index the next tickets that came by no fact: imports, and all of them after an upgrade."""
    return search_index.catch_up(TICKETS, _after, index_tickets)


def _after(ticket_id: int) -> Sequence[int]:
    return db.session.scalars(select(Ticket.id).where(Ticket.id > ticket_id).order_by(Ticket.id).limit(BATCH)).all()


@command
def clear_step() -> bool:
    """Take some tickets out of the index, in a transaction of their own; False when it is empty."""
    return clear(TICKETS, at_most=5_000) == 5_000


def _documents(ids: Collection[int]) -> list[Document]:
    wanted = sorted(ids)
    said: dict[int, dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    messages = select(Message.ticket_id, Message.kind, Message.text).where(
        Message.ticket_id.in_(wanted), Message.kind != MessageKind.SYSTEM
    )
    for ticket_id, kind, text in db.session.execute(messages.order_by(Message.ticket_id, Message.id)):
        said[ticket_id][kind is MessageKind.NOTE].append(text)
    marks: dict[int, set[str]] = defaultdict(set)
    watchers = select(Watcher.ticket_id, Watcher.account_id).where(Watcher.ticket_id.in_(wanted))
    for ticket_id, account_id in db.session.execute(watchers):
        marks[ticket_id].add(f"watcher:{account_id}")
    transfers = select(Transfer.ticket_id, Transfer.to_team_id, Transfer.to_line)
    for ticket_id, team_id, line in db.session.execute(transfers.where(Transfer.ticket_id.in_(wanted))):
        marks[ticket_id] |= {f"handed:{team_id}", f"line:{line}"}
    columns = (Ticket.id, Ticket.subject, Ticket.language, Ticket.requester_id, Ticket.organisation_id,
               Ticket.product_id, Ticket.team_id)  # fmt: skip
    rows = db.session.execute(select(*columns).where(Ticket.id.in_(wanted)).order_by(Ticket.id))
    return [
        Document(
            key=str(id_), number=id_, title=subject, body="\n\n".join(said[id_][False]),
            internal="\n\n".join(said[id_][True]), language=language, names=[f"{NUMBER_PREFIX}{id_}"],
            facets={
                f"requester:{requester}", f"organisation:{organisation}", f"product:{product}", f"team:{team}",
                f"language:{language}", f"ticket:{id_}", *marks[id_],
            },
        )
        for id_, subject, language, requester, organisation, product, team in rows
    ]  # fmt: skip


def _seen_by(actor: Actor) -> Iterable[Collection[str]]:
    """At least what the scope lets through, as facets; nothing where that is all of them."""
    if isinstance(ticket_scope(actor), True_):
        return []
    if actor.kind is ActorKind.GUEST:
        return [[f"ticket:{actor.ticket_id}"]]
    if actor.is_client:
        mine = [f"requester:{actor.contact_id}", f"watcher:{actor.account_id}"]
        return [mine + ([f"organisation:{actor.organisation_id}"] if actor.organisation_id else [])]
    if actor.role is Role.PRODUCT_OWNER:
        owned = db.session.scalars(select(Product.id).where(Product.owner_account_id == actor.account_id))
        return [[f"product:{product_id}" for product_id in owned]]
    handed = [f"handed:{team_id}" for team_id in sorted(actor.team_ids)]
    return [handed + ([f"line:{actor.leads_line}"] if actor.leads_line else [])]


def _facets_of(narrowed: Narrowed) -> Iterable[Collection[str]]:
    named = (("team", narrowed.team_id), ("product", narrowed.product_id), ("language", narrowed.language))
    return [[f"{name}:{value}"] for name, value in named if value is not None]


def _within(actor: Actor, narrowed: Narrowed) -> Select[int] | None:
    """What decides, whatever the index says."""
    wanted = ((Ticket.status, narrowed.status), (Ticket.team_id, narrowed.team_id),
              (Ticket.product_id, narrowed.product_id), (Ticket.language, narrowed.language))  # fmt: skip
    conditions = [column == value for column, value in wanted if value is not None]
    scope = ticket_scope(actor)
    if isinstance(scope, True_) and not conditions:
        return None
    return select(Ticket.id).where(scope, *conditions)
