"""`kb` as typed."""

from __future__ import annotations

from helpdesk.knowledge.searches import note_search
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.knowledge.writing import TITLE, an_article, published


def test_articles_are_listed_and_shown(cast: Cast, threeline: Threeline) -> None:
    number, draft = published(cast).number, an_article(cast, title="Unfinished").number
    [listed] = threeline("kb", "list", "--json").document["articles"]
    assert (listed["number"], listed["title"], listed["audience"]) == (number, TITLE, "public")
    assert draft in threeline("kb", "list", "--view", "draft").out
    assert threeline("kb", "show", number, "--json").document["state"] == "published"
    assert "Clean the print head" in threeline("kb", "show", number).out
    assert threeline("kb", "show", "A-99999").code == 66
    assert threeline("kb", "list", "--view", "fire").code == 64


def test_what_was_searched_in_vain_and_what_an_article_answers(cast: Cast, threeline: Threeline) -> None:
    for who in (cast.jonas, cast.egle):
        note_search("portal", "articles", "blank labels", 0, by=who, language="en")
    note_search("portal", "articles", "labels blank", 0, by=cast.lena, language="en")
    note_search("portal", "articles", "holidays", 0, by=cast.lena, language="en")
    [first, second] = threeline("kb", "gaps", "--since", "90d", "--json").document["gaps"]
    assert (first["query"], first["searches"], first["wordings"]) == (
        "blank labels", 3, {"blank labels": 2, "labels blank": 1})  # fmt: skip
    assert second["query"] == "holidays"
    assert "blank labels (en)" in threeline("kb", "gaps").out
    article = published(cast)
    told = threeline("kb", "backtest", article.number, "--json").document
    assert (told["queries"], told["searches"], told["answered_searches"]) == (3, 4, 3)
    assert "2 of 3 queries, 3 of 4 searches" in threeline("kb", "backtest", article.number).out
    assert threeline("kb", "backtest", "A-99999").code == 66
    assert threeline("kb", "backtest", an_article(cast, title="Draft").number).code == 1
    for span in ("soon", "0d", "-3d", "99999999999d", ""):
        assert threeline("kb", "gaps", "--since", span).code == 65
