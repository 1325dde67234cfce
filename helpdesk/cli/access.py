"""`account` and `token`: who may sign in, and what acts as them."""

from __future__ import annotations

COMMANDS = ()
