"""From text to what is compared: folded words, word stems, Chinese pieces and exact codes. Pure, any language.

Semantics
1. `fold` is how two spellings become one: compatibility forms, case, accents and ё go; control characters, lone
   surrogates and what is invisible become space or nothing. й stays a letter of its own.
2. A word of Latin or Cyrillic letters is folded first and stemmed then, so that `slaptazodi`, typed without its
   accents, is the same term as `slaptažodį`. Lithuanian endings that the stemmer knows only with their accents are
   given them back for the stemming.
3. Cyrillic words are stemmed as Russian whatever the language of the text, Latin words as Lithuanian in Lithuanian text
   and as English elsewhere. Where no language is said, the text itself is asked (`latin_language`).
4. Chinese, Japanese and Korean runs are cut into single characters and pairs of neighbours: pairs carry meaning, single
   characters let one be found alone.
5. A word of several parts (`wi-fi`, `e-mail`) gives its parts and the whole written together.
6. `codes` are not stemmed: what a person copies from a screen or a label, folded and otherwise exact.

It knows no meanings: synonyms and typing mistakes are the search's business.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

LONGEST_WORD = 64  # characters of a word that count; what follows them is cut
STEMMERS = {"en": "english", "lt": "lithuanian", "ru": "russian"}

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
_CHINESE = re.compile(f"[{_CJK}]").search
RUN = re.compile(rf"(?P<cjk>[{_CJK}]+)|(?P<word>(?:(?![{_CJK}])[^\W_])+(?:['’ʼ‑-](?:(?![{_CJK}])[^\W_])+)*)")
_WIDE = re.compile("[\u3040-\U0010ffff]").search
WORD = re.compile(r"[^\W_]+(?:['’ʼ‑-][^\W_]+)*")  # what RUN finds where nothing is Chinese
_JOINT = re.compile(r"['’ʼ‑-]")
_CYRILLIC = re.compile("[\u0400-\u04ff]").search
_LATIN = re.compile("[a-z]").search
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u20d0-\u20ff]+")
_NOTHING = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]+")
_SPACE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
# Letters that no decomposition takes apart.
_WHOLE = re.compile("[łøđðþæœıёґ]").search
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
                          "ё": "е", "ґ": "г"})  # fmt: skip


def fold(text: str) -> str:
    """One spelling for what people read as the same text; of any length, line ends become spaces."""
    if text.isascii():
        return _SPACE.sub(" ", text).lower()
    text = _NOTHING.sub("", _SPACE.sub(" ", text))
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text).replace("и\u0306", "й")
    together = unicodedata.normalize("NFC", _MARKS.sub("", apart))
    together = _NOTHING.sub("", _SPACE.sub(" ", together))
    return together.translate(_LETTERS) if _WHOLE(together) else together


def terms(text: str, language: str | None = None) -> list[str]:
    """What a text is found by, in the order of the text, repeats kept: stems, Chinese characters and pairs.

    `language` is a tag such as `lt` or `zh-Hans`; None asks the text.
    """
    latin = latin_language(text) if language is None else language[:2]
    return terms_of(pieces(text), latin)


def terms_of(found: Iterable[tuple[str, bool]], latin: str) -> list[str]:
    """The terms of what `pieces` found; Latin words are stemmed as those of this language."""
    together: list[str] = []
    for word, is_cjk in found:
        if is_cjk:
            together += cjk_terms(word)
        else:
            together += word_terms(word, latin)
    return together


def pieces(text: str) -> list[tuple[str, bool]]:
    """The folded words of a text, compounds whole, each with whether it is a run of Chinese characters."""
    folded = fold(text)
    if folded.isascii() or not _CHINESE(folded):
        return [(word, False) for word in WORD.findall(folded)]
    return [(match[0], match.lastgroup == "cjk") for match in RUN.finditer(folded)]


def is_wide(text: str) -> bool:
    """Whether a text has characters from where Chinese, Japanese and Korean are written."""
    return not text.isascii() and bool(_WIDE(text))


def cjk_terms(run: str) -> list[str]:
    """The characters of a run and the pairs of neighbours."""
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


@lru_cache(maxsize=65_536)
def word_terms(word: str, language: str | None) -> tuple[str, ...]:
    """The stems of one folded word as `pieces` gives it; of a compound its parts and the whole written together."""
    if word.isalnum():
        return (stem(word, language),)
    whole = word.replace("’", "'").replace("ʼ", "'").replace("‑", "-")
    if "-" not in whole:
        return (stem(whole.removesuffix("'s").replace("'", ""), language),)
    parts = [part for part in _JOINT.split(whole) if part]
    return (*(stem(part, language) for part in parts), stem("".join(parts), language))


def stem(word: str, language: str | None = None) -> str:
    """The term of one folded word; digits and scripts without a stemmer stay as they are."""
    word = word[:LONGEST_WORD]
    if len(word) < 3 or word.isdigit():
        return word
    if _CYRILLIC(word):
        return _stem("ru", word)
    if _LATIN(word):
        return _stem("lt" if language == "lt" else "en", word)
    return word


def latin_language(text: str) -> str:
    """How the Latin words of a text are stemmed: `lt` where it looks Lithuanian, otherwise `en`."""
    head = text[:5_000]
    letters = sum(c in _LITHUANIAN for c in head)
    if letters * 50 >= len(head) and letters > sum(c in _FOREIGN for c in head):
        return "lt"
    words = re.findall("[a-z]+", fold(head))
    lithuanian, english = (sum(word in known for word in words) for known in (_LITHUANIAN_WORDS, _ENGLISH_WORDS))
    return "lt" if lithuanian > english else "en"


def codes(text: str) -> list[str]:
    """Error codes, part and version numbers, hex, dotted identifiers: folded, otherwise exact, each once, in order.

    `ORA-00942`, `0x80070005`, `10.0.19045`, `E-1234`, `java.lang.NullPointerException`, `ERR_CONNECTION_RESET`, `404`.
    Dates, times of day and mail addresses are none; of a link the host is; `v` before a version goes.
    """
    found: dict[str, None] = {}
    text = _SPACE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _NOTHING.sub("", text))
    if not _HINTS_AT_CODE(text):
        return []
    for word in text.split():
        if "@" in word or not _HINTS_AT_CODE(word):
            continue
        for match in _CHUNK.finditer(word):
            for chunk in _SCHEME.sub("", match[0]).split("/"):
                each = chunk.strip(".:-_#")
                if 2 <= len(each) <= LONGEST_WORD and _is_code(each):
                    found[_VERSION.sub("", fold(each))] = None
    return list(found)


def squeezed(code: str) -> str:
    """A code without its separators, as people type it: `ora-00942` and `ora00942` are the same."""
    return re.sub(r"[-_.:#]", "", code)


def _is_code(chunk: str) -> bool:
    if _DATE_OR_TIME.fullmatch(chunk) or not chunk.isascii():
        return False
    has_digit = any(c.isdigit() for c in chunk)
    if chunk.isdigit():
        return len(chunk) >= 3 and not _YEAR.fullmatch(chunk)
    if has_digit and not _ORDINAL.fullmatch(chunk.lower()):
        return True
    return bool(_IDENTIFIER.fullmatch(chunk)) or bool(_SHOUTED.fullmatch(chunk))


_HINTS_AT_CODE = re.compile("[0-9]|[A-Za-z0-9_][._-][A-Za-z0-9_]").search  # no code is without
_CHUNK = re.compile(r"[A-Za-z0-9#][A-Za-z0-9_.:/#-]*")
_SCHEME = re.compile(r"^[a-z]+://", re.IGNORECASE)
_DATE_OR_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}\.\d{1,2}\.\d{1,2}"
                           r"|\d{1,2}:\d{2}(:\d{2})?|\d{4}-\d{2}-\d{2}T[\d:.]+Z?")  # fmt: skip
_VERSION = re.compile(r"^v(?=\d+\.)")
_YEAR = re.compile(r"19[5-9]\d|20[0-9]\d")
_ORDINAL = re.compile(r"\d+(st|nd|rd|th|x|h|min|s|d|am|pm|k|kg|km|cm|mm|m|eur|usd)|\d{1,2}(-\d{1,2})*")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]+(?:[._][A-Za-z_][A-Za-z0-9_]+)+")
_SHOUTED = re.compile(r"[A-Z]{2,}(?:[-_][A-Z0-9]+)+")

_stemmers = threading.local()  # a stemmer keeps the word that it works on


@lru_cache(maxsize=65_536)
def _stem(language: str, word: str) -> str:
    stemmer = getattr(_stemmers, language, None)
    if stemmer is None:
        stemmer = snowballstemmer.stemmer(STEMMERS[language])
        stemmer.maxCacheSize = 0  # ours stands before it; its own costs more than the stemming
        setattr(_stemmers, language, stemmer)
    if language == "lt":
        word = _with_ending(word)
    found = str(stemmer.stemWord(word))
    return _evened(fold(found)) if language == "lt" else found


def _with_ending(word: str) -> str:
    if not word.endswith(_PLAIN):
        return word
    for plain, accented in ENDINGS:
        if word.endswith(plain) and len(word) > len(plain) + 2:
            return word[: -len(plain)] + accented
    return word


def _evened(found: str) -> str:
    # d and dž, t and č change with the case of a noun; without accents they are dz and c.
    if found.endswith("dz"):
        return found[:-1]
    return found[:-1] + "t" if found.endswith("c") else found


# Endings that the stemmer knows with accents only.
_ACCENTED = """
ėjome ėjote ėjimas ėjimo ėjimą ėtume ėtumėte ėsime ėsite ėjas ėjus ėjau ėjai ėtos ėtas ėtam ėtus ėtose ėmis ėjo ėja ėti
ėta ėme ėte ėje ėse ėtų ėsi ėjų ėjai čiau čius čių čios škai ių
"""
ENDINGS = sorted(((fold(ending), ending) for ending in _ACCENTED.split()), key=lambda pair: -len(pair[0]))

_PLAIN = tuple(plain for plain, _accented in ENDINGS)

_LITHUANIAN = frozenset("ąčęėįšųūžĄČĘĖĮŠŲŪŽ")
_FOREIGN = frozenset("łńśźżćřěůďťňľāēģīķļņáéíóúýàèùâêîôûäëöüõçñßøåæ")
_FREQUENT = {
    "lt": """ir kad yra kaip ne su is ar bet man mano mes jus kas tai kai del nuo po prie per uz i apie negaliu noriu
             prasau neveikia kur kada ka savo gali galiu reikia nera buvo bus jau labai tik dar pas kodel""",
    "en": """the a an and is are to of in on for my i it not can how do does what why when with we you be have has this
             that from at as was no""",
}
_LITHUANIAN_WORDS, _ENGLISH_WORDS = (frozenset(_FREQUENT[language].split()) for language in ("lt", "en"))
