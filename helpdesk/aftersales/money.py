"""Amounts as people agree on them: whole cents of a currency, within bounds."""

from __future__ import annotations

from helpdesk.core.i18n import gettext as _

MOST_CENTS = 1_000_000_000


def wrong_currency(currency: str) -> str:
    """What is wrong with the name of a currency; empty where nothing is."""
    name = currency.strip()
    if len(name) == 3 and name.isascii() and name.isalpha():
        return ""
    return str(_("Give a currency by its three letters, such as EUR."))
