"""Forms of product feedback that console and manager have in common."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, pre_load

from helpdesk.core.i18n import LANGUAGES, OWN_NAMES
from helpdesk.models.feedback import Verdict
from helpdesk.policy.actor import Actor
from helpdesk.problems.answers import NewAnswer, versions_of
from helpdesk.problems.wishes import products_of
from helpdesk.tickets.schemas import WebSchema, line_of_text, long_text, row_id, word
from helpdesk.web.forms import Form


class WithoutBlanks(WebSchema):
    """Empty fields that are no text count as not sent."""

    @pre_load
    def _without_blanks(self, sent: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        kinds = (fields.Date, fields.Integer)
        return {
            name: value for name, value in sent.items()
            if not isinstance(self.fields.get(name), kinds) or not isinstance(value, str) or value.strip()
        }  # fmt: skip


class AnswerSchema(WithoutBlanks):
    """What the product owner answers."""

    verdict = word(Verdict, required=True)
    version_id = row_id(load_default=None)
    planned_on = fields.Date(load_default=None, error_messages={"invalid": "Give a date and a time."})
    reason = long_text(load_default="")
    product_id = row_id(load_default=None)


class WishSchema(WithoutBlanks):
    """What is wanted."""

    title = line_of_text(load_default="")
    description = long_text(load_default="")
    language = line_of_text(load_default="en")
    is_public = fields.Boolean(load_default=False)


class NewWishSchema(WishSchema):
    """What is wanted of which product."""

    product_id = row_id(required=True, allow_none=False)


def answer_of(form: Form) -> NewAnswer:
    """The answer that a form holds."""
    value = form.value
    return NewAnswer(value["verdict"], value["version_id"], value["planned_on"], value["reason"])


def version_choices(product_id: int) -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in versions_of(product_id)]


def product_choices(actor: Actor) -> list[tuple[int, str]]:
    return products_of(actor)


def language_choices() -> list[tuple[str, str]]:
    return [(code, OWN_NAMES[code]) for code in LANGUAGES]
