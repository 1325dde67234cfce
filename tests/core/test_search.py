"""One search for documents of any kind: what is found, by whom, in which order; the same on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.core import search_trial
from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.search import LONGEST_QUERY, Document, Kind, Query, clear, put, remove, search
from helpdesk.core.search_index import SearchDocument, SearchTerm, totals
from helpdesk.core.standing import touch
from helpdesk.core.synonyms import SearchSynonym
from helpdesk.core.words import stem

NOTES = Kind("note", "n")
OTHERS = Kind("other", "o")


@pytest.fixture(autouse=True)
def _index(app: Flask) -> Iterator[None]:
    put(NOTES, [
        Document("1", "Slaptažodžio keitimas", "Kaip pakeisti slaptažodį: atverkite nustatymus.", language="lt"),
        Document("2", "Spausdintuvas neveikia", "Patikrinkite popierių ir kabelį.", language="lt"),
        Document("3", "Сброс пароля", "Как сбросить пароль пользователя.", language="ru"),
        Document("4", "Reset a password", "Open the settings and choose a new password.", language="en"),
        Document("5", "Database refuses", "The log says ORA-00942: table or view does not exist.", language="en"),
        Document("6", "打印机", "打印机无法打印，请检查纸张。电话010-62165588。", language="zh-Hans"),
        Document("7", "Printer <b>jam</b>", "The printer jams & stops.", "Client pays late", language="en"),
        Document("8", "Visible to one", "A secret printer.", language="en", facets=["organisation:8"], names=["T-208"]),
    ])  # fmt: skip
    put(OTHERS, [Document("1", "Password of another kind", language="en")])
    yield
    db.session.rollback()


def keys(text: str, kind: Kind = NOTES, **asked: object) -> list[str]:
    return [hit.key for hit in search(kind, Query(text, **asked)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "key"), [
    ("slaptažodžių", "1"), ("slaptazodis", "1"), ("SPAUSDINTUVO", "2"), ("паролей", "3"), ("passwords", "4"),
    ("打印", "6"), ("纸", "6"), ("机无法打", "6"), ("6216", "6"),
])  # fmt: skip
def test_word_forms_and_pieces_find_their_document(text: str, key: str) -> None:
    assert keys(text)[0] == key


@pytest.mark.parametrize(("typed", "meant", "key"), [
    ("pasword", "password", "4"), ("settigns", "settings", "4"), ("spausdintvas", "spausdintuvas", "2"),
    ("пользоватля", "пользователя", "3"),
])  # fmt: skip
def test_a_typing_mistake_is_understood(typed: str, meant: str, key: str) -> None:
    found = search(NOTES, Query(typed))

    assert key in [hit.key for hit in found.hits]
    assert found.corrected in ({typed: meant}, {typed: stem(meant, "lt")})


def test_codes_and_names_stand_first() -> None:
    put(NOTES, [Document(f"x{n}", "table or view of the log does not exist", language="en") for n in range(30)])

    found = search(NOTES, Query("ora 00942 log: ORA-00942 table"))

    assert found.hits[0].key == "5" and found.hits[0].is_exact
    assert keys("ora00942") == ["5"]
    assert keys("t-208")[0] == keys("T208")[0] == "8"


def test_the_last_word_may_be_unfinished_while_typing() -> None:
    assert keys("spausd", suggest=True) == ["2"]
    assert keys("reset pass", suggest=True)[0] == "4"
    assert keys("spausd") == []


def test_kinds_do_not_mix() -> None:
    assert keys("password", OTHERS) == ["1"]
    assert "Password of another kind" not in [hit.title for hit in search(NOTES, Query("password")).hits]


def test_internal_text_is_found_only_by_those_who_may() -> None:
    assert keys("pays late") == []
    found = search(NOTES, Query("pays late", internal=True))

    assert [hit.key for hit in found.hits] == ["7"]
    assert "<mark>pays</mark>" in found.hits[0].snippet
    assert "pays" not in search(NOTES, Query("printer")).hits[0].snippet


def test_a_reader_of_few_documents_gets_the_best_of_those() -> None:
    put(NOTES, [Document(f"p{n}", "printer printer", language="en") for n in range(700)])

    assert keys("printer", facets=[["organisation:8"]]) == ["8"]
    assert keys("printer", facets=[["organisation:9", "organisation:8"]]) == ["8"]
    assert keys("printer", facets=[["organisation:9"]]) == []
    assert keys("printer", facets=[[]]) == []


def test_numbers_say_what_only_sql_can_say() -> None:
    put(NOTES, [Document(f"n{n}", "numbered", language="en", number=n) for n in range(5)])

    assert keys("numbered", within=select(SearchDocument.number).where(SearchDocument.number > 2)) == ["n4", "n3"]


def test_synonyms_are_taken_for_each_other(app: Flask) -> None:
    db.session.add(SearchSynonym(language=None, words=["credentials", "password", "two factor"]))
    touch()

    assert "4" in keys("credentials")
    assert "4" in keys("two factor")


def test_what_was_found_is_marked_and_the_rest_is_escaped() -> None:
    hit = search(NOTES, Query("jammed printers")).hits[0]

    assert hit.title_html == "<mark>Printer</mark> &lt;b&gt;<mark>jam</mark>&lt;/b&gt;"
    assert hit.snippet == "The <mark>printer</mark> <mark>jams</mark> &amp; stops."


def test_the_same_put_twice_changes_nothing() -> None:
    before = _counts()
    document = Document("4", "Reset a password", "Open the settings and choose a new password.", language="en")

    assert put(NOTES, [document]) == 0
    assert _counts() == before


def test_a_changed_document_is_found_by_its_new_words_only() -> None:
    before = _counts()
    put(NOTES, [Document("4", "Guarantee", language="en")])

    assert keys("guarantee") == ["4"]
    assert keys("reset") == []

    put(NOTES, [Document("4", "Reset a password", "Open the settings and choose a new password.", language="en")])
    assert {term: n for term, n in _counts().items() if n} == before


def test_a_removed_document_leaves_nothing() -> None:
    before = _counts()
    put(NOTES, [Document("9", "Ephemeral", "something", language="en")])

    assert remove(NOTES, ["9", "there is none"]) == 1
    assert keys("ephemeral") == []
    assert {term: n for term, n in _counts().items() if n} == before


def test_a_kind_can_be_emptied() -> None:
    while clear(NOTES, at_most=3) == 3:
        pass

    assert keys("password") == []
    assert totals(NOTES) == {}
    assert keys("password", OTHERS) == ["1"]


@pytest.mark.parametrize("text", [
    "", "   ", '"', "'", "AND", "password AND", "password OR NOT", "NEAR(a b)", "title_terms:password", "pass*",
    "^a", "-", "a & b | !c <-> d", "':*", "\\", "\\'", "''", "%", "_", "\x00", "\ud800", "a\x00b",
    "\ue000organisation:8",
    "🙈🙉", "((((", "{a b}:c", "\u202e", "ก็", "١٢٣", "a" * LONGEST_QUERY,
])  # fmt: skip
def test_a_query_is_only_text(text: str) -> None:
    search(NOTES, Query(text, internal=True, suggest=True))


def test_operators_are_words_like_others() -> None:
    assert keys("password AND NOT settings")[0] == "4"


def test_a_million_characters_are_refused_by_name() -> None:
    with pytest.raises(Invalid) as refused:
        search(NOTES, Query("a" * 1_000_000))
    assert list(refused.value.errors) == ["q"]


def test_naughty_documents_are_kept_and_found() -> None:
    put(NOTES, [Document("bad", "NUL \x00 half \ud800 quote ' \" \\ ก็ 🙈", "x" * 300_000, language="en")])

    assert keys("quote half") == ["bad"]


def test_ties_go_to_the_newer_number() -> None:
    put(NOTES, [Document(f"t{n}", "tied", language="en", number=n) for n in (3, 1, 2)])

    assert keys("tied") == ["t3", "t2", "t1"]


def test_a_word_deep_in_a_long_text_still_finds_it() -> None:
    put(NOTES, [Document("deep", "Manual", "filler " * 10_000 + "quokka", language="en")])

    assert keys("quokka") == ["deep"]


def test_sets_of_questions_are_desks_of_their_own() -> None:
    rows = [
        {"set": name, "split": split, "intent": f"{name} {intent}", "text": text}
        for name in ("trains", "mail")
        for split, intent, text in (("train", "pay", "How do I pay"), ("test", "pay", "I want to pay"))
    ]
    figures = {each.what: each.shares["rank 1"] for each in search_trial.evaluate(rows)}

    assert figures == {"text, each set": 1.0, "text, all sets in one": 0.5}


def test_questions_find_their_intent(shared_data: Path) -> None:
    rows = search_trial.read_rows(shared_data / "support_questions_lt_ru_en.csv.xz")
    lithuanian = [{"split": r["split"], "intent": r["intent"], "lt": r["lt"]} for r in rows]
    figures = search_trial.evaluate(lithuanian)[-1].shares

    assert figures["top 5"] >= 0.97 and figures["rank 1"] >= 0.87


def test_chinese_pieces_find_what_contains_them(shared_data: Path) -> None:
    rows = search_trial.read_rows(shared_data / "zh_dialogues.csv.xz")[:1500]
    four, two = (measured.shares for measured in search_trial.evaluate(rows, pieces=60))

    assert four["all contain"] >= 0.98 and four["rare found"] >= 0.98
    assert two["all contain"] >= 0.90 and two["rare found"] >= 0.98


def _counts() -> dict[str, int]:
    rows = db.session.execute(select(SearchTerm.term, SearchTerm.documents).where(SearchTerm.term.startswith("n")))
    return dict(rows.all()) | {"": db.session.scalar(select(func.count()).select_from(SearchDocument)) or 0}
