"""How lists, shares and sizes read in each language."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.core.i18n import DEFAULT_ZONE, enumeration, file_size, percentage, speaking


@pytest.mark.parametrize(("language", "said"), [
    ("en", "P1, P2"), ("lt", "P1, P2"), ("ru", "P1, P2"), ("zh-Hans", "P1、P2"),
])  # fmt: skip
def test_a_list_has_the_commas_of_the_script(app: Flask, language: str, said: str) -> None:
    with speaking(language, DEFAULT_ZONE):
        assert enumeration(["P1", "P2"]) == said


@pytest.mark.parametrize(("language", "said"), [
    ("en", "68.2%"), ("lt", "68,2\xa0%"), ("ru", "68,2\xa0%"), ("zh-Hans", "68.2%"),
])  # fmt: skip
def test_a_share_is_written_as_the_language_does(app: Flask, language: str, said: str) -> None:
    with speaking(language, DEFAULT_ZONE):
        assert percentage(0.6829, digits=1) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.9999, "99.9%"), (1.0, "100%"), (0.29, "29%"), (0.0, "0%"), (1e-9, "0%")]
)
def test_a_share_is_rounded_down_and_loses_nothing_else(app: Flask, share: float, said: str) -> None:
    with speaking("en", DEFAULT_ZONE):
        assert percentage(share, digits=1) == said
        assert percentage(share) == said.replace(".9%", "%")


@pytest.mark.parametrize(("language", "said"), [
    ("en", ["1 byte", "999 bytes", "1.5 kB", "25 MB", "1.2 GB"]),
    ("lt", ["1 baitas", "999 baitai", "1,5 kB", "25 MB", "1,2 GB"]),
    ("ru", ["1 байт", "999 байт", "1,5 кБ", "25 МБ", "1,2 ГБ"]),
    ("zh-Hans", ["1字节", "999字节", "1.5 kB", "25 MB", "1.2 GB"]),
])  # fmt: skip
def test_a_size_has_the_units_of_the_language(app: Flask, language: str, said: list[str]) -> None:
    with speaking(language, DEFAULT_ZONE):
        assert [file_size(n).replace("\xa0", " ") for n in (1, 999, 1_500, 25_000_000, 1_240_000_000)] == said
