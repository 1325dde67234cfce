"""Who is signed in (the only module that knows Flask-Login), and the pages of signing in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import flask
import flask_login
from flask import Blueprint, Flask, Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core.errors import NotFound
from helpdesk.core.i18n import DEFAULT_ZONE, current_language, speak
from helpdesk.core.i18n import gettext as _
from helpdesk.models.access import Role, Session
from helpdesk.people import accounts
from helpdesk.people.schemas import EmailSchema, FirstRunSchema, PasswordSchema, SignInSchema
from helpdesk.policy.actor import NOBODY, Actor
from helpdesk.web.forms import Form, read_form
from helpdesk.web.preferences import chosen_language

bp = Blueprint("auth", __name__)
bp.is_open = True  # type: ignore[attr-defined]  # nobody needs to sign in to sign in

login_manager = flask_login.LoginManager()


class SignedIn(flask_login.UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps for us: the session behind the cookie, and its actor."""

    def __init__(self, session: Session, secret: str) -> None:
        self.session = session
        self.secret = secret
        self.actor = accounts.actor_of(session.account)

    def get_id(self) -> str:
        return self.secret  # ends with its session: a changed password ends every old cookie


def init_app(app: Flask) -> None:
    """Let Flask-Login load whoever the cookie names."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # the address of a phone changes; sessions end in our own table
    app.before_request(_greet)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(secret: str) -> SignedIn | None:
    session = accounts.session_by_secret(secret)
    return SignedIn(session, secret) if session else None


def _greet() -> None:
    """Speak the language of whoever asks, in their zone."""
    if request.path.startswith(("/static/", "/api/", "/feeds/", "/walls/", "/healthz")):
        return
    user = flask_login.current_user
    if user.is_authenticated:
        g.actor, g.account, g.session_row = user.actor, user.session.account, user.session
        speak(user.session.account.language, user.session.account.timezone)
        if request.method == "GET" and accounts.needs_seen_mark(user.session):
            accounts.mark_seen(user.session)
    else:
        g.actor, g.account = NOBODY, None
        speak(chosen_language() or current_language(), DEFAULT_ZONE)


def current_actor() -> Actor:
    """Who asks."""
    actor: Actor = g.get("actor", NOBODY)
    return actor


def speak_for(actor: Actor) -> None:
    """A guest is known by their link: go on as them, in their language."""
    g.actor = actor
    speak(actor.language, actor.zone)


def guard(allowed: Callable[[Actor], bool]) -> Callable[[], BaseResponse | None]:
    """The before_request of a face: the signed-out go to sign in, others whom it is not for find nothing."""

    def check() -> BaseResponse | None:
        actor = current_actor()
        if not actor.is_signed_in:
            if request.method == "GET":
                return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
            return redirect(url_for("auth.sign_in"))
        if not allowed(actor):
            raise NotFound
        return None

    check.is_guard = True  # type: ignore[attr-defined]
    return check


def home_of(actor: Actor) -> str:
    """Where somebody begins."""
    if actor.role is Role.CONTACT:
        return url_for("portal.home.show")
    if actor.role in (Role.MANAGER, Role.PRODUCT_OWNER):
        return url_for("manager.boards.morning" if actor.role is Role.MANAGER else "manager.feedback.show")
    if actor.role is Role.ADMINISTRATOR:
        return url_for("console.people.index")
    return url_for("console.tickets.index")


@bp.get("/")
def root() -> BaseResponse:
    """The door: to one's own home, to sign in, or to the first run."""
    if current_actor().is_signed_in:
        return redirect(home_of(current_actor()))
    return redirect(url_for("auth.first_run" if accounts.is_first_run() else "auth.sign_in"))


@bp.get("/sign-in")
def sign_in() -> Any:
    if current_actor().is_signed_in:
        return redirect(home_of(current_actor()))
    if accounts.is_first_run():
        return redirect(url_for("auth.first_run"))
    return render_template("auth/sign_in.html", form=Form(), next=_safe_next())


