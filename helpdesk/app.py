"""The application, put together in reading order."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

import helpdesk.models  # noqa: F401 - every table is known before the first query
from helpdesk.config import Config, load_config
from helpdesk.core import db, i18n, logs
from helpdesk.core.folders import template_folder
from helpdesk.jobs import subscriptions


def create_app(config: Config | None = None, *, faces: bool = True) -> Flask:
    """The application: settings, database, languages, consequences, faces. A worker needs no faces."""
    config = config or load_config()
    app = Flask("helpdesk", template_folder=str(template_folder()), static_folder=None)
    app.config.from_mapping(_flask_settings(config))
    logs.configure(config.log_format, config.log_level)
    configure_mappers()  # once and here: two threads that do it at their first query get in each other's way
    db.init_app(app)
    i18n.init_app(app)
    subscriptions.install()
    if faces:
        from helpdesk import api, web  # here: they are a fifth of a worker's memory

        web.init_app(app)
        api.init_app(app)
    return app


def _flask_settings(config: Config) -> dict[str, Any]:
    is_https = config.base_url.startswith("https://")
    engine_options: dict[str, Any] = {"pool_size": config.web_threads + 4, "max_overflow": 8}
    if not config.is_sqlite:
        engine_options["pool_pre_ping"] = True
    return {
        "THREELINE": config,
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options,
        # A whole ticket's files may come in one request, and a little more for the words.
        "MAX_CONTENT_LENGTH": (config.max_ticket_mb + 2) * 1_000_000,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "MAX_FORM_PARTS": 500,
        "SESSION_COOKIE_NAME": "__Host-threeline" if is_https else "threeline",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_https,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session; a form left open over lunch keeps its words
        "WTF_CSRF_CHECK_DEFAULT": False,  # web.init_app checks, after it knows whether a bearer token speaks
        "TEMPLATES_AUTO_RELOAD": config.dev,
    }
