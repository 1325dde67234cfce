"""Attachments and raw mails, served so that nothing in them runs as ours."""

from __future__ import annotations

from flask import Response, send_file

from helpdesk.core.errors import NotFound
from helpdesk.core.files import SHOWN_INLINE
from helpdesk.policy.actor import Actor
from helpdesk.tickets.attachments import content_of, get_attachment

SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def serve_attachment(attachment_id: int, *, for_: Actor) -> Response:
    """The file, shown only where its content cannot act, offered for download otherwise."""
    row = get_attachment(attachment_id, for_=for_)
    if row is None:
        raise NotFound
    try:
        content = content_of(row)
    except FileNotFoundError as error:
        raise NotFound(code="file_missing") from error
    shown = row.media_type in SHOWN_INLINE
    if row.media_type == "text/plain" and not row.filename.lower().endswith((".txt", ".log")):
        shown = False  # text by content, something else by name: let nobody guess which
    media_type = row.media_type if shown else "application/octet-stream"
    if media_type == "text/plain":
        media_type = "text/plain; charset=utf-8"
    response: Response = send_file(
        content, mimetype=media_type, as_attachment=not shown, download_name=row.filename, etag=row.digest, max_age=0
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
