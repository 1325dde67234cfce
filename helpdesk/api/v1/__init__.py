"""Version 1: its resources, each in its own module."""

from __future__ import annotations

from helpdesk.api.auth import admit, leave
from helpdesk.api.errors import answer_with_problems
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1 import (
    approvals,
    articles,
    assignments,
    attachments,
    billing,
    calendar_feeds,
    care,
    catalogue,
    claims,
    clocks,
    contacts,
    contracts,
    deliverables,
    enquiries,
    escalations,
    installed,
    links,
    major_incidents,
    me,
    messages,
    organisations,
    problem_records,
    product_feedback,
    promises,
    recurrence_proposals,
    refund_rules,
    reports,
    resolutions,
    revisits,
    sales,
    search_synonyms,
    searches,
    surveys,
    tags,
    tickets,
    timelines,
    transfers,
    wall_links,
    wishes,
    work_logs,
)

RESOURCES = (
    tickets.bp, messages.bp, resolutions.bp, promises.bp, clocks.bp, escalations.bp, transfers.bp, assignments.bp,
    tags.bp, links.bp, timelines.bp, attachments.bp, organisations.bp, contacts.bp, catalogue.bp, me.bp,
    work_logs.bp, contracts.bp, approvals.bp, billing.bp, revisits.bp, care.bp, claims.bp,
    refund_rules.bp, deliverables.bp, calendar_feeds.bp, enquiries.bp, sales.bp, installed.bp,
    wishes.bp, product_feedback.bp, articles.bp, problem_records.bp, major_incidents.bp,
    searches.bp, search_synonyms.bp, recurrence_proposals.bp, surveys.bp, reports.bp, wall_links.bp,
)  # fmt: skip

bp = Blueprint("api", __name__, url_prefix="/api/v1")
bp.before_request(admit)
bp.teardown_request(leave)
answer_with_problems(bp)
for _resource in RESOURCES:
    bp.register_blueprint(_resource)
