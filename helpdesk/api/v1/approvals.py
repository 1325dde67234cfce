"""The client's approval of chargeable work: asked for, answered, withdrawn, waived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import approvals
from helpdesk.aftersales.approvals import ApprovalShown, NewApproval
from helpdesk.aftersales.terms import MOST_MINUTES
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Instant, Number, OneOf, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.models.contracts import Approval, ApprovalState
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.policy.actor import Actor
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("approvals", __name__, description="The client's yes or no to chargeable work, before it is done.")


class NewApprovalSchema(Input):
    """What is to be done, and the estimate."""

    makes = NewApproval
    what = Text(250, needed=True, required=True)
    minutes = Number(1, MOST_MINUTES, required=True)
    amount_cents = Number(0, 1_000_000_000, allow_none=True, metadata={"description": "Without it: by the hour."})


@dataclass(frozen=True)
class Answer:
    answer: str
    words: str = ""


class AnswerSchema(Input):
    """Yes or no."""

    makes = Answer
    answer = OneOf(["approved", "declined"], required=True)
    words = Text(250)


@dataclass(frozen=True)
class Waiver:
    minutes: int
    reason: str


class WaiverSchema(Input):
    """How much may be done without the client's yes, and why."""

    makes = Waiver
    minutes = Number(1, MOST_MINUTES, required=True)
    reason = Text(LONGEST_TEXT, needed=True, required=True)


class ApprovalSchema(Shown):
    """A question and what became of it."""

    id = fields.Integer()
    ticket = fields.String()
    state = fields.String(metadata={"enum": list(ApprovalState)})
    what = NameOrNull()
    minutes = fields.Integer()
    amount_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    asked_at = Instant()
    expires_at = Instant()
    answered_at = Instant(allow_none=True)
    words = NameOrNull()


class ApprovalsSchema(Shown):
    """Approvals, in order."""

    approvals = fields.List(fields.Nested(ApprovalSchema))


def _shown(row: Approval, _actor: Actor) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ApprovalSchema().fields if name != "ticket"} | {
        "ticket": f"{NUMBER_PREFIX}{row.ticket_id}"
    }


def _all(rows: list[Approval], actor: Actor) -> dict[str, Any]:
    return {"approvals": [_shown(row, actor) for row in rows]}


APPROVAL = Representation(ApprovalSchema(), ApprovalSchema(), of=_shown)
APPROVALS = Representation(ApprovalsSchema(), ApprovalsSchema(), of=_all)


@bp.get("/tickets/<number>/approvals")
@bp.gives(200, APPROVALS)
def index(number: str) -> list[Approval]:
    """Read the approvals of a ticket; a client finds those that they were asked for."""
    shown: list[ApprovalShown] = approvals.approvals_of(ticket_to_read(number), for_=current_actor())
    return [each.row for each in shown]


@bp.post("/tickets/<number>/approvals")
@bp.takes(NewApprovalSchema())
@bp.gives(201, APPROVAL)
def create(sent: NewApproval, number: str) -> Approval:
    """Ask the client's decider or buyer; the same question again is the same."""
    return approvals.ask_approval(get_ticket(number, for_=current_actor()), sent, by=current_actor())


@bp.post("/tickets/<number>/approvals/waivers")
@bp.takes(WaiverSchema())
@bp.gives(201, APPROVAL)
def waive(sent: Waiver, number: str) -> Approval:
    """A manager lets so much be done without the client's yes."""
    ticket = get_ticket(number, for_=current_actor())
    return approvals.waive_approval(ticket, sent.minutes, sent.reason, by=current_actor())


@bp.get("/approvals")
@bp.gives(200, APPROVALS)
def mine() -> list[Approval]:
    """What the caller may see of approvals, what waits first."""
    return list(approvals.my_approvals(for_=current_actor()))


@bp.get("/approvals/<row_id:approval_id>")
@bp.gives(200, APPROVAL)
def show(approval_id: int) -> Approval:
    """Read an approval."""
    return approvals.get_approval(approval_id, for_=current_actor())


@bp.put("/approvals/<row_id:approval_id>/answer")
@bp.takes(AnswerSchema())
@bp.gives(200, APPROVAL)
def answer(sent: Answer, approval_id: int) -> Approval:
    """Say yes or no, as somebody who was asked; the same again changes nothing."""
    approval = approvals.get_approval(approval_id, for_=current_actor())
    is_yes = sent.answer == ApprovalState.APPROVED.value
    return approvals.answer_approval(approval, is_yes, sent.words, by=current_actor())


@bp.post("/approvals/<row_id:approval_id>/withdrawal")
@bp.gives(200, APPROVAL)
def withdraw(approval_id: int) -> Approval:
    """Nobody need answer any more."""
    approval = approvals.get_approval(approval_id, for_=current_actor())
    return approvals.withdraw_approval(approval, by=current_actor())
