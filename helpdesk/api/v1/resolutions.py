"""The end of a ticket: resolution, acceptance, refusal, reopening, cancellation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from helpdesk.api.auth import current_actor
from helpdesk.api.errors import in_our_words
from helpdesk.api.fields import LONGEST_TEXT, Choice, Text
from helpdesk.api.inputs import Input, Nothing, read_uploads
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.shown import TICKET
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.judging import BreachCause
from helpdesk.tickets.queries import get_ticket
from helpdesk.tickets.resolution import (
    accept_resolution,
    cancel_ticket,
    refuse_resolution,
    reopen_ticket,
    resolve_ticket,
    undo_reopening,
)

bp = Blueprint("resolutions", __name__, description="How tickets end, and how they go on after all.")


@dataclass(frozen=True)
class Reason:
    reason: str


class ResolutionSchema(Input):
    """What is said to the client, or by the client, about the solution."""

    makes = NewMessage
    text = Text(LONGEST_TEXT, needed=True, required=True)


@dataclass(frozen=True)
class Solution:
    text: str
    breach_cause: BreachCause | None = None
    breach_note: str = ""


class SolutionSchema(Input):
    """What is said to the client, and why the time was not kept, if it was not."""

    makes = Solution
    text = Text(LONGEST_TEXT, needed=True, required=True)
    breach_cause = Choice(
        BreachCause, metadata={"description": "Needed where the first response or the resolution is late."}
    )
    breach_note = Text(LONGEST_TEXT, metadata={"description": "Needed for the cause `other`."})


class ReasonSchema(Input):
    """Why."""

    makes = Reason
    reason = Text(LONGEST_TEXT, needed=True, required=True)


@bp.put("/tickets/<number>/resolution")
@bp.takes(SolutionSchema(), files=True)
@bp.gives(200, TICKET)
def resolve(sent: Solution, number: str) -> Ticket:
    """Tell the client what solved it, and ask for acceptance."""
    new = NewMessage(sent.text, uploads=read_uploads())
    ticket = get_ticket(number, for_=current_actor())
    resolve_ticket(ticket, new, by=current_actor(), breach_cause=sent.breach_cause, breach_note=sent.breach_note)
    return ticket


@bp.delete("/tickets/<number>/resolution")
@bp.takes(ReasonSchema())
@bp.gives(200, TICKET)
def withdraw(sent: Reason, number: str) -> Ticket:
    """Reopen the ticket within its window. The same as POST …/reopenings, for callers whose DELETE carries a body."""
    return _reopen(number, sent.reason)


@bp.post("/tickets/<number>/reopenings")
@bp.takes(ReasonSchema())
@bp.gives(200, TICKET)
def reopen(sent: Reason, number: str) -> Ticket:
    """Reopen a resolved or closed ticket within its window."""
    return _reopen(number, sent.reason)


@bp.post("/tickets/<number>/reopenings/undoing")
@bp.takes(ReasonSchema())
@bp.gives(200, TICKET)
def undo(sent: Reason, number: str) -> Ticket:
    """The reopening was not genuine: within the hour the ticket is as it was before, and no figure knows of it."""
    ticket = get_ticket(number, for_=current_actor())
    undo_reopening(ticket, sent.reason, by=current_actor())
    return ticket


@bp.post("/tickets/<number>/acceptance")
@bp.takes(Nothing())
@bp.gives(200, TICKET)
def accept(_sent: object, number: str) -> Ticket:
    """The client is content: the ticket closes."""
    ticket = get_ticket(number, for_=current_actor())
    accept_resolution(ticket, by=current_actor())
    return ticket


@bp.post("/tickets/<number>/refusal")
@bp.takes(ResolutionSchema(), files=True)
@bp.gives(200, TICKET)
def refuse(sent: NewMessage, number: str) -> Ticket:
    """The client says what is still wrong: the ticket is open again."""
    new = replace(sent, uploads=read_uploads())
    ticket = get_ticket(number, for_=current_actor())
    refuse_resolution(ticket, new, by=current_actor())
    return ticket


@bp.post("/tickets/<number>/cancellation")
@bp.takes(ReasonSchema())
@bp.gives(200, TICKET)
def cancel(sent: Reason, number: str) -> Ticket:
    """End a ticket that is not wanted any more; that is final."""
    ticket = get_ticket(number, for_=current_actor())
    with in_our_words(text="reason"):
        cancel_ticket(ticket, sent.reason, by=current_actor())
    return ticket


def _reopen(number: str, reason: str) -> Ticket:
    ticket = get_ticket(number, for_=current_actor())
    with in_our_words(text="reason"):
        reopen_ticket(ticket, reason, by=current_actor())
    return ticket
