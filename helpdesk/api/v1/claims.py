"""Claims: how they stand, their evidence and cause, how they are decided and what comes of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import claims, decisions, investigation
from helpdesk.aftersales.claim_course import get_claim, told_decision
from helpdesk.aftersales.claim_documents import claim_document, claim_row, client_claim_document
from helpdesk.aftersales.claim_queries import ClaimRow, file_of, list_claims
from helpdesk.aftersales.decisions import NewDecision
from helpdesk.aftersales.investigation import MOST_CENTS, MOST_ROUNDS, Description
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Day, Instant, Number, RowId, Text
from helpdesk.api.inputs import Input, Nothing
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.resolutions import Reason, ReasonSchema
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.paging import PageOf
from helpdesk.models.claims import Claim, ClaimState, DecisionState, FaultKind, Outcome
from helpdesk.policy.actor import Actor
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.whys import LONGEST_WHY, MOST_WHYS

bp = Blueprint("claims", __name__, description="Complaints about what was delivered.")
ONE = "/tickets/<number>/claim"


class ClaimFilterSchema(PageSchema):
    """Which claims."""

    state = Choice(ClaimState)


class ClaimDescriptionSchema(Input):
    """What a claim is about, as far as its refund depends on it. What is left out becomes unknown."""

    makes = Description
    fault = Choice(FaultKind, required=True)
    delivered_on = Day()
    deliverable_id = RowId()
    revision = Number(0, MOST_ROUNDS, metadata={"description": "Without it: counted from the deliverable."})
    price_cents = Number(0, MOST_CENTS, metadata={"description": "What was paid. Without it: the deliverable's."})
    currency = Text(3)


@dataclass(frozen=True)
class Why:
    question: str
    answer: str
    position: int | None = None


class ClaimWhySchema(Input):
    """A question and its answer; with a position, in place of the one that stands there."""

    makes = Why
    question = Text(LONGEST_WHY, needed=True, required=True)
    answer = Text(LONGEST_WHY, needed=True, required=True)
    position = Number(1, MOST_WHYS)


@dataclass(frozen=True)
class Shows:
    note: str = ""
    attachment_id: int | None = None


class EvidenceSchema(Input):
    """Where a point is shown: in a file of the ticket, or in words."""

    makes = Shows
    note = Text(LONGEST_TEXT)
    attachment_id = RowId()


class ClaimDecisionSchema(Input):
    """How the claim is decided. Without an amount a refund is what the rules give."""

    makes = NewDecision
    outcome = Choice(Outcome, required=True)
    reasons = Text(LONGEST_TEXT, needed=True, required=True, metadata={"description": "The client reads them."})
    amount_cents = Number(0, MOST_CENTS)
    deviation = Text(LONGEST_TEXT, metadata={"description": "Why it is not what the rules give."})


@dataclass(frozen=True)
class Words:
    text: str


class ClaimWordsSchema(Input):
    """In words."""

    makes = Words
    text = Text(LONGEST_TEXT, needed=True, required=True)


class ClaimDueSchema(Shown):
    """What is due next."""

    kind = fields.String(metadata={"examples": ["claim_decide"]})
    due_at = Instant()


class ClaimRowSchema(Shown):
    """A claim in a list."""

    ticket = fields.String()
    subject = fields.String()
    state = fields.String(metadata={"enum": list(ClaimState)})
    state_at = Instant()
    fault = fields.String(metadata={"enum": list(FaultKind)})
    claimed_on = fields.Date()


class StaffClaimRowSchema(ClaimRowSchema):
    """A claim in a list, with its client and what is due next."""

    organisation = NameOrNull()
    due = fields.Nested(ClaimDueSchema, allow_none=True)


class WhyShownSchema(Shown):
    """One of the whys."""

    position = fields.Integer()
    question = fields.String()
    answer = fields.String()


class EvidenceShownSchema(Shown):
    """A point of the evidence checklist."""

    id = fields.Integer()
    point = fields.String()
    is_done = fields.Boolean()
    note = NameOrNull()
    attachment_id = fields.Integer(allow_none=True)


class ClientDecisionSchema(Shown):
    """A decision that is or was in force."""

    outcome = fields.String(metadata={"enum": list(Outcome)})
    reasons = fields.String()
    amount_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    in_force_at = Instant(allow_none=True)
    appeal_until = Instant(allow_none=True)
    accepted_at = Instant(allow_none=True)


class DecisionSchema(ClientDecisionSchema):
    """A decision with the rule version and the arithmetic by which it was made."""

    id = fields.Integer()
    state = fields.String(metadata={"enum": list(DecisionState)})
    deviation = NameOrNull()
    rule_version = fields.Integer(allow_none=True)
    arithmetic = fields.Dict()
    decided_at = Instant()
    refusal = NameOrNull()


class ConsideredSchema(Shown):
    """A rule that was looked at, and why it does or does not apply."""

    rule = fields.Integer(metadata={"description": "Its place in the version."})
    contract = NameOrNull()
    product = NameOrNull()
    fault = NameOrNull()
    revision_from = fields.Integer(allow_none=True)
    revision_to = fields.Integer(allow_none=True)
    age_from_days = fields.Integer(allow_none=True)
    age_to_days = fields.Integer(allow_none=True)
    remedy = fields.String()
    percent = fields.Integer(allow_none=True)
    why = fields.String(metadata={"examples": ["applies", "outranked", "round_outside"]})


class RulingSchema(Shown):
    """What the rules of the claim's day give."""

    remedy = NameOrNull()
    percent = fields.Integer(allow_none=True)
    price_cents = fields.Integer(allow_none=True)
    amount_cents = fields.Integer(allow_none=True)
    kept_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    considered = fields.List(fields.Nested(ConsideredSchema))


