"""Articles to be written: listed, noted, begun, done, dropped."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.i18n import OWN_NAMES, current_language
from helpdesk.core.i18n import gettext as _
from helpdesk.knowledge import tasks
from helpdesk.knowledge.listing import staff_accounts
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, word
from helpdesk.web.auth import current_actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.shell import Item
from helpdesk.web.words import ARTICLE_KINDS, TASK_STATES
from knowledge_base.models import NUMBER_PREFIX, ArticleKind, TaskState

bp = Blueprint("article_tasks", __name__, url_prefix="/article-tasks")


class TaskSchema(WebSchema):
    """What is to be written."""

    title = line_of_text(load_default="")
    note = long_text(load_default="")
    language = line_of_text(load_default="")


class EndSchema(WebSchema):
    state = word(TaskState, required=True)


class BeginSchema(WebSchema):
    kind = word(ArticleKind, load_default=ArticleKind.HOW_TO)


@bp.get("")
def index() -> str:
    return _page(Form())


@bp.post("")
def create() -> Any:
    form = read_form(TaskSchema)
    if form.is_valid:
        value = form.value
        with form.refusals():
            tasks.ask_article(value["title"], value["language"], note=value["note"], by=current_actor())
            return redirect(url_for("console.article_tasks.index"))
    return _page(form), 422


@bp.post("/<int:task_id>/owner")
def take(task_id: int) -> BaseResponse:
    tasks.take_task(task_id, by=current_actor())
    return redirect(url_for("console.article_tasks.index"))


@bp.post("/<int:task_id>/article")
def begin(task_id: int) -> Any:
    form = read_form(BeginSchema)
    kind = form.value["kind"] if form.is_valid else ArticleKind.HOW_TO
    article = tasks.begin_task(task_id, kind, by=current_actor())
    return redirect(url_for("console.articles.edit", number=article.number, language=article.source_language))


@bp.post("/<int:task_id>/end")
def end(task_id: int) -> Any:
    form = read_form(EndSchema)
    if form.is_valid:
        with form.refusals():
            tasks.end_task(task_id, form.value["state"], by=current_actor())
            flash(_("Noted."))
            return redirect(url_for("console.article_tasks.index"))
    return _page(form), 422


def _page(form: Form) -> str:
    asked = request.args.get("state", "")
    state = TaskState(asked) if asked in list(TaskState) else TaskState.OPEN
    return render_template(
        "console/article_tasks/index.html", form=form, rows=tasks.list_tasks(for_=current_actor(), state=state),
        state=state, people=dict(staff_accounts()), names=OWN_NAMES, language=current_language(),
        kinds=ARTICLE_KINDS, prefix=NUMBER_PREFIX,
        views=[Item(str(label), url_for("console.article_tasks.index", state=key), is_current=key == state)
               for key, label in TASK_STATES.items()],
    )  # fmt: skip
