"""Texts in memory that are looked up as the index in the database does: for rebuilding it and for measuring. Pure.

A `Vocabulary` gives terms their numbers, a `Lookup` keeps texts by these and says which earlier ones are nearest to a
new one. Neither knows groups, so that each can work in a process of its own, some pieces ahead of whoever groups.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log, sqrt
from operator import neg
from typing import NamedTuple

from helpdesk.problems import similarity
from helpdesk.problems.similarity import counts_of

KEPT = 2 * similarity.NEWEST  # texts of a key that stay at least: as many again as are looked at
MOST = 255  # times that a term counts in one text
_LOGS = [0.0, *(1.0 + log(count) for count in range(1, MOST + 1))]


@dataclass
class Numbered:
    """Some texts as the numbers of their terms, one text after the other, and the words that were new among them."""

    words: list[str] = field(default_factory=list)
    terms: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I", [0]))
    # Terms that stand more than once in a text, and how often.
    repeated: array[int] = field(default_factory=lambda: array("I"))
    counts: array[int] = field(default_factory=lambda: array("B"))
    repeats: array[int] = field(default_factory=lambda: array("I", [0]))

    def add(self, terms: Iterable[int], times: Mapping[int, int]) -> None:
        """One more text; `times` are of the terms that stand in it more than once."""
        self.terms.extend(terms)
        self.ends.append(len(self.terms))
        self.repeated.extend(times.keys())
        self.counts.extend(times.values())
        self.repeats.append(len(self.repeated))

    def texts(self) -> Iterator[tuple[Sequence[int], Mapping[int, int]]]:
        """Of each text its terms, and how often those stand in it that do so more than once."""
        for (begin, end), (first, last) in zip(pairwise(self.ends), pairwise(self.repeats), strict=True):
            times = dict(zip(self.repeated[first:last], self.counts[first:last], strict=True))
            yield self.terms[begin:end].tolist(), times


class Vocabulary:
    """The terms that were met, by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cut(self, texts: Sequence[str]) -> Numbered:
        """Cut texts into terms."""
        return self.numbered(map(counts_of, texts))

    def numbered(self, texts: Iterable[Mapping[str, int]]) -> Numbered:
        """Terms with their counts as numbers."""
        found, numbers = Numbered(), self._numbers
        for counts in texts:
            terms: dict[int, int] = {}
            for term, count in counts.items():
                number = numbers.get(term)
                if number is None:
                    number = numbers[term] = len(numbers)
                    found.words.append(term)
                terms[number] = count
            times = {number: min(count, MOST) for number, count in terms.items() if count > 1}
            found.add(terms, times)
        return found


class Near(NamedTuple):
    """A text with those earlier ones that are nearest to it: their rows (how manieth texts they are), how like."""

    terms: Sequence[int]
    times: Mapping[int, int]
    length: float
    rows: Sequence[int]
    likenesses: Sequence[float]


@dataclass
class Looked:
    """Some texts as the index keeps them, each with those that are nearest to it."""

    kept: Numbered = field(default_factory=Numbered)
    lengths: array[float] = field(default_factory=lambda: array("d"))
    rows: array[int] = field(default_factory=lambda: array("I"))
    likenesses: array[float] = field(default_factory=lambda: array("d"))
    ends: array[int] = field(default_factory=lambda: array("I", [0]))

    def texts(self) -> Iterator[Near]:
        spans = zip(self.kept.texts(), self.lengths, pairwise(self.ends), strict=True)
        for (terms, times), length, (begin, end) in spans:
            yield Near(terms, times, length, self.rows[begin:end], self.likenesses[begin:end])


