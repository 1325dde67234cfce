"""The people, teams, organisations and products of a source: one row each for a name, found again on the next run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select

from helpdesk.core.db import Base, db

AT_ONCE = 1000  # names in one question to the database


def find_or_make(
    model: type[Base], import_id: int, wanted: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, int], bool]:
    """The ids of these names of an import (source key → values of a new row), and whether any of them is new."""
    known = _known(model, import_id, wanted)
    new = [{"import_id": import_id, "source_key": key, **values} for key, values in wanted.items() if key not in known]
    if new:
        table = model.__table__.c
        known |= dict(db.session.execute(insert(model).returning(table.source_key, table.id), new).all())
    return known, bool(new)


def _known(model: type[Base], import_id: int, keys: Iterable[str]) -> dict[str, int]:
    table = model.__table__.c
    known: dict[str, int] = {}
    names = list(keys)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        query = select(table.source_key, table.id).where(table.import_id == import_id, table.source_key.in_(some))
        known |= dict(db.session.execute(query).all())
    return known
