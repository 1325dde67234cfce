"""Addresses at which televisions show a wall board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Instant
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import Shown
from helpdesk.models.figures import WallLink
from helpdesk.policy.actor import Actor
from helpdesk.reports.wall_links import NewWallLink, create_wall_link, revoke_wall_link, wall_links, wall_url

bp = Blueprint("wall_links", __name__, description="Wall boards for televisions.")


class NewWallLinkSchema(Input):
    """Where it hangs, and the line that it shows; the whole desk where none is named."""

    makes = NewWallLink
    name = fields.String(required=True)
    line = fields.Integer(strict=True, allow_none=True)


class WallLinkSchema(Shown):
    """An address; it is told once, when it is made."""

    id = fields.Integer()
    name = fields.String()
    line = fields.Integer(allow_none=True)
    created_at = Instant()
    used_at = Instant(allow_none=True)


class NewlyMadeWallLinkSchema(WallLinkSchema):
    """The same with its address, which is shown this once."""

    url = fields.String(metadata={"format": "uri"})


class WallLinksSchema(Shown):
    """The live ones, the newest first."""

    wall_links = fields.List(fields.Nested(WallLinkSchema))


@dataclass(frozen=True)
class Made:
    """A new address and its secret."""

    row: WallLink
    secret: str


def _document(row: WallLink) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "line": row.line, "created_at": row.created_at, "used_at": row.used_at}


def _made(made: Made, _actor: Actor) -> dict[str, Any]:
    return _document(made.row) | {"url": wall_url(made.secret)}


LINKS = Representation(
    WallLinksSchema(), WallLinksSchema(), of=lambda rows, _actor: {"wall_links": [_document(row) for row in rows]}
)
MADE = Representation(NewlyMadeWallLinkSchema(), NewlyMadeWallLinkSchema(), of=_made)


@bp.get("/wall-links")
@bp.gives(200, LINKS)
def index() -> list[WallLink]:
    """List the addresses that one may revoke."""
    return wall_links(for_=current_actor())


@bp.post("/wall-links")
@bp.takes(NewWallLinkSchema())
@bp.gives(201, MADE)
def create(sent: NewWallLink) -> Made:
    """Make an address; the answer holds it, which is told this once."""
    return Made(*create_wall_link(sent, by=current_actor()))


@bp.delete("/wall-links/<int:link_id>")
@bp.gives(204)
def revoke(link_id: int) -> None:
    """Revoke an address; it answers no more."""
    revoke_wall_link(link_id, by=current_actor())
