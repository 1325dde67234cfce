"""Words that search takes for each other, kept by the administrator."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, validate
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.core.i18n import gettext as _
from helpdesk.tickets.schemas import WebSchema
from helpdesk.tickets.synonyms import add_synonyms, remove_synonyms, synonym_groups
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, listed, read_form

bp = Blueprint("synonyms", __name__, url_prefix="/search-synonyms")


class SynonymsSchema(WebSchema):
    """A group: its words, separated by commas, and its language."""

    words = fields.String(required=True, validate=validate.Length(max=1_000))
    language = fields.String(load_default="", validate=validate.OneOf(["", *LANGUAGES]))


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    form = read_form(SynonymsSchema)
    if form.is_valid:
        with form.refusals():
            add_synonyms(listed(form.value["words"]), form.value["language"] or None, by=current_actor())
            flash(_("Search takes these words for each other."))
            return redirect(url_for("console.synonyms.index"))
    return _page(form), 422


@bp.post("/<int:synonym_id>/deletion")
def delete(synonym_id: int) -> BaseResponse:
    remove_synonyms(synonym_id, by=current_actor())
    return redirect(url_for("console.synonyms.index"))


def _page(form: Form) -> str:
    return render_template(
        "console/synonyms/index.html", form=form, groups=synonym_groups(for_=current_actor()), names=OWN_NAMES,
        languages_known=[(code, OWN_NAMES[code]) for code in LANGUAGES],
    )  # fmt: skip
