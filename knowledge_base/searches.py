"""Every search is kept, with what came of it, and nothing that says who searched.

1. A **sitting** is what one searcher does on one day; its digest is made with a salt of the day that is forgotten two
   days later. Two days, because a ticket that is written within a day of a search is what came of it.
2. A search **rewords** the one before it in its sitting when it follows within a quarter of an hour, asks in the same
   field and shares a term with it, or when nothing of the first was opened. It is then a *refining* search (after
   B. J. Jansen, D. L. Booth, A. Spink, "Patterns of query reformulation during Web searching", 2009: what shares a term
   is a reformulation, what shares none and follows a success is a new matter).
3. The same query asked again in the same quarter of an hour (another page, a reload) is the same search.
4. A **complex** search has filters, something in quotes, or more than four words.
5. A search is **answered** when one of its results was opened and no ticket followed within a day.

The counts change in the transaction of their search, days and queries in a fixed order, so that two searchers at once
wait for one another and never for each other; `recount` makes the same counts from the searches alone.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.times import now
from helpdesk.core.tokens import new_secret
from helpdesk.core.words import fold, terms
from knowledge_base.search_log import QueryCount, SearchDay, SearchLog, SearchOutcome, SearchSalt, Span

REWORDING = timedelta(minutes=15)
FOLLOWED_WITHIN = timedelta(days=1)
SALTS_KEPT = timedelta(days=2)
MOST_IN_A_SITTING = 300  # what somebody asks more often on one day is a program, and no figure
LONGEST_QUERY = 200  # characters that are kept
FEW_WORDS = 4
GUEST = "guest"
SOMEBODY, SOME_NUMBER = "‹name›", "‹number›"

_ADDRESS = re.compile(r"\S+@\S+")
_LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ ()-]?\d){6,}(?![\w.])")
_AROUND = ".,;:!?()"
_QUOTED = re.compile(r"[\"“„«「『]\S.*?[\"”“»」』]")


@dataclass(frozen=True)
class Searched:
    """One search as a face tells of it."""

    face: str  # portal, console, api, command
    field: str  # what was searched: articles, tickets
    text: str  # as it was typed
    results: int
    language: str
    role: str = GUEST
    visitor: str = ""  # tells searchers apart within a day; never stored
    filters: int = 0
    names: tuple[str, ...] = ()  # of people and organisations that the search found, to be left out
    on: date | None = None  # by which day it counts; that of UTC if nobody says


def counted(text: str, names: Collection[str] = ()) -> str:
    """A query as it is kept and counted: in small letters, cut, without addresses, long numbers and these names."""
    plain = unicodedata.normalize("NFKC", "".join(c if c.isprintable() else " " for c in text)).casefold()
    plain = _LONG_NUMBER.sub(SOME_NUMBER, _ADDRESS.sub(SOMEBODY, plain))
    known = {part for name in names for part in fold(name).split() if len(part) > 2}
    said = [SOMEBODY if fold(word).strip(_AROUND) in known else word for word in plain.split()]
    return " ".join(word for word, _same in itertools.groupby(said))[:LONGEST_QUERY]


def is_complex(text: str, filters: int = 0) -> bool:
    """Whether a search has filters, something in quotes, or more than four words."""
    return bool(filters) or bool(_QUOTED.search(text)) or len(text.split()) > FEW_WORDS


@command
def sitting_of(visitor: str, *, on: date) -> str:
    """The digest of what this visitor does on this day; the same for all of the day, and no way back from it."""
    salt = db.session.scalar(select(SearchSalt.salt).where(SearchSalt.day == on))
    if salt is None:
        db.session.execute(_insert(SearchSalt).values(day=on, salt=new_secret()).on_conflict_do_nothing())
        salt = db.session.scalar(select(SearchSalt.salt).where(SearchSalt.day == on))
    return hashlib.sha256(f"{salt}:{visitor or new_secret()}".encode()).hexdigest()[:24]


@command
def keep_search(searched: Searched) -> int | None:
    """Keep a search; gives its id, by which what is opened from it is told. None for an empty one, or one too many."""
    query, at = counted(searched.text, searched.names), now()
    if not query:
        return None
    chain = sitting_of(searched.visitor, on=at.date())
    before = db.session.scalar(select(SearchLog).where(SearchLog.chain == chain).order_by(SearchLog.id.desc()).limit(1))
    if before is not None and (at - before.at > REWORDING or before.field != searched.field):
        before = None
    if before is not None and before.query == query:
        return before.id
    if _is_full(chain):
        return None
    after = before if before is not None and _rewords(query, before, searched.language) else None
    row = SearchLog(
        at=at, day=searched.on or at.date(), face=searched.face, field=searched.field, role=searched.role,
        language=searched.language, query=query, results=searched.results,
        is_complex=is_complex(searched.text, searched.filters), chain=chain,
        after_id=after.id if after else None, outcome=SearchOutcome.LEFT,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _count(row, searches=1, refining=int(after is not None), complex=int(row.is_complex),
           without_result=int(row.results == 0))  # fmt: skip
    if after is not None and after.outcome is SearchOutcome.LEFT:
        _came_to(after, SearchOutcome.REWORDED)
    return row.id


@command
def keep_opening(search_id: int, kind: str, opened_id: int, *, visitor: str) -> bool:
    """Note that a result of this search was opened; False, and nothing noted, when the search was another's."""
    row = db.session.get(SearchLog, search_id)
    if row is None or now() - row.at > FOLLOWED_WITHIN or row.chain not in _sittings(visitor, now()):
        return False
    if row.opened_id is None:
        row.opened_kind, row.opened_id = kind, opened_id
    if row.outcome in (SearchOutcome.LEFT, SearchOutcome.REWORDED):
        _came_to(row, SearchOutcome.ANSWERED)
    return True


