"""Groups of similar texts in memory: one pass over many, for rebuilding the index and for measuring. Pure.

It decides as the index in the database does, by the same rules: a text joins a group of those that are nearest to it
(`lookup`) or founds one; groups that turn out to be the same become one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from helpdesk.problems import similarity
from helpdesk.problems.lookup import Lookup, Vocabulary
from helpdesk.problems.similarity import Neighbour, are_one, belonging, linked, standings


class Placed(NamedTuple):
    """Where a text went: its group, by the id of the founder, and how sure."""

    group_id: int
    score: float


class Grouping:
    """Groups in memory: some dozen bytes for each text. Its own lookup serves those who bring words."""

    def __init__(self, *, joins: float = similarity.JOINS) -> None:
        self.joins = joins
        self._vocabulary, self._lookup = Vocabulary(), Lookup()
        self._ids, self._groups, self._sizes = array("q"), array("I"), array("I")
        self._into: dict[int, int] = {}  # groups that became part of another one
        self._evidence: dict[int, dict[int, float]] = {}

    def learn(self, counts: Mapping[str, int]) -> None:
        """Count the terms of a text that is not taken in itself."""
        numbered = self._vocabulary.numbered([counts])
        self._lookup.meet(numbered.words)
        self._lookup.learn(numbered.terms)

    def place(self, text_id: int, counts: Mapping[str, int]) -> Placed:
        """Take in one more text by its terms, and say where it went."""
        near = next(self._lookup.look_up(self._vocabulary.numbered([counts])).texts())
        return self.put(text_id, near.rows, near.likenesses)

    def put(self, text_id: int, rows: Sequence[int], likenesses: Sequence[float]) -> Placed:
        """Take in one more text by those that are nearest to it: how manieth texts they are, and how like."""
        groups, now = self._groups, self._now
        neighbours = [
            Neighbour(row, now(groups[row]), likeness) for row, likeness in zip(rows, likenesses, strict=True)
        ]
        sizes = {each.group_id: self._sizes[each.group_id] for each in neighbours}
        standing = standings(neighbours, sizes)
        found = belonging(standing, joins=self.joins)
        group = found.group_id if found else len(self._ids)
        self._ids.append(text_id)
        self._groups.append(group)
        self._sizes.append(0)
        self._sizes[group] += 1
        others = linked(standing, group, joins=self.joins)
        for other in others:
            self._link(group, other.group_id, other.score)
        group = self._unite(group, [other.group_id for other in others])
        return Placed(self._ids[group], found.score if found else 0.0)

    def text_id(self, row: int) -> int:
        """Which text came as the how manieth, from 0."""
        return self._ids[row]

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
