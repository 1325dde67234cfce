"""`GET /api/v1/search`."""

from __future__ import annotations

from collections.abc import Callable

from helpdesk.jobs.worker import run_all
from helpdesk.policy.actor import Actor
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.factories import a_ticket


def test_a_query_finds_what_the_caller_sees(cast: Cast, jonas: Caller, marek: Caller) -> None:
    ticket = a_ticket(cast)
    run_all()

    found = jonas.get("/search?q=lables&in=tickets&lang=en&limit=5").get_json()
    assert "hits" in found, found
    assert [hit["number"] for hit in found["hits"]] == [ticket.number]
    assert "<mark>labels</mark>" in found["hits"][0]["title_html"]
    assert found["corrected"]
    assert marek.get("/search?q=labels").get_json()["hits"] == []


def test_what_cannot_be_searched_is_named(ona: Caller) -> None:
    for sent in ("", "q=", "q=" + "a" * 5_000, "q=a&in=people", "q=a&limit=0", "q=a&lang=xx", "q=a&other=1"):
        assert ona.get(f"/search?{sent}").status_code == 422, sent


def test_search_words_are_the_administrators(cast: Cast, as_: Callable[[Actor], Caller], ona: Caller) -> None:
    petras = as_(cast.petras)
    made = petras.post("/search-synonyms", {"words": ["label", "sticker"], "language": "en"})
    assert made.status_code == 201
    assert petras.get("/search-synonyms").get_json()["groups"][0]["words"] == ["label", "sticker"]
    assert petras.post("/search-synonyms", {"words": ["label"]}).status_code == 422
    assert ona.post("/search-synonyms", {"words": ["label", "sticker"]}).status_code == 403
    assert ona.delete(f"/search-synonyms/{made.get_json()['id']}").status_code == 404
    assert petras.delete(f"/search-synonyms/{made.get_json()['id']}").status_code == 204
