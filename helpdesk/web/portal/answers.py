"""One revisit by a link from a letter: confirm it by one click, or ask for another time, signed in or not.

Programs that check mail follow its links, so to open one changes nothing; the button on the page does.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.aftersales.answers import Asked, open_answer
from helpdesk.core.errors import NotFound
from helpdesk.models.care import Revisit
from helpdesk.tickets.schemas import ReasonSchema
from helpdesk.web.auth import speak_for
from helpdesk.web.forms import Form, read_form
from helpdesk.web.portal.revisits import WishSchema, confirmed, content_of, refused, wished

bp = Blueprint("answers", __name__, url_prefix="/revisits/answers/<token>")


@bp.before_request
def enter() -> Any:
    """The link says which revisit and which contact; nothing else opens by it."""
    try:
        asked = open_answer(str((request.view_args or {})["token"]))
    except NotFound:
        return render_template("portal/answers/gone.html"), 404
    speak_for(asked.actor)
    g.asked = asked
    return None


enter.is_guard = True  # type: ignore[attr-defined]


@bp.get("")
def show(token: str) -> str:
    return _page(token, Form())


@bp.post("/confirmation")
def confirm(token: str) -> Any:
    form = Form()
    return _back(token) if confirmed(_revisit(), form) else (_page(token, form), 422)


@bp.post("/other-times")
def ask_other_time(token: str) -> Any:
    form = read_form(WishSchema)
    return _back(token) if wished(_revisit(), form) else (_page(token, form), 422)


@bp.post("/refusal")
def refuse(token: str) -> Any:
    form = read_form(ReasonSchema)
    return _back(token) if refused(_revisit(), form) else (_page(token, form), 422)


def _revisit() -> Revisit:
    asked: Asked = g.asked
    return asked.revisit


def _page(token: str, form: Form) -> str:
    asked: Asked = g.asked
    urls = {
        "confirm": url_for("portal.answers.confirm", token=token),
        "refuse": url_for("portal.answers.refuse", token=token),
        "wish": url_for("portal.answers.ask_other_time", token=token),
    }  # fmt: skip
    return render_template("portal/answers/show.html", form=form, urls=urls, is_as_written=asked.is_as_written,
                           **content_of(asked.revisit))  # fmt: skip


def _back(token: str) -> BaseResponse:
    return redirect(url_for("portal.answers.show", token=token))
