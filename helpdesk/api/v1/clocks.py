"""The clocks of a ticket, and what is said of those that ran out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.errors import in_our_words
from helpdesk.api.fields import LONGEST_TEXT, Choice, Instant, Text
from helpdesk.api.inputs import Input, Nothing
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.times import epoch, instant, now
from helpdesk.models.tickets import Ticket
from helpdesk.people.accounts import names_of
from helpdesk.policy.actor import Actor
from helpdesk.tickets import clocks, judging
from helpdesk.tickets.judging import BreachCause, breaches_of
from helpdesk.tickets.queries import CLIENT_KINDS, clock_name, get_ticket
from sla import register
from sla.models import Clock, Judgement

bp = Blueprint("clocks", __name__, description="What a ticket was promised, and what is said of what was not kept.")


@dataclass(frozen=True)
class PauseShown:
    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True)
class JudgementShown:
    """What was said of a breach."""

    cause: str
    note: str
    excuse: str
    is_excused: bool
    judged_by: str
    excused_by: str


@dataclass(frozen=True)
class ClockShown:
    """A clock with its reading."""

    id: int
    clock: str
    cycle: int
    state: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    contract_due_at: datetime | None
    promised_for: datetime | None
    breached_at: datetime | None
    target_seconds: int
    consumed_seconds: int
    pauses: list[PauseShown]
    judgement: JudgementShown | None


class PauseSchema(Shown):
    """A time in which a clock stood still."""

    since = Instant()
    until = Instant(allow_none=True)
    reason = fields.String()


class JudgementSchema(Shown):
    """What was said of a breach; an excuse counts once a second person has granted it."""

    cause = NameOrNull(metadata={"enum": [*BreachCause, None]})
    note = NameOrNull()
    excuse = NameOrNull()
    is_excused = fields.Boolean()
    judged_by = NameOrNull()
    excused_by = NameOrNull()


class ClientClockSchema(Shown):
    """A clock, as the client sees it."""

    clock = fields.String(metadata={"examples": ["resolution"]})
    cycle = fields.Integer()
    state = fields.String(metadata={"examples": ["running", "paused", "overdue", "met", "breached"]})
    started_at = Instant()
    stopped_at = Instant(allow_none=True)
    due_at = Instant(allow_none=True)
    contract_due_at = Instant(allow_none=True, metadata={"description": "What the contract says, beside a promise."})
    promised_for = Instant(allow_none=True)
    breached_at = Instant(allow_none=True)


class ClockSchema(ClientClockSchema):
    """A clock: its reading, its pauses, and what was said of its breach. Seconds are working time."""

    id = fields.Integer()
    target_seconds = fields.Integer()
    consumed_seconds = fields.Integer()
    pauses = fields.List(fields.Nested(PauseSchema))
    judgement = fields.Nested(JudgementSchema, allow_none=True)


class ClientClocksSchema(Shown):
    """The clocks of a ticket that are its client's."""

    clocks = fields.List(fields.Nested(ClientClockSchema))


class ClocksSchema(Shown):
    """Every clock of a ticket."""

    clocks = fields.List(fields.Nested(ClockSchema))


@dataclass(frozen=True)
class Cause:
    cause: BreachCause
    note: str = ""


class CauseSchema(Input):
    """Why the time was not kept."""

    makes = Cause
    cause = Choice(BreachCause, required=True)
    note = Text(LONGEST_TEXT, metadata={"description": "Needed for the cause `other`."})


@dataclass(frozen=True)
class Plea:
    reason: str


class PleaSchema(Input):
    """Why a breach should be excused."""

    makes = Plea
    reason = Text(LONGEST_TEXT, needed=True, required=True)


def clocks_shown(ticket: Ticket, actor: Actor) -> dict[str, list[ClockShown]]:
    rows = [row for row in clocks.of(ticket) if actor.is_staff or row.kind in CLIENT_KINDS]
    said = {each.clock.id: each.judgement for each in breaches_of(rows)} if actor.is_staff else {}
    names = names_of({by for each in said.values() if each for by in (each.judged_by, each.excused_by) if by})
    at = epoch(now())
    return {"clocks": [_shown(row, said.get(row.id), names, at) for row in rows]}


def _shown(row: Clock, said: Judgement | None, names: dict[int, str], at: int) -> ClockShown:
    return ClockShown(
        row.id, clock_name(row), row.cycle, row.state.value, instant(row.start_at), _instant(row.stop_at),
        _instant(row.due_at), _instant(row.contract_due_at), _instant(row.promised_for), _instant(row.breached_at),
        row.target_seconds, register.used(row, at),
        [PauseShown(instant(pause.from_at), _instant(pause.to_at), pause.reason) for pause in row.pauses],
        JudgementShown(said.cause, said.note, said.excuse, said.excused_at is not None,
                       names.get(said.judged_by, ""), names.get(said.excused_by or 0, "")) if said else None,
    )  # fmt: skip


def _instant(at: int | None) -> datetime | None:
    return None if at is None else instant(at)


CLOCKS = Representation(ClocksSchema(), ClientClocksSchema(), of=clocks_shown)


@bp.get("/tickets/<number>/clocks")
@bp.gives(200, CLOCKS)
def show(number: str) -> Ticket:
    """Read the clocks of a ticket, in the order in which they began to exist."""
    return ticket_to_read(number)


@bp.put("/tickets/<number>/clocks/<int:clock_id>/cause")
@bp.takes(CauseSchema())
@bp.gives(200, CLOCKS)
def name_cause(sent: Cause, number: str, clock_id: int) -> Ticket:
    """Say why the time was not kept; said again, it corrects what was said."""
    ticket = get_ticket(number, for_=current_actor())
    with in_our_words(breach_note="note"):
        judging.name_cause(ticket, clock_id, sent.cause, sent.note, by=current_actor())
    return ticket


@bp.put("/tickets/<number>/clocks/<int:clock_id>/excuse")
@bp.takes(PleaSchema())
@bp.gives(200, CLOCKS)
def ask_excuse(sent: Plea, number: str, clock_id: int) -> Ticket:
    """Ask that a breach be excused; its cause must have been named, and somebody else decides."""
    ticket = get_ticket(number, for_=current_actor())
    with in_our_words(excuse="reason"):
        judging.ask_excuse(ticket, clock_id, sent.reason, by=current_actor())
    return ticket


@bp.post("/tickets/<number>/clocks/<int:clock_id>/excuse/approval")
@bp.takes(Nothing())
@bp.gives(200, CLOCKS)
def excuse(_sent: object, number: str, clock_id: int) -> Ticket:
    """Excuse a breach that somebody else asked to excuse: the raw figure stays, the excused one is without it."""
    ticket = get_ticket(number, for_=current_actor())
    judging.excuse(ticket, clock_id, by=current_actor())
    return ticket


@bp.post("/tickets/<number>/clocks/<int:clock_id>/excuse/refusal")
@bp.takes(Nothing())
@bp.gives(200, CLOCKS)
def refuse_excuse(_sent: object, number: str, clock_id: int) -> Ticket:
    """Do not excuse it."""
    ticket = get_ticket(number, for_=current_actor())
    judging.refuse_excuse(ticket, clock_id, by=current_actor())
    return ticket
