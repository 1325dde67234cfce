"""The console: where operators work."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.web.auth import guard
from helpdesk.web.console import (
    answers,
    approvals,
    article_categories,
    article_tasks,
    articles,
    attachments,
    billing,
    breaches,
    calendars,
    calls,
    care,
    catalogue,
    claims,
    clocks,
    contacts,
    contracts,
    deliverables,
    duties,
    enquiries,
    escalations,
    handovers,
    hours,
    installed,
    jobs,
    leads,
    links,
    maintenance,
    major_incidents,
    messages,
    organisations,
    people,
    policies,
    problem_links,
    problems,
    promises,
    received_mails,
    recurrence_proposals,
    refund_rules,
    renewals,
    reservations,
    resolutions,
    revisits,
    routing_rules,
    sales,
    search,
    settings,
    survey_questions,
    synonyms,
    ticket_articles,
    tickets,
    visits,
    webhooks,
    wishes,
    work,
)

bp = Blueprint("console", __name__, url_prefix="/console")

for _part in (
    tickets, clocks, messages, handovers, resolutions, calls, links, attachments, contacts, organisations, contracts,
    received_mails, routing_rules, people, catalogue, calendars, maintenance, policies, settings, jobs, search,
    escalations, promises, breaches, work, hours, billing, renewals, reservations, approvals,
    duties, revisits, care, leads, claims, refund_rules, deliverables, visits, enquiries, sales, installed,
    recurrence_proposals, problems, problem_links, major_incidents,
    wishes, webhooks, answers, survey_questions,
    articles, article_categories, article_tasks, ticket_articles,
    synonyms,
):  # fmt: skip
    _part.bp.before_request(guard(lambda actor: actor.is_staff))
    bp.register_blueprint(_part.bp)
