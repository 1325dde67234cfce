"""`kb` as typed."""

from __future__ import annotations

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
