"""What is due by a person: one's own, and for those who may see it everybody's."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import gettext as _
from helpdesk.core.times import now
from helpdesk.models.duties import Duty
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.tickets.duties import DutyShown, acknowledge_duty, open_duties
from helpdesk.web.auth import current_actor
from helpdesk.web.shell import Item
from helpdesk.web.words import DUTIES

bp = Blueprint("duties", __name__, url_prefix="/duties")

# Where each thing is looked at; what has no page of its own is looked at on its ticket.
PAGES: dict[str, Callable[[int], str]] = {}


@bp.get("")
def index() -> str:
    actor = current_actor()
    names = ({"mine": _("Mine")} if actor.operator_id else {}) | {"late": _("Late"), "all": _("Everybody's")}
    view = request.args.get("view") if request.args.get("view") in names else next(iter(names))
    rows = open_duties(
        for_=actor, owner_id=actor.operator_id if view == "mine" else None, until=now() if view == "late" else None
    )
    views = [Item(name, url_for("console.duties.index", view=key), is_current=key == view)
             for key, name in names.items()]  # fmt: skip
    return render_template("console/duties/index.html", rows=with_pages(rows), views=views, kinds=DUTIES)


@bp.post("/<int:duty_id>/acknowledgement")
def take_note(duty_id: int) -> BaseResponse:
    acknowledge_duty(duty_id, by=current_actor())
    return redirect(url_for("console.escalations.index"))


def with_pages(shown: list[DutyShown]) -> list[tuple[DutyShown, str]]:
    """Each duty with the address of what it is about."""
    return [(each, page_of(each.duty)) for each in shown]


def page_of(duty: Duty) -> str:
    """Where one does what is due; empty where it has no page."""
    if duty.subject_kind in PAGES:
        return PAGES[duty.subject_kind](duty.subject_id)
    if duty.ticket_id is not None:
        return url_for("console.tickets.show", number=f"{NUMBER_PREFIX}{duty.ticket_id}")
    return ""
