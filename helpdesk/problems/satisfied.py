"""How satisfied clients are where a problem is in play, against the other tickets of its products.

1. Counted are answers on satisfaction (CSAT, 1 to 5), each resolution that was answered once. What silence closed is
   kept apart and not counted here.
2. The others are the tickets of the same products, of the same period and seen by the same reader, that are not linked
   to the problem.
3. A mean of fewer than five answers is not told: a single one would move it by more than what there is to see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST_ANSWERS = 5


@dataclass(frozen=True)
class Satisfaction:
    """Answers to a problem's tickets and to the others, with the sum of their scores."""

    answers: int = 0
    points: int = 0
    others: int = 0
    others_points: int = 0

    @property
    def mean(self) -> float | None:
        """Of the problem's tickets, 1 to 5; None where there are too few."""
        return self.points / self.answers if self.answers >= LEAST_ANSWERS else None

    @property
    def others_mean(self) -> float | None:
        return self.others_points / self.others if self.others >= LEAST_ANSWERS else None

    @property
    def effect(self) -> float | None:
        """By how much the problem's tickets are scored above the others, negative where it is below."""
        if self.mean is None or self.others_mean is None:
            return None
        return self.mean - self.others_mean


def against_others(
    of_problems: Iterable[tuple[int, int | None, int, int]], of_products: Mapping[int, tuple[int, int]]
) -> dict[int, Satisfaction]:  # fmt: skip
    """For each problem its answers against those of its products: rows of (problem, product, answers, points)."""
    found: dict[int, Satisfaction] = {}
    for problem_id, product_id, answers, points in of_problems:
        known = found.get(problem_id, Satisfaction())
        all_answers, all_points = of_products.get(product_id or 0, (answers, points))
        found[problem_id] = Satisfaction(
            known.answers + answers, known.points + points, known.others + all_answers - answers,
            known.others_points + all_points - points,
        )  # fmt: skip
    return found
