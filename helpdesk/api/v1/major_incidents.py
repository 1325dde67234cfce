"""Major incidents: who leads one, what clients are told, when it is over, what was learned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Instant, RowId, Text
from helpdesk.api.inputs import Input, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.problem_records import AllTextsSchema, Held, ReviewSchema, ReviewShownSchema
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Forbidden
from helpdesk.core.paging import PageOf
from helpdesk.models.problems import MajorIncident
from helpdesk.policy.actor import Actor
from helpdesk.problems import majors, reviews
from helpdesk.problems.documents import major_document, major_row
from helpdesk.problems.majors import MajorRow, MajorState, NewMajor, News, get_major, list_majors, state_of, updates_of
from helpdesk.problems.problem_queries import names_of_accounts
from helpdesk.problems.reviews import reviews_of
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("major_incidents", __name__, description="Incidents that hit so many that they are led apart.")
ONE = "/major-incidents/<row_id:major_id>"


class MajorFilterSchema(PageSchema):
    """Which major incidents."""

    state = Choice(MajorState)


@dataclass(frozen=True)
class Declaration:
    reason: str
    texts: dict[str, str] = field(default_factory=dict)
    product_id: int | None = None
    next_update_at: datetime | None = None
    lead_id: int | None = None
    problem_id: int | None = None


class MajorDeclarationSchema(Input):
    """Why it is one, and what clients are told; without a product all of them."""

    makes = Declaration
    reason = Text(LONGEST_TEXT, needed=True, required=True)
    texts = fields.Nested(AllTextsSchema)
    product_id = RowId()
    next_update_at = Instant(metadata={"description": "Without it: after the desk's usual time."})
    lead_id = RowId(metadata={"description": "An account. Without it people are told until somebody leads it."})
    problem_id = RowId()


@dataclass(frozen=True)
class Telling:
    texts: dict[str, str] = field(default_factory=dict)
    next_update_at: datetime | None = None


class MajorNewsSchema(Input):
    """What clients are told, and when they hear next."""

    makes = Telling
    texts = fields.Nested(AllTextsSchema, required=True)
    next_update_at = Instant(metadata={"description": "Without it: after the desk's usual time."})


@dataclass(frozen=True)
class End:
    texts: dict[str, str] = field(default_factory=dict)


class MajorEndSchema(Input):
    """What clients read for a day; needed where they read anything before."""

    makes = End
    texts = fields.Nested(AllTextsSchema)


@dataclass(frozen=True)
class Lead:
    account_id: int | None = None


class MajorLeadSchema(Input):
    """Who leads it; without an account whoever asks."""

    makes = Lead
    account_id = RowId()


class MajorRowSchema(Shown):
    """A major incident in a list."""

    id = fields.Integer()
    ticket = fields.String()
    subject = fields.String()
    state = fields.String(metadata={"enum": list(MajorState)})
    problem = NameOrNull()
    product_id = fields.Integer(allow_none=True)
    declared_at = Instant()
    next_update_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    lead = NameOrNull()
    is_late = fields.Boolean(metadata={"description": "Clients were promised news that did not come."})


class MajorRowsSchema(Shown):
    """A page of major incidents."""

    major_incidents = fields.List(fields.Nested(MajorRowSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class MajorUpdateSchema(Shown):
    """What clients were told."""

    id = fields.Integer()
    at = Instant()
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    next_update_at = Instant(allow_none=True)
    is_end = fields.Boolean()


class MajorIncidentSchema(Shown):
    """A major incident with what clients were told and what was learned."""

    id = fields.Integer()
    ticket = fields.String()
    state = fields.String(metadata={"enum": list(MajorState)})
    problem = NameOrNull()
    product_id = fields.Integer(allow_none=True)
    declared_at = Instant()
    next_update_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    lead_id = fields.Integer(allow_none=True)
    lead = NameOrNull()
    updates = fields.List(fields.Nested(MajorUpdateSchema))
    reviews = fields.List(fields.Nested(ReviewShownSchema))


def _shown(major: MajorIncident, _actor: Actor) -> dict[str, Any]:
    names = names_of_accounts([major.lead_id] if major.lead_id else [])
    return major_document(major, state_of(major), updates_of(major), reviews_of(major), names)


MAJOR = Representation(MajorIncidentSchema(), None, of=_shown)
MAJORS = Representation(
    MajorRowsSchema(), None,
    of=lambda page, _actor: {"major_incidents": [major_row(row) for row in page.rows], "after": page.after,
                             "before": page.before},
)  # fmt: skip


@bp.get("/major-incidents")
@bp.takes(MajorFilterSchema(), location="query")
@bp.gives(200, MAJORS)
def index(sent: dict[str, Any]) -> tuple[PageOf[MajorRow], dict[str, str]]:
    """List major incidents, the last first."""
    if not current_actor().is_staff:
        raise Forbidden(code="staff_only")
    page = list_majors(for_=current_actor(), **sent)
    return page, link_header(page)


@bp.post("/tickets/<number>/major-incident")
@bp.takes(MajorDeclarationSchema(), once=True)
@bp.gives(201, MAJOR)
def declare(sent: Declaration, number: str) -> tuple[MajorIncident, dict[str, str]]:
    """Declare a ticket a major incident."""
    ticket = get_ticket(number, for_=current_actor())
    new = NewMajor(sent.reason, sent.texts, sent.product_id, sent.next_update_at, sent.lead_id, sent.problem_id,
                   submission())  # fmt: skip
    major = majors.declare_major(ticket, new, by=current_actor())
    if major.ticket_id != ticket.id:
        refuse_reused_key()
    return major, {"Location": url_for("api.major_incidents.show", major_id=major.id)}


@bp.get(ONE)
@bp.gives(200, MAJOR)
def show(major_id: int) -> MajorIncident:
    """Read a major incident."""
    return get_major(major_id, for_=current_actor())


@bp.put(f"{ONE}/lead")
@bp.takes(MajorLeadSchema())
@bp.gives(200, MAJOR)
def lead(sent: Lead, major_id: int) -> MajorIncident:
    """Lead it, or say who does."""
    majors.take_major(get_major(major_id, for_=current_actor()), sent.account_id, by=current_actor())
    return get_major(major_id, for_=current_actor())


@bp.post(f"{ONE}/updates")
@bp.takes(MajorNewsSchema(), once=True)
@bp.gives(201, MAJOR)
def update(sent: Telling, major_id: int) -> MajorIncident:
    """Tell clients how it stands, and when they hear next."""
    major = get_major(major_id, for_=current_actor())
    row = majors.update_major(major, News(sent.texts, sent.next_update_at, submission()), by=current_actor())
    if row.major_incident_id != major.id:
        refuse_reused_key()
    return get_major(major_id, for_=current_actor())


@bp.put(f"{ONE}/end")
@bp.takes(MajorEndSchema())
@bp.gives(200, MAJOR)
def end(sent: End, major_id: int) -> MajorIncident:
    """It is over; its review is due."""
    majors.end_major(get_major(major_id, for_=current_actor()), News(sent.texts), by=current_actor())
    return get_major(major_id, for_=current_actor())


@bp.post(f"{ONE}/reviews")
@bp.takes(ReviewSchema(), once=True)
@bp.gives(201, MAJOR)
def review(sent: Held, major_id: int) -> MajorIncident:
    """Write down what was learned: then it is finished."""
    reviews.hold_incident_review(get_major(major_id, for_=current_actor()), sent.review(), by=current_actor())
    return get_major(major_id, for_=current_actor())
