"""Past failed searches asked again when an article is published."""

from __future__ import annotations

from datetime import date

from helpdesk.jobs.worker import run_all
from helpdesk.knowledge.backtest import last_replay, replay
from helpdesk.knowledge.searches import note_search
from helpdesk.policy.actor import Actor
from knowledge_base.models import AudienceKind
from tests.cast import Cast
from tests.knowledge.writing import an_article, published


def failed(by: Actor, query: str, results: int = 0, language: str = "en") -> None:
    assert note_search("portal", "articles", query, results, by=by, language=language, visitor=f"{by.name} {query}")


def test_publishing_says_which_past_searches_it_answers(cast: Cast) -> None:
    for who in (cast.jonas, cast.egle):
        failed(who, "blank labels")
    failed(cast.lena, "labels come out blank")
    failed(cast.lena, "holiday calendar")
    failed(cast.jonas, "print head alcohol", results=4)  # was found: no failure
    article = published(cast)
    run_all()
    kept = last_replay(article)
    assert kept is not None
    row, queries = kept
    assert (row.queries, row.searches, row.answered_queries, row.answered_searches) == (3, 4, 2, 3)
    assert [(each.query, each.searches, each.rank) for each in queries] == [
        ("blank labels", 2, 1), ("labels come out blank", 1, 1)]  # fmt: skip


def test_a_draft_answers_nothing(cast: Cast) -> None:
    failed(cast.jonas, "blank labels")
    article = an_article(cast)
    run_all()
    assert last_replay(article) is None


def test_what_is_for_colleagues_answers_no_client(cast: Cast) -> None:
    failed(cast.jonas, "blank labels")
    failed(cast.ona, "labels blank")
    article = published(cast, audience=AudienceKind.OPERATORS)
    assert [each.query for each in replay(article).answered] == ["labels blank"]


def test_publishing_again_replaces_what_was_said(cast: Cast) -> None:
    failed(cast.jonas, "blank labels")
    article = published(cast)
    run_all()
    failed(cast.egle, "blank labels")
    told = replay(article)
    assert (told.searches, told.answered_searches) == (2, 2)
    assert replay(article, since=date(2026, 3, 3)).searches == 0


def test_what_only_comes_nearest_is_no_answer(cast: Cast) -> None:
    for query in ("clean the shop window", "print invoices", "blank lables"):
        failed(cast.jonas, query)
    article = published(cast)
    assert [each.query for each in replay(article).answered] == ["blank lables"]
