"""Development pages, only while the desk listens to this machine alone: letters, components, sign in as anyone."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.times import now
from helpdesk.mail.folder import letter_in_folder, letters_in_folder
from helpdesk.people import accounts
from helpdesk.web.auth import sign_in_as
from helpdesk.web.dev.chart_specimens import one_of_each, specimens
from helpdesk.web.files import SANDBOX
from helpdesk.web.forms import sent_id

bp = Blueprint("dev", __name__, url_prefix="/dev")
bp.is_open = True  # type: ignore[attr-defined]  # loopback only, see THREELINE_DEV


@bp.get("/letters")
def letters() -> str:
    """Every letter in the mail folder, latest first."""
    folder = current_app.config["THREELINE"].mail_folder
    chosen = request.args.get("letter")
    shown = letters_in_folder(folder)
    letter = letter_in_folder(folder, chosen or shown[0].name) if shown or chosen else None
    return render_template("dev/letters.html", letters=shown, letter=letter)


@bp.get("/letters/<name>/body")
def letter_body(name: str) -> Response:
    """The HTML of a letter, as a mail program would show it."""
    letter = letter_in_folder(current_app.config["THREELINE"].mail_folder, name)
    if letter is None:
        raise NotFound
    response = Response(letter.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        SANDBOX.replace("sandbox", "sandbox allow-popups") + "; frame-ancestors 'self'"
    )
    return response


@bp.get("/components")
def components() -> str:
    return render_template("dev/components.html", now=now(), charts=one_of_each())


@bp.get("/components/charts")
def charts() -> str:
    return render_template("dev/charts.html", charts=specimens())


@bp.get("/sign-in-as")
def who() -> str:
    return render_template("dev/sign_in_as.html", accounts=accounts.demo_accounts())


@bp.post("/sign-in-as")
def sign_in() -> BaseResponse:
    account = next((a for a in accounts.demo_accounts() if a.id == sent_id("account_id")), None)
    if account is None:
        raise NotFound
    secret = accounts.begin_session(account, address="127.0.0.1", browser="development")
    sign_in_as(secret)
    return redirect(url_for("auth.root"))
