"""DomainError → page. The only place where a refusal gets its HTTP status in a browser."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, redirect, render_template, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from helpdesk.core.errors import Busy, Conflict, DomainError, Forbidden, Invalid, NotFound
from helpdesk.core.i18n import gettext as _
from helpdesk.people.throttling import TooManyTries

STATUS: dict[type[DomainError], int] = {
    NotFound: 404, Forbidden: 403, Invalid: 422, Conflict: 409, Busy: 503, TooManyTries: 429,
}  # fmt: skip


def init_app(app: Flask) -> None:
    """Turn what was refused, and what went wrong, into pages."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database_away)
    if not app.config["THREELINE"].dev:
        app.register_error_handler(500, _broken)


def _refused(error: DomainError) -> Any:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    if status == 409 and request.method == "POST" and _came_from_here():
        # Somebody else was faster, or it was clicked twice: show how things stand now.
        flash(error.message or _("That is not possible any more. This is how it stands now."), "warning")
        return redirect(request.referrer or "/")
    if status == 503:
        return _page(503, error.message), 503, {"Retry-After": "2"}
    return _page(status, error.message), status


def _http(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:
        return error
    return _page(code, ""), code


def _database_away(_error: DBAPIError) -> Any:
    return _page(503, ""), 503, {"Retry-After": "5"}


def _broken(_error: Exception) -> Any:
    return _page(500, ""), 500


PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})


def _page(status: int, message: str) -> str:
    page = status if status in PAGES else 400 if status < 500 else 500
    return render_template(f"errors/{page}.html", message=message)


def _came_from_here() -> bool:
    return bool(request.referrer) and str(request.referrer).startswith(request.host_url)
