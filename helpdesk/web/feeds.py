"""Calendars that programs fetch by a secret address, without signing in."""

from __future__ import annotations

from flask import Blueprint, Response, request

from helpdesk.aftersales.feeds import mark_used, needs_used_mark, open_feed, publish

bp = Blueprint("feeds", __name__, url_prefix="/feeds")
bp.is_open = True  # type: ignore[attr-defined]  # the secret in the address is the key


@bp.get("/<secret>.ics")
def show(secret: str) -> Response:
    feed = open_feed(secret)
    feed_id, is_to_mark = feed.row.id, needs_used_mark(feed)
    published = publish(feed)
    if is_to_mark:
        mark_used(feed_id)
    response = Response(published.text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="visits.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    response.last_modified = published.changed_at
    response.add_etag()
    response.make_conditional(request)
    return response
