"""Wall boards for televisions, fetched by a secret address without signing in: counts, and nothing else."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.policy.actor import NOBODY
from helpdesk.reports.wall import wall_of
from helpdesk.reports.wall_links import mark_used, needs_used_mark, open_wall
from helpdesk.reports.words import LINES
from helpdesk.web.auth import speak_for
from helpdesk.web.htmx import page_or_fragment

bp = Blueprint("walls", __name__, url_prefix="/walls")
bp.is_open = True  # type: ignore[attr-defined]  # the secret in the address is the key
THEMES = ("dark", "light")


@bp.get("/<secret>")
def show(secret: str) -> Response:
    """The counts of a line, in the language and zone of the account that made the address."""
    opened = open_wall(secret)
    link_id, line, is_to_mark = opened.row.id, opened.row.line, needs_used_mark(opened)
    wall = wall_of(line, for_=opened.actor)
    speak_for(opened.actor)
    g.actor, g.account = NOBODY, None  # whoever looks is nobody: only the counts are read for somebody
    theme = request.args.get("theme", "dark")
    theme = theme if theme in THEMES else "dark"
    response = page_or_fragment(
        "walls/show.html", "walls/_counts.html", wall=wall, theme=theme,
        title=_("The whole desk") if line is None else str(LINES[str(line)]),
        url=url_for("walls.show", secret=secret, theme=None if theme == "dark" else theme),
    )  # fmt: skip
    if is_to_mark:
        mark_used(link_id)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "no-store"
    return response
