"""What clients wish of the products that they have: read it, vote for it, see what the product owner answers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import gettext as _
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.rules import may
from helpdesk.problems import answers, wishes
from helpdesk.problems.feedback_words import WISH_VERDICTS
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import sent_id
from helpdesk.web.shell import Item

bp = Blueprint("wishes", __name__, url_prefix="/wishes")


@bp.get("")
def index() -> str:
    actor, view, product_id = current_actor(), request.args.get("view", "open"), sent_id("product_id")
    view = view if view in ("open", "ended") else "open"
    page = wishes.list_wishes(
        for_=actor, product_id=product_id, is_open=view == "open", after=request.args.get("after"),
        before=request.args.get("before"), size=25,
    )  # fmt: skip
    items = [Item(name, url_for("portal.wishes.index", view=key, product_id=product_id), is_current=key == view)
             for key, name in (("open", _("Open")), ("ended", _("Shipped or declined")))]  # fmt: skip
    return render_template(
        "portal/wishes/index.html", page=page, views=items, view=view, product_id=product_id,
        choices=wishes.products_of(actor), products=directory.products(), verdicts=WISH_VERDICTS,
        last=answers.last_to_wishes([row.wish.id for row in page.rows]), may_vote=may(actor, Action.SUPPORT_WISH),
    )  # fmt: skip


@bp.get("/<number>")
def show(number: str) -> str:
    actor = current_actor()
    [wanted] = wishes.counted([wishes.get_wish(number, for_=actor)], for_=actor)
    return render_template(
        "portal/wishes/show.html", wanted=wanted, wish=wanted.wish, verdicts=WISH_VERDICTS,
        answers=answers.answers_to_wish(wanted.wish), product=directory.products()[wanted.wish.product_id],
        may_vote=may(actor, Action.SUPPORT_WISH) and wanted.wish.shipped_at is None,
    )  # fmt: skip


@bp.post("/<number>/vote")
def vote(number: str) -> BaseResponse:
    wishes.vote(wishes.get_wish(number, for_=current_actor()), by=current_actor())
    flash(_("Your vote counts. We write to you when it is there."))
    return redirect(url_for("portal.wishes.show", number=number))


@bp.post("/<number>/vote/withdrawal")
def withdraw(number: str) -> BaseResponse:
    wishes.take_vote_back(wishes.get_wish(number, for_=current_actor()), by=current_actor())
    flash(_("Your vote is taken back."))
    return redirect(url_for("portal.wishes.show", number=number))
