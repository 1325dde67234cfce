"""Times agreed with a client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from marshmallow import fields

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, STAFF, Choice, Instant, OneOf, RowId, Text, YesNo
from helpdesk.api.inputs import Input, refuse_reused_key, submission
from helpdesk.api.openapi import Blueprint, Representation
from helpdesk.api.v1.pages import PageSchema, link_header
from helpdesk.api.v1.shown import TICKET, NameOrNull, Shown
from helpdesk.core.paging import PageOf
from helpdesk.models.promises import Promise, PromiseState
from helpdesk.models.tickets import NUMBER_PREFIX, Channel, Ticket
from helpdesk.people import directory
from helpdesk.policy.actor import Actor
from helpdesk.tickets.agreed_times import PROMISABLE, promise_time
from helpdesk.tickets.promised import PromiseFilter, PromiseRow, get_promise, list_promises
from helpdesk.tickets.promises import (
    LONGEST_REASON,
    LONGEST_WHAT,
    hand_promise,
    keep_promise,
    make_promise,
    move_promise,
    withdraw_promise,
)
from helpdesk.tickets.promises import NewPromise as Agreed
from helpdesk.tickets.queries import get_ticket

bp = Blueprint("promises", __name__, description="Times agreed with the client; they count in place of the contract's.")


@dataclass(frozen=True)
class NewPromise:
    at: datetime
    note: str
    consent: bool
    clock: str = "resolution"


class NewPromiseSchema(Input):
    """What is promised until when, and that the client has said yes to it."""

    makes = NewPromise
    at = Instant(required=True)
    note = Text(LONGEST_TEXT, needed=True, required=True, metadata={"description": "How the client agreed."})
    consent = YesNo(required=True, metadata={"description": "True: the client has said yes to this time."})
    clock = OneOf([kind.value for kind in PROMISABLE])


@bp.post("/tickets/<number>/promises")
@bp.takes(NewPromiseSchema())
@bp.gives(201, TICKET)
def create(sent: NewPromise, number: str) -> Ticket:
    """Promise the client a time for the solution, or for the next update, that they have agreed to."""
    ticket = get_ticket(number, for_=current_actor())
    promise_time(ticket, sent.clock, sent.at, note=sent.note, consent=sent.consent, by=current_actor())
    return ticket


@dataclass(frozen=True)
class NewTime:
    what: str
    until_at: datetime
    from_at: datetime | None = None
    channel: Channel = Channel.PHONE
    note: str = ""
    owner_id: int | None = None


class NewTimeSchema(Input):
    """What is promised by when; a window where it begins earlier than it ends."""

    makes = NewTime
    what = Text(LONGEST_WHAT, needed=True, required=True, metadata={"description": "The client reads it."})
    until_at = Instant(required=True)
    from_at = Instant(metadata={"description": "Without it the promise is for one instant."})
    channel = Choice(Channel)
    note = Text(LONGEST_TEXT, metadata={"description": "For colleagues."})
    owner_id = RowId(metadata={"description": "The operator who keeps it, if not who makes it."})


@dataclass(frozen=True)
class Outcome:
    kept_at: datetime | None = None


class OutcomeSchema(Input):
    """It was done: just now, or at an instant before."""

    makes = Outcome
    kept_at = Instant()


@dataclass(frozen=True)
class Move:
    until_at: datetime
    reason: str
    from_at: datetime | None = None
    told: bool = False


class MoveSchema(Input):
    """Another time, and why; the client gets a letter."""

    makes = Move
    until_at = Instant(required=True)
    from_at = Instant()
    reason = Text(LONGEST_REASON, needed=True, required=True, metadata={"description": "The client reads it."})
    told = YesNo(metadata={"description": "The client knows already; for those to whom no letter can go."})


@dataclass(frozen=True)
class Handing:
    operator_id: int
    reason: str
    told: bool = False


class HandingSchema(Input):
    """Who keeps it instead, and why; the client gets a letter."""

    makes = Handing
    operator_id = RowId(required=True)
    reason = Text(LONGEST_REASON, needed=True, required=True, metadata={"description": "The client reads it."})
    told = YesNo(metadata={"description": "The client knows already; for those to whom no letter can go."})


@dataclass(frozen=True)
class Withdrawal:
    reason: str


class WithdrawalSchema(Input):
    """Why the client wants it no more."""

    makes = Withdrawal
    reason = Text(LONGEST_REASON, needed=True, required=True)


class PromiseFilterSchema(PageSchema):
    """Which promises, and which page of them."""

    state = Choice(PromiseState)
    owner_id = RowId(in_query=True, metadata=STAFF)
    organisation_id = RowId(in_query=True)


class ClientPromiseSchema(Shown):
    """A promise, as the client to whom it was made sees it."""

    id = fields.Integer()
    ticket = NameOrNull()
    what = fields.String()
    from_at = Instant()
    until_at = Instant()
    state = fields.String(metadata={"enum": list(PromiseState)})
    owner = NameOrNull()
    outcome_at = Instant(allow_none=True)
    moved_to_id = fields.Integer(allow_none=True)


class PromiseSchema(ClientPromiseSchema):
    """A time agreed with a client, and what became of it."""

    owner_id = fields.Integer(allow_none=True)
    made_by_id = fields.Integer(allow_none=True)
    made_at = Instant()
    organisation_id = fields.Integer(allow_none=True)
    contact_id = fields.Integer()
    line = fields.Integer(allow_none=True)
    channel = fields.String(metadata={"enum": list(Channel)})
    clock = NameOrNull(metadata={"description": "The clock whose time it takes the place of; it decides the outcome."})
    told_at = Instant(allow_none=True)
    reason = NameOrNull()
    note = NameOrNull()


class ClientPromisePageSchema(Shown):
    """Some promises, as the client sees them."""

    promises = fields.List(fields.Nested(ClientPromiseSchema))
    after = fields.String(allow_none=True)
    before = fields.String(allow_none=True)


class PromisePageSchema(ClientPromisePageSchema):
    """Some promises, the latest made first, with the cursors of the pages after and before."""

    promises = fields.List(fields.Nested(PromiseSchema))


def _shown(promise: Promise, _actor: Actor) -> dict[str, Any]:
    owner = directory.operators().get(promise.owner_id or 0)
    ticket = f"{NUMBER_PREFIX}{promise.ticket_id}" if promise.ticket_id is not None else None
    names = ("id", "what", "from_at", "until_at", "outcome_at", "moved_to_id", "owner_id", "made_by_id", "made_at",
             "organisation_id", "contact_id", "line", "clock", "told_at", "reason", "note")  # fmt: skip
    return {name: getattr(promise, name) for name in names} | {
        "ticket": ticket, "owner": owner.name if owner else None, "state": promise.state.value,
        "channel": promise.channel.value,
    }  # fmt: skip


PROMISE = Representation(PromiseSchema(), ClientPromiseSchema(), of=_shown)
PROMISES = Representation(
    PromisePageSchema(), ClientPromisePageSchema(),
    of=lambda page, actor: {"promises": [_shown(row.promise, actor) for row in page.rows], "after": page.after,
                            "before": page.before},
)  # fmt: skip


@bp.get("/promises")
@bp.takes(PromiseFilterSchema(), location="query")
@bp.gives(200, PROMISES)
def index(sent: dict[str, Any]) -> tuple[PageOf[PromiseRow], dict[str, str]]:
    """List promises, the latest made first; a client finds those of the tickets that they see."""
    cursors = {name: sent.pop(name) for name in ("after", "before", "size") if name in sent}
    page = list_promises(PromiseFilter(**sent), for_=current_actor(), **cursors)
    return page, link_header(page)


@bp.get("/promises/<row_id:promise_id>")
@bp.gives(200, PROMISE)
def show(promise_id: int) -> Promise:
    """Read a promise."""
    return get_promise(promise_id, for_=current_actor())


@bp.post("/tickets/<number>/promised-times")
@bp.takes(NewTimeSchema(), once=True)
@bp.gives(201, PROMISE)
def make(sent: NewTime, number: str) -> tuple[Promise, dict[str, str]]:
    """Put on record what was agreed with the client: to call back at three, to come on Tuesday between ten and noon."""
    ticket = get_ticket(number, for_=current_actor())
    new = Agreed(sent.what, sent.from_at or sent.until_at, sent.until_at, sent.channel, sent.note, sent.owner_id)
    promise = make_promise(ticket, new, by=current_actor(), submission=submission())
    if (promise.ticket_id, promise.until_at) != (ticket.id, sent.until_at):
        refuse_reused_key()
    return promise, {"Location": url_for("api.promises.show", promise_id=promise.id)}


@bp.put("/promises/<row_id:promise_id>/outcome")
@bp.takes(OutcomeSchema())
@bp.gives(200, PROMISE)
def keep(sent: Outcome, promise_id: int) -> Promise:
    """It was done: kept by the end of its window, late after it."""
    return keep_promise(get_promise(promise_id, for_=current_actor()), by=current_actor(), at=sent.kept_at)


@bp.post("/promises/<row_id:promise_id>/move")
@bp.takes(MoveSchema())
@bp.gives(201, PROMISE)
def move(sent: Move, promise_id: int) -> Promise:
    """Agree on another time; read the promise that follows. Before the promised time that is moved with notice, after
    it the promise is broken."""
    promise = get_promise(promise_id, for_=current_actor())
    return move_promise(promise, sent.from_at or sent.until_at, sent.until_at, sent.reason, by=current_actor(),
                        told=sent.told)  # fmt: skip


@bp.put("/promises/<row_id:promise_id>/owner")
@bp.takes(HandingSchema())
@bp.gives(200, PROMISE)
def hand(sent: Handing, promise_id: int) -> Promise:
    """Hand it to a colleague; the client is told why."""
    promise = get_promise(promise_id, for_=current_actor())
    return hand_promise(promise, sent.operator_id, sent.reason, by=current_actor(), told=sent.told)


@bp.post("/promises/<row_id:promise_id>/withdrawal")
@bp.takes(WithdrawalSchema())
@bp.gives(200, PROMISE)
def withdraw(sent: Withdrawal, promise_id: int) -> Promise:
    """The client wants it no more."""
    return withdraw_promise(get_promise(promise_id, for_=current_actor()), sent.reason, by=current_actor())
