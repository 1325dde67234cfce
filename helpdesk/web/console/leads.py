"""Needs and referrals that were found at revisits: who follows them up, and what became of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from helpdesk.aftersales.outcomes import enquire, follow_up, get_need, get_referral, list_leads
from helpdesk.core.i18n import gettext as _
from helpdesk.models.care import Followed, Need, Referral
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import require
from helpdesk.tickets.schemas import WebSchema, line_of_text, row_id, word
from helpdesk.web.auth import current_actor
from helpdesk.web.console.revisits import operator_choices
from helpdesk.web.forms import Form, read_form
from helpdesk.web.shell import Item
from helpdesk.web.words import FOLLOWED, NEEDS

bp = Blueprint("leads", __name__, url_prefix="/needs")


class FollowSchema(WebSchema):
    """Who follows it up, and what became of it."""

    owner_id = row_id(load_default=None)
    state = word(Followed, load_default=None, allow_none=True)
    result = line_of_text(load_default="")


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("/<int:need_id>")
def follow_need(need_id: int) -> Any:
    return _followed(get_need(need_id, for_=current_actor()), f"need-{need_id}")


@bp.post("/referrals/<int:referral_id>")
def follow_referral(referral_id: int) -> Any:
    return _followed(get_referral(referral_id, for_=current_actor()), f"referral-{referral_id}")


@bp.post("/<int:need_id>/enquiry")
def make_enquiry(need_id: int) -> Any:
    actor = current_actor()
    ticket = enquire(get_need(need_id, for_=actor), by=actor)
    return redirect(url_for("console.tickets.show", number=ticket.number))


def _followed(row: Any, anchor: str) -> Any:
    form = read_form(FollowSchema)
    if form.is_valid:
        with form.refusals():
            follow_up(row, **form.value, by=current_actor())
            flash(_("It is kept."))
            return redirect(url_for("console.leads.index", view=request.form.get("view", "open")))
    form.errors = {f"{name}-{anchor}": sentences for name, sentences in form.errors.items()}
    return _page(form, anchor), 422


def _page(form: Form, wrong: str = "") -> str:
    actor = current_actor()
    require(actor, Action.MANAGE_CARE)
    view = request.values.get("view", "open")
    state = Followed.OPEN if view != "all" and not wrong else None
    views = [
        Item(name, url_for("console.leads.index", view=key), is_current=key == view)
        for key, name in (("open", _("Open ones")), ("all", _("All")))
    ]
    return render_template(
        "console/leads/index.html", products=_products(), needs=list_leads(Need, for_=actor, state=state),
        referrals=list_leads(Referral, for_=actor, state=state), form=form, wrong=wrong, views=views, view=view,
        kinds=NEEDS, followed=FOLLOWED, operators=operator_choices(), prefix=NUMBER_PREFIX,
    )  # fmt: skip


def _products() -> list[tuple[int, str]]:
    return [(card.id, card.name) for card in directory.products().values() if card.is_active]
