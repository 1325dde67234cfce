"""Up and down the lines: handover with its form, return with its reason, transfer on the same line, ping-pong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import enumeration
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.events import PingPongSeen, TicketHandedOver, TicketReturned, TicketTransferred
from helpdesk.models.tickets import Status, Ticket
from helpdesk.models.transfers import Handover, Transfer, TransferKind
from helpdesk.people.directory import TeamCard, operators, substitute_for, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.stamp import stamp
from helpdesk.tickets.states import change_status


@dataclass(frozen=True)
class NewHandover:
    """The five answers that the next line needs, and the team that gets them."""

    client_sees: str
    tried: str
    articles: str
    environment: str
    asked: str
    to_team_id: int | None = None  # None: the only team up there


@command
def hand_over(ticket: Ticket, handover: NewHandover, *, by: Actor) -> Handover:
    """Move the ticket up one line, whole; the first line stays its owner towards the client."""
    require(by, Action.HAND_OVER_TICKET, ticket)
    _refuse_closed(ticket)
    team = _chosen(teams_above(ticket), handover.to_team_id)
    answers = {name: str(text).strip() for name, text in asdict(handover).items() if name != "to_team_id"}
    needed = ("client_sees", "tried", "environment", "asked")  # that no article was consulted is an answer, too
    if empty := [name for name in needed if not answers[name]]:
        raise Invalid({name: [_("The next line needs this answer.")] for name in empty})
    transfer = _move(ticket, team, TransferKind.HANDOVER, "", by=by)
    row = Handover(transfer=transfer, **answers)
    db.session.add(row)
    record(TicketHandedOver(ticket.id, **_hop(transfer)), by=by)
    _watch_ping_pong(ticket, team, by=by)
    return row


@command
def return_ticket(ticket: Ticket, reason: str, *, by: Actor, to_team_id: int | None = None) -> Transfer:
    """Give the ticket back down, with the reason; whoever handed it over gets it again, or their substitute."""
    require(by, Action.RETURN_TICKET, ticket)
    _refuse_closed(ticket)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why it comes back.")]})
    below = teams_below(ticket)
    team = _chosen(below, to_team_id if to_team_id or not below else below[0].id)
    giver = _who_gave_it(ticket, team)
    transfer = _move(ticket, team, TransferKind.RETURN, reason.strip(), by=by)
    ticket.assignee_id = giver
    record(TicketReturned(ticket.id, **_hop(transfer), reason=transfer.reason), by=by)
    _watch_ping_pong(ticket, team, by=by)
    return transfer


@command
def transfer_ticket(ticket: Ticket, to_team_id: int, reason: str, *, by: Actor) -> Transfer:
    """Give the ticket to another team of the same line, with the reason."""
    require(by, Action.TRANSFER_TICKET, ticket)
    _refuse_closed(ticket)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why the other team should take it.")]})
    team = _chosen(teams_beside(ticket), to_team_id)
    transfer = _move(ticket, team, TransferKind.TRANSFER, reason.strip(), by=by)
    record(TicketTransferred(ticket.id, **_hop(transfer), reason=transfer.reason), by=by)
    _watch_ping_pong(ticket, team, by=by)
    return transfer


def teams_above(ticket: Ticket) -> list[TeamCard]:
    """The teams of the next line up (of the nearest one that has teams)."""
    higher = [t for t in _active() if t.line is not None and t.line > (ticket.line or 1)]
    nearest = min((t.line for t in higher if t.line), default=None)
    return [t for t in higher if t.line == nearest]


def teams_below(ticket: Ticket) -> list[TeamCard]:
    """The teams a ticket can be returned to: on lower lines, the one it came from last first, then the owner."""
    came_from = [row.from_team_id for row in reversed(hops(ticket)) if row.from_team_id]
    order = [*dict.fromkeys(came_from), ticket.owner_team_id]
    lower = {t.id: t for t in _active() if t.line is not None and ticket.line is not None and t.line < ticket.line}
    known = [lower[i] for i in dict.fromkeys(order) if i in lower]
    return known or sorted(lower.values(), key=lambda t: (-(t.line or 0), t.name))


def teams_beside(ticket: Ticket) -> list[TeamCard]:
    """The other teams of the ticket's line."""
    return [t for t in _active() if t.line == ticket.line and t.id != ticket.team_id]


