"""In which of our languages a stranger writes: a small honest guess, until somebody asks them.

Semantics
1. Script first: where Chinese characters weigh most it is Chinese (unless kana or hangul stand among them), where
   Cyrillic letters do it is Russian. A Chinese character counts twice, because it is half a word.
2. Of the Latin script, letters that Lithuanian has and English has not make it Lithuanian: at least one in fifty, so
   that a name in a signature decides nothing, and more of them than of letters that only other languages have.
3. Everything else is English.

It tells no language beyond these four: Ukrainian counts as Russian, Polish as English.
"""

from __future__ import annotations

import unicodedata
from itertools import islice

from helpdesk.core.i18n import DEFAULT_LANGUAGE

_LITHUANIAN = frozenset("ąčęėįšųūž")
# Of Polish, Czech, Slovak, Latvian and others, which share some of the letters above.
_FOREIGN = frozenset("łńśźżćřěůďťňľāēģīķļņáéíóúýàèùâêîôûäëöüõçñßøåæ")
_ONE_IN = 50
_READ = 5_000


def guess_language(text: str) -> str:
    """The tag of the language that this text is most likely written in."""
    letters = list(islice((c for c in unicodedata.normalize("NFC", text).lower() if c.isalpha()), _READ))
    han = sum("\u4e00" <= c <= "\u9fff" for c in letters)
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in letters)
    others = len(letters) - han - cyrillic
    if han * 2 > max(cyrillic, others):
        is_foreign = any("\u3040" <= c <= "\u30ff" or "\uac00" <= c <= "\ud7af" for c in letters)
        return DEFAULT_LANGUAGE if is_foreign else "zh-Hans"
    if cyrillic > others:
        return "ru"
    lithuanian = sum(c in _LITHUANIAN for c in letters)
    foreign = sum(c in _FOREIGN for c in letters)
    if lithuanian > foreign and lithuanian * _ONE_IN >= len(letters):
        return "lt"
    return DEFAULT_LANGUAGE
