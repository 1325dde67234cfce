"""Ways through the desk: each distinct sequence of steps is kept once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from helpdesk.core.db import among, db
from helpdesk.models.figures import Variant

AT_ONCE = 10_000  # ways in one statement


def step_word(status: str, sub_status: str) -> str:
    """A step of a way: `status`, or `status/sub-status`."""
    return f"{status}/{sub_status}" if sub_status else status


def variant_ids(paths: Sequence[Sequence[str]]) -> list[int]:
    """The ids of these ways, in their order; new ones are written. Part of a larger transaction."""
    texts = [json.dumps(list(path), ensure_ascii=False) for path in paths]
    digests = [sha256(text.encode()).hexdigest() for text in texts]
    known = _known(digests)
    new = {
        digest: {"digest": digest, "path": text, "length": len(path)}
        for digest, text, path in zip(digests, texts, paths, strict=True) if digest not in known
    }  # fmt: skip
    if new:
        dialect = db.session.get_bind().dialect.name
        statement = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(Variant).on_conflict_do_nothing()
        db.session.execute(statement, list(new.values()))
        known |= _known(list(new))
    return [known[digest] for digest in digests]


def variant_of(path: Sequence[str]) -> int | None:
    """The id of this way; None if no ticket ever took it."""
    digest = sha256(json.dumps(list(path), ensure_ascii=False).encode()).hexdigest()
    return _known([digest]).get(digest)


def path_of(variant_ids: Sequence[int]) -> dict[int, list[str]]:
    """The steps of these ways."""
    found: dict[int, list[str]] = {}
    for first in range(0, len(variant_ids), AT_ONCE):
        ids = list(variant_ids[first : first + AT_ONCE])
        rows = db.session.execute(select(Variant.id, Variant.path).where(among(Variant.id, ids)))
        found |= {row.id: json.loads(row.path) for row in rows}
    return found


def _known(digests: Sequence[str]) -> dict[str, int]:
    rows = db.session.execute(select(Variant.digest, Variant.id).where(among(Variant.digest, list(set(digests)))))
    return {row.digest: row.id for row in rows}
