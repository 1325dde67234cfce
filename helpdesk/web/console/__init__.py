"""The console: where operators work."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.web.auth import guard
from helpdesk.web.console import (
    attachments,
    billing,
    breaches,
    calendars,
    calls,
    catalogue,
    clocks,
    contacts,
    contracts,
    duties,
    enquiries,
    escalations,
    handovers,
    hours,
    installed,
    jobs,
    links,
    maintenance,
    messages,
    organisations,
    people,
    policies,
    promises,
    received_mails,
    resolutions,
    routing_rules,
    sales,
    search,
    settings,
    tickets,
    work,
)

bp = Blueprint("console", __name__, url_prefix="/console")

for _part in (
    tickets, clocks, messages, handovers, resolutions, calls, links, attachments, contacts, organisations, contracts,
    received_mails, routing_rules, people, catalogue, calendars, maintenance, policies, settings, jobs, search,
    escalations, promises, breaches, work, hours, billing, enquiries, sales, installed,
    duties,
):  # fmt: skip
    _part.bp.before_request(guard(lambda actor: actor.is_staff))
    bp.register_blueprint(_part.bp)
