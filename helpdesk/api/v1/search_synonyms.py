"""Words that search takes for each other. Administrators' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Language, Several, Text
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.shown import Shown
from helpdesk.core.synonyms import SearchSynonym
from helpdesk.tickets.synonyms import LONGEST_WORD, add_synonyms, remove_synonyms, synonym_groups

bp = Blueprint("search_synonyms", __name__, description="Words that search takes for each other.")


@dataclass(frozen=True)
class NewGroup:
    words: list[str]
    language: str | None


class NewGroupSchema(Input):
    """Words and short phrases that mean the same, in one language or in all."""

    makes = NewGroup
    words = Several(Text(LONGEST_WORD), required=True)
    language = Language(load_default=None, allow_none=True)


class GroupSchema(Shown):
    """A group of words that search takes for each other."""

    id = fields.Integer()
    words = fields.List(fields.String())
    language = fields.String(allow_none=True)


class GroupsSchema(Shown):
    """Every group, in the order in which they were added."""

    groups = fields.List(fields.Nested(GroupSchema))


def _shown(group: SearchSynonym) -> dict[str, Any]:
    return {"id": group.id, "words": group.words, "language": group.language}


GROUP = Representation(GroupSchema(), None, of=lambda group, _actor: _shown(group))
GROUPS = Representation(GroupsSchema(), None, of=lambda rows, _actor: {"groups": [_shown(each) for each in rows]})


@bp.get("/search-synonyms")
@bp.gives(200, GROUPS)
def index() -> Sequence[SearchSynonym]:
    """Read every group."""
    return synonym_groups(for_=current_actor())


@bp.post("/search-synonyms")
@bp.takes(NewGroupSchema())
@bp.gives(201, GROUP)
def create(sent: NewGroup) -> SearchSynonym:
    """Add a group; the same group again is the one that is there."""
    return add_synonyms(sent.words, sent.language, by=current_actor())


@bp.delete("/search-synonyms/<row_id:synonym_id>")
@bp.gives(204)
def delete(synonym_id: int) -> None:
    """Take a group away."""
    remove_synonyms(synonym_id, by=current_actor())
