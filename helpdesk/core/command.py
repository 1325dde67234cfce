"""One use case, one transaction. The only place that commits."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from helpdesk.core.db import begin_reading, begin_writing, db, is_writing, writing

P = ParamSpec("P")
R = TypeVar("R")

_inside: ContextVar[bool] = ContextVar("inside_command", default=False)


_before_commit: list[Callable[[], None]] = []


def before_commit(last_thing: Callable[[], None], *, first: bool = False) -> None:
    """Do this at the end of every outermost transaction, just before it is committed; `first` ahead of the others."""
    _before_commit.insert(0 if first else len(_before_commit), last_thing)


def command(activity: Callable[P, R]) -> Callable[P, R]:
    """Run the activity in one transaction; inside another activity, join its transaction."""

    @functools.wraps(activity)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction():
            return activity(*args, **kwargs)

    return run


@contextmanager
def transaction() -> Iterator[None]:
    """Commit at the end of the outermost block, roll back when it fails."""
    if _inside.get():
        yield
        return
    token = _inside.set(True)
    try:
        if not is_writing() and db.session().in_transaction():
            # A read that turns into a write must start again: what it saw may be old by now.
            db.session.rollback()
        with writing():
            try:
                yield
                for last_thing in _before_commit:
                    last_thing()
                db.session.commit()
            except BaseException:
                db.session.info.clear()  # what was to be done before the commit goes with it
                db.session.rollback()
                raise
    finally:
        _inside.reset(token)


@contextmanager
def unlocked() -> Iterator[None]:
    """Slow work in the midst of an unsafe request (hashing, storing files): hold no lock, read at most."""
    was_writing = is_writing()
    db.session.rollback()
    begin_reading()
    try:
        yield
    finally:
        db.session.rollback()
        if was_writing:
            begin_writing()
