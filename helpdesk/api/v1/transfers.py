"""Up and down the lines: handovers, returns, transfers, and the way a ticket has gone. Staff's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Instant, RowId, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import DoerSchema, DoerShown, NameOrNull, Shown, TeamSchema, doer_shown, names_of
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.models.transfers import Handover, Transfer, TransferKind
from helpdesk.people.directory import TeamCard, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.escalation import NewHandover, hand_over, hops, return_ticket, transfer_ticket
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("transfers", __name__, description="Changes of team: handovers up, returns down, transfers beside.")


@dataclass(frozen=True)
class NewReturn:
    reason: str
    to_team_id: int | None = None


@dataclass(frozen=True)
class NewTransfer:
    reason: str
    to_team_id: int


@dataclass(frozen=True)
class TransferShown:
    """A hop with its teams and its doer by name."""

    id: int
    kind: TransferKind
    at: datetime
    from_team: TeamCard | None
    to_team: TeamCard | None
    from_line: int | None
    to_line: int | None
    reason: str
    actor: DoerShown
    handover: Handover | None


class NewHandoverSchema(Input):
    """The five answers that the next line needs, and the team that gets them (needed where there are several)."""

    makes = NewHandover
    client_sees = Text(LONGEST_TEXT, needed=True, required=True)
    tried = Text(LONGEST_TEXT, needed=True, required=True)
    articles = Text(LONGEST_TEXT, load_default="")
    environment = Text(LONGEST_TEXT, needed=True, required=True)
    asked = Text(LONGEST_TEXT, needed=True, required=True)
    to_team_id = RowId(allow_none=True)


class NewReturnSchema(Input):
    """Why the ticket comes back; without a team it goes to the one that it came from."""

    makes = NewReturn
    reason = Text(LONGEST_TEXT, needed=True, required=True)
    to_team_id = RowId(allow_none=True)


class NewTransferSchema(Input):
    """Which team of the same line should have it, and why."""

    makes = NewTransfer
    reason = Text(LONGEST_TEXT, needed=True, required=True)
    to_team_id = RowId(required=True)


class HandoverSchema(Shown):
    """What the next line got to know."""

    client_sees = fields.String()
    tried = fields.String()
    articles = fields.String()
    environment = fields.String()
    asked = fields.String()


class TransferSchema(Shown):
    """A change of team; a handover has its form, a return or a transfer its reason."""

    id = fields.Integer()
    kind = Choice(TransferKind)
    at = Instant()
    from_team = fields.Nested(TeamSchema, allow_none=True)
    to_team = fields.Nested(TeamSchema, allow_none=True)
    from_line = fields.Integer(allow_none=True)
    to_line = fields.Integer(allow_none=True)
    reason = NameOrNull()
    actor = fields.Nested(DoerSchema)
    handover = fields.Nested(HandoverSchema, allow_none=True)


class TransfersSchema(Shown):
    """Every change of team so far, in order."""

    transfers = fields.List(fields.Nested(TransferSchema))


def transfer_shown(row: Transfer, actor: Actor) -> TransferShown:
    return transfers_shown([row], actor)["transfers"][0]


def transfers_shown(rows: list[Transfer], actor: Actor) -> dict[str, list[TransferShown]]:
    names, all_teams = names_of([(row.actor_kind, row.actor_id) for row in rows], actor), teams()
    return {"transfers": [
        TransferShown(
            id=row.id, kind=row.kind, at=row.at, from_team=all_teams.get(row.from_team_id or 0),
            to_team=all_teams.get(row.to_team_id), from_line=row.from_line, to_line=row.to_line, reason=row.reason,
            actor=doer_shown(row.actor_kind, row.actor_id, names),
            handover=row.handover if row.kind is TransferKind.HANDOVER else None,
        )
        for row in rows
    ]}  # fmt: skip


TRANSFER = Representation(TransferSchema(), None, of=transfer_shown)
TRANSFERS = Representation(TransfersSchema(), None, of=transfers_shown)


@bp.get("/tickets/<number>/transfers")
@bp.gives(200, TRANSFERS)
def index(number: str) -> list[Transfer]:
    """Read every change of team so far, handovers with their forms."""
    ticket = ticket_to_read(number)
    require(current_actor(), Action.READ_NOTE, ticket)
    return hops(ticket)


@bp.post("/tickets/<number>/transfers")
@bp.takes(NewTransferSchema())
@bp.gives(201, TRANSFER)
def create(sent: NewTransfer, number: str) -> Transfer:
    """Give the ticket to another team of the same line."""
    ticket = get_ticket(number, for_=current_actor())
    return transfer_ticket(ticket, sent.to_team_id, sent.reason, by=current_actor())


@bp.post("/tickets/<number>/handovers")
@bp.takes(NewHandoverSchema())
@bp.gives(201, TRANSFER)
def create_handover(sent: NewHandover, number: str) -> Transfer:
    """Hand the ticket over to the next line; the first line stays its owner towards the client."""
    ticket = get_ticket(number, for_=current_actor())
    return hand_over(ticket, sent, by=current_actor()).transfer


@bp.post("/tickets/<number>/returns")
@bp.takes(NewReturnSchema())
@bp.gives(201, TRANSFER)
def create_return(sent: NewReturn, number: str) -> Transfer:
    """Give the ticket back down; whoever handed it over gets it again, or their substitute."""
    ticket = get_ticket(number, for_=current_actor())
    return return_ticket(ticket, sent.reason, by=current_actor(), to_team_id=sent.to_team_id)
