"""Tickets that are alike: each is taken into the index as it comes, and joins a group or founds one.

The cost of one ticket does not grow with all of them: of each of its few keys only the newest tickets are looked at,
and only the nearest of those are compared. Whoever changes the index holds the row of its state, so that two similar
tickets that come at once see each other.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import joinedload

from helpdesk.core.command import command
from helpdesk.core.db import Base, among, db
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.detection import DetectionState, TextTerm, TicketGroup, TicketTerm, TicketText
from helpdesk.models.messages import AuthorKind, Message
from helpdesk.models.tickets import Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible
from helpdesk.problems import similarity
from helpdesk.problems.similarity import Neighbour, belonging, counts_of

NOT_COUNTED = frozenset({Status.MERGED, Status.CANCELLED})  # a request that is none, or is another one
RECENT = timedelta(days=180)
SHOWN = 8
LEAST_LIKE = 0.15  # below it nobody would call two tickets similar
BATCH = 200  # tickets that are caught up with in one transaction
TERMS_AT_ONCE = 400


@dataclass(frozen=True)
class Known:
    """The terms of a text as the index knows them: number, how often, what one occurrence weighs."""

    counts: Mapping[int, int]
    ones: Mapping[int, float]
    words: Mapping[int, str]

    @property
    def weights(self) -> dict[int, float]:
        return {number: weight_of(count, self.ones[number]) for number, count in self.counts.items()}


@dataclass(frozen=True)
class SimilarTicket:
    """A ticket that is like another one: how like, by what, and whether both are in one group."""

    ticket: Ticket
    likeness: float
    shared: Sequence[str]
    is_same_group: bool


def take_in(entry: Entry) -> None:
    """A ticket was opened: it is compared, and joins a group or founds one."""
    index_tickets([entry.subject_id])


@command
def index_tickets(ids: Sequence[int]) -> int:
    """Take these tickets into the index, in their order; those that are in it, merged or cancelled are left out.

    While the index is rebuilt nothing is done: `catch_up` comes back to them.
    """
    state = held_state()
    if state.rebuilding_until and state.rebuilding_until > now():
        return 0
    known = set(db.session.scalars(select(TicketText.ticket_id).where(among(TicketText.ticket_id, ids))))
    texts = texts_of([each for each in ids if each not in known])
    for ticket_id, (text, opened_at) in sorted(texts.items()):
        _take_in(state, ticket_id, text, opened_at)
    return len(texts)


def catch_up() -> int:
    """Take in what came by no fact (imports), some tickets at a time, the oldest first; how many were looked at."""
    return _catch_up()


@command
def _catch_up() -> int:
    state = held_state()
    if state.rebuilding_until and state.rebuilding_until > now():
        return 0
    ids = list(db.session.scalars(
        select(Ticket.id).where(Ticket.id > state.indexed_through).order_by(Ticket.id).limit(BATCH)
    ))  # fmt: skip
    if not ids:
        return 0
    index_tickets(ids)
    state.indexed_through = ids[-1]
    return len(ids)


def similar_to(ticket: Ticket, *, for_: Actor, limit: int = SHOWN) -> list[SimilarTicket]:
    """The tickets most like this one that the actor sees, open ones and those of the last half year."""
    own = db.session.get(TicketText, ticket.id)
    if own is not None:
        known, group_id = _known_of(own), own.group_id
    else:
        text = texts_of([ticket.id], with_all=True)
        known, group_id = _known_terms(counts_of(text[ticket.id][0]) if text else {}), 0
    found = [each for each in _neighbours(known, besides=ticket.id) if each.likeness >= LEAST_LIKE]
    if not found:
        return []
    wanted = visible(for_, Ticket).where(
        Ticket.id.in_([each.text_id for each in found]), Ticket.status.not_in(NOT_COUNTED),
        or_(Ticket.is_open, Ticket.opened_at >= now() - RECENT),
    ).options(joinedload(Ticket.organisation))  # fmt: skip
    tickets = {each.id: each for each in db.session.scalars(wanted)}
    found.sort(key=lambda each: (-each.likeness, -each.text_id))
    shown = [each for each in found if each.text_id in tickets][:limit]
    shared = _shared(known, [each.text_id for each in shown])
    return [
        SimilarTicket(tickets[each.text_id], each.likeness, shared[each.text_id], each.group_id == group_id)
        for each in shown
    ]


def held_state() -> DetectionState:
    """The state of the index, locked until the end of the transaction."""
    query = select(DetectionState).where(DetectionState.id == 1).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        values = {"id": 1, "texts": 0, "indexed_through": 0}
        db.session.execute(_insert(DetectionState).values(values).on_conflict_do_nothing())
        row = db.session.scalars(query).one()
    return row


def texts_of(ids: Collection[int], *, with_all: bool = False) -> dict[int, tuple[str, datetime]]:
    """What the clients said first, with the subject, and when: (text, opened at) by ticket.

    Merged and cancelled ones are left out, unless all are wanted.
    """
    if not ids:
        return {}
    query = select(Ticket.id, Ticket.subject, Ticket.opened_at).where(among(Ticket.id, ids))
    if not with_all:
        query = query.where(Ticket.status.not_in(NOT_COUNTED))
    first = (
        select(func.min(Message.id)).where(among(Message.ticket_id, ids), Message.author_kind == AuthorKind.CONTACT)
        .group_by(Message.ticket_id)
    )  # fmt: skip
    said: dict[int, str] = dict(db.session.execute(
        select(Message.ticket_id, func.substr(Message.text, 1, similarity.LENGTH)).where(Message.id.in_(first))
    ).all())  # fmt: skip
    return {row.id: (f"{row.subject}\n{said.get(row.id, '')}", row.opened_at) for row in db.session.execute(query)}


def weight_of(count: int, one: float) -> float:
    return (1.0 + math.log(count)) * one


def written(terms: Sequence[tuple[int, int]]) -> str:
    """Terms as the index keeps them: `number:count`, separated by spaces."""
    return " ".join(f"{number}:{count}" for number, count in terms)


def read(terms: str) -> dict[int, int]:
    return {int(number): int(count) for number, _colon, count in (each.partition(":") for each in terms.split())}


def _take_in(state: DetectionState, ticket_id: int, text: str, opened_at: datetime) -> None:
    state.texts += 1
    known = _count(counts_of(text), state.texts)
    weights = known.weights
    keys = _keys(known)
    neighbours = _neighbours(known, besides=ticket_id)
    sizes = dict(db.session.execute(select(TicketGroup.id, TicketGroup.size).where(
        TicketGroup.id.in_({each.group_id for each in neighbours}))).all())  # fmt: skip
    found = belonging(neighbours, sizes)
    group_id = found.group_id if found else ticket_id
    insert = _insert(TicketGroup).values(id=group_id, size=1)
    db.session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"size": TicketGroup.size + 1}))
    if keys:
        db.session.execute(_insert(TicketTerm).values([{"term_id": key, "ticket_id": ticket_id} for key in keys]))
    db.session.execute(_insert(TicketText).values(
        ticket_id=ticket_id, group_id=group_id, opened_at=opened_at, score=found.score if found else 0.0,
        length=similarity.length_of(weights.values()) or 1.0, terms=written(list(known.counts.items())),
    ))  # fmt: skip


def _count(counts: Mapping[str, int], total: int) -> Known:
    """Count the terms of one more text; they are known afterwards. In one order, as every other writer."""
    rows: list[tuple[int, str, int]] = []
    words = sorted(counts)
    for begin in range(0, len(words), TERMS_AT_ONCE):
        some = [{"word": word, "documents": 1} for word in words[begin : begin + TERMS_AT_ONCE]]
        insert = _insert(TextTerm).values(some)
        insert = insert.on_conflict_do_update(index_elements=["word"], set_={"documents": TextTerm.documents + 1})
        rows += db.session.execute(insert.returning(TextTerm.id, TextTerm.word, TextTerm.documents)).all()
    return _known(counts, rows, total)


def _known_terms(counts: Mapping[str, int]) -> Known:
    """The terms of a text that is not in the index; what no other text has is left out."""
    query = select(TextTerm.id, TextTerm.word, TextTerm.documents).where(among(TextTerm.word, list(counts)))
    return _known(counts, db.session.execute(query).all(), _total())


def _known_of(row: TicketText) -> Known:
    """The terms of a ticket in the index."""
    counts = read(row.terms)
    query = select(TextTerm.id, TextTerm.word, TextTerm.documents).where(among(TextTerm.id, list(counts)))
    total = _total()
    words: dict[int, str] = {}
    ones: dict[int, float] = {}
    for number, word, documents in db.session.execute(query):
        words[number], ones[number] = word, similarity.weight(word, documents, total)
    return Known({number: count for number, count in counts.items() if number in ones}, ones, words)


def _known(counts: Mapping[str, int], rows: Sequence[Sequence[object]], total: int) -> Known:
    numbers = {str(word): int(number) for number, word, _documents in rows}  # type: ignore[call-overload]
    ones = {str(word): similarity.weight(str(word), int(documents), total) for _n, word, documents in rows}  # type: ignore[call-overload]
    capped = {word: min(count, 255) for word, count in counts.items() if word in ones}
    kept = similarity.weighted(capped, ones)
    return Known({numbers[word]: capped[word] for word in kept}, {numbers[word]: ones[word] for word in kept},
                 {numbers[word]: word for word in kept})  # fmt: skip


def _keys(known: Known) -> list[int]:
    by_word = {word: known.ones[number] for number, word in known.words.items()}
    numbers = {word: number for number, word in known.words.items()}
    return [numbers[word] for word in similarity.telling(by_word, by_word)]


def _neighbours(known: Known, *, besides: int) -> list[Neighbour]:
    """The nearest tickets of the index."""
    keys = _keys(known)
    if not keys:
        return []
    newest: list[Select[Any]] = []
    for key in keys:
        some = select(TicketTerm.term_id, TicketTerm.ticket_id).where(TicketTerm.term_id == key)
        some = some.where(TicketTerm.ticket_id != besides)
        postings = some.order_by(TicketTerm.ticket_id.desc()).limit(similarity.NEWEST).subquery()
        newest.append(select(postings.c.term_id, postings.c.ticket_id))
    evidence: dict[int, float] = {}
    rows: list[Any] = list(db.session.execute(union_all(*newest)))
    for number, ticket_id in rows:
        evidence[ticket_id] = evidence.get(ticket_id, 0.0) + known.ones[number]
    close = sorted(evidence, key=lambda each: (-evidence[each], -each))
    weights = known.weights
    length = similarity.length_of(weights.values())
    query = select(TicketText.ticket_id, TicketText.group_id, TicketText.length, TicketText.terms)
    rows = list(db.session.execute(query.where(among(TicketText.ticket_id, close[: similarity.NEAREST]))))
    return [
        Neighbour(ticket_id, group_id, min(1.0, _product(weights, known.ones, terms) / (length * other)))
        for ticket_id, group_id, other, terms in rows
    ]


def _product(weights: Mapping[int, float], ones: Mapping[int, float], terms: str) -> float:
    product = 0.0
    for each in terms.split():
        number, _colon, count = each.partition(":")
        if (mine := weights.get(int(number))) is not None:
            product += mine * weight_of(int(count), ones[int(number)])
    return product


def _shared(known: Known, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = db.session.execute(select(TicketText.ticket_id, TicketText.terms).where(TicketText.ticket_id.in_(ids)))
    weights = {known.words[number]: value for number, value in known.weights.items()}
    return {
        ticket_id: similarity.shared_terms(weights, {known.words[n]: 1.0 for n in read(terms) if n in known.words})
        for ticket_id, terms in rows
    }


def _total() -> int:
    return db.session.scalar(select(DetectionState.texts).where(DetectionState.id == 1)) or 0


def _insert(model: type[Base]) -> Any:
    return (sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert)(model)
