"""Visits: what is ahead and what came of those before; confirm one, ask for another time, say that it is not wanted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import fields, pre_load
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales.answers import PartOfDay, confirm_seen, latest_of, wish_other_time
from helpdesk.aftersales.outcomes import confirm_outcome
from helpdesk.aftersales.revisits import get_revisit, refuse_revisit
from helpdesk.aftersales.showing import moment_key, what_happens
from helpdesk.aftersales.visits import visit_shown, visits_ahead, visits_over
from helpdesk.core.i18n import gettext as _
from helpdesk.models.care import Revisit, RevisitState
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.tickets.schemas import ReasonSchema, WebSchema, long_text
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import CHANNELS, CLIENT_REVISIT_STATES, PARTS_OF_DAY

bp = Blueprint("revisits", __name__, url_prefix="/revisits")
LAST_PAGE = 500


class WishSchema(WebSchema):
    """When it would suit the client."""

    words = long_text(load_default="")
    on = fields.Date(load_default=None, allow_none=True, error_messages={"invalid": _l("Give a date.")})
    part = fields.Enum(PartOfDay, by_value=True, load_default=None, allow_none=True)

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in sent.items() if name == "words" or str(value).strip()}


@bp.get("")
def index() -> str:
    actor, page = current_actor(), min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    over, is_more = visits_over(for_=actor, page=page)
    return render_template(
        "portal/revisits/index.html", ahead=visits_ahead(for_=actor) if page == 1 else [], over=over, page=page,
        is_more=is_more, what_happens=what_happens, **words(),
    )  # fmt: skip


@bp.get("/<int:revisit_id>")
def show(revisit_id: int) -> Any:
    revisit = get_revisit(revisit_id, for_=current_actor())
    if revisit.state is RevisitState.MOVED:
        return redirect(url_for("portal.revisits.show", revisit_id=latest_of(revisit, for_=current_actor()).id))
    return _page(revisit, Form())


@bp.post("/<int:revisit_id>/confirmation")
def confirm(revisit_id: int) -> Any:
    revisit, form = get_revisit(revisit_id, for_=current_actor()), Form()
    if confirmed(revisit, form):
        return _back(revisit)
    return _page(revisit, form), 422


@bp.post("/<int:revisit_id>/other-times")
def ask_other_time(revisit_id: int) -> Any:
    revisit, form = get_revisit(revisit_id, for_=current_actor()), read_form(WishSchema)
    if wished(revisit, form):
        return _back(revisit)
    return _page(revisit, form), 422


@bp.post("/<int:revisit_id>/refusal")
def refuse(revisit_id: int) -> Any:
    revisit, form = get_revisit(revisit_id, for_=current_actor()), read_form(ReasonSchema)
    if refused(revisit, form):
        return _back(revisit)
    return _page(revisit, form), 422


@bp.post("/<int:revisit_id>/outcome/confirmation")
def confirm_what_came(revisit_id: int) -> BaseResponse:
    revisit = get_revisit(revisit_id, for_=current_actor())
    confirm_outcome(revisit, by=current_actor())
    flash(_("Thank you. You have confirmed that it was so."))
    return _back(revisit)


def confirmed(revisit: Revisit, form: Form) -> bool:
    """Confirm the time that was seen, and say so; else the form has the reason."""
    with form.refusals():
        confirm_seen(revisit, request.form.get("seen", ""), by=current_actor())
        flash(_("Thank you. The visit is confirmed."))
        return True
    return False


def wished(revisit: Revisit, form: Form) -> bool:
    """Ask for another time, and say so; else the form has the reason."""
    if form.is_valid:
        with form.refusals():
            wish_other_time(revisit, **form.value, by=current_actor())
            flash(_("We have your wish, and write to you when there is another time."))
            return True
    return False


def refused(revisit: Revisit, form: Form) -> bool:
    """Say that it is not wanted; else the form has the reason."""
    if form.is_valid:
        with form.refusals():
            refuse_revisit(revisit, form.value["reason"], by=current_actor())
            flash(_("The visit is called off."))
            return True
    return False


def content_of(revisit: Revisit) -> dict[str, Any]:
    """What a page shows of one revisit."""
    return {
        "visit": visit_shown(revisit), "revisit": revisit, "seen": moment_key(revisit),
        "what_happens": what_happens(revisit), "may_answer": may(current_actor(), Action.ANSWER_REVISIT, revisit),
        **words(),
    }  # fmt: skip


def words() -> dict[str, Any]:
    return {"states": CLIENT_REVISIT_STATES, "channels": CHANNELS, "parts_of_day": PARTS_OF_DAY}


def _page(revisit: Revisit, form: Form) -> str:
    urls = {
        "confirm": url_for("portal.revisits.confirm", revisit_id=revisit.id),
        "wish": url_for("portal.revisits.ask_other_time", revisit_id=revisit.id),
        "refuse": url_for("portal.revisits.refuse", revisit_id=revisit.id),
        "outcome": url_for("portal.revisits.confirm_what_came", revisit_id=revisit.id),
    }
    return render_template("portal/revisits/show.html", form=form, urls=urls, **content_of(revisit))


def _back(revisit: Revisit) -> BaseResponse:
    return redirect(url_for("portal.revisits.show", revisit_id=revisit.id))
