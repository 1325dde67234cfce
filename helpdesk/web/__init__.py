"""The web: portal, console and manager, and what they share."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the faces."""
