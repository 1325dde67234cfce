"""The escalation ladder: what the caller was told and has to take note of. Staff's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Instant
from helpdesk.api.inputs import Nothing
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import Shown
from helpdesk.core.errors import Forbidden
from helpdesk.core.times import instant
from helpdesk.tickets.ladder import AT_RISK, BREACHED, STEPS, RungShown, acknowledge, open_rungs
from helpdesk.tickets.queries import clock_name

bp = Blueprint("escalations", __name__, description="Clocks at risk or breached, and who was told of them.")


@dataclass(frozen=True)
class EscalationShown:
    """A rung that somebody stands on."""

    id: int
    ticket: str
    subject: str
    clock_id: int
    clock: str
    occasion: str
    step: int
    told_at: datetime
    due_at: datetime | None
    is_open: bool
    is_acknowledged: bool


class EscalationSchema(Shown):
    """What somebody was told: of which clock, on which step of the ladder, and whether it is still open."""

    id = fields.Integer()
    ticket = fields.String()
    subject = fields.String()
    clock_id = fields.Integer()
    clock = fields.String(metadata={"examples": ["resolution"]})
    occasion = fields.String(metadata={"enum": [AT_RISK, BREACHED]})
    step = fields.Integer(
        metadata={"enum": list(STEPS), "description": "1 assignee, 2 line lead, 3 manager, 4 duty officer"}
    )
    told_at = Instant()
    due_at = Instant(allow_none=True)
    is_open = fields.Boolean()
    is_acknowledged = fields.Boolean()


class EscalationsSchema(Shown):
    """What the caller has to take note of, latest first."""

    escalations = fields.List(fields.Nested(EscalationSchema))


def _shown(each: RungShown) -> EscalationShown:
    rung, clock = each.rung, each.clock
    return EscalationShown(
        rung.id, each.ticket.number, each.ticket.subject, clock.id, clock_name(clock), rung.occasion, rung.step,
        instant(rung.told_at or rung.at), None if clock.due_at is None else instant(clock.due_at),
        rung.ended_at is None, rung.acknowledged_at is not None,
    )  # fmt: skip


ESCALATION = Representation(EscalationSchema(), None, of=lambda each, _actor: _shown(each))
ESCALATIONS = Representation(
    EscalationsSchema(), None, of=lambda rows, _actor: {"escalations": [_shown(each) for each in rows]}
)


@bp.get("/escalations")
@bp.gives(200, ESCALATIONS)
def index() -> list[RungShown]:
    """Read what the caller was told and nobody has taken note of yet, latest first; at most two hundred."""
    if not current_actor().is_staff:
        raise Forbidden(code="staff_only")
    return open_rungs(for_=current_actor())


@bp.post("/escalations/<int:escalation_id>/acknowledgement")
@bp.takes(Nothing())
@bp.gives(200, ESCALATION)
def take_note(_sent: object, escalation_id: int) -> RungShown:
    """Take note: the ladder is climbed no further."""
    return acknowledge(escalation_id, by=current_actor())
