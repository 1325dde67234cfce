"""The shelves of the knowledge base."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from marshmallow import fields, validate

from helpdesk.core.i18n import LANGUAGES, OWN_NAMES, current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.knowledge.categories import MOST_POSITION, NewCategory, add_category, all_categories, change_category
from helpdesk.knowledge.reading import category_name
from helpdesk.tickets.schemas import WebSchema
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form

bp = Blueprint("article_categories", __name__, url_prefix="/article-categories")
FIELD_OF = {tag: f"name_{tag.replace('-', '_')}" for tag in LANGUAGES}


class _CategorySchema(WebSchema):
    """What all languages have in common; the names follow below."""

    parent_id = fields.Integer(load_default=None, allow_none=True)
    position = fields.Integer(load_default=0, validate=validate.Range(-MOST_POSITION, MOST_POSITION))
    is_active = fields.Boolean(load_default=False)


CategorySchema: type[WebSchema] = _CategorySchema.from_dict(  # type: ignore[assignment]
    {name: fields.String(load_default="") for name in FIELD_OF.values()}, name="CategorySchema"
)


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    form = read_form(CategorySchema)
    if form.is_valid:
        with form.refusals():
            add_category(_sent(form, is_active=True), by=current_actor())
            flash(_("The category is there."))
            return redirect(url_for("console.article_categories.index"))
    return _page(_renamed(form)), 422


@bp.post("/<int:category_id>")
def update(category_id: int) -> Any:
    form = read_form(CategorySchema)
    if form.is_valid:
        with form.refusals():
            change_category(category_id, _sent(form, is_active=form.value["is_active"]), by=current_actor())
            flash(_("The category is changed."))
            return redirect(url_for("console.article_categories.index"))
    return _page(_renamed(form), changed=category_id), 422


def _sent(form: Form, *, is_active: bool) -> NewCategory:
    names = {tag: form.value[name] for tag, name in FIELD_OF.items()}
    return NewCategory(names, form.value["parent_id"], form.value["position"], is_active)


def _renamed(form: Form) -> Form:
    form.rename(**{f"name_{tag}": name for tag, name in FIELD_OF.items() if f"name_{tag}" != name})
    return form


def _page(form: Form, *, changed: int | None = None) -> str:
    rows, language = all_categories(for_=current_actor()), current_language()
    names = {row.id: category_name(row, language) for row, _count in rows}
    return render_template(
        "console/article_categories/index.html", form=form, rows=rows, names=names, changed=changed,
        fields=[(tag, name, OWN_NAMES[tag]) for tag, name in FIELD_OF.items()],
        parents=[(row.id, names[row.id]) for row, _count in rows],
    )  # fmt: skip
