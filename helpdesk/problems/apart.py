"""One object in a process of its own: a pool of one process begins with it, and its methods are asked by name.

Here is nothing else, so that such a process stays small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_own: list[Any] = []


def begin(make: Callable[[], object]) -> None:
    """Make the object of this process."""
    _own[:] = [make()]


def do(method: str, *told: object) -> Any:
    """Ask the object of this process."""
    return getattr(_own[0], method)(*told)
