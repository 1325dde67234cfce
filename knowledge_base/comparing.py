"""What changed between two texts, so that people can read it. Pure.

1. Lines are compared first; where some lines took the place of others, the words in them are compared.
2. A text of a hundred thousand lines is compared by lines alone: words would take minutes.
3. Stretches without a change are cut down to a few lines around each change.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Sign = Literal["same", "added", "removed"]
AROUND = 2
MOST_WORDS = 4000
_words = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """Some characters and what became of them."""

    sign: Sign
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the comparison; a skipped stretch has no pieces."""

    pieces: tuple[Piece, ...] = ()

    @property
    def is_skipped(self) -> bool:
        return not self.pieces

    @property
    def is_changed(self) -> bool:
        return any(piece.sign != "same" for piece in self.pieces)


def compare(before: str, after: str) -> list[Line]:
    """The later text with what was removed and what was added; empty where nothing changed."""
    if before == after:
        return []
    return list(_cut(list(_lines(before.splitlines(), after.splitlines()))))


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line((Piece("same", text),)) for text in after[j1:j2])
        elif kind == "replace" and i2 - i1 == j2 - j1:
            for old, new in zip(before[i1:i2], after[j1:j2], strict=True):
                yield Line(tuple(_pieces(old, new)))
        else:
            yield from (Line((Piece("removed", text),)) for text in before[i1:i2])
            yield from (Line((Piece("added", text),)) for text in after[j1:j2])


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _words.findall(before), _words.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        yield Piece("removed", before)
        yield Piece("added", after)
        return
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(new[j1:j2]))
            continue
        if i2 > i1:
            yield Piece("removed", "".join(old[i1:i2]))
        if j2 > j1:
            yield Piece("added", "".join(new[j1:j2]))


def _cut(lines: list[Line]) -> Iterator[Line]:
    changed = [number for number, line in enumerate(lines) if line.is_changed]
    near = {n for each in changed for n in range(each - AROUND, each + AROUND + 1)}
    skipping = False
    for number, line in enumerate(lines):
        if number in near:
            skipping = False
            yield line
        elif not skipping:
            skipping = True
            yield Line()
