"""Append-only facts. The timeline, the audit and everything that follows from a fact are views of this table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Protocol

from sqlalchemy import Index, Text, cast, insert, literal, select, text
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core import jobs
from helpdesk.core.command import before_commit
from helpdesk.core.db import Base, BigId, append_only, as_rows, db
from helpdesk.core.times import now


@dataclass(frozen=True)
class Fact:
    """Something that happened. Its first field is the id of its subject; the rest is ids and plain values."""

    subject_kind: ClassVar[str]


class Doer(Protocol):
    """Whoever did it, as the journal keeps it: a kind and an id of that kind."""

    @property
    def reference(self) -> tuple[str, int]: ...


class Entry(Base):
    """One recorded fact: when it happened, when it was known, about what, by whom."""

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    fact: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    actor_kind: Mapped[str]
    actor_id: Mapped[int] = mapped_column(BigId)
    payload: Mapped[dict[str, Any]]

    @property
    def reference(self) -> tuple[str, int]:
        """Whoever did it: what follows from it is recorded as theirs, `by=entry`."""
        return self.actor_kind, self.actor_id

    __table_args__ = (
        Index("ix_journal_subject", "subject_kind", "subject_id", "id"),  # the timeline of one thing
        # what is counted beside the service levels: changed priorities, and what was known later than it happened
        Index("ix_journal_priority", "at", sqlite_where=text("fact = 'PriorityChanged'"),
              postgresql_where=text("fact = 'PriorityChanged'")),
        Index("ix_journal_backdated", "at", sqlite_where=text("at <> recorded_at"),
              postgresql_where=text("at <> recorded_at")),
    )  # fmt: skip


append_only(Entry)

Reaction = Callable[[Entry], Any]
Condition = Callable[[Entry], bool]


@dataclass(frozen=True)
class Only:
    """A reaction that follows from some of the facts only: whether it does is asked when the fact is recorded."""

    reaction: Reaction
    where: Condition


_reactions: dict[str, list[tuple[str, Condition | None]]] = {}
_silent: ContextVar[bool] = ContextVar("silent", default=False)


def subscribe(table: Mapping[type[Fact], Sequence[Reaction | Only]]) -> None:
    """Say what follows from which fact; called once, when the application is put together."""
    _reactions.clear()
    for fact, reactions in table.items():
        _reactions[fact.__name__] = [
            (jobs.register(each.reaction), each.where) if isinstance(each, Only) else (jobs.register(each), None)
            for each in reactions
        ]


@contextmanager
def silently() -> Iterator[None]:
    """Record facts inside this block without anything following from them (imports, demo data)."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def record(fact: Fact, *, by: Doer, at: datetime | None = None) -> Entry:
    """Write down what happened, with one job for each thing that follows from it, in the running transaction."""
    recorded_at = now()
    values = asdict(fact)
    subject_id = values.pop(next(iter(values)))
    kind, actor_id = by.reference
    entry = Entry(
        at=at or recorded_at, recorded_at=recorded_at, fact=type(fact).__name__, subject_kind=fact.subject_kind,
        subject_id=subject_id, actor_kind=kind, actor_id=actor_id, payload=values,
    )  # fmt: skip
    db.session.add(entry)
    db.session.info.setdefault("recorded", []).append(entry)
    reactions = () if _silent.get() else _reactions.get(entry.fact, ())
    if following := [name for name, where in reactions if where is None or where(entry)]:
        db.session.info.setdefault("unsettled", []).append((entry, following))
    return entry


def record_many(facts: Sequence[Fact], *, by: Doer) -> None:
    """Write down very many facts of one kind in a few statements; no clock hears of them."""
    if not facts or (not _silent.get() and _reactions.get(type(facts[0]).__name__)):
        for fact in facts:
            record(fact, by=by)
        return
    at, (kind, actor_id) = now(), by.reference
    first, *names = (field.name for field in fields(facts[0]))  # asdict() would copy all the values
    common = {"at": at, "recorded_at": at, "fact": type(facts[0]).__name__, "subject_kind": facts[0].subject_kind,
              "actor_kind": kind, "actor_id": actor_id}  # fmt: skip
    table: Any = Entry.__table__
    subjects = [getattr(fact, first) for fact in facts]
    payloads = [{name: getattr(fact, name) for name in names} for fact in facts]
    if db.session.get_bind().dialect.name != "postgresql":
        rows = [common | {"subject_id": subject, "payload": payload}
                for subject, payload in zip(subjects, payloads, strict=True)]  # fmt: skip
        db.session.connection().execute(insert(table), rows)
        return
    sent = as_rows(subject_id=(subjects, table.c.subject_id.type), payload=(list(map(json.dumps, payloads)), Text()))
    values = select(*(literal(value, table.c[name].type) for name, value in common.items()), sent.c.subject_id,
                    cast(sent.c.payload, table.c.payload.type))  # fmt: skip
    db.session.connection().execute(insert(table).from_select([*common, "subject_id", "payload"], values))


def take_recorded() -> list[Entry]:
    """What was recorded in this transaction since this was last asked, in order."""
    entries: list[Entry] = db.session.info.pop("recorded", [])
    return entries


def settle() -> None:
    """Write the jobs of all facts of this transaction, at its end and in one statement."""
    unsettled = db.session.info.pop("unsettled", None)
    if unsettled:
        db.session.flush()
        jobs.enqueue([
            (name, {"entry": entry.id}, f"{name}:{entry.id}") for entry, reactions in unsettled for name in reactions
        ])  # fmt: skip


before_commit(settle)
