"""How work is counted and where its minutes come from. Pure.

All is in whole minutes. Hours are counted once: first the multiplier of work outside the agreed hours, then the
contract's minimum, then its rounding unit; each contract says which of them it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

MINUTES_PER_HOUR = 60
LONGEST_WORK_MINUTES = 24 * MINUTES_PER_HOUR


@dataclass(frozen=True)
class Rates:
    """How a contract counts: the unit that is rounded up to, the least that is counted, after hours in per cent."""

    rounding_minutes: int = 1
    minimum_minutes: int = 0
    after_hours_percent: int = 100


@dataclass(frozen=True)
class Counted:
    """The arithmetic of one piece of work, step by step, in minutes."""

    worked: int
    after_hours: int  # of them, outside the agreed hours
    weighted: int  # with the multiplier, rounded up to a minute
    minutes: int  # with minimum and rounding: what is drawn or charged


def count_work(worked: int, after_hours: int, rates: Rates) -> Counted:
    """Count a piece of work; ValueError where the figures cannot be."""
    if not 0 < worked <= LONGEST_WORK_MINUTES:
        raise ValueError("work lasts from one minute to a day")
    if not 0 <= after_hours <= worked:
        raise ValueError("no more lies outside the hours than was worked")
    hundredths = (worked - after_hours) * 100 + after_hours * rates.after_hours_percent
    weighted = -(-hundredths // 100)
    least = max(weighted, rates.minimum_minutes)
    unit = rates.rounding_minutes
    return Counted(worked, after_hours, weighted, -(-least // unit) * unit)


@dataclass(frozen=True)
class Block:
    """Hours that were granted and are not used up: how many minutes are left, and until when they may be used."""

    id: int
    left: int
    expires_on: date | None = None


@dataclass(frozen=True)
class Draw:
    """So many minutes of a block."""

    block_id: int
    minutes: int


def draw(blocks: Iterable[Block], minutes: int) -> tuple[list[Draw], int]:
    """Take minutes from the blocks, what expires first first; and how many minutes no block covers."""
    draws = []
    for block in in_order(blocks):
        taken = min(block.left, minutes)
        if taken > 0:
            draws.append(Draw(block.id, taken))
            minutes -= taken
    return draws, minutes


def in_order(blocks: Iterable[Block]) -> Sequence[Block]:
    """The order in which blocks are used: what expires first, of those the oldest; what never expires comes last."""
    return sorted(blocks, key=lambda block: (block.expires_on or date.max, block.id))
