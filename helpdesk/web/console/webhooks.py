"""Webhooks: which addresses are told of problems and wishes, and whether it arrives."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.people import directory
from helpdesk.policy.actions import Action
from helpdesk.policy.actor import Actor
from helpdesk.policy.rules import may
from helpdesk.problems import webhooks
from helpdesk.problems.feedback_words import FAILURES
from helpdesk.problems.webhooks import NewWebhook
from helpdesk.tickets.schemas import line_of_text, row_id
from helpdesk.web.auth import current_actor
from helpdesk.web.feedback_forms import WithoutBlanks, product_choices
from helpdesk.web.forms import Form, read_form, submission_of

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


class WebhookSchema(WithoutBlanks):
    """Where to, and of which product."""

    url = line_of_text(required=True)
    product_id = row_id(load_default=None)


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    actor, form = current_actor(), read_form(WebhookSchema)
    _admit(actor)
    if form.is_valid:
        with form.refusals():
            new = NewWebhook(form.value["url"], form.value["product_id"])
            if new.product_id is None and not may(actor, Action.MANAGE_WEBHOOKS, new):
                form.errors["product_id"] = [_("Choose one of the list.")]
            else:
                _row, secret = webhooks.add_webhook(new, by=actor, submission=submission_of(actor))
                if not secret:
                    return redirect(url_for("console.webhooks.index"))
                return _page(Form(), secret=secret), 201, {"Cache-Control": "no-store"}
    return _page(form), 422


@bp.post("/<int:webhook_id>/trials")
def trial(webhook_id: int) -> BaseResponse:
    webhooks.try_webhook(webhooks.get_webhook(webhook_id, for_=current_actor()), by=current_actor())
    flash(_("A trial is on its way. What came of it stands here in a moment."))
    return redirect(url_for("console.webhooks.index"))


@bp.post("/<int:webhook_id>/removal")
def remove(webhook_id: int) -> BaseResponse:
    webhooks.end_webhook(webhooks.get_webhook(webhook_id, for_=current_actor()), by=current_actor())
    flash(_("It is told no more."))
    return redirect(url_for("console.webhooks.index"))


def may_see(actor: Actor) -> bool:
    """Administrators, and product owners who own something."""
    return may(actor, Action.MANAGE_WEBHOOKS) or (actor.is_staff and bool(actor.product_ids))


def _admit(actor: Actor) -> None:
    if not may_see(actor):
        raise NotFound


def _page(form: Form, *, secret: str = "") -> str:
    actor = current_actor()
    _admit(actor)
    return render_template(
        "console/webhooks/index.html", rows=webhooks.list_webhooks(for_=actor), form=form, secret=secret,
        products=directory.products(), choices=product_choices(actor), failures=FAILURES,
        may_all=may(actor, Action.MANAGE_WEBHOOKS),
    )  # fmt: skip
