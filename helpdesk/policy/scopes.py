"""What an actor can see at all, as a select. What is outside does not exist for them: not found, never forbidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, True_, and_, exists, false, or_, select, true, union
from sqlalchemy.orm import aliased

from helpdesk.core.db import Base, db
from helpdesk.models.access import Role
from helpdesk.models.care import Care, CarePlan, Need, Referral, Revisit
from helpdesk.models.claims import Claim, Deliverable, RefundRuleVersion
from helpdesk.models.contracts import Approval, ApprovalAsked, Contract, ContractLine
from helpdesk.models.duties import Duty
from helpdesk.models.feedback import Webhook, Wish
from helpdesk.models.figures import SavedReport, WallLink
from helpdesk.models.messages import Attachment, Message, MessageKind
from helpdesk.models.people import CircleMember, Contact, Organisation, SharingMode
from helpdesk.models.problems import MajorIncident, Problem, ProblemProduct, ProblemTicket, RecurrenceProposal
from helpdesk.models.products import InstalledProduct, Product
from helpdesk.models.promises import Promise
from helpdesk.models.sales import Sale
from helpdesk.models.satisfaction import Survey, SurveyState
from helpdesk.models.tickets import Ticket, Watcher
from helpdesk.models.transfers import Transfer
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor, ActorKind
from helpdesk.policy.predicates import CLIENT_FACING_LINES
from helpdesk.policy.rules import may
from knowledge_base.models import READABLE_STATES, Article, ArticleFile, ArticleProduct, AudienceKind


def visible(actor: Actor, model: type[Base]) -> Select[Any]:
    """Select the rows of this model that the actor can see. KeyError for a model nobody may list."""
    return select(model).where(SCOPES[model](actor))


def ticket_scope(actor: Actor) -> ColumnElement[bool]:
    """Tickets: clients by requester, supervision, sharing mode and watching; the third line only what it was handed."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.kind is ActorKind.GUEST:
        return and_(Ticket.id == actor.ticket_id, Ticket.requester_id == actor.contact_id)
    if actor.is_client:
        return _clients_tickets(actor)
    if not actor.is_staff:
        return false()
    if actor.role in (Role.MANAGER, Role.ADMINISTRATOR):
        return true()
    if actor.role is Role.PRODUCT_OWNER:
        owned = select(Product.id).where(Product.owner_account_id == actor.account_id)
        return Ticket.product_id.in_(owned)
    if actor.lines & CLIENT_FACING_LINES or actor.leads_line in CLIENT_FACING_LINES:
        return true()
    handed = exists().where(Transfer.ticket_id == Ticket.id, Transfer.to_team_id.in_(actor.team_ids))
    if actor.leads_line:
        return or_(handed, exists().where(Transfer.ticket_id == Ticket.id, Transfer.to_line == actor.leads_line))
    return handed


def _clients_tickets(actor: Actor) -> ColumnElement[bool]:
    mine = Ticket.requester_id == actor.contact_id
    if not actor.account_id:
        return mine  # known by a mail address alone
    seen = [mine, exists().where(Watcher.ticket_id == Ticket.id, Watcher.account_id == actor.account_id)]
    if actor.organisation_id:
        ours = Ticket.organisation_id == actor.organisation_id
        if actor.is_supervisor or actor.sharing_mode is SharingMode.ORGANISATION:
            seen.append(ours)
        elif actor.sharing_mode is SharingMode.UNIT and actor.unit:
            colleagues = select(Contact.id).where(
                Contact.organisation_id == actor.organisation_id, Contact.unit == actor.unit
            )
            seen.append(and_(ours, Ticket.requester_id.in_(colleagues)))
        elif actor.sharing_mode is SharingMode.CIRCLE and actor.circle_ids:
            members = select(CircleMember.contact_id).where(CircleMember.circle_id.in_(actor.circle_ids))
            seen.append(and_(ours, Ticket.requester_id.in_(members)))
    return or_(*seen)


def message_scope(actor: Actor) -> ColumnElement[bool]:
    """Messages of visible tickets; internal notes reach no client."""
    of_visible = Message.ticket_id.in_(select(Ticket.id).where(ticket_scope(actor)))
    return of_visible if may(actor, Action.READ_NOTE) else and_(of_visible, Message.kind != MessageKind.NOTE)


def attachment_scope(actor: Actor) -> ColumnElement[bool]:
    return Attachment.message_id.in_(select(Message.id).where(message_scope(actor)))


def contact_scope(actor: Actor) -> ColumnElement[bool]:
    """Contacts: staff see all; a client sees themselves, a supervisor the colleagues."""
    if actor.is_staff or actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.is_supervisor and actor.organisation_id:
        return Contact.organisation_id == actor.organisation_id
    return Contact.id == actor.contact_id if actor.is_client else false()


