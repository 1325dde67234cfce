"""Search words of the desk: who keeps them, and what they do."""

from __future__ import annotations

import pytest

from helpdesk.core.errors import Forbidden, Invalid, NotFound
from helpdesk.jobs.worker import run_all
from helpdesk.tickets.search import search_tickets
from helpdesk.tickets.synonyms import add_synonyms, remove_synonyms, synonym_groups
from tests.cast import Cast
from tests.factories import a_ticket


def test_a_house_word_finds_what_clients_call_otherwise(cast: Cast) -> None:
    ticket = a_ticket(cast)
    run_all()
    assert search_tickets("sticker", for_=cast.ona).rows == []

    group = add_synonyms(["sticker", " label ", "label"], by=cast.petras)
    assert add_synonyms(["label", "sticker"], by=cast.petras).id == group.id
    assert [row.ticket.number for row in search_tickets("stickers", for_=cast.ona).rows] == [ticket.number]

    remove_synonyms(group.id, by=cast.petras)
    assert search_tickets("sticker", for_=cast.ona).rows == []
    with pytest.raises(NotFound):
        remove_synonyms(group.id, by=cast.petras)


@pytest.mark.parametrize("words", [[], ["one"], ["one", "???"], ["one", "x" * 61], [f"word{n}" for n in range(13)]])
def test_a_group_is_of_words(cast: Cast, words: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        add_synonyms(words, by=cast.petras)
    assert list(refused.value.errors) == ["words"]


def test_only_administrators_keep_them(cast: Cast) -> None:
    for actor in (cast.ona, cast.jonas, cast.marek):
        with pytest.raises(Forbidden):
            add_synonyms(["one", "two"], by=actor)
        with pytest.raises(Forbidden):
            synonym_groups(for_=actor)
