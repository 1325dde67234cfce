"""The OpenAPI document of version 1: open to everybody, since it says how to ask and answers nothing."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, request

from helpdesk.api import v1
from helpdesk.api.errors import answer_with_problems
from helpdesk.api.openapi import document_of

bp = Blueprint("api_document", __name__, url_prefix="/api/v1")
bp.is_open = True  # type: ignore[attr-defined]  # no token is needed to learn how one is sent
answer_with_problems(bp)


@bp.get("/openapi.json")
def show() -> Response:
    """The document, made once when it is asked for."""
    kept = current_app.extensions
    if bp.name not in kept:
        kept[bp.name] = json.dumps(document_of(current_app, v1.bp, v1.RESOURCES), indent=1)
    response = Response(kept[bp.name], mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.add_etag()
    response.make_conditional(request)
    return response
