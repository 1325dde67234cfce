"""The pure parts: Markdown, comparing, personal data."""

from __future__ import annotations

import pytest

from knowledge_base.comparing import compare
from knowledge_base.depersonalising import depersonalise, known_names
from knowledge_base.markup import Places, is_sound, plain, references, render
from knowledge_base.models import ArticleKind
from knowledge_base.skeletons import skeleton

PLACES = Places(
    lambda number: f"/kb/en/article-{number}" if number == 12 else None, lambda number: f"/kb/files/{number}/x"
)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("[a](A-12)", '<a href="/kb/en/article-12"'), ("[a](A-12#part-1)", '<a href="/kb/en/article-12#part-1"'),
        ("![a](files/7)", 'src="/kb/files/7/x"'), ("# Head", '<h2 id="part-1">Head</h2>'),
        ("<script>alert(1)</script>", "&lt;script&gt;"), ("`<b>`", "<code>&lt;b&gt;</code>"),
    ],
)  # fmt: skip
def test_markdown_becomes_html(source: str, html: str) -> None:
    assert html in render(source, PLACES)


@pytest.mark.parametrize(
    "source",
    ["![a](https://elsewhere.example/a.png)", "[a](javascript:alert(1))", "[a](data:text/html,x)", "[a](A-99)",
     "![a](data:text/html;base64,x)", "[a](vbscript:x)", '![a](files/1" onerror="alert(1))'],
)  # fmt: skip
def test_what_would_act_or_be_fetched_is_left_out(source: str) -> None:
    html = render(source, Places())
    assert "src=" not in html
    assert "href=" not in html


def test_what_a_text_refers_to_is_found() -> None:
    told = references("[a](A-12) ![b](files/7) [c](https://a.example/x) [d](http://nowhere) [e](#part-1) [f](x.html)")
    assert (told.articles, told.files, told.external) == ({12}, {7}, ("https://a.example/x",))
    assert told.wrong == ("http://nowhere", "x.html")


@pytest.mark.parametrize("target", ["http://[", "https://", "ftp://a.example", "mailto:", "file:///etc/passwd"])
def test_an_address_is_judged_by_its_form(target: str) -> None:
    assert not is_sound(target)


def test_a_megabyte_of_brackets_is_rendered_in_time() -> None:
    assert render("[" * 200_000)
    assert render("*a_" * 60_000)


def test_words_without_their_marks() -> None:
    assert plain("# A **b**\n\n- c [d](A-1)\n\n```\ne\n```") == "A b\nc d\ne"


def test_differences_are_read_word_by_word() -> None:
    [line] = compare("Clean the head.", "Wash the head well.")
    assert [(piece.sign, piece.text) for piece in line.pieces] == [
        ("removed", "Clean"), ("added", "Wash"), ("same", " the head"), ("added", " well"), ("same", "."),
    ]  # fmt: skip
    assert compare("a", "a") == []
    lines = compare("\n".join("abcdefghij"), "\n".join("abcdefghiJ"))
    assert [line.is_skipped for line in lines] == [True, False, False, False]


def test_personal_data_is_taken_out() -> None:
    known = known_names(["Jonas Petraitis", "Иван Петров", "陈立峰"], ["UAB „Klinika“"], ["88412-B"])
    text = (
        "Jonas iš UAB „Klinika“ sakė Jonui: rašykite jonas.p@klinika.example arba +370 612 34567. "
        "Ивану Петрову и 陈立峰. Serial 88412-b, IBAN LT12 1000 0111 0100 1000, https://u:p@host.example/x, "
        "https://a.example/?token=abc, host 10.1.2.3, password: hunter2. Error E-204, version 6.5.1, 40 mm."
    )
    clean, taken = depersonalise(text, known, "lt")
    for personal in ("Jon", "Klinika", "klinika", "612", "Иван", "Петров", "陈立峰", "88412", "LT12", "u:p", "token",
                     "10.1.2.3", "hunter2"):  # fmt: skip
        assert personal not in clean, personal
    for kept in ("E-204", "6.5.1", "40 mm", "sakė", "password:"):
        assert kept in clean, kept
    assert {each.kind for each in taken} == {
        "name", "organisation", "email", "phone", "serial", "account", "link", "network", "secret",
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(ArticleKind))
@pytest.mark.parametrize("language", ["en", "lt", "ru", "zh-Hans"])
def test_every_kind_has_its_parts_in_every_language(kind: ArticleKind, language: str) -> None:
    assert skeleton(kind, language).startswith("# ")
    assert language == "en" or skeleton(kind, language) != skeleton(kind, "en")
