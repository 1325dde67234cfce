"""Product feedback on paper: as HTML for the printer, in the reader's language and zone, and as PDF made of it."""

from __future__ import annotations

from flask import render_template

from helpdesk.core.i18n import speaking
from helpdesk.policy.actor import Actor
from helpdesk.problems.feedback import HOURS_UNIT_MINUTES, VALUE_UNIT_CENTS, Feedback
from helpdesk.problems.feedback_documents import products_named
from helpdesk.problems.feedback_words import WORDS


def feedback_html(found: Feedback, *, for_: Actor) -> str:
    """The report as a document of its own, with its styles in it."""
    with speaking(for_.language, for_.zone):
        return render_template(
            "documents/product_feedback.html", figures=found, products=products_named(found.span),
            lang=for_.language, zone=for_.zone, words=WORDS, value_unit=VALUE_UNIT_CENTS, hours_unit=HOURS_UNIT_MINUTES,
        )  # fmt: skip
