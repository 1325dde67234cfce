"""Proposed problems: read with their evidence, accepted, merged into a problem that is there, or dismissed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from helpdesk.core.command import command
from helpdesk.core.db import db, locked_when_writing
from helpdesk.core.errors import Conflict, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.paging import PageOf, page_of
from helpdesk.core.times import now
from helpdesk.events import ProposalAccepted, ProposalDismissed, ProposalMerged
from helpdesk.models.access import Account
from helpdesk.models.detection import TicketText
from helpdesk.models.problems import (
    NUMBER_PREFIX,
    OPEN_PROBLEMS,
    Problem,
    ProblemTicket,
    ProposalState,
    ProposalTicket,
    RecurrenceProposal,
)
from helpdesk.models.tickets import Ticket
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.problems.problems import Affected, NewProblem, link_tickets, open_problem

PAGE_SIZE = 50
LONGEST_REASON = 5_000


@dataclass(frozen=True)
class ProposalFile:
    """A proposal as its page shows it: those of its tickets that the reader sees, the problem that came of it."""

    proposal: RecurrenceProposal
    tickets: Sequence[Ticket]
    problem: Problem | None
    decided_by: str


def list_proposals(
    *, for_: Actor, state: ProposalState | None = None, after: str | None = None, before: str | None = None,
    size: int = PAGE_SIZE,
) -> PageOf[RecurrenceProposal]:  # fmt: skip
    """A page of the proposals that an actor sees, the last first."""
    query: Select[Any] = visible(for_, RecurrenceProposal)
    if state is not None:
        query = query.where(RecurrenceProposal.state == state)
    return page_of(query, [(RecurrenceProposal.id.expression, True)], size=size, after=after, before=before,
                   run=lambda some: list(db.session.scalars(some)), key=lambda row: (row.id,))  # fmt: skip


def count_open(*, for_: Actor) -> int:
    """How many proposals wait for a decision."""
    some = visible(for_, RecurrenceProposal).where(RecurrenceProposal.state == ProposalState.OPEN).limit(1000)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def get_proposal(proposal_id: int, *, for_: Actor) -> RecurrenceProposal:
    """The proposal, if the actor sees it; locked where this transaction may change it."""
    query = visible(for_, RecurrenceProposal).where(RecurrenceProposal.id == proposal_id)
    found: RecurrenceProposal | None = db.session.scalar(locked_when_writing(query, of=RecurrenceProposal))
    if found is None:
        raise NotFound
    return found


def file_of(proposal: RecurrenceProposal, *, for_: Actor) -> ProposalFile:
    """Everything on a proposal that the actor sees."""
    problem = None
    if proposal.problem_id is not None:
        problem = db.session.scalar(visible(for_, Problem).where(Problem.id == proposal.problem_id))
    decided_by = ""
    if proposal.account_id is not None:
        decided_by = db.session.scalars(select(Account.name).where(Account.id == proposal.account_id)).one()
    return ProposalFile(proposal, _tickets(proposal, for_), problem, decided_by)


@command
def accept_proposal(proposal: RecurrenceProposal, *, by: Actor, title: str = "") -> Problem:
    """Open a problem of it, with its tickets and product. By one's own second click it is the same problem."""
    proposal = _begin(proposal, by)
    if proposal.state is ProposalState.ACCEPTED and proposal.account_id == by.account_id:
        return db.session.get_one(Problem, proposal.problem_id)
    _refuse_decided(proposal)
    affected: tuple[Affected, ...] = ()
    if proposal.product_id is not None:
        affected = (Affected(proposal.product_id, proposal.version_id, proposal.component_id),)
    problem = open_problem(
        NewProblem(title.strip() or proposal.title, products=affected, tickets=tuple(_tickets(proposal, by))), by=by
    )
    _decide(proposal, ProposalState.ACCEPTED, by, problem=problem)
    record(ProposalAccepted(proposal.id, problem_id=problem.id), by=by)
    return problem


