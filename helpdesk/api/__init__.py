"""The API: a face of its own with its own representation, its own errors and idempotency keys."""

from __future__ import annotations

from flask import Flask

from helpdesk.api import document, errors, v1
from helpdesk.api.fields import RowIdConverter


def init_app(app: Flask) -> None:
    """Register the versions of the API."""
    app.url_map.converters["row_id"] = RowIdConverter
    errors.init_app(app)
    app.register_blueprint(v1.bp)
    app.register_blueprint(document.bp)
