"""Does a group of tickets grow unusually? Small numbers handled honestly. Pure arithmetic.

Semantics
1. The group's past is a number of tickets in so many windows before this one. Of its unknown rate per window we believe
   what a Gamma distribution says: Jeffreys' prior (½, 0) and the past. A short past leaves the rate uncertain, and no
   past at all says nothing: then no growth is unusual.
2. Were the rate as before, the number of this window has a Gamma-Poisson (negative binomial) distribution.
   `probability` is its upper tail: that of so many tickets or more.
3. The whole product may have more tickets than before (a new client, a season). Its growth without this group is the
   group's own allowance; a product that shrinks gives none.
4. Tickets come in bursts. Where a product's windows vary more than chance does, counts are divided by that dispersion
   before they are compared (quasi-Poisson).
5. Many groups are looked at, and some look unusual by chance alone. `noticed` bounds the share of false alarms among
   all that is proposed.

What it does not do: seasons within the week (a window is a week), trends over months, costs.

Sources: A. Gelman et al., "Bayesian Data Analysis" (3rd ed., 2.6: Gamma-Poisson predictive distribution); C. P.
Farrington et al., "A statistical algorithm for the early detection of outbreaks of infectious disease", J. R. Stat.
Soc. A 159 (1996) (own past, dispersion of at least one); Y. Benjamini and Y. Hochberg, "Controlling the false
discovery rate", J. R. Stat. Soc. B 57 (1995).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, variance
from typing import TypeVar

PRIOR = 0.5  # Jeffreys' prior of a Poisson rate, in tickets
STEADY = 5.0  # tickets of a window by which the growth of a small product is tamed
MOST_DISPERSION = 4.0
LEAST_WINDOWS = 4  # from which on dispersion is measured

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Growth:
    """How a group stands against its past: what was to be expected in this window, and how probable so many are."""

    count: int
    expected: float
    probability: float


def growth(count: int, past: int, windows: float, *, allowance: float = 1.0, dispersion: float = 1.0) -> Growth:
    """Compare `count` of this window with `past` tickets of so many windows before it."""
    if windows <= 0:
        return Growth(count, float(count), 1.0)
    exposure = windows / allowance
    expected = (past + PRIOR) / exposure
    shape = past / dispersion + PRIOR
    return Growth(count, expected, tail(math.floor(count / dispersion), shape, exposure))


def tail(count: int, shape: float, exposure: float) -> float:
    """The probability of `count` or more in one window, of a rate that is Gamma(shape, exposure)."""
    if count <= 0:
        return 1.0
    mean_ = shape / exposure
    logs = math.log(exposure / (1 + exposure)), -math.log1p(exposure)

    def term(k: int) -> float:
        choose = math.lgamma(k + shape) - math.lgamma(shape) - math.lgamma(k + 1)
        return math.exp(choose + shape * logs[0] + k * logs[1])

    if count <= mean_:
        return max(0.0, min(1.0, 1.0 - math.fsum(term(k) for k in range(count))))
    total, k, each = 0.0, count, term(count)
    while each > total * 1e-12 and k < count + 100_000:
        total += each
        each *= (k + shape) / (k + 1) / (1 + exposure)
        k += 1
    return min(1.0, total)


def allowance(others_now: int, others_past: int, windows: float) -> float:
    """How many times more tickets the rest of the product has than before; at least 1."""
    if windows <= 0:
        return 1.0
    return max(1.0, (others_now + STEADY) / (others_past / windows + STEADY))


def dispersion(per_window: Sequence[int]) -> float:
    """How much more than by chance the windows of a product vary, from 1 to `MOST_DISPERSION`."""
    if len(per_window) < LEAST_WINDOWS or not any(per_window):
        return 1.0
    return min(MOST_DISPERSION, max(1.0, variance(per_window) / mean(per_window)))


def noticed(probabilities: Mapping[Key, float], *, tests: int, false_share: float) -> set[Key]:
    """Those of so many tests that stand out, at most this share of them falsely (Benjamini and Hochberg)."""
    ranked = sorted(probabilities, key=lambda key: probabilities[key])
    last = 0
    for rank, key in enumerate(ranked, 1):
        if probabilities[key] <= false_share * rank / max(tests, len(ranked)):
            last = rank
    return set(ranked[:last])
