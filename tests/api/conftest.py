"""Callers of the API: each person with a token of their own, every answer checked against the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from helpdesk.api import v1
from helpdesk.api.openapi import document_of
from helpdesk.core.db import db
from helpdesk.models.access import Account
from helpdesk.people.accounts import create_token
from helpdesk.policy.actor import Actor
from tests.cast import Cast

ROOT = "/api/v1"


@dataclass
class Caller:
    """Somebody with a token (or without one)."""

    app: Flask
    document: dict[str, Any]
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("POST", path, json=json, **kwargs)

    def put(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("PUT", path, json=json, **kwargs)

    def patch(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("PATCH", path, json=json, **kwargs)

    def delete(self, path: str, json: Any = None, **kwargs: Any) -> TestResponse:
        return self.call("DELETE", path, json=json, **kwargs)

    def call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """Ask in a context of its own, as the server does, and check what comes back."""
        db.session.rollback()  # what this test has read so far must not hold up the request
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = {**headers, **self.headers, **kwargs.pop("headers", {})}
        if kwargs.get("json", ...) is None:
            del kwargs["json"]
        with self.app.app_context():
            address = path if path.startswith("/api") else ROOT + path
            response = self.app.test_client().open(address, method=method, headers=sent, **kwargs)
            response.get_data()
            response.close()
            response.request.environ["wsgi.input"].close()  # a long body lies in a temporary file
        check_answer(self.document, method, response)
        return response


def check_answer(document: dict[str, Any], method: str, response: TestResponse) -> None:
    """An answer is documented, its JSON is whole, a refusal is a problem document, and no cookie is set."""
    assert "Set-Cookie" not in response.headers
    if response.status_code >= 400:
        assert response.mimetype == "application/problem+json"
        problem = response.get_json()
        assert problem["status"] == response.status_code
        assert problem["type"] == "about:blank"
        assert all(problem[name] for name in ("title", "detail", "code"))
        for error in problem.get("errors", []):
            assert error["detail"]
            assert len(error.keys() & {"pointer", "parameter", "header"}) == 1
    operation = operation_of(document, method, response.request.path)
    if operation is None:
        return
    status = "default" if response.status_code in (429, 500) else str(response.status_code)
    assert status in operation["responses"], f"{status} is not documented"
    documented = operation["responses"][status]
    if response.mimetype == "application/json":
        schema = documented["content"]["application/json"]["schema"]
        names = [each["$ref"].rpartition("/")[2] for each in schema.get("anyOf", [schema])]
        shapes = [set(document["components"]["schemas"][name]["properties"]) for name in names]
        assert set(response.get_json()) in shapes


def operation_of(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    """The documented operation behind an address; None for addresses that do not exist."""
    steps = path.split("/")
    for template, item in document["paths"].items():
        parts = template.split("/")
        if len(parts) == len(steps) and all(p == s or p.startswith("{") for p, s in zip(parts, steps, strict=True)):
            found: dict[str, Any] | None = item.get(method.lower())
            if found is not None:
                return found
    return None


@pytest.fixture(scope="session")
def document(settled_app: Flask) -> dict[str, Any]:
    with settled_app.app_context():
        return document_of(settled_app, v1.bp, v1.RESOURCES)


@pytest.fixture
def as_(app: Flask, document: dict[str, Any]) -> Callable[[Actor], Caller]:
    """`as_(cast.ona)` calls with a token of hers."""
    tokens: dict[int, str] = {}

    def caller(actor: Actor) -> Caller:
        if actor.account_id not in tokens:
            tokens[actor.account_id] = create_token(db.session.get_one(Account, actor.account_id), "tests", by=actor)
        return Caller(app, document, tokens[actor.account_id])

    return caller


@pytest.fixture
def nobody(app: Flask, document: dict[str, Any]) -> Caller:
    return Caller(app, document)


@pytest.fixture
def ona(as_: Callable[[Actor], Caller], cast: Cast) -> Caller:
    return as_(cast.ona)


@pytest.fixture
def tomas(as_: Callable[[Actor], Caller], cast: Cast) -> Caller:
    return as_(cast.tomas)


@pytest.fixture
def giedrius(as_: Callable[[Actor], Caller], cast: Cast) -> Caller:
    return as_(cast.giedrius)


@pytest.fixture
def jonas(as_: Callable[[Actor], Caller], cast: Cast) -> Caller:
    return as_(cast.jonas)


@pytest.fixture
def lena(as_: Callable[[Actor], Caller], cast: Cast) -> Caller:
    return as_(cast.lena)


@pytest.fixture
def marek(as_: Callable[[Actor], Caller], cast: Cast) -> Caller:
    return as_(cast.marek)


def pointers(response: TestResponse) -> list[str]:
    """The places in the body at which a problem document points."""
    return [error["pointer"] for error in response.get_json()["errors"]]
