"""How alike texts are, in four languages and across them, and how they are put into groups."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.problems.grouping import Grouping
from helpdesk.problems.lookup import KEPT, Lookup, Vocabulary
from helpdesk.problems.similarity import (
    LENGTH,
    NEAREST,
    Neighbour,
    are_one,
    belonging,
    counts_of,
    likeness,
    linked,
    shared_terms,
    standings,
    weight,
    weighted,
)

TEXTS = {
    "lt": ("Spausdintuvas neveikia, spausdina tuščius lapus", "Neveikia spausdintuvas: lapai tušti",
           "Kaip pakeisti slaptažodį?"),
    "ru": ("Принтер печатает пустые страницы", "Пустые страницы из принтера", "Как сменить пароль?"),
    "en": ("The printer prints blank pages", "Blank pages from our printers", "How can I change my password?"),
    "zh": ("打印机打印空白页", "打印机只打空白页", "怎么修改密码"),
}  # fmt: skip


def alike(one: str, other: str) -> float:
    """Likeness of two texts among those of this page."""
    known = [counts_of(each) for texts in TEXTS.values() for each in texts] + [counts_of(one), counts_of(other)]
    ones = {term: weight(term, sum(term in each for each in known), len(known)) for each in known for term in each}
    return likeness(weighted(counts_of(one), ones), weighted(counts_of(other), ones))


@pytest.mark.parametrize("language", TEXTS)
def test_the_same_trouble_is_more_alike_than_another_one(language: str) -> None:
    one, same, another = TEXTS[language]

    assert alike(one, same) > 0.3
    assert alike(one, same) > 3 * alike(one, another)


def test_a_code_connects_languages_and_weighs_more_than_a_word() -> None:
    with_code = alike("Programa meta klaidą ORA-00942", "Ошибка ORA-00942 при входе")

    assert with_code > 0.3
    assert with_code > 2 * alike("Programa meta klaidą darbo metu", "Ошибка в программе")


def test_loan_words_connect_languages() -> None:
    assert alike("Принтер Kyocera не печатает", "Printer Kyocera is dead") > alike("Сканер не печатает", "It is dead")


def test_texts_say_what_they_share_in_their_own_words() -> None:
    one, other = counts_of("ORA-00942 in invoices"), counts_of("invoices: ORA-00942!")
    ones = {term: weight(term, 2, 100) for term in {*one, *other}}

    assert shared_terms(weighted(one, ones), weighted(other, ones))[0] == "ora-00942"


@given(st.text(max_size=200))
def test_any_text_is_like_itself_and_like_nothing(text: str) -> None:
    counts = counts_of(text)
    ones = {term: weight(term, 1, 10) for term in counts}
    weights = weighted(counts, ones)

    assert likeness(weights, {}) == 0.0
    assert likeness(weights, weights) == (pytest.approx(1.0) if counts else 0.0)


def test_a_very_long_text_is_read_up_to_a_bound() -> None:
    begun = time.perf_counter()
    counts = counts_of("word " * 1_000_000)

    assert counts["word"] <= LENGTH
    assert time.perf_counter() - begun < 2


def test_several_members_count_more_than_the_nearest_one() -> None:
    chain = [Neighbour(1, 1, 0.32)]
    many = [Neighbour(each, 10, 0.3) for each in (10, 11, 12)]

    found = belonging(standings([*chain, *many], {1: 8, 10: 3}))

    assert found is not None
    assert found.group_id == 10


def test_a_text_that_is_like_nothing_belongs_nowhere() -> None:
    assert belonging(standings([Neighbour(1, 1, 0.05)], {1: 1})) is None
    assert belonging(standings([], {})) is None
    assert belonging(standings([Neighbour(1, 1, 0.0)], {1: 1})) is None


def test_groups_that_begin_apart_become_one_by_evidence_for_each_size() -> None:
    standing = standings([Neighbour(1, 1, 0.4), Neighbour(2, 2, 0.3), Neighbour(3, 3, 0.01)], {1: 1, 2: 1, 3: 1})
    assert [each.group_id for each in linked(standing, 1)] == [2]

    assert are_one(0.06, 1, 1)
    assert not are_one(0.06, 3, 3)
    assert are_one(0.2, 3, 3)
    assert not are_one(1e9, 501, 501)  # settled ones stay apart


def test_texts_between_two_groups_unite_them() -> None:
    grouping = Grouping()
    for each in range(300):
        grouping.learn(counts_of(f"filler{each} quiet{each}"))
    ends = ["alpha beta gamma delta", "kappa lambda sigma omega"]
    between = ["beta gamma delta kappa lambda sigma"] * 3

    apart = [grouping.place(number, counts_of(text)).group_id for number, text in enumerate(ends)]
    for number, text in enumerate(between, 2):
        grouping.place(number, counts_of(text))

    assert apart == [0, 1]
    assert len(set(grouping.groups())) == 1
    assert sum(grouping.sizes().values()) == 5
    assert list(grouping.sizes()) == [grouping.groups()[0]]
    assert list(grouping.evidence()) == []


@pytest.mark.parametrize("language", TEXTS)
def test_texts_form_groups_as_they_come(language: str) -> None:
    one, same, another = TEXTS[language]
    grouping = Grouping()
    for each in range(50):
        grouping.learn(counts_of(f"filler{each} quiet{each}"))

    groups = [grouping.place(number, counts_of(text)).group_id for number, text in enumerate((one, another, same), 1)]

    assert groups == [1, 2, 1]


def test_a_chain_of_look_alikes_does_not_swallow_another_subject() -> None:
    grouping = Grouping()
    for each in range(200):
        grouping.learn(counts_of(f"filler{each} quiet{each}"))
    subjects = (
        ["alpha beta gamma delta"] * 4 + ["gamma delta noise other epsilon zeta"] + ["epsilon zeta kappa lambda"] * 4
    )

    groups = [grouping.place(number, counts_of(text)).group_id for number, text in enumerate(subjects)]

    assert groups[0] != groups[-1]
    assert len(set(groups[:4])) == len(set(groups[-3:])) == 1


def test_of_each_key_the_newest_texts_are_kept() -> None:
    vocabulary, lookup = Vocabulary(), Lookup()
    lookup.learn(())  # a text without terms
    count = 3 * KEPT

    looked = [lookup.look_up(vocabulary.numbered([{"~print": 1}])) for _ in range(count)]

    [(number, rows)] = lookup.keys(0, lookup.size())
    assert lookup.known(number, number + 1) == [("~print", count)]
    assert KEPT <= len(rows) < 2 * KEPT
    assert rows == list(range(count - len(rows), count))
    assert list(looked[-1].rows) == list(range(count - 2, count - 2 - NEAREST, -1))


def test_numbers_say_the_same_as_words() -> None:
    vocabulary = Vocabulary()
    first, then = vocabulary.numbered([{"a": 1, "b": 300}]), vocabulary.numbered([{"b": 2, "c": 1}, {}])

    assert (first.words, then.words) == (["a", "b"], ["c"])
    assert list(first.texts()) == [([0, 1], {1: 255})]
    assert list(then.texts()) == [([1, 2], {1: 2}), ([], {})]


def test_what_has_no_words_founds_a_group_of_its_own() -> None:
    grouping = Grouping()

    assert [grouping.place(number, counts_of("…")).group_id for number in (1, 2)] == [1, 2]
