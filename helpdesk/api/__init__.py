"""The API: a face of its own with its own representation, its own errors and idempotency keys."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the versions of the API."""
