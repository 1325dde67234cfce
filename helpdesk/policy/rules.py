"""Action → alternatives: any row grants; all of a row must hold. What is not listed is granted to nobody."""

from __future__ import annotations

from typing import Any

from helpdesk.core.errors import Forbidden
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.predicates import (
    Predicate,
    faces_clients,
    has_account,
    holds_it,
    is_administrator,
    is_asked,
    is_assignee,
    is_author,
    is_client,
    is_for_colleagues,
    is_guest_of,
    is_line_lead,
    is_manager,
    is_named_contact,
    is_not_guest,
    is_operator,
    is_owner,
    is_product_owner,
    is_requester,
    is_supervisor,
    is_surveyed,
    is_system,
    is_told,
    is_visited,
    is_visitor,
    keeps_it,
    leads_it,
    owns_it,
    owns_product,
    owns_saved_report,
    same_organisation,
    wrote_none_of_it,
)

RULES: dict[Action, list[list[Predicate]]] = {
    Action.OPEN_TICKET: [[is_client, is_not_guest], [is_operator, faces_clients], [is_system]],
    Action.CHOOSE_REQUESTER: [[is_operator, faces_clients], [is_system]],
    Action.REPLY_AS_CLIENT: [[is_client]],  # on what they can see; the scope decides that
    Action.REPLY_TO_CLIENT: [[is_operator, faces_clients, holds_it], [is_operator, owns_it], [is_system]],
    Action.ADD_NOTE: [[is_operator], [is_manager], [is_system]],
    Action.READ_NOTE: [[is_operator], [is_manager], [is_administrator]],
    Action.CLASSIFY_TICKET: [[is_operator, holds_it], [is_operator, owns_it], [is_system]],
    Action.OVERRIDE_PRIORITY: [[is_operator, holds_it], [is_operator, owns_it]],
    Action.FLAG_MAJOR: [[is_line_lead], [is_manager]],
    Action.CHANGE_STATUS: [[is_operator, holds_it], [is_operator, owns_it], [is_system]],
    Action.ASSIGN_TICKET: [[is_operator, holds_it], [is_line_lead], [is_system]],
    Action.ACCEPT_TICKET: [[is_operator, is_assignee]],
    Action.TAKE_NEXT: [[is_operator]],
    Action.TRANSFER_TICKET: [[is_operator, holds_it], [is_line_lead]],
    Action.HAND_OVER_TICKET: [[is_operator, holds_it]],
    Action.RETURN_TICKET: [[is_operator, holds_it]],
    Action.RESOLVE_TICKET: [[is_operator, faces_clients, holds_it], [is_system]],
    Action.ACCEPT_RESOLUTION: [[is_requester], [is_guest_of], [is_supervisor, same_organisation]],
    Action.REFUSE_RESOLUTION: [[is_requester], [is_guest_of], [is_supervisor, same_organisation]],
    Action.REOPEN_TICKET: [[is_requester], [is_guest_of], [is_supervisor, same_organisation],
                           [is_operator, faces_clients], [is_system]],
    Action.CANCEL_TICKET: [[is_requester], [is_operator, holds_it], [is_operator, owns_it]],
    Action.LINK_TICKETS: [[is_operator], [is_system]],
    Action.MERGE_TICKETS: [[is_operator, faces_clients]],
    Action.PROMISE_TIME: [[is_operator, faces_clients, holds_it], [is_operator, owns_it]],
    Action.KEEP_PROMISE: [[keeps_it], [is_operator, faces_clients], [is_line_lead], [is_manager]],
    Action.JUDGE_BREACH: [[is_operator, holds_it], [is_operator, owns_it], [is_line_lead], [is_manager]],
    Action.EXCUSE_BREACH: [[is_line_lead], [is_manager]],
    Action.UNDO_REOPENING: [[is_line_lead]],
    Action.ACKNOWLEDGE_ESCALATION: [[is_told], [is_line_lead], [is_manager]],
    Action.WATCH_TICKET: [[is_operator], [is_manager], [is_client, is_not_guest]],
    Action.CONFIRM_CONTACT: [[is_operator, faces_clients], [is_administrator]],
    Action.MANAGE_CONTACTS: [[is_operator, faces_clients], [is_manager], [is_administrator], [is_system]],
    Action.MANAGE_STAFF: [[is_administrator], [is_system]],
    Action.MANAGE_ABSENCES: [[is_line_lead], [is_administrator]],
    Action.MANAGE_CONTRACTS: [[is_administrator], [is_manager], [is_system]],
    Action.RESERVE_HOURS: [[is_operator, faces_clients], [is_manager], [is_administrator], [is_system]],
    Action.ASK_APPROVAL: [[is_operator, holds_it], [is_operator, owns_it]],
    Action.ANSWER_APPROVAL: [[is_asked, same_organisation]],
    Action.WAIVE_APPROVAL: [[is_manager]],
    Action.LOG_WORK: [[is_operator, holds_it], [is_operator, owns_it], [is_operator, is_assignee]],
    Action.REVERSE_WORK: [[is_author], [is_line_lead], [is_manager]],
    Action.READ_HOURS: [[is_operator, faces_clients], [is_manager], [is_administrator], [is_system],
                        [is_supervisor, same_organisation]],
    Action.HANDLE_ENQUIRY: [[is_operator, faces_clients, holds_it], [is_operator, owns_it]],
    Action.RECORD_SALE: [[is_operator, faces_clients], [is_manager], [is_administrator], [is_system]],
    Action.READ_SALES: [[is_operator, faces_clients], [is_line_lead], [is_manager], [is_administrator], [is_system]],
    Action.KEEP_POINTS: [[is_operator, faces_clients], [is_manager], [is_administrator], [is_system]],
    Action.RECORD_PAYMENT: [[is_manager], [is_administrator], [is_system]],
    Action.MANAGE_INSTALLED: [[is_operator, faces_clients], [is_manager], [is_administrator], [is_system]],
    Action.EXPORT_BILLING: [[is_manager], [is_administrator], [is_system]],
    Action.HANDLE_CLAIM: [[is_operator, holds_it], [is_operator, owns_it], [is_system]],
    Action.APPROVE_CLAIM: [[is_line_lead], [is_manager]],  # nobody their own: claims.py
    Action.ANSWER_CLAIM: [[is_requester], [is_guest_of], [is_supervisor, same_organisation]],
    Action.MANAGE_REFUND_RULES: [[is_manager], [is_administrator], [is_system]],
    Action.READ_REFUND_RULES: [[is_operator], [is_manager], [is_administrator], [is_system]],
    Action.MANAGE_DELIVERABLES: [[is_operator, faces_clients], [is_manager]],
    Action.ANSWER_ROUND: [[is_supervisor, same_organisation], [is_named_contact, same_organisation]],
    Action.MANAGE_CARE: [[is_operator, faces_clients], [is_line_lead], [is_manager], [is_administrator], [is_system]],
    Action.SUBSCRIBE_CALENDAR: [[is_operator], [is_manager], [is_client, is_not_guest]],
    Action.ANSWER_REVISIT: [[is_visited], [is_supervisor, same_organisation], [is_operator, faces_clients],
                            [is_visitor], [is_line_lead], [is_manager], [is_system]],
    Action.CONFIRM_OUTCOME: [[is_visited], [is_supervisor, same_organisation]],
    Action.RECORD_OUTCOME: [[is_operator, faces_clients]],
    Action.PLAN_ARTICLE: [[is_operator], [is_manager], [is_administrator], [is_system]],
    Action.WRITE_ARTICLE: [[is_operator], [is_manager], [is_administrator], [is_system]],
    Action.PUBLISH_ARTICLE: [[is_line_lead], [is_manager], [is_administrator], [is_operator, is_for_colleagues],
                             [is_operator, wrote_none_of_it], [is_system]],
    Action.RETIRE_ARTICLE: [[is_line_lead], [is_manager], [is_administrator], [is_operator, is_for_colleagues],
                            [is_operator, is_owner], [is_system]],
    Action.MANAGE_CATEGORIES: [[is_line_lead], [is_manager], [is_administrator], [is_system]],
    Action.USE_ARTICLE: [[is_operator], [is_manager], [is_system]],
    Action.HANDLE_PROBLEM: [[is_operator], [is_manager], [is_product_owner], [is_system]],
    Action.DECIDE_PROPOSAL: [[is_operator, faces_clients], [is_line_lead], [is_manager], [is_product_owner],
                             [is_system]],
    Action.BROADCAST: [[is_operator, faces_clients], [is_manager], [is_system]],
    Action.LEAD_MAJOR: [[is_line_lead], [is_manager], [leads_it]],
    Action.MANAGE_DESK: [[is_administrator], [is_system]],
    Action.READ_REPORTS: [[is_manager], [is_line_lead], [is_administrator], [is_system]],
    Action.SAVE_REPORT: [[is_manager], [is_line_lead], [is_administrator]],
    Action.SHARE_WALL: [[is_manager], [is_line_lead]],
    Action.CHANGE_SAVED_REPORT: [
        [is_manager, owns_saved_report], [is_line_lead, owns_saved_report], [is_administrator, owns_saved_report],
    ],
    Action.READ_QUARANTINE: [[is_operator, faces_clients], [is_administrator]],
    Action.WRITE_WISH: [[is_operator, faces_clients], [is_line_lead], [is_manager], [owns_product], [is_system]],
    Action.SUPPORT_WISH: [[is_client, has_account]],  # of what they can see; the scope decides that
    Action.ANSWER_FEEDBACK: [[owns_product], [is_manager], [is_system]],
    Action.READ_FEEDBACK: [[is_product_owner], [is_line_lead], [is_manager], [is_administrator], [is_system]],
    Action.MANAGE_WEBHOOKS: [[is_administrator], [owns_product], [is_system]],
    Action.ANSWER_SURVEY: [[is_surveyed]],  # nobody else, whatever they may otherwise
    Action.READ_ANSWERS: [[is_operator], [is_manager], [is_system]],
    Action.HANDLE_LOW_SCORE: [[is_line_lead], [is_manager]],
    Action.CLAIM_FROM_ANSWER: [[is_manager]],
    Action.ERASE_SURVEY_WORDS: [[is_manager], [is_system]],
}  # fmt: skip


def may(actor: Actor, action: Action, subject: Any = None) -> bool:
    """Whether the actor may do this to the subject (which they are known to see)."""
    return any(all(holds(actor, subject) for holds in row) for row in RULES.get(action, ()))


def require(actor: Actor, action: Action, subject: Any = None) -> None:
    """Forbidden unless the actor may."""
    if not may(actor, action, subject):
        raise Forbidden(code=f"may_not_{action.value}")