@command
def keep_ticket(*, visitor: str, at: datetime | None = None) -> int:
    """Note that this visitor wrote a ticket: it is what came of the last search of theirs within a day. Counts it."""
    written_at = at or now()
    last = db.session.scalar(
        select(SearchLog).where(SearchLog.chain.in_(_sittings(visitor, written_at)),
                                SearchLog.at > written_at - FOLLOWED_WITHIN, SearchLog.at <= written_at)
        .order_by(SearchLog.id.desc()).limit(1)
    )  # fmt: skip
    if last is None or last.outcome is SearchOutcome.TICKET:
        return 0
    _came_to(last, SearchOutcome.TICKET)
    return 1


@command
def forget_salts() -> int:
    """Forget the salts of days that are over: from then on nobody can tell whose a sitting was. Always says 0."""
    db.session.execute(delete(SearchSalt).where(SearchSalt.day < now().date() - SALTS_KEPT))
    return 0


def recount() -> int:
    """Make all counts anew from the searches themselves, in the running transaction; gives how many searches."""
    for model in (SearchDay, QueryCount):
        db.session.execute(delete(model))
    log = SearchLog
    without, answered, tickets, reworded = (
        func.coalesce(func.sum(_one_if(condition)), 0)
        for condition in (log.results == 0, *(log.outcome == each for each in (
            SearchOutcome.ANSWERED, SearchOutcome.TICKET, SearchOutcome.REWORDED)))
    )  # fmt: skip
    refining, complex_ = (
        func.coalesce(func.sum(_one_if(condition)), 0) for condition in (log.after_id.is_not(None), log.is_complex)
    )
    of_day = (log.day, log.field, log.language, log.role)
    db.session.execute(_insert(SearchDay).from_select(
        ["day", "field", "language", "role", "searches", "refining", "complex", "without_result", "reworded",
         "answered", "tickets"],
        select(*of_day, func.count(), refining, complex_, without, reworded, answered, tickets).group_by(*of_day),
    ))  # fmt: skip
    for kind in Span:
        begins = _begins(log.day, kind)
        of_query = (begins, log.query, log.field, log.language)
        db.session.execute(_insert(QueryCount).from_select(
            ["span", "begins_on", "query", "field", "language", "searches", "without_result", "answered", "tickets"],
            select(literal(kind.value), *of_query, func.count(), without, answered, tickets).group_by(*of_query),
        ))  # fmt: skip
    return db.session.scalar(select(func.count()).select_from(log)) or 0


