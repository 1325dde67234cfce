"""How far the counting has come: the one row that says it."""

from __future__ import annotations

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.figures.desk import desk_zone
from helpdesk.models.figures import FiguresState


def state_row() -> FiguresState:
    """The one row of the counting, locked for whoever writes."""
    row = db.session.scalar(select(FiguresState).where(FiguresState.id == 1).with_for_update())
    if row is None:
        row = FiguresState(id=1, counted_through=0, zone=desk_zone().key, closed_through=0)
        db.session.add(row)
        db.session.flush()
    return row
