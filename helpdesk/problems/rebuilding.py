"""The index of similar tickets made anew from all tickets: after an import, or when the rules of likeness change.

Texts go through three hands, each some pieces ahead of the next: one process cuts them into terms, one finds what is
nearest to each, and this one reads them, puts them into groups and writes them down in pieces. Between two pieces
others may write; new tickets wait until the rebuild is done and are then caught up with. Where it was killed, its lease
ends, and `catch_up` begins the index anew. Proposals follow their tickets into the new groups.

The keys are written at the end, in their order: a tree that grows at one end is many times quicker than one that grows
everywhere. Of each key only the newest texts are written, as older ones are never looked at.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict
from helpdesk.core.times import now
from helpdesk.models.detection import DetectionState, TextTerm, TicketGroup, TicketGroupLink, TicketTerm, TicketText
from helpdesk.models.problems import ProposalTicket, RecurrenceProposal
from helpdesk.models.tickets import Ticket
from helpdesk.problems.apart import begin, do
from helpdesk.problems.grouping import Grouping
from helpdesk.problems.lookup import Looked, Lookup, Vocabulary
from helpdesk.problems.similar import clear, held_state, texts_of, written

PIECE = 2_000  # tickets in one transaction
AHEAD = 3  # pieces that one hand is ahead of the next
PART = 20_000  # rows, or terms with their keys, in one transaction at the end
LEASE = timedelta(minutes=10)

Texts = list[tuple[int, str, datetime]]
Asked = Callable[..., Future[Any]]  # the name of a method, its arguments → what it will say


def rebuild(*, apart: bool = True, told: Callable[[int], object] = lambda _count: None) -> int:
    """Make the index anew; how many tickets are in it. Conflict while another rebuild runs.

    `apart` uses two processes beside this one. `told` hears after each piece how many tickets are done.
    """
    _begin()
    grouping, through, done = Grouping(), 0, 0
    with ExitStack() as until_end, ExitStack() as until_read:
        try:
            lookup, vocabulary = _owner(Lookup, apart, until_end), _owner(Vocabulary, apart, until_read)
            for texts, looked in _looked(vocabulary, lookup):
                through = max(through, texts[-1][0])
                _write(grouping, texts, looked, through)
                done += len(texts)
                told(done)
            until_read.close()  # its memory is wanted for the end
            _end(grouping, lookup, done)
        except BaseException:
            with transaction():  # what is half made is of no use: `catch_up` begins anew
                held_state().rebuilding_until = now()
            raise
    return done


def _begin() -> None:
    with transaction():
        state = held_state()
        if state.rebuilding_until and state.rebuilding_until > now():
            raise Conflict("The index is being rebuilt already.", code="rebuilding")
        state.rebuilding_until, state.texts, state.indexed_through = now() + LEASE, 0, 0
        clear()


def _owner(make: Callable[[], object], apart: bool, stack: ExitStack) -> Asked:
    """Who asks the methods of a new object that lives in a process of its own, or in this one."""
    if not apart:
        owned = make()
        return lambda method, *told: _at_once(getattr(owned, method), *told)
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=begin, initargs=(make,))
    stack.callback(pool.shutdown, cancel_futures=True)
    return lambda method, *told: pool.submit(do, method, *told)


def _at_once(method: Callable[..., object], *told: object) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_result(method(*told))
    return future


def _looked(vocabulary: Asked, lookup: Asked) -> Iterator[tuple[Texts, Looked]]:
    """Pieces of tickets with what is nearest to each, in order."""
    cut = _ahead((texts, vocabulary("cut", [text for _id, text, _at in texts])) for texts in _texts())
    yield from _ahead((texts, lookup("look_up", numbered)) for texts, numbered in cut)


def _ahead(asked: Iterable[tuple[Texts, Future[Any]]]) -> Iterator[tuple[Texts, Any]]:
    """The pieces with their answers; some further ones have been asked by then."""
    waiting = deque[tuple[Texts, Future[Any]]]()
    for each in asked:
        waiting.append(each)
        if len(waiting) > AHEAD:
            texts, future = waiting.popleft()
            yield texts, future.result()
    for texts, future in waiting:
        yield texts, future.result()


def _texts() -> Iterator[Texts]:
    last = 0
    while True:
        query = select(Ticket.id).where(Ticket.id > last).order_by(Ticket.id).limit(PIECE)
        ids = list(db.session.scalars(query))
        if not ids:
            return
        last = ids[-1]
        texts = texts_of(ids)
        db.session.rollback()  # hold no old view of the database while we work
        if texts:
            yield [(ticket_id, *texts[ticket_id]) for ticket_id in sorted(texts)]


def _write(grouping: Grouping, piece: Texts, looked: Looked, through: int) -> None:
    rows: list[dict[str, Any]] = []
    for (ticket_id, _text, opened_at), near in zip(piece, looked.texts(), strict=True):
        placed, times = grouping.put(ticket_id, near.rows, near.likenesses), near.times
        rows.append({
            "ticket_id": ticket_id, "group_id": placed.group_id, "opened_at": opened_at, "score": placed.score,
            "length": near.length, "terms": written([(number + 1, times.get(number, 1)) for number in near.terms]),
        })  # fmt: skip
    with transaction():
        _insert(TicketText, rows)
        db.session.execute(update(DetectionState).values(rebuilding_until=now() + LEASE, indexed_through=through))


def _end(grouping: Grouping, lookup: Asked, done: int) -> None:
    terms = lookup("size").result()
    for first, known in _parts(lookup, "known", terms):
        _store(TextTerm, ({"id": number, "word": word, "documents": documents}
                          for number, (word, documents) in enumerate(known, first + 1)))  # fmt: skip
    for _first, keys in _parts(lookup, "keys", terms):
        _store(TicketTerm, ({"term_id": number + 1, "ticket_id": grouping.text_id(row)}
                            for number, rows in keys for row in rows))  # fmt: skip
    _store(TicketGroup, ({"id": each, "size": size} for each, size in grouping.sizes().items()))
    _store(TicketGroupLink, ({"group_id": group, "other_id": other, "evidence": score}
                             for group, other, score in grouping.evidence()))  # fmt: skip
    _unite(grouping.united())
    with transaction():
        if db.session.get_bind().dialect.name == "postgresql":
            last = select(func.setval(func.pg_get_serial_sequence("text_term", "id"), max(terms, 1)))
            db.session.execute(last)
        _follow()
        db.session.execute(update(DetectionState).values(rebuilding_until=None, texts=done))


def _parts(lookup: Asked, method: str, terms: int) -> Iterator[tuple[int, list[Any]]]:
    """What the lookup says of its terms, part by part, each with where it begins."""
    for first in range(0, terms, PART):
        yield first, lookup(method, first, min(first + PART, terms)).result()


def _store(model: type[Any], rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, PART)):
        with transaction():
            _insert(model, some)
            db.session.execute(update(DetectionState).values(rebuilding_until=now() + LEASE))


def _unite(groups: Mapping[int, int]) -> None:
    """Bring the tickets of groups that became part of others to where they are now."""
    gone = iter(groups.items())
    moved = update(TicketText).where(TicketText.group_id == bindparam("gone")).values(
        group_id=bindparam("stays"))  # fmt: skip
    while some := [{"gone": group, "stays": into} for group, into in islice(gone, PIECE)]:
        with transaction():
            db.session.connection().execute(moved, some)
            db.session.execute(update(DetectionState).values(rebuilding_until=now() + LEASE))


def _follow() -> None:
    """Let each proposal follow most of its tickets into their new group."""
    rows = db.session.execute(
        select(ProposalTicket.proposal_id, TicketText.group_id)
        .join(TicketText, TicketText.ticket_id == ProposalTicket.ticket_id)
    )  # fmt: skip
    groups: dict[int, Counter[int]] = {}
    for proposal_id, group_id in rows:
        groups.setdefault(proposal_id, Counter())[group_id] += 1
    for proposal_id, counts in groups.items():
        most = counts.most_common(1)[0][0]
        db.session.execute(update(RecurrenceProposal).where(RecurrenceProposal.id == proposal_id).values(group_id=most))


def _insert(model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Very many rows without reading any of them back."""
    if db.session.get_bind().dialect.name == "postgresql":
        _copy(model.__table__, rows)
    else:
        db.session.connection().execute(insert(model.__table__), rows)


def _copy(table: Any, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    cursor = db.session.connection().connection.cursor()
    columns = ", ".join(names)
    with cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


__all__ = ["Texts", "rebuild"]
