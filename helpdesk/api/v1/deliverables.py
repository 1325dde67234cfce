"""Deliverables: what is made for clients in rounds, and what they say to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request, send_file, url_for
from marshmallow import fields

from helpdesk.aftersales import deliverables
from helpdesk.aftersales.claim_documents import deliverable_document
from helpdesk.aftersales.deliverables import LONGEST_LINK, MOST_CENTS, MOST_ROUNDS, NewDeliverable, NewRound
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Choice, Instant, Number, RowId, Text
from helpdesk.api.inputs import Input, one_request, read_uploads, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.attachments import SANDBOX
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.core.paging import PageOf
from helpdesk.core.submissions import once
from helpdesk.models.claims import Deliverable, RoundAnswerKind
from helpdesk.people.organisations import get_organisation

bp = Blueprint("deliverables", __name__, description="What is made for clients in rounds.")


@dataclass(frozen=True)
class Sent:
    organisation_id: int
    name: str
    agreed_rounds: int
    contract_id: int | None = None
    product_id: int | None = None
    contact_id: int | None = None
    price_cents: int | None = None
    currency: str = "EUR"


class NewDeliverableSchema(Input):
    """What was agreed to be made."""

    makes = Sent
    organisation_id = RowId(required=True)
    name = Text(needed=True, required=True)
    agreed_rounds = Number(1, MOST_ROUNDS, required=True)
    contract_id = RowId()
    product_id = RowId()
    contact_id = RowId(metadata={"description": "Who accepts, beside those who supervise."})
    price_cents = Number(0, MOST_CENTS)
    currency = Text(3)


class DeliverableFilterSchema(PageSchema):
    """Which deliverables."""

    organisation_id = RowId(in_query=True)


class RoundSchema(Input):
    """What is delivered: a note, a link, or files."""

    note = Text(LONGEST_TEXT)
    link = Text(LONGEST_LINK)


@dataclass(frozen=True)
class Said:
    answer: RoundAnswerKind
    remarks: str = ""


class RoundAnswerSchema(Input):
    """What the client says to a round."""

    makes = Said
    answer = Choice(RoundAnswerKind, required=True)
    remarks = Text(LONGEST_TEXT, metadata={"description": "Needed for a revision: what is to be changed."})


class RoundFileSchema(Shown):
    """A file of a round."""

    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer()


class RoundShownSchema(Shown):
    """A round and the client's answer to it."""

    number = fields.Integer()
    note = NameOrNull()
    link = NameOrNull()
    files = fields.List(fields.Nested(RoundFileSchema))
    delivered_at = Instant()
    answer = NameOrNull()
    remarks = NameOrNull()
    answered_at = Instant(allow_none=True)


class DeliverableSchema(Shown):
    """Something made for a client, with its rounds."""

    id = fields.Integer()
    organisation_id = fields.Integer()
    name = fields.String()
    contract_id = fields.Integer(allow_none=True)
    product_id = fields.Integer(allow_none=True)
    contact_id = fields.Integer(allow_none=True)
    agreed_rounds = fields.Integer()
    price_cents = fields.Integer(allow_none=True)
    currency = fields.String()
    accepted_at = Instant(allow_none=True)
    rounds = fields.List(fields.Nested(RoundShownSchema))


class DeliverablesSchema(Shown):
    """Some deliverables, with the cursors of the pages after and before."""

    deliverables = fields.List(fields.Nested(DeliverableSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


def _page(page: PageOf[Deliverable], _actor: Any) -> dict[str, Any]:
    rows = [deliverable_document(row) for row in page.rows]
    return {"deliverables": rows, "after": page.after, "before": page.before}


DELIVERABLE = Representation(
    DeliverableSchema(), DeliverableSchema(), of=lambda made, _actor: deliverable_document(made)
)
DELIVERABLES = Representation(DeliverablesSchema(), DeliverablesSchema(), of=_page)


@bp.get("/deliverables")
@bp.takes(DeliverableFilterSchema(), location="query")
@bp.gives(200, DELIVERABLES)
def index(sent: dict[str, Any]) -> tuple[PageOf[Deliverable], dict[str, str]]:
    """List deliverables, the last first; a client finds those they accept."""
    page = deliverables.list_deliverables(for_=current_actor(), **sent)
    return page, link_header(page)


@bp.post("/deliverables")
@bp.takes(NewDeliverableSchema(), once=True)
@bp.gives(201, DELIVERABLE)
def create(sent: Sent) -> tuple[Deliverable, dict[str, str]]:
    """Put into the books what is to be made for a client."""
    told = dict(sent.__dict__)
    try:
        organisation = get_organisation(told.pop("organisation_id"), for_=current_actor())
    except NotFound as error:
        raise Invalid({"organisation_id": [_("There is no such organisation.")]}) from error
    new, by = NewDeliverable(**told), current_actor()
    with one_request():
        made = once(submission(), (organisation.id, new), Deliverable,
                    lambda: deliverables.agree_deliverable(organisation, new, by=by))  # fmt: skip
    return made, {"Location": url_for("api.deliverables.show", deliverable_id=made.id)}


@bp.get("/deliverables/<row_id:deliverable_id>")
@bp.gives(200, DELIVERABLE)
def show(deliverable_id: int) -> Deliverable:
    """Read a deliverable with its rounds."""
    return deliverables.get_deliverable(deliverable_id, for_=current_actor())


@bp.post("/deliverables/<row_id:deliverable_id>/rounds")
@bp.takes(RoundSchema(), files=True)
@bp.gives(201, DELIVERABLE)
def deliver(sent: dict[str, Any], deliverable_id: int) -> Deliverable:
    """Deliver the next round; the client gets a letter."""
    new = NewRound(**sent, uploads=read_uploads())
    made = deliverables.get_deliverable(deliverable_id, for_=current_actor())
    deliverables.deliver_round(made, new, by=current_actor())
    return made


@bp.put("/deliverables/<row_id:deliverable_id>/rounds/<row_id:number>/answer")
@bp.takes(RoundAnswerSchema())
@bp.gives(200, DELIVERABLE)
def answer(sent: Said, deliverable_id: int, number: int) -> Deliverable:
    """Accept a round, or ask for a revision, as the client."""
    made = deliverables.get_deliverable(deliverable_id, for_=current_actor())
    deliverables.answer_round(made, number, sent.answer, sent.remarks, by=current_actor())
    return made


@bp.get("/deliverables/files/<row_id:file_id>")
@bp.gives(200, media_type="application/octet-stream")
def file(file_id: int) -> Response:
    """Download a file of a round."""
    row = deliverables.get_file(file_id, for_=current_actor())
    response = send_file(deliverables.content_of(row), "application/octet-stream", as_attachment=True,
                         download_name=row.filename, etag=row.digest, conditional=False)  # fmt: skip
    response.content_length = row.size
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response
