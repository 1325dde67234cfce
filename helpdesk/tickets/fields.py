"""Custom fields of tickets: what a desk adds of its own."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.models.tickets import TicketType
from helpdesk.people.directory import FieldCard, custom_fields
from helpdesk.policy.actor import Actor


def fields_for(kind: TicketType | None, by: Actor) -> list[FieldCard]:
    """The custom fields of a ticket of this type that the actor fills in; None: of any type."""
    return [
        card for card in custom_fields()
        if (kind is None or card.ticket_type in (None, kind)) and (by.is_staff or card.in_portal)
    ]  # fmt: skip


def checked_fields(values: dict[str, Any], kind: TicketType, by: Actor) -> dict[str, Any]:
    """The values in the form in which they are kept; Invalid names each field that is wrong or missing."""
    cards = {card.key: card for card in fields_for(kind, by)}
    kept, errors = {}, {}
    for key, value in values.items():
        if key not in cards and value in (None, ""):
            continue  # the field of another type, left empty on a form that shows all
        if key not in cards:
            errors[f"custom_fields.{key}"] = [_("There is no such field.")]
            continue
        try:
            kept[key] = _value(cards[key], value)
        except ValueError:
            errors[f"custom_fields.{key}"] = [_("This value does not fit the field.")]
    for key, card in cards.items():
        if card.is_required and kept.get(key) in (None, "") and f"custom_fields.{key}" not in errors and by.is_client:
            errors[f"custom_fields.{key}"] = [_("Fill in this field.")]
    if errors:
        raise Invalid(errors)
    return {key: value for key, value in kept.items() if value not in (None, "")}


def _value(card: FieldCard, value: Any) -> Any:
    if value in (None, ""):
        return None
    if card.kind == "number":
        number = float(value) if "." in str(value) else int(value)
        if isinstance(number, float) and not math.isfinite(number):  # JSON has no such number
            raise ValueError(value)
        return number
    if card.kind == "date":
        return date.fromisoformat(str(value)).isoformat()
    if card.kind == "yes_no":
        return str(value).lower() in ("1", "true", "yes", "on")
    if card.kind == "choice" and value not in card.choices:
        raise ValueError(value)
    text = str(value)
    if len(text) > 2000:
        raise ValueError(text)
    return text
