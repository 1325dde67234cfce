"""Refund rules: which one applies to a claim, and what it comes to. Nothing here asks a database.

1. A rule fits a claim when each thing that it names is the claim's: contract, product, kind of fault, and the bounds of
   round and age, both ends counted. What a claim does not know (its round, its age) lies within no bounds.
2. The most specific rule that fits applies: one for the contract before one for the product before one for all; of
   equals the one that stands first.
3. A refund is a whole percentage of what was paid, in cents, half a cent rounded up. It is never above what was paid.
4. Without a rule, or without a price, no amount is stated: a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

APPLIES, OUTRANKED = "applies", "outranked"
OTHER_CONTRACT, OTHER_PRODUCT, OTHER_FAULT = "other_contract", "other_product", "other_fault"
ROUND_OUTSIDE, ROUND_UNKNOWN = "round_outside", "round_unknown"
AGE_OUTSIDE, AGE_UNKNOWN = "age_outside", "age_unknown"
REFUND = "refund"


@dataclass(frozen=True)
class Rule:
    """What a justified claim gets, and which claims it is for; None: for any."""

    position: int
    remedy: str
    percent: int | None = None
    contract_id: int | None = None
    product_id: int | None = None
    fault: str | None = None
    revision_from: int | None = None
    revision_to: int | None = None
    age_from_days: int | None = None
    age_to_days: int | None = None
    id: int | None = None

    @property
    def rank(self) -> tuple[int, int]:
        """The order in which rules are asked: the contract's, the product's, the general ones, each as they stand."""
        return (0 if self.contract_id is not None else 1 if self.product_id is not None else 2), self.position


@dataclass(frozen=True)
class Facts:
    """What of a claim its refund depends on."""

    fault: str
    contract_id: int | None = None
    product_id: int | None = None
    revision: int | None = None
    age_days: int | None = None
    price_cents: int | None = None
    currency: str = "EUR"


@dataclass(frozen=True)
class Considered:
    """A rule that was looked at, and why it does or does not apply."""

    rule: Rule
    why: str


@dataclass(frozen=True)
class Ruling:
    """What the rules give: the rule that applies, the others, the figures. What is refunded and what is kept add up."""

    facts: Facts
    rule: Rule | None
    considered: tuple[Considered, ...]
    remedy: str | None
    percent: int | None
    amount_cents: int | None
    kept_cents: int | None


def rule_on(facts: Facts, rules: Sequence[Rule]) -> Ruling:
    """Which of these rules applies to a claim, why not the others, and what it comes to."""
    chosen: Rule | None = None
    considered = []
    for rule in sorted(rules, key=lambda each: each.rank):
        why = misfit(rule, facts)
        if why is None:
            why, chosen = (APPLIES, rule) if chosen is None else (OUTRANKED, chosen)
        considered.append(Considered(rule, why))
    percent = chosen.percent if chosen and chosen.remedy == REFUND else None
    amount = share_of(facts.price_cents, percent)
    kept = None if amount is None or facts.price_cents is None else facts.price_cents - amount
    return Ruling(facts, chosen, tuple(considered), chosen.remedy if chosen else None, percent, amount, kept)


def misfit(rule: Rule, facts: Facts) -> str | None:
    """The first thing for which a rule is not this claim's; None where it fits."""
    named = (
        (rule.contract_id, facts.contract_id, OTHER_CONTRACT), (rule.product_id, facts.product_id, OTHER_PRODUCT),
        (rule.fault, facts.fault, OTHER_FAULT),
    )  # fmt: skip
    for wanted, given, why in named:
        if wanted is not None and wanted != given:
            return why
    bounds = (
        (rule.revision_from, rule.revision_to, facts.revision, ROUND_OUTSIDE, ROUND_UNKNOWN),
        (rule.age_from_days, rule.age_to_days, facts.age_days, AGE_OUTSIDE, AGE_UNKNOWN),
    )
    for low, high, value, outside, unknown in bounds:
        if low is None and high is None:
            continue
        if value is None:
            return unknown
        if (low is not None and value < low) or (high is not None and value > high):
            return outside
    return None


def share_of(price_cents: int | None, percent: int | None) -> int | None:
    """So many per cent of a price, half a cent rounded up; None where either is not known."""
    return None if price_cents is None or percent is None else (2 * price_cents * percent + 100) // 200
