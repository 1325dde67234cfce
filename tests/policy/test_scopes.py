"""Who sees which ticket at all."""

from __future__ import annotations

import pytest

from helpdesk.core.command import transaction
from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, NotFound
from helpdesk.models.people import Circle, CircleMember, Contact, Organisation, SharingMode
from helpdesk.models.tickets import Ticket
from helpdesk.people.accounts import actor_by_email
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor, ActorKind, contact_actor
from helpdesk.policy.rules import RULES, may, require
from helpdesk.tickets.classification import watch
from helpdesk.tickets.conversation import NewMessage, add_note
from helpdesk.tickets.escalation import NewHandover, hand_over, return_ticket
from helpdesk.tickets.queries import conversation, get_ticket, list_tickets
from tests.cast import Cast
from tests.factories import HANDOVER, a_ticket


def sees(actor: Actor, ticket: Ticket) -> bool:
    try:
        return get_ticket(ticket.number, for_=actor).id == ticket.id
    except NotFound:
        return False


def share(cast: Cast, mode: SharingMode) -> None:
    with transaction():
        db.session.get_one(Organisation, cast.klinika.id).sharing_mode = mode


def test_a_client_sees_their_own_ticket_and_the_stranger_does_not(cast: Cast) -> None:
    ticket = a_ticket(cast)

    assert sees(cast.jonas, ticket)
    assert not sees(cast.marek, ticket)
    assert list_tickets(for_=cast.marek).rows == []


def test_a_private_organisation_hides_colleagues_tickets_but_not_from_the_supervisor(cast: Cast) -> None:
    ticket = a_ticket(cast)

    assert not sees(cast.egle, ticket)
    assert sees(cast.lena, ticket)


def test_an_open_organisation_shows_everybodys_tickets(cast: Cast) -> None:
    ticket = a_ticket(cast)
    share(cast, SharingMode.ORGANISATION)

    assert sees(actor_by_email("egle@klinika.example"), ticket)
    assert not sees(cast.marek, ticket)


def test_colleagues_of_a_unit_see_each_other(cast: Cast) -> None:
    ticket = a_ticket(cast)
    share(cast, SharingMode.UNIT)
    with transaction():
        db.session.get_one(Contact, cast.jonas.contact_id).unit = "Reception"
    assert not sees(actor_by_email("egle@klinika.example"), ticket)

    with transaction():
        db.session.get_one(Contact, cast.egle.contact_id).unit = "Reception"
    assert sees(actor_by_email("egle@klinika.example"), ticket)


def test_members_of_a_circle_see_each_other(cast: Cast) -> None:
    ticket = a_ticket(cast)
    share(cast, SharingMode.CIRCLE)
    assert not sees(actor_by_email("egle@klinika.example"), ticket)

    with transaction():
        circle = Circle(organisation_id=cast.klinika.id, name="Night shift")
        db.session.add(circle)
        db.session.flush()
        db.session.add_all(CircleMember(circle_id=circle.id, contact_id=i)
                           for i in (cast.jonas.contact_id, cast.egle.contact_id))  # fmt: skip
    assert sees(actor_by_email("egle@klinika.example"), ticket)


def test_a_watching_colleague_sees_the_ticket_and_a_stranger_can_never_watch(cast: Cast) -> None:
    ticket = a_ticket(cast)
    watch(ticket, True, by=cast.ona, account_id=cast.egle.account_id)

    assert sees(cast.egle, ticket)
    with pytest.raises(Exception, match="same organisation"):
        watch(ticket, True, by=cast.ona, account_id=cast.marek.account_id)


def test_a_guest_sees_the_one_ticket_of_the_link(cast: Cast) -> None:
    ticket, other = a_ticket(cast), a_ticket(cast)
    contact = db.session.get_one(Contact, cast.jonas.contact_id)
    guest = contact_actor(contact, kind=ActorKind.GUEST, ticket_id=ticket.id)

    assert sees(guest, ticket)
    assert not sees(guest, other)


def test_the_third_line_sees_only_what_was_handed_over_whole(cast: Cast) -> None:
    ticket = a_ticket(cast)
    assert not sees(cast.giedrius, ticket)

    hand_over(ticket, NewHandover(**{**HANDOVER.__dict__, "to_team_id": cast.field.id}), by=cast.ona)
    hand_over(ticket, HANDOVER, by=cast.tomas)
    assert sees(cast.giedrius, ticket)

    return_ticket(ticket, "Done.", by=cast.giedrius)
    assert sees(cast.giedrius, ticket)  # they may look how it went on


def test_an_internal_note_reaches_no_client(cast: Cast) -> None:
    ticket = a_ticket(cast)
    add_note(ticket, NewMessage("They never read the manual."), by=cast.ona)

    for client in (cast.jonas, cast.lena):
        assert all("manual" not in message.text for message in conversation(ticket, for_=client))
    assert any("manual" in message.text for message in conversation(ticket, for_=cast.ona))


def test_a_product_owner_sees_tickets_of_the_own_product(cast: Cast) -> None:
    ours, other = a_ticket(cast, product_id=cast.printer.id), a_ticket(cast)

    assert sees(cast.birute, ours)
    assert not sees(cast.birute, other)


def test_a_product_owner_reads_no_internal_notes(cast: Cast) -> None:
    ticket = a_ticket(cast, product_id=cast.printer.id)
    add_note(ticket, NewMessage("They never read the manual."), by=cast.ona)

    assert all("manual" not in message.text for message in conversation(ticket, for_=cast.birute))


def test_every_action_has_its_row_of_rules() -> None:
    assert set(RULES) == set(Action)


def test_the_third_line_does_not_write_to_clients(cast: Cast) -> None:
    ticket = a_ticket(cast, line=3)

    assert not may(cast.giedrius, Action.REPLY_TO_CLIENT, ticket)
    assert not may(cast.giedrius, Action.RESOLVE_TICKET, ticket)
    with pytest.raises(Forbidden):
        require(cast.giedrius, Action.RESOLVE_TICKET, ticket)
