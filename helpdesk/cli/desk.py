"""`ticket`, `mail`, `report` and the rest of the desk's work."""

from __future__ import annotations

COMMANDS = ()
