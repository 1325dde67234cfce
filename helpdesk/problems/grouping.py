"""Groups of similar texts in memory: one pass over many, for rebuilding the index and for measuring. Pure.

It decides as the index in the database does, by the same rules: a text is looked up by its telling keys among the
newest texts that have them, the nearest are compared term by term, and it joins a group or founds one; groups that turn
out to be the same become one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from helpdesk.problems import similarity
from helpdesk.problems.similarity import Neighbour, are_one, belonging, linked, standings

_LOGS = [0.0, *(1.0 + log(count) for count in range(1, 256))]


@dataclass(frozen=True)
class Placed:
    """Where a text went: its terms as (number, count), its length, the numbers of its keys, its group, how sure."""

    terms: Sequence[tuple[int, int]]
    length: float
    keys: Sequence[int]
    group_id: int
    score: float


class Grouping:
    """An index in memory and its groups: half a kilobyte for each text."""

    def __init__(self, *, joins: float = similarity.JOINS) -> None:
        self.joins = joins
        self.total = 0
        self.words: list[str] = []
        self.documents = array("I")
        self._numbers: dict[str, int] = {}
        self._boosts = array("d")
        self._postings: list[array[int] | None] = []
        self._ids, self._groups, self._sizes, self._lengths = array("q"), array("I"), array("I"), array("d")
        # The terms that stand more than once in a text, and how often.
        self._repeats, self._repeated, self._counts = array("Q", [0]), array("I"), array("B")
        self._into: dict[int, int] = {}  # groups that became part of another one
        self._evidence: dict[int, dict[int, float]] = {}
        self._begins, self._terms = array("Q", [0]), array("I")

    def learn(self, counts: Mapping[str, int]) -> None:
        """Count the terms of a text that is not taken in itself."""
        self.total += 1
        numbers, documents = self._numbers, self.documents
        for term in counts:
            number = numbers.get(term)
            documents[self._added(term) if number is None else number] += 1

    def place(self, text_id: int, counts: Mapping[str, int]) -> Placed:
        """Take in one more text, and say where it went."""
        self.learn(counts)
        numbers, documents, boosts, total = self._numbers, self.documents, self._boosts, self.total + 1
        times = {numbers[term]: min(count, 255) for term, count in counts.items()}
        ones = {
            number: boosts[number] * sqrt(max(similarity.LEAST_IDF, log(total / (documents[number] + 0.5))))
            for number in times
        }
        weights = {number: _LOGS[count] * ones[number] for number, count in times.items()}
        words = self.words
        if len(weights) > similarity.LONGEST:
            kept = sorted(weights, key=lambda number: (-weights[number], words[number]))[: similarity.LONGEST]
            weights = {number: weights[number] for number in kept}
        keys = sorted((number for number in weights if self._postings[number] is not None),
                      key=lambda number: (-ones[number], words[number]))[: similarity.TELLING]  # fmt: skip
        length = similarity.length_of(weights.values())
        neighbours = self._neighbours(keys, ones, weights, length) if length else []
        sizes = {each.group_id: self._sizes[each.group_id] for each in neighbours}
        standing = standings(neighbours, sizes)
        found = belonging(standing, joins=self.joins)
        row = len(self._ids)
        group = found.group_id if found else row
        self._ids.append(text_id)
        self._groups.append(group)
        self._sizes.append(0)
        self._sizes[group] += 1
        self._lengths.append(length or 1.0)
        self._terms.extend(weights)
        repeated = [number for number in weights if times[number] > 1]
        self._repeated.extend(repeated)
        self._counts.extend(times[number] for number in repeated)
        self._repeats.append(len(self._repeated))
        self._begins.append(len(self._terms))
        for number in keys:
            postings = self._postings[number]
            assert postings is not None  # or it would be no key
            postings.append(row)
            if len(postings) >= 2 * similarity.NEWEST:
                del postings[: -similarity.NEWEST]
        others = linked(standing, group, joins=self.joins)
        for other in others:
            self._link(group, other.group_id, other.score)
        group = self._unite(group, [other.group_id for other in others])
        return Placed([(number, times[number]) for number in weights], length, keys, self._ids[group],
                      found.score if found else 0.0)  # fmt: skip

    def groups(self) -> list[int]:
        """The group of each text as it is now, by the id of its founder, in the order in which they came."""
        return [self._ids[self._now(group)] for group in self._groups]

    def sizes(self) -> dict[int, int]:
        """How many texts each group has, by the id of its founder."""
        return {text_id: size for text_id, size in zip(self._ids, self._sizes, strict=True) if size}

    def united(self) -> dict[int, int]:
        """The groups that became part of another one, and of which."""
        return {self._ids[group]: self._ids[self._now(group)] for group in self._into}

    def evidence(self) -> Iterator[tuple[int, int, float]]:
        """Of each two groups how much speaks for their being the same; both ways round."""
        for group, others in self._evidence.items():
            for other, score in others.items():
                yield self._ids[group], self._ids[other], score

    def _now(self, group: int) -> int:
        while (into := self._into.get(group)) is not None:
            if (further := self._into.get(into)) is not None:
                self._into[group] = further
            group = into
        return group

    def _link(self, group: int, other: int, score: float) -> None:
        for one, two in ((group, other), (other, group)):
            evidence = self._evidence.setdefault(one, {})
            evidence[two] = evidence.get(two, 0.0) + score

    def _unite(self, group: int, others: Sequence[int]) -> int:
        for each in others:
            evidence = self._evidence.get(group, {}).get(each)
            if evidence is None or not are_one(evidence, self._sizes[group], self._sizes[each], joins=self.joins):
                continue
            group, gone = similarity.larger_first((group, self._sizes[group]), (each, self._sizes[each]))
            self._sizes[group] += self._sizes[gone]
            self._sizes[gone] = 0
            self._into[gone] = group
            for third, score in self._evidence.pop(gone).items():
                del self._evidence[third][gone]
                if third != group:
                    self._link(group, third, score)
        return group

    def _neighbours(
        self, keys: Sequence[int], ones: Mapping[int, float], weights: Mapping[int, float], length: float
    ) -> list[Neighbour]:
        evidence: dict[int, float] = {}
        for number in keys:
            one = ones[number]
            for row in (self._postings[number] or array("I"))[-similarity.NEWEST :]:
                evidence[row] = evidence.get(row, 0.0) + one
        found, begins, terms = [], self._begins, self._terms
        repeats, repeated, counts = self._repeats, self._repeated, self._counts
        products = {number: weight * ones[number] for number, weight in weights.items()}
        product_of, is_shared = products.__getitem__, products.__contains__
        nearest = sorted(zip(evidence.values(), evidence, strict=True), reverse=True)[: similarity.NEAREST]
        for _weight, row in nearest:
            product = sum(map(product_of, filter(is_shared, terms[begins[row] : begins[row + 1]])))
            for at in range(repeats[row], repeats[row + 1]):
                product += products.get(repeated[at], 0.0) * (_LOGS[counts[at]] - 1.0)
            group = self._now(self._groups[row])
            found.append(Neighbour(row, group, min(1.0, product / (length * self._lengths[row]))))
        return found

    def _added(self, term: str) -> int:
        number = self._numbers[term] = len(self.words)
        self.words.append(term)
        self.documents.append(0)
        self._boosts.append(similarity.boost(term))
        self._postings.append(array("I") if similarity.is_key(term) else None)
        return number
