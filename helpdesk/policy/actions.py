"""Everything anyone may do, with one line on each."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    OPEN_TICKET = "open_ticket"  # for oneself as a client, or for a client as an operator
    CHOOSE_REQUESTER = "choose_requester"  # open a ticket in a client's name
    REPLY_AS_CLIENT = "reply_as_client"
    REPLY_TO_CLIENT = "reply_to_client"
    ADD_NOTE = "add_note"
    READ_NOTE = "read_note"
    CLASSIFY_TICKET = "classify_ticket"  # subject, type, impact, urgency, product, category, tags, fields
    OVERRIDE_PRIORITY = "override_priority"
    FLAG_MAJOR = "flag_major"
    CHANGE_STATUS = "change_status"  # open, waiting, scheduled
    ASSIGN_TICKET = "assign_ticket"
    ACCEPT_TICKET = "accept_ticket"  # which one was given
    TAKE_NEXT = "take_next"
    TRANSFER_TICKET = "transfer_ticket"
    HAND_OVER_TICKET = "hand_over_ticket"
    RETURN_TICKET = "return_ticket"
    RESOLVE_TICKET = "resolve_ticket"
    ACCEPT_RESOLUTION = "accept_resolution"
    REFUSE_RESOLUTION = "refuse_resolution"
    REOPEN_TICKET = "reopen_ticket"
    CANCEL_TICKET = "cancel_ticket"
    LINK_TICKETS = "link_tickets"
    MERGE_TICKETS = "merge_tickets"
    PROMISE_TIME = "promise_time"  # agreed with the client
    KEEP_PROMISE = "keep_promise"  # say its outcome, move it, hand it to a colleague
    JUDGE_BREACH = "judge_breach"  # name its cause, ask to excuse it
    EXCUSE_BREACH = "excuse_breach"  # by a second person
    UNDO_REOPENING = "undo_reopening"
    ACKNOWLEDGE_ESCALATION = "acknowledge_escalation"
    WATCH_TICKET = "watch_ticket"
    CONFIRM_CONTACT = "confirm_contact"
    MANAGE_CONTACTS = "manage_contacts"  # organisations, contacts, portal invitations
    MANAGE_STAFF = "manage_staff"  # operators, teams, roles, accounts
    MANAGE_ABSENCES = "manage_absences"
    MANAGE_CONTRACTS = "manage_contracts"  # terms and hours among them
    RESERVE_HOURS = "reserve_hours"  # set them aside for planned work
    ASK_APPROVAL = "ask_approval"  # of the client, before chargeable work is done
    ANSWER_APPROVAL = "answer_approval"
    WAIVE_APPROVAL = "waive_approval"  # with a reason
    LOG_WORK = "log_work"
    REVERSE_WORK = "reverse_work"  # of one's own; a lead's and a manager's right for others'
    READ_HOURS = "read_hours"  # the statement of a contract
    HANDLE_ENQUIRY = "handle_enquiry"  # meetings, quotations, won and lost
    RECORD_SALE = "record_sale"  # hand it over to operations, its contract and products with it
    READ_SALES = "read_sales"
    KEEP_POINTS = "keep_points"  # of the checklist: done, wrong, whose
    RECORD_PAYMENT = "record_payment"  # of a sale
    MANAGE_INSTALLED = "manage_installed"  # products at clients and their parts
    EXPORT_BILLING = "export_billing"  # take what accounting has to invoice
    HANDLE_CLAIM = "handle_claim"  # from its receipt to its end
    APPROVE_CLAIM = "approve_claim"  # as the second person
    ANSWER_CLAIM = "answer_claim"  # as the client: accept what was decided, appeal, withdraw
    MANAGE_REFUND_RULES = "manage_refund_rules"
    READ_REFUND_RULES = "read_refund_rules"
    MANAGE_DELIVERABLES = "manage_deliverables"  # agree on them, deliver their rounds
    ANSWER_ROUND = "answer_round"  # accept it, or ask for a revision
    MANAGE_CARE = "manage_care"  # plans, programmes, revisits: plan, move, skip, hand to a colleague
    SUBSCRIBE_CALENDAR = "subscribe_calendar"  # make an address at which a calendar program fetches revisits
    ANSWER_REVISIT = "answer_revisit"  # confirm it, refuse it, ask for another time
    CONFIRM_OUTCOME = "confirm_outcome"  # of a revisit: the client says that it was so
    RECORD_OUTCOME = "record_outcome"  # of a revisit; needs and referrals
    PLAN_ARTICLE = "plan_article"  # from a search that found too little
    WRITE_ARTICLE = "write_article"  # begin it, write its words, say what it is about; of those that one sees
    PUBLISH_ARTICLE = "publish_article"  # let its words reach readers: clients only through a second pair of eyes
    RETIRE_ARTICLE = "retire_article"  # mark it as outdated, archive it, bring it back
    MANAGE_CATEGORIES = "manage_categories"  # the shelves of the knowledge base
    USE_ARTICLE = "use_article"  # link it to a ticket, flag it as wrong
    HANDLE_PROBLEM = "handle_problem"  # open one, find its cause, write workarounds, link tickets, hold its review
    DECIDE_PROPOSAL = "decide_proposal"  # accept, merge or dismiss what detection proposes
    BROADCAST = "broadcast"  # to all clients of a problem at once
    LEAD_MAJOR = "lead_major"  # a major incident: tell clients how it stands, end it, hold its review
    MANAGE_DESK = "manage_desk"  # routing rules, settings, calendars, policies, products, categories
    READ_REPORTS = "read_reports"
    READ_QUARANTINE = "read_quarantine"
    WRITE_WISH = "write_wish"  # what clients want of a product, and who wants it; merge and publish it
    SUPPORT_WISH = "support_wish"  # vote for it as a client, or take the vote back
    ANSWER_FEEDBACK = "answer_feedback"  # to a problem or a wish, for the product
    READ_FEEDBACK = "read_feedback"  # the report, and have it sent
    MANAGE_WEBHOOKS = "manage_webhooks"  # addresses that are told of problems and wishes
