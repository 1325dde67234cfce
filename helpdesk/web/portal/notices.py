"""What clients read of major incidents, above every page of the portal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from helpdesk.core.i18n import current_language
from helpdesk.problems.majors import Notice, notices_for
from helpdesk.web.auth import current_actor

bp = Blueprint("notices", __name__)


@bp.app_context_processor
def _notices() -> dict[str, Any]:
    return {"major_notices": major_notices}


def major_notices() -> list[Notice]:
    """The notices of this reader; asked once for a page."""
    if "major_notices" not in g:
        actor = current_actor()
        g.major_notices = [each for each in notices_for(actor, current_language()) if each.text]
    notices: list[Notice] = g.major_notices
    return notices
