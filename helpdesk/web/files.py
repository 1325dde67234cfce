"""Attachments and raw mails, served so that nothing in them runs as ours."""

from __future__ import annotations

from typing import BinaryIO

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
    return serve_content(content, row.filename, row.media_type, row.digest)


def serve_content(content: BinaryIO, filename: str, media_type: str, digest: str) -> Response:
    """A stored file whose reader is known to be one; it runs nothing, wherever it is opened."""
    shown = media_type in SHOWN_INLINE
    if media_type == "text/plain" and not filename.lower().endswith((".txt", ".log")):
        shown = False  # text by content, something else by name: let nobody guess which
    media_type = media_type if shown else "application/octet-stream"
    if media_type == "text/plain":
        media_type = "text/plain; charset=utf-8"
    response: Response = send_file(
        content, mimetype=media_type, as_attachment=not shown, download_name=filename, etag=digest, max_age=0
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
