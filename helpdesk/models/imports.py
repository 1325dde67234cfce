"""Imports: which source a ticket came from, and what that source said in its own words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.core.db import Base, BigId


class ImportRun(Base):
    """A named import; the same name continues where the last run stopped."""

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportedCase(Base):
    """What the source said of one ticket: its key there, its last raw values, its own counters."""

    __tablename__ = "imported_case"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, type_=BigId)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    source_key: Mapped[str]
    digest: Mapped[str]  # of the rows, to tell an unchanged case from a changed one
    events: Mapped[int]
    raw: Mapped[dict[str, Any]]  # last raw priority, channel and the rest of the mapping
    source_reassignments: Mapped[int | None]
    source_reopenings: Mapped[int | None]
    source_sla_met: Mapped[bool | None]
    variant_id: Mapped[int | None]  # each of its rows, repeated ones too

    __table_args__ = (UniqueConstraint("import_id", "source_key"),)
