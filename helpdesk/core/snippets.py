"""The part of a text that answers a query, with the words found marked. Pure; what comes out is safe HTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from helpdesk.core.words import RUN, WORD, cjk_terms, fold, is_wide, word_terms

WIDTH = 200  # characters shown
LONGEST = 20_000  # characters looked through
_BEFORE = 40


def marked(text: str, found: Collection[str], language: str | None) -> Markup:
    """The whole text, escaped, with `<mark>` around the words whose terms were found."""
    text = unicodedata.normalize("NFC", text[:LONGEST])
    return _marked(text, list(_places(text, found, language)), 0, len(text))


def snippet(text: str, found: Collection[str], language: str | None) -> Markup:
    """About two hundred characters around where most of what was found stands; the beginning where nothing does."""
    text = unicodedata.normalize("NFC", text[:LONGEST])
    places = list(_places(text, found, language))
    start = _best_start(text, places)
    end = min(len(text), start + WIDTH)
    if end < len(text):
        space = text.rfind(" ", start + WIDTH - 30, end)
        end = space if space > start else end
    shown = _marked(text, places, start, end)
    return Markup("").join(
        [Markup("… ") if start else Markup(""), shown, Markup(" …") if end < len(text) else Markup("")]
    )


def _places(text: str, found: Collection[str], language: str | None) -> Iterator[tuple[int, int, str]]:
    firsts = {term[0] for term in found if term}
    for match in (RUN if is_wide(text) else WORD).finditer(text):
        if match.lastgroup == "cjk":
            yield from _cjk_places(match[0], match.start(), found)
            continue
        if (first := match[0][0].lower()) not in firsts and _KEPT(first) and match[0].isalnum():
            continue
        for term in _terms(match[0], language):
            if term in found:
                yield match.start(), match.end(), term
                break


_KEPT = re.compile("[a-zа-я0-9]").fullmatch  # folding and stemming leave it at the beginning of a word


@lru_cache(maxsize=32_768)
def _terms(word: str, language: str | None) -> tuple[str, ...]:
    return word_terms(fold(word), language)


def _cjk_places(run: str, at: int, found: Collection[str]) -> Iterator[tuple[int, int, str]]:
    covered = [""] * len(run)
    for size in (2, 1):
        for i in range(len(run) - size + 1):
            piece = fold(run[i : i + size])
            if piece in found and piece in cjk_terms(piece):
                for k in range(i, i + size):
                    covered[k] = covered[k] or piece
    i = 0
    while i < len(run):
        if not covered[i]:
            i += 1
            continue
        end = i
        while end < len(run) and covered[end]:
            end += 1
        yield at + i, at + end, run[i:end]
        i = end


def _best_start(text: str, places: list[tuple[int, int, str]]) -> int:
    if len(text) <= WIDTH or not places:
        return 0
    best, best_start = 0, 0
    for n, (start, _, _) in enumerate(places[:200]):
        inside = {term for at, _, term in places[n : n + 40] if at < start + WIDTH - _BEFORE}
        if len(inside) > best:
            best, best_start = len(inside), start
    start = max(0, best_start - _BEFORE)
    if start:
        space = text.find(" ", start, best_start)
        start = space + 1 if space >= 0 else start
    return start


def _marked(text: str, places: list[tuple[int, int, str]], start: int, end: int) -> Markup:
    parts: list[Markup] = []
    at = start
    for first, last, _ in places:
        if first < at or last > end:
            continue
        parts += [escape(text[at:first]), Markup("<mark>"), escape(text[first:last]), Markup("</mark>")]
        at = last
    parts.append(escape(text[at:end]))
    return Markup("").join(parts)
