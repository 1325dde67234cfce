"""Addresses of wall boards for televisions: make, show once, list, revoke."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import gettext as _
from helpdesk.reports.saving import names_of
from helpdesk.reports.wall_links import NewWallLink, create_wall_link, revoke_wall_link, wall_links, wall_url
from helpdesk.web.auth import current_actor
from helpdesk.web.feedback_forms import WithoutBlanks
from helpdesk.web.forms import Form, read_form
from helpdesk.web.words import LINES

bp = Blueprint("wall_links", __name__, url_prefix="/wall-links")


class WallLinkSchema(WithoutBlanks):
    """Where it hangs, and which line it shows."""

    name = fields.String(required=True)
    line = fields.Integer()


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    """A new address; it is shown this once."""
    form = read_form(WallLinkSchema)
    if form.is_valid:
        with form.refusals():
            _row, secret = create_wall_link(NewWallLink(**form.value), by=current_actor())
            return _page(Form(), wall_url(secret)), 201, {"Cache-Control": "no-store"}
    return _page(form), 422


@bp.post("/<int:link_id>/revocation")
def revoke(link_id: int) -> BaseResponse:
    revoke_wall_link(link_id, by=current_actor())
    flash(_("The address of the board works no more."))
    return redirect(url_for("manager.wall_links.index"))


def _page(form: Form, address: str = "") -> str:
    rows = wall_links(for_=current_actor())
    return render_template(
        "manager/wall_links/index.html", form=form, address=address, links=rows, lines=LINES,
        names=names_of([row.account_id for row in rows]),
    )  # fmt: skip
