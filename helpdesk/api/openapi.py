"""flask-smorest as this house uses it: typed, with problem documents, two audiences, and one OpenAPI 3.1 document."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar, cast

import flask_smorest  # type: ignore[import-untyped]
from flask import Flask, Response, request
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy.exc import IntegrityError

from helpdesk.api.auth import SAFE_METHODS, current_actor
from helpdesk.api.errors import MEDIA_TYPE
from helpdesk.api.inputs import FILES_PART, JSON_PART, LONGEST_KEY, Parser
from helpdesk.core.db import begin_reading
from helpdesk.core.errors import Forbidden
from helpdesk.policy.actor import Actor

View = TypeVar("View", bound=Callable[..., Any])

SECURITY = "bearer"

DESCRIPTION = """\
Tickets of a service desk, from receipt to acceptance, through three support lines.

Every request carries a token: `Authorization: Bearer tl_…`. It acts as its account: what the account may not see does
not exist for it (404), what it sees but may not do is 403. Clients get the client's part of each representation.

Instants are RFC 3339 in UTC, durations are whole seconds, problems are RFC 9457 documents with a stable `code`.
Unknown fields and parameters are refused by name. Lists come in pages; follow the `Link` header.
"""

IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header", "name": "Idempotency-Key", "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "description": "The same key makes the same thing once: a repeated request gets the first result, and another "
                   "request under the same key 422.",
}  # fmt: skip


class ProblemErrorSchema(Schema):
    """One thing that is wrong, and its place: in the body, in the query, or in a header."""

    class Meta:
        unknown = EXCLUDE

    detail = fields.String(required=True)
    pointer = fields.String(metadata={"description": "JSON pointer into the body, as a URI fragment."})
    parameter = fields.String(metadata={"description": "Name of the query parameter."})
    header = fields.String(metadata={"description": "Name of the header."})


class ProblemSchema(Schema):
    """A problem document (RFC 9457)."""

    class Meta:
        unknown = EXCLUDE

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "A sentence in the caller's language."})
    code = fields.String(required=True, metadata={"description": "Which problem it is, stable for programs."})
    errors = fields.List(fields.Nested(ProblemErrorSchema))


@dataclass(frozen=True)
class Representation:
    """One thing shown to two audiences: staff, and clients, who see what their schema lists and nothing else.

    Without a schema for clients nothing of it is theirs. `of` makes what the schemas read of what a view returns.
    """

    staff: Schema
    client: Schema | None
    of: Callable[[Any, Actor], Any] | None = None

    def dump(self, thing: Any) -> Any:
        actor = current_actor()
        schema = self.staff if actor.is_staff else self.client
        if schema is None:
            raise Forbidden(code="staff_only")
        return schema.dump(self.of(thing, actor) if self.of else thing)

    @property
    def documentation(self) -> Any:
        return self.staff if self.client is None else {"anyOf": [self.staff, self.client]}


class Api(flask_smorest.Api):  # type: ignore[misc]
    """The document's side of flask-smorest; errors are answered by the face itself (`api/errors.py`)."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """None for the whole application: its pages are not ours."""

    def _register_pagination_header(self) -> None:
        """None: pages are led on by `Link` (RFC 8288)."""

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            response: dict[str, Any] = {"description": status.phrase}
            if status >= 400:
                response["content"] = {MEDIA_TYPE: {"schema": ProblemSchema}}
            self.spec.components.response(status.name, response, lazy=True)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A resource: its routes, what they take, what they give, and what the document says of them."""

    ARGUMENTS_PARSER = Parser()

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().post(rule, **options))

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().put(rule, **options))

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().patch(rule, **options))

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().delete(rule, **options))

    def takes(
        self, schema: Schema, *, location: str = "json", files: bool = False, once: bool = False
    ) -> Callable[[View], View]:
        """The view is given what this schema makes of the body (with `files`, of its JSON part) or of the query.

        `once`: the request may carry an idempotency key.
        """
        take = super().arguments(schema, location=location)

        def decorate(view: View) -> View:
            decorated = cast(View, take(_again_if_overtaken(view) if once else view))
            if files:
                _note(decorated, requestBody={"content": {"multipart/form-data": _with_files(schema)}})
            if once:
                _note(decorated, parameters=[IDEMPOTENCY_KEY])
            return decorated

        return decorate

    def gives(
        self,
        status: int,
        shows: Representation | Schema | None = None,
        *,
        media_type: str = "",
        empty: str = "",
        or_unchanged: bool = False,
    ) -> Callable[[View], View]:
        """What the view returns (alone, or with headers) is shown so, under this status.

        Where it returns nothing the answer is 204; `empty` says in the document what that means. `or_unchanged`: the
        answer has an ETag, and who has it already gets 304.
        """
        documentation: Any = shows.documentation if isinstance(shows, Representation) else shows
        if media_type:
            documentation = {"type": "string", "format": "binary"}
        describe = super().response(status, documentation, content_type=media_type or None)

        def decorate(view: View) -> View:
            @functools.wraps(view)
            def answer(*args: Any, **kwargs: Any) -> Response:
                returned = view(*args, **kwargs)
                if isinstance(returned, Response):
                    return returned
                # The activity has committed; what is read to show its result must not queue among the writers.
                begin_reading()
                thing, headers = returned if isinstance(returned, tuple) else (returned, {})
                if shows is None or thing is None:
                    return Response(status=204, headers=headers)
                return _json(shows.dump(thing), status, headers)

            described = describe(answer)
            if empty:
                _note(described, responses={204: {"description": empty}})
            if media_type or or_unchanged:
                _note(described, responses={304: HTTPStatus(304).name})
            return cast(View, described)

        return decorate

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Callable[..., Any] | None = None, **options: Any
    ) -> None:
        if view_func is not None:
            _describe(view_func, f"{self.name}_{view_func.__name__}", rule, options["methods"][0])
        super().add_url_rule(rule, endpoint, view_func, **{**options, "tags": [self.name]})


def document_of(app: Flask, face: Blueprint, resources: Iterable[Blueprint]) -> dict[str, Any]:
    """The OpenAPI document of a registered face and its resources."""
    api = Api(app, spec_kwargs={
        "title": "Threeline", "version": "1", "openapi_version": "3.1.0", "info": {"description": DESCRIPTION},
        "servers": [{"url": app.config["THREELINE"].base_url}], "security": [{SECURITY: []}],
    })  # fmt: skip
    api.spec.components.security_scheme(SECURITY, {"type": "http", "scheme": "bearer"})
    for resource in resources:
        api.spec.tag({"name": resource.name, "description": resource.description})
    face.register_views_in_doc(api, app, api.spec, name=face.name, parameters=None)
    return cast(dict[str, Any], api.spec.to_dict())


def _again_if_overtaken(view: View) -> View:
    """A repetition that ran beside the first request, and lost, finds the first one's result."""

    @functools.wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except IntegrityError:
            if IDEMPOTENCY_KEY["name"] not in request.headers:
                raise
            return view(*args, **kwargs)

    return cast(View, run)


