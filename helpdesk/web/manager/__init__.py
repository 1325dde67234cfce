"""The manager's face: reports."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.web.auth import guard
from helpdesk.web.manager import aftersales, boards, feedback, reports, searches

bp = Blueprint("manager", __name__, url_prefix="/manager")
aftersales.register(reports.bp)
searches.register(reports.bp)
reports.bp.before_request(guard(lambda actor: may(actor, Action.READ_REPORTS)))
bp.register_blueprint(reports.bp)
boards.bp.before_request(guard(lambda actor: may(actor, Action.READ_REPORTS)))
bp.register_blueprint(boards.bp)
feedback.bp.before_request(guard(lambda actor: may(actor, Action.READ_FEEDBACK)))
bp.register_blueprint(feedback.bp)
