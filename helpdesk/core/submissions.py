"""What a submission made, so that the same one sent twice makes it once.

A form carries a key that was made with it, a request of the API one that its caller chose. Tables whose rows are made
in great numbers keep the key themselves; for all others it stands here, for a month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.command import command
from helpdesk.core.db import Base, db
from helpdesk.core.errors import Conflict
from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now

KEPT = timedelta(days=30)
M = TypeVar("M", bound=Base)


class Submission(Base):
    """A submission that made rows: its key, what it said (a digest), and which rows."""

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(primary_key=True)
    said: Mapped[str]
    made: Mapped[list[int]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(index=True)


def once(key: str | None, said: object, model: type[M], make: Callable[[], M]) -> M:
    """The row that was made under this key, or the one that `make` makes now; see `once_all`."""
    return once_all(key, said, model, lambda: [make()])[0]


@command
def once_all(key: str | None, said: object, model: type[M], make: Callable[[], list[M]]) -> list[M]:
    """The rows that were made under this key, or those that `make` makes now. Without a key they are always made.

    `said` is what was sent, of any kind that says all of it in its `repr`; Conflict (`key_reused`) where the key stands
    for something else already. Two at once: the second waits for the first.
    """
    if key is None:
        return make()
    digest = hashlib.sha256(f"{model.__tablename__}:{said!r}".encode("utf-8", "surrogatepass")).hexdigest()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    known = db.session.get(Submission, key, populate_existing=True)
    if known is not None:
        if known.said != digest:
            raise Conflict(_("This was sent already, with other words. Load the page again."), code="key_reused")
        return [db.session.get_one(model, row_id) for row_id in known.made]
    rows = make()
    db.session.flush()
    db.session.add(Submission(key=key, said=digest, made=[row.id for row in rows], at=now()))  # type: ignore[attr-defined]
    return rows


def forget_submissions() -> None:
    """Forget what was sent a month ago, in the running transaction."""
    db.session.execute(delete(Submission).where(Submission.at < now() - KEPT))
