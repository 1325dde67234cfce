"""Proposed problems: groups of similar tickets that grow unusually; and the tickets that are like one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.resolutions import Reason, ReasonSchema
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.errors import NotFound
from helpdesk.core.paging import PageOf
from helpdesk.models.problems import Problem, ProposalState, RecurrenceProposal
from helpdesk.policy.actor import Actor
from helpdesk.problems.problems import LONGEST_TITLE, get_problem
from helpdesk.problems.proposals import (
    accept_proposal,
    dismiss_proposal,
    file_of,
    get_proposal,
    list_proposals,
    merge_proposal,
    problem_of_likes,
    proposal_document,
)
from helpdesk.problems.similar import SimilarTicket, similar_to

bp = Blueprint("recurrence_proposals", __name__, description="Groups of similar tickets that grow unusually.")
ONE = "/recurrence-proposals/<int:proposal_id>"


class ProposalFilterSchema(PageSchema):
    """Which proposals."""

    state = Choice(ProposalState)


@dataclass(frozen=True)
class Accepted:
    title: str = ""


class AcceptanceSchema(Input):
    """A problem is opened of it. Without a title it bears the proposal's."""

    makes = Accepted
    title = Text(LONGEST_TITLE)


@dataclass(frozen=True)
class Merged:
    problem: str


class ProposalMergeSchema(Input):
    """The problem that its tickets come from."""

    makes = Merged
    problem = Text(30, needed=True, required=True, metadata={"examples": ["P-12"]})


class ProposalSchema(Shown):
    """A proposed problem, with the reasons for it."""

    id = fields.Integer()
    title = fields.String()
    state = fields.String(metadata={"enum": list(ProposalState)})
    group_id = fields.Integer(metadata={"description": "Of similar tickets."})
    product = NameOrNull()
    product_id = fields.Integer(allow_none=True)
    version_id = fields.Integer(allow_none=True)
    component_id = fields.Integer(allow_none=True)
    count = fields.Integer(metadata={"description": "Tickets in the window."})
    expected = fields.Float(metadata={"description": "As many as the past lets expect."})
    probability = fields.Float(metadata={"description": "Of so many or more, were all as before."})
    evidence = fields.Dict()
    proposed_at = Instant()
    updated_at = Instant()
    decided_at = Instant(allow_none=True)
    reason = fields.String()
    problem = NameOrNull()


class ProposalFileSchema(ProposalSchema):
    """A proposed problem, with the numbers of those of its tickets that the caller sees."""

    tickets = fields.List(fields.String())


class ProposalsSchema(Shown):
    """Some proposals, with the cursors of the pages after and before."""

    proposals = fields.List(fields.Nested(ProposalSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class SimilarTicketSchema(Shown):
    """A ticket that is like another one."""

    ticket = fields.String()
    subject = fields.String()
    status = fields.String()
    likeness = fields.Float(metadata={"description": "From 0 to 1."})
    shared = fields.List(fields.String(), metadata={"description": "What both say, the most telling first."})
    is_same_group = fields.Boolean()


class SimilarTicketsSchema(Shown):
    """The tickets most like one, the nearest first, and the open problem of its group that it is not in yet."""

    tickets = fields.List(fields.Nested(SimilarTicketSchema))
    problem = fields.String(allow_none=True, metadata={"description": "Number of a problem that it may belong to."})


def _file(proposal: RecurrenceProposal, actor: Actor) -> dict[str, Any]:
    told = file_of(proposal, for_=actor)
    return proposal_document(proposal) | {"tickets": [ticket.number for ticket in told.tickets]}


def _page(page: PageOf[RecurrenceProposal], _actor: Actor) -> dict[str, Any]:
    return {"proposals": [proposal_document(row) for row in page.rows], "after": page.after, "before": page.before}


@dataclass(frozen=True)
class Likes:
    """The tickets that are like one, and the problem that it may belong to."""

    tickets: list[SimilarTicket]
    problem: Problem | None


def _similar(told: Likes, _actor: Actor) -> dict[str, Any]:
    rows = [
        {"ticket": each.ticket.number, "subject": each.ticket.subject, "status": each.ticket.status.value,
         "likeness": round(each.likeness, 3), "shared": each.shared, "is_same_group": each.is_same_group}
        for each in told.tickets
    ]  # fmt: skip
    return {"tickets": rows, "problem": told.problem.number if told.problem else None}


PROPOSAL = Representation(ProposalFileSchema(), None, of=_file)
PROPOSALS = Representation(ProposalsSchema(), None, of=_page)
SIMILAR = Representation(SimilarTicketsSchema(), None, of=_similar)


@bp.get("/recurrence-proposals")
@bp.takes(ProposalFilterSchema(), location="query")
@bp.gives(200, PROPOSALS)
def index(sent: dict[str, Any]) -> tuple[PageOf[RecurrenceProposal], dict[str, str]]:
    """List proposed problems, the last first."""
    page = list_proposals(for_=current_actor(), **sent)
    return page, link_header(page)


@bp.get(ONE)
@bp.gives(200, PROPOSAL)
def show(proposal_id: int) -> RecurrenceProposal:
    """Show a proposal with its evidence and tickets."""
    return get_proposal(proposal_id, for_=current_actor())


@bp.put(f"{ONE}/acceptance")
@bp.takes(AcceptanceSchema())
@bp.gives(200, PROPOSAL)
def accept(sent: Accepted, proposal_id: int) -> RecurrenceProposal:
    """Open a problem of it, with its tickets."""
    proposal = get_proposal(proposal_id, for_=current_actor())
    accept_proposal(proposal, by=current_actor(), title=sent.title)
    return proposal


@bp.put(f"{ONE}/merger")
@bp.takes(ProposalMergeSchema())
@bp.gives(200, PROPOSAL)
def merge(sent: Merged, proposal_id: int) -> RecurrenceProposal:
    """Link its tickets to a problem that is known."""
    proposal = get_proposal(proposal_id, for_=current_actor())
    merge_proposal(proposal, get_problem(sent.problem, for_=current_actor()), by=current_actor())
    return proposal


@bp.put(f"{ONE}/dismissal")
@bp.takes(ReasonSchema())
@bp.gives(200, PROPOSAL)
def dismiss(sent: Reason, proposal_id: int) -> RecurrenceProposal:
    """Say that it is no problem; the group is proposed again only when its growth is new."""
    proposal = get_proposal(proposal_id, for_=current_actor())
    dismiss_proposal(proposal, sent.reason, by=current_actor())
    return proposal


@bp.get("/tickets/<number>/similar")
@bp.gives(200, SIMILAR)
def similar(number: str) -> Likes:
    """List open and recent tickets that are like this one, and the open problem that it may belong to. For staff."""
    ticket = ticket_to_read(number)
    if not current_actor().is_staff:
        raise NotFound
    return Likes(similar_to(ticket, for_=current_actor()), problem_of_likes(ticket, for_=current_actor()))