def organisation_scope(actor: Actor) -> ColumnElement[bool]:
    if actor.is_staff or actor.kind is ActorKind.SYSTEM:
        return true()
    return Organisation.id == actor.organisation_id if actor.is_client else false()


def installed_scope(actor: Actor) -> ColumnElement[bool]:
    if actor.is_staff or actor.kind is ActorKind.SYSTEM:
        return true()
    return InstalledProduct.organisation_id == actor.organisation_id if actor.is_client else false()


def contract_scope(actor: Actor) -> ColumnElement[bool]:
    """Contracts: staff see all; of a client those who supervise see the organisation's."""
    if actor.is_staff or actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.is_supervisor and actor.organisation_id and actor.kind is ActorKind.ACCOUNT:
        return Contract.organisation_id == actor.organisation_id
    return false()


def promise_scope(actor: Actor) -> ColumnElement[bool]:
    """Promises: on the tickets that the actor sees; those of visits whom they were made to, supervisors and staff."""
    tickets = ticket_scope(actor)
    if isinstance(tickets, True_):
        return true()
    seen: list[ColumnElement[bool]] = [Promise.ticket_id.in_(select(Ticket.id).where(tickets))]
    if actor.is_staff:
        seen.append(Promise.owner_id == actor.operator_id)
    elif actor.is_client and actor.kind is ActorKind.ACCOUNT:
        on_visit = Promise.ticket_id.is_(None)
        seen.append(and_(on_visit, Promise.contact_id == actor.contact_id))
        if actor.is_supervisor and actor.organisation_id:
            seen.append(and_(on_visit, Promise.organisation_id == actor.organisation_id))
    return or_(*seen)


def approval_scope(actor: Actor) -> ColumnElement[bool]:
    """Approvals: staff see those of their tickets; of a client those who were asked, while they belong to it."""
    if actor.is_staff or actor.kind is ActorKind.SYSTEM:
        return Approval.ticket_id.in_(select(Ticket.id).where(ticket_scope(actor)))
    if actor.kind is not ActorKind.ACCOUNT or not actor.organisation_id:
        return false()
    asked = exists().where(ApprovalAsked.approval_id == Approval.id, ApprovalAsked.contact_id == actor.contact_id)
    return and_(Approval.organisation_id == actor.organisation_id, asked)


def claim_scope(actor: Actor) -> ColumnElement[bool]:
    """Claims: whoever sees the ticket."""
    tickets = ticket_scope(actor)
    return tickets if isinstance(tickets, True_) else Claim.ticket_id.in_(select(Ticket.id).where(tickets))


def deliverable_scope(actor: Actor) -> ColumnElement[bool]:
    """Deliverables: of staff those who have to do with clients; of a client who supervises, and the named contact."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.is_staff:
        of_clients = bool(actor.lines & CLIENT_FACING_LINES) or actor.leads_line in CLIENT_FACING_LINES
        return true() if of_clients or actor.role in (Role.MANAGER, Role.ADMINISTRATOR) else false()
    if not actor.organisation_id or actor.kind is not ActorKind.ACCOUNT:
        return false()
    ours = Deliverable.organisation_id == actor.organisation_id
    return ours if actor.is_supervisor else and_(ours, Deliverable.contact_id == actor.contact_id)


def refund_rules_scope(actor: Actor) -> ColumnElement[bool]:
    return true() if may(actor, Action.READ_REFUND_RULES) else false()


def revisit_scope(actor: Actor) -> ColumnElement[bool]:
    """Revisits: whoever faces clients, leads or manages sees all, others of the staff their own.

    Of a client supervisors see the organisation's, the others those that are for them.
    """
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.is_client:
        own = (Revisit.contact_id == actor.contact_id) & (Revisit.organisation_id == (actor.organisation_id or -1))
        if actor.is_supervisor and actor.organisation_id and actor.kind is ActorKind.ACCOUNT:
            return or_(own, Revisit.organisation_id == actor.organisation_id)
        return own
    if not actor.is_staff:
        return false()
    return true() if _sees_all(actor) else Revisit.operator_id == (actor.operator_id or -1)


def care_scope(actor: Actor) -> ColumnElement[bool]:
    """Care plans, programmes, needs and referrals: only for staff who face clients, lead or manage."""
    return true() if actor.kind is ActorKind.SYSTEM or (actor.is_staff and _sees_all(actor)) else false()


def _sees_all(actor: Actor) -> bool:
    return bool(
        actor.role in (Role.MANAGER, Role.ADMINISTRATOR) or actor.leads_line or actor.lines & CLIENT_FACING_LINES
    )


def duty_scope(actor: Actor) -> ColumnElement[bool]:
    """Duties: whoever faces clients, leads or manages sees all; others of the staff see what is theirs."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if not actor.is_staff:
        return false()
    return true() if _sees_all(actor) else Duty.owner_id == (actor.operator_id or -1)


