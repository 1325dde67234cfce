"""Keyset pages: as fast on the thousandth page as on the first, and steady while rows come and go."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, tuple_

from helpdesk.core.errors import Invalid

T = TypeVar("T")


@dataclass(frozen=True)
class PageOf(Generic[T]):
    """Some rows of a list, with the cursors of the pages before and after (None at the ends)."""

    rows: Sequence[T]
    after: str | None
    before: str | None


def page_of(
    query: Select[*tuple[Any, ...]],
    order: Sequence[tuple[ColumnElement[Any], bool]],
    *,
    size: int,
    after: str | None = None,
    before: str | None = None,
    run: Callable[[Select[*tuple[Any, ...]]], Sequence[T]],
    key: Callable[[T], Sequence[Any]],
) -> PageOf[T]:
    """One page of `query` in this order of (column, descending), all in one direction and unique together.

    `key` gives the values of the order's columns for a row that `run` returned.
    """
    descending = order[0][1]
    if any(down != descending for _, down in order):
        raise ValueError("a keyset order goes in one direction")
    columns = tuple_(*(column for column, _ in order))
    backwards = before is not None and after is None
    cursor = before if backwards else after
    if cursor is not None:
        values = tuple_(*_decode(cursor, [column.type.python_type for column, _ in order]))
        query = query.where(columns < values if descending != backwards else columns > values)
    flip = descending != backwards
    query = query.order_by(*(column.desc() if flip else column.asc() for column, _ in order)).limit(size + 1)
    rows = list(run(query))
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_after = bool(rows) and (more if not backwards else True)
    has_before = bool(rows) and (more if backwards else cursor is not None)
    return PageOf(rows, _encode(key(rows[-1])) if has_after else None, _encode(key(rows[0])) if has_before else None)


def _encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _decode(cursor: str, kinds: Sequence[type]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or [type(v) for v in values] != kinds or not all(map(_fits, values)):
            raise ValueError(cursor)
    except (ValueError, RecursionError) as error:
        raise Invalid({"after": ["This page address is damaged; open the list anew."]}) from error
    return values


def _fits(value: Any) -> bool:
    return not isinstance(value, int) or abs(value) < 2**63  # of the largest column that we order by
