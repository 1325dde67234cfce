"""Tickets that are alike: each is taken into the index as it comes, and joins a group or founds one.

The cost of one ticket does not grow with all of them: of each of its few keys only the newest tickets are looked at,
and only the nearest of those are compared. Whoever changes the index holds the row of its state, so that two similar
tickets that come at once see each other.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import joinedload

from helpdesk.core.command import command
from helpdesk.core.db import Base, among, db
from helpdesk.core.journal import Entry
from helpdesk.core.times import now
from helpdesk.models.detection import DetectionState, TextTerm, TicketGroup, TicketGroupLink, TicketTerm, TicketText
from helpdesk.models.messages import AuthorKind, Message
from helpdesk.models.problems import RecurrenceProposal
from helpdesk.models.tickets import Status, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.policy.scopes import visible
from helpdesk.problems import similarity
from helpdesk.problems.similarity import Neighbour, are_one, belonging, counts_of, linked, standings

NOT_COUNTED = frozenset({Status.MERGED, Status.CANCELLED})  # a request that is none, or is another one
RECENT = timedelta(days=180)
SHOWN = 8
LEAST_LIKE = 0.15  # below it nobody would call two tickets similar
BATCH = 200  # tickets that are caught up with in one transaction


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
    if state.rebuilding_until is not None:
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
    if state.rebuilding_until is not None:
        if state.rebuilding_until > now():
            return 0
        clear()  # the rebuild was killed: what it left is half an index
        state.rebuilding_until, state.texts, state.indexed_through = None, 0, 0
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
    near = _neighbours(_keys(known), known, besides=ticket.id)
    found = [each for each, _size in near if each.likeness >= LEAST_LIKE]
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


def clear() -> None:
    """Forget the whole index."""
    for model in (TicketTerm, TicketText, TicketGroup, TicketGroupLink, TextTerm):
        db.session.execute(delete(model))


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
    keys = _keys(known)
    near = _neighbours(keys, known, besides=ticket_id)
    sizes = {each.group_id: size for each, size in near}
    standing = standings([each for each, _size in near], sizes)
    found = belonging(standing)
    group_id = found.group_id if found else ticket_id
    sizes[group_id] = sizes.get(group_id, 0) + 1
    insert = _insert(TicketGroup).values(id=bindparam("group"), size=1)
    _run(insert.on_conflict_do_update(index_elements=["id"], set_={"size": TicketGroup.size + 1}), {"group": group_id})
    if keys:
        _run(_insert(TicketTerm), [{"term_id": key, "ticket_id": ticket_id} for key in keys])
    _run(_insert(TicketText), {
        "ticket_id": ticket_id, "group_id": group_id, "opened_at": opened_at, "score": found.score if found else 0.0,
        "length": similarity.length_of(known.weights.values()) or 1.0, "terms": written(list(known.counts.items())),
    })  # fmt: skip
    others = linked(standing, group_id)
    if others:
        _unite(group_id, {each.group_id: each.score for each in others}, sizes)


def _unite(group_id: int, scores: Mapping[int, float], sizes: dict[int, int]) -> None:
    """Note the evidence of one more text of a group for others, and let those become one that are."""
    evidence = _link(group_id, scores)
    for other in scores:
        if other not in evidence or not are_one(evidence[other], sizes[group_id], sizes[other]):
            continue
        stays, gone = similarity.larger_first((group_id, sizes[group_id]), (other, sizes[other]))
        if _are_both_judged(stays, gone):
            continue
        of_both = _evidence_of(gone)
        for column in (TicketGroupLink.group_id, TicketGroupLink.other_id):
            _run(delete(TicketGroupLink).where(column == gone))
        _link(stays, {third: score for third, score in of_both.items() if third != stays})
        evidence = _evidence_of(stays, scores)
        for model in (TicketText, RecurrenceProposal):
            _run(update(model).where(model.group_id == gone).values(group_id=stays))
        _run(delete(TicketGroup).where(TicketGroup.id == gone))
        sizes[stays] += sizes[gone]
        _run(update(TicketGroup).where(TicketGroup.id == stays).values(size=sizes[stays]))
        group_id = stays


def _evidence_of(group_id: int, others: Collection[int] | None = None) -> dict[int, float]:
    """Between a group and these others, or all."""
    query = select(TicketGroupLink.other_id, TicketGroupLink.evidence).where(TicketGroupLink.group_id == group_id)
    if others is not None:
        query = query.where(among(TicketGroupLink.other_id, list(others)))
    return dict(db.session.execute(query).all())


def _link(group_id: int, scores: Mapping[int, float]) -> dict[int, float]:
    """Add evidence between a group and others; how much there is now between it and these."""
    evidence = _evidence_of(group_id, scores)
    rows = []
    for other, score in scores.items():
        evidence[other] = evidence.get(other, 0.0) + score
        rows += [{"group_id": one, "other_id": two, "evidence": evidence[other]}
                 for one, two in ((group_id, other), (other, group_id))]  # fmt: skip
    if rows:
        insert = _insert(TicketGroupLink)
        _run(insert.on_conflict_do_update(
            index_elements=["group_id", "other_id"], set_={"evidence": insert.excluded.evidence}
        ), rows)  # fmt: skip
    return evidence


def _are_both_judged(one: int, other: int) -> bool:
    """Whether people judge proposals of both groups: those stay apart."""
    query = select(func.count(RecurrenceProposal.group_id.distinct())).where(
        RecurrenceProposal.group_id.in_([one, other])
    )
    return db.session.scalar(query) == 2


def _count(counts: Mapping[str, int], total: int) -> Known:
    """Count the terms of one more text; they are known afterwards. In one order, as every other writer."""
    if not counts:
        return Known({}, {}, {})
    rows = _run(_counting(db.session.get_bind().dialect.name), {"words": _sent(sorted(counts))}).all()
    return _known(counts, rows, total)


@lru_cache
def _counting(dialect: str) -> Any:
    """Count some words, in one statement; gives what is known of each."""
    words: Any
    if dialect == "sqlite":
        words = func.json_each(bindparam("words")).table_valued("value").alias("sent")
    else:
        words = select(func.unnest(cast(bindparam("words"), ARRAY(Text))).label("value")).subquery("sent")
    insert = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(TextTerm)
    source = select(words.c.value, literal(1)).where(true()).order_by(words.c.value)
    return insert.from_select(["word", "documents"], source).on_conflict_do_update(
        index_elements=["word"], set_={"documents": TextTerm.documents + 1}
    ).returning(TextTerm.id, TextTerm.word, TextTerm.documents)  # fmt: skip


def _sent(words: Sequence[str]) -> Any:
    return json.dumps(words) if db.session.get_bind().dialect.name == "sqlite" else words


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


def _neighbours(keys: Sequence[int], known: Known, *, besides: int) -> list[tuple[Neighbour, int]]:
    """The nearest tickets of the index, each with the size of its group."""
    if not keys:
        return []
    evidence: dict[int, float] = {}
    chosen = {f"key_{place}": key for place, key in enumerate(keys)}
    for number, ticket_id in _run(_newest(len(keys)), chosen | {"besides": besides}):
        evidence[ticket_id] = evidence.get(ticket_id, 0.0) + known.ones[number]
    ranked = sorted(zip(evidence.values(), evidence, strict=True), reverse=True)
    close = [ticket_id for _weight, ticket_id in ranked[: similarity.NEAREST]]
    weights = known.weights
    length = similarity.length_of(weights.values())
    query = select(TicketText.ticket_id, TicketText.group_id, TicketText.length, TicketText.terms, TicketGroup.size)
    rows = _run(query.join(TicketGroup, TicketGroup.id == TicketText.group_id).where(
        among(TicketText.ticket_id, close))).all()  # fmt: skip
    return [
        (Neighbour(ticket_id, group_id, min(1.0, _product(weights, known.ones, terms) / (length * other))), size)
        for ticket_id, group_id, other, terms, size in rows
    ]


@lru_cache
def _newest(keys: int) -> CompoundSelect[Any]:
    """The newest tickets of so many keys. Kept: putting it together takes longer than running it."""
    some = []
    for place in range(keys):
        query = select(TicketTerm.term_id, TicketTerm.ticket_id).where(
            TicketTerm.term_id == bindparam(f"key_{place}"), TicketTerm.ticket_id != bindparam("besides")
        )
        postings = query.order_by(TicketTerm.ticket_id.desc()).limit(similarity.NEWEST).subquery()
        some.append(select(postings.c.term_id, postings.c.ticket_id))
    return union_all(*some)


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


def _run(statement: Any, values: Any = None) -> Any:
    """Past the session's unit of work, which looks at each row."""
    return db.session.connection().execute(statement, values)


def _insert(model: type[Base]) -> Any:
    return (sqlite_insert if db.session.get_bind().dialect.name == "sqlite" else postgresql_insert)(model)