def sale_scope(actor: Actor) -> ColumnElement[bool]:
    """Sales: those of the staff who may read them; no client, and not the protected third line."""
    return true() if may(actor, Action.READ_SALES) else false()


def article_scope(actor: Actor) -> ColumnElement[bool]:
    """Articles: for whom they are, and of those what is published or outdated.

    What is not (yet) to be read is there for those of the staff who write.
    """
    if actor.kind is ActorKind.SYSTEM or may(actor, Action.WRITE_ARTICLE):
        return article_audience(actor)
    return and_(Article.state.in_(READABLE_STATES), article_audience(actor))


def article_audience(actor: Actor) -> ColumnElement[bool]:
    """The only rule of audiences, whatever state an article is in.

    1. What is public is for everybody; what is for clients is for those signed in who have one of its products,
       installed or under contract, and for every client where it names none.
    2. What is for operators is for all of them, what is for a line for whoever stands on it or leads it; managers and
       administrators read everything, product owners what clients may read.
    """
    if actor.kind is ActorKind.SYSTEM or (actor.is_staff and actor.role in (Role.MANAGER, Role.ADMINISTRATOR)):
        return true()
    audiences = [Article.audience == AudienceKind.PUBLIC]
    if actor.is_staff:
        audiences.append(Article.audience == AudienceKind.CLIENTS)
        if actor.operator_id:
            lines = actor.lines | ({actor.leads_line} if actor.leads_line else frozenset())
            of_line = and_(Article.audience == AudienceKind.LINE, Article.line.in_(lines))
            audiences += [Article.audience == AudienceKind.OPERATORS, of_line]
    elif actor.kind is ActorKind.ACCOUNT and actor.is_client:
        audiences.append(and_(Article.audience == AudienceKind.CLIENTS, _has_its_product(actor)))
    return or_(*audiences)


def _has_its_product(actor: Actor) -> ColumnElement[bool]:
    own = aliased(ArticleProduct)
    named = own.article_id == Article.id
    of_nobody = ~exists().where(named)
    if not actor.organisation_id:
        return of_nobody
    installed, covered = _products_at(actor.organisation_id)
    theirs = or_(own.product_id.in_(installed), own.product_id.in_(covered))
    return or_(of_nobody, exists().where(named, theirs))


def _products_at(organisation_id: int) -> tuple[Select[Any], Select[Any]]:
    """The products that a client has installed, and those that a contract of theirs names."""
    return (
        select(InstalledProduct.product_id).where(InstalledProduct.organisation_id == organisation_id),
        select(ContractLine.product_id).join(Contract, Contract.id == ContractLine.contract_id)
        .where(Contract.organisation_id == organisation_id),
    )  # fmt: skip


def article_facets(actor: Actor) -> list[str] | None:
    """At least what the audience rule lets through, as facets of the search; None where that is everything.

    It narrows the search for those who see few articles; what is found is still checked by the rule.
    """
    if actor.kind is ActorKind.SYSTEM or (actor.is_staff and actor.role in (Role.MANAGER, Role.ADMINISTRATOR)):
        return None
    facets = [AudienceKind.PUBLIC.value]
    if actor.is_staff:
        return None if actor.operator_id else [*facets, *_for_clients(db.session.scalars(select(Product.id)))]
    if actor.kind is ActorKind.ACCOUNT and actor.is_client:
        theirs = union(*_products_at(actor.organisation_id)) if actor.organisation_id else None
        facets += _for_clients(() if theirs is None else db.session.scalars(theirs))
    return facets


def _for_clients(products: Iterable[int | None]) -> list[str]:
    return ["clients-product:none", *(f"clients-product:{each}" for each in products if each is not None)]


def article_file_scope(actor: Actor) -> ColumnElement[bool]:
    return ArticleFile.article_id.in_(select(Article.id).where(article_scope(actor)))


def wish_scope(actor: Actor) -> ColumnElement[bool]:
    """Wishes: staff who face clients, lead or manage see all, a product owner those of the products.

    Of the clients those who can sign in see the public ones of what their organisation has, merged ones left out.
    """
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.is_staff:
        if actor.role is Role.PRODUCT_OWNER:
            return Wish.product_id.in_(actor.product_ids)
        return true() if _sees_all(actor) else false()
    if actor.kind is not ActorKind.ACCOUNT or not actor.organisation_id:
        return false()
    theirs = select(InstalledProduct.product_id).where(InstalledProduct.organisation_id == actor.organisation_id)
    return and_(Wish.is_public, Wish.merged_into_id.is_(None), Wish.product_id.in_(theirs))


