"""What clients are told of a problem: who would hear what, and what was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import Choice, Instant, Number, Text, YesNo
from helpdesk.api.inputs import Input, Nothing, refuse_reused_key, submission
from helpdesk.api.openapi import Representation
from helpdesk.api.v1.problem_records.shown import ONE, bp, the_problem
from helpdesk.api.v1.shown import NameOrNull, Shown
from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import LANGUAGES
from helpdesk.models.problems import Broadcast, BroadcastKind, BroadcastState, Problem
from helpdesk.problems import broadcasts, problems
from helpdesk.problems.broadcasts import BroadcastShown, NewBroadcast, Preview, broadcasts_of, get_broadcast
from helpdesk.problems.documents import broadcast_document, preview_document

LARGEST_MESSAGE = 2**53


class TextsSchema(Input):
    """The same text by language; what is left out is not written."""


TEXTS: dict[str, fields.Field[Any]] = {language: Text(problems.LONGEST_TEXT) for language in LANGUAGES}


AllTextsSchema = TextsSchema.from_dict(TEXTS, name="BroadcastTextsSchema")


@dataclass(frozen=True)
class Telling:
    kind: BroadcastKind
    texts: dict[str, str] = field(default_factory=dict)
    tells_again: bool = False
    seen: int | None = None

    def texts_of(self, problem: Problem) -> dict[str, str]:
        return self.texts or broadcasts.default_texts(problem, self.kind)


class BroadcastInputSchema(Input):
    """What is told. Without texts: the workarounds as they are written, or of a fix a few words in every language."""

    makes = Telling
    kind = Choice(BroadcastKind, required=True)
    texts = fields.Nested(AllTextsSchema)
    tells_again = YesNo(metadata={"description": "Also those who were told already."})
    seen = Number(0, LARGEST_MESSAGE, metadata={"description": "Of the preview: who wrote since then gets nothing."})


class RecipientSchema(Shown):
    """Who gets what, or why nothing."""

    ticket = fields.String()
    requester = fields.String()
    organisation = NameOrNull()
    channel = fields.String()
    language = fields.String()
    resolves = fields.Boolean()
    left_out = NameOrNull(metadata={"examples": ["client_wrote", "closed", "no_address"]})


class PreviewSchema(Shown):
    """Who would get what."""

    kind = fields.String(metadata={"enum": list(BroadcastKind)})
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    missing = fields.Dict(keys=fields.String(), values=fields.Integer(),
                          metadata={"description": "Languages without a text, and how many get another."})  # fmt: skip
    seen = fields.Integer()
    told = fields.Integer()
    resolved = fields.Integer()
    left_out = fields.Integer()
    recipients = fields.List(fields.Nested(RecipientSchema))


class BroadcastShownSchema(Shown):
    """What was told, and how far it has come."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": list(BroadcastKind)})
    state = fields.String(metadata={"enum": list(BroadcastState)})
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    by = NameOrNull()
    created_at = Instant()
    send_at = Instant(metadata={"description": "Until then it can be taken back."})
    ended_at = Instant(allow_none=True)
    told = fields.Integer()
    left_out = fields.Integer()
    to_tell = fields.Integer()


class BroadcastsSchema(Shown):
    broadcasts = fields.List(fields.Nested(BroadcastShownSchema))


PREVIEW = Representation(PreviewSchema(), None, of=lambda found, _actor: preview_document(found))


BROADCAST = Representation(BroadcastShownSchema(), None, of=lambda shown, _actor: broadcast_document(shown))


BROADCASTS = Representation(
    BroadcastsSchema(), None, of=lambda rows, _actor: {"broadcasts": [broadcast_document(row) for row in rows]}
)


@bp.post(f"{ONE}/broadcasts/previews")
@bp.takes(BroadcastInputSchema())
@bp.gives(200, PREVIEW)
def preview(sent: Telling, problem: str) -> Preview:
    """Who would get what in which language, who not and why; nothing is sent."""
    found = the_problem(problem)
    return broadcasts.preview(found, sent.kind, sent.texts_of(found), for_=current_actor(),
                              tells_again=sent.tells_again, seen=sent.seen)  # fmt: skip


@bp.get(f"{ONE}/broadcasts")
@bp.gives(200, BROADCASTS)
def told(problem: str) -> list[BroadcastShown]:
    """List what clients were told, the last first."""
    return broadcasts_of(the_problem(problem))


@bp.post(f"{ONE}/broadcasts")
@bp.takes(BroadcastInputSchema(), once=True)
@bp.gives(201, BROADCAST)
def publish(sent: Telling, problem: str) -> BroadcastShown:
    """Tell it when the undo window has passed."""
    found = the_problem(problem)
    new = NewBroadcast(sent.kind, sent.texts_of(found), sent.tells_again, sent.seen, submission())
    row = broadcasts.publish(found, new, by=current_actor())
    if (row.problem_id, row.kind) != (found.id, sent.kind):
        refuse_reused_key()
    return _shown(found, row)


@bp.get(f"{ONE}/broadcasts/<row_id:broadcast_id>")
@bp.gives(200, BROADCAST)
def show_broadcast(problem: str, broadcast_id: int) -> BroadcastShown:
    """Read what was told, and how far it has come."""
    found = the_problem(problem)
    return _shown(found, get_broadcast(broadcast_id, for_=current_actor()))


@bp.post(f"{ONE}/broadcasts/<row_id:broadcast_id>/undoing")
@bp.takes(Nothing())
@bp.gives(200, BROADCAST)
def undo(_sent: Any, problem: str, broadcast_id: int) -> BroadcastShown:
    """Take it back within its window: nobody is told."""
    found = the_problem(problem)
    row = get_broadcast(broadcast_id, for_=current_actor())
    _shown(found, row)
    broadcasts.undo_broadcast(row, by=current_actor())
    return _shown(found, row)


def _shown(problem: Problem, row: Broadcast) -> BroadcastShown:
    found = next((each for each in broadcasts_of(problem) if each.broadcast.id == row.id), None)
    if found is None:
        raise NotFound
    return found
