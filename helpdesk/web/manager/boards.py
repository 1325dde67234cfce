"""What hangs on the wall and what a day begins with."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.reports.wall import wall_of
from helpdesk.web.auth import current_actor
from helpdesk.web.htmx import page_or_fragment
from helpdesk.web.manager import process
from helpdesk.web.shell import Item
from helpdesk.web.words import LINES

bp = Blueprint("boards", __name__)
process.register(bp)
THEMES = ("dark", "light")


@bp.get("/wall")
def wall() -> Response:
    """A line for all to see; the reader's own line, where nobody says which."""
    actor = current_actor()
    chosen = request.args.get("line", str(actor.leads_line or ""))
    line = int(chosen) if chosen in {str(each) for each in LINES} else None
    theme = request.args.get("theme", "dark")
    theme = theme if theme in THEMES else "dark"
    other = next(each for each in THEMES if each != theme)

    def here(line: int | None, theme: str = theme) -> str:
        return url_for("manager.boards.wall", line=line or "all", theme=None if theme == "dark" else theme)

    titles = {None: _("The whole desk")} | {key: str(word) for key, word in LINES.items()}
    return page_or_fragment(
        "manager/boards/wall.html", "manager/boards/_wall.html", wall=wall_of(line, for_=actor), title=titles[line],
        theme=theme, url=here(line), other_theme_url=here(line, other),
        boards=[Item(str(word), here(key), is_current=key == line) for key, word in titles.items()],
    )  # fmt: skip
