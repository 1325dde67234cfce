"""The OpenAPI document: whole, and true to the routes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Flask

from tests.api.conftest import Caller

Operation = dict[str, Any]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for below in node.values():
            yield from walk(below)
    elif isinstance(node, list):
        for below in node:
            yield from walk(below)


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def test_the_document_is_served_to_everybody(nobody: Caller, document: dict[str, Any]) -> None:
    served = nobody.get("/openapi.json")
    assert (served.status_code, served.mimetype) == (200, "application/json")
    assert served.get_json()["openapi"] == "3.1.0"
    assert served.get_json()["paths"].keys() == document["paths"].keys()
    assert nobody.get("/openapi.json", headers={"If-None-Match": served.headers["ETag"]}).status_code == 304


def test_it_says_what_it_is(document: dict[str, Any]) -> None:
    assert document["info"].keys() >= {"title", "version", "description"}
    assert document["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert document["servers"][0]["url"].startswith("http")


def test_every_route_is_documented_and_nothing_else(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = [node for node in walk(document) if "$ref" in node]
    assert references
    assert all(resolve(document, node) for node in references)


def test_every_operation_has_its_name_its_sentence_and_its_resource(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    known = {tag["name"] for tag in document["tags"]}
    for path, method, operation in operations(document):
        assert operation["summary"].endswith("."), (path, method)
        assert set(operation["tags"]) <= known


def test_every_operation_asks_for_a_token_and_says_how_it_refuses(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation["security"] == [{"bearer": []}]
        assert operation["responses"].keys() >= {"401", "403", "503", "default"}, (path, method)
        assert ("404" in operation["responses"]) == ("{" in path)
        if "requestBody" in operation:
            assert operation["responses"].keys() >= {"400", "409", "413", "415", "422"}, (path, method)


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "default" or int(status) >= 400:
                content = resolve(document, response)["content"]
                assert list(content) == ["application/problem+json"], (path, method, status)
                shape = resolve(document, content["application/problem+json"]["schema"])
                assert set(shape["required"]) == {"type", "title", "status", "detail", "code"}


def test_every_success_shows_something_or_says_that_there_is_nothing(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        good = {s: r for s, r in operation["responses"].items() if s.startswith("2")}
        assert good, (path, method)
        for status, response in good.items():
            assert response["description"]
            assert (status == "204") == ("content" not in response), (path, method)


def test_every_step_of_an_address_is_a_parameter(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        declared = {each["name"] for each in item.get("parameters", []) if each["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_every_body_is_closed_and_every_answer_may_grow(document: dict[str, Any]) -> None:
    bodies = {
        resolve_name(content["schema"])
        for _, _, operation in operations(document)
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
        if media_type == "application/json"
    }
    shapes, below = document["components"]["schemas"], set(bodies)
    while below:  # what stands within a body is closed as well
        below = set(re.findall(r"#/components/schemas/(\w+)", json.dumps([shapes[name] for name in below]))) - bodies
        bodies |= below
    for name, shape in shapes.items():
        assert shape["type"] == "object"
        assert shape.get("additionalProperties", True) == (name not in bodies), name


def resolve_name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def test_a_clients_shape_is_part_of_the_one_for_staff(document: dict[str, Any]) -> None:
    shapes = document["components"]["schemas"]
    clients = [name for name in shapes if name.startswith("Client")]
    assert len(clients) >= 8
    for name in clients:
        for_staff = shapes[name.removeprefix("Client")]["properties"]
        assert shapes[name]["properties"].keys() <= for_staff.keys()


def test_files_may_come_with_words(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/v1/tickets/{number}/messages"]["post"]["requestBody"]["content"]
    assert content.keys() == {"application/json", "multipart/form-data"}
    assert content["multipart/form-data"]["schema"]["properties"].keys() == {"json", "files"}


def test_a_repeatable_request_names_its_header(document: dict[str, Any]) -> None:
    named = {
        path for path, _, operation in operations(document)
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    }  # fmt: skip
    assert named == {"/api/v1/tickets", "/api/v1/tickets/{number}/messages", "/api/v1/tickets/{number}/notes",
                     "/api/v1/tickets/{number}/promised-times", "/api/v1/tickets/{number}/work-logs",
                     "/api/v1/tickets/{number}/enquiry/quotations", "/api/v1/sales",
                     "/api/v1/sales/{number}/payments", "/api/v1/contracts/{contract_id}/blocks",
                     "/api/v1/contracts/{contract_id}/adjustments", "/api/v1/contracts/{contract_id}/reservations",
                     "/api/v1/deliverables", "/api/v1/organisations/{organisation_id}/revisits",
                     "/api/v1/problems", "/api/v1/problems/{problem}/reviews",
                     "/api/v1/problems/{problem}/broadcasts", "/api/v1/tickets/{number}/major-incident",
                     "/api/v1/major-incidents/{major_id}/updates", "/api/v1/major-incidents/{major_id}/reviews",
                     "/api/v1/organisations/{organisation_id}/cares",
                     "/api/v1/wishes", "/api/v1/tickets/{number}/wishes", "/api/v1/webhooks",
                     "/api/v1/wishes/{wish_number}/answers",
                     "/api/v1/product-feedback/problems/{problem_number}/answers", "/api/v1/articles",
                         "/api/v1/survey-questions", "/api/v1/saved-reports"}  # fmt: skip


def test_known_words_are_listed(document: dict[str, Any]) -> None:
    ticket = document["components"]["schemas"]["Ticket"]["properties"]
    assert ticket["status"]["enum"][0] == "new"
    assert ticket["scheduled_for"]["type"] == ["string", "null"]
    assert ticket["opened_at"]["format"] == "date-time"
    listed = document["paths"]["/api/v1/tickets"]["get"]["parameters"]
    assert {each["name"] for each in listed} >= {"view", "status", "after", "size"}
    assert next(each for each in listed if each["name"] == "view")["schema"]["enum"][0] == "queue"


def test_every_status_is_one_that_http_knows(document: dict[str, Any]) -> None:
    known = {str(status.value) for status in HTTPStatus} | {"default"}
    for _, _, operation in operations(document):
        assert operation["responses"].keys() <= known


def test_the_guide_names_every_address_with_its_methods(document: dict[str, Any]) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    named = {
        (f"/api/v1{address}", method.lower())
        for methods, address in re.findall(r"`((?:[A-Z]+ )+)(/[^`]+)`", guide)
        for method in methods.split()
    }
    assert named == {(path, method) for path, method, _ in operations(document)}
