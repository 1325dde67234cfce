"""Articles by the API: found, read, written, published, voted on; strangers find nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from werkzeug.datastructures import MultiDict

from knowledge_base.models import AudienceKind
from tests.api.conftest import Caller, pointers
from tests.cast import Cast
from tests.knowledge.writing import BODY, TITLE, an_article, published

NEW = {"kind": "known_error", "title": TITLE, "body": BODY, "language": "en", "audience": "clients"}


def test_an_article_from_its_first_words_to_its_archive(cast: Cast, as_: object, ona: Caller, jonas: Caller) -> None:
    rasa: Caller = as_(cast.rasa)  # type: ignore[operator]
    headers = {"Idempotency-Key": "one"}
    made = [ona.post("/articles", NEW | {"products": [cast.printer.id]}, headers=headers) for _twice in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].get_json()["number"] == made[1].get_json()["number"]
    told = made[0].get_json()
    path = f"/articles/{told['number']}"
    assert jonas.get(path).status_code == 404
    assert ona.post(f"{path}/review").get_json()["state"] == "in_review"
    assert ona.post(f"{path}/publication").status_code == 403
    assert rasa.post(f"{path}/refusal", {"comment": ""}).status_code == 422
    assert rasa.post(f"{path}/publication").get_json()["state"] == "published"
    read = jonas.get(path).get_json()
    assert (read["title"], read["body"]) == (TITLE, BODY)
    assert not read.keys() & {"owner_id", "audience", "reuses", "is_pending"}
    changed = ona.put(f"{path}/words/en", {"title": TITLE, "body": "New.", "base_id": told["revision_id"]})
    assert (changed.status_code, changed.get_json()["is_pending"]) == (200, True)
    late = ona.put(f"{path}/words/en", {"title": TITLE, "body": "Other.", "base_id": told["revision_id"]})
    assert (late.status_code, late.get_json()["code"]) == (409, "edited_meanwhile")
    assert jonas.get(path).get_json()["body"] == BODY
    assert jonas.put(f"{path}/vote", {"is_useful": True}).get_json()["useful"] == 1
    assert jonas.put(f"{path}/vote", {"is_useful": False, "missing": "x"}).get_json()["not_useful"] == 1
    assert jonas.post(f"{path}/archive").status_code == 403
    assert rasa.post(f"{path}/archive", {"replaced_by": "A-99999"}).status_code == 422
    assert rasa.post(f"{path}/archive").get_json()["state"] == "archived"
    assert jonas.get(path).status_code == 404


def test_lists_and_searches_keep_to_the_audience(cast: Cast, ona: Caller, jonas: Caller, marek: Caller) -> None:
    published(cast, title="Zebra one")
    published(cast, title="Zebra two", audience=AudienceKind.CLIENTS, products=((cast.printer.id, None),))
    published(cast, title="Zebra three", audience=AudienceKind.OPERATORS)
    an_article(cast, title="Zebra four")
    for path in ("/articles", "/articles?q=zebra"):
        counts = [len(who.get(path).get_json()["articles"]) for who in (marek, jonas, ona)]
        assert counts == [1, 2, 3]
    page = ona.get("/articles?size=2").get_json()
    assert [row["title"] for row in page["articles"]] == ["Zebra three", "Zebra two"]
    assert len(ona.get(f"/articles?size=2&after={page['after']}").get_json()["articles"]) == 1


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [({"title": " "}, "#/title"), ({"body": "x" * 200_001}, "#/body"), ({"audience": "all"}, "#/audience"),
     ({"audience": "line"}, "#/line"), ({"products": [99_999]}, "#/products"), ({"language": "xx"}, "#/language")],
)  # fmt: skip
def test_what_is_wrong_is_named(ona: Caller, sent: dict[str, object], pointer: str) -> None:
    refused = ona.post("/articles", NEW | sent)
    assert (refused.status_code, pointers(refused)) == (422, [pointer])


def test_files_are_there_for_those_who_read_what_shows_them(cast: Cast, ona: Caller, jonas: Caller) -> None:
    path = f"/articles/{published(cast).number}"
    sent = MultiDict([("files", (BytesIO(b"\x89PNG\r\n\x1a\n"), "a.png"))])
    [row] = ona.post(f"{path}/files", data=sent).get_json()["files"]
    assert ona.get(f"/articles/files/{row['id']}").status_code == 200
    assert jonas.get(f"/articles/files/{row['id']}").status_code == 404
    assert jonas.get(f"{path}/files").get_json()["files"] == []
    assert jonas.post(f"{path}/files", data=MultiDict([("files", (BytesIO(b"x"), "a.txt"))])).status_code == 403


def test_tasks_are_for_those_who_write(ona: Caller, jonas: Caller) -> None:
    new = {"title": "Change the roll", "language": "en", "query": "roll"}
    first = ona.post("/article-tasks", new).get_json()
    assert ona.post("/article-tasks", new).get_json()["id"] == first["id"]
    article = ona.post(f"/article-tasks/{first['id']}/article").get_json()
    assert article["title"] == "Change the roll"
    assert ona.put(f"/article-tasks/{first['id']}/end", {"state": "done"}).get_json()["state"] == "done"
    assert ona.get("/article-tasks").get_json()["tasks"] == []
    assert jonas.get("/article-tasks").status_code == 403
    assert jonas.post("/article-tasks", new).status_code == 403
