"""Work on tickets, and the statement of a contract's hours."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import hours, work
from helpdesk.aftersales.counting import LONGEST_WORK_MINUTES
from helpdesk.aftersales.documents import statement_document, work_document
from helpdesk.aftersales.hours import Statement
from helpdesk.aftersales.terms import contract_by_id
from helpdesk.aftersales.work import NewWork
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Instant, Number, RowId, Text, YesNo
from helpdesk.api.inputs import Input, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.models.contracts import WorkLog
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.policy.actor import Actor
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("work_logs", __name__, description="Who worked how long for a client, and what it counts.")


@dataclass(frozen=True)
class Sent:
    minutes: int
    channel: Channel
    note: str = ""
    started_at: datetime | None = None
    is_billable: bool = True
    reservation_id: int | None = None


class NewWorkSchema(Input):
    """Work that was done."""

    makes = Sent
    minutes = Number(1, LONGEST_WORK_MINUTES, required=True)
    channel = Choice(Channel, required=True)
    note = Text(LONGEST_TEXT, metadata={"description": "The client reads it in the statement."})
    started_at = Instant(metadata={"description": "Without it the work ended now."})
    is_billable = YesNo()
    reservation_id = RowId(allow_none=True, metadata={"description": "The hours that were set aside for it."})


@dataclass(frozen=True)
class Reason:
    reason: str


class ReversalSchema(Input):
    """Why the work is taken back."""

    makes = Reason
    reason = Text(LONGEST_TEXT, needed=True, required=True)


class WorkLogSchema(Shown):
    """A piece of work with its arithmetic, in minutes; `rule` says who pays and why."""

    id = fields.Integer()
    ticket = fields.String()
    started_at = fields.String(metadata={"format": "date-time"})
    minutes = fields.Integer(metadata={"description": "Negative in what takes other work back."})
    after_hours_minutes = fields.Integer()
    counted_minutes = fields.Integer()
    chargeable_minutes = fields.Integer()
    channel = fields.String(metadata={"enum": list(Channel)})
    is_billable = fields.Boolean()
    rule = fields.String(metadata={"examples": ["prepaid_hours", "on_site"]})
    note = NameOrNull()
    reverses = fields.Integer(allow_none=True)
    reservation = fields.Integer(allow_none=True)
    approval = fields.Integer(allow_none=True, metadata={"description": "The client's approval it stands on."})


class WorkLogsSchema(Shown):
    """The work on a ticket, in the order in which it was entered."""

    work_logs = fields.List(fields.Nested(WorkLogSchema))


class BlockSchema(Shown):
    """Hours that are not used up."""

    id = fields.Integer()
    left_minutes = fields.Integer()
    expires_on = fields.Date(allow_none=True)


class StatementLineSchema(Shown):
    """An entry of the ledger, with the balance after it."""

    date = fields.String(metadata={"format": "date"})
    entry = fields.String(metadata={"examples": ["granted", "used", "overage", "billed"]})
    minutes = fields.Integer()
    balance = fields.Integer()
    ticket = NameOrNull()
    channel = NameOrNull()
    worked = fields.Integer(allow_none=True)
    counted = fields.Integer(allow_none=True)
    chargeable = fields.Integer(allow_none=True)
    expires_on = NameOrNull()
    note = NameOrNull()


class StatementSchema(Shown):
    """The hours of a contract, line by line."""

    contract = fields.String()
    balance_minutes = fields.Integer()
    reserved_minutes = fields.Integer()
    available_minutes = fields.Integer()
    blocks = fields.List(fields.Nested(BlockSchema))
    lines = fields.List(fields.Nested(StatementLineSchema))


def _statement(statement: Statement, _actor: Actor) -> dict[str, Any]:
    document = statement_document(statement)
    expiries = {block.id: block.expires_on for block in statement.blocks}
    return document | {"blocks": [each | {"expires_on": expiries[each["id"]]} for each in document["blocks"]]}


WORK_LOG = Representation(WorkLogSchema(), None, of=lambda each, _actor: work_document(each))
WORK_LOGS = Representation(
    WorkLogsSchema(), None, of=lambda rows, _actor: {"work_logs": [work_document(each) for each in rows]}
)
STATEMENT = Representation(StatementSchema(), StatementSchema(), of=_statement)


@bp.get("/tickets/<number>/work-logs")
@bp.gives(200, WORK_LOGS)
def index(number: str) -> list[WorkLog]:
    """Read the work on a ticket."""
    return list(work.work_of(ticket_to_read(number)))


@bp.post("/tickets/<number>/work-logs")
@bp.takes(NewWorkSchema(), once=True)
@bp.gives(201, WORK_LOG)
def create(sent: Sent, number: str) -> WorkLog:
    """Log work; the contract that covers the ticket says what it counts and who pays."""
    ticket: Ticket = get_ticket(number, for_=current_actor())
    done = work.log_work(ticket, NewWork(**asdict(sent)), by=current_actor(), submission=submission())
    if (done.ticket_id, done.minutes) != (ticket.id, sent.minutes):
        refuse_reused_key()
    return done


@bp.post("/tickets/<number>/work-logs/<int:work_log_id>/reversal")
@bp.takes(ReversalSchema())
@bp.gives(200, WORK_LOG)
def reverse(sent: Reason, number: str, work_log_id: int) -> WorkLog:
    """Take back work that was entered by mistake: an entry with the opposite figures."""
    ticket = get_ticket(number, for_=current_actor())
    return work.reverse_work(work_log_id, ticket, sent.reason, by=current_actor())


@bp.get("/contracts/<row_id:contract_id>/statement")
@bp.gives(200, STATEMENT)
def statement(contract_id: int) -> Statement:
    """Read the hours of a contract line by line; of a client's people those who supervise may."""
    actor = current_actor()
    return hours.statement_of(contract_by_id(contract_id, for_=actor), for_=actor)
