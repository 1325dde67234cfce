"""Signed single-purpose tokens for links, and secrets of which only a digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from helpdesk.core.errors import NotFound


def sign(purpose: str, content: Any) -> str:
    """A token for a link that says `content` and serves this purpose alone."""
    return _serializer(purpose).dumps(content)


def unsign(purpose: str, token: str, *, valid_for: timedelta) -> Any:
    """What the token says; NotFound when it is forged, of another purpose, or too old."""
    try:
        return _serializer(purpose).loads(token, max_age=int(valid_for.total_seconds()))
    except BadData as error:
        raise NotFound(code="link_expired") from error


def short_mac(purpose: str, content: str) -> str:
    """Sixteen hexadecimal digits that only this installation can make for this content."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"{purpose}:{content}".encode(), hashlib.sha256).hexdigest()[:16]


def new_secret() -> str:
    """A secret nobody can guess (256 bits), to be shown once."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret. Plain SHA-256 suffices: the secrets are random, not chosen by people."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"threeline.{purpose}")