@bp.post("/sign-in")
def create_session() -> Any:
    form = read_form(SignInSchema)
    if form.is_valid:
        with form.refusals():
            account, secret = accounts.sign_in(
                form.value["email"], form.value["password"], address=_address(), browser=request.user_agent.string
            )
            return _enter(account.role, secret)
    form.data.pop("password", None)
    return render_template("auth/sign_in.html", form=form, next=_safe_next()), 422


@bp.post("/sign-out")
def end_session() -> BaseResponse:
    if current_actor().is_signed_in:
        accounts.end_session(g.session_row.id, by=current_actor())
    flask_login.logout_user()
    flask.session.clear()
    return redirect(url_for("auth.sign_in"))


@bp.get("/reset")
def reset() -> Any:
    return render_template("auth/reset.html", form=Form())


@bp.post("/reset")
def create_reset() -> Any:
    form = read_form(EmailSchema)
    if not form.is_valid:
        return render_template("auth/reset.html", form=form), 422
    accounts.ask_reset(form.value["email"], address=_address())
    return render_template("auth/reset_sent.html", email=form.value["email"])


@bp.get("/invitations/<token>")
def invitation(token: str) -> Any:
    found = accounts.open_invitation(token)
    speak(found.account.language, found.account.timezone)
    return render_template("auth/invitation.html", form=Form(), account=found.account, purpose=found.purpose)


@bp.post("/invitations/<token>")
def choose_password(token: str) -> Any:
    form = read_form(PasswordSchema)
    found = accounts.open_invitation(token)
    speak(found.account.language, found.account.timezone)
    if form.is_valid:
        with form.refusals():
            account = accounts.choose_password(token, form.value["password"])
            secret = accounts.begin_session(account, address=_address(), browser=request.user_agent.string)
            return _enter(account.role, secret)
    form.data.pop("password", None)
    return render_template("auth/invitation.html", form=form, account=found.account, purpose=found.purpose), 422


@bp.get("/first-run")
def first_run() -> Any:
    if not accounts.is_first_run():
        return redirect(url_for("auth.sign_in"))
    return render_template("auth/first_run.html", form=Form())


@bp.post("/first-run")
def begin_desk() -> Any:
    if not accounts.is_first_run():
        return redirect(url_for("auth.sign_in"))
    form = read_form(FirstRunSchema)
    if form.is_valid:
        with form.refusals():
            account = accounts.begin_desk(accounts.NewAccount(
                email=form.value["email"], name=form.value["name"], role=Role.ADMINISTRATOR,
                password=form.value["password"], language=current_language(),
            ))  # fmt: skip
            secret = accounts.begin_session(account, address=_address(), browser=request.user_agent.string)
            flash(_("Your desk is ready. Add your teams and operators next."))
            return _enter(account.role, secret)
    form.data.pop("password", None)
    return render_template("auth/first_run.html", form=form), 422


def sign_in_as(secret: str) -> None:
    """Put a session's secret into the cookie."""
    flask.session.clear()  # a session that somebody prepared for us is not ours
    session = accounts.session_by_secret(secret)
    if session is not None:
        flask_login.login_user(SignedIn(session, secret))
        flask.session.permanent = True


def _enter(_role: Role, secret: str) -> BaseResponse:
    sign_in_as(secret)
    target = _safe_next()
    return redirect(target or url_for("auth.root"))


def _safe_next() -> str:
    """A path of our own to go on to; anything else leads home."""
    target = request.values.get("next", "")
    parts = urlsplit(target.replace("\\", "/"))
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    return target if all(c.isprintable() for c in target) else ""


def _address() -> str:
    return request.remote_addr or "unknown"


def no_store(response: Response) -> Response:
    """A page that holds a secret once."""
    response.headers["Cache-Control"] = "no-store"
    return response
