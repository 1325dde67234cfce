"""Product feedback as a report beside the others; what it counts stands in `problems/feedback.py`.

Its slice knows the dimensions product and version; a version is named with its product (`Label printer 7.42`) or by its
name alone where only one product has it.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.i18n import gettext as _
from helpdesk.models.products import Product, Version
from helpdesk.policy.actor import Actor
from helpdesk.problems.feedback import Feedback, Span, product_feedback
from helpdesk.reports.base import Report, Slice

DIMENSIONS = ("product", "version")


def run_product_feedback(over: Slice, *, for_: Actor) -> Feedback:
    """The feedback of a slice; Invalid for what it cannot be narrowed by."""
    return product_feedback(span_of(over), for_=for_)


def span_of(over: Slice) -> Span:
    """The products and the version of a slice."""
    products: set[int] = set()
    version_id: int | None = None
    for dimension, value in over.where:
        if dimension == "product":
            products |= _products(value)
        elif dimension == "version":
            version_id = _version(value)
        else:
            names = ", ".join(DIMENSIONS)
            raise Invalid(
                {"where": [_("There is no dimension %(name)s; there are %(names)s.", name=dimension, names=names)]}
            )
    return Span(tuple(sorted(products)) if products else None, version_id, over.since, over.until)


def _products(name: str) -> set[int]:
    found = set(db.session.scalars(select(Product.id).where(Product.name == name)))
    if not found:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=name)]})
    return found


def _version(name: str) -> int:
    rows = db.session.execute(
        select(Version.id, Version.name, Product.name).join(Product, Product.id == Version.product_id)
    ).all()
    fitting = [row_id for row_id, version, product in rows if name in (version, f"{product} {version}")]
    if len(fitting) != 1:
        raise Invalid({"where": [_("There is nothing called %(name)s.", name=name)]})
    return fitting[0]


PRODUCT_FEEDBACK: Report[Feedback] = Report("product-feedback", _l("Product feedback"), run_product_feedback)
