"""How alike are two texts, and to which group of texts does a new one belong. Pure, any language, no model.

Semantics
1. A text is its terms, each with how often it stands there: the stems of `core.words`; the roots of its words, which
   are their first letters with the sounds of Cyrillic written in Latin, so that `принтер`, `printer` and a name with
   another ending meet (they begin with `~`); the pieces of its words, every four letters in a row, written the same way
   and with the word's edges, for what endings and prefixes hide (they begin with `^`); its codes (they begin with `#`).
2. A term weighs (1 + ln count) · √idf, a code `CODE_WEIGHT` times that: of two shared terms the rarer says more, and an
   error code more than a word. idf = ln((texts + 1) / (texts with it + ½)), at least `LEAST_IDF`.
3. Two texts are as alike as the cosine of these weights: 0 where they share nothing, 1 where they are the same. Of a
   long text the `LONGEST` weightiest terms count.
4. A text is looked up by its `TELLING` rarest keys: roots, codes, short words, Chinese pairs. The `NEAREST` candidates
   by the weight of the keys that they share are compared.
5. A text belongs to a group by the evidence of several members, not of the nearest alone. The `VOTERS` nearest texts
   vote; a group's score is the sum of its `MEMBERS` best likenesses, divided by one more than so many members (or all,
   of a smaller group), times the root of the group's share in the whole vote. A lone chain of look-alikes therefore
   does not pull two subjects together, and a text between two groups founds a third.
6. Groups that begin apart may turn out to be one. The scores that a text gives to the `LINKS` next best groups are
   evidence between its own group and those; two groups become one when their evidence, divided by the root of the
   product of their sizes, reaches `LINK` of what one text needs. Groups that both have more than `SETTLED` members stay
   apart: to join those is for people.

It knows no meanings: across languages only names, codes and words that sound alike connect.
The weights follow Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988); the single pass
follows Allan, Papka and Lavrenko, "On-line new event detection and tracking" (SIGIR 1998).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from helpdesk.core.words import codes, pieces, terms

CODE, ROOT, PIECE = "#", "~", "^"  # what such terms begin with
CODE_WEIGHT = 3.0
ROOT_LENGTH = 5  # letters of a root
PIECE_LENGTH = 4
SHORT = 4  # letters from which on a word has a root
LEAST_IDF = 0.01
LONGEST = 96  # terms kept of a text
TELLING = 12  # keys by which a text is looked up
NEWEST = 60  # texts looked at for each of them, the newest first
NEAREST = 30  # candidates that are compared term by term
VOTERS = 20
MEMBERS = 8  # of a group, whose likeness counts
JOINS = 0.08  # score from which on a text belongs to a group
LINKS = 2  # further groups for which a text is evidence
LEAST_LINK = 0.3  # of `JOINS`, from which on it is
LINK = 0.7  # of `JOINS`, from which on two groups are one
SETTLED = 500  # members from which on a group joins only smaller ones
LENGTH = 6_000  # characters of a text that are read


class Neighbour(NamedTuple):
    """A text that is like the new one: whose group it is in, and how like."""

    text_id: int
    group_id: int
    likeness: float


class Belonging(NamedTuple):
    """The group that a text belongs to, and how sure that is."""

    group_id: int
    score: float


def counts_of(text: str, language: str | None = None) -> dict[str, int]:
    """The terms of a text with how often each stands in it."""
    head = text[:LENGTH]
    found: dict[str, int] = Counter(terms(head, language))
    for word, is_cjk in pieces(head):
        if is_cjk:
            continue
        sounds = word.translate(_SOUNDS)
        if len(sounds) >= SHORT:
            found[ROOT + sounds[:ROOT_LENGTH]] = 1
        edged = f" {sounds} "
        for begin in range(len(edged) - PIECE_LENGTH + 1):
            found[PIECE + edged[begin : begin + PIECE_LENGTH]] = 1
    for code in codes(head):
        found[CODE + code] = 1
    return found


def is_key(term: str) -> bool:
    """Whether texts are looked up by it."""
    return term[0] in (CODE, ROOT) or 1 < len(term) < SHORT


def boost(term: str) -> float:
    """How many times a term weighs what another one as rare does."""
    return CODE_WEIGHT if term[0] == CODE else 1.0


def weight(term: str, documents: int, total: int) -> float:
    """What one occurrence of a term weighs that stands in so many of all texts."""
    return boost(term) * math.sqrt(max(LEAST_IDF, math.log((total + 1) / (documents + 0.5))))


def weighted(counts: Mapping[str, int], ones: Mapping[str, float]) -> dict[str, float]:
    """The terms of a text with their weights, the weightiest of a long text; `ones` says what one occurrence weighs."""
    found = {term: (1.0 + math.log(count)) * ones[term] for term, count in counts.items()}
    if len(found) <= LONGEST:
        return found
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0]))[:LONGEST])


def length_of(weights: Iterable[float]) -> float:
    """The Euclidean length of a text's weights."""
    return math.sqrt(sum(value * value for value in weights))


