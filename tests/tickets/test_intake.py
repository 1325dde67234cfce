"""Opening a ticket: what is the desk's to say, and what the client's."""

from __future__ import annotations

import pytest

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden
from helpdesk.models.tickets import Channel, Ticket
from helpdesk.tickets.intake import NewTicket, open_ticket
from helpdesk.tickets.tags import tags_of
from tests.cast import Cast

TAGGED = {"subject": "Blank labels", "text": "Since this morning.", "tags": ("firmware",)}


def test_a_client_sets_no_tags(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        open_ticket(NewTicket(**TAGGED), by=cast.jonas, channel=Channel.PORTAL)

    assert db.session.query(Ticket).count() == 0


def test_an_operator_tags_what_a_client_asks(cast: Cast) -> None:
    ticket = open_ticket(NewTicket(**TAGGED, requester_id=cast.jonas.contact_id), by=cast.ona, channel=Channel.PHONE)

    assert tags_of([ticket.id]) == {ticket.id: ["firmware"]}
