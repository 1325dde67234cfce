"""Whether the desk is alive; strangers learn nothing else."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.core.db import db

bp = Blueprint("health", __name__)
bp.is_open = True  # type: ignore[attr-defined]  # nobody needs to sign in


@bp.get("/healthz")
def show() -> Response:
    """200 `ok` when the database answers, else 503."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("unavailable\n", status=503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