def telling(weights: Iterable[str], ones: Mapping[str, float]) -> list[str]:
    """The keys by which a text is looked up: the rarest first, of equally rare ones by the alphabet."""
    return sorted(filter(is_key, weights), key=lambda term: (-ones[term], term))[:TELLING]


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How alike two weighted texts are, from 0 to 1."""
    product = sum(value * other[term] for term, value in one.items() if term in other)
    lengths = length_of(one.values()) * length_of(other.values())
    return min(1.0, product / lengths) if lengths else 0.0


def standings(neighbours: Iterable[Neighbour], sizes: Mapping[int, int]) -> list[Belonging]:
    """The groups of the nearest with their scores, the best first, of equal ones the older; `sizes` are of groups."""
    voters = sorted(neighbours, key=lambda each: (-each.likeness, each.text_id))[:VOTERS]
    whole = sum(each.likeness for each in voters)
    by_group: dict[int, list[float]] = {}
    for each in voters:
        by_group.setdefault(each.group_id, []).append(each.likeness)
    found = []
    for group_id, votes in by_group.items():
        some = votes[:MEMBERS]
        score = sum(some) / (max(len(some), min(MEMBERS, sizes[group_id])) + 1)
        found.append(Belonging(group_id, score * math.sqrt(sum(votes) / whole) if whole else 0.0))
    return sorted(found, key=lambda each: (-each.score, each.group_id))


def belonging(standing: Sequence[Belonging], *, joins: float = JOINS) -> Belonging | None:
    """The best group, if its score is enough."""
    return standing[0] if standing and standing[0].score >= joins else None


def linked(standing: Iterable[Belonging], group_id: int, *, joins: float = JOINS) -> list[Belonging]:
    """The other groups for which a text of this group is evidence that they are the same."""
    others = [each for each in standing if each.group_id != group_id and each.score >= LEAST_LINK * joins]
    return others[:LINKS]


def are_one(evidence: float, size: int, other: int, *, joins: float = JOINS) -> bool:
    """Whether two groups of these sizes, with so much evidence between them, are one."""
    return min(size, other) <= SETTLED and evidence >= LINK * joins * math.sqrt(size * other)


def larger_first(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Of two groups, each with its size, the one that stays and the one that becomes part of it: the older if equal."""
    stays, goes = sorted((one, other), key=lambda each: (-each[1], each[0]))
    return stays[0], goes[0]


def shared_terms(one: Mapping[str, float], other: Mapping[str, float], limit: int = 6) -> list[str]:
    """What two texts have in common, in words for people, the weightiest first; codes without their mark."""
    both = (term for term in one if term in other and term[0] not in (ROOT, PIECE))
    common = sorted(both, key=lambda term: (-one[term], term))
    return [term.removeprefix(CODE) for term in common[:limit] if len(term) > 1]


# The sounds of Cyrillic letters in Latin ones, as loan words are written.
_SOUNDS = str.maketrans(dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdezijklmnoprstufhcye", strict=True))
                        | {"ж": "z", "ч": "c", "ш": "s", "щ": "s", "ю": "u", "я": "a", "ь": "", "ъ": ""})  # fmt: skip
