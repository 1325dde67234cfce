"""The birth of a ticket, whatever face it came through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.core.command import command
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.core.journal import record
from helpdesk.core.times import now
from helpdesk.entitlement.choice import entitled
from helpdesk.events import TicketOpened, TicketRouted, TicketTyped
from helpdesk.models.messages import AuthorKind, Message, MessageKind
from helpdesk.models.people import Contact
from helpdesk.models.products import InstalledProduct
from helpdesk.models.tickets import (
    DRIVEN_TYPES,
    Channel,
    Impact,
    LinkKind,
    Status,
    Ticket,
    TicketLink,
    TicketType,
    Urgency,
)
from helpdesk.models.transfers import Transfer, TransferKind
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import require
from helpdesk.policy.scopes import visible
from helpdesk.tickets import clocks, routing
from helpdesk.tickets.assignment import assign_best, put
from helpdesk.tickets.attachments import StoredUpload, attach
from helpdesk.tickets.desk import ticket_settings
from helpdesk.tickets.fields import checked_fields
from helpdesk.tickets.priority import computed_priority
from helpdesk.tickets.tags import add_tags


@dataclass(frozen=True)
class NewTicket:
    """What is known when a client asks for something."""

    subject: str
    text: str
    type: TicketType = TicketType.INCIDENT
    requester_id: int | None = None  # None: whoever opens it
    urgency: Urgency = Urgency.MEDIUM
    impact: Impact = Impact.PERSON  # a client cannot say it
    product_id: int | None = None
    installed_product_id: int | None = None
    component_id: int | None = None
    category_id: int | None = None
    language: str | None = None  # None: the requester's
    tags: tuple[str, ...] = ()
    custom_fields: dict[str, Any] = field(default_factory=dict)
    uploads: tuple[StoredUpload, ...] = ()
    submission: str | None = None
    full_text: str | None = None
    received_mail_id: int | None = None
    follow_up_of: int | None = None


@command
def open_ticket(new: NewTicket, *, by: Actor, channel: Channel) -> Ticket:
    """Register a request: number, priority, team, clocks, first message; the acknowledgement follows from the fact.

    A second submit with the same key returns the first ticket. Tags are words of the desk: from a client they are
    refused, as they would be later.
    """
    require(by, Action.OPEN_TICKET)
    if new.tags and by.is_client:
        require(by, Action.CLASSIFY_TICKET)
    if existing := _already(new.submission):
        return existing
    requester = _requester(new, by)
    installed = _installed(new, requester, by)
    product_id = installed.product_id if installed else _known("product_id", new.product_id, directory.products())
    language = new.language or requester.language
    impact = new.impact if by.is_staff else Impact.PERSON
    computed = computed_priority(impact, new.urgency)
    rule = routing.route(routing.Features(
        type=new.type.value, channel=channel.value, language=language, text=f"{new.subject}\n{new.text}",
        product_id=product_id, component_id=new.component_id, organisation_id=requester.organisation_id,
    ))  # fmt: skip
    team = directory.teams()[rule.team_id] if rule else routing.default_team()
    at = now()
    entitlement = entitled(organisation_id=requester.organisation_id, product_id=product_id, installed=installed,
                           at=at, component_id=new.component_id, channel=channel)  # fmt: skip
    first_line = team if team and team.line == 1 else routing.default_team()
    ticket = Ticket(
        type=new.type, status=Status.NEW, is_open=True, sub_status="", subject=_subject(new), requester_id=requester.id,
        organisation_id=requester.organisation_id, product_id=product_id,
        installed_product_id=installed.id if installed else None,
        component_id=_known("component_id", new.component_id, directory.components()),
        category_id=_known("category_id", new.category_id, directory.categories()),
        channel=channel, language=language, impact=impact, urgency=new.urgency,
        client_urgency=new.urgency if by.is_client else None, computed_priority=computed,
        priority=rule.priority if rule and rule.priority else computed,
        priority_reason=rule.name if rule and rule.priority and rule.priority != computed else "",
        team_id=team.id if team else None, line=team.line if team else None,
        highest_line=team.line if team else None, owner_team_id=first_line.id if first_line else None,
        custom_fields=checked_fields(new.custom_fields, new.type, by), opened_at=at, updated_at=at,
        awaits_reply=True, submission=new.submission, policy_id=entitlement.policy_id,
        contract_id=entitlement.contract_id, entitlement=entitlement.as_document(),
    )  # fmt: skip
    clocks.foresee(ticket)
    db.session.add(ticket)
    if requester.contact is not None:  # at hand already: whoever shows the new ticket need not ask for them
        set_committed_value(ticket, "requester", requester.contact)
        set_committed_value(ticket, "organisation", requester.contact.organisation)
    db.session.flush()
    first_message(ticket, new, channel=channel)
    record(TicketOpened(ticket.id, channel=channel.value, type=ticket.type.value, priority=ticket.priority.value,
                        line=ticket.line, policy_id=ticket.policy_id), by=by)  # fmt: skip
    if ticket.type in DRIVEN_TYPES:
        record(TicketTyped(ticket.id, before="", after=ticket.type.value), by=by)
    if team is not None:
        db.session.add(Transfer(
            ticket_id=ticket.id, kind=TransferKind.ROUTED, from_team_id=None, to_team_id=team.id, from_line=None,
            to_line=team.line, at=at, reason=rule.name if rule else "", actor_kind="system", actor_id=0,
        ))  # fmt: skip
        record(TicketRouted(ticket.id, team_id=team.id, rule=rule.name if rule else ""), by=by)
    if rule and rule.assignee_id:
        put(ticket, directory.substitute_for(rule.assignee_id, at), "routed", by=by)
    elif ticket_settings().assign_automatically:
        assign_best(ticket, by=by)
    add_tags(ticket, new.tags)
    if new.follow_up_of:
        db.session.add(TicketLink(ticket_id=ticket.id, other_id=new.follow_up_of, kind=LinkKind.FOLLOW_UP_OF,
                                  created_at=at))  # fmt: skip
    return ticket


def first_message(ticket: Ticket, new: NewTicket, *, channel: Channel) -> Message:
    """The client's own words, whoever typed them."""
    message = Message(
        ticket_id=ticket.id, kind=MessageKind.REPLY, author_kind=AuthorKind.CONTACT, author_id=ticket.requester_id,
        channel=channel, text=new.text, full_text=new.full_text, created_at=ticket.opened_at,
        received_mail_id=new.received_mail_id, attachments=[],
    )  # fmt: skip
    db.session.add(message)
    attach(message, new.uploads)
    return message


