"""Small named conditions on (actor, subject)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpdesk.models.access import Role
from helpdesk.models.care import Revisit
from helpdesk.models.claims import Deliverable
from helpdesk.models.contracts import Approval, Contract, WorkLog
from helpdesk.models.duties import Duty
from helpdesk.models.figures import SavedReport
from helpdesk.models.problems import MajorIncident
from helpdesk.models.promises import Promise
from helpdesk.models.satisfaction import Survey
from helpdesk.models.tickets import Ticket
from helpdesk.policy.actor import Actor, ActorKind
from knowledge_base.models import Article, AudienceKind
from sla.models import Rung

Predicate = Callable[[Actor, Any], bool]

CLIENT_FACING_LINES = frozenset({1, 2})


def is_system(actor: Actor, _subject: Any) -> bool:
    return actor.kind is ActorKind.SYSTEM


def is_client(actor: Actor, _subject: Any) -> bool:
    return actor.is_client


def is_operator(actor: Actor, _subject: Any) -> bool:
    return actor.is_staff and bool(actor.operator_id)


def is_line_lead(actor: Actor, _subject: Any) -> bool:
    return actor.role is Role.LINE_LEAD and actor.is_staff


def is_manager(actor: Actor, _subject: Any) -> bool:
    return actor.role is Role.MANAGER and actor.is_staff


def is_administrator(actor: Actor, _subject: Any) -> bool:
    return actor.role is Role.ADMINISTRATOR and actor.is_staff


def is_product_owner(actor: Actor, _subject: Any) -> bool:
    return actor.role is Role.PRODUCT_OWNER and actor.is_staff


def owns_product(actor: Actor, subject: Any) -> bool:
    """Owns the product that it is about."""
    return is_product_owner(actor, subject) and getattr(subject, "product_id", None) in actor.product_ids


def owns_saved_report(actor: Actor, subject: Any) -> bool:
    """Saved it under a name."""
    return isinstance(subject, SavedReport) and actor.account_id is not None and subject.account_id == actor.account_id


def has_account(actor: Actor, _subject: Any) -> bool:
    """Is signed in, or known by a token; a mail address alone is not enough."""
    return actor.kind is ActorKind.ACCOUNT


def leads_it(actor: Actor, major: MajorIncident) -> bool:
    """Leads this major incident."""
    return actor.is_staff and bool(actor.account_id) and major.lead_id == actor.account_id


def is_requester(actor: Actor, ticket: Ticket) -> bool:
    return bool(actor.contact_id) and ticket.requester_id == actor.contact_id


def is_guest_of(actor: Actor, ticket: Ticket) -> bool:
    return actor.kind is ActorKind.GUEST and actor.ticket_id == ticket.id


def is_not_guest(actor: Actor, _subject: Any) -> bool:
    return actor.kind is not ActorKind.GUEST


def is_supervisor(actor: Actor, _subject: Any) -> bool:
    return actor.is_supervisor


def same_organisation(actor: Actor, subject: Ticket | Contract | Revisit | Approval | Deliverable) -> bool:
    return bool(actor.organisation_id) and subject.organisation_id == actor.organisation_id


def is_asked(actor: Actor, approval: Approval) -> bool:
    """Was asked for this approval, and is signed in."""
    asked = {each.contact_id for each in approval.asked}
    return actor.kind is ActorKind.ACCOUNT and actor.contact_id in asked


def is_named_contact(actor: Actor, deliverable: Deliverable) -> bool:
    """Is the one who accepts it, beside those who supervise."""
    return bool(actor.contact_id) and deliverable.contact_id == actor.contact_id


def is_told(actor: Actor, told: Rung | Duty) -> bool:
    """Was told of it: stands on this rung of the ladder, or is whom a late duty was told to."""
    whom = told.told_id if isinstance(told, Duty) else told.account_id
    return actor.is_staff and whom == actor.account_id


def faces_clients(actor: Actor, _subject: Any) -> bool:
    """Stands on the first or second line; the third is protected and does not write to clients."""
    return bool(actor.lines & CLIENT_FACING_LINES)


def holds_it(actor: Actor, ticket: Ticket) -> bool:
    """The ticket stands on a line of the actor (or on none yet)."""
    return ticket.line is None or ticket.line in actor.lines or ticket.line == actor.leads_line


def is_assignee(actor: Actor, ticket: Ticket) -> bool:
    return bool(actor.operator_id) and ticket.assignee_id == actor.operator_id


def is_author(actor: Actor, work: WorkLog) -> bool:
    """Did this work."""
    return actor.is_staff and bool(actor.operator_id) and work.operator_id == actor.operator_id


def is_visited(actor: Actor, revisit: Revisit) -> bool:
    """The contact whom a revisit is for."""
    return actor.is_client and bool(actor.contact_id) and revisit.contact_id == actor.contact_id


def is_visitor(actor: Actor, revisit: Revisit) -> bool:
    """The operator who comes."""
    return actor.is_staff and bool(actor.operator_id) and revisit.operator_id == actor.operator_id


def keeps_it(actor: Actor, promise: Promise) -> bool:
    """Has promised to the client, or keeps it for who did."""
    return actor.is_staff and bool(actor.operator_id) and promise.owner_id == actor.operator_id


def owns_it(actor: Actor, _ticket: Ticket) -> bool:
    """The first line stays the owner of every ticket towards the client."""
    return 1 in actor.lines


def is_for_colleagues(_actor: Actor, article: Article) -> bool:
    """No client reads it."""
    return article.audience in (AudienceKind.OPERATORS, AudienceKind.LINE)


def wrote_none_of_it(actor: Actor, article: Article) -> bool:
    """Has written none of the words that wait to reach readers."""
    waiting = (each.latest for each in article.translations if each.latest_id != each.live_id)
    return all(words is not None and words.author_id != actor.account_id for words in waiting)


def is_owner(actor: Actor, article: Article) -> bool:
    """Answers for it."""
    return actor.is_staff and bool(actor.account_id) and article.owner_id == actor.account_id


def is_surveyed(actor: Actor, survey: Survey) -> bool:
    """The contact who was asked: signed in, or by the link of the letter. Nobody of the staff, in whatever name."""
    is_known = actor.kind in (ActorKind.ACCOUNT, ActorKind.GUEST) and not actor.is_staff and not actor.operator_id
    return is_known and bool(actor.contact_id) and survey.contact_id == actor.contact_id
