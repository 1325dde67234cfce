"""Care plans, the programmes they are put to work in, and the needs and referrals that revisits find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import care, care_plans, outcomes
from helpdesk.aftersales.care import NewCare
from helpdesk.aftersales.care_documents import care_document, lead_document, move_document, plan_document
from helpdesk.aftersales.care_plans import MOST_STEPS, Move, NewPlan, NewStep, get_plan
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Number, RowId, Several, Text, YesNo
from helpdesk.api.inputs import Input, one_request, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.submissions import once
from helpdesk.models.care import Care, CarePlan, Followed, Need, NeedKind, Referral
from helpdesk.models.tickets import Channel
from helpdesk.people.organisations import get_organisation

bp = Blueprint("care", __name__, description="Follow-up programmes after a sale.")


class NewStepSchema(Input):
    """A kind of revisit: so many days after the handover, or by a rule; `id` names one that is kept."""

    makes = NewStep
    what = Text(needed=True, required=True)
    channel = Choice(Channel)
    minutes = Number(1, 1440)
    offset_days = Number(0, care_plans.LONGEST_OFFSET)
    rule = Text(1000, metadata={"description": "RFC 5545, such as FREQ=MONTHLY;INTERVAL=3."})
    id = RowId()


@dataclass(frozen=True)
class SentPlan:
    name: str
    steps: list[NewStep]
    calendar_id: int | None = None
    min_gap_days: int = 1
    window_days: int = 7
    is_active: bool = True
    revision: int = 0

    def as_new(self) -> NewPlan:
        """The plan that is wanted."""
        return NewPlan(self.name, tuple(self.steps), self.calendar_id, self.min_gap_days, self.window_days,
                       self.is_active)  # fmt: skip


class NewPlanSchema(Input):
    """A care plan."""

    makes = SentPlan
    name = Text(care_plans.LONGEST_NAME, needed=True, required=True)
    steps = Several(fields.Nested(NewStepSchema), most=MOST_STEPS, required=True)
    calendar_id = RowId()
    min_gap_days = Number(0, 3660)
    window_days = Number(0, 3660)
    is_active = YesNo()


class ChangedPlanSchema(NewPlanSchema):
    """A care plan as it is to be, and the revision that was seen."""

    revision = Number(1, 2**31 - 1, required=True)


class NewCareSchema(Input):
    """A programme: which plan, from which day on, for whom, by whom."""

    makes = NewCare
    plan_id = RowId(required=True)
    anchor = Day(required=True, metadata={"description": "The day of the handover."})
    contact_id = RowId()
    team_id = RowId()
    operator_id = RowId()
    contract_id = RowId()
    place = Text()


@dataclass(frozen=True)
class Why:
    reason: str


class CareEndSchema(Input):
    """Why a programme ends."""

    makes = Why
    reason = Text(needed=True, required=True)


@dataclass(frozen=True)
class Following:
    owner_id: int | None = None
    state: Followed | None = None
    result: str = ""


class FollowSchema(Input):
    """Who follows it up, and what became of it."""

    makes = Following
    owner_id = RowId()
    state = Choice(Followed)
    result = Text()


@dataclass(frozen=True)
class WhichLeads:
    state: Followed | None = None


class LeadFilterSchema(Input):
    """Which of them; all where nothing is said."""

    makes = WhichLeads
    state = Choice(Followed)


class CareStepSchema(Shown):
    """A kind of revisit."""

    id = fields.Integer()
    what = fields.String()
    channel = fields.String()
    minutes = fields.Integer()
    offset_days = fields.Integer(allow_none=True)
    rule = NameOrNull()


class CarePlanSchema(Shown):
    """A care plan."""

    id = fields.Integer()
    name = fields.String()
    revision = fields.Integer()
    is_active = fields.Boolean()
    calendar_id = fields.Integer(allow_none=True)
    min_gap_days = fields.Integer()
    window_days = fields.Integer()
    steps = fields.List(fields.Nested(CareStepSchema))


class CarePlansSchema(Shown):
    """Every care plan."""

    care_plans = fields.List(fields.Nested(CarePlanSchema))


class PlanMoveSchema(Shown):
    """What a changed plan does to one revisit: new without `before`, gone without `after`."""

    organisation_id = fields.Integer()
    what = fields.String()
    before = NameOrNull()
    after = NameOrNull()


class PlanMovesSchema(Shown):
    """What a changed plan moves."""

    moves = fields.List(fields.Nested(PlanMoveSchema))


class CareSchema(Shown):
    """A programme of a client."""

    id = fields.Integer()
    organisation_id = fields.Integer()
    plan_id = fields.Integer()
    anchor = fields.String(metadata={"format": "date"})
    contact_id = fields.Integer(allow_none=True)
    operator_id = fields.Integer(allow_none=True)
    team_id = fields.Integer(allow_none=True)
    place = NameOrNull()
    planned_until = NameOrNull()
    ended_at = NameOrNull()


class CaresSchema(Shown):
    """The programmes of a client."""

    cares = fields.List(fields.Nested(CareSchema))


class _LeadSchema(Shown):
    id = fields.Integer()
    organisation_id = fields.Integer()
    revisit = fields.Integer(allow_none=True)
    owner_id = fields.Integer(allow_none=True)
    state = fields.String(metadata={"enum": list(Followed)})
    result = NameOrNull()
    found_at = fields.String()


class NeedSchema(_LeadSchema):
    """Something that a client needs."""

    kind = fields.String(metadata={"enum": list(NeedKind)})
    what = fields.String()
    enquiry = NameOrNull()


class ReferralSchema(_LeadSchema):
    """Another company to which a client recommends us."""

    company = fields.String()
    person = NameOrNull()
    reach = NameOrNull()


class NeedsSchema(Shown):
    """Needs, the latest first."""

    needs = fields.List(fields.Nested(NeedSchema))


class ReferralsSchema(Shown):
    """Referrals, the latest first."""

    referrals = fields.List(fields.Nested(ReferralSchema))


PLAN = Representation(CarePlanSchema(), None, of=lambda row, _actor: plan_document(row))
PLANS = Representation(
    CarePlansSchema(), None, of=lambda rows, _actor: {"care_plans": [plan_document(r) for r in rows]}
)
MOVES = Representation(PlanMovesSchema(), None, of=lambda rows, _actor: {"moves": [move_document(row) for row in rows]})
CARE = Representation(CareSchema(), None, of=lambda row, _actor: care_document(row))
CARES = Representation(CaresSchema(), None, of=lambda rows, _actor: {"cares": [care_document(row) for row in rows]})
NEED = Representation(NeedSchema(), None, of=lambda row, _actor: lead_document(row))
NEEDS = Representation(NeedsSchema(), None, of=lambda rows, _actor: {"needs": [lead_document(s.row) for s in rows]})
REFERRAL = Representation(ReferralSchema(), None, of=lambda row, _actor: lead_document(row))
REFERRALS = Representation(
    ReferralsSchema(), None, of=lambda rows, _actor: {"referrals": [lead_document(shown.row) for shown in rows]}
)


@bp.get("/care-plans")
@bp.gives(200, PLANS)
def plans() -> list[CarePlan]:
    """List the care plans."""
    return care_plans.list_plans(for_=current_actor())


@bp.post("/care-plans")
@bp.takes(NewPlanSchema())
@bp.gives(201, PLAN)
def create_plan(sent: SentPlan) -> CarePlan:
    """Write a care plan."""
    return care_plans.add_plan(sent.as_new(), by=current_actor())


@bp.get("/care-plans/<row_id:plan_id>")
@bp.gives(200, PLAN)
def show_plan(plan_id: int) -> CarePlan:
    """Read a care plan."""
    return get_plan(plan_id, for_=current_actor())


@bp.post("/care-plans/<row_id:plan_id>/previews")
@bp.takes(ChangedPlanSchema())
@bp.gives(200, MOVES)
def preview_plan(sent: SentPlan, plan_id: int) -> list[Move]:
    """See what a changed plan would move. Nothing is stored."""
    actor = current_actor()
    return care_plans.preview_plan(get_plan(plan_id, for_=actor), sent.as_new(), by=actor)


@bp.put("/care-plans/<row_id:plan_id>")
@bp.takes(ChangedPlanSchema())
@bp.gives(200, MOVES)
def change_plan(sent: SentPlan, plan_id: int) -> list[Move]:
    """Change a care plan, and move what is planned by it; the answer says what moved."""
    actor = current_actor()
    return care_plans.change_plan(get_plan(plan_id, for_=actor), sent.as_new(), seen=sent.revision, by=actor)


@bp.get("/organisations/<row_id:organisation_id>/cares")
@bp.gives(200, CARES)
def cares(organisation_id: int) -> list[Care]:
    """List the programmes of a client."""
    actor = current_actor()
    return care.cares_of(get_organisation(organisation_id, for_=actor), for_=actor)


@bp.post("/organisations/<row_id:organisation_id>/cares")
@bp.takes(NewCareSchema(), once=True)
@bp.gives(201, CARE)
def start(sent: NewCare, organisation_id: int) -> Care:
    """Put a care plan to work for a client; its revisits are planned."""
    actor = current_actor()
    organisation = get_organisation(organisation_id, for_=actor)
    with one_request():
        return once(submission(), (organisation_id, sent), Care,
                    lambda: care.start_care(organisation, sent, by=actor))  # fmt: skip


@bp.put("/cares/<row_id:care_id>/end")
@bp.takes(CareEndSchema())
@bp.gives(200, CARE)
def end(sent: Why, care_id: int) -> Care:
    """End a programme; what is planned falls away."""
    actor = current_actor()
    row = care.get_care(care_id, for_=actor)
    care.end_care(row, sent.reason, by=actor)
    return row


@bp.get("/needs")
@bp.takes(LeadFilterSchema(), location="query")
@bp.gives(200, NEEDS)
def needs(sent: WhichLeads) -> list[Any]:
    """List the needs that were found, 200 at most."""
    return list(outcomes.list_leads(Need, for_=current_actor(), state=sent.state))


@bp.patch("/needs/<row_id:need_id>")
@bp.takes(FollowSchema())
@bp.gives(200, NEED)
def follow_need(sent: Following, need_id: int) -> Need:
    """Follow a need up."""
    actor = current_actor()
    need = outcomes.get_need(need_id, for_=actor)
    return outcomes.follow_up(need, owner_id=sent.owner_id, state=sent.state, result=sent.result, by=actor)


@bp.get("/referrals")
@bp.takes(LeadFilterSchema(), location="query")
@bp.gives(200, REFERRALS)
def referrals(sent: WhichLeads) -> list[Any]:
    """List the referrals, 200 at most."""
    return list(outcomes.list_leads(Referral, for_=current_actor(), state=sent.state))


@bp.patch("/referrals/<row_id:referral_id>")
@bp.takes(FollowSchema())
@bp.gives(200, REFERRAL)
def follow_referral(sent: Following, referral_id: int) -> Referral:
    """Follow a referral up."""
    actor = current_actor()
    row = outcomes.get_referral(referral_id, for_=actor)
    return outcomes.follow_up(row, owner_id=sent.owner_id, state=sent.state, result=sent.result, by=actor)
