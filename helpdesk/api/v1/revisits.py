"""Revisits: what is planned, the client's answer, what came of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import fields

from helpdesk.aftersales import outcomes, revisits
from helpdesk.aftersales.care_documents import outcome_document, revisit_document
from helpdesk.aftersales.counting import LONGEST_WORK_MINUTES
from helpdesk.aftersales.outcomes import MOST_ENTRIES, NewNeed, NewOutcome, NewReferral, outcomes_of
from helpdesk.aftersales.revisits import LONGEST_MINUTES, VISIT_CHANNELS, NewRevisit, get_revisit
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Day, Instant, Number, OneOf, RowId, Several, Text
from helpdesk.api.inputs import Input, one_request, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.submissions import once
from helpdesk.entitlement.desk import desk_today
from helpdesk.models.care import NeedKind, Revisit, RevisitOutcome, RevisitState
from helpdesk.models.tickets import Channel
from helpdesk.people.organisations import get_organisation

bp = Blueprint("revisits", __name__, description="Calls and visits that keep a client well.")

AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Which:
    since: date | None = None
    until: date | None = None
    organisation_id: int | None = None
    operator_id: int | None = None
    state: RevisitState | None = None


class RevisitFilterSchema(Input):
    """Which revisits: planned from one day up to another (not included), the next ninety days if none is given."""

    makes = Which
    since = Day()
    until = Day()
    organisation_id = RowId(in_query=True)
    operator_id = RowId(in_query=True)
    state = Choice(RevisitState)


class NewRevisitSchema(Input):
    """A revisit that is agreed on its own."""

    makes = NewRevisit
    what = Text(needed=True, required=True)
    on = Day(required=True)
    channel = Choice(Channel, metadata={"enum": list(VISIT_CHANNELS)})
    minutes = Number(1, LONGEST_MINUTES)
    starts_at = Instant(metadata={"description": "Without it, at some time of that day."})
    contact_id = RowId()
    operator_id = RowId()
    team_id = RowId()
    contract_id = RowId()
    place = Text()


@dataclass(frozen=True)
class Said:
    words: str


class OtherTimeSchema(Input):
    """When it would suit the client."""

    makes = Said
    words = Text(revisits.LONGEST_WORDS, needed=True, required=True)


@dataclass(frozen=True)
class Moving:
    on: date
    starts_at: datetime | None = None
    reason: str = ""


class RevisitMoveSchema(Input):
    """Another day, with a reason; or the hour of a day that stays."""

    makes = Moving
    on = Day(required=True)
    starts_at = Instant()
    reason = Text(revisits.LONGEST_WORDS)


@dataclass(frozen=True)
class Handing:
    operator_id: int
    reason: str


class RevisitHandSchema(Input):
    """A colleague who comes instead, and why; the client is told."""

    makes = Handing
    operator_id = RowId(required=True)
    reason = Text(revisits.LONGEST_WORDS, needed=True, required=True)


@dataclass(frozen=True)
class Ending:
    state: str
    reason: str


class RevisitEndSchema(Input):
    """Why it will not be: skipped by the desk, or refused by the client."""

    makes = Ending
    state = OneOf([RevisitState.SKIPPED.value, RevisitState.REFUSED.value], required=True)
    reason = Text(revisits.LONGEST_WORDS, needed=True, required=True)


class NewNeedSchema(Input):
    """Something that the client needs."""

    makes = NewNeed
    kind = Choice(NeedKind, required=True)
    what = Text(needed=True, required=True)


class NewReferralSchema(Input):
    """Another company to which the client recommends us."""

    makes = NewReferral
    company = Text(needed=True, required=True)
    person = Text()
    reach = Text(metadata={"description": "A phone number or an address."})


@dataclass(frozen=True)
class Came:
    summary: str = ""
    satisfaction: int | None = None
    problems: str = ""
    parts: list[str] | None = None
    needs: list[NewNeed] | None = None
    referrals: list[NewReferral] | None = None
    next_on: date | None = None
    worked_minutes: int | None = None
    confirmed_by: str = ""


class NewRevisitOutcomeSchema(Input):
    """What came of a revisit; problems become a ticket, the time is logged."""

    makes = Came
    summary = Text(outcomes.LONGEST_TEXT)
    satisfaction = Number(1, 5)
    problems = Text(outcomes.LONGEST_TEXT)
    parts = Several(Text(needed=True), most=MOST_ENTRIES)
    needs = Several(fields.Nested(NewNeedSchema), most=MOST_ENTRIES)
    referrals = Several(fields.Nested(NewReferralSchema), most=MOST_ENTRIES)
    next_on = Day()
    worked_minutes = Number(0, LONGEST_WORK_MINUTES)
    confirmed_by = Text()


class RevisitOutcomeSchema(Shown):
    """What came of a revisit."""

    satisfaction = fields.Integer(allow_none=True)
    summary = fields.String()
    problems = NameOrNull()
    problem_ticket = NameOrNull()
    parts = fields.List(fields.String())
    next_on = NameOrNull()
    next_revisit = fields.Integer(allow_none=True)
    confirmed_by = NameOrNull()
    client_confirmed_at = NameOrNull()


class ClientRevisitSchema(Shown):
    """A revisit, as the client sees it."""

    id = fields.Integer()
    what = fields.String()
    state = fields.String(metadata={"enum": list(RevisitState)})
    channel = fields.String(metadata={"enum": list(VISIT_CHANNELS)})
    organisation_id = fields.Integer()
    contact_id = fields.Integer(allow_none=True)
    operator = NameOrNull()
    planned_on = fields.String(metadata={"format": "date"})
    starts_at = NameOrNull()
    minutes = fields.Integer()
    place = NameOrNull()
    asked_words = NameOrNull()
    reason = NameOrNull()
    moved_to = fields.Integer(allow_none=True)
    outcome = fields.Nested(RevisitOutcomeSchema, allow_none=True)


class RevisitSchema(ClientRevisitSchema):
    """A revisit; `problem` says what the planning could not keep."""

    operator_id = fields.Integer(allow_none=True)
    nominal_on = fields.String(metadata={"format": "date"})
    latest_on = fields.String(metadata={"format": "date"})
    problem = NameOrNull()


class ClientRevisitsSchema(Shown):
    """Revisits, as the client sees them."""

    revisits = fields.List(fields.Nested(ClientRevisitSchema))


class RevisitsSchema(Shown):
    """Revisits in the order of their days."""

    revisits = fields.List(fields.Nested(RevisitSchema))


def _documents(rows: list[Revisit]) -> list[dict[str, Any]]:
    found = outcomes_of([row.id for row in rows])
    return [revisit_document(row, found.get(row.id)) for row in rows]


REVISIT = Representation(RevisitSchema(), ClientRevisitSchema(), of=lambda row, _actor: _documents([row])[0])
REVISITS = Representation(
    RevisitsSchema(), ClientRevisitsSchema(), of=lambda rows, _actor: {"revisits": _documents(rows)}
)
OUTCOME = Representation(RevisitOutcomeSchema(), RevisitOutcomeSchema(), of=lambda row, _actor: outcome_document(row))


@bp.get("/revisits")
@bp.takes(RevisitFilterSchema(), location="query")
@bp.gives(200, REVISITS)
def index(sent: Which) -> list[Revisit]:
    """List the revisits that the caller sees, 500 at most."""
    since = sent.since or desk_today()
    return revisits.list_revisits(
        for_=current_actor(), since=since, until=sent.until or since + AHEAD, organisation_id=sent.organisation_id,
        operator_id=sent.operator_id, state=sent.state,
    )  # fmt: skip


@bp.post("/organisations/<row_id:organisation_id>/revisits")
@bp.takes(NewRevisitSchema(), once=True)
@bp.gives(201, REVISIT)
def create(sent: NewRevisit, organisation_id: int) -> Revisit:
    """Plan a revisit beside all plans."""
    actor = current_actor()
    organisation = get_organisation(organisation_id, for_=actor)
    with one_request():
        return once(submission(), (organisation_id, sent), Revisit,
                    lambda: revisits.add_revisit(organisation, sent, by=actor))  # fmt: skip


@bp.get("/revisits/<row_id:revisit_id>")
@bp.gives(200, REVISIT)
def show(revisit_id: int) -> Revisit:
    """Read a revisit."""
    return get_revisit(revisit_id, for_=current_actor())


@bp.put("/revisits/<row_id:revisit_id>/confirmation")
@bp.gives(200, REVISIT)
def confirm(revisit_id: int) -> Revisit:
    """Say that the day suits the client."""
    actor = current_actor()
    return revisits.confirm_revisit(get_revisit(revisit_id, for_=actor), by=actor)


@bp.put("/revisits/<row_id:revisit_id>/other-time")
@bp.takes(OtherTimeSchema())
@bp.gives(200, REVISIT)
def ask_other_time(sent: Said, revisit_id: int) -> Revisit:
    """Say that the day does not suit the client, and when it would."""
    actor = current_actor()
    return revisits.ask_other_time(get_revisit(revisit_id, for_=actor), sent.words, by=actor)


@bp.post("/revisits/<row_id:revisit_id>/moves")
@bp.takes(RevisitMoveSchema())
@bp.gives(201, REVISIT)
def move(sent: Moving, revisit_id: int) -> Revisit:
    """Move a revisit; the answer is the one that follows it."""
    actor = current_actor()
    revisit = get_revisit(revisit_id, for_=actor)
    return revisits.move_revisit(revisit, sent.on, starts_at=sent.starts_at, reason=sent.reason, by=actor)


@bp.put("/revisits/<row_id:revisit_id>/operator")
@bp.takes(RevisitHandSchema())
@bp.gives(200, REVISIT)
def hand(sent: Handing, revisit_id: int) -> Revisit:
    """Let a colleague come instead."""
    actor = current_actor()
    return revisits.reassign_revisit(get_revisit(revisit_id, for_=actor), sent.operator_id, sent.reason, by=actor)


@bp.put("/revisits/<row_id:revisit_id>/end")
@bp.takes(RevisitEndSchema())
@bp.gives(200, REVISIT)
def end(sent: Ending, revisit_id: int) -> Revisit:
    """Call a revisit off."""
    actor = current_actor()
    revisit = get_revisit(revisit_id, for_=actor)
    call_off = revisits.skip_revisit if sent.state == RevisitState.SKIPPED.value else revisits.refuse_revisit
    return call_off(revisit, sent.reason, by=actor)


@bp.put("/revisits/<row_id:revisit_id>/outcome")
@bp.takes(NewRevisitOutcomeSchema())
@bp.gives(200, OUTCOME)
def record_outcome(sent: Came, revisit_id: int) -> RevisitOutcome:
    """Write down what came of a revisit; a second time nothing changes."""
    actor = current_actor()
    told = asdict(sent) | {
        "parts": tuple(sent.parts or ()), "needs": tuple(sent.needs or ()), "referrals": tuple(sent.referrals or ()),
    }  # fmt: skip
    return outcomes.record_outcome(get_revisit(revisit_id, for_=actor), NewOutcome(**told), by=actor)


@bp.put("/revisits/<row_id:revisit_id>/outcome/confirmation")
@bp.gives(200, OUTCOME)
def confirm_outcome(revisit_id: int) -> RevisitOutcome:
    """Say as the client that it was so."""
    actor = current_actor()
    return outcomes.confirm_outcome(get_revisit(revisit_id, for_=actor), by=actor)
