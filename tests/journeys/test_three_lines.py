"""A ticket through the three lines, as its people would tell it."""

from __future__ import annotations

from helpdesk.models.tickets import Channel, Status
from helpdesk.tickets.conversation import NewMessage
from helpdesk.tickets.escalation import hand_over, return_ticket
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.resolution import accept_resolution, refuse_resolution, resolve_ticket
from tests.cast import Cast
from tests.factories import HANDOVER, facts


def test_a_ticket_travels_to_the_makers_and_back_and_is_accepted(cast: Cast) -> None:
    ticket = open_ticket(NewTicket("Blank labels", "All blank."), by=cast.jonas, channel=Channel.PORTAL)

    hand_over(ticket, HANDOVER.__class__(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    hand_over(ticket, HANDOVER, by=cast.tomas)
    assert ticket.line == 3

    return_ticket(ticket, "Firmware 7.43 mends it.", by=cast.giedrius)
    assert (ticket.line, ticket.assignee_id) == (2, cast.tomas.operator_id)

    resolve_ticket(ticket, NewMessage("Update to 7.43."), by=cast.tomas)
    refuse_resolution(ticket, NewMessage("Still blank."), by=cast.jonas)
    assert (ticket.status, ticket.reopenings) == (Status.OPEN, 1)

    resolve_ticket(ticket, NewMessage("And calibrate it."), by=cast.tomas)
    accept_resolution(ticket, by=cast.jonas)
    assert ticket.status is Status.CLOSED
    assert facts(ticket)[-2:] == ["ResolutionAccepted", "TicketClosed"]
