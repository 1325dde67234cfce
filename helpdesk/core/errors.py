"""What an activity refuses, in four kinds. Each face has one small table that turns them into its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """Something was asked that cannot be done; `code` is stable for programs, the message is for people."""

    default_code = "refused"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code or self.default_code


class NotFound(DomainError):
    """It does not exist, or not for whoever asks."""

    default_code = "not_found"


class Forbidden(DomainError):
    """It exists and is seen, but this actor may not do that."""

    default_code = "forbidden"


class Invalid(DomainError):
    """The input is wrong; `errors` names each field with its sentences."""

    default_code = "invalid"

    def __init__(self, errors: Mapping[str, Sequence[str]], message: str = "", *, code: str = "") -> None:
        super().__init__(message or "; ".join(f"{k}: {' '.join(v)}" for k, v in errors.items()), code=code)
        self.errors: dict[str, list[str]] = {name: list(texts) for name, texts in errors.items()}


class Conflict(DomainError):
    """The state of things does not allow it (any more)."""

    default_code = "conflict"


class Busy(DomainError):
    """Not now: the database is locked or away; trying again later may do."""

    default_code = "busy"
