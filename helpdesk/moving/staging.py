"""Where an event log lies while its rows are brought together by case: a file beside the database, gone afterwards.

Rows of one case may lie anywhere in a log, and a log may be larger than memory. Cases come out in the order in which
they first appear, their rows in the order of the file; nothing is sorted by time.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from helpdesk.core.errors import Busy
from helpdesk.moving.rows import SetAside, SourceRow

_TABLES = """
CREATE TABLE source_case (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE source_row (
    case_id INTEGER NOT NULL, line INTEGER NOT NULL, seq INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (case_id, seq)
) WITHOUT ROWID;
CREATE TABLE set_aside (line INTEGER NOT NULL, reason TEXT NOT NULL);
"""


@dataclass(frozen=True)
class StagedCase:
    """All rows of one case; `digest` tells whether they are the same as another time."""

    key: str
    rows: tuple[SourceRow, ...]
    digest: str


class Staging:
    """The rows of one run of an import. Raises Busy while another process runs the import of this name."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        stem = hashlib.sha256(name.encode()).hexdigest()[:16]
        self._path = folder / f"{stem}.staging"
        self._lock = (folder / f"{stem}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise Busy(f"The import {name!r} is running already.") from None
        self._path.unlink(missing_ok=True)  # what a run that was killed left behind
        self._db = sqlite3.connect(self._path, isolation_level=None)
        # It is made anew by every run, so it need not survive anything.
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")
        self._seq = 0
        self._latest = ("", 0)

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._path.unlink(missing_ok=True)
        self._lock.close()

    def keep(self, case: str, row: SourceRow) -> None:
        """Put the row to the others of its case."""
        self._seq += 1
        content = json.dumps(row.values, ensure_ascii=False, separators=(",", ":"))
        self._db.execute(
            "INSERT INTO source_row VALUES (?, ?, ?, ?)", (self._id_of(case), row.line, self._seq, content)
        )

    def set_aside(self, place: SetAside) -> None:
        """Note what is not taken over."""
        self._db.execute("INSERT INTO set_aside VALUES (?, ?)", (place.line, place.reason))

    def count_cases(self) -> int:
        """How many cases there are."""
        return int(self._db.execute("SELECT count(*) FROM source_case").fetchone()[0])

    def cases(self) -> Iterator[StagedCase]:
        """Every case with its rows."""
        query = (
            "SELECT c.key, r.line, r.content FROM source_row r JOIN source_case c ON c.id = r.case_id "
            "ORDER BY r.case_id, r.seq"
        )
        for key, found in itertools.groupby(self._db.execute(query), key=lambda each: each[0]):
            digest, rows = hashlib.sha256(), []
            for _, line, content in found:
                digest.update(content.encode() + b"\n")
                rows.append(SourceRow(line, tuple(json.loads(content))))
            yield StagedCase(key, tuple(rows), digest.hexdigest())

    def places_set_aside(self) -> Iterator[SetAside]:
        """What was not taken over, in the order of the file."""
        for line, reason in self._db.execute("SELECT line, reason FROM set_aside ORDER BY line, rowid"):
            yield SetAside(line, reason)

    def _id_of(self, case: str) -> int:
        if self._latest[0] == case and self._latest[1]:
            return self._latest[1]
        self._db.execute("INSERT INTO source_case (key) VALUES (?) ON CONFLICT DO NOTHING", (case,))
        found = self._db.execute("SELECT id FROM source_case WHERE key = ?", (case,)).fetchone()
        self._latest = (case, int(found[0]))
        return self._latest[1]
