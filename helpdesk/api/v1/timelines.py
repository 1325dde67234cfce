"""The timeline of a ticket: every recorded fact. Staff's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Instant
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import DoerSchema, DoerShown, Shown, doer_shown, names_of
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.journal import Entry
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.queries import timeline

bp = Blueprint("timelines", __name__, description="Every recorded fact of a ticket.")


@dataclass(frozen=True)
class EntryShown:
    """A recorded fact, its doer by name."""

    id: int
    at: datetime
    recorded_at: datetime
    fact: str
    actor: DoerShown
    details: Mapping[str, Any]


class EntrySchema(Shown):
    """A fact: when it happened, when it was known, by whom, and its own details (ids and plain values)."""

    id = fields.Integer()
    at = Instant()
    recorded_at = Instant()
    fact = fields.String(metadata={"examples": ["TicketHandedOver"]})
    actor = fields.Nested(DoerSchema)
    details = fields.Dict()


class TimelineSchema(Shown):
    """Every recorded fact, in order."""

    entries = fields.List(fields.Nested(EntrySchema))


def timeline_shown(rows: list[Entry], actor: Actor) -> dict[str, list[EntryShown]]:
    names = names_of([(row.actor_kind, row.actor_id) for row in rows], actor)
    return {"entries": [
        EntryShown(row.id, row.at, row.recorded_at, row.fact, doer_shown(row.actor_kind, row.actor_id, names),
                   row.payload)
        for row in rows
    ]}  # fmt: skip


TIMELINE = Representation(TimelineSchema(), None, of=timeline_shown)


@bp.get("/tickets/<number>/timeline")
@bp.gives(200, TIMELINE)
def show(number: str) -> list[Entry]:
    """Read every recorded fact of a ticket, in order."""
    ticket = ticket_to_read(number)
    require(current_actor(), Action.READ_NOTE, ticket)
    return timeline(ticket)
