"""The web: portal, console and manager, and what they share."""

from __future__ import annotations

import functools
from typing import Any

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk.config import Config
from helpdesk.core.db import begin_reading, begin_writing
from helpdesk.web import assets, auth, console, dev, errors, feeds, filters, health, manager, portal, shell, walls
from helpdesk.web.forms import RowId
from helpdesk.web.portal import articles

csrf = CSRFProtect()

# No inline code anywhere, so the policy needs no exception and no nonce.
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "frame-src 'self'",
    "manifest-src 'self'",
))  # fmt: skip
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Register the faces and what stands around every request."""
    config: Config = app.config["THREELINE"]
    if config.trusted_proxies:
        n = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    app.url_map.converters["int"] = RowId
    app.before_request(_choose_transaction)
    csrf.init_app(app)
    auth.init_app(app)
    app.before_request(_check_csrf)
    app.after_request(_harden)
    app.log_exception = functools.partial(_log_exception, app)  # type: ignore[method-assign]
    app.teardown_request(_reset)
    assets.init_app(app)
    filters.init_app(app)
    shell.init_app(app)
    errors.init_app(app)
    for face in (health, auth, feeds, walls, portal, articles, console, manager):
        app.register_blueprint(face.bp)
    app.register_blueprint(articles.open_bp)
    if config.dev:
        app.register_blueprint(dev.bp)


def _log_exception(app: Flask, exc_info: Any) -> None:
    """Log what went wrong by the rule of the address: some addresses hold a secret."""
    app.logger.error(
        "Exception on %s [%s]", request.url_rule or "an unknown address", request.method, exc_info=exc_info
    )


def _choose_transaction() -> None:
    """An unsafe request writes from its first query on: a transaction that turns from reading to writing fails."""
    if b"%00" in request.query_string or "\0" in request.path:
        abort(400)  # a character that PostgreSQL keeps nowhere and no address needs
    (begin_reading if request.method in SAFE_METHODS else begin_writing)()


def _check_csrf() -> None:
    if not request.path.startswith("/api/"):  # a bearer token is no cookie: no other site can send it
        csrf.protect()


def _reset(_error: BaseException | None) -> None:
    begin_reading()


def _harden(response: Response) -> Response:
    headers: dict[str, Any] = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    }  # fmt: skip
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    # Pages show what one person may see: no cache keeps them for the next.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
