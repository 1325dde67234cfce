"""Whatever is refused or goes wrong → a problem document (RFC 9457). One table gives each its HTTP status."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, default_exceptions

from helpdesk.core.errors import Busy, Conflict, DomainError, Forbidden, Invalid, NotFound
from helpdesk.people.throttling import TooManyTries

MEDIA_TYPE = "application/problem+json"

# The first that fits counts.
STATUS: dict[type[Exception], int] = {
    NotFound: 404,
    Forbidden: 403,
    Invalid: 422,
    Conflict: 409,
    Busy: 503,
    TooManyTries: 429,
    IntegrityError: 409,  # two at once wrote what may be there once
    DataError: 422,
    OperationalError: 503,  # away, locked, gone in mid-sentence
    InterfaceError: 503,
    PoolTimeout: 503,
}
RETRY_AFTER_SECONDS = {429: 900, 503: 2}

# What is said where an activity says nothing itself.
DETAILS = {
    400: _l("This cannot be read."),
    403: _l("You may not do this."),
    404: _l("It does not exist, or not for you."),
    405: _l("This cannot be done here."),
    409: _l("Things have changed meanwhile, so this cannot be done."),
    413: _l("This is too large."),
    415: _l("Send JSON (application/json)."),
    422: _l("Something in the request is wrong."),
    429: _l("Too many tries. Wait a quarter of an hour."),
    500: _l("Something went wrong on our side."),
    503: _l("The desk is busy. Nothing is lost; try again in a moment."),
}
CODES = {400: "unreadable", 404: "not_found", 405: "method_not_allowed", 409: "conflict", 413: "too_large",
         415: "wrong_media_type", 422: "invalid", 500: "internal_error", 503: "busy"}  # fmt: skip
MOST_ERRORS = 100

Errors = Sequence[Mapping[str, str]]


class Unreadable(HTTPException):
    """The request cannot be read at all, so nothing in it can be pointed at."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.code = status


class Misshapen(Invalid):
    """The request does not fit its schema; each error says its place: a pointer, a parameter or a header."""

    def __init__(self, errors: Errors, *, code: str = "") -> None:
        super().__init__({}, code=code)
        self.places = errors


def init_app(app: Flask) -> None:
    """Answer under /api/ what no route takes: unknown addresses and methods."""
    # First of all, since what else comes before a request refuses in the words of a page.
    app.before_request_funcs.setdefault(None, []).insert(0, _refuse_unrouted)


def answer_with_problems(face: Blueprint) -> None:
    """Register this module's answers for everything that is raised in this face."""
    for kind in (DomainError, DBAPIError, PoolTimeout):
        face.register_error_handler(kind, _refused)
    face.register_error_handler(HTTPException, _http)
    # A handler of the whole application for one status would come before one of ours for all of them.
    for status in default_exceptions:
        face.register_error_handler(status, _http)


def problem(
    status: int, detail: str = "", *, code: str = "", errors: Errors = (), headers: Mapping[str, str] | None = None
) -> Response:
    """One problem document; its type is `about:blank`, so `code` tells programs which problem it is."""
    document: dict[str, Any] = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status,
        "detail": detail or str(DETAILS.get(status, "")), "code": code or CODES.get(status, "refused"),
    }  # fmt: skip
    if errors:
        document["errors"] = list(errors[:MOST_ERRORS])
    response = Response(json.dumps(document), status=status, mimetype=MEDIA_TYPE, headers=dict(headers or {}))
    if status in RETRY_AFTER_SECONDS:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER_SECONDS[status]))
    return response


@contextmanager
def in_our_words(**names: str) -> Iterator[None]:
    """An activity names a field otherwise than our documents do: point at ours (`text="reason"`)."""
    try:
        yield
    except Invalid as refusal:
        renamed = {names.get(field, field): texts for field, texts in refusal.errors.items()}
        raise Invalid(renamed, code=refusal.code) from refusal


_OF_SEVERAL = re.compile(r"(?!custom_fields\.)([a-z_]+)\.([0-9]{1,4})\.([a-z_]+)")


def pointer(*path: object) -> str:
    """A JSON pointer into the body, as a URI fragment (RFC 6901 §6)."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join("/" + quote(step, safe="~!$&'()*+,;=:@", errors="replace") for step in steps)


def _refused(error: Exception) -> Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        raise error  # a fault of ours: it is logged and answered as one
    if not isinstance(error, DomainError):
        return problem(status)
    if isinstance(error, Misshapen):
        return problem(status, code=error.code, errors=error.places)
    if isinstance(error, Invalid):
        return problem(status, code=error.code, errors=_pointed(error))
    return problem(status, error.message, code=error.code)


def _pointed(error: Invalid) -> Errors:
    said = [(name, text) for name, texts in error.errors.items() for text in texts]
    if request.method in ("GET", "HEAD"):  # there is no body to point into
        return [{"parameter": name, "detail": text} for name, text in said]
    return [{"pointer": pointer(*_steps(name)), "detail": text} for name, text in said]


def _steps(name: str) -> tuple[object, ...]:
    """Activities write `steps.0.rule` for a field of the first of several.

    And `custom_fields.key` for a field within a field; these keys may hold dots themselves.
    """
    if (several := _OF_SEVERAL.fullmatch(name)) is not None:
        return several[1], int(several[2]), several[3]
    return tuple(name.split(".", 1))


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:  # a redirect is an answer, not a problem
        return error
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Content-Range")}
    words = error.description if isinstance(error, Unreadable) else ""
    return problem(status, words or "", headers=kept)


def _refuse_unrouted() -> Response | HTTPException | None:
    # Flask finds handlers by the blueprint of the route, and here there is none.
    if request.routing_exception is None or not request.path.startswith("/api/"):
        return None
    return _http(request.routing_exception)