def webhook_scope(actor: Actor) -> ColumnElement[bool]:
    """Webhooks: administrators see all, a product owner those of the products."""
    if actor.kind is ActorKind.SYSTEM or (actor.is_staff and actor.role is Role.ADMINISTRATOR):
        return true()
    return Webhook.product_id.in_(actor.product_ids) if actor.role is Role.PRODUCT_OWNER else false()


def saved_report_scope(actor: Actor) -> ColumnElement[bool]:
    """Saved reports: one's own, and what colleagues share; of those who may read reports."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if not may(actor, Action.READ_REPORTS):
        return false()
    return or_(SavedReport.account_id == actor.account_id, SavedReport.is_shared)


def wall_link_scope(actor: Actor) -> ColumnElement[bool]:
    """Addresses of wall boards: a manager sees all, others their own."""
    if not may(actor, Action.SHARE_WALL):
        return false()
    return true() if actor.role is Role.MANAGER else WallLink.account_id == actor.account_id


def problem_scope(actor: Actor) -> ColumnElement[bool]:
    """Problems: whoever faces clients, leads or manages sees all; product owners those of their products.

    The third line sees what its teams or people own, and the problems of the tickets it was handed. No client sees any.
    """
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if not actor.is_staff:
        return false()
    if _sees_all(actor):
        return true()
    own = Problem.owner_id == actor.account_id
    if actor.role is Role.PRODUCT_OWNER:
        owned = select(Product.id).where(Product.owner_account_id == actor.account_id)
        return or_(own, exists().where(ProblemProduct.problem_id == Problem.id, ProblemProduct.product_id.in_(owned)))
    handed = exists().where(
        ProblemTicket.problem_id == Problem.id, ProblemTicket.ended_at.is_(None),
        Transfer.ticket_id == ProblemTicket.ticket_id, Transfer.to_team_id.in_(actor.team_ids),
    )  # fmt: skip
    return or_(own, Problem.team_id.in_(actor.team_ids), handed)


def proposal_scope(actor: Actor) -> ColumnElement[bool]:
    """Proposed problems: whoever faces clients, leads or manages sees all; product owners those of their products."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if not actor.is_staff:
        return false()
    if actor.role is Role.PRODUCT_OWNER and not _sees_all(actor):
        owned = select(Product.id).where(Product.owner_account_id == actor.account_id)
        return RecurrenceProposal.product_id.in_(owned)
    return true() if _sees_all(actor) else false()


def major_scope(actor: Actor) -> ColumnElement[bool]:
    """Major incidents: of the staff, whoever sees its ticket, and who leads it; what clients read is its notice."""
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if not actor.is_staff:
        return false()
    tickets = ticket_scope(actor)
    if isinstance(tickets, True_):
        return true()
    seen = MajorIncident.ticket_id.in_(select(Ticket.id).where(tickets))
    return or_(seen, MajorIncident.lead_id == actor.account_id)


def survey_scope(actor: Actor) -> ColumnElement[bool]:
    """Surveys: a client finds what they were asked; managers see all, administrators nothing.

    An operator sees what is about their own work, and of the tickets they hold now; who leads a line sees the line's.
    """
    if actor.kind is ActorKind.SYSTEM:
        return true()
    if actor.is_client:
        return and_(Survey.contact_id == actor.contact_id, Survey.state.in_(ASKED))
    if not may(actor, Action.READ_ANSWERS):
        return false()
    if actor.role is Role.MANAGER:
        return true()
    held = select(Ticket.id).where(Ticket.assignee_id == actor.operator_id)
    seen = [Survey.operator_id == actor.operator_id, Survey.ticket_id.in_(held)]
    if actor.leads_line:
        seen.append(Survey.line == actor.leads_line)
    return or_(*seen)


ASKED = (SurveyState.SENT, SurveyState.ANSWERED, SurveyState.EXPIRED)

SCOPES = {
    Ticket: ticket_scope,
    Message: message_scope,
    Attachment: attachment_scope,
    Contact: contact_scope,
    Organisation: organisation_scope,
    InstalledProduct: installed_scope,
    Contract: contract_scope,
    Promise: promise_scope,
    Approval: approval_scope,
    Claim: claim_scope,
    Deliverable: deliverable_scope,
    RefundRuleVersion: refund_rules_scope,
    Sale: sale_scope,
    Duty: duty_scope,
    Problem: problem_scope,
    RecurrenceProposal: proposal_scope,
    MajorIncident: major_scope,
    Revisit: revisit_scope,
    Care: care_scope,
    CarePlan: care_scope,
    Need: care_scope,
    Referral: care_scope,
    Article: article_scope,
    ArticleFile: article_file_scope,
    Wish: wish_scope,
    Survey: survey_scope,
    Webhook: webhook_scope,
    SavedReport: saved_report_scope,
    WallLink: wall_link_scope,
}
