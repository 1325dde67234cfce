"""Who works on a ticket: take, take next, assign by skill and load, substitutes for the absent."""

from __future__ import annotations

from sqlalchemy import and_, func, or_, select

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Conflict, Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import Entry, record
from helpdesk.core.times import now
from helpdesk.events import CallRegistered, ReplySent, TicketAccepted, TicketAssigned
from helpdesk.models.people import SkillKind
from helpdesk.models.tickets import Status, Ticket
from helpdesk.people.directory import OperatorCard, is_away, operators, substitute_for, teams
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import SYSTEM, Actor
from helpdesk.policy.rules import require
from helpdesk.tickets.stamp import stamp


@command
def take(ticket: Ticket, *, by: Actor) -> None:
    """Take the ticket oneself."""
    require(by, Action.ASSIGN_TICKET, ticket)
    if ticket.assignee_id == by.operator_id:
        return
    put(ticket, by.operator_id, "taken", by=by)


@command
def assign(ticket: Ticket, operator_id: int | None, *, by: Actor) -> None:
    """Give the ticket to an operator of its team, or to nobody; the absent are answered for by their substitute."""
    require(by, Action.ASSIGN_TICKET, ticket)
    if operator_id is None:
        put(ticket, None, "unassigned", by=by)
        return
    chosen = operators().get(operator_id)
    if chosen is None or not chosen.is_active or (ticket.team_id and ticket.team_id not in chosen.team_ids):
        raise Invalid({"operator_id": [_("Choose an operator of the team that holds the ticket.")]})
    present = substitute_for(operator_id, now())
    put(ticket, present, "substitute" if present != operator_id else "assigned", by=by)


@command
def take_next(*, by: Actor) -> Ticket | None:
    """Take the most urgent unassigned ticket of one's teams: Major first, then what is due next, then the oldest."""
    require(by, Action.TAKE_NEXT)
    query = (
        select(Ticket)
        .where(Ticket.is_open, Ticket.team_id.in_(by.team_ids), Ticket.assignee_id.is_(None),
               Ticket.status.in_((Status.NEW, Status.OPEN)))
        .order_by(Ticket.is_major.desc(), Ticket.next_due_at, Ticket.id)
        .limit(1).with_for_update(skip_locked=True, of=Ticket)
    )  # fmt: skip
    ticket = db.session.scalar(query)
    if ticket is not None:
        put(ticket, by.operator_id, "next", by=by)
    return ticket


@command
def accept(ticket: Ticket, *, by: Actor) -> None:
    """Say that a ticket which one was given is one's own; taking one, and answering it, say that as well."""
    require(by, Action.ACCEPT_TICKET, ticket)
    if awaits_acceptance(ticket, for_=by):
        stamp(ticket)
        record(TicketAccepted(ticket.id, operator_id=by.operator_id), by=by)


def awaits_acceptance(ticket: Ticket, *, for_: Actor) -> bool:
    """Whether the actor was given this ticket by others and has not said yet that it is theirs."""
    if not for_.operator_id or ticket.assignee_id != for_.operator_id or not ticket.is_open:
        return False
    mine = (Entry.actor_kind == "operator") & (Entry.actor_id == for_.operator_id)
    telling = or_(
        Entry.fact == TicketAssigned.__name__,
        and_(Entry.fact.in_([TicketAccepted.__name__, ReplySent.__name__, CallRegistered.__name__]), mine),
    )
    query = select(Entry).where(Entry.subject_kind == "ticket", Entry.subject_id == ticket.id, telling)
    last = db.session.scalars(query.order_by(Entry.id.desc()).limit(1)).first()
    return last is not None and last.fact == TicketAssigned.__name__ and last.actor_id != for_.operator_id


def stand_in(ticket: Ticket) -> None:
    """What falls due for somebody who is away goes to the substitute. Part of a larger activity."""
    if ticket.assignee_id is None or not ticket.is_open:
        return
    present = substitute_for(ticket.assignee_id, now())
    if present != ticket.assignee_id:
        put(ticket, present, "substitute", by=SYSTEM)


def best_operator(ticket: Ticket) -> OperatorCard | None:
    """By skill and load: of the present members, who knows most of the ticket, then who has fewest open tickets."""
    team = teams().get(ticket.team_id or 0)
    if team is None:
        return None
    at = now()
    present = [o for o in operators().values() if o.id in team.operator_ids and o.is_active and not is_away(o.id, at)]
    if not present:
        return None
    load = dict(
        db.session.execute(
            select(Ticket.assignee_id, func.count())
            .where(Ticket.is_open, Ticket.assignee_id.in_([o.id for o in present])).group_by(Ticket.assignee_id)
        ).all()
    )  # fmt: skip
    return min(present, key=lambda o: (-_fit(o, ticket), load.get(o.id, 0), o.id))


def assign_best(ticket: Ticket, *, by: Actor) -> None:
    """Assign by skill and load, where somebody of the team is present. Part of a larger activity."""
    chosen = best_operator(ticket)
    if chosen is not None:
        put(ticket, chosen.id, "routed", by=by)


def put(ticket: Ticket, operator_id: int | None, how: str, *, by: Actor) -> None:
    """Set the assignee and say so; an operator of the first line becomes the owner. Part of a larger activity."""
    if ticket.assignee_id == operator_id:
        return
    if not ticket.is_open:
        raise Conflict(_("This ticket is not open any more."), code="not_open")
    ticket.assignee_id = operator_id
    own(ticket, operator_id)
    stamp(ticket)
    record(TicketAssigned(ticket.id, operator_id=operator_id, how=how), by=by)


def own(ticket: Ticket, operator_id: int | None) -> None:
    """The first operator of the first line who has to do with a ticket owns it towards the client."""
    card = operators().get(operator_id or 0)
    if ticket.owner_id is None and card is not None and 1 in card.lines:
        ticket.owner_id = card.id


def _fit(operator: OperatorCard, ticket: Ticket) -> int:
    wanted = {(SkillKind.LANGUAGE, ticket.language)}
    if ticket.product_id:
        wanted.add((SkillKind.PRODUCT, str(ticket.product_id)))
    if ticket.component_id:
        wanted.add((SkillKind.COMPONENT, str(ticket.component_id)))
    return len(wanted & operator.skills)
