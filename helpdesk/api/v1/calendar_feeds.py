"""Addresses at which calendar programs fetch the visits of one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.aftersales.feeds import create_feed, feeds_of, name_of, revoke_feed
from helpdesk.aftersales.showing import feed_url
from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, RowId
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import Shown
from helpdesk.models.care import CalendarFeed, FeedKind
from helpdesk.policy.actor import Actor

bp = Blueprint("calendar_feeds", __name__, description="Calendars of visits that one subscribes to.")


@dataclass(frozen=True)
class Sent:
    kind: FeedKind
    team_id: int | None = None


class NewFeedSchema(Input):
    """Whose visits: one's own, those of a team, or those of the organisation that one supervises."""

    makes = Sent
    kind = Choice(FeedKind, required=True)
    team_id = RowId(metadata={"description": "Of kind `team`."})


class FeedSchema(Shown):
    """A feed; its address is told once, when it is made."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(FeedKind)})
    name = fields.String()
    team_id = fields.Integer(allow_none=True)
    created_at = Instant()
    used_at = Instant(allow_none=True)


class NewlyMadeSchema(FeedSchema):
    """A feed with its address, which is shown this once."""

    url = fields.String(metadata={"format": "uri"})


class FeedsSchema(Shown):
    """The live feeds of the account, the newest first."""

    calendar_feeds = fields.List(fields.Nested(FeedSchema))


def _document(row: CalendarFeed) -> dict[str, Any]:
    return {"id": row.id, "kind": row.kind.value, "name": name_of(row), "team_id": row.team_id,
            "created_at": row.created_at, "used_at": row.used_at}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A new feed and its secret."""

    row: CalendarFeed
    secret: str


def _made(made: Made, _actor: Actor) -> dict[str, Any]:
    return _document(made.row) | {"url": feed_url(made.secret)}


FEEDS = Representation(
    FeedsSchema(), FeedsSchema(), of=lambda rows, _actor: {"calendar_feeds": [_document(row) for row in rows]}
)
MADE = Representation(NewlyMadeSchema(), NewlyMadeSchema(), of=_made)


@bp.get("/calendar-feeds")
@bp.gives(200, FEEDS)
def index() -> list[CalendarFeed]:
    """List the feeds of the account."""
    return feeds_of(for_=current_actor())


@bp.post("/calendar-feeds")
@bp.takes(NewFeedSchema())
@bp.gives(201, MADE)
def create(sent: Sent) -> Made:
    """Make a feed; the answer holds its address, which is told this once."""
    return Made(*create_feed(sent.kind, sent.team_id, by=current_actor()))


@bp.delete("/calendar-feeds/<int:feed_id>")
@bp.gives(204)
def revoke(feed_id: int) -> None:
    """Revoke a feed; its address answers no more."""
    revoke_feed(feed_id, by=current_actor())
