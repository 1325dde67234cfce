"""Four whole catalogues: every text of code and templates, in every language, with its placeholders."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "helpdesk" / "translations"
PLURAL_FORMS = {"en": 2, "lt": 3, "ru": 3, "zh_Hans": 1}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%|%s|%d")


def catalogue(locale: str) -> Catalog:
    with (FOLDER / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The texts as they stand in code and templates now."""
    path = tmp_path_factory.mktemp("texts") / "messages.pot"
    subprocess.run(["sh", "deploy/i18n.sh", "extract", str(path)], cwd=ROOT, check=True)
    with path.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("locale", PLURAL_FORMS)
def test_every_text_is_translated(locale: str, texts: Catalog) -> None:
    translated = catalogue(locale)
    missing = []
    for message in texts:
        if not message.id:
            continue
        found = translated.get(message.id, message.context)
        strings = [] if found is None else [found.string] if isinstance(found.string, str) else list(found.string)
        if found is None or found.fuzzy or (locale != "en" and not all(strings)):
            missing.append(message.id)
        elif isinstance(message.id, tuple) and locale != "en":
            assert len(strings) == PLURAL_FORMS[locale], message.id

    assert missing == []


@pytest.mark.parametrize("locale", [code for code in PLURAL_FORMS if code != "en"])
def test_a_translation_has_the_placeholders_of_its_text(locale: str) -> None:
    for message in catalogue(locale):
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        known = {p for text in originals for p in PLACEHOLDER.findall(text)}
        for string in strings:
            assert set(PLACEHOLDER.findall(string)) <= known, (message.id, string)
            needed = known if isinstance(message.id, str) else known - {"num"}
            assert needed <= set(PLACEHOLDER.findall(string)), (message.id, string)