def first_day(day: date, span: Span) -> date:
    """The first day of the month or the year of a day."""
    return day.replace(day=1) if span is Span.MONTH else day.replace(month=1, day=1)


def _is_full(chain: str) -> bool:
    asked = select(SearchLog.id).where(SearchLog.chain == chain).limit(MOST_IN_A_SITTING).subquery()
    return db.session.scalar(select(func.count()).select_from(asked)) == MOST_IN_A_SITTING


def _rewords(query: str, before: SearchLog, language: str) -> bool:
    return before.opened_id is None or bool(set(terms(query, language)) & set(terms(before.query, before.language)))


def _sittings(visitor: str, at: datetime) -> list[str]:
    """The sittings of a visitor that may be less than a day old. An unknown visitor has none."""
    if not visitor:
        return []
    today = at.date()
    return [sitting_of(visitor, on=day) for day in (today, today - timedelta(days=1))]


def _came_to(row: SearchLog, outcome: SearchOutcome) -> None:
    """Change what came of a search, and the counts with it."""
    columns = {SearchOutcome.REWORDED: "reworded", SearchOutcome.ANSWERED: "answered", SearchOutcome.TICKET: "tickets"}
    changes = {columns[row.outcome]: -1} if row.outcome in columns else {}
    # Two at once: the first one changes the row, the second finds it changed and counts nothing.
    changed = db.session.execute(
        update(SearchLog).where(SearchLog.id == row.id, SearchLog.outcome == row.outcome).values(outcome=outcome)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if changed.rowcount:  # type: ignore[attr-defined]
        _count(row, **changes, **{columns[outcome]: 1})
    db.session.expire(row)


def _count(row: SearchLog, **changes: int) -> None:
    _add(SearchDay, {"day": row.day, "field": row.field, "language": row.language, "role": row.role}, changes)
    kept = {name: change for name, change in changes.items() if hasattr(QueryCount, name)}
    for span in Span:
        _add(QueryCount, {"span": span, "begins_on": first_day(row.day, span), "query": row.query, "field": row.field,
                          "language": row.language}, kept)  # fmt: skip


def _add(model: Any, key: dict[str, Any], changes: dict[str, int]) -> None:
    if not changes:
        return
    names = [name for name in model.__table__.columns.keys() if name not in key]  # noqa: SIM118 - a collection of columns
    statement = _insert(model).values(**key, **{name: changes.get(name, 0) for name in names})
    db.session.execute(statement.on_conflict_do_update(
        index_elements=list(key),
        set_={name: getattr(model, name) + change for name, change in changes.items()},
    ))  # fmt: skip


def _insert(model: Any) -> Any:
    is_postgresql = db.session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(model) if is_postgresql else sqlite.insert(model)


def _one_if(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _begins(day: Any, span: Span) -> Any:
    """The first day of the month or year of a column of days, on either database."""
    if db.session.get_bind().dialect.name == "postgresql":
        return func.date_trunc(span.value, day).cast(type_=SearchLog.day.type)
    return func.date(day, f"start of {span.value}")


def last_searches(query: str, *, until: int | None = None, limit: int = 50) -> list[SearchLog]:
    """The newest searches for one query, as it is counted."""
    chosen = select(SearchLog).where(SearchLog.query == query)
    if until is not None:
        chosen = chosen.where(SearchLog.id < until)
    return list(db.session.scalars(chosen.order_by(SearchLog.id.desc()).limit(limit)))


def sittings(chains: Collection[str]) -> dict[str, list[SearchLog]]:
    """All searches of these sittings, each in its order."""
    found: dict[str, list[SearchLog]] = {chain: [] for chain in chains}
    for row in db.session.scalars(select(SearchLog).where(SearchLog.chain.in_(list(chains))).order_by(SearchLog.id)):
        found[row.chain].append(row)
    return found


def newest_sittings(*, since: datetime | None = None, limit: int = 30) -> list[str]:
    """The sittings that went on last, the newest first."""
    chosen = select(SearchLog.chain).order_by(SearchLog.id.desc()).limit(limit * 10)
    if since is not None:
        chosen = chosen.where(SearchLog.at >= since)
    return list(dict.fromkeys(db.session.scalars(chosen)))[:limit]
