"""`search` as typed: queries, figures, a new index."""

from __future__ import annotations

from pathlib import Path

from helpdesk.jobs.worker import run_all
from tests.cast import Cast
from tests.cli.conftest import Threeline
from tests.factories import a_ticket


def test_a_query_is_answered_in_text_and_in_json(cast: Cast, threeline: Threeline) -> None:
    ticket = a_ticket(cast)
    run_all()

    told = threeline("search", "blank label", "--in", "tickets", "--limit", "3", "--json").document
    assert [hit["number"] for hit in told["hits"]] == [ticket.number]
    assert told["hits"][0]["snippet"] == "Since this morning every label is blank."
    assert ticket.number in threeline("search", "for", "blank lebal", "--lang", "en").out
    assert threeline("search", "zzzzzz").code == 66
    assert threeline("search", "a" * 5_000).code == 65


def test_the_index_is_made_anew(cast: Cast, threeline: Threeline) -> None:
    ticket = a_ticket(cast)
    assert threeline("search", "labels").code == 66

    assert threeline("search", "rebuild").code == 0
    assert ticket.number in threeline("search", "labels").out


def test_figures_need_the_columns_of_their_kind(cast: Cast, threeline: Threeline, tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    right.write_text(
        "split,intent,text\ntrain,pay,How do I pay\ntrain,post,Where is the parcel\ntest,pay,I want to pay now\n",
        encoding="utf-8",
    )

    assert threeline("search", "eval", str(wrong)).code == 65
    told = threeline("search", "eval", str(right), "--json").document["figures"]
    assert [(row["asked"], row["top_5"], row["rank_1"]) for row in told] == [(1, 1.0, 1.0)]
