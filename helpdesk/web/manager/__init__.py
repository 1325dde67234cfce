"""The manager's face: reports."""

from __future__ import annotations

from flask import Blueprint

from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.web.auth import guard
from helpdesk.web.manager import aftersales, boards, feedback, library, reports, saved_reports, searches, wall_links

bp = Blueprint("manager", __name__, url_prefix="/manager")
aftersales.register(reports.bp)
searches.register(reports.bp)
reports.bp.before_request(guard(lambda actor: may(actor, Action.READ_REPORTS)))
bp.register_blueprint(reports.bp)
for _pages in (boards.bp, library.bp, saved_reports.bp):
    _pages.before_request(guard(lambda actor: may(actor, Action.READ_REPORTS)))
    bp.register_blueprint(_pages)
wall_links.bp.before_request(guard(lambda actor: may(actor, Action.SHARE_WALL)))
bp.register_blueprint(wall_links.bp)
feedback.bp.before_request(guard(lambda actor: may(actor, Action.READ_FEEDBACK)))
bp.register_blueprint(feedback.bp)
