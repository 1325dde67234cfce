"""Search: tickets by what was said on them."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Language, Number, OneOf, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import Shown
from helpdesk.core.search import LONGEST_QUERY
from helpdesk.policy.actor import Actor
from helpdesk.tickets.search import TicketFound, TicketsFound, search_tickets

bp = Blueprint("search", __name__, description="What answers a query best, among what the caller sees.")

MOST = 100


@dataclass(frozen=True)
class Asked:
    """A query as it was sent."""

    q: str
    kind: str
    lang: str | None
    limit: int


class SearchSchema(Input):
    """What to look for, and among what."""

    makes = Asked

    q = Text(LONGEST_QUERY, needed=True, required=True)
    kind = OneOf(["tickets"], data_key="in", load_default="tickets")
    lang = Language(load_default=None)
    limit = Number(1, MOST, in_query=True, load_default=10)


class HitSchema(Shown):
    """A ticket that was found, with the part of it that answers; `<mark>` stands around the words found."""

    number = fields.String()
    subject = fields.String()
    status = fields.String()
    language = fields.String()
    score = fields.Float()
    is_exact = fields.Boolean(metadata={"description": "A number or a code of the query stands in it."})
    title_html = fields.String()
    snippet_html = fields.String()


class FoundSchema(Shown):
    """What was found, the best first."""

    hits = fields.List(fields.Nested(HitSchema))
    more = fields.Boolean()
    corrected = fields.Dict(
        keys=fields.String(), values=fields.String(),
        metadata={"description": "Words that were taken for typing mistakes, with what was looked for instead."},
    )  # fmt: skip


def _shown(found: TicketsFound, _actor: Actor) -> dict[str, object]:
    return {"hits": [_hit(row) for row in found.rows], "more": found.more, "corrected": found.corrected}


def _hit(row: TicketFound) -> dict[str, object]:
    ticket = row.ticket
    return {
        "number": ticket.number, "subject": ticket.subject, "status": ticket.status.value,
        "language": ticket.language, "score": row.score, "is_exact": row.is_exact, "title_html": str(row.title),
        "snippet_html": str(row.snippet),
    }  # fmt: skip


FOUND = Representation(FoundSchema(), FoundSchema(), of=_shown)


@bp.get("/search")
@bp.takes(SearchSchema(), location="query")
@bp.gives(200, FOUND)
def show(asked: Asked) -> TicketsFound:
    """Find tickets by what was said on them, the best first."""
    return search_tickets(asked.q, for_=current_actor(), language=asked.lang, limit=asked.limit)
