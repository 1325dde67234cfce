"""Who is drawn: a point from 0 to 9999 that depends on the occasion alone, so that a repeat decides alike.

Asked is whose point is below a hundred times the per cent of the settings. Raising the per cent adds people and leaves
out nobody who was asked before.
"""

from __future__ import annotations

import hashlib

POINTS = 10_000


def sample_point(*occasion: object) -> int:
    """The point of an occasion, such as kind, ticket and cycle."""
    said = ":".join(map(str, occasion)).encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big") % POINTS


def is_drawn(point: int, percent: int) -> bool:
    return point < percent * POINTS // 100