def _describe(view: Callable[..., Any], operation_id: str, rule: str, method: str) -> None:
    """Say of a view what follows from its route: who may call it, and how it may be refused."""
    arguments = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    places = {each["in"] for each in arguments}
    statuses = {401, 403, 503}
    statuses |= {400, 404} if "<" in rule else set()
    statuses |= set() if method in SAFE_METHODS else {409}
    statuses |= {400, 422} if places else set()
    statuses |= {413, 415} if "json" in places else set()
    responses: dict[int | str, Any] = {status: HTTPStatus(status).name for status in sorted(statuses)}
    responses |= {"default": HTTPStatus(500).name} | _noted(view).get("responses", {})
    _note(view, operationId=operation_id, security=[{SECURITY: []}], responses=responses)


def _note(view: Callable[..., Any], **documentation: Any) -> None:
    """Add to what the document says of a view."""
    cast(Any, view)._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    cast(Any, view)._apidoc["manual_doc"] = _noted(view) | documentation


def _noted(view: Callable[..., Any]) -> dict[str, Any]:
    return cast(dict[str, Any], getattr(view, "_apidoc", {}).get("manual_doc", {}))


def _with_files(schema: Schema) -> dict[str, Any]:
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    return {
        "schema": {"type": "object", "properties": {JSON_PART: schema, FILES_PART: files}},
        "encoding": {JSON_PART: {"contentType": "application/json"}},
    }


def _json(dumped: Any, status: int, headers: Mapping[str, str]) -> Response:
    return Response(json.dumps(dumped), status, headers, mimetype="application/json")
