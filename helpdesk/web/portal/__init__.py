"""The portal: what clients see. Works without JavaScript."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.web.auth import guard
from helpdesk.web.portal import (
    answers,
    approvals,
    attachments,
    claims,
    clocks,
    deliverables,
    guests,
    home,
    hours,
    notices,
    revisits,
    survey_links,
    surveys,
    tickets,
    wishes,
)

bp = Blueprint("portal", __name__, url_prefix="/portal")

for _part in (
    home.bp, tickets.bp, clocks.bp, attachments.bp, hours.bp, approvals.bp, claims.bp, deliverables.bp, revisits.bp,
    wishes.bp, surveys.bp,
):  # fmt: skip
    _part.before_request(guard(lambda actor: actor.is_client))
    bp.register_blueprint(_part)
bp.register_blueprint(notices.bp)
bp.register_blueprint(guests.bp)
bp.register_blueprint(answers.bp)
bp.register_blueprint(survey_links.bp)
