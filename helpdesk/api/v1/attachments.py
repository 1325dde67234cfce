"""The content of files on messages."""

from __future__ import annotations

from flask import Response, request, send_file

from helpdesk.api.auth import current_actor
from helpdesk.api.openapi import Blueprint
from helpdesk.api.v1.tickets import ticket_to_read
from helpdesk.core.errors import NotFound
from helpdesk.models.tickets import NUMBER_PREFIX
from helpdesk.tickets.attachments import content_of, get_attachment

bp = Blueprint("attachments", __name__, description="Files on messages. They come in with the message: multipart.")

# Nothing in a file runs as ours, wherever somebody opens it.
SANDBOX = "default-src 'none'; sandbox"


@bp.get("/attachments/<row_id:attachment_id>")
@bp.gives(200, media_type="application/octet-stream")
def show(attachment_id: int) -> Response:
    """Download a file; its media type stands on the message."""
    row = get_attachment(attachment_id, for_=current_actor())
    if row is None:
        raise NotFound
    ticket_to_read(f"{NUMBER_PREFIX}{row.ticket_id}")
    try:
        content = content_of(row)
    except FileNotFoundError as error:
        raise NotFound(code="file_missing") from error
    response = send_file(content, "application/octet-stream", as_attachment=True, download_name=row.filename,
                         etag=row.digest, conditional=False)  # fmt: skip
    response.content_length = row.size
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response
