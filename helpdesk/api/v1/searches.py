"""Search: tickets by what was said on them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Language, Number, OneOf, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import Shown
from helpdesk.core.i18n import current_language
from helpdesk.core.search import LONGEST_QUERY
from helpdesk.knowledge.reading import Listed, search_articles
from helpdesk.knowledge.searches import note_search
from helpdesk.policy.actor import Actor
from helpdesk.tickets.search import TicketFound, TicketsFound, search_tickets

bp = Blueprint("search", __name__, description="What answers a query best, among what the caller sees.")

MOST = 100
Articles = list[tuple[Listed, Markup]]


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
    kind = OneOf(["tickets", "articles"], data_key="in", load_default="tickets")
    lang = Language(load_default=None)
    limit = Number(1, MOST, in_query=True, load_default=10)


class HitSchema(Shown):
    """A ticket or an article, with the part of it that answers; `<mark>` stands around the words found."""

    number = fields.String()
    subject = fields.String()
    status = fields.String(allow_none=True, metadata={"description": "Of a ticket; an article has none."})
    language = fields.String()
    score = fields.Float(allow_none=True)
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


def _shown(found: TicketsFound | Articles, _actor: Actor) -> dict[str, object]:
    if isinstance(found, list):
        return {"hits": [_article(row, words) for row, words in found], "more": False, "corrected": {}}
    return {"hits": [_hit(row) for row in found.rows], "more": found.more, "corrected": found.corrected}


def _hit(row: TicketFound) -> dict[str, object]:
    ticket = row.ticket
    return {
        "number": ticket.number, "subject": ticket.subject, "status": ticket.status.value,
        "language": ticket.language, "score": row.score, "is_exact": row.is_exact, "title_html": str(row.title),
        "snippet_html": str(row.snippet),
    }  # fmt: skip


def _article(row: Listed, words: Markup) -> dict[str, object]:
    return {
        "number": row.number, "subject": row.title, "status": None, "language": row.language, "score": None,
        "is_exact": False, "title_html": str(escape(row.title)), "snippet_html": str(words),
    }  # fmt: skip


FOUND = Representation(FoundSchema(), FoundSchema(), of=_shown)


@bp.get("/search")
@bp.takes(SearchSchema(), location="query")
@bp.gives(200, FOUND)
def show(asked: Asked) -> TicketsFound | Articles:
    """Find tickets by what was said on them, or articles, the best first."""
    actor = current_actor()
    if asked.kind == "articles":
        language = asked.lang or current_language()
        rows = search_articles(asked.q, for_=actor, language=language, limit=asked.limit)
        note_search("api", "articles", asked.q, len(rows), by=actor, language=language)
        return rows
    found = search_tickets(asked.q, for_=actor, language=asked.lang, limit=asked.limit)
    note_search("api", "tickets", asked.q, len(found.rows), by=actor, language=asked.lang or current_language())
    return found
