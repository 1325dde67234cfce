"""One question by the link of a letter, signed in or not.

Programs that check mail follow its links, each of the scores among them: to open one proposes a score and changes
nothing; the button on the page sends it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from helpdesk.core.errors import NotFound
from helpdesk.models.satisfaction import Survey, Via
from helpdesk.satisfaction.voting import Asked, open_link
from helpdesk.web.auth import current_actor, speak_for
from helpdesk.web.forms import Form, read_form
from helpdesk.web.portal.surveys import AnswerSchema, content_of, taken

bp = Blueprint("survey_links", __name__, url_prefix="/surveys/answers/<token>")


@bp.before_request
def enter() -> Any:
    """The link says which question and whom; nobody of the staff, and no other client, answers by it."""
    here = current_actor()
    if here.is_staff:
        return render_template("portal/surveys/ours.html"), 403
    try:
        asked = open_link(str((request.view_args or {})["token"]))
        if here.is_client and here.contact_id != asked.actor.contact_id:
            raise NotFound
    except NotFound:
        return render_template("portal/surveys/gone.html"), 404
    speak_for(asked.actor)
    g.asked = asked
    return None


enter.is_guard = True  # type: ignore[attr-defined]


@bp.get("")
def show(token: str) -> str:
    return _page(token, Form())


@bp.post("/answer")
def answer(token: str) -> Any:
    form = read_form(AnswerSchema)
    if taken(_survey(), form, Via.LETTER):
        return redirect(url_for("portal.survey_links.show", token=token))
    return _page(token, form), 422


def _survey() -> Survey:
    asked: Asked = g.asked
    return asked.survey


def _page(token: str, form: Form) -> str:
    url = url_for("portal.survey_links.answer", token=token)
    return render_template("portal/surveys/show.html", url=url, **content_of(_survey(), form))
