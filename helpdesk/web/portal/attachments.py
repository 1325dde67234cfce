"""Files of the client's own tickets."""

from __future__ import annotations

from flask import Blueprint, Response

from helpdesk.web.auth import current_actor
from helpdesk.web.files import serve_attachment

bp = Blueprint("attachments", __name__, url_prefix="/attachments")


@bp.get("/<int:attachment_id>/<filename>")
def show(attachment_id: int, filename: str) -> Response:
    return serve_attachment(attachment_id, for_=current_actor())