def hops(ticket: Ticket) -> list[Transfer]:
    """Every change of team so far, in order."""
    return list(db.session.scalars(select(Transfer).where(Transfer.ticket_id == ticket.id).order_by(Transfer.id)))


def is_ping_pong(team_ids: Sequence[int | None]) -> bool:
    """Unknown teams left out and repeats collapsed: some X, Y, X in succession."""
    teams_in_turn = _in_turn(team_ids)
    return any(a == c for a, c in zip(teams_in_turn, teams_in_turn[2:], strict=False))


def is_bouncing(team_ids: Sequence[int | None]) -> bool:
    """Y has got the ticket a second time: X, Y, X, Y. A handover that comes back once is the ordinary way."""
    turn = _in_turn(team_ids)
    return any(a == c and b == d for a, b, c, d in zip(turn, turn[1:], turn[2:], turn[3:], strict=False))


def _in_turn(team_ids: Sequence[int | None]) -> list[int]:
    collapsed: list[int] = []
    for team_id in team_ids:
        if team_id is not None and (not collapsed or collapsed[-1] != team_id):
            collapsed.append(team_id)
    return collapsed


def _move(ticket: Ticket, team: TeamCard, kind: TransferKind, reason: str, *, by: Actor) -> Transfer:
    actor_kind, actor_id = by.reference
    transfer = Transfer(
        ticket_id=ticket.id, kind=kind, from_team_id=ticket.team_id, to_team_id=team.id, from_line=ticket.line,
        to_line=team.line, at=now(), reason=reason, actor_kind=actor_kind, actor_id=actor_id,
    )  # fmt: skip
    db.session.add(transfer)
    ticket.team_id, ticket.line, ticket.assignee_id = team.id, team.line, None
    ticket.highest_line = max(ticket.highest_line or 1, team.line or 1)
    ticket.reassignments += 1
    if ticket.status is Status.NEW:
        change_status(ticket, Status.OPEN, by=by)
    stamp(ticket)
    db.session.flush()
    return transfer


def _watch_ping_pong(ticket: Ticket, team: TeamCard, *, by: Actor) -> None:
    sequence = [hop.to_team_id for hop in hops(ticket)]
    ticket.is_ping_pong = is_ping_pong(sequence)
    if is_bouncing(sequence) and not ticket.is_bouncing:
        ticket.is_bouncing = True
        record(PingPongSeen(ticket.id, team_id=team.id), by=by)


def _who_gave_it(ticket: Ticket, team: TeamCard) -> int | None:
    for hop in reversed(hops(ticket)):
        if hop.from_team_id == team.id and hop.actor_kind == "operator":
            present = substitute_for(hop.actor_id, now())
            card = operators().get(present)
            return present if card and card.is_active and team.id in card.team_ids else None
    return None


def _hop(transfer: Transfer) -> dict[str, Any]:
    return {"transfer_id": transfer.id, "from_team_id": transfer.from_team_id, "to_team_id": transfer.to_team_id,
            "from_line": transfer.from_line, "to_line": transfer.to_line}  # fmt: skip


def _chosen(candidates: Sequence[TeamCard], team_id: int | None) -> TeamCard:
    if not candidates:
        raise Conflict(_("There is no team on that line."), code="no_team")
    if team_id is None and len(candidates) == 1:
        return candidates[0]
    for team in candidates:
        if team.id == team_id:
            return team
    raise Invalid(
        {"to_team_id": [_("Choose one of these teams: %(names)s.", names=enumeration(t.name for t in candidates))]}
    )


def _active() -> list[TeamCard]:
    return [t for t in teams().values() if t.is_active and not t.is_imported]


def _refuse_closed(ticket: Ticket) -> None:
    if not ticket.is_open:
        raise Conflict(_("This ticket is not open any more."), code="not_open")