@command
def merge_proposal(proposal: RecurrenceProposal, problem: Problem, *, by: Actor) -> None:
    """Its tickets come from a problem that is known."""
    proposal = _begin(proposal, by)
    if proposal.state is ProposalState.MERGED and proposal.problem_id == problem.id:
        return  # a second click
    _refuse_decided(proposal)
    link_tickets(problem, _tickets(proposal, by), by=by)
    _decide(proposal, ProposalState.MERGED, by, problem=problem)
    record(ProposalMerged(proposal.id, problem_id=problem.id), by=by)


@command
def dismiss_proposal(proposal: RecurrenceProposal, reason: str, *, by: Actor) -> None:
    """It is no problem. That is remembered, and the group proposed again only when its growth is new."""
    proposal = _begin(proposal, by)
    reason = reason.strip()
    if proposal.state is ProposalState.DISMISSED and proposal.account_id == by.account_id:
        return  # a second click
    _refuse_decided(proposal)
    if not reason:
        raise Invalid({"reason": [_("Say why it is no problem.")]})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": [_("This is too long.")]})
    _decide(proposal, ProposalState.DISMISSED, by, reason=reason)
    record(ProposalDismissed(proposal.id, reason=reason, count=proposal.count), by=by)


def problem_of_likes(ticket: Ticket, *, for_: Actor) -> Problem | None:
    """The open problem that came of this ticket's group and product, unless the ticket is in it already."""
    linked = select(ProblemTicket.problem_id).where(ProblemTicket.ticket_id == ticket.id)
    query = visible(for_, Problem).join(RecurrenceProposal, RecurrenceProposal.problem_id == Problem.id)
    query = query.join(TicketText, TicketText.group_id == RecurrenceProposal.group_id).where(
        TicketText.ticket_id == ticket.id, Problem.state.in_(OPEN_PROBLEMS), Problem.id.not_in(linked),
        RecurrenceProposal.product_id.is_not_distinct_from(ticket.product_id),
    )  # fmt: skip
    found: Problem | None = db.session.scalar(query.order_by(RecurrenceProposal.id.desc()).limit(1))
    return found


def proposal_document(proposal: RecurrenceProposal) -> dict[str, Any]:
    """A proposal as programs read it."""
    product = directory.products().get(proposal.product_id or 0)
    return {
        "id": proposal.id, "title": proposal.title, "state": proposal.state.value, "group_id": proposal.group_id,
        "product": product.name if product else None, "product_id": proposal.product_id,
        "version_id": proposal.version_id, "component_id": proposal.component_id, "count": proposal.count,
        "expected": proposal.expected, "probability": proposal.probability, "evidence": proposal.evidence,
        "proposed_at": proposal.proposed_at, "updated_at": proposal.updated_at, "decided_at": proposal.decided_at,
        "reason": proposal.reason,
        "problem": f"{NUMBER_PREFIX}{proposal.problem_id}" if proposal.problem_id else None,
    }  # fmt: skip


def _begin(proposal: RecurrenceProposal, by: Actor) -> RecurrenceProposal:
    require(by, Action.DECIDE_PROPOSAL, proposal)
    return get_proposal(proposal.id, for_=by)


def _refuse_decided(proposal: RecurrenceProposal) -> None:
    if proposal.state is not ProposalState.OPEN:
        raise Conflict(_("Somebody has decided on this proposal already."), code="decided")


def _decide(
    proposal: RecurrenceProposal, state: ProposalState, by: Actor, *, problem: Problem | None = None, reason: str = ""
) -> None:
    proposal.state, proposal.reason, proposal.decided_at = state, reason, now()
    proposal.account_id = by.account_id or None
    proposal.problem_id = problem.id if problem else None


def _tickets(proposal: RecurrenceProposal, actor: Actor) -> list[Ticket]:
    query = visible(actor, Ticket).join(ProposalTicket, ProposalTicket.ticket_id == Ticket.id)
    query = query.where(ProposalTicket.proposal_id == proposal.id).options(joinedload(Ticket.organisation))
    return list(db.session.scalars(query.order_by(Ticket.id.desc())))
