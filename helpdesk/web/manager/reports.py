"""Reports as pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reports", __name__)


@bp.get("/overview")
def overview() -> str:
    return "…"
