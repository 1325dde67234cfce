"""Language, theme and density: kept with the account, or in a cookie for whoever is not signed in."""

from __future__ import annotations

from typing import Any

from flask import g, request

from helpdesk.core.command import command
from helpdesk.core.i18n import LANGUAGES
from helpdesk.models.access import Account

THEMES = ("auto", "light", "dark")
DENSITIES = ("compact", "cosy")
CHOICES: dict[str, tuple[str, ...]] = {"language": tuple(LANGUAGES), "theme": THEMES, "density": DENSITIES}
COOKIE_SECONDS = 365 * 86_400


def preference(name: str) -> str:
    """What the reader chose, or the first choice."""
    account = g.get("account")
    value = getattr(account, name) if account is not None else request.cookies.get(f"threeline_{name}", "")
    return value if value in CHOICES[name] else CHOICES[name][0]


def chosen_language() -> str | None:
    """The language that somebody who is not signed in chose."""
    value = request.cookies.get("threeline_language", "")
    return value if value in LANGUAGES else None


def sent_choices() -> dict[str, str]:
    """The known choices of this request."""
    return {name: request.form[name] for name, known in CHOICES.items() if request.form.get(name) in known}


@command
def keep_choices(account: Account, choices: dict[str, Any]) -> None:
    """Keep them with the account."""
    for name, value in choices.items():
        setattr(account, name, value)
