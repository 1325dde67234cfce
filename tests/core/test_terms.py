"""What a text is found by: folded words, stems, Chinese pieces, exact codes."""

from __future__ import annotations

import json
import lzma
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.words import ENDINGS, codes, fold, latin_language, squeezed, stem, terms


@pytest.mark.parametrize(("written", "folded"), [
    ("Slaptažodis", "slaptazodis"), ("ЁЛКА", "елка"), ("ёлка", "елка"), ("Йод", "йод"), ("и\u0306од", "йод"),
    ("Straße", "strasse"), ("ＡＢＣ１２", "abc12"), ("İstanbul", "istanbul"), ("Łódź", "lodz"),
    ("a\x00b\ud800c", "a b c"),
    ("so\u00adft\u200bware", "software"), ("か\u3099", "が"), ("한국", "한국"), ("ﬁle", "file"),
])  # fmt: skip
def test_spellings_of_one_word_are_folded_into_one(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(("language", "forms"), [
    ("lt", "slaptažodis slaptažodį slaptažodžio slaptažodžių slaptazodis slaptazodi slaptazodzio"),
    ("lt", "naršyklė naršyklės naršyklėje narsykle narsykleje"),
    ("lt", "sąskaita sąskaitų sąskaitoje saskaitos"),
    ("ru", "принтер принтера принтером принтеры"),
    ("ru", "счёт счета счетом"),
    ("en", "printer printers printer's"),
    ("en", "connect connected connecting connections"),
])  # fmt: skip
def test_forms_of_a_word_are_one_term(language: str, forms: str) -> None:
    assert len({term for form in forms.split() for term in terms(form, language)}) == 1


def test_each_word_of_a_mixed_text_is_stemmed_by_its_own_script() -> None:
    assert terms("Принтеры Printers 打印机", "ru") == ["принтер", "printer", "打", "印", "机", "打印", "印机"]


def test_the_text_says_which_latin_language_it_is_where_nobody_else_does() -> None:
    assert latin_language("kaip man pakeisti slaptazodi") == "lt"
    assert latin_language("Naršyklė neatsidaro") == "lt"
    assert latin_language("how do I change the password") == "en"
    assert terms("Slaptažodžio keitimas") == terms("slaptazodzio keitimas", "lt")


def test_parts_of_a_compound_are_found_alone_and_written_together() -> None:
    assert {"wi", "fi", "wifi"} <= {*terms("Wi-Fi", "zh-Hans"), *terms("wifi's", "zh-Hans"), "wifi"}
    assert set(terms("wifi", "en")) <= set(terms("wi-fi", "en"))
    assert terms("don't", "en") == terms("dont", "en") == terms("don’t", "en")


def test_codes_are_exact() -> None:
    text = ("Klaida 0x80070005, ORA-00942: ERR_CONNECTION_RESET v10.0.19045 java.lang.NullPointerException 404 "
            "KB5034441 T-20418 https://mail.acme.lt/x")  # fmt: skip
    assert codes(text) == [
        "0x80070005", "ora-00942", "err_connection_reset", "10.0.19045", "java.lang.nullpointerexception", "404",
        "kb5034441", "t-20418", "mail.acme.lt",
    ]  # fmt: skip
    assert squeezed("ora-00942") == squeezed("ora00942")


@pytest.mark.parametrize(
    "text", ["2024-01-05", "10:30", "jonas@acme.lt", "at 8am", "in 2024", "1st", "5 min", "e-mail"]
)
def test_dates_times_and_addresses_are_no_codes(text: str) -> None:
    assert codes(text) == []


def test_endings_without_their_accents_are_asked_longest_first() -> None:
    assert [len(plain) for plain, _ in ENDINGS] == sorted((len(plain) for plain, _ in ENDINGS), reverse=True)


@given(st.text())
def test_any_text_gives_terms_that_are_folded_and_short(text: str) -> None:
    found = terms(text)
    assert found == terms(fold(text), latin_language(text))
    assert all(0 < len(term) <= 192 and "\x00" not in term and " " not in term for term in found)
    assert codes(text) == codes(text)


def test_naughty_strings_break_nothing(shared_data: Path) -> None:
    for text in json.loads(lzma.decompress((shared_data / "naughty_strings.json.xz").read_bytes())):
        terms(text)
        codes(text)


def test_a_million_characters_take_a_moment() -> None:
    assert len(terms("a" * 1_000_000, "en")) == 1
    assert len(terms("slaptažodžio ошибки 我的 " * 40_000, "lt")) == 40_000 * 5
    assert codes("a.b-" * 250_000) == []


def test_threads_stem_alike() -> None:
    words = [f"{word}{n}ing" for word in ("print", "connect") for n in "abcdefgh" for _ in range(50)]
    said: list[list[str]] = []
    threads = [threading.Thread(target=lambda: said.append([stem(word, "en") for word in words])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [said[0]] * 4