class Lookup:
    """Texts by the numbers of their terms: four bytes for each term, and the newest of each key."""

    def __init__(self) -> None:
        self.total = 0
        self.words: list[str] = []
        self.documents: list[int] = []
        self._boosts: list[float] = []
        self._postings: dict[int, list[int]] = {}  # of each term that is a key: the rows of its newest texts
        self._lengths = array("d")
        self._begins, self._terms = array("Q", [0]), array("I")
        self._repeats, self._repeated, self._counts = array("Q", [0]), array("I"), array("B")

    def look_up(self, some: Numbered) -> Looked:
        """Take in some more texts, each after it has been compared with all before it."""
        self.meet(some.words)
        found = Looked()
        for terms, times in some.texts():
            near = self.take_in(terms, times)
            found.kept.add(near.terms, near.times)
            found.lengths.append(near.length)
            found.rows.extend(near.rows)
            found.likenesses.extend(near.likenesses)
            found.ends.append(len(found.rows))
        return found

    def meet(self, words: Iterable[str]) -> None:
        """New words, in the order of their numbers."""
        for word in words:
            if similarity.is_key(word):
                self._postings[len(self.words)] = []
            self.words.append(word)
            self.documents.append(0)
            self._boosts.append(similarity.boost(word))

    def learn(self, terms: Iterable[int]) -> None:
        """Count the terms of a text that is not taken in itself."""
        self.total += 1
        for number in terms:
            self.documents[number] += 1

    def take_in(self, terms: Sequence[int], times: Mapping[int, int]) -> Near:
        """One more text; what is near to it among those before."""
        self.learn(terms)
        documents, boosts, total, least = self.documents, self._boosts, self.total + 1, similarity.LEAST_IDF
        ones: dict[int, float] = {}
        for number in terms:
            idf = log(total / (documents[number] + 0.5))
            ones[number] = boosts[number] * sqrt(idf if idf > least else least)
        weights = ones.copy()
        for number, count in times.items():
            weights[number] *= _LOGS[count]
        word_of = self.words.__getitem__
        if len(weights) > similarity.LONGEST:
            ranked = sorted(zip(map(neg, weights.values()), map(word_of, weights), weights, strict=True))
            weights = {number: -weight for weight, _word, number in ranked[: similarity.LONGEST]}
        times = {number: times[number] for number in weights if number in times} if times else times
        keys = list(filter(self._postings.__contains__, weights))
        telling = sorted((-ones[number], word_of(number), number) for number in keys)
        keys = [number for _one, _word, number in telling[: similarity.TELLING]]
        length = similarity.length_of(weights.values())
        rows, likenesses = self._nearest(keys, ones, weights, length) if length else ([], [])
        self._keep(keys, weights, times, length or 1.0)
        return Near(list(weights), times, length or 1.0, rows, likenesses)

    def size(self) -> int:
        """How many terms were met."""
        return len(self.words)

    def known(self, begin: int, end: int) -> list[tuple[str, int]]:
        """The words with these numbers, each with how many texts have it."""
        return list(zip(self.words[begin:end], self.documents[begin:end], strict=True))

    def keys(self, begin: int, end: int) -> list[tuple[int, list[int]]]:
        """The keys among the terms with these numbers, each with the rows of its newest texts, `KEPT` at least."""
        return [(number, self._postings[number]) for number in range(begin, end) if number in self._postings]

    def _keep(self, keys: Iterable[int], weights: Iterable[int], times: Mapping[int, int], length: float) -> None:
        row = len(self._lengths)
        self._lengths.append(length)
        self._terms.extend(weights)
        self._begins.append(len(self._terms))
        self._repeated.extend(times.keys())
        self._counts.extend(times.values())
        self._repeats.append(len(self._repeated))
        for number in keys:
            postings = self._postings[number]
            postings.append(row)
            if len(postings) >= 2 * KEPT:
                del postings[:-KEPT]

    def _nearest(
        self, keys: Sequence[int], ones: Mapping[int, float], weights: Mapping[int, float], length: float
    ) -> tuple[list[int], list[float]]:
        begins, terms, lengths = self._begins, self._terms, self._lengths
        repeats, repeated, counts = self._repeats, self._repeated, self._counts
        products = {number: weight * ones[number] for number, weight in weights.items()}
        product_of, is_shared = products.__getitem__, products.__contains__
        rows, likenesses = self._candidates(keys, ones), []
        for row in rows:
            product = sum(map(product_of, filter(is_shared, terms[begins[row] : begins[row + 1]])))
            for at in range(repeats[row], repeats[row + 1]):
                product += products.get(repeated[at], 0.0) * (_LOGS[counts[at]] - 1.0)
            likenesses.append(min(1.0, product / (length * lengths[row])))
        return rows, likenesses

    def _candidates(self, keys: Sequence[int], ones: Mapping[int, float]) -> list[int]:
        """The texts with the most weight of shared keys, the newer of equal ones first."""
        evidence: dict[int, float] = {}
        for number in keys:
            one, postings = ones[number], self._postings[number][-similarity.NEWEST :]
            if evidence:
                for row in postings:
                    evidence[row] = evidence.get(row, 0.0) + one
            else:
                evidence = dict.fromkeys(postings, one)
        least = sorted(evidence.values())[-similarity.NEAREST] if len(evidence) > similarity.NEAREST else 0.0
        ranked = sorted([(weight, row) for row, weight in evidence.items() if weight >= least], reverse=True)
        return [row for _weight, row in ranked[: similarity.NEAREST]]