class ClientClaimSchema(ClaimRowSchema):
    """A claim, as its client sees it."""

    decision = fields.Nested(ClientDecisionSchema, allow_none=True)
    appealed_at = Instant(allow_none=True)
    appeal = NameOrNull()


class ClaimSchema(ClientClaimSchema):
    """Everything on a claim; `decision` is the one that the client was told."""

    delivered_on = fields.Date(allow_none=True)
    deliverable_id = fields.Integer(allow_none=True)
    revision = fields.Integer(allow_none=True)
    price_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    whys = fields.List(fields.Nested(WhyShownSchema))
    evidence = fields.List(fields.Nested(EvidenceShownSchema))
    root_cause = NameOrNull()
    by_the_rules = fields.Nested(RulingSchema)
    decisions = fields.List(fields.Nested(DecisionSchema))
    action = NameOrNull()
    proof = NameOrNull()
    appeal_until = Instant(allow_none=True)
    due = fields.Nested(ClaimDueSchema, allow_none=True)


class ClientClaimsSchema(Shown):
    """Some claims, as their clients see them."""

    claims = fields.List(fields.Nested(ClaimRowSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class ClaimsSchema(ClientClaimsSchema):
    """Some claims, with the cursors of the pages after and before."""

    claims = fields.List(fields.Nested(StaffClaimRowSchema))


def _shown(claim: Claim, actor: Actor) -> dict[str, Any]:
    told = client_claim_document(claim, told_decision(claim))
    return told | claim_document(file_of(claim)) if actor.is_staff else told


def _page(page: PageOf[ClaimRow], _actor: Actor) -> dict[str, Any]:
    return {"claims": [claim_row(row) for row in page.rows], "after": page.after, "before": page.before}


CLAIM = Representation(ClaimSchema(), ClientClaimSchema(), of=_shown)
CLAIM_PAGE = Representation(ClaimsSchema(), ClientClaimsSchema(), of=_page)


@bp.get("/claims")
@bp.takes(ClaimFilterSchema(), location="query")
@bp.gives(200, CLAIM_PAGE)
def index(sent: dict[str, Any]) -> tuple[PageOf[ClaimRow], dict[str, str]]:
    """List claims, the last first; a client finds those whose tickets they see."""
    page = list_claims(for_=current_actor(), **sent)
    return page, link_header(page)


@bp.get(ONE)
@bp.gives(200, CLAIM)
def show(number: str) -> Claim:
    """Read a claim; a client sees how it stands and how it was decided."""
    ticket_to_read(number)
    return _claim(number)


@bp.put(ONE)
@bp.takes(Nothing())
@bp.gives(200, CLAIM)
def register(_sent: Any, number: str) -> Claim:
    """Let an open ticket of the type claim have its claim; that happens by itself soon after it is opened."""
    return claims.register_claim(get_ticket(number, for_=current_actor()), by=current_actor())


@bp.put(f"{ONE}/description")
@bp.takes(ClaimDescriptionSchema())
@bp.gives(200, CLAIM)
def describe(sent: Description, number: str) -> Claim:
    """Say what the claim is about, while it is not decided."""
    investigation.describe_claim(_claim(number), sent, by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/acknowledgement")
@bp.takes(Nothing())
@bp.gives(200, CLAIM)
def acknowledge(_sent: Any, number: str) -> Claim:
    """Tell the client that it is looked into."""
    claims.acknowledge_claim(_claim(number), by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/whys")
@bp.takes(ClaimWhySchema())
@bp.gives(200, CLAIM)
def record_why(sent: Why, number: str) -> Claim:
    """Ask why once more, or answer an earlier why better."""
    investigation.record_why(_claim(number), sent.question, sent.answer, position=sent.position, by=current_actor())
    return _claim(number)


@bp.put(f"{ONE}/evidence/<row_id:point_id>")
@bp.takes(EvidenceSchema())
@bp.gives(200, CLAIM)
def tick(sent: Shows, number: str, point_id: int) -> Claim:
    """Say where a point of the checklist is shown."""
    investigation.tick_evidence(_claim(number), point_id, **asdict(sent), by=current_actor())
    return _claim(number)


@bp.put(f"{ONE}/root-cause")
@bp.takes(ClaimWordsSchema())
@bp.gives(200, CLAIM)
def find_cause(sent: Words, number: str) -> Claim:
    """Name the root cause, when the whys and the evidence are there."""
    investigation.find_cause(_claim(number), sent.text, by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/decisions")
@bp.takes(ClaimDecisionSchema())
@bp.gives(201, CLAIM)
def decide(sent: NewDecision, number: str) -> Claim:
    """Decide the claim; above the limit, and where it departs from the rules, it waits for a second person."""
    decisions.decide_claim(_claim(number), sent, by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/decision/approval")
@bp.takes(Nothing())
@bp.gives(200, CLAIM)
def approve(_sent: Any, number: str) -> Claim:
    """Approve a decision as the second person; nobody approves their own."""
    decisions.approve_decision(_claim(number), by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/decision/refusal")
@bp.takes(ReasonSchema())
@bp.gives(200, CLAIM)
def refuse(sent: Reason, number: str) -> Claim:
    """Do not approve a decision: it is to be decided anew."""
    decisions.refuse_decision(_claim(number), sent.reason, by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/decision/acceptance")
@bp.takes(Nothing())
@bp.gives(200, CLAIM)
def accept(_sent: Any, number: str) -> Claim:
    """Accept the decision, as the client."""
    decisions.accept_decision(_claim(number), by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/appeal")
@bp.takes(ReasonSchema())
@bp.gives(200, CLAIM)
def appeal(sent: Reason, number: str) -> Claim:
    """Appeal, as the client, once and in time."""
    decisions.appeal_claim(_claim(number), sent.reason, by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/withdrawal")
@bp.takes(Nothing())
@bp.gives(200, CLAIM)
def withdraw(_sent: Any, number: str) -> Claim:
    """Withdraw the claim, as the client."""
    claims.withdraw_claim(_claim(number), by=current_actor())
    return _claim(number)


@bp.put(f"{ONE}/correction")
@bp.takes(ClaimWordsSchema())
@bp.gives(200, CLAIM)
def correct(sent: Words, number: str) -> Claim:
    """Begin what was decided, and say what is done."""
    claims.begin_correction(_claim(number), sent.text, by=current_actor())
    return _claim(number)


@bp.put(f"{ONE}/verification")
@bp.takes(ClaimWordsSchema())
@bp.gives(200, CLAIM)
def verify(sent: Words, number: str) -> Claim:
    """Say how it was verified that it helped."""
    claims.verify_correction(_claim(number), sent.text, by=current_actor())
    return _claim(number)


@bp.post(f"{ONE}/closure")
@bp.takes(Nothing())
@bp.gives(200, CLAIM)
def close(_sent: Any, number: str) -> Claim:
    """Close a claim that is verified, or rejected and past its appeal."""
    claims.close_claim(_claim(number), by=current_actor())
    return _claim(number)


def _claim(number: str) -> Claim:
    return get_claim(number, for_=current_actor())
