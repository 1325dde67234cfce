"""What hangs on the wall and what a day begins with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from helpdesk.core.i18n import gettext as _
from helpdesk.figures.desk import desk_zone
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.reports.morning import Compared, morning_of
from helpdesk.reports.saving import asked_of
from helpdesk.reports.wall import wall_of
from helpdesk.reports.wording import behind_words, valued, written
from helpdesk.web.auth import current_actor
from helpdesk.web.htmx import page_or_fragment
from helpdesk.web.manager import process
from helpdesk.web.shell import Item
from helpdesk.web.words import LINES

bp = Blueprint("boards", __name__)
process.register(bp)
THEMES = ("dark", "light")


@bp.get("/")
def morning() -> str:
    """Where a manager begins: what was, what is to be looked after, and the way to each figure."""
    actor = current_actor()
    found = morning_of(for_=actor)
    return render_template(
        "manager/boards/morning.html", found=found, zone=desk_zone().key, weeks=found.weeks,
        yesterday=[_tile(each) for each in found.yesterday], week=[_tile(each) for each in found.week],
        week_words=_("Last week") if found.is_monday else _("This week until yesterday"),
        lines=LINES, cards=directory.operators(), can_read_hours=may(actor, Action.READ_HOURS),
        saved=[(row, url_for("manager.library.show", slug=row.report) + f"?{row.query}") for row in found.saved
               if asked_of(row) is not None],
        since=url_for("console.promises.index", view="past", state="broken"),
    )  # fmt: skip


def _tile(each: Compared) -> dict[str, Any]:
    """A figure with what is usual, as a tile has it."""
    usual = each.verdict
    words = str(usual.words)
    if usual.centre is not None:
        words = _("%(verdict)s Usual: %(centre)s", verdict=words, centre=written(each.metric, usual.centre))
    return {
        "label": str(each.metric.title), "value": valued(each.metric, each.figure),
        "count": behind_words(each.metric, each.figure) or None, "change": words, "direction": usual.direction,
        "why": [str(sentence) for sentence in usual.why], "url": _behind(each),
    }  # fmt: skip


def _behind(each: Compared) -> str | None:
    if not (each.figure.value or each.figure.whole):
        return None
    return url_for("manager.library.behind", slug=each.report.slug, period="own", since=each.since.isoformat(),
                   until=each.until.isoformat(), metric=each.metric.name)  # fmt: skip


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
        links_url=url_for("manager.wall_links.index") if may(actor, Action.SHARE_WALL) else "",
    )  # fmt: skip
