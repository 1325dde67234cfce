"""The index of similar tickets made anew from all tickets: after an import, or when the rules of likeness change.

Texts are cut into terms by other processes while this one puts them into groups, in memory, and writes them down in
pieces. Between two pieces others may write; new tickets wait until the rebuild is done and are then caught up with.
Where it was killed, its lease ends, and `catch_up` begins the index anew. Proposals follow their tickets into the new
groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
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
from helpdesk.problems.grouping import Grouping
from helpdesk.problems.similar import clear, held_state, texts_of, written
from helpdesk.problems.similarity import counts_of

PIECE = 2_000  # tickets in one transaction
LEASE = timedelta(minutes=10)
HELPERS = 1  # processes that cut texts into terms; this one is the second

Texts = list[tuple[int, str, datetime]]


def rebuild(*, helpers: int = HELPERS, told: Callable[[int], object] = lambda _count: None) -> int:
    """Make the index anew; how many tickets are in it. Conflict while another rebuild runs.

    `told` hears after each piece how many tickets are done.
    """
    _begin()
    grouping, through, done = Grouping(), 0, 0
    pool = ProcessPoolExecutor(helpers, mp_context=get_context("spawn")) if helpers else None
    try:
        for texts, counted in _counted(pool):
            through = max(through, texts[-1][0])
            _write(grouping, [(ticket_id, opened_at, counts) for (ticket_id, _text, opened_at), counts
                              in zip(texts, counted, strict=True)], through)  # fmt: skip
            done += len(texts)
            told(done)
        _end(grouping, done)
    except BaseException:
        with transaction():  # what is half made is of no use: `catch_up` begins anew
            held_state().rebuilding_until = now()
        raise
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)
    return done


def count_terms(texts: Sequence[str]) -> list[dict[str, int]]:
    """The terms of many texts (in another process)."""
    return [counts_of(text) for text in texts]


def _begin() -> None:
    with transaction():
        state = held_state()
        if state.rebuilding_until and state.rebuilding_until > now():
            raise Conflict("The index is being rebuilt already.", code="rebuilding")
        state.rebuilding_until, state.texts, state.indexed_through = now() + LEASE, 0, 0
        clear()


def _counted(pool: ProcessPoolExecutor | None) -> Iterator[tuple[Texts, list[dict[str, int]]]]:
    """Pieces of tickets with their terms, in order; the other processes are some pieces ahead."""
    if pool is None:
        yield from ((texts, count_terms([text for _id, text, _at in texts])) for texts in _texts())
        return
    pieces = _texts()
    ahead = [(texts, pool.submit(count_terms, [text for _id, text, _at in texts])) for texts in islice(pieces, 4)]
    while ahead:
        texts, future = ahead.pop(0)
        counted = future.result()
        if (further := next(pieces, None)) is not None:
            ahead.append((further, pool.submit(count_terms, [text for _id, text, _at in further])))
        yield texts, counted


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


def _write(grouping: Grouping, piece: Sequence[tuple[int, datetime, dict[str, int]]], through: int) -> None:
    keys: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for ticket_id, opened_at, counts in piece:
        placed = grouping.place(ticket_id, counts)
        keys += [{"term_id": number + 1, "ticket_id": ticket_id} for number in placed.keys]
        texts.append({
            "ticket_id": ticket_id, "group_id": placed.group_id, "opened_at": opened_at, "score": placed.score,
            "length": placed.length or 1.0, "terms": written([(number + 1, count) for number, count in placed.terms]),
        })  # fmt: skip
    keys.sort(key=lambda row: (row["term_id"], row["ticket_id"]))
    with transaction():
        if keys:
            _insert(TicketTerm, keys)
        _insert(TicketText, texts)
        db.session.execute(update(DetectionState).values(rebuilding_until=now() + LEASE, indexed_through=through))


def _end(grouping: Grouping, done: int) -> None:
    words: Iterator[dict[str, Any]] = ({"id": number, "word": word, "documents": grouping.documents[number - 1]}
             for number, word in enumerate(grouping.words, 1))  # fmt: skip
    sizes: Iterator[dict[str, Any]] = ({"id": each, "size": size} for each, size in grouping.sizes().items())
    links: Iterator[dict[str, Any]] = ({"group_id": group, "other_id": other, "evidence": score}
             for group, other, score in grouping.evidence())  # fmt: skip
    for model, rows in ((TextTerm, words), (TicketGroup, sizes), (TicketGroupLink, links)):
        while some := list(islice(rows, 20_000)):
            with transaction():
                _insert(model, some)
    _unite(grouping.united())
    with transaction():
        if db.session.get_bind().dialect.name == "postgresql":
            last = select(func.setval(func.pg_get_serial_sequence("text_term", "id"), max(len(grouping.words), 1)))
            db.session.execute(last)
        _follow()
        db.session.execute(update(DetectionState).values(rebuilding_until=None, texts=done))


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
