"""Standing data: small tables that every request needs (teams, rules, settings) and that seldom change.

They are read whole and kept per process. One row holds a random mark; whoever changes standing data gives it a new one
in the same transaction, and each request reads the mark once. A mark is never counted upwards: a count that was rolled
back would come again with other content.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, db

T = TypeVar("T")

_kept: dict[str, tuple[str, Any]] = {}


class StandingMark(Base):
    """The one row whose mark says which standing data is current."""

    __tablename__ = "standing_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str]


_MARK = select(StandingMark.mark).where(StandingMark.id == 1)


def standing(load: Callable[[], T]) -> Callable[[], T]:
    """Keep what `load` returns until standing data changes. It must return plain values, not rows of the session."""
    name = f"{load.__module__}.{load.__qualname__}"

    @functools.wraps(load)
    def read() -> T:
        mark = _current_mark()
        kept = _kept.get(name)
        if kept is not None and kept[0] == mark:
            value: T = kept[1]
            return value
        value = load()
        _kept[name] = (mark, value)
        return value

    return read


def touch() -> None:
    """Standing data changes in this transaction: every process reads it anew afterwards."""
    row = db.session.get(StandingMark, 1)
    mark = secrets.token_hex(8)
    if row is None:
        db.session.add(StandingMark(id=1, mark=mark))
    else:
        row.mark = mark
    db.session.flush()
    g.pop("standing_mark", None)


def forget_mark() -> None:
    """A new unit of work in the same application context (a worker's next job) reads the mark again."""
    g.pop("standing_mark", None)


def _current_mark() -> str:
    # Asked thirty times in a request: what `g` stands for is looked up once, not at each question to it.
    kept: dict[str, str] = vars(g._get_current_object())
    if "standing_mark" not in kept:
        engine = db.session.get_bind().engine
        with db.session.no_autoflush:  # what is being changed elsewhere in this transaction has no part in it
            mark = db.session.scalar(_MARK) or "none"
        # Two databases in one process keep apart (restore, tests).
        kept["standing_mark"] = f"{engine.dialect.name}:{engine.url.host}:{engine.url.database}#{mark}"
    return kept["standing_mark"]
