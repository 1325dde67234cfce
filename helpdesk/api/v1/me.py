"""Who the token acts as."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.models.access import Role
from helpdesk.policy.actor import Actor

bp = Blueprint("me", __name__, description="The account of the token.")


class IdOrNull(fields.Integer):
    """An id; 0 means that there is none."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> int | None:
        return int(value) or None


class ClientMeSchema(Shown):
    """A client's account."""

    account_id = fields.Integer()
    name = fields.String()
    role = Choice(Role)
    language = fields.String()
    timezone = fields.String(attribute="zone")
    contact_id = IdOrNull()
    organisation_id = IdOrNull()
    unit = NameOrNull()
    is_supervisor = fields.Boolean()


class MeSchema(ClientMeSchema):
    """An account of staff."""

    operator_id = IdOrNull()
    team_ids = fields.List(fields.Integer())
    lines = fields.List(fields.Integer())
    leads_line = IdOrNull()


ME = Representation(MeSchema(), ClientMeSchema())


@bp.get("/me")
@bp.gives(200, ME)
def show() -> Actor:
    """Read who the token acts as."""
    return current_actor()
