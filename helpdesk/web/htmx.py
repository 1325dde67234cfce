"""Answers to htmx: a fragment instead of the page, 304 where nothing has changed."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request


def is_htmx() -> bool:
    """Whether htmx asks (and not for a whole page from its history)."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def page_or_fragment(page: str, fragment: str, /, **content: Any) -> Response:
    """The page, or the part of it that htmx asked for; with an ETag, so that polling is cheap."""
    response = make_response(render_template(fragment if is_htmx() else page, **content))
    response.headers["Vary"] = "HX-Request"
    if is_htmx():
        response.add_etag()
        response.make_conditional(request)
    return response
