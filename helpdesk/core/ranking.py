"""Which of the documents that an engine fetched answer a query best: pure, and the same whatever the engine.

Semantics
1. Words: BM25 over the groups of the query. A group is one word with everything that stands for it (its stems, its
   synonyms, what it may be a mistake for), each with a weight; its rarity is that of all of them together. A word of
   the title counts `TITLE` times.
2. Spelling: the triples of letters that query and document have in common, each by how rare it is among the documents
   compared, over the title and the beginning of the body. They find derived and compound words that no stem joins, and
   what was mistyped.
3. Where `varied` is asked, what says almost the same as a result above it steps back behind what says something else:
   a reader whom one wording does not help is not helped by it five times.
4. Ties go to the newer number, then to the key.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from helpdesk.core.words import fold, pieces

K1, B = 1.2, 0.8
TITLE = 2.0
SPELLING = 0.3  # what triples weigh beside words
SPELT = 100  # of how many documents the spelling is compared
SPELT_TEXT = 240  # characters of a document
VARIETY = 1.5
VARIED = 50  # among how many documents variety is looked for


@dataclass(frozen=True)
class Group:
    """A word of the query: the marked terms that stand for it with their weights, and how many documents hold any."""

    terms: Mapping[str, float]
    documents: int
    weight: float = 1.0


@dataclass
class Candidate:
    """A document that was fetched."""

    id: int
    key: str
    number: int | None
    language: str
    title: str
    body: str  # its beginning, or all where all of it is compared
    fields: Sequence[tuple[str, float]]  # joined terms and what one of them counts
    length: int
    tier: int = 0  # what stands above every score: names, exact codes, whole pieces
    score: float = field(default=0.0)


def rank(
    candidates: Sequence[Candidate],
    groups: Sequence[Group],
    query: str,
    *,
    documents: int,
    length: int,
    limit: int,
    varied: bool = False,
) -> list[Candidate]:
    """The best `limit` candidates in order; `documents` and `length` are those of the whole collection."""  # fmt: skip
    average = max(1.0, length / max(1, documents))
    rarity = [rareness(group.documents, documents) * group.weight for group in groups]
    for each in candidates:
        scale = K1 * (1 - B + B * each.length / average)
        texts = [(f" {joined} ", weight) for joined, weight in each.fields if joined]
        for telling, group in zip(rarity, groups, strict=True):
            count = 0.0
            for term, standing_for in group.terms.items():
                spaced = f" {term} "
                count += standing_for * sum(weight * text.count(spaced) for text, weight in texts if spaced in text)
            if count:
                each.score += telling * count * (K1 + 1) / (count + scale)
    ordered = sorted(candidates, key=_best)
    head = ordered[:SPELT]
    _compare_spelling(head, query, documents)
    ordered = sorted(head, key=_best) + ordered[SPELT:]
    return _varied(ordered, documents, limit) if varied else ordered[:limit]


def rareness(documents: int, of: int) -> float:
    """How much a word tells that stands in so many of the documents; above zero for each."""
    documents = min(max(documents, 0), of)
    return math.log(1 + (of - documents + 0.5) / (documents + 0.5))


def _best(each: Candidate) -> tuple[int, float, int, str]:
    # Rounded: the last digits of a sum depend on its order.
    return -each.tier, -round(each.score, 9), -(each.number or 0), each.key


def _spaced(text: str) -> str:
    """The words of a beginning, each between spaces of its own, so that no triple goes from word to word."""
    return "".join(f" {word} " for word, is_cjk in pieces(text[:SPELT_TEXT]) if not is_cjk)


def _triples(spaced: str) -> Counter[str]:
    return Counter(each for i in range(len(spaced) - 2) if "  " not in (each := spaced[i : i + 3]))


def _times(triple: str, text: str) -> int:
    if triple[0] != triple[2]:
        return text.count(triple)
    return sum(text.startswith(triple, i) for i in range(len(text) - 2))  # it can lie over itself


def _compare_spelling(candidates: Sequence[Candidate], query: str, documents: int) -> None:
    asked = _triples(_spaced(query))
    if not asked or len(candidates) < 2:
        return
    spelt = [_spaced(f"{each.title} {each.body[:SPELT_TEXT]}") for each in candidates]
    sizes = [len(text) - 2 * text.count("  ") - 2 if text else 0 for text in spelt]
    found = [{triple: _times(triple, text) for triple in asked if triple in text} for text in spelt]
    among = len(candidates)
    average = max(1.0, sum(sizes) / among)
    held = Counter(triple for triples in found for triple in triples)
    rarity = {triple: rareness(n, among) * SPELLING * asked[triple] * (K1 + 1) for triple, n in held.items()}
    for each, triples, size in zip(candidates, found, sizes, strict=True):
        scale = K1 * (1 - B + B * size / average)
        each.score += sum(rarity[triple] * n / (n + scale) for triple, n in sorted(triples.items()))


def _varied(ordered: list[Candidate], documents: int, limit: int) -> list[Candidate]:
    pool, rest = ordered[:VARIED], ordered[VARIED:]
    if not pool or pool[0].score <= 0:
        return ordered[:limit]
    vectors = _vectors(pool)
    best = max(each.score for each in pool)
    chosen: list[int] = []
    left = list(range(len(pool)))
    alike = [0.0] * len(pool)
    while left and len(chosen) < limit:
        if chosen:
            for n in left:
                alike[n] = max(alike[n], _likeness(vectors[n], vectors[chosen[-1]]))
        pick = min(left, key=lambda n: (-pool[n].tier, -round(pool[n].score / best - VARIETY * alike[n], 9), n))
        left.remove(pick)
        chosen.append(pick)
    return ([pool[n] for n in chosen] + rest)[:limit]


def _vectors(pool: Sequence[Candidate]) -> list[dict[str, float]]:
    texts = [Counter([term for text, _ in each.fields for term in text.split(maxsplit=200)[:200]]) for each in pool]
    held: Counter[str] = Counter()
    for text in texts:
        held.update(text.keys())
    rarity = [rareness(n, len(pool)) for n in range(len(pool) + 1)]
    vectors = []
    for text in texts:
        weighed = {term: rarity[held[term]] * (1.5 if n > 1 else 1) for term, n in text.items()}
        norm = math.hypot(*weighed.values()) or 1.0
        vectors.append({term: w / norm for term, w in weighed.items() if held[term] > 1})  # others are like nothing
    return vectors


def _likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return math.fsum([one[term] * other[term] for term in one.keys() & other.keys()])


def contains(each: Candidate, piece: str, *, internal: str = "") -> bool:
    """Whether the document says this folded piece, written as one."""
    texts = [text for text in (each.title, each.body, internal) if text]
    return any(piece in text for text in texts) or any(piece in fold(text) for text in texts)
