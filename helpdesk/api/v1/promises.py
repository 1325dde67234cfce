"""Times agreed with a client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.api.auth import current_actor
from helpdesk.api.fields import LONGEST_TEXT, Instant, OneOf, Text, YesNo
from helpdesk.api.inputs import Input
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.shown import TICKET
from helpdesk.models.tickets import Ticket
from helpdesk.tickets.agreed_times import PROMISABLE, promise_time
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