def _already(submission: str | None) -> Ticket | None:
    if submission is None:
        return None
    return db.session.scalar(select(Ticket).where(Ticket.submission == submission))


@dataclass(frozen=True)
class _Requester:
    id: int
    organisation_id: int | None
    language: str
    contact: Contact | None = None


def _requester(new: NewTicket, by: Actor) -> _Requester:
    if by.is_client and new.requester_id in (None, by.contact_id):
        return _Requester(by.contact_id, by.organisation_id or None, by.language)
    require(by, Action.CHOOSE_REQUESTER)
    wanted = visible(by, Contact).where(Contact.id == new.requester_id).options(joinedload(Contact.organisation))
    found = db.session.scalar(wanted)
    if found is None:
        raise Invalid({"requester_id": [_("Choose the contact who asks.")]})
    return _Requester(found.id, found.organisation_id, found.language, found)


def _installed(new: NewTicket, requester: _Requester, by: Actor) -> InstalledProduct | None:
    if new.installed_product_id is None:
        return None
    row: InstalledProduct | None = db.session.scalar(
        visible(by, InstalledProduct).where(
            InstalledProduct.id == new.installed_product_id,
            InstalledProduct.organisation_id == requester.organisation_id,
        )
    )
    if row is None:
        raise Invalid({"installed_product_id": [_("Choose a product of the requester's organisation.")]})
    return row


def _known(name: str, value: int | None, directory_of: dict[int, directory.Named]) -> int | None:
    if value is not None and value not in directory_of:
        raise Invalid({name: [_("Choose one of the list.")]})
    return value


def _subject(new: NewTicket) -> str:
    subject = " ".join(new.subject.split())
    if not subject:
        raise Invalid({"subject": [_("Say in a few words what it is about.")]})
    return subject[:250]
